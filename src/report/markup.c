/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how text of unknown origin is made inert in Markdown. */
#include "report/markup.h"

#include "base/path.h"

/* Backslash escapes work for every ASCII punctuation character (CommonMark 0.31, 2.4). */
static bool is_special(char c)
{
    static const char special[] = "\\`*_{}[]<>#|~&!$";
    return c && memchr(special, c, sizeof(special) - 1);
}

/* The longest run of backticks decides the fence of a code span. */
static size_t longest_ticks(struct str s)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        longest = MAX(longest, run);
    }
    return longest;
}

static void code(struct buf *out, struct str shown)
{
    size_t fence = longest_ticks(shown) + 1;
    bool pad = shown.n && (shown.p[0] == '`' || shown.p[shown.n - 1] == '`');
    buf_pad(out, '`', fence);
    buf_addz(out, pad || !shown.n ? " " : "");
    for (size_t i = 0; i < shown.n; i++) {
        if (shown.p[i] == '|')
            buf_addc(out, '\\'); /* tables are cut at bars before code spans are read */
        buf_addc(out, shown.p[i]);
    }
    buf_addz(out, pad ? " " : "");
    buf_pad(out, '`', fence);
}

void markdown_code(struct buf *out, struct str raw)
{
    AUTO(buf) shown = BUF_INIT;
    path_show_kept(&shown, raw);
    code(out, buf_str(&shown));
}

static bool needs_code(struct str word)
{
    return str_chr(word, '@', 0) != SIZE_MAX || str_has(word, STR("://")) ||
           str_starts(word, STR("www."));
}

void markdown_text(struct buf *out, struct str raw)
{
    AUTO(buf) shown = BUF_INIT;
    path_show_kept(&shown, raw);
    struct str rest = buf_str(&shown), word;
    for (bool first = true; str_field(&rest, ' ', &word); first = false) {
        buf_addz(out, first ? "" : " ");
        if (needs_code(word)) {
            code(out, word);
            continue;
        }
        for (size_t i = 0; i < word.n; i++) {
            if (is_special(word.p[i]))
                buf_addc(out, '\\');
            buf_addc(out, word.p[i]);
        }
    }
}

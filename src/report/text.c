/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how text of unknown origin is measured, cut and coloured on a terminal. */
#include <utf8proc.h>

#include "base/path.h"
#include "report/text.h"

static size_t rune_width(uint32_t rune)
{
    int w = utf8proc_charwidth((utf8proc_int32_t)rune);
    return w > 0 ? (size_t)w : 0;
}

size_t text_width(struct str shown)
{
    size_t width = 0;
    for (size_t at = 0; at < shown.n;)
        width += rune_width(str_rune(shown, &at));
    return width;
}

/* Bytes of the longest start that fits, and its columns. */
static size_t head_bytes(struct str s, size_t width, size_t *ret_used)
{
    size_t used = 0, end = 0;
    for (size_t at = 0; at < s.n;) {
        size_t w = rune_width(str_rune(s, &at));
        if (used + w > width)
            break;
        used += w;
        end = at;
    }
    *ret_used = used;
    return end;
}

/* First byte of the longest end that fits, and its columns. */
static size_t tail_start(struct str s, size_t width, size_t *ret_used)
{
    size_t left = text_width(s), at = 0;
    while (at < s.n && left > width)
        left -= rune_width(str_rune(s, &at));
    /* A combining mark without its letter would land on the dots. */
    for (size_t next = at; next < s.n && !rune_width(str_rune(s, &next));)
        at = next;
    *ret_used = left;
    return at;
}

size_t text_fit(struct buf *out, struct str raw, size_t width, enum fit fit)
{
    AUTO(buf) shown = BUF_INIT;
    path_show_kept(&shown, raw);
    struct str s = buf_str(&shown);
    size_t used = text_width(s), dots = MIN(width, 3);
    if (used <= width) {
        buf_add(out, s);
        return used;
    }
    if (fit == FIT_START_KEPT) {
        buf_add(out, str_sub(s, 0, head_bytes(s, width - dots, &used)));
        buf_pad(out, '.', dots);
    } else {
        size_t start = tail_start(s, width - dots, &used);
        buf_pad(out, '.', dots);
        buf_add(out, str_sub(s, start, s.n));
    }
    return used + dots;
}

void text_cell(struct buf *out, struct str raw, size_t width, enum fit fit)
{
    buf_pad(out, ' ', width - text_fit(out, raw, width, fit));
}

void text_count(struct buf *out, uint64_t n)
{
    char digits[32];
    int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            buf_addc(out, ',');
        buf_addc(out, digits[i]);
    }
}

void text_bytes(struct buf *out, uint64_t n)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t unit = 0;
    if (n < 1024) {
        buf_addf(out, "%u bytes", (unsigned)n);
        return;
    }
    while (n >= 1024 * 1024 && unit + 1 < ARRAY_LEN(units)) {
        n /= 1024;
        unit++;
    }
    uint64_t tenths = (n * 10 + 512) / 1024;
    buf_addf(out, "%u.%u %s", (unsigned)(tenths / 10), (unsigned)(tenths % 10), units[unit]);
}

void text_tenths(struct buf *out, int64_t tenths)
{
    if (tenths < 0)
        buf_addc(out, '-');
    else
        buf_addf(out, "%d.%d", (int)(tenths / 10), (int)(tenths % 10));
}

void text_tone(struct buf *out, bool colour, enum tone tone)
{
    static const char *const codes[] = {
        [TONE_PLAIN] = "",        [TONE_HEAD] = "\033[1m",
        [TONE_DIM] = "\033[2m",   [TONE_CRITICAL] = "\033[1;31m",
        [TONE_HIGH] = "\033[31m", [TONE_MEDIUM] = "\033[33m",
        [TONE_LOW] = "\033[36m",
    };
    if (colour)
        buf_addz(out, codes[tone]);
}

void text_plain(struct buf *out, bool colour)
{
    if (colour)
        buf_addz(out, "\033[0m");
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any text breaks the token reader, and whether windows show in what it says. The
 * first byte chooses the language ('a' is the first), the second the size of windows. */
#include "base/hash.h"
#include "match/syntax.h"
#include "match/tokens.h"

static void check(bool ok)
{
    if (!ok)
        abort();
}

struct seen {
    uint64_t size, end, hash;
    unsigned line, column;
};

static int check_token(void *ctx, const struct token *t)
{
    struct seen *seen = ctx;
    check(t->offset >= seen->end && t->offset < seen->size);
    check(t->text.n <= TOKEN_BYTES && (t->text.n || t->type == TOKEN_TEXT));
    check(t->line > seen->line || (t->line == seen->line && t->column >= seen->column));
    seen->line = t->line;
    seen->column = t->column;
    seen->end = t->offset + 1;
    seen->hash = str_hash(t->text, seen->hash + t->offset + (uint64_t)t->type);
    return 0;
}

static struct seen read_in(const struct token_style *style, struct str text, size_t window)
{
    struct seen seen = {.size = text.n};
    struct tokens t;
    tokens_begin(&t, style, check_token, &seen);
    for (size_t at = 0; at < text.n; at += window)
        check(!tokens_feed(&t, str_sub(text, at, at + window)));
    check(!tokens_end(&t));
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 || data[0] < 'a' || data[0] - 'a' >= SYNTAX_LANGUAGE_COUNT)
        return 0;
    const struct token_style *style = SYNTAX_LANGUAGES[data[0] - 'a'].tokens;
    struct str text = str_n(data + 2, size - 2);
    struct seen whole = read_in(style, text, text.n);
    struct seen pieces = read_in(style, text, data[1] + (size_t)1);
    check(whole.hash == pieces.hash && whole.end == pieces.end);
    return 0;
}

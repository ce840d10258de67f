/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The token reader: words, texts and marks of source code that is too large for a syntax tree.
 * Comments are passed by. It keeps the state of one token and nothing else, takes time in
 * proportion to the text, and never fails: whatever the bytes are, it finds tokens in them. What it
 * says of broken code or of a regular expression may be wrong, so a file that was read this way is
 * `partial`.
 *
 *     struct tokens t;
 *     tokens_begin(&t, language->tokens, fn, ctx);
 *     while (more) rc = tokens_feed(&t, window);         fn(ctx, token) for each token
 *     rc = tokens_end(&t);                               the token at the end of the text
 *
 * A non-zero result of fn is returned at once; only tokens_begin may follow. The same text gives
 * the same tokens, however it is cut into windows.
 */
#ifndef STANCE_MATCH_TOKENS_H
#define STANCE_MATCH_TOKENS_H

#include "base/str.h"

#define TOKEN_BYTES 256 /* of a token that are kept */

enum token_type {
    TOKEN_WORD, /* identifiers, keywords, numbers */
    TOKEN_TEXT, /* a string literal, without quotes; escapes as written */
    TOKEN_MARK, /* one byte of anything else */
};

struct token {
    enum token_type type;
    bool first;      /* on its line */
    bool cut;        /* `text` is only its beginning */
    struct str text; /* valid during the call */
    uint64_t offset; /* of its first byte: of the quote of a text */
    unsigned line, column;
};

typedef int (*token_fn)(void *ctx, const struct token *t);

/* A stretch that is a text (or, in `skips`, nothing at all). */
struct token_quote {
    const char *open, *close;
    bool escapes;     /* a backslash takes the next byte with it */
    bool doubles;     /* the closing quote twice is the quote itself */
    bool lines;       /* a text goes on over the end of a line */
    const char *hole; /* "${": code in the text, up to its "}", with texts of its own */
};

#define TOKEN_HOLES  16 /* texts and holes in each other */
#define TOKEN_QUOTES 8
struct token_style {
    struct token_quote skips[TOKEN_QUOTES]; /* comments; open NULL ends the list */
    struct token_quote texts[TOKEN_QUOTES]; /* longer openings first */
    bool regex;                             /* "/" begins an expression where a value may stand */
    bool lifetimes;                         /* "'" begins a text only when one character follows */
    bool raw_hashes;                        /* r#"..."# */
    bool blank_before;                      /* a comment begins only at the start of a word */
    bool outside;                           /* the text begins inside of skips[0] */
    bool dollar_words;                      /* "$" is part of a word */
    bool nests;                             /* block comments nest */
};

extern const struct token_style TOKENS_SHELL, TOKENS_C_SHARP, TOKENS_GO, TOKENS_HCL, TOKENS_JAVA,
    TOKENS_JAVASCRIPT, TOKENS_LUA, TOKENS_PHP, TOKENS_PYTHON, TOKENS_RUBY, TOKENS_RUST;

#define TOKEN_LOOK 8 /* bytes that the reader may look ahead */

struct tokens {
    const struct token_style *style;
    token_fn fn;
    void *ctx;
    uint64_t offset; /* of the next byte */
    unsigned line, column;
    bool line_begun; /* a token stands on this line already */
    char before;     /* the byte before the next one */
    bool value;      /* the last token ends a value: "/" divides it */
    int state;
    const struct token_quote *quote;
    unsigned depth, hashes;
    uint32_t braces[TOKEN_HOLES / 2]; /* open ones in each hole of a text */
    unsigned level;                   /* of texts in holes in texts */
    bool in_class;
    struct token token;
    char text[TOKEN_BYTES];
    char carry[2 * TOKEN_LOOK];
    size_t n_carry;
    int stop;
};

void tokens_begin(struct tokens *t, const struct token_style *style, token_fn fn, void *ctx);
int tokens_feed(struct tokens *t, struct str window) MUST_CHECK;
int tokens_end(struct tokens *t) MUST_CHECK;

#endif

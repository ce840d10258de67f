/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Syntax trees: tree-sitter 0.25 and its grammars, for the few texts that a detector needs parsed.
 * What is looked for stands in knowledge/queries/LANGUAGE.scm, one file a language. The build
 * checks each against its grammar and writes it as tables (tools/gen/patterns.h).
 *
 *     syntax_new(SYNTAX_MEMORY, &s, d)                   once a worker
 *     l = syntax_language(path, head)                    NULL: no grammar knows such a file
 *     rc = syntax_parse(s, l, text, 0)
 *     if (!rc)
 *         rc = syntax_query(s, fn, ctx)                  fn(ctx, match) node by node
 *     syntax_clear(s)                                    the tree is gone, the text may be freed
 *
 * Damaged code gives a tree with holes: what stands before and behind them is found. A text is
 * parsed within a budget of steps (parser operations and bytes looked at) and of memory; never
 * within a time, so the same text always ends the same way. Larger texts are for match/tokens.h.
 *
 * A capture of a query is one of enum syntax_name in lower case, or begins with '_' and serves a
 * predicate only. Only parts of the tree that hold a word of the query file ("; words: import") are
 * looked at.
 *
 * One object belongs to one thread. Parsing needs plain memory only, so it works in a closed
 * sandbox.
 */
#ifndef STANCE_MATCH_SYNTAX_H
#define STANCE_MATCH_SYNTAX_H

#include "base/diag.h"
#include "base/str.h"

#define SYNTAX_BYTES  ((size_t)512 << 10) /* of one text */
#define SYNTAX_MEMORY ((size_t)96 << 20)  /* of one tree: up to 90 times its text */

/* How a language spells comments and texts, for the token reader. */
struct token_style;

struct syntax_language {
    const char *id;                   /* of the query file: "c-sharp" */
    const char *const *extensions;    /* without dot, NULL-terminated */
    const char *const *names;         /* whole names of files, NULL-terminated */
    const char *const *interpreters;  /* in a first line "#!", without version, NULL-terminated */
    const void *(*grammar)(void);     /* TSLanguage */
    const struct token_style *tokens; /* match/tokens.h */
};

extern const struct syntax_language SYNTAX_LANGUAGES[];
extern const int SYNTAX_LANGUAGE_COUNT;

/* By name, extension, or the interpreter that the first line names. */
const struct syntax_language *syntax_language(struct str path, struct str head);
const struct syntax_language *syntax_language_by_id(struct str id);

/* What a capture of a query stands for. */
enum syntax_name {
    SYNTAX_IMPORT, /* a whole statement that imports */
    SYNTAX_MODULE, /* what it imports, as written */
    SYNTAX_NAME,   /* a name it takes out of the module */
    SYNTAX_LOCAL,  /* a module that the file itself declares */
    SYNTAX_NAME_COUNT,
};

struct syntax_capture {
    enum syntax_name name;
    struct str text; /* a slice of the parsed text */
    size_t offset;   /* in it; item places turn it into line and column */
};

struct syntax_match {
    const struct syntax_capture *v;
    size_t n;
};

/* First capture of a name; STR_NULL when the match has none. */
struct str syntax_text(const struct syntax_match *m, enum syntax_name name);

struct syntax;
typedef int (*syntax_fn)(void *ctx, const struct syntax_match *m);

int syntax_new(size_t memory, struct syntax **ret, struct diag *d) MUST_CHECK;
struct syntax *syntax_free(struct syntax *s);
/*
 * `steps` 0: a budget that fits the length, many times what ordinary code needs. The text must live
 * until syntax_clear or the next parse. E_LIMIT: too long, or a budget is spent; E_NOMEM.
 */
int syntax_parse(struct syntax *s, const struct syntax_language *l, struct str text,
                 uint64_t steps) MUST_CHECK;
/*
 * Every match of the language's query in the tree: node by node in text order, at one node pattern
 * by pattern. A non-zero result of fn ends it and is the result. E_LIMIT: the budget is spent; what
 * was found so far was given. fn must not call functions of this header but syntax_text.
 */
int syntax_query(struct syntax *s, syntax_fn fn, void *ctx) MUST_CHECK;
void syntax_clear(struct syntax *s);
/* Is the tree that of this very text, by this grammar? */
bool syntax_holds(const struct syntax *s, const struct syntax_language *l, struct str text);
/* Of the last text: parts of it follow no grammar; steps that were spent. */
bool syntax_damaged(const struct syntax *s);
uint64_t syntax_steps(const struct syntax *s);

#endif

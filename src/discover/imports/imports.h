/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which packages of the catalogue a source file imports, from its syntax tree or from its tokens.
 *
 *     struct imports im;
 *     imports_begin(&im, catalog, language, arena)
 *     imports_of_tree(&im, syntax, l, text, 0)   0, or why the tree was given up
 *     imports_of_tokens(&im, window) ...         instead, for what no tree is made of
 *     imports_end(&im)
 *     im.found.v[i]                              each name once, at its first statement
 *     im.local.v[i]                              modules of the catalogue that the file declares
 *     imports_done(&im)
 *
 * A name counts when the catalogue has it, or the longest of its leading parts: google.genai.types
 * is google.genai, `openai/helpers` is openai. What is relative, or begins with a name of its own
 * (crate::, ./), never counts. A `common` name is `sure` only when one of the names that its
 * package alone has is imported from it; what only types are imported from is never sure.
 */
#ifndef STANCE_DISCOVER_IMPORTS_H
#define STANCE_DISCOVER_IMPORTS_H

#include "base/vec.h"
#include "catalog/catalog.h"
#include "match/syntax.h"
#include "match/tokens.h"
#include "values/values.h"

struct import_found {
    const struct catalog_import *row;
    bool sure;
    bool types;            /* nothing but types: gone when the program runs */
    struct str statement;  /* its first line, cut; of tokens empty */
    size_t offset;         /* of the statement in the text; of tokens in all windows */
    unsigned line, column; /* of tokens */
};

struct import_local {
    const struct catalog_import *row;
    size_t offset;
};

struct imports {
    const struct catalog *catalog;
    const char *language; /* of catalog_import; NULL: nothing is imported in this one */
    struct {
        VEC(struct import_found);
    } found;
    struct {
        VEC(struct import_local);
    } local;
    int error; /* E_NOMEM */
    /* Of the tree. */
    struct str text;
    size_t from, to; /* the statement that was seen last */
    /* Of the tokens. */
    struct tokens tokens;
    int state, depth;
    bool reading;    /* tokens_begin was called */
    struct token at; /* where the statement begins; its text is not kept */
    char module[2 * TOKEN_BYTES];
    size_t n_module;
    char last[16]; /* the word before, or the mark */
};

/* Word of catalog_import for a language of match/syntax.h; NULL: it imports nothing. */
const char *import_language(const struct syntax_language *l);
/* The grammar of a file that may import something: of a component (vue, svelte) that of the script
 * in it; NULL: none does. */
const struct syntax_language *import_grammar(struct str path, struct str head);
bool import_is_component(struct str path);
/* The next code between <script> and </script> of a component; *at starts at 0. */
bool import_script(struct str text, size_t *at, struct str *ret);
/* The row of a module, and of a name that is imported from it (may be empty). */
const struct catalog_import *import_row(const struct catalog *c, const char *language,
                                        struct str module, struct str name);
/* A file or folder of this name hides a module of the catalogue: agents, google. */
bool import_is_root(const struct catalog *c, const char *language, struct str name);
/* Does text[start, end), a literal of group LITERAL_IMPORT, stand where code imports something of
 * the catalogue? May say so of a comment; what it denies is no import. */
bool import_near(const struct catalog *c, const char *language, struct str text, size_t start,
                 size_t end);

/* The same of the literals of a text, `language` NULL: no. `*ret_last`: nothing that decides what
 * is imported, or declared to be the file's own, begins behind it; 0: all of it is to be read. */
bool import_hits(const char *language, struct str text, const struct literal_hits *hits,
                 size_t *ret_last);

void imports_begin(struct imports *im, const struct catalog *c, const struct syntax_language *l);
void imports_done(struct imports *im);
/*
 * A tree for import_hits: of the text up to the first line behind `last` that begins anew, when
 * that much follows the grammar; else, or with `last` 0, of all. As syntax_parse.
 */
int imports_parse(struct syntax *s, const struct syntax_language *l, struct str text,
                  size_t last) MUST_CHECK;
/* E_LIMIT, E_NOMEM: what was found until then is there. `last` as above. The tree stays. */
int imports_of_tree(struct imports *im, struct syntax *s, const struct syntax_language *l,
                    struct str text, size_t last) MUST_CHECK;
void imports_of_tokens(struct imports *im, const struct syntax_language *l, struct str window);
int imports_end(struct imports *im) MUST_CHECK;

/* Private: a statement that imports a name. */
void import_add(struct imports *im, struct str module, struct str name,
                const struct import_found *where);
int import_token(void *ctx, const struct token *t);
void import_tokens_end(struct imports *im);

#endif

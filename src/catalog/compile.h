/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns the YAML files of knowledge/ into the tables of a catalogue, and refuses what is wrong:
 * unknown members, missing sources, patterns that do not compile, words outside the closed lists,
 * two claims on one name. catalog_compile is for the build (tools/gen/catalog.c): the program has
 * no compiler of literals, and extends what the build made.
 *
 *     struct catalog_source files[] = {{STR("entries/openai.yaml"), text}, ...};
 *     AUTO(catalog_build) b = {0};
 *     if ((rc = catalog_compile(files, n, &b, d)))
 *         return rc;                               d: file, line, column and what is wrong
 *     values_check_examples(&b.catalog, b.examples, b.n_examples, d)
 *
 * The order of the files does not matter. Tables live until catalog_build_done.
 */
#ifndef STANCE_CATALOG_COMPILE_H
#define STANCE_CATALOG_COMPILE_H

#include "base/buf.h"
#include "catalog/catalog.h"

/* An expanded example of a key; examples are checked by the scanner that will use the key. */
struct catalog_example {
    struct str text;
    const char *kind;
    bool match; /* else: no value of this kind may be found in the text */
    const char *file;
    unsigned line, column;
};

struct catalog_build {
    struct catalog catalog;
    const struct catalog_example *examples;
    size_t n_examples;
    struct arena memory;
    char *literal_db;
};

/* 0, E_PARSE (the file is wrong), E_EXISTS (two claims on one name), E_NOMEM, E_LIMIT. */
int catalog_compile(const struct catalog_source *files, size_t n, struct catalog_build *ret,
                    struct diag *d) MUST_CHECK;
/*
 * `base` and more files of entries/ and patterns/: an entry whose id the base has, too, replaces
 * it. `base` and the texts of the files have to outlive the result. Examples: only those of the
 * files.
 */
int catalog_extend(const struct catalog *base, const struct catalog_source *files, size_t n,
                   struct catalog_build *ret, struct diag *d) MUST_CHECK;
void catalog_build_done(struct catalog_build *b);

/*
 * {class:n} in `text` becomes n pseudo-random characters of the class, the same in every run, no
 * character more than twice in a row; "{{" is one brace. Classes: word ([A-Za-z0-9_]), alnum,
 * upper, lower, hex, digit, base64 (without '='), base32. E_PARSE for an unknown class or n over
 * 4096.
 */
int catalog_expand(struct str text, struct buf *out, struct diag *d) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the code of one file makes of the catalogue: calls, decorators and base classes whose
 * qualified name is a row of `code` (catalog/code.h), in the order of the text.
 *
 *     AUTO(code_uses) u = CODE_USES_INIT;
 *     rc = uses_read(&names, catalog, "python", &u)
 *     vec_each (x, &u)
 *         uses_take(&u, x, CODE_TAKE_MODEL)      the expression that says its model, 0: none
 *     uses_find(&u, node)                        the use that an expression comes to, or NULL
 *     code_uses_done(&u)
 */
#ifndef STANCE_DISCOVER_CODE_USES_H
#define STANCE_DISCOVER_CODE_USES_H

#include "catalog/catalog.h"
#include "discover/code/value.h"

struct code_use {
    const struct catalog_code *row;
    uint32_t node;      /* the call; the decorator; the class with this base */
    uint32_t self;      /* the function or class that is decorated, or has the base; of a call 0 */
    struct str name;    /* what it is bound to, or called; empty: nothing */
    struct str pointer; /* where it is defined: "/Class/method/name", with a number behind what
                           another one before it is called, too */
};

struct code_uses {
    VEC(struct code_use);
    const struct names *names;
    struct map at; /* node, as its bytes: index + 1 of the use */
};

/* clang-format off */
#define CODE_USES_INIT {0}
/* clang-format on */

/* `language`: of the catalogue (import_language). E_NOMEM, E_LIMIT: of the arena of `names`. */
int uses_read(const struct names *n, const struct catalog *c, const char *language,
              struct code_uses *ret) MUST_CHECK;
void code_uses_done(struct code_uses *u);
/* The node of an argument; 0: it is not given. */
uint32_t uses_take(const struct code_uses *u, const struct code_use *use, enum code_take what);
/* What the row knows by itself; NULL: nothing. */
const char *uses_fixed(const struct code_use *use, enum code_take what);
/* Of an expression: a name, a call, a member of an object. E_NOMEM, E_LIMIT as value_of. */
int uses_find(const struct code_uses *u, uint32_t node, const struct code_use **ret) MUST_CHECK;
/* Are there arguments that nobody can see: **options? */
bool uses_hides(const struct code_uses *u, const struct code_use *use);

#endif

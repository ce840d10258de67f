/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What names mean in one file of code: which module, class, function or value each was bound to.
 *
 *     AUTO(names) n = NAMES_INIT;
 *     rc = names_read(&code, arena, &n);
 *     q = names_qualify(&n, node)          "openai.OpenAI().chat.completions.create", or nothing
 *     b = names_find(&n, STR("x"), node)   what x is at this node, or NULL
 *     names_done(&n);
 *
 * A qualified name begins with the module that it was imported from, as the catalogue has it
 * (catalog/code.h): Python "openai.OpenAI", JavaScript "openai#OpenAI", "openai#default";
 * "()" stands for what a call gives, so "openai.OpenAI().chat" is a member of an object of that
 * class. Modules of the program itself are as they are written: ".tools.search", "./tools#search".
 * What comes from no import has no qualified name: nothing is guessed by how it is spelled.
 */
#ifndef STANCE_DISCOVER_CODE_NAMES_H
#define STANCE_DISCOVER_CODE_NAMES_H

#include "base/arena.h"
#include "base/map.h"
#include "match/code.h"

enum binding_kind {
    BINDING_VALUE,     /* what stands in `value` */
    BINDING_PART,      /* the member `part` of what stands in `value` */
    BINDING_MODULE,    /* `module` as a whole */
    BINDING_IMPORT,    /* `part` of `module` */
    BINDING_FUNCTION,  /* `value` is the function */
    BINDING_CLASS,     /* `value` is the class */
    BINDING_PARAMETER, /* `value`: its default; 0: none */
    BINDING_OTHER,     /* something that changes, or that nobody can tell */
};

struct binding {
    enum binding_kind kind;
    uint32_t scope; /* the function or class, or 0: the file */
    uint32_t node;  /* where it is bound */
    uint32_t value, type;
    struct str name, module, part;
    uint32_t before; /* index + 1 of the binding of this name before it; 0: none */
};

struct names {
    const struct code *code;
    struct arena *arena;
    uint32_t *scopes;  /* of each node: the function or class it stands in */
    uint32_t *results; /* of each function: its only `return`, or its own number: several */
    struct map last;   /* name: index + 1 of its last binding */
    struct {
        VEC(struct binding);
    } bindings;
    struct {
        VEC(struct str);
    } stars;     /* modules all of whose names were imported */
    bool script; /* JavaScript and what becomes it */
};

/* clang-format off */
#define NAMES_INIT {0}
/* clang-format on */

/* E_NOMEM, E_LIMIT: of the arena. */
int names_read(const struct code *c, struct arena *a, struct names *ret) MUST_CHECK;
void names_done(struct names *n);
/*
 * The binding of a name that is seen at `node`: of the innermost scope that has one, the last that
 * stands before the node, else the first. *ret_several: that scope binds it more than once.
 */
const struct binding *names_find(const struct names *n, struct str name, uint32_t node,
                                 bool *ret_several);
/* A member of a class of this file. */
const struct binding *names_member(const struct names *n, uint32_t class_node, struct str name);
/* The class that `self`, `this` or `cls` is at this node; 0: it is none of these. */
uint32_t names_self(const struct names *n, uint32_t node);
/* {NULL, 0}: it has none, or memory is gone (arena_error). */
struct str names_qualify(const struct names *n, uint32_t node);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an expression is worth, as far as its own file tells: texts through constants, class
 * members, defaults of parameters, joined pieces, variables of the environment.
 *
 *     struct code_value v;
 *     value_of(&names, node, &v)
 *     if (v.kind == VALUE_OF_TEXT) ... v.text, v.state
 *
 * `declared` stands there as it is; `resolved` came through a constant; `default` is what holds
 * when nobody gives another (a parameter, a variable of the environment); `inferred` is one of
 * several. Whatever cannot be told is VALUE_OF_NOTHING with a reason, never a guess.
 */
#ifndef STANCE_DISCOVER_CODE_VALUE_H
#define STANCE_DISCOVER_CODE_VALUE_H

#include "discover/code/names.h"
#include "inventory/registry.h"

enum code_value_kind {
    VALUE_OF_NOTHING, /* `reason` says why */
    VALUE_OF_TEXT,
    VALUE_OF_NUMBER, /* `text` as it is spelled */
    VALUE_OF_TRUTH,  /* `truth` */
    VALUE_OF_NULL,
    VALUE_OF_NODE, /* a call, list, map, function or class of this file: `node` */
    VALUE_OF_NAME, /* something of another module: `text` is its qualified name */
};

struct code_value {
    enum code_value_kind kind;
    enum attr_state state;
    struct str text;
    bool truth;
    uint32_t node;          /* where the value stands at last */
    struct str environment; /* the variable that decides it, or empty */
    const char *reason;
};

/* E_NOMEM, E_LIMIT: of the arena of `n`. */
int value_of(const struct names *n, uint32_t node, struct code_value *ret) MUST_CHECK;

#endif

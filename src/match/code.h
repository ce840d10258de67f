/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Code as a small tree that is alike in all languages: calls, names, values, definitions, and what
 * part each plays in the one around it. Which nodes of a grammar are what stands in
 * knowledge/queries/LANGUAGE/shapes.scm, one pattern a node:
 *
 *     (call function: (_) @callee) @call              a call; its child of that field is the callee
 *     (argument_list (_) @argument) @inline           no node of its own: its children belong to
 *                                                     the one around it, as arguments
 *     (parenthesized_expression (_) @same) @inline    the child stands in its place
 *     (comment) @skip                                 nothing in it is looked at
 *
 * "; inherits: LANGUAGE" on top of a file is that one's patterns before its own; `ecma` is what
 * JavaScript, TypeScript and JSX share, imports too.
 *
 * The capture behind a pattern is one of enum code_kind, those inside of enum code_role, in lower
 * case. A node that no pattern names has no node here, unless the pattern around gives it a part:
 * then it is CODE_OTHER, something that is there and that nobody can tell.
 *
 *     AUTO(code) c = CODE_INIT;
 *     rc = syntax_parse(s, l, text, 0);
 *     rc = rc ? rc : syntax_code(s, &c);
 *     for (uint32_t i = c.v[0].first; i; i = c.v[i].next) ...
 *     code_done(&c);
 *
 * Node 0 is the file, and stands for "none" in links. Nodes are in the order of the text, a node
 * before what is in it.
 */
#ifndef STANCE_MATCH_CODE_H
#define STANCE_MATCH_CODE_H

#include "base/vec.h"
#include "match/syntax.h"

enum code_kind {
    CODE_OTHER,
    CODE_CALL,   /* callee, arguments; making an object is one */
    CODE_NAME,   /* a word, perhaps with dots: what a module is called */
    CODE_MEMBER, /* object, key */
    CODE_INDEX,  /* object, key */
    CODE_STRING, /* texts and holes in turn; none: empty */
    CODE_NUMBER, /* as it is spelled */
    CODE_TRUE,
    CODE_FALSE,
    CODE_NULL,
    CODE_LIST,      /* items */
    CODE_MAP,       /* items: pairs, names, functions, spreads */
    CODE_PAIR,      /* key, value; as an argument: one with a name */
    CODE_BINARY,    /* two values and an operator between them */
    CODE_EITHER,    /* one of its values */
    CODE_SPREAD,    /* the items of its value */
    CODE_FUNCTION,  /* name, parameters, body; of a short one its value; decorators */
    CODE_PARAMETER, /* name, type, value: its default */
    CODE_CLASS,     /* name, arguments: what it is made from, body; decorators */
    CODE_ASSIGN,    /* target, type, value */
    CODE_RETURN,    /* value */
    CODE_DECORATED, /* decorators, value: a function or class */
    CODE_IMPORT,    /* module, items */
    CODE_ALIAS,     /* name, alias: of an import */
    CODE_STAR,      /* all names of a module; alias: as members of this one */
    CODE_EXPORT,    /* value: what the module is as a whole */
    CODE_INLINE,    /* of patterns only */
    CODE_SKIP,      /* of patterns only */
    CODE_KIND_COUNT,
};

enum code_role {
    ROLE_NONE,
    ROLE_CALLEE,
    ROLE_ARGUMENT,
    ROLE_OBJECT,
    ROLE_KEY,
    ROLE_VALUE,
    ROLE_ITEM,
    ROLE_NAME,
    ROLE_TYPE,
    ROLE_TARGET,
    ROLE_PARAMETER,
    ROLE_BODY,
    ROLE_DECORATOR,
    ROLE_TEXT,
    ROLE_HOLE,
    ROLE_MODULE,
    ROLE_ALIAS,
    ROLE_SAME, /* of patterns only */
    CODE_ROLE_COUNT,
};

struct code_node {
    uint8_t kind, role; /* enum code_kind, enum code_role: in `parent` */
    uint32_t from, to;  /* bytes of the text */
    uint32_t parent, first, last, next;
};

struct code {
    VEC(struct code_node);
    struct str text;
    const struct syntax_language *language;
};

/* clang-format off */
#define CODE_INIT {0}
/* clang-format on */

/*
 * Of the text that was parsed last; its tree is still there afterwards. E_USAGE: there is none, or
 * no shapes of its language. E_LIMIT: the budget is spent, or there are more nodes than CODE_NODES;
 * E_NOMEM. Whatever comes back, *ret can be given to code_done.
 */
#define CODE_NODES 1000000u
int syntax_code(struct syntax *s, struct code *ret) MUST_CHECK;
void code_done(struct code *c);
/* Can code of this language be read so? */
bool code_speaks(const struct syntax_language *l);

static inline struct str code_text(const struct code *c, uint32_t node)
{
    return str_sub(c->text, c->v[node].from, c->v[node].to);
}

/* The first part of that role; 0: none. */
uint32_t code_part(const struct code *c, uint32_t node, enum code_role role);
/* The next part of the same role behind `part`; 0: none. */
uint32_t code_part_next(const struct code *c, uint32_t part);

/* Names of captures, for the generator: kinds, then roles. */
extern const char *const CODE_CAPTURES[CODE_KIND_COUNT + CODE_ROLE_COUNT];

#endif

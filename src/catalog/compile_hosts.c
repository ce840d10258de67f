/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which names in the network a pattern may stand for, and of which role. */
#include "catalog/compile_internal.h"
#include "catalog/facts.h"

#define MAX_NAME 253

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
              s.p[i] == '-'))
            return false;
    return true;
}

/* "api", "{region}", "{region}-aiplatform", "bedrock-{x}"; one placeholder at most. */
static bool is_label(struct str s)
{
    size_t open = str_chr(s, '{', 0), close = str_chr(s, '}', 0);

    if (!s.n || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    if (open == SIZE_MAX)
        return is_word(s);
    return close != SIZE_MAX && close > open + 1 && is_word(str_sub(s, 0, open)) &&
           is_word(str_sub(s, open + 1, close)) && is_word(str_sub(s, close + 1, s.n));
}

static int check_pattern(struct compiler *c, const struct node *n, struct str name)
{
    struct str rest = name, label;
    size_t labels = 0, literal = 0; /* literal: at the end */

    if (str_starts(rest, STR("*.")))
        rest = str_sub(rest, 2, rest.n);
    while (str_field(&rest, '.', &label)) {
        if (!is_label(label))
            return compile_fail(c, n,
                                "'" STR_FMT "' is not a host name in lower case, with '*.' "
                                "before it or {name} in a label",
                                STR_ARG(name));
        labels++;
        literal = str_chr(label, '{', 0) == SIZE_MAX ? literal + 1 : 0;
    }
    if (name.n > MAX_NAME || labels < 2 || literal < 2)
        return compile_fail(c, n, "'" STR_FMT "' must end in at least two literal labels",
                            STR_ARG(name));
    return OK;
}

/* What follows the last label that is not literal. */
static const char *tail_of(const char *name)
{
    const char *brace = strrchr(name, '}'), *from = brace ? brace : name;
    const char *dot = brace || name[0] == '*' ? strchr(from, '.') : NULL;

    return dot ? dot + 1 : name;
}

static int read_role(struct compiler *c, const struct node *list, enum host_role role, int entry)
{
    if (!node_is(list, NODE_ARRAY))
        return compile_fail(c, list, "host names stand in a list");
    node_each (c->doc, list, it) {
        struct str name = node_text(c->doc, it);
        struct catalog_host row = {.role = role, .entry = entry};
        int rc = node_is(it, NODE_STRING) ? check_pattern(c, it, name)
                                          : compile_fail(c, it, "a host name is a text");
        if (rc)
            return rc;
        row.name = arena_z(c->a, name);
        if (!row.name)
            return compile_no_memory(c);
        row.tail = tail_of(row.name);
        if (vec_push(&c->hosts, row))
            return compile_no_memory(c);
    }
    return OK;
}

int compile_hosts(struct compiler *c, const struct node *n, int entry)
{
    int rc = n ? compile_members(c, n, HOST_ROLE_NAMES) : OK;

    for (int i = 0; !rc && n && i < HOST_ROLE_COUNT; i++) {
        const struct node *list = node_get(c->doc, n, str_z(HOST_ROLE_NAMES[i]));
        rc = list ? read_role(c, list, (enum host_role)i, entry) : OK;
    }
    return rc;
}

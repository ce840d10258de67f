/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as code: links are sound, every question has an end, the same text the same answers. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "discover/code/uses.h"
#include "discover/imports/imports.h"

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_nodes(const struct code *c)
{
    for (uint32_t i = 0; i < c->n; i++) {
        const struct code_node *n = &c->v[i];
        check(n->kind < CODE_KIND_COUNT && n->role < CODE_ROLE_COUNT);
        check(n->from <= n->to && n->to <= c->text.n);
        check(!i || n->parent < i);
        check(!n->next || (n->next > i && c->v[n->next].parent == n->parent));
    }
}

static uint64_t ask(const struct code *c, const char *language, struct arena *a)
{
    AUTO(names) n = NAMES_INIT;
    AUTO(code_uses) u = CODE_USES_INIT;
    uint64_t sum = 0;
    int rc = names_read(c, a, &n);
    for (uint32_t i = 1; i < c->n && i < 2000 && !rc; i++) {
        struct code_value v;
        sum = sum * 31 + names_qualify(&n, i).n;
        rc = value_of(&n, i, &v);
        sum = sum * 31 + (uint64_t)v.kind + v.text.n;
    }
    if (!rc)
        rc = uses_read(&n, &CATALOG, language, &u);
    for (size_t i = 0; i < u.n && !rc; i++)
        for (int what = 1; what < CODE_TAKE_COUNT; what++)
            sum = sum * 31 + uses_take(&u, &u.v[i], (enum code_take)what);
    check(rc == OK || rc == E_LIMIT || rc == E_NOMEM);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct syntax *s; /* as in a worker: one for all texts */
    static const char *const ids[] = {"python", "javascript", "typescript", "tsx"};
    struct diag d = {0};
    if (!size || (!s && syntax_new((size_t)64 << 20, &s, &d)))
        return 0;
    const struct syntax_language *l = syntax_language_by_id(str_z(ids[data[0] % ARRAY_LEN(ids)]));
    AUTO(code) c = CODE_INIT;
    AUTO(arena) a = ARENA((size_t)64 << 20);
    AUTO(arena) b = ARENA((size_t)64 << 20);
    int rc = syntax_parse(s, l, str_n((const char *)data + 1, size - 1), 0);
    if (!rc)
        rc = syntax_code(s, &c);
    check(rc == OK || rc == E_LIMIT);
    if (!rc) {
        check_nodes(&c);
        check(ask(&c, import_language(l), &a) == ask(&c, import_language(l), &b));
    }
    syntax_clear(s);
    return 0;
}

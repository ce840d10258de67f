/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any input breaks the YAML reader, its document, or the end of alias chains. */
#include "formats/doc_check.h"
#include "formats/yaml.h"

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* A target comes earlier and does not hold the alias. */
static void check_alias(const struct doc *doc, const struct node *n)
{
    const struct node *target = yaml_target(doc, n);

    check(n->type == NODE_NULL && n->end > n->off && doc->text.p[n->off] == '*');
    check(!target || target < n);
    for (const struct node *up = n; target && up; up = node_parent(doc, up))
        check(up != target);
}

static void check_node(const struct doc *doc, const struct node *n)
{
    const struct node *parent = node_parent(doc, n);

    check(!parent || (parent->off <= n->off && n->end <= parent->end));
    check(node_mark(doc, n).line && node_key_mark(doc, n).column);
    if (n->flags & NODE_ALIAS)
        check_alias(doc, n);
    else
        check(yaml_target(doc, n) == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a = ARENA(1 << 20);
    struct limits lim = {
        .bytes = 8000, .depth = 24, .items = 1000, .string_bytes = 300, .memory = 1 << 18};
    struct diag d = {0};
    struct doc doc = {0};
    int rc = yaml_parse(str_n(data, size), &lim, &a, &doc, &d);

    check(rc == OK || rc == E_PARSE || rc == E_LIMIT);
    check(!rc == !d.code && rc == d.code);
    check(rc != E_PARSE || (d.line && d.column && d.text[0] && !doc.nodes));
    if (rc)
        return 0;
    check(doc_sound(&doc) && doc.n);
    for (uint32_t i = 0; i < doc.n; i++)
        check_node(&doc, &doc.nodes[i]);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any input breaks the TOML reader, its document, or the rule of unique keys. */
#include "formats/doc_check.h"
#include "formats/toml.h"

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* No key is defined twice, so each node is found under its own pointer. */
static void check_pointers(const struct doc *doc)
{
    AUTO(buf) path = BUF_INIT;

    check(!doc->duplicates);
    for (uint32_t i = 0; i < MIN(doc->n, 100u); i++) {
        buf_clear(&path);
        node_pointer(doc, &doc->nodes[i], &path);
        check(doc_find(doc, buf_str(&path)) == &doc->nodes[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a = ARENA(1 << 20);
    struct limits lim = {
        .bytes = 8000, .depth = 24, .items = 1000, .string_bytes = 300, .memory = 1 << 18};
    struct diag d = {0};
    struct doc doc = {0};
    int rc = toml_parse(str_n(data, size), &lim, &a, &doc, &d);

    check(rc == OK || rc == E_PARSE || rc == E_LIMIT);
    check(!rc == !d.code && rc == d.code);
    check(rc != E_PARSE || (d.line && d.column && d.text[0] && !doc.nodes));
    if (!rc) {
        check(doc_sound(&doc) && doc.n && node_is(doc_root(&doc), NODE_OBJECT));
        check_pointers(&doc);
    }
    return 0;
}

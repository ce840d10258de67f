/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any git configuration breaks the reader. */
#include "formats/git/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static int on_entry(void *ctx, const struct gitini_entry *e)
{
    size_t *last = ctx;
    check(e->section.n && e->name.n && e->line && e->column);
    check(*last == SIZE_MAX || e->offset > *last);
    check(!e->bare || !e->value.n);
    *last = e->offset;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a = ARENA(1 << 20);
    struct limits lim = {.bytes = 8000, .items = 500};
    struct diag d = {0};
    size_t last = SIZE_MAX;
    int rc = gitini_parse(str_n(data, size), &lim, &a, on_entry, &last, &d);
    check(rc == 0 || rc == E_PARSE || rc == E_LIMIT || rc == E_NOMEM);
    check(!rc == !d.code && (rc != E_PARSE || (d.line && d.column)));
    return 0;
}

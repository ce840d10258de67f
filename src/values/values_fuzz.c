/* SPDX-License-Identifier: Apache-2.0 */
/* Scans and redacts any bytes: spans in order, masks hold. */
#include "base/mem.h"
#include "values/values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    size_t n, last_end, size;
    uint64_t sum;
};

static int on_hit(void *ctx, const struct value_hit *hit)
{
    struct seen *s = ctx;

    if (hit->start < s->last_end || hit->start >= hit->end || hit->end > s->size)
        abort();
    s->last_end = hit->end;
    s->sum = s->sum * 31 + hit->start * 7 + hit->end;
    s->n++;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct values *v;
    struct str text = str_n(data, size), name, value;
    struct seen whole = {.size = size}, masked = {0};
    AUTO(buf) out = BUF_INIT;
    const char *kind;

    if (!v && values_new(&CATALOG, STR_NULL, &v, NULL))
        abort();
    if (values_scan(v, text, on_hit, &whole))
        return 0; /* a pattern reached its limit */
    if (values_redact(v, text, &out))
        abort();
    masked.size = out.n;
    if (values_scan(v, buf_str(&out), on_hit, &masked) || masked.n)
        abort(); /* a value was found in what may be shown */
    str_cut(text, '=', &name, &value);
    if (value_is_literal_secret(v, name, value, &kind) && !catalog_kind(&CATALOG, str_z(kind)))
        abort();
    return 0;
}

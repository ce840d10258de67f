/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the examples of a catalogue agree with the scanner. */
#include "catalog/compile.h"
#include "values/values_internal.h"

struct wanted {
    const char *kind;
    unsigned of_kind, others;
    const char *other;
};

static int count_hit(void *ctx, const struct value_hit *hit)
{
    struct wanted *w = ctx;

    if (str_eq_z(str_z(hit->kind), w->kind)) {
        w->of_kind++;
        return 0;
    }
    w->others++;
    w->other = hit->kind;
    return 0;
}

static int check_one(struct values *v, const struct catalog_example *e, struct diag *d)
{
    struct wanted w = {.kind = e->kind};
    int rc = values_scan(v, e->text, count_hit, &w);

    if (rc)
        return diag_set(d, rc, "an example of %s cannot be scanned", e->kind);
    if (!e->match && !w.of_kind)
        return OK;
    if (e->match && w.of_kind == 1 && !w.others)
        return OK;
    rc = !e->match  ? diag_set(d, E_PARSE, "%s is found in what should not match", e->kind)
         : w.others ? diag_set(d, E_PARSE, "an example of %s is found as %s", e->kind, w.other)
                    : diag_set(d, E_PARSE, "an example of %s is not found", e->kind);
    diag_at(d, e->file, e->line, e->column);
    return rc;
}

int values_check_examples(const struct catalog *c, const struct catalog_example *examples, size_t n,
                          struct diag *d)
{
    struct values *v = NULL;
    int rc = values_new(c, STR_NULL, &v, d);

    for (size_t i = 0; !rc && i < n; i++)
        rc = check_one(v, &examples[i], d);
    values_free(v);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the rows of a snapshot are kept and ordered. */
#include "monitor/snapshot.h"

void snapshot_init(struct snapshot *s)
{
    *s = (struct snapshot){.mem = ARENA(0)};
}

void snapshot_done(struct snapshot *s)
{
    vec_free(&s->rows);
    arena_done(&s->mem);
}

int snapshot_add(struct snapshot *s, struct str subject, struct str id, struct str attribute,
                 struct str value)
{
    struct snapshot_row r = {.subject = arena_str(&s->mem, subject),
                             .id = arena_str(&s->mem, id),
                             .attribute = arena_str(&s->mem, attribute),
                             .value = arena_str(&s->mem, value)};
    if (!r.subject.p || !r.id.p || !r.attribute.p || !r.value.p)
        return arena_error(&s->mem);
    return vec_push(&s->rows, r);
}

static int row_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    const struct snapshot_row *x = a, *y = b;
    int c = str_cmp(x->subject, y->subject);
    c = c ? c : str_cmp(x->id, y->id);
    return c ? c : str_cmp(x->attribute, y->attribute);
}

int snapshot_seal(struct snapshot *s, struct diag *d)
{
    if (vec_sort(&s->rows, row_cmp, NULL))
        return diag_set(d, E_NOMEM, "no memory to compare");
    size_t n = 0;
    for (size_t i = 0; i < s->rows.n; i++) /* of equal rows the first stays */
        if (!n || row_cmp(&s->rows.v[n - 1], &s->rows.v[i], NULL))
            s->rows.v[n++] = s->rows.v[i];
    s->rows.n = n;
    s->sealed = true;
    return 0;
}

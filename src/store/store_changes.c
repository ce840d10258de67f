/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a change is written into history, and what the digest of a scan is made of. */
#include "store/store_internal.h"

static void digest_int(struct sha256 *h, int64_t v)
{
    char number[24];
    int n = snprintf(number, sizeof(number), "%lld", (long long)v);

    sha256_field(h, str_n(number, (size_t)n));
}

/* A missing row and an empty one differ. */
static void digest_row(struct sha256 *h, struct str row)
{
    sha256_add(h, row.p ? STR("+") : STR("-"));
    sha256_field(h, row);
}

void digest_head(struct sha256 *h, const struct digest_head *head)
{
    sha256_field(h, head->previous);
    sha256_field(h, head->uid);
    sha256_field(h, head->program);
    sha256_field(h, head->knowledge);
    sha256_field(h, head->sandbox);
    digest_int(h, head->started);
    digest_int(h, head->deterministic);
}

void digest_end(struct sha256 *h, const struct digest_end *end)
{
    digest_int(h, end->finished);
    digest_int(h, end->posture_low);
    digest_int(h, end->posture_high);
    sha256_field(h, end->state);
}

void digest_change(struct sha256 *h, int64_t id, const struct change *c, struct str old_row,
                   struct str new_row)
{
    digest_int(h, id);
    sha256_field(h, c->subject);
    sha256_field(h, c->id);
    sha256_field(h, c->what);
    digest_row(h, old_row);
    digest_row(h, new_row);
    sha256_field(h, c->cause);
}

int digest_finish(struct sha256 *h, struct buf *ret)
{
    unsigned char digest[SHA256_BYTES];
    int rc = sha256_end(h, digest);

    sha256_done(h);
    if (rc)
        return rc;
    buf_add_hex(ret, digest, sizeof(digest));
    return buf_result(ret);
}

int store_log(struct store *st, const struct change *c, struct diag *d)
{
    struct str old_row = c->old_row ? buf_str(c->old_row) : STR_NULL;
    struct str new_row = c->new_row ? buf_str(c->new_row) : STR_NULL;
    const struct arg none = {.type = ARG_NULL};

    if ((c->old_row && buf_result(c->old_row)) || (c->new_row && buf_result(c->new_row)))
        return store_nomem(d);
    digest_change(&st->digest, st->next_change, c, old_row, new_row);
    st->changes++;
    return store_run(st, SQL_ADD_CHANGE,
                     ARGS(I(st->next_change++), I(st->scan), I(st->at), S(c->subject), S(c->id),
                          S(c->what), old_row.p ? S(old_row) : none, new_row.p ? S(new_row) : none,
                          S(c->cause)),
                     d);
}

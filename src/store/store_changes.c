/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a change is written into history, and read, and what digests of scans are made of. */
#include "formats/json.h"
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

int change_row_read(struct str row, struct arena *a, struct change_row *ret)
{
    const struct limits lim = limits_default();
    AUTO(buf) bare = BUF_INIT;
    int rc;

    *ret = (struct change_row){.bare = row};
    if (!str_has(row, STR(",\"attributes\":{")))
        return 0;
    rc = json_parse(row, JSON_STRICT, &lim, a, &ret->doc, NULL);
    if (rc)
        return rc == E_NOMEM ? rc : E_PARSE;
    ret->attributes = node_get(&ret->doc, doc_root(&ret->doc), STR("attributes"));
    if (!ret->attributes)
        return 0;
    buf_add(&bare, str_sub(row, 0, ret->attributes->key_at));
    buf_cut(&bare, bare.n - 1); /* the comma before it */
    buf_addc(&bare, '}');
    rc = buf_result(&bare);
    if (!rc && !(ret->bare = arena_str(a, buf_str(&bare))).p)
        rc = E_NOMEM;
    return rc;
}

void change_row_attribute(const struct change_row *r, struct str subject, struct str id,
                          const struct node *attribute, struct buf *ret)
{
    bool place = str_eq(subject, STR("place"));
    struct str asset = place ? node_str(&r->doc, doc_root(&r->doc), STR("asset")) : id;

    buf_addf(ret, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(asset), STR_ARG(place ? id : STR("0")),
             STR_ARG(node_key(&r->doc, attribute)));
}

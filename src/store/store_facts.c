/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides which assets of an inventory are stored just so already: what was linked of them is what
 * it was when they were written, and nobody has touched their rows since.
 */
#include "base/mem.h"
#include "base/spill.h"
#include "store/store_chunk.h"

/* ---- digest ---- */

static void add_int(struct sha256 *h, int64_t v)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)v >> (8 * i));
    sha256_add(h, str_n(bytes, sizeof(bytes)));
}

static void add_place(struct sha256 *h, const struct store *st, const struct place *at)
{
    spill_rest();
    add_int(h, store_target(st, at->target));
    add_int(h, at->line);
    add_int(h, at->column);
    add_int(h, at->offset);
    sha256_field(h, at->path);
    sha256_field(h, at->member);
    sha256_field(h, at->pointer);
    sha256_field(h, at->url);
    sha256_field(h, at->collector);
    sha256_field(h, at->snippet);
}

static void add_attrs(struct sha256 *h, const struct store *st, const struct attribute *v, size_t n)
{
    add_int(h, (int64_t)n);
    for (size_t i = 0; i < n; i++) {
        const struct value *value = &v[i].value;

        add_int(h, v[i].attr);
        add_int(h, v[i].state);
        add_int(h, value->type);
        add_int(h, value->number);
        sha256_field(h, value->text);
        add_int(h, (int64_t)value->n);
        for (size_t k = 0; k < value->n; k++)
            sha256_field(h, value->list[k]);
        sha256_field(h, v[i].reason);
        add_place(h, st, &v[i].at);
    }
}

static void add_owners(struct sha256 *h, const struct store *st, const struct asset *a)
{
    add_int(h, (int64_t)a->n_owners);
    for (size_t i = 0; i < a->n_owners; i++) {
        sha256_field(h, a->owners[i].name);
        sha256_field(h, a->owners[i].source);
        add_int(h, a->owners[i].confidence);
        add_place(h, st, &a->owners[i].at);
    }
}

static void add_values(struct sha256 *h, const struct store *st, const struct chunk *c, uint32_t m)
{
    add_int(h, (int64_t)(c->value_first[m + 1] - c->value_first[m]));
    for (size_t i = c->value_first[m]; i < c->value_first[m + 1]; i++) {
        const struct data_value *v = &st->inv->values.v[c->value_order[i]];

        add_int(h, v->class);
        add_int(h, v->length);
        sha256_field(h, v->kind);
        sha256_field(h, v->fingerprint);
        add_place(h, st, &v->at);
    }
}

/* All that store_write.c and store_parts.c read of an asset. */
static void add_asset(struct sha256 *h, const struct store *st, const struct asset *a)
{
    add_int(h, a->kind);
    sha256_field(h, a->id);
    sha256_field(h, a->name);
    sha256_field(h, a->key);
    sha256_field(h, a->scope);
    add_int(h, a->owner_state);
    add_int(h, a->labels);
    add_int(h, a->environment);
    add_int(h, a->criticality);
    add_int(h, a->sanction);
    add_attrs(h, st, a->attrs, a->n_attrs);
    add_int(h, (int64_t)a->n_places);
    for (size_t i = 0; i < a->n_places; i++) {
        add_place(h, st, &a->places[i].at);
        add_int(h, a->places[i].labels);
        sha256_field(h, a->places[i].name);
        add_attrs(h, st, a->places[i].attrs, a->places[i].n_attrs);
    }
}

static int facts_digest(const struct store *st, const struct chunk *c, uint32_t leader,
                        struct buf *ret)
{
    unsigned char digest[SHA256_BYTES];
    struct sha256 h;
    int rc = sha256_init(&h);

    if (rc)
        return rc;
    sha256_field(&h, st->build);
    for (uint32_t m = leader; m != NO_ID; m = st->next_same[m]) {
        add_asset(&h, st, &st->inv->assets.v[m]);
        add_owners(&h, st, &st->inv->assets.v[m]);
        add_values(&h, st, c, m);
    }
    rc = sha256_end(&h, digest);
    buf_clear(ret);
    buf_add_hex(ret, digest, sizeof(digest));
    return rc ? rc : buf_result(ret);
}

/* ---- ids of places ---- */

/* Several places of the inventory that differ only in line are one of the store. */
static int list_places(struct store *st, uint32_t leader, struct buf *out)
{
    AUTO(map) met = MAP_INIT;
    int rc = 0;

    buf_clear(out);
    for (uint32_t m = leader; m != NO_ID; m = st->next_same[m])
        for (size_t k = 0; k < st->inv->assets.v[m].n_places && !rc; k++) {
            const int64_t *id = &st->place_ids[st->first_place[m] + k];
            bool fresh;

            if (!map_put(&met, str_n(id, sizeof(*id)), &fresh))
                rc = E_NOMEM;
            buf_addf(out, "%s%s%lld", out->n ? " " : "", fresh ? "" : "-", (long long)*id);
        }
    return rc ? rc : buf_result(out);
}

/* E_NOTFOUND: that is not what was listed. */
static int take_places(struct store *st, uint32_t leader, struct str list)
{
    struct str word;
    size_t first = st->seen.n;

    for (uint32_t m = leader; m != NO_ID; m = st->next_same[m])
        for (uint32_t k = 0; k < st->inv->assets.v[m].n_places; k++) {
            int64_t id = 0;
            int rc = !str_field(&list, ' ', &word) || str_to_i64(word, &id) || !id ? E_NOTFOUND : 0;

            if (!rc && id > 0 && vec_push(&st->seen, ((struct place_ref){id, m, k})))
                rc = E_NOMEM;
            if (rc) {
                st->seen.n = first;
                return rc;
            }
            st->place_ids[st->first_place[m] + k] = id < 0 ? -id : id;
        }
    return 0;
}

/* ---- the batch ---- */

int facts_begin(struct store *st, struct diag *d)
{
    /* Who writes without keeping account of it makes every account wrong. */
    return st->build.n ? 0 : store_run(st, SQL_DROP_ALL_FACTS, NULL, 0, d);
}

static int read_facts(struct store *st, struct chunk *c, struct batch *b, struct diag *d)
{
    struct stmt *s;
    bool any = false;
    int rc;

    for (size_t i = 0; i < b->n; i++) {
        any |= !st->is_new[b->leaders[i]];
        b->digest[i] = b->places[i] = STR_NULL;
    }
    if (!any || !st->build.n)
        return 0;
    rc = store_stmt(st, SQL_LOAD_FACTS, &s, d);
    for (size_t i = 0; i < CHUNK && !rc; i++) {
        bool known = i < b->n && !st->is_new[b->leaders[i]];

        stmt_bind_str(s, (int)i + 1, known ? st->ids[b->leaders[i]] : STR(""));
    }
    while (!rc && (rc = stmt_step(s, d)) > 0) {
        rc = 0;
        for (size_t i = 0; i < b->n && !rc; i++) {
            if (!str_eq(st->ids[b->leaders[i]], stmt_str(s, 0)))
                continue;
            b->digest[i] = arena_str(&b->mem, stmt_str(s, 1));
            b->places[i] = arena_str(&b->mem, stmt_str(s, 2));
            rc = b->digest[i].p && b->places[i].p ? 0 : store_nomem(d);
        }
    }
    (void)c;
    return rc;
}

static int sift_one(struct store *st, struct chunk *c, struct batch *b, size_t i, struct diag *d)
{
    AUTO(buf) digest = BUF_INIT;
    uint32_t leader = b->leaders[i];
    struct facts *f = &c->facts[c->n];
    int rc = 0;

    spill_rest();
    *f = (struct facts){.kept = b->digest[i].n > 0};
    if (st->build.n && !st->part) {
        if (facts_digest(st, c, leader, &digest))
            return store_nomem(d);
        memcpy(f->digest, digest.p, sizeof(f->digest));
        rc = f->kept && str_eq(b->digest[i], buf_str(&digest))
                 ? take_places(st, leader, b->places[i])
                 : E_NOTFOUND;
        if (!rc)
            return 0;
    }
    c->leaders[c->n++] = leader;
    return rc == E_NOMEM ? store_nomem(d) : 0;
}

int facts_sift(struct store *st, struct chunk *c, struct batch *b, int (*full)(void *ctx),
               void *ctx, struct diag *d)
{
    int rc = read_facts(st, c, b, d);

    for (size_t i = 0; i < b->n && !rc; i++) {
        rc = sift_one(st, c, b, i, d);
        if (!rc && c->n == CHUNK)
            rc = full(ctx);
    }
    b->n = 0;
    arena_clear(&b->mem);
    return rc;
}

int facts_keep(struct writing *w)
{
    const struct facts *f = &w->c->facts[w->c->slot];
    struct store *st = w->st;
    AUTO(buf) places = BUF_INIT;

    if (!st->build.n)
        return 0;
    if (st->part || w->mixed)
        return f->kept ? store_drop_facts(st, w->id, w->d) : 0;
    if (list_places(st, w->leader, &places))
        return store_nomem(w->d);
    return store_run(st, SQL_PUT_FACTS,
                     ARGS(S(w->id), S(str_n(f->digest, sizeof(f->digest))), S(buf_str(&places))),
                     w->d);
}

int store_drop_facts(struct store *st, struct str asset, struct diag *d)
{
    return store_run(st, SQL_DROP_FACTS, ARGS(S(asset)), d);
}

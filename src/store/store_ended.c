/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides how what is gone or closed is sealed: in buckets of ids, of which a scan seals those
 * again in which it wrote something. So it costs what changed, and not all that ever was.
 */
#include "base/mem.h"
#include "store/store_internal.h"

#define PLACES_A_BUCKET 64
#define BUCKET_TEXT     3 /* letters of an id that count, or after the name of its kind one less */

static const struct {
    const char *name;
    enum sql rows, ids;
} PARTS[ENDED_PARTS] = {
    [ENDED_ASSETS] = {"asset", SQL_ENDED_ASSETS, SQL_ENDED_ASSET_IDS},
    [ENDED_PLACES] = {"place", SQL_ENDED_PLACES, SQL_ENDED_PLACE_IDS},
    [ENDED_FINDINGS] = {"finding", SQL_ENDED_FINDINGS, SQL_ENDED_FINDING_IDS},
};

/* What each statement may change of rows that are gone or closed, or become so: ?1 is their id.
 * What is new is not, and what is seen is reopened, too, if it was. */
static const unsigned char TOUCHES[SQL_COUNT] = {
    [SQL_SET_ASSET] = ENDED_ASSETS + 1,         [SQL_SET_ASSET_STATE] = ENDED_ASSETS + 1,
    [SQL_SET_ASSET_FIRST] = ENDED_ASSETS + 1,   [SQL_DROP_ASSET] = ENDED_ASSETS + 1,
    [SQL_SET_PLACE] = ENDED_PLACES + 1,         [SQL_END_PLACE] = ENDED_PLACES + 1,
    [SQL_SET_PLACE_ASSET] = ENDED_PLACES + 1,   [SQL_DROP_PLACE] = ENDED_PLACES + 1,
    [SQL_SET_LAST_SEEN] = ENDED_PLACES + 1,     [SQL_REOPEN_FINDING] = ENDED_FINDINGS + 1,
    [SQL_CLOSE_FINDING] = ENDED_FINDINGS + 1,   [SQL_SET_FINDING_ASSET] = ENDED_FINDINGS + 1,
    [SQL_SET_FINDING_SEEN] = ENDED_FINDINGS + 1};

/* ---- buckets ---- */

/* The start of an id: "model-4f" of "model-4f2a...", "4f2" of "4f2a...". */
static struct str start_of(struct str id)
{
    size_t dash = str_chr(id, '-', 0), n = 0;
    size_t max = MIN(id.n, dash == SIZE_MAX ? BUCKET_TEXT : dash + BUCKET_TEXT);

    while (n < max && id.p[n] >= ' ' && id.p[n] < '~')
        n++;
    return str_sub(id, 0, n);
}

static int touch(struct store *st, enum ended part, struct str bucket)
{
    bool is_new;
    struct map *m = &st->touched[part];

    if (map_get(m, bucket))
        return 0;
    bucket = arena_str(&st->mem, bucket);
    return bucket.p && map_put(m, bucket, &is_new) ? 0 : E_NOMEM;
}

static int touch_place(struct store *st, int64_t id)
{
    char text[24];

    return touch(st, ENDED_PLACES,
                 str_n(text, (size_t)snprintf(text, sizeof(text), "%lld",
                                              (long long)(id / PLACES_A_BUCKET))));
}

int ended_touch(struct store *st, enum sql which, const struct arg *id)
{
    enum ended part = (enum ended)(TOUCHES[which] - 1);

    if (!TOUCHES[which] || !st->scanning)
        return 0;
    return part == ENDED_PLACES ? touch_place(st, id->i) : touch(st, part, start_of(id->s));
}

/* All buckets that hold something. */
static int touch_all(struct store *st, struct diag *d)
{
    int rc = 0;

    for (int part = 0; part < ENDED_PARTS && !rc; part++) {
        struct stmt *s;

        rc = store_query(st, PARTS[part].ids, NULL, 0, &s, d);
        while (!rc && (rc = stmt_step(s, d)) > 0) {
            rc = part == ENDED_PLACES ? touch_place(st, stmt_int(s, 0))
                                      : touch(st, (enum ended)part, start_of(stmt_str(s, 0)));
            if (rc)
                rc = store_nomem(d);
        }
    }
    return rc;
}

static int find_rows(struct store *st, enum ended part, struct str bucket, struct stmt **ret,
                     struct diag *d)
{
    AUTO(buf) end = BUF_INIT;
    int64_t first;

    if (part == ENDED_PLACES) {
        if (str_to_i64(bucket, &first))
            return diag_set(d, E_PARSE, "the store is damaged: a bucket of places has no number");
        first *= PLACES_A_BUCKET;
        return store_query(st, PARTS[part].rows, ARGS(I(first), I(first + PLACES_A_BUCKET)), ret,
                           d);
    }
    buf_add(&end, bucket);
    if (bucket.n && !buf_result(&end))
        end.p[end.n - 1]++; /* the next letter: start_of takes none after '}' */
    else
        buf_addz(&end, "\xf4\x8f\xbf\xbf");
    if (buf_result(&end))
        return store_nomem(d);
    return store_query(st, PARTS[part].rows, ARGS(S(bucket), S(buf_str(&end))), ret, d);
}

/* *ret stays empty when nothing in the bucket has ended. */
static int seal_bucket(struct store *st, enum ended part, struct str bucket, struct buf *ret,
                       struct diag *d)
{
    AUTO(sha256) h = {0};
    struct stmt *s;
    bool any = false;
    int rc = sha256_init(&h) ? store_nomem(d) : find_rows(st, part, bucket, &s, d);

    buf_clear(ret);
    while (!rc && (rc = stmt_step(s, d)) > 0) {
        rc = 0;
        /* An id that only begins alike stands in a bucket of its own. */
        if (part != ENDED_PLACES && !str_eq(start_of(stmt_str(s, 0)), bucket))
            continue;
        seal_row(&h, s, 1);
        any = true;
    }
    if (rc || !any)
        return rc;
    return digest_finish(&h, ret) ? store_nomem(d) : 0;
}

/* ---- the seal ---- */

static void add_bucket(struct sha256 *h, struct str part, struct str bucket, struct str digest)
{
    sha256_field(h, part);
    sha256_field(h, bucket);
    sha256_field(h, digest);
}

static int seal_touched(struct store *st, enum ended part, struct diag *d)
{
    AUTO(buf) digest = BUF_INIT;
    struct str name = str_z(PARTS[part].name);
    int rc = 0;

    for (size_t i = 0; i < st->touched[part].n && !rc; i++) {
        struct str bucket = st->touched[part].entries[i].key;

        rc = seal_bucket(st, part, bucket, &digest, d);
        if (rc)
            return rc;
        rc = digest.n
                 ? store_run(st, SQL_PUT_SEAL, ARGS(S(name), S(bucket), S(buf_str(&digest))), d)
                 : store_run(st, SQL_DROP_SEAL, ARGS(S(name), S(bucket)), d);
    }
    return rc;
}

int ended_stored(struct store *st, struct buf *ret, struct diag *d)
{
    AUTO(sha256) h = {0};
    struct stmt *s;
    int rc = sha256_init(&h) ? store_nomem(d) : store_query(st, SQL_ALL_SEALS, NULL, 0, &s, d);

    while (!rc && (rc = stmt_step(s, d)) > 0) {
        add_bucket(&h, stmt_str(s, 0), stmt_str(s, 1), stmt_str(s, 2));
        rc = 0;
    }
    return rc ? rc : digest_finish(&h, ret) ? store_nomem(d) : 0;
}

int ended_seal(struct store *st, struct buf *ret, struct diag *d)
{
    int64_t sealed;
    int rc = store_one(st, SQL_HAS_SEALS, NULL, 0, 0, &sealed, d);

    if (!rc && !sealed) { /* nobody has kept account so far */
        rc = store_run(st, SQL_DROP_SEALS, NULL, 0, d);
        rc = rc ? rc : touch_all(st, d);
        rc = rc ? rc : store_run(st, SQL_SET_SEALS, NULL, 0, d);
    }
    for (int part = 0; part < ENDED_PARTS && !rc; part++)
        rc = seal_touched(st, (enum ended)part, d);
    return rc ? rc : ended_stored(st, ret, d);
}

void ended_forget(struct store *st)
{
    for (int i = 0; i < ENDED_PARTS; i++)
        map_done(&st->touched[i]);
}

static int by_bytes(const void *a, const void *b, void *ctx UNUSED)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int hash_part(struct store *st, enum ended part, struct sha256 *h, struct diag *d)
{
    AUTO(buf) digest = BUF_INIT;
    struct {
        VEC(struct str);
    } order = {0};
    int rc = 0;

    map_each (e, &st->touched[part]) {
        if (!rc && vec_push(&order, e->key))
            rc = store_nomem(d);
    }
    if (!rc && vec_sort(&order, by_bytes, NULL))
        rc = store_nomem(d);
    for (size_t i = 0; i < order.n && !rc; i++) {
        rc = seal_bucket(st, part, order.v[i], &digest, d);
        if (!rc && digest.n)
            add_bucket(h, str_z(PARTS[part].name), order.v[i], buf_str(&digest));
    }
    vec_free(&order);
    return rc;
}

int ended_real(struct store *st, struct buf *ret, struct diag *d)
{
    static const enum ended BY_NAME[] = {ENDED_ASSETS, ENDED_FINDINGS, ENDED_PLACES};
    AUTO(sha256) h = {0};
    int rc = sha256_init(&h) ? store_nomem(d) : touch_all(st, d);

    for (size_t i = 0; i < ARRAY_LEN(BY_NAME) && !rc; i++)
        rc = hash_part(st, BY_NAME[i], &h, d);
    ended_forget(st);
    return rc ? rc : digest_finish(&h, ret) ? store_nomem(d) : 0;
}

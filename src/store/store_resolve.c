/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides which stored asset each asset of an inventory is: by id, by alias, and for files that
 * were renamed by their content. A stored id stays; of several the one seen first stays.
 */
#include "base/mem.h"
#include "base/spill.h"
#include "store/store_internal.h"

/* One id under which an asset of the inventory could be known. */
struct probe {
    struct str id;
    uint32_t asset;
    struct str stored; /* what it led to, empty: nothing */
    int64_t first_seen;
};

struct probes {
    VEC(struct probe);
};

static int list_probes(struct store *st, struct probes *p)
{
    for (uint32_t i = 0; i < st->inv->assets.n; i++) {
        const struct asset *a = &st->inv->assets.v[i];

        spill_rest();
        if (vec_push(p, ((struct probe){.id = a->id, .asset = i})))
            return E_NOMEM;
        for (size_t k = 0; k < a->n_aliases; k++)
            if (vec_push(p, ((struct probe){.id = a->aliases[k], .asset = i})))
                return E_NOMEM;
    }
    return 0;
}

static int read_hits(struct store *st, enum sql which, struct probe *chunk, size_t n,
                     struct diag *d)
{
    struct stmt *s;
    int rc = store_stmt(st, which, &s, d);

    for (size_t i = 0; i < CHUNK && !rc; i++)
        stmt_bind_str(s, (int)i + 1, i < n ? chunk[i].id : STR(""));
    while (!rc && (rc = stmt_step(s, d)) > 0) {
        struct str stored = arena_str(&st->mem, stmt_str(s, 1));

        rc = stored.p ? 0 : store_nomem(d);
        for (size_t i = 0; i < n; i++)
            if (str_eq(chunk[i].id, stmt_str(s, 0))) {
                chunk[i].stored = stored;
                chunk[i].first_seen = stmt_int(s, 2);
            }
    }
    return rc;
}

static int look_up(struct store *st, struct probes *p, struct diag *d)
{
    int64_t any = 0;
    int rc = store_one(st, SQL_ANY_ASSET, NULL, 0, 0, &any, d);

    if (!rc && any && list_probes(st, p))
        rc = store_nomem(d);
    for (size_t i = 0; i < p->n && !rc; i += CHUNK) {
        size_t n = MIN((size_t)CHUNK, p->n - i);

        rc = read_hits(st, SQL_FIND_ASSETS, p->v + i, n, d);
        if (!rc)
            rc = read_hits(st, SQL_FIND_ALIASES, p->v + i, n, d);
    }
    return rc;
}

/* Follow merges that were decided earlier in this scan. */
static struct str follow(const struct map *merged, const struct probes *p, struct str id)
{
    const uint64_t *to;

    while ((to = map_get(merged, id)))
        id = p->v[*to].stored;
    return id;
}

static bool is_older(const struct probe *a, struct str a_id, const struct probe *b, struct str b_id)
{
    if (a->first_seen != b->first_seen)
        return a->first_seen < b->first_seen;
    return str_cmp(a_id, b_id) < 0;
}

/* All probes of one asset that led somewhere name one stored asset; the rest merge into it. */
static int settle(struct store *st, const struct probes *p, size_t from, size_t to,
                  struct map *merged, struct diag *d)
{
    size_t best = SIZE_MAX;
    int rc = 0;

    for (size_t i = from; i < to; i++) {
        struct str id = follow(merged, p, p->v[i].stored);

        if (id.n && (best == SIZE_MAX ||
                     is_older(&p->v[i], id, &p->v[best], follow(merged, p, p->v[best].stored))))
            best = i;
    }
    if (best == SIZE_MAX)
        return 0;
    struct str into = follow(merged, p, p->v[best].stored);
    for (size_t i = from; i < to && !rc; i++) {
        struct str id = follow(merged, p, p->v[i].stored);
        bool is_new;

        if (!id.n || str_eq(id, into))
            continue;
        rc = store_merge_assets(st, id, into, d);
        uint64_t *slot = rc ? NULL : map_put(merged, id, &is_new);
        if (!rc && !slot)
            rc = store_nomem(d);
        if (slot)
            *slot = best;
    }
    st->ids[p->v[from].asset] = into;
    return rc;
}

static int settle_all(struct store *st, const struct probes *p, struct diag *d)
{
    AUTO(map) merged = MAP_INIT;
    int rc = 0;

    for (size_t i = 0, next; i < p->n && !rc; i = next) {
        for (next = i; next < p->n && p->v[next].asset == p->v[i].asset; next++)
            continue;
        rc = settle(st, p, i, next, &merged, d);
    }
    /* An earlier asset may have been settled on one that was merged away since. */
    for (size_t i = 0; i < st->inv->assets.n; i++)
        st->ids[i] = follow(&merged, p, st->ids[i]);
    return rc;
}

/* ---- renamed files ---- */

/* What a file is by content; empty when that is not known well enough. */
static void content_of(const struct asset *a, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i < a->n_attrs; i++) {
        const struct attribute *at = &a->attrs[i];
        struct str name = str_z(attr_info(at->attr)->name);

        if (at->state == STATE_ABSENT || at->state == STATE_UNRESOLVED)
            continue;
        if (a->kind == KIND_MODEL_FILE && !str_eq(name, STR("sha256")))
            continue;
        buf_addf(out, STR_FMT "=", STR_ARG(name));
        value_text(&at->value, out);
        buf_addc(out, '\n');
    }
}

struct content {
    struct buf text;
    struct str asset;
};

/* The value of a content is the id (with its NUL) of the one file that has it, or 0: several. */
static int offer_content(struct store *st, struct map *by_content, struct content *c,
                         struct diag *d)
{
    bool is_new;
    char *id;
    uint64_t *slot;

    if (!c->text.n || map_get(&st->by_id, c->asset))
        return 0;
    id = arena_z(&st->mem, c->asset);
    slot = id && !buf_result(&c->text) ? map_put(by_content, buf_str(&c->text), &is_new) : NULL;
    if (!slot)
        return store_nomem(d);
    *slot = is_new ? (uint64_t)(uintptr_t)id : 0;
    return 0;
}

static void add_stored_attr(struct content *c, bool model, const struct stmt *s)
{
    struct str name = stmt_str(s, 1), state = stmt_str(s, 3);

    if (str_eq(state, STR("absent")) || str_eq(state, STR("unresolved")) ||
        (model && !str_eq(name, STR("sha256"))))
        return;
    buf_addf(&c->text, STR_FMT "=" STR_FMT "\n", STR_ARG(name), STR_ARG(stmt_str(s, 2)));
}

/* Contents of the stored files of one kind and scope that this inventory does not name. */
static int stored_contents(struct store *st, const struct asset *like, struct map *by_content,
                           struct diag *d)
{
    AUTO(buf) current = BUF_INIT;
    struct content c = {.text = BUF_INIT};
    struct stmt *s;
    int rc = store_query(
        st, SQL_CONTENT_ROWS,
        ARGS(S(str_z(kind_info(like->kind)->name)), S(store_text(st, like->scope))), &s, d);

    while (!rc && (rc = stmt_step(s, d)) > 0) {
        rc = 0;
        if (!str_eq(stmt_str(s, 0), buf_str(&current))) {
            c.asset = buf_str(&current);
            rc = offer_content(st, by_content, &c, d);
            buf_clear(&c.text);
            buf_clear(&current);
            buf_add(&current, stmt_str(s, 0));
        }
        add_stored_attr(&c, like->kind == KIND_MODEL_FILE, s);
    }
    c.asset = buf_str(&current);
    if (!rc)
        rc = offer_content(st, by_content, &c, d);
    buf_done(&c.text);
    return rc;
}

/* True when every place of the stored file was looked at by this scan (and, as it is not in the
 * inventory, not found there). */
static int has_vanished(struct store *st, struct str asset, bool *ret, struct diag *d)
{
    struct stmt *s;
    int rc = store_query(st, SQL_CONTENT_PLACES, ARGS(S(asset)), &s, d);

    *ret = true;
    while (!rc && (rc = stmt_step(s, d)) > 0) {
        *ret = *ret && store_is_covered(st, stmt_int(s, 1), stmt_str(s, 2), stmt_str(s, 3));
        rc = 0;
    }
    return rc;
}

static int rename_one(struct store *st, uint32_t asset, const struct map *by_content,
                      struct map *taken, struct diag *d)
{
    AUTO(buf) content = BUF_INIT;
    const uint64_t *hit;
    bool vanished = false, is_new;
    struct str id;
    int rc;

    content_of(&st->inv->assets.v[asset], &content);
    if (buf_result(&content))
        return store_nomem(d);
    hit = content.n ? map_get(by_content, buf_str(&content)) : NULL;
    if (!hit || !*hit)
        return 0;
    id = str_z((const char *)(uintptr_t)*hit);
    rc = has_vanished(st, id, &vanished, d);
    if (rc || !vanished)
        return rc;
    uint64_t *slot = map_put(taken, id, &is_new);
    if (!slot)
        return store_nomem(d);
    /* Two new files with the content of one that is gone: copies, not a rename. */
    if (!is_new)
        st->ids[*slot] = STR_NULL;
    else
        st->ids[asset] = id;
    *slot = asset;
    return 0;
}

static bool can_be_renamed(const struct store *st, uint32_t i)
{
    enum kind kind = st->inv->assets.v[i].kind;

    return !st->ids[i].n && (kind == KIND_MODEL_FILE || kind == KIND_INSTRUCTION_FILE);
}

/* Assets are sorted by kind; those of one scope share one look at the store. */
static int find_renames(struct store *st, struct diag *d)
{
    AUTO(map) taken = MAP_INIT;
    AUTO(map) by_content = MAP_OWNED(&st->mem);
    const struct asset *loaded = NULL;
    int rc = 0;

    for (uint32_t i = 0; i < st->inv->assets.n && !rc; i++) {
        const struct asset *a = &st->inv->assets.v[i];

        spill_rest();
        if (!can_be_renamed(st, i))
            continue;
        if (!loaded || loaded->kind != a->kind || !str_eq(loaded->scope, a->scope)) {
            map_clear(&by_content);
            rc = stored_contents(st, a, &by_content, d);
            loaded = a;
        }
        if (!rc)
            rc = rename_one(st, i, &by_content, &taken, d);
    }
    return rc;
}

/* ---- result ---- */

/* Assets of the inventory that are one stored asset form a chain behind the first of them: made
 * from its end, so that each costs the same. */
static int make_index(struct store *st, struct diag *d)
{
    map_clear(&st->by_id);
    for (uint32_t i = (uint32_t)st->inv->assets.n; i-- > 0;) {
        struct str id = st->ids[i].n ? st->ids[i] : st->inv->assets.v[i].id;
        bool is_new;
        spill_rest();
        uint64_t *slot = map_put(&st->by_id, id, &is_new);

        if (!slot)
            return store_nomem(d);
        st->next_same[i] = is_new ? NO_ID : (uint32_t)*slot;
        *slot = i;
    }
    return 0;
}

static int allocate(struct store *st, struct diag *d)
{
    size_t n = st->inv->assets.n, places = 0;

    st->ids = arena_new_n(&st->mem, struct str, n + 1);
    st->is_new = arena_new_n(&st->mem, bool, n + 1);
    st->next_same = arena_new_n(&st->mem, uint32_t, n + 1);
    st->first_place = arena_new_n(&st->mem, size_t, n + 1);
    if (!st->ids || !st->is_new || !st->next_same || !st->first_place)
        return store_nomem(d);
    for (size_t i = 0; i < n; i++) {
        spill_rest();
        st->first_place[i] = places;
        places += st->inv->assets.v[i].n_places;
    }
    st->place_ids = arena_new_n(&st->mem, int64_t, places + 1);
    return st->place_ids ? 0 : store_nomem(d);
}

static void finish_ids(struct store *st)
{
    for (size_t i = 0; i < st->inv->assets.n; i++) {
        spill_rest();
        st->is_new[i] = !st->ids[i].n;
        if (!st->ids[i].n)
            st->ids[i] = st->inv->assets.v[i].id;
    }
}

int store_resolve(struct store *st, struct diag *d)
{
    struct probes p = {0};
    int rc = allocate(st, d);

    if (!rc)
        rc = look_up(st, &p, d);
    if (!rc)
        rc = settle_all(st, &p, d);
    if (!rc)
        rc = make_index(st, d);
    if (!rc)
        rc = find_renames(st, d);
    if (!rc)
        finish_ids(st);
    if (!rc)
        rc = make_index(st, d);
    vec_free(&p);
    return rc;
}

/* ---- aliases ---- */

static int add_alias(struct store *st, struct str alias, struct str asset, struct diag *d)
{
    const struct change c = {.subject = STR("alias"),
                             .id = alias,
                             .what = STR("added"),
                             .new_row = &st->json_new,
                             .cause = STR("same-asset")};
    int rc = store_run(st, SQL_ADD_ALIAS, ARGS(S(alias), S(asset)), d);

    alias_json(asset, &st->json_new);
    return rc ? rc : store_log(st, &c, d);
}

/* Every id of the inventory that is not stored under its own name is an alias, once. */
static int add_chunk(struct store *st, struct probe *chunk, size_t n, struct diag *d)
{
    int rc = n ? read_hits(st, SQL_FIND_ALIASES, chunk, n, d) : 0;

    for (size_t i = 0; i < n && !rc; i++)
        if (!chunk[i].stored.n)
            rc = add_alias(st, chunk[i].id, st->ids[chunk[i].asset], d);
    return rc;
}

int store_add_aliases(struct store *st, struct diag *d)
{
    AUTO(map) done = MAP_INIT;
    struct probe chunk[CHUNK];
    size_t n = 0;
    int rc = 0;

    for (uint32_t i = 0; i < st->inv->assets.n && !rc; i++) {
        const struct asset *a = &st->inv->assets.v[i];

        spill_rest();
        for (size_t k = 0; k <= a->n_aliases && !rc; k++) {
            struct str id = k ? a->aliases[k - 1] : a->id;
            bool is_new;

            if (str_eq(id, st->ids[i]))
                continue;
            if (!map_put(&done, id, &is_new))
                rc = store_nomem(d);
            if (rc || !is_new || map_get(&st->by_id, id))
                continue;
            chunk[n++] = (struct probe){.id = id, .asset = i};
            if (n == CHUNK) {
                rc = add_chunk(st, chunk, n, d);
                n = 0;
            }
        }
    }
    return rc ? rc : add_chunk(st, chunk, n, d);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a store is opened and what one scan begins and ends with. */
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "store/migrate.h"
#include "store/store_internal.h"

int store_open(const char *location, enum db_mode mode, const struct clock *clock,
               struct store **ret, struct diag *d)
{
    struct store *st = mem_alloc(sizeof(*st));
    int rc;

    if (!st)
        return store_nomem(d);
    st->clock = *clock;
    st->json_old = st->json_new = st->text = (struct buf)BUF_INIT;
    rc = db_open(location, mode, &st->db, d);
    if (!rc)
        rc = store_migrate(st->db, mode == DB_CREATE || strcmp(location, ":memory:") == 0, d);
    if (rc) {
        store_free(st);
        return rc;
    }
    *ret = st;
    return 0;
}

static void forget_scan(struct store *st)
{
    for (size_t i = 0; st->covered && i < st->n_targets; i++) {
        map_done(&st->covered[i].gaps);
        map_done(&st->covered[i].examined_at);
        vec_free(&st->covered[i].globs);
    }
    st->covered = NULL;
    map_done(&st->by_id);
    map_done(&st->controls);
    ended_forget(st);
    vec_free(&st->seen);
    vec_free(&st->gone);
    sha256_done(&st->digest);
    arena_done(&st->mem);
    memset(st->label_sets, 0, sizeof(st->label_sets));
    st->inv = NULL;
    st->scanning = st->runs_known = false;
    st->text_error = 0;
}

struct store *store_free(struct store *st)
{
    if (!st)
        return NULL;
    store_scan_abort(st);
    for (int i = 0; i < SQL_COUNT; i++)
        stmt_free(st->stmts[i]);
    buf_done(&st->json_old);
    buf_done(&st->json_new);
    buf_done(&st->text);
    db_free(st->db);
    mem_free(st);
    return NULL;
}

struct db *store_db(struct store *st)
{
    return st->db;
}

void store_scan_abort(struct store *st)
{
    if (!st->scanning)
        return;
    store_reset(st);
    db_rollback(st->db);
    forget_scan(st);
}

/* ---- texts ---- */

/*
 * Escaping keeps different names different: an escaped text always holds "\x" or "\u", and a text
 * that holds one of them by itself is escaped, too.
 */
struct str store_text(struct store *st, struct str s)
{
    AUTO(buf) b = BUF_INIT;
    struct str copy;

    if (!s.n)
        return STR("");
    if (!memchr(s.p, '\0', s.n) && str_is_utf8(s) &&
        (!memchr(s.p, '\\', s.n) || (!str_has(s, STR("\\x")) && !str_has(s, STR("\\u")))))
        return s;
    path_show(&b, s);
    copy = buf_result(&b) ? STR_NULL : arena_str(&st->mem, buf_str(&b));
    if (!copy.p)
        st->text_error = E_NOMEM;
    return copy;
}

struct str store_labels(struct store *st, uint32_t labels)
{
    struct str *words = &st->label_sets[labels & (LABEL_SETS - 1)];
    AUTO(buf) b = BUF_INIT;

    if (!labels)
        return STR("");
    if (words->p)
        return *words;
    for (int i = 0; i < LABEL_COUNT; i++) {
        if (!(labels & (1u << i)))
            continue;
        if (b.n)
            buf_addc(&b, ' ');
        buf_addz(&b, LABEL_NAMES[i]);
    }
    *words = buf_result(&b) ? STR_NULL : arena_str(&st->mem, buf_str(&b));
    if (!words->p)
        st->text_error = E_NOMEM;
    return *words;
}

/* ---- begin ---- */

static int read_counters(struct store *st, struct diag *d)
{
    static const struct {
        enum sql sql;
        size_t at;
    } COUNTERS[] = {
        {SQL_NEXT_SCAN, offsetof(struct store, scan)},
        {SQL_NEXT_PLACE, offsetof(struct store, next_place)},
        {SQL_NEXT_VALUE, offsetof(struct store, next_value)},
        {SQL_NEXT_CHANGE, offsetof(struct store, next_change)},
    };
    struct stmt *s;
    int rc = 0;

    for (size_t i = 0; i < ARRAY_LEN(COUNTERS) && !rc; i++)
        rc = store_one(st, COUNTERS[i].sql, NULL, 0, 1,
                       (int64_t *)(void *)((char *)st + COUNTERS[i].at), d);
    if (!rc)
        rc = store_query(st, SQL_LAST_DIGEST, NULL, 0, &s, d);
    if (rc)
        return rc;
    rc = stmt_step(s, d);
    if (rc < 0)
        return rc;
    st->previous = rc ? arena_str(&st->mem, stmt_str(s, 0)) : STR("");
    stmt_reset(s);
    return st->previous.p ? 0 : store_nomem(d);
}

static int add_target(struct store *st, const struct scan_target *t, int64_t *ret, struct diag *d)
{
    struct str identity = store_text(st, t->identity), given = store_text(st, t->given);
    struct str root = store_text(st, t->root);
    int64_t id = 0;
    int rc = store_one(st, SQL_FIND_TARGET, ARGS(S(identity)), 0, &id, d);

    if (rc)
        return rc;
    *ret = id;
    if (id)
        return store_run(st, SQL_SET_TARGET, ARGS(I(id), S(given), S(root)), d);
    rc = store_one(st, SQL_NEXT_TARGET, NULL, 0, 1, ret, d);
    /* The name of a commit tells people nothing. */
    bool commit = str_starts(identity, STR("commit:")) && str_chr(identity, '/', 0) == SIZE_MAX;
    struct str name = path_base(commit ? root : identity);
    return rc ? rc
              : store_run(st, SQL_ADD_TARGET,
                          ARGS(I(*ret), S(identity), S(name), S(given), S(root)), d);
}

static int scan_uid(struct store *st, const struct scan_info *info, struct buf *out)
{
    AUTO(sha256) h = {0};
    unsigned char digest[SHA256_BYTES];
    int rc = sha256_init(&h);

    if (rc)
        return rc;
    buf_addf(out, "%lld %lld", (long long)info->started_ms, (long long)st->scan);
    sha256_field(&h, st->previous);
    sha256_field(&h, buf_str(out));
    for (size_t i = 0; i < info->n_targets; i++)
        sha256_field(&h, info->targets[i].identity);
    rc = sha256_end(&h, digest);
    buf_clear(out);
    buf_add_hex(out, digest, 8);
    return rc ? rc : buf_result(out);
}

static int add_scan(struct store *st, const struct scan_info *info, struct diag *d)
{
    AUTO(buf) uid = BUF_INIT;
    struct digest_head head;
    int rc = scan_uid(st, info, &uid);

    if (rc || sha256_init(&st->digest))
        return store_nomem(d);
    head = (struct digest_head){.previous = st->previous,
                                .uid = buf_str(&uid),
                                .program = store_text(st, info->program),
                                .knowledge = store_text(st, info->knowledge),
                                .sandbox = store_text(st, info->sandbox),
                                .started = st->at,
                                .deterministic = info->deterministic};
    digest_head(&st->digest, &head);
    return store_run(st, SQL_ADD_SCAN,
                     ARGS(I(st->scan), S(head.uid), S(head.program), S(head.knowledge),
                          S(head.sandbox), I(info->deterministic), I(st->at), S(st->previous)),
                     d);
}

int store_add_scan(struct store *st, const struct scan_info *info, struct diag *d)
{
    int rc = read_counters(st, d);

    if (!rc)
        rc = add_scan(st, info, d);
    st->targets = arena_new_n(&st->mem, int64_t, info->n_targets + 1);
    st->seen_before = arena_new_n(&st->mem, int64_t, info->n_targets + 1);
    st->covered = arena_new_n(&st->mem, struct covered, info->n_targets + 1);
    st->inputs = arena_str(&st->mem, info->inputs.p ? info->inputs : STR(""));
    st->build = arena_str(&st->mem, info->build.p ? info->build : STR(""));
    st->part = info->part;
    if (!rc && (!st->targets || !st->seen_before || !st->covered || !st->inputs.p || !st->build.p))
        return store_nomem(d);
    st->n_targets = info->n_targets;
    for (size_t i = 0; i < info->n_targets && !rc; i++) {
        rc = add_target(st, &info->targets[i], &st->targets[i], d);
        if (!rc)
            rc = store_one(st, SQL_TARGET_SEEN, ARGS(I(st->targets[i])), 0, &st->seen_before[i], d);
        if (!rc)
            rc = store_run(st, SQL_ADD_SCAN_TARGET, ARGS(I(st->scan), I(st->targets[i]), I(i)), d);
    }
    return rc ? rc : st->text_error ? store_nomem(d) : 0;
}

int store_scan_begin(struct store *st, const struct scan_info *info, struct diag *d)
{
    int rc;

    if (st->scanning)
        return diag_set(d, E_BUG, "a scan is open already");
    rc = db_begin(st->db, d);
    if (rc)
        return rc;
    st->scanning = true;
    st->at = info->started_ms;
    st->changes = 0;
    rc = store_add_scan(st, info, d);
    if (rc)
        store_scan_abort(st);
    return rc;
}

/* ---- inventory ---- */

static int by_place_id(const void *a, const void *b, void *ctx)
{
    const struct place_ref *x = a, *y = b;

    (void)ctx;
    return x->id < y->id ? -1 : x->id > y->id;
}

int store_put_inventory(struct store *st, const struct inventory *inv, struct diag *d)
{
    int rc;

    if (!st->scanning || st->inv || !inv->sealed)
        return diag_set(d, E_BUG, "the inventory is stored once in an open scan, when sealed");
    st->inv = inv;
    rc = store_write_coverage(st, d);
    if (!rc)
        rc = store_resolve(st, d);
    if (!rc)
        rc = store_write_assets(st, d);
    if (!rc)
        rc = store_add_aliases(st, d);
    if (!rc && vec_sort(&st->seen, by_place_id, NULL))
        rc = store_nomem(d);
    if (!rc)
        rc = store_write_presence(st, d);
    if (!rc)
        rc = store_write_path_owners(st, d);
    if (!rc)
        rc = store_write_relations(st, d);
    if (!rc) /* from here on the views say that it was seen now */
        rc = store_run(st, SQL_ADD_TURN, ARGS(I(st->scan), I(!st->part), I(0), S(st->inputs)), d);
    if (!rc && st->text_error)
        rc = store_nomem(d);
    store_reset(st); /* whoever reads now may make and drop tables */
    return rc;
}

static const struct place_ref *find_ref(const struct store *st, int64_t id)
{
    size_t from = 0, to = st->seen.n;

    while (from < to) {
        size_t mid = from + (to - from) / 2;

        if (st->seen.v[mid].id < id)
            from = mid + 1;
        else
            to = mid;
    }
    return from < st->seen.n && st->seen.v[from].id == id ? &st->seen.v[from] : NULL;
}

bool store_was_seen(const struct store *st, int64_t place)
{
    return find_ref(st, place) != NULL;
}

int store_asset_index(struct store *st, struct str asset_id, uint32_t *ret)
{
    const uint64_t *hit = map_get(&st->by_id, asset_id);

    if (!hit)
        return E_NOTFOUND;
    *ret = (uint32_t)*hit;
    return 0;
}

int store_place_index(struct store *st, int64_t place_id, uint32_t *ret_asset, uint32_t *ret_place)
{
    const struct place_ref *ref = find_ref(st, place_id);

    if (!ref)
        return E_NOTFOUND;
    *ret_asset = ref->asset;
    *ret_place = ref->place;
    return 0;
}

int64_t store_seen_now(const struct store *st)
{
    return st->part ? st->at : 0;
}

int64_t store_seen_before(const struct store *st, int64_t target)
{
    for (size_t i = 0; i < st->n_targets; i++)
        if (st->targets[i] == target)
            return st->seen_before[i];
    return 0;
}

int64_t store_target(const struct store *st, uint32_t target)
{
    return target < st->n_targets ? st->targets[target] : 0;
}

/* First place of the asset that is not before `at` in the order of keys. */
static size_t lower_bound(const struct asset *a, const struct place *at)
{
    size_t from = 0, to = a->n_places;

    while (from < to) {
        size_t mid = from + (to - from) / 2;

        if (place_cmp_key(&a->places[mid].at, at) < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

int64_t store_place_of(const struct store *st, uint32_t asset, const struct place *at)
{
    const struct place file = {.target = at->target, .path = at->path};
    const struct asset *a = &st->inv->assets.v[asset];
    const int64_t *ids = st->place_ids + st->first_place[asset];
    size_t first = lower_bound(a, at);

    for (size_t i = first; i < a->n_places && !place_cmp_key(&a->places[i].at, at); i++)
        if (str_eq(a->places[i].at.collector, at->collector))
            return ids[i];
    if (first < a->n_places && !place_cmp_key(&a->places[first].at, at))
        return ids[first];
    first = lower_bound(a, &file);
    if (first < a->n_places && a->places[first].at.target == at->target &&
        str_eq(a->places[first].at.path, at->path))
        return ids[first];
    return 0;
}

int store_drop_attr(struct store *st, struct str asset, int64_t place, struct str name,
                    struct diag *d)
{
    int rc = store_run(st, SQL_DROP_ATTR, ARGS(S(asset), I(place), S(name)), d);

    return rc ? rc : store_run(st, SQL_DROP_ATTR_AT, ARGS(S(asset), I(place), S(name)), d);
}

bool store_is_place(const struct store *st, uint32_t asset, const struct place *at)
{
    const struct asset *a = &st->inv->assets.v[asset];
    size_t i = lower_bound(a, at);

    for (; i < a->n_places && !place_cmp_key(&a->places[i].at, at); i++)
        if (a->places[i].at.line == at->line && a->places[i].at.column == at->column)
            return true;
    return false;
}

/* ---- end ---- */

static int seal(struct store *st, const struct scan_summary *s, struct str state, struct diag *d)
{
    AUTO(buf) digest = BUF_INIT;
    int rc = seal_scan(st->db, st->scan, &st->digest, d);

    if (rc)
        return rc;
    digest_end(&st->digest, &(struct digest_end){.finished = s->finished_ms,
                                                 .posture_low = s->posture_low_tenths,
                                                 .posture_high = s->posture_high_tenths,
                                                 .state = state});
    if (digest_finish(&st->digest, &digest))
        return store_nomem(d);
    return store_run(st, SQL_END_SCAN,
                     ARGS(I(st->scan), I(s->finished_ms), S(buf_str(&digest)),
                          I(s->posture_low_tenths), I(s->posture_high_tenths), S(state)),
                     d);
}

int store_end_scan(struct store *st, const struct scan_summary *s, struct str state, struct diag *d)
{
    int rc = st->text_error ? store_nomem(d) : seal(st, s, state, d);

    if (!rc)
        rc = db_commit(st->db, d);
    if (rc)
        return rc;
    store_reset(st);
    forget_scan(st);
    return 0;
}

int store_scan_commit(struct store *st, struct scan_summary *s, struct diag *d)
{
    AUTO(buf) state = BUF_INIT;
    AUTO(buf) ended = BUF_INIT;
    uint64_t changes = st->changes;
    int rc;

    if (!st->scanning)
        return diag_set(d, E_BUG, "no scan is open");
    rc = store_seal_actions(st->db, d);
    if (!rc)
        rc = ended_seal(st, &ended, d);
    if (!rc)
        rc = seal_state(st->db, buf_str(&ended), &state, d);
    if (!rc)
        rc = store_end_turn(st, s, buf_str(&state), d);
    if (!rc)
        rc = store_end_scan(st, s, buf_str(&state), d);
    if (rc)
        store_scan_abort(st);
    else
        s->changes = changes;
    return rc;
}

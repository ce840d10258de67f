/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which places the latest scan of their target did not examine. */
#include "assess/gaps.h"
#include "base/path.h"

/* A cross join is made in the order in which it is written: not all rows of all scans are read. */
static const char QUERY[] =
    "SELECT c.target, c.path, c.state, c.reason, c.collectors FROM (SELECT g.id AS target,"
    " (SELECT max(t.scan) FROM scan_target t WHERE t.target = g.id) AS scan FROM target g) l"
    " CROSS JOIN coverage c WHERE c.scan = l.scan AND c.target = l.target"
    " AND c.state IN ('denied', 'failed', 'partial', 'unsupported', 'not_looked')"
    " ORDER BY c.scan, c.ord";

void gaps_init(struct gaps *g, struct arena *a)
{
    *g = (struct gaps){.at = MAP_OWNED(a), .arena = a};
}

void gaps_done(struct gaps *g)
{
    map_done(&g->at);
    vec_free(&g->list);
}

bool gap_hides(const struct gap *g)
{
    return g->state == COVERAGE_DENIED || g->state == COVERAGE_FAILED;
}

static struct str key_of(int64_t target, struct str path, struct buf *out)
{
    buf_clear(out);
    buf_addf(out, "%lld", (long long)target);
    buf_addc(out, '/');
    buf_add(out, path);
    return buf_str(out);
}

static int enter(struct map *m, struct str key, const struct gaps *g, uint32_t index)
{
    bool is_new;
    uint64_t *slot = map_put(m, key, &is_new);
    if (!slot)
        return E_NOMEM;
    if (is_new || (gap_hides(&g->list.v[index]) && !gap_hides(&g->list.v[*slot])))
        *slot = index;
    return OK;
}

static int enter_place(struct gaps *g, struct str key, uint32_t index)
{
    bool is_new;
    uint64_t *slot = map_put(&g->at, key, &is_new);
    if (!slot)
        return E_NOMEM;
    g->list.v[index].before = is_new ? 0 : (uint32_t)*slot + 1;
    *slot = index;
    return OK;
}

static int take_row(struct gaps *g, const struct stmt *s, struct buf *key)
{
    int64_t target = stmt_int(s, 0);
    int state = word_index(COVERAGE_STATE_NAMES, stmt_str(s, 2));
    struct gap gap = {.state = (enum coverage_state)state,
                      .path = arena_str(g->arena, stmt_str(s, 1)),
                      .reason = arena_str(g->arena, stmt_str(s, 3)),
                      .collectors = arena_str(g->arena, stmt_str(s, 4)),
                      .target = target};
    uint32_t index = (uint32_t)g->list.n;
    if (state < 0)
        return OK;
    if (!gap.path.p || !gap.reason.p || !gap.collectors.p || vec_push(&g->list, gap))
        return E_NOMEM;
    return gap.state == COVERAGE_NOT_LOOKED ? OK
                                            : enter_place(g, key_of(target, gap.path, key), index);
}

int gaps_load(struct gaps *g, struct db *db, struct diag *d)
{
    AUTO(buf) key = BUF_INIT;
    struct stmt *s;
    int rc = db_prepare(db, str_z(QUERY), &s, d);
    if (rc)
        return rc;
    while ((rc = stmt_step(s, d)) > 0) {
        if (take_row(g, s, &key) || buf_result(&key)) {
            rc = diag_set(d, E_NOMEM, "no memory for the gaps of coverage");
            break;
        }
    }
    stmt_free(s);
    return rc;
}

static bool hinders(const struct gap *g, struct str collector)
{
    struct str rest = g->collectors, word;
    if (!rest.n || !collector.n)
        return true;
    while (str_field(&rest, ' ', &word))
        if (str_eq(word, collector))
            return true;
    return false;
}

/* The worst at one place. `key` was cut when memory ran out: then nothing is known of the place. */
static const struct gap *find(const struct gaps *g, struct str collector, const struct buf *key)
{
    static const struct gap blind = {.state = COVERAGE_FAILED,
                                     .reason = {"memory ran out", sizeof("memory ran out") - 1}};
    const uint64_t *slot = map_get(&g->at, buf_str(key));
    const struct gap *found = NULL;
    if (buf_result(key))
        return &blind;
    for (uint32_t i = slot ? (uint32_t)*slot + 1 : 0; i; i = g->list.v[i - 1].before) {
        const struct gap *hit = &g->list.v[i - 1];
        if (hinders(hit, collector) && (!found || gap_hides(hit) >= gap_hides(found)))
            found = hit;
    }
    return found;
}

const struct gap *gaps_at(const struct gaps *g, int64_t target, struct str path,
                          struct str collector)
{
    AUTO(buf) key = BUF_INIT;
    const struct gap *found = NULL;
    if (!g->at.n)
        return NULL;
    for (;;) {
        key_of(target, path, &key);
        const struct gap *hit = find(g, collector, &key);
        if (hit && gap_hides(hit))
            return hit;
        found = found ? found : hit;
        if (!path.n)
            return found;
        path = path_parent(path);
    }
}

/* Would a collector of the control's inputs have read it? */
static bool feeds(const struct gap *g, const struct control *c)
{
    struct str rest = g->collectors, word;
    if (!rest.n)
        return true;
    while (str_field(&rest, ' ', &word))
        for (int i = 0; i < c->n_inputs; i++)
            for (const char *const *k = c->inputs[i].collectors; k && *k; k++)
                if (str_eq_z(word, *k))
                    return true;
    return false;
}

struct str gaps_number_key(int64_t number, char text[24])
{
    return str_n(text, (size_t)snprintf(text, 24, "%lld", (long long)number));
}

int gaps_of_control(const struct gaps *g, const struct control *c, struct map *ret)
{
    for (uint32_t i = 0; i < g->list.n; i++) {
        char text[24];
        if (!feeds(&g->list.v[i], c))
            continue;
        int rc = enter(ret, gaps_number_key(g->list.v[i].target, text), g, i);
        if (rc)
            return rc;
    }
    return OK;
}

uint64_t gaps_count(const struct gaps *g, const struct control *c)
{
    uint64_t n = 0;
    for (size_t i = 0; i < g->list.n; i++)
        n += g->list.v[i].state != COVERAGE_NOT_LOOKED && feeds(&g->list.v[i], c);
    return n;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what is known of the parts of a target that a turn did not look at. */
#include "loop/part.h"

#include "base/map.h"
#include "base/path.h"

/* The same row among the first `n`, which this scan made; NULL: none. */
static struct coverage_row *own_row(struct inventory *inv, size_t n, const struct coverage_row *row)
{
    for (size_t i = 0; i < n; i++) {
        struct coverage_row *r = &inv->coverage.v[i];
        if (r->target == row->target && r->state == row->state && str_eq(r->source, row->source) &&
            str_eq(r->path, row->path) && str_eq(r->reason, row->reason))
            return r;
    }
    return NULL;
}

static bool is_below_any(const struct map *looked, struct str path)
{
    for (; path.n; path = path_dir(path))
        if (map_get(looked, path))
            return true;
    return map_get(looked, STR("")) != NULL;
}

/* One row of the scan before, if it says something of the rest. A rule that was met again counts
 * for the whole target: the scan before counted it. */
static int carry(const struct stmt *s, const struct map *looked, size_t n_own,
                 struct inventory *inv)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) reason = BUF_INIT;
    int state = word_index(COVERAGE_STATE_NAMES, stmt_str(s, 2));
    int rc = path_unshow(&path, stmt_str(s, 1));
    int said = path_unshow(&reason, stmt_str(s, 3));
    struct coverage_row row = {.source = stmt_str(s, 0),
                               .path = buf_str(&path),
                               .state = (enum coverage_state)state,
                               .reason = said ? stmt_str(s, 3) : buf_str(&reason),
                               .collectors = stmt_str(s, 4),
                               .files = (uint64_t)stmt_int(s, 5),
                               .bytes = (uint64_t)stmt_int(s, 6)};
    if (said == E_NOMEM)
        return said;
    if (rc || state < 0 || is_below_any(looked, row.path))
        return rc == E_NOMEM ? rc : 0;
    struct coverage_row *own = own_row(inv, n_own, &row);
    if (!own)
        return inventory_cover(inv, &row);
    own->files = MAX(own->files, row.files);
    own->bytes = MAX(own->bytes, row.bytes);
    return 0;
}

static int carry_all(struct store *st, struct str identity, const struct map *looked,
                     struct inventory *inv, struct diag *d)
{
    struct stmt *s = NULL;
    size_t n_own = inv->coverage.n;
    int rc = db_prepare(store_db(st),
                        STR("SELECT c.source, c.path, c.state, c.reason, c.collectors, c.files,"
                            " c.bytes FROM coverage c JOIN target t ON t.id = c.target"
                            " WHERE t.identity = ?1 AND c.state <> 'examined' AND c.scan ="
                            " (SELECT max(s.scan) FROM scan_target s WHERE s.target = t.id)"
                            " ORDER BY c.ord"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, identity);
    while ((rc = stmt_step(s, d)) > 0) {
        rc = carry(s, looked, n_own, inv);
        if (rc)
            break;
    }
    stmt_free(s);
    return rc;
}

static int was_scanned(struct store *st, struct str identity, bool *ret, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(store_db(st),
                        STR("SELECT 1 FROM target t JOIN scan_target s ON s.target = t.id"
                            " WHERE t.identity = ?1 LIMIT 1"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, identity);
    rc = stmt_step(s, d);
    stmt_free(s);
    *ret = rc > 0;
    return MIN(rc, 0);
}

/* One row says how many files were read; of several paths each has one that says that it was. */
static int cover_paths(const struct part *part, struct inventory *inv)
{
    struct str name = part->n == 1 ? part->paths[0] : STR(COVERAGE_CHANGED);
    int rc = 0;
    vec_each (row, &inv->coverage) {
        if (row->state == COVERAGE_EXAMINED && !row->target && !row->path.n)
            row->path = name;
    }
    for (size_t i = 0; i < part->n && part->n > 1 && !rc; i++) {
        struct coverage_row row = {.source = STR("files"),
                                   .path = part->paths[i],
                                   .state = COVERAGE_EXAMINED,
                                   .reason = STR("")};
        rc = inventory_cover(inv, &row);
    }
    return rc;
}

int part_cover(struct store *st, struct str identity, const struct part *part,
               struct inventory *inv, struct diag *d)
{
    AUTO(map) looked = MAP_INIT;
    bool before = false, fresh;
    int rc = cover_paths(part, inv);
    for (size_t i = 0; i < part->n && !rc; i++)
        rc = map_put(&looked, part->paths[i], &fresh) ? 0 : E_NOMEM;
    if (!rc)
        rc = was_scanned(st, identity, &before, d);
    if (rc)
        return rc;
    if (before)
        return carry_all(st, identity, &looked, inv, d);
    struct coverage_row rest = {.source = STR("files"),
                                .path = STR("everything-else"),
                                .state = COVERAGE_NOT_LOOKED,
                                .reason = str_z(part->rest)};
    return inventory_cover(inv, &rest);
}

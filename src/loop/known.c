/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a folder is one that the store knows, or another one of the same name. */
#include <sys/stat.h>

#include "base/path.h"
#include "base/vec.h"
#include "loop/known.h"

/* First column of the first row, as it was before it was stored; empty: no row. */
static int look_up(struct store *st, struct str sql, struct str key, struct buf *ret,
                   struct diag *d)
{
    struct stmt *s = NULL;
    AUTO(buf) shown = BUF_INIT;
    /* The store keeps names as path_show writes them. */
    path_show(&shown, key);
    int rc = buf_result(&shown);
    if (!rc)
        rc = db_prepare(store_db(st), sql, &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, buf_str(&shown));
    rc = stmt_step(s, d);
    if (rc > 0 && path_unshow(ret, stmt_str(s, 0)))
        rc = E_NOMEM;
    stmt_free(s);
    return MIN(rc, 0);
}

static int known_at(void *ctx, struct str root, struct arena *a, struct str *ret, struct diag *d)
{
    AUTO(buf) identity = BUF_INIT;
    int rc = look_up(ctx,
                     STR("SELECT t.identity FROM target t WHERE t.root = ?1 ORDER BY"
                         " (SELECT max(s.scan) FROM scan_target s WHERE s.target = t.id) DESC"
                         " LIMIT 1"),
                     root, &identity, d);
    if (rc)
        return rc;
    *ret = arena_str(a, buf_str(&identity));
    return ret->p ? 0 : arena_error(a);
}

/* A folder that was moved or deleted has left its name to others. */
static int known_taken(void *ctx, struct str identity, struct str root, bool *ret, struct diag *d)
{
    AUTO(buf) other = BUF_INIT;
    AUTO(buf) mine = BUF_INIT;
    struct stat st, us;
    int rc = look_up(ctx, STR("SELECT root FROM target WHERE identity = ?1"), identity, &other, d);
    buf_add(&mine, root);
    if (!rc)
        rc = buf_result(&mine);
    if (rc)
        return rc;
    *ret = other.n && !str_eq(buf_str(&other), root) && !lstat(other.p, &st) &&
           !(!lstat(mine.p, &us) && us.st_dev == st.st_dev && us.st_ino == st.st_ino);
    return 0;
}

/* Assets whose scope is a part of their key have one scope in all their places. */
static int known_scope(void *ctx, struct str identity, struct str folder, struct str origin,
                       struct arena *a, struct str *ret, struct diag *d)
{
    AUTO(buf) from = BUF_INIT;
    AUTO(buf) to = BUF_INIT;
    AUTO(buf) name = BUF_INIT;
    struct stmt *s = NULL;
    path_show(&name, identity);
    path_show(&from, folder);
    buf_add(&to, buf_str(&from));
    buf_addz(&from, from.n ? "/" : "");
    buf_addz(&to, to.n ? "0" : "\xf4\x8f\xbf\xbf"); /* behind '/'; behind all */
    int rc = buf_result(&name) || buf_result(&from) || buf_result(&to) ? E_NOMEM : 0;
    if (!rc)
        rc = db_prepare(store_db(ctx),
                        STR("SELECT a.scope FROM target t JOIN place p ON p.target = t.id"
                            " JOIN asset a ON a.id = p.asset WHERE t.identity = ?1"
                            " AND p.state = 'present' AND p.path >= ?2 AND p.path < ?3"
                            " AND substr(a.scope, 1, length(?4)) = ?4"
                            " AND a.identity_key LIKE '%@scope=\"%' ORDER BY p.id LIMIT 1"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, buf_str(&name));
    stmt_bind_str(s, 2, buf_str(&from));
    stmt_bind_str(s, 3, buf_str(&to));
    stmt_bind_str(s, 4, origin);
    rc = stmt_step(s, d);
    *ret = arena_str(a, rc > 0 ? stmt_str(s, 0) : STR(""));
    stmt_free(s);
    return rc < 0 ? rc : ret->p ? 0 : arena_error(a);
}

struct known_targets known_targets(struct store *st, bool part)
{
    return (struct known_targets){
        .ctx = st, .at = known_at, .taken = known_taken, .scope = known_scope, .part = part};
}

/* ---- a repository ---- */

struct texts {
    VEC(struct str);
};

/* Rows come sorted: what is new differs from the last one. */
static int add_new(struct texts *v, struct str s, struct arena *a)
{
    if (!s.n || (v->n && str_eq(v->v[v->n - 1], s)))
        return 0;
    struct str kept = arena_str(a, s);
    return kept.p ? vec_push(v, kept) : arena_error(a);
}

/* When folders at `root` were scanned as they lie, in order: no commit was read then. */
struct times {
    VEC(int64_t);
};

static int read_times(struct store *st, struct str root, struct times *ret, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(store_db(st),
                        STR("SELECT s.started FROM target t JOIN scan_target x ON x.target = t.id"
                            " JOIN scan s ON s.id = x.scan WHERE t.root = ?1 AND NOT EXISTS"
                            " (SELECT 1 FROM coverage c WHERE c.scan = x.scan AND"
                            " c.target = t.id AND c.state = 'examined'"
                            " AND substr(c.path, 1, 9) = '" COVERAGE_REVISION "')"
                            " ORDER BY s.started"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, root);
    while ((rc = stmt_step(s, d)) > 0)
        if ((rc = vec_push(ret, stmt_int(s, 0))))
            break;
    stmt_free(s);
    return rc;
}

static bool any_between(const struct times *t, int64_t first, int64_t last)
{
    size_t from = 0, to = t->n;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (t->v[mid] < first)
            from = mid + 1;
        else
            to = mid;
    }
    return from < t->n && t->v[from] <= last;
}

struct places {
    struct texts paths, laid, commits;
    struct times folder;
};

static int take_place(const struct stmt *s, struct places *p, struct arena *a)
{
    AUTO(buf) path = BUF_INIT;
    struct str member = stmt_str(s, 1);
    if (str_starts(member, STR("commit:")))
        return add_new(&p->commits, str_sub(member, 0, str_find(member, STR("!/"), 0)), a);
    int rc = path_unshow(&path, stmt_str(s, 0));
    if (rc)
        return rc == E_NOMEM ? rc : 0;
    rc = add_new(&p->paths, buf_str(&path), a);
    return rc || !any_between(&p->folder, stmt_int(s, 2), stmt_int(s, 3))
               ? rc
               : add_new(&p->laid, buf_str(&path), a);
}

static int text_cmp(const void *x, const void *y, void *ctx)
{
    (void)ctx;
    return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static int keep_texts(struct texts *v, struct arena *a, const struct str **ret, size_t *ret_n)
{
    struct texts once = {0};
    int rc = vec_sort(v, text_cmp, NULL);
    for (size_t i = 0; i < v->n && !rc; i++)
        if (!once.n || !str_eq(once.v[once.n - 1], v->v[i]))
            rc = vec_push(&once, v->v[i]);
    struct str *kept = rc ? NULL : arena_new_n(a, struct str, once.n + 1);
    if (kept && once.n)
        memcpy(kept, once.v, once.n * sizeof(*kept));
    *ret = kept;
    *ret_n = once.n;
    vec_free(&once);
    return kept ? 0 : E_NOMEM;
}

static int read_places(struct store *st, struct str root, struct arena *a, struct places *p,
                       struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(store_db(st),
                        STR("SELECT DISTINCT p.path, p.member, p.first_seen,"
                            " coalesce(n.last_seen, p.first_seen) FROM place p"
                            " JOIN target t ON t.id = p.target"
                            " JOIN place_seen n ON n.place = p.id"
                            " WHERE t.root = ?1 AND p.state = 'present'"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, root);
    while ((rc = stmt_step(s, d)) > 0)
        if ((rc = take_place(s, p, a)))
            break;
    stmt_free(s);
    return rc;
}

int known_repository(struct store *st, struct str root, struct arena *a, struct discover_known *ret,
                     struct diag *d)
{
    struct places p = {.paths = {0}};
    AUTO(buf) shown = BUF_INIT;
    path_show(&shown, root);
    int rc = buf_result(&shown);
    if (!rc)
        rc = read_times(st, buf_str(&shown), &p.folder, d);
    if (!rc)
        rc = read_places(st, buf_str(&shown), a, &p, d);
    if (!rc)
        rc = keep_texts(&p.paths, a, &ret->paths, &ret->n_paths);
    if (!rc)
        rc = keep_texts(&p.laid, a, &ret->laid, &ret->n_laid);
    if (!rc)
        rc = keep_texts(&p.commits, a, &ret->commits, &ret->n_commits);
    vec_free(&p.paths);
    vec_free(&p.laid);
    vec_free(&p.commits);
    vec_free(&p.folder);
    return rc;
}

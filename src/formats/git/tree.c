/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which entries of a tree are files of a commit, and how a listing is taken up again. */
#include "base/vec.h"
#include "formats/git/tree.h"

/* A cursor: entries listed so far (eight bytes), then an offset for each level (four bytes). */
#define COUNT_BYTES 8u
#define LEVEL_BYTES 4u

/* --- entries ------------------------------------------------------------------------------- */

static int kind_of(uint32_t mode)
{
    switch (mode & 0170000) {
    case 0100000: return GITENTRY_FILE;
    case 0120000: return GITENTRY_LINK;
    case 0160000: return GITENTRY_SUBMODULE;
    case 0040000: return GITENTRY_FOLDER;
    default: return -1;
    }
}

const char *gittree_bad_name(struct str name)
{
    if (!name.n || str_eq_z(name, ".") || str_eq_z(name, "..") || str_eq_nocase(name, STR(".git")))
        return "a tree has an entry with a name that no file of a commit may have";
    if (str_chr(name, '/', 0) != SIZE_MAX)
        return "a tree has an entry with '/' in its name";
    return NULL;
}

int gittree_next(struct str data, size_t *at, struct gitentry *ret)
{
    uint32_t mode = 0;
    size_t i = *at;
    if (i >= data.n)
        return 0;
    size_t end = str_chr(data, 0, i);
    if (end == SIZE_MAX || data.n - end - 1 < GIT_ID_BYTES)
        return E_PARSE;
    for (; i < end && data.p[i] >= '0' && data.p[i] <= '7' && i - *at < 7; i++)
        mode = mode << 3 | (uint32_t)(data.p[i] - '0');
    if (i == *at || i >= end || data.p[i] != ' ')
        return E_PARSE;
    int kind = kind_of(mode);
    struct gitentry e = {.path = str_sub(data, i + 1, end), .mode = mode};
    memcpy(e.id.b, data.p + end + 1, GIT_ID_BYTES);
    e.reason = kind < 0 ? "a tree has an entry of no known kind" : gittree_bad_name(e.path);
    e.kind = e.reason ? GITENTRY_BAD : (enum gitentry_kind)kind;
    e.code = e.reason ? E_PARSE : 0;
    *at = end + 1 + GIT_ID_BYTES;
    *ret = e;
    return 1;
}

/* --- listing ------------------------------------------------------------------------------- */

struct level {
    struct git_object tree;
    size_t at, from; /* next entry; the one that was entered */
    size_t path_n;
};

struct listing {
    struct gitrepo *repo;
    struct {
        VEC(struct level);
    } levels;
    struct buf path;
    uint64_t entries;
};

static void pop(struct listing *l)
{
    struct level *top = &l->levels.v[--l->levels.n];
    gitrepo_release(l->repo, &top->tree);
}

static int push(struct listing *l, const struct git_id *id, struct diag *d)
{
    struct level next = {.path_n = l->path.n};
    int rc = gitrepo_read_as(l->repo, id, GIT_TREE, &next.tree, d);
    if (rc)
        return rc;
    if (vec_push(&l->levels, next)) {
        gitrepo_release(l->repo, &next.tree);
        return diag_set(d, E_NOMEM, "no memory to list a tree");
    }
    return 0;
}

static int add_name(struct listing *l, size_t path_n, struct str name)
{
    buf_cut(&l->path, path_n);
    if (l->path.n)
        buf_addc(&l->path, '/');
    buf_add(&l->path, name);
    return buf_result(&l->path);
}

static void put(struct buf *b, uint64_t v, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        buf_addc(b, (char)(v >> (8 * i)));
}

static uint64_t get(struct str s, size_t at, size_t bytes)
{
    uint64_t v = 0;
    for (size_t i = 0; i < bytes; i++)
        v |= (uint64_t)(unsigned char)s.p[at + i] << (8 * i);
    return v;
}

static int save(const struct listing *l, struct buf *cursor)
{
    buf_clear(cursor);
    put(cursor, l->entries, COUNT_BYTES);
    for (size_t i = 0; i < l->levels.n; i++)
        put(cursor, i + 1 < l->levels.n ? l->levels.v[i].from : l->levels.v[i].at, LEVEL_BYTES);
    return buf_result(cursor);
}

static int bad_cursor(struct diag *d)
{
    return diag_set(d, E_PARSE, "a listing cannot be taken up again where it ended");
}

static int restore(struct listing *l, const struct git_id *tree, struct str cursor, struct diag *d)
{
    struct git_id id = *tree;
    size_t n = cursor.n < COUNT_BYTES ? 0 : (cursor.n - COUNT_BYTES) / LEVEL_BYTES;
    if (!cursor.n)
        return push(l, tree, d);
    if (!n || (cursor.n - COUNT_BYTES) % LEVEL_BYTES || n > gitrepo_limits(l->repo)->depth)
        return bad_cursor(d);
    l->entries = get(cursor, 0, COUNT_BYTES);
    for (size_t i = 0; i < n; i++) {
        struct gitentry e;
        int rc = push(l, &id, d);
        if (rc)
            return rc;
        struct level *top = &l->levels.v[i];
        top->at = top->from = (size_t)get(cursor, COUNT_BYTES + i * LEVEL_BYTES, LEVEL_BYTES);
        if (i + 1 == n)
            break;
        if (gittree_next(top->tree.data, &top->at, &e) != 1 || e.kind != GITENTRY_FOLDER)
            return bad_cursor(d);
        if (add_name(l, top->path_n, e.path))
            return diag_set(d, E_NOMEM, "no memory to list a tree");
        id = e.id;
    }
    return 0;
}

static int report(struct listing *l, struct gitentry *e, gittree_fn fn, void *ctx)
{
    e->path = buf_str(&l->path);
    return fn(ctx, e);
}

/* A folder: entered, or said why not. */
static int enter(struct listing *l, struct gitentry *e, gittree_fn fn, void *ctx, struct diag *d)
{
    struct diag why = {0};
    if (l->levels.n >= gitrepo_limits(l->repo)->depth) {
        e->code = E_LIMIT;
        e->reason = "nested deeper than what is read";
    } else {
        e->code = push(l, &e->id, &why);
        e->reason = why.text;
    }
    if (e->code == E_NOMEM)
        return diag_set(d, E_NOMEM, "no memory to list a tree");
    if (!e->code)
        return 0;
    e->kind = GITENTRY_BAD;
    return report(l, e, fn, ctx);
}

/* One step. 1: fn has enough; *ret_end: nothing is left. */
static int next(struct listing *l, gittree_fn fn, void *ctx, bool *ret_end, struct diag *d)
{
    struct gitentry e = {0};
    if (!l->levels.n) {
        *ret_end = true;
        return 0;
    }
    struct level *top = &l->levels.v[l->levels.n - 1];
    top->from = top->at;
    int rc = gittree_next(top->tree.data, &top->at, &e);
    if (rc == 1 && l->entries++ >= gitrepo_limits(l->repo)->entries)
        return diag_set(d, E_LIMIT, "holds more than %llu entries",
                        (unsigned long long)gitrepo_limits(l->repo)->entries);
    if (rc == 1) {
        if (add_name(l, top->path_n, e.path))
            return diag_set(d, E_NOMEM, "no memory to list a tree");
        return e.kind == GITENTRY_FOLDER ? enter(l, &e, fn, ctx, d) : report(l, &e, fn, ctx);
    }
    if (rc == E_PARSE) {
        /* What stands behind the damage cannot be told. */
        buf_cut(&l->path, top->path_n);
        e = (struct gitentry){
            .kind = GITENTRY_BAD, .code = rc, .reason = "a tree is damaged: it ends early"};
        top->at = top->tree.data.n;
        return report(l, &e, fn, ctx);
    }
    pop(l);
    return 0;
}

int gittree_list(struct gitrepo *r, const struct git_id *tree, struct buf *cursor, gittree_fn fn,
                 void *ctx, struct diag *d)
{
    struct listing l = {.repo = r, .path = BUF_INIT};
    bool end = false;
    int rc = restore(&l, tree, buf_str(cursor), d);
    while (!rc && !end)
        rc = next(&l, fn, ctx, &end, d);
    if (rc == 1)
        rc = save(&l, cursor) ? diag_set(d, E_NOMEM, "no memory to list a tree") : 0;
    else if (!rc)
        buf_clear(cursor);
    while (l.levels.n)
        pop(&l);
    vec_free(&l.levels);
    buf_done(&l.path);
    return rc;
}

/* --- one path ------------------------------------------------------------------------------ */

static int find_in(struct gitrepo *r, const struct git_id *tree, struct str name,
                   struct gitentry *ret, struct diag *d)
{
    struct git_object o;
    struct gitentry e;
    size_t at = 0;
    int rc = gitrepo_read_as(r, tree, GIT_TREE, &o, d);
    if (rc)
        return rc;
    bool found = false;
    while (!found && gittree_next(o.data, &at, &e) == 1)
        found = str_eq(e.path, name) && e.kind != GITENTRY_BAD;
    gitrepo_release(r, &o);
    e.path = name;
    if (found)
        *ret = e;
    return found ? 0 : E_NOTFOUND;
}

int gittree_find(struct gitrepo *r, const struct git_id *tree, struct str path,
                 struct gitentry *ret, struct diag *d)
{
    struct git_id at = *tree;
    struct str name;
    struct gitentry e = {.kind = GITENTRY_FOLDER, .id = at};
    struct str rest = path;
    while (str_field(&rest, '/', &name)) {
        if (e.kind != GITENTRY_FOLDER)
            return E_NOTFOUND;
        int rc = find_in(r, &at, name, &e, d);
        if (rc)
            return rc;
        at = e.id;
    }
    e.path = path;
    *ret = e;
    return 0;
}

int gittree_folder(struct gitrepo *r, const struct git_id *tree, struct str path,
                   struct git_id *ret, struct diag *d)
{
    struct gitentry e;
    if (!path.n) {
        *ret = *tree;
        return 0;
    }
    int rc = gittree_find(r, tree, path, &e, d);
    if (rc == E_NOTFOUND || (!rc && e.kind != GITENTRY_FOLDER))
        return diag_set(d, E_NOTFOUND, "the commit has no such folder");
    if (!rc)
        *ret = e.id;
    return rc;
}

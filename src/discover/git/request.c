/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a worker that reads a repository is asked, and which of its answers are believed. */
#include "discover/git/request.h"

#include "base/diag.h"
#include "base/path.h"

/* Bytes that the shortest element of each table takes. */
#define BLOB_BYTES     (4u + 4u + 2 * GIT_ID_BYTES + 1u)
#define ITEM_BYTES     (1u + 1u + 4u + 2 * GIT_ID_BYTES + 4u + 4u)
#define EXAMINED_BYTES 9u

enum { FLAG_HEAD = 1, FLAG_ROOT = 2 };

static void put_id(struct buf *b, const struct git_id *id)
{
    buf_add(b, git_id_str(id));
}

static struct git_id get_id(struct frame *f)
{
    struct git_id id = {{0}};
    if (f->failed || f->rest.n < GIT_ID_BYTES) {
        f->failed = true;
        return id;
    }
    memcpy(id.b, f->rest.p, GIT_ID_BYTES);
    f->rest = str_sub(f->rest, GIT_ID_BYTES, f->rest.n);
    return id;
}

static uint8_t get_enum(struct frame *f, unsigned count)
{
    uint8_t v = frame_u8(f);
    if (v >= count)
        f->failed = true;
    return f->failed ? 0 : v;
}

/* Room for a table of `n` that was counted; NULL with *nomem set, or when there is nothing. */
static void *table(struct arena *a, size_t n, size_t size, bool *nomem)
{
    void *p = n ? arena_array(a, n, size) : NULL;
    *nomem |= n && !p;
    return p;
}

/* --- requests ------------------------------------------------------------------------------ */

void git_request_put(struct buf *out, const struct git_request *r)
{
    frame_put_u8(out, (uint8_t)r->op);
    frame_put_str(out, r->text);
    frame_put_str(out, r->under);
    put_id(out, &r->base);
    put_id(out, &r->tip);
    frame_put_i64(out, (int64_t)r->skip);
    frame_put_u8(out, r->wide);
    frame_put_u32(out, r->target);
    frame_put_u32(out, (uint32_t)r->n_blobs);
    for (size_t i = 0; i < r->n_blobs; i++) {
        const struct git_blob *b = &r->blobs[i];
        frame_put_str(out, b->path);
        frame_put_u32(out, b->mode);
        put_id(out, &b->id);
        put_id(out, &b->commit);
        frame_put_u8(out, b->past);
    }
    frame_put_u32(out, (uint32_t)r->n_commits);
    for (size_t i = 0; i < r->n_commits; i++)
        frame_put_str(out, r->commits[i]);
}

int git_request_get(struct str bytes, struct arena *a, struct git_request *ret)
{
    struct frame f = {.rest = bytes};
    struct git_request r = {0};
    bool nomem = false;
    r.op = (enum git_op)get_enum(&f, GIT_OPS);
    r.text = frame_str(&f);
    r.under = frame_str(&f);
    r.base = get_id(&f);
    r.tip = get_id(&f);
    r.skip = (uint64_t)frame_i64(&f);
    r.wide = frame_u8(&f) != 0;
    r.target = frame_u32(&f);
    r.n_blobs = frame_count(&f, BLOB_BYTES);
    r.blobs = table(a, r.n_blobs, sizeof(*r.blobs), &nomem);
    for (size_t i = 0; r.blobs && i < r.n_blobs; i++) {
        struct git_blob *b = &r.blobs[i];
        b->path = frame_str(&f);
        b->mode = frame_u32(&f);
        b->id = get_id(&f);
        b->commit = get_id(&f);
        b->past = frame_u8(&f) != 0;
    }
    r.n_commits = nomem ? 0 : frame_count(&f, 4);
    r.commits = table(a, r.n_commits, sizeof(*r.commits), &nomem);
    for (size_t i = 0; r.commits && i < r.n_commits; i++)
        r.commits[i] = frame_str(&f);
    if (nomem)
        return E_NOMEM;
    int rc = frame_result(&f);
    if (!rc)
        *ret = r;
    return rc;
}

/* --- answers: the worker's side ------------------------------------------------------------ */

static void put_described(struct buf *b, const struct git_described *d)
{
    frame_put_u32(b, (uint32_t)d->n_gaps);
    for (size_t i = 0; i < d->n_gaps; i++) {
        frame_put_str(b, d->gaps[i].path);
        frame_put_str(b, d->gaps[i].reason);
    }
    frame_put_u32(b, (uint32_t)d->n_alternates);
    for (size_t i = 0; i < d->n_alternates; i++)
        frame_put_str(b, d->alternates[i]);
    frame_put_u8(b, (uint8_t)((d->has_head ? FLAG_HEAD : 0) | (d->has_root ? FLAG_ROOT : 0)));
    put_id(b, &d->head);
    put_id(b, &d->root);
    frame_put_str(b, d->branch);
    frame_put_str(b, d->why);
}

static void put_page(struct buf *b, const struct git_page *p)
{
    frame_put_u32(b, (uint32_t)p->n);
    for (size_t i = 0; i < p->n; i++) {
        const struct git_item *it = &p->items[i];
        frame_put_u8(b, (uint8_t)it->kind);
        frame_put_u8(b, (uint8_t)it->entry);
        frame_put_u32(b, it->mode);
        put_id(b, &it->id);
        put_id(b, &it->commit);
        frame_put_str(b, it->path);
        frame_put_str(b, it->reason);
    }
    frame_put_str(b, p->cursor);
    frame_put_u8(b, p->more);
    frame_put_i64(b, (int64_t)p->commits);
}

void git_examined_begin(struct buf *out, size_t n)
{
    frame_put_i64(out, 0);
    frame_put_u32(out, (uint32_t)n);
}

void git_examined_put(struct buf *out, const struct git_examined *e)
{
    frame_put_i64(out, e->code);
    if (e->code) {
        frame_put_str(out, e->text);
        return;
    }
    frame_put_i64(out, (int64_t)e->size);
    answer_put(out, &e->answer);
}

void git_answer_put(struct buf *out, const struct git_answer *a)
{
    frame_put_i64(out, a->outcome.code);
    if (a->outcome.code) {
        frame_put_str(out, a->outcome.text);
        frame_put_str(out, a->outcome.hint);
        return;
    }
    switch (a->op) {
    case GIT_DESCRIBE: put_described(out, &a->described); break;
    case GIT_RESOLVE:
        put_id(out, &a->commit);
        put_id(out, &a->tree);
        break;
    case GIT_LIST:
    case GIT_FIND:
    case GIT_RANGE: put_page(out, &a->page); break;
    case GIT_REACHES:
        frame_put_u32(out, (uint32_t)a->n_reached);
        for (size_t i = 0; i < a->n_reached; i++)
            frame_put_u8(out, a->reached[i]);
        break;
    case GIT_EXAMINE:
    case GIT_OPS: break;
    }
}

/* --- answers: the lane's side -------------------------------------------------------------- */

/* A worker may end the asking with an error; it may not say that all is well by another number. */
static int get_code(struct frame *f)
{
    int64_t code = frame_i64(f);
    if (code > 0 || code < E_BUG)
        f->failed = true;
    return f->failed ? 0 : (int)code;
}

static void get_described(struct frame *f, struct arena *a, struct git_described *d, bool *nomem)
{
    d->n_gaps = frame_count(f, 8);
    d->gaps = table(a, d->n_gaps, sizeof(*d->gaps), nomem);
    for (size_t i = 0; d->gaps && i < d->n_gaps; i++) {
        d->gaps[i].path = frame_str(f);
        d->gaps[i].reason = frame_str(f);
    }
    d->n_alternates = *nomem ? 0 : frame_count(f, 4);
    d->alternates = table(a, d->n_alternates, sizeof(*d->alternates), nomem);
    for (size_t i = 0; d->alternates && i < d->n_alternates; i++)
        d->alternates[i] = frame_str(f);
    uint8_t flags = frame_u8(f);
    d->has_head = flags & FLAG_HEAD;
    d->has_root = flags & FLAG_ROOT;
    d->head = get_id(f);
    d->root = get_id(f);
    d->branch = frame_str(f);
    d->why = frame_str(f);
}

/* Paths are those of files in a commit: below the target, whatever a worker says. */
static bool is_path(struct str path)
{
    struct str part;
    if (!path.n || path.n > UINT16_MAX)
        return false;
    while (str_field(&path, '/', &part))
        if (gittree_bad_name(part) || str_chr(part, 0, 0) != SIZE_MAX)
            return false;
    return true;
}

static void get_item(struct frame *f, const struct git_request *asked, struct git_item *it)
{
    it->kind = (enum gitrange_kind)get_enum(f, GITRANGE_GAP + 1);
    it->entry = (enum gitentry_kind)get_enum(f, GITENTRY_BAD + 1);
    it->mode = frame_u32(f);
    it->id = get_id(f);
    it->commit = get_id(f);
    it->path = frame_str(f);
    it->reason = frame_str(f);
    bool listed = it->kind == GITRANGE_NOW || it->kind == GITRANGE_GAP;
    if (f->failed)
        return;
    if ((asked->op != GIT_RANGE && !listed) || it->entry == GITENTRY_FOLDER ||
        (it->kind == GITRANGE_GAP) != (it->entry == GITENTRY_BAD) ||
        (it->kind != GITRANGE_GAP && !is_path(it->path)))
        f->failed = true;
}

static void get_page(struct frame *f, const struct git_request *asked, struct arena *a,
                     struct git_page *p, bool *nomem)
{
    p->n = frame_count(f, ITEM_BYTES);
    p->items = table(a, p->n, sizeof(*p->items), nomem);
    for (size_t i = 0; p->items && i < p->n; i++)
        get_item(f, asked, &p->items[i]);
    p->cursor = frame_str(f);
    p->more = frame_u8(f) != 0;
    p->commits = (uint64_t)frame_i64(f);
    /* A listing that neither moves on nor ends would never end. */
    if (asked->op == GIT_LIST && p->cursor.n &&
        (!p->n || p->cursor.n > UINT16_MAX || str_eq(p->cursor, asked->text)))
        f->failed = true;
}

static void get_examined(struct frame *f, struct git_examined *e)
{
    e->code = get_code(f);
    if (e->code) {
        e->text = frame_str(f);
        return;
    }
    e->size = (uint64_t)frame_i64(f);
    e->answer = answer_get(f);
}

static void get_rest(struct frame *f, const struct git_request *asked, struct arena *a,
                     struct git_answer *ret, bool *nomem)
{
    switch (asked->op) {
    case GIT_DESCRIBE: get_described(f, a, &ret->described, nomem); break;
    case GIT_RESOLVE:
        ret->commit = get_id(f);
        ret->tree = get_id(f);
        break;
    case GIT_LIST:
    case GIT_FIND:
    case GIT_RANGE: get_page(f, asked, a, &ret->page, nomem); break;
    case GIT_REACHES:
        ret->n_reached = frame_count(f, 1);
        ret->reached = table(a, ret->n_reached, sizeof(*ret->reached), nomem);
        for (size_t i = 0; ret->reached && i < ret->n_reached; i++)
            ret->reached[i] = get_enum(f, 2);
        if (ret->n_reached != asked->n_commits)
            f->failed = true;
        break;
    case GIT_EXAMINE:
        ret->n_examined = frame_count(f, EXAMINED_BYTES);
        ret->examined = table(a, ret->n_examined, sizeof(*ret->examined), nomem);
        for (size_t i = 0; ret->examined && i < ret->n_examined; i++)
            get_examined(f, &ret->examined[i]);
        if (!ret->n_examined || ret->n_examined > asked->n_blobs)
            f->failed = true;
        break;
    case GIT_OPS: f->failed = true;
    }
}

int git_answer_get(struct str bytes, const struct git_request *asked, struct arena *a,
                   struct git_answer *ret, struct diag *d)
{
    struct frame f = {.rest = bytes};
    struct git_answer got = {.op = asked->op};
    bool nomem = false;
    got.outcome.code = get_code(&f);
    if (got.outcome.code) {
        got.outcome.text = frame_str(&f);
        got.outcome.hint = frame_str(&f);
    } else {
        get_rest(&f, asked, a, &got, &nomem);
    }
    if (nomem)
        return diag_set(d, arena_error(a), "no memory for what a worker said of a repository");
    if (frame_result(&f))
        return diag_set(d, E_PARSE, "a worker sent a frame that breaks the protocol");
    *ret = got;
    return 0;
}

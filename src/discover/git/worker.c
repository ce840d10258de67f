/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a worker says of the repository it sees; runs inside the worker. */
#include <git2.h>
#include <sys/stat.h>

#include "discover/git/worker.h"
#include "formats/git/commit.h"
#include "formats/git/lib.h"
#include "formats/git/walk.h"

/* One answer ends when it has looked at this much, so that it never takes long. */
#define EXAMINE_BYTES ((uint64_t)16 << 20)
#define RANGE_STEPS   1000u

int git_worker_prepare(void *ctx)
{
    struct git_worker *w = ctx;
    w->range_mem = w->queue_mem = (struct arena)ARENA(0);
    w->lib = mem_alloc(sizeof(*w->lib));
    if (!w->lib)
        return E_NOMEM;
    w->code = gitlib_load(w->lib, &w->why);
    return detect_prepare(w->detect);
}

void git_worker_forget(struct git_worker *w)
{
    w->range = gitrange_free(w->range);
    w->repo = gitrepo_close(w->repo);
    w->queue.n = 0;
    arena_clear(&w->queue_mem);
    arena_clear(&w->range_mem);
}

void git_worker_done(struct git_worker *w)
{
    git_worker_forget(w);
    vec_free(&w->queue);
    arena_done(&w->queue_mem);
    arena_done(&w->range_mem);
    mem_free(w->lib);
}

static int open_repo(struct git_worker *w, const struct worker_request *request)
{
    struct gitrepo_limits lim = gitrepo_limits_default();
    struct gitrepo_folders f = {0};
    if (w->repo || w->code)
        return w->code;
    if (request->n_folders < 2)
        return E_BUG;
    f.git = request->folders[0];
    f.common = request->folders[1];
    for (size_t i = 2; i < request->n_folders && i < 2 + GITREPO_ALTERNATES_MAX; i++)
        f.alternates[f.n_alternates++] = request->folders[i];
    w->code = gitrepo_open(w->lib, &f, &lim, &w->repo, &w->why);
    return w->code;
}

/* --- what the repository is ---------------------------------------------------------------- */

static int describe(struct git_worker *w, const struct git_request *q, struct arena *mem,
                    struct buf *branch, struct git_answer *a)
{
    struct git_described *s = &a->described;
    struct diag d = {0};
    const struct gitrepo_gap *gaps;
    const struct str *lines;
    size_t n = gitrepo_gaps(w->repo, &gaps);
    s->gaps = arena_new_n(mem, struct git_gap, n);
    if (n && !s->gaps)
        return arena_error(mem);
    for (; s->n_gaps < n; s->n_gaps++)
        s->gaps[s->n_gaps] = (struct git_gap){gaps[s->n_gaps].path, gaps[s->n_gaps].reason};
    s->n_alternates = gitrepo_alternates(w->repo, &lines);
    s->alternates = (struct str *)lines;
    int rc = gitrepo_head(w->repo, &s->head, branch, &d);
    s->has_head = !rc;
    s->branch = buf_str(branch);
    if (!rc && q->wide) {
        rc = gitcommit_root(w->repo, &s->head, &s->root, &d);
        s->has_root = !rc;
    }
    if (rc == E_NOMEM)
        return rc;
    s->why = arena_str(mem, str_z(d.text));
    return s->why.p ? 0 : arena_error(mem);
}

static int resolve(struct git_worker *w, const struct git_request *q, struct git_answer *a,
                   struct diag *d)
{
    struct git_object o;
    struct gitcommit c;
    int rc = gitrepo_resolve(w->repo, q->text, &a->commit, d);
    if (!rc)
        rc = gitcommit_read(w->repo, &a->commit, &o, &c, d);
    if (rc)
        return rc;
    rc = gittree_folder(w->repo, &c.tree, q->under, &a->tree, d);
    gitrepo_release(w->repo, &o);
    return rc;
}

static int reaches(struct git_worker *w, const struct git_request *q, struct arena *mem,
                   struct git_answer *a, struct diag *d)
{
    a->reached = arena_new_n(mem, bool, q->n_commits);
    if (q->n_commits && !a->reached)
        return arena_error(mem);
    a->n_reached = q->n_commits;
    return gitwalk_reaches(w->repo, q->wide ? NULL : &q->tip, q->commits, q->n_commits, a->reached,
                           d);
}

/* --- pages --------------------------------------------------------------------------------- */

static void forget_queue(struct git_worker *w)
{
    w->queue.n = 0;
    arena_clear(&w->queue_mem);
}

static int queue_item(struct git_worker *w, enum gitrange_kind kind, const struct gitentry *e,
                      const struct git_id *commit)
{
    struct git_item it = {.kind = kind, .entry = e->kind, .mode = e->mode, .id = e->id};
    it.path = arena_str(&w->queue_mem, e->path);
    it.reason = arena_str(&w->queue_mem, str_z(e->reason ? e->reason : ""));
    if (commit)
        it.commit = *commit;
    if (!it.path.p || !it.reason.p)
        return arena_error(&w->queue_mem);
    return vec_push(&w->queue, it);
}

static int on_entry(void *ctx, const struct gitentry *e)
{
    struct git_worker *w = ctx;
    int rc = queue_item(w, e->kind == GITENTRY_BAD ? GITRANGE_GAP : GITRANGE_NOW, e, NULL);
    return rc ? rc : w->queue.n >= GIT_PAGE;
}

/* The end of a listing that is too long is its last line. */
static int tell_end(struct git_worker *w, int code, const struct diag *d)
{
    struct gitentry e = {.path = STR(""), .kind = GITENTRY_BAD, .code = code, .reason = d->text};
    return queue_item(w, GITRANGE_GAP, &e, NULL);
}

static int list(struct git_worker *w, const struct git_request *q, struct buf *cursor,
                struct git_answer *a, struct diag *d)
{
    forget_queue(w);
    buf_add(cursor, q->text);
    int rc = buf_result(cursor);
    if (!rc)
        rc = gittree_list(w->repo, &q->tip, cursor, on_entry, w, d);
    if (rc == E_LIMIT) {
        rc = tell_end(w, rc, d);
        buf_clear(cursor);
    }
    a->page = (struct git_page){.items = w->queue.v, .n = w->queue.n, .cursor = buf_str(cursor)};
    return rc;
}

static int on_change(void *ctx, const struct gitrange_item *item)
{
    struct git_worker *w = ctx;
    return queue_item(w, item->kind, &item->entry, &item->commit);
}

static bool is_under_way(const struct git_worker *w, const struct git_request *q)
{
    return w->range && git_id_eq(&w->base, &q->base) && git_id_eq(&w->tip, &q->tip) &&
           str_eq(w->under, q->under) && w->first <= q->skip;
}

static int begin_range(struct git_worker *w, const struct git_request *q, struct diag *d)
{
    w->range = gitrange_free(w->range);
    arena_clear(&w->range_mem);
    forget_queue(w);
    w->first = 0;
    w->ended = false;
    w->base = q->base;
    w->tip = q->tip;
    w->under = arena_str(&w->range_mem, q->under);
    return w->under.p ? gitrange_new(w->repo, &q->base, &q->tip, w->under, &w->range, d) : E_NOMEM;
}

/*
 * Steps until there is a page of what is not known yet, or enough was done for one answer: then the
 * page may be empty, and there is more. The order is always the same, so that another worker can go
 * on where one died.
 */
static int range(struct git_worker *w, const struct git_request *q, struct git_answer *a,
                 struct diag *d)
{
    int rc = is_under_way(w, q) ? 0 : begin_range(w, q, d);
    bool fresh = w->first + w->queue.n <= q->skip;
    for (unsigned i = 0; !rc && fresh && !w->ended && i < RANGE_STEPS; i++) {
        if (w->first + w->queue.n <= q->skip) {
            w->first += w->queue.n;
            forget_queue(w);
        }
        rc = gitrange_step(w->range, on_change, w, d);
        w->ended = !rc;
        rc = MIN(rc, 0);
        if (w->queue.n >= GIT_PAGE && w->first + w->queue.n > q->skip)
            break;
    }
    if (rc)
        return rc;
    size_t known = (size_t)MIN(q->skip - w->first, (uint64_t)w->queue.n);
    size_t n = MIN((size_t)GIT_PAGE, w->queue.n - known);
    a->page = (struct git_page){.items = w->queue.v ? w->queue.v + known : NULL,
                                .n = n,
                                .more = !w->ended || known + n < w->queue.n,
                                .commits = gitrange_commits(w->range)};
    return 0;
}

/* A path at which nothing stands is left out. */
static int find_one(struct git_worker *w, const struct git_id *tree, struct str path)
{
    struct gitentry e;
    struct diag d = {0};
    int rc = gittree_find(w->repo, tree, path, &e, &d);
    if (rc == E_NOMEM || (rc == E_NOTFOUND && !d.text[0])) /* with words: an object is lost */
        return rc == E_NOMEM ? rc : 0;
    if (rc)
        e = (struct gitentry){.kind = GITENTRY_BAD, .code = rc, .reason = d.text};
    e.path = path;
    if (e.kind == GITENTRY_FOLDER)
        return 0;
    return queue_item(w, e.kind == GITENTRY_BAD ? GITRANGE_GAP : GITRANGE_NOW, &e, NULL);
}

static int find(struct git_worker *w, const struct git_request *q, struct git_answer *a,
                struct diag *d)
{
    struct git_object o;
    struct gitcommit c;
    forget_queue(w);
    int rc = gitcommit_read(w->repo, &q->tip, &o, &c, d);
    if (rc)
        return rc;
    struct git_id tree = c.tree;
    gitrepo_release(w->repo, &o);
    for (size_t i = 0; i < q->n_commits && !rc; i++)
        rc = find_one(w, &tree, q->commits[i]);
    a->page = (struct git_page){.items = w->queue.v, .n = w->queue.n};
    return rc;
}

/* --- blobs --------------------------------------------------------------------------------- */

/* Of what is past only secrets count: it configures nothing any more, but it can still be read. */
static int keep_secrets(struct facts *f, const struct git_blob *b, struct arena *mem)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) {
        struct fact *t = &f->v[i];
        bool secret = t->type == FACT_VALUE && t->value.class == DATA_SECRET;
        bool gap = t->type == FACT_GAP && t->gap != COVERAGE_NOT_LOOKED;
        if (!secret && !gap)
            continue;
        t->at.member = arena_fmt(mem, "commit:%.12s%s" STR_FMT, git_id_hex(&b->commit).z,
                                 t->at.member.n ? "!/" : "", STR_ARG(t->at.member));
        if (!t->at.member.p)
            return arena_error(mem);
        t->value.at.member = t->at.member;
        t->from = FACT_NONE;
        f->v[n++] = *t;
    }
    f->n = n;
    return 0;
}

static int detect_blob(struct git_worker *w, uint32_t target, const struct git_blob *b,
                       struct str bytes, struct git_examined *ret)
{
    struct detect_worker *dw = w->detect;
    struct item it = {.fd = -1,
                      .bytes = bytes,
                      .path = b->path,
                      .mode = S_IFREG, /* a commit does not say who may read a file */
                      .target = target,
                      .arena = &dw->arena,
                      .catalog = dw->catalog,
                      .values = dw->values,
                      .syntax = dw->syntax,
                      .spent = dw->timed ? &dw->spent : NULL,
                      .limits = dw->limits,
                      .containers = dw->archives ? &dw->containers : NULL};
    struct facts facts = {0};
    struct diag d = {0};
    int rc = detect_item(&it, &facts, &d);
    if (!rc && b->past)
        rc = keep_secrets(&facts, b, &dw->arena);
    if (rc)
        return rc;
    ret->size = bytes.n;
    ret->answer.binary = facts.binary;
    ret->answer.bytes_read = facts.bytes_read;
    if (facts.n)
        fact_write(&facts, &dw->frame);
    ret->answer.frame = buf_str(&dw->frame);
    return buf_result(&dw->frame);
}

/* One blob into the reply, at once: its facts do not outlive the next. */
static int examine_one(struct git_worker *w, uint32_t target, const struct git_blob *b,
                       struct buf *reply, uint64_t *bytes)
{
    struct git_object o;
    struct git_examined e = {0};
    struct diag d = {0};
    buf_clear(&w->detect->frame);
    e.code = gitrepo_read_as(w->repo, &b->id, GIT_BLOB, &o, &d);
    if (!e.code) {
        *bytes += o.data.n;
        e.code = detect_blob(w, target, b, o.data, &e);
        gitrepo_release(w->repo, &o);
    }
    if (e.code == E_NOMEM)
        e.code = E_LIMIT; /* of this worker: the next one may have more */
    e.text = str_z(d.text[0] ? d.text : err_name(e.code));
    git_examined_put(reply, &e);
    arena_clear(&w->detect->arena);
    return buf_result(reply);
}

static int examine(struct git_worker *w, const struct git_request *q, struct buf *reply)
{
    uint64_t bytes = 0;
    size_t n = 0;
    AUTO(buf) rows = BUF_INIT;
    int rc = 0;
    while (n < q->n_blobs && !rc && bytes < EXAMINE_BYTES)
        rc = examine_one(w, q->target, &q->blobs[n++], &rows, &bytes);
    if (rc)
        return rc;
    git_examined_begin(reply, n);
    buf_add(reply, buf_str(&rows));
    return buf_result(reply);
}

/* --- one request --------------------------------------------------------------------------- */

static int answer(struct git_worker *w, const struct git_request *q, struct arena *mem,
                  struct buf *reply)
{
    AUTO(buf) text = BUF_INIT; /* a branch or a cursor */
    struct git_answer a = {.op = q->op};
    struct diag d = {0};
    int rc = w->code;
    if (rc) {
        d = w->why;
    } else {
        switch (q->op) {
        case GIT_DESCRIBE: rc = describe(w, q, mem, &text, &a); break;
        case GIT_RESOLVE: rc = resolve(w, q, &a, &d); break;
        case GIT_LIST: rc = list(w, q, &text, &a, &d); break;
        case GIT_RANGE: rc = range(w, q, &a, &d); break;
        case GIT_REACHES: rc = reaches(w, q, mem, &a, &d); break;
        case GIT_FIND: rc = find(w, q, &a, &d); break;
        case GIT_EXAMINE: return examine(w, q, reply);
        case GIT_OPS: rc = E_BUG; break;
        }
    }
    a.outcome = (struct git_outcome){rc, str_z(d.text[0] ? d.text : err_name(rc)), str_z(d.hint)};
    git_answer_put(reply, &a);
    return buf_result(reply);
}

int git_worker_handle(void *ctx, const struct worker_request *request, struct buf *reply)
{
    struct git_worker *w = ctx;
    AUTO(arena) mem = ARENA(0);
    struct git_request q;
    int rc = git_request_get(request->bytes, &mem, &q);
    if (rc)
        return rc;
    open_repo(w, request);
    return answer(w, &q, &mem, reply);
}

int git_worker_handle_timed(void *ctx, const struct worker_request *request, struct buf *reply)
{
    struct git_worker *w = ctx;
    return spent_handle(&w->detect->spent, git_worker_handle, w, request, reply);
}

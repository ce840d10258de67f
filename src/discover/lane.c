/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how items reach workers, how what they say is kept, and what a dead worker costs. */
#include "discover/lane_internal.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "base/spill.h"
#include "discover/emit.h"
#include "discover/unsearched.h"

#define NS_PER_S UINT64_C(1000000000)
/* A longer reply gives its memory back. */
#define REPLY_KEPT ((size_t)1 << 20)

int lane_init(struct lane *l, const struct discover_options *o, struct sandbox *sb,
              const atomic_bool *stop)
{
    *l = (struct lane){.options = o, .sandbox = sb, .stop = stop};
    l->names = l->mem = (struct arena)ARENA(0);
    l->reply = l->request = l->batch.table = (struct buf)BUF_INIT;
    l->counts = mem_array(NULL, o->n_targets + 1, sizeof(*l->counts));
    if (!l->counts)
        return E_NOMEM;
    memset(l->counts, 0, (o->n_targets + 1) * sizeof(*l->counts));
    return 0;
}

void lane_rest(struct lane *l)
{
    for (int r = 0; r < ROLE_COUNT; r++)
        lane_leave(l, (enum worker_role)r);
}

void lane_done(struct lane *l)
{
    lane_rest(l);
    batch_done(&l->batch);
    vec_free(&l->items);
    vec_free(&l->results);
    buf_done(&l->reply);
    buf_done(&l->request);
    arena_done(&l->names);
    arena_done(&l->mem);
    mem_free(l->counts);
}

struct diag *lane_diag(struct lane *l)
{
    return &l->diag;
}

bool lane_cancelled(const struct lane *l)
{
    return atomic_load_explicit(l->stop, memory_order_relaxed) ||
           (l->options->cancel && *l->options->cancel);
}

int lane_ended(const struct lane *l)
{
    return l->error;
}

void lane_listed(struct lane *l, uint64_t folders, uint64_t ns)
{
    l->shown.folders += folders;
    l->stats.list_ns += ns;
}

static int no_memory(struct lane *l)
{
    return diag_set(&l->diag, E_NOMEM, "no memory for what the scan found");
}

/* --- what was found ----------------------------------------------------------------------- */

/* What lies above the target names it, and is no part of it. */
static bool is_above(struct str path)
{
    return str_starts(path, STR("../"));
}

/* Read for names and owners alone: no part of what is looked at. A commit holds no .git. */
static bool is_context(const struct lane *l, struct str path)
{
    const struct discover_options *o = l->options;
    if (is_above(path) || (o->only_path.n && !path_is_below(path, o->only_path)))
        return true;
    return (o->rev.n || o->since.n) && str_eq_z(path, ".git/config");
}

/* Silence about hosts says nothing of these. */
static void count_text(struct lane *l, uint32_t target, struct str path)
{
    const struct catalog_unread *kind = unsearched(walk_rules_catalog(l->options->rules), path);

    if (kind)
        l->counts[target].texts[kind->text - 1]++;
}

static void count(struct lane *l, uint32_t target, struct str path, uint64_t bytes,
                  const struct answered *a)
{
    l->shown.files++;
    l->shown.bytes += bytes;
    if (is_context(l, path))
        return;
    l->counts[target].files++;
    l->counts[target].bytes += bytes;
    l->counts[target].binaries += a->binary;
    if (bytes && !a->binary && !(a->frame.n && fact_counts(a->frame).opened))
        count_text(l, target, path);
}

static int keep(struct lane *l, const struct result *r)
{
    struct result kept = *r;
    spill_rest();
    kept.path = arena_str(&l->mem, r->path);
    kept.frame = arena_str(&l->mem, r->frame);
    kept.reason = arena_str(&l->mem, r->reason);
    if (!kept.path.p || !kept.frame.p || !kept.reason.p || vec_push(&l->results, kept))
        return no_memory(l);
    return 0;
}

int lane_refuse(struct lane *l, uint32_t target, struct str path, uint32_t mode,
                enum coverage_state state, const char *reason)
{
    struct result r = {.target = target,
                       .path = path,
                       .mode = mode,
                       .state = state,
                       .code = state == COVERAGE_DENIED ? E_DENIED : E_IO,
                       .reason = str_z(reason)};
    l->shown.files++;
    return keep(l, &r);
}

int lane_facts(struct lane *l, uint32_t target, struct str path, uint64_t size, uint32_t mode,
               struct str frame)
{
    struct result r = {.target = target,
                       .path = path,
                       .size = size,
                       .mode = mode,
                       .state = COVERAGE_EXAMINED,
                       .frame = frame};
    struct fact_counts c = fact_counts(frame);
    l->shown.assets += c.assets;
    if (!is_context(l, path)) {
        l->counts[target].members += c.members;
        l->counts[target].binaries += c.binary_members;
        for (int i = 0; i < CATALOG_TEXTS; i++)
            l->counts[target].texts[i] += c.texts[i];
    }
    return keep(l, &r);
}

/* What a worker said of an item. */
static int take_answer(struct lane *l, const struct asked *it, const struct answered *a)
{
    /* What was read twice, by what begins the file and as text, is one file all the same. */
    count(l, it->target, it->path, MIN(a->bytes_read, it->size), a);
    return a->frame.n ? lane_facts(l, it->target, it->path, it->size, it->mode, a->frame) : 0;
}

int lane_answered(struct lane *l, uint32_t target, struct str path, uint64_t size, uint32_t mode,
                  const struct answered *a)
{
    struct asked it = {.target = target, .path = path, .size = size, .mode = mode};
    return take_answer(l, &it, a);
}

static int take_failure(struct lane *l, const struct asked *it, int code, const struct diag *d)
{
    struct result r = {.target = it->target,
                       .path = it->path,
                       .size = it->size,
                       .mode = it->mode,
                       .code = code,
                       .state = COVERAGE_FAILED,
                       .reason = str_z(d->text[0] ? d->text : err_name(code))};
    l->shown.files++;
    return keep(l, &r);
}

/* For the next scan. What changed under our eyes is not remembered. */
static int remember(struct lane *l, const struct batched *b, const struct answered *a)
{
    unsigned char sum[SHA256_BYTES];
    struct cached facts = {a->frame, a->bytes_read, a->binary};
    bool hashed = a->frame.n && b->asked.in_memory;
    bool unopened = a->container; /* the next scan may have what it takes */
    if (!l->cache || b->asked.changed || unopened || is_above(b->asked.path))
        return 0;
    if (hashed && sha256_of(b->asked.bytes, sum))
        return no_memory(l);
    int rc = cache_put(l->cache, b->asked.path, &b->stamp, hashed ? sum : NULL, &facts);
    return rc ? no_memory(l) : 0;
}

/* Facts of the last scan: 1 when that was all there is to do. */
static int recall(struct lane *l, const struct batched *b, const unsigned char *sum,
                  const struct cached *c)
{
    struct answered a = {.binary = c->binary, .bytes_read = c->bytes_read, .frame = c->frame};
    int rc = take_answer(l, &b->asked, &a);
    if (!rc && cache_put(l->cache, b->asked.path, &b->stamp, sum, c))
        rc = no_memory(l);
    return rc ? rc : 1;
}

bool lane_remembers(const struct lane *l)
{
    return l->cache && cache_files(l->cache) > 0;
}

int lane_unchanged(struct lane *l, uint32_t target, struct str path, const struct stat *st)
{
    struct batched b = {.stamp = file_stamp(st)};
    struct cached c;
    if (!l->cache || !cache_find(l->cache, path, &b.stamp, &c))
        return 0;
    l->stats.unchanged++;
    b.asked =
        (struct asked){.target = target, .path = path, .size = b.stamp.size, .mode = b.stamp.mode};
    return recall(l, &b, NULL, &c);
}

/* The same bytes as in the last scan, although the file was touched or is another one. */
static int same_content(struct lane *l, const struct batched *b)
{
    unsigned char sum[SHA256_BYTES];
    struct cached c;
    if (!l->cache || b->asked.changed || !cache_knows_content(l->cache, b->asked.path))
        return 0;
    if (sha256_of(b->asked.bytes, sum))
        return no_memory(l);
    if (!cache_find_content(l->cache, b->asked.path, sum, &c))
        return 0;
    l->stats.same_content++;
    return recall(l, b, sum, &c);
}

/* --- one item ----------------------------------------------------------------------------- */

static int parse_answer(struct str reply, struct answered *ret)
{
    struct frame f = {.rest = reply};
    *ret = answer_get(&f);
    return frame_result(&f);
}

/* A file that was written while it was read has another stamp. */
static bool is_same(int fd, const struct file_stamp *before)
{
    struct stat now;
    return !fstat(fd, &now) && (uint64_t)now.st_size == before->size &&
           (int64_t)now.st_mtim.tv_sec * (int64_t)NS_PER_S + now.st_mtim.tv_nsec ==
               before->mtime_ns;
}

/* What was answered about one item, or that nothing was. */
static int take_one(struct lane *l, struct batched *b, int fd, const struct answered *a, int rc,
                    const struct diag *d)
{
    if (l->error) {
        l->diag = *d;
        return l->error;
    }
    if (rc)
        return take_failure(l, &b->asked, rc, d);
    b->asked.changed |= fd >= 0 && !is_same(fd, &b->stamp);
    rc = take_answer(l, &b->asked, a);
    return rc ? rc : remember(l, b, a);
}

/* Ask one worker about one item by itself: `fd`, or the bytes it carries. */
static int ask_one(struct lane *l, const struct batched *b, enum worker_role role,
                   const int *folders, size_t n, int fd, struct answered *ret, struct diag *d)
{
    buf_clear(&l->request);
    request_one(&l->request, &b->asked);
    int rc = buf_result(&l->request);
    if (!rc)
        rc = lane_ask(l, role, folders, n, buf_str(&l->request), fd, &l->reply, d);
    if (!rc && parse_answer(buf_str(&l->reply), ret))
        rc = diag_set(d, E_PARSE, "a worker sent a frame that breaks the protocol");
    return rc;
}

static int examine_one(struct lane *l, struct batched *b, int fd)
{
    struct diag d = {0};
    struct answered a = {0};
    int rc = ask_one(l, b, ROLE_ITEMS, NULL, 0, fd, &a, &d);
    if (!rc && a.container)
        rc = ask_one(l, b, ROLE_ARCHIVES, NULL, 0, fd, &a, &d);
    return take_one(l, b, fd, &a, rc, &d);
}

/* --- batches ------------------------------------------------------------------------------ */

static void forget_batch(struct lane *l)
{
    l->items.n = 0;
    arena_clear(&l->names);
}

/* The contents leave the room: the worker that shared it is gone, or is needed for other things. */
static int contents_move(struct lane *l)
{
    vec_each (b, &l->items) {
        b->asked.bytes = arena_str(&l->names, b->asked.bytes);
        if (!b->asked.bytes.p)
            return no_memory(l);
    }
    return 0;
}

/* A batch ended its worker, or its answer is broken: each item for itself. */
static int examine_each(struct lane *l)
{
    int rc = contents_move(l);
    for (size_t i = 0; i < l->items.n && !rc; i++)
        rc = lane_cancelled(l) ? 0 : examine_one(l, &l->items.v[i], -1);
    return rc;
}

static int take_batch(struct lane *l, const struct answered *answers)
{
    int rc = 0;
    bool containers = false;
    for (size_t i = 0; i < l->items.n && !rc; i++) {
        containers |= answers[i].container;
        if (answers[i].container)
            continue;
        rc = take_answer(l, &l->items.v[i].asked, &answers[i]);
        if (!rc)
            rc = remember(l, &l->items.v[i], &answers[i]);
    }
    if (!rc && containers)
        rc = contents_move(l);
    for (size_t i = 0; i < l->items.n && !rc && containers; i++)
        if (answers[i].container)
            rc = examine_one(l, &l->items.v[i], -1);
    return rc;
}

static int parse_batch(struct lane *l, struct answered *ret)
{
    struct frame f = {.rest = buf_str(&l->reply)};
    for (size_t i = 0; i < l->items.n; i++)
        ret[i] = answer_get(&f);
    return frame_result(&f);
}

int lane_flush(struct lane *l)
{
    struct diag d = {0};
    bool late;
    if (!l->items.n)
        return 0;
    struct answered *answers = arena_new_n(&l->names, struct answered, l->items.n);
    if (!answers)
        return no_memory(l);
    l->stats.batches++;
    int rc = lane_ask_once(l, ROLE_ITEMS, batch_end(&l->batch), -1, &l->reply, &late, &d);
    if (!rc)
        rc = parse_batch(l, answers);
    rc = rc ? examine_each(l) : take_batch(l, answers);
    forget_batch(l);
    return rc;
}

/* An empty batch in the room of a worker that lives. */
static int begin_batch(struct lane *l)
{
    size_t size;
    int rc = lane_worker(l, ROLE_ITEMS, NULL, 0, &l->diag);
    if (!rc)
        batch_begin(&l->batch, worker_room(&l->workers[ROLE_ITEMS], &size), ROOM_BYTES);
    return rc;
}

/* Up to `n` bytes of a file, which has `n` - 1; less at its end. */
static int read_all(int fd, char *to, size_t n, size_t *ret_got)
{
    size_t got = 0;
    while (got < n) {
        size_t want = n - got;
        ssize_t r = read(fd, to + got, want);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return E_IO;
        got += (size_t)r;
        if (r == 0 || ((size_t)r < want && got == n - 1))
            break;
    }
    *ret_got = got;
    return 0;
}

/* Two looks at the clock for each file are felt: only who asks for the times pays for them. */
static uint64_t ticks(const struct lane *l)
{
    return l->options->timed ? clock_ticks() : 0;
}

/* Read a small file into the room. One byte more than it has tells whether it grew. */
static int add_small(struct lane *l, struct batched *b, int fd, const struct stat *st)
{
    size_t want = (size_t)st->st_size + 1, got = 0;
    int rc = l->items.n ? 0 : begin_batch(l);
    char *room = rc ? NULL : batch_room(&l->batch, b->asked.path, want);
    if (!rc && !room && l->items.n) {
        rc = lane_flush(l);
        rc = rc ? rc : begin_batch(l);
        room = rc ? NULL : batch_room(&l->batch, b->asked.path, want);
    }
    if (rc || !room)
        return rc ? rc : examine_one(l, b, fd); /* a path of a megabyte */
    uint64_t begin = ticks(l);
    if (read_all(fd, room, want, &got))
        return lane_refuse(l, b->asked.target, b->asked.path, st->st_mode, COVERAGE_FAILED,
                           "could not be read");
    b->asked.changed = got != (size_t)st->st_size || !is_same(fd, &b->stamp);
    l->stats.read_ns += ticks(l) - begin;
    b->asked.in_memory = true;
    b->asked.bytes = str_n(room, MIN(got, want - 1));
    rc = same_content(l, b);
    if (rc)
        return MIN(rc, 0);
    b->asked.path = arena_str(&l->names, b->asked.path);
    if (!b->asked.path.p || batch_add(&l->batch, &b->asked) || vec_push(&l->items, *b))
        return no_memory(l);
    bool full = l->items.n >= BATCH_ITEMS || l->batch.used >= BATCH_BYTES;
    return full ? lane_flush(l) : 0;
}

int lane_layout(struct lane *l, uint32_t target, struct str path, int fd, const struct stat *st,
                int folder)
{
    struct batched b = {.asked = {.target = target,
                                  .path = path,
                                  .size = (uint64_t)st->st_size,
                                  .mode = st->st_mode},
                        .stamp = file_stamp(st)};
    struct diag d = {0};
    struct answered a = {0};
    int rc = ask_one(l, &b, ROLE_ARCHIVES, &folder, 1, fd, &a, &d);
    rc = take_one(l, &b, fd, &a, rc, &d);
    close(fd);
    return rc;
}

int lane_file(struct lane *l, uint32_t target, struct str path, int fd, const struct stat *st)
{
    struct batched b = {.asked = {.target = target,
                                  .path = path,
                                  .size = (uint64_t)st->st_size,
                                  .mode = st->st_mode},
                        .stamp = file_stamp(st)};
    bool small = b.asked.size <= SMALL_BYTES;
    int rc = small ? 0 : lane_flush(l);
    if (!rc)
        rc = small ? add_small(l, &b, fd, st) : examine_one(l, &b, fd);
    close(fd);
    if (l->reply.alloc > REPLY_KEPT)
        buf_done(&l->reply);
    return rc;
}

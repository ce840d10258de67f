/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which detectors see an item and in what order; runs inside a worker. */
#include <sys/stat.h>
#include <unistd.h>

#include "discover/build.gen.h"
#include "discover/detect.h"
#include "discover/archives/image.h"
#include "discover/imports/imports.h"
#include "discover/item.h"
#include "discover/request.h"
#include "discover/unsearched.h"

#define WINDOW_BYTES (1u << 20)

static bool wants(const struct detector *det, const struct item *it)
{
    return !det->wants || det->wants(it->catalog, it->path);
}

bool detect_wants(const struct catalog *c, struct str path)
{
    for (int i = 0; i < DETECTOR_COUNT; i++)
        if (DETECTORS[i]->wants && !DETECTORS[i]->triggers && DETECTORS[i]->need != ITEM_SCAN &&
            DETECTORS[i]->wants(c, path))
            return true;
    return false;
}

/* Whoever failed to read said so; a detector that gave up for its own reasons leaves a gap, too. */
static void check_told(struct item *it, const char *id, int rc, size_t gaps_before)
{
    if (rc && !it->cache->told && it->emit->gaps == gaps_before)
        emit_gap(it->emit, COVERAGE_PARTIAL, place_item(it), "%s gave up (%s)", id, err_name(rc));
}

/* Groups of literals that decide something here: names of SDKs stand in many a text. */
static unsigned triggers_of(struct item *it, const struct scan_window *w)
{
    unsigned groups = w->hits->groups;
    size_t last = SIZE_MAX - (size_t)w->base;
    if (!(groups & LITERAL_IMPORT))
        return groups;
    if (!w->hits->too_many &&
        !import_hits(import_language(import_grammar(it->path, it->head)), w->text, w->hits, &last))
        return groups & ~(unsigned)LITERAL_IMPORT;
    it->cache->import_last = MAX(it->cache->import_last, w->base + last);
    return groups;
}

/* One window of the text: searched once, then to every scanning detector. */
static int scan_one(struct item *it, struct scan_window *w)
{
    enum spent before = spent_on(it->spent, SPENT_PREFILTER);
    int rc = values_search(it->values, w->text, &w->hits);
    spent_on(it->spent, before);
    if (rc) {
        emit_gap(it->emit, COVERAGE_PARTIAL, place_window(it, w, 0),
                 "needs more memory than one item may use");
        return rc;
    }
    it->cache->triggers |= triggers_of(it, w);
    for (int i = 0; i < DETECTOR_COUNT; i++) {
        const struct detector *det = DETECTORS[i];
        if (det->need != ITEM_SCAN || !wants(det, it))
            continue;
        size_t gaps = it->emit->gaps;
        it->emit->collector = det->id;
        it->cache->told = false;
        before = spent_on(it->spent, SPENT_VALUES);
        rc = det->on_window(it, it->emit, w);
        spent_on(it->spent, before);
        check_told(it, det->id, rc, gaps);
        if (rc)
            return rc;
    }
    return 0;
}

/* What follows a window: its overlap first; but a long hole that begins there is passed over,
 * except for the zeros at its end that stand for an overlap. */
static size_t move_on(struct item *it, struct scan_window *w, char *p, size_t room)
{
    struct place next = place_window(it, w, w->limit);
    uint64_t base = w->base + w->limit, data = item_data_at(it, base);
    *w = (struct scan_window){.base = base, .line = next.line, .column = next.column};
    if (data < base + WINDOW_BYTES) {
        memmove(p, p + room - SCAN_OVERLAP, SCAN_OVERLAP);
        return SCAN_OVERLAP;
    }
    w->base = data - SCAN_OVERLAP;
    w->column += (unsigned)(w->base - base);
    return 0;
}

/* Memory that was touched before, where the worker keeps some. */
static char *window_of(struct item *it, size_t room)
{
    if (!it->window)
        return arena_alloc(it->arena, room);
    buf_clear(it->window);
    return buf_room(it->window, WINDOW_BYTES);
}

/* Texts of any size: windows of the raw bytes, so that memory does not grow with the file. Of a
 * file that grows, what it held at the beginning. */
static int scan_windows(struct item *it)
{
    size_t room = (size_t)MIN((uint64_t)WINDOW_BYTES, it->size + 2 * SCAN_OVERLAP), got = 0;
    char *p = window_of(it, room);
    if (!p) {
        emit_gap(it->emit, COVERAGE_PARTIAL, place_item(it),
                 "needs more memory than one item may use");
        return it->window ? E_NOMEM : arena_error(it->arena);
    }
    struct scan_window w = {.line = 1, .column = 1};
    for (size_t kept = 0;; kept = move_on(it, &w, p, room)) {
        int rc = item_read_at(it, w.base + kept, p + kept, room - kept, &got);
        if (rc) {
            emit_gap(it->emit, COVERAGE_FAILED, place_item(it), "could not be read to its end");
            return rc;
        }
        bool all = it->fd >= 0 && w.base + kept + got >= it->size;
        bool last = all || kept + got < room;
        w.text = str_n(p, kept + got);
        w.limit = last ? w.text.n : w.text.n - SCAN_OVERLAP;
        rc = scan_one(it, &w);
        if (rc || last)
            return rc;
    }
}

/* Not what is in memory anyway, and not what must be converted as a whole. */
static bool is_streamed(const struct item *it)
{
    return (it->fd >= 0 || it->stream) && !it->cache->has_text && it->content == CONTENT_TEXT;
}

/* What fails in here has become a gap. */
static void scan(struct item *it)
{
    struct scan_window w = {.line = 1, .column = 1};
    int rc;
    it->emit->facts.binary = it->binary;
    if (it->binary || it->size == 0)
        return;
    if (is_streamed(it)) {
        rc = scan_windows(it);
    } else {
        rc = item_text(it, &w.text);
        w.limit = w.text.n;
        rc = rc ? rc : scan_one(it, &w);
    }
    (void)rc;
}

/* The same file may have been written while it was read. */
static bool is_unchanged(const struct item *it, const struct stat *before)
{
    struct stat now;
    return fstat(it->fd, &now) == 0 && now.st_size == before->st_size &&
           now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

/* `triggers` 0: those that no literal decides; else those of these groups. */
static void run_detectors(struct item *it, unsigned triggers)
{
    enum spent before = spent_on(it->spent, SPENT_DETECTORS);
    for (int i = 0; i < DETECTOR_COUNT; i++) {
        const struct detector *det = DETECTORS[i];
        bool due = triggers ? (det->triggers & triggers) != 0 : !det->triggers;
        if (!due || det->need == ITEM_SCAN || !wants(det, it))
            continue;
        size_t gaps = it->emit->gaps;
        it->emit->collector = det->id;
        it->emit->muted = it->emit->hidden; /* texts are searched all the same */
        it->cache->told = false;
        check_told(it, det->id, det->run(it, it->emit), gaps); /* what others see still counts */
    }
    it->emit->muted = false;
    spent_on(it->spent, before);
}

/* Places in a converted text are no places of the file. */
static void forget_offsets(struct facts *f, size_t first)
{
    for (size_t i = first; i < f->n; i++) {
        struct fact *t = &f->v[i];
        t->at.offset = t->asset.at.offset = t->value.at.offset = -1;
        for (size_t k = 0; k < t->asset.n_attrs; k++)
            t->asset.attrs[k].at.offset = -1;
    }
}

static void examine(struct item *it)
{
    struct item_cache cache = {0};
    size_t first = it->emit->facts.n;
    it->cache = &cache;
    it->emit->collector = "files";
    if (item_begin(it))
        return;
    /* Members are opened by who reads them. */
    enum container kind = it->outer.n ? CONTAINER_NONE : members_kind(it);
    it->emit->facts.container = kind != CONTAINER_NONE && !it->containers;
    if (it->emit->facts.container)
        return;
    run_detectors(it, 0);
    it->emit->collector = "files";
    cache.told = false;
    scan(it);
    if (cache.triggers)
        run_detectors(it, cache.triggers);
    if (it->syntax)
        syntax_clear(it->syntax); /* its text goes */
    it->emit->collector = "files";
    if (cache.converted)
        forget_offsets(&it->emit->facts, first);
    if (kind != CONTAINER_NONE) {
        it->emit->facts.binary = false;
        it->emit->facts.opened = true;
        members_examine(it, kind);
    } else if (!it->outer.n && it->containers && it->containers->folder >= 0) {
        image_folder_examine(it);
    }
    if (kind == CONTAINER_NONE && !it->outer.n)
        members_missed(it);
    it->cache = NULL;
}

int detect_inner(struct item *outer, struct item *in)
{
    struct emit *e = outer->emit;
    struct emit_level saved;
    const struct catalog_unread *text;
    bool binary = e->facts.binary;
    in->outer = outer->outer.n ? outer->outer : outer->path;
    in->target = outer->target;
    in->catalog = outer->catalog;
    in->values = outer->values;
    in->syntax = outer->syntax;
    in->models = outer->models;
    in->spent = outer->spent;
    in->limits = outer->limits;
    in->emit = e;
    if (in->fd < 0 && !in->stream)
        in->size = in->bytes.n;
    emit_enter(e, &saved, in->member);
    e->hidden |= in->hidden;
    examine(in);
    emit_leave(e, &saved, place_item(in));
    e->facts.members++;
    e->facts.binary_members += in->binary;
    if (in->size && !in->binary && !in->hidden && (text = unsearched(in->catalog, in->path)))
        e->facts.texts[text->text - 1]++;
    e->facts.binary = binary;
    return emit_result(e);
}

int detect_item(struct item *it, struct facts *ret, struct diag *d)
{
    struct emit e;
    struct stat before;
    if (it->fd >= 0 && fstat(it->fd, &before))
        return diag_errno(d, "cannot examine the file");
    emit_init(&e, it->arena, it->values);
    it->emit = &e;
    it->size = it->fd < 0 ? it->bytes.n : (uint64_t)before.st_size;
    it->mode = it->fd < 0 ? it->mode : before.st_mode;
    emit_path(&e, it->path);
    examine(it);
    if (it->changed || (it->fd >= 0 && !is_unchanged(it, &before)))
        emit_gap(&e, COVERAGE_PARTIAL, place_item(it), "changed while it was read");
    emit_end(&e, place_item(it));
    int rc = emit_result(&e);
    emit_done(&e);
    if (rc)
        return diag_set(d, rc, "the facts of one item do not fit into memory");
    *ret = e.facts;
    return 0;
}

/* --- the worker's side of a call --------------------------------------------------------- */

int detect_prepare(void *ctx)
{
    struct detect_worker *w = ctx;
    struct diag d = {0};
    /* Without the library each archive is a gap that says so. */
    if (w->archives && archive_library_new(&w->containers.library, &d))
        w->containers.library = NULL;
    int rc = syntax_new(SYNTAX_MEMORY, &w->syntax, &d);
    return rc ? rc : values_new(w->catalog, w->key, &w->values, &d);
}

/* The facts of one item into the reply; nothing but a few bytes when it said nothing. */
static int answer_one(struct detect_worker *w, const struct asked *ask, int fd, struct buf *reply)
{
    struct item it = {.fd = ask->in_memory ? -1 : fd,
                      .bytes = ask->bytes,
                      .path = ask->path,
                      .mode = ask->mode,
                      .target = ask->target,
                      .changed = ask->changed,
                      .arena = &w->arena,
                      .window = &w->window,
                      .catalog = w->catalog,
                      .values = w->values,
                      .syntax = w->syntax,
                      .models = &w->models,
                      .spent = w->timed ? &w->spent : NULL,
                      .limits = w->limits,
                      .containers = w->archives ? &w->containers : NULL};
    struct facts facts = {0};
    struct diag d = {0};
    int rc = detect_item(&it, &facts, &d);
    if (rc)
        return rc;
    struct answered a = {
        .binary = facts.binary, .container = facts.container, .bytes_read = facts.bytes_read};
    buf_clear(&w->frame);
    if (facts.n || facts.members || facts.opened)
        fact_write(&facts, &w->frame);
    a.frame = buf_str(&w->frame);
    rc = buf_result(&w->frame);
    if (!rc)
        answer_put(reply, &a);
    return rc;
}

int detect_handle(void *ctx, const struct worker_request *request, struct buf *reply)
{
    struct detect_worker *w = ctx;
    struct request r;
    struct asked ask;
    int rc = request_read(request->bytes, &r);
    w->containers.folder = request->n_folders ? request->folders[0] : -1;
    while (!rc && (rc = request_next(&r, &ask)) == 1) {
        rc = answer_one(w, &ask, request->fd, reply);
        arena_clear(&w->arena);
    }
    return rc;
}

int detect_handle_timed(void *ctx, const struct worker_request *request, struct buf *reply)
{
    struct detect_worker *w = ctx;
    return spent_handle(&w->spent, detect_handle, w, request, reply);
}

/* --- the parent's side -------------------------------------------------------------------- */

/* What is passed by in archives. */
static void add_rules(struct sha256 *h, const struct detect_worker *w)
{
    const struct walk_rules *rules = w->containers.rules;
    for (int i = 0; i < w->catalog->n_walk_rules; i++)
        if (walk_rules_named(rules, str_z(w->catalog->walk_rules[i].id)))
            sha256_field(h, str_z(w->catalog->walk_rules[i].id));
    for (int i = 0; i < walk_rules_count(rules); i++)
        if (walk_rules_is_exclude(rules, i))
            sha256_field(h, str_z(walk_rules_hides(rules, i)));
}

/* Everything that facts depend on, beside the file: another key, and none is believed. */
static int cache_key(struct detect_worker *w)
{
    AUTO(sha256) h = {0};
    unsigned char sum[SHA256_BYTES];
    AUTO(buf) hex = BUF_INIT;
    int rc = sha256_init(&h);
    if (rc)
        return rc;
    sha256_field(&h, STR(DISCOVER_DIGEST));
    sha256_field(&h, str_z(w->catalog->digest));
    sha256_field(&h, str_n(&w->limits, sizeof(w->limits)));
    add_rules(&h, w);
    /* With another key there are other fingerprints; the key itself stays where it is. */
    rc = hmac_sha256(w->key, STR("facts cache"), sum);
    sha256_field(&h, str_n(sum, w->key.n ? sizeof(sum) : 0));
    rc = rc ? rc : sha256_end(&h, sum);
    buf_add_hex(&hex, sum, sizeof(sum));
    rc = rc ? rc : buf_result(&hex);
    if (!rc)
        memcpy(w->cache_key, hex.p, hex.n + 1);
    return rc;
}

int detect_worker_init(struct detect_worker *w, const struct discover_options *o, struct diag *d)
{
    *w = (struct detect_worker){
        .catalog = walk_rules_catalog(o->rules), .key = o->key, .limits = limits_default()};
    if (o->item_bytes)
        w->limits.bytes = o->item_bytes;
    w->timed = o->timed;
    w->limits.memory = o->item_memory ? o->item_memory : o->worker_memory / 2;
    w->arena = (struct arena)ARENA(w->limits.memory);
    w->frame = w->window = (struct buf)BUF_INIT;
    w->containers =
        (struct containers){.folder = -1, .limits = archive_limits_default(), .rules = o->rules};
    return cache_key(w) ? diag_set(d, E_NOMEM, "no memory to start the scan") : 0;
}

void detect_worker_done(struct detect_worker *w)
{
    values_free(w->values);
    syntax_free(w->syntax);
    model_names_done(&w->models);
    archive_library_free(w->containers.library);
    arena_done(&w->arena);
    buf_done(&w->frame);
    buf_done(&w->window);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which members of an archive are opened, and what is told of those that are not. */
#include <sys/stat.h>

#include "base/path.h"
#include "discover/detect.h"
#include "discover/archives/image.h"
#include "discover/archives/members_internal.h"

/* Formats with a directory at their end are held when they are members; so much in all. */
#define HOLD_ARCHIVES ((uint64_t)64 << 20)

enum container members_kind(struct item *it)
{
    enum container kind = container_kind(it->head);
    bool named = container_named(it->path) == CONTAINER_ZIP;
    size_t n = named ? (size_t)MIN((uint64_t)CONTAINER_TAIL_NAMED, it->size) : CONTAINER_TAIL;
    struct str tail;
    if (kind != CONTAINER_NONE || it->size < CONTAINER_TAIL ||
        !(named || container_may_be_tail(it->head)))
        return kind;
    if (it->stream || item_range(it, it->size - n, n, &tail))
        return CONTAINER_NONE;
    return named ? container_of_named_tail(tail) : container_of_tail(tail);
}

/* The name promises an archive that is not there. Nothing is missing of an empty file, nor of what
 * another row speaks of. */
static bool is_misnamed(const struct catalog *c, struct str path, struct str head)
{
    enum container named = container_named(path);
    bool blank = named == CONTAINER_TAR && container_is_blank(head);
    return named != CONTAINER_NONE && head.n && !blank && !catalog_unread(c, path, head);
}

static void tell_misnamed(struct emit *e, struct place at, struct str path, struct str head)
{
    at.collector = STR(MEMBERS_COLLECTOR);
    if (str_starts(head, STR("version https://git-lfs.github.com/spec/")))
        emit_gap(e, COVERAGE_PARTIAL, at, "the archive is not here: a Git LFS pointer");
    else
        emit_gap(e, COVERAGE_FAILED, at, "named as a %s archive, but its content is not one",
                 CONTAINER_NAMES[container_named(path)]);
}

void members_missed(struct item *it)
{
    if (is_misnamed(it->catalog, it->path, it->head))
        tell_misnamed(it->emit, place_item(it), it->path, it->head);
}

/* --- what is told ------------------------------------------------------------------------- */

struct place members_place(const struct members *m, struct str member)
{
    struct place at = place_item(m->outer);
    at.member = member;
    return at;
}

/* Of an archive: any detector could have had something to say of what it holds. */
static struct place place_archive(const struct members *m, struct str member)
{
    struct place at = members_place(m, member);
    at.collector = STR(MEMBERS_COLLECTOR);
    return at;
}

static enum coverage_state state_of(int code, bool some)
{
    switch (code) {
    case E_DENIED: return COVERAGE_DENIED;
    case E_UNSUPPORTED: return COVERAGE_UNSUPPORTED;
    case E_LIMIT:
    case E_NOMEM: return COVERAGE_PARTIAL;
    default: return some ? COVERAGE_PARTIAL : COVERAGE_FAILED;
    }
}

/* Once for the whole item: no reader of it gives more. */
static void tell_stop(struct members *m, struct str member, const char *what)
{
    if (!m->stopped)
        emit_gap(m->outer->emit, COVERAGE_PARTIAL, place_archive(m, member),
                 "%s: what follows is not read", what);
    m->stopped = true;
}

static bool tell_budget(struct members *m, struct str member)
{
    char line[120];
    if (!m->budget.spent)
        return false;
    if (m->budget.members)
        snprintf(line, sizeof(line), "unpacks to more than %llu MiB",
                 (unsigned long long)(m->allowed >> 20));
    else
        snprintf(line, sizeof(line), "holds more than %llu files",
                 (unsigned long long)m->open->limits.members);
    tell_stop(m, member, line);
    return true;
}

static void tell(struct members *m, struct place at, const struct diag *why, bool some)
{
    if (!tell_budget(m, at.member))
        emit_gap(m->outer->emit, state_of(why->code, some), at, "%s",
                 why->text[0] ? why->text : err_name(why->code));
}

void members_tell(struct members *m, struct str member, const struct diag *why, bool some)
{
    tell(m, members_place(m, member), why, some);
}

void members_tell_archive(struct members *m, struct str member, const struct diag *why, bool some)
{
    tell(m, place_archive(m, member), why, some);
}

static void check_full(struct members *m, struct str member)
{
    if (emit_full(m->outer->emit))
        tell_stop(m, member, "holds more than one item may say");
}

void members_end(struct members *m)
{
    uint64_t more = emit_gaps_left_out(m->outer->emit);
    if (more)
        emit_gap(m->outer->emit, COVERAGE_PARTIAL, place_archive(m, STR("")),
                 "%llu more places in it could not be read", (unsigned long long)more);
}

/* --- archives in archives ----------------------------------------------------------------- */

static int read_held(void *ctx, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    const struct buf *b = ctx;
    struct str part = str_sub(buf_str(b), (size_t)MIN(offset, (uint64_t)b->n), b->n);
    *ret_got = MIN(n, part.n);
    if (*ret_got)
        memcpy(to, part.p, *ret_got);
    return 0;
}

/* The member from its start on: what is held, then the rest. */
static int read_through(void *ctx, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    struct unpacked *c = ctx;
    if (offset < c->l->hold.n)
        return read_held(&c->l->hold, offset, to, n, ret_got);
    *ret_got = 0;
    return c->ended ? 0 : c->read(c->ctx, to, n, ret_got, &c->damage);
}

void unpacked_walk(struct unpacked *c, enum container kind, struct level *in)
{
    struct buf *hold = &c->l->hold;
    struct archive_source source = {.read = read_through, .ctx = c};
    if (c->ended)
        source = (struct archive_source){
            .read = read_held, .ctx = hold, .size = hold->n, .seekable = true};
    level_walk(in, kind, &source);
}

/* The tar in a compressed file: the two are one archive. */
static void examine_tar(struct unpacked *c)
{
    struct level *l = c->l;
    struct level in = {.m = l->m,
                       .member = l->member,
                       .where = l->where,
                       .name = member_stem(l->name),
                       .depth = l->depth,
                       .fate = l->fate,
                       .fate_ctx = l->fate_ctx,
                       .take = l->take,
                       .take_ctx = l->take_ctx};
    unpacked_walk(c, CONTAINER_TAR, &in);
}

static enum member_fate all_hidden(void *ctx UNUSED, struct str path UNUSED,
                                   enum archive_type type UNUSED)
{
    return MEMBER_HIDDEN;
}

/* An archive that is held is an item for detectors, too. */
static void examine_held(struct unpacked *c, const struct archive_member *m,
                         const struct named *name, bool hidden)
{
    struct facts *f = &c->l->m->outer->emit->facts;
    uint64_t binaries = f->binary_members;
    unpacked_examine(c, m, name, hidden);
    f->binary_members = binaries; /* it is looked into */
}

static void examine_archive(struct unpacked *c, enum container kind, const struct archive_member *m,
                            const struct named *name, bool hidden)
{
    struct level *l = c->l;
    struct level in = {.m = l->m,
                       .member = name->shown,
                       .where = arena_fmt(&l->scratch, STR_FMT "!/", STR_ARG(name->shown)),
                       .name = path_base(name->own),
                       .depth = l->depth + 1,
                       .fate = hidden ? all_hidden : NULL};
    struct diag d = {0};
    if (!in.where.p)
        diag_set(&d, E_NOMEM, "needs more memory than one item may use");
    else if (in.depth > l->m->open->limits.depth)
        diag_set(&d, E_LIMIT, "lies in %u archives, one in another: not opened", in.depth);
    if (d.code) {
        members_tell_archive(l->m, name->shown, &d, false);
        return;
    }
    if (kind == CONTAINER_ZIP || kind == CONTAINER_7ZIP)
        unpacked_hold(
            c, (size_t)MIN(HOLD_ARCHIVES - l->m->held, m->has_size ? m->size + 1 : UINT64_MAX));
    uint64_t held = l->hold.n;
    l->m->held += held;
    if (c->ended)
        examine_held(c, m, name, hidden);
    if (!l->m->stopped)
        unpacked_walk(c, kind, &in);
    l->m->held -= held;
}

/* --- members ------------------------------------------------------------------------------ */

/* A zip behind something else, when it is not too long to be held. */
static enum container kind_at_end(struct unpacked *c, struct str path)
{
    struct buf *hold = &c->l->hold;
    bool named = container_named(path) == CONTAINER_ZIP;
    if (!named && !container_may_be_tail(buf_str(hold)))
        return CONTAINER_NONE;
    unpacked_hold(c, named ? (size_t)(HOLD_ARCHIVES - c->l->m->held) : HOLD_START);
    struct str all = buf_str(hold);
    size_t n = named ? MIN(CONTAINER_TAIL_NAMED, all.n) : CONTAINER_TAIL;
    if (!c->ended || all.n < n)
        return CONTAINER_NONE;
    struct str tail = str_sub(all, all.n - n, all.n);
    return named ? container_of_named_tail(tail) : container_of_tail(tail);
}

static void examine_file(struct unpacked *c, const struct archive_member *m,
                         const struct named *name, bool hidden)
{
    struct item *outer = c->l->m->outer;
    struct str head = str_sub(buf_str(&c->l->hold), 0, ITEM_HEAD_BYTES);
    struct place at = place_archive(c->l->m, name->shown);
    bool told = !hidden && !c->damage.code && is_misnamed(outer->catalog, name->own, head);
    if (told && !c->ended && container_named(name->own) == CONTAINER_ZIP)
        emit_gap(outer->emit, COVERAGE_PARTIAL, at,
                 "named as a zip archive, and too large inside another one to be looked into");
    else if (told)
        tell_misnamed(outer->emit, at, name->own, head);
    unpacked_examine(c, m, name, hidden);
}

void unpacked_open(struct unpacked *c, enum container kind, const struct archive_member *m,
                   const struct named *name, bool hidden)
{
    struct level *l = c->l;
    if (kind == CONTAINER_NONE)
        kind = kind_at_end(c, name->own);
    if (kind == CONTAINER_TAR && m->nameless)
        examine_tar(c);
    else if (kind != CONTAINER_NONE)
        examine_archive(c, kind, m, name, hidden);
    else if (l->hold.n || !c->damage.code)
        examine_file(c, m, name, hidden);
}

void level_content(struct unpacked *c, const struct archive_member *m, const struct named *name,
                   bool hidden)
{
    struct level *l = c->l;
    buf_clear(&l->hold);
    unpacked_hold(c, ITEM_HEAD_BYTES);
    bool some = l->hold.n > 0;
    unpacked_open(c, container_kind(buf_str(&l->hold)), m, name, hidden);
    if (c->damage.code && !l->m->stopped)
        members_tell(l->m, name->shown, &c->damage, some);
    if (l->hold.alloc > HOLD_KEPT)
        buf_done(&l->hold);
}

static int read_member(void *ctx, char *to, size_t n, size_t *ret_got, struct diag *d)
{
    struct level *l = ctx;
    return archive_reader_read(l->reader, to, n, ret_got, d);
}

/* A link under a name that a detector knows is told: a file that stood there must not seem to be
 * gone. The others are counted. */
static void pass_by(struct level *l, enum archive_type type, const struct named *name)
{
    bool link = type == ARCHIVE_MEMBER_LINK;
    if (!detect_wants(l->m->outer->catalog, name->own))
        *(link ? &l->links : &l->specials) += 1;
    else
        emit_gap(l->m->outer->emit, link ? COVERAGE_NOT_LOOKED : COVERAGE_SKIPPED,
                 members_place(l->m, name->shown), "%s",
                 link ? "a link: not followed, so what it names is not read as this"
                      : "a pipe, socket or device");
}

static void tell_member(struct level *l, const struct named *name, int code, const char *what)
{
    struct diag d = {0};
    diag_set(&d, code, "%s", what);
    members_tell(l->m, name->shown, &d, false);
}

static void visit(struct level *l, const struct archive_member *m)
{
    struct named name;
    if (level_name(l, m, &name)) {
        struct diag d = {0};
        diag_set(&d, E_NOMEM, "needs more memory than one item may use");
        members_tell_archive(l->m, l->member, &d, true);
        return;
    }
    enum member_fate fate =
        l->fate && !m->nameless ? l->fate(l->fate_ctx, name.own, m->type) : MEMBER_SHOWN;
    struct unpacked c = {.l = l, .read = read_member, .ctx = l};
    if (fate == MEMBER_PASSED || m->type == ARCHIVE_MEMBER_FOLDER)
        return;
    if (m->type != ARCHIVE_MEMBER_FILE)
        pass_by(l, m->type, &name);
    else if (l->take && !m->nameless && l->take(l->take_ctx, &c, m, name.own))
        return;
    else if (!m->nameless && level_hides(l, name.own))
        return;
    else if (m->long_path)
        tell_member(l, &name, E_LIMIT, "its path is too long: not read");
    else if (m->encrypted)
        tell_member(l, &name, E_DENIED, "encrypted");
    else
        level_content(&c, m, &name, fate == MEMBER_HIDDEN);
}

void level_begin(struct level *l)
{
    const struct walk_rules *rules = l->m->open->rules;
    l->scratch = (struct arena)ARENA(l->m->outer->limits.memory);
    l->hold = l->base = l->folder = (struct buf)BUF_INIT;
    buf_addf(&l->base, STR_FMT "!/" STR_FMT, STR_ARG(l->m->outer->path), STR_ARG(l->where));
    l->rule = RULE_NONE;
    l->rule_hits = mem_alloc(((size_t)walk_rules_count(rules) + 1) * sizeof(*l->rule_hits));
}

void level_end(struct level *l)
{
    level_tell_rules(l);
    mem_free(l->rule_hits);
    buf_done(&l->hold);
    buf_done(&l->base);
    buf_done(&l->folder);
    arena_done(&l->scratch);
}

void level_walk(struct level *l, enum container kind, const struct archive_source *source)
{
    struct members *m = l->m;
    struct archive_member one;
    struct diag d = {0};
    level_begin(l);
    int rc = archive_reader_open(m->open->library, kind, source, &m->budget, &l->reader, &d);
    while (!rc && !m->stopped && (rc = archive_reader_next(l->reader, &one, &d)) > 0) {
        rc = 0;
        l->some = true;
        visit(l, &one);
        arena_clear(&l->scratch);
        check_full(m, l->member);
    }
    if (rc && !m->stopped)
        members_tell_archive(m, l->member, &d, l->some);
    l->reader = archive_reader_close(l->reader);
    level_end(l);
}

/* --- the item ----------------------------------------------------------------------------- */

/* What is packed is not counted as read: what comes out of it is. */
static int read_outer(void *ctx, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    struct item *it = ctx;
    uint64_t before = it->emit->facts.bytes_read;
    int rc = item_read_at(it, offset, to, n, ret_got);
    it->emit->facts.bytes_read = before;
    return rc;
}

void members_begin(struct members *m, struct item *outer)
{
    const struct containers *c = outer->containers;
    *m = (struct members){
        .outer = outer, .open = c, .budget = archive_budget(&c->limits, outer->size)};
    m->allowed = m->budget.bytes;
    outer->emit->collector = "files";
}

void members_examine(struct item *it, enum container kind)
{
    struct members m;
    members_begin(&m, it);
    if (!m.open->library) {
        it->emit->facts.container = true; /* not to be remembered */
        emit_gap(it->emit, COVERAGE_UNSUPPORTED, place_archive(&m, STR("")),
                 "%s: not opened, libarchive.so.13 is not installed", CONTAINER_NAMES[kind]);
        return;
    }
    struct archive_source source = {
        .read = read_outer, .ctx = it, .size = it->size, .seekable = true};
    if (!image_examine(&m, kind, &source)) {
        struct level top = {.m = &m, .name = path_base(it->path)};
        level_walk(&top, kind, &source);
    }
    members_end(&m);
}

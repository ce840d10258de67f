/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which members of an archive are items, how much of them is unpacked, what is told. */
#include <sys/stat.h>

#include "base/path.h"
#include "discover/content.h"
#include "discover/detect.h"
#include "discover/image.h"
#include "discover/members_internal.h"

/* So much of a member is held for detectors that need it whole; texts above are searched only. */
#define HOLD_TEXT ((size_t)16 << 20)
/* Of the others so much is unpacked before a detector asks for more. */
#define HOLD_START ((size_t)1 << 20)
/* Formats with a directory at their end are held when they are members; so much in all. */
#define HOLD_ARCHIVES ((uint64_t)64 << 20)
/* A buffer keeps no more than this between members. */
#define HOLD_KEPT ((size_t)1 << 20)

enum container members_kind(struct item *it)
{
    enum container kind = container_kind(it->head);
    struct str tail;
    if (kind != CONTAINER_NONE || it->size < CONTAINER_TAIL || !container_may_be_tail(it->head))
        return kind;
    if (it->stream || item_range(it, it->size - CONTAINER_TAIL, CONTAINER_TAIL, &tail))
        return CONTAINER_NONE;
    return container_of_tail(tail);
}

/* --- what is told ------------------------------------------------------------------------- */

struct place members_place(const struct members *m, struct str member)
{
    struct place at = place_item(m->outer);
    at.member = member;
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

/* Of an archive: any detector could have had something to say of what it holds. */
static struct place place_archive(const struct members *m, struct str member)
{
    struct place at = members_place(m, member);
    at.collector = STR(MEMBERS_COLLECTOR);
    return at;
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

/* --- paths -------------------------------------------------------------------------------- */

void member_path(struct buf *out, struct str raw, bool inside)
{
    struct str part;
    bool first = true;
    while (str_field(&raw, '/', &part)) {
        if (!part.n || str_eq_z(part, ".") || (inside && str_eq_z(part, "..")))
            continue;
        if (!first)
            buf_addc(out, '/');
        buf_add(out, part);
        first = false;
    }
}

/* "a.json.gz" holds "a.json". */
static struct str stem_of(struct str name)
{
    static const char *const ends[] = {"gz", "tgz", "bz2", "tbz", "tbz2",
                                       "xz", "txz", "zst", "tzst"};
    struct str ext = path_ext(name);
    for (size_t i = 0; i < ARRAY_LEN(ends) && ext.n + 1 < name.n; i++)
        if (str_eq_nocase(ext, str_z(ends[i])))
            return str_sub(name, 0, name.n - ext.n - 1);
    return name;
}

/* One member: its path for detectors, and the one that is shown. */
struct named {
    struct str own, shown;
};

static int name_member(struct level *l, const struct archive_member *m, struct named *ret)
{
    AUTO(buf) own = BUF_INIT;
    AUTO(buf) shown = BUF_INIT;
    struct str raw = m->nameless ? stem_of(l->name) : m->path;
    buf_add(&shown, l->where);
    member_path(&shown, raw, false);
    if (shown.n == l->where.n)
        buf_addz(&shown, "(no name)");
    member_path(&own, raw, true);
    /* Some writers for Windows have it the other way round. */
    for (size_t i = 0; i < own.n && str_chr(raw, '/', 0) == SIZE_MAX; i++)
        own.p[i] = own.p[i] == '\\' ? '/' : own.p[i];
    if (buf_result(&own) || buf_result(&shown))
        return E_NOMEM;
    ret->own = arena_str(&l->scratch, buf_str(&own));
    ret->shown = arena_str(&l->scratch, buf_str(&shown));
    return ret->own.p && ret->shown.p ? 0 : E_NOMEM;
}

/* --- rules -------------------------------------------------------------------------------- */

/* The rule that hides a folder of this archive or one above it. Rules see paths of the target. */
static int rule_of_folder(struct level *l, struct str folder)
{
    int rule = RULE_NONE;
    size_t base = l->base.n;
    buf_add(&l->base, folder);
    struct str all = buf_str(&l->base);
    for (size_t end = base; rule == RULE_NONE && end < all.n; end++) {
        end = MIN(str_chr(all, '/', end), all.n);
        rule = walk_rules_folder(l->m->open->rules, str_sub(all, 0, end));
    }
    buf_cut(&l->base, base);
    return rule;
}

static int rule_of_file(struct level *l, struct str path)
{
    size_t base = l->base.n;
    buf_add(&l->base, path);
    int rule = walk_rules_file(l->m->open->rules, buf_str(&l->base));
    buf_cut(&l->base, base);
    return rule;
}

/* Members of one folder mostly follow each other. */
static int rule_of(struct level *l, struct str path)
{
    const struct walk_rules *rules = l->m->open->rules;
    struct str folder = path_dir(path);
    if (!str_eq(folder, buf_str(&l->folder))) {
        buf_clear(&l->folder);
        buf_add(&l->folder, folder);
        l->rule = rule_of_folder(l, folder);
    }
    if (l->rule != RULE_NONE)
        return walk_rules_keeps(rules, l->rule, path_base(path)) ? RULE_NONE : l->rule;
    return rule_of_file(l, path);
}

static bool is_hidden_by_rule(struct level *l, struct str path)
{
    int rule = rule_of(l, path);
    if (rule != RULE_NONE && l->rule_hits)
        l->rule_hits[rule]++;
    return rule != RULE_NONE;
}

static void tell_rules(struct level *l)
{
    const struct containers *c = l->m->open;
    struct emit *e = l->m->outer->emit;
    struct place at = members_place(l->m, l->member);
    for (int i = 0; l->rule_hits && i < walk_rules_count(c->rules); i++) {
        char pattern[200];
        const char *hides = walk_rules_hides(c->rules, i);
        bool plain = !strpbrk(hides, "*?[");
        snprintf(pattern, sizeof(pattern), plain ? "**/%s/**" : "%s", hides);
        if (l->rule_hits[i] && !walk_rules_is_exclude(c->rules, i)) /* that has its row */
            emit_rule(e, at, pattern, l->rule_hits[i], walk_rules_reason(c->rules, i));
    }
    if (l->links)
        emit_rule(e, at, "symbolic-links", l->links, "links in archives are not followed");
    if (l->specials)
        emit_rule(e, at, "special-files", l->specials,
                  "pipes, sockets and devices hold no configuration");
}

/* --- content ------------------------------------------------------------------------------ */

struct content_of_member {
    struct level *l;
    bool ended;
    struct diag damage;
};

/* More of the member into l->hold, up to `want` bytes in all. What cannot be read ends it. */
static void hold(struct content_of_member *c, size_t want)
{
    struct buf *b = &c->l->hold;
    while (!c->ended && b->n < want) {
        size_t n = MIN(want - b->n, HOLD_START), got = 0;
        char *to = buf_room(b, n);
        int rc = to ? archive_reader_read(c->l->reader, to, n, &got, &c->damage)
                    : diag_set(&c->damage, E_NOMEM, "needs more memory than one item may use");
        b->n += rc ? 0 : got;
        if (to)
            buf_cut(b, b->n);
        c->ended = rc || !got;
    }
}

static int keep_more(void *ctx, size_t want, struct str *ret_all)
{
    struct content_of_member *c = ctx;
    hold(c, want);
    *ret_all = buf_str(&c->l->hold);
    return 0;
}

static int read_more(void *ctx, char *to, size_t n, size_t *ret_got)
{
    struct content_of_member *c = ctx;
    size_t got = 0;
    if (!c->ended && archive_reader_read(c->l->reader, to, n, &got, &c->damage))
        got = 0;
    c->ended = !got;
    *ret_got = got;
    return 0;
}

static struct item item_of(struct level *l, const struct named *name, uint32_t mode)
{
    return (struct item){.path = name->own,
                         .member = name->shown,
                         .mode = mode ? mode : S_IFREG | 0644,
                         .fd = -1,
                         .bytes = buf_str(&l->hold),
                         .arena = &l->scratch};
}

/* How much of a member is unpacked before anybody asks. */
static size_t hold_first(const struct archive_member *m, bool text)
{
    if (m->has_size && !text)
        return 0; /* detectors know it by its head */
    return m->has_size && m->size > HOLD_TEXT ? HOLD_START : HOLD_TEXT;
}

/* A file that holds no others. */
static void examine_plain(struct content_of_member *c, const struct archive_member *m,
                          const struct named *name, bool hidden)
{
    struct level *l = c->l;
    struct item *outer = l->m->outer;
    struct item in = item_of(l, name, m->mode);
    bool text = content_of(str_sub(in.bytes, 0, ITEM_HEAD_BYTES)) != CONTENT_BINARY;
    hold(c, hold_first(m, text));
    in.bytes = buf_str(&l->hold);
    in.hidden = hidden;
    struct item_stream rest = {
        .keep = keep_more, .read = read_more, .ctx = c, .keep_max = HOLD_START};
    if (!c->ended) {
        in.size = m->has_size ? MAX(m->size, in.bytes.n) : MEMBER_SIZE_UNKNOWN;
        in.stream = &rest;
    }
    if (in.stream && !text && !m->has_size) {
        outer->emit->facts.members++;
        outer->emit->facts.binary_members++;
        emit_gap(outer->emit, COVERAGE_NOT_LOOKED, members_place(l->m, name->shown),
                 "not text, and longer than %zu MiB when unpacked", HOLD_TEXT >> 20);
        return;
    }
    struct limits kept = outer->limits;
    outer->limits.bytes = MIN(kept.bytes, HOLD_TEXT);
    if (detect_inner(outer, &in))
        l->m->stopped = true; /* the item as a whole fails */
    outer->limits = kept;
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

static void walk_inner(struct content_of_member *c, enum container kind, struct level *in)
{
    struct level *l = c->l;
    struct archive_rest rest = {.reader = l->reader, .head = buf_str(&l->hold)};
    struct archive_source source = archive_rest_source(&rest);
    if (c->ended)
        source = (struct archive_source){
            .read = read_held, .ctx = &l->hold, .size = l->hold.n, .seekable = true};
    level_walk(in, kind, &source);
    if (rest.diag.code && !l->m->budget.spent)
        c->damage = rest.diag;
}

/* The tar in a compressed file: the two are one archive. */
static void examine_tar(struct content_of_member *c)
{
    struct level *l = c->l;
    struct level in = {.m = l->m,
                       .member = l->member,
                       .where = l->where,
                       .name = stem_of(l->name),
                       .depth = l->depth,
                       .fate = l->fate,
                       .fate_ctx = l->fate_ctx};
    walk_inner(c, CONTAINER_TAR, &in);
}

static enum member_fate all_hidden(void *ctx UNUSED, struct str path UNUSED,
                                   enum archive_type type UNUSED)
{
    return MEMBER_HIDDEN;
}

static void examine_archive(struct content_of_member *c, enum container kind,
                            const struct archive_member *m, const struct named *name, bool hidden)
{
    struct level *l = c->l;
    struct level in = {.m = l->m,
                       .member = name->shown,
                       .where = arena_fmt(&l->scratch, STR_FMT "!/", STR_ARG(name->shown)),
                       .name = path_base(name->own),
                       .depth = l->depth + 1,
                       .fate = hidden ? all_hidden : NULL};
    struct diag d = {0};
    if (!in.where.p) {
        diag_set(&d, E_NOMEM, "needs more memory than one item may use");
        members_tell_archive(l->m, name->shown, &d, false);
        return;
    }
    if (in.depth > l->m->open->limits.depth) {
        diag_set(&d, E_LIMIT, "lies in %u archives, one in another: not opened", in.depth);
        members_tell_archive(l->m, name->shown, &d, false);
        return;
    }
    if (kind == CONTAINER_ZIP || kind == CONTAINER_7ZIP)
        hold(c, (size_t)MIN(HOLD_ARCHIVES - l->m->held, m->has_size ? m->size + 1 : UINT64_MAX));
    uint64_t held = l->hold.n;
    l->m->held += held;
    if (c->ended) {
        struct item it = item_of(l, name, m->mode);
        it.hidden = hidden;
        if (detect_inner(l->m->outer, &it))
            l->m->stopped = true;
        l->m->outer->emit->facts.binary_members -= it.binary; /* it is looked into */
    }
    if (!l->m->stopped)
        walk_inner(c, kind, &in);
    l->m->held -= held;
}

/* --- members ------------------------------------------------------------------------------ */

static void examine_file(struct level *l, const struct archive_member *m, const struct named *name,
                         bool hidden)
{
    struct content_of_member c = {.l = l};
    buf_clear(&l->hold);
    hold(&c, ITEM_HEAD_BYTES);
    struct str head = buf_str(&l->hold);
    enum container kind = container_kind(head);
    if (kind == CONTAINER_NONE && container_may_be_tail(head)) {
        hold(&c, HOLD_START);
        struct str all = buf_str(&l->hold);
        if (c.ended && all.n >= CONTAINER_TAIL)
            kind = container_of_tail(str_sub(all, all.n - CONTAINER_TAIL, all.n));
    }
    bool some = l->hold.n > 0;
    if (kind == CONTAINER_TAR && m->nameless)
        examine_tar(&c);
    else if (kind != CONTAINER_NONE)
        examine_archive(&c, kind, m, name, hidden);
    else if (some || !c.damage.code)
        examine_plain(&c, m, name, hidden);
    if (c.damage.code && !l->m->stopped)
        members_tell(l->m, name->shown, &c.damage, some);
    if (l->hold.alloc > HOLD_KEPT)
        buf_done(&l->hold);
}

/* A link under a name that a detector knows: a file that stood there must not seem to be gone. */
static void pass_by(struct level *l, enum archive_type type, const struct named *name)
{
    bool link = type == ARCHIVE_MEMBER_LINK;
    if (link)
        l->links++;
    else
        l->specials++;
    if (detect_wants(name->own))
        emit_gap(l->m->outer->emit, COVERAGE_SKIPPED, members_place(l->m, name->shown), "%s",
                 link ? "a link: not followed" : "a pipe, socket or device");
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
    if (name_member(l, m, &name)) {
        struct diag d = {0};
        diag_set(&d, E_NOMEM, "needs more memory than one item may use");
        members_tell_archive(l->m, l->member, &d, true);
        return;
    }
    enum member_fate fate =
        l->fate && !m->nameless ? l->fate(l->fate_ctx, name.own, m->type) : MEMBER_SHOWN;
    if (fate == MEMBER_PASSED || m->type == ARCHIVE_MEMBER_FOLDER)
        return;
    if (m->type != ARCHIVE_MEMBER_FILE)
        pass_by(l, m->type, &name);
    else if (!m->nameless && is_hidden_by_rule(l, name.own))
        return;
    else if (m->long_path)
        tell_member(l, &name, E_LIMIT, "its path is too long: not read");
    else if (m->encrypted)
        tell_member(l, &name, E_DENIED, "encrypted");
    else
        examine_file(l, m, &name, fate == MEMBER_HIDDEN);
}

void level_walk(struct level *l, enum container kind, const struct archive_source *source)
{
    struct members *m = l->m;
    struct archive_member one;
    struct diag d = {0};
    l->scratch = (struct arena)ARENA(m->outer->limits.memory);
    l->hold = l->base = l->folder = (struct buf)BUF_INIT;
    buf_addf(&l->base, STR_FMT "!/" STR_FMT, STR_ARG(m->outer->path), STR_ARG(l->where));
    l->rule = RULE_NONE;
    l->rule_hits =
        mem_alloc(((size_t)walk_rules_count(m->open->rules) + 1) * sizeof(*l->rule_hits));
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
    tell_rules(l);
    l->reader = archive_reader_close(l->reader);
    mem_free(l->rule_hits);
    buf_done(&l->hold);
    buf_done(&l->base);
    buf_done(&l->folder);
    arena_done(&l->scratch);
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

struct archive_source members_source(struct members *m)
{
    return (struct archive_source){
        .read = read_outer, .ctx = m->outer, .size = m->outer->size, .seekable = true};
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
    struct archive_source source = members_source(&m);
    if (!image_examine(&m, kind, &source)) {
        struct level top = {.m = &m, .name = path_base(it->path)};
        level_walk(&top, kind, &source);
    }
    members_end(&m);
}

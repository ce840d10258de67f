/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the facts of many items become observations, relations, owners and coverage. */
#include <sys/stat.h>

#include "base/path.h"
#include "base/spill.h"
#include "discover/archives/members.h"
#include "discover/git/origin.h"
#include "discover/unsearched.h"
#include "link/link_internal.h"

int link_new(const struct target *targets, size_t n, const struct catalog *c, struct link **ret)
{
    struct link *l = mem_alloc(sizeof(*l));
    if (!l)
        return E_NOMEM;
    l->mem = l->opened = (struct arena)ARENA(0);
    l->targets = targets;
    l->n_targets = n;
    l->catalog = c;
    l->counts = arena_new_n(&l->mem, struct discover_count, n);
    l->unread = arena_new_n(&l->mem, struct unread, n * (size_t)(c->n_unread + 1));
    l->identities = arena_new_n(&l->mem, struct str, n);
    l->repository_at = l->owner_file_at = l->origins = l->scopes = l->plugin_at = l->patterns =
        l->declared = (struct map)MAP_OWNED(&l->mem);
    if (!l->counts || !l->unread || !l->identities) {
        link_free(l);
        return E_NOMEM;
    }
    *ret = l;
    return 0;
}

struct link *link_free(struct link *l)
{
    if (!l)
        return NULL;
    vec_each (f, &l->owner_files)
        owner_rules_free(f);
    vec_free(&l->items);
    vec_free(&l->locks);
    vec_free(&l->repositories);
    vec_free(&l->made);
    vec_free(&l->owner_files);
    vec_free(&l->coverage);
    vec_free(&l->unheard);
    vec_free(&l->scope_roots);
    vec_free(&l->plugins);
    map_done(&l->plugin_at);
    map_done(&l->patterns);
    map_done(&l->repository_at);
    map_done(&l->owner_file_at);
    map_done(&l->origins);
    map_done(&l->scopes);
    map_done(&l->declared);
    arena_done(&l->opened);
    arena_done(&l->mem);
    mem_free(l);
    return NULL;
}

static int cover(struct link *l, struct coverage_row row)
{
    row.source = STR("files");
    return vec_push(&l->coverage, row);
}

/* Is it said of a line of a document? As a text, the file was read all the same. */
static bool is_of_document(const struct place *at)
{
    for (int i = 0; at->line && i < DETECTOR_COUNT; i++)
        if (str_eq_z(at->collector, DETECTORS[i]->id))
            return DETECTORS[i]->need != ITEM_SCAN;
    return false;
}

/*
 * The detectors that would have read a file, by its name: a gap in a lock file says nothing about
 * agent settings. A folder could have held anything. Without those that look through texts only
 * when `documents`.
 */
static int collectors_of(struct link *l, struct str path, uint32_t mode, bool documents,
                         struct str *ret)
{
    AUTO(buf) out = BUF_INIT;
    for (int i = 0; S_ISREG(mode) && i < DETECTOR_COUNT; i++)
        if ((!DETECTORS[i]->wants || DETECTORS[i]->wants(l->catalog, path)) &&
            !(documents && DETECTORS[i]->need == ITEM_SCAN))
            buf_addf(&out, "%s%s", out.n ? " " : "", DETECTORS[i]->id);
    if (buf_result(&out))
        return buf_result(&out);
    *ret = arena_str(&l->mem, buf_str(&out));
    return ret->p ? 0 : arena_error(&l->mem);
}

/* In a path that begins a pattern these are no signs. */
static int escape_glob(struct str path, struct buf *out)
{
    for (size_t i = 0; i < path.n; i++)
        buf_addf(out, strchr("*?[", path.p[i]) && path.p[i] ? "[%c]" : "%c", path.p[i]);
    return buf_result(out);
}

/* The path of a gap's row: of the item, or of the member, or what a rule passed by in there. */
static int gap_path(struct link *l, const struct linked_item *it, const struct fact *f,
                    struct str *ret)
{
    struct place at = {.path = it->path, .member = f->at.member};
    AUTO(buf) base = BUF_INIT;
    if (f->pattern.n && escape_glob(it->path, &base))
        return E_NOMEM;
    if (f->pattern.n)
        *ret = arena_fmt(&l->mem, "%s!/" STR_FMT, base.p, STR_ARG(f->pattern));
    else
        *ret = at.member.n ? place_path(l, &at) : arena_str(&l->mem, at.path);
    return ret->p ? 0 : arena_error(&l->mem);
}

/* Does the file name people, perhaps? Of an archive only the first file of a format is told. */
static bool may_name_people(const struct catalog_unread *format, struct str path, bool member)
{
    bool found = member && format->people[0];
    for (const char *const *name = format->people; *name && !found; name++)
        found = catalog_path_match(str_z(*name), path);
    return found;
}

/* Files of a format without a reader are one row a target, as many as there are. */
static int count_unread(struct link *l, const struct linked_item *it, const struct fact *f,
                        const struct catalog_unread *format)
{
    bool member = f->at.member.n > 0;
    struct unread *u = &l->unread[it->target * (size_t)l->catalog->n_unread +
                                  (size_t)(format - l->catalog->unread)];
    u->files += f->count;
    u->bytes += member ? 0 : it->size;
    if (!may_name_people(format, it->path, member))
        return 0;
    return vec_push(&l->unheard,
                    ((struct unheard){it->target, member ? it->path : path_dir(it->path)}));
}

/* A model, or what else is an asset of AI, in such a format is a gap of its own. */
static int cover_unsupported(struct link *l, const struct linked_item *it, const struct fact *f,
                             const struct catalog_unread *format)
{
    struct place at = {.path = it->path, .member = f->at.member};
    struct coverage_row row = {.target = it->target,
                               .collectors = STR(UNREAD_FORMATS),
                               .path =
                                   at.member.n ? place_path(l, &at) : arena_str(&l->mem, it->path),
                               .state = COVERAGE_UNSUPPORTED,
                               .reason = str_z(format->reason),
                               .files = f->count,
                               .bytes = at.member.n ? 0 : it->size};
    return row.path.p ? cover(l, row) : arena_error(&l->mem);
}

/* A gap inside an item: path, and the pointer or line when there is one. */
static int cover_gap(struct link *l, const struct linked_item *it, const struct fact *f)
{
    struct str path, reason, collectors = STR("");
    int rc = gap_path(l, it, f, &path);
    if (rc)
        return rc;
    if (f->at.pointer.n)
        reason =
            arena_fmt(&l->mem, STR_FMT ": " STR_FMT, STR_ARG(f->at.pointer), STR_ARG(f->reason));
    else
        reason = arena_str(&l->mem, f->reason);
    if (!reason.p)
        return arena_error(&l->mem);
    /* Of an archive that was not read to its end nobody knows what it would have held. */
    if (!f->pattern.n && !str_eq_z(f->at.collector, MEMBERS_COLLECTOR))
        rc = collectors_of(l, f->at.member.n ? path_inner(f->at.member) : it->raw_path, it->mode,
                           is_of_document(&f->at), &collectors);
    return rc ? rc
              : cover(l, (struct coverage_row){.target = it->target,
                                               .collectors = collectors,
                                               .path = path,
                                               .state = f->gap,
                                               .reason = reason,
                                               .files = f->count,
                                               .bytes =
                                                   f->at.member.n || f->pattern.n ? 0 : it->size});
}

static int take_gap(struct link *l, const struct linked_item *it, const struct fact *f)
{
    const struct catalog_unread *format =
        f->gap == COVERAGE_NOT_LOOKED ? catalog_unread_named(l->catalog, f->pattern) : NULL;
    if (format && format->unsupported)
        return cover_unsupported(l, it, f, format);
    return format ? count_unread(l, it, f, format) : cover_gap(l, it, f);
}

/* "commit:" and as many digits as no two repositories of the world share by chance. */
static int commit_name(struct str said, struct buf *out)
{
    if (!str_starts(said, STR(ORIGIN_COMMIT)))
        return E_NOTFOUND;
    for (size_t i = 0; i < 16; i++) {
        char c = said.n > strlen(ORIGIN_COMMIT) + i ? said.p[strlen(ORIGIN_COMMIT) + i] : 'x';
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return E_NOTFOUND;
    }
    buf_add(out, str_sub(said, 0, strlen(ORIGIN_COMMIT) + 16));
    return buf_result(out);
}

static int take_repository(struct link *l, const struct linked_item *it, const struct fact *f)
{
    AUTO(buf) origin = BUF_INIT;
    struct repository r = {.target = it->target};
    struct str path = path_above(it->path, &r.above);
    uint64_t *slot;
    /* Only these files speak for a folder, whatever a worker says, and none in an archive does. */
    struct str config = STR(".git/config"), head = STR(".git/HEAD");
    r.by_commit = path_has_suffix(path, head);
    if (f->at.member.n || !(r.by_commit || path_has_suffix(path, config)) ||
        (r.above && path.n != (r.by_commit ? head.n : config.n)))
        return 0;
    int rc = r.by_commit ? commit_name(f->pattern, &origin) : origin_normalise(f->pattern, &origin);
    if (rc)
        return rc == E_NOTFOUND ? 0 : rc;
    r.root = path_dir(path_dir(path));
    r.origin = arena_str(&l->mem, buf_str(&origin));
    if (!r.origin.p)
        return arena_error(&l->mem);
    rc = folder_put(&l->repository_at, r.target, r.root, &slot);
    if (rc || *slot != FACT_NONE)
        return rc; /* the first remote named wins: detectors emit origin first */
    *slot = l->repositories.n;
    bool fresh;
    uint64_t *first = map_put(&l->origins, r.origin, &fresh);
    if (!first)
        return E_NOMEM;
    if (fresh)
        *first = *slot;
    else
        r.twin = l->repositories.v[*first].twin = true;
    return vec_push(&l->repositories, r);
}

static int take_owner_rule(struct link *l, const struct linked_item *it, const struct fact *f)
{
    struct owner_file *file;
    if (f->at.member.n)
        return 0; /* what lies in an archive has no say over what lies around it */
    int rc = owner_file_take(l, it, &file);
    if (rc || !file)
        return rc;
    struct str *owners = arena_new_n(&l->mem, struct str, f->n_owners);
    if (!owners)
        return arena_error(&l->mem);
    for (size_t i = 0; i < f->n_owners; i++)
        owners[i] = f->owners[i];
    struct owner_rule rule = {
        .pattern = f->pattern, .owners = owners, .n = f->n_owners, .at = f->at};
    return owner_file_add(l, file, &rule);
}

int item_open(struct link *l, struct linked_item *it)
{
    struct diag d = {0};
    struct str path = it->raw_path;
    /* A path that hides something is made anew each time, and places keep slices of it. */
    struct arena *a = it->path.p == it->raw_path.p ? &l->opened : &l->mem;
    arena_clear(&l->opened);
    spill_rest();
    int rc = fact_read(it->frame, it->target, &path, a, &it->facts, &d);
    if (!rc)
        it->path = path;
    return rc;
}

static bool is_above(struct str path)
{
    return str_starts(path, STR("../")); /* no part of the target */
}

static int read_item(struct link *l, struct linked_item *it)
{
    int rc = item_open(l, it);
    if (!rc && !is_above(it->raw_path) &&
        !(it->handles = arena_new_n(&l->mem, uint32_t, it->facts.n)))
        rc = arena_error(&l->mem);
    for (size_t i = 0; i < it->facts.n && !rc; i++) {
        const struct fact *f = &it->facts.v[i];
        it->types |= 1u << f->type;
        if (f->type == FACT_GAP && !is_above(it->raw_path))
            rc = take_gap(l, it, f);
        else if (f->type == FACT_ORIGIN)
            rc = take_repository(l, it, f);
        else if (f->type == FACT_OWNER_RULE)
            rc = take_owner_rule(l, it, f);
        else if (f->type == FACT_PLUGIN && !is_above(it->raw_path))
            rc = plugin_take(l, it, f);
        else if (f->type == FACT_PATTERN && !is_above(it->raw_path))
            rc = pattern_take(l, it, f);
    }
    return rc;
}

static int cover_item(struct link *l, const struct item_result *it)
{
    struct coverage_row row = {.target = it->target,
                               .path = arena_str(&l->mem, it->path),
                               .state = it->state,
                               .reason = arena_str(&l->mem, it->reason),
                               .files = 1,
                               .bytes = it->size};
    if (!row.path.p || !row.reason.p)
        return arena_error(&l->mem);
    int rc = collectors_of(l, it->raw_path, it->mode, false, &row.collectors);
    return rc ? rc : cover(l, row);
}

void link_counts(struct link *l, uint32_t target, const struct discover_count *c)
{
    struct discover_count *to = &l->counts[target];
    to->files += c->files;
    to->bytes += c->bytes;
    to->members += c->members;
    to->binaries += c->binaries;
    for (int i = 0; i < l->catalog->n_unread; i++) {
        int text = l->catalog->unread[i].text;
        if (text)
            l->unread[target * (size_t)l->catalog->n_unread + (size_t)i].files +=
                c->texts[text - 1];
    }
}

int link_item(struct link *l, const struct item_result *it)
{
    struct linked_item kept = {.target = it->target, .mode = it->mode, .size = it->size};
    if (it->code)
        return is_above(it->raw_path) ? 0 : cover_item(l, it);
    if (!it->facts.n)
        return 0;
    kept.raw_path = arena_str(&l->mem, it->raw_path);
    kept.path = it->path.p == it->raw_path.p ? kept.raw_path : arena_str(&l->mem, it->path);
    kept.frame = arena_str(&l->mem, it->frame);
    if (!kept.raw_path.p || !kept.path.p || !kept.frame.p)
        return arena_error(&l->mem);
    return vec_push(&l->items, kept);
}

int link_read(struct link *l)
{
    size_t kept = 0;
    int rc = 0;
    for (size_t i = 0; i < l->items.n && !rc; i++) {
        struct linked_item *it = &l->items.v[i];
        rc = read_item(l, it);
        if (!is_above(it->raw_path))
            l->items.v[kept++] = *it;
        else if (!rc && item_has(it, FACT_ASSET))
            rc = vec_push(&l->locks, *it);
    }
    l->items.n = kept;
    return rc;
}

/* --- joining ------------------------------------------------------------------------------- */

static int add_asset(struct link *l, struct inventory *inv, struct linked_item *it, size_t i)
{
    struct observation o = it->facts.v[i].asset;
    int rc = link_observation(l, &o);
    bool root = o.kind == KIND_APPLICATION && !o.scope_path.n;
    if (!rc && root && str_eq_z(o.name, "application")) /* its manifest has no name for it */
        rc = root_name(l, it->target, it->path, &o.name);
    if (!rc)
        rc = plugin_name_host(l, &o);
    if (!rc)
        rc = inventory_add(inv, &o, &it->handles[i]);
    if (!rc)
        rc = owners_apply(l, inv, it->handles[i], &o.at);
    if (!rc && o.kind == KIND_PACKAGE)
        rc = service_of_package(l, inv, it->handles[i], &o);
    if (!rc && o.kind == KIND_MCP_SERVER)
        rc = service_of_server(l, inv, it->handles[i], &o);
    if (!rc && o.kind == KIND_MODEL)
        rc = service_of_model(l, inv, it->handles[i], &o);
    return rc;
}

static bool has_word(const struct observation *o, enum attr a, const char *word)
{
    const struct attribute *v = observation_attr(o, a);
    return v && v->state == STATE_DECLARED && str_eq_z(v->value.text, word);
}

/* What a package is called in `declared`; STR_NULL: it has no URL. */
static struct str declared_key(const struct observation *o, uint32_t target, struct buf *out)
{
    const struct attribute *purl = observation_attr(o, ATTR_PACKAGE_PURL);
    if (!purl || !purl->value.text.n)
        return STR_NULL;
    buf_addf(out, "%u " STR_FMT, target, STR_ARG(purl->value.text));
    return buf_str(out);
}

static int declare(struct link *l, uint32_t target, const struct observation *o)
{
    AUTO(buf) name = BUF_INIT;
    bool fresh;
    if (o->kind != KIND_PACKAGE || !l->locks.n ||
        !has_word(o, ATTR_PACKAGE_DECLARED_IN, "manifest"))
        return 0;
    struct str key = declared_key(o, target, &name);
    return buf_result(&name) || (key.p && !map_put(&l->declared, key, &fresh)) ? E_NOMEM : 0;
}

/* Of a lock file above the target only what the target asks for: where it fixes which version. */
static int join_lock(struct link *l, struct inventory *inv, struct linked_item *it)
{
    int rc = item_open(l, it);
    for (size_t i = 0; i < it->facts.n && !rc; i++) {
        AUTO(buf) name = BUF_INIT;
        struct observation o = it->facts.v[i].asset;
        uint32_t handle;
        if (it->facts.v[i].type != FACT_ASSET || o.kind != KIND_PACKAGE ||
            !has_word(&o, ATTR_PACKAGE_DECLARED_IN, "lock"))
            continue;
        struct str key = declared_key(&o, it->target, &name);
        if (key.p && !buf_result(&name) && !map_get(&l->declared, key))
            continue;
        rc = buf_result(&name);
        if (!rc)
            rc = link_observation(l, &o);
        if (!rc)
            rc = inventory_add(inv, &o, &handle);
    }
    return rc;
}

static int join_item(struct link *l, struct inventory *inv, struct linked_item *it)
{
    int rc = item_open(l, it);
    for (size_t i = 0; i < it->facts.n && !rc; i++)
        if (it->facts.v[i].type == FACT_ASSET &&
            !(rc = declare(l, it->target, &it->facts.v[i].asset)))
            rc = add_asset(l, inv, it, i);
    for (size_t i = 0; i < it->facts.n && !rc; i++) {
        const struct fact *f = &it->facts.v[i];
        if (f->type == FACT_RELATION) {
            rc = inventory_relate(inv, it->handles[f->from], f->verb, it->handles[f->to],
                                  f->relation_state, &f->at);
        } else if (f->type == FACT_OWNER && f->from != FACT_NONE) {
            struct owner_candidate c = {.name = f->owners[0],
                                        .source = f->source,
                                        .confidence = f->confidence,
                                        .at = f->at};
            rc = inventory_owner(inv, it->handles[f->from], &c);
        }
    }
    return rc ? rc : credentials_of_item(l, inv, it);
}

static struct str unread_path(struct link *l, const struct catalog_unread *format)
{
    return arena_fmt(&l->mem, "%s%s", format->text ? COVERAGE_NO_HOSTS : COVERAGE_NO_READER,
                     format->id);
}

static int cover_unread(struct link *l, struct inventory *inv, uint32_t target)
{
    const struct catalog *c = l->catalog;
    int rc = 0;
    for (int i = 0; i < c->n_unread && !rc; i++) {
        const struct unread *u = &l->unread[target * (size_t)c->n_unread + (size_t)i];
        if (!u->files)
            continue;
        struct coverage_row row = {.source = STR("files"),
                                   .target = target,
                                   .collectors =
                                       c->unread[i].text ? STR(HOST_SEARCH) : STR(UNREAD_FORMATS),
                                   .path = unread_path(l, &c->unread[i]),
                                   .state = COVERAGE_NOT_LOOKED,
                                   .reason = str_z(c->unread[i].reason),
                                   .files = u->files,
                                   .bytes = c->unread[i].text ? 0 : u->bytes};
        rc = row.path.p ? inventory_cover(inv, &row) : arena_error(&l->mem);
    }
    return rc;
}

static int cover_totals(struct link *l, struct inventory *inv)
{
    int rc = 0;
    for (uint32_t t = 0; t < l->n_targets && !rc; t++) {
        struct coverage_row row = {.source = STR("files"),
                                   .target = t,
                                   .path = STR(""),
                                   .state = COVERAGE_EXAMINED,
                                   .reason = STR(""),
                                   .files = l->counts[t].files,
                                   .bytes = l->counts[t].bytes};
        rc = inventory_cover(inv, &row);
        row.path = STR(COVERAGE_MEMBERS);
        row.reason = STR("files in archives and images, beside those of the target itself");
        row.files = l->counts[t].members;
        row.bytes = 0;
        if (!rc && row.files)
            rc = inventory_cover(inv, &row);
        row.path = STR("binary-content");
        row.state = COVERAGE_NOT_LOOKED;
        row.reason = STR("files that are not text are not searched for keys");
        row.collectors = STR("secrets");
        row.files = l->counts[t].binaries;
        row.bytes = 0;
        if (!rc && row.files)
            rc = inventory_cover(inv, &row);
        if (!rc)
            rc = cover_unread(l, inv, t);
    }
    return rc;
}

int link_finish(struct link *l, struct inventory *inv, struct diag *d)
{
    int rc = l->named ? 0 : link_name(l, NULL, d);
    for (size_t i = 0; i < l->items.n && !rc; i++)
        rc = join_item(l, inv, &l->items.v[i]);
    for (size_t i = 0; i < l->locks.n && !rc; i++)
        rc = join_lock(l, inv, &l->locks.v[i]);
    if (!rc)
        rc = link_imports(l, inv);
    if (!rc)
        rc = owners_inherit(l, inv);
    for (size_t i = 0; i < l->unheard.n && !rc; i++)
        rc = inventory_unheard(inv, l->unheard.v[i].target, l->unheard.v[i].folder);
    for (size_t i = 0; i < l->coverage.n && !rc; i++)
        rc = inventory_cover(inv, &l->coverage.v[i]);
    if (!rc)
        rc = cover_totals(l, inv);
    return rc ? diag_set(d, rc, "the facts of this estate do not fit into memory") : 0;
}

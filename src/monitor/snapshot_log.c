/* SPDX-License-Identifier: Apache-2.0 */
/* Decides, from the change log of a store, what things were before and after some scans. */
#include "base/limits.h"
#include "base/map.h"
#include "formats/json.h"
#include "monitor/snapshot.h"
#include "store/store.h"

/* The first old and the last new row of one subject. */
struct span {
    struct str subject, id;
    struct str old_row, new_row; /* JSON; p NULL: there was none */
};

struct reader {
    struct db *db;
    struct arena mem, scratch; /* scratch: of one row */
    struct map index;
    struct {
        VEC(struct span);
    } spans;
    struct stmt *asset_of, *place_of;
    struct snapshot *to; /* before or after */
    struct diag *d;
};

static int nomem(struct reader *r)
{
    return diag_set(r->d, E_NOMEM, "no memory to compare");
}

/* --- collecting --------------------------------------------------------------------------- */

static int keep(struct reader *r, struct str row, struct str *ret)
{
    *ret = row.p ? arena_str(&r->mem, row) : STR_NULL;
    return row.p && !ret->p ? nomem(r) : 0;
}

/* p NULL: there was none before, or is none after. */
static int take_change(struct reader *r, struct str subject, struct str id, struct str old_row,
                       struct str new_row)
{
    AUTO(buf) key = BUF_INIT;
    struct span fresh = {0}, *span;
    bool is_new;
    buf_addf(&key, STR_FMT " " STR_FMT, STR_ARG(subject), STR_ARG(id));
    uint64_t *slot = buf_result(&key) ? NULL : map_put(&r->index, buf_str(&key), &is_new);
    if (!slot)
        return nomem(r);
    if (is_new) {
        *slot = r->spans.n;
        fresh.subject = arena_str(&r->mem, subject);
        fresh.id = arena_str(&r->mem, id);
        if (!fresh.subject.p || !fresh.id.p || vec_push(&r->spans, fresh))
            return nomem(r);
    }
    span = &r->spans.v[*slot];
    int rc = is_new ? keep(r, old_row, &span->old_row) : 0;
    return rc ? rc : keep(r, new_row, &span->new_row);
}

/* Attributes that came or went with their asset or place are changes of their own. */
static int take_attributes(struct reader *r, struct str subject, struct str id, struct str row,
                           bool came)
{
    struct change_row c;
    arena_clear(&r->scratch);
    int rc = change_row_read(row, &r->scratch, &c);
    if (rc)
        return rc == E_NOMEM ? nomem(r) : diag_set(r->d, rc, "a row of the change log is no JSON");
    node_each (&c.doc, c.attributes, it) {
        AUTO(buf) whole = BUF_INIT;
        struct str json = str_sub(c.doc.text, it->off, it->end);
        change_row_attribute(&c, subject, id, it, &whole);
        rc = buf_result(&whole) ? nomem(r)
                                : take_change(r, STR("attribute"), buf_str(&whole),
                                              came ? STR_NULL : json, came ? json : STR_NULL);
        if (rc)
            return rc;
    }
    return 0;
}

static int take(struct reader *r, const struct stmt *s)
{
    struct str subject = stmt_str(s, 0), id = stmt_str(s, 1);
    struct str old_row = stmt_is_null(s, 2) ? STR_NULL : stmt_str(s, 2);
    struct str new_row = stmt_is_null(s, 3) ? STR_NULL : stmt_str(s, 3);
    int rc = take_change(r, subject, id, old_row, new_row);
    if (!rc)
        rc = take_attributes(r, subject, id, old_row, false);
    return rc ? rc : take_attributes(r, subject, id, new_row, true);
}

static int collect(struct reader *r, int64_t from, int64_t to, int64_t like)
{
    struct stmt *s = NULL;
    int rc = db_prepare(r->db,
                        STR("SELECT subject, subject_id, old, new FROM change_log"
                            " WHERE scan > ?1 AND scan <= ?2 AND subject <> 'alias'"
                            " AND (?3 = 0 OR scan IN (SELECT x.scan FROM scan_target x WHERE"
                            " x.target IN (SELECT y.target FROM scan_target y WHERE y.scan = ?3)))"
                            " ORDER BY id"),
                        &s, r->d);
    if (rc)
        return rc;
    stmt_bind_int(s, 1, from);
    stmt_bind_int(s, 2, to);
    stmt_bind_int(s, 3, like);
    while ((rc = stmt_step(s, r->d)) > 0) {
        rc = take(r, s);
        if (rc)
            break;
    }
    stmt_free(s);
    return rc;
}

/* --- names -------------------------------------------------------------------------------- */

static int add(struct reader *r, const char *subject, struct str id, struct str attribute,
               struct str value)
{
    return snapshot_add(r->to, str_z(subject), id, attribute, value) ? nomem(r) : 0;
}

/* "kind name" of an asset that did not change itself. */
static int asset_label(struct reader *r, struct str id, struct buf *out)
{
    stmt_reset(r->asset_of);
    stmt_bind_str(r->asset_of, 1, id);
    int rc = stmt_step(r->asset_of, r->d);
    if (rc > 0)
        buf_addf(out, STR_FMT " " STR_FMT, STR_ARG(stmt_str(r->asset_of, 0)),
                 STR_ARG(stmt_str(r->asset_of, 1)));
    return rc < 0 ? rc : buf_result(out) ? nomem(r) : 0;
}

static int place_label(struct reader *r, int64_t id, struct buf *out)
{
    stmt_reset(r->place_of);
    stmt_bind_int(r->place_of, 1, id);
    int rc = stmt_step(r->place_of, r->d);
    for (int i = 0; rc > 0 && i < 4; i++) {
        struct str part = stmt_str(r->place_of, i);
        if (part.n && out->n)
            buf_addc(out, ' ');
        buf_add(out, part);
    }
    return rc < 0 ? rc : buf_result(out) ? nomem(r) : 0;
}

/* --- rows --------------------------------------------------------------------------------- */

static struct str text(const struct doc *doc, const struct node *n, const char *key)
{
    return node_text(doc, node_get(doc, n, str_z(key)));
}

static int members(struct reader *r, const struct doc *doc, const char *subject, struct str id,
                   const char *const *names)
{
    int rc = 0;
    for (; *names && !rc; names++)
        if (text(doc, doc_root(doc), *names).n)
            rc = add(r, subject, id, str_z(*names), text(doc, doc_root(doc), *names));
    return rc;
}

static int attribute(struct reader *r, const struct doc *doc, const struct node *n, struct str id,
                     struct str name, struct str where)
{
    AUTO(buf) full = BUF_INIT;
    AUTO(buf) value = BUF_INIT;
    const struct node *v = node_get(doc, n, STR("value"));
    struct str state = text(doc, n, "state");
    buf_add(&full, name);
    if (where.n)
        buf_addf(&full, " at " STR_FMT, STR_ARG(where));
    buf_add(&value, node_text(doc, v));
    if (!v || !str_eq_z(state, "declared"))
        buf_addf(&value, v ? " (" STR_FMT ")" : STR_FMT, STR_ARG(state));
    if (buf_result(&full) || buf_result(&value))
        return nomem(r);
    return add(r, "asset", id, buf_str(&full), buf_str(&value));
}

static int asset_row(struct reader *r, const struct doc *doc, const struct span *s)
{
    static const char *const names[] = {"name",     "owner",  "environment", "criticality",
                                        "sanction", "labels", NULL};
    const struct node *root = doc_root(doc);
    AUTO(buf) label = BUF_INIT;
    if (str_eq_z(text(doc, root, "state"), "gone"))
        return 0;
    buf_addf(&label, STR_FMT " " STR_FMT, STR_ARG(text(doc, root, "kind")),
             STR_ARG(text(doc, root, "name")));
    int rc = buf_result(&label) ? nomem(r) : add(r, "asset", s->id, STR(""), buf_str(&label));
    return rc ? rc : members(r, doc, "asset", s->id, names);
}

static int place_row(struct reader *r, const struct doc *doc, const struct span *s)
{
    const struct node *root = doc_root(doc);
    struct str asset = text(doc, root, "asset");
    AUTO(buf) where = BUF_INIT;
    AUTO(buf) name = BUF_INIT;
    int64_t id;
    if (str_eq_z(text(doc, root, "state"), "gone") || str_to_i64(s->id, &id))
        return 0;
    int rc = place_label(r, id, &where);
    buf_addf(&name, "at " STR_FMT, STR_ARG(buf_str(&where)));
    if (!rc)
        rc = buf_result(&name) ? nomem(r) : add(r, "asset", asset, buf_str(&name), STR("there"));
    return rc;
}

/* id: "ASSET PLACE NAME" */
static int attribute_row(struct reader *r, const struct doc *doc, const struct span *s)
{
    struct str asset, place, name;
    AUTO(buf) where = BUF_INIT;
    int64_t id;
    int rc = 0;
    if (!str_cut(s->id, ' ', &asset, &place) || !str_cut(place, ' ', &place, &name) ||
        str_to_i64(place, &id))
        return 0;
    if (id)
        rc = place_label(r, id, &where);
    return rc ? rc : attribute(r, doc, doc_root(doc), asset, name, buf_str(&where));
}

static int value_row(struct reader *r, const struct doc *doc, const struct span *s UNUSED)
{
    const struct node *root = doc_root(doc);
    AUTO(buf) name = BUF_INIT;
    buf_addf(&name, "data " STR_FMT " " STR_FMT " at " STR_FMT " " STR_FMT,
             STR_ARG(text(doc, root, "class")), STR_ARG(text(doc, root, "kind")),
             STR_ARG(text(doc, root, "path")), STR_ARG(text(doc, root, "pointer")));
    if (buf_result(&name))
        return nomem(r);
    return add(r, "asset", text(doc, root, "asset"), str_trim(buf_str(&name)), STR("there"));
}

static int finding_row(struct reader *r, const struct doc *doc, const struct span *s)
{
    static const char *const names[] = {"severity", "verdict", "status", "asset", NULL};
    AUTO(buf) label = BUF_INIT;
    AUTO(buf) where = BUF_INIT;
    int64_t place = 0;
    int rc = 0;
    if (!node_i64(doc, node_get(doc, doc_root(doc), STR("place")), &place) && place)
        rc = place_label(r, place, &where);
    buf_addf(&label, STR_FMT "  " STR_FMT, STR_ARG(text(doc, doc_root(doc), "control")),
             STR_ARG(buf_str(&where)));
    if (!rc)
        rc = buf_result(&label) ? nomem(r) : add(r, "finding", s->id, STR(""), buf_str(&label));
    return rc ? rc : members(r, doc, "finding", s->id, names);
}

static int end_label(struct reader *r, struct str asset, struct buf *out)
{
    size_t before = out->n;
    int rc = asset_label(r, asset, out);
    if (!rc && out->n == before)
        buf_add(out, asset);
    return rc;
}

/* id: "ASSET VERB ASSET" */
static int relation_row(struct reader *r, const struct doc *doc, const struct span *s)
{
    static const char *const names[] = {"state", NULL};
    struct str rest = s->id, from, verb;
    AUTO(buf) label = BUF_INIT;
    int rc = 0;
    if (str_field(&rest, ' ', &from) && str_field(&rest, ' ', &verb)) {
        rc = end_label(r, from, &label);
        buf_addf(&label, " " STR_FMT " ", STR_ARG(verb));
        rc = rc ? rc : end_label(r, rest, &label);
    }
    if (!rc)
        rc = buf_result(&label) ? nomem(r) : add(r, "relation", s->id, STR(""), buf_str(&label));
    return rc ? rc : members(r, doc, "relation", s->id, names);
}

static int write_row(struct reader *r, const struct span *s, struct str json)
{
    static const struct {
        const char *subject;
        int (*write)(struct reader *r, const struct doc *doc, const struct span *s);
    } kinds[] = {{"asset", asset_row}, {"place", place_row},     {"attribute", attribute_row},
                 {"value", value_row}, {"finding", finding_row}, {"relation", relation_row}};
    struct limits lim = limits_default();
    struct doc doc;
    if (!json.p)
        return 0;
    arena_clear(&r->scratch);
    int rc = json_parse(json, JSON_STRICT, &lim, &r->scratch, &doc, r->d);
    for (size_t i = 0; i < ARRAY_LEN(kinds) && !rc; i++)
        if (str_eq_z(s->subject, kinds[i].subject))
            return kinds[i].write(r, &doc, s);
    return rc;
}

/* --- assets that stayed ------------------------------------------------------------------- */

static bool has_log(const struct reader *r, struct str asset)
{
    AUTO(buf) key = BUF_INIT;
    buf_addf(&key, "asset " STR_FMT, STR_ARG(asset));
    return map_get(&r->index, buf_str(&key)) != NULL;
}

/* An asset of which only a part changed was there before and after. */
static int add_stayed(struct reader *r, struct snapshot *before, struct snapshot *after)
{
    AUTO(map) done = MAP_INIT;
    struct snapshot *const both[] = {before, after};
    int rc = 0;
    for (int k = 0; k < 2; k++) {
        size_t n = both[k]->rows.n;
        for (size_t i = 0; i < n && !rc; i++) {
            struct snapshot_row row = both[k]->rows.v[i];
            AUTO(buf) label = BUF_INIT;
            bool is_new;
            if (!str_eq_z(row.subject, "asset") || has_log(r, row.id))
                continue;
            if (!map_put(&done, row.id, &is_new))
                rc = nomem(r);
            if (rc || !is_new)
                continue;
            rc = asset_label(r, row.id, &label);
            for (int side = 0; side < 2 && !rc; side++) {
                r->to = both[side];
                rc = add(r, "asset", row.id, STR(""), buf_str(&label));
            }
        }
    }
    return rc;
}

static int write_all(struct reader *r, struct snapshot *before, struct snapshot *after)
{
    int rc = 0;
    for (size_t i = 0; i < r->spans.n && !rc; i++) {
        r->to = before;
        rc = write_row(r, &r->spans.v[i], r->spans.v[i].old_row);
        r->to = after;
        if (!rc)
            rc = write_row(r, &r->spans.v[i], r->spans.v[i].new_row);
    }
    return rc ? rc : add_stayed(r, before, after);
}

int snapshot_log(struct db *db, int64_t from, int64_t to, int64_t like, struct snapshot *before,
                 struct snapshot *after, struct diag *d)
{
    struct reader r = {.db = db, .mem = ARENA(0), .scratch = ARENA(0), .d = d};
    r.index = (struct map)MAP_OWNED(&r.mem);
    int rc = db_prepare(db, STR("SELECT kind, name FROM asset WHERE id = ?1"), &r.asset_of, d);
    if (!rc)
        rc = db_prepare(db, STR("SELECT path, member, pointer, url FROM place WHERE id = ?1"),
                        &r.place_of, d);
    if (!rc)
        rc = collect(&r, from, to, like);
    if (!rc)
        rc = write_all(&r, before, after);
    stmt_free(r.asset_of);
    stmt_free(r.place_of);
    map_done(&r.index);
    vec_free(&r.spans);
    arena_done(&r.scratch);
    arena_done(&r.mem);
    return rc;
}

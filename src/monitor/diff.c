/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what counts as new, gone or changed between two snapshots. */
#include "monitor/diff.h"

#include "assess/control.h"
#include "base/map.h"
#include "base/path.h"
#include "formats/json.h"

const char *const CHANGE_NAMES[] = {"new", "reopened", "changed", "fixed", "gone", "unseen"};

/* The rows of one thing. */
struct group {
    const struct snapshot_row *v;
    size_t n;
};

static struct group group_at(const struct snapshot *s, size_t at)
{
    struct group g = {.v = s->rows.v + at};
    while (at + g.n < s->rows.n && str_eq(g.v[g.n].subject, g.v->subject) &&
           str_eq(g.v[g.n].id, g.v->id))
        g.n++;
    return g;
}

static bool exists(struct group g)
{
    return g.n && !g.v->attribute.n;
}

static struct str value_of(struct group g, const char *attribute)
{
    for (size_t i = 0; i < g.n; i++)
        if (str_eq_z(g.v[i].attribute, attribute))
            return g.v[i].value;
    return STR_NULL;
}

struct comparison {
    const struct snapshot *before, *after;
    struct map gaps; /* paths that the newer snapshot did not examine */
    difference_fn fn;
    void *ctx;
    struct {
        VEC(struct change_detail);
    } details;
};

static int compare_details(struct comparison *c, struct group a, struct group b)
{
    size_t i = 0, j = 0;
    c->details.n = 0;
    while (i < a.n || j < b.n) {
        int order = i >= a.n ? 1 : j >= b.n ? -1 : str_cmp(a.v[i].attribute, b.v[j].attribute);
        struct change_detail d = {.attribute = order > 0 ? b.v[j].attribute : a.v[i].attribute};
        if (order <= 0)
            d.before = a.v[i++].value;
        if (order >= 0)
            d.after = b.v[j++].value;
        bool same = !order && str_eq(d.before, d.after);
        if (!same && d.attribute.n && vec_push(&c->details, d))
            return E_NOMEM;
    }
    return 0;
}

/* --- gaps --------------------------------------------------------------------------------- */

static int take_gaps(const struct snapshot *s, struct map *ret)
{
    bool is_new;
    vec_each (r, &s->rows) {
        if (str_eq_z(r->subject, "gap") && !map_put(ret, r->id, &is_new))
            return E_NOMEM;
    }
    return 0;
}

/* place: "PATH", "PATH POINTER"; paths may hold spaces, so each beginning may be that of a gap. */
static bool below_a_gap(const struct map *gaps, struct str place)
{
    if (!gaps->n)
        return false;
    for (size_t n = 0; n <= place.n; n++)
        if ((!n || n == place.n || place.p[n] == '/' || place.p[n] == ' ') &&
            map_get(gaps, str_sub(place, 0, n)))
            return true;
    return false;
}

/* Nobody looked where it was. */
static bool unseen(const struct map *after, struct group g)
{
    if (str_eq_z(g.v->subject, "finding")) {
        size_t gap = str_find(g.v->value, STR("  "), 0);
        return gap != SIZE_MAX && below_a_gap(after, str_sub(g.v->value, gap + 2, g.v->value.n));
    }
    for (size_t i = 0; i < g.n; i++)
        if (str_starts(g.v[i].attribute, STR("at ")) &&
            below_a_gap(after, str_sub(g.v[i].attribute, 3, g.v[i].attribute.n)))
            return true;
    return false;
}

/* --- one thing ---------------------------------------------------------------------------- */

static bool is_open(struct str status)
{
    return !status.n || str_eq_z(status, "open") || str_eq_z(status, "reopened");
}

/* What could not be told before is a finding from now on. */
static bool became_fail(struct group a, struct group b)
{
    struct str was = value_of(a, "verdict");
    return (str_eq_z(was, "unknown") || str_eq_z(was, "error")) &&
           str_eq_z(value_of(b, "verdict"), "fail") && is_open(value_of(b, "status"));
}

static enum change_kind kind_of(const struct comparison *c, struct group a, struct group b)
{
    struct str was = value_of(a, "status"), is = value_of(b, "status");
    if (!exists(a) || became_fail(a, b))
        return CHANGE_NEW;
    if (!exists(b))
        return unseen(&c->gaps, a) ? CHANGE_UNSEEN : CHANGE_GONE;
    if (is_open(was) && str_eq_z(is, "fixed"))
        return CHANGE_FIXED;
    if (is_open(was) && str_eq_z(is, "gone"))
        return CHANGE_GONE;
    if (!is_open(was) && is_open(is))
        return CHANGE_REOPENED;
    return CHANGE_CHANGED;
}

static int compare(struct comparison *c, struct group a, struct group b)
{
    struct group seen = exists(b) ? b : a;
    if (!exists(seen) || str_eq_z(seen.v->subject, "gap"))
        return 0;
    struct difference d = {.kind = kind_of(c, a, b),
                           .subject = seen.v->subject,
                           .id = seen.v->id,
                           .label = seen.v->value,
                           .severity = value_of(seen, "severity"),
                           .verdict = value_of(seen, "verdict"),
                           .status = value_of(seen, "status")};
    /* What opened and closed in between was never there for who looks at both ends. */
    if (!exists(a) && !is_open(d.status))
        return 0;
    if (exists(a) && exists(b)) {
        int rc = compare_details(c, a, b);
        if (rc || !c->details.n)
            return rc;
        d.details = c->details.v;
        d.n = c->details.n;
    }
    return c->fn(c->ctx, &d);
}

static int compare_subject(struct comparison *c, const char *subject)
{
    const struct snapshot *x = c->before, *y = c->after;
    int rc = 0;
    for (size_t i = 0, j = 0; (i < x->rows.n || j < y->rows.n) && !rc;) {
        struct group a = {0}, b = {0};
        if (i < x->rows.n)
            a = group_at(x, i);
        if (j < y->rows.n)
            b = group_at(y, j);
        int order = !a.n ? 1 : !b.n ? -1 : str_cmp(a.v->subject, b.v->subject);
        order = order || !a.n || !b.n ? order : str_cmp(a.v->id, b.v->id);
        i += order <= 0 ? a.n : 0;
        j += order >= 0 ? b.n : 0;
        if (order > 0)
            a = (struct group){0};
        else if (order < 0)
            b = (struct group){0};
        if (str_eq_z((a.n ? a : b).v->subject, subject))
            rc = compare(c, a, b);
    }
    return rc;
}

int diff_snapshots(const struct snapshot *before, const struct snapshot *after, difference_fn fn,
                   void *ctx)
{
    struct comparison c = {
        .before = before, .after = after, .gaps = MAP_INIT, .fn = fn, .ctx = ctx};
    if (!before->sealed || !after->sealed)
        return E_BUG;
    int rc = take_gaps(after, &c.gaps);
    if (!rc)
        rc = compare_subject(&c, "finding");
    if (!rc)
        rc = compare_subject(&c, "asset");
    if (!rc)
        rc = compare_subject(&c, "relation");
    vec_free(&c.details);
    map_done(&c.gaps);
    return rc;
}

/* --- showing ------------------------------------------------------------------------------ */

static void show_value(struct buf *out, struct str v)
{
    if (!v.p)
        buf_addz(out, "(none)");
    else
        path_show_kept(out, v);
}

/* A label begins with the control; another version may not have it. */
static void show_title(struct buf *out, struct str label)
{
    struct str id;
    const struct control *c = str_field(&label, ' ', &id) ? control_find(id) : NULL;
    if (c)
        buf_addf(out, "  %s", c->title);
}

void difference_text(const struct difference *c, bool colour, bool details, struct buf *out)
{
    static const char *const colours[] = {"\033[31m", "\033[31m", "\033[33m",
                                          "\033[32m", "\033[32m", "\033[33m"};
    bool finding = str_eq_z(c->subject, "finding");
    buf_addf(out, "%s%-8s%s  %-8.*s  ", colour ? colours[c->kind] : "", CHANGE_NAMES[c->kind],
             colour ? "\033[0m" : "", STR_ARG(c->subject));
    if (finding)
        buf_addf(out, STR_FMT "  %-8.*s  ", STR_ARG(c->id),
                 STR_ARG(str_eq_z(c->verdict, "fail") ? c->severity : c->verdict));
    path_show_kept(out, c->label);
    if (finding)
        show_title(out, c->label);
    buf_addc(out, '\n');
    for (size_t i = 0; i < c->n && details; i++) {
        buf_addz(out, "          ");
        path_show_kept(out, c->details[i].attribute);
        buf_addz(out, ": ");
        show_value(out, c->details[i].before);
        buf_addz(out, " -> ");
        show_value(out, c->details[i].after);
        buf_addc(out, '\n');
    }
}

static void json_side(struct json_writer *w, const char *key, struct str v)
{
    json_key(w, str_z(key));
    if (v.p)
        json_str(w, v);
    else
        json_null(w);
}

int difference_json(const struct difference *c, struct buf *out)
{
    struct json_writer w;
    json_begin(&w, out, JSON_COMPACT);
    json_object(&w);
    json_kstr(&w, "change", str_z(CHANGE_NAMES[c->kind]));
    json_kstr(&w, "subject", c->subject);
    json_kstr(&w, "id", c->id);
    json_kstr(&w, "label", c->label);
    if (str_eq_z(c->subject, "finding")) {
        json_kstr(&w, "severity", c->severity);
        json_kstr(&w, "verdict", c->verdict);
        json_kstr(&w, "status", c->status);
    }
    json_kopen_array(&w, "details");
    for (size_t i = 0; i < c->n; i++) {
        json_object(&w);
        json_kstr(&w, "attribute", c->details[i].attribute);
        json_side(&w, "old", c->details[i].before);
        json_side(&w, "new", c->details[i].after);
        json_end(&w);
    }
    json_end(&w);
    json_end(&w);
    int rc = json_finish(&w);
    buf_addc(out, '\n');
    return rc ? rc : buf_result(out);
}

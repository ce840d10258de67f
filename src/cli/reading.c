/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which store and which part of it a reading command works on. */
#include "cli/reading.h"

#include "assess/control.h"
#include "base/spill.h"
#include "cli/observe.h"
#include "remediate/action.h"

#define NAMED_SHOWN 3 /* ids of assets that have one name */
#define MEANT_SHOWN 4 /* ids that begin with one word */

bool control_is_fixable(struct str control)
{
    return action_of(control) != NULL;
}

static int unknown_kind(struct str word, struct diag *d)
{
    AUTO(buf) names = BUF_INIT;
    for (int k = 0; k < KIND_COUNT; k++)
        buf_addf(&names, "%s%s", k ? ", " : "", kind_info((enum kind)k)->name);
    diag_set(d, E_USAGE, "there is no kind \"" STR_FMT "\"", STR_ARG(word));
    diag_hint(d, "kinds: %s", names.p);
    return E_USAGE;
}

int reading_view(struct invocation *in, struct db *db, struct view *ret, struct diag *d)
{
    struct str kind = option_str(in, "kind"), status = option_str(in, "status");
    int k = kind.n ? kind_from_name(kind) : -1;
    const struct control *c = control_find(option_str(in, "control"));
    if (kind.n && k < 0)
        return unknown_kind(kind, d);
    *ret = (struct view){
        .db = db,
        .all_targets = option_flag(in, "all"),
        .min_severity = (enum severity)option_int(in, "severity"),
        .closed_too = str_eq_z(status, "all"),
        .evidence_all = str_eq_z(option_str(in, "evidence"), "all"),
        .kind = k < 0 ? STR_NULL : str_z(kind_info((enum kind)k)->name),
        .owner = option_str(in, "owner"),
        .control = c ? str_z(c->id) : option_str(in, "control"),
        .fixable = control_is_fixable,
        .store = option_str(in, "db"),
        .width = in->width,
        .colour = in->colour,
        .now_ms = in->clock.now_ms,
    };
    if (status.n && !ret->closed_too && !str_eq_z(status, "active"))
        ret->status = status;
    return 0;
}

/* PostgreSQL refuses the temporary table of verdicts to a read-only session. */
static enum db_mode mode_for(const char *location)
{
    return str_starts(str_z(location), STR("postgres")) && strstr(location, "://") ? DB_READ_WRITE
                                                                                   : DB_READ_ONLY;
}

int reading_open(struct invocation *in, struct reading *ret, struct diag *d)
{
    const char *location;
    struct reading r = {0};
    int rc = store_location(in, &location, d);
    if (!rc)
        rc = check_kept(location, d);
    if (rc)
        return rc;
    rc = store_spill(location, d);
    if (!rc)
        rc = store_open(location, mode_for(location), &in->clock, &r.store, d);
    if (rc == E_UNSUPPORTED && mode_for(location) == DB_READ_ONLY)
        rc = store_open(location, DB_READ_WRITE, &in->clock, &r.store, d); /* an older schema */
    if (rc == E_NOTFOUND) {
        diag_set(d, rc, "there is no store yet at this place");
        diag_at(d, location, 0, 0);
        diag_hint(d, "run `stance scan DIR` first, or name the store with --db");
    }
    if (!rc)
        rc = reading_view(in, store_db(r.store), &r.view, d);
    if (rc)
        reading_done(&r);
    else
        *ret = r;
    return rc;
}

void reading_done(struct reading *r)
{
    r->store = store_free(r->store);
    spill_close();
}

/* One id that a word may mean, and what it is called. */
struct meant {
    struct str id, name;
    bool finding;
};

/* The first ids that begin with the word; one that is the word itself is the only one. */
struct meanings {
    struct meant v[MEANT_SHOWN + 1];
    size_t n;
};

static bool is_new(const struct meanings *m, struct str id)
{
    for (size_t i = 0; i < m->n; i++)
        if (str_eq(m->v[i].id, id))
            return false;
    return m->n < ARRAY_LEN(m->v);
}

/* Rows are id, alias, name. */
static int look_up(struct db *db, const char *sql, struct str word, bool finding, struct arena *a,
                   struct meanings *m, struct diag *d)
{
    AUTO(buf) above = BUF_INIT;
    struct stmt *s = NULL;
    buf_add(&above, word);
    buf_addc(&above, '~');
    int rc = db_prepare(db, str_z(sql), &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, word);
    stmt_bind_str(s, 2, buf_str(&above));
    while ((rc = stmt_step(s, d)) > 0) {
        bool whole = str_eq(stmt_str(s, 1), word);
        struct meant one = {arena_str(a, stmt_str(s, 0)), arena_str(a, stmt_str(s, 2)), finding};
        rc = one.id.p && one.name.p ? 0 : arena_error(a);
        if (rc)
            break;
        if (whole)
            m->n = 0;
        if (is_new(m, one.id))
            m->v[m->n++] = one;
        if (whole)
            break;
    }
    stmt_free(s);
    return rc;
}

/* "finding 7f6f2c18 AISPM-MCP-003 browser, ..." */
static int several(struct str word, const struct meanings *m, struct diag *d)
{
    AUTO(buf) text = BUF_INIT;
    size_t shown = MIN(m->n, MEANT_SHOWN);
    for (size_t i = 0; i < shown; i++) {
        struct str name = m->v[i].name;
        buf_addf(&text, "%s" STR_FMT " (" STR_FMT "%s)", i ? ", " : "", STR_ARG(m->v[i].id),
                 STR_ARG(str_sub(name, 0, MIN(name.n, 40))), name.n > 40 ? "..." : "");
    }
    diag_set(d, E_USAGE, "\"" STR_FMT "\" begins several ids", STR_ARG(word));
    diag_hint(d, "give more of one: %s%s", text.n ? text.p : "", m->n > shown ? ", ..." : "");
    return E_USAGE;
}

/* Present assets of this name; several are an error that lists some of their ids. */
static int by_name(struct db *db, struct str word, struct arena *a, struct str *ret_id, int *found,
                   struct diag *d)
{
    AUTO(buf) ids = BUF_INIT;
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        STR("SELECT id FROM asset WHERE name = ?1 AND state = 'present'"
                            " ORDER BY id"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, word);
    while ((rc = stmt_step(s, d)) > 0) {
        if (++*found == 1)
            *ret_id = arena_str(a, stmt_str(s, 0));
        if (*found <= NAMED_SHOWN)
            buf_addf(&ids, "%s" STR_FMT, *found > 1 ? ", " : "", STR_ARG(stmt_str(s, 0)));
    }
    stmt_free(s);
    if (rc || *found < 2)
        return !rc && *found && !ret_id->p ? arena_error(a) : rc;
    diag_set(d, E_USAGE, "%d assets have the name \"" STR_FMT "\"", *found, STR_ARG(word));
    diag_hint(d, "their ids: %s%s", ids.p, *found > NAMED_SHOWN ? ", ..." : "");
    return E_USAGE;
}

static int nothing_of(struct str word, struct diag *d)
{
    diag_set(d, E_NOTFOUND, "there is no asset and no finding \"" STR_FMT "\"", STR_ARG(word));
    const struct control *c = control_find(word);
    if (c)
        diag_hint(d, "it is a control: `stance controls show %s`", c->id);
    else
        diag_hint(d, "`stance inventory` and `stance findings` list the ids");
    return E_NOTFOUND;
}

int reading_resolve(struct reading *r, struct str word, struct arena *a, struct str *ret_id,
                    bool *ret_finding, struct diag *d)
{
    static const char findings[] =
        "SELECT f.id, f.id, f.control || ' ' || a.name FROM finding f JOIN asset a ON a.id = "
        "f.asset"
        " WHERE f.id = ?1 OR (f.id >= ?1 AND f.id < ?2) ORDER BY f.id LIMIT 5";
    static const char assets[] =
        "SELECT x.asset, x.alias, a.name FROM (SELECT id AS asset, id AS alias FROM asset UNION"
        " SELECT asset, alias FROM asset_alias) x JOIN asset a ON a.id = x.asset"
        " WHERE x.alias = ?1 OR (x.alias >= ?1 AND x.alias < ?2) ORDER BY x.alias LIMIT 9";
    struct meanings m = {.n = 0};
    struct str named = STR_NULL;
    int n = 0;
    int rc = word.n ? look_up(r->view.db, findings, word, true, a, &m, d) : 0;
    if (!rc && word.n && !(m.n == 1 && str_eq(m.v[0].id, word)))
        rc = look_up(r->view.db, assets, word, false, a, &m, d);
    if (!rc && word.n && !m.n)
        rc = by_name(r->view.db, word, a, &named, &n, d);
    if (rc)
        return rc;
    if (!m.n && !n)
        return nothing_of(word, d);
    if (m.n > 1)
        return several(word, &m, d);
    *ret_finding = m.n && m.v[0].finding;
    *ret_id = m.n ? m.v[0].id : named;
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which store and which part of it a reading command works on. */
#include "cli/reading.h"

#include "assess/control.h"
#include "base/spill.h"
#include "cli/observe.h"
#include "remediate/action.h"

#define NAMED_SHOWN 3 /* ids of assets that have one name */

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
        .control = option_str(in, "control"),
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

/* Rows of a statement whose ids begin with the word; more than one distinct id is ambiguous. */
static int look_up(struct db *db, const char *sql, struct str word, struct arena *a,
                   struct str *ret_id, int *found, struct diag *d)
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
        struct str id = stmt_str(s, 0);
        if (str_eq(stmt_str(s, 1), word)) {
            *ret_id = arena_str(a, id);
            *found = 1;
            rc = 0;
            break;
        }
        if (*found && str_eq(*ret_id, id))
            continue;
        *ret_id = arena_str(a, id);
        ++*found;
    }
    stmt_free(s);
    return !rc && *found && !ret_id->p ? arena_error(a) : rc;
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
    if (control_find(word))
        diag_hint(d, "it is a control: `stance controls show " STR_FMT "`", STR_ARG(word));
    else
        diag_hint(d, "`stance inventory` and `stance findings` list the ids");
    return E_NOTFOUND;
}

int reading_resolve(struct reading *r, struct str word, struct arena *a, struct str *ret_id,
                    bool *ret_finding, struct diag *d)
{
    static const char findings[] =
        "SELECT id, id FROM finding WHERE id = ?1 OR (id >= ?1 AND id < ?2) ORDER BY id LIMIT 3";
    static const char assets[] =
        "SELECT asset, alias FROM (SELECT id AS asset, id AS alias FROM asset UNION"
        " SELECT asset, alias FROM asset_alias) x"
        " WHERE alias = ?1 OR (alias >= ?1 AND alias < ?2) ORDER BY alias LIMIT 3";
    struct str finding = STR_NULL, asset = STR_NULL;
    int n_findings = 0, n_assets = 0;
    int rc = word.n ? look_up(r->view.db, findings, word, a, &finding, &n_findings, d) : 0;
    if (!rc && word.n)
        rc = look_up(r->view.db, assets, word, a, &asset, &n_assets, d);
    if (!rc && word.n && !n_findings && !n_assets)
        rc = by_name(r->view.db, word, a, &asset, &n_assets, d);
    if (rc)
        return rc;
    if (!n_findings && !n_assets)
        return nothing_of(word, d);
    if (n_findings + n_assets > 1) {
        diag_set(d, E_USAGE, "\"" STR_FMT "\" begins several ids", STR_ARG(word));
        diag_hint(d, "give more of the id");
        return E_USAGE;
    }
    *ret_finding = n_findings == 1;
    *ret_id = n_findings ? finding : asset;
    return 0;
}

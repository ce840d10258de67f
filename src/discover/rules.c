/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which folders and files a walk passes by: rules of knowledge/, changed by options. */
#include "discover/rules.h"

#include "base/path.h"

/* Indexes are, in this order: folder rows and marker rows of the catalogue, globs. */
struct walk_rules {
    const struct catalog *catalog;
    bool all;
    const bool *off; /* one a rule of the catalogue; NULL: all are on */
    const char *const *globs;
    int n_globs;
};

static const struct walk_rules DEFAULT_RULES = {.catalog = &CATALOG};
static const struct walk_rules NO_RULES = {.catalog = &CATALOG, .all = true};

static const struct walk_rules *rules(const struct walk_rules *r)
{
    return r ? r : &DEFAULT_RULES;
}

const struct catalog *walk_rules_catalog(const struct walk_rules *r)
{
    return rules(r)->catalog;
}

const struct walk_rules *walk_rules_none(void)
{
    return &NO_RULES;
}

/* The row says what is passed by, and nobody turned it off. */
static bool in_force(const struct walk_rules *r, int rule)
{
    const struct catalog_walk_rule *row = &r->catalog->walk_rules[rule];
    if (row->action != WALK_SKIP)
        return false;
    return row->always || !(r->all || (r->off && r->off[rule]));
}

/* --- making ------------------------------------------------------------------------------- */

static int unknown_rule(const struct catalog *c, struct str id, const char *why, struct diag *d)
{
    AUTO(buf) shown = BUF_INIT;
    AUTO(buf) ids = BUF_INIT;
    path_show(&shown, id);
    diag_set(d, E_USAGE, "--read %s: %s", shown.n ? shown.p : "\"\"", why);
    for (int i = 0; i < c->n_walk_rules; i++)
        if (c->walk_rules[i].action == WALK_SKIP && !c->walk_rules[i].always)
            buf_addf(&ids, "%s%s", ids.n ? ", " : "", c->walk_rules[i].id);
    diag_hint(d, "`stance rules` tells more of: %s", ids.n ? ids.p : "none");
    return E_USAGE;
}

static int turn_off(const struct catalog *c, struct str id, bool *off, struct diag *d)
{
    const struct catalog_walk_rule *row = catalog_walk_rule(c, id);
    if (!row)
        return unknown_rule(c, id, "there is no such rule", d);
    if (row->action != WALK_SKIP)
        return unknown_rule(c, id, "what this rule is about is read anyway", d);
    if (row->always)
        return unknown_rule(c, id, "this rule cannot be turned off", d);
    off[row - c->walk_rules] = true;
    return 0;
}

static int bad_glob_hint(struct str glob, const char *why, const char *hint, struct diag *d)
{
    AUTO(buf) shown = BUF_INIT;
    path_show(&shown, glob);
    diag_set(d, E_USAGE, "--exclude %s: %s", shown.n ? shown.p : "\"\"", why);
    diag_hint(d, "%s", hint);
    return E_USAGE;
}

static int bad_glob(struct str glob, const char *why, struct diag *d)
{
    return bad_glob_hint(
        glob, why,
        "a glob is relative to the target, as \"data/*.csv\", \"**/snapshots\" or \"old\"", d);
}

/* path_glob takes a set without an end for the letters themselves; a person hardly means that. */
static bool set_is_open(struct str part)
{
    for (size_t at = 0; (at = str_chr(part, '[', at)) != SIZE_MAX; at++) {
        size_t first = at + 1;
        if (first < part.n && (part.p[first] == '!' || part.p[first] == '^'))
            first++;
        at = str_chr(part, ']', first + 1);
        if (at == SIZE_MAX)
            return true;
    }
    return false;
}

static int bad_set(struct str glob, struct diag *d)
{
    return bad_glob_hint(glob, "\"[\" begins a set of letters that no \"]\" ends",
                         "a set is as [abc] or [a-z]; for a bracket itself write [[]", d);
}

/* "./a/", "a/" and all that lies in it are "a": a folder is not entered when it matches itself. */
static int take_glob(struct str glob, struct arena *a, const char **ret, struct diag *d)
{
    struct str g = glob, rest, part;
    while (str_starts(g, STR("./")))
        g = str_sub(g, 2, g.n);
    for (;;) {
        if (str_ends(g, STR("/**")))
            g.n -= 3;
        else if (str_ends(g, STR("/")) && g.n > 1)
            g.n -= 1;
        else
            break;
    }
    if (!g.n || str_eq_z(g, ".") || str_eq_z(g, "*") || str_eq_z(g, "**"))
        return bad_glob(glob, "nothing would be left to read", d);
    if (g.p[0] == '/')
        return bad_glob(glob, "this is an absolute path", d);
    for (rest = g; str_field(&rest, '/', &part);)
        if (!part.n || str_eq_z(part, ".") || str_eq_z(part, ".."))
            return bad_glob(glob, "no path has an empty part, \".\" or \"..\"", d);
        else if (set_is_open(part))
            return bad_set(glob, d);
    *ret = arena_z(a, g);
    return *ret ? 0 : arena_error(a);
}

int walk_rules_glob(struct str glob, struct arena *a, struct diag *d)
{
    const char *plain;
    return take_glob(glob, a, &plain, d);
}

int walk_rules_new(const struct catalog *c, const struct walk_choice *choice, struct arena *a,
                   const struct walk_rules **ret, struct diag *d)
{
    struct walk_rules *r = arena_new(a, struct walk_rules);
    bool *off = arena_new_n(a, bool, (size_t)c->n_walk_rules + 1);
    const char **globs = arena_new_n(a, const char *, choice->n_exclude + 1);
    int rc = 0;
    if (!r || !off || !globs)
        return diag_set(d, arena_error(a), "no memory for the rules of the walk");
    for (size_t i = 0; i < choice->n_read && !rc; i++)
        rc = turn_off(c, choice->read[i], off, d);
    for (size_t i = 0; i < choice->n_exclude && !rc; i++)
        rc = take_glob(choice->exclude[i], a, &globs[i], d);
    *r = (struct walk_rules){.catalog = c,
                             .all = choice->all,
                             .off = off,
                             .globs = globs,
                             .n_globs = (int)choice->n_exclude};
    if (!rc)
        *ret = r;
    return rc;
}

/* --- asking ------------------------------------------------------------------------------- */

static int glob_of(const struct walk_rules *r, struct str path)
{
    for (int i = 0; i < r->n_globs; i++)
        if (path_glob(str_z(r->globs[i]), path))
            return r->catalog->n_walk_folders + r->catalog->n_walk_markers + i;
    return RULE_NONE;
}

int walk_rules_folder(const struct walk_rules *given, struct str path)
{
    const struct walk_rules *r = rules(given);
    const struct catalog_walk_folder *row;
    int glob = glob_of(r, path), cursor = 0;
    if (glob != RULE_NONE)
        return glob;
    while ((row = catalog_walk_folder(r->catalog, path, &cursor)))
        if (in_force(r, row->rule) && path_has_suffix(path, str_z(row->path)))
            return (int)(row - r->catalog->walk_folders);
    return RULE_NONE;
}

int walk_rules_marker(const struct walk_rules *given, struct str entry)
{
    const struct walk_rules *r = rules(given);
    const struct catalog *c = r->catalog;
    for (int i = 0; i < c->n_walk_markers; i++)
        if (str_eq_z(entry, c->walk_markers[i].name) && in_force(r, c->walk_markers[i].rule))
            return c->n_walk_folders + i;
    return RULE_NONE;
}

const char *walk_rules_next_marker(const struct walk_rules *given, int *cursor)
{
    const struct walk_rules *r = rules(given);
    while (*cursor < r->catalog->n_walk_markers) {
        const struct catalog_walk_marker *m = &r->catalog->walk_markers[(*cursor)++];
        if (in_force(r, m->rule))
            return m->name;
    }
    return NULL;
}

int walk_rules_file(const struct walk_rules *r, struct str path)
{
    return glob_of(rules(r), path);
}

bool walk_rules_hide(const struct walk_rules *r, struct str path)
{
    for (size_t at = 0; at < path.n; at++) {
        at = MIN(str_chr(path, '/', at), path.n);
        if (walk_rules_folder(r, str_sub(path, 0, at)) != RULE_NONE)
            return true;
    }
    return false;
}

/* The rule of the catalogue behind an index; NULL: a glob. */
static const struct catalog_walk_rule *row_of(const struct walk_rules *r, int rule)
{
    const struct catalog *c = r->catalog;
    if (rule < c->n_walk_folders)
        return &c->walk_rules[c->walk_folders[rule].rule];
    rule -= c->n_walk_folders;
    return rule < c->n_walk_markers ? &c->walk_rules[c->walk_markers[rule].rule] : NULL;
}

static bool has_word(const char *const *words, struct str word)
{
    for (; *words; words++)
        if (str_eq_z(word, *words))
            return true;
    return false;
}

bool walk_rules_holds(const struct walk_rules *given, int rule, struct str entry)
{
    const struct catalog_walk_rule *row = row_of(rules(given), rule);
    return row && (!row->holds[0] || has_word(row->holds, entry));
}

bool walk_rules_keeps(const struct walk_rules *given, int rule, struct str entry)
{
    const struct catalog_walk_rule *row = row_of(rules(given), rule);
    return row && (entry.p ? has_word(row->keeps, entry) : row->keeps[0] != NULL);
}

int walk_rules_count(const struct walk_rules *given)
{
    const struct walk_rules *r = rules(given);
    return r->catalog->n_walk_folders + r->catalog->n_walk_markers + r->n_globs;
}

const char *walk_rules_hides(const struct walk_rules *given, int rule)
{
    const struct walk_rules *r = rules(given);
    const struct catalog *c = r->catalog;
    if (rule < c->n_walk_folders)
        return c->walk_folders[rule].hides;
    const struct catalog_walk_rule *row = row_of(r, rule);
    return row ? row->id : r->globs[rule - c->n_walk_folders - c->n_walk_markers];
}

const char *walk_rules_reason(const struct walk_rules *given, int rule)
{
    const struct catalog_walk_rule *row = row_of(rules(given), rule);
    return row ? row->reason : EXCLUDED_REASON;
}

bool walk_rules_is_exclude(const struct walk_rules *given, int rule)
{
    return !row_of(rules(given), rule);
}

const struct catalog_walk_rule *walk_rules_named(const struct walk_rules *given, struct str id)
{
    const struct walk_rules *r = rules(given);
    const struct catalog_walk_rule *row = catalog_walk_rule(r->catalog, id);
    return row && in_force(r, (int)(row - r->catalog->walk_rules)) ? row : NULL;
}

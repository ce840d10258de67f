/* SPDX-License-Identifier: Apache-2.0 */
/* Decides environment and criticality of assets from what their places say, and nothing more. */
#include "classify/classify.h"

#include "base/map.h"
#include "base/path.h"
#include "base/spill.h"

static const struct {
    const char *word;
    enum environment environment;
} WORDS[] = {
    {"production", ENVIRONMENT_PRODUCTION},
    {"prod", ENVIRONMENT_PRODUCTION},
    {"staging", ENVIRONMENT_STAGING},
    {"stage", ENVIRONMENT_STAGING},
    {"test", ENVIRONMENT_TEST},
    {"testing", ENVIRONMENT_TEST},
    {"ci", ENVIRONMENT_TEST},
    {"dev", ENVIRONMENT_DEVELOPMENT},
    {"development", ENVIRONMENT_DEVELOPMENT},
    {"local", ENVIRONMENT_DEVELOPMENT},
};

static enum environment of_word(struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++)
        if (str_eq_nocase(word, str_z(WORDS[i].word)))
            return WORDS[i].environment;
    return ENVIRONMENT_UNKNOWN;
}

/*
 * Only names that exist to name an environment count: ".env.production", "prod.env",
 * "values-prod.yaml", and a folder under environments/, envs/, overlays/ or deploy/. A folder
 * called "test" is a label, not an environment.
 */
enum environment environment_of_path(struct str path)
{
    struct str base = path_base(path), rest = path, part, before = STR("");
    if (str_starts(base, STR(".env.")))
        return of_word(str_sub(base, 5, base.n));
    if (str_ends(base, STR(".env")))
        return of_word(str_sub(base, 0, base.n - 4));
    if (str_starts(base, STR("values-")) || str_starts(base, STR("values."))) {
        struct str word, ext;
        str_cut(str_sub(base, 7, base.n), '.', &word, &ext);
        return of_word(word);
    }
    while (str_field(&rest, '/', &part)) {
        bool holder = str_eq_z(before, "environments") || str_eq_z(before, "envs") ||
                      str_eq_z(before, "overlays") || str_eq_z(before, "deploy");
        if (holder && of_word(part) != ENVIRONMENT_UNKNOWN)
            return of_word(part);
        before = part;
    }
    return ENVIRONMENT_UNKNOWN;
}

/* Detectors whose items name owners. */
static bool names_owners(struct str collectors)
{
    static const char *const readers[] = {"codeowners", "npm-manifest", "pyproject"};
    struct str word;
    if (!collectors.n)
        return true; /* a folder: anything could have been in it */
    while (str_field(&collectors, ' ', &word))
        for (size_t i = 0; i < ARRAY_LEN(readers); i++)
            if (str_eq_z(word, readers[i]))
                return true;
    return false;
}

static bool is_gap(const struct coverage_row *row)
{
    return row->state != COVERAGE_EXAMINED && row->state != COVERAGE_SKIPPED;
}

/* Folders in which a file or a folder says who owns what stands beside them. */
static bool is_holder(struct str folder)
{
    static const char *const holders[] = {".github", ".gitlab", "docs", ".git"};
    for (size_t i = 0; i < ARRAY_LEN(holders); i++)
        if (str_eq_z(folder, holders[i]))
            return true;
    return false;
}

/*
 * The folder (or archive) below which what was not read could have named owners: a manifest speaks
 * for its own folder, CODEOWNERS for that of the repository. Empty: for all of the target.
 */
static struct str reach_of(const struct coverage_row *row)
{
    bool path = str_eq_z(row->source, "files") && row->state != COVERAGE_NOT_LOOKED;
    struct str at = row->path;
    if (!path || str_starts(at, STR("../")))
        return STR("");
    if (row->collectors.n)
        at = path_parent(at); /* a file, not a folder */
    return is_holder(path_base(at)) ? path_parent(at) : at;
}

static struct str key_of(uint32_t target, struct str path, struct buf *out)
{
    buf_clear(out);
    buf_addf(out, "%u/", target);
    buf_add(out, path);
    return buf_str(out);
}

static int note(struct map *hidden, uint32_t target, struct str path, struct buf *key)
{
    bool fresh;
    return map_put(hidden, key_of(target, path, key), &fresh) && !buf_result(key) ? 0 : E_NOMEM;
}

static int note_hidden(const struct inventory *inv, struct map *hidden, struct buf *key)
{
    int rc = 0;
    vec_each (row, &inv->coverage) {
        if (!rc && is_gap(row) && names_owners(row->collectors))
            rc = note(hidden, row->target, reach_of(row), key);
    }
    vec_each (u, &inv->unheard) {
        if (!rc)
            rc = note(hidden, u->target, u->folder, key);
    }
    return rc;
}

static bool is_hidden(const struct map *hidden, const struct place *at, struct buf *key)
{
    AUTO(buf) whole = BUF_INIT;
    buf_add(&whole, at->path);
    buf_addz(&whole, at->member.n ? "!/" : "");
    buf_add(&whole, at->member);
    for (struct str path = buf_str(&whole);; path = path_parent(path)) {
        bool hit = map_get(hidden, key_of(at->target, path, key)) != NULL;
        bool failed = buf_result(key) || buf_result(&whole);
        if (hit || failed || !path.n)
            return hit || failed;
    }
}

/*
 * Nobody names an owner: `none` when everything that could have named one for its places was read;
 * otherwise nobody knows.
 */
static void classify_owners(struct inventory *inv)
{
    AUTO(map) hidden = MAP_INIT;
    AUTO(buf) key = BUF_INIT;
    if (note_hidden(inv, &hidden, &key))
        return; /* unknown stays unknown */
    vec_each (a, &inv->assets) {
        bool open = a->owner_state != FACT_UNKNOWN;
        spill_rest();
        for (size_t i = 0; i < a->n_places && hidden.n && !open; i++)
            open = is_hidden(&hidden, &a->places[i].at, &key);
        if (!open)
            a->owner_state = FACT_NONE;
    }
}

void classify_inventory(struct inventory *inv, const struct catalog *c)
{
    vec_each (a, &inv->assets) {
        enum environment found = ENVIRONMENT_UNKNOWN;
        bool conflict = false;
        for (size_t i = 0; i < a->n_places; i++) {
            spill_rest();
            enum environment e = environment_of_path(a->places[i].at.path);
            conflict |= e != ENVIRONMENT_UNKNOWN && found != ENVIRONMENT_UNKNOWN && e != found;
            found = e != ENVIRONMENT_UNKNOWN ? e : found;
        }
        /* Seen in several environments: production is the one that counts. */
        a->environment = conflict ? ENVIRONMENT_PRODUCTION : found;
    }
    classify_owners(inv);
    classify_keys(inv, c);
}

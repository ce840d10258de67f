/* SPDX-License-Identifier: Apache-2.0 */
/* Decides environment and criticality of assets from what their places say, and nothing more. */
#include "classify/classify.h"

#include "base/path.h"

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

/*
 * Nobody names an owner: `none` when everything in the targets of its places that could have named
 * one was read; otherwise nobody knows.
 */
static void classify_owners(struct inventory *inv)
{
    uint32_t targets = 1;
    vec_each (row, &inv->coverage)
        targets = MAX(targets, row->target + 1);
    bool *hidden = mem_alloc(targets * sizeof(*hidden));
    if (!hidden)
        return; /* unknown stays unknown */
    vec_each (row, &inv->coverage)
        hidden[row->target] |= is_gap(row) && names_owners(row->collectors);
    vec_each (a, &inv->assets) {
        bool open = false;
        for (size_t i = 0; i < a->n_places; i++)
            open |= a->places[i].at.target >= targets || hidden[a->places[i].at.target];
        if (a->owner_state == FACT_UNKNOWN && !open)
            a->owner_state = FACT_NONE;
    }
    mem_free(hidden);
}

void classify_inventory(struct inventory *inv)
{
    vec_each (a, &inv->assets) {
        enum environment found = ENVIRONMENT_UNKNOWN;
        bool conflict = false;
        for (size_t i = 0; i < a->n_places; i++) {
            enum environment e = environment_of_path(a->places[i].at.path);
            conflict |= e != ENVIRONMENT_UNKNOWN && found != ENVIRONMENT_UNKNOWN && e != found;
            found = e != ENVIRONMENT_UNKNOWN ? e : found;
        }
        /* Seen in several environments: production is the one that counts. */
        a->environment = conflict ? ENVIRONMENT_PRODUCTION : found;
    }
    classify_owners(inv);
}

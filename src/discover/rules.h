/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a walk passes by, and why: the rows of knowledge/walk/rules.yaml (catalog.h), listed by
 * `stance rules`, each turned off by `--read ID`, nearly all of them by `--all`; and the globs that
 * a user adds with `--exclude`. What a rule passed by is a row of coverage.
 *
 *     struct walk_choice choice = {.read = ids, .n_read = 1};
 *     walk_rules_new(&CATALOG, &choice, &arena, &rules, d)
 *     rule = walk_rules_folder(rules, path)          before a folder is opened
 *     rule = walk_rules_marker(rules, entry)         for each name in a folder that was opened; it
 *                                                    is passed by when walk_rules_holds(rules,
 *                                                    rule, e) is true of each of its entries
 *     rule = walk_rules_file(rules, path)
 *
 * Const once made: any thread may ask. NULL is the built-in rules with nothing chosen. An answer is
 * the index of a row of coverage, in [0, walk_rules_count); RULE_NONE: read it.
 *
 * A folder that was passed by for its marker is a coverage row of its own, under its own path: no
 * pattern tells which folders have one.
 */
#ifndef STANCE_DISCOVER_RULES_H
#define STANCE_DISCOVER_RULES_H

#include "base/str.h"
#include "catalog/catalog.h"

struct walk_rules;

#define RULE_NONE (-1)

/* The reason of every row that --exclude makes. */
#define EXCLUDED_REASON  "excluded by --exclude"
#define EXCLUDED_NOTHING EXCLUDED_REASON ": matches nothing"

struct walk_choice {
    bool all; /* every rule off that can be */
    const struct str *read;
    size_t n_read; /* ids of rules that are off */
    const struct str *exclude;
    size_t n_exclude; /* globs (path_glob) over paths relative to the target */
};

/* Made in the arena. E_USAGE: an id that no rule has or that cannot be turned off, a glob that can
 * match nothing; the diag says which and what there is. */
int walk_rules_new(const struct catalog *c, const struct walk_choice *choice, struct arena *a,
                   const struct walk_rules **ret, struct diag *d) MUST_CHECK;
/* Would walk_rules_new take it? A glob that an earlier version kept in a store may be none now. */
int walk_rules_glob(struct str glob, struct arena *a, struct diag *d) MUST_CHECK;
/* What the rules came from, and what is known to detectors and all that follow: a catalogue with
 * user packs, or the built-in one. */
const struct catalog *walk_rules_catalog(const struct walk_rules *r);
/* Nothing is passed by but what is never followed. */
const struct walk_rules *walk_rules_none(void);

/* A folder at this path (relative to the target). */
int walk_rules_folder(const struct walk_rules *r, struct str path);
/* A folder that holds this name. */
int walk_rules_marker(const struct walk_rules *r, struct str entry);
/* The names that markers have, one after the other; *cursor starts at 0, NULL at the end. */
const char *walk_rules_next_marker(const struct walk_rules *r, int *cursor);
/* A folder of a marker may hold this name: with any other it is more than what the rule means. */
bool walk_rules_holds(const struct walk_rules *r, int rule, struct str entry);
/* A file at this path. */
int walk_rules_file(const struct walk_rules *r, struct str path);
/* Of a folder that is passed by: is this file in it read all the same? STR_NULL: is any? */
bool walk_rules_keeps(const struct walk_rules *r, int rule, struct str entry);
/* Any folder on the way to this path, or it itself, is passed by. */
bool walk_rules_hide(const struct walk_rules *r, struct str path);

int walk_rules_count(const struct walk_rules *r);
/* Path of the coverage row, as the store reads it: what is hidden. */
const char *walk_rules_hides(const struct walk_rules *r, int rule);
const char *walk_rules_reason(const struct walk_rules *r, int rule);
/* Said even when it met nothing, so that the next look at the target can do the same. */
bool walk_rules_is_exclude(const struct walk_rules *r, int rule);
/* The built-in rule of this id when it is in force, else NULL. */
const struct catalog_walk_rule *walk_rules_named(const struct walk_rules *r, struct str id);

#endif

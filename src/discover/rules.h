/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a walk passes by or marks, and why: rows of knowledge/walk/rules.yaml, listed by
 * `stance rules`, each turned off by `--read ID`, all of the skipping ones by `--all`. A user adds
 * rules with `--exclude GLOB`. What a rule passed by is a row of coverage; what it marks is a label.
 *
 *     - id: node-modules
 *       folder: node_modules            name of a folder, at any depth
 *       marker: pyvenv.cfg              or: a folder that holds a file of this name
 *       action: skip                    or label: generated | vendored | test | example | docs
 *       keeps: [config]                 of a skipped folder, files that are read all the same (.git)
 *       hides: node_modules             path of its coverage row, as the store reads it
 *       reason: "installed copies; the lock file lists them"
 */
#ifndef STANCE_DISCOVER_RULES_H
#define STANCE_DISCOVER_RULES_H

#include "base/str.h"
#include "catalog/catalog.h"

/* The rules of one run, made from the options; const afterwards, any thread may ask. */
struct walk_rules;

#define RULE_NONE (-1)

/* The index of the rule that skips the folder at this path (relative to the target). */
int walk_rules_folder(const struct walk_rules *r, struct str path);
/* The same for a folder that holds a file of this name; asked for each entry of a listing. */
int walk_rules_marker(const struct walk_rules *r, struct str entry);
/* A file that is excluded by the user's own globs. */
int walk_rules_file(const struct walk_rules *r, struct str path);
/* Of a folder that is skipped: is this file in it read all the same? */
bool walk_rules_keeps(const struct walk_rules *r, int rule, struct str entry);
int walk_rules_count(const struct walk_rules *r);
const char *walk_rules_hides(const struct walk_rules *r, int rule);  /* coverage row: path */
const char *walk_rules_reason(const struct walk_rules *r, int rule); /* coverage row: reason */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Private to link/: scopes, owner rules and credentials of one estate. */
#ifndef STANCE_LINK_LINK_INTERNAL_H
#define STANCE_LINK_LINK_INTERNAL_H

#include "link/link.h"

/* A repository root: the folder that holds .git, and its normalised origin (may be empty). */
struct repository {
    uint32_t target;
    struct str root;
    struct str origin;
};

struct owner_rule {
    struct str pattern;
    const struct str *owners; /* n 0: the line clears */
    size_t n;
    struct place at;
};

/* One CODEOWNERS file. */
struct owner_file {
    uint32_t target;
    struct str path;
    struct str root; /* folder whose subtree it rules */
    int rank;        /* lower wins for the same root: .github, root, docs, .gitlab */
    struct {
        VEC(struct owner_rule);
    } rules;
};

struct linked_item {
    uint32_t target;
    struct str path;
    uint32_t mode;
    struct facts facts;
    uint32_t *handles; /* inventory handle of each fact that is an asset */
};

struct link {
    struct arena mem;
    const struct target *targets;
    size_t n_targets;
    const struct catalog *catalog;
    struct {
        VEC(struct linked_item);
    } items;
    struct {
        VEC(struct repository);
    } repositories;
    struct {
        VEC(struct owner_file);
    } owner_files;
    struct {
        VEC(struct coverage_row);
    } coverage;
    uint64_t *files, *bytes, *binaries; /* one a target */
};

struct scope {
    struct str id;   /* "github.com/org/repo", "home:home/bob", "name" */
    struct str path; /* rest of the path inside the scope */
};

/* The scope of one path. Slices of `l` or of its arena. E_NOMEM. */
int scope_of(struct link *l, uint32_t target, struct str path, struct scope *ret) MUST_CHECK;

/* CODEOWNERS: does a pattern match a path relative to the file's root? */
bool owner_pattern_match(struct str pattern, struct str path);
/* Root and rank of a CODEOWNERS file by its path; false when the place is not one hosts read. */
bool owner_file_root(struct str path, struct str *ret_root, int *ret_rank);
/* Owners of a place as candidates of an asset. */
int owners_apply(struct link *l, struct inventory *inv, uint32_t handle,
                 const struct place *at) MUST_CHECK;

/* Turn the secret values of one item into credentials and the services that issued them. */
int credentials_of_item(struct link *l, struct inventory *inv,
                        const struct linked_item *it) MUST_CHECK;
/* The service behind a catalogue entry; *ret_handle names it. E_NOTFOUND: not a third party. */
int service_of_entry(struct link *l, struct inventory *inv, const struct catalog_entry *e,
                     const struct place *at, uint32_t *ret_handle) MUST_CHECK;

/* Fill scope, scope path and labels of an observation. */
int link_observation(struct link *l, struct observation *o) MUST_CHECK;

#endif

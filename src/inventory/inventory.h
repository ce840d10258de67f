/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inventory of one scan: assets merged from observations, relations, values, owners and the
 * coverage ledger. Pure memory, no I/O, no SQL. Lifecycle:
 *
 *     inventory_init(&inv, cap)
 *     inventory_add(&inv, &observation, &index)   repeatedly, any order
 *     inventory_relate / _value / _owner / _cover
 *     inventory_seal(&inv)                        sorts everything: from here on order is fixed
 *     ... classify, assess, prioritize, report read it ...
 *     inventory_done(&inv)
 *
 * Invariants after seal: assets are sorted by (kind, id); places of an asset, relations, values
 * and coverage rows are sorted and free of duplicates; every index is valid. The result does not
 * depend on the order of the calls before.
 *
 * Identity (docs/identity.md): the first alternative of the kind whose parts are all known gives
 * the key; id = kind name, '-', 16 hex digits of SHA-256(kind, key). Two observations with equal
 * keys are one asset; an asset with a weaker key that shares a place with a stronger one is merged
 * into it and its id is kept as an alias.
 */
#ifndef STANCE_INVENTORY_INVENTORY_H
#define STANCE_INVENTORY_INVENTORY_H

#include "base/map.h"
#include "base/diag.h"
#include "inventory/observation.h"

struct inv_place {
    struct place at;
    uint32_t labels;
    struct attribute *attrs; /* the place's own attributes (per: place), sorted by attr */
    size_t n_attrs;
    struct str name; /* name under which it was seen there */
};

struct owner_candidate {
    struct str name;     /* "@org/team", "Jane <jane@example.com>" */
    struct str source;   /* "codeowners", "package-metadata", "catalog-info", "register" */
    unsigned confidence; /* 0..100 */
    struct place at;
};

struct inventory_alias {
    struct str id;
    uint32_t asset;
};

/* A classified value (secret, personal data) seen at a place; never the value itself. */
struct data_value {
    uint32_t asset; /* index of the asset that holds it */
    enum data_class class;
    struct str kind;        /* row of kinds.tsv: "openai-project-key" */
    uint32_t length;        /* characters */
    struct str fingerprint; /* hex, or empty without a key */
    struct place at;
};

struct asset {
    struct str id; /* "mcp_server-0123456789abcdef" */
    enum kind kind;
    struct str name;
    struct str key; /* identity key text */
    int rule;       /* alternative of the key, 0-based; kind_info.identities: its place */
    struct str scope;
    struct str *aliases; /* ids of the weaker keys that were merged into it, sorted */
    size_t n_aliases;
    struct inv_place *places;
    size_t n_places;
    struct attribute *attrs; /* attributes per asset, sorted by attr */
    size_t n_attrs;
    struct owner_candidate *owners; /* best first */
    size_t n_owners;
    enum fact_state owner_state; /* seal: known or unknown; classify: none, when all was read */
    uint32_t labels;             /* labels that all places share */
    enum environment environment;
    enum criticality criticality;
    enum sanction sanction;
};

struct relation {
    uint32_t from, to; /* asset indexes */
    enum verb verb;
    enum relation_state state;
    struct place at; /* first evidence */
    uint32_t seen;   /* how many places */
};

/* Paths of examined rows that only count: the files in archives, and those of a turn that looked
 * at several. Neither says that something of this name was looked at. */
#define COVERAGE_MEMBERS "in-archives"
#define COVERAGE_CHANGED "changed-files"
/* Begins the path of a row about a format that no detector reads; its id follows. */
#define COVERAGE_NO_READER "no-reader:"
/* The same of a kind of text in which hosts of vendors are not looked for. */
#define COVERAGE_NO_HOSTS "no-host-search:"
/* Begins the path of the examined row about the commit that was read, and its reason when that was
 * a range of commits. */
#define COVERAGE_REVISION "revision:"
#define COVERAGE_RANGE    "its changes since "

/* As collector of an unsupported row: nobody reads this format. All that other detectors look for
 * in such a file (keys in the text of a notebook) was looked for. */
#define COVERAGE_UNREAD "unread-formats"

struct coverage_row {
    struct str source; /* "files" */
    uint32_t target;
    struct str path; /* path or rule */
    enum coverage_state state;
    struct str reason;
    struct str collectors; /* detectors that would have read it, separated by blanks; empty: any */
    uint64_t files, bytes;
};

/* Whose the file at a path is (CODEOWNERS): one asset can stand at paths of several owners. */
struct path_owner {
    uint32_t target;
    struct str path, name;
};

/* A folder, or an archive: a file that is not read may say who made what lies in and below it. */
struct unheard {
    uint32_t target;
    struct str folder;
};

struct inventory {
    struct arena mem;
    struct {
        VEC(struct asset);
    } assets;
    struct {
        VEC(struct relation);
    } relations;
    struct {
        VEC(struct data_value);
    } values;
    struct {
        VEC(struct coverage_row);
    } coverage;
    struct {
        VEC(struct unheard);
    } unheard;
    struct {
        VEC(struct path_owner);
    } path_owners; /* after seal sorted, each path once with its first name */
    struct {
        VEC(struct inventory_alias);
    } aliases;                     /* sorted by id */
    struct inventory_build *build; /* private, gone after seal */
    bool sealed;
};

int inventory_init(struct inventory *inv, size_t memory_cap) MUST_CHECK;
void inventory_done(struct inventory *inv);

/*
 * Copies what it needs. *ret_handle names the observation's asset until seal. An observation whose
 * alternatives are all unknown is kept under a key of its own place. E_LIMIT (memory_cap), E_NOMEM;
 * E_BUG when an attribute is not one of the kind or its value has another type, or after seal.
 * The other calls return the same codes, E_BUG also for an unknown handle.
 */
int inventory_add(struct inventory *inv, const struct observation *o,
                  uint32_t *ret_handle) MUST_CHECK;
int inventory_relate(struct inventory *inv, uint32_t from, enum verb verb, uint32_t to,
                     enum relation_state state, const struct place *at) MUST_CHECK;
int inventory_value(struct inventory *inv, uint32_t holder, const struct data_value *v) MUST_CHECK;
int inventory_owner(struct inventory *inv, uint32_t handle,
                    const struct owner_candidate *c) MUST_CHECK;
int inventory_path_owner(struct inventory *inv, uint32_t target, struct str path,
                         struct str name) MUST_CHECK;
int inventory_cover(struct inventory *inv, const struct coverage_row *row) MUST_CHECK;
int inventory_unheard(struct inventory *inv, uint32_t target, struct str folder) MUST_CHECK;
/*
 * Resolve identities, merge, sort, drop duplicates. Of several values of one attribute the
 * strongest state wins: declared, resolved, inferred, unresolved, default, absent (unresolved says
 * that somebody set it, which default and absent deny); then the first place, then the smallest
 * value. Coverage rows that differ only in their counts are added up. Relations are one row for
 * each (from, verb, to): observed beats declared, granted and reachable, `at` is the first place
 * with that state. A relation whose two ends became one asset is dropped. After a failure only
 * inventory_done may follow.
 */
int inventory_seal(struct inventory *inv) MUST_CHECK;

/* After seal. */
const struct attribute *asset_attr(const struct asset *a, size_t place, enum attr attr);
/* The key of one observation and the alternative it used (0-based). E_NOTFOUND: no alternative. */
int identity_key(const struct observation *o, struct buf *out, int *ret_rule) MUST_CHECK;

#endif

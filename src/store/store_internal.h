/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to store/: the state of one open scan and the helpers that its steps share.
 *
 * Steps of a scan, in this order, each in its own file:
 *     store_resolve.c    which stored asset each asset of the inventory is (ids, aliases, renames)
 *     store_merge.c      stored assets that turned out to be one
 *     store_facts.c      what is stored just so already
 *     store_write.c      assets, places, attributes, owners, values
 *     store_presence.c   what was not seen although it was covered
 *     store_relations.c  relations
 *     store_findings.c   findings, risks, control runs
 *     store_changes.c    every change above is a row of the log and part of the digest
 *     store_seal.c       rows that no change tells are part of the digest, too
 *     store_ended.c      of those that are gone or closed, only what was touched is read
 *     store_turn.c       whether anything is different now; scans that repeat an earlier one
 */
#ifndef STANCE_STORE_STORE_INTERNAL_H
#define STANCE_STORE_STORE_INTERNAL_H

#include "base/hash.h"
#include "store/store.h"

#define CHUNK      64 /* ids asked for in one query */
#define NO_ID      UINT32_MAX
#define LABEL_SETS (1u << LABEL_COUNT)

/* ---- statements: prepared once, found by name ---- */

enum sql {
#define SQL(name, text) name,
#include "store/statements.h"
#undef SQL
    SQL_COUNT
};

struct arg {
    enum { ARG_NULL, ARG_STR, ARG_INT } type;
    struct str s;
    int64_t i;
};
#define S(v) ((struct arg){.type = ARG_STR, .s = (v)})
#define I(v) ((struct arg){.type = ARG_INT, .i = (int64_t)(v)})
#define ARGS(...)                                                                                  \
    ((const struct arg[]){__VA_ARGS__}), ARRAY_LEN(((const struct arg[]){__VA_ARGS__}))

/* A statement ready to be bound and stepped; owned by the store. */
int store_stmt(struct store *st, enum sql which, struct stmt **ret, struct diag *d) MUST_CHECK;
/* The same with its parameters bound. */
int store_query(struct store *st, enum sql which, const struct arg *args, size_t n,
                struct stmt **ret, struct diag *d) MUST_CHECK;
/* Run one that gives no rows. */
int store_run(struct store *st, enum sql which, const struct arg *args, size_t n,
              struct diag *d) MUST_CHECK;
/* The first column of the first row; `fallback` when there is none or it is NULL. */
int store_one(struct store *st, enum sql which, const struct arg *args, size_t n, int64_t fallback,
              int64_t *ret, struct diag *d) MUST_CHECK;

/* End every statement that an error left in the middle of its rows. */
void store_reset(struct store *st);

/* ---- what is gone or closed ---- */

enum ended { ENDED_ASSETS, ENDED_PLACES, ENDED_FINDINGS, ENDED_PARTS };
/* A statement is about to be run: is `id`, its first parameter, of something that it may end? */
int ended_touch(struct store *st, enum sql which, const struct arg *id) MUST_CHECK;
/* Digests over all that has ended: after sealing what was touched, for the end of a scan; of what
 * is stored of it; of the rows themselves. */
int ended_seal(struct store *st, struct buf *ret, struct diag *d) MUST_CHECK;
int ended_stored(struct store *st, struct buf *ret, struct diag *d) MUST_CHECK;
int ended_real(struct store *st, struct buf *ret, struct diag *d) MUST_CHECK;
void ended_forget(struct store *st);

/* ---- rows ---- */

struct asset_row {
    struct str id, kind, name, scope, owner, owner_state, environment, criticality, sanction,
        labels, state, key;
    bool owned; /* owner is not NULL */
    uint32_t slot;
};

struct place_row {
    uint32_t slot; /* of its asset in a chunk */
    int64_t id, target;
    struct str asset, path, member, pointer, url, collector, labels, name, snippet, state, key;
    int64_t line, col, offset, last_seen;
};

struct attr_row {
    struct str asset, name, type, value, state, reason;
    int64_t place, evidence, number;
    const struct place *at; /* where it stands exactly; NULL: as its place */
    uint32_t slot;
    bool valued; /* value is not NULL */
};

struct owner_row {
    uint32_t slot;
    struct str name, source, path;
    int64_t ord, confidence, target, line;
};

struct value_row {
    uint32_t slot;
    int64_t id, target, length, line, col, offset;
    struct str asset, class, kind, fingerprint, path, member, pointer, url, collector;
};

struct finding_row {
    struct str id, control, category, asset, severity, verdict, status;
    int64_t place, last_seen;
};

/* Canonical JSON of what history keeps of a row; empty texts are left out. */
void asset_json(const struct asset_row *r, struct buf *out);
void place_json(const struct place_row *r, struct buf *out);
void attr_json(const struct attr_row *r, struct buf *out);
void value_json(const struct value_row *r, struct buf *out);
void finding_json(const struct finding_row *r, struct buf *out);
void relation_json(struct str state, struct buf *out);
void alias_json(struct str asset, struct buf *out);
/* Ids of rows that have no text id of their own: "asset place name", "from verb to". */
void attr_id(const struct attr_row *r, struct buf *out);
/* Turn the JSON of a row that is added into one that carries its attributes, too. */
void json_with_attrs(struct buf *json, const struct attr_row *attrs, size_t n);
/* Read a row of SELECT ASSET_COLUMNS / PLACE_COLUMNS / ...; texts are copied into the arena. */
int read_asset(const struct stmt *s, struct arena *a, struct asset_row *ret) MUST_CHECK;
int read_place(const struct stmt *s, struct arena *a, struct place_row *ret) MUST_CHECK;
int read_attr(const struct stmt *s, struct arena *a, struct attr_row *ret) MUST_CHECK;
int read_owner(const struct stmt *s, struct arena *a, struct owner_row *ret) MUST_CHECK;
int read_value(const struct stmt *s, struct arena *a, struct value_row *ret) MUST_CHECK;
int read_finding(const struct stmt *s, struct arena *a, struct finding_row *ret) MUST_CHECK;

/* ---- the open scan ---- */

struct place_ref {
    int64_t id;
    uint32_t asset, place;
};

struct gone_place {
    int64_t id;
    struct str asset;
};

struct covered_glob {
    struct str glob, start; /* what it matches begins with `start` */
};

enum covered_gap {
    GAP_RULE = 1,   /* also what matches it in folders */
    GAP_ITSELF = 2, /* what stands at the path; else only what lies below it, in an archive */
};

struct covered {
    int64_t target;
    bool examined;          /* some row says that some of it was */
    struct map examined_at; /* paths */
    struct map gaps;        /* paths and rules of what was not read: */
    struct {
        VEC(struct covered_glob);
    } globs;
};

struct store {
    struct db *db;
    struct clock clock;
    struct stmt *stmts[SQL_COUNT];

    bool scanning;
    struct arena mem; /* lives as long as the scan */
    int64_t scan, at;
    struct str previous;
    int64_t *targets;     /* ids, by index in the scan */
    int64_t *seen_before; /* start of the last whole scan before this one, by index */
    size_t n_targets;
    bool part;         /* only a part of the target is looked at */
    struct str inputs; /* of struct scan_info */
    struct str build;  /* likewise */
    struct sha256 digest;
    uint64_t changes;
    int64_t next_change, next_place, next_value;
    struct buf json_old, json_new, text; /* scratch of one change */
    int text_error;
    struct str label_sets[LABEL_SETS];

    const struct inventory *inv;
    struct str *ids;     /* stored id, by asset of the inventory */
    bool *is_new;        /* no stored asset before this scan */
    uint32_t *next_same; /* next asset of the inventory with the same stored id, NO_ID: none */
    struct map by_id;    /* stored id -> first asset of the inventory */
    size_t *first_place; /* into place_ids, by asset of the inventory */
    int64_t *place_ids;
    struct {
        VEC(struct place_ref);
    } seen; /* sorted by id */
    struct {
        VEC(struct gone_place);
    } gone;                  /* sorted by id */
    struct covered *covered; /* by target of the scan; equal targets share the first one */
    struct map controls;     /* that ran without an error, NULL-less */
    bool runs_known;
    struct map touched[ENDED_PARTS]; /* buckets in which something may have ended */
};

/* Text that both engines can hold: `s` itself, or an escaped copy; see text_error at the end. */
struct str store_text(struct store *st, struct str s);
int store_nomem(struct diag *d);
/* Names of the bits, separated by spaces. */
struct str store_labels(struct store *st, uint32_t labels);

struct change {
    struct str subject, id, what, cause;
    const struct buf *old_row, *new_row; /* NULL: none */
};
int store_log(struct store *st, const struct change *c, struct diag *d) MUST_CHECK;
/*
 * The digest of a scan: `previous` and its head, its changes, the rows that it wrote once (targets,
 * coverage, control runs), and its end with the digest of all that is true afterwards.
 */
struct digest_head {
    struct str previous, uid, program, knowledge, sandbox;
    int64_t started, deterministic;
};
struct digest_end {
    int64_t finished, posture_low, posture_high;
    struct str state;
};
void digest_head(struct sha256 *h, const struct digest_head *head);
void digest_change(struct sha256 *h, int64_t id, const struct change *c, struct str old_row,
                   struct str new_row);
void digest_end(struct sha256 *h, const struct digest_end *end);
int digest_finish(struct sha256 *h, struct buf *ret) MUST_CHECK;

/* Every column of the rows that one scan wrote once; of the current state; of the actions. */
int seal_scan(struct db *db, int64_t scan, struct sha256 *h, struct diag *d) MUST_CHECK;
int seal_state(struct db *db, struct str ended, struct buf *ret, struct diag *d) MUST_CHECK;
/* As it was before schema 5. */
int seal_state_before(struct db *db, struct buf *ret, struct diag *d) MUST_CHECK;
void seal_row(struct sha256 *h, const struct stmt *s, size_t first_column);
int seal_actions(struct db *db, struct buf *ret, struct diag *d) MUST_CHECK;

/* Counters, the row of the scan and its targets; its end: digests, and the transaction. */
int store_add_scan(struct store *st, const struct scan_info *info, struct diag *d) MUST_CHECK;
int store_end_scan(struct store *st, const struct scan_summary *s, struct str state,
                   struct diag *d) MUST_CHECK;
/* The counts of the scan, and whether it left everything as it was. */
int store_end_turn(struct store *st, const struct scan_summary *s, struct str state,
                   struct diag *d) MUST_CHECK;

int store_resolve(struct store *st, struct diag *d) MUST_CHECK;
int store_add_aliases(struct store *st, struct diag *d) MUST_CHECK;
/* `from` becomes an alias of `into`. */
int store_merge_assets(struct store *st, struct str from, struct str into,
                       struct diag *d) MUST_CHECK;
int store_write_assets(struct store *st, struct diag *d) MUST_CHECK;
/* Whoever changes rows of an asset outside of store_write_assets. */
int store_drop_facts(struct store *st, struct str asset, struct diag *d) MUST_CHECK;
int store_write_coverage(struct store *st, struct diag *d) MUST_CHECK;
int store_write_presence(struct store *st, struct diag *d) MUST_CHECK;
/* After it: whose the files are that were seen now. */
int store_write_path_owners(struct store *st, struct diag *d) MUST_CHECK;
int store_write_relations(struct store *st, struct diag *d) MUST_CHECK;

/*
 * last_seen of a row that this scan sees: 0, the time of the target's last whole scan, which is
 * this one. And of one that it does not: what 0 has meant so far.
 */
int64_t store_seen_now(const struct store *st);
int64_t store_seen_before(const struct store *st, int64_t target);

bool store_was_seen(const struct store *st, int64_t place);
bool store_is_gone(const struct store *st, int64_t place);
bool store_is_covered(const struct store *st, int64_t target, struct str path, struct str member);
/* The stored place that fits a place of the inventory best, among those of `asset`; 0: none. */
int64_t store_place_of(const struct store *st, uint32_t asset, const struct place *at);
int store_drop_attr(struct store *st, struct str asset, int64_t place, struct str name,
                    struct diag *d) MUST_CHECK;
/* Is this just where the asset was seen, to the line? */
bool store_is_place(const struct store *st, uint32_t asset, const struct place *at);
int64_t store_target(const struct store *st, uint32_t target);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: current state, findings, history. One scan is one transaction, so that kill -9 at any
 * moment leaves the state before it or after it, never half.
 *
 *     store_open(location, DB_CREATE, &clock, &st, d)
 *     store_scan_begin(st, &scan, d)            lock, open transaction, scan row
 *     store_put_inventory(st, &inv, d)          assets, places, attributes, relations, values
 *     ... assess runs controls on store_db(st), prioritize scores ...
 *     store_put_runs(st, runs, n, d)            which controls ran
 *     store_put_findings(st, findings, n, d)    opens, keeps, reopens and closes findings
 *     store_put_risks(st, risks, n, d)
 *     store_scan_commit(st, &summary, d)        change log, chained digest, commit
 *
 * Presence: an asset or place of a scanned target that was not seen again becomes `gone` only when
 * its path was covered by this scan: an `examined` row stands at or above it, and no denied,
 * failed, partial, unsupported, skipped or not_looked row does. A skipped or not_looked row may
 * also name a rule: a glob over paths, or one part of a path (`node_modules`). A place whose member
 * is a commit of a history ("commit:0123456789ab") is covered by an `examined` row of that name
 * alone, whatever is said of its path.
 *
 * Views `place_seen`, `asset_seen` and `finding_seen` have the start of the last scan that covered
 * or reported it; no row is written again to say that it is still there. Ids persist: an asset that
 * the inventory knows under a new id but shares an alias or, for renamed files, the identity of the
 * content with a stored asset keeps the stored id; the new one becomes an alias. What is gone keeps
 * no attributes: its row of the change log tells them, and a scan does not get slower with all that
 * ever was. Findings close only with a cause: `fixed` (re-observed and passing), `gone` (asset
 * gone).
 */
#ifndef STANCE_STORE_STORE_H
#define STANCE_STORE_STORE_H

#include "base/clock.h"
#include "formats/doc.h"
#include "inventory/inventory.h"
#include "store/db.h"

struct store;

struct scan_target {
    struct str given;    /* as the user wrote it */
    struct str identity; /* origin URL, root commit or name: never an absolute path */
    struct str root;     /* absolute path on this machine; stored, never printed in a record */
};

struct scan_info {
    struct str program;   /* version of stance */
    struct str knowledge; /* version of the knowledge */
    struct str sandbox;   /* level reached */
    bool deterministic;
    const struct scan_target *targets;
    size_t n_targets;
    int64_t started_ms;
    bool part;         /* only a part of target 0 is looked at */
    struct str inputs; /* digest of all that the scan rests on beside the store; empty: unknown */
    struct str build;  /* of this very program; empty: write everything again */
};

struct finding {
    struct str id; /* 16 hex: control, asset id, place key */
    struct str control, category, title, reason;
    uint32_t asset;       /* index into the inventory */
    uint32_t place;       /* index into its places */
    struct str attribute; /* name of the attribute that decided, or empty: its place is shown */
    enum severity severity;
    enum verdict verdict; /* fail, excepted, unknown, error */
    struct str steps;     /* further evidence as JSON array, may be empty */
    int risk_tenths;      /* 0..1000; -1 not scored */
    int confidence_pct;
    struct str factors; /* JSON array of the score's reasons */
};

struct store_run_row {
    struct str control;
    uint64_t population, passed, failed, unknown, errors;
    uint64_t hidden;   /* items not examined that could have failed it */
    struct str digest; /* of the evidence, may be empty */
};

struct asset_risk {
    uint32_t asset;
    enum fact_state state;
    int score_tenths; /* -1: no score */
    enum band band;
    int confidence_pct;
    struct str factors; /* JSON */
};

struct scan_summary {
    int64_t finished_ms;
    int posture_low_tenths, posture_high_tenths; /* -1: not assessed */
    uint64_t assets, gaps;                       /* that it saw */
    uint64_t failed[SEVERITY_COUNT];             /* findings of verdict fail, by severity */
    uint64_t changes;                            /* out: rows written to the change log */
};

int store_open(const char *location, enum db_mode mode, const struct clock *clock,
               struct store **ret, struct diag *d) MUST_CHECK;
struct store *store_free(struct store *st);
/*
 * Large memory lies beside the store from now on (base/spill.h), where there is room for as much
 * again; with a server, where temporary files do; for ":memory:" and NULL in no file. To be called
 * where nothing forks until spill_close(), but workers that were made before. E_NOMEM.
 */
int store_spill(const char *location, struct diag *d) MUST_CHECK;
struct db *store_db(struct store *st);

int store_scan_begin(struct store *st, const struct scan_info *info, struct diag *d) MUST_CHECK;
int store_put_inventory(struct store *st, const struct inventory *inv, struct diag *d) MUST_CHECK;
/* Store ids of the inventory's rows, for code that reads SQL results back: valid after
 * store_put_inventory until commit, as long as the inventory lives. E_NOTFOUND when the id is not
 * of this scan. */
int store_asset_index(struct store *st, struct str asset_id, uint32_t *ret) MUST_CHECK;
int store_place_index(struct store *st, int64_t place_id, uint32_t *ret_asset,
                      uint32_t *ret_place) MUST_CHECK;
/*
 * Which controls ran, before store_put_findings: only the findings of a control that ran without an
 * error can close as fixed. Without this call the runs are read from the temporary table
 * control_verdict of the connection when it exists (assess/assess.h).
 */
int store_put_runs(struct store *st, const struct store_run_row *runs, size_t n,
                   struct diag *d) MUST_CHECK;
int store_put_findings(struct store *st, const struct finding *f, size_t n,
                       struct diag *d) MUST_CHECK;
int store_put_risks(struct store *st, const struct asset_risk *r, size_t n,
                    struct diag *d) MUST_CHECK;
int store_scan_commit(struct store *st, struct scan_summary *s, struct diag *d) MUST_CHECK;
void store_scan_abort(struct store *st);

/*
 * A scan that finds the facts of an earlier one, in a store that is still as that one left it,
 * would do nothing but say so. It can be recorded without doing anything else:
 *
 *     rc = store_repeat_begin(st, &info, &r, d)     E_NOTFOUND: the scan has to be made; nothing is
 *                                                   open. info.targets has no identities yet
 *     ... r.started_ms to info.started_ms: could time alone have changed a verdict? ...
 *     store_repeat_commit(st, &r, &summary, d)      or store_scan_abort
 *
 * As it left it: each scan since (settled) left every row of the current state as it was, and the
 * gaps of its targets as in the scan of them before. Whatever else changes the current state calls
 * store_touched() in the same transaction.
 */
struct store_repeat {
    int64_t scan, started_ms; /* that is repeated */
    struct scan_summary summary;
    struct str state; /* private */
};
int store_repeat_begin(struct store *st, const struct scan_info *info, struct store_repeat *ret,
                       struct diag *d) MUST_CHECK;
int store_repeat_commit(struct store *st, const struct store_repeat *r, struct scan_summary *s,
                        struct diag *d) MUST_CHECK;
int store_touched(struct db *db, struct diag *d) MUST_CHECK;
/* After each change of table `action`, in the same transaction: db check then knows its rows. */
int store_seal_actions(struct db *db, struct diag *d) MUST_CHECK;

/*
 * One side (old, new) of a row of the change log. That of an asset or place that is added or gone
 * carries the attributes that came or went with it, which have no rows of their own:
 *
 *     change_row_read(stmt_str(s, 2), &mem, &r)       memory of the arena
 *     node_each (&r.doc, r.attributes, it)
 *         change_row_attribute(&r, subject, id, it, &b)    "ASSET PLACE NAME", as attributes have
 */
struct change_row {
    struct str bare; /* without attributes */
    struct doc doc;  /* of all of it, when there are attributes */
    const struct node *attributes;
};
/* E_PARSE: no JSON; E_NOMEM. */
int change_row_read(struct str row, struct arena *a, struct change_row *ret) MUST_CHECK;
void change_row_attribute(const struct change_row *r, struct str subject, struct str id,
                          const struct node *attribute, struct buf *ret);

/* `stance db check`: integrity of the file, foreign keys, digest chain, change log replay against
 * the current state, and the digests over every row of every table. 0 sound; E_PARSE with the first
 * defect in the diag. */
int store_check(struct store *st, struct buf *report, struct diag *d) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the controls on the typed views of a store and turns rows into verdicts.
 *
 *     assess_run(store_db(st), NULL, 0, now, &arena, &result, d)   within an open scan, after
 *                                                                  store_put_inventory
 * The counts go on to store_put_runs.
 *
 * Verdicts of every kind, `pass` included, also stand in the temporary table
 * control_verdict(control, asset, place, verdict, severity, reason) of the connection, from which
 * reports read them; assess_derive() fills it again on a connection that did not scan. verdict and
 * severity are words of the registry.
 *
 * Severity: of `fail` rows the row's own or the control's, one step lower (never below low) when
 * the place has a label and the control does not keep it; `info` for unknown and error rows.
 */
#ifndef STANCE_ASSESS_ASSESS_H
#define STANCE_ASSESS_ASSESS_H

#include "assess/control.h"
#include "base/vec.h"
#include "store/db.h"

struct verdict_row {
    const struct control *control;
    struct str asset; /* id */
    int64_t place;    /* place id of the store, 0 none */
    enum verdict verdict;
    enum severity severity;
    struct str reason;
};

struct control_run {
    const struct control *control;
    uint64_t population, passed, failed, unknown, errors;
    uint64_t hidden;   /* items not examined that a collector of its inputs would have read */
    struct str digest; /* SHA-256 of its rows, hex */
    struct str error;  /* first engine message, may be empty */
};

struct assessment {
    struct {
        VEC(struct verdict_row);
    } rows; /* sorted by control, asset, place */
    struct {
        VEC(struct control_run);
    } runs; /* one a control */
};

/* `controls` NULL: the built-in ones whose inputs are collected. Runs on any engine. E_NOMEM, E_IO;
 * a control's own failure is a row with verdict `error`. */
int assess_run(struct db *db, const struct control *controls, size_t n, int64_t now_ms,
               struct arena *a, struct assessment *ret, struct diag *d) MUST_CHECK;
int assess_derive(struct db *db, int64_t now_ms, struct diag *d) MUST_CHECK;
/* Would the built-in controls say the same at both times, when nothing but the time is another? */
int assess_lasts(struct db *db, int64_t from_ms, int64_t to_ms, bool *ret,
                 struct diag *d) MUST_CHECK;
void assessment_done(struct assessment *r);

#endif

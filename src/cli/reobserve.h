/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking again at the place of a finding: the only way in which one is ever closed. Shared by fix
 * and verify.
 *
 *     reobserve(in, &settings, &subject, d)       one turn of the loop on that path
 *     reobserve_outcome(db, id, since, &out, d)   what it means for one finding
 */
#ifndef STANCE_CLI_REOBSERVE_H
#define STANCE_CLI_REOBSERVE_H

#include "cli/observe.h"
#include "remediate/fix.h"

enum outcome {
    OUTCOME_FIXED,   /* read again, and its control passes */
    OUTCOME_GONE,    /* its place or asset is not there any more */
    OUTCOME_OPEN,    /* still there */
    OUTCOME_UNKNOWN, /* could not be told */
};
extern const char *const OUTCOME_NAMES[];

struct verified {
    enum outcome outcome;
    struct fix_subject subject;
    struct str reason; /* why it is open or unknown */
    bool name_target;  /* findings of several targets are shown together */
};

/* What has to be read again to judge a finding: its file, or the whole target (empty) where the
 * control looks at other files, too. */
struct str reobserve_path(const struct fix_subject *subject);
/* Settings as observe_settings made them. The store must not be held in a transaction. `path`
 * empty: the whole target. E_NOTFOUND when the target is not on this machine any more. */
int reobserve(struct invocation *in, const struct loop_options *settings,
              const struct fix_subject *subject, struct str path, struct diag *d) MUST_CHECK;
/* `clock` of the run: a finding that was not seen by it is unknown. */
int reobserve_outcome(struct db *db, struct str finding, const struct clock *clock, struct arena *a,
                      struct verified *ret, struct diag *d) MUST_CHECK;
/* "fixed      AISPM-MCP-003  .mcp.json  /mcpServers/files", or one JSON object. */
void reobserve_print(struct invocation *in, const struct verified *v, bool json);
int reobserve_status(enum outcome worst);

#endif

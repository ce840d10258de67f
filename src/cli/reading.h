/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands that read a store share: their options, the opened store and the view.
 *
 *     struct reading r;
 *     rc = reading_open(in, &r, d);          --db, --kind, --owner, ... as far as the table has
 * them
 *     ... r.view ...
 *     reading_done(&r);
 */
#ifndef STANCE_CLI_READING_H
#define STANCE_CLI_READING_H

#include "cli/options.h"
#include "report/report.h"

#define OPTION_ALL_TARGETS                                                                         \
    {                                                                                              \
        .name = "all", .letter = 'a', .type = OPT_FLAG,                                            \
        .help = "every target of the store, not only those of the latest scan"                     \
    }
#define OPTION_KIND                                                                                \
    {                                                                                              \
        .name = "kind", .letter = 'k', .type = OPT_STRING, .argument = "KIND",                     \
        .help = "only assets of this kind, such as mcp_server or model_file"                       \
    }
#define OPTION_OWNER                                                                               \
    {                                                                                              \
        .name = "owner", .letter = 'o', .type = OPT_STRING, .argument = "NAME",                    \
        .help = "only what this owner has; \"none\": what nobody owns"                             \
    }
#define OPTION_SEVERITY                                                                            \
    {                                                                                              \
        .name = "severity", .letter = 's', .type = OPT_CHOICE, .argument = "LEVEL",                \
        .choices = "info|low|medium|high|critical", .initial = "info",                             \
        .help = "lowest severity to show"                                                          \
    }
#define OPTION_STATUS                                                                              \
    {                                                                                              \
        .name = "status", .type = OPT_CHOICE, .argument = "STATUS",                                \
        .choices = "active|open|reopened|fixed|gone|all", .initial = "active",                     \
        .help = "which findings; active is open and reopened"                                      \
    }
#define OPTION_CONTROL                                                                             \
    {                                                                                              \
        .name = "control", .letter = 'c', .type = OPT_STRING, .argument = "ID",                    \
        .help = "only findings of this control"                                                    \
    }
#define OPTION_EVIDENCE                                                                            \
    {                                                                                              \
        .name = "evidence", .type = OPT_CHOICE, .argument = "AMOUNT", .choices = "sample|all",     \
        .initial = "sample", .help = "places to print for each asset and value"                    \
    }
#define OPTION_TABLE_FORMAT                                                                        \
    {                                                                                              \
        .name = "format", .letter = 'f', .type = OPT_CHOICE, .argument = "NAME",                   \
        .choices = "table|json|csv", .initial = "table", .help = "how to print"                    \
    }

struct store;
struct reading {
    struct store *store;
    struct view view;
};

/* E_NOTFOUND with the remedy when there is no store. */
int reading_open(struct invocation *in, struct reading *ret, struct diag *d) MUST_CHECK;
void reading_done(struct reading *r);
/* The view that the options ask for; `db` may be NULL. E_USAGE: unknown kind. */
int reading_view(struct invocation *in, struct db *db, struct view *ret, struct diag *d) MUST_CHECK;

/* Whether `stance fix` has an action for a control. */
bool control_is_fixable(struct str control);

/* The id that a person means: an asset, an alias of one, or a finding, in full or by a beginning
 * that only one has. *ret_finding: it is a finding. E_NOTFOUND, E_USAGE (ambiguous). */
int reading_resolve(struct reading *r, struct str word, struct arena *a, struct str *ret_id,
                    bool *ret_finding, struct diag *d) MUST_CHECK;

#endif

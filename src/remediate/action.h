/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remediation: one file an action in actions/, named in actions/LIST. An action turns one finding
 * into an edit of one file, as bytes; the engine (remediate/fix.h) does the rest, always in this
 * order:
 *
 *     plan      read the file, check that it still shows the finding, compute the new bytes
 *     show      unified diff on the terminal
 *     apply     backup (0600, in the state folder, digest recorded), write a temporary file beside
 *               the original, fsync, keep mode and owner, rename
 *     verify    re-observe that place and run the control again: only then is the finding fixed
 *     roll back restore the backup bit for bit, refuse when the file was changed meanwhile
 *
 * An edit changes the smallest range of bytes; the rest of the file, its line ends and comments
 * stay as they are. Nothing outside the target's root is written; links are refused.
 *
 * An action runs in a sandboxed worker, for it parses foreign bytes; the engine parses its result
 * again before anything is shown.
 */
#ifndef STANCE_REMEDIATE_ACTION_H
#define STANCE_REMEDIATE_ACTION_H

#include "catalog/catalog.h"
#include "formats/doc.h"

struct edit_request {
    struct str path;    /* in the target */
    struct str text;    /* current bytes of the file */
    struct str pointer; /* place of the finding */
    struct str control;
    struct str version; /* --to VERSION, or empty */
    struct arena *arena;
    const struct doc *doc; /* text, parsed; NULL: not a document that can be edited */
    enum doc_format format;
    const struct catalog *catalog;
};

struct edit {
    size_t from, to; /* bytes of text that are replaced */
    struct str with;
    struct str summary; /* "fix the version of @scope/name to 1.2.3" */
};

struct action {
    const char *name, *title;
    const char *const *controls; /* controls it can answer, NULL-terminated */
    bool wants_version;          /* the engine looks for one where --to is not given */
    /* E_NOTFOUND: the finding is not there any more; E_USAGE: needs --to; E_UNSUPPORTED. */
    int (*plan)(const struct edit_request *rq, struct edit *ret, struct diag *d);
};
extern const struct action *const ACTIONS[];
extern const int ACTION_COUNT;

const struct action *action_find(struct str name);
/* The action that answers a control, NULL: none. */
const struct action *action_of(struct str control);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue in use: what is built in, and the packs of the data folder on top of it, in the
 * order of their names ($XDG_DATA_HOME/stance/packs/NAME/entries/ID.yaml; catalog/pack.h). A later
 * pack replaces entries of an earlier one. A pack that does not fit is an error: a scan without it
 * would say less than the one before.
 *
 *     const struct catalog *c;
 *     if ((rc = knowledge_in_use(in, &c, d)))       valid until the command ends
 *         return rc;
 */
#ifndef STANCE_CLI_KNOWLEDGE_H
#define STANCE_CLI_KNOWLEDGE_H

#include "catalog/pack.h"
#include "cli/command.h"

#define KNOWLEDGE_PACKS 64u

struct knowledge {
    bool read;
    struct pack packs[KNOWLEDGE_PACKS];
    struct catalog_build builds[KNOWLEDGE_PACKS]; /* each extends the one before */
    const char *names[KNOWLEDGE_PACKS];
    size_t n;
};

int knowledge_in_use(struct invocation *in, const struct catalog **ret, struct diag *d) MUST_CHECK;
/* Folder of the packs, not made; NULL: neither XDG_DATA_HOME nor HOME says where. */
const char *knowledge_folder(struct arena *a);
void knowledge_done(struct knowledge *k);

#endif

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
 *
 * Whatever is wrong with a pack, a bundle, its key or its signature ends with EXIT_FAILED.
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

/* A pack that is not in the data folder, or not yet. */
struct knowledge_trial {
    const char *name; /* it takes the place of the pack of this name; NULL: it comes last */
    const struct catalog_source *files;
    size_t n;
};

int knowledge_in_use(struct invocation *in, const struct catalog **ret, struct diag *d) MUST_CHECK;
/* With this pack in its place. *ret: its index in in->knowledge->builds. */
int knowledge_with(struct invocation *in, const struct knowledge_trial *t, size_t *ret,
                   struct diag *d) MUST_CHECK;
/* What the build at `index` extends. */
const struct catalog *knowledge_below(const struct knowledge *k, size_t index);
/* Folder of the packs, not made; NULL: neither XDG_DATA_HOME nor HOME says where. */
const char *knowledge_folder(struct arena *a);
/* The code of a pack that is wrong: that a name exists, or a file does not, is no mistake of who
 * typed the command. */
int knowledge_error(int rc);
void knowledge_done(struct knowledge *k);

#endif

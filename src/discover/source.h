/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source finds the items of one target. It works in units (one part of a folder, one chunk of a
 * tree) that any lane may do, and gives each item to the lane that found it; it never reads
 * content itself. One file in sources/, a const descriptor on top, its name in sources/LIST.
 *
 * The order in which items come does not matter: the run sorts what they said.
 */
#ifndef STANCE_DISCOVER_SOURCE_H
#define STANCE_DISCOVER_SOURCE_H

#include <sys/stat.h>

#include "discover/lane.h"

struct source {
    const char *id, *title;
    bool stamps; /* its items are files whose stamps tell whether they changed (cache.h) */
    bool (*accepts)(const struct discover_options *o, const struct target *t,
                    const struct stat *st);
    int (*open)(const struct discover_options *o, uint32_t target, void **ret_state,
                struct diag *d);
    /* One unit, called by all lanes at once. 1: done, come again; 0: nothing is left, nor will be;
     * negative: the target as a whole failed. May wait for what other lanes are doing. */
    int (*work)(void *state, struct lane *l, struct diag *d);
    /* Lanes that wait in `work` shall return: the run ends early. */
    void (*stop)(void *state);
    /* Coverage rows that are not about one item (rules, links, special files); then release.
     * `report` NULL: release only. */
    int (*close)(void *state, struct discover_report *report);
};

extern const struct source *const SOURCES[];
extern const int SOURCE_COUNT;

#endif

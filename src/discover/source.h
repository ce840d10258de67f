/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source lists the items of one target in path order (bytes; a folder sorts as its name and '/')
 * and opens each one; it never reads content. One file in sources/, a const descriptor on top, its
 * name in sources/LIST.
 */
#ifndef STANCE_DISCOVER_SOURCE_H
#define STANCE_DISCOVER_SOURCE_H

#include <sys/stat.h>

#include "discover/discover.h"

struct source_item {
    struct str path; /* valid until the next call */
    uint64_t size;
    uint32_t mode;             /* st_mode; of a refused item its type alone */
    int fd;                    /* owned by the caller; -1: could not be opened, see state */
    enum coverage_state state; /* EXAMINED when fd is open */
    char reason[160];
};

struct source {
    const char *id, *title;
    bool (*accepts)(const struct stat *st);
    int (*open)(const struct discover_options *o, uint32_t target, void **ret_state,
                struct diag *d);
    /* 1: an item, 0: end, negative: the target as a whole failed. */
    int (*next)(void *state, struct source_item *ret, struct diag *d);
    /* Coverage rows that are not about one item (rules, links, special files); then release. */
    int (*close)(void *state, struct discover_report *report);
};

extern const struct source *const SOURCES[];
extern const int SOURCE_COUNT;

#endif

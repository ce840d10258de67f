/* SPDX-License-Identifier: Apache-2.0 */
/* Private to monitor/: the watches of a tree and the changes that were heard. */
#ifndef STANCE_MONITOR_WATCH_INTERNAL_H
#define STANCE_MONITOR_WATCH_INTERNAL_H

#include "base/vec.h"
#include "monitor/watch.h"

struct watched {
    int wd;
    uint32_t target;
    struct str path; /* below the target, in watch.mem */
};

/* What was heard of one target and not told yet. */
struct heard {
    bool any, all, overflow;
    struct buf path;
};

struct watch {
    const struct watch_options *options;
    int fd;
    struct arena mem;
    struct {
        VEC(struct watched);
    } folders;              /* sorted by wd: the kernel counts upwards */
    struct heard *heard;    /* one a target */
    bool blind, stale;      /* stale: paths of folders are not what they were */
    uint64_t next_interval; /* clock_ticks */
};

/* Watch a folder and all below it that a scan would enter. What is gone meanwhile is no error. */
int watch_add_tree(struct watch *w, uint32_t target, struct str path, struct diag *d) MUST_CHECK;
int watch_lay(struct watch *w, struct diag *d) MUST_CHECK; /* all targets anew */
const struct watched *watch_find(const struct watch *w, int wd);
/* Take the events that wait into `heard`. */
int watch_hear(struct watch *w, struct diag *d) MUST_CHECK;
void heard_add(struct heard *h, struct str path);

#endif

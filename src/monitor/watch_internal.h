/* SPDX-License-Identifier: Apache-2.0 */
/* Private to monitor/: the watches of a tree and the changes that were heard. */
#ifndef STANCE_MONITOR_WATCH_INTERNAL_H
#define STANCE_MONITOR_WATCH_INTERNAL_H

#include "base/vec.h"
#include "monitor/watch.h"

struct watched {
    int wd;
    uint32_t target;
    bool shut;  /* what it holds was passed by when it was listed */
    char *path; /* below the target; NULL: the folder is gone */
};

/* What was heard of one target and not told yet. */
struct heard {
    bool any, all, overflow;
    int above; /* watch of the folder that holds the target; -1: none */
    struct buf path;
};

struct watch {
    const struct watch_options *options;
    int fd, above; /* of inotify: folders of targets, folders that hold a target */
    struct {
        VEC(struct watched);
    } folders;           /* sorted by wd: the kernel counts upwards */
    size_t gone;         /* of these, without a path */
    struct heard *heard; /* one a target */
    bool blind, stale;   /* stale: paths of folders are not what they were */
    bool part, whole;    /* told: a part since all was; all at last */
    /* clock_ticks: */
    uint64_t next_interval, told, last_event, first_part, cost; /* cost: of the last whole look */
    uint64_t again_at, pause;                                   /* after a failure; 0: none */
};

/* Watch a folder and all below it that a scan would enter. What is gone meanwhile is no error. */
int watch_add_tree(struct watch *w, uint32_t target, struct str path, struct diag *d) MUST_CHECK;
int watch_lay(struct watch *w, struct diag *d) MUST_CHECK; /* all targets anew */
struct watched *watch_find(const struct watch *w, int wd);
void watch_forget(struct watch *w, int wd); /* the kernel dropped it */
void watch_drop_all(struct watch *w);
/* Take the events that wait into `heard`. */
int watch_hear(struct watch *w, struct diag *d) MUST_CHECK;
void heard_add(struct heard *h, struct str path);

#endif

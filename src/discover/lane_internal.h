/* SPDX-License-Identifier: Apache-2.0 */
/* Private to discover/: what a lane holds, shared by lane.c and the run that owns the lanes. */
#ifndef STANCE_DISCOVER_LANE_INTERNAL_H
#define STANCE_DISCOVER_LANE_INTERNAL_H

#include <stdatomic.h>

#include "base/vec.h"
#include "discover/lane.h"
#include "discover/request.h"

/* Bytes shared with a worker: contents of a batch and its table. */
#define ROOM_BYTES ((size_t)1 << 20)
/* Larger files are passed as descriptors. */
#define SMALL_BYTES ((uint64_t)256 << 10)
/* A batch is asked about when it holds this much, so that all lanes have something to do. */
#define BATCH_ITEMS 128u
#define BATCH_BYTES ((size_t)512 << 10)

/* An item that said something. Texts live in the lane's arena until the run is over. */
struct result {
    uint32_t target, mode;
    int code; /* 0, or why there are no facts */
    enum coverage_state state;
    struct str path, frame, reason;
    uint64_t size;
};

/* An item of the batch in the making. */
struct batched {
    struct asked asked; /* the path in `names`, the bytes in the room */
    struct file_stamp stamp;
};

/* Written by the lane, read by whoever shows progress. */
struct lane_counts {
    _Atomic uint64_t files, bytes, folders, assets;
};

struct lane {
    const struct discover_options *options;
    struct sandbox *sandbox;
    struct cache *cache; /* of the current target, or NULL */
    struct worker workers[ROLE_COUNT];
    bool has[ROLE_COUNT];
    struct lane_folders {
        struct lane_folder {
            dev_t dev;
            ino_t ino;
        } v[WORKER_FOLDERS_MAX];
        size_t n;
    } folders[ROLE_COUNT]; /* what each worker was given, and keeps open */

    struct batch batch;
    struct arena names;
    struct {
        VEC(struct batched);
    } items;
    struct buf reply, request;

    struct arena mem;
    struct {
        VEC(struct result);
    } results;
    struct discover_count *counts; /* one a target */
    struct lane_counts shown;
    struct discover_stats stats;
    unsigned workers_lost;
    bool watchdog; /* time ended a worker: another run may say something else */
    const atomic_bool *stop;
    int error;
    struct diag diag;
};

int lane_init(struct lane *l, const struct discover_options *o, struct sandbox *sb,
              const atomic_bool *stop) MUST_CHECK;
/* lane_worker.c */

/* A worker of this role that lives and has these folders. Anything but 0 ends the run. */
int lane_worker(struct lane *l, enum worker_role role, const int *folders, size_t n,
                struct diag *d) MUST_CHECK;
/* One call of the worker that is there. *ret_late: it died because its time was up. */
int lane_ask_once(struct lane *l, enum worker_role role, struct str request, int fd,
                  struct buf *reply, bool *ret_late, struct diag *d) MUST_CHECK;
/* A call, with another worker when this one dies; lane_ended when there is none. The batch in the
 * making must be empty, or moved: its room may go with a worker of ROLE_ITEMS that dies. */
int lane_ask(struct lane *l, enum worker_role role, const int *folders, size_t n_folders,
             struct str request, int fd, struct buf *reply, struct diag *d) MUST_CHECK;

/* Workers are ended; results stay until lane_done. */
void lane_rest(struct lane *l);
void lane_done(struct lane *l);

#endif

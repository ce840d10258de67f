/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `--stats`: where the time and the memory of one turn of the loop went, as aligned text on the
 * error stream. For people, in a fixed order; never part of a record.
 *
 *     time            ms   share
 *       discover     812  81.2 %
 *       ...
 *       total      1,000
 *     read            12,345 files (15,203/s), 1.2 GiB (1.5 GiB/s), 1,204 folders
 *     workers         ...
 */
#ifndef STANCE_CLI_STATS_H
#define STANCE_CLI_STATS_H

#include "cli/command.h"
#include "loop/loop.h"

/* `store_bytes` 0: the store is in memory, or its size is not known. */
void stats_write(struct buf *out, const struct loop_result *r, uint64_t store_bytes);
/* The same on in->err, when --stats was given; `location` of the store. */
void stats_print(struct invocation *in, const struct loop_result *r, const char *location);
/* One warning on in->err when facts of unchanged files could not be kept: the next scan reads them
 * all. */
void stats_warn(struct invocation *in, const struct loop_result *r);

#endif

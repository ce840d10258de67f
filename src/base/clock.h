/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time for results comes from one injected clock, read once when a command starts and fixed by
 * SOURCE_DATE_EPOCH (seconds), so that equal input gives equal bytes. Units: milliseconds since
 * 1970-01-01 UTC. Measuring durations uses clock_ticks (monotonic), which never shows in results.
 */
#ifndef STANCE_BASE_CLOCK_H
#define STANCE_BASE_CLOCK_H

#include "base/buf.h"

struct diag;

struct clock {
    int64_t now_ms;
};

/* E_PARSE when SOURCE_DATE_EPOCH is not a number of seconds in years 1970 to 9999. */
int clock_init(struct clock *c, struct diag *d) MUST_CHECK;
uint64_t clock_ticks(void); /* nanoseconds, monotonic */

/* RFC 3339 in UTC: 2026-11-23T02:37:58Z; milliseconds only when not zero. Times outside the years
 * 0 to 9999, which it cannot write, become the nearest one it can. */
void buf_add_time(struct buf *b, int64_t ms);
/* The reverse; also accepts a bare date (midnight UTC), numeric offsets, a space for the T, and any
 * number of decimals (cut to milliseconds). E_PARSE otherwise. */
int time_parse(struct str s, int64_t *ret_ms) MUST_CHECK;
/* "30d", "12h", "90m", "45s" to milliseconds. E_PARSE otherwise. */
int duration_parse(struct str s, int64_t *ret_ms) MUST_CHECK;

#endif

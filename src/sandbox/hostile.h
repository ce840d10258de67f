/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Test aid: a handler that does what a request names, most of it forbidden. A request is a name,
 * then optionally a space and an argument. A deed that the system refused answers
 * "denied ERRNO", one that worked "ok RESULT"; deeds on the protocol answer what they please.
 */
#ifndef STANCE_SANDBOX_HOSTILE_H
#define STANCE_SANDBOX_HOSTILE_H

#include "sandbox/sandbox_internal.h"

struct attack {
    const char *name;
    int (*run)(int64_t arg, int fd); /* -1 with errno, or anything else for success */
    enum { FAILS, ENDS } end;        /* of a worker whose level is at least seccomp */
};

extern const struct attack attacks[];
extern const size_t n_attacks;

int hostile_handler(void *ctx, struct str request, int fd, struct buf *reply);

/* Generous limits around the handler above. */
struct sandbox_config hostile_config(void);
/* worker_call with a NUL-terminated request. */
int hostile_call(struct worker *w, const char *request, int fd, struct buf *reply, struct diag *d);
/* The level this machine can give. */
enum sandbox_level hostile_best(void);

#endif

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

/* The same for files, in hostile_files.c: `dir` is the last folder of the worker. */
struct file_attack {
    const char *name;
    int (*run)(int dir, const char *path);
    enum { LOOKS, READS, WRITES } kind;
};

extern const struct file_attack file_attacks[];
extern const size_t n_file_attacks;

/* Crashes, hangs and lies, by name; in hostile_protocol.c. */
int hostile_misbehave(struct str name, int64_t arg, struct buf *reply);
int hostile_files(void *ctx, const struct worker_request *request, struct buf *reply);
int hostile_handler(void *ctx, const struct worker_request *request, struct buf *reply);

/* Generous limits around the handler above, for two classes that differ in what they may see. */
enum { HOSTILE_PLAIN, HOSTILE_FOLDERS, HOSTILE_CLASSES };
struct hostile {
    struct worker_class class[HOSTILE_CLASSES];
    struct sandbox_config config; /* points to the classes */
};
void hostile_init(struct hostile *h);
/* worker_call with a NUL-terminated request. */
int hostile_call(struct worker *w, const char *request, int fd, struct buf *reply, struct diag *d);
/* Run all tests; once more as an ordinary user when this is root. The number that failed. */
int hostile_run(int (*run)(void));
/* The level this machine can give. */
enum sandbox_level hostile_best(void);

#endif

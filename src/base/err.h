/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Result codes. A fallible function returns 0, or one negative code that callers branch on; the
 * words travel in a `struct diag` (base/diag.h). At most sixteen codes exist on purpose.
 */
#ifndef STANCE_BASE_ERR_H
#define STANCE_BASE_ERR_H

enum err {
    OK = 0,
    E_NOMEM = -1,       /* memory ran out */
    E_IO = -2,          /* the operating system reported a failure */
    E_PARSE = -3,       /* input does not follow its format */
    E_LIMIT = -4,       /* a limit (bytes, depth, items, steps) was reached */
    E_NOTFOUND = -5,    /* the named thing does not exist */
    E_EXISTS = -6,      /* the named thing exists already */
    E_DENIED = -7,      /* permission was refused */
    E_UNSUPPORTED = -8, /* recognised, but there is no reader for it */
    E_TIMEOUT = -9,     /* a time limit passed */
    E_CONFLICT = -10,   /* somebody else holds or changed it */
    E_CANCELLED = -11,  /* the user asked to stop */
    E_USAGE = -12,      /* the caller's arguments make no sense */
    E_BUG = -13,        /* our own mistake */
};

/* Short lower-case name of a code ("parse", "not-found"), for messages and coverage reasons. */
const char *err_name(int code);

/* The code that fits an errno value: ENOENT is E_NOTFOUND, EACCES and EPERM are E_DENIED; so on for
 * those that have a code of their own, else E_IO. */
int err_from_errno(int errno_value);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides the name of each result code and which code an errno value is. */
#include <errno.h>

#include "base/compiler.h"
#include "base/err.h"

static const char *const names[] = {
    "ok",     "no-memory",   "io",      "parse",    "limit",     "not-found", "exists",
    "denied", "unsupported", "timeout", "conflict", "cancelled", "usage",     "bug",
};

const char *err_name(int code)
{
    if (code > 0 || code <= -(int)ARRAY_LEN(names))
        return "unknown";
    return names[-code];
}

int err_from_errno(int errno_value)
{
    switch (errno_value) {
    case ENOENT:
    case ENOTDIR: return E_NOTFOUND;
    case EACCES:
    case EPERM:
    case EROFS: return E_DENIED;
    case EEXIST: return E_EXISTS;
    case ENOMEM: return E_NOMEM;
    case ETIMEDOUT: return E_TIMEOUT;
    case ECANCELED: return E_CANCELLED;
    default: return E_IO;
    }
}

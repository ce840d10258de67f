/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files are those of the program itself. */
#include "discover/own.h"

static bool is_end(struct str rest)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_eq_z(rest, ends[i]))
            return true;
    return false;
}

bool own_holds(const struct str *own, size_t n, struct str path)
{
    for (size_t i = 0; i < n; i++) {
        if (!own[i].n || !str_starts(path, own[i]))
            continue;
        struct str rest = str_sub(path, own[i].n, path.n);
        if (is_end(rest) || rest.p[0] == '/')
            return true;
    }
    return false;
}

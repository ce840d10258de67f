/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files are those of the program itself. */
#include "discover/own.h"

#define DIGEST_DIGITS 64u

static bool is_end(struct str rest)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_eq_z(rest, ends[i]))
            return true;
    return false;
}

/* "DIGEST" and "DIGEST.RANDOM.new": cache.h. */
static bool is_cache_file(struct str name)
{
    size_t n = 0;
    while (n < name.n &&
           ((name.p[n] >= '0' && name.p[n] <= '9') || (name.p[n] >= 'a' && name.p[n] <= 'f')))
        n++;
    return n == DIGEST_DIGITS && (n == name.n || name.p[n] == '.') &&
           str_chr(name, '/', n) == SIZE_MAX;
}

static bool holds(struct str own, struct str path)
{
    if (str_eq_z(own, "/")) /* the target is the folder of the cache */
        return is_cache_file(str_sub(path, str_starts(path, own) ? 1 : 0, path.n));
    if (!own.n || !str_starts(path, own))
        return false;
    struct str rest = str_sub(path, own.n, path.n);
    return str_ends(own, STR("/")) ? is_cache_file(rest) : is_end(rest);
}

bool own_holds(const struct str *own, size_t n, struct str path)
{
    for (size_t i = 0; i < n; i++)
        if (holds(own[i], path))
            return true;
    return false;
}

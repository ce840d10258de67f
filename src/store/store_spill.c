/* SPDX-License-Identifier: Apache-2.0 */
/* Decides in which folder large memory lies while a store is written or read. */
#include <stdlib.h>

#include "base/path.h"
#include "base/spill.h"
#include "store/store_internal.h"

int store_spill(const char *location, struct diag *d)
{
    AUTO(arena) a = ARENA(0);
    struct str at = str_z(location ? location : ":memory:"), folder = path_dir(at);
    const char *temporary = getenv("TMPDIR"), *z;

    if (str_eq_z(at, ":memory:")) {
        spill_open(NULL);
        return 0;
    }
    if (str_has(at, STR("://")))
        folder = str_z(temporary && *temporary ? temporary : "/var/tmp");
    else if (!folder.n)
        folder = str_starts(at, STR("/")) ? STR("/") : STR(".");
    z = arena_z(&a, folder);
    if (!z)
        return store_nomem(d);
    spill_open(z);
    return 0;
}

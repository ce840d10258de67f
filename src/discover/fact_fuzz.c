/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from a worker are hostile: reading any bytes ends well, and what is read writes back. */
#include "discover/fact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a = ARENA(64u << 20);
    AUTO(buf) again = BUF_INIT;
    struct facts f;
    struct diag d = {0};
    struct str path = STR("folder/path");
    if (fact_read(str_n(data, size), 0, &path, &a, &f, &d))
        return 0;
    fact_write(&f, &again);
    struct facts second;
    path = STR("folder/path");
    if (fact_read(buf_str(&again), 0, &path, &a, &second, &d) || second.n != f.n)
        __builtin_trap();
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A normal form is its own normal form, and no longer than the address. */
#include <stdint.h>

#include "inventory/observation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(buf) once = BUF_INIT;
    AUTO(buf) twice = BUF_INIT;
    url_normalise(str_n(data, size), &once);
    url_normalise(buf_str(&once), &twice);
    if (!str_eq(buf_str(&once), buf_str(&twice)) || once.n > size)
        __builtin_trap();
    return 0;
}

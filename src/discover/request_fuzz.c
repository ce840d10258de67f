/* SPDX-License-Identifier: Apache-2.0 */
/* A hostile worker's answers, and damaged requests: read to the end or refused. */
#include "discover/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame f = {.rest = str_n(data, size)};
    struct request r;
    struct asked it;
    while (!f.failed && f.rest.n)
        answer_get(&f);
    if (request_read(str_n(data, size), &r))
        return 0;
    while (request_next(&r, &it) == 1)
        continue;
    return 0;
}

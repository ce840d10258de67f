/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what one parser may spend on one input when nobody said otherwise. */
#include "base/limits.h"

struct limits limits_default(void)
{
    return (struct limits){
        .bytes = 64u << 20,
        .depth = 128,
        .items = 4u << 20,
        .string_bytes = 16u << 20,
        .memory = 256u << 20,
    };
}

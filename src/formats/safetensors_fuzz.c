/* SPDX-License-Identifier: Apache-2.0 */
/* Decides nothing: feeds headers to the safetensors reader. */
#include "formats/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a = ARENA(16 << 20);
    struct limits lim = limits_default();
    struct safetensors st;
    struct diag d = {0};
    if (safetensors_parse(str_n(data, size), 64, &lim, &a, &st, &d))
        return 0;
    if (st.n_dtypes > st.tensors || (st.fault_node && !st.fault))
        __builtin_trap();
    return 0;
}

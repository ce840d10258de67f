/* SPDX-License-Identifier: Apache-2.0 */
/* Decides nothing: feeds texts to the search for hidden characters. */
#include "match/hidden_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a = ARENA(1 << 20);
    struct hidden_text h;
    if (hidden_text_scan(str_n(data, size), &a, &h))
        return 0;
    bool bad = h.text.n > HIDDEN_TEXT_MAX || (h.runs && h.first >= size) ||
               (h.runs == 0) != (h.kind == HIDDEN_NONE);
    if (bad)
        __builtin_trap();
    return 0;
}

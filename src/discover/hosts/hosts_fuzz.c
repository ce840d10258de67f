/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any text breaks the reader of addresses. The first byte chooses the kind of file;
 * every ".com" and ":1" in the text is taken for a literal of the catalogue. */
#include "discover/hosts/hosts.h"

static const char *const PATHS[] = {"a.py", "a.ts",   "a.rb",    "a.yaml", ".env",
                                    "a.sh", "a.json", "a.ipynb", "a.tf",   "a.conf"};
#define SPOTS 64

static void check(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct host_spot spots[SPOTS] = {0};
    size_t n = 0;
    if (!size)
        return 0;
    struct str path = str_z(PATHS[data[0] % ARRAY_LEN(PATHS)]), text = str_n(data + 1, size - 1);
    for (size_t at = 0; n < SPOTS && at < text.n; at++) {
        struct str rest = str_sub(text, at, text.n), neighbour;
        bool host = str_starts(rest, STR(".com")), port = str_starts(rest, STR(":1"));
        size_t end = at + (host ? 4 : 2);
        if ((host && host_spot_read(text, at, end, &spots[n])) ||
            (port && host_spot_local(text, at, end, &spots[n], &neighbour))) {
            check(spots[n].from <= spots[n].start && spots[n].start <= spots[n].end);
            check(spots[n].end <= text.n && spots[n].n <= HOST_NAME_BYTES);
            n += !n || spots[n].from >= spots[n - 1].from;
        }
        if (rest.p[0] == 'A')
            variable_is_set(path, text, at, at + 1);
    }
    host_spots_judge(path, text, spots, n);
    return 0;
}

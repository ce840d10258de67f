/* SPDX-License-Identifier: Apache-2.0 */
/* Decides nothing: feeds command lines to the launcher reader. */
#include "base/err.h"
#include "discover/servers/launcher.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a = ARENA(1 << 20);
    struct shell_words argv = {0};
    struct launch l;
    if (shell_split(str_n(data, size), SHELL_POSIX, 0, &a, &argv))
        return 0;
    if (launcher_parse(argv.v, argv.n, &a, &l))
        return 0;
    if (l.package.n && str_chr(l.package, ':', 0) == SIZE_MAX)
        __builtin_trap();
    return 0;
}

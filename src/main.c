/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the process starts and ends; everything else is in cli/. */
#include <signal.h>

#include "base/log.h"
#include "base/str.h"
#include "cli/command.h"

int main(int argc, char **argv)
{
    const char *level = getenv("STANCE_LOG");
    if (level && str_eq(str_z(level), STR("debug")))
        log_set_level(LOG_DEBUG);
    /* A reader that goes away (`stance findings | head`) is an error of writing, not a death. */
    signal(SIGPIPE, SIG_IGN);
    /* As is a file that may not grow. */
    signal(SIGXFSZ, SIG_IGN);
    return cli_main(argc, argv, stdout, stderr);
}

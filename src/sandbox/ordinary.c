/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a test runs once more without the rights of root. */
#include <grp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/hostile.h"

enum { NOBODY = 65534 };

static int drop(void)
{
    if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
        setresuid(NOBODY, NOBODY, NOBODY))
        return -1;
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* a leak checker looks at its own process */
}

static _Noreturn void run_dropped(int (*run)(void))
{
    if (drop()) {
        perror("cannot become an ordinary user");
        _exit(1);
    }
    printf("as an ordinary user:\n");
    int failed = run();
    fflush(NULL);
    _exit(failed ? 1 : 0);
}

int hostile_run(int (*run)(void))
{
    int status = 0;
    if (geteuid() == 0) {
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0)
            run_dropped(run);
        if (pid < 0 || waitpid(pid, &status, 0) != pid)
            status = 1;
    }
    return run() + (status != 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests that need a folder of files. Include after cmocka.h.
 *
 *     char folder[64];
 *     test_folder_begin(folder, sizeof(folder), "scale")      /tmp/stance-scale.XXXXXX
 *     test_put(fd, "a/b.json", STR("{}"));                    folders on the way are there already
 *     test_folder_end(folder)                                 with all that is in it; 0: it is gone
 */
#ifndef STANCE_BASE_TESTING_H
#define STANCE_BASE_TESTING_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

static inline int test_folder_begin(char *ret, size_t n, const char *what)
{
    snprintf(ret, n, "/tmp/stance-%s.XXXXXX", what);
    return mkdtemp(ret) ? 0 : -1;
}

static inline int test_folder_end(const char *path)
{
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", "--", path, (char *)NULL);
        _exit(1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid ? status : 1;
}

static inline void test_put(int folder, const char *path, struct str bytes)
{
    int fd = openat(folder, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
    close(fd);
}

#endif

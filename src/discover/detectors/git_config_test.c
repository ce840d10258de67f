/* SPDX-License-Identifier: Apache-2.0 */
/* Remotes of .git/config: origin first, no credentials, nothing followed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector_test.h"

extern const struct detector DETECTOR_GIT_CONFIG;
#define DET &DETECTOR_GIT_CONFIG

static void remotes(void **state UNUSED)
{
    detector_says(DET, ".git/config",
                  "[core]\n\tbare = false\n[remote \"up\"]\n\turl = git@h.example:o/up.git\n"
                  "[remote \"origin\"]\n\turl = https://h.example/o/r.git\n\turl = second\n"
                  "\tpushurl = third\n[include]\n\tpath = ../../evil\n[branch \"url\"]\n"
                  "\tremote = origin\n[url \"x\"]\n\tinsteadOf = y\n",
                  "origin https://h.example/o/r.git @6:2\norigin git@h.example:o/up.git @4:2\n");
    /* One that came from nowhere says so. */
    detector_says(DET, "a/b/.git/config", "[core]\n", "origin  @file\n");
    detector_says(DET, ".git/config", "[remote \"origin\"]\n\turl =\n", "origin  @file\n");
    detector_says(DET, ".git/config.worktree", "", "not wanted\n");
    detector_says(DET, "x.git/config", "", "not wanted\n");
    detector_says(DET, ".git/modules/a/config", "", "not wanted\n");
}

static void credentials(void **state UNUSED)
{
    static const struct {
        const char *url, *said;
    } rows[] = {
        {"https://user:pa@ss@h.example/o/r", "https://h.example/o/r"},
        {"https://h.example/o/r@v", "https://h.example/o/r@v"},
        {"ssh://git@h.example:22/o/r", "ssh://h.example:22/o/r"},
        {"https://user@h.example", "https://h.example"},
        {"git@h.example:o/r", "git@h.example:o/r"},
        {"/srv/r.git", "/srv/r.git"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) text = BUF_INIT;
        AUTO(buf) want = BUF_INIT;
        buf_addf(&text, "[remote \"origin\"] url = %s\n", rows[i].url);
        buf_addf(&want, "origin %s @1:19\n", rows[i].said);
        detector_says(DET, ".git/config", text.p, want.p);
    }
}

static void damaged(void **state UNUSED)
{
    detector_says(DET, ".git/config", "[remote \"origin\"]\nurl = a\n[remote \"b\nurl = c\n",
                  "failed: parse\n"
                  "gap partial: the name of a subsection does not end @3:11\norigin a @2:1\n");
}

static void survives(void **state UNUSED)
{
    detector_survives(DET, ".git/config", "[remote \"origin\"]\nurl = https://a@b/c\n[x]\ny\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(remotes), cmocka_unit_test(credentials),
                                       cmocka_unit_test(damaged), cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

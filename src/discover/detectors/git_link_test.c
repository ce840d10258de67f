/* SPDX-License-Identifier: Apache-2.0 */
/* Files ".git": that they are, not what they name. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector_test.h"

extern const struct detector DETECTOR_GIT_LINK;
#define DET &DETECTOR_GIT_LINK

static void links(void **state UNUSED)
{
    detector_says(DET, "sub/.git", "gitdir: ../.git/modules/sub\n", "origin gitdir: @file\n");
    detector_says(DET, ".git", "gitdir: /elsewhere", "origin gitdir: @file\n");
}

static void others(void **state UNUSED)
{
    detector_says(DET, ".git", "", "");
    detector_says(DET, ".git", "gitdir:\n", "");
    detector_says(DET, ".git", "[core]\n", "");
    detector_says(DET, "x.git", "", "not wanted\n");
    detector_says(DET, ".git/config", "", "not wanted\n");
}

static void survives(void **state UNUSED)
{
    detector_survives(DET, ".git", "gitdir: x\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(links), cmocka_unit_test(others),
                                       cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

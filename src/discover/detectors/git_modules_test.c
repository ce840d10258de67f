/* SPDX-License-Identifier: Apache-2.0 */
/* Files ".gitmodules": the folders they name, as they name them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector_test.h"

extern const struct detector DETECTOR_GIT_MODULES;
#define DET &DETECTOR_GIT_MODULES

#define TWO                                                                                        \
    "[submodule \"a\"]\n\tpath = lib/a\n\turl = ../a.git\n"                                        \
    "[submodule \"b\"]\n\turl = ../b.git\n\tpath = \"b c\"\n"

static void modules(void **state UNUSED)
{
    detector_says(DET, ".gitmodules", TWO,
                  "origin submodule:lib/a @2:2\norigin submodule:b c @6:2\n");
}

static void others(void **state UNUSED)
{
    detector_says(DET, "x/.gitmodules", "", "");
    detector_says(DET, ".gitmodules", "[submodule \"a\"]\n\turl = ../a.git\n", "");
    detector_says(DET, ".gitmodules", "[core]\n\tpath = x\n", "");
    detector_says(DET, "gitmodules", "", "not wanted\n");
}

static void survives(void **state UNUSED)
{
    detector_survives(DET, ".gitmodules", TWO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(modules), cmocka_unit_test(others),
                                       cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

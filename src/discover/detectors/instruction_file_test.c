/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether instruction files are recognised and what is hidden in them is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/servers/host_test.h"

extern const struct detector DETECTOR_INSTRUCTION_FILE;

static void says(const char *path, const char *text, const char *expected)
{
    host_says(&DETECTOR_INSTRUCTION_FILE, path, text, expected);
}

static void test_plain(void **state)
{
    (void)state;
    says("sub/CLAUDE.md", "\xef\xbb\xbf# Use tabs\n",
         "0 asset instruction_file CLAUDE.md @file\n"
         "  format = claude-memory\n"
         "  catalog_row = claude-code agent.instruction CLAUDE.md (resolved)\n"
         "  hosts = [\"claude-code\"]\n"
         "  size = 14\n"
         "  hidden_runs = 0\n"
         "  hidden_text absent\n"
         "  hidden_kind absent\n");
    says("library/b.mdc", "x",
         "0 asset instruction_file b.mdc @file\n"
         "  format = cursor-rule-library\n"
         "  catalog_row = cursor agent.instruction *.mdc (resolved)\n"
         "  hosts absent\n"
         "  size = 1\n"
         "  hidden_runs = 0\n"
         "  hidden_text absent\n"
         "  hidden_kind absent\n");
    says("docserver/cursor.md", "x",
         "0 asset instruction_file cursor.md @file\n"
         "  format = cursor-page\n"
         "  catalog_row = cursor agent.instruction cursor.md (resolved)\n"
         "  hosts = [\"cursor\"]\n"
         "  size = 1\n"
         "  hidden_runs = 0\n"
         "  hidden_text absent\n"
         "  hidden_kind absent\n");
    says(".cursor/rules/a/b.mdc", "",
         "0 asset instruction_file b.mdc @file\n"
         "  format = cursor-rule\n"
         "  catalog_row = cursor agent.instruction .cursor/rules/**/*.mdc (resolved)\n"
         "  hosts = [\"cursor\"]\n"
         "  size = 0\n"
         "  hidden_runs = 0\n"
         "  hidden_text absent\n"
         "  hidden_kind absent\n");
}

static void test_near_miss(void **state)
{
    (void)state;
    says("CLAUDE.md.txt", "x", "not wanted\n");
    says("docs/MYCLAUDE.md", "x", "not wanted\n");
    says("cursor/rules/a.mdx", "x", "not wanted\n");
    says("website/docs/install/cursor.md", "x", "not wanted\n");
}

static void test_hidden(void **state)
{
    (void)state;
    says("AGENTS.md", "# Rules\n\nkeep \U000e0067\U000e006f\U000e0021 it\n",
         "0 asset instruction_file AGENTS.md @file\n"
         "  format = agents\n"
         "  catalog_row = claude-code agent.instruction AGENTS.md (resolved)\n"
         "  hosts = [\"claude-code\"]\n"
         "  size = 30\n"
         "  hidden_runs = 1 @3:6\n"
         "  hidden_text = go! @3:6\n"
         "  hidden_kind = tag @3:6\n");
    says(".cursorrules",
         "a\u200b\u200b\u200b\u200b"
         "b",
         "0 asset instruction_file .cursorrules @file\n"
         "  format = cursor-legacy-rules\n"
         "  catalog_row = cursor agent.instruction .cursorrules (resolved)\n"
         "  hosts = [\"cursor\"]\n"
         "  size = 14\n"
         "  hidden_runs = 1 @1:2\n"
         "  hidden_text unresolved: the invisible characters spell nothing that prints @1:2\n"
         "  hidden_kind = zero-width @1:2\n");
}

/* UTF-16 is read as its text. */
static void test_utf16(void **state)
{
    (void)state;
    AUTO(detector_run) r = host_run(&DETECTOR_INSTRUCTION_FILE, "CLAUDE.md", "");
    r.content = STR("\xff\xfe"
                    "a\0\x40\xdb\x67\xdc\x40\xdb\x6f\xdc"
                    "b\0");
    detector_dump(&r);
    assert_non_null(strstr(r.text.p, "hidden_text = go @1:2\n"));
}

static void test_too_large(void **state)
{
    (void)state;
    AUTO(detector_run) r = host_run(&DETECTOR_INSTRUCTION_FILE, "CLAUDE.md", "0123456789");
    r.limits = limits_default();
    r.limits.bytes = 9;
    detector_dump(&r);
    assert_non_null(strstr(r.text.p, "hidden_runs unresolved: the text could not be read\n"));
    assert_non_null(strstr(r.text.p, "gap partial: larger than the limit"));
}

static void test_memory(void **state)
{
    (void)state;
    AUTO(detector_run) r =
        host_run(&DETECTOR_INSTRUCTION_FILE, "AGENTS.md", "a \U000e0067\U000e006f b");
    detector_survives_run(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),     cmocka_unit_test(test_near_miss),
        cmocka_unit_test(test_hidden),    cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_too_large), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, host_setup, host_teardown);
}

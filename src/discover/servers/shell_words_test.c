/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether command lines fall into the words that a shell would see. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "discover/servers/shell_words.h"

static void says(const char *line, enum shell_style style, const char *expected)
{
    AUTO(arena) a = ARENA(1 << 20);
    AUTO(buf) b = BUF_INIT;
    struct shell_words w = {0};
    assert_int_equal(shell_split(str_z(line), style, 7, &a, &w), 0);
    for (size_t i = 0; i < w.n; i++) {
        assert_int_equal(w.v[i].from, 7);
        buf_addf(&b, w.v[i].op ? "{" STR_FMT "}" : "[" STR_FMT "]", STR_ARG(w.v[i].text));
    }
    if (w.expands)
        buf_addz(&b, "$");
    assert_string_equal(b.p, expected);
}

static void test_posix(void **state)
{
    (void)state;
    says("", SHELL_POSIX, "");
    says("  npx -y  pkg ", SHELL_POSIX, "[npx][-y][pkg]");
    says("a 'b c' \"d \\\" e\" f\\ g '' h", SHELL_POSIX, "[a][b c][d \" e][f g][][h]");
    says("cd /x&&npx a;b|c||d&", SHELL_POSIX, "[cd][/x]{&&}[npx][a]{;}[b]{|}[c]{||}[d]{&}");
    says("a 2>/dev/null >> log b <in 2>&1 c", SHELL_POSIX, "[a][b][c]");
    says("K=v exec x # why\ny", SHELL_POSIX, "[K=v][exec][x]{;}[y]");
    says("a $(curl x) b", SHELL_POSIX, "[a][$]{(}[curl][x]{)}[b]$");
    says("a \"$(x)\" `y`", SHELL_POSIX, "[a][$(x)][`y`]$");
    says("a 'open", SHELL_POSIX, "[a][open]");
    says("a \\", SHELL_POSIX, "[a]");
}

static void test_windows(void **state)
{
    (void)state;
    says("C:\\a\\b.exe \"C:\\c d\\e\" 'f", SHELL_WINDOWS, "[C:\\a\\b.exe][C:\\c d\\e]['f]");
}

static void test_assignment(void **state)
{
    (void)state;
    struct str name, value;
    assert_true(shell_assignment(STR("A_1=b=c"), &name, &value));
    assert_true(str_eq(name, STR("A_1")) && str_eq(value, STR("b=c")));
    assert_true(shell_assignment(STR("A="), &name, &value));
    assert_int_equal(value.n, 0);
    assert_false(shell_assignment(STR("=b"), &name, &value));
    assert_false(shell_assignment(STR("--a=b"), &name, &value));
    assert_false(shell_assignment(STR("1A=b"), &name, &value));
    assert_false(shell_assignment(STR("ab"), &name, &value));
}

static void test_memory(void **state)
{
    (void)state;
    for (size_t cap = 1; cap < 1200; cap += 7) {
        AUTO(arena) a = ARENA(cap);
        struct shell_words w = {0};
        int rc = shell_split(STR("a b c d e f g h i j k l"), SHELL_POSIX, 0, &a, &w);
        assert_true(rc == 0 || rc == E_LIMIT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_posix),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_assignment),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the cutting, joining, resolving and showing of paths. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"

#define assert_str(s, lit) assert_true(str_eq((s), STR(lit)))

static void parts_of_a_path(void **state)
{
    (void)state;
    assert_str(path_base(STR("a/b.c")), "b.c");
    assert_str(path_base(STR("b.c")), "b.c");
    assert_str(path_base(STR("a/")), "");
    assert_str(path_base(STR_NULL), "");
    assert_str(path_dir(STR("a/b/c")), "a/b");
    assert_str(path_dir(STR("c")), "");
    assert_str(path_dir(STR_NULL), "");
    assert_str(path_ext(STR("a/b.tar.gz")), "gz");
    assert_str(path_ext(STR("a.b/c")), "");
    assert_str(path_ext(STR("a/.env")), "env");
    assert_str(path_ext(STR("a.")), "");
}

static void assert_join(struct str dir, struct str name, const char *want)
{
    AUTO(buf) b = BUF_INIT;

    path_join(&b, dir, name);
    assert_string_equal(b.p, want);
}

static void join_puts_one_slash(void **state)
{
    (void)state;
    assert_join(STR("a"), STR("b"), "a/b");
    assert_join(STR("a/"), STR("b"), "a/b");
    assert_join(STR("a"), STR("/b"), "a/b");
    assert_join(STR(""), STR("b"), "b");
    assert_join(STR("a"), STR(""), "a");
    assert_join(STR_NULL, STR_NULL, "");
    assert_join(STR("/"), STR("b"), "/b");
}

static void assert_resolve(struct str dir, struct str rel, int rc, const char *want)
{
    AUTO(buf) b = BUF_INIT;

    buf_addz(&b, ">");
    assert_int_equal(path_resolve(&b, dir, rel), rc);
    assert_string_equal(b.p + 1, want);
}

static void resolve_stays_below_the_root(void **state)
{
    (void)state;
    assert_resolve(STR("a/b"), STR("c"), 0, "a/b/c");
    assert_resolve(STR("a/b"), STR("../c"), 0, "a/c");
    assert_resolve(STR("a/b"), STR("../../c"), 0, "c");
    assert_resolve(STR("a/b"), STR("../.."), 0, "");
    assert_resolve(STR("a/b"), STR(".//./c/"), 0, "a/b/c");
    assert_resolve(STR("a/b"), STR(""), 0, "a/b");
    assert_resolve(STR(""), STR("x/../y"), 0, "y");
    assert_resolve(STR("a"), STR("..b/...\\"), 0, "a/..b/...\\");
    assert_resolve(STR("a/b"), STR("../../../c"), E_DENIED, "");
    assert_resolve(STR(""), STR(".."), E_DENIED, "");
    assert_resolve(STR("a"), STR("../../a/b"), E_DENIED, "");
    assert_resolve(STR("a"), STR("/etc"), E_DENIED, "");
    assert_resolve(STR("a"), STR("b\0c"), E_PARSE, "");
}

static void resolve_reports_lost_memory(void **state)
{
    AUTO(buf) b = BUF_INIT;
    AUTO(buf) capped = BUF_CAPPED(3);

    (void)state;
    mem_fail_after(1);
    assert_int_equal(path_resolve(&b, STR("a"), STR("b")), E_NOMEM);
    mem_fail_after(0);
    assert_int_equal(path_resolve(&capped, STR("a"), STR("bcd")), E_LIMIT);
    assert_int_equal(capped.n, 0);
}

static void whole_parts_are_compared(void **state)
{
    (void)state;
    assert_true(path_has_suffix(STR("a/.cursor/mcp.json"), STR(".cursor/mcp.json")));
    assert_true(path_has_suffix(STR("mcp.json"), STR("mcp.json")));
    assert_false(path_has_suffix(STR("a/xmcp.json"), STR("mcp.json")));
    assert_false(path_has_suffix(STR("p.json"), STR("mcp.json")));
    assert_true(path_is_below(STR("a/b"), STR("a")));
    assert_true(path_is_below(STR("a"), STR("a")));
    assert_true(path_is_below(STR("a"), STR("")));
    assert_false(path_is_below(STR("ab"), STR("a")));
    assert_false(path_is_below(STR("a"), STR("a/b")));
}

static void assert_shown(struct str path, const char *want)
{
    AUTO(buf) b = BUF_INIT;

    path_show(&b, path);
    assert_int_equal(buf_result(&b), 0);
    assert_string_equal(b.p, want);

    /* The way back. */
    AUTO(buf) again = BUF_INIT;
    assert_int_equal(path_unshow(&again, buf_str(&b)), 0);
    assert_true(str_eq(buf_str(&again), path));

    /* Shown again it stays; so does what is stored as it is. */
    buf_clear(&again);
    path_show_kept(&again, buf_str(&b));
    assert_string_equal(again.p, want);
}

static void what_is_kept_is_not_escaped_twice(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    path_show_kept(&b, STR("e\\\\x1b.py"));
    path_show_kept(&b, STR("|n\\xff.py"));
    assert_string_equal(b.p, "e\\\\x1b.py|n\\xff.py");
    /* What was stored as it is. */
    buf_clear(&b);
    path_show_kept(&b, STR("a\\b\033"));
    assert_string_equal(b.p, "a\\\\b\\x1b");
    /* And what was put together of both. */
    buf_clear(&b);
    path_show_kept(&b, STR("e\\\\x1b.zip!/\033[2J\\xff"));
    assert_string_equal(b.p, "e\\\\x1b.zip!/\\x1b[2J\\xff");
}

static void what_was_never_shown_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"a\\x1",        "\\x0",    "\\u{}",   "\\u{1",
                                        "\\u{1234567}", "\\x00\\", "\\x00\\q"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        AUTO(buf) b = BUF_INIT;
        buf_addc(&b, 'k');
        assert_int_equal(path_unshow(&b, str_z(texts[i])), E_PARSE);
        assert_string_equal(b.p, "k");
    }
}

static void ordinary_paths_are_shown_as_they_are(void **state)
{
    (void)state;
    assert_shown(STR("a b/\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
                 "a b/\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_shown(STR("a\\b"), "a\\b");
    assert_shown(STR("a\\"), "a\\");
    assert_shown(STR("\xef\xbf\xbd"), "\xef\xbf\xbd");
    assert_shown(STR_NULL, "");
}

static void hostile_names_are_escaped(void **state)
{
    (void)state;
    assert_shown(STR("a\nb\x1b[31m\x7f"), "a\\x0ab\\x1b[31m\\x7f");
    assert_shown(STR("a\0b"), "a\\x00b");
    assert_shown(STR("\xff\xc3("), "\\xff\\xc3(");
    assert_shown(STR("\xc2\x85"), "\\u{85}");
    assert_shown(STR("a\xe2\x80\xae"
                     "cod.exe"),
                 "a\\u{202e}cod.exe");
    assert_shown(STR("\xe2\x80\x8b\xe2\x81\xa6\xef\xbb\xbf\xd8\x9c"),
                 "\\u{200b}\\u{2066}\\u{feff}\\u{61c}");
    assert_shown(STR("\xf3\xa0\x81\x81"), "\\u{e0041}");
}

static void shown_forms_are_unique(void **state)
{
    (void)state;
    assert_shown(STR("a\\x0a"), "a\\\\x0a");
    assert_shown(STR("a\\u{1}"), "a\\\\u{1}");
    assert_shown(STR("a\\b\n"), "a\\\\b\\x0a");
    assert_shown(STR("a\\\\x"), "a\\\\\\\\x");
    assert_shown(STR("a\\\xc3"), "a\\\\\\xc3");
}

static void members_of_archives(void **state)
{
    static const char *const up[] = {"x/a.zip!/b.tar!/c/d",
                                     "x/a.zip!/b.tar!/c",
                                     "x/a.zip!/b.tar!",
                                     "x/a.zip!/b.tar",
                                     "x/a.zip!",
                                     "x/a.zip",
                                     "x",
                                     ""};
    (void)state;
    for (size_t i = 0; i + 1 < ARRAY_LEN(up); i++)
        assert_true(str_eq_z(path_parent(str_z(up[i])), up[i + 1]));
    assert_true(str_eq_z(path_parent(STR("x/!")), "x")); /* a name of its own */
    assert_true(str_eq_z(path_parent(STR("!")), ""));
    assert_true(str_eq_z(path_inner(str_z(up[0])), "c/d"));
    assert_true(str_eq_z(path_inner(STR("a/b")), "a/b"));
    assert_true(str_eq_z(path_inner(STR("a!/")), ""));
    assert_true(str_eq_z(path_inner(STR("")), ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_a_path),
        cmocka_unit_test(members_of_archives),
        cmocka_unit_test(join_puts_one_slash),
        cmocka_unit_test(resolve_stays_below_the_root),
        cmocka_unit_test(resolve_reports_lost_memory),
        cmocka_unit_test(whole_parts_are_compared),
        cmocka_unit_test(ordinary_paths_are_shown_as_they_are),
        cmocka_unit_test(hostile_names_are_escaped),
        cmocka_unit_test(shown_forms_are_unique),
        cmocka_unit_test(what_is_kept_is_not_escaped_twice),
        cmocka_unit_test(what_was_never_shown_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

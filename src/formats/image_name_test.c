/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of names of images, names that are none, and variables in them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "formats/image_name.h"

/* "registry|path|tag|digest", holes as '?' */
static void parses(const char *text, const char *want)
{
    struct image_name n;
    AUTO(buf) got = BUF_INIT;

    if (!image_name_parse(str_z(text), &n))
        fail_msg("%s is no name", text);
    buf_addf(&got, STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT, STR_ARG(n.registry),
             STR_ARG(n.path), STR_ARG(n.tag), STR_ARG(n.digest));
    assert_int_equal(buf_result(&got), 0);
    for (size_t i = 0; i < got.n; i++)
        if (got.p[i] == IMAGE_HOLE)
            got.p[i] = '?';
    assert_string_equal(got.p, want);
}

#define HEX "0123456789abcdef0123456789abcdef"

static void test_names(void **state UNUSED)
{
    parses("ollama/ollama", "|ollama/ollama||");
    parses("redis", "|redis||");
    parses("docker.io/library/redis:7", "|redis|7|");
    parses("index.docker.io/a/b", "|a/b||");
    parses("ghcr.io/o/n-x:v1.2@sha256:" HEX, "ghcr.io|o/n-x|v1.2|sha256:" HEX);
    parses("reg.example:5000/a/b/c", "reg.example:5000|a/b/c||");
    parses("localhost/a:1", "localhost|a|1|");
    parses("localhost:5000/a", "localhost:5000|a||");
    parses("a__b/c--d@sha256:" HEX, "|a__b/c--d||sha256:" HEX);
    parses("a/b:\1", "|a/b|?|");
    parses("\1/a/b:1", "?|a/b|1|");
    parses("\1a/b:1", "?|a/b|1|");
    parses("\1.dkr.ecr.\1.amazonaws.com/a/b", "?.dkr.ecr.?.amazonaws.com|a/b||");
    parses("a/b@\1", "|a/b||?");
}

static void test_no_names(void **state UNUSED)
{
    static const char *const bad[] = {"",
                                      "A/b",
                                      "a//b",
                                      "/a",
                                      "a/",
                                      "a/b:",
                                      "a/b:-x",
                                      "a b",
                                      "a/\1/b",
                                      "a/b\1",
                                      "\1",
                                      "a/.b",
                                      "a/b.",
                                      "a/b-",
                                      "a/b@x",
                                      "a/b@sha256:0",
                                      "https://a/b",
                                      "a/b:t:u",
                                      "a/b?x",
                                      "git@h:a/b",
                                      "a/b@sha256:" HEX "G",
                                      "a/..b",
                                      "-a/b"};
    struct image_name n;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (image_name_parse(str_z(bad[i]), &n))
            fail_msg("'%s' is a name: " STR_FMT, bad[i], STR_ARG(n.path));
}

static bool value(void *ctx UNUSED, struct str name, struct str *ret)
{
    *ret = STR("known");
    return str_eq(name, STR("K"));
}

static void expands(const char *text, const char *want, size_t from, size_t to)
{
    AUTO(arena) a = ARENA(1 << 20);
    struct image_text t;

    assert_int_equal(image_expand(str_z(text), value, NULL, &a, &t), 0);
    char got[64];
    assert_true(t.text.n < sizeof(got));
    for (size_t i = 0; i < t.text.n; i++)
        got[i] = t.text.p[i] == IMAGE_HOLE ? '?' : t.text.p[i];
    got[t.text.n] = '\0';
    assert_string_equal(got, want);
    assert_int_equal(t.assumed_from, from);
    assert_int_equal(t.assumed_to, to);
}

static void test_variables(void **state UNUSED)
{
    expands("a/b:1", "a/b:1", 0, 0);
    expands("a/$K:${K}", "a/known:known", 2, 13);
    expands("a/b:$TAG", "a/b:?", 0, 0);
    expands("a/b:${TAG}x", "a/b:?x", 0, 0);
    expands("a/b:${TAG:-1.2}", "a/b:1.2", 4, 7);
    expands("a/b:${TAG-1.2}", "a/b:1.2", 4, 7);
    expands("a/b:${TAG:-$X}", "a/b:?", 0, 0);
    expands("a/b:${TAG:?must}", "a/b:?", 0, 0);
    expands("${{ matrix.i }}/b", "?/b", 0, 0);
    expands("{{ .Values.x | default \"y\" }}:1", "?:1", 0, 0);
    expands("$(IMAGE):$$", "?:$", 0, 0);
    expands("a$", "a$", 0, 0);
    expands("a${", "a?", 0, 0);
    expands("a{b}", "a{b}", 0, 0);
}

static void test_limits(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    struct image_text t;

    for (int i = 0; i < 500; i++)
        buf_addz(&text, "$K");
    assert_int_equal(buf_result(&text), 0);
    AUTO(arena) a = ARENA(1 << 20);
    assert_int_equal(image_expand(buf_str(&text), value, NULL, &a, &t), 0);
    assert_true(str_eq(t.text, STR("\1")));
    for (size_t i = 1; i < 4; i++) {
        AUTO(arena) small = ARENA(1 << 20);
        mem_fail_after(i);
        int rc = image_expand(STR("a/b:$K"), value, NULL, &small, &t);
        mem_fail_after(0);
        assert_true(rc == 0 || rc == E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names), cmocka_unit_test(test_no_names),
        cmocka_unit_test(test_variables), cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

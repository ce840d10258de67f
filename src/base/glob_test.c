/* SPDX-License-Identifier: Apache-2.0 */
/* Tests globs by example, against a plain recursive matcher, and for their running time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/path.h"

static void examples(void **state)
{
    static const struct {
        const char *pattern, *path;
        bool match;
    } rows[] = {
        {"", "", true},
        {"", "a", false},
        {"a/b", "a/b", true},
        {"a/b", "a/bc", false},
        {"*", "abc", true},
        {"*", "a/b", false},
        {"*", "", true},
        {"*.py", "x.py", true},
        {"*.py", "d/x.py", false},
        {"*/*.py", "d/x.py", true},
        {"a*b*c", "aXbXbXc", true},
        {"a*b*c", "aXbX", false},
        {"**", "a/b/c", true},
        {"**/x", "x", true},
        {"**/x", "a/b/x", true},
        {"**/x", "a/bx", false},
        {"**/x/*.c", "a/x/b/x/f.c", true},
        {"**/x/*.c", "a/x/b/f.c", false},
        {"a/**", "a/b/c", true},
        {"a/**", "a", false},
        {"a/**", "ab/c", false},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "a/xb", false},
        {"a/**/b/**/c", "a/b/x/b/c", true},
        {"a/**/b/*/c", "a/b/b/x/c", true},
        {"a**c", "a/b/c", true},
        {"**.py", "a/b.py", true},
        {"***/x", "a/x", true},
        {"?", "a", true},
        {"?", "", false},
        {"?", "/", false},
        {"?", "\xe2\x82\xac", true},
        {"*??", "\xe2\x82\xac", false},
        {"?", "\xff", true},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[!a-c]x", "dx", true},
        {"[^a-c]x", "bx", false},
        {"[!a]", "/", false},
        {"[!-0]", "/", false},
        {"[.-0]", "/", false},
        {"[]]", "]", true},
        {"[!]]", "]", false},
        {"[a-]", "-", true},
        {"[*]", "*", true},
        {"[*]", "a", false},
        {"[\xc3\xa0-\xc3\xbc]", "\xc3\xa4", true},
        {"[a", "[a", true},
        {"[a", "a", false},
        {"a\\*", "a\\b", true},
        {".github/*.md", ".github/a.md", true},
        {"*.instructions.md", "a.instructions.md", true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (path_glob(str_z(rows[i].pattern), str_z(rows[i].path)) != rows[i].match)
            fail_msg("%s on %s", rows[i].pattern, rows[i].path);
    }
}

/* The definition, without any cleverness: exponential, for short strings. */
static bool slow_glob(const char *begin, const char *p, const char *s)
{
    if (!*p)
        return !*s;
    if (*p == '*' && p[1] == '*') {
        const char *rest = p + 2;
        bool parts = (p == begin || p[-1] == '/') && *rest == '/';
        if (parts)
            rest++;
        for (const char *t = s;; t++) {
            if ((!parts || t == s || t[-1] == '/') && slow_glob(begin, rest, t))
                return true;
            if (!*t)
                return false;
        }
    }
    if (*p == '*') {
        for (const char *t = s;; t++) {
            if (slow_glob(begin, p + 1, t))
                return true;
            if (!*t || *t == '/')
                return false;
        }
    }
    if (!*s || (*p == '?' ? *s == '/' : *p != *s))
        return false;
    return slow_glob(begin, p + 1, s + 1);
}

static void spell(unsigned long code, const char *letters, size_t n, char *out)
{
    size_t base = strlen(letters);

    for (size_t i = 0; i < n; i++, code /= base)
        out[i] = letters[code % base];
    out[n] = '\0';
}

/* Runs of three stars mean "**" to path_glob and are not in the plain definition. */
static void agrees_with_the_definition(void **state)
{
    char pattern[8], path[8];

    (void)state;
    for (unsigned long p = 0; p < 3125; p++) {
        spell(p, "a/*?b", 5, pattern);
        if (strstr(pattern, "***"))
            continue;
        for (unsigned long s = 0; s < 729; s += 1 + p % 3) {
            spell(s, "a/b", 6, path);
            if (path_glob(str_z(pattern), str_z(path)) != slow_glob(pattern, pattern, path))
                fail_msg("%s on %s", pattern, path);
        }
    }
}

static void long_star_patterns_agree_with_the_definition(void **state)
{
    char pattern[16], path[16];
    unsigned long random = 1;

    (void)state;
    for (int i = 0; i < 30000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        spell(random >> 20, "a*/*", 9, pattern);
        spell(random >> 40, "aa/", 8, path);
        if (strstr(pattern, "***"))
            continue;
        if (path_glob(str_z(pattern), str_z(path)) != slow_glob(pattern, pattern, path))
            fail_msg("%s on %s", pattern, path);
    }
}

static void hostile_patterns_end_soon(void **state)
{
    AUTO(buf) pattern = BUF_INIT;
    AUTO(buf) path = BUF_INIT;

    (void)state;
    for (int i = 0; i < 200; i++)
        buf_addz(&pattern, i % 3 ? "**/a*" : "*a*a");
    buf_addz(&pattern, "b");
    for (int i = 0; i < 2000; i++)
        buf_addz(&path, i % 10 ? "a" : "/");
    uint64_t start = clock_ticks();
    assert_false(path_glob(buf_str(&pattern), buf_str(&path)));
    buf_clear(&pattern);
    buf_pad(&pattern, '[', 500);
    assert_false(path_glob(buf_str(&pattern), buf_str(&path)));
    /* Exponential time would be far beyond any watchdog, this is milliseconds. */
    assert_true(clock_ticks() - start < UINT64_C(5000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples),
        cmocka_unit_test(agrees_with_the_definition),
        cmocka_unit_test(long_star_patterns_agree_with_the_definition),
        cmocka_unit_test(hostile_patterns_end_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

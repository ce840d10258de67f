/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what a diag keeps, replaces and cuts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/str.h"

static void set_returns_the_code_and_replaces_all(void **state)
{
    struct diag d = {0};

    (void)state;
    assert_int_equal(diag_set(&d, E_PARSE, "expected '%c'", ','), E_PARSE);
    diag_at(&d, "a.json", 3, 4);
    diag_hint(&d, "do %d", 1);
    assert_int_equal(d.code, E_PARSE);
    assert_string_equal(d.text, "expected ','");
    assert_int_equal(diag_set(&d, E_LIMIT, "wrapped: %s", d.text), E_LIMIT);
    assert_string_equal(d.text, "wrapped: expected ','");
    assert_int_equal(d.line, 0);
    assert_string_equal(d.file, "");
    assert_string_equal(d.hint, "");
    diag_clear(&d);
    assert_int_equal(d.code, 0);
    assert_string_equal(d.text, "");
}

static void place_and_hint_are_set_once(void **state)
{
    struct diag d = {0};

    (void)state;
    diag_set(&d, E_PARSE, "x");
    diag_at(&d, NULL, 3, 4);
    diag_at(&d, "inner", 9, 9);
    diag_at(&d, "outer", 0, 0);
    diag_hint(&d, "first");
    diag_hint(&d, "second");
    assert_string_equal(d.file, "inner");
    assert_int_equal(d.line, 3);
    assert_int_equal(d.column, 4);
    assert_string_equal(d.hint, "first");
}

static void errno_text_is_appended_and_errno_kept(void **state)
{
    struct diag d = {0};

    (void)state;
    errno = ENOENT;
    assert_int_equal(diag_errno(&d, "cannot open %s", "f"), E_NOTFOUND);
    assert_string_equal(d.text, "cannot open f: No such file or directory");
    assert_int_equal(d.code, E_NOTFOUND);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(diag_errno(NULL, "x"), E_NOTFOUND);
}

static void a_null_diag_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(diag_set(NULL, E_BUG, "x"), E_BUG);
    diag_at(NULL, "f", 1, 1);
    diag_hint(NULL, "h");
    diag_clear(NULL);
}

static void text_is_cut_between_code_points(void **state)
{
    static char text[2000];
    struct diag d;

    (void)state;
    /* Three-byte characters behind a growing prefix: some of the cuts fall inside one. */
    for (size_t prefix = 0; prefix < 4; prefix++) {
        size_t n = prefix;
        memset(text, 'a', prefix);
        for (; n + 3 < sizeof text; n += 3)
            memcpy(text + n, "\xe2\x82\xac", 3);
        text[n] = '\0';
        diag_set(&d, E_IO, "%s", text);
        diag_at(&d, text, 1, 1);
        diag_hint(&d, "%s", text);
        assert_true(str_is_utf8(str_z(d.text)));
        assert_true(str_is_utf8(str_z(d.file)));
        assert_true(str_is_utf8(str_z(d.hint)));
        assert_in_range(strlen(d.text), sizeof d.text - 3, sizeof d.text - 1);
        assert_in_range(strlen(d.hint), sizeof d.hint - 3, sizeof d.hint - 1);
    }
}

static void text_that_just_fits_is_whole(void **state)
{
    struct diag d;
    char text[sizeof d.text];

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 4, "\xe2\x82\xac", 4);
    diag_set(&d, E_IO, "%s", text);
    assert_string_equal(d.text, text);
    diag_clear(&d);
    diag_at(&d, text, 1, 1);
    assert_string_equal(d.file, text);
}

static void bytes_that_are_no_text_are_cut_without_harm(void **state)
{
    static char text[1000];
    struct diag d;

    (void)state;
    memset(text, 0xbf, sizeof text - 1);
    diag_set(&d, E_IO, "%s", text);
    assert_int_equal(strlen(d.text), sizeof d.text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_returns_the_code_and_replaces_all),
        cmocka_unit_test(place_and_hint_are_set_once),
        cmocka_unit_test(errno_text_is_appended_and_errno_kept),
        cmocka_unit_test(a_null_diag_is_allowed),
        cmocka_unit_test(text_is_cut_between_code_points),
        cmocka_unit_test(text_that_just_fits_is_whole),
        cmocka_unit_test(bytes_that_are_no_text_are_cut_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what reaches standard error at which level, and how long lines end. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

struct capture {
    int saved;
    FILE *file;
};

static struct capture capture_begin(void)
{
    struct capture c = {.file = tmpfile()};

    assert_non_null(c.file);
    fflush(stderr);
    c.saved = dup(STDERR_FILENO);
    assert_true(c.saved >= 0);
    assert_true(dup2(fileno(c.file), STDERR_FILENO) >= 0);
    return c;
}

static size_t capture_end(struct capture *c, char *out, size_t size)
{
    fflush(stderr);
    assert_true(dup2(c->saved, STDERR_FILENO) >= 0);
    close(c->saved);
    rewind(c->file);
    size_t n = fread(out, 1, size - 1, c->file);
    out[n] = '\0';
    fclose(c->file);
    return n;
}

static int calls;

static int count_call(void)
{
    return ++calls;
}

static void debug_is_off_and_costs_nothing_by_default(void **state)
{
    char text[256];
    struct capture c = capture_begin();

    (void)state;
    log_debug("hidden %d", count_call());
    log_at(LOG_INFO, "hidden");
    log_at(LOG_ERROR, "shown %d", 1);
    capture_end(&c, text, sizeof text);
    assert_string_equal(text, "stance: error: shown 1\n");
    assert_int_equal(calls, 0);
}

static void a_level_lets_through_all_below_it(void **state)
{
    char text[256];
    struct capture c = capture_begin();

    (void)state;
    log_set_level(LOG_INFO);
    log_debug("hidden");
    log_at(LOG_INFO, "a");
    log_at(LOG_WARN, "b");
    log_set_level(LOG_DEBUG);
    log_debug("c %s", "d");
    enum log_level level = log_get_level();
    log_set_level(LOG_ERROR);
    capture_end(&c, text, sizeof text);
    assert_int_equal(level, LOG_DEBUG);
    assert_string_equal(text, "stance: info: a\nstance: warning: b\nstance: debug: c d\n");
}

static void a_long_line_is_cut_and_still_ends(void **state)
{
    static char longer[5000], text[6000];
    struct capture c = capture_begin();

    (void)state;
    memset(longer, 'x', sizeof longer - 1);
    log_at(LOG_ERROR, "%s", longer);
    size_t n = capture_end(&c, text, sizeof text);
    assert_in_range(n, 1000, 2100);
    assert_int_equal(text[n - 1], '\n');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(debug_is_off_and_costs_nothing_by_default),
        cmocka_unit_test(a_level_lets_through_all_below_it),
        cmocka_unit_test(a_long_line_is_cut_and_still_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

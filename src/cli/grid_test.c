/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of tables: widths, streaming, and cells that try to be more than text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "cli/grid.h"

static const struct grid_column columns[] = {
    {.title = "name", .min_width = 8},
    {.title = "n", .right = true},
    {.title = "path", .tail = true, .min_width = 8},
};

static char *text;
static size_t text_n;
static struct invocation in;

static void begin(struct grid *g, enum grid_format format, int width)
{
    /* width 0: a pipe */
    in = (struct invocation){
        .out = open_memstream(&text, &text_n), .width = width ? width : 100, .terminal = width > 0};
    in.err = in.out;
    grid_begin(g, &in, format, columns, ARRAY_LEN(columns));
}

static void end(struct grid *g)
{
    struct diag d = {0};
    assert_int_equal(grid_finish(g, "no row", &d), 0);
    fclose(in.out);
}

static void row(struct grid *g, const char *name, int64_t n, const char *path)
{
    grid_cell(g, str_z(name));
    grid_count(g, n);
    grid_cell(g, str_z(path));
}

static void test_table(void **state)
{
    struct grid g;
    (void)state;
    begin(&g, GRID_TABLE, 24);
    row(&g, "a", 7, "x/y");
    row(&g, "a name that is long", 1234, "deep/path/file.json");
    grid_cell(&g, STR("c"));
    grid_cell(&g, STR_NULL);
    grid_cell(&g, STR("e\033[2J"));
    end(&g);
    assert_string_equal(text, "name         n  path\n"
                              "a            7  x/y\n"
                              "a nam...  1234  ....json\n"
                              "c            -  e\\x1b[2J\n");
    free(text);
}

/* What reads a pipe gets every cell whole, and still cannot be steered by one. */
static void test_pipe(void **state)
{
    struct grid g;
    (void)state;
    begin(&g, GRID_TABLE, 0);
    row(&g, "a name that is long enough to fill the edge of a terminal of one hundred columns", 1,
        "deep/path/of/a/file/that/is/cut/on/a/terminal.json");
    row(&g, "b", 2, "e\033[2J");
    end(&g);
    assert_non_null(strstr(text, "one hundred columns  1  deep/path/of/a/file/that/is/cut/on/a/"
                                 "terminal.json\n"));
    assert_non_null(strstr(text, "e\\x1b[2J\n"));
    free(text);
}

/* Two rows that differ only in what is cut are not cut. */
static void test_rows_that_look_alike(void **state)
{
    struct grid g;
    (void)state;
    begin(&g, GRID_TABLE, 40);
    row(&g, "x", 7, "one/folder/of/many/with/a/long/name/settings.json");
    row(&g, "y", 7, "two/folders/of/many/with/a/long/name/settings.json");
    row(&g, "z", 8, "two/folders/of/many/with/a/long/name/settings.json");
    end(&g);
    assert_null(strstr(text, "one/folder"));
    assert_non_null(strstr(text, "two/folders/of/many/with/a/long/name/settings.json\nz"));
    assert_non_null(strstr(text, "8  ..."));
    free(text);
}

static void test_empty(void **state)
{
    struct grid g;
    (void)state;
    begin(&g, GRID_TABLE, 80);
    end(&g);
    assert_string_equal(text, "no row\n");
    free(text);
    begin(&g, GRID_JSON, 80);
    end(&g);
    assert_string_equal(text, "[]\n");
    free(text);
    begin(&g, GRID_CSV, 80);
    end(&g);
    assert_string_equal(text, "name,n,path\n");
    free(text);
}

static void test_csv(void **state)
{
    struct grid g;
    (void)state;
    begin(&g, GRID_CSV, 0);
    row(&g, "=1+1", -5, "a,\"b\"\nc");
    row(&g, "@acme/web", 0, "plain");
    grid_cell(&g, STR("-x"));
    grid_cell(&g, STR("-12"));
    grid_cell(&g, STR_NULL);
    end(&g);
    assert_string_equal(text, "name,n,path\n"
                              "\"'=1+1\",-5,\"a,\"\"b\"\"\\x0ac\"\n"
                              "\"'@acme/web\",0,plain\n"
                              "\"'-x\",-12,\n");
    free(text);
    /* What the store holds escaped stays as it is. */
    begin(&g, GRID_CSV, 0);
    row(&g, "e\\\\x1b.py", 1, "n\\xff.py:1");
    end(&g);
    assert_string_equal(text, "name,n,path\ne\\\\x1b.py,1,n\\xff.py:1\n");
    free(text);
    /* Whoever reads it, a person may look at it in the end. */
    for (int width = 0; width <= 80; width += 80) {
        begin(&g, GRID_CSV, width);
        row(&g, "e\033[2J", 1, "a\nb\342\200\256\377");
        end(&g);
        assert_string_equal(text, "name,n,path\ne\\x1b[2J,1,a\\x0ab\\u{202e}\\xff\n");
        free(text);
    }
}

static void test_json(void **state)
{
    struct grid g;
    (void)state;
    begin(&g, GRID_JSON, 80);
    row(&g, "q\"\xff", 1, "a\nb");
    grid_cell(&g, STR_NULL);
    grid_cell(&g, STR(""));
    grid_cell(&g, STR("z"));
    end(&g);
    assert_string_equal(text,
                        "[\n{\"name\":\"q\\\"\xef\xbf\xbd\",\"n\":\"1\",\"path\":\"a\\nb\"},\n"
                        "{\"name\":null,\"n\":\"\",\"path\":\"z\"}\n]\n");
    free(text);
}

/* Widths come from the first rows; later, wider ones are cut and memory does not grow. */
static void test_streaming(void **state)
{
    struct grid g;
    (void)state;
    begin(&g, GRID_TABLE, 80);
    for (int i = 0; i < 1000; i++)
        row(&g, i < 500 ? "short" : "much longer than before", i, "p");
    assert_true(g.held.n <= 3 * 200);
    end(&g);
    assert_non_null(strstr(text, "\nmu...  999  p\n"));
    free(text);
}

static void test_memory(void **state)
{
    (void)state;
    bool done = false;
    for (size_t n = 1; n < 60 && !done; n++) {
        struct diag d = {0};
        struct grid g;
        begin(&g, GRID_TABLE, 80);
        mem_fail_after(n);
        row(&g, "a", 1, "b");
        row(&g, "c", 2, "d");
        int rc = grid_finish(&g, NULL, &d);
        mem_fail_after(0);
        fclose(in.out);
        free(text);
        assert_true(rc == 0 || rc == E_NOMEM);
        done = !rc;
    }
    assert_true(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),  cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_empty),  cmocka_unit_test(test_csv),
        cmocka_unit_test(test_json),   cmocka_unit_test(test_streaming),
        cmocka_unit_test(test_memory), cmocka_unit_test(test_rows_that_look_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

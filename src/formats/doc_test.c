/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether nodes are found, read, named and placed as doc.h says, and tables built soundly.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/doc_build.h"
#include "formats/doc_check.h"
#include "formats/json.h"

static const char text[] = "{\n"
                           "  \"a/b\": [10, \"x\", {\"m~n\": true}],\n"
                           "  \"\": null,\n"
                           "  \"\xc3\xa9\xf0\x9f\x98\x80\": \"\xe2\x82\xac\", \"last\": -7,\n"
                           "  \"dup\": 1, \"dup\": {\"deep\": \"\\t\"}\n"
                           "}";

struct run {
    struct arena a;
    struct limits lim;
    struct doc doc;
};

static int begin(void **state)
{
    static struct run run;

    run = (struct run){.a = ARENA(1 << 20), .lim = limits_default()};
    *state = &run;
    return json_parse(str_z(text), JSON_STRICT, &run.lim, &run.a, &run.doc, NULL);
}

static int end(void **state)
{
    arena_done(&((struct run *)*state)->a);
    return 0;
}

static void pointers_find_nodes(void **state)
{
    struct run *t = *state;
    static const char *const absent[] = {
        "a",
        "/a",
        "/a~1b/3",
        "/a~1b/-",
        "/a~1b/01",
        "/a~1b/+1",
        "/a~1b/",
        "/last/",
        "/last/x",
        "/a~2b",
        "/a~",
        "/a~1b/0x",
        "//",
        "/a/b",
        "/a~1b/1/0",
        "/dup/none",
        "/a~1b/18446744073709551616",
        "/a~1b/2/m~n",
        "x/a~1b",
    };

    assert_ptr_equal(doc_find(&t->doc, STR("")), doc_root(&t->doc));
    assert_true(str_eq(node_text(&t->doc, doc_find(&t->doc, STR("/a~1b/0"))), STR("10")));
    assert_true(node_is(doc_find(&t->doc, STR("/a~1b/2/m~0n")), NODE_BOOL));
    assert_true(node_is(doc_find(&t->doc, STR("/")), NODE_NULL));
    assert_true(node_is(doc_find(&t->doc, STR("/dup/deep")), NODE_STRING));
    for (size_t i = 0; i < ARRAY_LEN(absent); i++)
        if (doc_find(&t->doc, str_z(absent[i])))
            fail_msg("found %s", absent[i]);
}

static void pointers_name_nodes(void **state)
{
    struct run *t = *state;
    AUTO(buf) b = BUF_INIT;

    for (uint32_t i = 0; i < t->doc.n; i++) {
        const struct node *n = &t->doc.nodes[i];
        buf_clear(&b);
        node_pointer(&t->doc, n, &b);
        if (i != t->doc.first_duplicate - 1)
            assert_ptr_equal(doc_find(&t->doc, buf_str(&b)), n);
    }
    buf_clear(&b);
    buf_addz(&b, "at ");
    node_pointer(&t->doc, doc_find(&t->doc, STR("/a~1b/2/m~0n")), &b);
    assert_string_equal(b.p, "at /a~1b/2/m~0n");
}

static void long_array_index_is_named(void **state)
{
    struct run *t = *state;
    AUTO(buf) b = BUF_INIT;
    struct doc doc;

    buf_addc(&b, '[');
    for (int i = 0; i < 1234; i++)
        buf_add(&b, STR("0,"));
    buf_add(&b, STR("[7]]"));
    assert_int_equal(json_parse(buf_str(&b), JSON_STRICT, &t->lim, &t->a, &doc, NULL), 0);
    AUTO(buf) out = BUF_INIT;
    node_pointer(&doc, &doc.nodes[doc.n - 1], &out);
    assert_string_equal(out.p, "/1234/0");
    assert_ptr_equal(doc_find(&doc, buf_str(&out)), &doc.nodes[doc.n - 1]);
}

static const struct node *innermost(const struct doc *doc, uint64_t offset)
{
    const struct node *n = doc_root(doc), *inner = n;

    while (inner) {
        n = inner;
        inner = NULL;
        node_each (doc, n, child)
            if (child->off <= offset && offset < child->end)
                inner = child;
    }
    return n;
}

static void bytes_find_their_node(void **state)
{
    struct run *t = *state;
    struct doc none = {0};

    for (uint64_t at = 0; at <= t->doc.text.n + 1; at++)
        assert_ptr_equal(doc_at(&t->doc, at, NULL), innermost(&t->doc, at));
    assert_null(doc_at(&none, 0, NULL));
}

/* A hit in each of many siblings: each costs what one costs, not all siblings before it. */
static void bytes_are_found_in_few_steps(void **state)
{
    enum { SIBLINGS = 20000 };
    struct run *t = *state;
    AUTO(arena) a = ARENA(64 << 20);
    AUTO(buf) b = BUF_INIT;
    struct doc doc;
    uint64_t steps = 0;

    buf_addz(&b, "{\"history\":[");
    for (int i = 0; i < SIBLINGS; i++)
        buf_addz(&b, "{\"a\":1,\"b\":[2]},");
    buf_addz(&b, "0]}");
    assert_int_equal(json_parse(buf_str(&b), JSON_STRICT, &t->lim, &a, &doc, NULL), 0);
    for (uint32_t i = 0; i < doc.n; i++)
        assert_ptr_equal(doc_at(&doc, doc.nodes[i].off, &steps), &doc.nodes[i]);
    assert_true(doc.n > 4 * SIBLINGS);
    assert_in_range(steps, doc.n, (uint64_t)doc.n * 24);
}

static void walking(void **state)
{
    struct run *t = *state;
    const struct node *root = doc_root(&t->doc), *list = node_get(&t->doc, root, STR("a/b"));
    unsigned n = 0;

    node_each (&t->doc, root, it) {
        assert_ptr_equal(node_parent(&t->doc, it), root);
        n++;
    }
    assert_true(n == 6 && root->count == 6);
    assert_null(node_parent(&t->doc, root));
    assert_null(node_next(&t->doc, root));
    assert_null(node_first(&t->doc, node_first(&t->doc, list)));
    assert_int_equal(t->doc.duplicates, 1);
    assert_true(node_is(node_get(&t->doc, root, STR("dup")), NODE_OBJECT));
}

static void values(void **state)
{
    struct run *t = *state;
    const struct node *root = doc_root(&t->doc);
    bool yes = false;
    int64_t v = 0;

    assert_int_equal(node_i64(&t->doc, node_get(&t->doc, root, STR("last")), &v), 0);
    assert_int_equal(v, -7);
    assert_int_equal(node_i64(&t->doc, node_get(&t->doc, root, STR("none")), &v), E_NOTFOUND);
    assert_int_equal(node_i64(&t->doc, node_get(&t->doc, root, STR("")), &v), E_PARSE);
    assert_int_equal(node_bool(doc_find(&t->doc, STR("/a~1b/2/m~0n")), &yes), 0);
    assert_true(yes);
    assert_int_equal(node_bool(root, &yes), E_PARSE);
    assert_int_equal(node_bool(NULL, &yes), E_NOTFOUND);
    assert_true(
        str_eq(node_str(&t->doc, root, STR("\xc3\xa9\xf0\x9f\x98\x80")), STR("\xe2\x82\xac")));
    assert_int_equal(node_str(&t->doc, root, STR("last")).n, 0);
    assert_int_equal(node_text(&t->doc, root).n, 0);
}

static void null_nodes_answer_nothing(void **state)
{
    struct run *t = *state;
    struct doc none = {0};
    AUTO(buf) b = BUF_INIT;

    assert_null(doc_root(&none));
    assert_null(doc_find(&none, STR("/a")));
    assert_null(node_first(&t->doc, NULL));
    assert_null(node_next(&t->doc, NULL));
    assert_null(node_parent(&t->doc, NULL));
    assert_null(node_get(&t->doc, NULL, STR("a")));
    assert_false(node_is(NULL, NODE_NULL));
    assert_int_equal(node_key(&t->doc, NULL).n, 0);
    assert_int_equal(node_text(&t->doc, NULL).n, 0);
    assert_int_equal(node_str(&t->doc, NULL, STR("a")).n, 0);
    assert_int_equal(node_mark(&t->doc, NULL).line, 0);
    assert_int_equal(node_key_mark(&t->doc, NULL).line, 0);
    node_pointer(&t->doc, NULL, &b);
    assert_int_equal(b.n, 0);
}

static int number(struct run *t, const char *written, int64_t *ret)
{
    struct node n = {.type = NODE_NUMBER, .val_len = (uint32_t)strlen(written)};
    struct doc doc = {.text = str_z(written), .nodes = &n, .n = 1, .cooked = ""};

    (void)t;
    return node_i64(&doc, &n, ret);
}

/* What JSON, YAML and TOML write. */
static void integers_of_three_formats(void **state)
{
    static const struct {
        const char *written;
        int rc;
        int64_t value;
    } rows[] = {
        {"0", 0, 0},
        {"-0", 0, 0},
        {"9223372036854775807", 0, INT64_MAX},
        {"9223372036854775808", E_LIMIT, 0},
        {"-9223372036854775808", 0, INT64_MIN},
        {"-9223372036854775809", E_LIMIT, 0},
        {"99999999999999999999999", E_LIMIT, 0},
        {"+12", 0, 12},
        {"1_000", 0, 1000},
        {"0xDEAD_beef", 0, 0xdeadbeef},
        {"0o755", 0, 0755},
        {"0b101", 0, 5},
        {"1.0", E_PARSE, 0},
        {"1e3", E_PARSE, 0},
        {".inf", E_PARSE, 0},
        {"0x", E_PARSE, 0},
        {"0b12", E_PARSE, 0},
        {"-", E_PARSE, 0},
        {"_1", E_PARSE, 0},
        {"", E_PARSE, 0},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t v = 0;
        if (number(*state, rows[i].written, &v) != rows[i].rc || v != rows[i].value)
            fail_msg("%s: %lld", rows[i].written, (long long)v);
    }
}

static void marks_count_code_points(void **state)
{
    struct run *t = *state;
    const struct node *n = doc_find(&t->doc, STR("/\xc3\xa9\xf0\x9f\x98\x80"));
    struct mark at = node_mark(&t->doc, n), key = node_key_mark(&t->doc, n);

    assert_true(key.line == 4 && key.column == 3);
    assert_true(at.line == 4 && at.column == 9);
    at = node_key_mark(&t->doc, doc_find(&t->doc, STR("/last")));
    assert_true(at.line == 4 && at.column == 14);
    at = text_mark(STR("a\r\nb"), 3);
    assert_true(at.line == 2 && at.column == 1);
    at = text_mark(STR("a\n"), 99);
    assert_true(at.line == 2 && at.column == 1);
    at = text_mark(STR_NULL, 0);
    assert_true(at.line == 1 && at.column == 1);
}

static void late_children_are_linked(void **state)
{
    struct run *t = *state;
    AUTO(doc_build) b = {0};
    struct diag d = {0};
    struct doc doc;
    uint32_t root, one, two, row;

    assert_int_equal(doc_build_init(&b, STR("0123456789"), &t->lim, &t->a, &d), 0);
    assert_int_equal(doc_build_row(&b, 0, NODE_OBJECT, 0, &root), 0);
    assert_int_equal(doc_build_row(&b, root, NODE_OBJECT, 1, &one), 0);
    assert_int_equal(doc_build_row(&b, root, NODE_OBJECT, 2, &two), 0);
    assert_int_equal(doc_build_row(&b, two, NODE_NUMBER, 3, &row), 0);
    assert_int_equal(doc_build_row(&b, one, NODE_NUMBER, 4, &row), 0);
    assert_int_equal(doc_build_row(&b, one, NODE_ARRAY, 5, &row), 0);
    doc_build_link(&b);
    assert_int_equal(doc_build_finish(&b, &doc), 0);
    assert_true(doc_sound(&doc));
    assert_true(doc.nodes[one].first == 4 && doc.nodes[4].next == 5 && doc.nodes[one].count == 2);
    assert_true(doc.nodes[root].first == one && doc.nodes[one].next == two);
    assert_int_equal(doc.nodes[5].depth, 2);
}

static void builder_keeps_limits(void **state)
{
    struct run *t = *state;
    AUTO(doc_build) b = {0};
    struct diag d = {0};
    uint32_t row = 0;

    t->lim.depth = 2;
    t->lim.string_bytes = 3;
    assert_int_equal(doc_build_init(&b, STR("x\ny"), &t->lim, &t->a, &d), 0);
    assert_int_equal(doc_build_cook_add(&b, STR("abc"), 2, &row), 0);
    assert_int_equal(doc_build_cook_add(&b, STR("de"), 2, &row), 0);
    assert_int_equal(row, 3);
    assert_int_equal(doc_build_cook_add(&b, STR("abcd"), 2, &row), E_LIMIT);
    assert_true(d.line == 2 && d.column == 1);
    assert_int_equal(doc_build_row(&b, 0, NODE_OBJECT, 0, &row), 0);
    assert_int_equal(doc_build_row(&b, 0, NODE_OBJECT, 0, &row), 0);
    assert_int_equal(doc_build_row(&b, row, NODE_NULL, 0, &row), 0);
    assert_int_equal(doc_build_row(&b, 1, NODE_ARRAY, 0, &row), E_LIMIT);
    assert_non_null(strstr(d.text, "deeper"));
    assert_int_equal(b.rc, E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pointers_find_nodes, begin, end),
        cmocka_unit_test_setup_teardown(pointers_name_nodes, begin, end),
        cmocka_unit_test_setup_teardown(long_array_index_is_named, begin, end),
        cmocka_unit_test_setup_teardown(bytes_find_their_node, begin, end),
        cmocka_unit_test_setup_teardown(bytes_are_found_in_few_steps, begin, end),
        cmocka_unit_test_setup_teardown(walking, begin, end),
        cmocka_unit_test_setup_teardown(values, begin, end),
        cmocka_unit_test_setup_teardown(null_nodes_answer_nothing, begin, end),
        cmocka_unit_test_setup_teardown(integers_of_three_formats, begin, end),
        cmocka_unit_test_setup_teardown(marks_count_code_points, begin, end),
        cmocka_unit_test_setup_teardown(late_children_are_linked, begin, end),
        cmocka_unit_test_setup_teardown(builder_keeps_limits, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

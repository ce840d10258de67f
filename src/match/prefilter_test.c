/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that every literal is found once and in order, in blocks and across windows. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "match/prefilter.h"

static const struct str LITERALS[] = {
    STR("sk-ant-api"), STR("ant-api"), STR("hf_"), STR("AKIA"), STR("api"), STR("\xff\0x"),
};

struct fixture {
    char *db;
    size_t n;
    struct prefilter *pf;
};

struct hits {
    struct {
        unsigned id;
        uint64_t end;
    } v[32];
    size_t n;
    int answer; /* given at the last hit that fits */
    size_t stop_at;
};

static int collect(void *ctx, unsigned id, uint64_t end)
{
    struct hits *h = ctx;

    assert_true(h->n < ARRAY_LEN(h->v));
    h->v[h->n].id = id;
    h->v[h->n++].end = end;
    return h->stop_at && h->n == h->stop_at ? h->answer : 0;
}

static int set_up(void **state)
{
    static struct fixture f;
    struct diag d = {0};

    assert_int_equal(prefilter_compile(LITERALS, ARRAY_LEN(LITERALS), &f.db, &f.n, &d), OK);
    assert_int_equal(prefilter_open(f.db, f.n, &f.pf, &d), OK);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    assert_null(prefilter_free(f->pf));
    mem_free(f->db);
    return 0;
}

static void expect(const struct hits *h, size_t i, unsigned id, uint64_t end)
{
    assert_true(i < h->n);
    assert_int_equal(h->v[i].id, id);
    assert_int_equal(h->v[i].end, end);
}

static void test_block(void **state)
{
    struct fixture *f = *state;
    struct hits h = {0};

    assert_int_equal(prefilter_scan(f->pf, STR("x sk-ant-api AKIA\xff\0xhf_"), collect, &h), OK);
    assert_int_equal(h.n, 6);
    expect(&h, 0, 0, 12); /* equal ends: by id */
    expect(&h, 1, 1, 12);
    expect(&h, 2, 4, 12);
    expect(&h, 3, 3, 17);
    expect(&h, 4, 5, 20);
    expect(&h, 5, 2, 23);
}

static void test_near_miss(void **state)
{
    struct fixture *f = *state;
    struct hits h = {0};

    assert_int_equal(prefilter_scan(f->pf, STR(""), collect, &h), OK);
    assert_int_equal(prefilter_scan(f->pf, STR("HF_ akia sk-ant-ap ap i"), collect, &h), OK);
    assert_int_equal(h.n, 0);
}

static void test_windows(void **state)
{
    struct fixture *f = *state;
    const struct str text = STR("hf_sk-ant-api--AKIA");

    for (size_t cut = 0; cut <= text.n; cut++) {
        struct hits h = {0};
        assert_int_equal(prefilter_begin(f->pf), OK);
        assert_int_equal(prefilter_feed(f->pf, str_sub(text, 0, cut), collect, &h), OK);
        assert_int_equal(prefilter_feed(f->pf, str_sub(text, cut, text.n), collect, &h), OK);
        assert_int_equal(prefilter_end(f->pf, collect, &h), OK);
        assert_int_equal(h.n, 5);
        expect(&h, 0, 2, 3);
        expect(&h, 1, 0, 13);
        expect(&h, 4, 3, 19);
    }
}

static void test_stop(void **state)
{
    struct fixture *f = *state;
    struct hits h = {.answer = 42, .stop_at = 2};

    assert_int_equal(prefilter_scan(f->pf, STR("sk-ant-api hf_"), collect, &h), 42);
    assert_int_equal(h.n, 2);
    h = (struct hits){.answer = -7, .stop_at = 1}; /* at the very last literal */
    assert_int_equal(prefilter_scan(f->pf, STR("hf_"), collect, &h), -7);
    h = (struct hits){.answer = 5, .stop_at = 1};
    assert_int_equal(prefilter_begin(f->pf), OK);
    assert_int_equal(prefilter_feed(f->pf, STR("hf_ hf_ "), collect, &h), 5);
    assert_int_equal(h.n, 1);
    assert_int_equal(prefilter_feed(f->pf, STR("hf_"), collect, &h), E_USAGE);
    assert_int_equal(prefilter_end(f->pf, collect, &h), E_USAGE);
    h = (struct hits){0};
    assert_int_equal(prefilter_begin(f->pf), OK); /* starts anew */
    assert_int_equal(prefilter_feed(f->pf, STR("f_ hf_"), collect, &h), OK);
    assert_int_equal(prefilter_end(f->pf, collect, &h), OK);
    assert_int_equal(h.n, 1);
    expect(&h, 0, 2, 6);
    assert_int_equal(prefilter_feed(f->pf, STR("hf_"), collect, &h), E_USAGE); /* not begun */
}

static void test_damaged(void **state)
{
    struct fixture *f = *state;
    struct prefilter *pf = NULL;
    struct diag d = {0};
    char *copy = mem_alloc(f->n + 1);

    assert_non_null(copy);
    memcpy(copy, f->db, f->n);
    for (size_t n = 0; n < f->n; n += n < 32 ? 1 : 509)
        assert_int_equal(prefilter_open(copy, n, &pf, &d), E_PARSE);
    assert_int_equal(prefilter_open(copy, f->n + 1, &pf, &d), E_PARSE);
    copy[0] ^= 1;
    assert_int_equal(prefilter_open(copy, f->n, &pf, &d), E_PARSE);
    copy[0] ^= 1;
    copy[16 + 5] ^= 1; /* version of the library */
    assert_int_equal(prefilter_open(copy, f->n, &pf, &d), E_UNSUPPORTED);
    assert_null(pf);
    mem_free(copy);
}

static void test_refused(void **state UNUSED)
{
    const struct str with_empty[] = {STR("abc"), STR("")};
    struct diag d = {0};
    char *db = NULL;
    size_t n = 0;

    assert_int_equal(prefilter_compile(LITERALS, 0, &db, &n, &d), E_USAGE);
    assert_int_equal(prefilter_compile(with_empty, 2, &db, &n, &d), E_USAGE);
    assert_string_equal(d.text, "literal 1 is empty");
    assert_null(db);
}

static void test_no_memory(void **state)
{
    struct fixture *f = *state;
    int rc = E_NOMEM;
    size_t n;

    for (n = 1; rc == E_NOMEM; n++) {
        struct prefilter *pf = NULL;
        mem_fail_after(n);
        rc = prefilter_open(f->db, f->n, &pf, NULL);
        mem_fail_after(0);
        prefilter_free(pf);
    }
    assert_int_equal(rc, OK);
    assert_true(n > 2);
    rc = E_NOMEM;
    for (n = 1; rc == E_NOMEM; n++) {
        char *db = NULL;
        size_t size = 0;
        mem_fail_after(n);
        rc = prefilter_compile(LITERALS, ARRAY_LEN(LITERALS), &db, &size, NULL);
        mem_fail_after(0);
        mem_free(db);
    }
    assert_int_equal(rc, OK);
    assert_true(n > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block),     cmocka_unit_test(test_near_miss),
        cmocka_unit_test(test_windows),   cmocka_unit_test(test_stop),
        cmocka_unit_test(test_damaged),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

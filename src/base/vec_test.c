/* SPDX-License-Identifier: Apache-2.0 */
/* Tests growth, the stable order of the sort, and lost memory. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/vec.h"

struct pair {
    int key, place;
};

static int by_key(const void *a, const void *b, void *ctx)
{
    const struct pair *x = a, *y = b;

    ++*(size_t *)ctx;
    return (x->key > y->key) - (x->key < y->key);
}

static void push_keeps_all(void **state)
{
    struct {
        VEC(int);
    } v = {0};
    int sum = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(vec_push(&v, i), 0);
    vec_each (it, &v)
        sum += *it;
    assert_int_equal(sum, 999 * 1000 / 2);
    assert_int_equal(v.n, 1000);
    vec_free(&v);
    assert_null(v.v);
    vec_free(&v);
    vec_each (it, &v)
        fail();
}

static void lost_memory_keeps_what_is_there(void **state)
{
    struct {
        VEC(int);
    } v = {0};

    (void)state;
    mem_fail_after(2);
    int i = 0;
    while (vec_push(&v, i) == 0)
        i++;
    mem_fail_after(0);
    assert_int_equal(v.n, i);
    assert_true(i > 0);
    assert_int_equal(v.v[i - 1], i - 1);
    assert_int_equal(vec_push(&v, i), 0);
    vec_free(&v);
}

static void growth_checks_sizes(void **state)
{
    void *p = NULL;
    size_t alloc = 0;

    (void)state;
    assert_int_equal(vec_grow(&p, SIZE_MAX, &alloc, 1), E_NOMEM);
    alloc = SIZE_MAX / 2 + 1;
    assert_int_equal(vec_grow(&p, alloc, &alloc, 1), E_NOMEM);
    alloc = 0;
    assert_int_equal(vec_grow(&p, 0, &alloc, SIZE_MAX / 2), E_NOMEM);
    assert_null(p);
    assert_int_equal(alloc, 0);
}

static void check_sorted(size_t n, unsigned keys, bool ascending)
{
    struct {
        VEC(struct pair);
    } v = {0};
    size_t calls = 0;
    unsigned random = 12345;

    for (size_t i = 0; i < n; i++) {
        random = random * 1103515245u + 12345u;
        int key = ascending ? (int)i : (int)(random >> 16) % (int)keys;
        assert_int_equal(vec_push(&v, ((struct pair){key, (int)i})), 0);
    }
    assert_int_equal(vec_sort(&v, by_key, &calls), 0);
    for (size_t i = 1; i < n; i++) {
        const struct pair *a = &v.v[i - 1], *b = &v.v[i];
        assert_true(a->key < b->key || (a->key == b->key && a->place < b->place));
    }
    if (ascending)
        assert_true(calls <= n);
    else
        assert_true(n < 2 || calls <= n * 14);
    vec_free(&v);
}

static void sort_is_stable_at_every_length(void **state)
{
    (void)state;
    for (size_t n = 0; n < 70; n++)
        check_sorted(n, 5, false);
    check_sorted(1023, 40, false);
    check_sorted(4097, 1000, false);
    check_sorted(4096, 1, true);
}

static void sort_without_memory_changes_nothing(void **state)
{
    struct pair v[] = {{2, 0}, {1, 1}};
    size_t calls = 0;

    (void)state;
    mem_fail_after(1);
    assert_int_equal(vec_sort_raw(v, 1, sizeof v[0], by_key, &calls), 0);
    assert_int_equal(vec_sort_raw(v, 2, sizeof v[0], by_key, &calls), E_NOMEM);
    mem_fail_after(0);
    assert_int_equal(v[0].key, 2);
    assert_int_equal(vec_sort_raw(v, 2, sizeof v[0], by_key, &calls), 0);
    assert_int_equal(v[0].key, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(push_keeps_all),
        cmocka_unit_test(lost_memory_keeps_what_is_there),
        cmocka_unit_test(growth_checks_sizes),
        cmocka_unit_test(sort_is_stable_at_every_length),
        cmocka_unit_test(sort_without_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Tests alignment, zeroing, the cap, lone chunks and lost memory of an arena. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"

static bool all_zero(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i])
            return false;
    }
    return true;
}

static void memory_is_aligned_zeroed_and_apart(void **state)
{
    AUTO(arena) a = ARENA(0);
    char *p[200];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(p); i++) {
        size_t n = i * 37;
        assert_true(str_eq(arena_str(&a, STR("odd")), STR("odd")));
        p[i] = arena_alloc(&a, n);
        assert_non_null(p[i]);
        assert_int_equal((uintptr_t)p[i] % alignof(max_align_t), 0);
        assert_true(all_zero(p[i], n));
        memset(p[i], (int)i + 1, n);
    }
    for (size_t i = 0; i < ARRAY_LEN(p); i++) {
        for (size_t k = 0; k < i * 37; k++)
            assert_int_equal((unsigned char)p[i][k], (unsigned char)(i + 1));
    }
    assert_int_equal(arena_error(&a), 0);
}

static void large_objects_get_their_own_chunk(void **state)
{
    AUTO(arena) a = ARENA(0);

    (void)state;
    char *big = arena_alloc(&a, 3 << 20);
    char *small = arena_alloc(&a, 10);
    struct arena_chunk *head = a.head;
    char *big2 = arena_alloc(&a, 3 << 20);
    assert_non_null(big);
    assert_non_null(small);
    assert_non_null(big2);
    memset(big2, 1, 3 << 20);
    assert_ptr_equal(a.head, head);
    char *next = arena_alloc(&a, 10);
    assert_true(next > small && next - small < 100);
    assert_true(all_zero(big, 3 << 20));
}

static void a_middling_object_first_grows_the_chunk(void **state)
{
    AUTO(arena) a = ARENA(0);

    (void)state;
    char *p = arena_alloc(&a, 200 << 10);
    char *q = arena_alloc(&a, 100);
    assert_non_null(p);
    assert_non_null(q);
    memset(p, 1, 200 << 10);
    assert_true(all_zero(q, 100));
    arena_done(&a);
    assert_null(arena_alloc(&a, SIZE_MAX - 8));
    assert_int_equal(arena_error(&a), E_NOMEM);
    assert_null(a.head);
}

static void clear_keeps_a_clean_chunk(void **state)
{
    AUTO(arena) a = ARENA(1 << 20);

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 300; i++) {
            char *p = arena_alloc(&a, 1000);
            assert_non_null(p);
            assert_true(all_zero(p, 1000));
            memset(p, 0xee, 1000);
        }
        arena_clear(&a);
        assert_int_equal(a.used, 0);
        assert_non_null(a.head);
    }
    /* A chunk of one large object is not kept. */
    arena_done(&a);
    a.cap = 0;
    assert_non_null(arena_alloc(&a, 9 << 20));
    arena_clear(&a);
    assert_null(a.head);
}

static void the_cap_counts_bytes_handed_out(void **state)
{
    AUTO(arena) a = ARENA(100);

    (void)state;
    assert_non_null(arena_alloc(&a, 60));
    assert_null(arena_alloc(&a, 41));
    assert_int_equal(arena_error(&a), E_LIMIT);
    assert_int_equal(a.used, 60);
    assert_non_null(arena_alloc(&a, 40));
    assert_null(arena_str(&a, STR("x")).p);
    assert_non_null(arena_str(&a, STR("")).p);
    assert_null(arena_z(&a, STR("")));
    assert_null(arena_fmt(&a, "%d", 1).p);
    arena_clear(&a);
    assert_int_equal(arena_error(&a), 0);
    assert_non_null(arena_alloc(&a, 100));
}

static void no_size_overflows(void **state)
{
    AUTO(arena) a = ARENA(0);

    (void)state;
    assert_non_null(arena_alloc(&a, 1));
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_int_equal(arena_error(&a), E_LIMIT);
    assert_null(arena_alloc(&a, SIZE_MAX - 8));
    assert_null(arena_array(&a, SIZE_MAX / 2, 3));
    assert_int_equal(arena_error(&a), E_LIMIT);
    struct str huge = {"", SIZE_MAX};
    assert_null(arena_z(&a, huge));
    assert_int_equal(*arena_new_n(&a, int, 4), 0);
}

static void text_is_copied(void **state)
{
    AUTO(arena) a = ARENA(0);
    char source[] = "abc";

    (void)state;
    struct str s = arena_str(&a, str_z(source));
    char *z = arena_z(&a, str_z(source));
    source[0] = 'x';
    assert_true(str_eq(s, STR("abc")));
    assert_string_equal(z, "abc");
    assert_string_equal(arena_z(&a, STR_NULL), "");
    assert_true(str_eq(arena_fmt(&a, "%s-%d", "k", 7), STR("k-7")));
    struct str empty = arena_fmt(&a, "%s", "");
    assert_non_null(empty.p);
    assert_int_equal(empty.n, 0);
    for (size_t n = 250; n < 262; n++) {
        s = arena_fmt(&a, "%*d", (int)n, 7);
        assert_int_equal(s.n, n);
        assert_int_equal(s.p[n - 1], '7');
    }
}

static void lost_memory_is_an_error_not_a_crash(void **state)
{
    AUTO(arena) a = ARENA(0);

    (void)state;
    mem_fail_after(1);
    assert_null(arena_alloc(&a, 1));
    assert_null(arena_str(&a, STR("x")).p);
    assert_null(arena_z(&a, STR("x")));
    assert_null(arena_fmt(&a, "%500d", 1).p);
    mem_fail_after(0);
    assert_int_equal(arena_error(&a), E_NOMEM);
    assert_int_equal(a.used, 0);
    assert_non_null(arena_alloc(&a, 1));
    mem_fail_after(1);
    assert_non_null(arena_alloc(&a, 1));
    assert_null(arena_alloc(&a, 1 << 20));
    assert_null(arena_alloc(&a, 17 << 10));
    mem_fail_after(0);
    assert_int_equal(a.used, 2);
}

/* Sizes below, at and above those of chunks; what was there stays, what is new is zero. */
static void objects_grow(void **state)
{
    AUTO(arena) a = ARENA(0);
    char *p = NULL;
    size_t old = 0;

    (void)state;
    for (size_t n = 100; n < (size_t)8 << 20; old = n, n += n / 2) {
        p = arena_grow(&a, p, old, n);
        assert_non_null(p);
        assert_true(all_zero(p + old, n - old));
        for (size_t i = 0; i < old; i += 97)
            assert_int_equal((unsigned char)p[i], (unsigned char)(i / 97));
        for (size_t i = 0; i < n; i += 97)
            p[i] = (char)(i / 97);
        memset(arena_alloc(&a, 50), 0xff, 50);
    }
    assert_true(a.used < old + old / 4); /* no outgrown ones beside it */
    a.cap = a.used + 100;
    assert_null(arena_grow(&a, p, old, old + 101));
    assert_int_equal(arena_error(&a), E_LIMIT);
    mem_fail_after(1);
    assert_null(arena_grow(&a, p, old, old + 100));
    mem_fail_after(0);
    assert_int_equal(arena_error(&a), E_NOMEM);
    assert_int_equal((unsigned char)p[97], 1);
    assert_non_null(arena_grow(&a, p, old, old + 100));
}

static void an_empty_arena_can_be_released(void **state)
{
    struct arena a = {0};

    (void)state;
    arena_clear(&a);
    arena_done(&a);
    arena_done(&a);
    void *p = arena_alloc(&a, 0), *q = arena_alloc(&a, 0);
    assert_non_null(p);
    assert_ptr_not_equal(p, q);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_aligned_zeroed_and_apart),
        cmocka_unit_test(large_objects_get_their_own_chunk),
        cmocka_unit_test(a_middling_object_first_grows_the_chunk),
        cmocka_unit_test(clear_keeps_a_clean_chunk),
        cmocka_unit_test(the_cap_counts_bytes_handed_out),
        cmocka_unit_test(no_size_overflows),
        cmocka_unit_test(text_is_copied),
        cmocka_unit_test(lost_memory_is_an_error_not_a_crash),
        cmocka_unit_test(objects_grow),
        cmocka_unit_test(an_empty_arena_can_be_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

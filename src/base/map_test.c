/* SPDX-License-Identifier: Apache-2.0 */
/* Tests look-up, order, owned keys and lost memory of a map. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

static void absent_and_present_keys_differ(void **state)
{
    AUTO(map) m = MAP_INIT;
    bool was_new = false;

    (void)state;
    assert_null(map_get(&m, STR("a")));
    uint64_t *slot = map_put(&m, STR("a"), &was_new);
    assert_non_null(slot);
    assert_true(was_new);
    assert_int_equal(*slot, 0);
    *slot = 7;
    slot = map_put(&m, STR("a"), &was_new);
    assert_false(was_new);
    assert_int_equal(*slot, 7);
    assert_non_null(map_put(&m, STR(""), NULL));
    assert_non_null(map_put(&m, STR("a\0b"), NULL));
    assert_non_null(map_get(&m, STR_NULL));
    assert_null(map_get(&m, STR("a\0c")));
    assert_int_equal(*map_get(&m, STR("a")), 7);
    assert_int_equal(m.n, 3);
}

static void many_keys_are_found_and_kept_in_order(void **state)
{
    AUTO(arena) a = ARENA(0);
    AUTO(map) m = MAP_OWNED(&a);
    char key[32];
    uint64_t i = 0;

    (void)state;
    for (; i < 20000; i++) {
        snprintf(key, sizeof key, "key %u", (unsigned)(i * 7919 % 20011));
        uint64_t *slot = map_put(&m, str_z(key), NULL);
        assert_non_null(slot);
        *slot = i;
    }
    i = 0;
    map_each (e, &m) {
        snprintf(key, sizeof key, "key %u", (unsigned)(i * 7919 % 20011));
        assert_true(str_eq_z(e->key, key));
        assert_int_equal(e->value, i);
        assert_int_equal(*map_get(&m, e->key), i);
        i++;
    }
    assert_int_equal(i, 20000);
    assert_null(map_get(&m, STR("key 20012")));
}

static void clear_forgets_and_works_on(void **state)
{
    AUTO(map) m = MAP_INIT;

    (void)state;
    map_clear(&m);
    map_each (e, &m)
        fail();
    assert_non_null(map_put(&m, STR("a"), NULL));
    map_clear(&m);
    assert_null(map_get(&m, STR("a")));
    assert_int_equal(m.n, 0);
    assert_non_null(map_put(&m, STR("b"), NULL));
    assert_int_equal(m.n, 1);
    map_each (e, &m)
        assert_true(str_eq(e->key, STR("b")));
}

static void each_map_has_its_own_seed(void **state)
{
    AUTO(map) a = MAP_INIT;
    AUTO(map) b = MAP_INIT;

    (void)state;
    assert_non_null(map_put(&a, STR("k"), NULL));
    assert_non_null(map_put(&b, STR("k"), NULL));
    assert_true(a.seed != b.seed);
    assert_true(a.entries[0].hash != b.entries[0].hash);
}

/* With the n-th allocation failing, a map must hold exactly the keys it took. */
static bool fill_with_failure(size_t nth)
{
    AUTO(arena) a = ARENA(0);
    AUTO(map) m = MAP_OWNED(&a);
    char key[16];
    unsigned put = 0;
    bool was_new = true;

    mem_fail_after(nth);
    for (; put < 40; put++) {
        snprintf(key, sizeof key, "%u", put);
        was_new = true;
        if (!map_put(&m, str_z(key), &was_new))
            break;
    }
    mem_fail_after(0);
    assert_true(was_new);
    assert_int_equal(m.n, put);
    snprintf(key, sizeof key, "%u", put);
    assert_null(map_get(&m, str_z(key)));
    assert_non_null(map_put(&m, str_z(key), &was_new));
    assert_true(was_new);
    map_each (e, &m)
        assert_non_null(map_get(&m, e->key));
    return put == 40;
}

static void lost_memory_leaves_the_map_whole(void **state)
{
    size_t nth = 1;

    (void)state;
    while (!fill_with_failure(nth))
        nth++;
    assert_true(nth > 6);
}

static void a_full_arena_refuses_the_key(void **state)
{
    AUTO(arena) a = ARENA(3);
    AUTO(map) m = MAP_OWNED(&a);

    (void)state;
    assert_non_null(map_put(&m, STR("abc"), NULL));
    assert_null(map_put(&m, STR("d"), NULL));
    assert_int_equal(m.n, 1);
    assert_non_null(map_put(&m, STR("abc"), NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_and_present_keys_differ),
        cmocka_unit_test(many_keys_are_found_and_kept_in_order),
        cmocka_unit_test(clear_forgets_and_works_on),
        cmocka_unit_test(each_map_has_its_own_seed),
        cmocka_unit_test(lost_memory_leaves_the_map_whole),
        cmocka_unit_test(a_full_arena_refuses_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and answers come through as they were put; damage is refused, not read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "discover/request.h"

static char room[4096];

static void put(struct batch *b, const char *path, const char *text)
{
    struct asked it = {.target = 3, .mode = 0100644, .path = str_z(path), .size = strlen(text)};
    char *at = batch_room(b, it.path, strlen(text) + 1);
    assert_non_null(at);
    memcpy(at, text, strlen(text));
    it.bytes = str_n(at, strlen(text));
    assert_int_equal(batch_add(b, &it), 0);
}

static void a_batch_comes_through(void **state UNUSED)
{
    struct batch b = {.table = BUF_INIT};
    struct request r;
    struct asked it;
    batch_begin(&b, room, sizeof(room));
    put(&b, "a", "one");
    put(&b, "b/c", "");
    put(&b, "d", "three");
    assert_int_equal(request_read(batch_end(&b), &r), 0);
    static const char *const want[][2] = {{"a", "one"}, {"b/c", ""}, {"d", "three"}};
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_int_equal(request_next(&r, &it), 1);
        assert_true(str_eq_z(it.path, want[i][0]) && str_eq_z(it.bytes, want[i][1]));
        assert_true(it.in_memory && !it.changed && it.target == 3 && it.mode == 0100644);
        assert_int_equal(it.size, strlen(want[i][1]));
    }
    assert_int_equal(request_next(&r, &it), 0);
    batch_done(&b);
}

static void a_batch_is_full_before_the_room_is(void **state UNUSED)
{
    struct batch b = {.table = BUF_INIT};
    size_t n = 0;
    batch_begin(&b, room, 512);
    while (batch_room(&b, STR("name"), 9)) {
        put(&b, "name", "12345678");
        n++;
    }
    assert_true(n > 5);
    assert_true(batch_end(&b).n <= 512);
    assert_null(batch_room(&b, STR("name"), SIZE_MAX));
    batch_done(&b);
}

static void one_item_comes_through(void **state UNUSED)
{
    AUTO(buf) out = BUF_INIT;
    struct asked it = {.path = STR("x"), .size = 7, .changed = true};
    struct request r;
    struct asked back;
    request_one(&out, &it);
    assert_int_equal(request_read(buf_str(&out), &r), 0);
    assert_int_equal(request_next(&r, &back), 1);
    assert_true(!back.in_memory && back.changed && back.size == 7 && str_eq_z(back.path, "x"));
    assert_int_equal(request_next(&r, &back), 0);
    buf_clear(&out);
    it.in_memory = true;
    it.bytes = STR("content");
    request_one(&out, &it);
    assert_int_equal(request_read(buf_str(&out), &r), 0);
    assert_int_equal(request_next(&r, &back), 1);
    assert_true(back.in_memory && str_eq_z(back.bytes, "content"));
    /* Cut off anywhere, it is refused. */
    for (size_t n = 0; n < out.n; n++) {
        int rc = request_read(str_n(out.p, n), &r);
        assert_int_equal(rc ? rc : request_next(&r, &back), E_PARSE);
    }
}

static void answers_come_through(void **state UNUSED)
{
    AUTO(buf) out = BUF_INIT;
    struct answered nothing = {.bytes_read = 9}, all = {true, true, 1, STR("facts")};
    answer_put(&out, &nothing);
    answer_put(&out, &all);
    struct frame f = {.rest = buf_str(&out)};
    struct answered a = answer_get(&f);
    assert_true(!a.binary && !a.container && a.bytes_read == 9 && !a.frame.n);
    a = answer_get(&f);
    assert_true(a.binary && a.container && a.bytes_read == 1 && str_eq_z(a.frame, "facts"));
    assert_int_equal(frame_result(&f), 0);
    for (size_t n = 0; n < out.n; n++) {
        f = (struct frame){.rest = str_n(out.p, n)};
        answer_get(&f);
        answer_get(&f);
        assert_int_equal(frame_result(&f), E_PARSE);
    }
}

/* What no worker of ours writes. */
static void hostile_answers_are_refused(void **state UNUSED)
{
    static const char *const bad[] = {
        "\x08\0\0\0\0\0\0\0\0",                 /* an unknown flag */
        "\0\xff\xff\xff\xff\xff\xff\xff\xff",   /* bytes below zero */
        "\x04\0\0\0\0\0\0\0\0\xff\xff\xff\xff", /* a frame longer than the reply */
    };
    static const size_t n[] = {9, 9, 13};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct frame f = {.rest = str_n(bad[i], n[i])};
        struct answered a = answer_get(&f);
        assert_true(f.failed && !a.frame.n && !a.bytes_read);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_comes_through),
        cmocka_unit_test(a_batch_is_full_before_the_room_is),
        cmocka_unit_test(one_item_comes_through),
        cmocka_unit_test(answers_come_through),
        cmocka_unit_test(hostile_answers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

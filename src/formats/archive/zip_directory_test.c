/* SPDX-License-Identifier: Apache-2.0 */
/* Directories of zip files: honest ones of every kind, and those that lie. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/archive/testing.h"
#include "formats/archive/zip_directory.h"

/* A zip by hand: members and entries as they are asked for. */
struct zip {
    struct buf bytes, directory;
    unsigned entries;
};

static void zip_done(struct zip *z)
{
    buf_done(&z->bytes);
    buf_done(&z->directory);
}

static void le(struct buf *b, uint64_t v, unsigned n)
{
    for (; n--; v >>= 8)
        buf_addc(b, (char)v);
}

/* Its offset. */
static uint64_t member(struct zip *z, const char *name, const char *data)
{
    uint64_t at = z->bytes.n;
    buf_add(&z->bytes, STR("PK\3\4\12\0\0\0\0\0\0\0\0\0"));
    le(&z->bytes, 0, 4); /* nobody looks at the sum here */
    le(&z->bytes, strlen(data), 4);
    le(&z->bytes, strlen(data), 4);
    le(&z->bytes, strlen(name), 2);
    le(&z->bytes, 0, 2);
    buf_addz(&z->bytes, name);
    buf_addz(&z->bytes, data);
    return at;
}

static void entry(struct zip *z, const char *name, uint64_t offset, uint64_t size)
{
    buf_add(&z->directory, STR("PK\1\2\12\0\12\0\0\0\0\0\0\0\0\0"));
    le(&z->directory, 0, 4);
    le(&z->directory, size, 4);
    le(&z->directory, size, 4);
    le(&z->directory, strlen(name), 2);
    le(&z->directory, 0, 2 + 2 + 2 + 2 + 4);
    le(&z->directory, offset, 4);
    buf_addz(&z->directory, name);
    z->entries++;
}

static void finish(struct zip *z, uint64_t before)
{
    uint64_t at = z->bytes.n;
    buf_add(&z->bytes, buf_str(&z->directory));
    buf_add(&z->bytes, STR("PK\5\6\0\0\0\0"));
    le(&z->bytes, z->entries, 2);
    le(&z->bytes, z->entries, 2);
    le(&z->bytes, z->directory.n, 4);
    le(&z->bytes, at - before, 4);
    le(&z->bytes, 0, 2);
    assert_int_equal(buf_result(&z->bytes), 0);
}

static void look(struct str bytes, struct zip_directory *ret)
{
    struct memory_source m = {.bytes = bytes};
    struct archive_source s = memory_source(&m);
    assert_int_equal(zip_directory_read(&s, 1000, ret), 0);
}

static void expect(struct str bytes, size_t n, bool overlap, bool unlisted)
{
    AUTO(zip_directory) d = {0};
    look(bytes, &d);
    assert_true(d.found);
    assert_int_equal(d.n, n);
    assert_int_equal(d.overlap, overlap);
    assert_int_equal(d.unlisted, unlisted);
}

#define ZIP AUTO(zip) z = {BUF_INIT, BUF_INIT, 0}

static void honest_ones(void **state UNUSED)
{
    static const char *const options[] = {"zip:compression=store", "zip:compression=deflate",
                                          "zip:zip64"};
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        for (int streams = 0; streams < 2; streams++) {
            AUTO(buf) bytes = BUF_INIT;
            AUTO(buf) after = BUF_INIT;
            struct pack_member files[] = {{.path = "a", .content = STR("aaaaaaaaaa")},
                                          {.path = "d", .type = AE_IFDIR},
                                          {.path = "d/b", .content = STR("PK\3\4 within")}};
            files[0].unknown_size = files[2].unknown_size = streams;
            pack_with(&bytes, "zip", NULL, options[i], files, 3);
            expect(buf_str(&bytes), 3, false, false);
            buf_addz(&after, "#!/bin/sh\nexec me\n");
            buf_add(&after, buf_str(&bytes));
            if (i != 2) /* offsets of the 64-bit records would have to be moved */
                expect(buf_str(&after), 3, false, false);
        }
    ZIP;
    finish(&z, 0);
    expect(buf_str(&z.bytes), 0, false, false);
}

static void members_that_overlap(void **state UNUSED)
{
    /* One member under two names; one within another; one that reaches into the directory. */
    for (int kind = 0; kind < 4; kind++) {
        ZIP;
        uint64_t a = member(&z, "a", "0123456789012345678901234567890123456789");
        uint64_t b = member(&z, "b", "data");
        entry(&z, "a", a, 40);
        entry(&z, "b", b, kind == 2 ? 5 : 4);
        if (kind == 0)
            entry(&z, "c", b, 4);
        else if (kind == 1)
            entry(&z, "c", b - 10, 4);
        finish(&z, 0);
        if (kind == 1)
            memcpy(z.bytes.p + b - 10, "PK\3\4", 4);
        if (kind == 3)
            z.bytes.p[str_find(buf_str(&z.bytes), STR("PK\1\2"), 0) + 20] = 41;
        AUTO(zip_directory) d = {0};
        look(buf_str(&z.bytes), &d);
        assert_true(d.overlap);
    }
}

static void members_that_are_not_listed(void **state UNUSED)
{
    for (int hidden = 0; hidden < 3; hidden++) {
        ZIP;
        static const char *const names[] = {"a", "b", "c"};
        for (int i = 0; i < 3; i++) {
            uint64_t at = member(&z, names[i], "some data");
            if (i != hidden)
                entry(&z, names[i], at, 9);
        }
        finish(&z, 0);
        expect(buf_str(&z.bytes), 2, false, true);
    }
}

static void names_differ(void **state UNUSED)
{
    ZIP;
    uint64_t a = member(&z, "harmless.txt", "x"), b = member(&z, "d/", "");
    entry(&z, ".mcp.json", a, 1);
    entry(&z, "d", b, 0);
    finish(&z, 0);
    AUTO(zip_directory) d = {0};
    struct memory_source m = {.bytes = buf_str(&z.bytes)};
    struct archive_source s = memory_source(&m);
    struct str other;
    char room[64];
    look(buf_str(&z.bytes), &d);
    assert_false(
        zip_directory_is_named(&d, &s, 0, STR("harmless.txt"), room, sizeof(room), &other));
    assert_true(str_eq_z(other, ".mcp.json"));
    assert_true(zip_directory_is_named(&d, &s, 0, STR(".mcp.json"), room, sizeof(room), &other));
    assert_true(zip_directory_is_named(&d, &s, 1, STR("d/"), room, sizeof(room), &other));
}

static void without_a_directory(void **state UNUSED)
{
    ZIP;
    uint64_t a = member(&z, "a", "data");
    entry(&z, "a", a, 4);
    finish(&z, 0);
    for (size_t n = 0; n < z.bytes.n; n++) {
        AUTO(zip_directory) d = {0};
        look(str_n(z.bytes.p, n), &d);
        assert_false(d.found);
    }
    /* An entry that is none. */
    z.bytes.p[str_find(buf_str(&z.bytes), STR("PK\1\2"), 0)] = 'X';
    AUTO(zip_directory) d = {0};
    look(buf_str(&z.bytes), &d);
    assert_false(d.found);
}

static void too_many_and_no_memory(void **state UNUSED)
{
    ZIP;
    member(&z, "a", "");
    for (int i = 0; i < 20; i++)
        entry(&z, "a", 0, 0);
    finish(&z, 0);
    struct memory_source m = {.bytes = buf_str(&z.bytes)};
    struct archive_source s = memory_source(&m);
    struct zip_directory d = {0};
    assert_int_equal(zip_directory_read(&s, 19, &d), E_LIMIT);
    for (size_t n = 1; n < 4; n++) {
        mem_fail_after(n);
        int rc = zip_directory_read(&s, 1000, &d);
        mem_fail_after(0);
        assert_int_equal(rc, E_NOMEM);
    }
}

static void damage_anywhere(void **state UNUSED)
{
    ZIP;
    for (int i = 0; i < 4; i++)
        entry(&z, "name", member(&z, "name", "some data"), 9);
    finish(&z, 0);
    for (size_t i = 0; i < z.bytes.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            AUTO(zip_directory) d = {0};
            z.bytes.p[i] = (char)(z.bytes.p[i] ^ 1 << bit);
            look(buf_str(&z.bytes), &d);
            z.bytes.p[i] = (char)(z.bytes.p[i] ^ 1 << bit);
        }
}

/* Of large members only their headers are read. */
static void large_members_cost_little(void **state UNUSED)
{
    ZIP;
    char *data = mem_alloc(100001);
    memset(data, 'x', 100000);
    data[100000] = 0;
    for (int i = 0; i < 100; i++)
        entry(&z, "name", member(&z, "name", data), 100000);
    finish(&z, 0);
    AUTO(zip_directory) d = {0};
    struct memory_source m = {.bytes = buf_str(&z.bytes)};
    struct archive_source s = memory_source(&m);
    assert_int_equal(zip_directory_read(&s, 1000, &d), 0);
    assert_int_equal(d.n, 100);
    assert_false(d.overlap || d.unlisted);
    assert_true(m.total < 1500000);
    mem_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(honest_ones),
        cmocka_unit_test(members_that_overlap),
        cmocka_unit_test(members_that_are_not_listed),
        cmocka_unit_test(names_differ),
        cmocka_unit_test(without_a_directory),
        cmocka_unit_test(too_many_and_no_memory),
        cmocka_unit_test(damage_anywhere),
        cmocka_unit_test(large_members_cost_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

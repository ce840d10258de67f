/* SPDX-License-Identifier: Apache-2.0 */
/* Packs: deltas, damage in every byte, chains without end, objects that grow. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/git/fixture.h"

static void packed_objects_and_deltas(void **state)
{
    struct fix *f = *state;
    struct testpack p;
    testpack_init(&p);
    struct git_id base = testpack_add(&p, GIT_BLOB, STR("the base"));
    struct git_id plus = testgit_name(GIT_BLOB, STR("the base, and more"));
    struct git_id more = testgit_name(GIT_BLOB, STR("the base, and more!"));
    AUTO(buf) one = BUF_INIT;
    AUTO(buf) two = BUF_INIT;
    testpack_append(&one, 8, STR(", and more"));
    testpack_append(&two, 18, STR("!"));
    testpack_ofs(&p, p.v[0].offset, buf_str(&one), &plus);
    testpack_ref(&p, &plus, buf_str(&two), &more);
    testpack_write(&f->git, &p, "pack-1");
    reopen(f);
    expect(f, &more, GIT_BLOB, STR("the base, and more!"));
    expect(f, &base, GIT_BLOB, STR("the base"));
    expect(f, &plus, GIT_BLOB, STR("the base, and more"));
    const struct gitrepo_gap *gaps;
    assert_int_equal(gitrepo_gaps(f->repo, &gaps), 0);
}

static void more_packs_than_are_open_at_a_time(void **state)
{
    struct fix *f = *state;
    struct git_id ids[9];
    char name[16], text[16];
    for (int i = 0; i < 9; i++) {
        struct testpack p;
        testpack_init(&p);
        snprintf(text, sizeof(text), "number %d", i);
        ids[i] = testpack_add(&p, GIT_BLOB, str_z(text));
        snprintf(name, sizeof(name), "pack-%d", i);
        testpack_write(&f->git, &p, name);
    }
    reopen(f);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 9; i++) {
            snprintf(text, sizeof(text), "number %d", i);
            expect(f, &ids[i], GIT_BLOB, str_z(text));
        }
}

static void a_pack_that_comes_while_reading_is_found(void **state)
{
    struct fix *f = *state;
    struct testpack p;
    reopen(f);
    testpack_init(&p);
    struct git_id id = testpack_add(&p, GIT_BLOB, STR("late"));
    expect_error(f, &id, E_NOTFOUND, "is not in this repository");
    testpack_write(&f->git, &p, "pack-late");
    expect(f, &id, GIT_BLOB, STR("late"));
}

static void deltas_that_lead_in_a_circle(void **state)
{
    struct fix *f = *state;
    struct testpack p;
    struct git_id a = testgit_name(GIT_BLOB, STR("a")), b = testgit_name(GIT_BLOB, STR("b"));
    AUTO(buf) delta = BUF_INIT;
    testpack_append(&delta, 1, STR("x"));
    testpack_init(&p);
    testpack_ref(&p, &b, buf_str(&delta), &a);
    testpack_ref(&p, &a, buf_str(&delta), &b);
    testpack_write(&f->git, &p, "pack-circle");
    reopen(f);
    expect_error(f, &a, E_LIMIT, "a chain of more than 4096 deltas");
    expect_error(f, &b, E_LIMIT, "a chain of more than 4096 deltas");
}

/* Each of 500 deltas copies its base once more: the last would be 500 GB to make. */
static void deltas_that_grow(void **state)
{
    struct fix *f = *state;
    struct testpack p;
    struct git_id last;
    testpack_init(&p);
    last = testpack_add(&p, GIT_BLOB, STR("0123456789abcdef"));
    uint64_t size = 16;
    for (int i = 0; i < 30; i++) {
        AUTO(buf) delta = BUF_INIT;
        uint64_t at = p.v[p.n - 1].offset;
        struct git_id id = {.b = {(unsigned char)(i + 1), 1}};
        testpack_size(&delta, size);
        testpack_size(&delta, size * 2);
        for (int k = 0; k < 2; k++) {
            buf_addc(&delta, (char)(0x80 | 0x70));
            for (int shift = 0; shift < 24; shift += 8)
                buf_addc(&delta, (char)(MIN(size, (uint64_t)0xffffff) >> shift));
        }
        testpack_ofs(&p, at, buf_str(&delta), &id);
        last = id;
        size *= 2;
    }
    testpack_write(&f->git, &p, "pack-grow");
    reopen(f);
    expect_error(f, &last, E_LIMIT, "larger than what is read");
}

static void work_adds_up_along_a_chain(void **state)
{
    struct fix *f = *state;
    struct gitrepo_limits lim = gitrepo_limits_default();
    struct testpack p;
    struct git_id id = {{0}};
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) delta = BUF_INIT;
    buf_pad(&text, 'x', 60000);
    testpack_append(&delta, 60000, STR(""));
    testpack_init(&p);
    testpack_add(&p, GIT_BLOB, buf_str(&text));
    for (int i = 0; i < 200; i++) {
        id = (struct git_id){.b = {(unsigned char)i, 2}};
        testpack_ofs(&p, p.v[p.n - 1].offset, buf_str(&delta), &id);
    }
    testpack_write(&f->git, &p, "pack-work");
    lim.work = 150 * 60000;
    assert_int_equal(testgit_open_with(&f->git, &lim, &f->repo, &f->d), 0);
    struct git_id early = {.b = {100, 2}};
    expect_error(f, &early, E_PARSE, "does not match its name");
    expect_error(f, &id, E_LIMIT, "too much work");
}

static void damaged_indexes_are_gaps_and_the_rest_is_read(void **state)
{
    static const struct {
        size_t at;
        const char *bytes;
        size_t n;
        const char *says;
    } cases[] = {
        {0, "\0", 1, "version 1"},
        {7, "\3", 1, "version 3"},
        {8 + 4 * 200, "\377\377\377\377", 4, "counts fall"},
        {8 + 4 * 255, "\377\377\377\377", 4, "size does not fit"},
    };
    struct fix *f = *state;
    struct git_id blob = testgit_object(&f->git, GIT_BLOB, STR("still here"));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct testpack p;
        AUTO(buf) index = BUF_INIT;
        const struct gitrepo_gap *gaps;
        testpack_init(&p);
        struct git_id id = testpack_add(&p, GIT_BLOB, STR("packed"));
        testpack_seal(&p);
        testpack_index(&p, &index);
        memcpy(index.p + cases[i].at, cases[i].bytes, cases[i].n);
        testgit_file(&f->git, "objects/pack/pack-x.pack", buf_str(&p.bytes));
        testgit_file(&f->git, "objects/pack/pack-x.idx", buf_str(&index));
        buf_done(&p.bytes);
        reopen(f);
        assert_int_equal(gitrepo_gaps(f->repo, &gaps), 1);
        assert_true(str_eq_z(gaps[0].path, "objects/pack/pack-x.idx"));
        if (!str_has(gaps[0].reason, str_z(cases[i].says)))
            print_error("case %zu: " STR_FMT "\n", i, STR_ARG(gaps[0].reason));
        assert_true(str_has(gaps[0].reason, str_z(cases[i].says)));
        expect(f, &blob, GIT_BLOB, STR("still here"));
        expect_error(f, &id, E_NOTFOUND, "is not in this repository");
    }
}

/* Cut at every place: read, or an error; never anything else than what the name says. */
static void truncated_packs(void **state)
{
    struct fix *f = *state;
    struct testpack p;
    AUTO(buf) index = BUF_INIT;
    AUTO(buf) delta = BUF_INIT;
    struct git_id plus = testgit_name(GIT_BLOB, STR("some text, packed, and more"));
    testpack_append(&delta, 17, STR(", and more"));
    testpack_init(&p);
    struct git_id base = testpack_add(&p, GIT_BLOB, STR("some text, packed"));
    testpack_ofs(&p, 12, buf_str(&delta), &plus);
    testpack_seal(&p);
    testpack_index(&p, &index);
    testgit_file(&f->git, "objects/pack/pack-x.idx", buf_str(&index));
    for (size_t n = 0; n < p.bytes.n; n++) {
        struct git_object o;
        testgit_file(&f->git, "objects/pack/pack-x.pack", str_sub(buf_str(&p.bytes), 0, n));
        reopen(f);
        diag_clear(&f->d);
        assert_int_equal(gitrepo_read(f->repo, &plus, &o, &f->d), E_PARSE);
        assert_true(f->d.text[0]);
        assert_int_equal(gitrepo_read(f->repo, &base, &o, &f->d), E_PARSE);
    }
    testgit_file(&f->git, "objects/pack/pack-x.pack", buf_str(&p.bytes));
    reopen(f);
    expect(f, &plus, GIT_BLOB, STR("some text, packed, and more"));
    buf_done(&p.bytes);
}

/* Any byte of pack or index changed: read rightly, or an error. */
static void flipped_bytes(void **state)
{
    struct fix *f = *state;
    struct testpack p;
    AUTO(buf) index = BUF_INIT;
    AUTO(buf) delta = BUF_INIT;
    struct str want = STR("some text, packed, and more");
    struct git_id plus = testgit_name(GIT_BLOB, want);
    testpack_append(&delta, 17, STR(", and more"));
    testpack_init(&p);
    testpack_add(&p, GIT_BLOB, STR("some text, packed"));
    testpack_ofs(&p, 12, buf_str(&delta), &plus);
    testpack_seal(&p);
    testpack_index(&p, &index);
    for (size_t n = 0; n < p.bytes.n + index.n; n++) {
        bool in_pack = n < p.bytes.n;
        char *byte = in_pack ? p.bytes.p + n : index.p + n - p.bytes.n;
        struct git_object o;
        *byte ^= (char)(1 << n % 8);
        testgit_file(&f->git, "objects/pack/pack-x.pack", buf_str(&p.bytes));
        testgit_file(&f->git, "objects/pack/pack-x.idx", buf_str(&index));
        *byte ^= (char)(1 << n % 8);
        reopen(f);
        if (!gitrepo_read(f->repo, &plus, &o, &f->d)) {
            assert_true(o.type == GIT_BLOB && str_eq(o.data, want));
            gitrepo_release(f->repo, &o);
        }
    }
    buf_done(&p.bytes);
}

static void a_good_copy_stands_for_a_damaged_one(void **state)
{
    struct fix *f = *state;
    struct testpack p;
    AUTO(buf) index = BUF_INIT;
    testpack_init(&p);
    struct git_id id = testpack_add(&p, GIT_BLOB, STR("twice"));
    testpack_seal(&p);
    testpack_index(&p, &index);
    p.bytes.p[14] ^= 0x55;
    testgit_file(&f->git, "objects/pack/pack-x.pack", buf_str(&p.bytes));
    testgit_file(&f->git, "objects/pack/pack-x.idx", buf_str(&index));
    buf_done(&p.bytes);
    reopen(f);
    expect_error(f, &id, E_PARSE, "damaged");
    testgit_object(&f->git, GIT_BLOB, STR("twice"));
    expect(f, &id, GIT_BLOB, STR("twice"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(packed_objects_and_deltas),
        T(more_packs_than_are_open_at_a_time),
        T(a_pack_that_comes_while_reading_is_found),
        T(deltas_that_lead_in_a_circle),
        T(deltas_that_grow),
        T(work_adds_up_along_a_chain),
        T(damaged_indexes_are_gaps_and_the_rest_is_read),
        T(truncated_packs),
        T(flipped_bytes),
        T(a_good_copy_stands_for_a_damaged_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that what a cache says of a file is true or nothing, whatever file and clock did. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>

#include "base/thread.h"
#include "discover/cache/cache_testing.h"

/* --- what is found ---------------------------------------------------------------------------- */

static bool knows_sample_content(const struct cache *c, unsigned i)
{
    struct sample s;

    return cache_knows_content(c, str_z(sample_init(&s, i)->path));
}

static void what_was_put_is_found(void **state UNUSED)
{
    static const unsigned sizes[] = {1, 4, 5, 64, 1000, 30000};

    for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
        store(sizes[k]);
        struct cache *c = open_at(NOW);
        assert_int_equal(cache_files(c), sizes[k]);
        assert_int_equal(c->old.mapped, sizes[k] == 30000);
        for (unsigned i = 0; i < sizes[k]; i++) {
            assert_true(find_sample(c, i));
            assert_int_equal(find_sample_content(c, i), i % 6 == 3);
            assert_int_equal(knows_sample_content(c, i), i % 6 == 3);
        }
        for (unsigned i = sizes[k]; i < sizes[k] + 1000; i++)
            assert_false(find_sample(c, i) || find_sample_content(c, i) ||
                         knows_sample_content(c, i));
        cache_close(c);
    }
}

static void an_empty_cache_finds_nothing_and_is_not_written(void **state UNUSED)
{
    struct cache *c = open_at(NOW);

    assert_int_equal(cache_files(c), 0);
    assert_false(find_sample(c, 0));
    assert_false(find_sample_content(c, 3));
    commit(c);
    cache_close(c);
    assert_int_equal(names_in_folder(), 0);
    cache_close(NULL);
}

static void what_is_put_now_is_found_in_the_next_scan_only(void **state UNUSED)
{
    struct cache *c = open_at(NOW);

    assert_int_equal(put_sample(c, 3), 0);
    assert_false(find_sample(c, 3));
    commit(c);
    assert_false(find_sample(c, 3));
    c = reopen(c);
    assert_true(find_sample(c, 3));
    cache_close(c);
}

static void each_field_of_the_stamp_counts(void **state UNUSED)
{
    struct sample s;
    struct cached is;

    store(10);
    struct cache *c = open_at(NOW);
    sample_init(&s, 9);
    for (unsigned field = 0; field < 7; field++) {
        struct file_stamp t = s.stamp;
        t.dev += field == 1;
        t.ino += field == 2;
        t.size += field == 3;
        t.mtime_ns += field == 4;
        t.ctime_ns += field == 5;
        t.mode += field == 6;
        assert_int_equal(cache_find(c, str_z(s.path), &t, &is), field == 0);
    }
    cache_close(c);
}

static void a_stamp_is_that_of_stat(void **state UNUSED)
{
    struct stat st = {.st_dev = 1, .st_ino = 2, .st_size = 3, .st_mode = 0100600};

    st.st_mtim = (struct timespec){4, 5};
    st.st_ctim = (struct timespec){-6, 7};
    struct file_stamp s = file_stamp(&st);
    assert_int_equal(s.dev, 1);
    assert_int_equal(s.ino, 2);
    assert_int_equal(s.size, 3);
    assert_int_equal(s.mode, 0100600);
    assert_true(s.mtime_ns == 4 * SECOND + 5 && s.ctime_ns == -6 * SECOND + 7);
    st.st_ctim.tv_sec = INT64_MAX / 2;
    st.st_mtim.tv_sec = INT64_MIN / 2;
    s = file_stamp(&st);
    assert_true(s.ctime_ns == INT64_MAX && s.mtime_ns == INT64_MIN);
}

static bool trusted(int64_t ctime_ns)
{
    struct sample s;
    struct cached is;
    struct cache *c = open_at(NOW);

    sample_init(&s, 3);
    s.stamp.ctime_ns = ctime_ns;
    assert_int_equal(cache_put(c, str_z(s.path), &s.stamp, s.digest, &s.facts), 0);
    commit(c);
    c = reopen(c);
    bool found = cache_find(c, str_z(s.path), &s.stamp, &is);
    assert_true(find_sample_content(c, 3));
    char path[256];
    in_folder(c->name, path);
    cache_close(c);
    assert_int_equal(unlink(path), 0);
    return found;
}

static void what_changed_just_before_is_found_by_content_only(void **state UNUSED)
{
    int64_t whole = NOW / SECOND * SECOND;

    assert_true(trusted(NOW - SECOND / 10 - 1));
    assert_false(trusted(NOW - SECOND / 10));
    assert_false(trusted(NOW));
    assert_false(trusted(NOW + SECOND)); /* changed while the scan ran, or a clock was put back */
    assert_false(trusted(INT64_MAX));
    assert_true(trusted(whole - 2 * SECOND));
    assert_false(trusted(whole - SECOND)); /* a clock of seconds */
    assert_false(trusted(whole - 500 * (SECOND / 1000)));
    assert_true(trusted(whole - SECOND - 1));
    assert_false(trusted(0)); /* no ctime */
    assert_false(trusted(-5 * SECOND));
}

static void what_stayed_still_is_trusted_from_then_on(void **state UNUSED)
{
    struct sample s;
    struct cached is;

    sample_init(&s, 3);
    s.stamp.ctime_ns = NOW - 1;
    for (int round = 0; round < 3; round++) {
        struct cache *c = open_at(NOW + round * SECOND);
        /* At first nothing, then only by content, then by the stamp. */
        assert_int_equal(cache_find(c, str_z(s.path), &s.stamp, &is), round == 2);
        assert_int_equal(find_sample_content(c, 3), round > 0);
        assert_int_equal(cache_put(c, str_z(s.path), &s.stamp, s.digest, &s.facts), 0);
        commit(c);
        cache_close(c);
    }
    /* A clock that was put back makes no old proof worse. */
    struct cache *c = open_at(NOW - 9 * SECOND);
    assert_true(cache_find(c, str_z(s.path), &s.stamp, &is));
    assert_int_equal(cache_put(c, str_z(s.path), &s.stamp, NULL, &is), 0);
    uint64_t entries;
    assert_false(cache_changed(c, &entries));
    cache_close(c);
}

static void content_is_found_whatever_the_stamp(void **state UNUSED)
{
    static const unsigned char zero[SHA256_BYTES];
    struct sample s, other;
    struct cached is;

    store(12);
    struct cache *c = open_at(NOW);
    sample_init(&s, 9);
    sample_init(&other, 3);
    assert_true(find_sample_content(c, 9));
    assert_false(cache_find_content(c, str_z(s.path), other.sha, &is)); /* other bytes */
    assert_false(cache_find_content(c, str_z("x.py"), s.sha, &is));     /* another place */
    sample_init(&s, 6);                                                 /* nobody hashed it */
    assert_false(cache_find_content(c, str_z(s.path), zero, &is));
    cache_close(c);
}

static void content_without_facts_can_be_known(void **state UNUSED)
{
    struct sample s;
    struct cached is;
    struct cache *c = open_at(NOW);

    sample_init(&s, 10);
    assert_int_equal(cache_put(c, str_z(s.path), &s.stamp, s.sha, &s.facts), 0);
    commit(c);
    c = reopen(c);
    assert_true(find_sample_content(c, 10));
    assert_true(find_sample(c, 10));
    /* The stamp proves the bytes: their digest stays known. */
    assert_true(cache_find(c, str_z(s.path), &s.stamp, &is));
    assert_int_equal(cache_put(c, str_z(s.path), &s.stamp, NULL, &is), 0);
    assert_int_equal(put_sample(c, 1), 0);
    commit(c);
    c = reopen(c);
    assert_true(find_sample_content(c, 10));
    /* Another stamp proves nothing. */
    s.stamp.size++;
    assert_int_equal(cache_put(c, str_z(s.path), &s.stamp, NULL, &is), 0);
    commit(c);
    c = reopen(c);
    assert_false(find_sample_content(c, 10));
    assert_true(cache_find(c, str_z(s.path), &s.stamp, &is));
    cache_close(c);
}

static void sizes_have_no_limit(void **state UNUSED)
{
    static const uint64_t sizes[] = {0, 1, UINT64_MAX / 8, UINT64_MAX / 8 + 1, UINT64_MAX};
    struct file_stamp t = stamp_of(1);
    struct cached is;

    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct cached facts = {STR(""), sizes[i], true};
        struct cache *c = open_at(NOW);
        assert_int_equal(cache_put(c, STR("x"), &t, NULL, &facts), 0);
        commit(c);
        c = reopen(c);
        assert_true(cache_find(c, STR("x"), &t, &is));
        assert_cached(&is, &facts);
        cache_close(c);
    }
    /* A frame of more than a segment, between others. */
    char *big = mem_alloc(3 * CACHE_SEGMENT);
    assert_non_null(big);
    memset(big, 'b', 3 * CACHE_SEGMENT);
    struct cached facts = {str_n(big, 3 * CACHE_SEGMENT), 9, false};
    struct cache *c = open_at(NOW);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(put_sample(c, i), 0);
    assert_int_equal(cache_put(c, STR("x"), &t, NULL, &facts), 0);
    commit(c);
    c = reopen(c);
    assert_true(cache_find(c, STR("x"), &t, &is));
    assert_cached(&is, &facts);
    for (unsigned i = 0; i < 100; i++)
        assert_true(find_sample(c, i));
    cache_close(c);
    mem_free(big);
}

static void paths_are_any_bytes(void **state UNUSED)
{
    static const struct str paths[] = {{"", 0}, {"a\0b", 3}, {"a\0c", 3}, {"a", 1}, {"\xff\n", 2}};
    struct file_stamp t = stamp_of(1);
    struct cached is;
    struct cache *c = open_at(NOW);

    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct cached facts = {STR(""), i, false};
        assert_int_equal(cache_put(c, paths[i], &t, NULL, &facts), 0);
    }
    commit(c);
    c = reopen(c);
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        assert_true(cache_find(c, paths[i], &t, &is));
        assert_int_equal(is.bytes_read, i);
    }
    cache_close(c);
}

static void another_key_or_root_is_another_cache(void **state UNUSED)
{
    struct cache *c = NULL;
    struct diag d = {0};
    struct str parts = {"/home/me/treecatalogue 1", 24};

    store(10);
    assert_int_equal(cache_open_at(str_z(folder), ROOT, STR("catalogue 2"), NOW, &c, &d), 0);
    assert_int_equal(cache_files(c), 0);
    c = cache_close(c);
    assert_int_equal(
        cache_open_at(str_z(folder), str_sub(parts, 0, 14), str_sub(parts, 14, 24), NOW, &c, &d),
        0);
    assert_int_equal(cache_files(c), 0);
    /* Also when the file of another root was put in its place. */
    char from[256], to[256];
    in_folder(c->name, to);
    c = cache_close(c);
    cache_path(from);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(cache_open_at(str_z(folder), str_sub(parts, 0, 14), KEY, NOW, &c, &d), 0);
    assert_int_equal(cache_files(c), 0);
    cache_close(c);
}

static void the_key_is_not_in_the_file(void **state UNUSED)
{
    char path[256], bytes[4096];

    store(3);
    cache_path(path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, bytes, sizeof bytes);
    close(fd);
    assert_true(n > 0);
    assert_false(str_has(str_n(bytes, (size_t)n), KEY));
}

/* --- threads and processes -------------------------------------------------------------------- */

#define SHARED_FILES 20000u

static int scan_one(void *ctx, unsigned worker UNUSED, size_t i)
{
    struct cache *c = ctx;
    struct sample s;
    struct cached is;

    sample_init(&s, (unsigned)i);
    if (!cache_find(c, str_z(s.path), &s.stamp, &is))
        return put_sample(c, (unsigned)i);
    assert_cached(&is, &s.facts);
    return cache_put(c, str_z(s.path), &s.stamp, NULL, &is);
}

static void many_threads_put_and_find(void **state UNUSED)
{
    store(SHARED_FILES / 2);
    for (int round = 0; round < 2; round++) {
        struct cache *c = open_at(NOW);
        assert_int_equal(parallel_run(SHARED_FILES, 4, scan_one, c), 0);
        commit(c);
        c = reopen(c);
        assert_int_equal(cache_files(c), SHARED_FILES);
        for (unsigned i = 0; i < SHARED_FILES; i++)
            assert_true(find_sample(c, i));
        cache_close(c);
    }
}

/* --- memory ----------------------------------------------------------------------------------- */

static int scan_under_pressure(unsigned n)
{
    struct cache *c = NULL;
    struct diag d = {0};
    int rc = cache_open_at(str_z(folder), ROOT, KEY, NOW, &c, &d);

    for (unsigned i = 0; i < n && !rc; i++)
        rc = put_sample(c, i);
    if (!rc)
        rc = cache_commit(c, &d);
    cache_close(c);
    return rc;
}

static void without_memory_nothing_is_lost(void **state UNUSED)
{
    unsigned failures = 0;
    int rc;

    store(10);
    for (size_t after = 1;; after++) {
        mem_fail_after(after);
        rc = scan_under_pressure(200);
        mem_fail_after(0);
        if (!rc)
            break;
        failures++;
        assert_int_equal(rc, E_NOMEM);
        struct cache *c = open_at(NOW);
        assert_int_equal(cache_files(c), 10);
        assert_true(find_sample(c, 9));
        cache_close(c);
        assert_int_equal(names_in_folder(), 1);
    }
    assert_true(failures > 20);
}

/* A cache that could not be read for want of memory is an empty one; a put that failed is a file
 * less. */
static void a_lost_put_loses_one_file(void **state UNUSED)
{
    struct cache *c = open_at(NOW);

    for (unsigned i = 0; i < 100; i++) {
        mem_fail_after(i == 50);
        (void)put_sample(c, i);
    }
    mem_fail_after(1);
    char big[64 << 10] = "";
    struct file_stamp t = stamp_of(1);
    struct cached facts = {str_n(big, sizeof big), 0, false};
    assert_int_equal(cache_put(c, STR("big"), &t, NULL, &facts), E_NOMEM);
    mem_fail_after(0);
    commit(c);
    c = reopen(c);
    struct cached is;
    assert_false(cache_find(c, STR("big"), &t, &is));
    assert_in_range(cache_files(c), 99, 100);
    assert_true(find_sample(c, 99));
    cache_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(what_was_put_is_found),
        T(an_empty_cache_finds_nothing_and_is_not_written),
        T(what_is_put_now_is_found_in_the_next_scan_only),
        T(each_field_of_the_stamp_counts),
        T(a_stamp_is_that_of_stat),
        T(what_changed_just_before_is_found_by_content_only),
        T(what_stayed_still_is_trusted_from_then_on),
        T(content_is_found_whatever_the_stamp),
        T(content_without_facts_can_be_known),
        T(sizes_have_no_limit),
        T(paths_are_any_bytes),
        T(another_key_or_root_is_another_cache),
        T(the_key_is_not_in_the_file),
        T(many_threads_put_and_find),
        T(without_memory_nothing_is_lost),
        T(a_lost_put_loses_one_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

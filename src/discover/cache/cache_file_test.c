/* SPDX-License-Identifier: Apache-2.0 */
/* Tests when a cache file is written, and that a damaged or a foreign one is an empty cache. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "discover/cache/cache_testing.h"

/* --- what is written -------------------------------------------------------------------------- */

static void rescan(struct cache *c, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct sample s;
        struct cached is;
        sample_init(&s, i);
        assert_true(cache_find(c, str_z(s.path), &s.stamp, &is));
        assert_int_equal(cache_put(c, str_z(s.path), &s.stamp, NULL, &is), 0);
    }
}

static void an_unchanged_rescan_writes_nothing(void **state UNUSED)
{
    store(5000);
    struct stat before = stat_cache();
    struct cache *c = open_at(NOW);
    rescan(c, 5000);
    for (unsigned i = 0; i < CACHE_STRIPES; i++)
        assert_int_equal(c->stripes[i].memory.used, 0);
    commit(c);
    cache_close(c);
    assert_int_equal(stat_cache().st_ino, before.st_ino);
    assert_int_equal(names_in_folder(), 1);
}

static void facts_that_were_found_are_not_copied(void **state UNUSED)
{
    struct sample s;
    struct cached is;

    store(5000);
    struct cache *c = open_at(NOW);
    rescan(c, 4999);
    /* Touched, the same bytes, facts read anew: the record is carried over. */
    sample_init(&s, 9);
    s.stamp.mtime_ns++;
    assert_int_equal(cache_put(c, str_z(s.path), &s.stamp, s.sha, &s.facts), 0);
    size_t used = 0;
    for (unsigned i = 0; i < CACHE_STRIPES; i++)
        used += c->stripes[i].memory.used;
    assert_in_range(used, 1, 4096);
    commit(c);
    c = reopen(c);
    assert_int_equal(cache_files(c), 4999);
    assert_false(find_sample(c, 9));
    assert_true(find_sample_content(c, 9));
    assert_true(cache_find(c, str_z(s.path), &s.stamp, &is));
    assert_cached(&is, &s.facts);
    for (unsigned i = 10; i < 4999; i++)
        assert_true(find_sample(c, i));
    assert_false(find_sample(c, 4999)); /* was not put: forgotten */
    cache_close(c);
}

static void changes_are_written(void **state UNUSED)
{
    struct sample s;
    struct cached is;

    /* 0: gone, 1: new, 2: other facts, 3: not binary any more, 4: fewer bytes, 5: facts are gone */
    for (unsigned what = 0; what < 6; what++) {
        store(100);
        ino_t before = stat_cache().st_ino;
        struct cache *c = open_at(NOW);
        rescan(c, 90);
        for (unsigned i = 91; i < 100; i++)
            assert_int_equal(put_sample(c, i), 0);
        sample_init(&s, what == 1 ? 100 : 90);
        assert_true(what == 1 || (s.facts.frame.n && s.facts.binary));
        s.text[0] ^= what == 2;
        s.facts.binary ^= what == 3;
        s.facts.bytes_read -= what == 4;
        s.facts.frame.n = what == 5 ? 0 : s.facts.frame.n;
        if (what == 1)
            assert_int_equal(put_sample(c, 90), 0);
        if (what)
            assert_int_equal(cache_put(c, str_z(s.path), &s.stamp, NULL, &s.facts), 0);
        commit(c);
        c = reopen(c);
        assert_int_not_equal(stat_cache().st_ino, before);
        assert_int_equal(cache_files(c), what == 0 ? 99 : what == 1 ? 101 : 100);
        assert_int_equal(cache_find(c, str_z(s.path), &s.stamp, &is), what != 0);
        if (what)
            assert_cached(&is, &s.facts);
        for (unsigned i = 0; i < 90; i++)
            assert_true(find_sample(c, i));
        cache_close(c);
    }
}

static void one_path_put_often_is_one_entry(void **state UNUSED)
{
    struct sample s;
    struct cached is;
    struct cache *c;

    for (int round = 0; round < 2; round++) {
        c = open_at(NOW);
        for (unsigned i = 0; i < 50; i++)
            assert_int_equal(put_sample(c, i), 0);
        sample_init(&s, 9);
        for (unsigned i = 1; i <= 300; i++) {
            s.stamp.size = 5000 + 1000 * (unsigned)round + i;
            s.facts.bytes_read = i;
            assert_int_equal(cache_put(c, str_z(s.path), &s.stamp, s.digest, &s.facts), 0);
        }
        commit(c);
        c = reopen(c);
        assert_int_equal(cache_files(c), 50);
        assert_true(cache_find(c, str_z(s.path), &s.stamp, &is));
        assert_int_equal(is.bytes_read, 300);
        cache_close(c);
    }
}

static void without_commit_the_old_one_stays(void **state UNUSED)
{
    store(10);
    struct cache *c = open_at(NOW);
    assert_int_equal(put_sample(c, 50), 0);
    c = reopen(c);
    assert_int_equal(cache_files(c), 10);
    assert_true(find_sample(c, 9));
    cache_close(c);
}

static void many_small_scans_grow_nothing(void **state UNUSED)
{
    off_t before = 0;

    for (unsigned round = 0; round < 20; round++) {
        struct cache *c = open_at(NOW);
        for (unsigned i = 0; i < 200; i++) {
            struct sample s;
            sample_init(&s, i);
            s.stamp.ino += (round + i) % 2 ? round : 0;
            assert_int_equal(cache_put(c, str_z(s.path), &s.stamp, s.digest, &s.facts), 0);
        }
        commit(c);
        cache_close(c);
        if (round)
            assert_int_equal(stat_cache().st_size, before);
        before = stat_cache().st_size;
    }
}

static void a_full_disk_leaves_the_old_one(void **state UNUSED)
{
    struct rlimit was, small = {0};
    struct diag d = {0};

    store(10);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t limit = 0; limit < 900000; limit += 1 + limit * 3) {
        struct cache *c = open_at(NOW);
        for (unsigned i = 5; i < 20000; i++)
            assert_int_equal(put_sample(c, i), 0);
        small = (struct rlimit){limit, was.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        int rc = cache_commit(c, &d);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
        assert_int_equal(rc, E_IO);
        assert_int_equal(d.code, E_IO);
        c = reopen(c);
        assert_int_equal(cache_files(c), 10);
        assert_true(find_sample(c, 0));
        cache_close(c);
        assert_int_equal(names_in_folder(), 1);
    }
}

/* --- processes -------------------------------------------------------------------------------- */

static void of_two_writers_the_last_wins(void **state UNUSED)
{
    struct cache *a = open_at(NOW), *b = open_at(NOW);

    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(put_sample(a, i), 0);
    for (unsigned i = 100; i < 300; i++)
        assert_int_equal(put_sample(b, i), 0);
    commit(b);
    commit(a);
    cache_close(b);
    a = reopen(a);
    assert_int_equal(cache_files(a), 100);
    assert_true(find_sample(a, 99));
    /* Replaced while it is in use: what was found stays readable. */
    struct sample s;
    struct cached is;
    sample_init(&s, 99);
    assert_true(cache_find(a, str_z(s.path), &s.stamp, &is));
    store(5);
    assert_cached(&is, &s.facts);
    assert_true(find_sample(a, 98));
    cache_close(a);
}

static void two_processes_leave_a_whole_file(void **state UNUSED)
{
    pid_t writers[2];

    for (unsigned w = 0; w < 2; w++) {
        writers[w] = fork();
        assert_true(writers[w] >= 0);
        if (writers[w])
            continue;
        int failures = 0;
        for (unsigned round = 0; round < 30; round++) {
            struct cache *c = NULL;
            struct diag d = {0};
            if (cache_open_at(str_z(folder), ROOT, KEY, NOW, &c, &d))
                _exit(9);
            for (unsigned i = 0; i < 100 + 900 * w; i++)
                failures += put_sample(c, i) != 0;
            failures += cache_commit(c, &d) != 0;
            cache_close(c);
        }
        _exit(failures != 0);
    }
    for (unsigned w = 0; w < 2; w++) {
        int status;
        while (waitpid(writers[w], &status, WNOHANG) == 0) {
            struct cache *c = open_at(NOW);
            uint64_t n = cache_files(c);
            assert_true(n == 0 || n == 100 || n == 1000);
            for (unsigned i = 0; i < n; i++)
                assert_true(find_sample(c, i));
            cache_close(c);
        }
        assert_int_equal(status, 0);
    }
    assert_int_equal(names_in_folder(), 1);
}

/* --- damage ----------------------------------------------------------------------------------- */

#define DAMAGED_FILES 12u

struct bytes {
    unsigned char *p;
    size_t n;
};

static struct bytes read_cache(void)
{
    struct bytes b;
    char path[256];

    cache_path(path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    b.n = (size_t)stat_cache().st_size;
    b.p = mem_alloc(b.n + 1);
    assert_non_null(b.p);
    assert_int_equal(read(fd, b.p, b.n), b.n);
    close(fd);
    return b;
}

static void write_cache(const char *path, struct str s)
{
    /* Not cut in place: some file systems then write to the disk at once. */
    assert_int_equal(unlink(path), 0);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, s.p, s.n), s.n);
    close(fd);
}

/* All that is found is right (find_sample sees to it); how many. */
static unsigned found_of(unsigned n, uint64_t *ret_files)
{
    struct cache *c = open_at(NOW);
    unsigned found = 0;

    for (unsigned i = 0; i < n; i++) {
        bool by_stamp = find_sample(c, i), by_content = find_sample_content(c, i);
        found += by_stamp;
        assert_true(by_stamp || !by_content);
        assert_int_equal(put_sample(c, i), 0);
    }
    *ret_files = cache_files(c);
    cache_close(c);
    return found;
}

static void each_damaged_byte_is_noticed(void **state UNUSED)
{
    char path[256];
    uint64_t files;
    unsigned lost = 0;

    store(DAMAGED_FILES);
    cache_path(path);
    struct bytes b = read_cache();
    assert_int_equal(found_of(DAMAGED_FILES, &files), DAMAGED_FILES);
    for (size_t i = 0; i < b.n; i++) {
        static const unsigned char flips[] = {1, 0x80, 0xff};
        for (size_t k = 0; k < sizeof flips; k++) {
            b.p[i] ^= flips[k];
            write_cache(path, str_n(b.p, b.n));
            unsigned found = found_of(DAMAGED_FILES, &files);
            /* All but one file, or none; zeros behind a frame say nothing. */
            assert_true(files == 0 ? found == 0 : found + 1 >= DAMAGED_FILES);
            lost += found < DAMAGED_FILES;
            b.p[i] ^= flips[k];
        }
    }
    assert_true(lost > 3 * (b.n - 8 * DAMAGED_FILES));
    mem_free(b.p);
}

static void a_cut_file_is_an_empty_cache(void **state UNUSED)
{
    char path[256];
    uint64_t files;

    store(DAMAGED_FILES);
    cache_path(path);
    struct bytes b = read_cache();
    for (size_t n = 0; n <= b.n + 1; n++) {
        write_cache(path, str_n(b.p, n));
        unsigned found = found_of(DAMAGED_FILES, &files);
        assert_int_equal(files, n == b.n ? DAMAGED_FILES : 0);
        assert_int_equal(found, files);
    }
    /* And is replaced. */
    store(3);
    assert_int_equal(found_of(DAMAGED_FILES, &files), 3);
    mem_free(b.p);
}

/* Numbers that its writer never gives, with checks that fit. */
static void forge(struct bytes b, unsigned what)
{
    struct cache_header *h = (void *)b.p;
    struct cache_entry *table = (void *)(h + 1);
    uint32_t *index = (void *)(table + h->entries);
    size_t starts = (size_t)1 << h->bits, sections = (char *)(index + starts + 1) - (char *)table;
    unsigned char *records = (unsigned char *)table + ((sections + 7) & ~(size_t)7);

    for (size_t i = 0; i < h->entries; i++) {
        struct cache_record *r = (void *)(records + (table[i].meta & ~META_FLAGS));
        if (!(table[i].meta & META_RECORD))
            continue;
        switch (what) {
        case 0: r->bytes = UINT64_MAX; break;
        case 1: r->bytes = UINT64_MAX - sizeof *r - 7; break;
        case 2: r->bytes = h->record_bytes; break;
        case 3: table[i].meta |= INT64_MIN; break;
        case 4: table[i].meta = META_RECORD | (h->record_bytes & ~META_FLAGS); break;
        case 5: table[i].meta |= ~META_FLAGS; break;
        case 6: r->bytes_read ^= 1; break;
        case 7: table[i].meta += 8; break;
        }
    }
    for (size_t i = 0; what >= 8 && what < 12 && i <= starts; i++) {
        static const uint32_t ends[] = {UINT32_MAX, 0, DAMAGED_FILES + 1, DAMAGED_FILES};
        index[i] = i || what == 11 ? ends[what - 8] : 0;
    }
    h->entries += what == 12 ? 1 : what == 13 ? UINT64_MAX / 24 : what == 14 ? UINT32_MAX : 0;
    h->bits += what == 15 ? 1 : what == 16 ? 64 : 0;
    h->record_bytes += what == 17 ? 8 : what == 18 ? UINT64_MAX - h->record_bytes : 0;
    h->version += what == 19;
    h->byte_order = what == 20 ? 0x04030201 : h->byte_order;
    h->table_check = cache_check_table(b.p + sizeof *h, (size_t)(records - b.p) - sizeof *h);
    h->check = cache_check_header(h);
}

static void numbers_are_held_against_the_file(void **state UNUSED)
{
    char path[256];
    uint64_t files;

    store(DAMAGED_FILES);
    cache_path(path);
    for (unsigned what = 0; what < 22; what++) {
        struct bytes b = read_cache();
        struct str was = str_n(mem_alloc(b.n), b.n);
        assert_non_null(was.p);
        memcpy((char *)was.p, b.p, b.n);
        forge(b, what);
        write_cache(path, str_n(b.p, b.n));
        unsigned found = found_of(DAMAGED_FILES, &files);
        if (what < 8) /* those with a record are damaged, each third one */
            assert_int_equal(found, DAMAGED_FILES - DAMAGED_FILES / 3);
        else if (what == 21)
            assert_int_equal(found, DAMAGED_FILES);
        else
            assert_int_equal(found, 0);
        assert_int_equal(files, what < 12 || what == 21 ? DAMAGED_FILES : 0);
        write_cache(path, was);
        mem_free(b.p);
        mem_free((char *)was.p);
    }
}

/* A damaged record is not carried over, and does not stop the rest. */
static void damage_heals(void **state UNUSED)
{
    char path[256];
    uint64_t files;

    store(DAMAGED_FILES);
    cache_path(path);
    struct bytes b = read_cache();
    forge(b, 0);
    write_cache(path, str_n(b.p, b.n));
    mem_free(b.p);
    store(DAMAGED_FILES);
    assert_int_equal(found_of(DAMAGED_FILES, &files), DAMAGED_FILES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(an_unchanged_rescan_writes_nothing),
        T(facts_that_were_found_are_not_copied),
        T(changes_are_written),
        T(one_path_put_often_is_one_entry),
        T(without_commit_the_old_one_stays),
        T(many_small_scans_grow_nothing),
        T(a_full_disk_leaves_the_old_one),
        T(of_two_writers_the_last_wins),
        T(two_processes_leave_a_whole_file),
        T(each_damaged_byte_is_noticed),
        T(a_cut_file_is_an_empty_cache),
        T(numbers_are_held_against_the_file),
        T(damage_heals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

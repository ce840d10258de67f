/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which folders and files are trusted, and which files are removed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/file.h>

#include "discover/cache/cache_testing.h"

static uint64_t files_now(void)
{
    struct cache *c = open_at(NOW);
    uint64_t n = cache_files(c);

    cache_close(c);
    return n;
}

/* --- trust ------------------------------------------------------------------------------------ */

static void folder_and_file_are_for_us_alone(void **state UNUSED)
{
    char deep[256], file[256];
    struct cache *c = NULL;
    struct diag d = {0};
    struct stat st;

    in_folder("a", file);
    in_folder("a/b", deep);
    mode_t was = umask(0);
    assert_int_equal(cache_open_at(str_z(deep), ROOT, KEY, NOW, &c, &d), 0);
    assert_int_equal(put_sample(c, 3), 0);
    commit(c);
    umask(was);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode, S_IFDIR | 0700);
    assert_int_equal(stat(deep, &st), 0);
    assert_int_equal(st.st_mode, S_IFDIR | 0700);
    assert_int_equal(fstatat(c->folder, c->name, &st, 0), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_int_equal(strlen(c->name), 2 * SHA256_BYTES);
    assert_int_equal(unlinkat(c->folder, c->name, 0), 0);
    cache_close(c);
    assert_int_equal(rmdir(deep), 0);
}

static void a_folder_of_others_is_not_used(void **state UNUSED)
{
    static const mode_t modes[] = {0720, 0702, 0777, 01777};

    store(5);
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        struct diag d = {0};
        assert_int_equal(chmod(folder, modes[i]), 0);
        struct cache *c = open_at(NOW);
        assert_int_equal(cache_files(c), 0);
        assert_false(find_sample(c, 1));
        assert_int_equal(cache_commit(c, &d), 0); /* nothing to write */
        assert_int_equal(put_sample(c, 1), 0);
        assert_int_equal(cache_commit(c, &d), E_DENIED);
        assert_int_equal(d.code, E_DENIED);
        assert_true(d.text[0] && d.hint[0] && strcmp(d.file, folder) == 0);
        assert_int_equal(cache_commit(c, NULL), E_DENIED);
        cache_close(c);
        assert_int_equal(cache_trim(str_z(folder), 0, &d), E_DENIED);
    }
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(files_now(), 5);
    if (geteuid() != 0)
        return;
    assert_int_equal(chown(folder, 65534, 65534), 0);
    assert_int_equal(files_now(), 0);
    assert_int_equal(chown(folder, 0, 0), 0);
}

static void a_folder_that_cannot_be_is_said(void **state UNUSED)
{
    static const struct str none[] = {
        {"", 0}, {"/tmp\0x", 6}, {"/dev/null/x", 11}, {"/dev/null", 9}};

    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        struct cache *c = NULL;
        struct diag d = {0};
        assert_int_equal(cache_open_at(none[i], ROOT, KEY, NOW, &c, &d), 0);
        assert_int_equal(put_sample(c, 1), 0);
        assert_true(cache_commit(c, &d) < 0);
        assert_true(d.code < 0 && d.text[0]);
        cache_close(c);
    }
}

static void a_file_of_others_is_not_read(void **state UNUSED)
{
    char path[256], other[256];

    store(5);
    cache_path(path);
    in_folder("other", other);
    assert_int_equal(chmod(path, 0620), 0);
    assert_int_equal(files_now(), 0);
    assert_int_equal(chmod(path, 0602), 0);
    assert_int_equal(files_now(), 0);
    assert_int_equal(chmod(path, 0644), 0); /* as some archives restore it */
    assert_int_equal(files_now(), 5);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 65534, 65534), 0);
        assert_int_equal(files_now(), 0);
        assert_int_equal(chown(path, 0, 0), 0);
    }
    /* No link is followed, nothing is waited for, and the next commit replaces all of them. */
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(files_now(), 0);
    store(4);
    assert_int_equal(files_now(), 4);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(files_now(), 0);
    store(3);
    assert_int_equal(files_now(), 3);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    struct cache *c = open_at(NOW);
    struct diag d = {0};
    assert_int_equal(put_sample(c, 1), 0);
    assert_true(cache_commit(c, &d) < 0);
    cache_close(c);
    assert_int_equal(names_in_folder(), 2); /* no temporary file stays */
}

static void a_file_that_must_not_be_mapped_is_read(void **state UNUSED)
{
    unsigned char *p;
    size_t n;
    bool mapped;
    char path[256];
    struct stat st;

    in_folder("x", path);
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int made = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(dir >= 0 && made >= 0);
    for (off_t size = 0; size < 1 << 20; size = size * 3 + 1) {
        assert_int_equal(ftruncate(made, size), 0);
        int fd = cache_file_load(dir, "x", &p, &n, &mapped);
        assert_true(fd >= 0);
        assert_int_equal(n, size);
        assert_int_equal(mapped, size > 256 << 10);
        struct cache_image m = {.p = p, .n = n, .mapped = mapped};
        cache_image_done(&m);
        close(fd);
    }
    close(made);
    close(dir);
    /* What the kernel makes up has no local file system of its own. */
    dir = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0 && !fstatat(dir, "status", &st, 0) && st.st_uid == geteuid()) {
        int fd = cache_file_load(dir, "status", &p, &n, &mapped);
        assert_true(fd >= 0 && !mapped);
        mem_free(p);
        close(fd);
    }
    if (dir >= 0)
        close(dir);
}

/* --- trim ------------------------------------------------------------------------------------- */

/* A name of ours that begins with `c`, used `age` seconds ago. */
static void make_file(const char *name, size_t bytes, int64_t age)
{
    char path[256];
    struct timespec now, times[2];

    in_folder(name, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (; bytes; bytes -= 4096) {
        static const char page[4096];
        assert_int_equal(write(fd, page, sizeof page), sizeof page);
    }
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
    now.tv_sec -= age;
    times[0] = times[1] = now;
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static void name_of(char c, const char *suffix, char ret[CACHE_TEMP_NAME])
{
    memset(ret, c, CACHE_NAME - 1);
    memcpy(ret + CACHE_NAME - 1, suffix, strlen(suffix) + 1);
}

static void make_named(char c, const char *suffix, size_t bytes, int64_t age)
{
    char name[CACHE_TEMP_NAME];

    name_of(c, suffix, name);
    make_file(name, bytes, age);
}

static bool there(char c, const char *suffix)
{
    char name[CACHE_TEMP_NAME], path[256];

    name_of(c, suffix, name);
    in_folder(name, path);
    return access(path, F_OK) == 0;
}

static void trim_to(uint64_t keep)
{
    struct diag d = {0};

    assert_int_equal(cache_trim(str_z(folder), keep, &d), 0);
}

static void what_was_used_longest_ago_goes(void **state UNUSED)
{
    make_named('a', "", 40960, 30);
    make_named('b', "", 40960, 50);
    make_named('c', "", 40960, 10);
    make_named('d', "", 40960, 40);
    trim_to(4 * 40960);
    assert_int_equal(names_in_folder(), 4);
    trim_to(4 * 40960 - 1);
    assert_true(there('a', "") && !there('b', "") && there('c', "") && there('d', ""));
    trim_to(40960);
    assert_true(!there('a', "") && there('c', "") && !there('d', ""));
    trim_to(0);
    assert_int_equal(names_in_folder(), 0);
}

static void a_cache_that_is_used_stays(void **state UNUSED)
{
    make_named('a', "", 40960, 1);
    store(5);
    struct cache *c = open_at(NOW);
    trim_to(0);
    assert_false(there('a', ""));
    assert_int_equal(names_in_folder(), 1);
    /* Also the one that it just wrote. */
    assert_int_equal(put_sample(c, 9), 0);
    commit(c);
    trim_to(0);
    assert_int_equal(names_in_folder(), 1);
    cache_close(c);
    trim_to(0);
    assert_int_equal(names_in_folder(), 0);
}

static void to_be_opened_is_to_be_used(void **state UNUSED)
{
    char path[256];
    struct timespec old[2] = {{1000, 0}, {1000, 0}};

    store(5);
    cache_path(path);
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    make_named('a', "", 4096, 5);
    assert_int_equal(files_now(), 5);
    trim_to(4096);
    assert_false(there('a', ""));
    assert_int_equal(files_now(), 5);
}

static void what_interrupted_writers_left_goes(void **state UNUSED)
{
    char temp[CACHE_TEMP_NAME], name[CACHE_TEMP_NAME];
    struct diag d = {0};

    make_named('a', ".0123456789abcdef.new", 4096, 4000);
    make_named('b', ".0123456789abcdef.new", 4096, 3000); /* somebody may just make it */
    name_of('c', "", name);
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(dir >= 0);
    int fd = cache_temp_open(dir, name, temp, &d);
    assert_true(fd >= 0);
    make_file(temp, 0, 4000); /* its writer is slow */
    trim_to(CACHE_KEEP_BYTES);
    assert_int_equal(names_in_folder(), 2);
    assert_false(there('a', ".0123456789abcdef.new"));
    close(fd);
    close(dir);
    trim_to(0);
    assert_int_equal(names_in_folder(), 1);
}

static void nothing_else_is_touched(void **state UNUSED)
{
    char path[256], name[CACHE_TEMP_NAME];

    make_file("notes", 4096, 9000);
    make_named('A', "", 4096, 9000);
    make_named('g', "", 4096, 9000);
    make_named('a', "0", 4096, 9000);
    make_named('a', ".0123456789abcdeg.new", 4096, 9000);
    make_named('a', ".0123456789abcdef.old", 4096, 9000);
    name_of('e', "", name);
    in_folder(name, path);
    assert_int_equal(symlink("notes", path), 0);
    trim_to(0);
    assert_int_equal(names_in_folder(), 7);
}

static void trim_without_memory_removes_nothing(void **state UNUSED)
{
    struct diag d = {0};
    int rc = E_NOMEM;

    make_named('a', "", 4096, 9);
    make_named('b', "", 4096, 8);
    for (size_t after = 1; rc; after++) {
        assert_int_equal(rc, E_NOMEM);
        assert_int_equal(names_in_folder(), 2);
        mem_fail_after(after);
        rc = cache_trim(str_z(folder), 0, &d);
        mem_fail_after(0);
    }
    assert_int_equal(names_in_folder(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(folder_and_file_are_for_us_alone),
        T(a_folder_of_others_is_not_used),
        T(a_folder_that_cannot_be_is_said),
        T(a_file_of_others_is_not_read),
        T(a_file_that_must_not_be_mapped_is_read),
        T(what_was_used_longest_ago_goes),
        T(a_cache_that_is_used_stays),
        T(to_be_opened_is_to_be_used),
        T(what_interrupted_writers_left_goes),
        T(nothing_else_is_touched),
        T(trim_without_memory_removes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

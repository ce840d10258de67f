/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that large memory keeps its bytes while little of it is resident, and what it falls back
 * to. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/spill.h"
#include "base/vec.h"

#define MIB (SPILL_BLOCK)

static unsigned long long resident_files(void)
{
    unsigned long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    assert_non_null(f);
    assert_int_equal(fscanf(f, "%*u %*u %llu", &pages), 1);
    fclose(f);
    return pages * (unsigned long long)sysconf(_SC_PAGESIZE);
}

/* 256 MiB with a pattern of their own each: all are read back, and few are resident. */
static void bytes_stay_and_pages_go(void **state UNUSED)
{
    enum { BLOCKS = 256 };
    static char *v[BLOCKS];
    unsigned long long before = resident_files(), now = 0;

    spill_open("/tmp");
    for (int i = 0; i < BLOCKS; i++) {
        v[i] = mem_alloc(MIB);
        assert_non_null(v[i]);
        assert_int_equal(v[i][MIB - 1], 0);
        memset(v[i], i, MIB);
    }
    assert_true(spill_bytes() >= BLOCKS * MIB - SPILL_START);
    assert_in_range(resident_files(), 0, before + 2 * SPILL_RESIDENT);
    for (size_t k = 0; k < MIB; k += 4096)
        for (int i = 0; i < BLOCKS; i++) {
            assert_int_equal((unsigned char)v[i][k], i & 255);
            now = MAX(now, resident_files());
            spill_rest();
        }
    assert_in_range(now, 0, before + 2 * SPILL_RESIDENT);
    for (int i = 0; i < BLOCKS; i++)
        mem_free(v[i]);
    assert_int_equal(spill_bytes(), 0);
    assert_true(spill_peak() >= BLOCKS * MIB - SPILL_START);
    spill_close();
}

/* Nobody rests: the thread sees it. */
static void a_thread_lets_go(void **state UNUSED)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    unsigned long long before = resident_files();

    spill_open("/tmp");
    char *p = mem_alloc(128 * MIB);
    assert_int_equal(spill_bytes(), 128 * MIB);
    memset(p, 3, 128 * MIB);
    for (int i = 0; i < 1000 && resident_files() > before + 2 * SPILL_RESIDENT; i++)
        nanosleep(&pause, NULL);
    assert_in_range(resident_files(), 0, before + 2 * SPILL_RESIDENT);
    assert_int_equal(p[0] + p[128 * MIB - 1], 6);
    mem_free(p);
    spill_close();
}

/* A file that somebody else mapped, alone or while there are blocks; nobody looks but who rests. */
static char *map_file(void)
{
    char name[] = "/tmp/stance-spill.XXXXXX";
    static char piece[MIB];
    int fd = mkstemp(name);

    assert_true(fd >= 0);
    unlink(name);
    for (int i = 0; i < 128; i++)
        assert_int_equal(write(fd, piece, MIB), MIB);
    assert_int_equal(pwrite(fd, "x", 1, 127 * MIB), 1);
    char *p = mmap(NULL, 128 * MIB, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_ptr_not_equal(p, MAP_FAILED);
    close(fd);
    return p;
}

static void what_is_lent_goes(void **state UNUSED)
{
    for (size_t blocks = 0; blocks <= 2; blocks += 2) {
        char *p = map_file();
        unsigned long long before = resident_files(), now = 0;
        spill_without_thread(true);
        spill_open("/tmp");
        void *block = mem_alloc(blocks * SPILL_START);
        spill_lend(p, 128 * MIB);
        for (size_t i = 0; i < 128 * MIB; i += 4096) {
            assert_int_equal(p[i], i == 127 * MIB ? 'x' : 0);
            now = i % 65536 ? now : MAX(now, resident_files());
            spill_rest();
        }
        assert_in_range(now, before + SPILL_RESIDENT / 2, before + 2 * SPILL_RESIDENT);
        spill_take_back(p);
        munmap(p, 128 * MIB);
        mem_free(block);
        spill_close();
        spill_without_thread(false);
    }
}

struct numbers {
    VEC(uint64_t);
};

static int by_number(const void *a, const void *b, void *ctx UNUSED)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Growing, sorting and looking up bound what they touch, whatever the thread does. */
static void containers_rest(void **state UNUSED)
{
    enum { MANY = 4 << 20, KEYS = MANY / 4 };
    unsigned long long before = resident_files(), now = 0;
    struct numbers v = {0};
    struct map m = MAP_INIT;

    spill_open("/tmp");
    for (uint64_t i = 0; i < MANY; i++)
        assert_int_equal(vec_push(&v, (i * 2654435761u) % MANY), 0);
    assert_int_equal(vec_sort(&v, by_number, NULL), 0);
    for (uint64_t i = 0; i < MANY; i++)
        assert_true(v.v[i] == i);
    for (uint64_t i = 0; i < KEYS; i++)
        assert_non_null(map_put(&m, str_n(v.v + i, sizeof(*v.v)), NULL));
    for (uint64_t i = 0; i < KEYS; i++) {
        uint64_t at = i * 2654435761u % KEYS;
        assert_non_null(map_get(&m, str_n(v.v + at, sizeof(*v.v))));
        now = i % 64 ? now : MAX(now, resident_files());
    }
    assert_in_range(now, 0, before + 2 * SPILL_RESIDENT);
    assert_in_range(spill_peak(), 64 * MIB, SIZE_MAX);
    assert_in_range(spill_resident_peak(), 1, 2 * SPILL_RESIDENT);
    vec_free(&v);
    map_done(&m);
    assert_int_equal(spill_bytes(), 0);
    spill_close();
}

/* A block takes the first gap that is large enough, and is zero there, too. */
static void space_is_used_again(void **state UNUSED)
{
    char *v[6];

    spill_open("/tmp");
    void *first = mem_alloc(SPILL_START);
    for (size_t i = 0; i < ARRAY_LEN(v); i++) {
        v[i] = mem_alloc(MIB);
        assert_non_null(v[i]);
        memset(v[i], 9, MIB);
    }
    mem_free(v[1]);
    mem_free(v[3]);
    mem_free(v[4]);
    char *large = mem_alloc(2 * MIB), *small = mem_alloc(MIB);
    assert_ptr_equal(large, v[3]);
    assert_ptr_equal(small, v[1]);
    for (size_t i = 0; i < MIB; i++)
        assert_int_equal(large[i] | large[MIB + i] | small[i], 0);
    assert_int_equal(v[2][0] + v[5][MIB - 1], 18);
    char *const rest[] = {v[0], small, v[2], large, v[5], first};
    for (size_t i = 0; i < ARRAY_LEN(rest); i++)
        mem_free(rest[i]);
    spill_close();
}

/* What is ordinary stays in memory, and what is small stays in the heap. */
static void an_ordinary_amount_makes_no_file(void **state UNUSED)
{
    spill_open("/nowhere/at/all");
    void *small = mem_alloc(MIB - 1), *large = mem_alloc(SPILL_START);
    assert_non_null(small);
    assert_non_null(large);
    assert_int_equal(spill_size(small), 0);
    assert_int_equal(spill_size(large), SPILL_START);
    assert_int_equal(spill_bytes(), 0);
    mem_free(large);
    mem_free(small);
    spill_close();
}

static void no_room_is_no_failure(void **state UNUSED)
{
    const char *const folders[] = {"/nowhere/at/all", "/proc", NULL};

    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        spill_open(folders[i]);
        char *p = mem_alloc(2 * SPILL_START);
        assert_non_null(p);
        assert_int_equal(spill_size(p), 0);
        p[2 * SPILL_START - 1] = 1;
        mem_free(p);
        spill_close();
    }
    void *p = mem_alloc(2 * SPILL_START); /* nor is it when none is open */
    assert_int_equal(spill_size(p), 0);
    mem_free(p);
}

/* From the heap into a spill, inside it, and back, by growing and shrinking. */
static void blocks_move(void **state UNUSED)
{
    spill_open("/tmp");
    for (int round = 0; round < 2; round++) {
        char *p = mem_realloc(NULL, 1000);
        memset(p, 7, 1000);
        for (size_t n = MIB / 4; n <= 64 * MIB; n *= 2) {
            p = mem_realloc(p, n);
            assert_non_null(p);
            assert_int_equal(p[0] + p[999], 14);
            p[n - 1] = 3;
        }
        assert_true(spill_size(p) == 64 * MIB && spill_bytes() == 64 * MIB);
        p = mem_realloc(p, 63 * MIB);
        assert_true(spill_size(p) == 64 * MIB);
        p = mem_realloc(p, 2 * MIB);
        assert_true(spill_size(p) == 2 * MIB && p[999] == 7);
        p = mem_realloc(p, 1000);
        assert_int_equal(spill_size(p), 0);
        assert_int_equal(p[0] + p[999], 14);
        mem_free(p);
        assert_int_equal(spill_bytes(), 0);
    }
    assert_null(spill_alloc(SIZE_MAX - 10));
    spill_close();
}

/* Arenas, arrays and maps need not know. */
static void containers_lie_in_files(void **state UNUSED)
{
    spill_open("/tmp");
    {
        AUTO(arena) a = ARENA(0);
        AUTO(map) m = MAP_OWNED(&a);
        struct {
            VEC(uint64_t);
        } v = {0};
        char key[32];
        for (uint64_t i = 0; i < 300000; i++) {
            int n = snprintf(key, sizeof(key), "a key of number %llu", (unsigned long long)i);
            uint64_t *slot = map_put(&m, str_n(key, (size_t)n), NULL);
            assert_non_null(slot);
            *slot = i;
            assert_int_equal(vec_push(&v, i * i), 0);
        }
        assert_true(spill_bytes() > 0);
        for (uint64_t i = 0; i < 300000; i += 7) {
            int n = snprintf(key, sizeof(key), "a key of number %llu", (unsigned long long)i);
            const uint64_t *hit = map_get(&m, str_n(key, (size_t)n));
            assert_true(hit && *hit == i && v.v[i] == i * i);
        }
        vec_free(&v);
    }
    assert_int_equal(spill_bytes(), 0);
    spill_close();
}

/* A child has what is in memory and no file, and what is left after the end is still good. */
static void is_not_inherited(void **state UNUSED)
{
    int status = 0;
    unsigned char there;

    spill_open("/tmp");
    char *p = mem_alloc(2 * SPILL_START);
    memset(p, 5, 2 * SPILL_START);
    assert_int_equal(p[SPILL_START], 5);
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    pid_t pid = fork();
    if (!pid) { /* a write of memory that is not there is EFAULT */
        spill_forked();
        _exit(write(fd[1], p, 1) == 1 || spill_alloc(SPILL_BLOCK));
    }
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
    assert_int_equal(status, 0);
    assert_int_equal(write(fd[1], p, 1), 1);
    assert_int_equal(read(fd[0], &there, 1), 1);
    assert_int_equal(there, 5);
    close(fd[0]);
    close(fd[1]);
    spill_close();
    assert_int_equal(p[SPILL_START], 5);
    mem_free(p);
    assert_int_equal(spill_bytes(), 0);
}

static void failure_can_be_asked_for(void **state UNUSED)
{
    spill_open("/tmp");
    char *p = mem_alloc(2 * SPILL_START);
    mem_fail_after(1);
    assert_null(mem_alloc(2 * SPILL_START));
    assert_null(mem_realloc(p, 4 * SPILL_START));
    mem_fail_after(0);
    assert_int_equal(spill_size(p), 2 * SPILL_START);
    mem_free(p);
    spill_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_stay_and_pages_go),
        cmocka_unit_test(a_thread_lets_go),
        cmocka_unit_test(what_is_lent_goes),
        cmocka_unit_test(containers_rest),
        cmocka_unit_test(space_is_used_again),
        cmocka_unit_test(an_ordinary_amount_makes_no_file),
        cmocka_unit_test(no_room_is_no_failure),
        cmocka_unit_test(blocks_move),
        cmocka_unit_test(containers_lie_in_files),
        cmocka_unit_test(is_not_inherited),
        cmocka_unit_test(failure_can_be_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

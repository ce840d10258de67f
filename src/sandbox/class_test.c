/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what differs between classes of workers, many workers, and few descriptors. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sandbox/fixture.h"

/* A part of the C library that nothing here is linked with. */
#define LIBRARY "libnss_compat.so.2"

static int load_library(void *ctx)
{
    (void)ctx;
    return dlopen(LIBRARY, RTLD_NOW) ? 0 : E_UNSUPPORTED;
}

static int say_library(void *ctx, const struct worker_request *request, struct buf *reply)
{
    (void)ctx, (void)request;
    buf_addz(reply, dlopen(LIBRARY, RTLD_NOW | RTLD_NOLOAD) ? "loaded" : "not loaded");
    return 0;
}

static void one_class_loads(struct hostile *h)
{
    for (size_t i = 0; i < HOSTILE_CLASSES; i++)
        h->class[i].handler = say_library;
    h->class[HOSTILE_FOLDERS].prepare = load_library;
}

static void only_the_class_that_needs_it_loads_a_library(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, one_class_loads);
    assert_int_equal(call(&f, "?"), 0);
    assert_true(str_eq_z(buf_str(&f.reply), "not loaded"));
    worker_close(&f.w);
    assert_int_equal(sandbox_worker(&f.sb, HOSTILE_FOLDERS, NULL, 0, &f.w, &f.d), 0);
    assert_int_equal(call(&f, "?"), 0);
    assert_true(str_eq_z(buf_str(&f.reply), "loaded"));
    assert_null(dlopen(LIBRARY, RTLD_NOW | RTLD_NOLOAD));
    close_fixture(&f);
}

static void assert_name(const struct worker *w, const char *expected)
{
    char path[64], name[32] = {0};
    snprintf(path, sizeof(path), "/proc/%d/comm", (int)w->pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(name, sizeof(name), file));
    fclose(file);
    assert_string_equal(name, expected);
}

static void processes_have_the_names_of_classes(void **state)
{
    (void)state;
    struct fixture f;
    struct worker w;
    open_fixture(&f, NULL);
    assert_int_equal(sandbox_worker(&f.sb, HOSTILE_FOLDERS, NULL, 0, &w, &f.d), 0);
    assert_name(&f.w, "stance-plain\n");
    assert_name(&w, "stance-folders\n");
    worker_close(&w);
    close_fixture(&f);
}

static void different_limits(struct hostile *h)
{
    h->class[HOSTILE_FOLDERS].handler = hostile_handler;
    h->class[HOSTILE_FOLDERS].memory = (size_t)300 << 20;
}

static void classes_have_their_own_limits(void **state)
{
    (void)state;
    struct fixture f;
    if (SANDBOX_SANITIZED)
        skip();
    open_fixture(&f, different_limits);
    assert_int_equal(call(&f, "memory 536870912"), 0);
    assert_true(str_eq_z(buf_str(&f.reply), "ok 536870912"));
    worker_close(&f.w);
    assert_int_equal(sandbox_worker(&f.sb, HOSTILE_FOLDERS, NULL, 0, &f.w, &f.d), 0);
    assert_int_equal(call(&f, "memory 536870912"), 0);
    assert_true(str_eq_z(buf_str(&f.reply), "denied 12"));
    close_fixture(&f);
}

static void processor_time_is_told(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, NULL);
    uint64_t before = worker_cpu_ns(&f.w), memory = worker_memory(&f.w);
    assert_true(before > 0);
    assert_int_equal(call(&f, "work 30000000"), 0);
    uint64_t after = worker_cpu_ns(&f.w);
    assert_true(after - before > 20000000 && after - before < UINT64_C(20000000000));
    assert_true(memory > 0 && worker_memory(&f.w) > 0);
    worker_close(&f.w);
    assert_true(worker_cpu_ns(&f.w) == 0 && worker_memory(&f.w) == 0);
    close_fixture(&f);
}

enum { MANY = 64 };

static void many(struct hostile *h)
{
    h->config.max_workers = MANY;
    h->config.room = 1 << 20;
}

static void many_workers_at_a_time(void **state)
{
    (void)state;
    struct fixture f;
    struct worker w[MANY];
    char text[32];
    size_t n;
    open_fixture(&f, many);
    w[0] = f.w;
    for (int i = 1; i < MANY; i++)
        assert_int_equal(
            sandbox_worker(&f.sb, i % 2 ? HOSTILE_FOLDERS : HOSTILE_PLAIN, NULL, 0, &w[i], &f.d),
            0);
    for (int i = 0; i < MANY; i += 2) { /* all written before the first is asked */
        char *room = worker_room(&w[i], &n);
        snprintf(room, n, "echo number %d", i);
    }
    for (int i = 0; i < MANY; i += 2) {
        struct str request = str_z(worker_room(&w[i], &n));
        snprintf(text, sizeof(text), "number %d", i);
        assert_int_equal(worker_call(&w[i], request, -1, &f.reply, &f.d), 0);
        assert_true(str_eq_z(buf_str(&f.reply), text));
    }
    for (int i = 1; i < MANY; i++)
        worker_close(&w[i]);
    f.w = w[0];
    close_fixture(&f);
}

static int open_descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* The parent has no descriptor left for one more socket. */
static void descriptors_may_run_out_here(void **state)
{
    (void)state;
    struct fixture f;
    struct worker w[MANY];
    struct rlimit r, few;
    int n = 0, error = 0;
    open_fixture(&f, many);
    int before = open_descriptors();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &r), 0);
    few = (struct rlimit){(rlim_t)before + 6, r.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    while (n < MANY && !error) {
        error = sandbox_worker(&f.sb, HOSTILE_PLAIN, NULL, 0, &w[n], &f.d);
        n += !error;
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &r), 0);
    assert_true(error < 0 && n < MANY && strstr(f.d.text, "cannot start a worker"));
    while (n > 0)
        worker_close(&w[--n]);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(call(&f, "echo x"), 0);
    for (; n < MANY - 1; n++) /* and no room is lost */
        assert_int_equal(sandbox_worker(&f.sb, HOSTILE_PLAIN, NULL, 0, &w[n], &f.d), 0);
    while (n > 0)
        worker_close(&w[--n]);
    close_fixture(&f);
}

/* The zygote has none left for the folders of a worker, or for a pair of sockets. */
static void descriptors_may_run_out_there(void **state)
{
    (void)state;
    struct fixture f;
    struct worker w;
    struct rlimit r, few;
    open_fixture(&f, many);
    int folder = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int folders[WORKER_FOLDERS_MAX] = {folder, folder, folder, folder};
    assert_int_equal(prlimit(f.sb.zygote, RLIMIT_NOFILE, NULL, &r), 0);
    for (rlim_t left = 5; left < 11; left++) {
        few = (struct rlimit){left, r.rlim_max};
        assert_int_equal(prlimit(f.sb.zygote, RLIMIT_NOFILE, &few, NULL), 0);
        assert_true(sandbox_worker(&f.sb, HOSTILE_FOLDERS, folders, 4, &w, &f.d) < 0);
        assert_non_null(strstr(f.d.text, "cannot start a worker"));
    }
    assert_int_equal(prlimit(f.sb.zygote, RLIMIT_NOFILE, &r, NULL), 0);
    assert_int_equal(sandbox_worker(&f.sb, HOSTILE_FOLDERS, folders, 4, &w, &f.d), 0);
    worker_close(&w);
    close(folder);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_class_that_needs_it_loads_a_library),
        cmocka_unit_test(processes_have_the_names_of_classes),
        cmocka_unit_test(classes_have_their_own_limits),
        cmocka_unit_test(processor_time_is_told),
        cmocka_unit_test(many_workers_at_a_time),
        cmocka_unit_test(descriptors_may_run_out_here),
        cmocka_unit_test(descriptors_may_run_out_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

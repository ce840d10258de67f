/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker that crashes, hangs, hogs or lies costs: the item that did it, and no other. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "discover/lane_internal.h"
#include "sandbox/sandbox_internal.h"

/* --- a worker that does what the content of an item says ------------------------------------ */

/* Of a large file the first word counts. */
static struct str text_of(const struct asked *it, int fd, char *room, size_t n)
{
    ssize_t got = it->in_memory ? 0 : pread(fd, room, n, 0);
    struct str text = it->in_memory ? it->bytes : str_n(room, got < 0 ? 0 : (size_t)got);
    return str_sub(text, 0, MIN(str_chr(text, ' ', 0), text.n));
}

static int behave(const struct asked *asked, int fd, struct buf *reply)
{
    char room[16];
    struct asked copy = *asked, *it = &copy;
    struct answered a = {.bytes_read = it->size};
    it->bytes = text_of(asked, fd, room, sizeof(room));
    if (str_eq_z(it->bytes, "crash"))
        raise(SIGKILL);
    if (str_eq_z(it->bytes, "leave"))
        _exit(3);
    for (volatile uint64_t i = 0; str_eq_z(it->bytes, "hang"); i++)
        continue;
    while (str_eq_z(it->bytes, "hog"))
        if (!mem_alloc((size_t)16 << 20))
            return E_NOMEM;
    if (str_eq_z(it->bytes, "refuse"))
        return E_LIMIT;
    if (str_eq_z(it->bytes, "lie"))
        frame_put_u32(reply, 0xffffffff);
    if (str_eq_z(it->bytes, "speak"))
        a.frame = it->path;
    answer_put(reply, &a);
    return 0;
}

static int handle(void *ctx UNUSED, const struct worker_request *request, struct buf *reply)
{
    struct request r;
    struct asked it;
    int rc = request_read(request->bytes, &r);
    while (!rc && (rc = request_next(&r, &it)) == 1)
        rc = behave(&it, request->fd, reply);
    return rc;
}

/* Which folder it has. */
static int handle_folder(void *ctx UNUSED, const struct worker_request *request, struct buf *reply)
{
    struct stat st;
    if (request->n_folders != 1 || fstat(request->folders[0], &st))
        return E_IO;
    frame_put_i64(reply, (int64_t)st.st_ino);
    return 0;
}

/* The next workers die before they say a word. */
static int prepare(void *ctx)
{
    atomic_int *deaths = ctx;
    if (*deaths > 0 && (*deaths)--)
        raise(SIGKILL);
    return 0;
}

struct fixture {
    atomic_int *deaths; /* shared with the workers */
    struct target target;
    struct discover_options options;
    struct worker_class classes[2];
    struct sandbox sandbox;
    struct lane lane;
    atomic_bool stop;
};

static int setup(void **state)
{
    struct fixture *f = mem_alloc(sizeof(*f));
    struct diag d = {0};
    f->deaths =
        mmap(NULL, sizeof(*f->deaths), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(f->deaths != MAP_FAILED);
    f->options = (struct discover_options){.targets = &f->target, .n_targets = 1};
    f->classes[0] = (struct worker_class){.name = "items",
                                          .handler = handle,
                                          .prepare = prepare,
                                          .ctx = f->deaths,
                                          .memory = (size_t)512 << 20,
                                          .cpu_seconds = 1,
                                          .wall_seconds = 20};
    f->classes[1] = f->classes[0];
    f->classes[1].handler = handle_folder;
    f->classes[1].folders = true;
    struct sandbox_config c = {.classes = f->classes,
                               .n_classes = ARRAY_LEN(f->classes),
                               .room = ROOM_BYTES,
                               .max_workers = 3,
                               .max_frame = 1 << 20};
    assert_int_equal(sandbox_start(&f->sandbox, &c, &d), 0);
    assert_int_equal(lane_init(&f->lane, &f->options, &f->sandbox, &f->stop), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    lane_done(&f->lane);
    sandbox_stop(&f->sandbox);
    munmap(f->deaths, sizeof(*f->deaths));
    mem_free(f);
    return 0;
}

static void give(struct fixture *f, const char *path, const char *text)
{
    struct stat st;
    int fd = memfd_create("item", MFD_CLOEXEC);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(lane_file(&f->lane, 0, str_z(path), fd, &st), 0);
}

static const struct result *result_of(const struct fixture *f, const char *path)
{
    vec_each (r, &f->lane.results) {
        if (str_eq_z(r->path, path))
            return r;
    }
    return NULL;
}

/* One bad item among good ones. */
static void assert_costs_one(struct fixture *f, const char *text, const char *reason)
{
    give(f, "before", "plain");
    give(f, "first", "speak");
    give(f, "bad", text);
    give(f, "last", "speak");
    assert_int_equal(lane_flush(&f->lane), 0);
    assert_int_equal(f->lane.results.n, 3);
    const struct result *bad = result_of(f, "bad");
    assert_non_null(bad);
    assert_int_equal(bad->state, COVERAGE_FAILED);
    assert_int_not_equal(bad->code, 0);
    if (!str_has(bad->reason, str_z(reason)))
        fail_msg("%.*s: expected %s", STR_ARG(bad->reason), reason);
    assert_true(result_of(f, "first")->frame.n && result_of(f, "last")->frame.n);
    assert_int_equal(f->lane.counts[0].files, 3);
    assert_int_equal(f->lane.counts[0].bytes, 15);
    /* And on with the next batch. */
    give(f, "later", "speak");
    assert_int_equal(lane_flush(&f->lane), 0);
    assert_non_null(result_of(f, "later"));
}

static void a_crash(void **state)
{
    struct fixture *f = *state;
    assert_costs_one(f, "crash", "signal 9");
    assert_int_equal(f->lane.workers_lost, 3);
    assert_false(f->lane.watchdog);
}

static void an_exit(void **state)
{
    assert_costs_one(*state, "leave", "status 3");
}

static void a_hang(void **state)
{
    struct fixture *f = *state;
    assert_costs_one(f, "hang", "processor time");
    assert_true(f->lane.watchdog);
}

static void a_hog(void **state)
{
    if (SANDBOX_SANITIZED)
        skip(); /* sanitizers map more than any limit */
    assert_costs_one(*state, "hog", "gave up");
}

static void a_refusal(void **state)
{
    struct fixture *f = *state;
    assert_costs_one(f, "refuse", "gave up");
    assert_int_equal(f->lane.workers_lost, 0);
}

static void a_lie(void **state)
{
    assert_costs_one(*state, "lie", "breaks the protocol");
}

/* A large file goes alone; what waits in the batch is not lost. */
static void a_large_file_between(void **state)
{
    struct fixture *f = *state;
    char *text = mem_alloc(SMALL_BYTES + 2);
    memset(text, 'x', SMALL_BYTES + 1);
    give(f, "a", "speak");
    give(f, "large", text);
    give(f, "z", "speak");
    assert_int_equal(lane_flush(&f->lane), 0);
    assert_int_equal(f->lane.counts[0].files, 3);
    assert_int_equal(f->lane.counts[0].bytes, SMALL_BYTES + 11);
    assert_true(result_of(f, "a") && result_of(f, "z"));
    mem_free(text);
}

/* One word, then more than a batch takes. */
static char *large(const char *word)
{
    char *text = mem_alloc(SMALL_BYTES + 2);
    memset(text, 'x', SMALL_BYTES + 1);
    memcpy(text, word, strlen(word));
    text[strlen(word)] = ' ';
    return text;
}

/* The room goes with the worker that a large file ends: nothing of a batch may lie in it then. */
static void a_death_while_a_large_file_is_read(void **state)
{
    struct fixture *f = *state;
    static const char *const words[] = {"crash", "hang", "refuse", "lie"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        char *text = large(words[i]);
        size_t before = f->lane.results.n;
        give(f, "a", "speak");
        give(f, words[i], text);
        give(f, "z", "speak");
        assert_int_equal(lane_flush(&f->lane), 0);
        assert_int_equal(f->lane.results.n, before + 3);
        assert_int_equal(result_of(f, words[i])->state, COVERAGE_FAILED);
        mem_free(text);
    }
    vec_each (r, &f->lane.results)
        assert_true(r->code || str_eq(r->frame, r->path));
}

/* Killed from outside in the middle: what it was asked is tried once more. */
static void a_kill_while_a_large_file_is_read(void **state)
{
    struct fixture *f = *state;
    char *text = large("speak");
    give(f, "before", text);
    assert_int_equal(kill(f->lane.workers[ROLE_ITEMS].pid, SIGKILL), 0);
    give(f, "large", text);
    assert_true(result_of(f, "large")->frame.n);
    assert_int_equal(f->lane.workers_lost, 1);
    mem_free(text);
}

/* Much to read is no hang; but only what is there counts. */
static void time_goes_with_the_size(void **state)
{
    struct fixture *f = *state;
    size_t n = (size_t)33 << 20;
    char *text = mem_alloc(n + 1);
    memset(text, 'x', n);
    memcpy(text, "hang ", 5);
    give(f, "large", text);
    assert_true(str_has(result_of(f, "large")->reason, STR("2 s of processor time")));
    mem_free(text);
    struct stat st;
    int fd = memfd_create("item", MFD_CLOEXEC);
    assert_int_equal(write(fd, "hang ", 5), 5);
    assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(lane_file(&f->lane, 0, STR("sparse"), fd, &st), 0);
    assert_true(str_has(result_of(f, "sparse")->reason, STR("1 s of processor time")));
}

static void a_death_while_it_greets(void **state)
{
    struct fixture *f = *state;
    give(f, "a", "crash"); /* ends the worker that was tried at the start */
    *f->deaths = 2;
    assert_int_equal(lane_flush(&f->lane), 0);
    assert_int_equal(*f->deaths, 0);
    assert_int_equal(result_of(f, "a")->state, COVERAGE_FAILED);
    give(f, "b", "speak");
    assert_int_equal(lane_flush(&f->lane), 0);
    assert_non_null(result_of(f, "b"));
}

/* No worker, no result: the run must not end as if all had been seen. */
static void no_worker_ends_the_run(void **state)
{
    struct fixture *f = *state;
    give(f, "a", "crash");
    *f->deaths = 1000;
    assert_int_equal(lane_flush(&f->lane), E_CANCELLED);
    assert_int_equal(lane_ended(&f->lane), E_CANCELLED);
    assert_non_null(strstr(lane_diag(&f->lane)->text, "no worker can be started: killed"));
}

/* A source that asks for itself does not disturb what waits. */
static void a_call_between(void **state)
{
    struct fixture *f = *state;
    struct asked it = {.path = STR("own"), .in_memory = true, .bytes = STR("crash")};
    AUTO(buf) request = BUF_INIT;
    AUTO(buf) reply = BUF_INIT;
    struct diag d = {0};
    give(f, "a", "speak");
    request_one(&request, &it);
    assert_int_equal(lane_call(&f->lane, ROLE_ITEMS, NULL, 0, buf_str(&request), -1, &reply, &d),
                     E_CANCELLED);
    assert_int_equal(lane_ended(&f->lane), 0);
    assert_true(str_eq_z(result_of(f, "a")->frame, "a"));
}

static uint64_t ask_folder(struct fixture *f, int folder)
{
    struct diag d = {0};
    AUTO(buf) reply = BUF_INIT;
    assert_int_equal(lane_call(&f->lane, ROLE_ARCHIVES, &folder, 1, STR("x"), -1, &reply, &d), 0);
    struct frame frame = {.rest = buf_str(&reply)};
    return (uint64_t)frame_i64(&frame);
}

/* The number of a descriptor is used again: the worker of another folder must not answer. */
static void each_folder_has_its_worker(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {"/", "/usr", "/usr", "/"};
    pid_t last = 0;
    int fd = -1;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct stat st;
        int other = open(names[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(fstat(other, &st), 0);
        fd = fd < 0 ? other : dup3(other, fd, O_CLOEXEC);
        assert_int_equal(ask_folder(f, fd), st.st_ino);
        assert_int_equal(f->lane.workers[ROLE_ARCHIVES].pid == last, i == 2);
        last = f->lane.workers[ROLE_ARCHIVES].pid;
        if (other != fd)
            close(other);
    }
    close(fd);
}

static void many_small_files(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 1000; i++)
        give(f, i % 100 ? "quiet" : "loud", i % 100 ? "plain" : "speak");
    assert_int_equal(lane_flush(&f->lane), 0);
    assert_int_equal(f->lane.counts[0].files, 1000);
    assert_int_equal(f->lane.results.n, 10);
    assert_true(f->lane.stats.calls <= 1000 / BATCH_ITEMS + 1);
}

/* It was shorter, or longer, when it was read than when it was opened. */
static void a_file_that_changes(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    int fd = memfd_create("item", MFD_CLOEXEC);
    assert_int_equal(write(fd, "12345", 5), 5);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(ftruncate(fd, 2), 0);
    assert_int_equal(lane_file(&f->lane, 0, STR("x"), fd, &st), 0);
    assert_int_equal(f->lane.items.n, 1);
    assert_true(f->lane.items.v[0].asked.changed);
    assert_true(str_eq_z(f->lane.items.v[0].asked.bytes, "12"));
    assert_int_equal(lane_flush(&f->lane), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_crash, setup, teardown),
        cmocka_unit_test_setup_teardown(an_exit, setup, teardown),
        cmocka_unit_test_setup_teardown(a_hang, setup, teardown),
        cmocka_unit_test_setup_teardown(a_hog, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refusal, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lie, setup, teardown),
        cmocka_unit_test_setup_teardown(a_large_file_between, setup, teardown),
        cmocka_unit_test_setup_teardown(a_death_while_a_large_file_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(a_kill_while_a_large_file_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(time_goes_with_the_size, setup, teardown),
        cmocka_unit_test_setup_teardown(a_death_while_it_greets, setup, teardown),
        cmocka_unit_test_setup_teardown(no_worker_ends_the_run, setup, teardown),
        cmocka_unit_test_setup_teardown(a_call_between, setup, teardown),
        cmocka_unit_test_setup_teardown(each_folder_has_its_worker, setup, teardown),
        cmocka_unit_test_setup_teardown(many_small_files, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_changes, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

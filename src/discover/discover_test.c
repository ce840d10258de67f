/* SPDX-License-Identifier: Apache-2.0 */
/* From folders to facts: the same items in the same order, whatever threads and workers do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "discover/discover.h"

struct tree {
    char root[64];
    struct target targets[2];
    struct discover_options options;
    struct discover_report report;
    struct buf said; /* "target path code facts\n" of each item that said something */
    size_t items, stop_after;
    struct diag d;
};

static void make_folder(const struct tree *t, const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", t->root, name);
    assert_int_equal(mkdir(path, 0755), 0);
}

static void make_file(const struct tree *t, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", t->root, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static int setup(void **state)
{
    struct tree *t = mem_alloc(sizeof(*t));
    snprintf(t->root, sizeof(t->root), "/tmp/stance-discover.XXXXXX");
    assert_non_null(mkdtemp(t->root));
    make_folder(t, ".git"); /* no repository above is looked for */
    t->said = (struct buf)BUF_INIT;
    t->targets[0] = (struct target){.given = STR("t"), .root = str_z(t->root), .name = STR("t")};
    t->options = (struct discover_options){.targets = t->targets,
                                           .n_targets = 1,
                                           .threads = 1,
                                           .require = SANDBOX_NONE,
                                           .worker_memory = (size_t)1 << 30,
                                           .cpu_seconds = 20,
                                           .wall_seconds = 60};
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct tree *t = *state;
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", t->root, (char *)NULL);
        _exit(1);
    }
    int rc = pid < 0 || waitpid(pid, NULL, 0) != pid;
    discover_report_done(&t->report);
    buf_done(&t->said);
    mem_free(t);
    return rc;
}

/* More items than there are slots, of several kinds. */
static void fill(const struct tree *t)
{
    for (int i = 0; i < 300; i++) {
        char name[64];
        snprintf(name, sizeof(name), "d%03d", i * 7 % 300);
        make_folder(t, name);
        snprintf(name, sizeof(name), "d%03d/%s", i * 7 % 300, i % 3 ? "package.json" : ".mcp.json");
        make_file(t, name,
                  i % 3 ? "{\"name\": \"a\", \"dependencies\": {\"openai\": \"1\"}}"
                        : "{\"mcpServers\": {\"x\": {\"command\": \"npx\", \"args\": [\"y\"]}}}");
    }
    make_file(t, "d000/broken.txt", "");
    make_file(t, "d001/.mcp.json", "{");
}

static pid_t first_child(pid_t of)
{
    char path[64], text[32] = {0};
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", of, of);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
    int64_t pid = 0;
    struct str word, rest;
    if (fd >= 0)
        close(fd);
    str_cut(str_n(text, n > 0 ? (size_t)n : 0), ' ', &word, &rest);
    return str_to_i64(word, &pid) ? 0 : (pid_t)pid;
}

static int take(void *ctx, const struct item_result *it)
{
    struct tree *t = ctx;
    buf_addf(&t->said, "%u " STR_FMT " %d %zu %d\n", it->target, STR_ARG(it->path), it->code,
             it->facts.n, (int)it->state);
    t->items++;
    if (t->stop_after && t->items == t->stop_after)
        return E_CONFLICT;
    return 0;
}

static int run(struct tree *t)
{
    discover_report_done(&t->report);
    buf_clear(&t->said);
    t->items = 0;
    diag_clear(&t->d);
    int rc = discover_run(&t->options, take, t, &t->report, &t->d);
    assert_int_equal(buf_result(&t->said), 0);
    return rc;
}

static void the_same_with_any_number_of_threads(void **state)
{
    struct tree *t = *state;
    AUTO(buf) want = BUF_INIT;
    fill(t);
    assert_int_equal(run(t), 0);
    buf_add(&want, buf_str(&t->said));
    assert_int_equal(t->items, 301);
    assert_int_equal(t->report.all.files, 302);
    assert_int_equal(t->report.counts[0].files, 302);
    assert_true(t->report.deterministic);
    static const struct {
        unsigned threads, delay_us;
        uint64_t seed;
    } rows[] = {{4, 0, 0}, {4, 0, 77}, {3, 1500, 1}, {8, 300, 99}, {1, 0, 5}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        t->options.threads = rows[i].threads;
        t->options.delay_us = rows[i].delay_us;
        t->options.shuffle_seed = rows[i].seed;
        assert_int_equal(run(t), 0);
        assert_string_equal(t->said.p, want.p);
    }
}

/* Kills workers while a scan runs, until it is told to stop. */
struct killer {
    pid_t of;
    atomic_bool stop;
    unsigned killed;
};

static void *kill_workers(void *arg)
{
    struct killer *k = arg;
    while (!atomic_load(&k->stop) && k->killed < 2) {
        pid_t zygote = first_child(k->of), worker = zygote ? first_child(zygote) : 0;
        if (worker && !kill(worker, SIGKILL))
            k->killed++;
        usleep(20000); /* not the same item again and again: that would be its fault */
    }
    return NULL;
}

static void a_killed_worker_costs_nothing(void **state)
{
    struct tree *t = *state;
    AUTO(buf) want = BUF_INIT;
    pthread_t id;
    struct killer k = {.of = getpid()};
    fill(t);
    assert_int_equal(run(t), 0);
    buf_add(&want, buf_str(&t->said));
    t->options.delay_us = 2000;
    assert_int_equal(pthread_create(&id, NULL, kill_workers, &k), 0);
    int rc = run(t);
    atomic_store(&k.stop, true);
    pthread_join(id, NULL);
    if (rc == E_IO || !t->report.workers_lost)
        skip(); /* killed before its first word, or this kernel lists no children */
    assert_int_equal(rc, 0);
    assert_true(t->report.deterministic);
    assert_string_equal(t->said.p, want.p);
}

static void a_broken_file_is_one_row(void **state)
{
    struct tree *t = *state;
    make_file(t, "a.txt", "x");
    make_file(t, ".mcp.json", "{\"mcpServers\": [[[[");
    make_file(t, "a.json", "{\"name\": \"a\"}");
    assert_int_equal(run(t), 0);
    assert_int_equal(t->items, 1);
    assert_true(str_has(buf_str(&t->said), STR("0 .mcp.json 0 ")));
    assert_int_equal(t->report.counts[0].files, 3);
}

static void targets_in_their_order(void **state)
{
    struct tree *t = *state;
    char b[80];
    snprintf(b, sizeof(b), "%s/b", t->root);
    make_folder(t, "b");
    make_folder(t, "b/.git");
    make_file(t, "b/.mcp.json", "{");
    make_file(t, "package.json", "{");
    t->targets[1] = t->targets[0];
    t->targets[0].root = str_z(b);
    t->options.n_targets = 2;
    assert_int_equal(run(t), 0);
    assert_string_equal(t->said.p,
                        "0 .mcp.json 0 2 0\n1 b/.mcp.json 0 2 0\n1 package.json 0 2 0\n");
    assert_int_equal(t->report.counts[0].files, 1);
    assert_int_equal(t->report.counts[1].files, 2);
}

/* What a target is a part of comes first, and is no part of it. */
static void the_repository_above(void **state)
{
    struct tree *t = *state;
    char sub[80], file[90];
    snprintf(sub, sizeof(sub), "%s/src/bot", t->root);
    snprintf(file, sizeof(file), "%s/x", sub);
    make_file(t, ".git/config", "[remote \"origin\"]\n\turl = git@host.example:o/r.git\n");
    make_file(t, "CODEOWNERS", "* @all\n");
    make_folder(t, "src");
    make_folder(t, "src/bot");
    make_file(t, "src/bot/x", "1");
    make_file(t, "src/CODEOWNERS", "* @not-read\n");
    t->targets[0].root = str_z(sub);
    assert_int_equal(run(t), 0);
    assert_string_equal(t->said.p, "0 ../../.git/config 0 1 0\n0 ../../CODEOWNERS 0 1 0\n");
    assert_int_equal(t->report.counts[0].files, 1);
    t->targets[0] = (struct target){.root = str_z(file), .name = STR("x"), .single_file = true};
    assert_int_equal(run(t), 0);
    assert_string_equal(t->said.p, "0 ../../../.git/config 0 1 0\n0 ../../../CODEOWNERS 0 1 0\n");
    assert_int_equal(t->report.counts[0].files, 1);
    /* A repository of its own, be it only a file of a work tree, ends the search. */
    make_file(t, "src/.git", "gitdir: elsewhere\n");
    t->targets[0] = (struct target){.root = str_z(sub), .name = STR("bot")};
    assert_int_equal(run(t), 0);
    assert_string_equal(t->said.p, "");
    assert_int_equal(t->report.counts[0].files, 1);
}

/* A folder of the cache beside the tree; it is removed with it. */
static void with_cache(struct tree *t, char folder[128])
{
    snprintf(folder, 128, "%s/.venv", t->root); /* the walk passes by it */
    make_folder(t, ".venv");
    t->options.cache = folder;
    t->options.threads = 2;
}

/* Long enough that what was just written counts as old. */
static void let_time_pass(void)
{
    usleep(150000);
}

static void what_did_not_change_is_not_read(void **state)
{
    struct tree *t = *state;
    char folder[128];
    AUTO(buf) want = BUF_INIT;
    fill(t);
    let_time_pass();
    assert_int_equal(run(t), 0);
    buf_add(&want, buf_str(&t->said));
    struct discover_count count = t->report.counts[0];
    with_cache(t, folder);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(run(t), 0);
        assert_string_equal(t->said.p, want.p);
        assert_int_equal(t->report.stats.unchanged, i ? 302 : 0);
        assert_int_equal(t->report.counts[0].files, count.files);
        assert_int_equal(t->report.counts[0].bytes, count.bytes);
        assert_int_equal(t->report.counts[0].binaries, count.binaries);
    }
    assert_int_equal(t->report.stats.calls, 0);
    /* One change is seen; the same bytes written again are known by their content. */
    make_file(t, "d003/.mcp.json", "{");
    make_file(t, "d004/package.json", "{\"name\": \"a\", \"dependencies\": {\"openai\": \"1\"}}");
    assert_int_equal(run(t), 0);
    assert_int_equal(t->report.stats.unchanged, 300);
    assert_int_equal(t->report.stats.same_content, 1);
    assert_true(str_has(buf_str(&t->said), STR("0 d003/.mcp.json 0 2 0\n")));
    assert_true(str_has(buf_str(&t->said), STR("0 d004/package.json 0 4 0\n")));
}

/* Another key makes other fingerprints: nothing old is believed. */
static void another_key_knows_nothing(void **state)
{
    struct tree *t = *state;
    char folder[128];
    fill(t);
    let_time_pass();
    with_cache(t, folder);
    assert_int_equal(run(t), 0);
    t->options.key = STR("0123456789abcdef0123456789abcdef");
    assert_int_equal(run(t), 0);
    assert_int_equal(t->report.stats.unchanged, 0);
    assert_int_equal(run(t), 0);
    assert_int_equal(t->report.stats.unchanged, 302);
}

/* A look at a part uses what is known, and does not forget the rest. */
static void a_part_forgets_nothing(void **state)
{
    struct tree *t = *state;
    char folder[128];
    fill(t);
    make_file(t, "CODEOWNERS", "* @a\n");
    let_time_pass();
    with_cache(t, folder);
    assert_int_equal(run(t), 0);
    t->options.only_path = STR("d003");
    assert_int_equal(run(t), 0);
    assert_int_equal(t->report.stats.unchanged, 2);
    assert_int_equal(t->report.counts[0].files, 1); /* what is read for owners beside it is none */
    t->options.only_path = STR_NULL;
    assert_int_equal(run(t), 0);
    assert_int_equal(t->report.stats.unchanged, 303);
}

static void stopping(void **state)
{
    struct tree *t = *state;
    int cancel = 1;
    fill(t);
    t->options.threads = 4;
    t->stop_after = 5;
    assert_int_equal(run(t), E_CONFLICT);
    assert_int_equal(t->items, 5);
    t->stop_after = 0;
    t->options.cancel = &cancel;
    assert_int_equal(run(t), E_CANCELLED);
    assert_string_equal(t->d.text, "stopped by the user");
}

static void a_target_that_went_away(void **state)
{
    struct tree *t = *state;
    t->targets[0].root = STR("/nowhere/at/all");
    assert_int_equal(run(t), E_NOTFOUND);
    assert_true(t->d.text[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_with_any_number_of_threads, setup, teardown),
        cmocka_unit_test_setup_teardown(a_killed_worker_costs_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_broken_file_is_one_row, setup, teardown),
        cmocka_unit_test_setup_teardown(targets_in_their_order, setup, teardown),
        cmocka_unit_test_setup_teardown(the_repository_above, setup, teardown),
        cmocka_unit_test_setup_teardown(what_did_not_change_is_not_read, setup, teardown),
        cmocka_unit_test_setup_teardown(another_key_knows_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_part_forgets_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(stopping, setup, teardown),
        cmocka_unit_test_setup_teardown(a_target_that_went_away, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

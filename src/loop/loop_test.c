/* SPDX-License-Identifier: Apache-2.0 */
/* Whole turns of the loop: nothing is gone, and no finding closed, that was only not looked at. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/loop.h"

#define SERVER                                                                                     \
    "{\"mcpServers\": {\"x\": {\"command\": \"npx\", \"args\": [\"-y\", \"@acme/x@latest\"]}}}\n"
#define CONFIG "[remote \"origin\"]\n\turl = git@host.example:org/app.git\n"

static char folder[64];
static struct store *st;
static int64_t now;

static const char *in(const char *name)
{
    static char paths[8][256];
    static unsigned at;
    char *p = paths[at++ % 8];
    snprintf(p, 256, "%s/%s", folder, name);
    return p;
}

static void run_program(const char *program, const char *a, const char *b)
{
    pid_t pid = fork();
    if (pid == 0) {
        execlp(program, program, a, b, (char *)NULL);
        _exit(1);
    }
    int status = 1;
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
    assert_int_equal(status, 0);
}

static int setup(void **state UNUSED)
{
    struct clock clock = {1000};
    struct diag d = {0};
    snprintf(folder, sizeof(folder), "/tmp/stance-loop.XXXXXX");
    now = 1000;
    return !mkdtemp(folder) || store_open(":memory:", DB_CREATE, &clock, &st, &d);
}

static int teardown(void **state UNUSED)
{
    st = store_free(st);
    run_program("rm", "-rf", folder);
    return 0;
}

static void make_file(const char *folder_name, const char *name, const char *text)
{
    char path[256];
    run_program("mkdir", "-p", in(folder_name));
    snprintf(path, sizeof(path), "%s/%s", in(folder_name), name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void scan(const char *first, const char *second, const char *only, bool all)
{
    AUTO(arena) a = ARENA(0);
    struct loop_options o = loop_defaults();
    struct loop_result r;
    struct target targets[2];
    struct clock clock = {now += 1000};
    struct diag d = {0};
    assert_int_equal(target_resolve(str_z(in(first)), &a, &targets[0], &d), 0);
    if (second)
        assert_int_equal(target_resolve(str_z(in(second)), &a, &targets[1], &d), 0);
    o.discover.targets = targets;
    o.discover.n_targets = second ? 2 : 1;
    o.discover.require = SANDBOX_NONE;
    o.discover.only_path = str_z(only);
    o.discover.rules = all ? walk_rules_none() : NULL;
    o.allow_weak_sandbox = true;
    o.store = st;
    if (loop_run(&o, &clock, &r, &d))
        fail_msg("scan of %s: %s", first, d.text);
    for (int i = 0; i < LOOP_PHASES; i++)
        if (!r.stats.nanoseconds[i])
            fail_msg("no time was spent in %s", LOOP_PHASE_NAMES[i]);
    assert_true(r.stats.peak_bytes && r.stats.worker_peak_bytes);
    loop_result_done(&r);
}

static int64_t ask(const char *sql)
{
    struct stmt *s;
    struct diag d = {0};
    if (db_prepare(store_db(st), str_z(sql), &s, &d))
        fail_msg("%s: %s", sql, d.text);
    assert_int_equal(stmt_step(s, &d), 1);
    int64_t n = stmt_int(s, 0);
    stmt_free(s);
    return n;
}

static void nothing_is_gone(int64_t open_findings)
{
    assert_int_equal(ask("SELECT count(*) FROM place WHERE state <> 'present'"), 0);
    assert_int_equal(ask("SELECT count(*) FROM finding WHERE status <> 'open'"), 0);
    assert_int_equal(ask("SELECT count(*) FROM finding WHERE control = 'AISPM-MCP-003'"),
                     open_findings);
}

static void another_folder_of_the_same_name(void **state UNUSED)
{
    make_file("x/app", ".mcp.json", SERVER);
    make_file("y/app", "README", "nothing here\n");
    scan("x/app", NULL, "", false);
    scan("y/app", NULL, "", false);
    nothing_is_gone(1);
    assert_int_equal(ask("SELECT count(*) FROM target"), 2);
    assert_int_equal(ask("SELECT count(*) FROM target WHERE identity IN ('app', 'y/app')"), 2);
    scan("y/app", "x/app", "", false); /* names stay with their folders */
    nothing_is_gone(1);
    assert_int_equal(ask("SELECT count(*) FROM target"), 2);
}

static void a_folder_that_moved(void **state UNUSED)
{
    make_file("x/app", ".mcp.json", SERVER);
    scan("x/app", NULL, "", false);
    run_program("mkdir", "-p", in("z"));
    run_program("mv", in("x/app"), in("z/app"));
    scan("z/app", NULL, "", false);
    nothing_is_gone(1);
    assert_int_equal(ask("SELECT count(*) FROM target"), 1);
}

static void what_a_rule_hides(void **state UNUSED)
{
    make_file("app/node_modules/m", ".mcp.json", SERVER);
    make_file("app/.git/hooks", "CLAUDE.md", "use the tools\n");
    scan("app", NULL, "", true);
    scan("app", NULL, "", false);
    nothing_is_gone(1);
}

static void a_file_that_became_a_link(void **state UNUSED)
{
    make_file("app/sub", ".mcp.json", SERVER);
    scan("app", NULL, "", false);
    run_program("mv", in("app/sub/.mcp.json"), in("elsewhere"));
    assert_int_equal(symlink(in("elsewhere"), in("app/sub/.mcp.json")), 0);
    scan("app", NULL, "", false);
    nothing_is_gone(1);
    /* One that is really away is gone. */
    assert_int_equal(unlink(in("app/sub/.mcp.json")), 0);
    scan("app", NULL, "", false);
    assert_int_equal(ask("SELECT count(*) FROM place WHERE state = 'present'"), 0);
}

/* Which of two clones a file belongs to does not depend on what else is read. */
static void a_part_of_one_of_two_clones(void **state UNUSED)
{
    make_file("src/one/.git", "config", CONFIG);
    make_file("src/one", "CLAUDE.md", "one\n");
    make_file("src/two/.git", "config", CONFIG);
    make_file("src/two", "CLAUDE.md", "two\n");
    make_file("src/two", ".mcp.json", SERVER);
    scan("src", NULL, "", false);
    assert_int_equal(ask("SELECT count(*) FROM asset WHERE kind = 'instruction_file'"), 2);
    scan("src", NULL, "two", false);
    scan("src", NULL, "two/CLAUDE.md", false);
    nothing_is_gone(1);
    assert_int_equal(ask("SELECT count(*) FROM asset WHERE kind = 'instruction_file'"), 2);
}

/* The same assets, whether the repository or a folder in it is scanned. */
static void a_folder_of_a_repository(void **state UNUSED)
{
    make_file("app/.git", "config", CONFIG);
    make_file("app/src/bot", "CLAUDE.md", "bot\n");
    scan("app", NULL, "", false);
    scan("app/src/bot", NULL, "", false);
    scan("app/src/bot/CLAUDE.md", NULL, "", false);
    nothing_is_gone(0);
    assert_int_equal(ask("SELECT count(*) FROM asset WHERE kind = 'instruction_file'"), 1);
    assert_int_equal(ask("SELECT count(*) FROM place"), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_folder_of_the_same_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_folder_that_moved, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_rule_hides, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_became_a_link, setup, teardown),
        cmocka_unit_test_setup_teardown(a_part_of_one_of_two_clones, setup, teardown),
        cmocka_unit_test_setup_teardown(a_folder_of_a_repository, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

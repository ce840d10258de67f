/* SPDX-License-Identifier: Apache-2.0 */
/* Tests the engine on real files: what it refuses, what a crash leaves, and the way back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/testing.h"
#include "remediate/fix.h"
#include "remediate/target_file.h"

#define BEFORE                                                                                     \
    "{\r\n  // ours\r\n  \"mcpServers\": {\"a\": {\"command\": \"npx\", \"args\": "                \
    "[\"@s/a\"]}}\r\n}"
#define AFTER                                                                                      \
    "{\r\n  // ours\r\n  \"mcpServers\": {\"a\": {\"command\": \"npx\", \"args\": [\"@s/a@1.2.3\"" \
    "]}}\r\n}"
#define FINDING "0123456789abcdef"

struct estate {
    char folder[64], root[96], state[96], file[128], db[96];
    struct clock clock;
    struct store *store;
    struct arena mem;
    struct diag d;
};

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_true(fd >= 0);
    assert_int_equal(fd_write_all(fd, str_z(text)), 0);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static bool holds(const char *path, const char *text)
{
    AUTO(arena) a = ARENA(0);
    struct str got;
    struct diag d = {0};
    int fd = open(path, O_RDONLY);
    bool same = fd >= 0 && !fd_read_all(fd, 1 << 20, &a, &got, &d) && str_eq_z(got, text);
    if (fd >= 0)
        close(fd);
    return same;
}

static void sql(struct estate *e, const char *text)
{
    if (db_exec(store_db(e->store), str_z(text), &e->d))
        fail_msg("%s: %s", e->d.text, text);
}

static void add_finding(struct estate *e)
{
    char text[2048];
    snprintf(text, sizeof(text),
             "INSERT INTO target VALUES (1, 'app', 'app', 'app', '%s');"
             "INSERT INTO asset VALUES ('mcp_server-1', 'mcp_server', 'a', 'app', NULL, 'unknown',"
             " 'unknown', 'unknown', 'unknown', '', 'present', 'k', 1, 1);"
             "INSERT INTO place VALUES (1, 'mcp_server-1', 1, 'sub/mcp.json', '', '/mcpServers/a',"
             " '', 3, 1, -1, 'mcp-config', '', 'a', '', 'present', 'k', 1, 1);"
             "INSERT INTO finding VALUES ('" FINDING "', 'AISPM-MCP-003', 'unpinned-package',"
             " 'mcp_server-1', 1, 'medium', 'fail', 'open', 1, 1, 't', 'r', '[]', '[]', 1, 1, 1,"
             " NULL, 'seen', '');"
             "INSERT INTO finding VALUES ('0123ffffffffffff', 'AISPM-GOV-001', 'c',"
             " 'mcp_server-1', 1, 'low', 'fail', 'open', 1, 1, 't', 'r', '[]', '[]', 1, 1, 1,"
             " NULL, 'seen', '');",
             e->root);
    sql(e, text);
}

static int set_up(void **state)
{
    struct estate *e = mem_alloc(sizeof(*e));
    *state = e;
    e->mem = (struct arena)ARENA(0);
    e->clock.now_ms = 1000;
    snprintf(e->folder, sizeof(e->folder), "/tmp/stance-fix-XXXXXX");
    if (!mkdtemp(e->folder))
        return -1;
    snprintf(e->root, sizeof(e->root), "%s/root", e->folder);
    snprintf(e->state, sizeof(e->state), "%s/state", e->folder);
    snprintf(e->file, sizeof(e->file), "%s/sub/mcp.json", e->root);
    snprintf(e->db, sizeof(e->db), "%s/store.db", e->folder);
    char sub[128];
    snprintf(sub, sizeof(sub), "%s/sub", e->root);
    if (mkdir(e->root, 0755) || mkdir(sub, 0755))
        return -1;
    write_file(e->file, BEFORE, 0640);
    if (store_open(e->db, DB_CREATE, &e->clock, &e->store, &e->d))
        return -1;
    add_finding(e);
    return 0;
}

static int tear_down(void **state)
{
    struct estate *e = *state;
    store_free(e->store);
    (void)test_folder_end(e->folder);
    arena_done(&e->mem);
    mem_free(e);
    return 0;
}

static struct fix_state state_of(const struct estate *e)
{
    return (struct fix_state){.folder = e->state, .now_ms = 2000};
}

static int plan(struct estate *e, const char *version, struct fix_plan *p)
{
    struct fix_options o = {.finding = STR(FINDING), .version = str_z(version)};
    diag_clear(&e->d);
    return fix_plan(store_db(e->store), &o, &e->mem, p, &e->d);
}

static void expect_refusal(struct estate *e, int rc, int code, const char *words)
{
    if (rc != code || !strstr(e->d.text, words))
        fail_msg("%s: %s, expected %s: %s", err_name(rc), e->d.text, err_name(code), words);
}

static struct str status_of(struct estate *e, int64_t action)
{
    struct stmt *s = NULL;
    struct str ret = STR("");
    assert_int_equal(
        db_prepare(store_db(e->store), STR("SELECT status FROM action WHERE id = ?1"), &s, &e->d),
        0);
    stmt_bind_int(s, 1, action);
    if (stmt_step(s, &e->d) > 0)
        ret = arena_str(&e->mem, stmt_str(s, 0));
    stmt_free(s);
    return ret;
}

/* --- there and back ----------------------------------------------------------------------- */

static void there_and_back(void **state)
{
    struct estate *e = *state;
    struct fix_state s = state_of(e);
    struct fix_plan p;
    struct fix_undone u;
    struct stat before, after;
    int64_t action = 0;
    struct timespec old[2] = {{.tv_sec = 1000000000, .tv_nsec = 5},
                              {.tv_sec = 1000000000, .tv_nsec = 123456789}};
    assert_int_equal(utimensat(AT_FDCWD, e->file, old, 0), 0);
    assert_int_equal(stat(e->file, &before), 0);
    if (plan(e, "1.2.3", &p))
        fail_msg("%s", e->d.text);
    assert_true(holds(e->file, BEFORE)); /* a plan writes nothing */
    assert_true(str_eq_z(p.after, AFTER));
    assert_true(str_has(p.diff, STR("+  \"mcpServers\"")) && !str_has(p.diff, STR("\r")));
    assert_int_equal(fix_apply(store_db(e->store), &p, &s, &action, &e->d), 0);
    assert_true(holds(e->file, AFTER));
    assert_int_equal(stat(e->file, &after), 0);
    assert_int_equal(after.st_mode, before.st_mode);
    assert_true(after.st_mtim.tv_sec > before.st_mtim.tv_sec);
    assert_true(str_eq_z(status_of(e, action), "applied"));
    assert_int_equal(fix_verified(store_db(e->store), action, true, STR(""), &e->d), 0);
    assert_true(str_eq_z(status_of(e, action), "verified"));
    assert_int_equal(fix_rollback(store_db(e->store), action, &s, &e->mem, &u, &e->d), 0);
    assert_true(holds(e->file, BEFORE) && !u.already && str_eq_z(u.path, "sub/mcp.json"));
    assert_int_equal(stat(e->file, &after), 0);
    assert_int_equal(after.st_mtim.tv_nsec, 123456789);
    assert_int_equal(after.st_mode, before.st_mode);
    assert_true(str_eq_z(status_of(e, action), "rolled_back"));
    expect_refusal(e, fix_rollback(store_db(e->store), action, &s, &e->mem, &u, &e->d), E_NOTFOUND,
                   "already");
}

/* What stands beside the change is shown without its values. */
static void secrets_are_masked(void **state)
{
    struct estate *e = *state;
    struct fix_plan p;
    char text[1024], key[64];
    snprintf(key, sizeof(key), "%s%s%s", "gh", "p_", "Zq8Kd0vTn3XwLr7YbJc2MfHs5PgAe9Ui4oRt");
    snprintf(text, sizeof(text),
             "{\n \"mcpServers\": {\"a\": {\"command\": \"npx\",\n  \"env\": {\"GITHUB_TOKEN\": "
             "\"%s\"},\n  \"args\": [\"@s/a\"]}}\n}\n",
             key);
    write_file(e->file, text, 0640);
    if (plan(e, "1.2.3", &p))
        fail_msg("%s", e->d.text);
    assert_true(str_has(p.diff, STR("GITHUB_TOKEN")));
    assert_false(str_has(p.diff, str_z(key)));
    assert_false(str_has(p.diff, str_sub(str_z(key), 8, 24)));
    assert_true(str_has(p.after, str_z(key))); /* the file keeps it */
}

static void names_of_findings(void **state)
{
    struct estate *e = *state;
    struct fix_subject f;
    struct db *db = store_db(e->store);
    assert_int_equal(fix_subject(db, STR("01234"), &e->mem, &f, &e->d), 0);
    assert_true(str_eq_z(f.finding, FINDING) && str_eq_z(f.pointer, "/mcpServers/a"));
    expect_refusal(e, fix_subject(db, STR("0123"), &e->mem, &f, &e->d), E_USAGE, "more than one");
    expect_refusal(e, fix_subject(db, STR("x"), &e->mem, &f, &e->d), E_NOTFOUND, "no finding");
    expect_refusal(e, fix_subject(db, STR(""), &e->mem, &f, &e->d), E_NOTFOUND, "no finding");
}

static void versions_of_lock_files(void **state)
{
    struct estate *e = *state;
    struct fix_plan p;
    sql(e, "INSERT INTO attribute VALUES ('mcp_server-1', 0, 'package', 'string', 'npm:@s/a', NULL,"
           " 'declared', '', 1);"
           "INSERT INTO asset VALUES ('package-1', 'package', '@s/a', '', NULL, 'unknown',"
           " 'unknown', 'unknown', 'unknown', '', 'present', 'k', 1, 1);"
           "INSERT INTO attribute VALUES ('package-1', 0, 'ecosystem', 'string', 'npm', NULL,"
           " 'declared', '', 1);"
           "INSERT INTO attribute VALUES ('package-1', 0, 'package', 'string', '@s/a', NULL,"
           " 'declared', '', 1);");
    expect_refusal(e, plan(e, "", &p), E_USAGE, "which version");
    sql(e, "INSERT INTO place VALUES (2, 'package-1', 1, 'other/package-lock.json', '', '/x', '',"
           " 1, 1, -1, 'npm', '', '', '', 'present', 'k', 1, 1);"
           "INSERT INTO attribute VALUES ('package-1', 2, 'declared_in', 'string', 'lock', NULL,"
           " 'declared', '', 2);"
           "INSERT INTO attribute VALUES ('package-1', 2, 'version', 'string', '9.9.9', NULL,"
           " 'declared', '', 2);");
    expect_refusal(e, plan(e, "", &p), E_USAGE, "which version"); /* of another folder */
    sql(e, "INSERT INTO place VALUES (3, 'package-1', 1, 'package-lock.json', '', '/x', '',"
           " 1, 1, -1, 'npm', '', '', '', 'present', 'l', 1, 1);"
           "INSERT INTO attribute VALUES ('package-1', 3, 'declared_in', 'string', 'lock', NULL,"
           " 'declared', '', 3);"
           "INSERT INTO attribute VALUES ('package-1', 3, 'version', 'string', '1.2.3', NULL,"
           " 'declared', '', 3);");
    if (plan(e, "", &p))
        fail_msg("%s", e->d.text);
    assert_true(str_eq_z(p.after, AFTER));
}

/* --- refusals ----------------------------------------------------------------------------- */

static void refused_plans(void **state)
{
    struct estate *e = *state;
    struct fix_plan p;
    char other[160], real[160];
    snprintf(other, sizeof(other), "%s.other", e->file);
    snprintf(real, sizeof(real), "%s/sub2", e->root);
    expect_refusal(e, plan(e, "1", &p), E_USAGE, "exact version");

    assert_int_equal(chmod(e->file, 0440), 0);
    expect_refusal(e, plan(e, "1.2.3", &p), E_DENIED, "read-only");
    assert_int_equal(chmod(e->file, 0640), 0);

    assert_int_equal(link(e->file, other), 0);
    expect_refusal(e, plan(e, "1.2.3", &p), E_UNSUPPORTED, "hard links");
    assert_int_equal(unlink(e->file), 0);
    expect_refusal(e, plan(e, "1.2.3", &p), E_NOTFOUND, "cannot open");

    assert_int_equal(symlink(other, e->file), 0);
    expect_refusal(e, plan(e, "1.2.3", &p), E_DENIED, "symbolic link");
    assert_int_equal(unlink(e->file), 0);

    assert_int_equal(mkfifo(e->file, 0600), 0);
    expect_refusal(e, plan(e, "1.2.3", &p), E_UNSUPPORTED, "no regular file");
    assert_int_equal(unlink(e->file), 0);

    assert_int_equal(rename(other, e->file), 0);
    char sub[160];
    snprintf(sub, sizeof(sub), "%s/sub", e->root);
    assert_int_equal(rename(sub, real), 0);
    assert_int_equal(symlink("sub2", sub), 0);
    expect_refusal(e, plan(e, "1.2.3", &p), E_DENIED, "symbolic link");
}

static void paths_that_leave(void **state)
{
    struct estate *e = *state;
    static const char *const paths[] = {"../x", "/etc/passwd", "sub/../../x", "sub/./mcp.json",
                                        "sub//mcp.json"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct target_file f;
        int rc = target_file_open(&f, str_z(e->root), str_z(paths[i]), &e->d);
        expect_refusal(e, rc, E_DENIED, "leaves the target");
    }
}

static void refused_states(void **state)
{
    struct estate *e = *state;
    struct fix_plan p;
    struct fix_options o = {.finding = STR("0123f")};
    expect_refusal(e, fix_plan(store_db(e->store), &o, &e->mem, &p, &e->d), E_UNSUPPORTED,
                   "no action");
    sql(e, "UPDATE finding SET verdict = 'unknown'");
    expect_refusal(e, plan(e, "1.2.3", &p), E_UNSUPPORTED, "verdict is unknown");
    sql(e, "UPDATE finding SET status = 'fixed'");
    expect_refusal(e, plan(e, "1.2.3", &p), E_NOTFOUND, "fixed already");
    sql(e, "UPDATE finding SET status = 'open', verdict = 'fail'; UPDATE place SET member = 'x'");
    expect_refusal(e, plan(e, "1.2.3", &p), E_UNSUPPORTED, "archives");
    sql(e, "UPDATE place SET member = 'commit:0123456789ab'");
    expect_refusal(e, plan(e, "1.2.3", &p), E_UNSUPPORTED, "history");
    sql(e, "UPDATE place SET member = ''; UPDATE target SET root = '/nowhere/at/all'");
    expect_refusal(e, plan(e, "1.2.3", &p), E_NOTFOUND, "not here any more");
}

static void changed_meanwhile(void **state)
{
    struct estate *e = *state;
    struct fix_state s = state_of(e);
    struct fix_plan p;
    struct fix_undone u;
    int64_t action = 0;
    assert_int_equal(plan(e, "1.2.3", &p), 0);
    write_file(e->file, BEFORE " ", 0640);
    expect_refusal(e, fix_apply(store_db(e->store), &p, &s, &action, &e->d), E_CONFLICT,
                   "since the plan");
    assert_true(holds(e->file, BEFORE " "));
    write_file(e->file, BEFORE, 0640);
    assert_int_equal(fix_apply(store_db(e->store), &p, &s, &action, &e->d), 0);
    write_file(e->file, AFTER " ", 0640);
    expect_refusal(e, fix_rollback(store_db(e->store), action, &s, &e->mem, &u, &e->d), E_CONFLICT,
                   "since the action");
    assert_true(holds(e->file, AFTER " "));
    write_file(e->file, BEFORE, 0640);
    assert_int_equal(fix_rollback(store_db(e->store), action, &s, &e->mem, &u, &e->d), 0);
    assert_true(u.already);
}

static void change_at(void *ctx, enum fix_step step)
{
    if (step == FIX_WRITTEN)
        write_file(ctx, "{}", 0640);
}

static void changed_at_the_last_moment(void **state)
{
    struct estate *e = *state;
    struct fix_state s = state_of(e);
    struct fix_plan p;
    int64_t action = 0;
    s.step = change_at;
    s.ctx = e->file;
    assert_int_equal(plan(e, "1.2.3", &p), 0);
    expect_refusal(e, fix_apply(store_db(e->store), &p, &s, &action, &e->d), E_CONFLICT,
                   "changed meanwhile");
    assert_true(holds(e->file, "{}"));
    assert_true(str_eq_z(status_of(e, 1), "failed"));
}

static void damaged_backup(void **state)
{
    struct estate *e = *state;
    struct fix_state s = state_of(e);
    struct fix_plan p;
    struct fix_undone u;
    int64_t action = 0;
    char backup[256];
    assert_int_equal(plan(e, "1.2.3", &p), 0);
    assert_int_equal(fix_apply(store_db(e->store), &p, &s, &action, &e->d), 0);
    snprintf(backup, sizeof(backup), "%s/backup/" STR_FMT, e->state, STR_ARG(p.before_sha256));
    assert_true(holds(backup, BEFORE));
    struct stat st;
    assert_int_equal(stat(backup, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    write_file(backup, "x", 0600);
    expect_refusal(e, fix_rollback(store_db(e->store), action, &s, &e->mem, &u, &e->d), E_CONFLICT,
                   "backup");
    assert_true(holds(e->file, AFTER));
}

/* --- crashes ------------------------------------------------------------------------------ */

static void die_at(void *ctx, enum fix_step step)
{
    if (step == *(enum fix_step *)ctx)
        _exit(99);
}

/* The process ends at one step, without a word to anybody. */
static void crash(struct estate *e, const struct fix_plan *p, enum fix_step at)
{
    e->store = store_free(e->store);
    pid_t pid = fork();
    if (!pid) {
        struct fix_state s = state_of(e);
        int64_t action;
        s.step = die_at;
        s.ctx = &at;
        if (store_open(e->db, DB_READ_WRITE, &e->clock, &e->store, &e->d))
            _exit(1);
        _exit(fix_apply(store_db(e->store), p, &s, &action, &e->d) ? 2 : 3);
    }
    int status;
    waitpid(pid, &status, 0);
    assert_int_equal(WEXITSTATUS(status), 99);
    assert_int_equal(store_open(e->db, DB_READ_WRITE, &e->clock, &e->store, &e->d), 0);
}

static void crashes(void **state)
{
    struct estate *e = *state;
    struct fix_state s = state_of(e);
    struct fix_plan p;
    struct fix_undone u;
    for (enum fix_step at = 0; at < FIX_STEPS; at++) {
        int64_t action = 0;
        write_file(e->file, BEFORE, 0640);
        sql(e, "DELETE FROM action");
        assert_int_equal(plan(e, "1.2.3", &p), 0);
        crash(e, &p, at);
        bool renamed = at >= FIX_RENAMED;
        assert_true(holds(e->file, renamed ? AFTER : BEFORE));
        if (at >= FIX_LOGGED) { /* what is in the log can be undone, whatever its status */
            assert_int_equal(fix_rollback(store_db(e->store), 1, &s, &e->mem, &u, &e->d), 0);
            assert_int_equal(u.already, !renamed);
        }
        assert_true(holds(e->file, BEFORE));
        /* The next action is not disturbed by what was left over. */
        assert_int_equal(plan(e, "1.2.3", &p), 0);
        assert_int_equal(fix_apply(store_db(e->store), &p, &s, &action, &e->d), 0);
        assert_true(holds(e->file, AFTER));
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(there_and_back),         TEST(names_of_findings), TEST(secrets_are_masked),
        TEST(versions_of_lock_files), TEST(refused_plans),     TEST(paths_that_leave),
        TEST(refused_states),         TEST(changed_meanwhile), TEST(changed_at_the_last_moment),
        TEST(damaged_backup),         TEST(crashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

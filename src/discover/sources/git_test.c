/* SPDX-License-Identifier: Apache-2.0 */
/* A commit and a range of commits through real workers: what is said, in which order, and what a
 * damaged or hostile repository costs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/git/testing.h"

#include "discover/discover.h"

struct fix {
    struct testgit git;
    struct target target;
    struct discover_options options;
    struct discover_report report;
    struct buf said;
    struct diag d;
};

static int setup(void **state)
{
    struct fix *f = mem_alloc(sizeof(*f));
    assert_non_null(f);
    testgit_make(&f->git);
    f->target = (struct target){.given = STR("t"), .root = str_z(f->git.dir), .name = STR("t")};
    f->options = (struct discover_options){.targets = &f->target,
                                           .n_targets = 1,
                                           .threads = 2,
                                           .require = SANDBOX_NONE,
                                           .worker_memory = (size_t)1 << 30,
                                           .cpu_seconds = 20,
                                           .wall_seconds = 60,
                                           .key = STR("0123456789abcdef0123456789abcdef")};
    f->said = (struct buf)BUF_INIT;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fix *f = *state;
    discover_report_done(&f->report);
    testgit_remove(&f->git);
    buf_done(&f->said);
    mem_free(f);
    return 0;
}

/* "path kinds" of each item: asset, relation, value, owner rule (w), owner (O), origin, gap,
 * import, module, project; or its state and reason. */
static int sink(void *ctx, const struct item_result *it)
{
    static const char kinds[] = {'a', 'r', 'v', 'w', 'O', 'o', 'g', 'i', 'm', 'p'};
    struct fix *f = ctx;
    buf_add(&f->said, it->path);
    if (it->code)
        buf_addf(&f->said, " %s (" STR_FMT ")", COVERAGE_STATE_NAMES[it->state],
                 STR_ARG(it->reason));
    else
        buf_addc(&f->said, ' ');
    bool seen[FACT_TYPES] = {false};
    for (size_t i = 0; !it->code && i < it->facts.n; i++) {
        const struct fact *t = &it->facts.v[i];
        if (!seen[t->type])
            buf_addc(&f->said, kinds[t->type]);
        if (!seen[t->type] && t->at.member.n)
            buf_addz(&f->said, str_starts(t->at.member, STR("commit:")) ? " past" : " member");
        seen[t->type] = true;
    }
    buf_addc(&f->said, '\n');
    return 0;
}

static int scan(struct fix *f, const char *rev, const char *since)
{
    discover_report_done(&f->report);
    buf_clear(&f->said);
    diag_clear(&f->d);
    f->options.rev = str_z(rev);
    f->options.since = str_z(since);
    return discover_run(&f->options, sink, f, &f->report, &f->d);
}

static void expect(struct fix *f, const char *rev, const char *since, const char *want)
{
    int rc = scan(f, rev, since);
    if (rc)
        print_error("%s\n", f->d.text);
    assert_int_equal(rc, 0);
    assert_string_equal(f->said.p, want);
}

static bool has_row(const struct fix *f, const char *path, enum coverage_state state,
                    const char *reason)
{
    vec_each (r, &f->report.coverage)
        if (str_has(r->path, str_z(path)) && r->state == state && str_has(r->reason, str_z(reason)))
            return true;
    return false;
}

struct file {
    const char *mode, *name, *content;
};

static const char *fake_key(void)
{
    static char key[160];
    size_t n = (size_t)snprintf(key, sizeof(key), "KEY=%s%s", "sk-ant-", "api03-");
    for (size_t i = 0; i < 93; i++)
        key[n++] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"[(i * 7 + 3) % 58];
    memcpy(key + n, "AA\n", 4);
    return key;
}

#define SERVER "{\"mcpServers\": {\"x\": {\"command\": \"npx\", \"args\": [\"y\"]}}}"

static struct git_id commit(struct fix *f, const struct file *files, size_t n,
                            const struct git_id *parent, long time)
{
    AUTO(buf) tree = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        struct git_id id = testgit_object(&f->git, GIT_BLOB, str_z(files[i].content));
        testgit_entry(&tree, files[i].mode, str_z(files[i].name), &id);
    }
    struct git_id root = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    struct git_id id = testgit_commit(&f->git, &root, parent, parent ? 1 : 0, time);
    testgit_ref(&f->git, "refs/heads/main", &id);
    return id;
}

static struct git_id history(struct fix *f)
{
    const struct file one[] = {{"100644", ".mcp.json", SERVER}, {"100644", "readme", "x"}};
    const struct file two[] = {{"100644", ".mcp.json", SERVER},
                               {"100644", "env.txt", fake_key()},
                               {"120000", "CODEOWNERS", "elsewhere"},
                               {"160000", "lib", "x"}};
    const struct file three[] = {{"100644", "requirements.txt", "openai==1\n"}};
    struct git_id a = commit(f, one, ARRAY_LEN(one), NULL, 1);
    struct git_id b = commit(f, two, ARRAY_LEN(two), &a, 2);
    testgit_file(&f->git, "config", STR("[remote \"origin\"]\n\turl = https://h.example/o/r\n"));
    return commit(f, three, ARRAY_LEN(three), &b, 3);
}

static void a_commit(void **state)
{
    struct fix *f = *state;
    history(f);
    /* A bare repository is read at HEAD, also when nobody named a commit. */
    expect(f, "", "", ".git/config o\nrequirements.txt arp\n");
    assert_true(has_row(f, "revision:", COVERAGE_EXAMINED, "the files of this commit (main)"));
    assert_true(has_row(f, ".git/", COVERAGE_SKIPPED, "other commits are not read"));
    assert_int_equal(f->report.counts[0].files, 2);
    assert_false(f->report.part);
    expect(f, "HEAD~1", "",
           ".git/config o\n.mcp.json ar\nCODEOWNERS not_looked (a symbolic link: not followed, so "
           "what it names is not read as this)\n"
           "env.txt v\nlib not_looked (a submodule: no part of this commit; run `git submodule "
           "update --init` and scan its folder, or the whole folder without --rev and "
           "--since)\n");
    assert_false(has_row(f, "symbolic-links", COVERAGE_SKIPPED, "")); /* not counted again */
    expect(f, "HEAD~2", "", ".git/config o\n.mcp.json ar\n");
}

static void a_range(void **state)
{
    struct fix *f = *state;
    history(f);
    expect(f, "", "HEAD~2", ".git/config o\nenv.txt v past\nrequirements.txt arp\n");
    assert_true(f->report.part);
    assert_int_equal(f->report.looked.n, 3); /* .mcp.json and readme went, requirements.txt came */
    assert_true(has_row(f, "revision:", COVERAGE_EXAMINED, ", in 2 commits (main)"));
    expect(f, "main~1", "main~2",
           ".git/config o\nCODEOWNERS not_looked (a symbolic link: not followed, so what it names "
           "is not read as this)\nenv.txt v\n"
           "lib not_looked (a submodule: no part of this commit; run `git submodule update --init` "
           "and "
           "scan its folder, or the whole folder without --rev and --since)\n");
    expect(f, "HEAD", "HEAD", ".git/config o\n");
    assert_true(f->report.part);
    assert_int_equal(f->report.looked.n, 0);
    assert_int_equal(f->report.counts[0].files, 0); /* no file of the range */
}

static void revisions_that_are_not_there(void **state)
{
    struct fix *f = *state;
    history(f);
    assert_int_equal(scan(f, "v9", ""), E_NOTFOUND);
    assert_string_equal(f->d.text, "no such revision: v9");
    assert_string_equal(f->d.file, "t");
    assert_true(f->d.hint[0]);
    assert_int_equal(scan(f, "", "v9"), E_NOTFOUND);
    assert_int_equal(scan(f, "HEAD:x", ""), E_USAGE);
    testgit_empty(f->git.fd, "objects");
    assert_int_equal(unlinkat(f->git.fd, "objects", AT_REMOVEDIR), 0);
    assert_int_equal(scan(f, "HEAD", ""), E_NOTFOUND);
    assert_string_equal(f->d.text, "not a git repository, nor a part of one");
    assert_true(f->d.hint[0]);
}

static void an_empty_bare_repository_is_a_gap(void **state)
{
    struct fix *f = *state;
    expect(f, "", "", "");
    assert_true(has_row(f, "", COVERAGE_PARTIAL, "no such revision: HEAD"));
    assert_int_equal(scan(f, "HEAD", ""), E_NOTFOUND);
}

static void damage_costs_what_is_damaged(void **state)
{
    struct fix *f = *state;
    struct git_id lost = testgit_name(GIT_BLOB, STR("lost"));
    struct git_id lost_tree = testgit_name(GIT_TREE, STR("lost"));
    struct git_id good = testgit_object(&f->git, GIT_BLOB, STR(SERVER));
    struct git_id liar = testgit_name(GIT_BLOB, STR("what it says"));
    AUTO(buf) tree = BUF_INIT;
    testgit_loose(&f->git, &liar, STR("blob 5\0other"));
    testgit_file(&f->git, "objects/pack/pack-x.idx", STR("junk"));
    testgit_file(&f->git, "objects/info/alternates", STR("/elsewhere\n"));
    testgit_entry(&tree, "100644", STR("../up"), &good);
    testgit_entry(&tree, "100644", STR(".mcp.json"), &good);
    testgit_entry(&tree, "100644", STR("liar"), &liar);
    testgit_entry(&tree, "100644", STR("lost"), &lost);
    testgit_entry(&tree, "40000", STR("sub"), &lost_tree);
    struct git_id root = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    struct git_id c = testgit_commit(&f->git, &root, NULL, 0, 1);
    testgit_ref(&f->git, "refs/heads/main", &c);
    assert_int_equal(scan(f, "", ""), 0);
    assert_non_null(strstr(f->said.p, ".mcp.json ar\n"));
    assert_non_null(strstr(f->said.p, "liar failed (object "));
    assert_non_null(strstr(f->said.p, "does not match its name)\n"));
    assert_non_null(strstr(f->said.p, "lost failed (object "));
    assert_non_null(strstr(f->said.p, "sub failed (object "));
    /* A name with a way out of the target is named by its folder: here the target. */
    assert_non_null(strstr(f->said.p, " failed (a tree has an entry with '/' in its name)\n"));
    assert_null(strstr(f->said.p, "../up"));
    assert_true(has_row(f, ".git/objects/pack/pack-x.idx", COVERAGE_PARTIAL, "too short"));
    assert_true(has_row(f, ".git/objects/info/alternates", COVERAGE_PARTIAL, "borrowed"));
}

/* The same with any number of lanes, delays, and workers that are killed. */
static void order_is_always_the_same(void **state)
{
    enum { FILES = 700 };
    struct fix *f = *state;
    AUTO(buf) tree = BUF_INIT;
    AUTO(buf) want = BUF_INIT;
    for (int i = 0; i < FILES; i++) {
        char name[32], text[32];
        snprintf(name, sizeof(name), "d%04d/requirements.txt", i);
        snprintf(text, sizeof(text), "openai==1.%d\n", i);
        struct git_id blob = testgit_object(&f->git, GIT_BLOB, str_z(text));
        struct git_id in = testgit_tree1(&f->git, "100644", "requirements.txt", &blob);
        testgit_entry(&tree, "40000", str_sub(str_z(name), 0, 5), &in);
    }
    struct git_id root = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    struct git_id c = testgit_commit(&f->git, &root, NULL, 0, 1);
    testgit_ref(&f->git, "refs/heads/main", &c);
    for (unsigned threads = 1; threads <= 4; threads++) {
        f->options.threads = threads;
        f->options.delay_us = threads == 3 ? 2000 : 0;
        assert_int_equal(scan(f, "HEAD", ""), 0);
        if (threads == 1)
            buf_add(&want, buf_str(&f->said));
        assert_string_equal(f->said.p, want.p);
    }
    assert_int_equal(f->report.counts[0].files, FILES);
}

static void rules_pass_by(void **state)
{
    struct fix *f = *state;
    struct git_id blob = testgit_object(&f->git, GIT_BLOB, STR("openai==1\n"));
    struct git_id in = testgit_tree1(&f->git, "100644", "requirements.txt", &blob);
    struct git_id mid = testgit_tree1(&f->git, "40000", "deep", &in);
    AUTO(buf) tree = BUF_INIT;
    testgit_entry(&tree, "40000", STR("a"), &in);
    testgit_entry(&tree, "40000", STR("node_modules"), &mid);
    struct git_id root = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    struct git_id c = testgit_commit(&f->git, &root, NULL, 0, 1);
    testgit_ref(&f->git, "refs/heads/main", &c);
    expect(f, "HEAD", "", "a/requirements.txt arp\n");
    assert_true(has_row(f, "node_modules", COVERAGE_SKIPPED, "installed copies"));
    f->options.rules = walk_rules_none();
    expect(f, "HEAD", "", "a/requirements.txt arp\nnode_modules/deep/requirements.txt arp\n");
    f->options.rules = NULL;
    f->options.only_path = STR("a");
    expect(f, "HEAD", "", "a/requirements.txt arp\n");
    f->options.only_path = STR("b");
    expect(f, "HEAD", "", "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_commit),
        T(a_range),
        T(revisions_that_are_not_there),
        T(an_empty_bare_repository_is_a_gap),
        T(damage_costs_what_is_damaged),
        T(order_is_always_the_same),
        T(rules_pass_by),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

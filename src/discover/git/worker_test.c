/* SPDX-License-Identifier: Apache-2.0 */
/* The worker that reads a repository, asked in this process: pages, ranges, blobs, what is past. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/git/testing.h"

#include "discover/git/worker.h"

struct fix {
    struct testgit git;
    struct detect_worker detect;
    struct git_worker worker;
    struct buf reply;
    struct arena mem;
    struct diag d;
};

static int setup(void **state)
{
    struct fix *f = mem_alloc(sizeof(*f));
    struct discover_options o = {.worker_memory = (size_t)1 << 30,
                                 .key = STR("0123456789abcdef0123456789abcdef")};
    assert_non_null(f);
    testgit_make(&f->git);
    assert_int_equal(detect_worker_init(&f->detect, &o, &f->d), 0);
    f->worker.detect = &f->detect;
    f->reply = (struct buf)BUF_INIT;
    f->mem = (struct arena)ARENA(0);
    assert_int_equal(git_worker_prepare(&f->worker), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fix *f = *state;
    git_worker_done(&f->worker);
    detect_worker_done(&f->detect);
    testgit_remove(&f->git);
    buf_done(&f->reply);
    arena_done(&f->mem);
    mem_free(f);
    return 0;
}

static struct git_answer ask(struct fix *f, const struct git_request *q)
{
    int folders[2] = {f->git.fd, f->git.fd};
    struct git_answer a = {0};
    AUTO(buf) request = BUF_INIT;
    git_request_put(&request, q);
    struct worker_request r = {
        .bytes = buf_str(&request), .fd = -1, .folders = folders, .n_folders = 2};
    buf_clear(&f->reply);
    assert_int_equal(git_worker_handle(&f->worker, &r, &f->reply), 0);
    int rc = git_answer_get(buf_str(&f->reply), q, &f->mem, &a, &f->d);
    if (rc)
        print_error("%s\n", f->d.text);
    assert_int_equal(rc, 0);
    return a;
}

/* A commit of files "name=content". */
static struct git_id commit(struct fix *f, const char *const *files, size_t n,
                            const struct git_id *parent, long time)
{
    AUTO(buf) tree = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        struct str name, content;
        str_cut(str_z(files[i]), '=', &name, &content);
        struct git_id id = testgit_object(&f->git, GIT_BLOB, content);
        testgit_entry(&tree, "100644", name, &id);
    }
    struct git_id id = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    return testgit_commit(&f->git, &id, parent, parent ? 1 : 0, time);
}

static struct git_id head(struct fix *f, struct git_id id)
{
    testgit_ref(&f->git, "refs/heads/main", &id);
    return id;
}

static void describes_and_resolves(void **state)
{
    struct fix *f = *state;
    struct git_id one = commit(f, (const char *[]){"a=1"}, 1, NULL, 1);
    struct git_id two = head(f, commit(f, (const char *[]){"a=2"}, 1, &one, 2));
    struct git_request q = {.op = GIT_DESCRIBE, .wide = true};
    struct git_answer a = ask(f, &q);
    assert_true(a.described.has_head && git_id_eq(&a.described.head, &two));
    assert_true(a.described.has_root && git_id_eq(&a.described.root, &one));
    assert_true(str_eq_z(a.described.branch, "main"));
    q = (struct git_request){.op = GIT_RESOLVE, .text = STR("main~1")};
    a = ask(f, &q);
    assert_true(git_id_eq(&a.commit, &one));
    q.text = STR("nope");
    a = ask(f, &q);
    assert_int_equal(a.outcome.code, E_NOTFOUND);
    assert_true(str_eq_z(a.outcome.text, "no such revision: nope"));
    q = (struct git_request){.op = GIT_RESOLVE, .text = STR("HEAD"), .under = STR("src")};
    a = ask(f, &q);
    assert_int_equal(a.outcome.code, E_NOTFOUND);
}

static void what_stands_at_paths(void **state)
{
    struct fix *f = *state;
    AUTO(buf) tree = BUF_INIT;
    struct git_id lost = testgit_name(GIT_TREE, STR("lost"));
    struct git_id blob = testgit_object(&f->git, GIT_BLOB, STR("x"));
    struct git_id in = testgit_tree1(&f->git, "120000", "link", &blob);
    testgit_entry(&tree, "40000", STR("away"), &lost);
    testgit_entry(&tree, "40000", STR("in"), &in);
    testgit_entry(&tree, "100644", STR("x"), &blob);
    struct git_id root = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    struct str paths[] = {STR("x"),       STR("in"),   STR("in/link"), STR("in/none"),
                          STR("away/it"), STR("none"), STR("x/below")};
    struct git_request q = {.op = GIT_FIND, .commits = paths, .n_commits = ARRAY_LEN(paths)};
    q.tip = testgit_commit(&f->git, &root, NULL, 0, 1);
    AUTO(buf) said = BUF_INIT;
    struct git_answer a = ask(f, &q);
    for (size_t i = 0; i < a.page.n; i++)
        buf_addf(&said, "[%d " STR_FMT "]", (int)a.page.items[i].entry,
                 STR_ARG(a.page.items[i].path));
    assert_string_equal(said.p, "[0 x][1 in/link][4 away/it]");
    assert_int_equal(a.page.items[2].kind, GITRANGE_GAP);
    q.tip = root; /* no commit */
    a = ask(f, &q);
    assert_true(a.outcome.code < 0);
}

static void no_commit_yet(void **state)
{
    struct git_request q = {.op = GIT_DESCRIBE, .wide = true};
    struct git_answer a = ask(*state, &q);
    assert_int_equal(a.outcome.code, 0);
    assert_false(a.described.has_head);
    assert_true(str_eq_z(a.described.why, "HEAD names no commit yet"));
}

static void a_broken_repository_is_an_answer(void **state)
{
    struct fix *f = *state;
    testgit_file(&f->git, "config", STR("[extensions]\nobjectformat = sha256\n"));
    for (int i = 0; i < 2; i++) {
        struct git_request q = {.op = GIT_DESCRIBE};
        struct git_answer a = ask(f, &q);
        assert_int_equal(a.outcome.code, E_UNSUPPORTED);
        assert_true(str_has(a.outcome.text, STR("SHA-256")));
    }
}

static void lists_in_pages(void **state)
{
    enum { FILES = 5000 };
    struct fix *f = *state;
    struct git_id blob = testgit_object(&f->git, GIT_BLOB, STR("x"));
    AUTO(buf) tree = BUF_INIT;
    AUTO(buf) cursor = BUF_INIT;
    for (int i = 0; i < FILES; i++) {
        char name[16];
        snprintf(name, sizeof(name), "f%05d", i);
        testgit_entry(&tree, "100644", str_z(name), &blob);
    }
    testgit_entry(&tree, "100644", STR(".."), &blob);
    struct git_id root = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    size_t files = 0, gaps = 0, pages = 0;
    do {
        struct git_request q = {.op = GIT_LIST, .tip = root, .text = buf_str(&cursor)};
        struct git_answer a = ask(f, &q);
        assert_true(a.page.n <= GIT_PAGE);
        for (size_t i = 0; i < a.page.n; i++) {
            files += a.page.items[i].kind == GITRANGE_NOW;
            gaps += a.page.items[i].kind == GITRANGE_GAP;
        }
        AUTO(buf) next = BUF_INIT;
        buf_add(&next, a.page.cursor);
        buf_clear(&cursor);
        buf_add(&cursor, buf_str(&next));
        pages++;
    } while (cursor.n);
    assert_int_equal(files, FILES);
    assert_int_equal(gaps, 1);
    assert_int_equal(pages, 3);
}

/* All items of a range as "kind path", asked for page by page. `forget`: a worker that starts anew
 * before each page gives the same. */
static void range_text(struct fix *f, const struct git_id *base, const struct git_id *tip,
                       bool forget, struct buf *out)
{
    static const char kinds[] = {'+', '-', '<', '!'};
    struct git_request q = {.op = GIT_RANGE, .base = *base, .tip = *tip};
    for (bool more = true; more;) {
        if (forget)
            git_worker_forget(&f->worker);
        struct git_answer a = ask(f, &q);
        assert_int_equal(a.outcome.code, 0);
        for (size_t i = 0; i < a.page.n; i++) {
            buf_addc(out, kinds[a.page.items[i].kind]);
            buf_add(out, a.page.items[i].path);
            buf_addc(out, ' ');
        }
        q.skip += a.page.n;
        more = a.page.more;
    }
}

static void ranges_go_on_in_another_worker(void **state)
{
    enum { FILES = 3000 };
    struct fix *f = *state;
    struct git_id base = commit(f, (const char *[]){"old=1"}, 1, NULL, 1), parent = base;
    AUTO(buf) once = BUF_INIT;
    AUTO(buf) again = BUF_INIT;
    for (int c = 0; c < 3; c++) {
        AUTO(buf) tree = BUF_INIT;
        for (int i = 0; i < FILES; i++) {
            char name[32], text[32];
            snprintf(name, sizeof(name), "f%05d", i);
            snprintf(text, sizeof(text), "%d %d", c, i % 700);
            struct git_id id = testgit_name(GIT_BLOB, str_z(text)); /* need not be there */
            testgit_entry(&tree, "100644", str_z(name), &id);
        }
        struct git_id id = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
        parent = testgit_commit(&f->git, &id, &parent, 1, c + 2);
    }
    range_text(f, &base, &parent, false, &once);
    range_text(f, &base, &parent, true, &again);
    assert_string_equal(once.p, again.p);
    size_t now = 0, past = 0;
    for (size_t i = 0; i < once.n; i++) {
        now += once.p[i] == '+';
        past += once.p[i] == '<';
    }
    assert_int_equal(now, FILES);
    assert_int_equal(past, 2 * 700);
    assert_true(str_starts(buf_str(&once), STR("+f00000 ")));
}

static void a_range_of_nothing(void **state)
{
    struct fix *f = *state;
    struct git_id c = commit(f, (const char *[]){"old=1"}, 1, NULL, 1);
    AUTO(buf) text = BUF_INIT;
    range_text(f, &c, &c, false, &text);
    assert_string_equal(text.p, "");
}

static struct facts facts_of(struct fix *f, const struct git_examined *e)
{
    struct facts facts = {0};
    struct str path = STR("x");
    assert_int_equal(e->code, 0);
    if (e->answer.frame.n)
        assert_int_equal(fact_read(e->answer.frame, 0, &path, &f->mem, &facts, &f->d), 0);
    return facts;
}

/* No full key stands in the source. */
static const char *fake_key(void)
{
    static char key[160];
    size_t n = (size_t)snprintf(key, sizeof(key), "KEY=%s%s", "sk-ant-", "api03-");
    for (size_t i = 0; i < 93; i++)
        key[n++] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"[(i * 7 + 3) % 58];
    memcpy(key + n, "AA\n", 4);
    return key;
}

static void blobs_say_what_files_say(void **state)
{
    struct fix *f = *state;
    struct git_id server =
        testgit_object(&f->git, GIT_BLOB,
                       STR("{\"mcpServers\": {\"x\": {\"command\": \"npx\", \"args\": [\"y\"]}}}"));
    struct git_id key = testgit_object(&f->git, GIT_BLOB, str_z(fake_key()));
    struct git_id lost = testgit_name(GIT_BLOB, STR("lost"));
    struct git_blob blobs[] = {
        {.path = STR("sub/.mcp.json"), .mode = 0100644, .id = server},
        {.path = STR("env.txt"), .mode = 0100644, .id = key},
        {.path = STR("env.txt"), .mode = 0100644, .id = key, .past = true, .commit = {{0xab}}},
        {.path = STR("sub/.mcp.json"), .mode = 0100644, .id = server, .past = true},
        {.path = STR("lost"), .mode = 0100644, .id = lost},
    };
    struct git_request q = {.op = GIT_EXAMINE, .blobs = blobs, .n_blobs = ARRAY_LEN(blobs)};
    struct git_answer a = ask(f, &q);
    assert_int_equal(a.n_examined, ARRAY_LEN(blobs));
    struct facts facts = facts_of(f, &a.examined[0]);
    bool found = false;
    for (size_t i = 0; i < facts.n; i++)
        found |= facts.v[i].type == FACT_ASSET && facts.v[i].asset.kind == KIND_MCP_SERVER;
    assert_true(found);
    facts = facts_of(f, &a.examined[1]);
    assert_true(facts.n == 1 && facts.v[0].type == FACT_VALUE && !facts.v[0].at.member.n);
    /* What is past is known by its commit, and says nothing but secrets. */
    facts = facts_of(f, &a.examined[2]);
    assert_true(facts.n == 1 && facts.v[0].type == FACT_VALUE);
    assert_true(str_eq_z(facts.v[0].at.member, "commit:ab0000000000"));
    assert_int_equal(facts.v[0].at.line, 1);
    assert_int_equal(facts_of(f, &a.examined[3]).n, 0);
    assert_int_equal(a.examined[4].code, E_NOTFOUND);
    assert_true(str_has(a.examined[4].text, STR("is not in this repository")));
}

/* An answer ends when it has looked at enough: the rest is asked for again. */
static void much_is_examined_in_several_answers(void **state)
{
    struct fix *f = *state;
    AUTO(buf) text = BUF_INIT;
    struct git_blob blobs[8];
    buf_pad(&text, 'x', 5 << 20);
    struct git_id large = testgit_object(&f->git, GIT_BLOB, buf_str(&text));
    for (size_t i = 0; i < ARRAY_LEN(blobs); i++)
        blobs[i] = (struct git_blob){.path = STR("large.bin"), .mode = 0100644, .id = large};
    struct git_request q = {.op = GIT_EXAMINE, .blobs = blobs, .n_blobs = ARRAY_LEN(blobs)};
    struct git_answer a = ask(f, &q);
    assert_int_equal(a.n_examined, 4);
}

static void tells_which_commits_are_reached(void **state)
{
    struct fix *f = *state;
    struct git_id one = commit(f, (const char *[]){"a=1"}, 1, NULL, 1);
    char hex[13];
    snprintf(hex, sizeof(hex), "%.12s", git_id_hex(&one).z);
    struct str commits[2] = {str_z(hex), STR("0123456789ab")};
    struct git_request q = {.op = GIT_REACHES, .tip = one, .commits = commits, .n_commits = 2};
    struct git_answer a = ask(f, &q);
    assert_true(a.reached[0] && !a.reached[1]);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(describes_and_resolves),
        T(what_stands_at_paths),
        T(no_commit_yet),
        T(a_broken_repository_is_an_answer),
        T(lists_in_pages),
        T(ranges_go_on_in_another_worker),
        T(a_range_of_nothing),
        T(blobs_say_what_files_say),
        T(much_is_examined_in_several_answers),
        T(tells_which_commits_are_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the reader of a repository, and which of its answers are believed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "discover/git/request.h"

static const struct git_id ONE = {{1}}, TWO = {{2, 2}};

static void requests_come_as_they_went(void **state UNUSED)
{
    struct git_blob blobs[2] = {
        {.path = STR("a/b"), .mode = 0100644, .id = ONE},
        {.path = STR("c"), .mode = 0100755, .id = TWO, .commit = ONE, .past = true}};
    struct str commits[2] = {STR("0123"), STR("4567")};
    struct git_request q = {.op = GIT_EXAMINE,
                            .text = STR("text"),
                            .under = STR("src"),
                            .base = ONE,
                            .tip = TWO,
                            .skip = 77,
                            .wide = true,
                            .target = 3,
                            .blobs = blobs,
                            .n_blobs = 2,
                            .commits = commits,
                            .n_commits = 2};
    struct git_request got;
    AUTO(buf) b = BUF_INIT;
    AUTO(arena) a = ARENA(0);
    git_request_put(&b, &q);
    assert_int_equal(git_request_get(buf_str(&b), &a, &got), 0);
    assert_int_equal(got.op, GIT_EXAMINE);
    assert_true(str_eq_z(got.text, "text") && str_eq_z(got.under, "src"));
    assert_true(git_id_eq(&got.base, &ONE) && git_id_eq(&got.tip, &TWO));
    assert_true(got.skip == 77 && got.wide && got.target == 3);
    assert_true(got.n_blobs == 2 && str_eq_z(got.blobs[1].path, "c") && got.blobs[1].past);
    assert_true(got.n_commits == 2 && str_eq_z(got.commits[1], "4567"));
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(git_request_get(str_sub(buf_str(&b), 0, n), &a, &got), E_PARSE);
}

/* Read, and refused when it is cut anywhere or goes on. */
static void expect_good(struct buf *b, const struct git_request *q, struct arena *a,
                        struct git_answer *ret)
{
    struct diag d = {0};
    assert_int_equal(buf_result(b), 0);
    for (size_t n = 0; n < b->n; n++)
        assert_int_equal(git_answer_get(str_sub(buf_str(b), 0, n), q, a, ret, &d), E_PARSE);
    buf_addc(b, 0);
    assert_int_equal(git_answer_get(buf_str(b), q, a, ret, &d), E_PARSE);
    buf_cut(b, b->n - 1);
    assert_int_equal(git_answer_get(buf_str(b), q, a, ret, &d), 0);
}

static void answers_come_as_they_went(void **state UNUSED)
{
    struct git_gap gaps[1] = {{STR("objects/pack/x.idx"), STR("damaged")}};
    struct str lines[1] = {STR("/elsewhere")};
    struct git_answer a = {.op = GIT_DESCRIBE}, got;
    struct git_request q = {.op = GIT_DESCRIBE};
    AUTO(buf) b = BUF_INIT;
    AUTO(arena) mem = ARENA(0);
    a.described = (struct git_described){.gaps = gaps,
                                         .n_gaps = 1,
                                         .alternates = lines,
                                         .n_alternates = 1,
                                         .has_head = true,
                                         .head = ONE,
                                         .root = TWO,
                                         .branch = STR("main"),
                                         .why = STR("shallow")};
    git_answer_put(&b, &a);
    expect_good(&b, &q, &mem, &got);
    assert_true(got.described.n_gaps == 1 && str_eq_z(got.described.gaps[0].reason, "damaged"));
    assert_true(got.described.has_head && !got.described.has_root);
    assert_true(str_eq_z(got.described.alternates[0], "/elsewhere"));
    assert_true(str_eq_z(got.described.branch, "main") && str_eq_z(got.described.why, "shallow"));

    a = (struct git_answer){.op = GIT_RESOLVE, .commit = ONE, .tree = TWO};
    q.op = GIT_RESOLVE;
    buf_clear(&b);
    git_answer_put(&b, &a);
    expect_good(&b, &q, &mem, &got);
    assert_true(git_id_eq(&got.commit, &ONE) && git_id_eq(&got.tree, &TWO));

    a.outcome = (struct git_outcome){E_NOTFOUND, STR("no such revision: x"), STR("try y")};
    buf_clear(&b);
    git_answer_put(&b, &a);
    expect_good(&b, &q, &mem, &got);
    assert_int_equal(got.outcome.code, E_NOTFOUND);
    assert_true(str_eq_z(got.outcome.text, "no such revision: x"));
    assert_true(str_eq_z(got.outcome.hint, "try y"));

    bool reached[2] = {true, false};
    struct str commits[2] = {STR("01"), STR("02")};
    a = (struct git_answer){.op = GIT_REACHES, .reached = reached, .n_reached = 2};
    q = (struct git_request){.op = GIT_REACHES, .commits = commits, .n_commits = 2};
    buf_clear(&b);
    git_answer_put(&b, &a);
    expect_good(&b, &q, &mem, &got);
    assert_true(got.reached[0] && !got.reached[1]);
    q.n_commits = 1;
    struct diag d = {0};
    assert_int_equal(git_answer_get(buf_str(&b), &q, &mem, &got, &d), E_PARSE);
}

static struct git_item item(enum gitrange_kind kind, const char *path)
{
    return (struct git_item){.kind = kind,
                             .entry = kind == GITRANGE_GAP ? GITENTRY_BAD : GITENTRY_FILE,
                             .mode = 0100644,
                             .id = ONE,
                             .path = str_z(path),
                             .reason = STR("")};
}

static int page(enum git_op op, struct git_item it, const char *cursor)
{
    struct git_request q = {.op = op, .text = STR("before")};
    struct git_answer a = {.op = op}, got;
    struct diag d = {0};
    AUTO(buf) b = BUF_INIT;
    AUTO(arena) mem = ARENA(0);
    a.page = (struct git_page){.items = &it, .n = 1, .cursor = str_z(cursor), .commits = 9};
    git_answer_put(&b, &a);
    int rc = git_answer_get(buf_str(&b), &q, &mem, &got, &d);
    if (!rc)
        assert_true(got.page.n == 1 && str_eq(got.page.items[0].path, it.path) &&
                    got.page.commits == 9);
    return rc;
}

static void pages_hold_only_paths_of_files(void **state UNUSED)
{
    static const char *const bad[] = {"",     "/a",     "a/",     "a//b", "..",     "../a",
                                      "a/..", "a/../b", ".git/x", "./a",  "a/.GIT", "."};
    assert_int_equal(page(GIT_LIST, item(GITRANGE_NOW, "a/b.c"), ""), 0);
    assert_int_equal(page(GIT_RANGE, item(GITRANGE_PAST, "a/b.c"), ""), 0);
    assert_int_equal(page(GIT_RANGE, item(GITRANGE_GONE, "a b\n\x1b"), ""), 0);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(page(GIT_LIST, item(GITRANGE_NOW, bad[i]), ""), E_PARSE);
        assert_int_equal(page(GIT_RANGE, item(GITRANGE_GONE, bad[i]), ""), E_PARSE);
        assert_int_equal(page(GIT_LIST, item(GITRANGE_GAP, bad[i]), ""), 0); /* only named */
    }
    assert_int_equal(page(GIT_LIST, item(GITRANGE_PAST, "a"), ""), E_PARSE);
    assert_int_equal(page(GIT_FIND, item(GITRANGE_NOW, "a/b.c"), ""), 0);
    assert_int_equal(page(GIT_FIND, item(GITRANGE_PAST, "a"), ""), E_PARSE);
    struct git_item it = item(GITRANGE_NOW, "a");
    it.entry = GITENTRY_BAD;
    assert_int_equal(page(GIT_LIST, it, ""), E_PARSE);
    it.entry = GITENTRY_FOLDER;
    assert_int_equal(page(GIT_LIST, it, ""), E_PARSE);
    /* A listing that stays where it is. */
    assert_int_equal(page(GIT_LIST, item(GITRANGE_NOW, "a"), "after"), 0);
    assert_int_equal(page(GIT_LIST, item(GITRANGE_NOW, "a"), "before"), E_PARSE);
}

static void examined_blobs_are_those_that_were_asked_for(void **state UNUSED)
{
    struct git_blob blobs[2] = {{.path = STR("a")}, {.path = STR("b")}};
    struct git_request q = {.op = GIT_EXAMINE, .blobs = blobs, .n_blobs = 2};
    struct git_examined good = {.size = 5,
                                .answer = {.bytes_read = 5, .binary = true, .frame = STR("f")}};
    struct git_examined bad = {.code = E_LIMIT, .text = STR("too large")};
    struct git_answer got;
    struct diag d = {0};
    AUTO(buf) b = BUF_INIT;
    AUTO(arena) mem = ARENA(0);
    git_examined_begin(&b, 2);
    git_examined_put(&b, &good);
    git_examined_put(&b, &bad);
    expect_good(&b, &q, &mem, &got);
    assert_true(got.n_examined == 2 && got.examined[0].size == 5);
    assert_true(got.examined[0].answer.binary && str_eq_z(got.examined[0].answer.frame, "f"));
    assert_int_equal(got.examined[1].code, E_LIMIT);
    q.n_blobs = 1;
    assert_int_equal(git_answer_get(buf_str(&b), &q, &mem, &got, &d), E_PARSE);
    buf_clear(&b);
    git_examined_begin(&b, 0); /* it would never end */
    assert_int_equal(git_answer_get(buf_str(&b), &q, &mem, &got, &d), E_PARSE);
}

static void codes_that_do_not_exist(void **state UNUSED)
{
    static const int64_t codes[] = {1, -99, INT64_MIN, INT64_MAX};
    struct git_request q = {.op = GIT_RESOLVE};
    struct git_answer got;
    struct diag d = {0};
    AUTO(arena) mem = ARENA(0);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        AUTO(buf) b = BUF_INIT;
        frame_put_i64(&b, codes[i]);
        frame_put_str(&b, STR(""));
        frame_put_str(&b, STR(""));
        assert_int_equal(git_answer_get(buf_str(&b), &q, &mem, &got, &d), E_PARSE);
    }
}

static void memory_may_run_out(void **state UNUSED)
{
    struct git_item it = item(GITRANGE_NOW, "a");
    struct git_request q = {.op = GIT_LIST};
    struct git_answer a = {.op = GIT_LIST}, got;
    struct diag d = {0};
    AUTO(buf) b = BUF_INIT;
    AUTO(arena) mem = ARENA(0);
    a.page = (struct git_page){.items = &it, .n = 1};
    git_answer_put(&b, &a);
    mem_fail_after(1);
    assert_int_equal(git_answer_get(buf_str(&b), &q, &mem, &got, &d), E_NOMEM);
    mem_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_come_as_they_went),
        cmocka_unit_test(answers_come_as_they_went),
        cmocka_unit_test(pages_hold_only_paths_of_files),
        cmocka_unit_test(examined_blobs_are_those_that_were_asked_for),
        cmocka_unit_test(codes_that_do_not_exist),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any answer of a worker breaks who asked it; the first byte chooses the question,
 * or that the rest is a request. */
#include "discover/fact.h"
#include "discover/git/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_page(const struct git_request *q, const struct git_page *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct git_item *it = &p->items[i];
        bool gap = it->kind == GITRANGE_GAP;
        check(gap == (it->entry == GITENTRY_BAD));
        check(gap || (it->path.n && it->path.p[0] != '/' && !str_starts(it->path, STR("../")) &&
                      !str_has(it->path, STR("/../")) && !str_ends(it->path, STR("/"))));
    }
    check(q->op != GIT_LIST || !p->cursor.n || p->n);
}

static void check_facts(struct str frame)
{
    AUTO(arena) a = ARENA(1 << 20);
    struct facts facts;
    struct diag d = {0};
    struct str path = STR("x");
    (void)!fact_read(frame, 0, &path, &a, &facts, &d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    AUTO(arena) a = ARENA(4 << 20);
    struct git_blob blobs[3] = {{.path = STR("x")}, {.path = STR("y")}, {.path = STR("z")}};
    struct str commits[2] = {STR("01"), STR("02")};
    struct git_request q = {
        .blobs = blobs, .n_blobs = 3, .commits = commits, .n_commits = 2, .text = STR("c")};
    struct git_answer answer;
    struct diag d = {0};
    struct str bytes = str_n(data + 1, size - 1);
    if (data[0] % (GIT_OPS + 1) == GIT_OPS) {
        int rc = git_request_get(bytes, &a, &q);
        check(!rc || rc == E_PARSE || rc == E_NOMEM);
        return 0;
    }
    q.op = (enum git_op)(data[0] % (GIT_OPS + 1));
    int rc = git_answer_get(bytes, &q, &a, &answer, &d);
    check(!rc == !d.text[0]);
    if (rc || answer.outcome.code)
        return 0;
    check(answer.n_examined <= q.n_blobs);
    check(q.op != GIT_REACHES || answer.n_reached == q.n_commits);
    if (q.op == GIT_LIST || q.op == GIT_RANGE || q.op == GIT_FIND)
        check_page(&q, &answer.page);
    for (size_t i = 0; i < answer.n_examined; i++)
        if (!answer.examined[i].code)
            check_facts(answer.examined[i].answer.frame);
    return 0;
}

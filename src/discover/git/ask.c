/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a lane asks about a repository, and what an answer means for it. */
#include "discover/git/ask.h"

int git_ask(struct lane *l, const struct git_place *p, const struct git_request *q,
            struct buf *reply, struct arena *a, struct git_answer *ret, struct diag *d)
{
    int folders[WORKER_FOLDERS_MAX] = {p->folders.git, p->folders.common};
    size_t n = 2;
    AUTO(buf) request = BUF_INIT;
    for (size_t i = 0; i < p->folders.n_alternates && n < WORKER_FOLDERS_MAX; i++)
        folders[n++] = p->folders.alternates[i];
    git_request_put(&request, q);
    if (buf_result(&request))
        return diag_set(d, E_NOMEM, "no memory to ask about a repository");
    buf_clear(reply);
    int rc = lane_call(l, ROLE_GIT, folders, n, buf_str(&request), -1, reply, d);
    return rc ? rc : git_answer_get(buf_str(reply), q, a, ret, d);
}

int git_ask_well(struct lane *l, const struct git_place *p, const struct git_request *q,
                 struct buf *reply, struct arena *a, struct git_answer *ret, struct diag *d)
{
    int rc = git_ask(l, p, q, reply, a, ret, d);
    if (rc || !ret->outcome.code)
        return rc;
    diag_set(d, ret->outcome.code, STR_FMT, STR_ARG(ret->outcome.text));
    if (ret->outcome.hint.n)
        diag_hint(d, STR_FMT, STR_ARG(ret->outcome.hint));
    return ret->outcome.code;
}

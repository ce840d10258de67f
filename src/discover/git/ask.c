/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a lane asks about a repository, and what an answer means for it. */
#include "discover/git/ask.h"
#include "formats/git/repo.h"

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
    const struct git_outcome *o = &ret->outcome;
    if (rc || !o->code)
        return rc;
    if (o->code == E_NOTFOUND && str_has(o->text, STR(GITREPO_BORROWS))) {
        /* It is there, only not for us. */
        diag_set(d, E_DENIED, STR_FMT, STR_ARG(o->text));
        diag_hint(d, "run `git repack -ad` in it and remove its objects/info/alternates, or scan "
                     "the repository that it borrows from");
        return E_DENIED;
    }
    diag_set(d, o->code, STR_FMT, STR_ARG(o->text));
    if (o->hint.n)
        diag_hint(d, STR_FMT, STR_ARG(o->hint));
    return o->code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether the index of a working tree is read, or known from an earlier scan. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "discover/git/name_internal.h"
#include "discover/git/submodules.h"

/* Facts of the index, as the worker wrote them; what ended it is a row of coverage. */
static int ask(struct names *n, const struct asked *it, int fd, struct buf *reply,
               struct answered *ret, bool *ret_told)
{
    AUTO(buf) request = BUF_INIT;
    struct diag why = {0};
    request_one(&request, it);
    if (buf_result(&request))
        return names_no_memory(n);
    int rc = lane_call(n->lane, ROLE_ITEMS, NULL, 0, buf_str(&request), fd, reply, &why);
    if (rc == E_NOMEM || lane_ended(n->lane)) {
        *n->d = why;
        return rc;
    }
    struct frame f = {.rest = buf_str(reply)};
    *ret = rc ? (struct answered){0} : answer_get(&f);
    *ret_told = !rc && !frame_result(&f);
    return *ret_told ? 0
                     : lane_refuse(n->lane, it->target, it->path, it->mode, COVERAGE_FAILED,
                                   why.text[0] ? why.text : "a worker broke the protocol");
}

static int take_open(struct names *n, const struct met *m, const struct git_place *p, int fd,
                     const struct stat *st)
{
    AUTO(git_head) head = GIT_HEAD_INIT;
    AUTO(buf) reply = BUF_INIT;
    struct answered answer = {0};
    struct str path, frame;
    bool told = true;
    int rc = git_known_find_index(&n->known, &n->lane->options->targets[m->target], m->folder, p,
                                  &head, &frame);
    if (rc < 0 || names_path(n, m, GIT_INDEX, &path))
        return names_no_memory(n);
    if (!rc) {
        struct asked it = {
            .target = m->target, .path = path, .size = (uint64_t)st->st_size, .mode = st->st_mode};
        rc = ask(n, &it, fd, &reply, &answer, &told);
        if (rc || !told)
            return rc;
        frame = answer.frame;
        if (git_known_put(&n->known, &head, frame))
            return names_no_memory(n);
    }
    return frame.n ? lane_facts(n->lane, m->target, path, (uint64_t)st->st_size, st->st_mode, frame)
                   : 0;
}

/* A link, a pipe or a folder; or nobody may read it. */
static int tell_odd(struct names *n, const struct met *m)
{
    struct str path;
    return names_path(n, m, GIT_INDEX, &path)
               ? names_no_memory(n)
               : lane_refuse(n->lane, m->target, path, S_IFREG, COVERAGE_SKIPPED,
                             "no file that can be read: submodules without a line in "
                             ".gitmodules are not known");
}

int git_index_take(struct names *n, const struct met *m)
{
    const struct discover_options *o = n->lane->options;
    AUTO(git_place) p = GIT_PLACE_INIT;
    struct diag why = {0};
    struct stat st;
    bool commit = !m->target && (o->rev.n || o->since.n); /* its tree says what belongs to it */
    if (commit || o->targets[m->target].single_file || !walk_rules_named(o->rules, STR("git")))
        return 0;
    int rc = names_place(n, m, &p, &why);
    if (rc)
        return rc == E_NOMEM ? names_no_memory(n) : 0; /* name.c told why */
    int fd =
        openat(p.folders.git, "index", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    bool file = fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode);
    if (file)
        rc = take_open(n, m, &p, fd, &st);
    else if (fd >= 0 || errno != ENOENT)
        rc = tell_odd(n, m);
    if (fd >= 0)
        close(fd);
    return rc;
}

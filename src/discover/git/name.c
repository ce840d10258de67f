/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which repositories need a name that their configuration does not give them. */
#include <fcntl.h>
#include <unistd.h>

#include "base/path.h"
#include "base/spill.h"
#include "discover/git/ask.h"
#include "discover/git/name.h"
#include "discover/git/name_internal.h"
#include "discover/git/origin.h"

int names_no_memory(struct names *n)
{
    return diag_set(n->d, E_NOMEM, "no memory for the names of repositories");
}

/* ".git/config" of which folder; false when it is none. */
static bool folder_of(struct str path, struct str file, struct str *ret)
{
    if (!path_has_suffix(path, file))
        return false;
    *ret = path.n == file.n ? STR("") : str_sub(path, 0, path.n - file.n - 1);
    return true;
}

/* Does a frame of facts hold an address that names a repository? */
static bool names_it(struct str frame)
{
    AUTO(arena) a = ARENA(16 << 20);
    struct facts facts;
    struct diag ignored = {0};
    struct str path = STR("x");
    if (fact_read(frame, 0, &path, &a, &facts, &ignored))
        return false;
    for (size_t i = 0; i < facts.n; i++) {
        AUTO(buf) name = BUF_INIT;
        if (facts.v[i].type == FACT_ORIGIN && !origin_normalise(facts.v[i].pattern, &name))
            return true;
    }
    return false;
}

static int meet(struct names *n, const struct result *r)
{
    struct met m = {.target = r->target};
    struct str folder;
    spill_rest();
    if (r->code || !r->frame.n)
        return 0;
    if (folder_of(r->path, STR(".git/config"), &folder))
        m.named = names_it(r->frame);
    else if (folder_of(r->path, STR(".git"), &folder))
        m.linked = true;
    else
        return 0;
    m.folder = arena_str(&n->mem, folder);
    return m.folder.p && !vec_push(&n->met, m) ? 0 : names_no_memory(n);
}

static int met_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    const struct met *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    int order = str_cmp(x->folder, y->folder);
    return order ? order : (int)x->linked - (int)y->linked;
}

static bool is_above(struct str folder)
{
    return str_eq_z(folder, "..") || str_starts(folder, STR("../"));
}

int names_place(const struct names *n, const struct met *m, struct git_place *ret, struct diag *d)
{
    const struct target *t = &n->lane->options->targets[m->target];
    return is_above(m->folder) ? git_place_of_target(t, ret, d)
                               : git_place_at(t, m->folder, ret, d);
}

int names_path(struct names *n, const struct met *m, const char *file, struct str *ret)
{
    *ret = m->folder.n ? arena_fmt(&n->mem, STR_FMT "/%s", STR_ARG(m->folder), file)
                       : arena_str(&n->mem, str_z(file));
    return ret->p ? 0 : names_no_memory(n);
}

/* The configuration of a repository that lies elsewhere. */
static int take_config(struct names *n, const struct met *m)
{
    AUTO(git_place) p = GIT_PLACE_INIT;
    struct diag why = {0};
    struct stat st;
    struct str path, config;
    int rc = names_place(n, m, &p, &why);
    if (rc == E_NOMEM || names_path(n, m, ".git", &path) ||
        names_path(n, m, ".git/config", &config))
        return names_no_memory(n);
    if (rc)
        return lane_refuse(n->lane, m->target, path, S_IFREG, COVERAGE_SKIPPED, why.text);
    int fd = openat(p.folders.common, "config",
                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode))
        return lane_file(n->lane, m->target, config, fd, &st);
    if (fd >= 0)
        close(fd);
    return 0;
}

static int tell_commit(struct names *n, const struct met *m, struct str frame)
{
    struct str path;
    return names_path(n, m, ".git/HEAD", &path)
               ? names_no_memory(n)
               : lane_facts(n->lane, m->target, path, 0, S_IFREG, frame);
}

static int write_commit(const struct git_id *root, struct buf *out)
{
    AUTO(buf) name = BUF_INIT;
    buf_addf(&name, ORIGIN_COMMIT "%s", git_id_hex(root).z);
    struct fact f = {
        .type = FACT_ORIGIN, .from = FACT_NONE, .to = FACT_NONE, .pattern = buf_str(&name)};
    f.at.offset = -1;
    const struct facts facts = {.v = &f, .n = 1};
    fact_write(&facts, out);
    return buf_result(&name) ? E_NOMEM : buf_result(out);
}

/* What cannot be told leaves the repository to the name of its folder. */
static int ask_commit(struct names *n, const struct met *m, const struct git_place *p,
                      const struct git_head *head)
{
    AUTO(buf) reply = BUF_INIT;
    AUTO(buf) frame = BUF_INIT;
    AUTO(arena) a = ARENA(0);
    struct git_request q = {.op = GIT_DESCRIBE, .wide = true};
    struct git_answer answer;
    struct diag why = {0};
    int rc = git_ask(n->lane, p, &q, &reply, &a, &answer, &why);
    bool told = !rc && !answer.outcome.code && answer.described.has_root;
    struct git_id root = told ? answer.described.root : (struct git_id){{0}};
    /* Its folders are closed now: other ones may get their descriptors. */
    lane_leave(n->lane, ROLE_GIT);
    if (rc == E_NOMEM || lane_ended(n->lane)) {
        *n->d = why;
        return rc;
    }
    if (!told)
        return 0;
    if (write_commit(&root, &frame) || git_known_put(&n->known, head, buf_str(&frame)))
        return names_no_memory(n);
    return tell_commit(n, m, buf_str(&frame));
}

static int name_by_commit(struct names *n, const struct met *m)
{
    AUTO(git_place) p = GIT_PLACE_INIT;
    AUTO(git_head) head = GIT_HEAD_INIT;
    struct str frame;
    struct diag why = {0};
    int rc = names_place(n, m, &p, &why);
    if (rc || !git_place_has_objects(&p))
        return rc == E_NOMEM ? names_no_memory(n) : 0;
    rc = git_known_find(&n->known, &n->lane->options->targets[m->target], m->folder, &p, &head,
                        &frame);
    if (rc < 0)
        return names_no_memory(n);
    return rc ? tell_commit(n, m, frame) : ask_commit(n, m, &p, &head);
}

/* `from`: of the first lane. */
static int meet_all(struct names *n, const struct lane *lanes, unsigned n_lanes, size_t from)
{
    int rc = 0;
    for (unsigned i = 0; i < n_lanes; i++)
        for (size_t k = i ? 0 : from; k < lanes[i].results.n && !rc; k++)
            rc = meet(n, &lanes[i].results.v[k]);
    return rc ? rc : vec_sort(&n->met, met_cmp, NULL) ? names_no_memory(n) : 0;
}

static int take_one(struct names *n, size_t i)
{
    const struct met *m = &n->met.v[i], *before = i ? m - 1 : NULL;
    bool again = before && before->target == m->target && str_eq(before->folder, m->folder);
    int rc = m->named || m->linked ? 0 : name_by_commit(n, m);
    return rc || again ? rc : git_index_take(n, m);
}

int git_name_repositories(struct lane *lanes, unsigned n_lanes, struct diag *d)
{
    const struct discover_options *o = lanes[0].options;
    struct names n = {.lane = &lanes[0], .mem = ARENA(0), .d = d};
    size_t before = lanes[0].results.n;
    n.known = (struct git_known){.folder = o->cache, .part = o->only_path.n > 0};
    int rc = meet_all(&n, lanes, n_lanes, 0);
    size_t met = n.met.n;
    for (size_t i = 0; i < met && !rc; i++)
        if (n.met.v[i].linked)
            rc = take_config(&n, &n.met.v[i]);
    if (!rc)
        rc = lane_flush(&lanes[0]);
    if (!rc)
        rc = meet_all(&n, lanes, 1, before);
    for (size_t i = 0; i < n.met.n && !rc && !lane_cancelled(&lanes[0]); i++)
        rc = take_one(&n, i);
    git_known_done(&n.known, !rc && !lane_cancelled(&lanes[0]));
    if (rc && !d->text[0])
        *d = *lane_diag(&lanes[0]);
    vec_free(&n.met);
    arena_done(&n.mem);
    return rc;
}

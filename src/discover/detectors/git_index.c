/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the index of a working tree says that its folder does not: which folders are
 * commits of other repositories (submodules, whether a file ".gitmodules" names them or not), and
 * how much of it is not checked out. Whether a submodule is, is for git/submodules.h. */
#include "base/path.h"
#include "discover/git/submodules.h"
#include "discover/item.h"
#include "formats/git/index.h"

#define WINDOW (2 * GITINDEX_HEAD)

static bool wants_git_index(const struct catalog *c UNUSED, struct str path)
{
    return path_has_suffix(path, STR(GIT_INDEX));
}

struct reader {
    struct item *it;
    struct emit *emit;
    struct gitindex x;
    char *window;
    uint64_t base; /* of the window in the file */
    size_t n;
    bool ended; /* the window holds the end of the file */
    uint64_t absent;
};

/* From x.at on: what is left of the window, and more of the file. */
static int fill(struct reader *r)
{
    size_t from = (size_t)(r->x.at - r->base), got = 0;
    r->n -= from;
    memmove(r->window, r->window + from, r->n);
    r->base = r->x.at;
    int rc = item_read_at(r->it, r->base + r->n, r->window + r->n, WINDOW - r->n, &got);
    r->ended = got < WINDOW - r->n || r->n == WINDOW; /* or an entry that no window holds */
    r->n += got;
    return rc;
}

static void take_entry(struct reader *r, const struct gitindex_entry *e)
{
    AUTO(buf) said = BUF_INIT;
    r->absent += e->absent || e->mode == GITINDEX_FOLDER;
    if (e->mode != GITINDEX_LINK || e->absent)
        return;
    buf_addz(&said, GIT_MODULE);
    buf_add(&said, e->path);
    if (buf_result(&said))
        emit_gap(r->emit, COVERAGE_PARTIAL, place_item(r->it),
                 "needs more memory than one item may use");
    else
        emit_origin(r->emit, buf_str(&said), place_item(r->it));
}

static int read_all(struct reader *r, struct diag *d)
{
    struct gitindex_entry e;
    int rc = fill(r);
    if (!rc)
        rc = gitindex_begin(str_n(r->window, r->n), &r->x, d);
    while (!rc) {
        size_t from = (size_t)(r->x.at - r->base);
        rc = gitindex_next(&r->x, str_n(r->window + from, r->n - from), r->ended, &e, d);
        if (!rc)
            break;
        if (rc == 1)
            take_entry(r, &e);
        rc = rc == 1 ? 0 : rc == E_LIMIT ? fill(r) : rc;
    }
    return rc;
}

/* Versions and forms that nobody reads yet are no damage. */
static void tell_gaps(struct reader *r, int rc, const struct diag *d)
{
    struct place at = place_item(r->it);
    if (rc == E_UNSUPPORTED || (!rc && r->x.split))
        emit_gap(r->emit, COVERAGE_NOT_LOOKED, at,
                 "%s: submodules without a line in .gitmodules are not known",
                 rc ? d->text : "a split index");
    else if (rc)
        emit_gap(r->emit, COVERAGE_PARTIAL, at, "%s", d->code ? d->text : err_name(rc));
    if (r->absent)
        emit_gap(r->emit, COVERAGE_NOT_LOOKED, at,
                 "%llu files or folders are not checked out (sparse checkout): `git "
                 "sparse-checkout disable`, and scan again",
                 (unsigned long long)r->absent);
}

static int run_git_index(struct item *it, struct emit *e)
{
    AUTO(buf) path = BUF_CAPPED(GITINDEX_HEAD);
    struct diag d = {0};
    struct reader r = {.it = it, .emit = e, .x = {.path = &path}};
    if (!it->size)
        return 0;
    r.window = arena_alloc(it->arena, WINDOW);
    int rc = r.window ? read_all(&r, &d) : arena_error(it->arena);
    tell_gaps(&r, rc, &d);
    return rc == E_NOMEM ? rc : emit_result(e);
}

const struct detector DETECTOR_GIT_INDEX = {
    .id = "git-index",
    .title = "Index of a working tree",
    .version = 1,
    .wants = wants_git_index,
    .need = ITEM_HEAD,
    .run = run_git_index,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a file ".git" stands for a repository that lies elsewhere: a linked worktree or a
 * submodule. Where that is, and whether it is believed, is for git/place.h. */
#include "base/path.h"
#include "discover/detector.h"
#include "discover/git/place.h"

static bool wants_git_link(const struct catalog *c UNUSED, struct str path)
{
    return str_eq_z(path_base(path), ".git");
}

static int run_git_link(struct item *it, struct emit *e)
{
    struct str path, line;
    struct str rest = it->head;
    if (str_line(&rest, &line) && git_place_link(line, &path))
        emit_origin(e, STR("gitdir:"), place_item(it));
    return emit_result(e);
}

const struct detector DETECTOR_GIT_LINK = {
    .id = "git-link",
    .title = "Linked worktrees and submodules",
    .version = 1,
    .wants = wants_git_link,
    .need = ITEM_HEAD,
    .run = run_git_link,
};

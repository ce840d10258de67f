/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: where the folders of a repository lie on disk.
 *
 *     AUTO(git_place) p = GIT_PLACE_INIT;
 *     rc = git_place_of_target(&target, &p, d)       above the target, too
 *     rc = git_place_at(&target, folder, &p, d)      of a folder in it that holds ".git"
 *
 * A linked worktree and a submodule have a file ".git" that names their git folder. What it names
 * is believed only where git itself puts such folders, and no link is followed on the way:
 *
 *     below the target;
 *     X/worktrees/N of the main repository X (gitrepository-layout(5)), when its file "gitdir"
 *     names this worktree in turn;
 *     S/.git/modules/... of a superproject S that the folder lies in.
 *
 * Outside of the target, folders must belong to the owner of the target, to us or to root, as for
 * above.h. Everything else is E_UNSUPPORTED: a target must not make a scan read other repositories.
 */
#ifndef STANCE_DISCOVER_GIT_PLACE_H
#define STANCE_DISCOVER_GIT_PLACE_H

#include "discover/discover.h"
#include "formats/git/repo.h"

struct git_place {
    /* Descriptors of the folder with HEAD, of that with objects, and of alternates; -1: none. */
    struct gitrepo_folders folders;
    struct str common; /* absolute path of the folder with objects; in `mem` */
    struct str under;  /* the target in the repository, "" its root; in `mem` */
    unsigned up;       /* folders between the target and the root of the worktree above it */
    bool bare;
    struct arena mem;
};

/* clang-format off */
#define GIT_PLACE_INIT {.folders = {.git = -1, .common = -1}, .mem = ARENA(0)}
/* clang-format on */

void git_place_done(struct git_place *p);
/* E_NOTFOUND: neither a repository nor a part of one; E_UNSUPPORTED; E_IO, E_NOMEM. */
int git_place_of_target(const struct target *t, struct git_place *ret, struct diag *d) MUST_CHECK;
/* `folder` below the target (or "") holds `.git`, or is bare. */
int git_place_at(const struct target *t, struct str folder, struct git_place *ret,
                 struct diag *d) MUST_CHECK;
/* Folders of objects below the target that the repository borrows from are opened, as far as there
 * is room for them. `lines` as in objects/info/alternates. */
int git_place_alternates(const struct target *t, struct git_place *p, const struct str *lines,
                         size_t n) MUST_CHECK;

/* A descriptor (O_PATH) of what lies below the folder, through no link, or -1. */
int git_place_look(int folder, const char *path);
/* The same, to read. */
int git_place_open(int folder, const char *path);
/* One line of a small file below the folder, through no link; in `mem`. E_NOTFOUND, E_PARSE, ... */
int git_place_line(int folder, const char *name, struct arena *mem, struct str *ret) MUST_CHECK;
/* Does it hold any object? One that was only begun has no commit to ask for. */
bool git_place_has_objects(const struct git_place *p);
/* Is a folder laid out as a bare repository is? */
bool git_place_is_bare(int folder);
/* The path that a file ".git" names; false when it is none of those. */
bool git_place_link(struct str text, struct str *ret_path);

#endif

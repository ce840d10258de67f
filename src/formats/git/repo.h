/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Git repositories, read where they lie: objects, references, trees, commits. For a worker that
 * sees the folders of one repository and nothing else.
 *
 *     struct gitrepo_folders f = {.git = fd, .common = fd};
 *     gitrepo_open(&lib, &f, &limits, &repo, d)
 *     gitrepo_resolve(repo, STR("v1.2~3"), &commit, d)
 *     gitrepo_read(repo, &id, &object, d)  ...  gitrepo_release(repo, &object)
 *     gitrepo_close(repo)
 *
 * `git` is the folder that holds HEAD, `common` the one that holds objects and refs; they differ in
 * a linked worktree (gitrepository-layout(5)). A bare repository is its own git folder.
 *
 * Nothing that the repository says makes this reader run, fetch or open anything: of the
 * configuration only [extensions] is read, to recognise a layout that is not understood; hooks,
 * filters, attributes, includes and replacements (refs/replace, grafts) do not exist here. No link
 * is followed. Alternates (objects/info/alternates) are read only where the caller opened them; the
 * others are a gap.
 *
 * Objects are found in packs and loose files, checked (pack.h), restored by libgit2 (lib.h)
 * and compared with their name: what is returned is what the name says.
 *
 * Sources: gitrepository-layout(5), gitrevisions(7), gitformat-pack(5), git-check-ref-format(1).
 */
#ifndef STANCE_FORMATS_GIT_REPO_H
#define STANCE_FORMATS_GIT_REPO_H

#include "base/buf.h"
#include "base/diag.h"
#include "formats/git/id.h"

struct gitlib;
struct gitrepo;

#define GITREPO_ALTERNATES_MAX 2

struct gitrepo_limits {
    uint64_t object;  /* bytes of one object; git hosts refuse files above 100 MB */
    uint64_t work;    /* bytes to inflate and copy for one object */
    uint32_t packs;   /* of one repository */
    uint32_t commits; /* of one walk through history */
    uint64_t entries; /* of trees, in one listing or one walk */
    unsigned depth;   /* nested folders of a tree */
};
struct gitrepo_limits gitrepo_limits_default(void);

/* Descriptors of folders (O_PATH is enough). The caller's; they stay open as long as the reader. */
struct gitrepo_folders {
    int git, common;
    int alternates[GITREPO_ALTERNATES_MAX]; /* folders of objects */
    size_t n_alternates;
};

/* Part of the repository that cannot be read: damaged packs, alternates, a history cut off. */
struct gitrepo_gap {
    struct str path; /* below the common folder; empty: the repository */
    struct str reason;
};

struct git_object {
    enum git_type type;
    struct str data;
    void *handle; /* private */
};

/* E_NOTFOUND: no repository (no objects, no refs); E_UNSUPPORTED: names of objects are not SHA-1,
 * references are kept in another way; E_IO, E_NOMEM. */
int gitrepo_open(const struct gitlib *lib, const struct gitrepo_folders *folders,
                 const struct gitrepo_limits *lim, struct gitrepo **ret, struct diag *d) MUST_CHECK;
struct gitrepo *gitrepo_close(struct gitrepo *r);

size_t gitrepo_gaps(const struct gitrepo *r, const struct gitrepo_gap **ret);
/* Lines of objects/info/alternates that no folder was given for, as they stand there. */
size_t gitrepo_alternates(const struct gitrepo *r, const struct str **ret);
/* The repository holds only a part of the history / of the objects, and says so. */
bool gitrepo_is_shallow(const struct gitrepo *r);
bool gitrepo_is_partial(const struct gitrepo *r);
/* Does the history end at this commit because the clone is shallow? */
bool gitrepo_ends_at(const struct gitrepo *r, const struct git_id *commit);
const struct gitrepo_limits *gitrepo_limits(const struct gitrepo *r);

/* Ends the text when the object may lie where nobody opened a folder for. */
#define GITREPO_BORROWS "which borrows from one that is not read"
/* E_NOTFOUND: not here; E_PARSE: damaged; E_LIMIT: too large; E_IO, E_NOMEM. */
int gitrepo_read(struct gitrepo *r, const struct git_id *id, struct git_object *ret,
                 struct diag *d) MUST_CHECK;
/* The same, E_PARSE also when it is of another type. */
int gitrepo_read_as(struct gitrepo *r, const struct git_id *id, enum git_type type,
                    struct git_object *ret, struct diag *d) MUST_CHECK;
void gitrepo_release(struct gitrepo *r, struct git_object *o);

/*
 * The commit that a revision names: HEAD, a branch, a tag, any reference, a name of an object or
 * its first four or more digits, each with ~N, ^N and ^{commit} behind it. Order and meaning as
 * gitrevisions(7) has them. E_NOTFOUND: no such revision; E_USAGE: a form that is not understood;
 * E_CONFLICT: short and ambiguous; E_PARSE: the reference or the object is damaged.
 */
int gitrepo_resolve(struct gitrepo *r, struct str rev, struct git_id *ret,
                    struct diag *d) MUST_CHECK;
/* Through tags down to a commit. E_PARSE: it is none; else as gitrepo_read. */
int gitrepo_peel(struct gitrepo *r, struct git_id *id, struct diag *d) MUST_CHECK;
/* Every reference that names an object itself, and HEAD; some twice. A result of fn other than 0
 * ends it and is returned. E_LIMIT: more than can be told; E_IO, E_NOMEM. */
typedef int (*gitrepo_ref_fn)(void *ctx, const struct git_id *id);
int gitrepo_each_ref(struct gitrepo *r, gitrepo_ref_fn fn, void *ctx, struct diag *d) MUST_CHECK;
/* Where HEAD points; `branch` empty when it is detached. E_NOTFOUND before the first commit. */
int gitrepo_head(struct gitrepo *r, struct git_id *ret, struct buf *ret_branch,
                 struct diag *d) MUST_CHECK;

#endif

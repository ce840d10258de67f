/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees of git: the files of a commit at their paths, and what differs between two commits.
 *
 *     AUTO(buf) cursor = BUF_INIT;
 *     do {
 *         rc = gittree_list(repo, &tree, &cursor, on_entry, ctx, d);     until on_entry returns 1
 *     } while (!rc && cursor.n);
 *
 * Entries come in path order as long as trees are written as git writes them. Names that no file
 * can have (empty, ".", "..", ".git" in any case, with '/') and trees that cannot be read are
 * entries with a code and a reason; what lies below them is not listed. Any other byte may stand in
 * a name: show it with path_show.
 *
 * A tree may name itself a thousand times over in a few objects: limits.entries ends a listing.
 *
 * Source: git's Documentation/gitformat (tree objects), fsck.c.
 */
#ifndef STANCE_FORMATS_GIT_TREE_H
#define STANCE_FORMATS_GIT_TREE_H

#include "formats/git/repo.h"

enum gitentry_kind {
    GITENTRY_FILE,
    GITENTRY_LINK,
    GITENTRY_SUBMODULE, /* a commit of another repository */
    GITENTRY_FOLDER,
    GITENTRY_BAD, /* code and reason say why */
};

struct gitentry {
    struct str path; /* valid during the call */
    enum gitentry_kind kind;
    uint32_t mode; /* as stored: 0100644 */
    struct git_id id;
    int code;
    const char *reason;
};

/* 0: go on; 1: enough for now (the entry was taken); negative ends it with this code. */
typedef int (*gittree_fn)(void *ctx, const struct gitentry *e);

/*
 * From where `cursor` stands (empty: the start) until fn has enough or the end, where the cursor is
 * empty again. Folders are not reported. E_PARSE: the root or the cursor cannot be read; E_LIMIT:
 * limits.entries; E_NOMEM, or the code of fn.
 */
int gittree_list(struct gitrepo *r, const struct git_id *tree, struct buf *cursor, gittree_fn fn,
                 void *ctx, struct diag *d) MUST_CHECK;

/* One entry of the bytes of a tree. 1: an entry, 0: the end, E_PARSE. *at moves on. */
int gittree_next(struct str data, size_t *at, struct gitentry *ret) MUST_CHECK;
/* Why no file can have such a name; NULL when one can. */
const char *gittree_bad_name(struct str name);

/* The tree of a folder in a tree, for targets that are a part of a repository. `path` empty: the
 * tree itself. E_NOTFOUND: no such folder. */
int gittree_folder(struct gitrepo *r, const struct git_id *tree, struct str path,
                   struct git_id *ret, struct diag *d) MUST_CHECK;
/* What stands at a path of a tree. E_NOTFOUND: nothing; E_PARSE and others as gitrepo_read. */
int gittree_find(struct gitrepo *r, const struct git_id *tree, struct str path,
                 struct gitentry *ret, struct diag *d) MUST_CHECK;

/*
 * What differs: files, links and submodules of `to` that `from` does not hold at their path with
 * the same content and mode (from_id gives what stood there, if anything did), and paths of `from`
 * where nothing stands any more. `from` NULL: everything is new.
 *
 * Order of names is not relied on: a tree that is not sorted hides nothing. *budget counts entries
 * down over many calls; at 0 the walk ends with E_LIMIT.
 */
struct gitchange {
    struct gitentry entry; /* of `to`; of `from` when it is gone */
    bool gone;
    bool had; /* something stood there, with this name: */
    struct git_id had_id;
};
typedef int (*gitchange_fn)(void *ctx, const struct gitchange *c);
int gittree_diff(struct gitrepo *r, const struct git_id *from, const struct git_id *to,
                 uint64_t *budget, gitchange_fn fn, void *ctx, struct diag *d) MUST_CHECK;

#endif

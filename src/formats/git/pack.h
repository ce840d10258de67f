/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packs of git, as far as one has to know them before a library is let near: where an object lies,
 * what it is, how large it is, and what it costs to restore it from its deltas. libgit2 trusts the
 * tables of an index, follows a chain of deltas without end, and allocates what a header asks for.
 *
 *     struct gitpack p;
 *     gitpack_open(folder, "pack-x.idx", &p, d)        the index is checked and mapped
 *     if (gitpack_find(&p, &id, &offset))
 *         rc = gitpack_check(&p, offset, &limits, &object, d);
 *     gitpack_rest(&p)                                 closes the pack until the next check
 *     gitpack_close(&p)
 *
 * Index version 2 (git 1.5.2 and later) alone. Sources: gitformat-pack(5).
 */
#ifndef STANCE_FORMATS_GIT_PACK_H
#define STANCE_FORMATS_GIT_PACK_H

#include "base/diag.h"
#include "formats/git/id.h"

/* Deltas in a chain; git itself makes no longer ones. */
#define GITPACK_CHAIN_MAX 4096

struct gitpack_limits {
    uint64_t object; /* bytes of an object, and of each step on the way to it */
    uint64_t work;   /* bytes to inflate and to copy for one object */
};

struct gitpack_object {
    enum git_type type;
    uint64_t size;
};

struct gitpack_known;

struct gitpack {
    int folder;      /* descriptor of its folder, the caller's */
    char *pack_name; /* "pack-x.pack" */
    const unsigned char *index;
    size_t index_bytes;
    uint32_t count;
    int fd; /* of the pack, -1: not open */
    uint64_t bytes;
    struct gitpack_known *known; /* objects that were checked */
    void *inflate;
};

/* Files behind a link are not opened. E_PARSE, E_UNSUPPORTED (index version), E_LIMIT, E_IO,
 * E_NOTFOUND, E_NOMEM. The text of the diag names no path. */
int gitpack_open(int folder, const char *index_name, struct gitpack *ret,
                 struct diag *d) MUST_CHECK;
void gitpack_close(struct gitpack *p);
void gitpack_rest(struct gitpack *p);

/* Offset of the object in the pack, as the index says. */
bool gitpack_find(const struct gitpack *p, const struct git_id *id, uint64_t *ret_offset);
/* The first object at or after `*at` in the index whose name starts so; *at moves behind it. */
bool gitpack_next(const struct gitpack *p, const struct git_id *prefix, size_t digits, uint32_t *at,
                  struct git_id *ret);
/* Where a search with gitpack_next begins. */
uint32_t gitpack_first(const struct gitpack *p, const struct git_id *prefix);

/* Walks the chain of deltas. E_PARSE, E_LIMIT, E_IO, E_NOMEM. */
int gitpack_check(struct gitpack *p, uint64_t offset, const struct gitpack_limits *lim,
                  struct gitpack_object *ret, struct diag *d) MUST_CHECK;

#endif

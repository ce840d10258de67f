/* SPDX-License-Identifier: Apache-2.0 */
/* Private to members*.c and image*.c: one item that holds others, and the archives in it. */
#ifndef STANCE_DISCOVER_MEMBERS_INTERNAL_H
#define STANCE_DISCOVER_MEMBERS_INTERNAL_H

#include "discover/members.h"

/* A member of unknown size that is larger than what is held. */
#define MEMBER_SIZE_UNKNOWN ((uint64_t)INT64_MAX)

/* One item, and everything it holds. */
struct members {
    struct item *outer;
    const struct containers *open;
    struct archive_budget budget;
    uint64_t allowed; /* bytes of the budget at its start */
    uint64_t held;    /* bytes of inner archives that are in memory */
    bool stopped;     /* nothing more is read, and that was told */
};

enum member_fate { MEMBER_SHOWN, MEMBER_HIDDEN, MEMBER_PASSED };

/* One archive of these. */
struct level {
    struct members *m;
    struct archive_reader *reader;
    struct str member; /* of this archive in the item; empty: it is the item */
    struct str where;  /* what paths of its members begin with: "b.tar!/" */
    struct str name;   /* of its file */
    unsigned depth;
    /* Of an image: what becomes of a path; NULL: all are shown. */
    enum member_fate (*fate)(void *ctx, struct str path, enum archive_type type);
    void *fate_ctx;

    /* Private to members.c. */
    struct arena scratch; /* of one member */
    struct buf hold;      /* its content */
    struct buf base;      /* "x/a.tar!/b.tar!/", what rules see before a member */
    struct buf folder;    /* of the member before, and the rule that hides it */
    int rule;
    uint64_t *rule_hits; /* files, one a rule */
    uint64_t links, specials;
    bool some; /* a member was read */
};

void members_begin(struct members *m, struct item *outer);
/* What is left to say. */
void members_end(struct members *m);
/* The item itself as a source. */
struct archive_source members_source(struct members *m);

/* Where a gap in it is told. `member` may be of any memory. */
struct place members_place(const struct members *m, struct str member);
/* Something at `member` could not be read; `some`: a part of it was. */
void members_tell(struct members *m, struct str member, const struct diag *why, bool some);
/* The same of an archive: nobody knows what else it held. */
void members_tell_archive(struct members *m, struct str member, const struct diag *why, bool some);

/* All members of the archive that `source` gives. `l` has m, member, where, name, depth and fate. */
void level_walk(struct level *l, enum container kind, const struct archive_source *source);

/* "./a//b", "/a/b" are "a/b". Appends. ".." stays unless `inside` is set. */
void member_path(struct buf *out, struct str raw, bool inside);

#endif

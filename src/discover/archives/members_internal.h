/* SPDX-License-Identifier: Apache-2.0 */
/* Private to members*.c and image*.c: one item that holds others, the archives in it, a member. */
#ifndef STANCE_DISCOVER_ARCHIVES_MEMBERS_INTERNAL_H
#define STANCE_DISCOVER_ARCHIVES_MEMBERS_INTERNAL_H

#include "discover/archives/members.h"

/* One item, and everything it holds. */
struct members {
    struct item *outer;
    const struct containers *open;
    struct archive_budget budget;
    uint64_t allowed; /* bytes of the budget at its start */
    uint64_t held;    /* bytes of inner archives that are in memory */
    bool stopped;     /* nothing more is read, and that was told */
};

void members_begin(struct members *m, struct item *outer);
/* What is left to say. */
void members_end(struct members *m);

/* Where something in it is told. `member` may be of any memory. */
struct place members_place(const struct members *m, struct str member);
/* Something at `member` could not be read; `some`: a part of it was. */
void members_tell(struct members *m, struct str member, const struct diag *why, bool some);
/* The same of an archive: nobody knows what else it held. */
void members_tell_archive(struct members *m, struct str member, const struct diag *why, bool some);

/* --- an archive --------------------------------------------------------------------------- */

enum member_fate { MEMBER_SHOWN, MEMBER_HIDDEN, MEMBER_PASSED };

struct unpacked;
struct level {
    struct members *m;
    struct str member; /* of this archive in the item; empty: it is the item */
    struct str where;  /* what paths of its members begin with: "b.tar!/" */
    struct str name;   /* of its file */
    unsigned depth;
    /* Of an image: what becomes of a path; NULL: all are shown. */
    enum member_fate (*fate)(void *ctx, struct str path, enum archive_type type);
    void *fate_ctx;
    /* Of an image: files that are read in another way (true: done); NULL: none. */
    bool (*take)(void *ctx, struct unpacked *c, const struct archive_member *m, struct str path);
    void *take_ctx;

    /* From level_begin on. */
    struct archive_reader *reader;
    struct arena scratch; /* of one member */
    struct buf hold;      /* its content */
    struct buf base;      /* "x/a.tar!/b.tar!/", what rules see before a member */
    struct buf folder;    /* of the member before, and the rule that hides it */
    int rule;
    uint64_t *rule_hits; /* files, one a rule */
    uint64_t links, specials;
    bool some; /* a member was read */
};

/* All members of the archive that `source` gives. Of `l` the first part is set. */
void level_walk(struct level *l, enum container kind, const struct archive_source *source);
/* For those who bring members of their own: in between level_content may be called. */
void level_begin(struct level *l);
void level_end(struct level *l);

/* --- a member ----------------------------------------------------------------------------- */

/* Its path for detectors, and the one that is shown. */
struct named {
    struct str own, shown;
};
int level_name(struct level *l, const struct archive_member *m, struct named *ret) MUST_CHECK;
/* "a.json.gz" holds "a.json". */
struct str member_stem(struct str name);
/* "./a//b", "/a/b" are "a/b". Appends. With `inside` ".." is left out, too. */
void member_path(struct buf *out, struct str raw, bool inside);
/* A rule of the walk passes it by; it is counted. */
bool level_hides(struct level *l, struct str path);
void level_tell_rules(struct level *l);

/* The content of one member while it is read. */
struct unpacked {
    struct level *l;
    int (*read)(void *ctx, char *to, size_t n, size_t *ret_got, struct diag *d); /* 0: the end */
    void *ctx;
    bool ended;
    struct diag damage;
};

/* More of it into l->hold, up to `want` bytes in all. What cannot be read ends it. */
void unpacked_hold(struct unpacked *c, size_t want);
/* A file that holds no others, of which the head is held. */
void unpacked_examine(struct unpacked *c, const struct archive_member *m, const struct named *name,
                      bool hidden);
/* A buffer keeps no more than this between members. */
#define HOLD_KEPT ((size_t)1 << 20)
/* So much is unpacked of a binary member for a detector that wants more than its head. */
#define HOLD_START ((size_t)1 << 20)

/* All that is in it, of which the head is held, as the archive `in` (as for level_walk). */
void unpacked_walk(struct unpacked *c, enum container kind, struct level *in);
/* Of which the head is held: archive or file. */
void unpacked_open(struct unpacked *c, enum container kind, const struct archive_member *m,
                   const struct named *name, bool hidden);
/* A member from its first byte on. `c` has l, read and ctx. */
void level_content(struct unpacked *c, const struct archive_member *m, const struct named *name,
                   bool hidden);

#endif

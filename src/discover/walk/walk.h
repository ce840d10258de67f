/* SPDX-License-Identifier: Apache-2.0 */
/* The walk of one target by several lanes: folders that wait, and units of work.
 *
 * A folder is opened by its parent's descriptor and its name, never through a link, and listed a
 * part at a time; what one part holds is a unit. Folders that were found go on a stack of which
 * every lane takes: the last found is the next listed, so that few wait, and the listing of one
 * large folder is shared. A folder stays open until the folders in it were opened.
 *
 *     folders.c   the stack
 *     listing.c   what a folder is, by what it holds; its entries, in parts
 *     entry.c     what becomes of one entry: an item, a folder of the walk, a row of coverage
 *
 * sources/files.c puts them together. Errors are negative enum err; a file that cannot be read is
 * none, but a row. */
#pragma once

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>

#include "discover/above.h"
#include "discover/own.h"
#include "discover/rules.h"
#include "discover/source.h"

/* Deeper nesting is a coverage row. */
#define DEPTH_MAX 512
/* One unit of work: as many entries as the kernel gives at once, none shorter than this. */
#define LIST_BYTES  ((size_t)32 << 10)
#define ENTRY_BYTES 24u

/* A folder of the target: waiting to be opened, or in the middle of its listing. */
struct folder {
    struct folder *next;   /* on the stack */
    struct folder *parent; /* kept open until its folders are; NULL: the target itself */
    char *path;            /* relative to the target, NUL-terminated; "" is the target */
    size_t path_n, name_at, depth;
    int fd;        /* -1: not opened yet */
    unsigned refs; /* itself while it is listed, and its folders that wait; under the lock */
    dev_t device;
    int rule;    /* the rule that passes by it, when it keeps some file; else RULE_NONE */
    bool listed; /* the first entries were seen */
    bool layout; /* it is an image layout */
    bool bare;   /* it is a repository without files: its objects are no files of anybody */
};

struct walk {
    const struct discover_options *options;
    uint32_t target;
    dev_t device;
    struct above above;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct folder *stack;
    unsigned busy; /* lanes in the middle of a unit: they may find more */
    bool stopped, single;
    bool begun;                  /* the first unit was taken */
    _Atomic uint64_t *rule_hits; /* one a rule */
    _Atomic uint64_t links, specials, kernel_mounts;
    struct str own[OWN_MAX]; /* relative to the target: those in it */
    size_t n_own;
};

struct entry {
    const struct dirent64 *e;
    unsigned char type; /* DT_REG and so on */
};

/* What one lane needs for one unit. */
struct unit {
    struct walk *walk;
    struct lane *lane;
    struct folder *folder;
    struct folder *found; /* folders of this unit, last one first */
    struct buf path;
    char list[LIST_BYTES] __attribute__((aligned(8)));
};

/* --- folders.c ---------------------------------------------------------------------------- */

/* NULL: no memory. `path` is copied. */
struct folder *folder_new(struct folder *parent, struct str path, size_t name_at);
/* Under the lock, or when nobody else is left. */
void folder_drop(struct folder *f);
void walk_push(struct walk *w, struct folder *f);
/* A folder that nobody lists. NULL: there is none; after waiting, all are done. `ret_first` is set
 * for one lane. */
struct folder *walk_take(struct walk *w, bool wait, bool *ret_first);
/* The folders that were found are for any lane, and so is the rest of the listing, while this one
 * looks at the files. Found ones come off the stack first: what waits stays small. */
void walk_share(struct unit *u);
/* The unit ends. */
void walk_give_back(struct unit *u);

/* --- listing.c ---------------------------------------------------------------------------- */

/* Opens the folder when it is new, lists a part of it and takes its entries. */
MUST_CHECK int unit_list(struct unit *u);
/* DT_REG and so on; asks the file system when the listing does not tell. */
unsigned char entry_type(int folder, const struct dirent64 *e);

/* --- entry.c ------------------------------------------------------------------------------ */

MUST_CHECK int unit_take(struct unit *u, const struct entry *e);
/* A file that is not known to be unchanged, by its name in a folder that is open. */
MUST_CHECK int unit_open_file(struct unit *u, int folder, const char *name, struct str path);
/* A row of coverage for what could not be read. */
MUST_CHECK int unit_refuse(struct unit *u, struct str path, uint32_t mode,
                           enum coverage_state state, const char *reason);
MUST_CHECK int unit_refuse_errno(struct unit *u, struct str path, uint32_t mode, int e);

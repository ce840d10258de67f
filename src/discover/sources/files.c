/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files of a folder are items, and what is said of those that are not. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/path.h"
#include "discover/above.h"
#include "discover/detect.h"
#include "discover/git/place.h"
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

static bool files_accepts(const struct discover_options *o UNUSED, const struct target *t UNUSED,
                          const struct stat *st)
{
    return S_ISDIR(st->st_mode) || S_ISREG(st->st_mode);
}

/* --- folders ------------------------------------------------------------------------------ */

static struct folder *folder_new(struct folder *parent, struct str path, size_t name_at)
{
    struct folder *f = mem_alloc(sizeof(*f));
    char *copy = f ? mem_alloc(path.n + 1) : NULL;
    if (!copy) {
        mem_free(f);
        return NULL;
    }
    if (path.n)
        memcpy(copy, path.p, path.n);
    *f = (struct folder){.parent = parent,
                         .path = copy,
                         .path_n = path.n,
                         .name_at = name_at,
                         .depth = parent ? parent->depth + 1 : 0,
                         .fd = -1,
                         .refs = 1,
                         .rule = RULE_NONE};
    return f;
}

/* Under the lock, or when nobody else is left. */
static void folder_drop(struct folder *f)
{
    while (f && --f->refs == 0) {
        struct folder *parent = f->parent;
        if (f->fd >= 0)
            close(f->fd);
        mem_free(f->path);
        mem_free(f);
        f = parent;
    }
}

static void push(struct walk *w, struct folder *f)
{
    f->next = w->stack;
    w->stack = f;
}

/* --- what is said of entries -------------------------------------------------------------- */

static int refuse(struct unit *u, struct str path, uint32_t mode, enum coverage_state state,
                  const char *reason)
{
    return lane_refuse(u->lane, u->walk->target, path, mode, state, reason);
}

static int refuse_errno(struct unit *u, struct str path, uint32_t mode, int e)
{
    if (e == EACCES || e == EPERM)
        return refuse(u, path, mode, COVERAGE_DENIED, "permission denied");
    if (e == ENOENT || e == ELOOP || e == ENOTDIR)
        return refuse(u, path, mode, COVERAGE_FAILED, "changed or vanished during the scan");
    char text[160];
    snprintf(text, sizeof(text), "cannot be opened: %s", strerror(e));
    return refuse(u, path, mode, COVERAGE_FAILED, text);
}

/* A link or a pipe under a name that a detector knows (a settings file, a manifest) is an item of
 * its own: a file that stood there must not seem to be gone. */
static int pass_by(struct unit *u, struct str path, bool link)
{
    _Atomic uint64_t *counter = link ? &u->walk->links : &u->walk->specials;
    (*counter)++;
    if (!detect_wants(path))
        return 0;
    return refuse(u, path, S_IFREG, COVERAGE_SKIPPED,
                  link ? "a symbolic link: not followed" : "a pipe, socket or device");
}

/* A file that is not known to be unchanged. O_NONBLOCK: a FIFO that took its place must not hang
 * the scan. */
static int open_file(struct unit *u, int folder, const char *name, struct str path)
{
    struct stat st;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return refuse_errno(u, path, S_IFREG, errno);
    if (fstat(fd, &st)) {
        close(fd);
        return refuse_errno(u, path, S_IFREG, EIO);
    }
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        /* A folder that took its place is not walked, now. */
        return S_ISDIR(st.st_mode) ? refuse_errno(u, path, S_IFREG, ENOTDIR)
                                   : pass_by(u, path, false);
    }
    if (u->folder && u->folder->layout && !strcmp(name, "index.json"))
        return lane_layout(u->lane, u->walk->target, path, fd, &st, folder);
    return lane_file(u->lane, u->walk->target, path, fd, &st);
}

static int take_file(struct unit *u, const char *name, struct str path)
{
    struct stat st;
    int rule = walk_rules_file(u->walk->options->rules, path);
    if (rule != RULE_NONE) {
        u->walk->rule_hits[rule]++;
        return 0;
    }
    if (u->walk->options->cache && !fstatat(u->folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) &&
        S_ISREG(st.st_mode)) {
        int rc = lane_unchanged(u->lane, u->walk->target, path, &st);
        if (rc)
            return rc < 0 ? rc : 0;
    }
    return open_file(u, u->folder->fd, name, path);
}

static int take_folder(struct unit *u, struct str path, size_t name_at)
{
    struct str name = str_sub(path, name_at, path.n);
    if (u->folder->bare && str_eq_z(name, "objects"))
        return refuse(u, path, S_IFDIR, COVERAGE_NOT_LOOKED,
                      "commits of a bare repository: scan it by itself, or with --rev REV");
    int rule = walk_rules_folder(u->walk->options->rules, path);
    if (rule != RULE_NONE) {
        u->walk->rule_hits[rule]++;
        if (!walk_rules_keeps(u->walk->options->rules, rule, STR_NULL))
            return 0;
    }
    if (u->folder->depth + 1 >= DEPTH_MAX)
        return refuse(u, path, S_IFDIR, COVERAGE_FAILED, "nested deeper than 512 folders");
    struct folder *f = folder_new(u->folder, path, name_at);
    if (!f || !name.n)
        return E_NOMEM;
    f->rule = rule;
    f->next = u->found;
    u->found = f;
    return 0;
}

static bool is_one_of(struct str name, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_z(name, words[i]))
            return true;
    return false;
}

/* What says which repository a part of a target belongs to and who owns it: .git/config and
 * CODEOWNERS in, or in a known folder of, a folder above it. */
static bool is_context(struct str path, struct str only, bool folder)
{
    static const char *const owners[] = {".github", ".gitlab", "docs"};
    struct str dir = path_dir(path), base = path_base(path);
    if (folder)
        return path_is_below(only, dir) &&
               (str_eq_z(base, ".git") || is_one_of(base, owners, ARRAY_LEN(owners)));
    if (str_eq_z(base, "config"))
        return str_eq_z(path_base(dir), ".git") && path_is_below(only, path_dir(dir));
    if (!str_eq_z(base, "CODEOWNERS"))
        return false;
    return path_is_below(only, dir) || (is_one_of(path_base(dir), owners, ARRAY_LEN(owners)) &&
                                        path_is_below(only, path_dir(dir)));
}

static bool wanted(const struct walk *w, struct str path, bool folder)
{
    struct str only = w->options->only_path;
    if (!only.n || path_is_below(path, only) || (folder && path_is_below(only, path)))
        return true;
    return is_context(path, only, folder);
}

static unsigned char type_of(int folder, const struct dirent64 *e)
{
    struct stat st;
    if (e->d_type == DT_UNKNOWN && !fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
        return (unsigned char)IFTODT(st.st_mode);
    return e->d_type;
}

static int take_entry(struct unit *u, const struct dirent64 *e)
{
    struct folder *f = u->folder;
    struct str name = str_z(e->d_name);
    if (str_eq_z(name, ".") || str_eq_z(name, ".."))
        return 0;
    if (f->rule != RULE_NONE && !walk_rules_keeps(u->walk->options->rules, f->rule, name))
        return 0;
    unsigned char type = type_of(f->fd, e);
    buf_clear(&u->path);
    path_join(&u->path, str_n(f->path, f->path_n), name);
    if (buf_result(&u->path))
        return E_NOMEM;
    struct str path = buf_str(&u->path);
    if (!wanted(u->walk, path, type == DT_DIR))
        return 0;
    switch (type) {
    case DT_REG:
    case DT_UNKNOWN: return take_file(u, e->d_name, path); /* opening it tells */
    case DT_DIR:
        if (f->layout && str_eq_z(name, "blobs"))
            return 0; /* read with index.json, which says what they are */
        return f->rule == RULE_NONE ? take_folder(u, path, path.n - name.n) : 0;
    case DT_LNK: return pass_by(u, path, true);
    default: return pass_by(u, path, false);
    }
}

/* --- one unit ----------------------------------------------------------------------------- */

/* /proc, /sys and their like are views of the kernel, not data of the target. */
static bool is_kernel_mount(int fd)
{
    static const unsigned long magics[] = {
        PROC_SUPER_MAGIC,    SYSFS_MAGIC,  DEBUGFS_MAGIC,    TRACEFS_MAGIC,      CGROUP_SUPER_MAGIC,
        CGROUP2_SUPER_MAGIC, BPF_FS_MAGIC, SECURITYFS_MAGIC, DEVPTS_SUPER_MAGIC, PSTOREFS_MAGIC};
    struct statfs sf;
    if (fstatfs(fd, &sf))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(magics); i++)
        if ((unsigned long)sf.f_type == magics[i])
            return true;
    return false;
}

/* 1: open, 0: it is no part of the walk (and what there was to say was said), negative. */
static int open_folder(struct unit *u)
{
    struct folder *f = u->folder;
    struct str path = str_n(f->path, f->path_n);
    struct stat st;
    int fd = openat(f->parent->fd, f->path + f->name_at,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return refuse_errno(u, path, S_IFDIR, errno);
    f->fd = fd;
    f->device = fstat(fd, &st) ? u->walk->device : st.st_dev;
    if (f->device == f->parent->device || !is_kernel_mount(fd) ||
        !walk_rules_named(u->walk->options->rules, STR("kernel-file-systems")))
        return 1;
    u->walk->kernel_mounts++;
    return 0;
}

static int marker_in(const struct unit *u, ssize_t n)
{
    const struct walk_rules *rules = u->walk->options->rules;
    int rule = RULE_NONE, cursor = 0;
    for (ssize_t at = 0; at < n && rule == RULE_NONE;) {
        const struct dirent64 *e = (const struct dirent64 *)(u->list + at);
        rule = walk_rules_marker(rules, str_z(e->d_name));
        at += e->d_reclen;
    }
    if (rule != RULE_NONE || n < (ssize_t)(LIST_BYTES - sizeof(struct dirent64)))
        return rule;
    /* There is more to list: the kernel knows, whatever the order. */
    for (const char *name; (name = walk_rules_next_marker(rules, &cursor));) {
        struct stat st;
        if (!fstatat(u->folder->fd, name, &st, AT_SYMLINK_NOFOLLOW))
            return walk_rules_marker(rules, str_z(name));
    }
    return RULE_NONE;
}

/* A target that is one is read by sources/git.c; this one lies in a folder that is walked. */
static bool is_bare(const struct unit *u, ssize_t n)
{
    bool head = false;
    if (!walk_rules_named(u->walk->options->rules, STR("git")))
        return false;
    for (ssize_t at = 0; at < n && !head;) {
        const struct dirent64 *e = (const struct dirent64 *)(u->list + at);
        head = !strcmp(e->d_name, "HEAD");
        at += e->d_reclen;
    }
    return head && git_place_is_bare(u->folder->fd);
}

/* A folder may tell what it is by a file that it holds, when it holds nothing else. The row of
 * coverage is its own: no pattern tells which folders those are. 1, 0 or negative. */
static int is_passed_by(struct unit *u, ssize_t n)
{
    const struct walk_rules *rules = u->walk->options->rules;
    int rule = u->folder->parent ? marker_in(u, n) : RULE_NONE;
    if (rule == RULE_NONE)
        return 0;
    for (ssize_t at = 0; at < n;) {
        const struct dirent64 *e = (const struct dirent64 *)(u->list + at);
        struct str name = str_z(e->d_name);
        if (!str_eq_z(name, ".") && !str_eq_z(name, "..") && !walk_rules_holds(rules, rule, name))
            return 0;
        at += e->d_reclen;
    }
    int rc = refuse(u, str_n(u->folder->path, u->folder->path_n), S_IFDIR, COVERAGE_SKIPPED,
                    walk_rules_reason(rules, rule));
    return rc ? rc : 1;
}

/* An image layout of OCI has these three, and no other folder has. */
static bool is_layout(const struct unit *u, ssize_t n)
{
    static const struct {
        const char *name;
        unsigned char type;
    } parts[] = {{"oci-layout", DT_REG}, {"index.json", DT_REG}, {"blobs", DT_DIR}};
    unsigned found = 0;
    for (ssize_t at = 0; at < n;) {
        const struct dirent64 *e = (const struct dirent64 *)(u->list + at);
        for (unsigned i = 0; i < ARRAY_LEN(parts); i++)
            if (!strcmp(e->d_name, parts[i].name) && type_of(u->folder->fd, e) == parts[i].type)
                found |= 1u << i;
        at += e->d_reclen;
    }
    return found == (1u << ARRAY_LEN(parts)) - 1;
}

/* The listing goes on in any lane, while this one looks at what it has. */
static void share(struct unit *u)
{
    struct walk *w = u->walk;
    pthread_mutex_lock(&w->lock);
    u->folder->refs++;
    push(w, u->folder);
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

/* Folders that were found come off the stack before their own goes on: what waits stays small. */
static void give_back(struct unit *u)
{
    struct walk *w = u->walk;
    pthread_mutex_lock(&w->lock);
    for (struct folder *f = u->found, *next; f; f = next) {
        next = f->next;
        u->folder->refs++;
        push(w, f);
    }
    folder_drop(u->folder);
    w->busy--;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

/* Test aid: another order of arrival must not change anything. */
static void shuffle(struct unit *u, const struct dirent64 **entries, size_t n)
{
    uint64_t state = u->walk->options->shuffle_seed;
    if (!state)
        return;
    state ^= str_hash(str_n(u->list, LIST_BYTES), 1);
    for (size_t i = n; i > 1; i--) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        size_t j = (size_t)((state >> 33) % i);
        const struct dirent64 *t = entries[i - 1];
        entries[i - 1] = entries[j];
        entries[j] = t;
    }
}

static int take_entries(struct unit *u, ssize_t n)
{
    const struct dirent64 *entries[LIST_BYTES / ENTRY_BYTES];
    size_t count = 0;
    int rc = 0;
    for (ssize_t at = 0; at < n;) {
        entries[count] = (const struct dirent64 *)(u->list + at);
        at += entries[count++]->d_reclen;
    }
    shuffle(u, entries, count);
    for (size_t i = 0; i < count && !rc && !lane_cancelled(u->lane); i++)
        rc = take_entry(u, entries[i]);
    return rc;
}

static int list_folder(struct unit *u)
{
    struct folder *f = u->folder;
    bool fresh = f->fd < 0;
    int rc = fresh ? open_folder(u) : 1;
    if (rc <= 0)
        return rc;
    uint64_t begin = clock_ticks();
    ssize_t n = getdents64(f->fd, u->list, LIST_BYTES);
    lane_listed(u->lane, fresh, clock_ticks() - begin);
    if (n < 0)
        return refuse(u, str_n(f->path, f->path_n), S_IFDIR, COVERAGE_FAILED,
                      "the folder could not be listed to its end");
    rc = n && fresh && f->rule == RULE_NONE ? is_passed_by(u, n) : 0;
    if (n == 0 || rc)
        return MIN(rc, 0);
    f->layout |= !f->listed && is_layout(u, n);
    f->bare |= !f->listed && is_bare(u, n);
    f->listed = true;
    share(u);
    return take_entries(u, n);
}

/* Wait for a folder that nobody lists. NULL: all are done. */
static struct folder *take(struct walk *w, bool *ret_first)
{
    pthread_mutex_lock(&w->lock);
    while (!w->stack && w->busy && !w->stopped)
        pthread_cond_wait(&w->changed, &w->lock);
    struct folder *f = w->stopped ? NULL : w->stack;
    if (f) {
        w->stack = f->next;
        w->busy++;
        *ret_first = !w->begun;
        w->begun = true;
    }
    pthread_mutex_unlock(&w->lock);
    return f;
}

/* What stands above the target, and the target that is a file. */
static int first_unit(struct walk *w, struct unit *u)
{
    const struct target *t = &w->options->targets[w->target];
    int rc = 0;
    vec_each (f, &w->above.files) {
        struct stat st;
        int fd = f->fd;
        f->fd = -1;
        if (rc || fstat(fd, &st))
            close(fd);
        else
            rc = lane_file(u->lane, w->target, f->path, fd, &st);
    }
    if (!w->single || rc)
        return rc;
    AUTO(arena) a = ARENA(0);
    char *root = arena_z(&a, t->root);
    return root ? open_file(u, AT_FDCWD, root, t->name) : E_NOMEM;
}

static int files_work(void *state, struct lane *l, struct diag *d)
{
    struct walk *w = state;
    bool first = false;
    struct folder *f = take(w, &first);
    if (!f)
        return 0;
    struct unit u; /* its list is filled by whoever lists */
    u.walk = w;
    u.lane = l;
    u.folder = f;
    u.found = NULL;
    u.path = (struct buf)BUF_INIT;
    int rc = first ? first_unit(w, &u) : 0;
    if (!rc && !w->single)
        rc = list_folder(&u);
    give_back(&u);
    buf_done(&u.path);
    if (rc == E_NOMEM && !d->text[0])
        diag_set(d, rc, "no memory to list a folder");
    return rc ? rc : 1;
}

/* --- open and close ----------------------------------------------------------------------- */

static int rule_row(struct walk *w, struct discover_report *r, const char *rule,
                    enum coverage_state state, const char *reason, uint64_t count)
{
    return vec_push(&r->coverage, ((struct coverage_row){.source = STR("files"),
                                                         .target = w->target,
                                                         .path = str_z(rule),
                                                         .state = state,
                                                         .reason = str_z(reason),
                                                         .files = count}));
}

/* What the walk itself tells apart. */
static int tell_built_in(struct walk *w, struct discover_report *r)
{
    const struct {
        const char *id;
        uint64_t count;
    } rows[] = {
        {"symbolic-links", w->links},
        {"special-files", w->specials},
        {"kernel-file-systems", w->kernel_mounts},
    };
    int rc = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows) && !rc; i++) {
        const struct catalog_walk_rule *rule = catalog_walk_rule(&CATALOG, str_z(rows[i].id));
        if (rule && rows[i].count)
            rc = rule_row(w, r, rule->id, COVERAGE_SKIPPED, rule->reason, rows[i].count);
    }
    return rc;
}

static int tell(struct walk *w, struct discover_report *r)
{
    const struct walk_rules *rules = w->options->rules;
    int rc = 0;
    for (int i = 0; i < walk_rules_count(rules) && !rc; i++)
        if (w->rule_hits[i] || walk_rules_is_exclude(rules, i))
            rc = rule_row(w, r, walk_rules_hides(rules, i), COVERAGE_SKIPPED,
                          walk_rules_reason(rules, i), w->rule_hits[i]);
    return rc ? rc : tell_built_in(w, r);
}

static int files_close(void *state, struct discover_report *r)
{
    struct walk *w = state;
    int rc = r ? tell(w, r) : 0;
    while (w->stack) {
        struct folder *f = w->stack;
        w->stack = f->next;
        folder_drop(f);
    }
    above_close(&w->above);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    mem_free(w->rule_hits);
    mem_free(w);
    return rc;
}

static void files_stop(void *state)
{
    struct walk *w = state;
    pthread_mutex_lock(&w->lock);
    w->stopped = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
}

/* The target itself is the first folder. */
static int open_root(struct walk *w, struct diag *d)
{
    const struct target *t = &w->options->targets[w->target];
    AUTO(arena) a = ARENA(0);
    struct stat st;
    char *root = arena_z(&a, t->root);
    struct folder *f = root ? folder_new(NULL, STR(""), 0) : NULL;
    if (!f)
        return diag_set(d, E_NOMEM, "no memory to walk a folder");
    push(w, f);
    f->fd = open(root, O_RDONLY | O_CLOEXEC | (w->single ? O_PATH : O_DIRECTORY));
    if (f->fd < 0)
        return diag_errno(d, "cannot open the folder");
    w->device = f->device = fstat(f->fd, &st) ? 0 : st.st_dev;
    return 0;
}

static int files_open(const struct discover_options *o, uint32_t target, void **ret_state,
                      struct diag *d)
{
    struct walk *w = mem_alloc(sizeof(*w));
    size_t rules = (size_t)walk_rules_count(o->rules) + 1;
    if (!w || !(w->rule_hits = mem_alloc(sizeof(*w->rule_hits) * rules))) {
        mem_free(w);
        return diag_set(d, E_NOMEM, "no memory to walk a folder");
    }
    w->options = o;
    w->target = target;
    w->single = o->targets[target].single_file;
    w->above.mem = (struct arena)ARENA(0);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    int rc = open_root(w, d);
    if (!rc)
        rc = above_open(&o->targets[target], &w->above);
    if (rc) {
        int closed = files_close(w, NULL);
        return closed ? closed : rc;
    }
    *ret_state = w;
    return 0;
}

const struct source SOURCE_FILES = {
    .id = "files",
    .title = "Files of a folder, or one file",
    .stamps = true,
    .accepts = files_accepts,
    .open = files_open,
    .work = files_work,
    .stop = files_stop,
    .close = files_close,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files of a folder are items, in which order, and what is said of those that are
 * not. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/path.h"
#include "discover/above.h"
#include "discover/detect.h"
#include "discover/source.h"

/* Each open folder holds a descriptor; deeper nesting is a coverage row. */
#define DEPTH_MAX 512

enum entry_type { ENTRY_FILE, ENTRY_FOLDER, ENTRY_LINK, ENTRY_SPECIAL };

struct entry {
    struct str name; /* of a folder: with '/' at its end, so that byte order is path order */
    enum entry_type type;
};

struct level {
    int fd;
    size_t path_n; /* length of the walk's path while in this folder */
    struct arena names;
    struct {
        VEC(struct entry);
    } entries;
    size_t at;
    bool only_config; /* inside .git */
};

struct walk {
    const struct discover_options *options;
    uint32_t target;
    struct buf path;
    struct above above;
    struct {
        VEC(struct level);
    } levels;
    uint64_t *rule_hits; /* one a walk rule */
    uint64_t links, specials, kernel_mounts;
    uint64_t shuffle;
    bool single_done;
};

static bool files_accepts(const struct stat *st)
{
    return S_ISDIR(st->st_mode) || S_ISREG(st->st_mode);
}

static int entry_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    return str_cmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* Test aid: another order of arrival must not change anything. */
static void shuffle(struct walk *w, struct level *l)
{
    for (size_t i = l->entries.n; w->shuffle && i > 1; i--) {
        w->shuffle = w->shuffle * 6364136223846793005u + 1442695040888963407u;
        size_t j = (size_t)((w->shuffle >> 33) % i);
        struct entry t = l->entries.v[i - 1];
        l->entries.v[i - 1] = l->entries.v[j];
        l->entries.v[j] = t;
    }
}

static const struct walk_rule *rule_of(struct walk *w, struct str name)
{
    if (w->options->all)
        return NULL;
    for (int i = 0; i < WALK_RULE_COUNT; i++)
        if (str_eq_z(name, WALK_RULES[i].pattern)) {
            w->rule_hits[i]++;
            return &WALK_RULES[i];
        }
    return NULL;
}

static int add_entry(struct level *l, struct str name, enum entry_type type)
{
    struct str kept = type == ENTRY_FOLDER ? arena_fmt(&l->names, STR_FMT "/", STR_ARG(name))
                                           : arena_str(&l->names, name);
    if (!kept.p)
        return E_NOMEM;
    return vec_push(&l->entries, ((struct entry){kept, type}));
}

/* A link or a pipe under a name that a detector knows (a settings file, a manifest) is an item of
 * its own: a file that stood there must not seem to be gone. */
static int add_unread(struct walk *w, struct level *l, struct str name, enum entry_type type)
{
    AUTO(buf) path = BUF_INIT;
    path_join(&path, buf_str(&w->path), name);
    if (buf_result(&path))
        return buf_result(&path);
    return detect_wants(buf_str(&path)) ? add_entry(l, name, type) : 0;
}

static enum entry_type type_of(int folder, const struct dirent *e)
{
    struct stat st;
    unsigned char type = e->d_type;
    if (type == DT_UNKNOWN && !fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
        type = IFTODT(st.st_mode);
    switch (type) {
    case DT_REG:
    case DT_UNKNOWN: return ENTRY_FILE; /* opening it tells */
    case DT_DIR: return ENTRY_FOLDER;
    case DT_LNK: return ENTRY_LINK;
    default: return ENTRY_SPECIAL;
    }
}

static int take_entry(struct walk *w, struct level *l, const struct dirent *e)
{
    struct str name = str_z(e->d_name);
    enum entry_type type = type_of(l->fd, e);
    if (str_eq_z(name, ".") || str_eq_z(name, ".."))
        return 0;
    if (l->only_config && !str_eq_z(name, "config"))
        return 0;
    switch (type) {
    case ENTRY_FILE: break;
    case ENTRY_FOLDER:
        if (rule_of(w, name) && !str_eq_z(name, ".git"))
            return 0;
        break;
    case ENTRY_LINK: w->links++; return add_unread(w, l, name, type);
    case ENTRY_SPECIAL: w->specials++; return add_unread(w, l, name, type);
    }
    return add_entry(l, name, type);
}

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

/* Read one folder into a new level; takes the descriptor. */
static int push_level(struct walk *w, int fd, bool only_config)
{
    struct level l = {.fd = fd, .path_n = w->path.n, .names = ARENA(0), .only_config = only_config};
    DIR *dir = NULL;
    int copy = dup(fd), rc = 0;
    if (copy < 0 || !(dir = fdopendir(copy))) {
        rc = E_IO;
        if (copy >= 0)
            close(copy);
    }
    while (!rc) {
        errno = 0;
        struct dirent *e = readdir(dir);
        if (!e) {
            rc = errno ? E_IO : 0;
            break;
        }
        rc = take_entry(w, &l, e);
    }
    if (dir)
        closedir(dir);
    if (!rc) {
        shuffle(w, &l);
        rc = vec_sort(&l.entries, entry_cmp, NULL);
    }
    if (!rc)
        rc = vec_push(&w->levels, l);
    if (rc) {
        close(fd);
        vec_free(&l.entries);
        arena_done(&l.names);
    }
    return rc;
}

static void pop_level(struct walk *w)
{
    struct level *l = &w->levels.v[--w->levels.n];
    close(l->fd);
    vec_free(&l->entries);
    arena_done(&l->names);
}

static int refuse(struct walk *w, struct source_item *ret, enum coverage_state state,
                  const char *reason)
{
    *ret = (struct source_item){
        .path = buf_str(&w->path), .fd = -1, .state = state, .mode = ret->mode};
    snprintf(ret->reason, sizeof(ret->reason), "%s", reason);
    return 1;
}

static int refuse_errno(struct walk *w, struct source_item *ret, int e)
{
    if (e == EACCES || e == EPERM)
        return refuse(w, ret, COVERAGE_DENIED, "permission denied");
    if (e == ENOENT || e == ELOOP || e == ENOTDIR)
        return refuse(w, ret, COVERAGE_FAILED, "changed or vanished during the scan");
    char text[160];
    snprintf(text, sizeof(text), "cannot be opened: %s", strerror(e));
    return refuse(w, ret, COVERAGE_FAILED, text);
}

/* A folder entry: descend. 1: an item that tells why not, 0: descended or passed by. */
static int enter(struct walk *w, struct level *parent, const char *name, struct source_item *ret)
{
    if (w->levels.n >= DEPTH_MAX)
        return refuse(w, ret, COVERAGE_FAILED, "nested deeper than 512 folders");
    int fd = openat(parent->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return refuse_errno(w, ret, errno);
    if (!w->options->all && is_kernel_mount(fd)) {
        w->kernel_mounts++;
        close(fd);
        return 0;
    }
    bool only_config = !w->options->all && str_eq_z(path_base(buf_str(&w->path)), ".git");
    int rc = push_level(w, fd, only_config);
    if (rc == E_IO)
        return refuse(w, ret, COVERAGE_FAILED, "the folder could not be listed to its end");
    return rc;
}

static int open_file(struct walk *w, int folder, const char *name, struct source_item *ret)
{
    struct stat st;
    /* O_NONBLOCK: a FIFO that took the place of a file must not hang the scan. */
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return refuse_errno(w, ret, errno);
    if (fstat(fd, &st)) {
        close(fd);
        return refuse_errno(w, ret, EIO);
    }
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        w->specials++;
        return 0;
    }
    *ret = (struct source_item){.path = buf_str(&w->path),
                                .size = (uint64_t)st.st_size,
                                .mode = st.st_mode,
                                .fd = fd,
                                .state = COVERAGE_EXAMINED};
    return 1;
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

static bool wanted(const struct walk *w, bool folder)
{
    struct str only = w->options->only_path, path = buf_str(&w->path);
    if (!only.n || path_is_below(path, only) || (folder && path_is_below(only, path)))
        return true;
    return is_context(path, only, folder);
}

/* 1: an item, 0: descended or passed by, negative. */
static int visit(struct walk *w, struct level *l, enum entry_type type, const char *name,
                 struct source_item *ret)
{
    ret->mode = type == ENTRY_FOLDER ? S_IFDIR : S_IFREG; /* what a refusal is about */
    switch (type) {
    case ENTRY_FILE: break;
    case ENTRY_FOLDER: return enter(w, l, name, ret);
    case ENTRY_LINK: return refuse(w, ret, COVERAGE_SKIPPED, "a symbolic link: not followed");
    case ENTRY_SPECIAL: return refuse(w, ret, COVERAGE_SKIPPED, "a pipe, socket or device");
    }
    return open_file(w, l->fd, name, ret);
}

/* What stands above the target. */
static int next_above(struct above *a, struct source_item *ret)
{
    struct above_file *f = &a->files.v[a->at++];
    *ret = (struct source_item){
        .path = f->path, .size = f->size, .mode = f->mode, .fd = f->fd, .state = COVERAGE_EXAMINED};
    f->fd = -1;
    return 1;
}

/* The target itself is the item. */
static int next_single(struct walk *w, struct source_item *ret)
{
    const struct target *t = &w->options->targets[w->target];
    if (w->single_done)
        return 0;
    w->single_done = true;
    char *root = arena_z(&w->levels.v[0].names, t->root);
    buf_add(&w->path, t->name);
    ret->mode = S_IFREG;
    return root && !buf_result(&w->path) ? open_file(w, AT_FDCWD, root, ret) : E_NOMEM;
}

static int files_next(void *state, struct source_item *ret, struct diag *d)
{
    struct walk *w = state;
    if (w->above.at < w->above.files.n)
        return next_above(&w->above, ret);
    if (w->options->targets[w->target].single_file)
        return next_single(w, ret);
    while (w->levels.n) {
        struct level *l = &w->levels.v[w->levels.n - 1];
        buf_cut(&w->path, l->path_n);
        if (l->at == l->entries.n) {
            pop_level(w);
            continue;
        }
        struct entry e = l->entries.v[l->at++];
        bool folder = e.type == ENTRY_FOLDER;
        struct str name = folder ? str_sub(e.name, 0, e.name.n - 1) : e.name;
        if (w->path.n)
            buf_addc(&w->path, '/');
        buf_add(&w->path, name);
        if (buf_result(&w->path))
            return diag_set(d, E_NOMEM, "no memory for a path");
        if (!wanted(w, folder))
            continue;
        int rc = visit(w, l, e.type, w->path.p + w->path.n - name.n, ret);
        if (rc)
            return rc < 0 ? diag_set(d, rc, "no memory to list a folder") : rc;
    }
    return 0;
}

static int rule_row(struct walk *w, struct discover_report *r, const char *rule,
                    enum coverage_state state, const char *reason, uint64_t count)
{
    if (!count)
        return 0;
    return vec_push(&r->coverage, ((struct coverage_row){.source = STR("files"),
                                                         .target = w->target,
                                                         .path = str_z(rule),
                                                         .state = state,
                                                         .reason = str_z(reason),
                                                         .files = count}));
}

static int files_close(void *state, struct discover_report *r)
{
    struct walk *w = state;
    int rc = 0;
    for (int i = 0; i < WALK_RULE_COUNT && !rc && r; i++)
        rc = rule_row(w, r, WALK_RULES[i].hides, COVERAGE_SKIPPED, WALK_RULES[i].reason,
                      w->rule_hits[i]);
    if (!rc && r)
        rc = rule_row(w, r, "symbolic-links", COVERAGE_SKIPPED,
                      "links are not followed; what they name inside the target is read in place",
                      w->links);
    if (!rc && r)
        rc = rule_row(w, r, "special-files", COVERAGE_SKIPPED,
                      "pipes, sockets and devices hold no configuration", w->specials);
    if (!rc && r)
        rc = rule_row(w, r, "kernel-file-systems", COVERAGE_SKIPPED,
                      "views of the running kernel, not data of the target", w->kernel_mounts);
    while (w->levels.n)
        pop_level(w);
    vec_free(&w->levels);
    above_close(&w->above);
    buf_done(&w->path);
    mem_free(w->rule_hits);
    mem_free(w);
    return rc;
}

static int files_open(const struct discover_options *o, uint32_t target, void **ret_state,
                      struct diag *d)
{
    const struct target *t = &o->targets[target];
    struct walk *w = mem_alloc(sizeof(*w));
    if (!w || !(w->rule_hits = mem_alloc(sizeof(uint64_t) * (size_t)WALK_RULE_COUNT))) {
        mem_free(w);
        return diag_set(d, E_NOMEM, "no memory to walk a folder");
    }
    w->options = o;
    w->target = target;
    w->shuffle = o->shuffle_seed;
    w->path = (struct buf)BUF_INIT;
    w->above.mem = (struct arena)ARENA(0);
    AUTO(arena) a = ARENA(0);
    char *root = arena_z(&a, t->root);
    int rc = root ? 0 : E_NOMEM;
    if (!rc && t->single_file) {
        rc = vec_push(&w->levels, ((struct level){.fd = -1, .names = ARENA(0)}));
    } else if (!rc) {
        int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        rc = fd < 0 ? diag_errno(d, "cannot open the folder") : push_level(w, fd, false);
        if (rc && fd >= 0)
            diag_set(d, rc, "the folder could not be listed to its end");
    }
    if (!rc)
        rc = above_open(t, &w->above);
    if (rc) {
        diag_at(d, root, 0, 0);
        (void)files_close(w, NULL); /* nothing to report of a walk that did not start */
        return rc;
    }
    *ret_state = w;
    return 0;
}

const struct source SOURCE_FILES = {
    .id = "files",
    .title = "Files of a folder, or one file",
    .accepts = files_accepts,
    .open = files_open,
    .next = files_next,
    .close = files_close,
};

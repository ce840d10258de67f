/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a folder is by what it holds, and takes its entries in parts. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "base/clock.h"
#include "discover/git/place.h"
#include "discover/walk/walk.h"

unsigned char entry_type(int folder, const struct dirent64 *e)
{
    struct stat st;
    if (e->d_type == DT_UNKNOWN && !fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
        return (unsigned char)IFTODT(st.st_mode);
    return e->d_type;
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

/* 1: open, 0: it is no part of the walk (and what there was to say was said), negative. */
static int open_folder(struct unit *u)
{
    struct folder *f = u->folder;
    struct str path = str_n(f->path, f->path_n);
    struct stat st;
    int fd = openat(f->parent->fd, f->path + f->name_at,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return unit_refuse_errno(u, path, S_IFDIR, errno);
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
    int rc = unit_refuse(u, str_n(u->folder->path, u->folder->path_n), S_IFDIR, COVERAGE_SKIPPED,
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
            if (!strcmp(e->d_name, parts[i].name) && entry_type(u->folder->fd, e) == parts[i].type)
                found |= 1u << i;
        at += e->d_reclen;
    }
    return found == (1u << ARRAY_LEN(parts)) - 1;
}

/* Test aid: another order of arrival must not change anything. */
static void shuffle(struct unit *u, struct entry *entries, size_t n)
{
    uint64_t state = u->walk->options->shuffle_seed;
    if (!state)
        return;
    state ^= str_hash(str_n(u->list, LIST_BYTES), 1);
    for (size_t i = n; i > 1; i--) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        size_t j = (size_t)((state >> 33) % i);
        const struct entry t = entries[i - 1];
        entries[i - 1] = entries[j];
        entries[j] = t;
    }
}

/* Folders first: other lanes need not wait for a large file beside them. */
static int take_entries(struct unit *u, ssize_t n)
{
    struct entry entries[LIST_BYTES / ENTRY_BYTES];
    size_t count = 0;
    int rc = 0;
    for (ssize_t at = 0; at < n; at += entries[count++].e->d_reclen) {
        entries[count].e = (const struct dirent64 *)(u->list + at);
        entries[count].type = entry_type(u->folder->fd, entries[count].e);
    }
    shuffle(u, entries, count);
    for (size_t i = 0; i < count && !rc; i++)
        if (entries[i].type == DT_DIR)
            rc = unit_take(u, &entries[i]);
    walk_share(u);
    for (size_t i = 0; i < count && !rc && !lane_cancelled(u->lane); i++)
        if (entries[i].type != DT_DIR)
            rc = unit_take(u, &entries[i]);
    return rc;
}

int unit_list(struct unit *u)
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
        return unit_refuse(u, str_n(f->path, f->path_n), S_IFDIR, COVERAGE_FAILED,
                           "the folder could not be listed to its end");
    rc = n && fresh && f->rule == RULE_NONE ? is_passed_by(u, n) : 0;
    if (n == 0 || rc)
        return MIN(rc, 0);
    f->layout |= !f->listed && is_layout(u, n);
    f->bare |= !f->listed && is_bare(u, n);
    f->listed = true;
    return take_entries(u, n);
}

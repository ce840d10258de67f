/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which rights Landlock takes from a worker: all that the running kernel can take. */
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/sandbox_internal.h"

/*
 * The uapi header of Debian 12 ends at ABI 2, and the C library has no wrappers: the names and
 * numbers below are those of linux/landlock.h of Linux 6.18. Numbers are the same on every
 * architecture that has Landlock.
 */
enum { SYS_landlock_create = 444, SYS_landlock_add = 445, SYS_landlock_restrict = 446 };

#define LL_CREATE_VERSION (1U << 0)
#define LL_RULE_BENEATH   1
#define LL_FS_READ_FILE   (1ULL << 2)
#define LL_FS_READ_DIR    (1ULL << 3)
#define LL_FS_ABI_1       ((1ULL << 13) - 1) /* EXECUTE .. MAKE_SYM */
#define LL_FS_REFER       (1ULL << 13)       /* ABI 2 */
#define LL_FS_TRUNCATE    (1ULL << 14)       /* ABI 3 */
#define LL_FS_IOCTL_DEV   (1ULL << 15)       /* ABI 5 */
#define LL_NET_BIND_TCP   (1ULL << 0)        /* ABI 4 */
#define LL_NET_CONNECT    (1ULL << 1)        /* ABI 4 */
#define LL_SCOPE_ABSTRACT (1ULL << 0)        /* ABI 6 */
#define LL_SCOPE_SIGNAL   (1ULL << 1)        /* ABI 6 */

/* struct landlock_ruleset_attr; an older kernel accepts a longer one whose new fields are 0. */
struct ruleset_attr {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

struct path_beneath_attr {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

int landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create, NULL, (size_t)0, LL_CREATE_VERSION);
    return abi > 0 ? (int)abi : 0;
}

struct landlock_rights landlock_rights(int abi)
{
    struct landlock_rights r = {0};
    if (abi >= 1)
        r.fs = LL_FS_ABI_1;
    if (abi >= 2)
        r.fs |= LL_FS_REFER;
    if (abi >= 3)
        r.fs |= LL_FS_TRUNCATE;
    if (abi >= 4)
        r.net = LL_NET_BIND_TCP | LL_NET_CONNECT;
    if (abi >= 5)
        r.fs |= LL_FS_IOCTL_DEV;
    if (abi >= 6)
        r.scoped = LL_SCOPE_ABSTRACT | LL_SCOPE_SIGNAL;
    return r;
}

/* What lies below these folders may be read, and nothing of it run. */
static int add_folders(int ruleset, const int *folders, size_t n_folders)
{
    for (size_t i = 0; i < n_folders; i++) {
        struct path_beneath_attr rule = {LL_FS_READ_FILE | LL_FS_READ_DIR, folders[i]};
        if (syscall(SYS_landlock_add, ruleset, LL_RULE_BENEATH, &rule, 0))
            return E_UNSUPPORTED;
    }
    return 0;
}

int landlock_close(const int *folders, size_t n_folders)
{
    struct landlock_rights r = landlock_rights(landlock_abi());
    if (!r.fs)
        return E_UNSUPPORTED;
    /* A ruleset that handles a right and grants it nowhere denies it everywhere. */
    struct ruleset_attr attr = {r.fs, r.net, r.scoped};
    int ruleset = (int)syscall(SYS_landlock_create, &attr, sizeof(attr), 0);
    if (ruleset < 0)
        return E_UNSUPPORTED;
    int error = add_folders(ruleset, folders, n_folders);
    if (!error && syscall(SYS_landlock_restrict, ruleset, 0))
        error = E_UNSUPPORTED;
    close(ruleset);
    return error;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which system calls a worker may make, which fail, and which end it. */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/sandbox_internal.h"

/* Harmless with any argument: they touch the memory, time and descriptors of the worker itself. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(readv),
    SCMP_SYS(preadv),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(close),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/*
 * And for a worker that has folders: to find, open and list files, as open(), opendir(), realpath()
 * and libgit2 1.5 do. Landlock decides which files these are.
 */
static const int allowed_folders[] = {
    SCMP_SYS(newfstatat), SCMP_SYS(stat),       SCMP_SYS(stat64),   SCMP_SYS(lstat),
    SCMP_SYS(lstat64),    SCMP_SYS(fstatat64),  SCMP_SYS(statx),    SCMP_SYS(access),
    SCMP_SYS(faccessat),  SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(getdents),   SCMP_SYS(getdents64), SCMP_SYS(fchdir),   SCMP_SYS(getcwd),
    SCMP_SYS(getuid),     SCMP_SYS(geteuid),    SCMP_SYS(getgid),   SCMP_SYS(getegid),
};

/* Whatever else open() can be asked for makes, changes or locates a file. */
#define OPEN_READS                                                                                 \
    (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY | O_NONBLOCK | O_LARGEFILE | LARGEFILE_BIT)
/* O_LARGEFILE in the kernel: the C library of a 64-bit machine says 0 and may still send it. */
#define LARGEFILE_BIT 0100000

/* The background thread of ThreadSanitizer may come to life after the filter. */
static const int allowed_sanitized[] = {SCMP_SYS(rseq), SCMP_SYS(set_robust_list)};

/*
 * No parser and no library asks for these: who does has been taken over, and is ended at once.
 * Under a sanitizer they fail instead, since a report may try to start a symbolizer.
 */
static const int deadly[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(clone),
    SCMP_SYS(clone3),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(kcmp),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(keyctl),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(reboot),
};

static int add_list(scmp_filter_ctx ctx, uint32_t action, const int *calls, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int failed = seccomp_rule_add(ctx, action, calls[i], 0);
        if (failed && failed != -EDOM) /* -EDOM: this architecture has no such call */
            return failed;
    }
    return 0;
}

static int allow_if(scmp_filter_ctx ctx, int call, struct scmp_arg_cmp cmp)
{
    return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, call, 1, &cmp);
}

struct rule {
    int call;
    struct scmp_arg_cmp cmp;
};

static int add_rules(scmp_filter_ctx ctx, const struct rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int failed = allow_if(ctx, rules[i].call, rules[i].cmp);
        if (failed && failed != -EDOM)
            return failed;
    }
    return 0;
}

/*
 * newfstatat is how the C library spells fstat. Seccomp cannot see that the path is empty, so a
 * worker that was taken over can learn whether a path exists; it can read nothing there.
 */
static int add_conditional(scmp_filter_ctx ctx)
{
    const struct rule rules[] = {
        {SCMP_SYS(write), SCMP_A0(SCMP_CMP_EQ, WORKER_SOCK)},
        {SCMP_SYS(writev), SCMP_A0(SCMP_CMP_EQ, WORKER_SOCK)},
        {SCMP_SYS(recvmsg), SCMP_A0(SCMP_CMP_EQ, WORKER_SOCK)},
        {SCMP_SYS(newfstatat), SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH)},
        {SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFL)},
        {SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFD)},
        {SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())}, /* abort */
    };
    int failed = add_rules(ctx, rules, ARRAY_LEN(rules));
    if (!failed && SANDBOX_SANITIZED)
        return allow_if(ctx, SCMP_SYS(write), SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO));
    return failed;
}

/*
 * Memory is private, so that a file which the parent can write is never written through a mapping.
 * Files that a worker opened itself, it opened to read: such a mapping may be shared.
 */
static int add_memory(scmp_filter_ctx ctx, bool folders)
{
    const struct scmp_arg_cmp own[] = {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                                       SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_SHARED, 0)};
    int failed = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, own);
    if (failed || !folders)
        return failed;
    return allow_if(ctx, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, 0));
}

static int add_files(scmp_filter_ctx ctx)
{
    const scmp_datum_t forbidden = 0xffffffff & ~(scmp_datum_t)OPEN_READS;
    const struct rule rules[] = {
        {SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, forbidden, 0)},
        {SCMP_SYS(open), SCMP_A1(SCMP_CMP_MASKED_EQ, forbidden, 0)},
        {SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_SETFD)},
        {SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_DUPFD_CLOEXEC)},
    };
    int failed = add_list(ctx, SCMP_ACT_ALLOW, allowed_folders, ARRAY_LEN(allowed_folders));
    return failed ? failed : add_rules(ctx, rules, ARRAY_LEN(rules));
}

static int load(scmp_filter_ctx ctx, bool folders)
{
    int failed = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (!failed) /* threads that prepare may have started get the filter too */
        failed = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
    if (!failed)
        failed = add_list(ctx, SCMP_ACT_ALLOW, allowed, ARRAY_LEN(allowed));
    if (!failed && SANDBOX_SANITIZED)
        failed = add_list(ctx, SCMP_ACT_ALLOW, allowed_sanitized, ARRAY_LEN(allowed_sanitized));
    if (!failed && !SANDBOX_SANITIZED)
        failed = add_list(ctx, SCMP_ACT_KILL_PROCESS, deadly, ARRAY_LEN(deadly));
    if (!failed)
        failed = add_conditional(ctx);
    if (!failed)
        failed = add_memory(ctx, folders);
    if (!failed && folders)
        failed = add_files(ctx);
    return failed ? failed : seccomp_load(ctx);
}

int seccomp_close(bool folders)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!ctx)
        return E_UNSUPPORTED;
    int failed = load(ctx, folders);
    seccomp_release(ctx);
    return failed ? E_UNSUPPORTED : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a worker that was taken over would try. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/frame.h"
#include "sandbox/hostile.h"

static int try_open(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return (int)syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY);
}

static int try_old_open(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return open("/etc/passwd", O_RDONLY);
}

static int try_create(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return open("stance-was-here", O_CREAT | O_WRONLY, 0600);
}

static int try_openat2(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    uint64_t how[3] = {O_RDONLY};
    return (int)syscall(SYS_openat2, AT_FDCWD, "/", how, sizeof(how));
}

static int try_reopen(int64_t arg, int fd)
{
    char path[64];
    (void)arg;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, O_RDWR);
}

static int try_mkdir(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return mkdir("stance-was-here", 0700);
}

static int try_unlink(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return unlink("stance-was-never-here");
}

static int try_socket(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int try_socketpair(int64_t arg, int fd)
{
    int pair[2];
    (void)arg, (void)fd;
    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static int try_connect(int64_t arg, int fd)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    (void)arg, (void)fd;
    return connect(WORKER_SOCK, (struct sockaddr *)&to, sizeof(to));
}

/* A descriptor in a message to the parent. */
static int try_send_fd(int64_t arg, int fd)
{
    struct iovec iov = {(char[]){'x'}, 1};
    (void)arg;
    return (int)ipc_send(WORKER_SOCK, &iov, 1, &fd, 1, 0);
}

static int try_write_fd(int64_t arg, int fd)
{
    (void)arg;
    return (int)write(fd, "x", 1);
}

static int try_write_stdout(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return (int)write(STDOUT_FILENO, "\033c", 2);
}

static int try_exec(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return execve("/bin/sh", (char *[]){(char[]){"sh"}, NULL}, NULL);
}

static int try_execveat(int64_t arg, int fd)
{
    (void)arg;
    return (int)syscall(SYS_execveat, fd, "", NULL, NULL, AT_EMPTY_PATH);
}

static int try_fork(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return pid;
}

static void *nothing(void *ctx)
{
    return ctx;
}

static int try_thread(int64_t arg, int fd)
{
    pthread_t id;
    (void)arg, (void)fd;
    errno = pthread_create(&id, NULL, nothing, NULL);
    return errno ? -1 : 0;
}

static int try_kill(int64_t parent, int fd)
{
    (void)fd;
    return kill((pid_t)parent, 0);
}

static int try_tgkill(int64_t parent, int fd)
{
    (void)fd;
    return (int)syscall(SYS_tgkill, (int)parent, (int)parent, 0);
}

static int try_pidfd(int64_t parent, int fd)
{
    (void)fd;
    return (int)syscall(SYS_pidfd_open, (int)parent, 0);
}

static int try_ptrace(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int try_read_memory(int64_t parent, int fd)
{
    char there[8], here[8];
    struct iovec local = {here, sizeof(here)}, remote = {there, sizeof(there)};
    (void)fd;
    return (int)process_vm_readv((pid_t)parent, &local, 1, &remote, 1, 0);
}

static int try_dumpable(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int try_outlive(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return prctl(PR_SET_PDEATHSIG, 0);
}

static int try_new_filter(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return prctl(PR_SET_SECCOMP, 2, NULL);
}

static int try_privileges(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

static int try_rlimit(int64_t arg, int fd)
{
    struct rlimit r = {RLIM_INFINITY, RLIM_INFINITY};
    (void)arg, (void)fd;
    return setrlimit(RLIMIT_CPU, &r);
}

static int try_setgid(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return (int)syscall(SYS_setgid, 54321);
}

static int try_exec_memory(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? -1 : 0;
}

static int try_make_executable(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? 0 : mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

/* The file of the parent, which it can write. */
static int try_map_fd(int64_t arg, int fd)
{
    (void)arg;
    void *p = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return p == MAP_FAILED ? -1 : 0;
}

static int try_map_fd_turn(int64_t arg, int fd)
{
    (void)arg;
    void *p = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
    return p == MAP_FAILED ? -1 : mprotect(p, 1, PROT_READ | PROT_WRITE);
}

static int try_memfd(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return (int)syscall(SYS_memfd_create, "x", 0);
}

static int try_namespace(int64_t arg, int fd)
{
    (void)arg, (void)fd;
    return (int)syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */);
}

static int try_io_uring(int64_t arg, int fd)
{
    char params[120] = {0};
    (void)arg, (void)fd;
    return (int)syscall(SYS_io_uring_setup, 1, params);
}

#ifdef __x86_64__
/* open("/") by the 32-bit door, whose numbers a filter for 64 bits does not know. */
static int try_other_door(int64_t arg, int fd)
{
    int result;
    (void)arg, (void)fd;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20 /* getpid */) : "memory");
    return result;
}
#endif

const struct attack attacks[] = {
    {"open", try_open, FAILS},
    {"old-open", try_old_open, FAILS},
    {"create", try_create, FAILS},
    {"openat2", try_openat2, FAILS},
    {"reopen", try_reopen, FAILS},
    {"mkdir", try_mkdir, FAILS},
    {"unlink", try_unlink, FAILS},
    {"socket", try_socket, FAILS},
    {"socketpair", try_socketpair, FAILS},
    {"connect", try_connect, FAILS},
    {"send-fd", try_send_fd, FAILS},
    {"write-fd", try_write_fd, FAILS},
    {"write-stdout", try_write_stdout, FAILS},
    {"exec", try_exec, ENDS},
    {"execveat", try_execveat, ENDS},
    {"fork", try_fork, ENDS},
    {"thread", try_thread, ENDS},
    {"kill", try_kill, FAILS},
    {"tgkill", try_tgkill, FAILS},
    {"pidfd", try_pidfd, FAILS},
    {"ptrace", try_ptrace, ENDS},
    {"read-memory", try_read_memory, ENDS},
    {"dumpable", try_dumpable, FAILS},
    {"outlive", try_outlive, FAILS},
    {"new-filter", try_new_filter, FAILS},
    {"privileges", try_privileges, FAILS},
    {"rlimit", try_rlimit, FAILS},
    {"setgid", try_setgid, FAILS},
    {"exec-memory", try_exec_memory, FAILS},
    {"make-executable", try_make_executable, FAILS},
    {"map-fd", try_map_fd, FAILS},
    {"map-fd-turn", try_map_fd_turn, FAILS},
    {"memfd", try_memfd, FAILS},
    {"namespace", try_namespace, ENDS},
    {"io-uring", try_io_uring, ENDS},
#ifdef __x86_64__
    {"other-door", try_other_door, ENDS},
#endif
};
const size_t n_attacks = ARRAY_LEN(attacks);

static int take_memory(size_t bytes, struct buf *reply)
{
    char *p = malloc(bytes);
    if (!p)
        buf_addf(reply, "denied %d", errno);
    for (size_t i = 0; p && i < bytes; i += 4096)
        p[i] = 1;
    if (p)
        buf_addf(reply, "ok %zu", bytes);
    free(p);
    return 0;
}

static uint64_t processor_ns(void)
{
    struct timespec t;
    return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t)
               ? UINT64_MAX
               : (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Computes for that long by its own clock, which may tick coarsely. */
static int work(uint64_t ns, struct buf *reply)
{
    uint64_t begin = processor_ns();
    while (processor_ns() - begin < ns)
        ;
    buf_addf(reply, "ok");
    return 0;
}

static int read_fd(int fd, struct buf *reply)
{
    struct stat st;
    char *room = fstat(fd, &st) ? NULL : buf_room(reply, (size_t)st.st_size);
    ssize_t n = room ? pread(fd, room, (size_t)st.st_size, 0) : -1;
    if (n < 0)
        return E_IO;
    reply->n += (size_t)n;
    return 0;
}

static int map_fd(int fd, struct buf *reply)
{
    struct stat st;
    if (fstat(fd, &st))
        return E_IO;
    char *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return E_IO;
    buf_add(reply, str_n(p, (size_t)st.st_size));
    munmap(p, (size_t)st.st_size);
    return 0;
}

/* The request itself lies in the room. */
static int on_memory(struct str name, int64_t arg, struct str room, struct buf *reply)
{
    char *p = (char *)((uintptr_t)room.p & ~(uintptr_t)4095), *moved = MAP_FAILED;
    int got = 0;
    if (str_eq_z(name, "peek"))
        got = *(const volatile char *)(uintptr_t)arg;
    else if (str_eq_z(name, "room-write"))
        *(volatile char *)p = 'X';
    else if (str_eq_z(name, "room-unlock"))
        got = mprotect(p, 4096, PROT_READ | PROT_WRITE);
    else if (str_eq_z(name, "room-move")) { /* a second mapping of the same page */
        moved = mremap(p, 0, 4096, MREMAP_MAYMOVE);
        got = moved == MAP_FAILED ? -1 : mprotect(moved, 4096, PROT_READ | PROT_WRITE);
    }
    buf_addf(reply, got < 0 ? "denied %d" : "ok %d", got < 0 ? errno : got);
    return 0;
}

int hostile_handler(void *ctx, const struct worker_request *request, struct buf *reply)
{
    struct str name, text;
    int64_t arg = 0;
    int fd = request->fd;
    (void)ctx;
    if (str_cut(request->bytes, ' ', &name, &text) && str_to_i64(text, &arg))
        arg = 0;
    for (size_t i = 0; i < n_attacks; i++) {
        if (!str_eq_z(name, attacks[i].name))
            continue;
        errno = 0;
        int got = attacks[i].run(arg, fd);
        buf_addf(reply, got < 0 ? "denied %d" : "ok %d", got < 0 ? errno : got);
        return 0;
    }
    if (str_eq_z(name, "echo"))
        buf_add(reply, text);
    else if (str_starts(name, STR("room-")) || str_eq_z(name, "peek"))
        return on_memory(name, arg, request->bytes, reply);
    else if (str_eq_z(name, "count"))
        buf_addf(reply, "%zu %d", request->bytes.n, request->bytes.p[request->bytes.n - 1]);
    else if (str_eq_z(name, "is-open"))
        buf_addz(reply, fcntl((int)arg, F_GETFD) < 0 ? "no" : "yes");
    else if (str_eq_z(name, "fd"))
        buf_addf(reply, "%d", fd);
    else if (str_eq_z(name, "read"))
        return read_fd(fd, reply);
    else if (str_eq_z(name, "map"))
        return map_fd(fd, reply);
    else if (str_eq_z(name, "memory"))
        return take_memory((size_t)arg, reply);
    else if (str_eq_z(name, "work"))
        return work((uint64_t)arg, reply);
    else
        return hostile_misbehave(name, arg, reply);
    return 0;
}

void hostile_init(struct hostile *h)
{
    *h = (struct hostile){.config = {.n_classes = HOSTILE_CLASSES, .max_frame = 8 << 20}};
    for (size_t i = 0; i < HOSTILE_CLASSES; i++)
        h->class[i] =
            (struct worker_class){.name = i == HOSTILE_PLAIN ? "plain" : "folders",
                                  .handler = i == HOSTILE_PLAIN ? hostile_handler : hostile_files,
                                  .memory = (size_t)1 << 30,
                                  .cpu_seconds = 20,
                                  .wall_seconds = 20,
                                  .folders = i == HOSTILE_FOLDERS};
    h->config.classes = h->class;
}

int hostile_call(struct worker *w, const char *request, int fd, struct buf *reply, struct diag *d)
{
    return worker_call(w, str_z(request), fd, reply, d);
}

enum sandbox_level hostile_best(void)
{
    return landlock_abi() ? SANDBOX_FULL : SANDBOX_SECCOMP;
}

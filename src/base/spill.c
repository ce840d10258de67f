/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which blocks of memory lie in files, and when their pages are let go. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/spill.h"

#define CALLS 8 /* of spill_rest for one look */

struct block {
    void *p;
    size_t n;
    bool in_file;
};

/* As the heap, there is one; the lock guards all of it. */
static struct {
    pthread_mutex_t lock;
    bool open;
    char *folder;
    int statm;              /* descriptor, when open */
    size_t resident_before; /* pages of files that the process had mapped without blocks */
    struct block *v;
    size_t alloc, in_memory, peak;
    _Atomic size_t n, in_files;
} spill = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* ---- letting go ---- */

/* Resident pages of files, in bytes: program, libraries and blocks. */
static size_t resident_files(void)
{
    char text[128] = "";
    unsigned long long pages = 0;
    ssize_t n = pread(spill.statm, text, sizeof(text) - 1, 0);

    if (n <= 0 || sscanf(text, "%*u %*u %llu", &pages) != 1)
        return 0;
    return (size_t)pages * page_size();
}

static void let_go(void)
{
    if (!spill.open || !spill.in_files ||
        resident_files() <= spill.resident_before + SPILL_RESIDENT)
        return;
    for (size_t i = 0; i < spill.n; i++)
        if (spill.v[i].in_file)
            (void)madvise(spill.v[i].p, spill.v[i].n, MADV_DONTNEED);
}

/* Reading pages brings their neighbours, so that some calls may bring megabytes. */
void spill_rest(void)
{
    static _Atomic unsigned calls;

    if (!atomic_load_explicit(&spill.in_files, memory_order_relaxed) ||
        atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed) % CALLS)
        return;
    pthread_mutex_lock(&spill.lock);
    let_go();
    pthread_mutex_unlock(&spill.lock);
}

/* ---- blocks ---- */

static int file_without_name(void)
{
    char name[4096];
    int fd = open(spill.folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    int n = snprintf(name, sizeof(name), "%s/.stance-XXXXXX", spill.folder);
    if (n < 0 || (size_t)n >= sizeof(name))
        return -1;
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

static void *map_file(size_t n)
{
    int fd = file_without_name();
    void *p = MAP_FAILED;

    if (fd < 0)
        return NULL;
    if (!posix_fallocate(fd, 0, (off_t)n))
        p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return p == MAP_FAILED ? NULL : p;
}

static void *map_memory(size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static bool room_for_one(void)
{
    size_t more = spill.alloc ? spill.alloc * 2 : 64;

    if (spill.n < spill.alloc)
        return true;
    struct block *v = reallocarray(spill.v, more, sizeof(*v));
    if (!v)
        return false;
    spill.v = v;
    spill.alloc = more;
    return true;
}

static void *add(size_t n)
{
    bool in_file = spill.in_memory + n > SPILL_START;

    if (!spill.open || !room_for_one() || (in_file && !spill.folder))
        return NULL;
    void *p = in_file ? map_file(n) : map_memory(n);
    if (!p)
        return NULL;
    if (in_file && madvise(p, n, MADV_DONTFORK)) {
        munmap(p, n);
        return NULL;
    }
    spill.v[spill.n++] = (struct block){p, n, in_file};
    if (in_file)
        spill.in_files += n;
    else
        spill.in_memory += n;
    spill.peak = MAX(spill.peak, spill.in_files);
    let_go();
    return p;
}

void *spill_alloc(size_t n)
{
    size_t page = page_size(), whole;

    if (size_add_overflow(n, page - 1, &whole))
        return NULL;
    pthread_mutex_lock(&spill.lock);
    void *p = add(whole / page * page);
    pthread_mutex_unlock(&spill.lock);
    return p;
}

/* Index of a block, SIZE_MAX: none. What was made last goes first. */
static size_t find(const void *p)
{
    for (size_t i = spill.n; i-- > 0;)
        if (spill.v[i].p == p)
            return i;
    return SIZE_MAX;
}

/* Few blocks of the ordinary heap begin where a page does. */
static bool may_be_block(const void *p)
{
    return p && !((uintptr_t)p & 4095) && atomic_load_explicit(&spill.n, memory_order_relaxed) != 0;
}

size_t spill_size(const void *p)
{
    if (!may_be_block(p))
        return 0;
    pthread_mutex_lock(&spill.lock);
    size_t i = find(p), n = i == SIZE_MAX ? 0 : spill.v[i].n;
    pthread_mutex_unlock(&spill.lock);
    return n;
}

bool spill_free(void *p)
{
    if (!may_be_block(p))
        return false;
    pthread_mutex_lock(&spill.lock);
    size_t i = find(p);
    if (i != SIZE_MAX) {
        struct block b = spill.v[i];
        memmove(spill.v + i, spill.v + i + 1, (spill.n - i - 1) * sizeof(b));
        spill.n--;
        if (b.in_file)
            spill.in_files -= b.n;
        else
            spill.in_memory -= b.n;
        munmap(b.p, b.n);
    }
    pthread_mutex_unlock(&spill.lock);
    return i != SIZE_MAX;
}

/* ---- a spill ---- */

void spill_open(const char *folder)
{
    pthread_mutex_lock(&spill.lock);
    if (!spill.open) {
        spill.open = true;
        spill.folder = folder ? strdup(folder) : NULL;
        spill.statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
        spill.resident_before = resident_files();
        spill.peak = spill.in_files;
    }
    pthread_mutex_unlock(&spill.lock);
}

void spill_close(void)
{
    pthread_mutex_lock(&spill.lock);
    if (spill.open && spill.statm >= 0)
        close(spill.statm);
    spill.open = false;
    free(spill.folder);
    spill.folder = NULL;
    pthread_mutex_unlock(&spill.lock);
}

/* Another thread may have held the lock. */
void spill_forked(void)
{
    pthread_mutex_init(&spill.lock, NULL);
    spill_close();
}

size_t spill_bytes(void)
{
    pthread_mutex_lock(&spill.lock);
    size_t n = spill.in_files;
    pthread_mutex_unlock(&spill.lock);
    return n;
}

size_t spill_peak(void)
{
    pthread_mutex_lock(&spill.lock);
    size_t n = spill.peak;
    pthread_mutex_unlock(&spill.lock);
    return n;
}

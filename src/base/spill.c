/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which blocks of memory lie in a file, where in it, and when its pages are let go. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/spill.h"

#define CALLS       8 /* of spill_rest for one look */
#define LARGEST     ((size_t)1 << 38)
#define SMALLEST    ((size_t)1 << 28)
#define NANOSECONDS 1000000 /* between two looks of the thread */
#define LENT        4       /* mappings; of more, pages stay */

/* In order of addresses. */
struct block {
    char *p;
    size_t n;
    bool in_file;
    bool of_parent; /* in the file that the process had before it was forked */
};

/* As the heap, there is one; the lock guards all that is not atomic. */
static struct {
    pthread_mutex_t lock;
    bool open;
    char *folder;
    struct block *v;
    size_t alloc, in_memory, peak;
    _Atomic size_t n, in_file;
    /* The file and where it is mapped: as long as there are blocks in it. */
    int fd;
    char *range;
    size_t range_size;
    _Atomic size_t end; /* of its last block */
    /* Held while pages are let go, and while what that needs changes: never when a disk is waited
     * for. Taken after `lock`. */
    pthread_mutex_t looking;
    struct {
        void *p;
        size_t n;
    } lent[LENT];
    _Atomic size_t n_lent;
    /* Looking at what is resident. */
    int statm; /* descriptor, when open */
    _Atomic size_t beside, resident_peak;
    pthread_t thread;
    bool has_thread, no_thread;
    atomic_bool stop;
} spill = {
    .lock = PTHREAD_MUTEX_INITIALIZER, .looking = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .statm = -1};

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

static void raise_to(_Atomic size_t *highest, size_t now)
{
    size_t before = atomic_load(highest);

    while (now > before && !atomic_compare_exchange_weak(highest, &before, now))
        ;
}

/*
 * What is resident when the blocks are not is that of others, which may grow while a spill is open.
 * Another thread may touch blocks between letting go and looking: what seems to be more is taken
 * for more little by little only.
 */
static void let_go_of_all(void)
{
    size_t now = resident_files(), beside = atomic_load(&spill.beside);

    raise_to(&spill.resident_peak, now - MIN(now, beside));
    if (now <= beside + SPILL_RESIDENT)
        return;
    if (spill.range)
        (void)madvise(spill.range, atomic_load(&spill.end), MADV_DONTNEED);
    for (size_t i = 0; i < LENT; i++)
        if (spill.lent[i].p)
            (void)madvise(spill.lent[i].p, spill.lent[i].n, MADV_DONTNEED);
    now = resident_files();
    atomic_store(&spill.beside, MIN(now, beside + SPILL_BLOCK));
}

/* Somebody else who does it is enough, unless he waits for a processor while we bring more. */
static void let_go(void)
{
    if (pthread_mutex_trylock(&spill.looking)) {
        if (resident_files() <= atomic_load(&spill.beside) + SPILL_RESIDENT)
            return;
        pthread_mutex_lock(&spill.looking);
    }
    let_go_of_all();
    pthread_mutex_unlock(&spill.looking);
}

/* One touch brings at least its folio, of a mebibyte perhaps; larger ones, that the cache of files
 * holds in place of tables of pages, are not mapped as a whole. */
static void stay_small(void *p, size_t n)
{
    (void)madvise(p, n, MADV_NOHUGEPAGE);
}

/* Is there anything to let go of? */
static bool has_any(void)
{
    return atomic_load_explicit(&spill.in_file, memory_order_relaxed) ||
           atomic_load_explicit(&spill.n_lent, memory_order_relaxed);
}

/* In the first slot that holds `was`. */
static void put_lent(const void *was, void *p, size_t n)
{
    pthread_mutex_lock(&spill.looking);
    for (size_t i = 0; i < LENT; i++)
        if (spill.lent[i].p == was) {
            spill.lent[i].p = p;
            spill.lent[i].n = n;
            atomic_fetch_add(&spill.n_lent, p ? 1 : -1);
            break;
        }
    pthread_mutex_unlock(&spill.looking);
}

void spill_lend(void *p, size_t n)
{
    stay_small(p, n);
    put_lent(NULL, p, n);
}

void spill_take_back(const void *p)
{
    put_lent(p, NULL, 0);
}

void spill_rest(void)
{
    static _Atomic unsigned calls;

    if (!has_any())
        return;
    if (atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed) % CALLS == 0)
        let_go();
}

void spill_copy(void *to, const void *from, size_t n)
{
    char *out = to;
    const char *in = from;

    for (size_t i = 0, piece; i < n; i += piece) {
        piece = MIN(SPILL_BLOCK, n - i);
        memcpy(out + i, in + i, piece);
        if (n >= SPILL_BLOCK && has_any())
            let_go();
    }
}

static void *look_often(void *arg)
{
    const struct timespec pause = {.tv_nsec = NANOSECONDS};

    while (!atomic_load(&spill.stop)) {
        if (has_any())
            let_go();
        nanosleep(&pause, NULL);
    }
    return arg;
}

/* Signals are for others. Without a thread there are still the calls of spill_rest. */
static void start_thread(void)
{
    sigset_t all, before;

    sigfillset(&all);
    atomic_store(&spill.stop, false);
    if (pthread_sigmask(SIG_SETMASK, &all, &before))
        return;
    spill.has_thread = !pthread_create(&spill.thread, NULL, look_often, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void stop_thread(void)
{
    atomic_store(&spill.stop, true);
    if (spill.has_thread)
        pthread_join(spill.thread, NULL);
    spill.has_thread = false;
}

/* ---- the file ---- */

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

static void drop_file(void)
{
    pthread_mutex_lock(&spill.looking);
    if (spill.range)
        munmap(spill.range, spill.range_size);
    spill.range = NULL;
    atomic_store(&spill.end, 0);
    pthread_mutex_unlock(&spill.looking);
    if (spill.fd >= 0)
        close(spill.fd);
    spill.fd = -1;
}

/* Addresses for all that there may be: the file is as long as its last block needs. */
static bool make_file(void)
{
    void *p = MAP_FAILED;

    if (spill.range)
        return true;
    if (!spill.folder || (spill.fd = file_without_name()) < 0)
        return false;
    for (size_t n = LARGEST; n >= SMALLEST && p == MAP_FAILED; n /= 2) {
        p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, spill.fd, 0);
        spill.range_size = n;
    }
    bool made = p != MAP_FAILED && !madvise(p, spill.range_size, MADV_DONTFORK);
    if (p != MAP_FAILED) {
        pthread_mutex_lock(&spill.looking);
        spill.range = p;
        pthread_mutex_unlock(&spill.looking);
    }
    if (!made)
        drop_file();
    else { /* nor is anything read ahead */
        (void)madvise(p, spill.range_size, MADV_RANDOM);
        stay_small(p, spill.range_size);
    }
    return made;
}

/* ---- blocks ---- */

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

/* Index of the first block at p or behind. */
static size_t find(const char *p)
{
    size_t from = 0, to = spill.n;

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if ((uintptr_t)spill.v[middle].p < (uintptr_t)p)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* Index of the block that begins at p, SIZE_MAX: none. */
static size_t find_block(const void *p)
{
    size_t i = find(p);

    return i < spill.n && spill.v[i].p == p ? i : SIZE_MAX;
}

/* The first gap of n bytes between the blocks of the file, reserved on the disk. */
static char *take_from_file(size_t n)
{
    size_t at = 0;

    if (!make_file())
        return NULL;
    for (size_t i = find(spill.range); i < spill.n && spill.v[i].in_file; i++) {
        size_t begin = (size_t)(spill.v[i].p - spill.range);
        if (begin - at >= n)
            break;
        at = begin + spill.v[i].n;
    }
    if (n > spill.range_size - at || posix_fallocate(spill.fd, (off_t)at, (off_t)n))
        return NULL;
    raise_to(&spill.end, at + n);
    return spill.range + at;
}

static char *map_memory(size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static void *add(size_t n)
{
    bool in_file = spill.in_memory + n > SPILL_START;

    if (!spill.open || !room_for_one())
        return NULL;
    char *p = in_file ? take_from_file(n) : map_memory(n);
    if (!p)
        return NULL;
    size_t i = find(p);
    memmove(spill.v + i + 1, spill.v + i, (spill.n - i) * sizeof(*spill.v));
    spill.v[i] = (struct block){.p = p, .n = n, .in_file = in_file};
    spill.n++;
    if (in_file)
        spill.in_file += n;
    else
        spill.in_memory += n;
    spill.peak = MAX(spill.peak, spill.in_file);
    if (in_file && !spill.has_thread && !spill.no_thread)
        start_thread();
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
    size_t i = find_block(p), n = i == SIZE_MAX ? 0 : spill.v[i].n;
    pthread_mutex_unlock(&spill.lock);
    return n;
}

/* What is taken again from the file is zero again. Where files have no holes, it keeps its
 * space. */
static void give_back(const struct block *b)
{
    if (!b->in_file) {
        munmap(b->p, b->n);
        return;
    }
    if (!fallocate(spill.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                   (off_t)(b->p - spill.range), (off_t)b->n))
        return;
    for (size_t i = 0; i < b->n; i += SPILL_BLOCK) {
        memset(b->p + i, 0, MIN(SPILL_BLOCK, b->n - i));
        let_go();
    }
}

static void drop(size_t i)
{
    struct block b = spill.v[i];

    memmove(spill.v + i, spill.v + i + 1, (spill.n - i - 1) * sizeof(b));
    spill.n--;
    if (b.of_parent)
        return;
    if (b.in_file)
        spill.in_file -= b.n;
    else
        spill.in_memory -= b.n;
    give_back(&b);
}

/* Also of blocks that were left when the spill was closed. */
static void drop_unused_file(void)
{
    if (spill.open || spill.in_file)
        return;
    for (size_t i = spill.n; i-- > 0;)
        if (spill.v[i].in_file && !spill.v[i].of_parent)
            memmove(spill.v + i, spill.v + i + 1, (--spill.n - i) * sizeof(*spill.v));
    drop_file();
}

bool spill_free(void *p)
{
    if (!may_be_block(p))
        return false;
    pthread_mutex_lock(&spill.lock);
    size_t i = find_block(p);
    if (i != SIZE_MAX) {
        drop(i);
        drop_unused_file();
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
        pthread_mutex_lock(&spill.looking);
        if (spill.statm < 0)
            spill.statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
        atomic_store(&spill.beside, resident_files());
        pthread_mutex_unlock(&spill.looking);
        atomic_store(&spill.resident_peak, 0);
        spill.peak = spill.in_file;
    }
    pthread_mutex_unlock(&spill.lock);
}

void spill_close(void)
{
    pthread_mutex_lock(&spill.lock);
    stop_thread();
    pthread_mutex_lock(&spill.looking);
    if (spill.statm >= 0)
        close(spill.statm);
    spill.statm = -1;
    pthread_mutex_unlock(&spill.looking);
    spill.open = false;
    free(spill.folder);
    spill.folder = NULL;
    drop_unused_file();
    pthread_mutex_unlock(&spill.lock);
}

/* The thread is not there, and one that was may have held a lock. What is freed from now on must
 * stay in the file, which is that of the parent. */
void spill_forked(void)
{
    pthread_mutex_init(&spill.lock, NULL);
    pthread_mutex_init(&spill.looking, NULL);
    memset(spill.lent, 0, sizeof(spill.lent));
    for (size_t i = 0; i < spill.n; i++)
        spill.v[i].of_parent = spill.v[i].in_file;
    atomic_store(&spill.in_file, 0);
    spill.has_thread = false;
    if (spill.fd >= 0)
        close(spill.fd);
    spill.fd = -1;
    spill.range = NULL;
    spill_close();
}

void spill_without_thread(bool on)
{
    spill.no_thread = on;
}

size_t spill_bytes(void)
{
    return atomic_load(&spill.in_file);
}

size_t spill_peak(void)
{
    pthread_mutex_lock(&spill.lock);
    size_t n = spill.peak;
    pthread_mutex_unlock(&spill.lock);
    return n;
}

size_t spill_resident_peak(void)
{
    return atomic_load(&spill.resident_peak);
}

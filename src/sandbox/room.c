/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what memory a worker shares with the parent, and whether there may be one more. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "sandbox/sandbox_internal.h"

/* linux/memfd.h of Linux 6.3: not executable, and sealed so. Newer kernels may insist on it. */
#define MEMFD_NOEXEC_SEAL 8U

/*
 * A file in memory and not MAP_ANONYMOUS, so that it can be sealed: after F_SEAL_FUTURE_WRITE
 * (Linux 5.1) no mapping but the parent's is ever writable, whatever a worker asks for. Without
 * the seal a worker could make its own room writable again. Pages are taken when touched.
 */
static int memory_open(size_t bytes)
{
    int fd = memfd_create("stance-rooms", MFD_CLOEXEC | MFD_ALLOW_SEALING | MEMFD_NOEXEC_SEAL);
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create("stance-rooms", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && ftruncate(fd, (off_t)bytes)) {
        close(fd);
        return -1;
    }
    return fd;
}

static size_t stride_of(const struct sandbox_config *config)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (config->room + page - 1) / page * page;
}

static int map_all(struct sandbox_state *state, size_t bytes, int *ret_fd, struct diag *d)
{
    int fd = memory_open(bytes);
    if (fd < 0) {
        bool limited = errno == EFBIG;
        int error = diag_errno(d, "cannot make the memory that is shared with workers");
        if (limited)
            diag_hint(d, "it counts as a file: allow files of %zu MiB (ulimit -f)",
                      (bytes >> 20) + 1);
        return error;
    }
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED) {
        int error = diag_errno(d, "cannot map the memory that is shared with workers");
        close(fd);
        return error;
    }
    madvise(p, bytes, MADV_DONTFORK); /* a child maps what it may see */
    (void)!fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE);
    state->rooms = p;
    *ret_fd = fd;
    return 0;
}

int room_make(struct sandbox_state *state, const struct sandbox_config *config, int *ret_fd,
              struct diag *d)
{
    size_t bytes;
    *ret_fd = -1;
    if (config->max_workers) {
        state->slots = mem_alloc(config->max_workers * sizeof(*state->slots));
        if (!state->slots)
            return diag_set(d, E_NOMEM, "memory ran out");
    }
    if (!config->room)
        return 0;
    state->stride = stride_of(config);
    if (size_mul_overflow(state->stride, config->max_workers, &bytes) || bytes > SIZE_MAX / 4)
        return diag_set(d, E_USAGE, "the rooms of all workers are larger than the address space");
    return map_all(state, bytes, ret_fd, d);
}

void room_done(struct sandbox_state *state, const struct sandbox_config *config)
{
    if (state->rooms)
        munmap(state->rooms, state->stride * config->max_workers);
    mem_free(state->slots);
    state->rooms = NULL;
    state->slots = NULL;
}

int slot_take(struct sandbox *sb, int *ret_slot)
{
    struct sandbox_state *state = sb->lock;
    unsigned i = 0, n = sb->config.max_workers;
    *ret_slot = -1;
    if (!n)
        return 0;
    pthread_mutex_lock(&state->mutex);
    while (i < n && state->slots[i])
        i++;
    if (i < n)
        state->slots[i] = true;
    pthread_mutex_unlock(&state->mutex);
    if (i == n)
        return E_LIMIT;
    *ret_slot = (int)i;
    return 0;
}

void slot_give_back(struct sandbox *sb, int slot)
{
    struct sandbox_state *state = sb->lock;
    if (!state || slot < 0)
        return;
    pthread_mutex_lock(&state->mutex);
    state->slots[slot] = false;
    pthread_mutex_unlock(&state->mutex);
}

const char *room_map(const struct sandbox_config *config, int slot)
{
    off_t at = (off_t)stride_of(config) * slot;
    void *p = mmap(NULL, config->room, PROT_READ, MAP_SHARED, ZYGOTE_ROOMS, at);
    return p == MAP_FAILED ? NULL : p;
}

char *worker_room(const struct worker *w, size_t *ret_n)
{
    const struct sandbox_state *state = w->sandbox ? w->sandbox->lock : NULL;
    bool has = state && state->rooms && w->sock >= 0 && w->slot >= 0;
    *ret_n = has ? w->sandbox->config.room : 0;
    return has ? state->rooms + state->stride * (size_t)w->slot : NULL;
}

int room_offset(const struct worker *w, struct str request, uint32_t *ret)
{
    size_t n;
    uintptr_t room = (uintptr_t)worker_room(w, &n), p = (uintptr_t)request.p;
    *ret = 0;
    if (!room || !request.n || p < room || p - room >= n)
        return 0;
    if (request.n > n - (p - room))
        return E_USAGE;
    *ret = (uint32_t)(p - room);
    return 1;
}

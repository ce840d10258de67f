/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as an archive of every format: no crash, no endless loop, nothing beyond the budget. */
#include <stdlib.h>

#include "base/mem.h"
#include "formats/archive/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* As in a worker, whose memory is limited: libarchive asks for what an archive claims, and takes
 * NULL for an answer. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:max_allocation_size_mb=1024";
}

struct bytes {
    struct str all;
};

static int read_bytes(void *ctx, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    struct bytes *b = ctx;
    struct str part = str_sub(b->all, (size_t)MIN(offset, (uint64_t)b->all.n), b->all.n);
    *ret_got = MIN(n, part.n);
    if (*ret_got)
        memcpy(to, part.p, *ret_got);
    return 0;
}

struct run {
    const struct archive_library *lib;
    struct archive_budget budget;
    uint64_t bytes, most;
};

static void read_all(struct run *f, enum container kind, struct archive_source source,
                     unsigned depth);

static void read_member(struct run *f, struct archive_reader *r, unsigned depth)
{
    char window[4096];
    struct diag d = {0};
    for (size_t got = 0, errors = 0, n = 0;; n += got) {
        int rc = archive_reader_read(r, window, sizeof(window), &got, &d);
        errors += rc != 0;
        if (!rc && !got)
            return;
        if (errors == 10 || f->bytes > f->most)
            abort();
        if (rc == E_LIMIT)
            return;
        got = rc ? 0 : got;
        f->bytes += got;
        struct archive_rest rest = {.reader = r, .head = str_n(window, got)};
        enum container kind = n ? CONTAINER_NONE : container_kind(rest.head);
        if (kind != CONTAINER_NONE && depth < 4)
            read_all(f, kind, archive_rest_source(&rest), depth + 1);
    }
}

static void read_all(struct run *f, enum container kind, struct archive_source source,
                     unsigned depth)
{
    struct archive_reader *r;
    struct archive_member m;
    struct diag d = {0};
    if (archive_reader_open(f->lib, kind, &source, &f->budget, &r, &d))
        return;
    while (archive_reader_next(r, &m, &d) > 0)
        if (m.path.n % 5 != 4)
            read_member(f, r, depth);
    archive_reader_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct archive_library *lib;
    struct diag d = {0};
    struct str all = str_n(data, size);
    if (!lib && archive_library_new(&lib, &d))
        abort();
    enum container kind = container_kind(str_sub(all, 0, CONTAINER_HEAD));
    if (kind == CONTAINER_NONE)
        return 0;
    struct archive_limits l = archive_limits_default();
    l.free_bytes = (uint64_t)1 << 20;
    l.members = 1000;
    for (int seekable = 0; seekable < 2; seekable++) {
        struct bytes b = {all};
        struct run f = {.lib = lib, .budget = archive_budget(&l, size)};
        f.most = f.budget.bytes * 10 + ((uint64_t)64 << 20);
        read_all(&f, kind,
                 (struct archive_source){
                     .read = read_bytes, .ctx = &b, .size = size, .seekable = seekable},
                 0);
    }
    return 0;
}

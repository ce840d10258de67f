/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as an archive or an image: whatever they hold, the facts are sound and the budget holds. */
#include <stdlib.h>
#include <sys/stat.h>

#include "discover/archives/members.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* As in a worker, whose memory is limited: libarchive asks for what an archive claims, and takes
 * NULL for an answer. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:max_allocation_size_mb=1024";
}

static void must(bool what)
{
    if (!what)
        abort();
}

static void read_back(const struct facts *f, struct buf *frame)
{
    AUTO(arena) mem = ARENA(0);
    struct facts again;
    struct diag d = {0};
    struct str path = STR("x/image.tar");
    fact_write(f, frame);
    must(!buf_result(frame));
    must(!fact_read(buf_str(frame), 0, &path, &mem, &again, &d));
    must(again.n == f->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct archive_library *library;
    static struct values *values;
    struct diag d = {0};
    if (!library)
        must(!archive_library_new(&library, &d) && !values_new(&CATALOG, STR(""), &values, &d));
    struct containers c = {.library = library, .limits = archive_limits_default(), .folder = -1};
    c.limits.free_bytes = (uint64_t)4 << 20;
    c.limits.members = 2000;
    AUTO(arena) mem = ARENA((size_t)16 << 20);
    AUTO(buf) frame = BUF_INIT;
    struct item it = {.path = STR("x/image.tar"),
                      .mode = S_IFREG | 0644,
                      .fd = -1,
                      .bytes = str_n(data, size),
                      .arena = &mem,
                      .limits = limits_default(),
                      .catalog = &CATALOG,
                      .values = values,
                      .containers = &c};
    struct facts f;
    it.limits.memory = (size_t)16 << 20;
    if (!detect_item(&it, &f, &d))
        read_back(&f, &frame);
    return 0;
}

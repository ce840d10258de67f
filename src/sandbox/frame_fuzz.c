/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether reading any frame in any order of fields can leave it. The first 16 bytes of an
   input choose the fields, the rest is the frame. */
#include "base/err.h"
#include "sandbox/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PLAN = 16 };

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void read_field(struct frame *f, unsigned plan)
{
    struct str before = f->rest;
    bool failed = f->failed;
    size_t min = plan >> 3;
    struct str s = STR_NULL;
    uint64_t v = 0;
    switch (plan & 7) {
    case 0: v = frame_u8(f); break;
    case 1: v = frame_u32(f); break;
    case 2: v = (uint64_t)frame_i64(f); break;
    case 3:
        v = frame_count(f, min);
        check(v * MAX(min, 1) <= f->rest.n);
        break;
    default:
        s = frame_str(f);
        check(!s.n || (s.p >= before.p && s.p + s.n <= before.p + before.n));
        for (size_t i = 0; i < s.n; i++)
            v ^= (unsigned char)s.p[i];
    }
    check(!failed || (f->failed && s.n == 0 && v == 0));
    check(f->failed || f->rest.n < before.n);
    check(!f->failed || f->rest.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < PLAN)
        return 0;
    struct frame f = {.rest = str_n(data + PLAN, size - PLAN)};
    for (size_t i = 0; i < PLAN; i++)
        read_field(&f, data[i]);
    check(frame_result(&f) == (f.failed || f.rest.n ? E_PARSE : 0));
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any index breaks its reader: in parts it says what it says as a whole. */
#include "formats/git/index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* What was read, and the last result. */
static int read_all(struct str all, size_t step, struct buf *said)
{
    AUTO(buf) path = BUF_INIT;
    struct gitindex x = {.path = &path};
    struct gitindex_entry e;
    struct diag d = {0};
    size_t n = all.n;
    int rc = gitindex_begin(all, &x, &d);
    check(!rc == !d.code && (rc || x.at == 12));
    n = rc || !step ? n : MIN(n, (size_t)x.at);
    for (rc = rc ? rc : 1; rc == 1;) {
        uint64_t at = x.at;
        rc = gitindex_next(&x, str_sub(all, x.at, n), n == all.n, &e, &d);
        if (rc == E_LIMIT) {
            check(n < all.n && x.at == at);
            n = MIN(all.n, n + step);
            rc = 1;
        } else if (rc == 1) {
            check(x.at > at && x.at <= n && str_chr(e.path, 0, 0) == SIZE_MAX);
            buf_addf(said, "%o %d %zu ", e.mode, e.absent, e.path.n);
            buf_add(said, e.path);
        }
    }
    check(rc <= 0 && rc != E_LIMIT);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(buf) whole = BUF_INIT;
    AUTO(buf) parts = BUF_INIT;
    struct str all = str_n(data, size);
    int rc = read_all(all, 0, &whole);
    check(rc == 0 || rc == E_PARSE || rc == E_UNSUPPORTED || rc == E_NOMEM);
    check(read_all(all, 7, &parts) == rc && str_eq(buf_str(&whole), buf_str(&parts)));
    return 0;
}

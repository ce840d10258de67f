/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any CODEOWNERS file breaks the reader; the first byte chooses the host. */
#include "formats/codeowners.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    AUTO(arena) a = ARENA(1 << 20);
    struct limits lim = {.bytes = 8000, .items = 500};
    struct codeowners file;
    struct diag d = {0};
    struct str text = str_n(data + 1, size - 1);
    enum codeowners_host host = data[0] & 1 ? CODEOWNERS_GITLAB : CODEOWNERS_GITHUB;
    (void)codeowners_host(text);
    int rc = codeowners_parse(text, host, &lim, &a, &file, &d);
    check(rc == 0 || rc == E_LIMIT || rc == E_NOMEM);
    check(!rc == !d.code);
    for (size_t i = 0; !rc && i < file.n; i++) {
        const struct codeowners_rule *r = &file.v[i];
        check(r->pattern.n && r->line && r->column && r->offset < text.n);
        /* Only a heading looks like one. */
        check(r->pattern.p[0] != '[' || (host == CODEOWNERS_GITLAB && !r->n));
        for (size_t j = 0; j < r->n; j++)
            check(r->owners[j].n > 1 && str_chr(r->owners[j], '@', 0) != SIZE_MAX);
    }
    return 0;
}

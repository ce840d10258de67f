/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any requirements file can make the reader leave its text or stop moving on. */
#include "formats/requirements.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static unsigned sum(struct str s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += (unsigned char)s.p[i];
    return n;
}

static void check_name(struct str name)
{
    struct pep508 p;
    check(!pep508_parse(name, &p) && p.name.n == name.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a = ARENA(1 << 20);
    struct requirements r = requirements_start(str_n(data, size), &a);
    struct requirement line;
    unsigned last = 0, bytes = 0;
    while (requirements_next(&r, &line)) {
        check(line.line > last && line.column && line.offset <= size);
        check(line.type != REQUIREMENT_NAMED || line.name.n);
        check(line.type != REQUIREMENT_ADDRESS || line.address.n);
        if (line.name.n)
            check_name(line.name);
        bytes += sum(line.name) + sum(line.specifier) + sum(line.version) + sum(line.address) +
                 sum(line.marker);
        AUTO(buf) out = BUF_INIT;
        pep508_constraint(line.specifier, &out);
        check(out.n <= line.specifier.n);
        check(pep508_version(line.specifier).n <= line.specifier.n);
        last = line.line;
    }
    int rc = requirements_result(&r);
    check(rc == 0 || rc == E_LIMIT || rc == E_NOMEM);
    return bytes == 1 && last > size + 1;
}

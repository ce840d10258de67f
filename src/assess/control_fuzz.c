/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds arbitrary texts to the readers of controls, frameworks and control tests, and to the lint.
 */
#include "assess/graph.h"
#include "assess/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a = ARENA(64 << 20);
    AUTO(buf) sql = BUF_INIT;
    struct str text = str_n(data, size);
    struct control c = {.file = "fuzz", .line = 1, .kind = KIND_ANY};
    struct framework f;
    struct control_case *cases;
    struct diag d = {0};
    size_t n;
    int rc = 0;
    if (!control_parse(text, "fuzz", &a, &c, &d)) {
        rc = control_lint(&c, &d);
        if (!rc && control_query(&c, 0, QUERY_ROWS, &sql, &d) == E_PARSE)
            __builtin_trap(); /* what the lint accepts can be run */
    }
    /* The lint alone, on the text as a query. */
    c.sql = arena_z(&a, text);
    if (c.sql)
        rc = control_lint(&c, &d);
    rc = framework_parse(text, "fuzz", &a, &f, &d);
    rc = cases_parse(text, "fuzz", &a, &cases, &n, &d);
    (void)rc;
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds files to both actions: an edit must stay inside the file and read back as fixed. The first
 * line is the path, the second the pointer, the rest the file. */
#include "remediate/plan_worker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try(const char *action, const char *control, const char *version, struct str path,
                struct str pointer, struct str text)
{
    AUTO(arena) a = ARENA((size_t)64 << 20);
    struct plan_worker w = {.catalog = &CATALOG};
    struct plan_request rq = {.action = str_z(action),
                              .path = path,
                              .pointer = pointer,
                              .control = str_z(control),
                              .version = str_z(version)};
    struct edit e;
    struct str diff;
    struct diag d = {0};
    if (!plan_edit(&w, &rq, text, &a, &e, &diff, &d) && (e.from > e.to || e.to > text.n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_n(data, size), path, pointer;
    if (!str_cut(rest, '\n', &path, &rest) || !str_cut(rest, '\n', &pointer, &rest))
        return 0;
    try("pin-mcp-package", "AISPM-MCP-003", "1.2.3", path, pointer, rest);
    try("auto-approve-off", "AISPM-MCP-023", "", path, pointer, rest);
    try("auto-approve-off", "AISPM-AGT-002", "", path, STR(""), rest);
    try("auto-approve-off", "AISPM-AGT-019", "", path, STR(""), rest);
    struct plan_reply reply;
    AUTO(arena) a = ARENA((size_t)1 << 20);
    (void)!plan_reply_read(str_n(data, size), 100, &a, &reply);
    return 0;
}

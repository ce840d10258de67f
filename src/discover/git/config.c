/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what is said of a file of git's configuration that breaks off. */
#include "discover/git/config.h"

struct place git_config_place(const struct item *it, const struct gitini_entry *entry)
{
    struct place at = place_item(it);
    at.line = entry->line;
    at.column = entry->column;
    at.offset = (int64_t)entry->offset;
    return at;
}

int git_config_read(struct item *it, struct emit *e, gitini_fn fn, void *ctx)
{
    struct str text;
    struct diag d = {0};
    struct place at = place_item(it);
    int rc = item_text(it, &text);
    if (rc)
        return rc;
    rc = gitini_parse(text, &it->limits, it->arena, fn, ctx, &d);
    if (rc) {
        at.line = d.line;
        at.column = d.column;
        emit_gap(e, COVERAGE_PARTIAL, at, "%s", d.code ? d.text : err_name(rc));
    }
    return rc;
}

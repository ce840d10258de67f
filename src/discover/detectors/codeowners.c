/* SPDX-License-Identifier: Apache-2.0 */
/* Decides who owns which paths by the rules of the repository's host. */
#include "base/path.h"
#include "discover/detector.h"
#include "formats/codeowners.h"

#define GITHUB_BYTES (3u << 20) /* GitHub does not load larger files */

static bool wants_codeowners(const struct catalog *c UNUSED, struct str path)
{
    return str_eq_z(path_base(path), "CODEOWNERS");
}

static int run_codeowners(struct item *it, struct emit *e)
{
    struct str text, folder = path_base(path_dir(it->path));
    struct codeowners file;
    struct diag d = {0};
    bool gitlab = str_eq_z(folder, ".gitlab");
    if (it->size > GITHUB_BYTES && !gitlab) {
        emit_gap(e, COVERAGE_PARTIAL, place_item(it),
                 "larger than the 3 MiB that GitHub loads: no rule applies");
        return emit_result(e);
    }
    int rc = item_text(it, &text);
    if (rc)
        return rc;
    enum codeowners_host host = gitlab                        ? CODEOWNERS_GITLAB
                                : str_eq_z(folder, ".github") ? CODEOWNERS_GITHUB
                                                              : codeowners_host(text);
    rc = codeowners_parse(text, host, &it->limits, it->arena, &file, &d);
    if (rc) {
        emit_gap(e, COVERAGE_PARTIAL, place_item(it), "%s", d.text);
        return rc;
    }
    for (size_t i = 0; i < file.n; i++) {
        const struct codeowners_rule *r = &file.v[i];
        struct place at = place_item(it);
        at.line = r->line;
        at.column = r->column;
        at.offset = (int64_t)r->offset;
        emit_owner_rule(e, r->pattern, r->owners, r->n, at);
    }
    return emit_result(e);
}

const struct detector DETECTOR_CODEOWNERS = {
    .id = "codeowners",
    .title = "Code owners of GitHub and GitLab",
    .version = 1,
    .wants = wants_codeowners,
    .need = ITEM_TEXT,
    .run = run_codeowners,
};

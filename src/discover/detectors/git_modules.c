/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which folders a repository keeps for others: its submodules (gitmodules(5)). Whether one
 * is checked out is for git/submodules.h. */
#include "base/path.h"
#include "discover/git/config.h"
#include "discover/git/submodules.h"

static bool wants_git_modules(const struct catalog *c UNUSED, struct str path)
{
    return str_eq_z(path_base(path), ".gitmodules");
}

struct modules {
    const struct item *it;
    struct emit *emit;
};

static int on_entry(void *ctx, const struct gitini_entry *entry)
{
    struct modules *m = ctx;
    AUTO(buf) said = BUF_INIT;
    if (!str_eq_z(entry->section, "submodule") || !str_eq_z(entry->name, "path"))
        return 0;
    buf_addz(&said, GIT_MODULE);
    buf_add(&said, entry->value);
    if (buf_result(&said))
        return E_NOMEM;
    emit_origin(m->emit, buf_str(&said), git_config_place(m->it, entry));
    return 0;
}

static int run_git_modules(struct item *it, struct emit *e)
{
    struct modules m = {.it = it, .emit = e};
    int rc = git_config_read(it, e, on_entry, &m);
    return rc ? rc : emit_result(e);
}

const struct detector DETECTOR_GIT_MODULES = {
    .id = "git-modules",
    .title = "Submodules of a repository",
    .version = 1,
    .wants = wants_git_modules,
    .need = ITEM_TEXT,
    .run = run_git_modules,
};

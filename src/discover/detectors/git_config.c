/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which repository a working tree is, by the remotes its configuration names. */
#include "base/path.h"
#include "base/vec.h"
#include "discover/git/config.h"

static bool wants_git_config(const struct catalog *c UNUSED, struct str path)
{
    return path_has_suffix(path, STR(".git/config"));
}

struct remote {
    struct str name, url;
    struct place at;
};

struct remotes {
    const struct item *it;
    struct {
        VEC(struct remote);
    } list;
};

/* Only the first URL of a remote is fetched from. */
static int on_entry(void *ctx, const struct gitini_entry *entry)
{
    struct remotes *r = ctx;
    if (!str_eq_z(entry->section, "remote") || !str_eq_z(entry->name, "url") || !entry->value.n)
        return 0;
    vec_each (known, &r->list)
        if (str_eq(known->name, entry->subsection))
            return 0;
    return vec_push(&r->list, ((struct remote){.name = entry->subsection,
                                               .url = entry->value,
                                               .at = git_config_place(r->it, entry)}));
}

/* "https://user:token@host/path" without the part that may be a secret. */
static void emit_remote(struct emit *e, const struct remote *r)
{
    AUTO(buf) url = BUF_INIT;
    size_t scheme = str_find(r->url, STR("://"), 0);
    size_t host = scheme == SIZE_MAX ? 0 : scheme + 3;
    size_t slash = str_chr(r->url, '/', host);
    size_t at = host ? str_rchr(str_sub(r->url, host, slash), '@') : SIZE_MAX;
    buf_add(&url, str_sub(r->url, 0, host));
    buf_add(&url, str_sub(r->url, at == SIZE_MAX ? host : host + at + 1, r->url.n));
    if (buf_result(&url))
        emit_gap(e, COVERAGE_PARTIAL, r->at, "needs more memory than one item may use");
    else
        emit_origin(e, buf_str(&url), r->at);
}

static int run_git_config(struct item *it, struct emit *e)
{
    struct remotes r = {.it = it};
    int rc = git_config_read(it, e, on_entry, &r);
    vec_each (remote, &r.list)
        if (str_eq_z(remote->name, "origin"))
            emit_remote(e, remote);
    vec_each (remote, &r.list)
        if (!str_eq_z(remote->name, "origin"))
            emit_remote(e, remote);
    if (!r.list.n && !rc)
        emit_origin(e, STR(""), place_item(it)); /* nobody knows where it came from */
    vec_free(&r.list);
    return rc ? rc : emit_result(e);
}

const struct detector DETECTOR_GIT_CONFIG = {
    .id = "git-config",
    .title = "Identity of a repository",
    .version = 2,
    .wants = wants_git_config,
    .need = ITEM_TEXT,
    .run = run_git_config,
};

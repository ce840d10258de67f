/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a walk rule may say, and that none hides what another row needs. */
#include "base/path.h"
#include "catalog/compile_internal.h"
#include "inventory/registry.h"

static const char *const ACTIONS[] = {"skip", "label", "read", NULL};

/* "a, b, and a folder with m" unless the row says it itself. */
static int describe(struct compiler *c, const struct node *n, const char *const *folders,
                    const char *marker, const char **ret)
{
    AUTO(buf) text = BUF_INIT;

    for (int i = 0; folders[i]; i++)
        buf_addf(&text, "%s%s", i ? ", " : "", folders[i]);
    if (marker)
        buf_addf(&text, "%sa folder with %s", text.n ? ", " : "", marker);
    if (buf_result(&text))
        return compile_no_memory(c);
    if (*ret && text.n)
        return compile_fail(c, node_get(c->doc, n, STR("what")),
                            "folders and markers tell what the rule is about");
    if (!*ret && !text.n)
        return compile_fail(c, n, "the rule says nothing of what it is about: add 'folders'");
    if (!*ret)
        *ret = arena_z(c->a, buf_str(&text));
    return *ret ? OK : compile_no_memory(c);
}

/* What is kept is not hidden, all else in the folder is. */
static int check_keeps(struct compiler *c, const struct node *n, const char *const *folders,
                       const struct catalog_walk_rule *r, const char *hides)
{
    if (!r->keeps[0])
        return hides ? compile_fail(c, n, "'hides' is only needed beside 'keeps'") : OK;
    if (!hides || !folders[0] || folders[1])
        return compile_fail(c, n, "'keeps' needs 'hides' and one folder");
    for (int i = 0; r->keeps[i]; i++) {
        AUTO(buf) kept = BUF_INIT;
        path_join(&kept, str_z(folders[0]), str_z(r->keeps[i]));
        if (buf_result(&kept))
            return compile_no_memory(c);
        if (path_glob(str_z(hides), buf_str(&kept)))
            return compile_fail(c, n, "'%s' hides '%s', which is kept", hides, kept.p);
    }
    AUTO(buf) below = BUF_INIT;
    buf_addf(&below, "a/%s/x/y", folders[0]);
    if (buf_result(&below))
        return compile_no_memory(c);
    return path_glob(str_z(hides), buf_str(&below))
               ? OK
               : compile_fail(c, n, "'%s' does not hide what lies in the folder", hides);
}

static int check_rule(struct compiler *c, const struct node *n, const struct catalog_walk_rule *r,
                      const char *const *folders, const char *marker)
{
    bool skip = r->action == WALK_SKIP;
    int rc = OK;

    if (!skip && (marker || r->keeps[0] || r->always))
        return compile_fail(c, n, "marker, keeps and always are for what is skipped");
    if (r->action == WALK_READ && (folders[0] || r->label >= 0))
        return compile_fail(c, n, "what is read anyway has no folders and no label");
    if (r->action == WALK_LABEL && r->label < 0)
        return compile_fail(c, n, "the label is missing");
    if (r->holds[0] && !marker)
        return compile_fail(c, n, "'holds' is about a folder with a marker");
    for (int i = 0; folders[i] && !rc; i++) {
        if (strpbrk(folders[i], "*?["))
            return compile_fail(c, n, "a folder is a name, without wildcards");
        rc = compile_check_path(c, n, folders[i]);
    }
    if (!rc && marker && strpbrk(marker, "*?[/"))
        return compile_fail(c, n, "a marker is one name, without wildcards");
    return rc;
}

/* A name alone is any part of a path to the store; of several parts it takes a glob. */
static const char *row_path(struct compiler *c, const char *folder)
{
    struct str s = strchr(folder, '/') ? arena_fmt(c->a, "**/%s", folder) : str_z(folder);

    return s.p ? arena_z(c->a, s) : NULL;
}

static int add_places(struct compiler *c, const char *const *folders, const char *marker,
                      const char *hides)
{
    int rule = (int)c->walk_rules.n - 1;

    for (int i = 0; folders[i]; i++) {
        const char *slash = strrchr(folders[i], '/');
        struct catalog_walk_folder f = {.path = folders[i],
                                        .last = slash ? slash + 1 : folders[i],
                                        .hides = hides ? hides : row_path(c, folders[i]),
                                        .rule = rule};
        if (!f.hides || vec_push(&c->walk_folders, f))
            return compile_no_memory(c);
    }
    if (marker && vec_push(&c->walk_markers, ((struct catalog_walk_marker){marker, rule})))
        return compile_no_memory(c);
    return OK;
}

static int read_rule(struct compiler *c, const struct node *n)
{
    static const char *const words[] = {"id",     "what",    "folders", "marker", "holds",
                                        "action", "label",   "keeps",   "hides",  "always",
                                        "reason", "sources", NULL};
    struct catalog_walk_rule r = {0};
    const char *const *folders, *marker, *hides;
    int rc, action;

    if ((rc = compile_members(c, n, words)) || (rc = compile_string(c, n, "id", true, &r.id)) ||
        (rc = compile_check_id(c, n, r.id)) ||
        (rc = compile_string(c, n, "what", false, &r.what)) ||
        (rc = compile_strings(c, n, "folders", &folders)) ||
        (rc = compile_string(c, n, "marker", false, &marker)) ||
        (rc = compile_strings(c, n, "holds", &r.holds)) ||
        (rc = compile_word(c, n, "action", ACTIONS, true, &action)) ||
        (rc = compile_word(c, n, "label", LABEL_NAMES, false, &r.label)) ||
        (rc = compile_strings(c, n, "keeps", &r.keeps)) ||
        (rc = compile_string(c, n, "hides", false, &hides)) ||
        (rc = compile_bool(c, n, "always", &r.always)) ||
        (rc = compile_string(c, n, "reason", true, &r.reason)) ||
        (rc = compile_sources(c, n, &r.source)))
        return rc;
    r.action = (enum walk_action)action;
    if ((rc = check_rule(c, n, &r, folders, marker)) ||
        (rc = check_keeps(c, n, folders, &r, hides)) ||
        (rc = describe(c, n, folders, marker, &r.what)))
        return rc;
    if (vec_push(&c->walk_rules, r))
        return compile_no_memory(c);
    return add_places(c, folders, marker, hides);
}

int compile_walk(struct compiler *c)
{
    static const char *const words[] = {"rules", NULL};
    const struct node *root = doc_root(c->doc), *list = node_get(c->doc, root, STR("rules"));
    int rc = compile_members(c, root, words);

    if (!rc && !node_is(list, NODE_ARRAY))
        return compile_fail(c, root, "rules stand in a list");
    node_each (c->doc, list, it) {
        if (rc || (rc = read_rule(c, it)))
            return rc;
    }
    return rc;
}

/* ---- across all files ---- */

static int check_names(struct compiler *c)
{
    for (size_t i = 0; i < c->walk_rules.n; i++)
        for (size_t k = 0; k < i; k++)
            if (str_eq_z(str_z(c->walk_rules.v[i].id), c->walk_rules.v[k].id))
                return compile_twice(c, "walk rule", c->walk_rules.v[i].id);
    for (size_t i = 1; i < c->walk_folders.n; i++)
        if (str_eq_nocase(str_z(c->walk_folders.v[i].path), str_z(c->walk_folders.v[i - 1].path)))
            return compile_twice(c, "folder", c->walk_folders.v[i].path);
    for (size_t i = 0; i < c->walk_markers.n; i++)
        for (size_t k = 0; k < i; k++)
            if (str_eq_z(str_z(c->walk_markers.v[i].name), c->walk_markers.v[k].name))
                return compile_twice(c, "marker", c->walk_markers.v[i].name);
    return OK;
}

static int hides(struct compiler *c, const char *rule, const char *path)
{
    diag_set(c->d, E_EXISTS, "walk rule '%s' hides the host file '%s'", rule, path);
    compile_found_at(c, "walk/", "id: ", rule);
    return E_EXISTS;
}

/* A rule would hide a file that is known to matter. */
static int check_hidden(struct compiler *c, const char *path)
{
    vec_each (f, &c->walk_folders) {
        if (c->walk_rules.v[f->rule].action != WALK_SKIP)
            continue;
        for (struct str folder = path_dir(str_z(path)); folder.n; folder = path_dir(folder))
            if (path_has_suffix(folder, str_z(f->path)))
                return hides(c, c->walk_rules.v[f->rule].id, path);
    }
    return OK;
}

int compile_walk_check(struct compiler *c)
{
    int rc = check_names(c);

    vec_each (f, &c->agent_files) {
        if (!rc)
            rc = check_hidden(c, f->path);
    }
    vec_each (i, &c->instructions) {
        if (!rc)
            rc = check_hidden(c, i->path);
    }
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the configuration and instruction files of an agent host become rows. */
#include "catalog/compile_internal.h"

static const char *const SCOPES[] = {"user", "project", "managed", "by-place", NULL};
static const char *const FORMATS[] = {"json", "jsonc", "yaml", "toml", NULL};
/* Readers of authority settings that discover/ has. */
static const char *const SETTINGS[] = {"claude-code", "cursor", "vscode", NULL};

static int check_path(struct compiler *c, const struct node *n, const char *path)
{
    if (str_starts(str_z(path), STR("**")))
        return compile_fail(c, n, "a path begins with a name: it may stand at any depth anyway");
    return compile_check_path(c, n, path);
}

/* The last part of a path; NULL when it has a wildcard. */
static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;

    return strchr(last, '*') ? NULL : last;
}

static int check_pointers(struct compiler *c, const struct node *n, const char *const *pointers)
{
    for (int i = 0; pointers[i]; i++) {
        if (pointers[i][0] != '/')
            return compile_fail(c, n, "'%s' is not a JSON pointer", pointers[i]);
    }
    return OK;
}

static int read_file(struct compiler *c, const struct node *n, int entry)
{
    static const char *const words[] = {"path",     "scope", "format",   "servers",
                                        "settings", "flat",  "projects", NULL};
    struct catalog_agent_file f = {.entry = entry};
    int rc, scope, format, settings;

    if ((rc = compile_members(c, n, words)) || (rc = compile_string(c, n, "path", true, &f.path)) ||
        (rc = check_path(c, n, f.path)) ||
        (rc = compile_word(c, n, "scope", SCOPES, true, &scope)) ||
        (rc = compile_word(c, n, "format", FORMATS, true, &format)) ||
        (rc = compile_strings(c, n, "servers", &f.servers)) ||
        (rc = check_pointers(c, n, f.servers)) ||
        (rc = compile_word(c, n, "settings", SETTINGS, false, &settings)) ||
        (rc = compile_bool(c, n, "flat", &f.flat)) ||
        (rc = compile_string(c, n, "projects", false, &f.projects)))
        return rc;
    f.last = last_part(f.path);
    f.scope = (enum agent_scope)scope;
    f.format = (enum doc_format)format;
    f.settings = settings < 0 ? NULL : SETTINGS[settings];
    if (!f.servers[0] && !f.settings && !f.flat)
        return compile_fail(c, n, "the file says neither servers nor settings");
    if (f.projects && f.projects[0] != '/')
        return compile_fail(c, n, "'%s' is not a JSON pointer", f.projects);
    return vec_push(&c->agent_files, f) ? compile_no_memory(c) : OK;
}

static int read_instruction(struct compiler *c, const struct node *n, int entry)
{
    static const char *const words[] = {"path", "name", "library", "outside_docs", NULL};
    struct catalog_instruction row = {.entry = entry};
    int rc;

    if ((rc = compile_members(c, n, words)) ||
        (rc = compile_string(c, n, "path", true, &row.path)) || (rc = check_path(c, n, row.path)) ||
        (rc = compile_string(c, n, "name", true, &row.name)) ||
        (rc = compile_bool(c, n, "library", &row.library)) ||
        (rc = compile_bool(c, n, "outside_docs", &row.outside_docs)))
        return rc;
    row.last = last_part(row.path);
    return vec_push(&c->instructions, row) ? compile_no_memory(c) : OK;
}

static int read_list(struct compiler *c, const struct node *n, const char *key, int entry,
                     int (*read)(struct compiler *, const struct node *, int))
{
    const struct node *list = node_get(c->doc, n, str_z(key));
    int rc = OK;

    if (list && !node_is(list, NODE_ARRAY))
        return compile_fail(c, list, "'%s' must be a list", key);
    node_each (c->doc, list, it) {
        if ((rc = read(c, it, entry)))
            return rc;
    }
    return rc;
}

int compile_agent(struct compiler *c, const struct node *n, int entry)
{
    static const char *const words[] = {"files", "instructions", NULL};
    int rc = n ? compile_members(c, n, words) : OK;

    if (!n || rc)
        return rc;
    rc = read_list(c, n, "files", entry, read_file);
    return rc ? rc : read_list(c, n, "instructions", entry, read_instruction);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a file hands a variable of this name to a program. */
#include "base/path.h"
#include "discover/hosts/hosts.h"

#define OBJECT_BYTES 8192u /* looked at for where an object begins */

bool host_is_environment(struct str path)
{
    struct str base = path_base(path);
    return str_starts(base, STR(".env")) || str_ends(base, STR(".env"));
}

bool host_is_dockerfile(struct str path)
{
    struct str base = path_base(path);
    return str_starts(base, STR("Dockerfile")) || str_ends(base, STR(".dockerfile")) ||
           str_ends(base, STR(".Dockerfile")) || str_starts(base, STR("Containerfile"));
}

bool host_is_yaml(struct str path)
{
    return str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml"));
}

static bool is_unit(struct str path)
{
    return str_ends(path, STR(".service")) || str_ends(path, STR(".container"));
}

/* Files of JSON that hand variables over by their names: a list of servers or programs that one
 * could use has the same form. */
static bool is_handed(struct str path)
{
    static const char *const words[] = {"task", "ecs",       "devcontainer", "compose", "deploy",
                                        "pod",  "container", "settings",     "mcp"};
    struct str base = path_base(path);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_has(base, str_z(words[i])))
            return true;
    return false;
}

/* Objects in braces. */
static bool is_braced(struct str path)
{
    bool json = str_ends(path, STR(".json")) || str_ends(path, STR(".jsonc"));
    return (json && is_handed(path)) || str_ends(path, STR(".tf")) || str_ends(path, STR(".hcl"));
}

bool variable_files(struct str path)
{
    return host_is_environment(path) || host_is_dockerfile(path) || host_is_yaml(path) ||
           is_unit(path) || is_braced(path);
}

bool variable_group(struct str key)
{
    static const char *const ends[] = {
        "env",     "envs",          "environment", "env_vars",
        "envvars", "env_variables", "variables",   "environment_variables"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        size_t n = strlen(ends[i]);
        if (key.n >= n && str_eq_nocase(str_sub(key, key.n - n, key.n), str_n(ends[i], n)))
            return true;
    }
    return false;
}

/* "secrets" of task definitions and pipelines are handed over as variables, too. */
static bool is_group(struct str key)
{
    return variable_group(key) || str_eq(key, STR("secrets"));
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static struct str bare(struct str s)
{
    s = str_trim(s);
    while (s.n && strchr("\"',", s.p[0]))
        s = str_sub(s, 1, s.n);
    while (s.n && strchr("\"',", s.p[s.n - 1]))
        s.n--;
    return s;
}

/* "A: x", "- A=x", "- A", "- name: A". */
static bool is_set_in_yaml(struct str text, size_t start, struct str name)
{
    struct str key, value, above = host_key_above(text, start);
    if (!host_key_of(text, start, &key, &value)) {
        size_t line = start;
        while (line && text.p[line - 1] != '\n')
            line--;
        size_t end = MIN(str_chr(text, '\n', start), text.n);
        struct str item = str_trim(str_sub(text, line, end));
        return str_starts(item, STR("- ")) && str_eq(bare(str_sub(item, 2, item.n)), name) &&
               variable_group(above);
    }
    if (str_eq(key, name))
        return variable_group(above);
    return str_eq(key, STR("name")) && str_eq(bare(value), name) && is_group(above);
}

/* What the object or list is set to that holds `at`; its bracket is in *ret_open. */
static struct str holder(struct str text, size_t at, size_t *ret_open)
{
    size_t depth = 0, from = at - MIN(at, (size_t)OBJECT_BYTES), i = at;
    while (i > from) {
        char c = text.p[--i];
        if (c == '}' || c == ']')
            depth++;
        else if ((c == '{' || c == '[') && !depth--)
            break;
        if (i == from)
            return STR("");
    }
    size_t end = i;
    *ret_open = i;
    while (end && strchr(" \t\r\n:=\"(", text.p[end - 1]))
        end--;
    size_t start = end;
    while (start && is_word(text.p[start - 1]))
        start--;
    return str_sub(text, start, end);
}

/* {"A": x} and {name = "A"} */
static bool is_set_in_braces(struct str text, size_t start, size_t end)
{
    size_t i = end, open = 0, outer = 0;
    struct str before = str_sub(text, start - MIN(start, (size_t)16), start);
    while (i < text.n && strchr("\" \t", text.p[i]))
        i++;
    if (i < text.n && (text.p[i] == ':' || text.p[i] == '='))
        return variable_group(holder(text, start, &open));
    while (before.n && strchr("\" \t:=", before.p[before.n - 1]))
        before.n--;
    if (!str_ends(before, STR("name")))
        return false;
    struct str inner = holder(text, start, &open);
    return is_group(inner) || (open && is_group(holder(text, open, &outer)));
}

/* Says that a service is not used: HF_HUB_OFFLINE. */
static bool is_refusal(struct str name)
{
    return str_ends(name, STR("_OFFLINE")) || str_has(name, STR("DISABLE"));
}

bool variable_is_set(struct str path, struct str text, size_t start, size_t end)
{
    struct str name = str_sub(text, start, end), key, value;
    if (is_refusal(name))
        return false;
    if ((start && is_word(text.p[start - 1])) || (end < text.n && is_word(text.p[end])))
        return false;
    if (is_braced(path))
        return is_set_in_braces(text, start, end);
    if (host_is_remark(text, start))
        return false;
    if (host_is_yaml(path))
        return is_set_in_yaml(text, start, name);
    return host_key_of(text, start, &key, &value) && str_eq(key, name);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how names of packages, variables, images, resource types, extensions, applications and
 * plugins are written, and puts them into their spaces. */
#include "catalog/compile_internal.h"

struct spelling {
    const char *what; /* what a name of this space is */
    const char *also; /* bytes beside letters and digits */
    size_t exactly;   /* length, 0: any */
    enum { ANY, LOWER, UPPER } letters;
    const char *must; /* one byte of these has to be in it, NULL: none */
};

static const struct spelling SPELLINGS[SPACE_COUNT] = {
    [SPACE_CARGO] = {"a package name", "-_", 0, ANY, NULL},
    [SPACE_COMPOSER] = {"a package name", "-_./", 0, LOWER, "/"},
    [SPACE_GEM] = {"a package name", "-_.", 0, ANY, NULL},
    [SPACE_GOLANG] = {"a module path", "-_./~", 0, ANY, "."},
    [SPACE_MAVEN] = {"group:artifact", "-_.:", 0, ANY, ":"},
    [SPACE_NPM] = {"a package name", "-_.@/", 0, ANY, NULL},
    [SPACE_NUGET] = {"a package name", "-_.", 0, ANY, NULL},
    [SPACE_PYPI] = {"a package name", "-_.", 0, ANY, NULL},
    [SPACE_ENV] = {"the name of a variable", "_", 0, UPPER, NULL},
    [SPACE_IMAGE] = {"an image without tag", "-_./", 0, LOWER, "/"},
    [SPACE_ARM] = {"a resource type", "./", 0, ANY, "/"},
    [SPACE_CLOUDFORMATION] = {"a resource type", ":", 0, ANY, ":"},
    [SPACE_KUBERNETES] = {"group/Kind", "-./", 0, ANY, "/"},
    [SPACE_TERRAFORM] = {"a resource type", "_", 0, LOWER, "_"},
    [SPACE_CHROME] = {"the id of an extension", "", 32, LOWER, NULL},
    [SPACE_EDGE] = {"the id of an extension", "", 32, LOWER, NULL},
    [SPACE_FIREFOX] = {"the id of an extension", "-_.@{}", 0, ANY, NULL},
    [SPACE_COMMAND] = {"the name of a command", "-_.", 0, ANY, NULL},
    [SPACE_LINUX] = {"the id of an application", "-_.", 0, ANY, NULL},
    [SPACE_MACOS] = {"a bundle id", "-_.", 0, ANY, "."},
    [SPACE_WINDOWS] = {"the name of a program or package", "-_. ", 0, ANY, NULL},
    [SPACE_JETBRAINS] = {"the id of a plugin", "-_. ", 0, ANY, NULL},
    [SPACE_VSCODE] = {"publisher.name in lower case", "-_.", 0, LOWER, "."},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool spelled(const struct spelling *s, struct str name)
{
    bool has = !s->must;

    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!c || (!is_letter(c) && !is_digit(c) && !strchr(s->also, c)))
            return false;
        if ((s->letters == LOWER && c >= 'A' && c <= 'Z') ||
            (s->letters == UPPER && c >= 'a' && c <= 'z'))
            return false;
        has |= s->must && strchr(s->must, c);
    }
    return has && name.n && (!s->exactly || name.n == s->exactly);
}

/* "ollama/ollama" means the registry of Docker. */
static int image_name(struct compiler *c, const struct node *n, struct str *name)
{
    struct str first = str_sub(*name, 0, MIN(str_chr(*name, '/', 0), name->n));
    struct image_name image;

    if (str_eq(first, STR("docker.io")) || str_eq(first, STR("index.docker.io")))
        return compile_fail(c, n, "leave out '" STR_FMT "/'", STR_ARG(first));
    if (!image_name_parse(*name, &image) ||
        (!image.registry.n && str_chr(image.path, '/', 0) == SIZE_MAX))
        return compile_fail(c, n, "'" STR_FMT "' is not an image with its owner", STR_ARG(*name));
    return OK;
}

static int check_name(struct compiler *c, const struct node *n, enum catalog_space space,
                      struct str name)
{
    const struct spelling *s = &SPELLINGS[space];

    if (!node_is(n, NODE_STRING) || !spelled(s, name))
        return compile_fail(c, n, "'" STR_FMT "' is not %s", STR_ARG(name), s->what);
    if (space == SPACE_ENV && (is_digit(name.p[0]) || name.p[0] == '_'))
        return compile_fail(c, n, "'" STR_FMT "' is not %s", STR_ARG(name), s->what);
    if (space == SPACE_IMAGE)
        return image_name(c, n, &name);
    if (space != SPACE_PYPI)
        return OK;
    struct str normal = pypi_normalise(name, c->a);
    if (!normal.p)
        return compile_no_memory(c);
    if (!str_eq(normal, name))
        return compile_fail(c, n, "write the name as PEP 503 does: '" STR_FMT "'", STR_ARG(normal));
    return OK;
}

static int read_list(struct compiler *c, const struct node *list, enum catalog_space space,
                     int entry)
{
    int rc = OK;

    if (list && !node_is(list, NODE_ARRAY))
        return compile_fail(c, list, "names stand in a list");
    node_each (c->doc, list, it) {
        struct catalog_name row = {.space = space, .entry = entry};
        if ((rc = check_name(c, it, space, node_text(c->doc, it))))
            return rc;
        row.name = arena_z(c->a, node_text(c->doc, it));
        if (!row.name || vec_push(&c->names, row))
            return compile_no_memory(c);
    }
    return rc;
}

/* The sub-members that a member may have, NULL-terminated. */
static void subs_of(const char *member, const char **ret)
{
    size_t n = 0;

    for (int i = 0; i < SPACE_COUNT; i++)
        if (!strcmp(CATALOG_SPACE_MEMBERS[i][0], member))
            ret[n++] = CATALOG_SPACE_MEMBERS[i][1];
    ret[n] = NULL;
}

int compile_names(struct compiler *c, const struct node *root, int entry)
{
    const char *subs[SPACE_COUNT + 1];
    int rc = OK;

    for (int i = 0; i < SPACE_COUNT && !rc; i++) {
        const char *const *space = CATALOG_SPACE_MEMBERS[i];
        const struct node *n = node_get(c->doc, root, str_z(space[0]));
        if (!n)
            continue;
        if (space[1]) {
            subs_of(space[0], subs);
            if ((rc = compile_members(c, n, subs)))
                return rc;
            n = node_get(c->doc, n, str_z(space[1]));
        }
        rc = read_list(c, n, (enum catalog_space)i, entry);
    }
    return rc;
}

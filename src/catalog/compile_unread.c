/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a format without a reader is known by, and that no two rows claim one file. */
#include "base/path.h"
#include "catalog/compile_internal.h"

#define MAGIC_MIN 3 /* bytes: with fewer, texts and noise begin alike */

static int check_magic(struct compiler *c, const struct node *n, const char *hex)
{
    size_t digits = strspn(hex, "0123456789abcdef");

    if (hex[digits] || digits % 2)
        return compile_fail(c, n, "'%s' is no row of bytes in lower-case hex", hex);
    if (digits < MAGIC_MIN * 2)
        return compile_fail(c, n, "'%s' is shorter than %d bytes", hex, MAGIC_MIN);
    return OK;
}

/* The key of a name with a wildcard in it is empty: those are tried for every file. */
static int add_name(struct compiler *c, const struct node *n, const char *path)
{
    struct str key = catalog_unread_key(str_z(path));
    int rc = compile_check_path(c, n, path);

    if (rc)
        return rc;
    for (size_t i = 0; i < key.n; i++)
        if (strchr("*?[", key.p[i])) {
            key = STR("");
            break;
        }
    struct catalog_unread_name row = {
        .path = path, .key = arena_z(c->a, key), .format = (int)c->unread.n};
    return row.key && !vec_push(&c->unread_names, row) ? OK : compile_no_memory(c);
}

static int check_people(struct compiler *c, const struct node *n, const char *file,
                        const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (str_eq_z(str_z(file), names[i]))
            return OK;
    return compile_fail(c, n, "'%s' under 'people' is none of the names", file);
}

static int read_format(struct compiler *c, const struct node *n)
{
    static const char *const words[] = {"id",   "names",       "magic",  "people", "what",
                                        "lost", "unsupported", "inside", NULL};
    struct catalog_unread r = {0};
    const char *const *names, *lost;
    bool inside = false;
    int rc;

    if ((rc = compile_members(c, n, words)) || (rc = compile_string(c, n, "id", true, &r.id)) ||
        (rc = compile_check_id(c, n, r.id)) || (rc = compile_strings(c, n, "names", &names)) ||
        (rc = compile_strings(c, n, "magic", &r.magic)) ||
        (rc = compile_strings(c, n, "people", &r.people)) ||
        (rc = compile_string(c, n, "what", true, &r.what)) ||
        (rc = compile_string(c, n, "lost", true, &lost)) ||
        (rc = compile_bool(c, n, "unsupported", &r.unsupported)) ||
        (rc = compile_bool(c, n, "inside", &inside)))
        return rc;
    if (!names[0] && !r.magic[0] && !inside)
        return compile_fail(c, n, "nothing tells files of this format: add 'names'");
    for (int i = 0; r.magic[i] && !rc; i++)
        rc = check_magic(c, n, r.magic[i]);
    for (int i = 0; names[i] && !rc; i++)
        rc = add_name(c, n, names[i]);
    for (int i = 0; r.people[i] && !rc; i++)
        rc = check_people(c, n, r.people[i], names);
    if (rc)
        return rc;
    struct str reason = arena_fmt(c->a, "no reader in this version: %s; %s", r.what, lost);
    r.reason = reason.p ? arena_z(c->a, reason) : NULL;
    return r.reason && !vec_push(&c->unread, r) ? OK : compile_no_memory(c);
}

/* Kinds of text in which hosts are not looked for; the last one is any other. */
static int read_text(struct compiler *c, const struct node *n, int text, bool last)
{
    static const char *const words[] = {"id", "names", "what", NULL}, *const nothing[] = {NULL};
    struct catalog_unread r = {.magic = nothing, .people = nothing, .text = text};
    const char *const *names;
    int rc;

    if ((rc = compile_members(c, n, words)) || (rc = compile_string(c, n, "id", true, &r.id)) ||
        (rc = compile_check_id(c, n, r.id)) || (rc = compile_strings(c, n, "names", &names)) ||
        (rc = compile_string(c, n, "what", true, &r.what)))
        return rc;
    if (text > CATALOG_TEXTS)
        return compile_fail(c, n, "there are more than %d kinds of texts", CATALOG_TEXTS);
    if (!names[0] != last)
        return compile_fail(c, n,
                            "the last kind of texts is any other: it has no names, and it "
                            "alone has none");
    for (int i = 0; names[i] && !rc; i++)
        rc = add_name(c, n, names[i]);
    if (rc)
        return rc;
    struct str reason = arena_fmt(c->a, "hosts of AI vendors are not looked for in %s", r.what);
    r.reason = reason.p ? arena_z(c->a, reason) : NULL;
    return r.reason && !vec_push(&c->unread, r) ? OK : compile_no_memory(c);
}

int compile_unread(struct compiler *c)
{
    static const char *const words[] = {"formats", "texts", NULL};
    const struct node *root = doc_root(c->doc), *list = node_get(c->doc, root, STR("formats"));
    const struct node *texts = node_get(c->doc, root, STR("texts"));
    int rc = compile_members(c, root, words);
    uint32_t n = 0;

    if (!rc && (!node_is(list, NODE_ARRAY) || (texts && !node_is(texts, NODE_ARRAY))))
        return compile_fail(c, root, "formats stand in a list, and so do texts");
    node_each (c->doc, list, it) {
        if (rc || (rc = read_format(c, it)))
            return rc;
    }
    node_each (c->doc, texts, it) {
        n++;
        if (rc || (rc = read_text(c, it, (int)n, n == texts->count)))
            return rc;
    }
    return rc;
}

/* ---- across all files ---- */

static int order_name(const void *a, const void *b, void *ctx UNUSED)
{
    const struct catalog_unread_name *x = a, *y = b;
    int cmp = str_cmp(str_z(x->key), str_z(y->key));

    return cmp ? cmp : str_cmp(str_z(x->path), str_z(y->path));
}

static bool has_magic(const struct catalog_unread *r, const char *hex)
{
    for (int i = 0; r->magic[i]; i++)
        if (str_eq_z(str_z(hex), r->magic[i]))
            return true;
    return false;
}

int compile_unread_check(struct compiler *c)
{
    if (vec_sort(&c->unread_names, order_name, NULL))
        return compile_no_memory(c);
    for (size_t i = 1; i < c->unread_names.n; i++)
        if (!order_name(&c->unread_names.v[i - 1], &c->unread_names.v[i], NULL))
            return compile_twice(c, "file name", c->unread_names.v[i].path);
    vec_each (r, &c->unread) {
        for (const struct catalog_unread *other = c->unread.v; other < r; other++) {
            if (str_eq_z(str_z(r->id), other->id))
                return compile_twice(c, "format", r->id);
            for (int i = 0; r->magic[i]; i++)
                if (has_magic(other, r->magic[i]))
                    return compile_twice(c, "magic", r->magic[i]);
        }
    }
    return OK;
}

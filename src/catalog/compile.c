/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which reader a knowledge file gets, in which order, and what version the whole has. */
#include "base/hash.h"
#include "base/path.h"
#include "catalog/compile_internal.h"
#include "formats/yaml.h"

/* All knowledge together: 50 times what there is today. */
#define MAX_MEMORY (64u << 20)

static void compiler_done(struct compiler *c)
{
    vec_free(&c->entries);
    vec_free(&c->categories);
    vec_free(&c->references);
    vec_free(&c->names);
    vec_free(&c->imports);
    vec_free(&c->codes);
    vec_free(&c->import_literals);
    vec_free(&c->keys);
    vec_free(&c->hosts);
    vec_free(&c->ports);
    vec_free(&c->probes);
    vec_free(&c->terms);
    vec_free(&c->agent_files);
    vec_free(&c->instructions);
    vec_free(&c->kinds);
    vec_free(&c->walk_rules);
    vec_free(&c->walk_folders);
    vec_free(&c->walk_markers);
    vec_free(&c->unread);
    vec_free(&c->unread_names);
    vec_free(&c->examples);
    vec_free(&c->mark_examples);
    vec_free(&c->forms);
    vec_free(&c->families);
    vec_free(&c->models);
    vec_free(&c->model_examples);
    vec_free(&c->entry_of_base);
}

static int compile_document(struct compiler *c)
{
    struct str folder = path_base(path_dir(c->path));

    if (str_eq(c->path, STR("categories.yaml")))
        return compile_categories(c);
    if (str_eq(folder, STR("entries")))
        return compile_entry(c);
    if (str_eq(folder, STR("models")))
        return compile_models(c);
    if (str_eq(folder, STR("patterns")))
        return str_eq(path_base(c->path), STR("kinds.yaml")) ? compile_kinds(c)
                                                             : compile_patterns(c);
    if (str_eq(folder, STR("walk")) && str_eq(path_base(c->path), STR("rules.yaml")))
        return compile_walk(c);
    if (str_eq(folder, STR("walk")) && str_eq(path_base(c->path), STR("unread.yaml")))
        return compile_unread(c);
    return compile_fail(c, NULL, "there is no reader for files of this folder");
}

static int compile_file(struct compiler *c, const struct catalog_source *file)
{
    /* Queries of syntax trees are checked by tools/gen/queries.c; here they count as knowledge. */
    if (str_ends(file->path, STR(".scm")))
        return OK;
    struct limits lim = limits_default();
    AUTO(arena) a = ARENA(lim.memory);
    struct doc doc;
    int rc = yaml_parse(file->text, &lim, &a, &doc, c->d);

    c->path = file->path;
    c->origin = file->origin;
    c->doc = &doc;
    if (!rc)
        rc = compile_document(c);
    c->doc = NULL;
    if (rc) {
        AUTO(buf) name = BUF_CAPPED(sizeof(c->d->file) - 1);
        compile_file_name(file, &name);
        diag_at(c->d, name.p, 0, 0);
    }
    return rc;
}

static struct str without_extension(struct str path)
{
    return str_sub(path, 0, MIN(str_rchr(path, '.'), path.n));
}

/* Categories come before what has one, and entries in the order of their ids. */
static int order_file(const void *a, const void *b, void *ctx UNUSED)
{
    struct str x = ((const struct catalog_source *)a)->path;
    struct str y = ((const struct catalog_source *)b)->path;
    int cmp = str_cmp(without_extension(x), without_extension(y));

    return cmp ? cmp : str_cmp(x, y);
}

static int digest_files(const struct catalog *base, const struct catalog_source *files, size_t n,
                        struct catalog_build *b)
{
    unsigned char digest[SHA256_BYTES];
    AUTO(buf) hex = BUF_INIT;
    struct sha256 h;
    int rc = sha256_init(&h);

    if (!rc && base)
        sha256_field(&h, str_z(base->digest));
    for (size_t i = 0; !rc && i < n; i++) {
        sha256_field(&h, files[i].path);
        sha256_field(&h, files[i].text);
    }
    if (!rc)
        rc = sha256_end(&h, digest);
    sha256_done(&h);
    if (rc)
        return rc;
    buf_add_hex(&hex, digest, sizeof(digest));
    b->catalog.digest = buf_result(&hex) ? NULL : arena_z(&b->memory, buf_str(&hex));
    return b->catalog.digest ? OK : E_NOMEM;
}

static int compile_sorted(const struct catalog *base, struct catalog_source *files, size_t n,
                          struct catalog_build *b, struct diag *d)
{
    AUTO(compiler) c = {.a = &b->memory, .d = d, .files = files, .n_files = n, .base = base};
    int rc = digest_files(base, files, n, b);

    if (rc)
        return compile_no_memory(&c);
    if (base)
        rc = compile_base(&c, files, n);
    for (size_t i = 0; !rc && i < n; i++) {
        if (i && str_eq(files[i].path, files[i - 1].path))
            return diag_set(d, E_EXISTS, "file '" STR_FMT "' stands twice", STR_ARG(files[i].path));
        if (base)
            rc = compile_base_until(&c, &files[i]);
        if (!rc)
            rc = compile_file(&c, &files[i]);
    }
    if (base && !rc)
        rc = compile_base_until(&c, NULL);
    return rc ? rc : compile_finish(&c, b);
}

int compile_all(const struct catalog *base, const struct catalog_source *files, size_t n,
                struct catalog_build *ret, struct diag *d)
{
    struct catalog_build b = {.memory = ARENA(MAX_MEMORY)};
    struct catalog_source *sorted = mem_array(NULL, n ? n : 1, sizeof(*sorted));
    struct diag unused;
    int rc = E_NOMEM;

    if (!d)
        d = &unused;
    if (!sorted)
        return diag_set(d, E_NOMEM, "no memory for the catalogue");
    if (n)
        memcpy(sorted, files, n * sizeof(*sorted));
    if (!vec_sort_raw(sorted, n, sizeof(*sorted), order_file, NULL))
        rc = compile_sorted(base, sorted, n, &b, d);
    else
        diag_set(d, E_NOMEM, "no memory for the catalogue");
    mem_free(sorted);
    if (rc) {
        catalog_build_done(&b);
        return rc;
    }
    *ret = b;
    return OK;
}

void catalog_build_done(struct catalog_build *b)
{
    arena_done(&b->memory);
    mem_free(b->literal_db);
    *b = (struct catalog_build){0};
}

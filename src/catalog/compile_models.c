/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what files of knowledge/models may say, and that their examples come to what they say. */
#include "base/path.h"
#include "catalog/compile_internal.h"
#include "catalog/model_names.h"
#include "match/regex.h"

static int check_pattern(struct compiler *c, const struct node *n, const char *pattern)
{
    struct regex *r = NULL;
    struct diag why = {0};
    int rc = regex_new(str_z(pattern), &r, &why);

    regex_free(r);
    return rc == E_PARSE ? compile_fail(c, n, "%s", why.text) : rc ? compile_no_memory(c) : OK;
}

static int add_example(struct compiler *c, const struct node *n, const char *name, const char *is,
                       const char *family, bool match)
{
    struct mark m = node_mark(c->doc, n);
    struct model_example e = {name, is, family, match, arena_z(c->a, c->path), m.line, m.column};

    return !e.file || vec_push(&c->model_examples, e) ? compile_no_memory(c) : OK;
}

static int read_form_examples(struct compiler *c, const struct node *n)
{
    static const char *const words[] = {"name", "is", NULL};
    const struct node *list = node_get(c->doc, n, STR("examples"));
    int rc = OK;

    if (!node_is(list, NODE_ARRAY) || !list->count)
        return compile_fail(c, n, "examples are missing: {name, is}");
    node_each (c->doc, list, it) {
        const char *name, *is;
        if ((rc = compile_members(c, it, words)) ||
            (rc = compile_string(c, it, "name", true, &name)) ||
            (rc = compile_string(c, it, "is", true, &is)) ||
            (rc = add_example(c, it, name, is, NULL, true)))
            return rc;
    }
    return rc;
}

static int read_form(struct compiler *c, const struct node *n)
{
    static const char *const words[] = {"id",      "means",    "before", "behind",
                                        "sources", "examples", NULL};
    struct catalog_form row = {0};
    const char *before, *behind;
    int rc;

    if ((rc = compile_members(c, n, words)) || (rc = compile_string(c, n, "id", true, &row.id)) ||
        (rc = compile_check_id(c, n, row.id)) ||
        (rc = compile_string(c, n, "means", true, &row.means)) ||
        (rc = compile_string(c, n, "before", false, &before)) ||
        (rc = compile_string(c, n, "behind", false, &behind)) ||
        (rc = compile_sources(c, n, &row.source)))
        return rc;
    if (!before == !behind)
        return compile_fail(c, n, "a form is either before a name or behind it");
    row.pattern = before ? before : behind;
    row.behind = behind != NULL;
    if ((rc = check_pattern(c, n, row.pattern)) || (rc = read_form_examples(c, n)))
        return rc;
    return vec_push(&c->forms, row) ? compile_no_memory(c) : OK;
}

static int read_forms(struct compiler *c)
{
    static const char *const words[] = {"forms", NULL};
    const struct node *root = doc_root(c->doc), *list = node_get(c->doc, root, STR("forms"));
    int rc = compile_members(c, root, words);

    if (!rc && !node_is(list, NODE_ARRAY))
        return compile_fail(c, root, "forms stand in a list");
    node_each (c->doc, rc ? NULL : list, it)
        if (!rc)
            rc = read_form(c, it);
    return rc;
}

static int read_date(struct compiler *c, const struct node *n, const char *key, const char **ret)
{
    int rc = compile_string(c, n, key, false, ret);

    if (!rc && *ret && !compile_is_date(str_z(*ret)))
        return compile_fail(c, node_get(c->doc, n, str_z(key)),
                            "'%s' must be a date like 2026-11-23", key);
    return rc;
}

/* One of the words, or nothing. */
static int check_word(struct compiler *c, const struct node *n, const char *key, const char *word,
                      const char *const *words)
{
    for (int i = 0; word && words[i]; i++)
        if (!strcmp(word, words[i]))
            return OK;
    return word ? compile_fail(c, node_get(c->doc, n, str_z(key)), "'%s' is not a known %s", word,
                               key)
                : OK;
}

static int read_modalities(struct compiler *c, const struct node *n, const char *key,
                           const char *const **ret)
{
    static const char *const known[] = {"text", "image",     "audio", "video",
                                        "pdf",  "embedding", NULL};
    int rc = compile_strings(c, n, key, ret);

    for (int i = 0; !rc && (*ret)[i]; i++)
        rc = check_word(c, n, key, (*ret)[i], known);
    return rc;
}

/* What one asks before one chooses a model. */
static int read_abilities(struct compiler *c, const struct node *n, struct catalog_model *row)
{
    static const char *const weights[] = {"open", "closed", NULL}, *const words[] = {"url", "read",
                                                                                     NULL};
    const struct node *source = node_get(c->doc, n, STR("source")),
                      *context = node_get(c->doc, n, STR("context"));
    int64_t tokens = 0;
    const char *read;
    int rc;

    if ((rc = read_modalities(c, n, "input", &row->input)) ||
        (rc = read_modalities(c, n, "output", &row->output)) ||
        (rc = compile_string(c, n, "licence", false, &row->licence)) ||
        (rc = compile_string(c, n, "weights", false, &row->weights)) ||
        (rc = check_word(c, n, "weights", row->weights, weights)))
        return rc;
    if (context && (node_i64(c->doc, context, &tokens) || tokens <= 0 || tokens > INT32_MAX))
        return compile_fail(c, context, "context is a number of tokens");
    row->context = (int)tokens;
    if (source && !(rc = compile_members(c, source, words)))
        rc = compile_source(c, source, &row->source, &read);
    return rc;
}

static int read_model(struct compiler *c, const struct node *n, const struct catalog_family *f)
{
    static const char *const words[] = {
        "id",    "aliases", "released", "announced", "retired", "replacement", "context",
        "input", "output",  "weights",  "licence",   "source",  NULL};
    struct catalog_model row = {.family = (int)c->families.n};
    int rc;

    if ((rc = compile_members(c, n, words)) || (rc = compile_string(c, n, "id", true, &row.id)) ||
        (rc = compile_strings(c, n, "aliases", &row.aliases)) ||
        (rc = read_abilities(c, n, &row)) || (rc = read_date(c, n, "released", &row.released)) ||
        (rc = read_date(c, n, "announced", &row.announced)) ||
        (rc = read_date(c, n, "retired", &row.retired)) ||
        (rc = compile_string(c, n, "replacement", false, &row.replacement)))
        return rc;
    /* Ids are normal names of the family. */
    rc = add_example(c, n, row.id, row.id, f->id, true);
    for (int i = 0; !rc && row.aliases[i]; i++)
        rc = add_example(c, n, row.aliases[i], row.aliases[i], f->id, true);
    return rc || !vec_push(&c->models, row) ? rc : compile_no_memory(c);
}

static int read_family_examples(struct compiler *c, const struct node *root, const char *id)
{
    static const char *const words[] = {"match", "no_match", NULL};
    const struct node *all = node_get(c->doc, root, STR("examples"));
    int rc = all ? compile_members(c, all, words)
                 : compile_fail(c, root, "examples are missing: match, no_match");

    for (int i = 0; !rc && words[i]; i++) {
        const struct node *list = node_get(c->doc, all, str_z(words[i]));
        if (!node_is(list, NODE_ARRAY) || !list->count)
            return compile_fail(c, all, "examples are missing: match, no_match");
        node_each (c->doc, list, it) {
            const char *name = arena_z(c->a, node_text(c->doc, it));
            if (!rc)
                rc = name ? add_example(c, it, name, NULL, id, !i) : compile_no_memory(c);
        }
    }
    return rc;
}

static int read_family(struct compiler *c)
{
    static const char *const words[] = {"id",      "name",   "entry",    "pattern",
                                        "sources", "models", "examples", NULL};
    const struct node *root = doc_root(c->doc), *list = node_get(c->doc, root, STR("models"));
    struct catalog_family row = {0};
    bool known = false;
    int rc;

    if ((rc = compile_members(c, root, words)) || (rc = compile_id(c, &row.id)) ||
        (rc = compile_string(c, root, "name", true, &row.name)) ||
        (rc = compile_string(c, root, "entry", true, &row.entry)) ||
        (rc = compile_string(c, root, "pattern", true, &row.pattern)) ||
        (rc = check_pattern(c, root, row.pattern)) ||
        (rc = compile_sources(c, root, &row.source)) ||
        (rc = read_family_examples(c, root, row.id)))
        return rc;
    vec_each (e, &c->entries)
        known |= !strcmp(e->id, row.entry);
    if (!known)
        return compile_fail(c, root, "'%s' is no entry", row.entry);
    if (list && !node_is(list, NODE_ARRAY))
        return compile_fail(c, list, "models stand in a list");
    node_each (c->doc, list, it)
        if ((rc = read_model(c, it, &row)))
            return rc;
    return vec_push(&c->families, row) ? compile_no_memory(c) : OK;
}

int compile_models(struct compiler *c)
{
    return str_eq(path_base(c->path), STR("forms.yaml")) ? read_forms(c) : read_family(c);
}

static int check_example(struct compiler *c, const struct model_names *m,
                         const struct model_example *e)
{
    AUTO(buf) normal = BUF_INIT;
    int rc = model_names_normal(m, str_z(e->name), &normal);
    const struct catalog_family *f = rc ? NULL : model_names_family(m, buf_str(&normal));

    if (rc)
        return compile_no_memory(c);
    if (e->is && !str_eq_z(buf_str(&normal), e->is))
        diag_set(c->d, E_PARSE, "'%s' comes to '" STR_FMT "', not to '%s'", e->name,
                 STR_ARG(buf_str(&normal)), e->is);
    else if (e->family && (f && !strcmp(f->id, e->family)) != e->match)
        diag_set(c->d, E_PARSE, "'%s' is of %s", e->name, f ? f->id : "no family");
    else
        return OK;
    diag_at(c->d, e->file, e->line, e->column);
    return E_PARSE;
}

static bool is_called(const struct catalog_model *m, const char *name)
{
    bool found = !strcmp(m->id, name);

    for (int i = 0; !found && m->aliases[i]; i++)
        found = !strcmp(m->aliases[i], name);
    return found;
}

/* A name that both models have, or NULL. */
static const char *shared_name(const struct catalog_model *a, const struct catalog_model *b)
{
    for (int i = 0; a->aliases[i]; i++)
        if (is_called(b, a->aliases[i]))
            return a->aliases[i];
    return is_called(b, a->id) ? a->id : NULL;
}

int compile_models_check(struct compiler *c, const struct catalog *out)
{
    AUTO(model_names) m = {0};
    const char *name;
    int rc;

    for (size_t i = 0; i < c->models.n; i++)
        for (size_t k = 0; k < i; k++)
            if ((name = shared_name(&c->models.v[i], &c->models.v[k])))
                return diag_set(c->d, E_EXISTS, "model '%s' is claimed twice", name);
    if (!c->model_examples.n)
        return OK;
    if ((rc = model_names_init(&m, out, c->d)))
        return rc;
    vec_each (e, &c->model_examples)
        if (!rc)
            rc = check_example(c, &m, e);
    return rc;
}

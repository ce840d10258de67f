/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a name of a model comes to. */
#include "catalog/model_names.h"

#include "base/mem.h"
#include "match/regex.h"

#define NAME_BYTES 512
#define ROUNDS     8

static int new_pattern(const char *pattern, bool behind, struct regex **ret, struct diag *d)
{
    AUTO(buf) anchored = BUF_INIT;

    buf_addf(&anchored, behind ? "(?:%s)\\z" : "\\A(?:%s)", pattern);
    if (buf_result(&anchored))
        return diag_set(d, E_NOMEM, "no memory for names of models");
    return regex_new(buf_str(&anchored), ret, d);
}

void model_names_done(struct model_names *m)
{
    for (int i = 0; m->forms && i < m->catalog->n_forms; i++)
        regex_free(m->forms[i]);
    for (int i = 0; m->families && i < m->catalog->n_families; i++)
        regex_free(m->families[i]);
    mem_free(m->forms);
    mem_free(m->families);
    *m = (struct model_names){0};
}

int model_names_init(struct model_names *m, const struct catalog *c, struct diag *d)
{
    int rc = OK;

    *m = (struct model_names){.catalog = c,
                              .forms = mem_alloc((size_t)(c->n_forms + 1) * sizeof(*m->forms)),
                              .families =
                                  mem_alloc((size_t)(c->n_families + 1) * sizeof(*m->families))};
    if (!m->forms || !m->families)
        rc = diag_set(d, E_NOMEM, "no memory for names of models");
    for (int i = 0; !rc && i < c->n_forms; i++)
        rc = new_pattern(c->forms[i].pattern, c->forms[i].behind, &m->forms[i], d);
    for (int i = 0; !rc && i < c->n_families; i++)
        rc = new_pattern(c->families[i].pattern, false, &m->families[i], d);
    if (rc)
        model_names_done(m);
    return rc;
}

/* One form once; 1: something was taken away. */
static int take_away(const struct model_names *m, int form, struct str *name)
{
    size_t start, end;
    int rc = regex_match(m->forms[form], *name, 0, &start, &end);

    if (rc != 1)
        return rc == E_NOMEM ? rc : 0;
    bool whole = end - start >= name->n;
    if (start == end || whole)
        return 0;
    *name =
        m->catalog->forms[form].behind ? str_sub(*name, 0, start) : str_sub(*name, end, name->n);
    return 1;
}

int model_names_normal(const struct model_names *m, struct str name, struct buf *ret)
{
    char lower[NAME_BYTES];
    bool changed = true;

    if (name.n > sizeof(lower))
        return E_LIMIT;
    for (size_t i = 0; i < name.n; i++)
        lower[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]);
    struct str left = str_trim(str_n(lower, name.n));
    for (int round = 0; changed && round < ROUNDS; round++) {
        changed = false;
        for (int i = 0; i < m->catalog->n_forms; i++) {
            int rc = take_away(m, i, &left);
            if (rc < 0)
                return rc;
            changed |= rc == 1;
        }
    }
    buf_add(ret, left);
    return buf_result(ret);
}

const struct catalog_family *model_names_family(const struct model_names *m, struct str normal)
{
    size_t start, end;

    for (int i = 0; i < m->catalog->n_families; i++)
        if (regex_match(m->families[i], normal, 0, &start, &end) == 1)
            return &m->catalog->families[i];
    return NULL;
}

const struct catalog_model *model_names_find(const struct model_names *m, struct str normal)
{
    for (int i = 0; i < m->catalog->n_models; i++) {
        const struct catalog_model *model = &m->catalog->models[i];
        if (str_eq_z(normal, model->id))
            return model;
        for (int k = 0; model->aliases[k]; k++)
            if (str_eq_z(normal, model->aliases[k]))
                return model;
    }
    return NULL;
}

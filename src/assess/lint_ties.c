/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether every row that a query reads beside its own is bound to a declared input. */
#include "assess/lint.h"

static bool is_verb_column(const struct lint *l, size_t i)
{
    const struct sql_token *t = &l->t.v[i];
    return t->type == SQL_WORD && sql_is(t, "verb") && !l->skip[i];
}

/* `verb = 'word'` or `verb IN ('word', ...)`: texts only, so that the declared verbs are all. */
static bool names_verbs(const struct lint *l, size_t i)
{
    const struct sql_token *v = l->t.v;
    if (sql_is_op(&v[i + 1], "="))
        return v[i + 2].type == SQL_STRING && !sql_is_op(&v[i + 3], "||");
    if (!sql_is(&v[i + 1], "in") || !sql_is_op(&v[i + 2], "("))
        return false;
    for (size_t j = i + 3; j < v[i + 2].pair; j++)
        if (v[j].type != SQL_STRING && !sql_is_op(&v[j], ","))
            return false;
    return true;
}

/* The relations that token i speaks of: by its alias, or the only ones. */
static void mark_named(struct lint *l, size_t i)
{
    const struct sql_token *v = l->t.v;
    bool dotted = i > 1 && sql_is_op(&v[i - 1], ".");
    for (size_t j = 0; j < l->n_refs; j++) {
        struct ref *r = &l->refs[j];
        if (r->type == REF_RELATIONS && (!dotted || str_eq(r->alias, v[i - 2].text)))
            r->named_verb = true;
    }
}

static int check_verbs(struct lint *l)
{
    size_t relations = 0;
    for (size_t i = 0; i < l->n_refs; i++)
        relations += l->refs[i].type == REF_RELATIONS;
    for (size_t i = 0; relations && i < l->t.n; i++) {
        if (!is_verb_column(l, i))
            continue;
        bool dotted = i > 1 && sql_is_op(&l->t.v[i - 1], ".");
        if (!names_verbs(l, i) || (!dotted && relations > 1))
            return lint_error(l, &l->t.v[i],
                              "compare the verb of each relation with texts: r.verb = 'uses' or "
                              "r.verb IN (...)");
        mark_named(l, i);
    }
    for (size_t i = 0; i < l->n_refs; i++)
        if (l->refs[i].type == REF_RELATIONS && !l->refs[i].named_verb)
            return lint_error(l, &l->t.v[l->refs[i].token],
                              "the query reads relations of no declared verb");
    return OK;
}

static bool has_input_of(const struct control *c, int kind)
{
    for (int i = 0; i < c->n_inputs; i++)
        if (c->inputs[i].attr >= 0 && (int)attr_info((enum attr)c->inputs[i].attr)->kind == kind)
            return true;
    return false;
}

/* The view that gives the population: the first of the control's kind. */
static bool is_population(const struct control *c, const struct ref *r)
{
    return c->kind == KIND_ANY ? r->type == REF_ASSETS : r->type == REF_KIND && r->kind == c->kind;
}

/*
 * What is missing among other rows counts only when the engine knows who would have collected them:
 * rows of a kind need an input of it, rows of all kinds need the asset or place they belong to.
 */
static int check_rows(struct lint *l)
{
    const struct control *c = l->control;
    bool population = false;
    for (size_t i = 0; i < l->n_refs; i++) {
        const struct ref *r = &l->refs[i];
        const struct sql_token *t = &l->t.v[r->token];
        if (!population && is_population(c, r)) {
            population = true;
            continue;
        }
        if (r->type == REF_KIND && !has_input_of(c, r->kind))
            return lint_error(l, t, "rows of " STR_FMT " are read but no input of %s is declared",
                              STR_ARG(t->text), kind_info((enum kind)r->kind)->name);
        if ((r->type == REF_ASSETS && !r->tied_asset) ||
            (r->type == REF_PLACES && !r->tied_asset && !r->tied_place))
            return lint_error(l, t, "tie " STR_FMT " to a row by its asset or place",
                              STR_ARG(t->text));
    }
    return OK;
}

int lint_ties(struct lint *l)
{
    int rc = check_verbs(l);
    return rc ? rc : check_rows(l);
}

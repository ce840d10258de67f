/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which views a query reads, under which names, and which names it defines itself. */
#include "assess/lint.h"

static int add_name(struct lint *l, const struct sql_token *t)
{
    if (l->n_names == LINT_NAMES)
        return lint_error(l, t, "the query defines more than %d names", LINT_NAMES);
    l->names[l->n_names++] = t->text;
    l->skip[t - l->t.v] = true;
    return OK;
}

/* The list view "<plural>_<attribute>". */
static bool find_list_view(struct str name, struct ref *ret)
{
    for (int a = 0; a < ATTR_COUNT; a++) {
        const struct attr_info *info = attr_info((enum attr)a);
        struct str plural = str_z(kind_info(info->kind)->plural);
        if (info->type == VALUE_STRINGS && str_starts(name, plural) && name.n > plural.n &&
            name.p[plural.n] == '_' && str_eq_z(str_sub(name, plural.n + 1, name.n), info->name)) {
            ret->type = REF_LIST;
            ret->kind = (int)info->kind;
            ret->attr = a;
            return true;
        }
    }
    return false;
}

static bool find_view(const struct lint *l, struct str name, struct ref *ret)
{
    for (size_t i = 0; i < l->n_names; i++) {
        if (str_eq(l->names[i], name)) {
            ret->type = REF_LOCAL;
            return true;
        }
    }
    for (int k = 0; k < KIND_COUNT; k++) {
        if (str_eq_z(name, kind_info((enum kind)k)->plural)) {
            ret->type = REF_KIND;
            ret->kind = k;
            return true;
        }
    }
    if (str_eq_z(name, "assets"))
        ret->type = REF_ASSETS;
    else if (str_eq_z(name, "places"))
        ret->type = REF_PLACES;
    else if (str_eq_z(name, "relations"))
        ret->type = REF_RELATIONS;
    else
        return find_list_view(name, ret);
    return true;
}

/* The alias after a table or subquery that ends before token i; returns the next token. */
static size_t take_alias(struct lint *l, size_t i, struct ref *r)
{
    const struct sql_token *v = l->t.v;
    if (sql_is(&v[i], "as"))
        i++;
    if (v[i].type != SQL_WORD || lint_is_keyword(&v[i]))
        return i;
    r->alias = v[i].text;
    l->skip[i] = true;
    return i + 1;
}

static int add_ref(struct lint *l, const struct ref *r)
{
    const struct sql_token *t = &l->t.v[r->token];
    for (size_t i = 0; i < l->n_refs; i++)
        if (r->alias.n && str_eq_nocase(l->refs[i].alias, r->alias))
            return lint_error(l, t, "table name " STR_FMT " stands twice: give it an alias",
                              STR_ARG(r->alias));
    if (l->n_refs == LINT_REFS)
        return lint_error(l, t, "the query reads more than %d tables", LINT_REFS);
    l->refs[l->n_refs++] = *r;
    return OK;
}

/* The table at token i of a FROM clause. */
static int take_table(struct lint *l, size_t i)
{
    const struct sql_token *t = &l->t.v[i];
    struct ref r = {.token = (uint32_t)i, .kind = -1, .attr = -1, .type = REF_LOCAL};
    if (sql_is_op(t, "(")) {
        take_alias(l, t->pair + 1, &r);
        return add_ref(l, &r);
    }
    if (t->type != SQL_WORD || lint_is_keyword(t))
        return lint_error(l, t, "a view is expected after FROM and JOIN");
    if (!find_view(l, t->text, &r))
        return lint_error(l, t, STR_FMT " is not a typed view: controls read views only",
                          STR_ARG(t->text));
    r.alias = t->text;
    l->skip[i] = true;
    take_alias(l, i + 1, &r);
    return add_ref(l, &r);
}

/* WITH name [(columns)] AS (query), ...: names are defined before tables are looked up. */
static int take_ctes(struct lint *l)
{
    const struct sql_token *v = l->t.v;
    size_t i = 1 + sql_is(&v[1], "recursive");
    for (;;) {
        if (v[i].type != SQL_WORD || lint_is_keyword(&v[i]))
            return lint_error(l, &v[i], "a name is expected after WITH");
        int rc = add_name(l, &v[i++]);
        if (!rc && sql_is_op(&v[i], "(")) {
            for (size_t end = v[i].pair; !rc && i < end; i++)
                rc = v[i].type == SQL_WORD ? add_name(l, &v[i]) : OK;
            i++;
        }
        if (rc)
            return rc;
        if (!sql_is(&v[i], "as") || !sql_is_op(&v[i + 1], "("))
            return lint_error(l, &v[i], "WITH is written: name AS (SELECT ...)");
        i = v[i + 1].pair + 1;
        if (!sql_is_op(&v[i], ","))
            return OK;
        i++;
    }
}

static bool ends_from(const struct sql_token *t)
{
    return sql_is(t, "select") || sql_is(t, "where") || sql_is(t, "group") || sql_is(t, "having") ||
           sql_is(t, "order") || sql_is(t, "union") || sql_is(t, "limit");
}

static int take_tables(struct lint *l)
{
    uint64_t in_from = 0; /* bit a nesting depth */
    for (size_t i = 0; i < l->t.n; i++) {
        const struct sql_token *t = &l->t.v[i];
        uint64_t bit = 1ull << MIN(t->depth, 63u);
        int rc = OK;
        if (sql_is_op(t, "("))
            in_from &= ~(bit << 1);
        else if (ends_from(t))
            in_from &= ~bit;
        else if (sql_is(t, "from") || sql_is(t, "join") || (sql_is_op(t, ",") && (in_from & bit)))
            rc = take_table(l, i + 1);
        if (sql_is(t, "from"))
            in_from |= bit;
        if (rc)
            return rc;
    }
    return OK;
}

/* Names of columns after AS, and types in CAST. */
static int take_names(struct lint *l)
{
    const struct sql_token *v = l->t.v;
    for (size_t i = 0; i + 1 < l->t.n; i++) {
        if (!sql_is(&v[i], "as") || l->skip[i + 1] || sql_is_op(&v[i + 1], "("))
            continue;
        uint32_t open = l->enclosing[i];
        int rc = OK;
        if (open != UINT32_MAX && open > 0 && sql_is(&v[open - 1], "cast")) {
            l->skip[i + 1] = true;
            if (!sql_is(&v[i + 1], "text"))
                rc = lint_error(l, &v[i + 1],
                                "CAST to text only: a text that is no number is 0 on "
                                "one engine and an error on the other");
        } else if (v[i + 1].type != SQL_WORD || lint_is_keyword(&v[i + 1])) {
            rc = lint_error(l, &v[i + 1], "a plain name is expected after AS");
        } else {
            rc = add_name(l, &v[i + 1]);
        }
        if (rc)
            return rc;
    }
    return OK;
}

int lint_tables(struct lint *l)
{
    int rc = sql_is(&l->t.v[0], "with") ? take_ctes(l) : OK;
    if (!rc)
        rc = take_tables(l);
    return rc ? rc : take_names(l);
}

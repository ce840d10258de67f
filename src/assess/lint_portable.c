/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which SQL means the same on SQLite and PostgreSQL. */
#include <string.h>

#include "assess/lint.h"

static const char *const KEYWORDS[] = {
    "all",       "and",      "as",     "asc",   "between", "by",    "case",  "cast",  "cross",
    "desc",      "distinct", "else",   "end",   "exists",  "first", "from",  "group", "having",
    "in",        "inner",    "is",     "join",  "last",    "left",  "like",  "limit", "not",
    "null",      "nulls",    "offset", "on",    "or",      "order", "outer", "over",  "partition",
    "recursive", "select",   "then",   "union", "when",    "where", "with",  NULL};

/* Words with a meaning on one engine only, and what to write instead. */
static const struct refused {
    const char *word, *instead;
} REFUSED[] = {
    {"glob", "LIKE on lower(...)"},
    {"regexp", "LIKE on lower(...)"},
    {"match", "LIKE on lower(...)"},
    {"ilike", "LIKE on lower(...)"},
    {"similar", "LIKE on lower(...)"},
    {"isnull", "IS NULL"},
    {"notnull", "IS NOT NULL"},
    {"true", "1: booleans are 0 and 1"},
    {"false", "0: booleans are 0 and 1"},
    {"except", "NOT EXISTS"},
    {"intersect", "EXISTS"},
    {"natural", "JOIN ... ON"},
    {"using", "JOIN ... ON"},
    {"right", "LEFT JOIN"},
    {"full", "LEFT JOIN and UNION ALL"},
    {"current_timestamp", ":now"},
    {"current_date", ":now"},
    {"current_time", ":now"},
    {"ifnull", "COALESCE"},
    {"nvl", "COALESCE"},
    {"group_concat", "one row a value"},
    {"string_agg", "one row a value"},
    {"returning", "SELECT"},
    {"insert", "SELECT"},
    {"update", "SELECT"},
    {"delete", "SELECT"},
    {"pragma", "SELECT"},
    {"attach", "SELECT"},
};

static const char *const FUNCTIONS[] = {
    "lower", "upper", "length", "substr", "replace",  "trim",   "ltrim", "rtrim",      "abs",
    "count", "sum",   "min",    "max",    "coalesce", "nullif", "cast",  "row_number", NULL};

static const char *const BAD_OPS[][2] = {
    {"->", "a column of the view"},
    {"->>", "a column of the view"},
    {"::", "CAST(x AS text)"},
    {"==", "="},
    {"`", "no quotes"},
    {"[", "no quotes"},
    {"]", "no quotes"},
    {"?", "a parameter :name"},
    {":", "a parameter :name"},
    {";", "one query without a ';'"},
};

static bool in_list(const char *const *list, const struct sql_token *t)
{
    for (; *list; list++)
        if (sql_is(t, *list))
            return true;
    return false;
}

bool lint_is_keyword(const struct sql_token *t)
{
    return in_list(KEYWORDS, t);
}

bool lint_is_function(const struct lint *l, size_t i)
{
    const struct sql_token *t = &l->t.v[i];
    return t->type == SQL_WORD && sql_is_op(t + 1, "(") &&
           (!lint_is_keyword(t) || sql_is(t, "cast"));
}

static int check_op(struct lint *l, const struct sql_token *t)
{
    for (size_t i = 0; i < ARRAY_LEN(BAD_OPS); i++)
        if (sql_is_op(t, BAD_OPS[i][0]))
            return lint_error(l, t, "%s is not portable: write %s", BAD_OPS[i][0], BAD_OPS[i][1]);
    return OK;
}

/* min and max of two values are scalar on SQLite and an error on PostgreSQL. */
static bool has_comma(const struct lint *l, size_t open)
{
    for (size_t i = open + 1; i < l->t.v[open].pair; i++)
        if (sql_is_op(&l->t.v[i], ",") && l->t.v[i].depth == l->t.v[open].depth + 1)
            return true;
    return false;
}

/* A start before the first letter counts from the end on SQLite only. */
static bool starts_early(const struct lint *l, size_t open)
{
    const struct sql_token *v = l->t.v;
    for (size_t i = open + 1; i < v[open].pair; i++)
        if (sql_is_op(&v[i], ",") && v[i].depth == v[open].depth + 1)
            return sql_is_op(&v[i + 1], "-") || str_eq_z(v[i + 1].text, "0");
    return false;
}

static int check_function(struct lint *l, size_t i)
{
    const struct sql_token *t = &l->t.v[i];
    if (!in_list(FUNCTIONS, t))
        return lint_error(l, t, "function " STR_FMT " is not in the portable list",
                          STR_ARG(t->text));
    if ((sql_is(t, "min") || sql_is(t, "max")) && has_comma(l, i + 1))
        return lint_error(l, t, "min and max take one value: write CASE for two");
    if (sql_is(t, "substr") && starts_early(l, i + 1))
        return lint_error(l, t, "substr counts from 1: what comes before differs between engines");
    return OK;
}

static bool has_order_by(const struct lint *l, size_t limit)
{
    const struct sql_token *v = l->t.v;
    for (size_t i = limit; i-- > 0 && v[i].depth >= v[limit].depth;)
        if (v[i].depth == v[limit].depth && sql_is(&v[i], "order"))
            return true;
    return false;
}

/* What is empty comes first on SQLite and last on PostgreSQL. */
static bool says_nulls(const struct lint *l, size_t order)
{
    const struct sql_token *v = l->t.v;
    for (size_t i = order; i < l->t.n && v[i].depth >= v[order].depth; i++)
        if (v[i].depth == v[order].depth && sql_is(&v[i], "nulls"))
            return true;
    return false;
}

static bool has_letter(struct str s, bool upper_only)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] >= 'A' && s.p[i] <= 'Z') || (!upper_only && s.p[i] >= 'a' && s.p[i] <= 'z'))
            return true;
    return false;
}

/* The value left of token i is a call whose result is in lower case. */
static bool is_lowered(const struct lint *l, size_t i)
{
    const struct sql_token *v = l->t.v;
    while (i > 1 && v[i - 1].type == SQL_STRING && sql_is_op(&v[i - 2], "||") &&
           !has_letter(v[i - 1].text, true))
        i -= 2;
    while (i > 0 && sql_is_op(&v[i - 1], ")")) {
        size_t open = v[i - 1].pair;
        const struct sql_token *call = open ? &v[open - 1] : NULL;
        if (call && sql_is(call, "lower"))
            return true;
        if (!call || (!sql_is(call, "rtrim") && !sql_is(call, "ltrim") && !sql_is(call, "trim") &&
                      !sql_is(call, "replace")))
            return false;
        /* The first argument of a trimming call decides. */
        size_t j = open + 1;
        while (j < v[open].pair && !(sql_is_op(&v[j], ",") && v[j].depth == v[open].depth + 1))
            j++;
        i = j;
    }
    return false;
}

/* LIKE ignores case on SQLite only, and reads '\' as an escape on PostgreSQL only. */
static int check_like(struct lint *l, size_t i)
{
    const struct sql_token *v = l->t.v, *pattern = &v[i + 1];
    size_t left = i > 0 && sql_is(&v[i - 1], "not") ? i - 1 : i;
    if (pattern->type != SQL_STRING)
        return lint_error(l, &v[i], "LIKE needs a text to compare with");
    if (str_chr(pattern->text, '\\', 0) != SIZE_MAX)
        return lint_error(l, pattern, "'\\' in a LIKE pattern is not portable: replace() it first");
    if (has_letter(pattern->text, true))
        return lint_error(l, pattern, "write the LIKE pattern in lower case, on lower(...)");
    if (has_letter(pattern->text, false) && !is_lowered(l, left))
        return lint_error(l, &v[i], "LIKE depends on case: write lower(...) LIKE");
    return OK;
}

static int check_param(struct lint *l, const struct sql_token *t)
{
    const struct control *c = l->control;
    if (str_eq_z(t->text, "now"))
        return OK;
    for (int i = 0; i < c->n_params; i++)
        if (str_eq_z(t->text, c->params[i].name))
            return OK;
    return lint_error(l, t, "parameter :" STR_FMT " is not declared in params", STR_ARG(t->text));
}

static int check_word(struct lint *l, size_t i)
{
    const struct sql_token *t = &l->t.v[i];
    for (size_t j = 0; j < ARRAY_LEN(REFUSED); j++)
        if (sql_is(t, REFUSED[j].word))
            return lint_error(l, t, STR_FMT " is not portable: write %s", STR_ARG(t->text),
                              REFUSED[j].instead);
    if (lint_is_function(l, i))
        return check_function(l, i);
    if (sql_is(t, "is") && !sql_is(t + 1, "null") &&
        !(sql_is(t + 1, "not") && sql_is(t + 2, "null")))
        return lint_error(l, t, "IS compares with NULL only: write =");
    if (sql_is(t, "limit") && !has_order_by(l, i))
        return lint_error(l, t, "LIMIT without ORDER BY gives any rows");
    if (sql_is(t, "order") && !says_nulls(l, i))
        return lint_error(l, t, "ORDER BY needs NULLS FIRST or NULLS LAST");
    return sql_is(t, "like") ? check_like(l, i) : OK;
}

int lint_portable(struct lint *l)
{
    for (size_t i = 0; i < l->t.n; i++) {
        const struct sql_token *t = &l->t.v[i];
        int rc = OK;
        if (t->type == SQL_OP)
            rc = check_op(l, t);
        else if (t->type == SQL_PARAM)
            rc = check_param(l, t);
        else if (t->type == SQL_WORD)
            rc = check_word(l, i);
        if (rc)
            return rc;
    }
    return OK;
}

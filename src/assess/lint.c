/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a query reads only declared inputs, so that a missing one cannot pass unseen. */
#include <stdarg.h>
#include <stdio.h>

#include "assess/columns.h"
#include "assess/lint.h"

#define ARENA_CAP (8u << 20)

static const char *const ASSET_COLUMNS[] = {"asset",    "kind",        "name",        "scope",
                                            "owner",    "owner_state", "environment", "criticality",
                                            "sanction", "labels",      NULL};
static const char *const PLACE_COLUMNS[] = {"asset",   "place", "target", "path", "member",
                                            "pointer", "url",   "line",   "col",  "collector",
                                            "labels",  "name",  NULL};
static const char *const RELATION_COLUMNS[] = {"from_asset", "verb",  "to_asset",
                                               "state",      "place", NULL};
static const char *const LIST_COLUMNS[] = {"asset", "place", "ord", "value", NULL};
static const char *const OUTPUT[] = {"asset", "verdict", "reason", "evidence", "severity"};

int lint_error(struct lint *l, const struct sql_token *t, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    diag_set(l->diag, E_PARSE, "%s", text);
    diag_at(l->diag, l->control->file, t ? l->control->line + t->line - 1 : 1, 1);
    return E_PARSE;
}

static int use_attr(struct lint *l, const struct sql_token *t, int attr)
{
    const struct control *c = l->control;
    const struct attr_info *info = attr_info((enum attr)attr);
    for (int i = 0; i < c->n_inputs; i++) {
        if (c->inputs[i].attr == attr) {
            l->input_used[i] = true;
            return OK;
        }
    }
    lint_error(l, t, "%s of %s is read but not a declared input", info->name,
               kind_info(info->kind)->name);
    diag_hint(l->diag, "add it to 'inputs' with the collectors that feed it");
    return E_PARSE;
}

/* 1: the table has the column, 0: not, negative: error. */
static int read_column(struct lint *l, struct ref *r, const struct sql_token *t)
{
    struct str name = t->text;
    switch (r->type) {
    case REF_ASSETS: return word_index(ASSET_COLUMNS, name) >= 0;
    case REF_PLACES: return word_index(PLACE_COLUMNS, name) >= 0;
    case REF_RELATIONS: return word_index(RELATION_COLUMNS, name) >= 0;
    case REF_LIST: return word_index(LIST_COLUMNS, name) >= 0;
    case REF_KIND: break;
    default: return 0;
    }
    int attr = column_attr((enum kind)r->kind, name);
    if (attr < 0)
        return word_index(KIND_COLUMNS, name) >= 0;
    int rc = use_attr(l, t, attr);
    return rc ? rc : 1;
}

static bool is_local_name(const struct lint *l, struct str name)
{
    for (size_t i = 0; i < l->n_names; i++)
        if (str_eq(l->names[i], name))
            return true;
    return false;
}

static int check_qualified(struct lint *l, size_t i)
{
    const struct sql_token *t = &l->t.v[i], *column = t + 2;
    for (size_t j = 0; j < l->n_refs; j++) {
        struct ref *r = &l->refs[j];
        if (!str_eq(r->alias, t->text))
            continue;
        r->tied_asset |= str_eq_z(column->text, "asset");
        r->tied_place |= str_eq_z(column->text, "place");
        int rc = read_column(l, r, column);
        if (rc < 0 || rc == 1 || (r->type == REF_LOCAL && is_local_name(l, column->text)))
            return rc < 0 ? rc : OK;
        /* A subquery also hands on the columns of what it reads. */
        for (size_t k = 0; r->type == REF_LOCAL && k < l->n_refs; k++)
            if ((rc = read_column(l, &l->refs[k], column)))
                return rc < 0 ? rc : OK;
    }
    return lint_error(l, t, STR_FMT "." STR_FMT " is not a column of the views this query reads",
                      STR_ARG(t->text), STR_ARG(column->text));
}

static int check_plain(struct lint *l, const struct sql_token *t)
{
    bool known = is_local_name(l, t->text);
    for (size_t i = 0; i < l->n_refs; i++) {
        int rc = read_column(l, &l->refs[i], t);
        if (rc < 0)
            return rc;
        known = known || rc == 1;
    }
    if (known)
        return OK;
    lint_error(l, t, STR_FMT " is not a column of the views this query reads", STR_ARG(t->text));
    if (t->type == SQL_QUOTED)
        diag_hint(l->diag, "texts stand in single quotes");
    return E_PARSE;
}

static int check_columns(struct lint *l)
{
    const struct sql_token *v = l->t.v;
    for (size_t i = 0; i < l->t.n; i++) {
        bool name = v[i].type == SQL_QUOTED || (v[i].type == SQL_WORD && !lint_is_keyword(&v[i]));
        if (!name || l->skip[i] || lint_is_function(l, i))
            continue;
        bool dotted = sql_is_op(&v[i + 1], ".");
        int rc = dotted ? check_qualified(l, i) : check_plain(l, &v[i]);
        if (rc)
            return rc;
        i += dotted ? 2 : 0;
    }
    return OK;
}

/* Lists and verbs that stand in tables and texts instead of columns. */
static int check_tables_declared(struct lint *l)
{
    bool relations = false;
    for (size_t i = 0; i < l->n_refs; i++) {
        const struct ref *r = &l->refs[i];
        int rc = r->type == REF_LIST ? use_attr(l, &l->t.v[r->token], r->attr) : OK;
        if (rc)
            return rc;
        relations = relations || r->type == REF_RELATIONS;
    }
    for (size_t i = 0; relations && i < l->t.n; i++) {
        const struct sql_token *t = &l->t.v[i];
        int verb = t->type == SQL_STRING ? word_index(VERB_NAMES, t->text) : -1;
        bool declared = false;
        for (int j = 0; verb >= 0 && j < l->control->n_inputs; j++)
            if (l->control->inputs[j].verb == verb)
                declared = l->input_used[j] = true;
        if (verb >= 0 && !declared)
            return lint_error(l, t, "relation " STR_FMT " is read but not a declared input",
                              STR_ARG(t->text));
    }
    return OK;
}

/* Scope asset: a verdict rests on one row and its lists, nothing else. */
static int check_scope(struct lint *l)
{
    const struct control *c = l->control;
    int own = 0, places = 0;
    for (size_t i = 0; i < l->n_refs; i++) {
        const struct ref *r = &l->refs[i];
        const struct sql_token *t = &l->t.v[r->token];
        if (r->type == REF_LIST && !(r->tied_asset && r->tied_place))
            return lint_error(l, t, "tie the list by " STR_FMT ".asset and " STR_FMT ".place",
                              STR_ARG(r->alias), STR_ARG(r->alias));
        if (c->scope != SCOPE_ASSET)
            continue;
        bool population =
            c->kind == KIND_ANY ? r->type == REF_ASSETS : r->type == REF_KIND && r->kind == c->kind;
        own += population;
        places += r->type == REF_PLACES;
        if ((r->type == REF_KIND && !population) || r->type == REF_RELATIONS || own > 1 ||
            places > (c->kind == KIND_ANY) || (r->type == REF_ASSETS && !population) ||
            (r->type == REF_LIST && r->kind != c->kind))
            return lint_error(l, t,
                              "scope asset reads one row of one view; other rows need scope "
                              "neighbours or graph");
    }
    return OK;
}

/* `pass: found`: nothing in the query turns an absence into a verdict. */
static int check_found(struct lint *l)
{
    const struct sql_token *v = l->t.v;
    for (size_t i = 0; l->control->pass_is_found && i < l->t.n; i++) {
        bool absence = (sql_is(&v[i], "not") && sql_is(&v[i + 1], "exists")) ||
                       (sql_is(&v[i], "not") && sql_is(&v[i + 1], "in") &&
                        sql_is_op(&v[i + 2], "(") && sql_is(&v[i + 3], "select")) ||
                       sql_is(&v[i], "left") || sql_is(&v[i], "count");
        if (absence)
            return lint_error(l, &v[i], "'pass: found' does not go with " STR_FMT,
                              STR_ARG(v[i].text));
    }
    return OK;
}

static int check_used(struct lint *l)
{
    const struct control *c = l->control;
    for (int i = 0; i < c->n_inputs; i++) {
        const struct control_input *in = &c->inputs[i];
        if (!l->input_used[i])
            return lint_error(l, NULL, "input %s is declared but the query does not read it",
                              in->attr >= 0 ? attr_info((enum attr)in->attr)->name
                                            : VERB_NAMES[in->verb]);
    }
    return OK;
}

/* The name of the select item that ends before token `end`. */
static bool item_is(const struct lint *l, size_t end, const char *name)
{
    const struct sql_token *t = &l->t.v[end - 1];
    return t->type == SQL_WORD && str_eq_z(t->text, name);
}

static int check_output(struct lint *l)
{
    const struct sql_token *v = l->t.v;
    size_t i = 0, item = 0;
    while (i < l->t.n && !(v[i].depth == 0 && sql_is(&v[i], "select")))
        i++;
    if (i == l->t.n)
        return lint_error(l, NULL, "a control is one SELECT");
    for (i++; i < l->t.n; i++) {
        bool from = v[i].depth == 0 && sql_is(&v[i], "from");
        if (!from && !(v[i].depth == 0 && sql_is_op(&v[i], ",")))
            continue;
        if (item == ARRAY_LEN(OUTPUT) || !item_is(l, i, OUTPUT[item]))
            break;
        item++;
        if (from && item >= 4)
            return OK;
        if (from)
            break;
    }
    return lint_error(l, &v[MIN(i, l->t.n)],
                      "the columns are asset, verdict, reason, evidence and optionally severity; "
                      "column %zu is not '%s'",
                      item + 1, OUTPUT[MIN(item, ARRAY_LEN(OUTPUT) - 1)]);
}

static int prepare(struct lint *l, struct arena *a)
{
    int rc = sql_tokenize(str_z(l->control->sql), a, &l->t, l->diag);
    if (rc) {
        unsigned line = l->diag ? l->diag->line : 0;
        if (l->diag && line)
            l->diag->line = l->control->line + line - 1;
        diag_at(l->diag, l->control->file, 1, 1);
        return rc;
    }
    l->skip = arena_new_n(a, bool, l->t.n + 1);
    l->enclosing = arena_new_n(a, uint32_t, l->t.n + 1);
    l->input_used = arena_new_n(a, bool, (size_t)l->control->n_inputs + 1);
    if (!l->skip || !l->enclosing || !l->input_used)
        return diag_set(l->diag, arena_error(a), "memory ran out");
    uint32_t open = UINT32_MAX;
    for (size_t i = 0; i < l->t.n; i++) {
        if (sql_is_op(&l->t.v[i], ")"))
            open = l->enclosing[l->t.v[i].pair];
        l->enclosing[i] = open;
        if (sql_is_op(&l->t.v[i], "("))
            open = (uint32_t)i;
    }
    return OK;
}

int control_lint(const struct control *c, struct diag *d)
{
    AUTO(arena) a = ARENA(ARENA_CAP);
    struct lint l = {.control = c, .diag = d};
    int rc = prepare(&l, &a);
    if (!rc)
        rc = lint_portable(&l);
    if (!rc)
        rc = check_output(&l);
    if (!rc)
        rc = lint_tables(&l);
    if (!rc)
        rc = check_columns(&l);
    if (!rc)
        rc = check_tables_declared(&l);
    if (!rc)
        rc = check_scope(&l);
    if (!rc)
        rc = lint_ties(&l);
    if (!rc)
        rc = check_found(&l);
    return rc ? rc : check_used(&l);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides the statement that runs a control and brings the facts the input rules need. */
#include "assess/query.h"
#include "assess/columns.h"
#include "assess/sql_token.h"

#define ARENA_CAP (8u << 20)

bool input_is_own(const struct control *c, const struct control_input *in)
{
    return in->attr >= 0 && (int)attr_info((enum attr)in->attr)->kind == c->kind;
}

static const char *param_literal(const struct control *c, struct str name)
{
    for (int i = 0; i < c->n_params; i++)
        if (str_eq_z(name, c->params[i].name))
            return c->params[i].literal;
    return NULL;
}

/* Copies tokens [from, to) as written, parameters replaced. */
static int add_tokens(const struct control *c, const struct sql_tokens *t, size_t from, size_t to,
                      int64_t now_ms, struct buf *out, struct diag *d)
{
    struct str sql = str_z(c->sql);
    for (size_t i = from; i < to; i++) {
        const struct sql_token *k = &t->v[i];
        const char *literal = k->type == SQL_PARAM ? param_literal(c, k->text) : NULL;
        if (literal) {
            buf_addz(out, literal);
        } else if (k->type == SQL_PARAM && str_eq_z(k->text, "now")) {
            buf_addf(out, "%lld", (long long)now_ms);
        } else if (k->type == SQL_PARAM) {
            diag_set(d, E_PARSE, "parameter :" STR_FMT " has no value", STR_ARG(k->text));
            diag_at(d, c->file, c->line + k->line - 1, 1);
            return E_PARSE;
        } else {
            buf_add(out, str_sub(sql, k->off, k->end));
        }
        /* Tokens that touch stay together: "a.b", "<" "=" never arise from a gap. */
        if (k[1].off > k->end)
            buf_addc(out, ' ');
    }
    return OK;
}

/* Number of columns of the main SELECT that starts at token `i`. */
static int count_columns(const struct sql_tokens *t, size_t i)
{
    int n = 1;
    for (; i < t->n && !(t->v[i].depth == 0 && sql_is(&t->v[i], "from")); i++)
        n += t->v[i].depth == 0 && sql_is_op(&t->v[i], ",");
    return n;
}

static void add_states(const struct control *c, struct buf *out)
{
    for (int i = 0; i < c->n_inputs; i++) {
        if (!input_is_own(c, &c->inputs[i]))
            continue;
        buf_addz(out, ", v.");
        column_state((enum attr)c->inputs[i].attr, out);
    }
}

/*
 * An expression cannot be looked up backwards: the control's rows come first, then each place by
 * its key. Planners without statistics would else begin with every place of the store.
 */
static void add_join(const char *how, const char *view, char as, struct buf *out)
{
    buf_addf(out, " %s JOIN %s AS %c ON %c.place = q.evidence + 0 AND %c.asset = q.asset || ''",
             how, view, as, as, as);
}

/* The control's rows, evaluated once although they are counted, too. */
static int add_rows(const struct control *c, const struct sql_tokens *t, int64_t now_ms,
                    size_t main_at, struct buf *out, struct diag *d)
{
    int rc = add_tokens(c, t, 0, main_at, now_ms, out, d);
    if (rc)
        return rc;
    buf_addz(out, main_at ? ", control_rows AS (" : "WITH control_rows AS (");
    rc = add_tokens(c, t, main_at, t->n, now_ms, out, d);
    buf_addz(out, ")\n");
    return rc;
}

static int write_query(const struct control *c, const struct sql_tokens *t, int64_t now_ms,
                       enum query_form form, struct buf *out, struct diag *d)
{
    const char *how = form == QUERY_ROWS ? "INNER" : "LEFT";
    size_t main_at = 0;
    while (main_at < t->n && !(t->v[main_at].depth == 0 && sql_is(&t->v[main_at], "select")))
        main_at++;
    bool severity = count_columns(t, main_at) == 5;
    int rc = add_rows(c, t, now_ms, main_at, out, d);
    if (rc)
        return rc;
    if (form == QUERY_COUNT) {
        buf_addz(out, "SELECT count(*) FROM control_rows");
    } else {
        buf_addf(out,
                 "SELECT q.asset, q.verdict, q.reason, q.evidence, %s, w.target,"
                 " CASE WHEN w.member = '' THEN w.path ELSE w.path || '!/' || w.member END,"
                 " w.labels, w.collector, (SELECT count(*) FROM control_rows)",
                 severity ? "q.severity" : "NULL");
        add_states(c, out);
        buf_addz(out, "\nFROM control_rows AS q");
        add_join(how, "places", 'w', out);
        if (c->kind != KIND_ANY)
            add_join(how, kind_info((enum kind)c->kind)->plural, 'v', out);
    }
    return buf_result(out) ? diag_set(d, E_NOMEM, "memory ran out") : OK;
}

int control_query(const struct control *c, int64_t now_ms, enum query_form form, struct buf *out,
                  struct diag *d)
{
    AUTO(arena) a = ARENA(ARENA_CAP);
    struct sql_tokens t;
    buf_clear(out);
    int rc = sql_tokenize(str_z(c->sql), &a, &t, d);
    return rc ? rc : write_query(c, &t, now_ms, form, out, d);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which typed views become tables while controls run, and with which columns. */
#include "assess/tables.h"
#include "assess/columns.h"
#include "assess/sql_token.h"

#define ARENA_CAP (64u << 20)
#define MAX_JOINS 60 /* SQLite joins 64 tables */

/* What every view of a kind starts with, see tools/gen/registry_views.c. */
static const char FIXED[] = "asset TEXT NOT NULL, place INTEGER NOT NULL, name TEXT, scope TEXT,"
                            " path TEXT, pointer TEXT, line INTEGER, owner TEXT,"
                            " environment TEXT, criticality TEXT, sanction TEXT, labels TEXT";
static const char FIXED_VALUES[] = "a.id, p.id, a.name, a.scope, p.path, p.pointer, p.line,"
                                   " a.owner, a.environment, a.criticality, a.sanction, p.labels";

static bool has_column(const struct table_words *w, struct str name)
{
    return w->all || map_get(&w->names, name);
}

/* The names of an attribute's two columns: `state` without "_state" is the other one. */
static struct str column_of(enum attr a, struct buf *state)
{
    buf_clear(state);
    column_state(a, state);
    return str_sub(buf_str(state), 0, state->n - strlen("_state"));
}

static bool is_wanted(enum attr a, const struct table_words *w, struct buf *state)
{
    struct str value = column_of(a, state);
    return has_column(w, value) || has_column(w, buf_str(state));
}

static bool is_number(const struct attr_info *info)
{
    return info->type == VALUE_INTEGER || info->type == VALUE_BOOLEAN;
}

/* One row of `attribute` gives both columns. Beyond the limit of joins each is looked up. */
static void add_values(const struct attr_info *info, int number, struct buf *out)
{
    const char *column = is_number(info) ? "number" : "value";
    if (number < MAX_JOINS)
        buf_addf(out,
                 ",\n CASE WHEN t%d.state NOT IN ('absent', 'unresolved') THEN t%d.%s END,"
                 " t%d.state",
                 number, number, column, number);
    else
        buf_addf(out,
                 ",\n (SELECT t.%s FROM attribute t WHERE t.asset = a.id AND t.place = %s"
                 " AND t.name = '%s' AND t.state NOT IN ('absent', 'unresolved')),"
                 " (SELECT t.state FROM attribute t WHERE t.asset = a.id AND t.place = %s"
                 " AND t.name = '%s')",
                 column, info->per_asset ? "0" : "p.id", info->name, info->per_asset ? "0" : "p.id",
                 info->name);
}

static void add_join(const struct attr_info *info, int number, struct buf *out)
{
    if (number < MAX_JOINS)
        buf_addf(out,
                 "\n LEFT JOIN attribute t%d ON t%d.asset = a.id AND t%d.place = %s"
                 " AND t%d.name = '%s'",
                 number, number, number, info->per_asset ? "0" : "p.id", number, info->name);
}

void table_text(enum kind k, const struct table_words *w, struct buf *out)
{
    const struct kind_info *kind = kind_info(k);
    AUTO(buf) state = BUF_INIT;
    AUTO(buf) values = BUF_INIT;
    AUTO(buf) joins = BUF_INIT;
    int n = 0;
    buf_addf(out, "CREATE TEMPORARY TABLE \"%s\" (%s", kind->plural, FIXED);
    for (int i = kind->first_attr; i < kind->first_attr + kind->attrs; i++) {
        const struct attr_info *info = attr_info((enum attr)i);
        if (!is_wanted((enum attr)i, w, &state))
            continue;
        buf_addf(out, ",\n \"" STR_FMT "\" %s, \"" STR_FMT "\" TEXT",
                 STR_ARG(column_of((enum attr)i, &state)), is_number(info) ? "INTEGER" : "TEXT",
                 STR_ARG(buf_str(&state)));
        add_values(info, n, &values);
        add_join(info, n++, &joins);
    }
    buf_addf(out, ", PRIMARY KEY (asset, place)) WITHOUT ROWID;\nINSERT INTO temp.\"%s\" SELECT %s",
             kind->plural, FIXED_VALUES);
    buf_add(out, buf_str(&values));
    buf_addz(out, "\n FROM asset a JOIN place p ON p.asset = a.id");
    buf_add(out, buf_str(&joins));
    buf_addf(out, "\n WHERE a.kind = '%s' AND a.state = 'present' AND p.state = 'present';\n",
             kind->name);
    if (!out->error && (buf_result(&values) || buf_result(&joins) || buf_result(&state)))
        out->error = E_NOMEM;
}

/* ---- which columns ---- */

static int add_word(struct table_words *w, struct str word)
{
    AUTO(buf) lower = BUF_INIT;
    bool is_new;
    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        buf_addc(&lower, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
    }
    return buf_result(&lower) || !map_put(&w->names, buf_str(&lower), &is_new) ? E_NOMEM : OK;
}

/* Every name in the control's text, and the states of its inputs, which the engine reads. */
static int add_words(const struct control *c, struct arena *a, struct table_words *w,
                     struct diag *d)
{
    AUTO(buf) state = BUF_INIT;
    struct sql_tokens t;
    int rc = sql_tokenize(str_z(c->sql), a, &t, d);
    if (rc)
        return rc == E_PARSE ? OK : rc; /* it will say so when it runs */
    for (size_t i = 0; !rc && i < t.n; i++) {
        bool name = t.v[i].type == SQL_WORD || t.v[i].type == SQL_QUOTED;
        w->all |= i && sql_is_op(&t.v[i], "*") && !sql_is_op(&t.v[i - 1], "(");
        rc = name ? add_word(w, t.v[i].text) : OK;
    }
    for (int i = 0; !rc && i < c->n_inputs; i++)
        if (c->inputs[i].attr >= 0) {
            (void)column_of((enum attr)c->inputs[i].attr, &state);
            rc = buf_result(&state) ? E_NOMEM : add_word(w, buf_str(&state));
        }
    if (!rc && c->kind != KIND_ANY)
        rc = add_word(w, str_z(kind_info((enum kind)c->kind)->plural));
    return rc;
}

int tables_drop(struct db *db, struct diag *d)
{
    AUTO(buf) sql = BUF_INIT;
    if (db_engine(db) != DB_SQLITE)
        return OK;
    struct stmt *s;
    int rc = db_prepare(db, STR("SELECT name FROM sqlite_temp_master WHERE type = 'table'"), &s, d);
    if (rc)
        return rc;
    while ((rc = stmt_step(s, d)) > 0) {
        int k = kind_from_name(stmt_str(s, 0));
        if (k >= 0)
            buf_addf(&sql, "DROP TABLE temp.\"%s\";", kind_info((enum kind)k)->plural);
    }
    stmt_free(s);
    if (!rc)
        rc = buf_result(&sql);
    return rc || !sql.n ? rc : db_exec(db, buf_str(&sql), d);
}

int tables_make(struct db *db, const struct control *const *controls, size_t n, struct diag *d)
{
    AUTO(arena) a = ARENA(ARENA_CAP);
    AUTO(buf) sql = BUF_INIT;
    struct table_words w = {.names = MAP_OWNED(&a)};
    if (db_engine(db) != DB_SQLITE)
        return OK;
    int rc = tables_drop(db, d);
    for (size_t i = 0; !rc && i < n; i++)
        rc = add_words(controls[i], &a, &w, d);
    for (int k = 0; !rc && k < KIND_COUNT; k++)
        if (map_get(&w.names, str_z(kind_info((enum kind)k)->plural)))
            table_text((enum kind)k, &w, &sql);
    map_done(&w.names);
    if (!rc)
        rc = buf_result(&sql);
    if (rc && !d->text[0])
        return diag_set(d, rc, "no memory for the tables of the controls");
    return rc ? rc : db_exec(db, buf_str(&sql), d);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides the typed views of the store: what a control sees of each kind, on both engines. */
#include "registry.h"

/* Columns that the views of all kinds start with; `a` is the asset, `p` the place. */
static const char FIXED[] = "a.id AS asset, p.id AS place, a.name AS name, a.scope AS scope,\n"
                            "    p.path AS path, p.pointer AS pointer, p.line AS line,\n"
                            "    a.owner AS owner, a.environment AS environment,\n"
                            "    a.criticality AS criticality, a.sanction AS sanction,\n"
                            "    p.labels AS labels";

static const char PRESENT[] = "a.state = 'present' AND p.state = 'present'";
static const char VALUED[] = "t.state NOT IN ('absent', 'unresolved')";

/* The row of one attribute, by primary key. */
static void add_row(const struct reg_attr *a, struct buf *out)
{
    buf_addf(out, "t.asset = a.id AND t.place = %s AND t.name = '" STR_FMT "'",
             a->per_asset ? "0" : "p.id", STR_ARG(a->name));
}

static void add_columns(const struct reg_kind *k, const struct reg_attr *a, struct buf *out)
{
    bool number = attr_is(a, "integer") || attr_is(a, "boolean");
    buf_addf(out, ",\n    (SELECT t.%s FROM attribute t WHERE ", number ? "number" : "value");
    add_row(a, out);
    buf_addf(out, " AND %s) AS \"", VALUED);
    column_name(k, a, out);
    buf_addz(out, "\",\n    (SELECT t.state FROM attribute t WHERE ");
    add_row(a, out);
    buf_addz(out, ") AS \"");
    column_name(k, a, out);
    buf_addz(out, "_state\"");
}

static void add_kind_view(const struct reg_kind *k, struct buf *out)
{
    buf_addf(out, "CREATE VIEW \"" STR_FMT "\" AS SELECT %s", STR_ARG(k->plural), FIXED);
    for (size_t i = 0; i < k->n_attrs; i++)
        add_columns(k, &k->attrs[i], out);
    buf_addf(out,
             "\n    FROM asset a JOIN place p ON p.asset = a.id\n"
             "    WHERE a.kind = '" STR_FMT "' AND %s;\n",
             STR_ARG(k->name), PRESENT);
}

/* One row for each element of a list, numbered from 0. */
static void add_list_view(const struct reg_kind *k, const struct reg_attr *a, enum engine engine,
                          struct buf *out)
{
    bool lite = engine == ENGINE_SQLITE;
    buf_addf(out, "CREATE VIEW \"" STR_FMT "_" STR_FMT "\" AS\n    SELECT ", STR_ARG(k->plural),
             STR_ARG(a->name));
    buf_addf(out, "a.id AS asset, p.id AS place, %s AS ord, j.value AS value\n",
             lite ? "j.key" : "j.ord - 1");
    buf_addz(out, "    FROM asset a JOIN place p ON p.asset = a.id\n    JOIN attribute t ON ");
    add_row(a, out);
    buf_addf(out, "\n    CROSS JOIN %s\n",
             lite ? "json_each(t.value) AS j"
                  : "LATERAL jsonb_array_elements_text(t.value::jsonb) "
                    "WITH ORDINALITY AS j(value, ord)");
    buf_addf(out, "    WHERE a.kind = '" STR_FMT "' AND %s\n    AND %s;\n", STR_ARG(k->name),
             PRESENT, VALUED);
}

static void add_common_views(struct buf *out)
{
    buf_addz(out, "CREATE VIEW assets AS SELECT a.id AS asset, a.kind AS kind, a.name AS name,\n"
                  "    a.scope AS scope, a.owner AS owner, a.owner_state AS owner_state,\n"
                  "    a.environment AS environment, a.criticality AS criticality,\n"
                  "    a.sanction AS sanction, a.labels AS labels\n"
                  "    FROM asset a WHERE a.state = 'present';\n");
    buf_addz(out,
             "CREATE VIEW places AS SELECT p.asset AS asset, p.id AS place, p.target AS target,"
             "\n    p.path AS path, p.member AS member, p.pointer AS pointer, p.url AS url,\n"
             "    p.line AS line, p.col AS col, p.collector AS collector,\n"
             "    p.labels AS labels, p.name AS name\n"
             "    FROM asset a JOIN place p ON p.asset = a.id\n");
    buf_addf(out, "    WHERE %s;\n", PRESENT);
    buf_addz(out, "CREATE VIEW relations AS SELECT r.from_asset AS from_asset, r.verb AS verb,\n"
                  "    r.to_asset AS to_asset, r.state AS state, r.place AS place\n"
                  "    FROM relation r JOIN asset f ON f.id = r.from_asset\n"
                  "    JOIN asset o ON o.id = r.to_asset\n"
                  "    WHERE f.state = 'present' AND o.state = 'present';\n");
}

void write_views(const struct registry *r, enum engine engine, struct buf *out)
{
    add_common_views(out);
    for (size_t i = 0; i < r->n_kinds; i++) {
        const struct reg_kind *k = &r->kinds[i];
        add_kind_view(k, out);
        for (size_t j = 0; j < k->n_attrs; j++)
            if (attr_is(&k->attrs[j], "strings"))
                add_list_view(k, &k->attrs[j], engine, out);
    }
}

void write_view_names(const struct registry *r, struct buf *out)
{
    buf_addz(out, "assets\nplaces\nrelations\n");
    for (size_t i = 0; i < r->n_kinds; i++) {
        const struct reg_kind *k = &r->kinds[i];
        buf_addf(out, STR_FMT "\n", STR_ARG(k->plural));
        for (size_t j = 0; j < k->n_attrs; j++)
            if (attr_is(&k->attrs[j], "strings"))
                buf_addf(out, STR_FMT "_" STR_FMT "\n", STR_ARG(k->plural),
                         STR_ARG(k->attrs[j].name));
    }
}

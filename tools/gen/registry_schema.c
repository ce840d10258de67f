/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the vocabularies and kinds enter the JSON Schema of the record. */
#include "formats/json.h"
#include "registry.h"

static void copy_node(const struct doc *doc, const struct node *n, struct json_writer *w);

static void copy_members(const struct doc *doc, const struct node *n, struct json_writer *w)
{
    node_each (doc, n, it) {
        if (node_is(n, NODE_OBJECT))
            json_key(w, node_key(doc, it));
        copy_node(doc, it, w);
    }
}

static void copy_node(const struct doc *doc, const struct node *n, struct json_writer *w)
{
    bool truth = false;
    switch ((enum node_type)n->type) {
    case NODE_NULL: json_null(w); break;
    case NODE_BOOL: json_bool(w, node_bool(n, &truth) == OK && truth); break;
    case NODE_NUMBER: json_raw(w, node_text(doc, n)); break;
    case NODE_STRING: json_str(w, node_text(doc, n)); break;
    case NODE_ARRAY:
    case NODE_OBJECT:
        if (node_is(n, NODE_ARRAY))
            json_array(w);
        else
            json_object(w);
        copy_members(doc, n, w);
        json_end(w);
        break;
    }
}

static void add_enum(struct json_writer *w, const struct words *words)
{
    json_kopen_array(w, "enum");
    for (size_t i = 0; i < words->n; i++)
        json_str(w, words->v[i].text);
    json_end(w);
}

static void add_ref(struct json_writer *w, const char *key, const char *def, struct str name)
{
    AUTO(buf) ref = BUF_INIT;
    buf_addf(&ref, "#/$defs/%s" STR_FMT, def, STR_ARG(name));
    json_kstr(w, key, buf_str(&ref));
}

/* {"value": <type>} beside what every attribute has. */
static void add_value(struct json_writer *w, const struct reg_attr *a)
{
    json_kopen_object(w, "value");
    if (attr_is(a, "strings")) {
        json_kstr(w, "type", STR("array"));
        json_kopen_object(w, "items");
    }
    json_kstr(w, "type", attr_is(a, "strings") ? STR("string") : a->type);
    if (a->values.n)
        add_enum(w, &a->values);
    if (attr_is(a, "strings"))
        json_end(w);
    json_end(w);
}

static void add_attr(struct json_writer *w, const struct reg_attr *a)
{
    json_key(w, a->name);
    json_object(w);
    json_kstr(w, "description", a->means);
    add_ref(w, "$ref", "attribute", STR_NULL);
    json_kopen_object(w, "properties");
    add_value(w, a);
    json_end(w);
    json_end(w);
}

/* $defs/what_KIND: the attributes an asset of the kind may carry. `place` leaves the others out. */
static void add_what(struct json_writer *w, const struct reg_kind *k, const char *prefix,
                     bool place)
{
    AUTO(buf) name = BUF_INIT;
    buf_addf(&name, "%s" STR_FMT, prefix, STR_ARG(k->name));
    json_key(w, buf_str(&name));
    json_object(w);
    json_kstr(w, "type", STR("object"));
    json_kopen_object(w, "properties");
    for (size_t i = 0; i < k->n_attrs; i++)
        if (!place || !k->attrs[i].per_asset)
            add_attr(w, &k->attrs[i]);
    json_end(w);
    json_kbool(w, "additionalProperties", false);
    json_end(w);
}

static void add_kind_case(struct json_writer *w, const struct reg_kind *k)
{
    json_object(w);
    json_kopen_object(w, "if");
    json_kopen_object(w, "properties");
    json_kopen_object(w, "kind");
    json_kstr(w, "const", k->name);
    json_end(w);
    json_end(w);
    json_end(w);
    json_kopen_object(w, "then");
    json_kopen_object(w, "properties");
    json_kopen_object(w, "what");
    add_ref(w, "$ref", "what_", k->name);
    json_end(w);
    json_kopen_object(w, "where");
    json_kopen_object(w, "items");
    json_kopen_object(w, "properties");
    json_kopen_object(w, "what");
    add_ref(w, "$ref", "where_", k->name);
    for (int i = 0; i < 6; i++)
        json_end(w);
    json_end(w);
}

static void add_defs(const struct registry *r, struct json_writer *w)
{
    for (int v = 0; v < VOCABULARIES; v++) {
        json_kopen_object(w, VOCABULARY[v].def);
        add_enum(w, &r->words[v]);
        json_end(w);
    }
    json_kopen_object(w, "kind");
    json_kopen_array(w, "enum");
    for (size_t i = 0; i < r->n_kinds; i++)
        json_str(w, r->kinds[i].name);
    json_end(w);
    json_end(w);
    for (size_t i = 0; i < r->n_kinds; i++) {
        add_what(w, &r->kinds[i], "what_", false);
        add_what(w, &r->kinds[i], "where_", true);
    }
    json_kopen_object(w, "attributes_of_kind");
    json_kopen_array(w, "allOf");
    for (size_t i = 0; i < r->n_kinds; i++)
        add_kind_case(w, &r->kinds[i]);
    json_end(w);
    json_end(w);
}

int write_schema(const struct registry *r, const struct doc *record, struct buf *out,
                 struct diag *d)
{
    struct json_writer w;
    const struct node *root = doc_root(record);
    if (!node_is(node_get(record, root, STR("$defs")), NODE_OBJECT))
        return diag_set(d, E_PARSE, "the schema of the record has no '$defs' mapping");
    json_begin(&w, out, JSON_PRETTY);
    json_object(&w);
    node_each (record, root, it) {
        bool defs = str_eq(node_key(record, it), STR("$defs"));
        json_key(&w, node_key(record, it));
        if (!defs) {
            copy_node(record, it, &w);
            continue;
        }
        json_object(&w);
        copy_members(record, it, &w);
        add_defs(r, &w);
        json_end(&w);
    }
    json_end(&w);
    int rc = json_finish(&w);
    if (!rc && out->n && out->p[out->n - 1] != '\n')
        buf_addc(out, '\n');
    rc = rc ? rc : buf_result(out);
    return rc ? diag_set(d, rc, "cannot write the schema") : OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides the C form of the registry: enums of the header and tables of the library. */
#include "formats/json.h"
#include "registry.h"

static const char HEAD[] = "/* SPDX-License-Identifier: Apache-2.0 */\n"
                           "/* Generated from src/inventory/kinds.yaml; change that file. */\n";

static void enum_begin(struct buf *out, const char *tag)
{
    buf_addf(out, "\nenum %s {\n", tag);
}

static void enum_member(struct buf *out, const char *prefix, struct str a, struct str b)
{
    buf_addf(out, "    %s_", prefix);
    buf_add_upper(out, a);
    if (b.n) {
        buf_addc(out, '_');
        buf_add_upper(out, b);
    }
    buf_addz(out, ",\n");
}

static void enum_end(struct buf *out, const char *prefix)
{
    buf_addf(out, "    %s_COUNT\n};\n", prefix);
}

void write_ids(const struct registry *r, struct buf *out)
{
    buf_addz(out, HEAD);
    buf_addz(out, "#ifndef STANCE_REGISTRY_IDS_GEN_H\n#define STANCE_REGISTRY_IDS_GEN_H\n");
    enum_begin(out, "kind");
    for (size_t i = 0; i < r->n_kinds; i++)
        enum_member(out, "KIND", r->kinds[i].name, STR_NULL);
    enum_end(out, "KIND");
    enum_begin(out, "attr");
    for (size_t i = 0; i < r->n_kinds; i++) {
        buf_addf(out, "    /* " STR_FMT " */\n", STR_ARG(r->kinds[i].name));
        for (size_t j = 0; j < r->kinds[i].n_attrs; j++)
            enum_member(out, "ATTR", r->kinds[i].name, r->kinds[i].attrs[j].name);
    }
    enum_end(out, "ATTR");
    for (int v = 0; v < VOCABULARIES; v++) {
        enum_begin(out, VOCABULARY[v].tag);
        for (size_t i = 0; i < r->words[v].n; i++)
            enum_member(out, VOCABULARY[v].prefix, r->words[v].v[i].text, STR_NULL);
        enum_end(out, VOCABULARY[v].prefix);
    }
    buf_addz(out, "\n#endif\n");
}

/* A C string literal. Every byte beyond printable ASCII is an octal escape of three digits. */
static void add_literal(struct buf *out, struct str s)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", c);
        else if (c == '\n')
            buf_addz(out, "\\n");
        else if (c < ' ' || c > '~' || c == '?')
            buf_addf(out, "\\%03o", c);
        else
            buf_addc(out, (char)c);
    }
    buf_addc(out, '"');
}

/* A long text: one literal a line. */
static void add_text(struct buf *out, const char *name, struct str text)
{
    struct str line;
    buf_addf(out, "\nconst char %s[] =\n", name);
    while (str_line(&text, &line)) {
        buf_addz(out, "    ");
        add_literal(out, line);
        buf_addz(out, "\"\\n\"\n");
    }
    buf_addz(out, "    \"\";\n");
}

static void add_words(struct buf *out, const struct words *w)
{
    for (size_t i = 0; i < w->n; i++) {
        buf_addz(out, "    ");
        add_literal(out, w->v[i].text);
        buf_addz(out, ",\n");
    }
    buf_addz(out, "    NULL,\n};\n");
}

static void add_attr_values(struct buf *out, const struct reg_kind *k)
{
    for (size_t i = 0; i < k->n_attrs; i++) {
        if (!k->attrs[i].values.n)
            continue;
        buf_addf(out, "\nstatic const char *const VALUES_" STR_FMT "_" STR_FMT "[] = {\n",
                 STR_ARG(k->name), STR_ARG(k->attrs[i].name));
        add_words(out, &k->attrs[i].values);
    }
}

static void add_attr(struct buf *out, const struct reg_kind *k, const struct reg_attr *a)
{
    buf_addz(out, "    {.name = ");
    add_literal(out, a->name);
    buf_addz(out, ", .kind = KIND_");
    buf_add_upper(out, k->name);
    buf_addz(out, ", .type = VALUE_");
    buf_add_upper(out, a->type);
    buf_addf(out, ", .form = FORM_%s", a->form.n ? "URL" : "TEXT");
    buf_addf(out, ", .per_asset = %d, .sensitive = %d", a->per_asset, a->sensitive);
    if (a->unit.n) {
        buf_addz(out, ", .unit = ");
        add_literal(out, a->unit);
    }
    if (a->values.n)
        buf_addf(out, ", .values = VALUES_" STR_FMT "_" STR_FMT, STR_ARG(k->name),
                 STR_ARG(a->name));
    buf_addz(out, ",\n     .means = ");
    add_literal(out, a->means);
    buf_addz(out, "},\n");
}

/* C expression of one identity part. */
static void add_part(struct buf *out, const struct reg_kind *k, const struct reg_rule *r, int i)
{
    if (r->attr[i] < 0) {
        buf_addz(out, "IDENTITY_");
        buf_add_upper(out, str_sub(r->parts[i], 1, SIZE_MAX));
        return;
    }
    buf_addz(out, "ATTR_");
    buf_add_upper(out, k->name);
    buf_addc(out, '_');
    buf_add_upper(out, r->parts[i]);
}

static void add_kind_lists(struct buf *out, const struct reg_kind *k)
{
    buf_addf(out, "\nstatic const struct identity_rule IDENTITY_OF_" STR_FMT "[] = {\n",
             STR_ARG(k->name));
    for (size_t i = 0; i < k->n_rules; i++) {
        buf_addf(out, "    {%d, {", k->rules[i].n);
        for (int j = 0; j < k->rules[i].n; j++) {
            buf_addz(out, j ? ", " : "");
            add_part(out, k, &k->rules[i], j);
        }
        buf_addz(out, "}},\n");
    }
    buf_addf(out, "};\nstatic const int COLUMNS_OF_" STR_FMT "[] = {\n", STR_ARG(k->name));
    for (size_t i = 0; i < k->n_columns; i++) {
        buf_addz(out, "    ATTR_");
        buf_add_upper(out, k->name);
        buf_addc(out, '_');
        buf_add_upper(out, k->attrs[k->columns[i]].name);
        buf_addz(out, ",\n");
    }
    buf_addz(out, "};\n");
}

static void add_kind(struct buf *out, const struct reg_kind *k, size_t first)
{
    const struct {
        const char *field;
        struct str text;
    } texts[] = {{"name", k->name},
                 {"title", k->title},
                 {"plural", k->plural},
                 {"category", k->category},
                 {"means", k->means}};
    buf_addz(out, "    {");
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        buf_addf(out, "%s.%s = ", i ? ",\n     " : "", texts[i].field);
        add_literal(out, texts[i].text);
    }
    buf_addf(out,
             ",\n     .identity = IDENTITY_OF_" STR_FMT ", .identities = %zu, .first_attr = %zu, "
             ".attrs = %zu,\n     .columns = COLUMNS_OF_" STR_FMT ", .column_count = %zu},\n",
             STR_ARG(k->name), k->n_rules, first, k->n_attrs, STR_ARG(k->name), k->n_columns);
}

static void add_tables(const struct registry *r, struct buf *out)
{
    size_t first = 0;
    for (size_t i = 0; i < r->n_kinds; i++) {
        add_attr_values(out, &r->kinds[i]);
        add_kind_lists(out, &r->kinds[i]);
    }
    buf_addz(out, "\nconst struct attr_info REGISTRY_ATTRS[] = {\n");
    for (size_t i = 0; i < r->n_kinds; i++)
        for (size_t j = 0; j < r->kinds[i].n_attrs; j++)
            add_attr(out, &r->kinds[i], &r->kinds[i].attrs[j]);
    buf_addz(out, "};\n\nconst struct kind_info REGISTRY_KINDS[] = {\n");
    for (size_t i = 0; i < r->n_kinds; first += r->kinds[i++].n_attrs)
        add_kind(out, &r->kinds[i], first);
    buf_addz(out, "};\n");
}

void write_tables(const struct registry *r, struct str schema, struct buf *out)
{
    AUTO(buf) text = BUF_INIT;
    struct str name, rest;
    buf_addz(out, HEAD);
    buf_addz(out, "#include \"inventory/registry.h\"\n");
    add_tables(r, out);
    for (int v = 0; v < VOCABULARIES; v++) {
        buf_addf(out, "\nconst char *const %s[] = {\n", VOCABULARY[v].table);
        add_words(out, &r->words[v]);
    }
    write_views(r, ENGINE_SQLITE, &text);
    add_text(out, "REGISTRY_VIEWS_SQLITE", buf_str(&text));
    buf_clear(&text);
    write_views(r, ENGINE_POSTGRES, &text);
    add_text(out, "REGISTRY_VIEWS_POSTGRES", buf_str(&text));
    add_text(out, "REGISTRY_SCHEMA_JSON", schema);
    buf_clear(&text);
    write_view_names(r, &text);
    rest = buf_str(&text);
    buf_addz(out, "\nconst char *const REGISTRY_VIEW_NAMES[] = {\n");
    while (str_line(&rest, &name))
        buf_addf(out, "    \"" STR_FMT "\",\n", STR_ARG(name));
    buf_addz(out, "    NULL,\n};\n");
    if (buf_result(&text))
        out->error = buf_result(&text);
}

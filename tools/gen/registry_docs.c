/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what people read about the registry: the page of kinds and the identity tables. */
#include "registry.h"

/* Text of a table cell. */
static void add_cell(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '|' || s.p[i] == '<')
            buf_addc(out, '\\');
        buf_addc(out, s.p[i]);
    }
}

static void add_rule(struct buf *out, const struct reg_rule *r)
{
    for (int i = 0; i < r->n; i++)
        buf_addf(out, "%s`" STR_FMT "`", i ? " + " : "", STR_ARG(r->parts[i]));
}

static void add_word_list(struct buf *out, const struct words *w)
{
    for (size_t i = 0; i < w->n; i++)
        buf_addf(out, "%s`" STR_FMT "`", i ? ", " : "", STR_ARG(w->v[i].text));
}

static void add_attr(const struct reg_kind *k, const struct reg_attr *a, struct buf *out)
{
    AUTO(buf) column = BUF_INIT;
    column_name(k, a, &column);
    buf_addf(out, "| `" STR_FMT "` | " STR_FMT, STR_ARG(a->name), STR_ARG(a->type));
    if (a->unit.n)
        buf_addf(out, " (" STR_FMT ")", STR_ARG(a->unit));
    buf_addf(out, " | %s | ", a->per_asset ? "asset" : "place");
    add_cell(out, a->means);
    if (a->values.n) {
        buf_addz(out, " One of ");
        add_word_list(out, &a->values);
        buf_addc(out, '.');
    }
    if (a->sensitive)
        buf_addz(out, " Sensitive.");
    if (!str_eq(buf_str(&column), a->name))
        buf_addf(out, " Column `" STR_FMT "`.", STR_ARG(buf_str(&column)));
    buf_addz(out, " |\n");
}

static void add_kind(const struct reg_kind *k, struct buf *out)
{
    buf_addf(out, "\n## %.*s (`" STR_FMT "`)\n\n", STR_ARG(k->title), STR_ARG(k->name));
    buf_add(out, k->means);
    buf_addf(out, "\n\nView `" STR_FMT "`, category " STR_FMT ". Identity: ", STR_ARG(k->plural),
             STR_ARG(k->category));
    for (size_t i = 0; i < k->n_rules; i++) {
        buf_addz(out, i ? "; else " : "");
        add_rule(out, &k->rules[i]);
    }
    buf_addz(out, ".\n\n| attribute | type | per | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < k->n_attrs; i++)
        add_attr(k, &k->attrs[i], out);
}

static const char INTRO[] =
    "# Kinds and attributes\n\n"
    "Generated from `src/inventory/kinds.yaml` by `ninja docs`; change that file.\n\n"
    "A collector cannot report a kind or an attribute that is not listed here. Every attribute "
    "has a state\n(`declared`, `resolved`, `inferred`, `default`, `absent`, `unresolved`); "
    "`absent` means that the place was read\nin full and does not set it.\n\n"
    "## Views\n\n"
    "Each kind has a view with one row for each place where an asset was seen. It starts with the "
    "columns\n`asset`, `place`, `name`, `scope`, `path`, `pointer`, `line`, `owner`, "
    "`environment`, `criticality`,\n`sanction` and `labels` (of the place). Each attribute adds "
    "two columns: its value (`NULL` when absent or\nunresolved; booleans are 0 and 1; lists are "
    "JSON text) and `ATTRIBUTE_state`. Attributes per asset repeat on\nevery row. A list has a "
    "view of its own, `VIEW_ATTRIBUTE(asset, place, ord, value)`, counted from 0.\nQuote names "
    "that are SQL keywords: `p.\"constraint\"`.\n\n"
    "For all kinds: `assets(asset, kind, name, scope, owner, owner_state, environment, "
    "criticality, sanction, labels)`,\n`places(asset, place, target, path, member, pointer, url, "
    "line, col, collector, labels, name)` and\n`relations(from_asset, verb, to_asset, state, "
    "place)`. Only what the last scan saw is in the views.\n";

void write_kinds_page(const struct registry *r, struct buf *out)
{
    buf_addz(out, INTRO);
    for (size_t i = 0; i < r->n_kinds; i++)
        add_kind(&r->kinds[i], out);
    buf_addz(out, "\n## Verbs of relations\n\n| verb | meaning |\n|---|---|\n");
    for (size_t i = 0; i < r->words[0].n; i++) {
        buf_addf(out, "| `" STR_FMT "` | ", STR_ARG(r->words[0].v[i].text));
        add_cell(out, r->words[0].v[i].means);
        buf_addz(out, " |\n");
    }
    buf_addz(out, "\n## Vocabularies\n\n| vocabulary | words |\n|---|---|\n");
    for (int v = 1; v < VOCABULARIES; v++) {
        buf_addf(out, "| %s | ", VOCABULARY[v].key);
        add_word_list(out, &r->words[v]);
        buf_addz(out, " |\n");
    }
}

void write_identity_tables(const struct registry *r, struct buf *out)
{
    buf_addz(out, "| kind | first | else | else | else |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < r->n_kinds; i++) {
        const struct reg_kind *k = &r->kinds[i];
        buf_addf(out, "| `" STR_FMT "` |", STR_ARG(k->name));
        for (size_t j = 0; j < 4 || j < k->n_rules; j++) {
            buf_addc(out, ' ');
            if (j < k->n_rules)
                add_rule(out, &k->rules[j]);
            buf_addz(out, j < k->n_rules ? " |" : "|");
        }
        buf_addc(out, '\n');
    }
}

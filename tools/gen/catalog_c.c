/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the tables of the catalogue look in C. */
#include "catalog.h"

static void add_literal(struct buf *out, const char *text)
{
    if (!text) {
        buf_addz(out, "NULL");
        return;
    }
    buf_addc(out, '"');
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\' || *p < 32 || *p > 126 || *p == '?')
            buf_addf(out, "\\%03o", *p);
        else
            buf_addc(out, (char)*p);
    }
    buf_addc(out, '"');
}

/* ", "text"" for each of them; NULL ends. */
static void add_texts(struct buf *out, const char *const *texts)
{
    for (; *texts; texts++) {
        add_literal(out, *texts);
        buf_addz(out, ", ");
    }
}

static void add_list(struct buf *out, const char *const *texts)
{
    buf_addz(out, "(const char *const[]){");
    add_texts(out, texts);
    buf_addz(out, "NULL}");
}

static void begin(struct buf *out, const char *type, const char *name, int n)
{
    buf_addf(out, "\nstatic const struct %s %s[%d] = {\n", type, name, n + 1);
}

static void add_member(struct buf *out, const char *name, const char *text)
{
    buf_addf(out, ".%s = ", name);
    add_literal(out, text);
    buf_addz(out, ", ");
}

static void add_entries(struct buf *out, const struct catalog *c)
{
    begin(out, "catalog_entry", "ENTRIES", c->n_entries);
    for (int i = 0; i < c->n_entries; i++) {
        const struct catalog_entry *e = &c->entries[i];
        buf_addz(out, "    {");
        add_member(out, "id", e->id);
        add_member(out, "name", e->name);
        add_member(out, "category", e->category);
        add_member(out, "maker", e->maker);
        add_member(out, "country", e->country);
        add_member(out, "source", e->source);
        add_member(out, "training_use", e->training_use);
        add_member(out, "provider", e->provider);
        buf_addf(out,
                 ".service = %s, .self_hosted = %s, .aliases = ", e->service ? "true" : "false",
                 e->self_hosted ? "true" : "false");
        add_list(out, e->aliases);
        buf_addz(out, ", .none = ");
        add_list(out, e->none);
        buf_addz(out, "},\n");
    }
    buf_addz(out, "};\n");
}

static void add_names(struct buf *out, const struct catalog *c)
{
    begin(out, "catalog_name", "NAMES", c->n_names);
    for (int i = 0; i < c->n_names; i++) {
        const struct catalog_name *n = &c->names[i];
        buf_addf(out, "    {.space = %d, ", n->space);
        add_member(out, "name", n->name);
        buf_addf(out, ".entry = %d},\n", n->entry);
    }
    buf_addz(out, "};\n");
    begin(out, "catalog_kind", "KINDS", c->n_kinds);
    for (int i = 0; i < c->n_kinds; i++) {
        buf_addz(out, "    {");
        add_member(out, "kind", c->kinds[i].kind);
        add_member(out, "data_class", c->kinds[i].data_class);
        add_member(out, "means", c->kinds[i].means);
        buf_addz(out, "},\n");
    }
    buf_addz(out, "};\n");
}

static void add_imports(struct buf *out, const struct catalog *c)
{
    begin(out, "catalog_import", "IMPORTS", c->n_imports);
    for (int i = 0; i < c->n_imports; i++) {
        const struct catalog_import *row = &c->imports[i];
        buf_addz(out, "    {");
        add_member(out, "language", row->language);
        add_member(out, "name", row->name);
        add_member(out, "ecosystem", row->ecosystem);
        buf_addz(out, ".packages = ");
        add_list(out, row->packages);
        buf_addz(out, ", .proofs = ");
        add_list(out, row->proofs);
        buf_addf(out, "%s, .entry = %d},\n", row->common ? ", .common = true" : "", row->entry);
    }
    buf_addz(out, "};\n");
}

/* The first row that has the list of row i: rows share them. */
static int owner_of_takes(const struct catalog *c, int i)
{
    int k = 0;

    while (c->codes[k].takes != c->codes[i].takes)
        k++;
    return k;
}

static void add_lists(struct buf *out, int i, const struct catalog_code *row)
{
    buf_addf(out, "static const struct catalog_take TAKES_%d[] = {", i);
    for (const struct catalog_take *t = row->takes; t->what != CODE_TAKE_END; t++) {
        buf_addf(out, "{%d, ", t->what);
        add_literal(out, t->argument);
        buf_addf(out, ", %d}, ", t->position);
    }
    buf_addf(out, "{0}};\nstatic const struct catalog_fixed FIXED_%d[] = {", i);
    for (const struct catalog_fixed *f = row->fixed; f->what != CODE_TAKE_END; f++) {
        buf_addf(out, "{%d, ", f->what);
        add_literal(out, f->value);
        buf_addz(out, "}, ");
    }
    buf_addz(out, "{0}};\n");
}

static void add_codes(struct buf *out, const struct catalog *c)
{
    buf_addc(out, '\n');
    for (int i = 0; i < c->n_codes; i++)
        if (owner_of_takes(c, i) == i)
            add_lists(out, i, &c->codes[i]);
    begin(out, "catalog_code", "CODES", c->n_codes);
    for (int i = 0; i < c->n_codes; i++) {
        const struct catalog_code *row = &c->codes[i];
        int owner = owner_of_takes(c, i);
        buf_addz(out, "    {");
        add_member(out, "language", row->language);
        add_member(out, "name", row->name);
        add_member(out, "root", row->root);
        add_member(out, "class", row->class);
        buf_addf(out, ".form = %d, .is = %d, .entry = %d, .takes = TAKES_%d, .fixed = FIXED_%d},\n",
                 row->form, row->is, row->entry, owner, owner);
    }
    buf_addf(out, "};\nstatic const int CODE_CLASSES[%d] = {", c->n_code_classes + 1);
    for (int i = 0; i < c->n_code_classes; i++)
        buf_addf(out, "%s%d,", i % 16 ? " " : "\n    ", c->code_classes[i]);
    buf_addz(out, "};\n");
    begin(out, "catalog_code_root", "CODE_ROOTS", c->n_code_roots);
    for (int i = 0; i < c->n_code_roots; i++) {
        buf_addz(out, "    {");
        add_member(out, "language", c->code_roots[i].language);
        add_member(out, "name", c->code_roots[i].name);
        buf_addz(out, "},\n");
    }
    buf_addz(out, "};\n");
}

static void add_keys(struct buf *out, const struct catalog *c)
{
    begin(out, "catalog_key", "KEYS", c->n_keys);
    for (int i = 0; i < c->n_keys; i++) {
        const struct catalog_key *k = &c->keys[i];
        buf_addz(out, "    {");
        add_member(out, "kind", k->kind);
        add_member(out, "data_class", k->data_class);
        buf_addz(out, ".keywords = ");
        add_list(out, k->keywords);
        buf_addz(out, ", ");
        add_member(out, "pattern", k->pattern);
        add_member(out, "check", k->check);
        add_member(out, "next", k->next);
        buf_addf(out, ".min_entropy_centibits = %d, .entry = %d, .before = %d%s},\n",
                 k->min_entropy_centibits, k->entry, k->before,
                 k->shared ? ", .shared = true" : "");
    }
    buf_addz(out, "};\n");
    begin(out, "catalog_literal", "LITERALS", c->n_literals);
    for (int i = 0; i < c->n_literals; i++) {
        const struct catalog_literal *l = &c->literals[i];
        buf_addz(out, "    {");
        add_member(out, "text", l->text);
        buf_addz(out, ".keys = (const int[]){");
        for (int k = 0; k < l->n_keys; k++)
            buf_addf(out, "%d, ", l->keys[k]);
        buf_addf(out, "-1}, .n_keys = %d%s%s%s%s},\n", l->n_keys,
                 l->import ? ", .import = true" : "", l->image ? ", .image = true" : "",
                 l->host ? ", .host = true" : "", l->env ? ", .env = true" : "");
    }
    buf_addz(out, "};\n");
}

static void add_facts(struct buf *out, const struct catalog *c)
{
    begin(out, "catalog_category", "CATEGORIES", c->n_categories);
    for (int i = 0; i < c->n_categories; i++) {
        buf_addz(out, "    {");
        add_member(out, "id", c->categories[i].id);
        add_member(out, "means", c->categories[i].means);
        buf_addz(out, ".expects = ");
        add_list(out, c->categories[i].expects);
        buf_addz(out, "},\n");
    }
    buf_addz(out, "};\n");
    begin(out, "catalog_reference", "REFERENCES", c->n_references);
    for (int i = 0; i < c->n_references; i++) {
        buf_addz(out, "    {");
        add_member(out, "url", c->references[i].url);
        add_member(out, "read", c->references[i].read);
        buf_addz(out, ".says = ");
        add_list(out, c->references[i].says);
        buf_addf(out, ", .entry = %d},\n", c->references[i].entry);
    }
    buf_addz(out, "};\n");
    begin(out, "catalog_terms", "TERMS", c->n_terms);
    for (int i = 0; i < c->n_terms; i++) {
        const struct catalog_terms *t = &c->terms[i];
        buf_addz(out, "    {");
        add_member(out, "tier", t->tier);
        add_member(out, "retention", t->retention);
        add_member(out, "processors", t->processors);
        add_member(out, "url", t->url);
        add_member(out, "read", t->read);
        buf_addz(out, ".regions = ");
        add_list(out, t->regions);
        buf_addf(out, ", .training = %d, .entry = %d},\n", t->training, t->entry);
    }
    buf_addz(out, "};\n");
}

static void add_network(struct buf *out, const struct catalog *c)
{
    begin(out, "catalog_host", "HOSTS", c->n_hosts);
    for (int i = 0; i < c->n_hosts; i++) {
        buf_addz(out, "    {");
        add_member(out, "name", c->hosts[i].name);
        add_member(out, "tail", c->hosts[i].tail);
        buf_addf(out, ".role = %d, .entry = %d},\n", c->hosts[i].role, c->hosts[i].entry);
    }
    buf_addz(out, "};\n");
    begin(out, "catalog_port", "PORTS", c->n_ports);
    for (int i = 0; i < c->n_ports; i++)
        buf_addf(out, "    {%d, %d},\n", c->ports[i].port, c->ports[i].entry);
    buf_addz(out, "};\n");
    begin(out, "catalog_probe", "PROBES", c->n_probes);
    for (int i = 0; i < c->n_probes; i++) {
        buf_addz(out, "    {");
        add_member(out, "path", c->probes[i].path);
        buf_addz(out, ".marks = ");
        add_list(out, c->probes[i].marks);
        buf_addf(out, ", .open = %s, .entry = %d},\n", c->probes[i].open ? "true" : "false",
                 c->probes[i].entry);
    }
    buf_addz(out, "};\n");
}

static void add_agents(struct buf *out, const struct catalog *c)
{
    static const char *const scopes[] = {"AGENT_USER", "AGENT_PROJECT", "AGENT_MANAGED",
                                         "AGENT_BY_PLACE"};
    static const char *const formats[] = {"DOC_JSON", "DOC_JSONC", "DOC_YAML", "DOC_TOML"};

    begin(out, "catalog_agent_file", "AGENT_FILES", c->n_agent_files);
    for (int i = 0; i < c->n_agent_files; i++) {
        const struct catalog_agent_file *f = &c->agent_files[i];
        buf_addz(out, "    {");
        add_member(out, "path", f->path);
        add_member(out, "last", f->last);
        buf_addf(out, ".scope = %s, .format = %s, .servers = ", scopes[f->scope],
                 formats[f->format]);
        add_list(out, f->servers);
        buf_addz(out, ", ");
        add_member(out, "settings", f->settings);
        add_member(out, "projects", f->projects);
        buf_addf(out, ".flat = %s, .entry = %d},\n", f->flat ? "true" : "false", f->entry);
    }
    buf_addz(out, "};\n");
    begin(out, "catalog_instruction", "INSTRUCTIONS", c->n_instructions);
    for (int i = 0; i < c->n_instructions; i++) {
        const struct catalog_instruction *row = &c->instructions[i];
        buf_addz(out, "    {");
        add_member(out, "path", row->path);
        add_member(out, "last", row->last);
        add_member(out, "name", row->name);
        buf_addf(out, ".library = %s, .outside_docs = %s, .entry = %d},\n",
                 row->library ? "true" : "false", row->outside_docs ? "true" : "false", row->entry);
    }
    buf_addz(out, "};\n");
}

static void add_walk(struct buf *out, const struct catalog *c)
{
    static const char *const actions[] = {"WALK_SKIP", "WALK_LABEL", "WALK_READ"};

    begin(out, "catalog_walk_rule", "WALK_RULES", c->n_walk_rules);
    for (int i = 0; i < c->n_walk_rules; i++) {
        const struct catalog_walk_rule *r = &c->walk_rules[i];
        buf_addz(out, "    {");
        add_member(out, "id", r->id);
        add_member(out, "what", r->what);
        add_member(out, "reason", r->reason);
        add_member(out, "source", r->source);
        buf_addf(out, ".action = %s, .label = %d, .always = %s, .keeps = ", actions[r->action],
                 r->label, r->always ? "true" : "false");
        add_list(out, r->keeps);
        buf_addz(out, ", .holds = ");
        add_list(out, r->holds);
        buf_addz(out, "},\n");
    }
    buf_addz(out, "};\n");
    begin(out, "catalog_walk_folder", "WALK_FOLDERS", c->n_walk_folders);
    for (int i = 0; i < c->n_walk_folders; i++) {
        const struct catalog_walk_folder *f = &c->walk_folders[i];
        buf_addz(out, "    {");
        add_member(out, "path", f->path);
        add_member(out, "last", f->last);
        add_member(out, "hides", f->hides);
        buf_addf(out, ".rule = %d},\n", f->rule);
    }
    buf_addz(out, "};\n");
    begin(out, "catalog_walk_marker", "WALK_MARKERS", c->n_walk_markers);
    for (int i = 0; i < c->n_walk_markers; i++) {
        buf_addz(out, "    {");
        add_member(out, "name", c->walk_markers[i].name);
        buf_addf(out, ".rule = %d},\n", c->walk_markers[i].rule);
    }
    buf_addz(out, "};\n");
}

static void add_unread(struct buf *out, const struct catalog *c)
{
    begin(out, "catalog_unread", "UNREAD", c->n_unread);
    for (int i = 0; i < c->n_unread; i++) {
        const struct catalog_unread *r = &c->unread[i];
        buf_addz(out, "    {");
        add_member(out, "id", r->id);
        add_member(out, "what", r->what);
        add_member(out, "reason", r->reason);
        buf_addz(out, ".magic = ");
        add_list(out, r->magic);
        buf_addz(out, ", .people = ");
        add_list(out, r->people);
        buf_addf(out, ", .unsupported = %s, .text = %d},\n", r->unsupported ? "true" : "false",
                 r->text);
    }
    buf_addz(out, "};\n");
    begin(out, "catalog_unread_name", "UNREAD_NAMES", c->n_unread_names);
    for (int i = 0; i < c->n_unread_names; i++) {
        const struct catalog_unread_name *n = &c->unread_names[i];
        buf_addz(out, "    {");
        add_member(out, "path", n->path);
        add_member(out, "key", n->key);
        buf_addf(out, ".format = %d},\n", n->format);
    }
    buf_addz(out, "};\n");
}

static void add_models(struct buf *out, const struct catalog *c)
{
    begin(out, "catalog_form", "FORMS", c->n_forms);
    for (int i = 0; i < c->n_forms; i++) {
        buf_addz(out, "    {");
        add_member(out, "id", c->forms[i].id);
        add_member(out, "means", c->forms[i].means);
        add_member(out, "source", c->forms[i].source);
        add_member(out, "pattern", c->forms[i].pattern);
        buf_addf(out, ".behind = %s},\n", c->forms[i].behind ? "true" : "false");
    }
    buf_addz(out, "};\n");
    begin(out, "catalog_family", "FAMILIES", c->n_families);
    for (int i = 0; i < c->n_families; i++) {
        buf_addz(out, "    {");
        add_member(out, "id", c->families[i].id);
        add_member(out, "name", c->families[i].name);
        add_member(out, "source", c->families[i].source);
        add_member(out, "entry", c->families[i].entry);
        add_member(out, "pattern", c->families[i].pattern);
        buf_addz(out, "},\n");
    }
    buf_addz(out, "};\n");
    begin(out, "catalog_model", "MODELS", c->n_models);
    for (int i = 0; i < c->n_models; i++) {
        const struct catalog_model *m = &c->models[i];
        buf_addz(out, "    {");
        add_member(out, "id", m->id);
        add_member(out, "released", m->released);
        add_member(out, "announced", m->announced);
        add_member(out, "retired", m->retired);
        add_member(out, "replacement", m->replacement);
        add_member(out, "licence", m->licence);
        add_member(out, "weights", m->weights);
        add_member(out, "source", m->source);
        buf_addz(out, ".aliases = ");
        add_list(out, m->aliases);
        buf_addz(out, ", .input = ");
        add_list(out, m->input);
        buf_addz(out, ", .output = ");
        add_list(out, m->output);
        buf_addf(out, ", .context = %d, .family = %d},\n", m->context, m->family);
    }
    buf_addz(out, "};\n");
}

static void add_database(struct buf *out, const struct catalog *c)
{
    const unsigned char *p = c->literal_db;

    buf_addz(out, "\nstatic const unsigned char LITERAL_DB[] = {");
    for (size_t i = 0; i < c->literal_db_size; i++) {
        buf_addz(out, i % 24 ? "" : "\n    ");
        buf_addf(out, "%u,", p[i]);
    }
    buf_addz(out, "\n};\n");
}

void catalog_write_c(const struct catalog *c, struct buf *out)
{
    buf_addz(out, "/* SPDX-License-Identifier: Apache-2.0 */\n"
                  "/* Generated from knowledge/ by tools/gen/catalog.c. */\n"
                  "#include \"catalog/catalog.h\"\n");
    add_entries(out, c);
    add_names(out, c);
    add_imports(out, c);
    add_codes(out, c);
    add_keys(out, c);
    add_facts(out, c);
    add_network(out, c);
    add_agents(out, c);
    add_walk(out, c);
    add_unread(out, c);
    add_models(out, c);
    add_database(out, c);
    buf_addz(out, "\nconst struct catalog CATALOG = {\n");
#define TABLE(name, member, count)                                                                 \
    buf_addf(out, "    .%s = %s, .%s = %d,\n", #member, name, #count, c->count);
    TABLE("ENTRIES", entries, n_entries)
    TABLE("CATEGORIES", categories, n_categories)
    TABLE("REFERENCES", references, n_references)
    TABLE("TERMS", terms, n_terms)
    TABLE("NAMES", names, n_names)
    TABLE("IMPORTS", imports, n_imports)
    TABLE("CODES", codes, n_codes)
    TABLE("CODE_CLASSES", code_classes, n_code_classes)
    TABLE("CODE_ROOTS", code_roots, n_code_roots)
    TABLE("KEYS", keys, n_keys)
    TABLE("HOSTS", hosts, n_hosts)
    TABLE("PORTS", ports, n_ports)
    TABLE("PROBES", probes, n_probes)
    TABLE("AGENT_FILES", agent_files, n_agent_files)
    TABLE("INSTRUCTIONS", instructions, n_instructions)
    TABLE("WALK_RULES", walk_rules, n_walk_rules)
    TABLE("WALK_FOLDERS", walk_folders, n_walk_folders)
    TABLE("WALK_MARKERS", walk_markers, n_walk_markers)
    TABLE("FORMS", forms, n_forms)
    TABLE("FAMILIES", families, n_families)
    TABLE("MODELS", models, n_models)
    TABLE("UNREAD", unread, n_unread)
    TABLE("UNREAD_NAMES", unread_names, n_unread_names)
    TABLE("KINDS", kinds, n_kinds)
    TABLE("LITERALS", literals, n_literals)
    buf_addf(out,
             "    .literal_db = LITERAL_DB, .literal_db_size = sizeof(LITERAL_DB),\n"
             "    .n_compiled = %d, .digest = \"%s\",\n};\n",
             c->n_compiled, c->digest);
}

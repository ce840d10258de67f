/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how what is known of the AI ecosystem is listed, searched, and where it is empty. */
#include "base/path.h"
#include "base/vec.h"
#include "catalog/facts.h"
#include "catalog/model_names.h"
#include "cli/catalog_check.h"
#include "cli/catalog_update.h"
#include "cli/grid.h"
#include "cli/knowledge.h"
#include "cli/options.h"
#include "cli/reading.h"

static const struct option_spec options[] = {OPTION_TABLE_FORMAT, {0}};

static enum grid_format format_of(const struct invocation *in)
{
    return (enum grid_format)option_int(in, "format");
}

static void add_entry(struct grid *g, const struct catalog_entry *e)
{
    grid_cell(g, str_z(e->id));
    grid_cell(g, str_z(e->name));
    grid_cell(g, str_z(e->category));
    grid_cell(g, str_z(e->maker));
    grid_cell(g, str_z(e->country));
    grid_cell(g, str_z(!e->service ? "own" : e->self_hosted ? "either" : "vendor"));
}

#define ENTRY_COLUMNS                                                                              \
    {.title = "id", .whole = true}, {.title = "name", .min_width = 16}, {.title = "category"},     \
        {.title = "maker"}, {.title = "country"},                                                  \
    {                                                                                              \
        .title = "runs"                                                                            \
    }

static int list(struct invocation *in, const struct catalog *c, struct diag *d)
{
    static const struct grid_column columns[] = {ENTRY_COLUMNS};
    struct grid g;

    grid_begin(&g, in, format_of(in), columns, ARRAY_LEN(columns));
    for (int i = 0; i < c->n_entries; i++)
        add_entry(&g, &c->entries[i]);
    return grid_finish(&g, NULL, d);
}

/* ---- show ---- */

struct showing {
    struct grid *g;
    const struct catalog *c;
    int entry;
};

static int show_fact(void *ctx, const struct catalog_fact *f)
{
    struct showing *s = ctx;
    const struct catalog_reference *r = catalog_source(s->c, s->entry, f);
    AUTO(buf) group = BUF_INIT;

    buf_addf(&group, "%s%s%s", f->group, f->sub ? "." : "", f->sub ? f->sub : "");
    grid_cell(s->g, buf_str(&group));
    grid_cell(s->g, str_z(f->text));
    grid_cell(s->g, str_z(r ? r->url : NULL));
    grid_cell(s->g, str_z(r ? r->read : NULL));
    return buf_result(&group);
}

static void add_list(struct buf *b, const char *title, const char *const *texts)
{
    for (int i = 0; texts[i]; i++) {
        buf_addz(b, i ? ", " : title);
        path_show_kept(b, str_z(texts[i]));
    }
    if (texts[0])
        buf_addc(b, '\n');
}

/* A pack may have written any text. */
static int show_head(const struct catalog_entry *e, FILE *out)
{
    AUTO(buf) b = BUF_INIT;

    path_show_kept(&b, str_z(e->name));
    buf_addf(&b, "  %s\ncategory  %s\nmaker     ", e->id, e->category);
    path_show_kept(&b, str_z(e->maker ? e->maker : "unknown"));
    buf_addf(&b, "%s%s\nruns      %s\n", e->country ? ", " : "", e->country ? e->country : "",
             !e->service      ? "own: software, data goes nowhere by itself"
             : e->self_hosted ? "either: at the vendor or on own machines"
                              : "vendor: what is sent to it leaves");
    if (e->provider)
        buf_addf(&b, "provider  %s\n", e->provider);
    add_list(&b, "aliases   ", e->aliases);
    add_list(&b, "has no    ", e->none);
    buf_addc(&b, '\n');
    fwrite(buf_str(&b).p, 1, buf_str(&b).n, out);
    return buf_result(&b);
}

static int no_entry(struct str id, struct diag *d)
{
    diag_set(d, E_NOTFOUND, "the catalogue has no entry \"" STR_FMT "\"", STR_ARG(id));
    diag_hint(d, "`stance catalog search " STR_FMT "` looks at names, too", STR_ARG(id));
    return E_NOTFOUND;
}

static int show(struct invocation *in, const struct catalog *c, struct str id, struct diag *d)
{
    static const struct grid_column columns[] = {{.title = "fact", .whole = true},
                                                 {.title = "value", .min_width = 24},
                                                 {.title = "source", .tail = true},
                                                 {.title = "read", .whole = true}};
    const struct catalog_entry *e = catalog_entry(c, id);
    struct grid g;
    struct showing s = {&g, c, 0};

    if (!e)
        return no_entry(id, d);
    s.entry = (int)(e - c->entries);
    if (format_of(in) == GRID_TABLE && show_head(e, in->out))
        return diag_set(d, E_NOMEM, "no memory for the entry");
    grid_begin(&g, in, format_of(in), columns, ARRAY_LEN(columns));
    int rc = catalog_facts(c, s.entry, show_fact, &s), end = grid_finish(&g, NULL, d);
    return rc ? diag_set(d, rc, "no memory for the list") : end;
}

/* ---- search ---- */

struct searching {
    struct grid *g;
    struct str text;
    const struct catalog_entry *entry;
};

static bool has_nocase(struct str s, struct str part)
{
    for (size_t i = 0; i + part.n <= s.n; i++)
        if (str_eq_nocase(str_sub(s, i, i + part.n), part))
            return true;
    return false;
}

static void add_hit(struct searching *s, const char *group, const char *text)
{
    grid_cell(s->g, str_z(s->entry->id));
    grid_cell(s->g, str_z(s->entry->name));
    grid_cell(s->g, str_z(group));
    grid_cell(s->g, str_z(text));
}

static int search_fact(void *ctx, const struct catalog_fact *f)
{
    struct searching *s = ctx;

    if (has_nocase(str_z(f->text), s->text))
        add_hit(s, f->sub ? f->sub : f->group, f->text);
    return 0;
}

static int search(struct invocation *in, const struct catalog *c, struct str text, struct diag *d)
{
    static const struct grid_column columns[] = {{.title = "id", .whole = true},
                                                 {.title = "name", .min_width = 16},
                                                 {.title = "fact"},
                                                 {.title = "value", .min_width = 24}};
    const struct catalog_host *host = catalog_host(c, text);
    struct grid g;
    struct searching s = {&g, text, NULL};

    grid_begin(&g, in, format_of(in), columns, ARRAY_LEN(columns));
    for (int i = 0; i < c->n_entries; i++) {
        s.entry = &c->entries[i];
        if (has_nocase(str_z(s.entry->id), text) || has_nocase(str_z(s.entry->name), text))
            add_hit(&s, "name", s.entry->name);
        for (int k = 0; s.entry->aliases[k]; k++)
            if (has_nocase(str_z(s.entry->aliases[k]), text))
                add_hit(&s, "alias", s.entry->aliases[k]);
        catalog_facts(c, i, search_fact, &s);
        if (host && host->entry == i && !has_nocase(str_z(host->name), text))
            add_hit(&s, HOST_ROLE_NAMES[host->role], host->name);
    }
    return grid_finish(&g, "the catalogue knows nothing of that", d);
}

/* ---- model ---- */

static void add_field(struct grid *g, const char *what, const char *value)
{
    grid_cell(g, str_z(what));
    grid_cell(g, str_z(value ? value : "unknown"));
}

static int add_words(struct grid *g, const char *what, const char *const *words)
{
    AUTO(buf) text = BUF_INIT;

    for (int i = 0; words[i]; i++)
        buf_addf(&text, "%s%s", i ? ", " : "", words[i]);
    add_field(g, what, text.n ? text.p : NULL);
    return buf_result(&text);
}

static int add_model(struct grid *g, const struct catalog_model *m)
{
    char context[16];
    int rc;

    snprintf(context, sizeof(context), "%d", m->context);
    add_field(g, "model", m->id);
    add_field(g, "released", m->released);
    add_field(g, "deprecation announced", m->announced);
    add_field(g, "retired", m->retired);
    add_field(g, "replacement", m->replacement);
    add_field(g, "context in tokens", m->context ? context : NULL);
    if ((rc = add_words(g, "input", m->input)) || (rc = add_words(g, "output", m->output)))
        return rc;
    add_field(g, "weights", m->weights);
    add_field(g, "licence", m->licence);
    return OK;
}

/* What is known of a model: of this one, or of its family. */
static int model(struct invocation *in, const struct catalog *c, struct str name, struct diag *d)
{
    static const struct grid_column columns[] = {{.title = "what", .whole = true},
                                                 {.title = "value", .min_width = 24}};
    AUTO(model_names) m = {0};
    AUTO(buf) normal = BUF_INIT;
    struct grid g;
    int rc = model_names_init(&m, c, d);

    if (!rc && (rc = model_names_normal(&m, name, &normal)))
        diag_set(d, rc, "the name of the model is too long");
    if (rc)
        return rc;
    const struct catalog_family *f = model_names_family(&m, buf_str(&normal));
    const struct catalog_model *known = model_names_find(&m, buf_str(&normal));
    grid_begin(&g, in, format_of(in), columns, ARRAY_LEN(columns));
    add_field(&g, "name", normal.p);
    add_field(&g, "family", f ? f->id : NULL);
    add_field(&g, "entry", f ? f->entry : NULL);
    if (known)
        rc = add_model(&g, known);
    if (f)
        add_field(&g, "source", known && known->source ? known->source : f->source);
    if (rc)
        return diag_set(d, rc, "no memory for the list");
    return grid_finish(&g, NULL, d);
}

/* ---- gaps ---- */

static bool is_category(const struct catalog *c, struct str word)
{
    for (int i = 0; i < c->n_entries; i++)
        if (str_eq_z(word, c->entries[i].category))
            return true;
    return false;
}

static int gaps(struct invocation *in, const struct catalog *c, struct str wanted, struct diag *d)
{
    static const struct grid_column columns[] = {{.title = "id", .whole = true},
                                                 {.title = "category"},
                                                 {.title = "fact", .whole = true},
                                                 {.title = "gap"}};
    struct grid g;
    int complete = 0;

    if (wanted.n && !catalog_entry(c, wanted) && !is_category(c, wanted))
        return no_entry(wanted, d);
    grid_begin(&g, in, format_of(in), columns, ARRAY_LEN(columns));
    for (int i = 0; i < c->n_entries; i++) {
        const struct catalog_entry *e = &c->entries[i];
        complete += catalog_is_complete(c, i);
        for (int k = 0; CATALOG_GROUPS[k]; k++) {
            enum catalog_cell cell = catalog_cell(c, i, CATALOG_GROUPS[k]);
            bool empty = cell == CELL_EMPTY && catalog_expects(c, i, CATALOG_GROUPS[k]);
            bool asked = !wanted.n || str_eq_z(wanted, e->id) || str_eq_z(wanted, e->category);
            if (!asked || (!empty && cell != CELL_UNSOURCED))
                continue;
            grid_cell(&g, str_z(e->id));
            grid_cell(&g, str_z(e->category));
            grid_cell(&g, str_z(CATALOG_GROUPS[k]));
            grid_cell(&g, empty ? STR("empty") : STR("without source"));
        }
    }
    int rc = grid_finish(&g, "no cell is empty", d);
    if (!rc && format_of(in) == GRID_TABLE)
        fprintf(in->out, "%d of %d entries are complete\n", complete, c->n_entries);
    return rc;
}

static int run_catalog(struct invocation *in, struct diag *d)
{
    struct str verb = in->n_args ? in->args[0] : STR("list");
    const struct catalog *c;

    /* Before packs are read: one of them may be what is wrong. */
    if (str_eq_z(verb, "check") && in->n_args < 3)
        return catalog_check(in, in->n_args > 1 ? in->args[1] : STR(""), d);
    if (str_eq_z(verb, "pack") && in->n_args == 4)
        return catalog_pack(in, d);
    if (str_eq_z(verb, "update") && (in->n_args == 2 || in->n_args == 3))
        return catalog_update(in, d);
    int rc = knowledge_in_use(in, &c, d);
    if (rc)
        return rc;
    if (str_eq_z(verb, "list") && in->n_args < 2)
        return list(in, c, d);
    if (str_eq_z(verb, "show") && in->n_args == 2)
        return show(in, c, in->args[1], d);
    if (str_eq_z(verb, "search") && in->n_args == 2 && in->args[1].n)
        return search(in, c, in->args[1], d);
    if (str_eq_z(verb, "model") && in->n_args == 2)
        return model(in, c, in->args[1], d);
    if (str_eq_z(verb, "gaps") && in->n_args < 3)
        return gaps(in, c, in->n_args > 1 ? in->args[1] : STR(""), d);
    diag_set(d, E_USAGE,
             "catalog takes list, show ID, search TEXT, model NAME, gaps [ID | CATEGORY], check "
             "[FOLDER], pack FOLDER NAME SERIAL, or update FILE [SIGNATURE]");
    diag_hint(d, "see `stance catalog --help`");
    return E_USAGE;
}

const struct command COMMAND_CATALOG = {
    .name = "catalog",
    .usage = "[list | show ID | search TEXT | model NAME | gaps [ID | CATEGORY] |\n"
             "        check [FOLDER] | pack FOLDER NAME SERIAL | update FILE [SIGNATURE]]",
    .summary = "look into what is known of AI vendors and projects",
    .description =
        "list     every entry\n"
        "show     the facts of one, each with its source and the day it was read\n"
        "search   names, packages, hosts, variables ... that hold a text; a host name\n"
        "         also finds the entry that it belongs to\n"
        "model    what a name of a model comes to, be it of a fine-tuned one, an ARN or an\n"
        "         inference profile; its family, context, modalities, licence, when it is\n"
        "         retired, what replaces it\n"
        "gaps     cells that are empty or have no source\n"
        "check    counts of what is built in; with a folder: whether the pack in it\n"
        "         (entries/ID.yaml, patterns/ID.yaml) fits what is built in, and\n"
        "         whether its examples hold\n"
        "pack     a pack as one file, to be signed: openssl pkeyutl -sign -rawin\n"
        "         -inkey KEY.pem -in FILE -out FILE.sig\n"
        "update   put such a file into the data folder when one of the public keys in\n"
        "         $XDG_DATA_HOME/stance/trust/*.pem (Ed25519) signed it, and it is newer\n"
        "Packs in $XDG_DATA_HOME/stance/packs/NAME/ are part of what list, show, search,\n"
        "model, gaps and scans know; an entry of a pack replaces the one of the same id.",
    .examples = "  stance catalog search openai\n"
                "  stance catalog show anthropic\n"
                "  stance catalog model us.anthropic.claude-sonnet-4-6\n"
                "  stance catalog gaps model-api\n"
                "  stance catalog check ~/our-knowledge",
    .options = options,
    .max_args = 4,
    .run = run_catalog,
};

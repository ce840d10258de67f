/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how what is known of the AI ecosystem is listed, searched, and where it is empty. */
#include "base/path.h"
#include "base/vec.h"
#include "catalog/facts.h"
#include "catalog/model_names.h"
#include "cli/catalog_check.h"
#include "cli/catalog_search.h"
#include "cli/catalog_update.h"
#include "cli/grid.h"
#include "cli/knowledge.h"
#include "cli/near.h"
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
    grid_cell(g, str_z(e->origin));
}

#define ENTRY_COLUMNS                                                                              \
    {.title = "id", .whole = true}, {.title = "name", .min_width = 16}, {.title = "category"},     \
        {.title = "maker"}, {.title = "country"}, {.title = "runs"},                               \
    {                                                                                              \
        .title = "pack", .machine = true                                                           \
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
static int model(struct invocation *in, const struct catalog *c, struct diag *d)
{
    static const struct grid_column columns[] = {{.title = "what", .whole = true},
                                                 {.title = "value", .min_width = 24}};
    AUTO(model_names) m = {0};
    AUTO(buf) normal = BUF_INIT;
    struct grid g;
    int rc = model_names_init(&m, c, d);

    if (!rc && (rc = model_names_normal(&m, in->args[1], &normal)))
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

/* That it is no entry was said: perhaps it was meant to be a category. */
static int no_category(const struct catalog *c, struct str word, int rc, struct diag *d)
{
    for (int i = 0; i < c->n_categories; i++) {
        const char *id = c->categories[i].id;
        if (rc != E_NOTFOUND || near_distance(word, str_z(id)) > 2)
            continue;
        diag_set(d, rc, "the catalogue has no entry or category \"" STR_FMT "\"", STR_ARG(word));
        diag_hint(d, "did you mean %s?", id);
        break;
    }
    return rc;
}

static int gaps(struct invocation *in, const struct catalog *c, struct diag *d)
{
    static const struct grid_column columns[] = {{.title = "id", .whole = true},
                                                 {.title = "category"},
                                                 {.title = "fact", .whole = true},
                                                 {.title = "gap"}};
    struct str wanted = in->n_args > 1 ? in->args[1] : STR_NULL;
    const struct catalog_entry *one = NULL;
    struct grid g;
    int complete = 0, rc = OK;

    if (wanted.n && !is_category(c, wanted))
        rc = catalog_find(c, wanted, &one, d);
    if (rc)
        return no_category(c, wanted, rc, d);
    grid_begin(&g, in, format_of(in), columns, ARRAY_LEN(columns));
    for (int i = 0; i < c->n_entries; i++) {
        const struct catalog_entry *e = &c->entries[i];
        complete += catalog_is_complete(c, i);
        for (int k = 0; CATALOG_GROUPS[k]; k++) {
            enum catalog_cell cell = catalog_cell(c, i, CATALOG_GROUPS[k]);
            bool empty = cell == CELL_EMPTY && catalog_expects(c, i, CATALOG_GROUPS[k]);
            bool asked = one ? e == one : !wanted.n || str_eq_z(wanted, e->category);
            if (!asked || (!empty && cell != CELL_UNSOURCED))
                continue;
            grid_cell(&g, str_z(e->id));
            grid_cell(&g, str_z(e->category));
            grid_cell(&g, str_z(CATALOG_GROUPS[k]));
            grid_cell(&g, empty ? STR("empty") : STR("without source"));
        }
    }
    rc = grid_finish(&g, "no cell is empty", d);
    if (!rc && format_of(in) == GRID_TABLE)
        fprintf(in->out, "%d of %d entries are complete\n", complete, c->n_entries);
    return rc;
}

static const struct catalog_verb {
    const char *name;
    size_t min, max; /* arguments behind it */
    const char *wants, *example;
    int (*alone)(struct invocation *in, struct diag *d); /* reads packs itself: one may be wrong */
    int (*run)(struct invocation *in, const struct catalog *c, struct diag *d);
} VERBS[] = {
    {"list", 0, 0, "no argument", "list", NULL, list},
    {"show", 1, 1, "the ID, name or alias of an entry", "show anthropic", NULL, catalog_show},
    {"search", 1, 1, "a TEXT: a name, an address, a host, an image, a package ...",
     "search api.groq.com", NULL, catalog_search},
    {"model", 1, 1, "the NAME of a model", "model gpt-4o", NULL, model},
    {"gaps", 0, 1, "no argument, or the ID of an entry, or a CATEGORY", "gaps model-api", NULL,
     gaps},
    {"check", 0, 1, "no argument, or the FILE or FOLDER of a pack", "check ~/our-knowledge",
     catalog_check, NULL},
    {"pack", 3, 3, "FOLDER NAME SERIAL", "pack ~/our-knowledge acme 1", catalog_pack, NULL},
    {"update", 1, 2, "FILE [SIGNATURE]", "update acme.pack", catalog_update, NULL},
};

static const struct catalog_verb *verb_of(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(VERBS); i++)
        if (str_eq_z(name, VERBS[i].name))
            return &VERBS[i];
    return NULL;
}

static int no_verb(struct str name, struct diag *d)
{
    diag_set(d, E_USAGE,
             "catalog has no verb '" STR_FMT "': it takes list, show, search, model, gaps, check, "
             "pack or update",
             STR_ARG(name));
    for (size_t i = 0; i < ARRAY_LEN(VERBS); i++)
        if (near_distance(name, str_z(VERBS[i].name)) < 3)
            diag_hint(d, "did you mean `stance catalog %s`?", VERBS[i].name);
    diag_hint(d, "`stance catalog search TEXT` looks for a name, see `stance catalog --help`");
    return E_USAGE;
}

static int run_catalog(struct invocation *in, struct diag *d)
{
    const struct catalog_verb *v = verb_of(in->n_args ? in->args[0] : STR("list"));
    size_t n = in->n_args ? in->n_args - 1 : 0;
    const struct catalog *c;
    bool empty = false;

    if (!v)
        return no_verb(in->args[0], d);
    for (size_t i = 1; i <= n; i++)
        empty |= !str_trim(in->args[i]).n;
    if (n < v->min || n > v->max || empty) {
        diag_set(d, E_USAGE, "catalog %s wants %s%s", v->name, v->wants,
                 empty ? "; an argument is empty" : "");
        diag_hint(d, "such as `stance catalog %s`", v->example);
        return E_USAGE;
    }
    if (v->alone)
        return v->alone(in, d);
    int rc = knowledge_in_use(in, &c, d);
    return rc ? rc : v->run(in, c, d);
}

const struct command COMMAND_CATALOG = {
    .name = "catalog",
    .usage = "[list | show ID | search TEXT | model NAME | gaps [ID | CATEGORY] |\n"
             "        check [FILE | FOLDER] | pack FOLDER NAME SERIAL |\n"
             "        update FILE [SIGNATURE]]",
    .summary = "look into what is known of AI vendors and projects",
    .description =
        "list     every entry\n"
        "show     the facts of one, each with its source and the day it was read; by its id,\n"
        "         name or alias, in any case\n"
        "search   names, packages, hosts, variables ... that hold a text; and what an\n"
        "         address, a host with its port, an image with tag or digest, or the\n"
        "         coordinates of a package (npm:x, x@1, x==1, pkg:npm/x) belong to. What is\n"
        "         the text comes first\n"
        "model    what a name of a model comes to, be it of a fine-tuned one, an ARN or an\n"
        "         inference profile; its family, context, modalities, licence, when it is\n"
        "         retired, what replaces it\n"
        "gaps     cells that are empty or have no source\n"
        "check    whether what a scan would load (what is built in, and each pack) fits\n"
        "         together; with a folder, a bundle or one file of a pack: whether that fits\n"
        "         it, too. Examples are tried; entries that are replaced, and each fact that\n"
        "         is lost with them, are listed\n"
        "pack     a pack as one file, to be signed: openssl pkeyutl -sign -rawin\n"
        "         -inkey KEY.pem -in FILE -out FILE.sig\n"
        "update   put such a file into the data folder when one of the public keys in\n"
        "         $XDG_DATA_HOME/stance/trust/*.pem (Ed25519) signed it, and its number is\n"
        "         higher than that of the one that is there\n"
        "Packs in $XDG_DATA_HOME/stance/packs/NAME/ are part of what list, show, search,\n"
        "model, gaps, check and scans know; an entry of a pack replaces the one of the same\n"
        "id whole. A pack has entries/ID.yaml and patterns/ID.yaml, and nothing else but\n"
        "README, LICENSE, *.md and *.txt. Whatever is wrong with a pack, its key or its\n"
        "signature ends with 5; a file that is not there, or a wrong word, with 2.",
    .examples = "  stance catalog search openai\n"
                "  stance catalog search https://api.groq.com/openai/v1\n"
                "  stance catalog show anthropic\n"
                "  stance catalog model us.anthropic.claude-sonnet-4-6\n"
                "  stance catalog gaps model-api\n"
                "  stance catalog check ~/our-knowledge",
    .options = options,
    .max_args = 4,
    .run = run_catalog,
};

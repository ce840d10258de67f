/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which entries and facts a text leads to, which come first, and what is near. */
#include "cli/catalog_search.h"

#include "base/path.h"
#include "catalog/lookup.h"
#include "catalog/model_names.h"
#include "cli/grid.h"
#include "cli/near.h"

#define NEAR_ENTRIES 5

static bool has_nocase(struct str s, struct str part)
{
    for (size_t i = 0; i + part.n <= s.n; i++)
        if (str_eq_nocase(str_sub(s, i, i + part.n), part))
            return true;
    return false;
}

/* ---- what is near ---- */

struct near {
    const struct catalog *c;
    struct buf ids;
    int last[NEAR_ENTRIES], n;
};

static int add_near(void *ctx, int entry, const struct catalog_fact *f UNUSED)
{
    struct near *s = ctx;

    for (int i = 0; i < s->n; i++)
        if (s->last[i] == entry)
            return 0;
    if (s->n == NEAR_ENTRIES)
        return 1;
    s->last[s->n++] = entry;
    buf_addf(&s->ids, "%s%s", s->ids.n ? ", " : "", s->c->entries[entry].id);
    return 0;
}

static bool is_near(const struct catalog_entry *e, struct str word)
{
    size_t limit = MIN(word.n / 3, 2);
    bool found =
        near_distance(word, str_z(e->id)) <= limit || near_distance(word, str_z(e->name)) <= limit;

    for (int i = 0; e->aliases[i] && !found; i++)
        found = near_distance(word, str_z(e->aliases[i])) <= limit;
    return found;
}

/* Ids with commas between; empty: nothing is. What the text is a fact of, then what is spelled
 * alike, then what it is a part of. */
static void find_near(const struct catalog *c, struct str word, struct buf *out)
{
    struct near s = {.c = c, .ids = *out};

    if (catalog_lookup(c, word, add_near, &s))
        s.n = NEAR_ENTRIES;
    for (int i = 0; i < c->n_entries; i++)
        if (word.n > 2 && is_near(&c->entries[i], word))
            (void)add_near(&s, i, NULL);
    for (int i = 0; i < c->n_entries; i++)
        if (word.n > 2 && has_nocase(str_z(c->entries[i].name), word))
            (void)add_near(&s, i, NULL);
    *out = s.ids;
}

static int no_entry(const struct catalog *c, struct str word, struct diag *d)
{
    AUTO(buf) near = BUF_INIT;

    find_near(c, word, &near);
    diag_set(d, E_NOTFOUND, "the catalogue has no entry of the id, name or alias \"" STR_FMT "\"",
             STR_ARG(word));
    if (near.n)
        diag_hint(d, "did you mean %s? `stance catalog search TEXT` looks into all facts", near.p);
    else
        diag_hint(d, "`stance catalog search TEXT` looks into all facts, `stance catalog list` "
                     "lists the entries");
    return E_NOTFOUND;
}

int catalog_find(const struct catalog *c, struct str word, const struct catalog_entry **ret,
                 struct diag *d)
{
    const struct catalog_entry *more[2], *e = catalog_called(c, str_trim(word), more);

    if (!e && more[0])
        return diag_set(d, E_USAGE, "\"" STR_FMT "\" is an alias of several: %s, %s", STR_ARG(word),
                        more[0]->id, more[1]->id);
    if (!e)
        return no_entry(c, word, d);
    *ret = e;
    return OK;
}

/* ---- show ---- */

struct showing {
    struct grid *g;
    const struct catalog *c;
    int entry;
};

/* One name of a fact, wherever it is printed: "packages.npm". */
static void fact_name(struct grid *g, const struct catalog_fact *f)
{
    AUTO(buf) name = BUF_INIT;

    buf_addf(&name, "%s%s%s", f->group, f->sub ? "." : "", f->sub ? f->sub : "");
    grid_cell(g, buf_str(&name));
    if (buf_result(&name))
        g->error = E_NOMEM;
}

static int show_fact(void *ctx, const struct catalog_fact *f)
{
    struct showing *s = ctx;
    const struct catalog_reference *r = catalog_source(s->c, s->entry, f);

    fact_name(s->g, f);
    grid_cell(s->g, str_z(f->text));
    grid_cell(s->g, str_z(r ? r->url : NULL));
    grid_cell(s->g, str_z(r ? r->read : NULL));
    return OK;
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
    if (e->origin) {
        buf_addz(&b, "pack      ");
        path_show(&b, str_z(e->origin));
        buf_addc(&b, '\n');
    }
    buf_addc(&b, '\n');
    fwrite(buf_str(&b).p, 1, buf_str(&b).n, out);
    return buf_result(&b);
}

int catalog_show(struct invocation *in, const struct catalog *c, struct diag *d)
{
    static const struct grid_column columns[] = {{.title = "fact", .whole = true},
                                                 {.title = "value", .min_width = 24},
                                                 {.title = "source", .tail = true},
                                                 {.title = "read", .whole = true}};
    enum grid_format format = (enum grid_format)option_int(in, "format");
    const struct catalog_entry *e;
    struct grid g;
    int rc = catalog_find(c, in->args[1], &e, d);

    if (rc)
        return rc;
    if (format == GRID_TABLE && show_head(e, in->out))
        return diag_set(d, E_NOMEM, "no memory for the entry");
    struct showing s = {&g, c, (int)(e - c->entries)};
    grid_begin(&g, in, format, columns, ARRAY_LEN(columns));
    catalog_facts(c, s.entry, show_fact, &s);
    return grid_finish(&g, NULL, d);
}

/* ---- search ---- */

struct searching {
    struct grid *g;
    const struct catalog *c;
    struct str text;
    bool exact; /* this time only what is it, next time what holds it */
    int entry;
    const char *told[32]; /* those that are it */
    int n_told;
};

static bool is_told(const struct searching *s, const char *text)
{
    for (int i = 0; i < s->n_told; i++)
        if (s->told[i] == text)
            return true;
    return false;
}

static int hit(struct searching *s, int entry, const struct catalog_fact *f)
{
    if (is_told(s, f->text))
        return OK;
    if (s->exact && s->n_told < (int)ARRAY_LEN(s->told))
        s->told[s->n_told++] = f->text;
    grid_cell(s->g, str_z(s->c->entries[entry].id));
    grid_cell(s->g, str_z(s->c->entries[entry].name));
    fact_name(s->g, f);
    grid_cell(s->g, str_z(f->text));
    return OK;
}

static int take_hit(void *ctx, int entry, const struct catalog_fact *f)
{
    return hit(ctx, entry, f);
}

static int look_at(void *ctx, const struct catalog_fact *f)
{
    struct searching *s = ctx;
    bool found =
        s->exact ? str_eq_nocase(str_z(f->text), s->text) : has_nocase(str_z(f->text), s->text);

    return found ? hit(s, s->entry, f) : OK;
}

static void look_into(struct searching *s)
{
    for (int i = 0; i < s->c->n_entries; i++) {
        const struct catalog_entry *e = &s->c->entries[i];
        bool named = has_nocase(str_z(e->id), s->text) || has_nocase(str_z(e->name), s->text);
        s->entry = i;
        if (s->exact)
            named = str_eq_nocase(str_z(e->id), s->text) || str_eq_nocase(str_z(e->name), s->text);
        if (named)
            hit(s, i, &(struct catalog_fact){"name", NULL, e->name});
        for (int k = 0; e->aliases[k]; k++)
            look_at(s, &(struct catalog_fact){"alias", NULL, e->aliases[k]});
        catalog_facts(s->c, i, look_at, s);
    }
}

/* Whether it is a name of a model, that another verb knows. */
static bool is_model(const struct catalog *c, struct str text)
{
    AUTO(model_names) m = {0};
    AUTO(buf) normal = BUF_INIT;

    return !model_names_init(&m, c, NULL) && !model_names_normal(&m, text, &normal) &&
           model_names_family(&m, buf_str(&normal));
}

static void say_nothing_found(struct invocation *in, const struct catalog *c, struct str text)
{
    AUTO(buf) out = BUF_INIT, near = BUF_INIT;

    buf_addz(&out, "the catalogue knows nothing of that");
    find_near(c, text, &near);
    if (near.n)
        buf_addf(&out, "; near to it: %s", near.p);
    if (is_model(c, text))
        buf_addz(&out, "; as a model: `stance catalog model NAME`");
    fprintf(in->err, "%s\n", out.p ? out.p : "");
}

int catalog_search(struct invocation *in, const struct catalog *c, struct diag *d)
{
    static const struct grid_column columns[] = {{.title = "id", .whole = true},
                                                 {.title = "name", .min_width = 16},
                                                 {.title = "fact", .whole = true},
                                                 {.title = "value", .min_width = 24}};
    struct grid g;
    struct searching s = {.g = &g, .c = c, .text = str_trim(in->args[1]), .exact = true};

    grid_begin(&g, in, (enum grid_format)option_int(in, "format"), columns, ARRAY_LEN(columns));
    look_into(&s);
    catalog_lookup(c, s.text, take_hit, &s);
    s.exact = false;
    look_into(&s);
    bool any = g.any || g.held.n;
    int rc = grid_finish(&g, NULL, d);
    if (!rc && !any && option_int(in, "format") == GRID_TABLE)
        say_nothing_found(in, c, s.text);
    return rc;
}

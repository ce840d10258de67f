/* SPDX-License-Identifier: Apache-2.0 */
/* Decides in which order an entry tells what it knows, and when a cell of it counts as filled. */
#include "catalog/facts.h"

const char *const HOST_ROLE_NAMES[HOST_ROLE_COUNT + 1] = {
    [HOST_API] = "api",           [HOST_APP] = "app",      [HOST_AUTH] = "auth",
    [HOST_CONSOLE] = "console",   [HOST_CDN] = "cdn",      [HOST_DOCS] = "docs",
    [HOST_DOWNLOAD] = "download", [HOST_SHARED] = "shared"};

const char *const DATA_TRAINING_NAMES[] = {
    [TRAINING_UNKNOWN] = "unknown", [TRAINING_NO] = "no",   [TRAINING_OPT_IN] = "opt-in",
    [TRAINING_OPT_OUT] = "opt-out", [TRAINING_YES] = "yes", NULL};

struct telling {
    int (*take)(void *ctx, const struct catalog_fact *f);
    void *ctx;
    int rc;
};

static void tell(struct telling *t, const char *group, const char *sub, const char *text)
{
    if (!t->rc)
        t->rc = t->take(t->ctx, &(struct catalog_fact){group, sub, text});
}

/* The spaces of one member, in their order. */
static void tell_names(struct telling *t, const struct catalog *c, int entry, const char *group)
{
    for (int i = 0; i < c->n_names; i++) {
        const struct catalog_name *n = &c->names[i];
        const char *const *space = CATALOG_SPACE_MEMBERS[n->space];
        if (n->entry == entry && !strcmp(space[0], group))
            tell(t, group, space[1], n->name);
    }
}

static void tell_imports(struct telling *t, const struct catalog *c, int entry)
{
    for (int i = 0; i < c->n_imports; i++)
        if (c->imports[i].entry == entry)
            tell(t, "imports", c->imports[i].language, c->imports[i].name);
}

static void tell_code(struct telling *t, const struct catalog *c, int entry)
{
    char text[CODE_NAME_MAX + 64];

    for (int i = 0; i < c->n_codes; i++) {
        const struct catalog_code *row = &c->codes[i];
        if (row->entry != entry)
            continue;
        snprintf(text, sizeof(text), "%s: %s, is: %s", CODE_FORM_NAMES[row->form], row->name,
                 CODE_IS_NAMES[row->is]);
        tell(t, "code", row->language, text);
    }
}

static void tell_network(struct telling *t, const struct catalog *c, int entry)
{
    char port[16];

    for (int role = 0; role < HOST_ROLE_COUNT; role++)
        for (int i = 0; i < c->n_hosts; i++)
            if (c->hosts[i].entry == entry && (int)c->hosts[i].role == role)
                tell(t, "hosts", HOST_ROLE_NAMES[role], c->hosts[i].name);
    for (int i = 0; i < c->n_ports; i++) {
        if (c->ports[i].entry != entry)
            continue;
        snprintf(port, sizeof(port), "%d", c->ports[i].port);
        tell(t, "servers", "port", port);
    }
    for (int i = 0; i < c->n_probes; i++)
        if (c->probes[i].entry == entry)
            tell(t, "servers", "probe", c->probes[i].path);
}

static void tell_agent(struct telling *t, const struct catalog *c, int entry)
{
    for (int i = 0; i < c->n_agent_files; i++)
        if (c->agent_files[i].entry == entry)
            tell(t, "agent", "file", c->agent_files[i].path);
    for (int i = 0; i < c->n_instructions; i++)
        if (c->instructions[i].entry == entry)
            tell(t, "agent", "instruction", c->instructions[i].path);
}

static void tell_others(struct telling *t, const struct catalog *c, int entry, const char *group)
{
    if (!strcmp(group, "keys"))
        for (int i = 0; i < c->n_keys; i++)
            if (c->keys[i].entry == entry)
                tell(t, "keys", NULL, c->keys[i].kind);
    if (!strcmp(group, "data"))
        for (int i = 0; i < c->n_terms; i++)
            if (c->terms[i].entry == entry)
                tell(t, "data", c->terms[i].tier, DATA_TRAINING_NAMES[c->terms[i].training]);
}

int catalog_facts(const struct catalog *c, int entry,
                  int (*take)(void *ctx, const struct catalog_fact *f), void *ctx)
{
    struct telling t = {take, ctx, 0};

    for (int i = 0; CATALOG_GROUPS[i] && !t.rc; i++) {
        const char *group = CATALOG_GROUPS[i];
        tell_names(&t, c, entry, group);
        if (!strcmp(group, "imports"))
            tell_imports(&t, c, entry);
        if (!strcmp(group, "hosts"))
            tell_network(&t, c, entry);
        if (!strcmp(group, "code"))
            tell_code(&t, c, entry);
        if (!strcmp(group, "agent"))
            tell_agent(&t, c, entry);
        tell_others(&t, c, entry, group);
    }
    return t.rc;
}

struct losing {
    const struct catalog *now;
    const struct catalog_fact *fact; /* looked for */
    int (*take)(void *ctx, const struct catalog_fact *f);
    void *ctx;
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static int is_fact(void *ctx, const struct catalog_fact *f)
{
    const struct catalog_fact *fact = ((const struct losing *)ctx)->fact;

    return same_text(f->text, fact->text) && same_text(f->sub, fact->sub) &&
           same_text(f->group, fact->group);
}

static int lose(void *ctx, const struct catalog_fact *f)
{
    struct losing *l = ctx;
    bool said = false;

    l->fact = f;
    for (int i = 0; i < l->now->n_entries && !said; i++)
        said = catalog_facts(l->now, i, is_fact, l) != 0;
    return said ? 0 : l->take(l->ctx, f);
}

int catalog_lost(const struct catalog *before, int entry, const struct catalog *now,
                 int (*take)(void *ctx, const struct catalog_fact *f), void *ctx)
{
    struct losing l = {.now = now, .take = take, .ctx = ctx};

    return catalog_facts(before, entry, lose, &l);
}

bool catalog_says(const char *claim, const struct catalog_fact *f)
{
    size_t n = strlen(f->group);

    if (strncmp(claim, f->group, n))
        return false;
    return !claim[n] || (claim[n] == '.' && f->sub && !strcmp(claim + n + 1, f->sub));
}

/* A page of a registry, a repository or a file in one that has the name of what it tells. */
static bool is_page_of(struct str url, struct str text)
{
    for (size_t at = 0; at + text.n < url.n; at++) {
        size_t end = at + 1 + text.n;
        if (url.p[at] == '/' && str_eq(str_sub(url, at + 1, end), text) &&
            (end == url.n || url.p[end] == '/'))
            return true;
    }
    return false;
}

/* How much a source tells of this fact alone; 0: it tells none of it. */
static int closeness(const struct catalog_reference *r, const struct catalog_fact *f)
{
    int by_claim = 0;

    for (int k = 0; r->says[k]; k++)
        if (catalog_says(r->says[k], f))
            by_claim = MAX(by_claim, strchr(r->says[k], '.') ? 2 : 1);
    return by_claim && f->text && is_page_of(str_z(r->url), str_z(f->text)) ? 3 : by_claim;
}

static const struct catalog_reference *closest(const struct catalog *c, int entry,
                                               const struct catalog_fact *f)
{
    const struct catalog_reference *found = NULL;
    int best = 0;

    for (int i = 0; i < c->n_references; i++) {
        const struct catalog_reference *r = &c->references[i];
        int close = r->entry == entry ? closeness(r, f) : 0;
        if (close > best)
            found = r, best = close;
    }
    return found;
}

/* Where a language imports packages by their own names, who tells the package tells the import. */
static const struct catalog_reference *closest_of_package(const struct catalog *c, int entry,
                                                          const struct catalog_fact *f)
{
    static const struct {
        const char *language;
        enum catalog_space space;
    } same[] = {{"javascript", SPACE_NPM}, {"go", SPACE_GOLANG}};

    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        const char *const *members = CATALOG_SPACE_MEMBERS[same[i].space];
        struct catalog_fact package = {members[0], members[1], f->text};
        if (strcmp(f->sub, same[i].language))
            continue;
        for (int k = 0; k < c->n_names; k++)
            if (c->names[k].entry == entry && c->names[k].space == same[i].space &&
                !strcmp(c->names[k].name, f->text))
                return closest(c, entry, &package);
    }
    return NULL;
}

/* "call: openai.OpenAI, is: client": who tells the import tells the names that it brings. */
static const struct catalog_reference *closest_of_import(const struct catalog *c, int entry,
                                                         const struct catalog_fact *f)
{
    struct catalog_fact import = {"imports", f->sub, NULL};
    struct str form, name;

    str_cut(str_z(f->text), ' ', &form, &name);
    name = str_sub(name, 0, MIN(str_chr(name, ',', 0), name.n));
    const struct catalog_import *root = catalog_import_of(c, str_z(f->sub), name);
    import.text = root ? root->name : NULL;
    const struct catalog_reference *r = root ? catalog_source(c, root->entry, &import) : NULL;
    return r ? r : closest(c, entry, &import);
}

const struct catalog_reference *catalog_source(const struct catalog *c, int entry,
                                               const struct catalog_fact *f)
{
    const struct catalog_reference *r = closest(c, entry, f);

    if (!r && !strcmp(f->group, "code"))
        return closest_of_import(c, entry, f);

    return r || strcmp(f->group, "imports") ? r : closest_of_package(c, entry, f);
}

bool catalog_is_sourced(const struct catalog *c, int entry, const struct catalog_fact *f)
{
    return !strcmp(f->group, "data") || catalog_source(c, entry, f);
}

struct cell {
    const struct catalog *c;
    int entry;
    const char *group;
    enum catalog_cell state;
};

static int look(void *ctx, const struct catalog_fact *f)
{
    struct cell *cell = ctx;

    if (strcmp(f->group, cell->group))
        return 0;
    cell->state = catalog_is_sourced(cell->c, cell->entry, f) ? CELL_SOURCED : CELL_UNSOURCED;
    return cell->state == CELL_UNSOURCED;
}

static bool has_word(const char *const *words, const char *word)
{
    for (int i = 0; words[i]; i++)
        if (!strcmp(words[i], word))
            return true;
    return false;
}

/* What tells a package or a host of a product names it and who makes it. */
static bool says_anything(const struct catalog *c, int entry)
{
    for (int i = 0; i < c->n_references; i++)
        if (c->references[i].entry == entry && c->references[i].says[0])
            return true;
    return false;
}

static enum catalog_cell country_cell(const struct catalog *c, int entry)
{
    struct catalog_fact about = {"about", NULL, NULL}, country = {"country", NULL, NULL};

    if (!c->entries[entry].country)
        return CELL_EMPTY;
    return closest(c, entry, &about) || closest(c, entry, &country) ? CELL_SOURCED : CELL_UNSOURCED;
}

enum catalog_cell catalog_cell(const struct catalog *c, int entry, const char *group)
{
    struct cell cell = {c, entry, group, CELL_EMPTY};

    if (has_word(c->entries[entry].none, group))
        return CELL_NONE;
    if (!strcmp(group, "about"))
        return says_anything(c, entry) ? CELL_SOURCED : CELL_UNSOURCED;
    if (!strcmp(group, "country"))
        return country_cell(c, entry);
    catalog_facts(c, entry, look, &cell);
    return cell.state;
}

bool catalog_expects(const struct catalog *c, int entry, const char *group)
{
    if (!strcmp(group, "about"))
        return true;
    if (!strcmp(group, "country"))
        return c->entries[entry].service;
    for (int i = 0; i < c->n_categories; i++)
        if (!strcmp(c->categories[i].id, c->entries[entry].category))
            return has_word(c->categories[i].expects, group);
    return false;
}

bool catalog_is_complete(const struct catalog *c, int entry)
{
    for (int i = 0; CATALOG_GROUPS[i]; i++) {
        enum catalog_cell cell = catalog_cell(c, entry, CATALOG_GROUPS[i]);
        bool needed = catalog_expects(c, entry, CATALOG_GROUPS[i]);
        if (cell == CELL_UNSOURCED || (cell == CELL_EMPTY && needed))
            return false;
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what is counted of a catalogue, and that a pack is tried with everything that is built
 * in. */
#include "cli/catalog_check.h"

#include "base/path.h"
#include "catalog/facts.h"
#include "catalog/pack.h"
#include "cli/grid.h"
#include "report/text.h"
#include "values/values.h"

struct count {
    int entries, sourced, facts, unsourced, hosts, keys, empty; /* sourced: entries */
    const char *oldest; /* day on which a source was read; NULL: no source */
};

struct counting {
    struct count *n;
    const struct catalog *c;
    int entry;
};

static int count_fact(void *ctx, const struct catalog_fact *f)
{
    struct counting *s = ctx;

    s->n->facts++;
    s->n->hosts += !strcmp(f->group, "hosts");
    s->n->keys += !strcmp(f->group, "keys");
    s->n->unsourced += !catalog_is_sourced(s->c, s->entry, f);
    return 0;
}

static void count_entry(const struct catalog *c, int entry, struct count *n)
{
    struct counting s = {n, c, entry};
    int unsourced = n->unsourced;

    n->entries++;
    catalog_facts(c, entry, count_fact, &s);
    n->sourced += n->unsourced == unsourced;
    for (int i = 0; CATALOG_GROUPS[i]; i++)
        n->empty += catalog_cell(c, entry, CATALOG_GROUPS[i]) == CELL_EMPTY &&
                    catalog_expects(c, entry, CATALOG_GROUPS[i]);
    for (int i = 0; i < c->n_references; i++) {
        const struct catalog_reference *r = &c->references[i];
        if (r->entry == entry && (!n->oldest || strcmp(r->read, n->oldest) < 0))
            n->oldest = r->read;
    }
}

static void print(const struct count *n, const char *digest, FILE *out)
{
    fprintf(out, "entries         %d, %d of them with a source for each fact\n", n->entries,
            n->sourced);
    fprintf(out, "facts           %d, %d of them host names, %d kinds of keys\n", n->facts,
            n->hosts, n->keys);
    fprintf(out, "without source  %d\n", n->unsourced);
    fprintf(out, "empty cells     %d\n", n->empty);
    fprintf(out, "oldest source   read %s\n", n->oldest ? n->oldest : "never");
    fprintf(out, "knowledge       %.16s\n", digest);
}

/* The entries of a pack, and how many of them are instead of built-in ones. */
static void check_pack(const struct pack *p, const struct catalog_build *b, FILE *out)
{
    struct count n = {0};
    int replaced = 0;

    for (size_t i = 0; i < p->n; i++) {
        struct str name = path_base(p->files[i].path);
        struct str id = str_sub(name, 0, str_rchr(name, '.'));
        const struct catalog_entry *e = catalog_entry(&b->catalog, id);
        if (!e || !str_starts(p->files[i].path, STR("entries/")))
            continue;
        replaced += catalog_entry(&CATALOG, id) != NULL;
        count_entry(&b->catalog, (int)(e - b->catalog.entries), &n);
    }
    print(&n, b->catalog.digest, out);
    fprintf(out, "replaced        %d built-in entries\n", replaced);
    fprintf(out, "examples        all lead where they say\n");
}

static int check_folder(struct invocation *in, struct str folder, struct diag *d)
{
    AUTO(pack) p = {0};
    AUTO(catalog_build) b = {0};
    const char *path = arena_z(in->arena, folder);
    int rc = path ? pack_read(path, &p, d) : diag_set(d, E_NOMEM, "no memory for the pack");

    if (!rc)
        rc = catalog_extend(&CATALOG, p.files, p.n, &b, d);
    if (!rc)
        rc = values_check_examples(&b.catalog, b.examples, b.n_examples, d);
    if (!rc)
        check_pack(&p, &b, in->out);
    return rc;
}

int catalog_check(struct invocation *in, struct str folder, struct diag *d)
{
    struct count n = {0};

    if (folder.n)
        return check_folder(in, folder, d);
    for (int i = 0; i < CATALOG.n_entries; i++)
        count_entry(&CATALOG, i, &n);
    print(&n, CATALOG.digest, in->out);
    return EXIT_CLEAN;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what is counted of a catalogue, what is tried together, and what a pack takes away. */
#include "cli/catalog_check.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/path.h"
#include "catalog/facts.h"
#include "cli/catalog_update.h"
#include "cli/grid.h"
#include "cli/knowledge.h"

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

/* The id of the entry that the file is about, or empty. */
static struct str id_of(const struct catalog_source *file)
{
    struct str name = path_base(file->path);

    if (!str_eq(path_base(path_dir(file->path)), STR("entries")))
        return STR("");
    return str_sub(name, 0, MIN(str_rchr(name, '.'), name.n));
}

/* ---- rows ---- */

static PRINTF_LIKE(3, 4) void row(struct grid *g, const char *what, const char *fmt, ...)
{
    char text[2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    grid_cell(g, str_z(what));
    grid_cell(g, str_z(text));
}

static void count_rows(struct grid *g, const struct count *n, const char *digest)
{
    row(g, "entries", "%d, %d of them with a source for each fact", n->entries, n->sourced);
    row(g, "facts", "%d, %d of them host names, %d kinds of keys", n->facts, n->hosts, n->keys);
    row(g, "without source", "%d", n->unsourced);
    row(g, "empty cells", "%d", n->empty);
    row(g, "oldest source", "%s%s", n->oldest ? "read " : "", n->oldest ? n->oldest : "never read");
    row(g, "knowledge", "%.16s", digest);
}

struct losing {
    struct grid *g; /* NULL: they are only counted */
    const char *id;
    int n;
};

static int lose(void *ctx, const struct catalog_fact *f)
{
    struct losing *l = ctx;

    l->n++;
    if (l->g)
        row(l->g, "lost", "%s %s%s%s %s", l->id, f->group, f->sub ? "." : "", f->sub ? f->sub : "",
            f->text);
    return 0;
}

int catalog_losses(const struct catalog *before, const struct catalog *now, struct str id)
{
    const struct catalog_entry *old = id.n ? catalog_entry(before, id) : NULL;
    struct losing l = {0};

    if (!old)
        return -1;
    catalog_lost(before, (int)(old - before->entries), now, lose, &l);
    return l.n;
}

/* What the entries of a pack are instead of, and which facts are gone with that. */
static int replaced_rows(struct grid *g, const struct catalog *before, const struct catalog *now,
                         const struct catalog_source *files, size_t n)
{
    int replaced = 0;

    for (size_t i = 0; i < n; i++) {
        struct str id = id_of(&files[i]);
        const struct catalog_entry *old = id.n ? catalog_entry(before, id) : NULL;
        int lost = catalog_losses(before, now, id);
        if (!old)
            continue;
        replaced++;
        row(g, "replaces", "%s (%s%s), of which %d fact%s no entry says any more", old->id,
            old->origin ? "of " : "built in", old->origin ? old->origin : "", lost,
            lost == 1 ? "" : "s");
        struct losing l = {g, old->id, 0};
        catalog_lost(before, (int)(old - before->entries), now, lose, &l);
    }
    return replaced;
}

/* ---- what is checked ---- */

/* "what is built in and the packs ours, theirs of FOLDER", without those from `but` on. */
static void add_base(const struct invocation *in, size_t but, struct buf *out)
{
    const struct knowledge *k = in->knowledge;
    size_t n = 0;

    buf_addz(out, "what is built in");
    for (size_t i = 0; i < k->n; i++)
        if (i != but) {
            buf_addz(out, n++ ? ", " : " and of packs: ");
            path_show(out, str_z(k->names[i]));
        }
}

static const struct grid_column columns[] = {{.title = "what", .whole = true},
                                             {.title = "value", .min_width = 24}};

static struct grid begin(struct invocation *in)
{
    struct grid g;

    grid_begin(&g, in, (enum grid_format)option_int(in, "format"), columns, ARRAY_LEN(columns));
    return g;
}

/* As a scan knows it. */
static int check_all(struct invocation *in, struct diag *d)
{
    const struct catalog *c;
    int rc = knowledge_in_use(in, &c, d);
    const struct knowledge *k = in->knowledge;
    AUTO(buf) base = BUF_INIT;
    struct count n = {0};
    int replaced = 0;

    if (rc)
        return rc;
    struct grid g = begin(in);
    add_base(in, SIZE_MAX, &base);
    row(&g, "checked", "what a scan knows: %s", base.p);
    for (int i = 0; i < c->n_entries; i++)
        count_entry(c, i, &n);
    count_rows(&g, &n, c->digest);
    for (size_t i = 0; i < k->n; i++) {
        row(&g, "pack", "%s: %zu files in %s/%s", k->names[i], k->packs[i].n,
            knowledge_folder(in->arena), k->names[i]);
        replaced += replaced_rows(&g, knowledge_below(k, i), &k->builds[i].catalog,
                                  k->packs[i].files, k->packs[i].n);
    }
    if (k->n)
        row(&g, "replaced", "%d entries", replaced);
    row(&g, "examples", "all lead where they say");
    return grid_finish(&g, NULL, d);
}

static int check_trial(struct invocation *in, const char *what, const struct knowledge_trial *t,
                       struct diag *d)
{
    const struct knowledge *k = in->knowledge;
    AUTO(buf) base = BUF_INIT;
    struct count n = {0};
    size_t index;
    int rc = knowledge_with(in, t, &index, d);

    if (rc)
        return rc;
    const struct catalog *now = &k->builds[index].catalog;
    struct grid g = begin(in);
    add_base(in, index, &base);
    row(&g, "checked", "%s, with %s", what, base.p);
    for (size_t i = 0; i < t->n; i++) {
        struct str id = id_of(&t->files[i]);
        const struct catalog_entry *e = id.n ? catalog_entry(now, id) : NULL;
        if (e)
            count_entry(now, (int)(e - now->entries), &n);
    }
    count_rows(&g, &n, k->builds[k->n - 1].catalog.digest);
    int replaced = replaced_rows(&g, knowledge_below(k, index), now, t->files, t->n);
    row(&g, "replaced", "%d entries", replaced);
    row(&g, "examples", "all lead where they say");
    return grid_finish(&g, NULL, d);
}

static int check_folder(struct invocation *in, const char *path, const char *real, struct diag *d)
{
    AUTO(pack) p = {0};
    AUTO(buf) what = BUF_INIT;
    struct str name = path_base(str_z(real));
    int rc = knowledge_error(pack_read(path, &p, d));

    if (rc)
        return rc;
    buf_addz(&what, "the pack ");
    path_show(&what, str_z(path));
    struct knowledge_trial t = {arena_z(in->arena, name), p.files, p.n};
    if (!t.name || buf_result(&what))
        return diag_set(d, E_NOMEM, "no memory for the pack");
    return check_trial(in, what.p, &t, d);
}

static int check_bundle(struct invocation *in, const char *path, struct str text, struct diag *d)
{
    struct bundle b;
    AUTO(buf) what = BUF_INIT;
    int rc = catalog_bundle_read(in, path, text, &b, d);

    if (rc)
        return rc;
    buf_addf(&what, "number %lld of the pack %s in ", (long long)b.serial, b.name);
    path_show(&what, str_z(path));
    buf_addz(&what, " (its signature is checked by `stance catalog update`)");
    if (buf_result(&what))
        return diag_set(d, E_NOMEM, "no memory for the bundle");
    return check_trial(in, what.p, &(struct knowledge_trial){b.name, b.files, b.n}, d);
}

/* One file of a pack: its folder says what it is; without such a folder it is an entry. */
static int check_file(struct invocation *in, const char *path, const char *real, struct str text,
                      struct diag *d)
{
    struct str folder = path_base(path_dir(str_z(real))), base = path_base(str_z(real));
    bool patterns = str_eq(folder, STR("patterns"));
    struct catalog_source file = {
        arena_fmt(in->arena, "%s/" STR_FMT, patterns ? "patterns" : "entries", STR_ARG(base)), text,
        NULL};
    AUTO(buf) what = BUF_INIT;

    if (!str_ends(base, STR(".yaml"))) {
        diag_set(d, E_PARSE, "this is neither a bundle nor a file of a pack");
        diag_at(d, path, 0, 0);
        diag_hint(d, "a bundle begins with 'pack:', the name of a file of a pack ends in .yaml");
        return E_PARSE;
    }
    buf_addf(&what, "the %s ", patterns ? "patterns" : "entry");
    path_show(&what, str_z(path));
    if (!file.path.p || buf_result(&what))
        return diag_set(d, E_NOMEM, "no memory for the file");
    int rc = check_trial(in, what.p, &(struct knowledge_trial){NULL, &file, 1}, d);
    if (rc && str_eq_z(file.path, d->file))
        snprintf(d->file, sizeof(d->file), "%s", path);
    return rc;
}

static bool is_bundle(struct str text)
{
    struct str line;

    while (str_line(&text, &line)) {
        line = str_trim(line);
        if (line.n && line.p[0] != '#' && !str_eq(line, STR("---")))
            return str_starts(line, STR("pack:"));
    }
    return false;
}

int catalog_check(struct invocation *in, struct diag *d)
{
    struct stat st;

    if (in->n_args < 2)
        return check_all(in, d);
    char *path = arena_z(in->arena, in->args[1]), *real = path ? realpath(path, NULL) : NULL;
    AUTO(buf) text = BUF_CAPPED(PACK_BYTES);
    int rc = OK;

    if (!path)
        return arena_error(in->arena);
    if (!real || stat(real, &st))
        rc = diag_errno(d, "cannot open '%s'", path);
    else if (S_ISDIR(st.st_mode))
        rc = check_folder(in, path, real, d);
    else if (!(rc = catalog_file_read(AT_FDCWD, path, &text, d)))
        rc = is_bundle(buf_str(&text)) ? check_bundle(in, path, buf_str(&text), d)
                                       : check_file(in, path, real, buf_str(&text), d);
    free(real); /* from realpath */
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how two claims on one name are told: who makes them, in which files and lines. */
#include "base/path.h"
#include "catalog/compile_internal.h"

struct site {
    const struct catalog_source *file; /* NULL: it stands in no file at hand */
    unsigned line, column;
};

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-_.@/:", c));
}

/* Behind a member's name its whole value stands, else a word. */
static bool ends_here(struct str rest, bool value)
{
    if (!value)
        return !rest.n || !word_char(rest.p[0]);
    if (rest.n && strchr("\"'", rest.p[0]))
        rest = str_sub(rest, 1, rest.n);
    rest = str_trim(rest);
    return !rest.n || strchr(",}#", rest.p[0]);
}

/* A value may stand in quotes. */
static size_t quote_at(struct str line, size_t at)
{
    return at < line.n && strchr("\"'", line.p[at]) ? 1 : 0;
}

/* SIZE_MAX: it does not stand in the line. */
static size_t word_in(struct str line, const char *lead, struct str name)
{
    size_t n = strlen(lead);

    for (size_t at = 0; at + n + name.n <= line.n; at++) {
        size_t from = at + n + (n ? quote_at(line, at + n) : 0);
        bool begins = !at || !word_char(line.p[at - 1]);
        if (begins && !memcmp(line.p + at, lead, n) &&
            str_eq(str_sub(line, from, from + name.n), name) &&
            ends_here(str_sub(line, from + name.n, line.n), n > 0))
            return at;
        if (line.p[at] == '#')
            return SIZE_MAX;
    }
    return SIZE_MAX;
}

/* The first place in the file, or the last one. */
static bool find_in(const struct catalog_source *file, const char *lead, const char *name,
                    bool last, struct site *ret)
{
    struct str rest = file->text, text;
    bool found = false;

    for (unsigned n = 1; (last || !found) && str_line(&rest, &text); n++) {
        size_t at = word_in(text, lead, str_z(name));
        if (at == SIZE_MAX)
            continue;
        *ret = (struct site){file, n, (unsigned)at + 1};
        found = true;
    }
    return found;
}

static struct site find_all(const struct catalog_source *files, size_t n, const char *in,
                            const char *lead, const char *name, bool last)
{
    struct site s = {0};

    for (size_t i = 0; i < n && (last || !s.file); i++)
        if (str_has(files[i].path, str_z(in)))
            (void)find_in(&files[i], lead, name, last, &s);
    return s;
}

void compile_file_name(const struct catalog_source *file, struct buf *out)
{
    path_show(out, str_z(file->origin));
    path_show(out, file->path);
}

static void point_at(struct compiler *c, const struct site *s)
{
    AUTO(buf) file = BUF_CAPPED(sizeof(c->d->file) - 1);

    if (!s->file)
        return;
    compile_file_name(s->file, &file);
    if (file.n)
        diag_at(c->d, file.p, s->line, s->column);
}

void compile_found_at(struct compiler *c, const char *in, const char *lead, const char *name)
{
    struct site s = find_all(c->files, c->n_files, in, lead, name, true);

    point_at(c, &s);
}

/* "acme/entries/x.yaml:7", or where it is when no line is known. */
static void add_site(const struct site *s, const char *otherwise, struct buf *out)
{
    if (!s->file) {
        buf_addz(out, otherwise);
        return;
    }
    compile_file_name(s->file, out);
    buf_addf(out, ":%u", s->line);
}

int compile_twice(struct compiler *c, const char *what, const char *name)
{
    static const struct {
        const char *what, *in, *lead;
    } rows[] = {{"entry", "entries/", "id: "},
                {"name", "entries/", "name: "},
                {"key kind", "", "- kind: "},
                {"data kind", "kinds", "kind: "},
                {"agent file", "entries/", "path: "},
                {"instruction file", "entries/", "path: "},
                {"walk rule", "walk/", "id: "},
                {"folder", "walk/", ""},
                {"marker", "walk/", ""},
                {"format", "walk/", "id: "},
                {"file name", "walk/", ""},
                {"magic", "walk/", ""}};
    const char *in = "", *lead = "";
    AUTO(buf) other = BUF_CAPPED(sizeof(c->d->text) / 2);

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (!strcmp(rows[i].what, what)) {
            in = rows[i].in;
            lead = rows[i].lead;
        }
    struct site second = find_all(c->files, c->n_files, in, lead, name, true);
    struct site first = find_all(c->files, c->n_files, in, lead, name, false);
    bool same = first.file == second.file && first.line == second.line;
    if (same && c->base)
        first = find_all(c->base->sources, c->base->n_sources, in, lead, name, true);
    if (!same || first.file != second.file)
        add_site(&first, "what is built in", &other);
    diag_set(c->d, E_EXISTS, "%s '%s' is claimed twice%s%s", what, name,
             other.n ? ", here and by " : "", other.n ? other.p : "");
    point_at(c, &second);
    return E_EXISTS;
}

/* Where the entry says the name; without a line when that is not at hand. */
static struct site site_of(const struct compiler *c, int entry, const char *lead, const char *name)
{
    struct site s = {0};
    AUTO(buf) file = BUF_INIT;

    buf_addf(&file, "entries/%s.", c->entries.v[entry].id);
    if (buf_result(&file))
        return s;
    s = find_all(c->files, c->n_files, file.p, lead, name, false);
    if (!s.file && c->base)
        s = find_all(c->base->sources, c->base->n_sources, file.p, lead, name, true);
    return s;
}

static bool is_at_hand(const struct compiler *c, const struct site *s)
{
    return s->file >= c->files && s->file < c->files + c->n_files;
}

static const char *home_of(const struct compiler *c, int entry)
{
    const char *origin = c->entries.v[entry].origin;

    return origin ? origin : c->base ? "built in" : "another file";
}

int compile_claimed(struct compiler *c, const char *what, const char *lead, const char *name, int a,
                    int b)
{
    AUTO(buf) first = BUF_CAPPED(sizeof(c->d->text) / 4);
    AUTO(buf) second = BUF_CAPPED(sizeof(c->d->text) / 4);

    if (a == b || a < 0 || b < 0)
        return compile_twice(c, what, name);
    struct site at = site_of(c, a, lead, name), other = site_of(c, b, lead, name);
    bool here = is_at_hand(c, &other) || !is_at_hand(c, &at); /* the message is about b's file */
    add_site(&at, home_of(c, a), &first);
    add_site(&other, home_of(c, b), &second);
    diag_set(c->d, E_EXISTS, "%s '%s' is claimed twice, by '%s'%s%s%s and '%s'%s%s%s", what, name,
             c->entries.v[a].id, here ? " (" : "", here ? first.p : "", here ? ")" : "",
             c->entries.v[b].id, here ? "" : " (", here ? "" : second.p, here ? "" : ")");
    point_at(c, here ? &other : &at);
    if (!is_at_hand(c, &at) || !is_at_hand(c, &other)) {
        const char *id = c->entries.v[is_at_hand(c, &at) ? b : a].id;
        diag_hint(c->d,
                  "leave it out; or write '%s' whole as entries/%s.yaml: that replaces the one "
                  "that is known (`stance catalog show %s`)",
                  id, id, id);
    }
    return E_EXISTS;
}

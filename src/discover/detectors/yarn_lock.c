/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI packages, and which versions of them, a lock file of Yarn installs. */
#include "base/path.h"
#include "discover/packages/npm_spec.h"
#include "discover/packages/package_emit.h"

static bool wants_yarn_lock(const struct catalog *c UNUSED, struct str path)
{
    return str_eq_z(path_base(path), "yarn.lock");
}

/*
 * Both forms, the first of Yarn 1, the second of later versions:
 *
 *     openai@^4.0.0, "openai@^4.1.0":        "openai@npm:^4.0.0, openai@npm:^4.1.0":
 *       version "4.1.0"                        version: 4.1.0
 *       integrity sha512-...                   checksum: 10c0/...
 */
struct file {
    struct package_file packages;
    struct item *it;
    struct str text;
    size_t at;              /* of the next line */
    struct package_row row; /* of the entry that is being read; entry NULL: none */
    size_t entries, strays; /* lines that begin an entry, and lines that are none */
};

static void finish_row(struct file *f)
{
    struct package_row *row = &f->row;
    bool local = str_eq_z(row->version.text, "0.0.0-use.local");
    if (!row->version.text.n)
        row->version.unresolved = "the lock file does not say";
    if (row->entry && !local)
        package_emit(&f->packages, row);
    row->entry = NULL;
}

static struct str unquote(struct str s)
{
    s = str_trim(s);
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        s = str_sub(s, 1, s.n - 1);
    return s;
}

/* `openai@^4.0.0, "openai@^4.1.0"` without its colon; every descriptor names the same package. */
static void start_row(struct file *f, struct str head, size_t offset)
{
    struct str first = unquote(head);
    first = unquote(str_sub(first, 0, MIN(first.n, str_chr(first, ',', 0))));
    if (str_starts(first, STR("\"")))
        first = str_sub(first, 1, first.n);
    size_t at = str_chr(first, '@', 1);
    f->entries++;
    if (at == SIZE_MAX)
        return;
    struct npm_spec s = npm_spec(str_sub(first, 0, at), str_sub(first, at + 1, first.n));
    f->row = (struct package_row){.entry = package_known(&f->packages, s.name),
                                  .name = s.name,
                                  .lock = true,
                                  .constraint = {.text = s.range},
                                  .direct = SAID_ABSENT,
                                  .development = SAID_UNKNOWN,
                                  .integrity = SAID_NO};
    if (f->row.entry)
        f->row.at = place_offset(f->it, f->text, offset);
}

/* `version "4.1.0"`, `version: 4.1.0`; two blanks deep, what is deeper are dependencies. */
static void read_field(struct file *f, struct str line)
{
    struct str field = str_sub(line, 2, line.n);
    size_t end = 0;
    while (end < field.n && field.p[end] != ' ' && field.p[end] != ':')
        end++;
    struct str key = str_sub(field, 0, end), value = str_sub(field, end, field.n);
    if (str_starts(value, STR(":")))
        value = str_sub(value, 1, value.n);
    if (str_eq_z(key, "version"))
        f->row.version.text = unquote(value);
    else if (str_eq_z(key, "integrity") || str_eq_z(key, "checksum"))
        f->row.integrity = SAID_YES;
}

static void read_line(struct file *f, struct str line, size_t offset)
{
    if (str_ends(line, STR("\r")))
        line = str_sub(line, 0, line.n - 1);
    if (!line.n || line.p[0] == '#')
        return;
    if (line.p[0] != ' ') {
        finish_row(f);
        if (str_ends(line, STR(":")))
            start_row(f, str_sub(line, 0, line.n - 1), offset);
        else
            f->strays++;
    } else if (f->row.entry && str_starts(line, STR("  ")) && line.n > 2 && line.p[2] != ' ') {
        read_field(f, line);
    }
}

static int run_yarn_lock(struct item *it, struct emit *e)
{
    struct str text;
    int rc = item_text(it, &text);
    if (rc)
        return rc;
    struct file f = {.packages = package_file(it, e, "npm", "javascript"), .it = it, .text = text};
    f.packages.names_only = true;
    while (f.at < text.n) {
        size_t end = MIN(text.n, str_chr(text, '\n', f.at));
        read_line(&f, str_sub(text, f.at, end), f.at);
        f.at = end + 1;
    }
    finish_row(&f);
    package_file_done(&f.packages);
    if (f.strays)
        emit_gap(e, f.entries ? COVERAGE_PARTIAL : COVERAGE_FAILED, place_item(it),
                 "%zu %s not of a lock file of Yarn", f.strays,
                 f.strays == 1 ? "line is" : "lines are");
    return emit_result(e);
}

const struct detector DETECTOR_YARN_LOCK = {
    .id = "yarn-lock",
    .title = "AI packages that a lock file of Yarn installs",
    .version = 1,
    .wants = wants_yarn_lock,
    .need = ITEM_TEXT,
    .run = run_yarn_lock,
};

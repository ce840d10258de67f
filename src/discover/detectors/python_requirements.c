/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI packages a pip requirements or constraints file names. */
#include "base/path.h"
#include "discover/packages/package_emit.h"
#include "formats/requirements.h"

/* `word` at the start of the name or behind a separator: "dev-requirements.txt". */
static bool named(struct str base, struct str word)
{
    size_t at = str_find(base, word, 0);
    return at != SIZE_MAX && (at == 0 || strchr("-_.", base.p[at - 1]));
}

static bool is_constraints(struct str path)
{
    return named(path_base(path), STR("constraints"));
}

static bool wants_python_requirements(const struct catalog *c UNUSED, struct str path)
{
    struct str base = path_base(path), ext = path_ext(path);
    if (!str_eq_z(ext, "txt") && !str_eq_z(ext, "in"))
        return false;
    return named(base, STR("requirements")) || is_constraints(path) ||
           str_eq_z(path_base(path_dir(path)), "requirements");
}

struct file {
    struct package_file packages;
    struct requirements lines;
    struct item *it;
    struct emit *e;
    bool constraints, development;
    size_t good, bad;
    struct place first_bad;
};

static struct place place_of(const struct file *f, const struct requirement *r)
{
    struct place p = place_item(f->it);
    p.line = r->line;
    p.column = r->column;
    p.offset = (int64_t)r->offset;
    return p;
}

static void fill_lock(const struct file *f, const struct requirement *r, struct package_row *row)
{
    /* Who compiled the file wrote every version down; a constraint only fixes what others ask. */
    bool compiled = f->lines.generated || f->constraints;
    row->lock = compiled && r->version.n;
    row->direct = r->via == VIA_FILE      ? SAID_YES
                  : r->via == VIA_PACKAGE ? SAID_NO
                  : compiled              ? SAID_ABSENT
                                          : SAID_YES;
    row->integrity = r->hash ? SAID_YES : row->lock ? SAID_NO : SAID_ABSENT;
}

static int read_package(struct file *f, const struct requirement *r)
{
    struct package_row row = {.entry = package_known(&f->packages, r->name),
                              .name = r->name,
                              .version = {.text = r->version},
                              .development = f->development ? SAID_YES : SAID_NO,
                              .development_inferred = true,
                              .at = place_of(f, r)};
    AUTO(buf) constraint = BUF_INIT;
    if (!row.entry)
        return 0;
    if (r->specifier.n)
        pep508_constraint(r->specifier, &constraint);
    else
        buf_add(&constraint, r->address);
    int rc = buf_result(&constraint);
    if (rc)
        return rc;
    row.constraint.text = buf_str(&constraint);
    fill_lock(f, r, &row);
    package_emit(&f->packages, &row);
    return 0;
}

/* A file that another one includes is an item of its own, when it is one at all. */
static int check_include(struct file *f, const struct requirement *r)
{
    AUTO(buf) path = BUF_INIT;
    int shown = (int)MIN(r->address.n, 120);
    struct place at = place_of(f, r);
    if (str_has(r->address, STR("://"))) {
        emit_gap(f->e, COVERAGE_PARTIAL, at, "includes %.*s, which is not fetched", shown,
                 r->address.p);
        return 0;
    }
    int rc = path_resolve(&path, path_dir(f->it->path), r->address);
    if (rc == E_NOMEM)
        return rc;
    if (rc)
        emit_gap(f->e, COVERAGE_PARTIAL, at, "includes %.*s, which is outside the target", shown,
                 r->address.n ? r->address.p : "");
    else if (!wants_python_requirements(f->it->catalog, buf_str(&path)))
        emit_gap(f->e, COVERAGE_PARTIAL, at,
                 "includes %.*s, which is not read as a requirements file", shown, r->address.p);
    return 0;
}

static int read_line(struct file *f, const struct requirement *r)
{
    switch (r->type) {
    case REQUIREMENT_NAMED: f->good++; return read_package(f, r);
    case REQUIREMENT_INCLUDE: f->good++; return check_include(f, r);
    case REQUIREMENT_ADDRESS:
        if (!r->name.n && str_has(r->address, STR("://")))
            emit_gap(f->e, COVERAGE_PARTIAL, place_of(f, r),
                     "an address does not say which package it is");
        return read_package(f, r);
    case REQUIREMENT_OPTION: return 0;
    case REQUIREMENT_BAD: break;
    }
    if (!f->bad++)
        f->first_bad = place_of(f, r);
    return 0;
}

/* Prose that has the name of a requirements file is not one. */
static void report_bad(struct file *f)
{
    bool sure = str_eq_z(path_base(f->it->path), "requirements.txt");
    if (f->bad && (sure || f->good >= f->bad))
        emit_gap(f->e, COVERAGE_PARTIAL, f->first_bad, "%zu %s, line %u first", f->bad,
                 f->bad == 1 ? "line is not a requirement" : "lines are not requirements",
                 f->first_bad.line);
}

static int run_python_requirements(struct item *it, struct emit *e)
{
    struct str text;
    struct requirement r;
    int rc = item_text(it, &text);
    if (rc)
        return rc;
    struct file f = {.packages = package_file(it, e, "pypi", "python"),
                     .lines = requirements_start(text, it->arena),
                     .it = it,
                     .e = e,
                     .constraints = is_constraints(it->path)};
    f.development = package_name_is_development(path_base(it->path));
    f.packages.manifest = f.packages.names_only = true;
    f.packages.asks_not = f.constraints;
    while (!rc && requirements_next(&f.lines, &r))
        rc = read_line(&f, &r);
    if (!rc)
        rc = requirements_result(&f.lines);
    package_file_done(&f.packages);
    report_bad(&f);
    if (rc)
        emit_gap(e, COVERAGE_PARTIAL, place_item(it), "needs more memory than one item may use");
    return rc ? rc : emit_result(e);
}

const struct detector DETECTOR_PYTHON_REQUIREMENTS = {
    .id = "python-requirements",
    .title = "AI packages in pip requirements files",
    .version = 1,
    .wants = wants_python_requirements,
    .need = ITEM_TEXT,
    .run = run_python_requirements,
};

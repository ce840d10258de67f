/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI packages a pyproject.toml asks for, and who answers for its application. */
#include "base/path.h"
#include "discover/packages/package_emit.h"
#include "formats/pep508.h"

static bool wants_pyproject(const struct catalog *c UNUSED, struct str path)
{
    return str_eq_z(path_base(path), "pyproject.toml");
}

struct file {
    struct package_file packages;
    const struct doc *doc;
    struct item *it;
    struct emit *e;
    int error;
};

/* Who needs the packages of one list, and how sure that is. */
struct group {
    bool development, inferred;
};

static struct group group_by_name(struct str name)
{
    return (struct group){package_name_is_development(name), true};
}

static struct str copy(struct file *f, const struct buf *b)
{
    struct str s = buf_result(b) ? STR_NULL : arena_str(f->it->arena, buf_str(b));
    if (!s.p)
        f->error = E_NOMEM;
    return s;
}

/* --- lists of dependency specifiers -------------------------------------------------------- */

/* all = ["mine[cli,docs]"] is another name for extras of its own, not a dependency. */
static bool is_own(struct file *f, struct str name)
{
    if (!f->packages.name.n)
        return false;
    struct str own = pypi_normalise(f->packages.name, f->it->arena);
    struct str asked = pypi_normalise(name, f->it->arena);
    if (own.p && asked.p)
        return str_eq(own, asked);
    f->error = E_NOMEM;
    return true;
}

static void read_specifier(struct file *f, const struct node *n, struct group g)
{
    struct pep508 p;
    struct str name, version;
    AUTO(buf) constraint = BUF_INIT;
    if (node_is(n, NODE_OBJECT))
        return; /* {include-group = "…"}: that group is read by itself */
    if (!node_is(n, NODE_STRING) || pep508_parse(node_text(f->doc, n), &p)) {
        emit_gap(f->e, COVERAGE_PARTIAL, place_node(f->it, f->doc, n),
                 "is not a dependency specifier");
        return;
    }
    struct package_row row = {.entry = package_known(&f->packages, p.name),
                              .name = p.name,
                              .version = {.text = pep508_version(p.specifier)},
                              .direct = SAID_YES,
                              .development = g.development ? SAID_YES : SAID_NO,
                              .development_inferred = g.inferred};
    if (!row.entry || is_own(f, p.name))
        return;
    if (p.url.n && !pep508_archive(p.url, &name, &version))
        row.version.text = version;
    buf_add(&constraint, p.url);
    pep508_constraint(p.specifier, &constraint);
    row.constraint.text = copy(f, &constraint);
    row.at = place_node(f->it, f->doc, n);
    package_emit(&f->packages, &row);
}

static void read_list(struct file *f, const struct node *list, struct group g)
{
    if (!list)
        return;
    if (!node_is(list, NODE_ARRAY)) {
        emit_gap(f->e, COVERAGE_PARTIAL, place_node(f->it, f->doc, list), "is not a list");
        return;
    }
    node_each (f->doc, list, n)
        read_specifier(f, n, g);
}

/* --- Poetry -------------------------------------------------------------------------------- */

/* "1.2.3" and "==1.2.3" mean that version; anything else is a range. */
static struct str poetry_version(struct str constraint)
{
    struct str v = constraint;
    if (str_starts(v, STR("==")))
        v = str_trim(str_sub(v, 2, v.n));
    if (!v.n || v.p[0] < '0' || v.p[0] > '9')
        return STR_NULL;
    for (size_t i = 0; i < v.n; i++)
        if (strchr(" ,|*<>=~^", v.p[i]))
            return STR_NULL;
    return v;
}

/* {git = "…", rev = "…"}, {url = "…"}, {path = "…"} */
static struct str poetry_address(struct file *f, const struct node *n)
{
    static const char *const refs[] = {"rev", "tag", "branch"};
    AUTO(buf) out = BUF_INIT;
    struct str git = node_str(f->doc, n, STR("git")), ref = STR_NULL;
    if (!git.n) {
        struct str url = node_str(f->doc, n, STR("url"));
        return url.n ? url : node_str(f->doc, n, STR("path"));
    }
    for (size_t i = 0; i < ARRAY_LEN(refs) && !ref.n; i++)
        ref = node_str(f->doc, n, str_z(refs[i]));
    buf_addf(&out, "git+" STR_FMT, STR_ARG(git));
    if (ref.n)
        buf_addf(&out, "@" STR_FMT, STR_ARG(ref));
    return copy(f, &out);
}

static void read_poetry_row(struct file *f, struct str name, const struct node *n, struct group g)
{
    struct package_row row = {.entry = package_known(&f->packages, name),
                              .name = name,
                              .direct = SAID_YES,
                              .development = g.development ? SAID_YES : SAID_NO,
                              .development_inferred = g.inferred};
    if (!row.entry)
        return;
    if (node_is(n, NODE_STRING)) {
        row.constraint.text = str_trim(node_text(f->doc, n));
    } else if (node_is(n, NODE_OBJECT)) {
        row.constraint.text = str_trim(node_str(f->doc, n, STR("version")));
        if (!row.constraint.text.n)
            row.constraint.text = poetry_address(f, n);
    } else {
        row.constraint.unresolved = "the range is neither text nor a table";
    }
    row.version.text = poetry_version(row.constraint.text);
    row.at = place_node(f->it, f->doc, n);
    package_emit(&f->packages, &row);
}

static void read_poetry(struct file *f, const struct node *map, struct group g)
{
    node_each (f->doc, map, n) {
        struct str name = node_key(f->doc, n);
        if (!node_is(n, NODE_ARRAY)) {
            read_poetry_row(f, name, n, g);
            continue;
        }
        node_each (f->doc, n, one) /* several ranges, each for its platforms */
            read_poetry_row(f, name, one, g);
    }
}

/* --- the file ------------------------------------------------------------------------------ */

static const struct node *find(struct file *f, const char *pointer)
{
    return doc_find(f->doc, str_z(pointer));
}

static void read_packages(struct file *f)
{
    const struct group needed = {false, false}, development = {true, false};
    const struct doc *doc = f->doc;
    read_list(f, find(f, "/project/dependencies"), needed);
    node_each (doc, find(f, "/project/optional-dependencies"), extra)
        read_list(f, extra, group_by_name(node_key(doc, extra)));
    /* Neither is part of what is built (PEP 735; Poetry, "Dependency groups"). */
    node_each (doc, find(f, "/dependency-groups"), group)
        read_list(f, group, (struct group){true, true});
    node_each (doc, find(f, "/tool/poetry/group"), group)
        read_poetry(f, node_get(doc, group, STR("dependencies")), development);
    read_poetry(f, find(f, "/tool/poetry/dependencies"), needed);
    read_poetry(f, find(f, "/tool/poetry/dev-dependencies"), development);
    read_list(f, find(f, "/tool/uv/dev-dependencies"), development);
    node_each (doc, find(f, "/tool/pdm/dev-dependencies"), group)
        read_list(f, group, development);
}

static void read_people(struct file *f, const struct node *people)
{
    node_each (f->doc, people, n) {
        struct place at = place_node(f->it, f->doc, n);
        if (node_is(n, NODE_STRING))
            package_owner_text(&f->packages, node_text(f->doc, n), 40, at);
        else
            package_owner(&f->packages, node_str(f->doc, n, STR("name")),
                          node_str(f->doc, n, STR("email")), 40, at);
    }
}

static bool is_dynamic(struct file *f, struct str field)
{
    node_each (f->doc, find(f, "/project/dynamic"), n)
        if (str_eq(node_text(f->doc, n), field))
            return true;
    return false;
}

static struct str first_of(struct str a, struct str b)
{
    return a.n ? a : b;
}

static void read_project(struct file *f)
{
    struct package_file *p = &f->packages;
    const struct doc *doc = f->doc;
    const struct node *project = find(f, "/project"), *poetry = find(f, "/tool/poetry");
    const struct node *license = node_get(doc, project, STR("license"));
    p->manifest = true;
    p->at = place_node(f->it, doc, project ? project : poetry ? poetry : doc_root(doc));
    p->name = first_of(node_str(doc, project, STR("name")), node_str(doc, poetry, STR("name")));
    p->version.text =
        first_of(node_str(doc, project, STR("version")), node_str(doc, poetry, STR("version")));
    if (is_dynamic(f, STR("version")) && !p->version.text.n)
        p->version.unresolved = "the build computes it";
    p->license.text =
        first_of(node_str(doc, project, STR("license")), node_str(doc, poetry, STR("license")));
    if (node_is(license, NODE_OBJECT)) {
        p->license.text = node_str(doc, license, STR("text"));
        if (!p->license.text.n)
            p->license.unresolved = "stands in a file";
    }
}

static const char *const PEOPLE[] = {"/project/maintainers", "/project/authors",
                                     "/tool/poetry/maintainers", "/tool/poetry/authors"};

static int run_pyproject(struct item *it, struct emit *e)
{
    const struct doc *doc;
    int rc = item_doc(it, DOC_TOML, &doc);
    if (rc)
        return rc;
    struct file f = {
        .packages = package_file(it, e, "pypi", "python"), .doc = doc, .it = it, .e = e};
    read_project(&f);
    read_packages(&f);
    for (size_t i = 0; i < ARRAY_LEN(PEOPLE) && !f.error; i++)
        read_people(&f, find(&f, PEOPLE[i]));
    package_file_done(&f.packages);
    if (f.error)
        emit_gap(e, COVERAGE_PARTIAL, place_item(it), "needs more memory than one item may use");
    return f.error ? f.error : emit_result(e);
}

const struct detector DETECTOR_PYPROJECT = {
    .id = "pyproject",
    .title = "AI packages that pyproject.toml asks for",
    .version = 3,
    .wants = wants_pyproject,
    .need = ITEM_TEXT,
    .run = run_pyproject,
};

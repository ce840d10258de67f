/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a package that a manifest or lock file names becomes an asset its application uses.
 */
#include "base/path.h"
#include "discover/packages/package_emit.h"

#define OWNERS_MAX 64u

struct package_file package_file(struct item *it, struct emit *e, const char *ecosystem,
                                 const char *language)
{
    return (struct package_file){.it = it,
                                 .e = e,
                                 .ecosystem = ecosystem,
                                 .language = language,
                                 .at = place_item(it),
                                 .application = FACT_NONE,
                                 .owners = MAP_OWNED(it->arena)};
}

void package_file_done(struct package_file *f)
{
    map_done(&f->owners);
}

const struct catalog_entry *package_known(const struct package_file *f, struct str name)
{
    return name.n ? catalog_package(f->it->catalog, str_z(f->ecosystem), name) : NULL;
}

/* The folder of the file; the folder "requirements" is part of the one above. */
static struct str folder_name(struct str path)
{
    struct str dir = path_dir(path);
    if (str_eq_z(path_base(dir), "requirements"))
        dir = path_dir(dir);
    return dir.n ? path_base(dir) : STR("application");
}

static void emit_said(struct emit *e, uint32_t asset, enum attr a, struct said_text v,
                      struct place at)
{
    if (v.unresolved)
        emit_unresolved(e, asset, a, v.unresolved, at);
    else if (v.text.n)
        emit_str(e, asset, a, v.text, at);
    else
        emit_absent(e, asset, a, at);
}

static void emit_flag(struct emit *e, uint32_t asset, enum attr a, enum said v, struct place at)
{
    if (v == SAID_ABSENT)
        emit_absent(e, asset, a, at);
    else if (v == SAID_UNKNOWN)
        emit_unresolved(e, asset, a, "the file does not say", at);
    else
        emit_bool(e, asset, a, v == SAID_YES, at);
}

static void emit_application(struct package_file *f)
{
    struct emit *e = f->e;
    struct str path = f->it->path;
    f->application =
        emit_asset(e, KIND_APPLICATION, f->name.n ? f->name : folder_name(path), f->at);
    uint32_t app = f->application;
    emit_str(e, app, ATTR_APPLICATION_LANGUAGE, str_z(f->language), f->at);
    if (f->manifest)
        emit_str(e, app, ATTR_APPLICATION_MANIFEST, path_base(path), f->at);
    if (f->names_only)
        return;
    emit_said(e, app, ATTR_APPLICATION_VERSION, f->version, f->at);
    emit_said(e, app, ATTR_APPLICATION_LICENSE, f->license, f->at);
}

/* package-url specification: "pkg:npm/%40scope/name", every other byte that is special escaped;
 * Maven's "group:artifact" is a name in a name space. */
struct str package_purl(const char *ecosystem, struct str name, struct arena *a)
{
    AUTO(buf) out = BUF_INIT;
    buf_addf(&out, "pkg:%s/", ecosystem);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     c == '.' || c == '-' || c == '_' || c == '~' || c == '/';
        if (plain || c == ':')
            buf_addc(&out, plain ? c : '/');
        else
            buf_addf(&out, "%%%02X", (unsigned char)c);
    }
    return buf_result(&out) ? STR_NULL : arena_str(a, buf_str(&out));
}

static void emit_identity(struct package_file *f, uint32_t self, const struct package_row *row,
                          struct str name)
{
    struct emit *e = f->e;
    struct str url = package_purl(f->ecosystem, name, f->it->arena);
    emit_str(e, self, ATTR_PACKAGE_ECOSYSTEM, str_z(f->ecosystem), row->at);
    emit_str(e, self, ATTR_PACKAGE_PACKAGE, name, row->at);
    if (url.p)
        emit_str(e, self, ATTR_PACKAGE_PURL, url, row->at);
    emit_str(e, self, ATTR_PACKAGE_SDK, str_z(row->entry->id), row->at);
    emit_state(e, STATE_RESOLVED);
    emit_str(e, self, ATTR_PACKAGE_ROLE, str_z(row->entry->category), row->at);
    emit_state(e, STATE_RESOLVED);
    emit_catalog_row(e, self, ATTR_PACKAGE_CATALOG_ROW, row->entry,
                     (const char *const[]){"packages", f->ecosystem}, name, row->at);
}

void package_emit(struct package_file *f, const struct package_row *row)
{
    struct emit *e = f->e;
    struct str name = row->name;
    if (str_eq_z(str_z(f->ecosystem), "pypi"))
        name = pypi_normalise(row->name, f->it->arena);
    if (!name.p) {
        emit_gap(e, COVERAGE_PARTIAL, row->at, "needs more memory than one item may use");
        return;
    }
    if (f->application == FACT_NONE && !f->asks_not)
        emit_application(f);
    uint32_t self = emit_asset(e, KIND_PACKAGE, name, row->at);
    emit_identity(f, self, row, name);
    emit_said(e, self, ATTR_PACKAGE_VERSION, row->version, row->at);
    emit_said(e, self, ATTR_PACKAGE_CONSTRAINT, row->constraint, row->at);
    emit_str(e, self, ATTR_PACKAGE_DECLARED_IN,
             str_z(row->lock        ? "lock"
                   : row->installed ? "installed"
                                    : "manifest"),
             row->at);
    emit_flag(e, self, ATTR_PACKAGE_UNDECLARED, row->installed ? SAID_ABSENT : SAID_NO, row->at);
    emit_flag(e, self, ATTR_PACKAGE_DIRECT, row->direct, row->at);
    emit_flag(e, self, ATTR_PACKAGE_DEVELOPMENT, row->development, row->at);
    if (row->development_inferred && (row->development == SAID_YES || row->development == SAID_NO))
        emit_state(e, STATE_INFERRED);
    emit_flag(e, self, ATTR_PACKAGE_INTEGRITY, row->integrity, row->at);
    if (!f->asks_not)
        emit_relation(e, f->application, VERB_USES, self, RELATION_DECLARED, row->at);
}

/* --- owners -------------------------------------------------------------------------------- */

/* What templates of manifests write where a person should. */
static bool is_placeholder(struct str name, struct str mail)
{
    static const char *const names[] = {"your name", "your name here", "author name", "author",
                                        "firstname lastname"};
    static const char *const mails[] = {"you@example.com", "your@email.com",
                                        "your.email@example.com", "author@example.com",
                                        "your@example.com"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(name, str_z(names[i])))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(mails); i++)
        if (str_eq_nocase(mail, str_z(mails[i])))
            return true;
    return false;
}

void package_owner(struct package_file *f, struct str name, struct str mail, unsigned confidence,
                   struct place at)
{
    AUTO(buf) text = BUF_INIT;
    bool fresh;
    name = str_trim(name);
    mail = str_trim(mail);
    if ((!name.n && !mail.n) || f->owners.n >= OWNERS_MAX || is_placeholder(name, mail))
        return;
    buf_add(&text, name.n ? name : mail);
    if (name.n && mail.n)
        buf_addf(&text, " <" STR_FMT ">", STR_ARG(mail));
    if (buf_result(&text) || !map_put(&f->owners, buf_str(&text), &fresh))
        emit_gap(f->e, COVERAGE_PARTIAL, at, "needs more memory than one item may use");
    else if (fresh)
        emit_owner(f->e, f->application, buf_str(&text), "package-metadata", confidence, at);
}

void package_owner_text(struct package_file *f, struct str text, unsigned confidence,
                        struct place at)
{
    struct str name = text, mail = STR_NULL;
    size_t open = str_chr(text, '<', 0), close = str_chr(text, '>', 0);
    size_t address = str_chr(text, '(', 0);
    if (open != SIZE_MAX && close != SIZE_MAX && open < close)
        mail = str_sub(text, open + 1, close);
    name = str_trim(str_sub(text, 0, MIN(open, address)));
    if (!mail.n && str_chr(name, ' ', 0) == SIZE_MAX && str_chr(name, '@', 0) != SIZE_MAX)
        package_owner(f, STR_NULL, name, confidence, at);
    else
        package_owner(f, name, mail, confidence, at);
}

/* --- words --------------------------------------------------------------------------------- */

static bool is_development_word(struct str word)
{
    static const char *const words[] = {
        "dev",  "develop", "development", "test",  "tests", "testing", "lint", "linting",
        "docs", "doc",     "typing",      "types", "mypy",  "bench",   "ci",   "debug"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_nocase(word, str_z(words[i])))
            return true;
    return false;
}

bool package_name_is_development(struct str name)
{
    size_t from = 0;
    for (size_t i = 0; i <= name.n; i++) {
        char c = i < name.n ? (char)(name.p[i] | 0x20) : '-';
        if (c >= 'a' && c <= 'z')
            continue;
        if (is_development_word(str_sub(name, from, i)))
            return true;
        from = i + 1;
    }
    return false;
}

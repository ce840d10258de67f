/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a project calls itself. */
#include "discover/packages/project_name.h"

#include "base/path.h"
#include "formats/json.h"

#define NAME_MAX_BYTES 214

/* "a" of `"a"...` and of `'a'...`, when `text` begins with it after blanks. */
static struct str quoted(struct str text)
{
    text = str_trim(text);
    if (!text.n || (text.p[0] != '"' && text.p[0] != '\''))
        return STR("");
    size_t end = str_chr(text, text.p[0], 1);
    return end == SIZE_MAX ? STR("") : str_sub(text, 1, end);
}

/* What stands in quotes behind "KEY =", for the first KEY in `text` that is a word of its own; a
 * word that goes on before it (".name") may be asked for with its dot. */
static struct str assigned(struct str text, const char *key)
{
    size_t n = strlen(key);
    for (size_t at = 0; (at = str_find(text, str_z(key), at)) != SIZE_MAX; at += n) {
        struct str rest = str_trim(str_sub(text, at + n, text.n));
        char before = at ? text.p[at - 1] : ' ';
        bool word = key[0] == '.' || before == ' ' || before == '\t' || before == '\n' ||
                    before == '(' || before == ',';
        if (!word || !str_starts(rest, STR("=")))
            continue;
        struct str value = quoted(str_sub(rest, 1, rest.n));
        if (value.n)
            return value;
    }
    return STR("");
}

/* Past the text in quotes, or the comment, that begins at `i`; `i` itself when none does. */
static size_t skip_text(struct str text, size_t i)
{
    char c = text.p[i];
    if (c != '"' && c != '\'' && c != '#')
        return i;
    size_t end = str_chr(text, c == '#' ? '\n' : c, i + 1);
    return end == SIZE_MAX ? text.n : end + 1;
}

/* setup(name="x", ext_modules=[Extension(name="y")]): arguments of its own, none of other calls. */
static struct str of_setup(struct str text)
{
    size_t at = str_find(text, STR("setup("), 0), depth = 0;
    size_t from = at == SIZE_MAX ? text.n : at + strlen("setup(");
    for (size_t i = from; i < text.n; i++) {
        char c = text.p[i];
        size_t past = skip_text(text, i);
        if (past > i) {
            if (c == '#' && !str_trim(str_sub(text, from, i)).n)
                from = past;
            i = past - 1;
            continue;
        }
        bool ends = depth == 0 && (c == ',' || c == ')');
        if (ends) {
            struct str argument = str_trim(str_sub(text, from, i));
            struct str rest = str_starts(argument, STR("name"))
                                  ? str_trim(str_sub(argument, strlen("name"), argument.n))
                                  : STR("");
            if (str_starts(rest, STR("=")))
                return quoted(str_sub(rest, 1, rest.n));
            from = i + 1;
        }
        if (ends && c == ')')
            break;
        depth += c == '(' || c == '[' || c == '{';
        depth -= depth && (c == ')' || c == ']' || c == '}');
    }
    return STR("");
}

static struct str of_gemspec(struct str text)
{
    return assigned(text, ".name");
}

/* [package] name = "x" */
static struct str of_crate(struct str text)
{
    struct str line;
    bool package = false;
    while (str_line(&text, &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("[")))
            package = str_starts(line, STR("[package]"));
        if (!package || !str_starts(line, STR("name")))
            continue;
        struct str rest = str_trim(str_sub(line, strlen("name"), line.n));
        if (str_starts(rest, STR("=")))
            return quoted(str_sub(rest, 1, rest.n));
    }
    return STR("");
}

/* module github.com/x/y, and with quotes */
static struct str of_module(struct str text)
{
    struct str line, word, rest;
    while (str_line(&text, &line)) {
        line = str_trim(line);
        if (!str_starts(line, STR("module ")))
            continue;
        line = str_trim(str_sub(line, strlen("module "), line.n));
        str_cut(line, ' ', &word, &rest);
        return quoted(word).n ? quoted(word) : word;
    }
    return STR("");
}

/* The header ends at the first empty line: what follows is a text for people. */
static struct str of_metadata(struct str text)
{
    struct str line;
    while (str_line(&text, &line) && str_trim(line).n)
        if (str_starts(line, STR("Name:")))
            return str_trim(str_sub(line, strlen("Name:"), line.n));
    return STR("");
}

static struct str element(struct str text, const char *open, const char *close)
{
    size_t at = str_find(text, str_z(open), 0);
    at = at == SIZE_MAX ? at : at + strlen(open);
    size_t end = at == SIZE_MAX ? at : str_find(text, str_z(close), at);
    struct str value = end == SIZE_MAX ? STR("") : str_trim(str_sub(text, at, end));
    return str_chr(value, '$', 0) == SIZE_MAX && str_chr(value, '\n', 0) == SIZE_MAX ? value
                                                                                     : STR("");
}

static struct str of_msbuild(struct str text)
{
    struct str name = element(text, "<AssemblyName>", "</AssemblyName>");
    return name.n ? name : element(text, "<PackageId>", "</PackageId>");
}

/* Who reads what the file declares says that it is broken; of composer.json nobody does. */
static struct str of_json(struct item *it)
{
    struct str text;
    struct doc doc;
    const struct doc *known = &doc;
    struct limits lim = it->limits;
    bool read =
        str_eq_z(path_base(it->path), "package.json")
            ? !item_doc(it, DOC_JSON, &known)
            : !item_text(it, &text) && !json_parse(text, JSON_STRICT, &lim, it->arena, &doc, NULL);
    return read ? node_str(known, doc_root(known), STR("name")) : STR("");
}

static struct str of_pyproject(struct item *it)
{
    static const char *const names[] = {"/project/name", "/tool/poetry/name"};
    const struct doc *doc;
    struct str name = STR("");
    if (item_doc(it, DOC_TOML, &doc))
        return name;
    for (size_t i = 0; i < ARRAY_LEN(names) && !name.n; i++) {
        const struct node *n = doc_find(doc, str_z(names[i]));
        name = node_is(n, NODE_STRING) ? node_text(doc, n) : STR("");
    }
    return name;
}

static const struct {
    const char *name; /* of the file; '*' stands for any start, which names the project as well */
    struct str (*of_item)(struct item *it);
    struct str (*of_text)(struct str text);
} FILES[] = {
    {"package.json", of_json, NULL},
    {"composer.json", of_json, NULL},
    {"pyproject.toml", of_pyproject, NULL},
    {"METADATA", NULL, of_metadata},
    {"setup.py", NULL, of_setup},
    {"Cargo.toml", NULL, of_crate},
    {"go.mod", NULL, of_module},
    {"*.gemspec", NULL, of_gemspec},
    {"*.csproj", NULL, of_msbuild},
    {"*.fsproj", NULL, of_msbuild},
};

/* Longer than any registry allows (214 characters in npm), of several lines: a text, no name. */
static struct str plausible(struct str name)
{
    if (name.n > NAME_MAX_BYTES)
        return STR("");
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f)
            return STR("");
    return name;
}

static struct str said_name(struct item *it)
{
    struct str base = path_base(it->path), text;
    for (size_t i = 0; i < ARRAY_LEN(FILES); i++) {
        const char *file = FILES[i].name;
        bool any = file[0] == '*' && str_ends(base, str_z(file + 1));
        if (!any && !str_eq_z(base, file))
            continue;
        if (FILES[i].of_item)
            return FILES[i].of_item(it);
        struct str name = item_text(it, &text) ? STR("") : FILES[i].of_text(text);
        return name.n || !any ? name : str_sub(base, 0, base.n - strlen(file + 1));
    }
    return STR("");
}

struct str project_name(struct item *it)
{
    return plausible(said_name(it));
}

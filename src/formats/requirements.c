/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where a requirement begins and ends in a requirements file, and of what sort it is. */
#include "formats/requirements.h"

struct requirements requirements_start(struct str text, struct arena *a)
{
    struct requirements r = {.text = text, .rest = text, .line = 1, .arena = a};
    if (str_starts(text, STR("\xef\xbb\xbf")))
        r.rest = str_sub(text, 3, text.n);
    return r;
}

int requirements_result(const struct requirements *r)
{
    return r->error;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f' || c == '\v' || c == '\r';
}

static struct str skip_blank(struct str s)
{
    size_t i = 0;
    while (i < s.n && is_blank(s.p[i]))
        i++;
    return str_sub(s, i, s.n);
}

static bool is_comment(struct str line)
{
    struct str s = skip_blank(line);
    return s.n && s.p[0] == '#';
}

/* A comment begins at the start of the line or behind white space. */
static struct str cut_comment(struct str line, struct str *ret_comment)
{
    *ret_comment = STR_NULL;
    for (size_t at = str_chr(line, '#', 0); at != SIZE_MAX; at = str_chr(line, '#', at + 1)) {
        if (at && !is_blank(line.p[at - 1]))
            continue;
        *ret_comment = str_trim(str_sub(line, at + 1, line.n));
        return str_sub(line, 0, at);
    }
    return line;
}

static bool take_line(struct requirements *r, struct str *ret)
{
    if (!str_line(&r->rest, ret))
        return false;
    r->line++;
    return true;
}

static bool is_continued(struct str line)
{
    return line.n && line.p[line.n - 1] == '\\' && !is_comment(line);
}

/* The rest of a line that ends in a backslash, as pip joins it. */
static bool join(struct requirements *r, struct str first, struct str *ret)
{
    AUTO(buf) whole = BUF_INIT;
    struct str line = first;
    bool more = true;
    while (more) {
        more = is_continued(line);
        if (is_comment(line))
            buf_addc(&whole, ' ');
        buf_add(&whole, str_sub(line, 0, line.n - more));
        more = more && take_line(r, &line);
    }
    r->error = buf_result(&whole);
    if (r->error)
        return false;
    *ret = arena_str(r->arena, buf_str(&whole));
    if (!ret->p)
        r->error = arena_error(r->arena);
    return !r->error;
}

/* pip-compile and uv name who asked for a package: "-r FILE", "NAME (pyproject.toml)", a package.
 */
static void read_via(struct str comment, bool *open, enum requirement_via *via)
{
    struct str rest = comment, word;
    if (str_eq_z(comment, "via") || str_starts(comment, STR("via "))) {
        *open = true;
        rest = str_sub(comment, 3, comment.n);
    }
    while (*open && str_field(&rest, ',', &word)) {
        word = str_trim(word);
        if (!word.n)
            continue;
        if (str_starts(word, STR("-r ")) || word.p[word.n - 1] == ')')
            *via = VIA_FILE;
        else if (*via == VIA_UNSAID && !str_starts(word, STR("-c ")))
            *via = VIA_PACKAGE;
    }
}

/* Comments on the line and on the indented lines below belong to the requirement. */
static enum requirement_via find_via(struct requirements *r, struct str comment)
{
    enum requirement_via via = VIA_UNSAID;
    bool open = false;
    struct str line;
    read_via(comment, &open, &via);
    while (r->rest.n && is_blank(r->rest.p[0])) {
        struct str rest = r->rest;
        if (!str_line(&rest, &line) || !is_comment(line))
            break;
        read_via(str_trim(str_sub(skip_blank(line), 1, line.n)), &open, &via);
        r->rest = rest;
        r->line++;
    }
    return via;
}

/* Cut the options of one requirement (" --hash=…") off its line. */
static struct str cut_options(struct str line, bool *ret_hash)
{
    for (size_t i = 0; i + 1 < line.n; i++)
        if (is_blank(line.p[i]) && line.p[i + 1] == '-') {
            *ret_hash = str_has(str_sub(line, i, line.n), STR("--hash"));
            return str_trim(str_sub(line, 0, i));
        }
    return line;
}

/* The argument of an option, or false when the line is another option. */
static bool option(struct str line, const char *brief, const char *full, struct str *ret)
{
    size_t n = strlen(full);
    if (str_starts(line, str_z(full)) && (line.n == n || line.p[n] == '=' || is_blank(line.p[n]))) {
        *ret = str_trim(str_sub(line, n + (line.n > n), line.n));
    } else if (str_starts(line, str_z(brief)) && !str_starts(line, STR("--"))) {
        *ret = str_trim(str_sub(line, strlen(brief), line.n));
    } else {
        return false;
    }
    if (ret->n > 1 && (ret->p[0] == '"' || ret->p[0] == '\'') && ret->p[ret->n - 1] == ret->p[0])
        *ret = str_sub(*ret, 1, ret->n - 1);
    return true;
}

static bool looks_like_address(struct str s)
{
    return str_has(s, STR("://")) || str_chr(s, '/', 0) != SIZE_MAX || s.p[0] == '.' ||
           s.p[0] == '~' || str_starts(s, STR("file:"));
}

static bool is_name(struct str s)
{
    struct pep508 p;
    return !pep508_parse(s, &p) && p.name.n == s.n;
}

static void read_address(struct str s, struct requirement *ret)
{
    size_t egg = str_find(s, STR("egg="), 0), end;
    ret->type = REQUIREMENT_ADDRESS;
    ret->address = s;
    if (egg != SIZE_MAX && egg && (s.p[egg - 1] == '#' || s.p[egg - 1] == '&')) {
        struct str name = str_sub(s, egg + 4, s.n);
        for (end = 0; end < name.n && name.p[end] != '&' && name.p[end] != '[';)
            end++;
        if (is_name(str_sub(name, 0, end)))
            ret->name = str_sub(name, 0, end);
    } else if (pep508_archive(s, &ret->name, &ret->version)) {
        ret->name = ret->version = STR_NULL;
    }
}

static void read_requirement(struct str line, struct requirement *ret)
{
    struct pep508 p;
    struct str name, version;
    line = cut_options(line, &ret->hash);
    bool archive = !pep508_archive(line, &name, &version);
    int rc = pep508_parse(line, &p);
    if (rc || (archive && !p.url.n)) {
        ret->type = REQUIREMENT_BAD;
        if (str_chr(line, ' ', 0) == SIZE_MAX && line.n && (archive || looks_like_address(line)))
            read_address(line, ret);
        return;
    }
    ret->type = REQUIREMENT_NAMED;
    ret->name = p.name;
    ret->specifier = p.specifier;
    ret->marker = p.marker;
    ret->address = p.url;
    ret->version = pep508_version(p.specifier);
    if (p.url.n && !pep508_archive(p.url, &name, &version))
        ret->version = version;
}

static void read_line(struct str line, struct requirement *ret)
{
    struct str value;
    if (line.p[0] != '-') {
        read_requirement(line, ret);
    } else if (option(line, "-r", "--requirement", &value) ||
               option(line, "-c", "--constraint", &value)) {
        ret->type = REQUIREMENT_INCLUDE;
        ret->address = value;
    } else if (option(line, "-e", "--editable", &value) && value.n) {
        read_requirement(value, ret);
        ret->editable = true;
    } else {
        ret->type = REQUIREMENT_OPTION;
    }
}

/* "autogenerated by pip-compile", "autogenerated by uv" */
static void note_comment(struct requirements *r, struct str comment)
{
    if (str_has(comment, STR("autogenerated by")))
        r->generated = true;
    if (str_has(comment, STR("uv export")))
        r->exported = true;
}

bool requirements_next(struct requirements *r, struct requirement *ret)
{
    struct str line, comment;
    while (!r->error) {
        unsigned number = r->line;
        if (!take_line(r, &line))
            return false;
        const char *start = line.p;
        if (is_continued(line) && !join(r, line, &line))
            return false;
        size_t blanks = line.n - skip_blank(line).n;
        line = str_trim(cut_comment(line, &comment));
        if (!line.n) {
            note_comment(r, comment);
            continue;
        }
        struct requirement found = {.line = number,
                                    .column = (unsigned)blanks + 1,
                                    .offset = (size_t)(start - r->text.p) + blanks};
        found.via = find_via(r, comment);
        if (r->exported && found.via == VIA_PACKAGE)
            found.via = VIA_UNSAID; /* may be the project itself */
        read_line(line, &found);
        *ret = found;
        return true;
    }
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what one Python dependency asks for. */
#include "formats/pep508.h"

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool in_name(char c)
{
    return is_alnum(c) || c == '-' || c == '_' || c == '.';
}

static struct str skip_space(struct str s)
{
    size_t i = 0;
    while (i < s.n && is_space(s.p[i]))
        i++;
    return str_sub(s, i, s.n);
}

static int take_name(struct str *rest, struct str *ret)
{
    size_t n = 0;
    while (n < rest->n && in_name(rest->p[n]))
        n++;
    if (!n || !is_alnum(rest->p[0]) || !is_alnum(rest->p[n - 1]))
        return E_PARSE;
    *ret = str_sub(*rest, 0, n);
    *rest = skip_space(str_sub(*rest, n, rest->n));
    return 0;
}

static int take_extras(struct str *rest, struct str *ret)
{
    size_t end = str_chr(*rest, ']', 0);
    if (end == SIZE_MAX)
        return E_PARSE;
    *ret = str_trim(str_sub(*rest, 1, end));
    for (size_t i = 0; i < ret->n; i++)
        if (!in_name(ret->p[i]) && !is_space(ret->p[i]) && ret->p[i] != ',')
            return E_PARSE;
    *rest = skip_space(str_sub(*rest, end + 1, rest->n));
    return 0;
}

/* Length of the comparison at the start of a clause, 0 when there is none. */
static size_t operator_length(struct str clause)
{
    static const char *const operators[] = {"===", "==", "~=", "!=", "<=", ">=", "<", ">"};
    for (size_t i = 0; i < ARRAY_LEN(operators); i++)
        if (str_starts(clause, str_z(operators[i])))
            return strlen(operators[i]);
    return 0;
}

static bool clause_valid(struct str clause)
{
    size_t op = operator_length(clause);
    struct str version = str_trim(str_sub(clause, op, clause.n));
    if (!op || !version.n)
        return false;
    for (size_t i = 0; i < version.n; i++) {
        char c = version.p[i];
        /* "===" compares any text. */
        if (is_space(c) || (op != 3 && !in_name(c) && c != '*' && c != '+' && c != '!'))
            return false;
    }
    return true;
}

static bool specifier_valid(struct str specifier)
{
    struct str rest = specifier.n ? specifier : STR_NULL, clause;
    while (str_field(&rest, ',', &clause)) {
        clause = str_trim(clause);
        if (!clause.n && !rest.p)
            return true; /* "a>=1," is accepted by older tools */
        if (!clause_valid(clause))
            return false;
    }
    return true;
}

static int take_url(struct str *rest, struct str *ret)
{
    size_t n = 0;
    *rest = skip_space(str_sub(*rest, 1, rest->n));
    while (n < rest->n && !is_space(rest->p[n]))
        n++;
    if (!n)
        return E_PARSE;
    *ret = str_sub(*rest, 0, n);
    *rest = skip_space(str_sub(*rest, n, rest->n));
    return 0;
}

static int take_specifier(struct str *rest, struct str *ret)
{
    bool inside = rest->n && rest->p[0] == '(';
    size_t end = str_chr(*rest, inside ? ')' : ';', 0);
    if (inside && end == SIZE_MAX)
        return E_PARSE;
    *ret = str_trim(str_sub(*rest, inside, end));
    *rest = skip_space(str_sub(*rest, end == SIZE_MAX ? rest->n : end + inside, rest->n));
    return specifier_valid(*ret) ? 0 : E_PARSE;
}

int pep508_parse(struct str text, struct pep508 *ret)
{
    struct pep508 p = {0};
    struct str rest = str_trim(text);
    int rc = take_name(&rest, &p.name);
    if (!rc && rest.n && rest.p[0] == '[')
        rc = take_extras(&rest, &p.extras);
    if (!rc && rest.n && rest.p[0] == '@')
        rc = take_url(&rest, &p.url);
    else if (!rc)
        rc = take_specifier(&rest, &p.specifier);
    if (rc)
        return rc;
    if (rest.n) {
        p.marker = str_trim(str_sub(rest, 1, rest.n));
        if (rest.p[0] != ';' || !p.marker.n)
            return E_PARSE;
    }
    *ret = p;
    return 0;
}

void pep508_constraint(struct str specifier, struct buf *out)
{
    for (size_t i = 0; i < specifier.n; i++)
        if (!is_space(specifier.p[i]))
            buf_addc(out, specifier.p[i]);
}

struct str pep508_version(struct str specifier)
{
    struct str clause = str_trim(specifier);
    size_t op = operator_length(clause);
    struct str version = str_trim(str_sub(clause, op, clause.n));
    bool exact = (op == 2 || op == 3) && clause.p[0] == '=' && clause.p[1] == '=';
    if (!exact || str_chr(version, ',', 0) != SIZE_MAX || str_chr(version, '*', 0) != SIZE_MAX)
        return STR_NULL;
    return version;
}

/* The file name at the end of a URL or path, without query and fragment. */
static struct str file_of(struct str address)
{
    struct str file = str_sub(address, 0, MIN(str_chr(address, '?', 0), str_chr(address, '#', 0)));
    size_t slash = str_rchr(file, '/');
    return slash == SIZE_MAX ? file : str_sub(file, slash + 1, file.n);
}

int pep508_archive(struct str address, struct str *ret_name, struct str *ret_version)
{
    static const char *const ends[] = {".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz"};
    struct str file = file_of(address), stem = STR_NULL, name, version, rest;
    for (size_t i = 0; i < ARRAY_LEN(ends) && !stem.n; i++)
        if (str_ends(file, str_z(ends[i])))
            stem = str_sub(file, 0, file.n - strlen(ends[i]));
    if (str_ends(file, STR(".whl"))) {
        str_cut(stem, '-', &name, &rest);
        str_cut(rest, '-', &version, &rest);
    } else {
        size_t dash = str_rchr(stem, '-');
        name = str_sub(stem, 0, dash);
        version = dash == SIZE_MAX ? STR_NULL : str_sub(stem, dash + 1, stem.n);
    }
    if (!version.n || version.p[0] < '0' || version.p[0] > '9' || take_name(&name, &rest) || name.n)
        return E_NOTFOUND;
    *ret_name = rest;
    *ret_version = version;
    return 0;
}

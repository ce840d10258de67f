/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what an exact version looks like, and how a package's word carries it. */
#include <string.h>

#include "remediate/version_word.h"

#include "catalog/catalog.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
    return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static bool take_number(struct str *s)
{
    size_t n = 0;
    while (n < s->n && is_digit(s->p[n]))
        n++;
    *s = str_sub(*s, n, s->n);
    return n > 0;
}

static bool take(struct str *s, const char *word)
{
    if (!str_starts(*s, str_z(word)))
        return false;
    *s = str_sub(*s, strlen(word), s->n);
    return true;
}

/* --- exact versions ----------------------------------------------------------------------- */

/* Identifiers separated by dots; `bare`: numbers may have leading zeros (build, not release). */
static bool identifiers(struct str s, bool bare)
{
    struct str one;
    while (str_field(&s, '.', &one)) {
        bool number = true;
        for (size_t i = 0; i < one.n; i++) {
            if (!is_alnum(one.p[i]) && one.p[i] != '-')
                return false;
            number &= is_digit(one.p[i]);
        }
        if (!one.n || (number && !bare && one.n > 1 && one.p[0] == '0'))
            return false;
    }
    return true;
}

/* semver.org 2.0.0, item 2, 9 and 10. */
static bool is_semver(struct str s)
{
    struct str build, release;
    if (str_cut(s, '+', &s, &build) && !identifiers(build, true))
        return false;
    if (str_cut(s, '-', &s, &release) && !identifiers(release, false))
        return false;
    for (int i = 0; i < 3; i++) {
        bool zero = s.n > 1 && s.p[0] == '0' && is_digit(s.p[1]);
        if (zero || !take_number(&s) || (i < 2 && !take(&s, ".")))
            return false;
    }
    return !s.n;
}

/* PEP 440, the normal form: [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local] */
static bool is_pep440(struct str s)
{
    struct str local;
    if (str_cut(s, '+', &s, &local)) {
        for (size_t i = 0; i < local.n; i++)
            if (!is_alnum(local.p[i]) && (local.p[i] != '.' || !i || i + 1 == local.n))
                return false;
        if (!local.n)
            return false;
    }
    if (!take_number(&s) || (take(&s, "!") && !take_number(&s)))
        return false;
    while (s.n > 1 && s.p[0] == '.' && is_digit(s.p[1]))
        if (!take(&s, ".") || !take_number(&s))
            return false;
    if ((take(&s, "a") || take(&s, "b") || take(&s, "rc")) && !take_number(&s))
        return false;
    if (take(&s, ".post") && !take_number(&s))
        return false;
    if (take(&s, ".dev") && !take_number(&s))
        return false;
    return !s.n;
}

static bool is_digest(struct str s)
{
    if (!take(&s, "sha256:") || s.n != 64)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]) && (s.p[i] < 'a' || s.p[i] > 'f'))
            return false;
    return true;
}

static bool of(struct str package, const char *ecosystem, struct str *ret_name)
{
    return str_cut(package, ':', &package, ret_name) && str_eq_z(package, ecosystem);
}

static void ask(struct str name, const char *what, struct diag *d)
{
    diag_set(d, E_USAGE, "which %s of " STR_FMT "? Give it with --to", what,
             STR_ARG(str_sub(name, 0, 120)));
}

int version_check(struct str package, struct str version, struct diag *d)
{
    struct str name;
    if (of(package, "npm", &name) || of(package, "jsr", &name)) {
        if (!version.n)
            ask(name, "version", d);
        else if (is_semver(version))
            return 0;
        else
            diag_set(d, E_USAGE, "\"" STR_FMT "\" is not one exact version such as 1.2.3",
                     STR_ARG(version));
        diag_hint(d, "`npm view " STR_FMT " version` prints the newest", STR_ARG(name));
    } else if (of(package, "pypi", &name)) {
        if (!version.n)
            ask(name, "version", d);
        else if (is_pep440(version))
            return 0;
        else
            diag_set(d, E_USAGE, "\"" STR_FMT "\" is not one exact version such as 1.2.3",
                     STR_ARG(version));
        diag_hint(d, "`pip index versions " STR_FMT "` prints them", STR_ARG(name));
    } else if (of(package, "oci", &name)) {
        if (!version.n)
            ask(name, "digest", d);
        else if (is_digest(version))
            return 0;
        else
            diag_set(d, E_USAGE,
                     "\"" STR_FMT "\" is not a digest (sha256: and 64 hex digits); a tag can be "
                     "moved to other content",
                     STR_ARG(version));
        diag_hint(d, "`docker buildx imagetools inspect " STR_FMT "` prints the digest",
                  STR_ARG(name));
    } else {
        return diag_set(d, E_UNSUPPORTED, "packages of this kind are not pinned");
    }
    return E_USAGE;
}

/* --- words -------------------------------------------------------------------------------- */

/* Length of the name at the beginning of a specifier of that ecosystem. */
static size_t name_length(struct str package, struct str spec)
{
    struct str name;
    if (of(package, "oci", &name)) {
        size_t at = str_chr(spec, '@', 0);
        spec = str_sub(spec, 0, at);
        size_t slash = str_rchr(spec, '/'), colon = str_rchr(spec, ':');
        return colon != SIZE_MAX && (slash == SIZE_MAX || colon > slash) ? colon : spec.n;
    }
    if (of(package, "pypi", &name)) {
        size_t n = 0;
        while (n < spec.n && (is_alnum(spec.p[n]) || (spec.p[n] && strchr("-_.", spec.p[n]))))
            n++;
        return n;
    }
    size_t at = str_chr(spec, '@', 1);
    return at == SIZE_MAX ? spec.n : at;
}

/* The specifier without "npm:" and "jsr:". */
static struct str bare(struct str word)
{
    bool prefixed = str_starts(word, STR("npm:")) || str_starts(word, STR("jsr:"));
    word = str_sub(word, prefixed ? 4 : 0, word.n);
    return prefixed && str_starts(word, STR("/")) ? str_sub(word, 1, word.n) : word;
}

static bool names(const struct version_word *w, struct str word)
{
    struct str name;
    if (of(w->package, "oci", &name)) {
        struct str image = str_sub(word, 0, name_length(w->package, word));
        if (str_starts(image, STR("docker.io/")))
            image = str_sub(image, 10, image.n);
        if (str_starts(image, STR("library/")))
            image = str_sub(image, 8, image.n);
        return str_eq(image, name);
    }
    struct str spec = bare(word), own = str_sub(spec, 0, name_length(w->package, spec));
    if (!of(w->package, "pypi", &name))
        return (of(w->package, "npm", &name) || of(w->package, "jsr", &name)) && str_eq(own, name);
    struct str normal = own.n ? pypi_normalise(own, w->arena) : STR_NULL;
    return normal.p && str_eq(normal, name);
}

static bool separates(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '"' || c == '\'';
}

/* Words end at white space and quotes; of "--from=x" the value is a word, too. */
bool version_word_next(struct version_word *w)
{
    struct str t = w->text;
    while (w->next < t.n) {
        size_t from = w->next, to = from;
        if (separates(t.p[from])) {
            w->next++;
            continue;
        }
        while (to < t.n && !separates(t.p[to]))
            to++;
        struct str word = str_sub(t, from, to), option, value;
        w->next = to;
        if (str_starts(word, STR("-")) && str_cut(word, '=', &option, &value))
            word = value;
        if (word.n && names(w, word)) {
            w->word = word;
            w->at = (size_t)(word.p - t.p);
            return true;
        }
    }
    return false;
}

int version_word_pin(const struct version_word *w, struct str version, struct str *ret)
{
    struct str name, word = w->word, spec = bare(word), head, tail = STR("");
    const char *join = "@";
    if (of(w->package, "oci", &name))
        spec = word;
    head = str_sub(spec, 0, name_length(w->package, spec));
    if (of(w->package, "pypi", &name)) {
        struct str rest = str_sub(spec, head.n, spec.n);
        size_t close = rest.n && rest.p[0] == '[' ? str_chr(rest, ']', 0) : SIZE_MAX;
        if (close != SIZE_MAX) {
            head = str_sub(spec, 0, head.n + close + 1);
            rest = str_sub(rest, close + 1, rest.n);
        }
        join = w->at_sign || str_starts(rest, STR("@")) ? "@" : "==";
        size_t marker = str_chr(rest, ';', 0);
        if (marker != SIZE_MAX)
            tail = str_sub(rest, marker, rest.n);
    }
    struct str prefix = str_sub(word, 0, (size_t)(spec.p - word.p));
    *ret = arena_fmt(w->arena, STR_FMT STR_FMT "%s" STR_FMT STR_FMT, STR_ARG(prefix), STR_ARG(head),
                     join, STR_ARG(version), STR_ARG(tail));
    return ret->p ? 0 : arena_error(w->arena);
}

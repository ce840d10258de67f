/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which package a specifier names and whether it fixes what will run. */
#include <string.h>

#include "catalog/catalog.h"
#include "discover/servers/launcher_internal.h"

#define STATE_FIXED    "fixed"
#define STATE_FLOATING "floating"
#define STATE_RANGE    "range"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool launcher_is_reference(struct str s)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        char c = s.p[i], next = s.p[i + 1];
        if (c == '$' && (next == '{' || next == '_' || is_alpha(next)))
            return true;
        if (c == '{' && next == '{')
            return true;
        size_t end = c == '%' ? str_chr(s, '%', i + 1) : SIZE_MAX;
        if (end != SIZE_MAX && end > i + 1 && is_alpha(next) &&
            str_chr(str_sub(s, i, end), ' ', 0) == SIZE_MAX)
            return true;
    }
    return false;
}

static void set_package(struct launcher *l, const char *ecosystem, struct str name, uint32_t from)
{
    struct str text = arena_fmt(l->a, "%s:" STR_FMT, ecosystem, STR_ARG(name));
    if (!text.p)
        l->error = arena_error(l->a);
    l->out->package = text;
    l->out->package_from = from;
}

static void set_state(struct launcher *l, const char *state, struct str version)
{
    l->out->state = state;
    l->out->version = version;
}

static void unknown(struct launcher *l, const char *reason)
{
    l->out->package = STR("");
    l->out->package_reason = reason;
    l->out->state = NULL;
    l->out->state_reason = reason;
}

void launcher_local(struct launcher *l, const char *package_reason)
{
    l->out->package = STR("");
    l->out->package_reason = package_reason;
    set_state(l, "local", STR(""));
}

bool launcher_is_command_of(struct str package, struct str command)
{
    size_t colon = str_chr(package, ':', 0), slash = str_rchr(package, '/');
    struct str name = str_sub(package, colon == SIZE_MAX ? 0 : colon + 1, package.n);
    if (slash != SIZE_MAX)
        name = str_sub(package, slash + 1, package.n);
    if (name.n != command.n)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char a = name.p[i] == '_' || name.p[i] == '.' ? '-' : name.p[i];
        char b = command.p[i] == '_' || command.p[i] == '.' ? '-' : command.p[i];
        if (a != b)
            return false;
    }
    return true;
}

/* --- git --------------------------------------------------------------------------------- */

static bool is_commit(struct str s)
{
    if (s.n != 40)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]) && !((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'f'))
            return false;
    return true;
}

static void set_git(struct launcher *l, struct str repository, struct str ref, uint32_t from)
{
    if (str_ends(repository, STR(".git")))
        repository = str_sub(repository, 0, repository.n - 4);
    set_package(l, "git", repository, from);
    set_state(l, is_commit(ref) ? STATE_FIXED : STATE_FLOATING, is_commit(ref) ? ref : STR(""));
}

/* "git+https://user@host/o/r.git@ref#subdirectory=x", "git@host:o/r#ref" -> "host/o/r" and ref. */
static void git_url(struct launcher *l, struct str url, uint32_t from)
{
    struct str ref = STR(""), fragment = STR("");
    str_cut(url, '#', &url, &fragment);
    size_t mark = str_find(url, STR("://"), 0);
    struct str rest = mark == SIZE_MAX ? url : str_sub(url, mark + 3, url.n);
    size_t slash = mark == SIZE_MAX ? str_chr(rest, ':', 0) : str_chr(rest, '/', 0);
    if (slash == SIZE_MAX) {
        unknown(l, "the address of the repository could not be read");
        return;
    }
    struct str host = str_sub(rest, 0, slash), path = str_sub(rest, slash + 1, rest.n);
    size_t user = str_rchr(host, '@'), at = str_rchr(path, '@');
    if (user != SIZE_MAX)
        host = str_sub(host, user + 1, host.n);
    if (at != SIZE_MAX) {
        ref = str_sub(path, at + 1, path.n);
        path = str_sub(path, 0, at);
    } else if (fragment.n && str_chr(fragment, '=', 0) == SIZE_MAX) {
        ref = fragment;
    }
    if (str_ends(path, STR(".git")))
        path = str_sub(path, 0, path.n - 4);
    struct str name = arena_fmt(l->a, STR_FMT "/" STR_FMT, STR_ARG(host), STR_ARG(path));
    if (!name.p)
        l->error = arena_error(l->a);
    set_git(l, name, ref, from);
}

static bool is_git_url(struct str s)
{
    static const char *const starts[] = {"git+", "git://", "git@", "ssh://"};
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        if (str_starts(s, str_z(starts[i])))
            return true;
    struct str head = s, tail;
    str_cut(s, '#', &head, &tail);
    return (str_starts(s, STR("https://")) || str_starts(s, STR("http://"))) &&
           str_ends(head, STR(".git"));
}

/* "github:o/r#ref" and npm's short form "o/r". */
static bool git_short(struct launcher *l, struct shell_word spec)
{
    static const struct {
        const char *prefix, *host;
    } forms[] = {{"github:", "github.com/"},
                 {"gitlab:", "gitlab.com/"},
                 {"bitbucket:", "bitbucket.org/"},
                 {"gist:", "gist.github.com/"}};
    struct str s = spec.text, ref = STR("");
    const char *host = NULL;
    str_cut(s, '#', &s, &ref);
    for (size_t i = 0; i < ARRAY_LEN(forms) && !host; i++) {
        if (str_starts(s, str_z(forms[i].prefix))) {
            host = forms[i].host;
            s = str_sub(s, strlen(forms[i].prefix), s.n);
        }
    }
    size_t slash = str_chr(s, '/', 0);
    if (!host) {
        bool plain = slash != SIZE_MAX && slash > 0 && s.p[0] != '@' &&
                     str_chr(s, '/', slash + 1) == SIZE_MAX && !str_has(s, STR("@")) &&
                     !str_has(s, STR(":")) && slash + 1 < s.n;
        if (!plain)
            return false;
        host = "github.com/";
    }
    struct str name = arena_fmt(l->a, "%s" STR_FMT, host, STR_ARG(s));
    if (!name.p)
        l->error = arena_error(l->a);
    set_git(l, name, ref, spec.from);
    return true;
}

static bool is_path(struct str s)
{
    bool drive = s.n > 2 && is_alpha(s.p[0]) && s.p[1] == ':' && (s.p[2] == '\\' || s.p[2] == '/');
    return !s.n || drive || str_has(s, STR("\\")) || s.p[0] == '.' || s.p[0] == '/' ||
           s.p[0] == '~' || str_starts(s, STR("file:"));
}

static bool is_address(struct str s)
{
    return str_starts(s, STR("https://")) || str_starts(s, STR("http://"));
}

/* --- npm --------------------------------------------------------------------------------- */

static size_t digits(struct str s, size_t i)
{
    size_t begin = i;
    while (i < s.n && is_digit(s.p[i]))
        i++;
    return i - begin;
}

/* semver.org: three numbers, then a pre-release and build that may be any of [0-9A-Za-z.-]. */
static bool is_exact_semver(struct str s)
{
    size_t i = 0;
    for (int part = 0; part < 3; part++) {
        size_t n = digits(s, i);
        if (!n)
            return false;
        i += n;
        if (part < 2 && (i >= s.n || s.p[i++] != '.'))
            return false;
    }
    if (i < s.n && s.p[i] != '-' && s.p[i] != '+')
        return false;
    for (; i < s.n; i++)
        if (!is_digit(s.p[i]) && !is_alpha(s.p[i]) && (!s.p[i] || !strchr(".-+", s.p[i])))
            return false;
    return true;
}

static void npm_version(struct launcher *l, struct str v)
{
    struct str bare = v;
    if (bare.n && (bare.p[0] == '=' || bare.p[0] == 'v'))
        bare = str_sub(bare, 1, bare.n);
    if (launcher_is_reference(v)) {
        l->out->state = NULL;
        l->out->state_reason = "the version stands in a variable";
    } else if (is_exact_semver(bare)) {
        set_state(l, STATE_FIXED, bare);
    } else if (!v.n || (is_alpha(v.p[0]) && v.p[0] != 'x' && v.p[0] != 'X')) {
        set_state(l, STATE_FLOATING, STR("")); /* a tag: latest, next, beta */
    } else {
        set_state(l, STATE_RANGE, STR(""));
    }
}

void launcher_npm(struct launcher *l, struct shell_word spec)
{
    struct str s = str_trim(spec.text);
    size_t at = str_chr(s, '@', 1);
    struct str name = str_sub(s, 0, at), version = STR("");
    if (at != SIZE_MAX)
        version = str_sub(s, at + 1, s.n);
    if (is_path(s)) {
        launcher_local(l, NULL);
    } else if (is_git_url(s)) {
        git_url(l, s, spec.from);
    } else if (is_address(s)) {
        unknown(l, "an archive at an address");
        set_state(l, STATE_FLOATING, STR(""));
    } else if (str_starts(version, STR("npm:"))) {
        spec.text = str_sub(version, 4, version.n); /* alias@npm:name@version */
        launcher_npm(l, spec);
    } else if (is_git_url(version) || str_starts(version, STR("github:"))) {
        spec.text = version;
        launcher_npm(l, spec);
    } else if (launcher_is_reference(name)) {
        unknown(l, "the package stands in a variable");
    } else if (!git_short(l, (struct shell_word){.text = s, .from = spec.from})) {
        set_package(l, "npm", name, spec.from);
        npm_version(l, version);
    }
}

/* --- PyPI -------------------------------------------------------------------------------- */

static void pypi_version(struct launcher *l, struct str v)
{
    struct str exact = STR("");
    if (str_starts(v, STR("===")))
        exact = str_trim(str_sub(v, 3, v.n));
    else if (str_starts(v, STR("==")))
        exact = str_trim(str_sub(v, 2, v.n));
    else if (str_starts(v, STR("@")))
        exact = str_trim(str_sub(v, 1, v.n)); /* uvx NAME@VERSION */
    bool plain = exact.n && (is_digit(exact.p[0]) || exact.p[0] == 'v');
    for (size_t i = 0; i < exact.n; i++)
        plain = plain && (is_digit(exact.p[i]) || is_alpha(exact.p[i]) ||
                          (exact.p[i] && strchr(".!+_-", exact.p[i])));
    if (launcher_is_reference(v)) {
        l->out->state = NULL;
        l->out->state_reason = "the version stands in a variable";
    } else if (plain) {
        set_state(l, STATE_FIXED, exact);
    } else if (!v.n || v.p[0] == '@') {
        set_state(l, STATE_FLOATING, STR(""));
    } else {
        set_state(l, STATE_RANGE, STR(""));
    }
}

static bool is_pypi_name(char c)
{
    return is_digit(c) || is_alpha(c) || c == '-' || c == '_' || c == '.';
}

void launcher_pypi(struct launcher *l, struct shell_word spec)
{
    struct str s = str_trim(spec.text), rest;
    size_t n = 0;
    str_cut(s, ';', &s, &rest); /* environment marker */
    s = str_trim(s);
    if (is_path(s) || str_ends(s, STR(".whl")) || str_ends(s, STR(".tar.gz"))) {
        if (is_address(s)) {
            unknown(l, "an archive at an address");
            set_state(l, STATE_FLOATING, STR(""));
        } else {
            launcher_local(l, NULL);
        }
        return;
    }
    if (is_git_url(s)) {
        git_url(l, s, spec.from);
        return;
    }
    while (n < s.n && is_pypi_name(s.p[n]))
        n++;
    rest = str_trim(str_sub(s, n, s.n));
    if (rest.n && rest.p[0] == '[') {
        size_t close = str_chr(rest, ']', 0);
        rest = close == SIZE_MAX ? STR("") : str_trim(str_sub(rest, close + 1, rest.n));
    }
    if (!n || launcher_is_reference(str_sub(s, 0, n))) {
        unknown(l, launcher_is_reference(s) ? "the package stands in a variable"
                                            : "the name of the package could not be read");
        return;
    }
    struct str reference = rest.n && rest.p[0] == '@' ? str_trim(str_sub(rest, 1, rest.n)) : rest;
    if (is_git_url(reference)) {
        git_url(l, reference, spec.from);
        return;
    }
    struct str name = pypi_normalise(str_sub(s, 0, n), l->a);
    if (!name.p)
        l->error = arena_error(l->a);
    set_package(l, "pypi", name, spec.from);
    pypi_version(l, rest);
}

/* --- containers and deno ----------------------------------------------------------------- */

/* [registry[:port]/]name[:tag][@digest]; docker.io and library/ say nothing. */
void launcher_image(struct launcher *l, struct shell_word image)
{
    struct str s = image.text, digest = STR("");
    if (launcher_is_reference(s)) {
        unknown(l, "the image stands in a variable");
        return;
    }
    str_cut(s, '@', &s, &digest);
    size_t slash = str_rchr(s, '/'), colon = str_rchr(s, ':');
    if (colon != SIZE_MAX && (slash == SIZE_MAX || colon > slash))
        s = str_sub(s, 0, colon);
    if (str_starts(s, STR("docker.io/")))
        s = str_sub(s, 10, s.n);
    if (str_starts(s, STR("library/")))
        s = str_sub(s, 8, s.n);
    set_package(l, "oci", s, image.from);
    /* A tag can be moved to other content. */
    set_state(l, digest.n ? "digest" : STATE_FLOATING, digest);
}

void launcher_deno(struct launcher *l, struct shell_word spec)
{
    struct str s = spec.text;
    if (str_starts(s, STR("npm:")) || str_starts(s, STR("jsr:"))) {
        bool jsr = s.p[0] == 'j';
        spec.text = str_sub(s, s.n > 4 && s.p[4] == '/' ? 5 : 4, s.n);
        launcher_npm(l, spec);
        struct str name = l->out->package;
        if (jsr && str_starts(name, STR("npm:")))
            set_package(l, "jsr", str_sub(name, 4, name.n), spec.from);
    } else if (is_address(s)) {
        unknown(l, "code at an address");
        set_state(l, STATE_FLOATING, STR(""));
    } else {
        launcher_local(l, NULL);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which lines of a CODEOWNERS file are rules and whom each one names. */
#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "formats/codeowners.h"

struct words {
    struct str *v;
    size_t n;
};

struct entry {
    struct codeowners_rule rule;
    uint64_t section; /* 0: above the first heading */
    bool excludes;
};

struct reader {
    enum codeowners_host host;
    struct arena *arena;
    size_t max, ignored;
    struct {
        VEC(struct entry);
    } entries;
    struct map sections; /* lower-case name -> number */
    uint64_t section;
    struct words fallback; /* owners of the heading */
};

struct heading {
    struct str name, owners;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* "[Name]", "^[Name][2] @default"; nothing else may follow the brackets. */
static bool read_heading(struct str line, struct heading *ret)
{
    struct str rest = line.n && line.p[0] == '^' ? str_sub(line, 1, line.n) : line;
    size_t end = str_chr(rest, ']', 0);
    if (!rest.n || rest.p[0] != '[' || end == SIZE_MAX || end == 1)
        return false;
    ret->name = str_trim(str_sub(rest, 1, end));
    rest = str_sub(rest, end + 1, rest.n);
    if (rest.n && rest.p[0] == '[') {
        int64_t approvals;
        end = str_chr(rest, ']', 0);
        if (end == SIZE_MAX || str_to_i64(str_sub(rest, 1, end), &approvals))
            return false;
        rest = str_sub(rest, end + 1, rest.n);
    }
    ret->owners = rest;
    return ret->name.n && (!rest.n || is_blank(rest.p[0]));
}

enum codeowners_host codeowners_host(struct str text)
{
    struct str rest = text, line;
    struct heading h;
    while (str_line(&rest, &line))
        if (read_heading(str_trim(line), &h))
            return CODEOWNERS_GITLAB;
    return CODEOWNERS_GITHUB;
}

/* --- owners -------------------------------------------------------------------------------- */

static bool in_handle(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.' || c == '/' || (unsigned char)c >= 0x80;
}

/* "@user", "@org/team", "@@role", "name@host.example" */
static bool owner_valid(struct str word, enum codeowners_host host)
{
    size_t at = str_chr(word, '@', 0);
    size_t from = host == CODEOWNERS_GITLAB && str_starts(word, STR("@@")) ? 2 : 1;
    if (at == SIZE_MAX)
        return false;
    if (at > 0)
        return at + 1 < word.n && str_chr(word, '@', at + 1) == SIZE_MAX;
    for (size_t i = from; i < word.n; i++)
        if (!in_handle(word.p[i]))
            return false;
    return word.n > from;
}

static bool next_word(struct str *rest, struct str *ret)
{
    size_t from = 0, to;
    while (from < rest->n && is_blank(rest->p[from]))
        from++;
    for (to = from; to < rest->n && !is_blank(rest->p[to]);)
        to++;
    *ret = str_sub(*rest, from, to);
    *rest = str_sub(*rest, to, rest->n);
    return ret->n && ret->p[0] != '#'; /* a comment ends the line */
}

/* E_PARSE: the host ignores the whole line. */
static int read_owners(struct reader *r, struct str text, struct words *ret)
{
    size_t n = 0;
    struct str rest = text, word;
    while (next_word(&rest, &word))
        n++;
    struct words w = {.v = n ? arena_new_n(r->arena, struct str, n) : NULL};
    if (n && !w.v)
        return arena_error(r->arena);
    for (rest = text; next_word(&rest, &word);) {
        if (r->host == CODEOWNERS_GITLAB && word.p[word.n - 1] == ',')
            word.n--;
        if (owner_valid(word, r->host))
            w.v[w.n++] = word;
        else if (r->host == CODEOWNERS_GITHUB)
            return E_PARSE;
    }
    *ret = w;
    return 0;
}

/* --- patterns ------------------------------------------------------------------------------ */

/* End of the pattern: the first blank without a backslash. */
static size_t pattern_end(struct str line)
{
    size_t i = 0;
    while (i < line.n && !is_blank(line.p[i]))
        i += 1 + (line.p[i] == '\\' && i + 1 < line.n);
    return MIN(i, line.n);
}

static void unescape(struct str pattern, struct buf *out)
{
    for (size_t i = 0; i < pattern.n; i++) {
        char c = pattern.p[i];
        if (c != '\\' || i + 1 == pattern.n) {
            buf_addc(out, c);
            continue;
        }
        c = pattern.p[++i];
        if (c == '*' || c == '?' || c == '[')
            buf_addf(out, "[%c]", c);
        else
            buf_addc(out, c);
    }
}

/* GitLab ties a pattern to the root only when it begins with '/', GitHub also when it has a '/'
 * inside. What would look like a section gets a prefix that changes nothing. */
static const char *prefix_of(struct str raw, struct str clean, enum codeowners_host host)
{
    bool inner = str_chr(str_sub(raw, 0, raw.n - 1), '/', 0) != SIZE_MAX;
    bool bracket = clean.n && clean.p[0] == '[';
    if (raw.p[0] == '/' || str_starts(raw, STR("**/")))
        return "";
    if (host == CODEOWNERS_GITLAB)
        return inner || bracket ? "**/" : "";
    return !bracket ? "" : inner ? "/" : "**/";
}

/* E_PARSE: not a pattern for this host. */
static int read_pattern(struct reader *r, struct str raw, struct str *ret)
{
    AUTO(buf) clean = BUF_INIT;
    AUTO(buf) out = BUF_INIT;
    if (!raw.n)
        return E_PARSE;
    if (r->host == CODEOWNERS_GITHUB &&
        (raw.p[0] == '!' || str_chr(raw, '[', 0) != SIZE_MAX || str_starts(raw, STR("\\#"))))
        return E_PARSE;
    unescape(raw, &clean);
    buf_addz(&out, prefix_of(raw, buf_str(&clean), r->host));
    buf_add(&out, buf_str(&clean));
    int rc = buf_result(&clean) ? buf_result(&clean) : buf_result(&out);
    if (rc)
        return rc;
    *ret = arena_str(r->arena, buf_str(&out));
    return ret->p ? 0 : arena_error(r->arena);
}

/* --- lines --------------------------------------------------------------------------------- */

static int add(struct reader *r, struct entry *e, struct diag *d)
{
    if (r->entries.n >= r->max)
        return diag_set(d, E_LIMIT, "more than %zu rules", r->max);
    e->section = r->section;
    return vec_push(&r->entries, *e);
}

static int start_section(struct reader *r, const struct heading *h, struct entry *e, struct diag *d)
{
    AUTO(buf) lower = BUF_INIT;
    bool fresh;
    for (size_t i = 0; i < h->name.n; i++) {
        char c = h->name.p[i];
        buf_addc(&lower, (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
    }
    int rc = buf_result(&lower);
    if (!rc)
        rc = read_owners(r, h->owners, &r->fallback);
    if (rc)
        return rc;
    uint64_t *number = map_put(&r->sections, buf_str(&lower), &fresh);
    if (!number)
        return arena_error(r->arena) ? arena_error(r->arena) : E_NOMEM;
    if (fresh)
        *number = r->sections.n;
    r->section = *number;
    if (!fresh)
        return 0;
    e->rule.pattern = arena_fmt(r->arena, "[" STR_FMT "]", STR_ARG(h->name));
    return e->rule.pattern.p ? add(r, e, d) : arena_error(r->arena);
}

static int read_line(struct reader *r, struct str line, struct entry *e, struct diag *d)
{
    struct heading h;
    struct words owners = {0};
    if (r->host == CODEOWNERS_GITLAB && read_heading(line, &h))
        return start_section(r, &h, e, d);
    size_t end = pattern_end(line);
    struct str pattern = str_sub(line, 0, end), rest = str_sub(line, end, line.n), word;
    e->excludes = r->host == CODEOWNERS_GITLAB && line.p[0] == '!';
    int rc = read_pattern(r, str_sub(pattern, e->excludes, pattern.n), &e->rule.pattern);
    if (!rc && !e->excludes)
        rc = read_owners(r, rest, &owners);
    if (rc == E_PARSE) {
        r->ignored++;
        return 0;
    }
    if (!rc && !e->excludes && !next_word(&rest, &word))
        owners = r->fallback;
    e->rule.owners = owners.v;
    e->rule.n = owners.n;
    return rc ? rc : add(r, e, d);
}

static int read_lines(struct reader *r, struct str text, struct diag *d)
{
    struct str rest = text, line;
    int rc = 0;
    if (str_starts(text, STR("\xef\xbb\xbf")))
        rest = str_sub(text, 3, text.n);
    for (unsigned number = 1; !rc && str_line(&rest, &line); number++) {
        struct str s = str_trim(line);
        /* An escaped blank at the end belongs to the pattern. */
        if (s.n && s.p[s.n - 1] == '\\' && s.p + s.n < line.p + line.n)
            s.n++;
        if (!s.n || s.p[0] == '#')
            continue;
        struct entry e = {.rule = {.line = number,
                                   .column = (unsigned)(s.p - line.p) + 1,
                                   .offset = (size_t)(s.p - text.p)}};
        rc = read_line(r, s, &e, d);
    }
    return rc;
}

/* Section by section; the heading comes first and exclusions last. The sort is stable. */
static int entry_cmp(const void *pa, const void *pb, void *ctx)
{
    const struct entry *a = pa, *b = pb;
    (void)ctx;
    if (a->section != b->section)
        return a->section < b->section ? -1 : 1;
    return a->excludes - b->excludes;
}

static int finish(struct reader *r, struct codeowners *ret)
{
    struct codeowners c = {.n = r->entries.n, .ignored = r->ignored};
    int rc = vec_sort(&r->entries, entry_cmp, NULL);
    if (rc)
        return rc;
    c.v = arena_new_n(r->arena, struct codeowners_rule, c.n);
    if (!c.v)
        return arena_error(r->arena);
    for (size_t i = 0; i < c.n; i++)
        c.v[i] = r->entries.v[i].rule;
    *ret = c;
    return 0;
}

int codeowners_parse(struct str text, enum codeowners_host host, const struct limits *lim,
                     struct arena *a, struct codeowners *ret, struct diag *d)
{
    if (text.n > lim->bytes)
        return diag_set(d, E_LIMIT, "larger than %zu bytes", lim->bytes);
    struct reader r = {.host = host, .arena = a, .max = lim->items, .sections = MAP_OWNED(a)};
    int rc = read_lines(&r, text, d);
    if (!rc)
        rc = finish(&r, ret);
    map_done(&r.sections);
    vec_free(&r.entries);
    return rc && rc != E_LIMIT ? diag_set(d, rc, "the rules do not fit into memory") : rc;
}

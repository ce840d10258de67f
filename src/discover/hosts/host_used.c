/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether somebody talks to an address, by what stands around it. */
#include "base/path.h"
#include "discover/hosts/hosts.h"
#include "match/syntax.h"
#include "match/tokens.h"

/* Keys of texts for people. */
static const char *const DISPLAYED[] = {
    "placeholder", "description",   "desc",  "help",     "helptext", "hint",     "example",
    "examples",    "title",         "label", "tooltip",  "doc",      "docs",     "docurl",
    "docsurl",     "documentation", "href",  "homepage", "website",  "comment",  "summary",
    "epilog",      "readme",        "usage", "caption",  "message",  "helpurl",  "learnmore",
    "moduledoc",   "note",          "notes", "subtitle", "seealso",  "helplink", "docslink",
    "helpertext",  "info",          "error", "longdesc", "__doc__",  "body",     "response",
    "reason",      "instructions"};

/* What has one of these in its name holds, takes or makes addresses ... */
static const char *const ADDRESSED[] = {
    "host",    "endpoint", "url",      "uri",          "base",      "server",  "addr",    "domain",
    "target",  "origin",   "upstream", "remote",       "authority", "backend", "gateway", "dial",
    "connect", "client",   "api",      "externalname", "fqdn",      "proxy"};

/* ... and with one of these is about what others do. */
static const char *const REFUSED[] = {
    "block",   "deny",    "forbid",  "allow",       "ignore",  "exclude", "skip",    "reject",
    "filter",  "bypass",  "noproxy", "no_proxy",    "include", "contain", "starts",  "ends",
    "prefix",  "suffix",  "indexof", "equal",       "match",   "assert",  "expect",  "known",
    "detect",  "rule",    "example", "placeholder", "descr",   "title",   "label",   "docs",
    "help",    "hint",    "comment", "message",     "trusted", "sni",     "pattern", "regex",
    "replace", "split",   "strip",   "dst",         "dest",    "qname",   "sample",  "event",
    "observ",  "categor", "classif"};

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* Without case and separators: "docs_url", "docsUrl" and "docs-url" are one. */
static bool is_same(struct str key, const char *word)
{
    size_t k = 0;
    for (size_t i = 0; i < key.n; i++) {
        if ((key.p[i] == '_' || key.p[i] == '-') && word[k] != key.p[i])
            continue;
        if (!word[k] || lower(key.p[i]) != word[k++])
            return false;
    }
    return !word[k];
}

static bool has_nocase(struct str s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++)
        if (str_eq_nocase(str_sub(s, i, i + n), str_n(word, n)))
            return true;
    return false;
}

static bool has_any(struct str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (has_nocase(s, words[i]))
            return true;
    return false;
}

static bool is_displayed(struct str key)
{
    for (size_t i = 0; i < ARRAY_LEN(DISPLAYED); i++)
        if (is_same(key, DISPLAYED[i]))
            return true;
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "curl -s https://x" is fetched all the same. */
static bool runs_client(struct str s)
{
    static const char *const programs[] = {"curl ",  "wget ", "http ",   "xh ",
                                           "fetch(", "--url", "httpie ", "Invoke-"};
    for (size_t i = 0; i < ARRAY_LEN(programs); i++)
        if (str_has(s, str_z(programs[i])))
            return true;
    return false;
}

/* "e.g. https://x", "Default: https://x": a word that introduces an example. */
static bool introduces(struct str word)
{
    static const char *const words[] = {
        "e.g.",  "eg.",   "ex.",  "i.e.",       "example:", "default:", "docs:",    "see:",
        "note:", "hint:", "ref:", "reference:", "source:",  "e.g.:",    "examples:"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_nocase(word, str_z(words[i])))
            return true;
    return false;
}

/* "See https://x", "a key (at https://x", "[here](https://x": a word of a sentence is before. */
static bool is_sentence(struct str before)
{
    size_t line = str_rchr(before, '\n'), n = before.n;
    before = line == SIZE_MAX ? before : str_sub(before, line + 1, n);
    if (runs_client(before))
        return false;
    if (str_ends(before, STR("](")) || has_nocase(before, "href="))
        return true;
    for (n = before.n; n && strchr("(<[\"'`", before.p[n - 1]); n--)
        ;
    size_t end = n;
    while (end && before.p[end - 1] == ' ')
        end--;
    size_t start = end;
    size_t blank = str_rchr(str_sub(before, 0, end), ' ');
    struct str word_before = str_sub(before, blank == SIZE_MAX ? 0 : blank + 1, end);
    while (word_before.n && strchr("(\"'", word_before.p[0]))
        word_before = str_sub(word_before, 1, word_before.n);
    if (end < n && introduces(word_before))
        return true;
    bool small = false;
    for (; start && is_letter(before.p[start - 1]); start--)
        small |= before.p[start - 1] >= 'a';
    bool word = !start || before.p[start - 1] == ' ' || before.p[start - 1] == '"';
    return end < n && end - start >= 2 && small && word;
}

/* "func": "const a = 1\nfetch(…)" */
static bool is_code(struct str key)
{
    static const char *const words[] = {"func", "code",   "script", "source",     "command",
                                        "run",  "jscode", "args",   "body_script"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (is_same(key, words[i]))
            return true;
    return false;
}

/* What follows the host up to the end of the value is a port and a path. */
static bool is_whole(struct str text, const struct host_spot *s, struct str value)
{
    size_t from = (size_t)(value.p - text.p), end = from + value.n, i = s->end;
    if (s->from != from || s->end > end)
        return false;
    if (i < end && text.p[i] == ':')
        for (i++; i < end && text.p[i] >= '0' && text.p[i] <= '9'; i++)
            ;
    if (i < end && text.p[i] != '/')
        return false;
    for (; i < end; i++)
        if (text.p[i] <= ' ')
            return false;
    return true;
}

bool host_is_used(struct str text, const struct host_spot *s, const struct host_around *a)
{
    size_t from = (size_t)(a->value.p - text.p);
    if (a->dead || is_displayed(a->key))
        return false;
    struct str before = str_sub(text, from, s->from);
    if (s->scheme && a->data && str_has(before, STR("\\n")))
        return is_code(a->key);
    if (s->scheme)
        return !is_sentence(before);
    if (a->list || a->compare || !is_whole(text, s, a->value))
        return false;
    if (strchr(".-", text.p[s->start]) && !a->joined)
        return false;
    struct str name = a->key.n ? a->key : a->before;
    return (a->any || has_any(name, ADDRESSED, ARRAY_LEN(ADDRESSED))) &&
           !has_any(name, REFUSED, ARRAY_LEN(REFUSED));
}

/* --- who reads what -------------------------------------------------------------------------- */

static bool ends_in(struct str path, const char *const *ends)
{
    for (; *ends; ends++)
        if (str_ends(path, str_z(*ends)))
            return true;
    return false;
}

const struct token_style *host_style(struct str path)
{
    static const char *const like_java[] = {".c",     ".h",     ".cc",   ".cpp",    ".hpp",
                                            ".swift", ".scala", ".dart", ".gradle", ".groovy",
                                            ".json",  ".jsonc", NULL};
    static const char *const like_script[] = {".vue", ".svelte", NULL};
    static const char *const like_ruby[] = {".ex", ".exs", NULL};
    const struct syntax_language *l = syntax_language(path, STR(""));
    if (l)
        return l->tokens == &TOKENS_SHELL ? NULL : l->tokens;
    if (ends_in(path, like_java))
        return &TOKENS_JAVA;
    if (ends_in(path, like_ruby))
        return &TOKENS_RUBY;
    if (str_ends(path, STR(".lua")))
        return &TOKENS_LUA;
    return ends_in(path, like_script) ? &TOKENS_JAVASCRIPT : NULL;
}

void host_spots_judge(struct str path, struct str text, struct host_spot *spots, size_t n)
{
    if (str_ends(path, STR(".ipynb")))
        host_judge_notebook(text, spots, n);
    else if (host_style(path))
        host_judge_tokens(path, text, spots, n);
    else
        host_judge_lines(path, text, spots, n);
}

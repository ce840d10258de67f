/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the name of a variable, option or member says about its value. */
#include "values/values_internal.h"

#define MAX_WORDS 12
#define MAX_NAME  128

/* The words of a name, in lower case: "OPENAI_API_KEY", "openaiApiKey", "--openai-api-key". */
struct words {
    char text[MAX_NAME];
    struct str v[MAX_WORDS];
    size_t n;
};

static void split_name(struct str name, struct words *w)
{
    size_t start = 0, n = 0;

    w->n = 0;
    if (name.n > MAX_NAME)
        name = str_sub(name, name.n - MAX_NAME, name.n);
    for (size_t i = 0; i <= name.n; i++) {
        char c = i < name.n ? name.p[i] : '_';
        bool capital = c >= 'A' && c <= 'Z' && i && name.p[i - 1] >= 'a' && name.p[i - 1] <= 'z';
        if (!is_alnum(c) || capital) {
            if (n > start && w->n < MAX_WORDS)
                w->v[w->n++] = str_n(w->text + start, n - start);
            start = n;
        }
        if (is_alnum(c))
            w->text[n++] = lower(c);
    }
}

static bool one_of(struct str word, const char *const *list)
{
    for (; *list; list++) {
        if (str_eq_z(word, *list))
            return true;
    }
    return false;
}

static const char *const PASSWORDS[] = {"password", "passwd",     "passphrase", "pwd",
                                        "passcode", "pgpassword", NULL};
static const char *const SECRETS[] = {"secret",      "token",         "apikey",    "credential",
                                      "credentials", "accesskey",     "secretkey", "authkey",
                                      "privatekey",  "bearer",        "authtoken", "accesstoken",
                                      "apitoken",    "authorization", NULL};
/* Before "key". */
static const char *const KEY_OF[] = {
    "api",     "access",       "secret",     "private",     "auth",    "signing",
    "master",  "service",      "encryption", "account",     "admin",   "shared",
    "license", "subscription", "app",        "application", "client",  "functions",
    "session", "jwt",          "webhook",    "server",      "project", NULL};
/* As the last word, these turn the name into something about a secret, not the secret. */
static const char *const ABOUT[] = {
    "file",     "path",        "url",         "uri",       "name",     "id",       "ids",
    "limit",    "limits",      "count",       "size",      "length",   "len",      "ttl",
    "expiry",   "expires",     "expiration",  "expire",    "timeout",  "type",     "types",
    "prefix",   "suffix",      "endpoint",    "algorithm", "alg",      "header",   "headers",
    "enabled",  "required",    "max",         "min",       "budget",   "window",   "usage",
    "env",      "var",         "variable",    "ref",       "arn",      "store",    "manager",
    "provider", "policy",      "field",       "fields",    "param",    "dir",      "directory",
    "location", "version",     "hint",        "label",     "reset",    "at",       "host",
    "port",     "format",      "pattern",     "regex",     "rotation", "scope",    "scopes",
    "index",    "command",     "cmd",         "source",    "mode",     "strategy", "method",
    "fn",       "func",        "function",    "class",     "error",    "message",  "title",
    "text",     "description", "placeholder", "example",   "encoding", "bytes",    "hash",
    "digest",   "checksum",    "fingerprint", "start",     "end",      "ratio",    "cost",
    "price",    "rate",        "helper",      "schema",    NULL,
};

static enum name_sense sense_at(const struct words *w, size_t i)
{
    struct str word = w->v[i];

    if (one_of(word, PASSWORDS))
        return NAME_PASSWORD;
    if (str_eq(word, STR("pass")) && i + 1 == w->n)
        return NAME_PASSWORD;
    if (one_of(word, SECRETS))
        return NAME_KEY;
    if (str_eq(word, STR("key")) && i && one_of(w->v[i - 1], KEY_OF))
        return NAME_KEY;
    bool last = i + 1 == w->n && i;
    return last && (str_eq(word, STR("pat")) || str_eq(word, STR("auth"))) ? NAME_KEY : NAME_PLAIN;
}

enum name_sense name_sense(struct str name)
{
    struct words w;
    enum name_sense sense = NAME_PLAIN;

    split_name(name, &w);
    if (!w.n || one_of(w.v[w.n - 1], ABOUT))
        return NAME_PLAIN;
    for (size_t i = 0; i < w.n; i++) {
        enum name_sense s = sense_at(&w, i);
        sense = MAX(sense, s);
    }
    return sense;
}

static bool is_name_char(char c)
{
    return is_word(c) || c == '-' || c == '.';
}

struct str assigned_name(struct str text, size_t at)
{
    size_t end = at, start;
    bool separated = false;

    while (end && (strchr("\"' \t\\[", text.p[end - 1]) || strchr("=:>", text.p[end - 1])) &&
           text.p[end - 1]) {
        separated |= strchr("=:", text.p[end - 1]) != NULL;
        end--;
    }
    if (!separated)
        return STR_NULL;
    if (end && text.p[end - 1] == ']')
        end--;
    while (end && strchr("\"'\\", text.p[end - 1]) && text.p[end - 1])
        end--;
    for (start = end; start && end - start < MAX_NAME && is_name_char(text.p[start - 1]);)
        start--;
    return str_sub(text, start, end);
}

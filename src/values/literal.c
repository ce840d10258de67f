/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether what a name is set to is a secret written out. */
#include "values/values_internal.h"

#define MIN_KEY      8
#define MIN_PASSWORD 3
#define MIN_LETTERS  16 /* of a key that has no digit */

struct str without_scheme(struct str text)
{
    static const char *const schemes[] = {"Bearer ", "Basic ", "Token ", "ApiKey "};

    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        size_t n = strlen(schemes[i]);
        if (str_eq_nocase(str_sub(text, 0, n), str_z(schemes[i])))
            return str_trim(str_sub(text, n, text.n));
    }
    return text;
}

static bool is_path(struct str s)
{
    return str_starts(s, STR("/")) || str_starts(s, STR("./")) || str_starts(s, STR("../")) ||
           str_starts(s, STR("~/")) || (s.n > 2 && s.p[1] == ':' && s.p[2] == '\\');
}

/* A digit, or a long stretch of letters: not "oauth", "my-secret-name", "read.write". */
static bool looks_like_key(struct str s)
{
    size_t letters = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            return true;
        letters = is_alnum(s.p[i]) ? letters + 1 : 0;
        if (letters >= MIN_LETTERS)
            return true;
    }
    return false;
}

static bool is_number(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!strchr("0123456789.,+-", s.p[i]) || !s.p[i])
            return false;
    }
    return true;
}

bool sense_is_secret(enum name_sense sense, bool known, struct str text)
{
    struct str s = without_scheme(str_trim(text));

    if (sense == NAME_PLAIN || value_is_reference(s) || value_is_placeholder(s) || is_path(s))
        return false;
    if (sense == NAME_PASSWORD)
        return s.n >= MIN_PASSWORD;
    if (s.n < MIN_KEY || is_number(s) || str_has(s, STR("://")))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (strchr(" \t\r\n()<>{}", s.p[i]))
            return false;
    }
    return known || looks_like_key(s);
}

/* The default of ${NAME:-default}, else the text itself. */
static struct str default_of(struct str text)
{
    struct str name, rest;

    if (!str_starts(text, STR("${")) || !str_ends(text, STR("}")))
        return text;
    if (!str_cut(str_sub(text, 2, text.n - 1), ':', &name, &rest) || !str_starts(rest, STR("-")))
        return text;
    return str_sub(rest, 1, rest.n);
}

/* The best secret in the text of b; NULL when there is none. */
static const char *find_kind(struct values *v, const struct buf *b)
{
    if (buf_result(b) || values_find(v, buf_str(b), NULL) || values_settle(v, false))
        return NULL;
    for (size_t i = 0; i < v->found.n; i++) {
        const struct span *s = &v->found.v[i];
        if (v->classes[s->key] == DATA_SECRET)
            return v->catalog->keys[s->key].kind;
    }
    return NULL;
}

bool value_is_literal_secret(struct values *v, struct str name, struct str text,
                             const char **ret_kind)
{
    enum name_sense sense = name_sense(name);
    struct str value = default_of(str_trim(text));
    bool known = catalog_name(v->catalog, SPACE_ENV, name) != NULL;
    AUTO(buf) pair = BUF_INIT;

    if (!value.n)
        return false;
    buf_add(&pair, name);
    buf_add(&pair, STR("=\""));
    buf_add(&pair, value);
    buf_addc(&pair, '"');
    const char *kind = find_kind(v, &pair);
    if (kind) {
        *ret_kind = kind;
        return true;
    }
    if (!sense_is_secret(sense, known, value))
        return false;
    *ret_kind = sense == NAME_PASSWORD ? "generic-password" : "generic-api-key";
    return true;
}

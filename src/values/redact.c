/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what of a text may be shown: rather a word too few than a secret. */
#include "values/values_internal.h"

/* Spans that no key of the catalogue names. */
enum { MASK_PASSWORD = -1, MASK_KEY = -2, MASK_URL = -3 };

#define MIN_LONG_WORD 16
#define MIN_HEX       32
#define MAX_BLANKS    8
#define MAX_ROUNDS    4

struct redactor {
    struct values *v;
    struct str text;
};

static int mask(struct redactor *r, size_t start, size_t end, int key)
{
    if (start >= end)
        return OK;
    return vec_push(&r->v->found, ((struct span){start, end, key})) ? E_NOMEM : OK;
}

static char at(const struct redactor *r, size_t i)
{
    return i < r->text.n ? r->text.p[i] : '\0';
}

static size_t skip(const struct redactor *r, size_t i, const char *set, size_t max)
{
    for (size_t n = 0; n < max && at(r, i) && strchr(set, at(r, i)); n++)
        i++;
    return i;
}

/* Where the value of the name that ends at `i` begins; SIZE_MAX when nothing is assigned. */
static size_t find_value(const struct redactor *r, size_t i, bool option)
{
    size_t after = skip(r, skip(r, i, "\"'\\]", 3), " \t", MAX_BLANKS);

    if (at(r, after) == '=' || at(r, after) == ':')
        return skip(r, skip(r, after, "=:>", 3), " \t", MAX_BLANKS);
    if (!option)
        return SIZE_MAX;
    /* "--token", "value" and --token value */
    size_t comma = skip(r, after, ",", 1);
    size_t value = skip(r, comma, " \t\r\n", MAX_BLANKS * 4);
    return value > i && at(r, value) != '-' ? value : SIZE_MAX;
}

/* End of the value at `i`, past which *ret_next goes on. */
static size_t value_end(const struct redactor *r, size_t *start)
{
    size_t i = skip(r, *start, "\\", 2);
    char quote = at(r, i);

    if (quote != '"' && quote != '\'' && quote != '`') {
        for (i = *start; at(r, i) && !strchr(" \t\r\n,;&\"'`)]}<>", at(r, i));)
            i++;
        return i;
    }
    for (*start = ++i; i < r->text.n && at(r, i) != quote && at(r, i) != '\n';)
        i++;
    while (i > *start && r->text.p[i - 1] == '\\')
        i--;
    return i;
}

/* The name at [start, end): mask its value if the name says secret. */
static int mask_assigned(struct redactor *r, size_t start, size_t end)
{
    struct str name = str_sub(r->text, start, end);
    size_t from = find_value(r, end, str_starts(name, STR("-")));

    if (from == SIZE_MAX) /* few words are given a value */
        return OK;
    enum name_sense sense = name_sense(name);
    if (sense == NAME_PLAIN)
        return OK;
    size_t to = value_end(r, &from);
    struct str value = str_sub(r->text, from, to);
    struct str bare = without_scheme(value);
    if (!bare.n || value_is_reference(bare) || value_is_placeholder(bare))
        return OK;
    if (sense == NAME_KEY && !sense_is_secret(sense, true, value))
        return OK;
    return mask(r, (size_t)(bare.p - r->text.p), (size_t)(bare.p - r->text.p) + bare.n,
                sense == NAME_PASSWORD ? MASK_PASSWORD : MASK_KEY);
}

static bool is_hex_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = lower(s.p[i]);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

/* Content hashes and commits are named as such: sha256:…, @…, #…, sha512-… */
static bool is_digest(const struct redactor *r, size_t start, struct str word)
{
    struct str before = str_sub(r->text, start - MIN(start, (size_t)8), start);

    if (str_ends(before, STR("@")) || str_ends(before, STR("#")) || str_ends(before, STR("/")))
        return is_hex_word(word);
    return str_ends(before, STR("sha256:")) || str_ends(before, STR("sha512:")) ||
           str_ends(before, STR("sha1:")) || str_ends(before, STR("sha384:")) ||
           str_starts(word, STR("sha512-")) || str_starts(word, STR("sha256-")) ||
           str_starts(word, STR("sha384-")) || str_starts(word, STR("sha1-"));
}

/* A key of a vendor that is not of the right length: cut off, or invented. */
static bool has_key_prefix(const struct values *v, struct str word)
{
    const struct catalog *c = v->catalog;

    for (int i = 0; i < c->n_literals; i++) {
        const struct catalog_literal *l = &c->literals[i];
        if (!l->n_keys || l->text[0] != word.p[0])
            continue;
        struct str literal = str_z(l->text);
        const struct catalog_key *k = &c->keys[l->keys[0]];
        bool prefix =
            str_starts(str_z(k->pattern), literal) &&
            (str_chr(literal, '-', 0) != SIZE_MAX || str_chr(literal, '_', 0) != SIZE_MAX);
        if (prefix && k->entry >= 0 && str_starts(word, literal) && word.n >= literal.n + 8)
            return true;
    }
    return false;
}

/* Bearer X, Basic X: X is masked whatever it looks like. */
static int mask_scheme(struct redactor *r, size_t start, size_t end)
{
    struct str word = str_sub(r->text, start, end);
    size_t from = skip(r, end, " ", 1), to = from;

    if (from == end || (!str_eq_nocase(word, STR("bearer")) && !str_eq_nocase(word, STR("basic"))))
        return OK;
    while (at(r, to) && (is_word(at(r, to)) || strchr("-.~+/=", at(r, to))))
        to++;
    struct str value = str_sub(r->text, from, to);
    if (value.n < 8 || value_is_placeholder(value) || value_is_reference(value) ||
        !sense_is_secret(NAME_KEY, false, value))
        return OK;
    return mask(r, from, to, MASK_KEY);
}

static int mask_word(struct redactor *r, size_t start, size_t end)
{
    struct str word = str_sub(r->text, start, end);
    int rc = mask_assigned(r, start, end);

    if (!rc)
        rc = mask_scheme(r, start, end);
    if (rc || word.n < MIN_LONG_WORD || is_digest(r, start, word))
        return rc;
    bool hex = word.n >= MIN_HEX && is_hex_word(word) && !value_is_placeholder(word);
    if (hex || word_is_random(word, MIN_LONG_WORD) ||
        (has_key_prefix(r->v, word) && !value_is_placeholder(word)))
        return mask(r, start, end, MASK_KEY);
    return OK;
}

/* user:password@ after "://" at `i`. */
static int mask_url(struct redactor *r, size_t i)
{
    size_t colon = SIZE_MAX, host = SIZE_MAX, end = i;

    for (; at(r, end) && !strchr(" \t\r\n\"'<>/?#", at(r, end)); end++) {
        if (at(r, end) == ':' && colon == SIZE_MAX)
            colon = end;
        if (at(r, end) == '@')
            host = end;
    }
    if (colon == SIZE_MAX || host == SIZE_MAX || host < colon)
        return OK;
    struct str password = str_sub(r->text, colon + 1, host);
    if (value_is_reference(password))
        return OK;
    return mask(r, colon + 1, host, MASK_URL);
}

static int find_words(struct redactor *r)
{
    int rc = OK;

    for (size_t i = 0; !rc && i < r->text.n;) {
        size_t start = i;
        while (is_word(at(r, i)) || at(r, i) == '-')
            i++;
        if (i > start) {
            rc = mask_word(r, start, i);
            continue;
        }
        if (at(r, i) == ':' && at(r, i + 1) == '/' && at(r, i + 2) == '/')
            rc = mask_url(r, i + 3);
        i++;
    }
    return rc;
}

static const char *label(const struct values *v, int key)
{
    if (key >= 0)
        return v->catalog->keys[key].kind;
    return key == MASK_PASSWORD ? "generic-password"
           : key == MASK_KEY    ? "generic-api-key"
                                : "url-credentials";
}

static int order_mask(const void *a, const void *b, void *ctx UNUSED)
{
    const struct span *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->key < 0) - (y->key < 0);
}

static void write_mask(const struct redactor *r, struct span s, struct buf *out)
{
    size_t characters = 0;

    for (size_t pos = s.start; pos < s.end; characters++)
        str_rune(r->text, &pos);
    buf_addf(out, "[%s, %zu character%s]", label(r->v, s.key), characters,
             characters == 1 ? "" : "s");
}

/* Copy the text, one mask for each group of spans that overlap. */
static void write_masked(const struct redactor *r, struct buf *out)
{
    const struct spans *f = &r->v->found;
    size_t copied = 0;

    for (size_t i = 0; i < f->n;) {
        struct span s = f->v[i++];
        for (; i < f->n && f->v[i].start < s.end; i++) {
            s.end = MAX(s.end, f->v[i].end);
            if (s.key < 0 && f->v[i].key >= 0)
                s.key = f->v[i].key;
        }
        buf_add(out, str_sub(r->text, copied, s.start));
        write_mask(r, s, out);
        copied = s.end;
    }
    buf_add(out, str_sub(r->text, copied, r->text.n));
}

static int redact_once(struct redactor *r, bool words, struct buf *out)
{
    int rc = values_find(r->v, r->text, NULL);

    if (!rc && words)
        rc = find_words(r);
    if (!rc && vec_sort(&r->v->found, order_mask, NULL))
        rc = E_NOMEM;
    if (rc)
        return rc;
    write_masked(r, out);
    return buf_result(out);
}

/* Without what was masked, the words before it may look like a value: `Basic AbC=[...]`. */
int values_redact(struct values *v, struct str text, struct buf *out)
{
    AUTO(buf) shown = BUF_INIT;
    struct redactor r = {v, text};
    int rc = redact_once(&r, true, &shown);

    for (int i = 0; !rc && v->found.n && i < MAX_ROUNDS; i++) {
        AUTO(buf) before = shown;
        shown = (struct buf)BUF_INIT;
        r.text = buf_str(&before);
        rc = redact_once(&r, false, &shown);
    }
    if (rc)
        return rc;
    if (v->found.n) /* there is no end of it */
        write_mask(&(struct redactor){v, text}, (struct span){0, text.n, MASK_KEY}, out);
    else
        buf_add(out, buf_str(&shown));
    return buf_result(out);
}

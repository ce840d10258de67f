/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which stretches of a text are classified values. */
#include "values/values_internal.h"

#include "base/hash.h"

#define LOOK_BEHIND 32
#define MAX_HITS    65536 /* kept of one text: 1 MiB */
#define MAX_TRIES   8     /* matches that end before the keyword, with `before` */
#define WORD_BYTES  64    /* of a word at a keyword, judged without its pattern */

struct values *values_free(struct values *v)
{
    if (!v)
        return NULL;
    for (int i = 0; v->patterns && i < v->catalog->n_keys; i++)
        regex_free(v->patterns[i]);
    mem_free(v->patterns);
    mem_free(v->classes);
    prefilter_free(v->prefilter);
    literals_free(v->added);
    vec_free(&v->found);
    vec_free(&v->hits);
    mem_free(v);
    return NULL;
}

/* A key without `before` matches at its keyword only. */
static int new_pattern(const struct catalog_key *key, struct regex **ret)
{
    AUTO(buf) anchored = BUF_INIT;
    struct diag d = {0}; /* whoever compiled the catalogue has read the patterns */

    if (key->before)
        return regex_new(str_z(key->pattern), ret, &d);
    buf_addf(&anchored, "\\G(?:%s)", key->pattern);
    return buf_result(&anchored) ? E_NOMEM : regex_new(buf_str(&anchored), ret, &d);
}

/* The literals of user packs. */
static int load_added(struct values *v, struct diag *d)
{
    const struct catalog *c = v->catalog;
    size_t n = (size_t)(c->n_literals - c->n_compiled);
    struct str *texts = n ? mem_array(NULL, n, sizeof(*texts)) : NULL;

    if (!n)
        return OK;
    if (!texts)
        return diag_set(d, E_NOMEM, "no memory for literals");
    for (size_t i = 0; i < n; i++)
        texts[i] = str_z(c->literals[(size_t)c->n_compiled + i].text);
    int rc = literals_new(texts, n, &v->added, d);
    mem_free(texts);
    return rc;
}

static int load_keys(struct values *v, struct diag *d)
{
    const struct catalog *c = v->catalog;
    size_t n = c->n_keys > 0 ? (size_t)c->n_keys : 1;

    v->patterns = mem_alloc(n * sizeof(*v->patterns));
    v->classes = mem_alloc(n * sizeof(*v->classes));
    if (!v->patterns || !v->classes)
        return diag_set(d, E_NOMEM, "no memory for the patterns");
    for (int i = 0; i < c->n_keys; i++) {
        int class = 0;
        while (class < DATA_COUNT &&
               !str_eq_z(str_z(c->keys[i].data_class), DATA_CLASS_NAMES[class]))
            class ++;
        if (class == DATA_COUNT || (c->keys[i].check && !value_check_find(c->keys[i].check)))
            return diag_set(d, E_PARSE, "key '%s' has an unknown class or check", c->keys[i].kind);
        v->classes[i] = (enum data_class) class;
    }
    int rc = OK;
    if (c->n_compiled)
        rc = prefilter_open(c->literal_db, c->literal_db_size, &v->prefilter, d);
    return rc ? rc : load_added(v, d);
}

/* libcrypto opens its configuration at the first use: that must be before the sandbox closes. */
static int warm_up(const struct values *v, struct diag *d)
{
    unsigned char mac[SHA256_BYTES];

    if (hmac_sha256(str_n(v->key, sizeof(v->key)), STR(""), mac))
        return diag_set(d, E_NOMEM, "no memory for fingerprints");
    return OK;
}

int values_new(const struct catalog *c, struct str key, struct values **ret, struct diag *d)
{
    struct values *v;
    int rc;

    if (key.n && key.n != sizeof(v->key))
        return diag_set(d, E_USAGE, "an installation key has %zu bytes", sizeof(v->key));
    if (!(v = mem_alloc(sizeof(*v))))
        return diag_set(d, E_NOMEM, "no memory for the patterns");
    v->catalog = c;
    if ((v->has_key = key.n > 0))
        memcpy(v->key, key.p, key.n);
    rc = load_keys(v, d);
    if (!rc && v->has_key)
        rc = warm_up(v, d);
    if (rc) {
        values_free(v);
        return rc;
    }
    *ret = v;
    return OK;
}

static bool is_hex(char c)
{
    c = lower(c);
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool all_hex(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_hex(s.p[i]))
            return false;
    }
    return s.n > 0;
}

/* No word runs into text[at] from the left: escapes like \n, \u003d and %3D do not count as one. */
static bool starts_word(struct str text, size_t at)
{
    if (!at || !is_word(text.p[at - 1]))
        return true;
    if (at >= 2 && text.p[at - 2] == '\\' && strchr("abefnrtv0", text.p[at - 1]))
        return true;
    if (at >= 3 && text.p[at - 3] == '%' && all_hex(str_sub(text, at - 2, at)))
        return true;
    if (at >= 4 && text.p[at - 4] == '\\' && text.p[at - 3] == 'x' &&
        all_hex(str_sub(text, at - 2, at)))
        return true;
    return at >= 6 && text.p[at - 6] == '\\' && text.p[at - 5] == 'u' &&
           all_hex(str_sub(text, at - 4, at));
}

static bool ends_word(struct str text, size_t at)
{
    if (at >= text.n)
        return true;
    if (text.p[at] == '-')
        return at + 1 >= text.n || !is_word(text.p[at + 1]);
    return !is_word(text.p[at]);
}

static bool acceptable(struct values *v, int key, size_t start, size_t end)
{
    const struct catalog_key *k = &v->catalog->keys[key];
    struct str value = str_sub(v->text, start, end);

    if (!value.n || !starts_word(v->text, start) || !ends_word(v->text, end))
        return false;
    if (k->min_entropy_centibits && value_entropy(value) < k->min_entropy_centibits)
        return false;
    if (k->check && !value_check_find(k->check)(v->text, start, end))
        return false;
    return !value_is_placeholder(value); /* it costs most */
}

/* Most keywords stand in names and prose: no pattern need be tried there. */
static bool goes_on(const struct catalog_key *k, struct str text, size_t at)
{
    size_t end = at, most = at + MIN(text.n - at, (size_t)WORD_BYTES);

    while (end < most && (is_word(text.p[end]) || text.p[end] == '-'))
        end++;
    if (end == at + WORD_BYTES)
        return true;
    return end < text.n && text.p[end] && strchr(k->next, text.p[end]);
}

/* One keyword of one key at [at, end). */
static int try_key(struct values *v, int key, size_t at, size_t end)
{
    int before = v->catalog->keys[key].before;
    size_t from = at - MIN((size_t)before, at);
    size_t base = from - MIN((size_t)LOOK_BEHIND, from);
    struct str window = str_sub(v->text, base, MIN(v->text.n, at + VALUE_BYTES));
    size_t s, e;
    int rc = 1;

    if (!v->patterns[key] && new_pattern(&v->catalog->keys[key], &v->patterns[key]))
        return E_NOMEM;
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        rc = regex_match(v->patterns[key], window, from - base, &s, &e);
        if (rc != 1 || !before || base + e >= end)
            break;
        from = base + MAX(e, s + 1);
        rc = 0;
    }
    if (rc == E_LIMIT)
        v->limited = true;
    if (rc != 1)
        return rc == E_NOMEM ? E_NOMEM : OK;
    if (!acceptable(v, key, base + s, base + e))
        return OK;
    return vec_push(&v->found, ((struct span){base + s, base + e, key})) ? E_NOMEM : OK;
}

static int on_literal(void *ctx, unsigned id, uint64_t end)
{
    struct values *v = ctx;
    const struct catalog_literal *l = &v->catalog->literals[id];
    size_t at = (size_t)end - strlen(l->text);
    int rc = OK;

    for (int i = 0; !rc && i < l->n_keys; i++) {
        const struct catalog_key *k = &v->catalog->keys[l->keys[i]];
        if (!k->next || goes_on(k, v->text, at))
            rc = try_key(v, l->keys[i], at, (size_t)end);
    }
    return rc;
}

/* Ids of added literals follow those of the database. */
struct shifted {
    prefilter_fn fn;
    void *ctx;
    unsigned by;
};

static int on_added(void *ctx, unsigned literal, uint64_t end)
{
    const struct shifted *s = ctx;

    return s->fn(s->ctx, literal + s->by, end);
}

/* Every literal of the catalogue; added ones after all others. */
static int each_literal(struct values *v, struct str text, prefilter_fn fn, void *ctx)
{
    struct shifted s = {fn, ctx, (unsigned)v->catalog->n_compiled};
    int rc = v->prefilter ? prefilter_scan(v->prefilter, text, fn, ctx) : OK;

    return rc || !v->added ? rc : literals_scan(v->added, text, on_added, &s);
}

int values_find(struct values *v, struct str text, const struct literal_hits *hits)
{
    int rc = OK;

    v->text = text;
    v->found.n = 0;
    v->limited = false;
    if (!hits || hits->too_many)
        return each_literal(v, text, on_literal, v);
    for (size_t i = 0; !rc && i < hits->n; i++)
        rc = on_literal(v, hits->v[i].literal, hits->v[i].end);
    return rc;
}

static int on_search(void *ctx, unsigned id, uint64_t end)
{
    struct literal_hits *h = ctx;

    h->groups |= catalog_literal_groups(h->catalog, id);
    if (h->n == MAX_HITS) {
        h->too_many = true;
        return OK;
    }
    return vec_push(h, ((struct literal_hit){id, end})) ? E_NOMEM : OK;
}

static int order_hit(const void *a, const void *b, void *ctx UNUSED)
{
    const struct literal_hit *x = a, *y = b;

    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return x->literal < y->literal ? -1 : x->literal > y->literal;
}

int values_search(struct values *v, struct str text, const struct literal_hits **ret_hits)
{
    struct literal_hits *h = &v->hits;

    h->n = 0;
    h->groups = 0;
    h->too_many = false;
    h->catalog = v->catalog;
    *ret_hits = h;
    int rc = each_literal(v, text, on_search, h);
    if (!rc && v->added && vec_sort(h, order_hit, NULL))
        rc = E_NOMEM;
    return rc;
}

/* Known vendors first, then shapes, then what only its name gives away. */
static int rank(const struct values *v, const struct span *s)
{
    const struct catalog_key *k = &v->catalog->keys[s->key];

    if (k->entry >= 0)
        return 2;
    return !str_starts(str_z(k->kind), STR("generic-"));
}

static bool better(const struct values *v, const struct span *a, const struct span *b)
{
    int cmp = rank(v, a) - rank(v, b);

    if (cmp)
        return cmp > 0;
    if (a->end - a->start != b->end - b->start)
        return a->end - a->start > b->end - b->start;
    return a->key < b->key;
}

static int order_span(const void *a, const void *b, void *ctx)
{
    const struct span *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return better(ctx, x, y) ? -1 : better(ctx, y, x);
}

int values_settle(struct values *v, bool all)
{
    size_t n = 0;

    if (vec_sort(&v->found, order_span, v))
        return E_NOMEM;
    for (size_t i = 0; !all && i < v->found.n; i++) {
        struct span *s = &v->found.v[i];
        if (!n || s->start >= v->found.v[n - 1].end)
            v->found.v[n++] = *s;
        else if (better(v, s, &v->found.v[n - 1]))
            v->found.v[n - 1] = *s;
    }
    if (!all)
        v->found.n = n;
    return OK;
}

static size_t count_characters(struct str s)
{
    size_t n = 0, pos = 0;

    for (; pos < s.n; n++)
        str_rune(s, &pos);
    return n;
}

#define NAMED_BYTES 128u /* of a line, before a value */

static bool has_nocase(struct str text, struct str word)
{
    for (size_t i = 0; i + word.n <= text.n; i++)
        if (str_eq_nocase(str_sub(text, i, i + word.n), word))
            return true;
    return false;
}

/* GEMINI_API_KEY=AIza..., but not "mapsKey": "AIza...". */
static bool is_named(const struct values *v, const struct catalog_key *k, size_t start)
{
    const struct catalog *c = v->catalog;
    struct str before = str_sub(v->text, start - MIN(start, (size_t)NAMED_BYTES), start);
    size_t line = str_rchr(before, '\n');
    before = line == SIZE_MAX ? before : str_sub(before, line + 1, before.n);
    for (int i = 0; i < c->n_names; i++) {
        const struct catalog_name *n = &c->names[i];
        if (n->entry == k->entry && n->space == SPACE_ENV && str_has(before, str_z(n->name)))
            return true;
    }
    for (const char *const *alias = c->entries[k->entry].aliases; alias && *alias; alias++)
        if (has_nocase(before, str_z(*alias)))
            return true;
    return false;
}

/* Give one span to the caller. */
static int give(struct values *v, const struct span *s, value_fn fn, void *ctx)
{
    static const char digits[] = "0123456789abcdef";
    const struct catalog_key *k = &v->catalog->keys[s->key];
    struct str value = str_sub(v->text, s->start, s->end);
    struct value_hit hit = {.class = v->classes[s->key],
                            .kind = k->kind,
                            .entry = k->entry,
                            .start = s->start,
                            .end = s->end,
                            .length = count_characters(value),
                            .named = k->shared && k->entry >= 0 && is_named(v, k, s->start)};
    unsigned char mac[SHA256_BYTES];

    if (v->has_key) {
        if (hmac_sha256(str_n(v->key, sizeof(v->key)), value, mac))
            return E_NOMEM;
        for (size_t i = 0; i < 16; i++) {
            v->fingerprint[2 * i] = digits[mac[i] >> 4];
            v->fingerprint[2 * i + 1] = digits[mac[i] & 15];
        }
        hit.fingerprint = str_n(v->fingerprint, 32);
    }
    return fn(ctx, &hit);
}

int values_scan(struct values *v, struct str text, value_fn fn, void *ctx)
{
    return values_scan_hits(v, text, NULL, fn, ctx);
}

int values_scan_hits(struct values *v, struct str text, const struct literal_hits *hits,
                     value_fn fn, void *ctx)
{
    int rc = values_find(v, text, hits);

    if (!rc)
        rc = values_settle(v, false);
    /* The caller may redact what it says of a hit, with this very object. */
    struct spans found = v->found;
    bool limited = v->limited;
    v->found = (struct spans){0};
    for (size_t i = 0; !rc && i < found.n; i++) {
        v->text = text;
        rc = give(v, &found.v[i], fn, ctx);
    }
    vec_free(&v->found);
    v->found = found;
    return rc ? rc : limited ? E_LIMIT : OK;
}

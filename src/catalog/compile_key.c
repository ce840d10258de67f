/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the shape of a key, token or personal value becomes a row. */
#include "catalog/compile_internal.h"
#include "match/regex.h"

#define MIN_KEYWORD 3
#define MAX_BEFORE  256
#define MAX_PATTERN 1000

static const char *const DATA_CLASSES[] = {"PII",         "PHI",      "PCI", "SECRET",
                                           "SOURCE_CODE", "INTERNAL", NULL};

/* "3.25" to 325. */
static int read_entropy(struct compiler *c, const struct node *key, int *ret)
{
    const struct node *n = node_get(c->doc, key, STR("entropy"));
    struct str text = node_text(c->doc, n), whole, part;
    uint64_t units = 0, hundredths = 0;

    *ret = 0;
    if (!n)
        return OK;
    bool ok = node_is(n, NODE_NUMBER);
    str_cut(text, '.', &whole, &part);
    ok = ok && part.n <= 2 && !str_to_u64(whole, &units);
    ok = ok && (!part.n || !str_to_u64(part, &hundredths));
    if (part.n == 1)
        hundredths *= 10;
    if (!ok || units > 8)
        return compile_fail(c, n, "entropy is bits a character, like 3.5");
    *ret = (int)(units * 100 + hundredths);
    return OK;
}

static int add_examples(struct compiler *c, const struct node *list, const char *kind, bool match)
{
    if (!node_is(list, NODE_ARRAY) || !list->count)
        return compile_fail(c, list, "examples that %s are missing for %s",
                            match ? "match" : "do not match", kind);
    node_each (c->doc, list, it) {
        AUTO(buf) text = BUF_INIT;
        struct mark m = node_mark(c->doc, it);
        struct catalog_example e = {
            .kind = kind, .match = match, .line = m.line, .column = m.column};
        int rc =
            node_is(it, NODE_STRING) ? catalog_expand(node_text(c->doc, it), &text, c->d) : E_PARSE;
        if (rc == E_PARSE)
            return compile_fail(c, it, "an example is a text with {class:n} for random parts");
        if (rc)
            return rc;
        e.text = arena_str(c->a, buf_str(&text));
        e.file = arena_z(c->a, c->path);
        if (!e.text.p || !e.file || vec_push(&c->examples, e))
            return compile_no_memory(c);
    }
    return OK;
}

static int check_key(struct compiler *c, const struct node *n, const struct catalog_key *key)
{
    struct regex *r = NULL;
    struct diag why = {0};

    if (!key->keywords[0])
        return compile_fail(c, n, "a key needs keywords");
    for (int i = 0; key->keywords[i]; i++) {
        if (strlen(key->keywords[i]) < MIN_KEYWORD)
            return compile_fail(c, n, "keyword '%s' is too short: %d bytes at least",
                                key->keywords[i], MIN_KEYWORD);
    }
    if (key->next && key->before)
        return compile_fail(c, n, "'next' is for patterns that begin at the keyword");
    if (strlen(key->pattern) > MAX_PATTERN)
        return compile_fail(c, n, "the pattern is too long");
    int rc = regex_new(str_z(key->pattern), &r, &why);
    regex_free(r);
    if (rc == E_PARSE)
        return compile_fail(c, node_get(c->doc, n, STR("pattern")), "%s", why.text);
    return rc ? compile_no_memory(c) : OK;
}

static int read_before(struct compiler *c, const struct node *n, int *ret)
{
    const struct node *m = node_get(c->doc, n, STR("before"));
    int64_t value = 0;

    if (m && (node_i64(c->doc, m, &value) || value < 0 || value > MAX_BEFORE))
        return compile_fail(c, m, "'before' is 0 to %d bytes", MAX_BEFORE);
    *ret = (int)value;
    return OK;
}

static int read_key(struct compiler *c, const struct node *n, int entry)
{
    static const char *const words[] = {"kind",    "keywords", "pattern",  "before", "next",
                                        "entropy", "check",    "examples", "shared", NULL};
    static const char *const example_words[] = {"match", "no_match", NULL};
    const struct node *examples = node_get(c->doc, n, STR("examples"));
    struct catalog_key key = {.entry = entry};
    int rc;

    if ((rc = compile_members(c, n, words)) ||
        (rc = compile_string(c, n, "kind", true, &key.kind)) ||
        (rc = compile_strings(c, n, "keywords", &key.keywords)) ||
        (rc = compile_string(c, n, "pattern", true, &key.pattern)) ||
        (rc = compile_string(c, n, "check", false, &key.check)) ||
        (rc = compile_string(c, n, "next", false, &key.next)) ||
        (rc = read_entropy(c, n, &key.min_entropy_centibits)) ||
        (rc = read_before(c, n, &key.before)) || (rc = compile_bool(c, n, "shared", &key.shared)) ||
        (rc = check_key(c, n, &key)))
        return rc;
    if (!examples)
        return compile_fail(c, n, "examples are missing for %s", key.kind);
    if ((rc = compile_members(c, examples, example_words)) ||
        (rc = add_examples(c, node_get(c->doc, examples, STR("match")), key.kind, true)) ||
        (rc = add_examples(c, node_get(c->doc, examples, STR("no_match")), key.kind, false)))
        return rc;
    return vec_push(&c->keys, key) ? compile_no_memory(c) : OK;
}

int compile_keys(struct compiler *c, const struct node *keys, int entry)
{
    int rc = OK;

    if (keys && !node_is(keys, NODE_ARRAY))
        return compile_fail(c, keys, "keys stand in a list");
    node_each (c->doc, keys, it) {
        if ((rc = read_key(c, it, entry)))
            return rc;
    }
    return rc;
}

int compile_patterns(struct compiler *c)
{
    static const char *const words[] = {"id", "sources", "keys", NULL};
    const struct node *root = doc_root(c->doc);
    const char *id, *url;
    int rc;

    if ((rc = compile_members(c, root, words)) || (rc = compile_id(c, &id)) ||
        (rc = compile_sources(c, root, &url)))
        return rc;
    return compile_keys(c, node_get(c->doc, root, STR("keys")), -1);
}

int compile_kinds(struct compiler *c)
{
    static const char *const words[] = {"kinds", NULL};
    static const char *const row_words[] = {"kind", "class", "means", NULL};
    const struct node *root = doc_root(c->doc), *list = node_get(c->doc, root, STR("kinds"));
    int rc = compile_members(c, root, words), class;

    if (!rc && !node_is(list, NODE_ARRAY))
        return compile_fail(c, root, "kinds stand in a list");
    if (rc)
        return rc;
    node_each (c->doc, list, it) {
        struct catalog_kind k;
        if ((rc = compile_members(c, it, row_words)) ||
            (rc = compile_string(c, it, "kind", true, &k.kind)) ||
            (rc = compile_word(c, it, "class", DATA_CLASSES, true, &class)) ||
            (rc = compile_string(c, it, "means", true, &k.means)))
            return rc;
        k.data_class = DATA_CLASSES[class];
        if (vec_push(&c->kinds, k))
            return compile_no_memory(c);
    }
    return OK;
}

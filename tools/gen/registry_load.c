/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a valid kinds.yaml is, and says where and how to mend one that is not. */
#include <stdarg.h>

#include "base/map.h"
#include "registry.h"

const struct vocabulary VOCABULARY[VOCABULARIES] = {
    {"verbs", "verb", "VERB", "VERB_NAMES", "verb"},
    {"relation_states", "relation_state", "RELATION", "RELATION_STATE_NAMES", "relation_state"},
    {"attribute_states", "attr_state", "STATE", "ATTR_STATE_NAMES", "attribute_state"},
    {"coverage_states", "coverage_state", "COVERAGE", "COVERAGE_STATE_NAMES", "coverage_state"},
    {"verdicts", "verdict", "VERDICT", "VERDICT_NAMES", "verdict"},
    {"finding_statuses", "finding_status", "STATUS", "FINDING_STATUS_NAMES", "finding_status"},
    {"severities", "severity", "SEVERITY", "SEVERITY_NAMES", "severity"},
    {"fact_states", "fact_state", "FACT", "FACT_STATE_NAMES", "fact_state"},
    {"bands", "band", "BAND", "BAND_NAMES", "band"},
    {"labels", "label", "LABEL", "LABEL_NAMES", "label"},
    {"environments", "environment", "ENVIRONMENT", "ENVIRONMENT_NAMES", "environment"},
    {"criticalities", "criticality", "CRITICALITY", "CRITICALITY_NAMES", "criticality"},
    {"sanctions", "sanction", "SANCTION", "SANCTION_NAMES", "sanction"},
    {"data_classes", "data_class", "DATA", "DATA_CLASS_NAMES", "data_class"},
};

static const char *const KIND_KEYS[] = {"title",    "plural",  "category",   "means",
                                        "identity", "columns", "attributes", NULL};
static const char *const ATTR_KEYS[] = {"type",   "unit",      "form",  "per",
                                        "values", "sensitive", "means", NULL};
static const char *const CATEGORIES[] = {"models",        "agents",     "data-flows",
                                         "third-parties", "supporting", NULL};
static const char *const TYPES[] = {"string", "integer", "boolean", "strings", NULL};
static const char *const FORMS[] = {"url", NULL};
static const char *const PERS[] = {"place", "asset", NULL};
static const char *const PARTS_OF_PLACE[] = {"@scope", "@path", "@name", "@place", NULL};
static const char *const FIXED_COLUMNS[] = {
    "asset", "place",       "name",        "scope",    "path",   "pointer", "line",
    "owner", "environment", "criticality", "sanction", "labels", NULL};

struct load {
    const struct doc *doc;
    const char *file;
    struct arena *a;
    struct diag *d;
    struct map names; /* every C identifier and view that will be generated */
};

static int PRINTF_LIKE(4, 0)
    at_mark(struct load *l, struct mark m, const char *hint, const char *fmt, va_list ap)
{
    char text[400];
    vsnprintf(text, sizeof(text), fmt, ap);
    diag_clear(l->d);
    diag_set(l->d, E_PARSE, "%s", text);
    diag_at(l->d, l->file, m.line, m.column);
    diag_hint(l->d, "%s", hint);
    return E_PARSE;
}

static int PRINTF_LIKE(4, 5)
    wrong(struct load *l, const struct node *n, const char *hint, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int rc = at_mark(l, node_mark(l->doc, n), hint, fmt, ap);
    va_end(ap);
    return rc;
}

static int PRINTF_LIKE(4, 5)
    wrong_key(struct load *l, const struct node *n, const char *hint, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int rc = at_mark(l, node_key_mark(l->doc, n), hint, fmt, ap);
    va_end(ap);
    return rc;
}

static int index_of(const char *const *names, struct str s)
{
    for (int i = 0; names[i]; i++)
        if (str_eq_z(s, names[i]))
            return i;
    return -1;
}

static void list_of(const char *const *names, const char *lead, char *out, size_t size)
{
    size_t n = (size_t)snprintf(out, size, "%s", lead);
    for (int i = 0; names[i] && n < size; i++)
        n += (size_t)snprintf(out + n, size - n, "%s%s", i ? ", " : " ", names[i]);
}

/* Lower-case word for C and SQL: [a-z][a-z0-9_]*. */
static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(c >= 'a' && c <= 'z') && !(i && (c == '_' || (c >= '0' && c <= '9'))))
            return false;
    }
    return s.n > 0 && s.n <= 40;
}

static int known_keys(struct load *l, const struct node *object, const char *const *keys)
{
    char hint[200];
    list_of(keys, "use one of:", hint, sizeof(hint));
    node_each (l->doc, object, it) {
        if (index_of(keys, node_key(l->doc, it)) < 0)
            return wrong_key(l, it, hint, "unknown key '" STR_FMT "'",
                             STR_ARG(node_key(l->doc, it)));
        for (const struct node *o = node_next(l->doc, it); o; o = node_next(l->doc, o))
            if (str_eq(node_key(l->doc, o), node_key(l->doc, it)))
                return wrong_key(l, o, "remove one of the two", "key '" STR_FMT "' stands twice",
                                 STR_ARG(node_key(l->doc, o)));
    }
    return OK;
}

static int text_of(struct load *l, const struct node *object, const char *key, struct str *ret)
{
    const struct node *n = node_get(l->doc, object, str_z(key));
    if (!n)
        return wrong_key(l, object, "every entry needs it", "'%s' is missing", key);
    if (!node_is(n, NODE_STRING) || !node_text(l->doc, n).n)
        return wrong(l, n, "write a text; quote it when it reads as a number or boolean",
                     "'%s' is not a text", key);
    *ret = node_text(l->doc, n);
    return OK;
}

static int choice_of(struct load *l, const struct node *object, const char *key,
                     const char *const *choices, struct str *ret)
{
    int rc = text_of(l, object, key, ret);
    if (rc || index_of(choices, *ret) >= 0)
        return rc;
    char hint[200];
    list_of(choices, "use one of:", hint, sizeof(hint));
    return wrong(l, node_get(l->doc, object, str_z(key)), hint, "'" STR_FMT "' is not a valid %s",
                 STR_ARG(*ret), key);
}

/* Claim a generated name; fails when something else has it already. */
static int claim(struct load *l, const struct node *key, const char *prefix, struct str a,
                 struct str b)
{
    AUTO(buf) id = BUF_INIT;
    buf_addz(&id, prefix);
    buf_add_upper(&id, a);
    if (b.n) {
        buf_addc(&id, '_');
        buf_add_upper(&id, b);
    }
    bool fresh = false;
    struct str owned = arena_str(l->a, buf_str(&id));
    if (buf_result(&id) || !owned.p || !map_put(&l->names, owned, &fresh))
        return diag_set(l->d, E_NOMEM, "out of memory");
    if (!fresh)
        return wrong_key(l, key, "choose another name", "'" STR_FMT "' is already taken",
                         STR_ARG(owned));
    return OK;
}

static int load_word(struct load *l, const struct node *it, const char *prefix, struct word *ret)
{
    struct str s = node_key(l->doc, it).n ? node_key(l->doc, it) : node_text(l->doc, it);
    if (!node_is(it, NODE_STRING) || !s.n)
        return wrong(l, it, "quote words that read as numbers or booleans", "not a text");
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == '|')
            return wrong(l, it, "use letters, digits, '-', '_', '.' and ':'",
                         "'" STR_FMT "' is not a word", STR_ARG(s));
    ret->text = s;
    ret->means = node_key(l->doc, it).n ? node_text(l->doc, it) : STR_NULL;
    return prefix ? claim(l, it, prefix, s, STR_NULL) : OK;
}

/* A list of words, or for verbs a mapping from word to meaning. */
static int load_words(struct load *l, const struct node *list, const char *key, const char *prefix,
                      struct words *ret)
{
    if (!list || (!node_is(list, NODE_ARRAY) && !node_is(list, NODE_OBJECT)) || !list->count)
        return wrong(l, list ? list : doc_root(l->doc), "write a list of words",
                     "'%s' is missing or empty", key);
    struct words w = {arena_new_n(l->a, struct word, list->count), 0};
    if (!w.v)
        return diag_set(l->d, E_NOMEM, "out of memory");
    node_each (l->doc, list, it) {
        int rc = load_word(l, it, prefix, &w.v[w.n]);
        if (rc)
            return rc;
        for (size_t i = 0; i < w.n; i++)
            if (str_eq(w.v[i].text, w.v[w.n].text))
                return wrong(l, it, "remove one of the two", "'" STR_FMT "' stands twice",
                             STR_ARG(w.v[i].text));
        w.n++;
    }
    *ret = w;
    return OK;
}

static int flag_of(struct load *l, const struct node *object, const char *key, bool *ret)
{
    const struct node *n = node_get(l->doc, object, str_z(key));
    if (n && node_bool(n, ret))
        return wrong(l, n, "write true or false", "'%s' is not a boolean", key);
    return OK;
}

static int load_attr(struct load *l, const struct reg_kind *k, const struct node *n,
                     struct reg_attr *ret)
{
    struct reg_attr a = {.name = node_key(l->doc, n), .at = n};
    struct str per = STR("place");
    int rc;
    if (!is_name(a.name))
        return wrong_key(l, n, "use lower-case letters, digits and '_'", "bad attribute name");
    if (!node_is(n, NODE_OBJECT))
        return wrong(l, n, "write {type: string, means: ...}", "an attribute is a mapping");
    if ((rc = known_keys(l, n, ATTR_KEYS)) || (rc = claim(l, n, "ATTR_", k->name, a.name)) ||
        (rc = choice_of(l, n, "type", TYPES, &a.type)) || (rc = text_of(l, n, "means", &a.means)) ||
        (rc = flag_of(l, n, "sensitive", &a.sensitive)))
        return rc;
    if (node_get(l->doc, n, STR("unit")) && (rc = text_of(l, n, "unit", &a.unit)))
        return rc;
    if (node_get(l->doc, n, STR("form")) && (rc = choice_of(l, n, "form", FORMS, &a.form)))
        return rc;
    if (node_get(l->doc, n, STR("per")) && (rc = choice_of(l, n, "per", PERS, &per)))
        return rc;
    a.per_asset = str_eq_z(per, "asset");
    const struct node *values = node_get(l->doc, n, STR("values"));
    bool texts = attr_is(&a, "string") || attr_is(&a, "strings");
    if ((values || a.form.n) && !texts)
        return wrong(l, n, "only string and strings have them", "'values' or 'form' on a number");
    if (values && (rc = load_words(l, values, "values", NULL, &a.values)))
        return rc;
    *ret = a;
    return OK;
}

/* The two columns of the view that show an attribute. */
static int claim_columns(struct load *l, const struct reg_kind *k, const struct reg_attr *a)
{
    AUTO(buf) name = BUF_INIT;
    column_name(k, a, &name);
    for (int i = 0; i < 2; i++) {
        int rc = buf_result(&name) ? diag_set(l->d, E_NOMEM, "out of memory")
                                   : claim(l, a->at, "column ", k->name, buf_str(&name));
        if (rc)
            return rc;
        buf_addz(&name, "_state");
    }
    return OK;
}

static int load_attrs(struct load *l, const struct node *n, struct reg_kind *k)
{
    const struct node *list = node_get(l->doc, n, STR("attributes"));
    if (!node_is(list, NODE_OBJECT) || !list->count)
        return wrong_key(l, n, "a kind needs at least one attribute", "'attributes' is missing");
    k->attrs = arena_new_n(l->a, struct reg_attr, list->count);
    if (!k->attrs)
        return diag_set(l->d, E_NOMEM, "out of memory");
    node_each (l->doc, list, it) {
        int rc = load_attr(l, k, it, &k->attrs[k->n_attrs]);
        if (rc)
            return rc;
        const struct reg_attr *a = &k->attrs[k->n_attrs++];
        if ((rc = claim_columns(l, k, a)))
            return rc;
        if (attr_is(a, "strings") && (rc = claim(l, it, "view ", k->plural, a->name)))
            return rc;
    }
    return OK;
}

static int attr_index(const struct reg_kind *k, struct str name)
{
    for (size_t i = 0; i < k->n_attrs; i++)
        if (str_eq(k->attrs[i].name, name))
            return (int)i;
    return -1;
}

static int load_rule(struct load *l, const struct reg_kind *k, const struct node *n,
                     struct reg_rule *r)
{
    bool scalar = false;
    if (!node_is(n, NODE_ARRAY) || !n->count || n->count > PARTS)
        return wrong(l, n, "write [part, ...]", "an alternative has 1 to %d parts", PARTS);
    node_each (l->doc, n, it) {
        struct str part = node_text(l->doc, it);
        int special = index_of(PARTS_OF_PLACE, part), attr = attr_index(k, part);
        if (special < 0 && attr < 0)
            return wrong(l, it, "use an attribute of this kind, @scope, @path, @name or @place",
                         "unknown part '" STR_FMT "'", STR_ARG(part));
        if (attr >= 0 && !k->attrs[attr].per_asset)
            return wrong(l, it, "give the attribute per: asset",
                         "'" STR_FMT "' differs from place to place and cannot identify",
                         STR_ARG(part));
        scalar |= special >= 0 || !attr_is(&k->attrs[attr], "strings");
        r->parts[r->n] = part;
        r->attr[r->n++] = special >= 0 ? -1 - special : attr;
    }
    if (!scalar)
        return wrong(l, n, "add a part that is never empty",
                     "an alternative of lists only would join everything without them");
    return OK;
}

static int load_identity(struct load *l, const struct node *n, struct reg_kind *k)
{
    const struct node *list = node_get(l->doc, n, STR("identity"));
    if (!node_is(list, NODE_ARRAY) || !list->count)
        return wrong_key(l, n, "list alternatives, the strongest first", "'identity' is missing");
    k->rules = arena_new_n(l->a, struct reg_rule, list->count);
    if (!k->rules)
        return diag_set(l->d, E_NOMEM, "out of memory");
    node_each (l->doc, list, it) {
        int rc = load_rule(l, k, it, &k->rules[k->n_rules]);
        if (rc)
            return rc;
        k->n_rules++;
    }
    return OK;
}

static int load_columns(struct load *l, const struct node *n, struct reg_kind *k)
{
    const struct node *list = node_get(l->doc, n, STR("columns"));
    if (!node_is(list, NODE_ARRAY) || !list->count)
        return wrong_key(l, n, "list the attributes of the short table", "'columns' is missing");
    k->columns = arena_new_n(l->a, int, list->count);
    if (!k->columns)
        return diag_set(l->d, E_NOMEM, "out of memory");
    node_each (l->doc, list, it) {
        int at = attr_index(k, node_text(l->doc, it));
        if (at < 0)
            return wrong(l, it, "use an attribute of this kind", "unknown column '" STR_FMT "'",
                         STR_ARG(node_text(l->doc, it)));
        k->columns[k->n_columns++] = at;
    }
    return OK;
}

static int load_kind(struct load *l, const struct node *n, struct reg_kind *k)
{
    int rc;
    k->name = node_key(l->doc, n);
    if (!is_name(k->name))
        return wrong_key(l, n, "use lower-case letters, digits and '_'", "bad kind name");
    if (!node_is(n, NODE_OBJECT))
        return wrong(l, n, "see the head of the file", "a kind is a mapping");
    if ((rc = known_keys(l, n, KIND_KEYS)) || (rc = claim(l, n, "KIND_", k->name, STR_NULL)) ||
        (rc = text_of(l, n, "title", &k->title)) || (rc = text_of(l, n, "plural", &k->plural)) ||
        (rc = choice_of(l, n, "category", CATEGORIES, &k->category)) ||
        (rc = text_of(l, n, "means", &k->means)))
        return rc;
    if (!is_name(k->plural))
        return wrong(l, node_get(l->doc, n, STR("plural")),
                     "use lower-case letters, digits and '_'", "bad view name");
    if ((rc = claim(l, n, "view ", k->plural, STR_NULL)) || (rc = load_attrs(l, n, k)) ||
        (rc = load_identity(l, n, k)))
        return rc;
    return load_columns(l, n, k);
}

static int load_kinds(struct load *l, const struct node *list, struct registry *r)
{
    if (!node_is(list, NODE_OBJECT) || !list->count)
        return wrong(l, doc_root(l->doc), "the file starts with 'kinds:'", "'kinds' is missing");
    r->kinds = arena_new_n(l->a, struct reg_kind, list->count);
    if (!r->kinds)
        return diag_set(l->d, E_NOMEM, "out of memory");
    node_each (l->doc, list, it) {
        int rc = load_kind(l, it, &r->kinds[r->n_kinds]);
        if (rc)
            return rc;
        r->n_kinds++;
    }
    return OK;
}

static int load_all(struct load *l, struct registry *r)
{
    static const char *const reserved[] = {"assets", "places", "relations", NULL};
    const char *keys[VOCABULARIES + 2] = {"kinds"};
    const struct node *root = doc_root(l->doc);
    if (!node_is(root, NODE_OBJECT))
        return wrong(l, root, "the file starts with 'kinds:'", "not a mapping");
    for (int i = 0; i < VOCABULARIES; i++)
        keys[i + 1] = VOCABULARY[i].key;
    int rc = known_keys(l, root, keys);
    for (int i = 0; !rc && reserved[i]; i++)
        rc = claim(l, root, "view ", str_z(reserved[i]), STR_NULL);
    for (int i = 0; !rc && i < VOCABULARIES; i++) {
        char prefix[32];
        snprintf(prefix, sizeof(prefix), "%s_", VOCABULARY[i].prefix);
        rc = claim(l, root, prefix, STR("count"), STR_NULL);
        if (!rc)
            rc = load_words(l, node_get(l->doc, root, str_z(VOCABULARY[i].key)), VOCABULARY[i].key,
                            prefix, &r->words[i]);
    }
    if (!rc)
        rc = claim(l, root, "KIND_", STR("count"), STR_NULL);
    return rc ? rc : load_kinds(l, node_get(l->doc, root, STR("kinds")), r);
}

int registry_load(const struct doc *doc, const char *file, struct arena *a, struct registry *ret,
                  struct diag *d)
{
    struct load l = {.doc = doc, .file = file, .a = a, .d = d, .names = MAP_INIT};
    struct registry r = {0};
    int rc = load_all(&l, &r);
    map_done(&l.names);
    if (!rc)
        *ret = r;
    return rc;
}

bool attr_is(const struct reg_attr *a, const char *type)
{
    return str_eq_z(a->type, type);
}

void column_name(const struct reg_kind *k, const struct reg_attr *a, struct buf *out)
{
    if (index_of(FIXED_COLUMNS, a->name) >= 0) {
        buf_add(out, k->name);
        buf_addc(out, '_');
    }
    buf_add(out, a->name);
}

void buf_add_upper(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool lower = c >= 'a' && c <= 'z';
        bool plain = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        buf_addc(b, lower ? (char)(c - 'a' + 'A') : plain ? c : '_');
    }
}

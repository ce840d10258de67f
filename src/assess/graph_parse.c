/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the test file of a control says. */
#include "assess/graph.h"
#include "assess/parse.h"
#include "base/clock.h"

#define DEFAULT_NOW 1767225600000LL /* 2026-01-01 */

static const char *const FILE_KEYS[] = {"cases", NULL};
static const char *const CASE_KEYS[] = {"name", "assets", "relations", "coverage",
                                        "seen", "now",    "expect",    NULL};
static const char *const ASSET_KEYS[] = {"kind",       "name",   "scope", "owner",
                                         "attributes", "places", NULL};
static const char *const PLACE_KEYS[] = {"path", "pointer", "target", "labels", "attributes", NULL};
static const char *const RELATION_KEYS[] = {"from", "verb", "to", "state", NULL};
static const char *const GAP_KEYS[] = {"path", "state", "reason", "collectors", "target", NULL};
static const char *const ROW_KEYS[] = {"asset",  "path",     "pointer", "verdict",
                                       "reason", "severity", NULL};

/* An array for the children of list `n`; NULL when it is no list or memory is gone. */
static void *list_of(struct parse *p, const struct node *n, const char *what, size_t size,
                     size_t *ret_n)
{
    *ret_n = 0;
    if (!node_is(n, NODE_ARRAY)) {
        p->error = parse_error(p, n, "'%s' is a list", what);
        return NULL;
    }
    void *list = arena_array(p->arena, n->count + 1, size);
    if (!list)
        p->error = diag_set(p->diag, arena_error(p->arena), "memory ran out");
    *ret_n = n->count;
    return list;
}

static struct str copy(struct parse *p, struct str s)
{
    return str_z(parse_z(p, s));
}

static struct str text_of(struct parse *p, const struct node *map, const char *key)
{
    return copy(p, node_str(p->doc, map, str_z(key)));
}

static int read_target(struct parse *p, const struct node *map, uint32_t *ret)
{
    const struct node *n = node_get(p->doc, map, STR("target"));
    int64_t v = 0;
    if (n && (node_i64(p->doc, n, &v) || v < 0 || v >= GRAPH_TARGETS))
        return parse_error(p, n, "'target' is 0 or 1");
    *ret = (uint32_t)v;
    return OK;
}

static int read_list_value(struct parse *p, const struct node *n, struct value *ret)
{
    const char *const *list;
    int rc = parse_strings(p, n, "texts", &list);
    if (rc)
        return rc;
    struct str *v = arena_new_n(p->arena, struct str, n->count + 1);
    if (!v)
        return diag_set(p->diag, arena_error(p->arena), "memory ran out");
    for (ret->n = 0; list[ret->n]; ret->n++)
        v[ret->n] = str_z(list[ret->n]);
    ret->list = v;
    return OK;
}

static int read_value(struct parse *p, const struct node *n, enum attr attr, struct value *ret)
{
    bool flag = false;
    int rc = OK;
    *ret = (struct value){.type = attr_info(attr)->type};
    if (ret->type == VALUE_STRINGS)
        return read_list_value(p, n, ret);
    if (ret->type == VALUE_INTEGER)
        rc = node_i64(p->doc, n, &ret->number);
    else if (ret->type == VALUE_BOOLEAN)
        rc = node_bool(n, &flag);
    else
        rc = node_is(n, NODE_STRING) ? OK : E_PARSE;
    if (rc)
        return parse_error(p, n, "the value of %s is a %s", attr_info(attr)->name,
                           VALUE_TYPE_NAMES[ret->type]);
    if (ret->type == VALUE_BOOLEAN)
        ret->number = flag;
    if (ret->type == VALUE_STRING)
        ret->text = copy(p, node_text(p->doc, n));
    return p->error;
}

static int read_attr(struct parse *p, const struct node *n, enum kind kind, struct graph_attr *ret)
{
    int attr = attr_from_name(kind, node_key(p->doc, n)), state = STATE_DECLARED;
    if (attr < 0)
        return parse_error(p, n, "%s has no attribute '" STR_FMT "'", kind_info(kind)->name,
                           STR_ARG(node_key(p->doc, n)));
    ret->attr = (enum attr)attr;
    ret->state = STATE_DECLARED;
    if (!node_is(n, NODE_OBJECT))
        return read_value(p, n, ret->attr, &ret->value);
    int rc = parse_word(p, node_get(p->doc, n, STR("state")), "state", ATTR_STATE_NAMES, &state);
    if (!rc && state != STATE_ABSENT && state != STATE_UNRESOLVED)
        rc = parse_error(p, n, "only absent and unresolved stand without a value");
    ret->state = (enum attr_state)state;
    ret->value.type = attr_info(ret->attr)->type;
    return rc;
}

static int read_attrs(struct parse *p, const struct node *owner, enum kind kind,
                      struct graph_attr **ret, size_t *ret_n)
{
    const struct node *map = node_get(p->doc, owner, STR("attributes"));
    if (!map)
        return OK;
    if (!node_is(map, NODE_OBJECT))
        return parse_error(p, map, "'attributes' is a map");
    struct graph_attr *v = arena_new_n(p->arena, struct graph_attr, map->count + 1);
    if (!v)
        return diag_set(p->diag, arena_error(p->arena), "memory ran out");
    *ret = v;
    *ret_n = map->count;
    node_each (p->doc, map, it) {
        int rc = read_attr(p, it, kind, v++);
        if (rc)
            return rc;
    }
    return OK;
}

static int read_labels(struct parse *p, const struct node *place, uint32_t *ret)
{
    const struct node *list = node_get(p->doc, place, STR("labels"));
    node_each (p->doc, list, it) {
        int label = 0, rc = parse_word(p, it, "labels", LABEL_NAMES, &label);
        if (rc)
            return rc;
        *ret |= 1u << label;
    }
    return OK;
}

static int read_place(struct parse *p, const struct node *n, enum kind kind,
                      struct graph_place *ret)
{
    if (node_is(n, NODE_STRING)) {
        ret->path = copy(p, node_text(p->doc, n));
        return p->error;
    }
    int rc = parse_keys(p, n, PLACE_KEYS);
    ret->path = text_of(p, n, "path");
    ret->pointer = text_of(p, n, "pointer");
    if (!rc)
        rc = read_target(p, n, &ret->target);
    if (!rc)
        rc = read_labels(p, n, &ret->labels);
    return rc ? rc : read_attrs(p, n, kind, &ret->attrs, &ret->n_attrs);
}

static int read_asset(struct parse *p, const struct node *n, struct graph_asset *ret)
{
    int rc = parse_keys(p, n, ASSET_KEYS);
    const struct node *kind = rc ? NULL : parse_need(p, n, "kind");
    const struct node *places = kind ? parse_need(p, n, "places") : NULL;
    if (!places)
        return E_PARSE;
    int k = kind_from_name(node_text(p->doc, kind));
    if (k < 0)
        return parse_error(p, kind, "no such kind");
    ret->kind = (enum kind)k;
    ret->name = text_of(p, n, "name");
    ret->scope = text_of(p, n, "scope");
    ret->owner = text_of(p, n, "owner");
    rc = read_attrs(p, n, ret->kind, &ret->attrs, &ret->n_attrs);
    if (rc)
        return rc;
    ret->places = list_of(p, places, "places", sizeof(*ret->places), &ret->n_places);
    size_t i = 0;
    if (!p->error)
        node_each (p->doc, places, it) {
            if ((rc = read_place(p, it, ret->kind, &ret->places[i++])))
                return rc;
        }
    return p->error;
}

static int asset_index(struct parse *p, const struct graph *g, const struct node *n,
                       const char *key, size_t *ret)
{
    struct str name = node_str(p->doc, n, str_z(key));
    for (*ret = 0; *ret < g->n_assets; (*ret)++)
        if (str_eq(g->assets[*ret].name, name))
            return OK;
    return parse_error(p, n, "'%s' names no asset of the case", key);
}

static int read_relation(struct parse *p, const struct node *n, const struct graph *g,
                         struct graph_relation *ret)
{
    const struct node *state = node_get(p->doc, n, STR("state"));
    int verb = 0, st = RELATION_DECLARED, rc = parse_keys(p, n, RELATION_KEYS);
    if (!rc)
        rc = asset_index(p, g, n, "from", &ret->from);
    if (!rc)
        rc = asset_index(p, g, n, "to", &ret->to);
    if (!rc)
        rc = parse_word(p, node_get(p->doc, n, STR("verb")), "verb", VERB_NAMES, &verb);
    if (!rc && state)
        rc = parse_word(p, state, "state", RELATION_STATE_NAMES, &st);
    ret->verb = (enum verb)verb;
    ret->state = (enum relation_state)st;
    return rc;
}

static int read_gap(struct parse *p, const struct node *n, struct graph_gap *ret)
{
    int state = 0, rc = parse_keys(p, n, GAP_KEYS);
    if (!rc)
        rc =
            parse_word(p, node_get(p->doc, n, STR("state")), "state", COVERAGE_STATE_NAMES, &state);
    if (!rc)
        rc = read_target(p, n, &ret->target);
    ret->state = (enum coverage_state)state;
    ret->path = text_of(p, n, "path");
    ret->reason = text_of(p, n, "reason");
    ret->collectors = text_of(p, n, "collectors");
    return rc ? rc : p->error;
}

static int read_row(struct parse *p, const struct node *n, struct expected_row *ret)
{
    const struct node *severity = node_get(p->doc, n, STR("severity"));
    int verdict = 0, rc = parse_keys(p, n, ROW_KEYS);
    ret->severity = -1;
    if (!rc)
        rc = parse_word(p, node_get(p->doc, n, STR("verdict")), "verdict", VERDICT_NAMES, &verdict);
    if (!rc && severity)
        rc = parse_word(p, severity, "severity", SEVERITY_NAMES, &ret->severity);
    ret->verdict = (enum verdict)verdict;
    ret->asset = text_of(p, n, "asset");
    ret->path = text_of(p, n, "path");
    ret->pointer = text_of(p, n, "pointer");
    ret->reason = text_of(p, n, "reason");
    return rc ? rc : p->error;
}

static int read_time(struct parse *p, const struct node *map, const char *key, int64_t *ret)
{
    const struct node *n = node_get(p->doc, map, str_z(key));
    if (n && time_parse(node_text(p->doc, n), ret))
        return parse_error(p, n, "'%s' is a date or time such as 2026-01-01", key);
    return OK;
}

static int read_assets(struct parse *p, const struct node *n, struct graph *g)
{
    const struct node *list = parse_need(p, n, "assets");
    if (!list)
        return E_PARSE;
    size_t i = 0;
    g->assets = list_of(p, list, "assets", sizeof(*g->assets), &g->n_assets);
    if (p->error)
        return p->error;
    node_each (p->doc, list, it) {
        int rc = read_asset(p, it, &g->assets[i++]);
        if (rc)
            return rc;
    }
    return OK;
}

static int read_links(struct parse *p, const struct node *n, struct graph *g)
{
    const struct node *relations = node_get(p->doc, n, STR("relations"));
    const struct node *gaps = node_get(p->doc, n, STR("coverage"));
    size_t i = 0;
    int rc = OK;
    if (relations)
        g->relations = list_of(p, relations, "relations", sizeof(*g->relations), &g->n_relations);
    if (gaps && !p->error)
        g->gaps = list_of(p, gaps, "coverage", sizeof(*g->gaps), &g->n_gaps);
    if (p->error)
        return p->error;
    node_each (p->doc, relations, it)
        if (!rc)
            rc = read_relation(p, it, g, &g->relations[i++]);
    i = 0;
    node_each (p->doc, gaps, it)
        if (!rc)
            rc = read_gap(p, it, &g->gaps[i++]);
    return rc;
}

static int read_case(struct parse *p, const struct node *n, struct control_case *ret)
{
    int rc = parse_keys(p, n, CASE_KEYS);
    const struct node *name = rc ? NULL : parse_need(p, n, "name");
    const struct node *expect = name ? parse_need(p, n, "expect") : NULL;
    if (!expect)
        return E_PARSE;
    ret->name = parse_z(p, node_text(p->doc, name));
    ret->line = node_mark(p->doc, name).line;
    ret->graph.now_ms = DEFAULT_NOW;
    rc = read_time(p, n, "now", &ret->graph.now_ms);
    ret->graph.seen_ms = ret->graph.now_ms;
    if (!rc)
        rc = read_time(p, n, "seen", &ret->graph.seen_ms);
    if (!rc)
        rc = read_assets(p, n, &ret->graph);
    if (!rc)
        rc = read_links(p, n, &ret->graph);
    if (rc)
        return rc;
    size_t i = 0;
    ret->rows = list_of(p, expect, "expect", sizeof(*ret->rows), &ret->n_rows);
    if (p->error)
        return p->error;
    node_each (p->doc, expect, it)
        if (!rc)
            rc = read_row(p, it, &ret->rows[i++]);
    return rc;
}

int cases_parse(struct str text, const char *file, struct arena *a, struct control_case **ret,
                size_t *ret_n, struct diag *d)
{
    struct doc doc = {0};
    struct parse p = {.file = file, .arena = a, .diag = d};
    int rc = parse_yaml(&p, text, &doc);
    if (!rc)
        rc = parse_keys(&p, doc_root(&doc), FILE_KEYS);
    const struct node *list = rc ? NULL : parse_need(&p, doc_root(&doc), "cases");
    if (!list)
        return rc ? rc : E_PARSE;
    size_t n, i = 0;
    struct control_case *v = list_of(&p, list, "cases", sizeof(*v), &n);
    if (p.error)
        return p.error;
    node_each (&doc, list, it) {
        if ((rc = read_case(&p, it, &v[i++])))
            return rc;
    }
    *ret = v;
    *ret_n = n;
    return OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a control file says: its leading comment is YAML, the rest is the query. */
#include <string.h>

#include "assess/parse.h"
#include "base/clock.h"

#define FRONT_MATTER_MAX (64u << 10)
#define ID_MAX           64

static const char *const SCOPES[] = {"asset", "neighbours", "graph", NULL};

static const char *const KEYS[] = {"id",       "title",  "why",    "severity",    "kind",
                                   "category", "scope",  "inputs", "staleness",   "params",
                                   "risk",     "labels", "pass",   "remediation", NULL};

/* Words of aispm-risk/1, in the order of struct control_risk. */
#define RISK_WORDS 8
static const struct risk_words {
    const char *name;
    size_t offset;
    const char *words[RISK_WORDS];
} RISK[] = {
    {"exposure",
     offsetof(struct control_risk, exposure),
     {"internet", "partner", "organization", "team", "loopback"}},
    {"proof",
     offsetof(struct control_risk, proof),
     {"known-exploited", "weaponized", "probe", "public-poc", "static", "theory"}},
    {"ease", offsetof(struct control_risk, ease), {"no-login", "low-privilege", "high-privilege"}},
    {"data",
     offsetof(struct control_risk, data),
     {"public", "internal", "confidential", "regulated", "secret"}},
    {"reach",
     offsetof(struct control_risk, reach),
     {"none", "read-own", "write-own", "write-shared", "admin"}},
    {"business", offsetof(struct control_risk, business), {"low", "medium", "high", "crown"}},
    {"people", offsetof(struct control_risk, people), {"minimal", "limited", "high-risk"}},
};

/* Moves the comment block at the start of `text` into `yaml`, line by line. */
static int cut_front_matter(struct parse *p, struct str text, struct buf *yaml, struct str *ret_sql)
{
    struct str rest = text, line;
    unsigned lines = 0;
    while (rest.n && str_starts(rest, STR("--")) && str_line(&rest, &line)) {
        line = str_sub(line, 2, line.n);
        if (line.n && line.p[0] != ' ')
            return parse_error(p, NULL, "front matter lines start with '-- '");
        buf_add(yaml, str_sub(line, 1, line.n));
        buf_addc(yaml, '\n');
        lines++;
    }
    if (!lines)
        return parse_error(p, NULL, "a control starts with its front matter: '-- id: ...'");
    p->query_line = lines + 1;
    *ret_sql = rest;
    return buf_result(yaml);
}

static bool id_is_sound(struct str id)
{
    size_t dashes = 0;
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        dashes += c == '-';
        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return dashes >= 2 && id.n <= ID_MAX && id.p[0] != '-' && id.p[id.n - 1] != '-';
}

/* "MCP" of "AISPM-MCP-003". */
static struct str area_of(struct str id)
{
    size_t last = str_rchr(id, '-');
    struct str head = str_sub(id, 0, last);
    size_t first = str_rchr(head, '-');
    return str_sub(head, first + 1, head.n);
}

static int read_id(struct parse *p, struct control *c)
{
    const struct node *n = parse_need(p, doc_root(p->doc), "id");
    struct str id = node_text(p->doc, n);
    if (!n)
        return E_PARSE;
    if (!id_is_sound(id))
        return parse_error(p, n, "an id is PREFIX-AREA-NUMBER in capitals, digits and dashes");
    c->id = parse_z(p, id);
    c->area = parse_z(p, area_of(id));
    return p->error;
}

static int read_text(struct parse *p, const char *key, const char **ret)
{
    const struct node *n = parse_need(p, doc_root(p->doc), key);
    if (!n)
        return E_PARSE;
    if (!node_is(n, NODE_STRING) || !str_trim(node_text(p->doc, n)).n)
        return parse_error(p, n, "'%s' must be a text", key);
    *ret = parse_z(p, node_text(p->doc, n));
    return p->error;
}

static int read_word(struct parse *p, const char *key, const char *const *words, int *ret)
{
    const struct node *n = parse_need(p, doc_root(p->doc), key);
    return n ? parse_word(p, n, key, words, ret) : E_PARSE;
}

static int read_kind(struct parse *p, struct control *c)
{
    const struct node *n = parse_need(p, doc_root(p->doc), "kind");
    if (!n)
        return E_PARSE;
    struct str word = node_text(p->doc, n);
    c->kind = str_eq_z(word, "any") ? KIND_ANY : kind_from_name(word);
    if (c->kind < 0 && !str_eq_z(word, "any"))
        return parse_error(p, n, "'" STR_FMT "' is not a kind of src/inventory/kinds.yaml",
                           STR_ARG(word));
    return OK;
}

static int read_words(struct parse *p, struct control *c)
{
    const struct node *labels = node_get(p->doc, doc_root(p->doc), STR("labels"));
    const struct node *pass = node_get(p->doc, doc_root(p->doc), STR("pass"));
    int severity = 0, scope = 0, rc = read_word(p, "severity", SEVERITY_NAMES, &severity);
    if (!rc)
        rc = read_word(p, "scope", SCOPES, &scope);
    if (!rc && labels && !str_eq_z(node_text(p->doc, labels), "keep"))
        rc = parse_error(p, labels, "'labels' can only be 'keep'");
    c->severity = (enum severity)severity;
    c->scope = (enum control_scope)scope;
    if (!rc && pass && !str_eq_z(node_text(p->doc, pass), "found"))
        rc = parse_error(p, pass, "'pass' can only be 'found'");
    c->keep_severity = labels;
    c->pass_is_found = pass;
    return rc;
}

/* "attribute", "kind.attribute" or "relation.verb". */
static int read_input_name(struct parse *p, const struct node *n, struct control *c,
                           struct control_input *in)
{
    struct str key = node_key(p->doc, n), head, tail;
    bool dotted = str_cut(key, '.', &head, &tail);
    bool relation = dotted && str_eq_z(head, "relation");
    int kind = !dotted ? c->kind : relation ? KIND_ANY : kind_from_name(head);
    in->attr = in->verb = -1;
    if (relation)
        in->verb = word_index(VERB_NAMES, tail);
    else if (kind >= 0)
        in->attr = attr_from_name((enum kind)kind, dotted ? tail : key);
    if (in->attr < 0 && in->verb < 0)
        return parse_error(p, n,
                           "input '" STR_FMT "' is neither an attribute of the kind, nor "
                           "kind.attribute, nor relation.verb of src/inventory/kinds.yaml",
                           STR_ARG(key));
    bool other = relation || kind != c->kind;
    if (other && c->scope == SCOPE_ASSET)
        return parse_error(p, n, "input '" STR_FMT "' needs scope neighbours or graph",
                           STR_ARG(key));
    return OK;
}

static int read_inputs(struct parse *p, struct control *c)
{
    const struct node *list = parse_need(p, doc_root(p->doc), "inputs");
    if (!list)
        return E_PARSE;
    if (!node_is(list, NODE_OBJECT))
        return parse_error(p, list, "'inputs' is a map of attributes to lists of collectors");
    struct control_input *in = arena_new_n(p->arena, struct control_input, list->count + 1);
    if (!in)
        return arena_error(p->arena);
    c->inputs = in;
    node_each (p->doc, list, it) {
        int rc = read_input_name(p, it, c, in);
        if (!rc)
            rc = parse_strings(p, it, "collectors", &in->collectors);
        if (!rc && !in->collectors[0])
            rc = parse_error(p, it, "an input names at least one collector that feeds it");
        if (rc)
            return rc;
        in++;
    }
    c->n_inputs = (int)(in - c->inputs);
    return OK;
}

static int read_staleness(struct parse *p, struct control *c)
{
    const struct node *n = parse_need(p, doc_root(p->doc), "staleness");
    if (!n)
        return E_PARSE;
    if (duration_parse(node_text(p->doc, n), &c->staleness_ms) || c->staleness_ms <= 0)
        return parse_error(p, n, "'staleness' is a duration such as 30d or 12h");
    return OK;
}

/* A number stays as it is, a text gets quotes. */
static int param_literal(struct parse *p, const struct node *n, const char **ret)
{
    AUTO(buf) b = BUF_INIT;
    struct str text = node_text(p->doc, n);
    int64_t number;
    if (node_is(n, NODE_NUMBER) && node_i64(p->doc, n, &number) == OK) {
        buf_addf(&b, "%lld", (long long)number);
    } else if (node_is(n, NODE_STRING)) {
        buf_addc(&b, '\'');
        for (size_t i = 0; i < text.n; i++)
            buf_pad(&b, text.p[i], text.p[i] == '\'' ? 2 : 1);
        buf_addc(&b, '\'');
    } else {
        return parse_error(p, n, "a parameter is an integer or a text");
    }
    *ret = parse_z(p, buf_str(&b));
    return p->error ? p->error : buf_result(&b);
}

static int read_params(struct parse *p, struct control *c)
{
    const struct node *list = node_get(p->doc, doc_root(p->doc), STR("params"));
    if (!list)
        return OK;
    if (!node_is(list, NODE_OBJECT))
        return parse_error(p, list, "'params' is a map of names to values");
    struct control_param *out = arena_new_n(p->arena, struct control_param, list->count + 1);
    if (!out)
        return arena_error(p->arena);
    c->params = out;
    node_each (p->doc, list, it) {
        struct str name = node_key(p->doc, it);
        if (str_eq_z(name, "now"))
            return parse_error(p, it, "'now' is the time of the run and cannot be set");
        out->name = parse_z(p, name);
        int rc = param_literal(p, it, &out->literal);
        if (rc)
            return rc;
        out++;
    }
    c->n_params = (int)(out - c->params);
    return OK;
}

static int read_risk_factor(struct parse *p, const struct node *n, struct control_risk *risk)
{
    struct str name = node_key(p->doc, n), word = node_text(p->doc, n);
    for (size_t i = 0; i < ARRAY_LEN(RISK); i++) {
        if (!str_eq_z(name, RISK[i].name))
            continue;
        for (size_t j = 0; j < RISK_WORDS && RISK[i].words[j]; j++) {
            if (!str_eq_z(word, RISK[i].words[j]))
                continue;
            *(const char **)((char *)risk + RISK[i].offset) = RISK[i].words[j];
            return OK;
        }
        return parse_error(p, n, "'" STR_FMT "' is not a value of risk factor %s", STR_ARG(word),
                           RISK[i].name);
    }
    return parse_error(p, n, "'" STR_FMT "' is not a risk factor", STR_ARG(name));
}

static int read_risk(struct parse *p, struct control *c)
{
    const struct node *list = node_get(p->doc, doc_root(p->doc), STR("risk"));
    if (list && !node_is(list, NODE_OBJECT))
        return parse_error(p, list, "'risk' is a map of factors to words");
    node_each (p->doc, list, it) {
        int rc = read_risk_factor(p, it, &c->risk);
        if (rc)
            return rc;
    }
    return OK;
}

static int read_remediation(struct parse *p, struct control *c)
{
    const struct node *n = parse_need(p, doc_root(p->doc), "remediation");
    if (!n)
        return E_PARSE;
    struct str summary = node_str(p->doc, n, STR("summary"));
    struct str action = node_str(p->doc, n, STR("action"));
    if (!summary.n)
        return parse_error(p, n, "'remediation' needs a summary: what to do, in one sentence");
    c->remediation = parse_z(p, summary);
    c->action = action.n ? parse_z(p, action) : NULL;
    return p->error;
}

static int read_front_matter(struct parse *p, struct control *c)
{
    int rc = parse_keys(p, doc_root(p->doc), KEYS);
    if (!rc)
        rc = read_id(p, c);
    if (!rc)
        rc = read_text(p, "title", &c->title);
    if (!rc)
        rc = read_text(p, "why", &c->why);
    if (!rc)
        rc = read_text(p, "category", &c->category);
    if (!rc)
        rc = read_words(p, c);
    if (!rc)
        rc = read_kind(p, c);
    if (!rc)
        rc = read_inputs(p, c);
    if (!rc)
        rc = read_staleness(p, c);
    if (!rc)
        rc = read_params(p, c);
    if (!rc)
        rc = read_risk(p, c);
    return rc ? rc : read_remediation(p, c);
}

int control_parse(struct str text, const char *file, struct arena *a, struct control *ret,
                  struct diag *d)
{
    AUTO(buf) yaml = BUF_CAPPED(FRONT_MATTER_MAX);
    struct doc doc = {0};
    struct control c = {0};
    struct str sql;
    struct parse p = {.file = file, .doc = &doc, .arena = a, .diag = d};
    int rc = cut_front_matter(&p, text, &yaml, &sql);
    if (!rc)
        rc = parse_yaml(&p, buf_str(&yaml), &doc);
    if (!rc)
        rc = read_front_matter(&p, &c);
    if (!rc && !str_trim(sql).n)
        rc = parse_error(&p, NULL, "the query is missing after the front matter");
    if (rc)
        return rc;
    c.file = parse_z(&p, str_z(file));
    c.line = p.query_line;
    c.sql = parse_z(&p, sql);
    if (!p.error)
        *ret = c;
    return p.error;
}

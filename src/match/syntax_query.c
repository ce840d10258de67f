/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a query file may say, and whether the predicates of a match hold. */
#include "match/syntax_query.h"

static const char *const NAMES[] = {"import", "module", "name", "local"};
_Static_assert(ARRAY_LEN(NAMES) == SYNTAX_NAME_COUNT, "every name is spelled");

const char *syntax_name_text(enum syntax_name name)
{
    return NAMES[name];
}

/* Line and column of a byte of the query. */
static int fail_at(struct str text, uint32_t offset, struct diag *d, const char *what)
{
    unsigned line = 1, column = 1;
    for (uint32_t i = 0; i < offset && i < text.n; i++) {
        column = text.p[i] == '\n' ? 1 : column + 1;
        line += text.p[i] == '\n';
    }
    diag_set(d, E_PARSE, "%s", what);
    diag_at(d, NULL, line, column);
    return E_PARSE;
}

static const char *error_text(TSQueryError e)
{
    switch (e) {
    case TSQueryErrorSyntax: return "this is not a query";
    case TSQueryErrorNodeType: return "the grammar has no such node";
    case TSQueryErrorField: return "the grammar has no such field";
    case TSQueryErrorCapture: return "the pattern has no such capture";
    case TSQueryErrorStructure: return "the grammar never builds such a tree";
    default: return "the grammar has another version";
    }
}

static struct str query_string(const TSQuery *q, uint32_t id)
{
    uint32_t n = 0;
    const char *p = ts_query_string_value_for_id(q, id, &n);
    return str_n(p, n);
}

static bool is_predicate(struct str s)
{
    return str_eq_z(s, "eq?") || str_eq_z(s, "not-eq?") || str_eq_z(s, "any-of?") ||
           str_eq_z(s, "not-any-of?");
}

/* "name capture text...", each ended by a step of type done. */
static bool predicate_sound(const TSQuery *q, const TSQueryPredicateStep *step, uint32_t n)
{
    if (n < 3 || step[0].type != TSQueryPredicateStepTypeString ||
        !is_predicate(query_string(q, step[0].value_id)) ||
        step[1].type != TSQueryPredicateStepTypeCapture)
        return false;
    for (uint32_t i = 2; i < n; i++)
        if (step[i].type != TSQueryPredicateStepTypeString)
            return false;
    return true;
}

static int check_pattern(const TSQuery *q, uint32_t pattern, struct str text, struct diag *d)
{
    uint32_t n = 0;
    const TSQueryPredicateStep *step = ts_query_predicates_for_pattern(q, pattern, &n);
    for (uint32_t i = 0, from = 0; i < n; i++) {
        if (step[i].type != TSQueryPredicateStepTypeDone)
            continue;
        if (!predicate_sound(q, step + from, i - from))
            return fail_at(text, ts_query_start_byte_for_pattern(q, pattern), d,
                           "a predicate is (#eq? @capture \"text\"), not-eq?, any-of? or "
                           "not-any-of?");
        from = i + 1;
    }
    return OK;
}

static int name_captures(struct syntax_query *q, struct diag *d)
{
    uint32_t count = ts_query_capture_count(q->query);
    if (count > SYNTAX_CAPTURES_MAX)
        return diag_set(d, E_PARSE, "more than %d names of captures", SYNTAX_CAPTURES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t n = 0;
        const char *p = ts_query_capture_name_for_id(q->query, i, &n);
        struct str name = str_n(p, n);
        int k = 0;
        while (k < SYNTAX_NAME_COUNT && !str_eq_z(name, NAMES[k]))
            k++;
        if (k == SYNTAX_NAME_COUNT && !str_starts(name, STR("_")))
            return diag_set(d, E_PARSE, "nobody knows the capture @" STR_FMT, STR_ARG(name));
        q->names[i] = (int8_t)(k < SYNTAX_NAME_COUNT ? k : -1);
    }
    return OK;
}

struct compiling {
    const struct syntax_language *language;
    struct str text;
    struct syntax_query query;
    struct diag *d;
};

static int compile(void *ctx)
{
    struct compiling *c = ctx;
    uint32_t offset = 0;
    TSQueryError error = TSQueryErrorNone;
    c->query.query =
        ts_query_new(c->language->grammar(), c->text.p, (uint32_t)c->text.n, &offset, &error);
    if (!c->query.query)
        return fail_at(c->text, offset, c->d, error_text(error));
    int rc = name_captures(&c->query, c->d);
    for (uint32_t i = 0; !rc && i < ts_query_pattern_count(c->query.query); i++)
        rc = check_pattern(c->query.query, i, c->text, c->d);
    return rc;
}

int syntax_query_compile(struct syntax_memory *m, const struct syntax_language *l, struct str text,
                         struct syntax_query *ret, struct diag *d)
{
    struct compiling c = {.language = l, .text = text, .d = d};
    int rc = text.n < UINT32_MAX ? syntax_memory_run(m, compile, &c) : E_LIMIT;
    if (!rc)
        *ret = c.query;
    else if (rc != E_PARSE)
        diag_set(d, rc, "no memory for the query of %s", l->id);
    return rc;
}

/* --- one match --------------------------------------------------------------------------- */

static struct str node_slice(TSNode n, struct str text)
{
    return str_sub(text, ts_node_start_byte(n), ts_node_end_byte(n));
}

/* Does the captured text stand among the texts? A capture that the match lacks is never there. */
static bool among(const struct syntax_query *q, const TSQueryMatch *m, struct str text,
                  const TSQueryPredicateStep *step, uint32_t n)
{
    for (uint16_t c = 0; c < m->capture_count; c++) {
        if (m->captures[c].index != step[0].value_id)
            continue;
        struct str s = node_slice(m->captures[c].node, text);
        for (uint32_t i = 1; i < n; i++)
            if (str_eq(s, query_string(q->query, step[i].value_id)))
                return true;
    }
    return false;
}

bool syntax_query_holds(const struct syntax_query *q, const TSQueryMatch *m, struct str text)
{
    uint32_t n = 0;
    const TSQueryPredicateStep *step =
        ts_query_predicates_for_pattern(q->query, m->pattern_index, &n);
    for (uint32_t i = 0, from = 0; i < n; i++) {
        if (step[i].type != TSQueryPredicateStepTypeDone)
            continue;
        bool negative = str_starts(query_string(q->query, step[from].value_id), STR("not-"));
        if (among(q, m, text, step + from + 1, i - from - 1) == negative)
            return false;
        from = i + 1;
    }
    return true;
}

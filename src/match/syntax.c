/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how much work one text is worth, and in which order its matches are told. */
#include "match/syntax.h"

#include "base/mem.h"
#include "match/syntax_query.h"

/* The parser gets the text in pieces, so that looking ahead again and again is counted, too. */
#define PIECE_BYTES   1024u
#define PIECE_STEPS   64u  /* what reading one piece counts */
#define CALL_STEPS    100u /* operations between two calls of a progress callback */
#define STEPS_BYTE    10u  /* budget for each byte of the text, and for the text as such */
#define STEPS_TEXT    100000u
#define STEPS_MOST    3000000u
#define MATCHES_KEPT  512u /* under way at one time */
#define CHILDREN_STEP 10u  /* children looked at for one step, where nodes lack names */
#define QUERY_MEMORY  ((size_t)256 << 20)

struct syntax {
    struct syntax_memory compiled, tree_memory;
    struct syntax_query *queries; /* one a language; query NULL: not compiled yet */
    int *failed;                  /* one a language: why it never will be */
    TSTree *tree;
    const struct syntax_language *language;
    struct str text;
    bool damaged;
};

int syntax_new(size_t memory, struct syntax **ret, struct diag *d)
{
    struct syntax *s = mem_alloc(sizeof(*s));
    if (s) {
        s->compiled.cap = QUERY_MEMORY;
        s->compiled.budget = UINT64_MAX; /* queries are ours */
        s->tree_memory.cap = memory;
        s->queries = mem_alloc((size_t)SYNTAX_LANGUAGE_COUNT * sizeof(*s->queries));
        s->failed = mem_alloc((size_t)SYNTAX_LANGUAGE_COUNT * sizeof(*s->failed));
    }
    if (!s || !s->queries || !s->failed) {
        syntax_free(s);
        return diag_set(d, E_NOMEM, "no memory for syntax trees");
    }
    *ret = s;
    return OK;
}

struct syntax *syntax_free(struct syntax *s)
{
    if (!s)
        return NULL;
    syntax_memory_done(&s->compiled);
    syntax_memory_done(&s->tree_memory);
    mem_free(s->queries);
    mem_free(s->failed);
    mem_free(s);
    return NULL;
}

void syntax_clear(struct syntax *s)
{
    syntax_memory_clear(&s->tree_memory);
    s->tree = NULL;
    s->text = STR_NULL;
}

bool syntax_damaged(const struct syntax *s)
{
    return s->damaged;
}

uint64_t syntax_steps(const struct syntax *s)
{
    return s->tree_memory.steps;
}

/* --- parsing ------------------------------------------------------------------------------- */

static void spend(struct syntax *s, uint64_t steps)
{
    syntax_memory_spend(&s->tree_memory, steps);
}

static const char *read_piece(void *payload, uint32_t at, TSPoint point UNUSED, uint32_t *ret_n)
{
    struct syntax *s = payload;
    struct str piece = str_sub(s->text, at, (size_t)at + PIECE_BYTES);
    spend(s, PIECE_STEPS);
    *ret_n = (uint32_t)piece.n;
    return piece.n ? piece.p : "";
}

static bool parsed_more(TSParseState *state)
{
    spend(state->payload, CALL_STEPS);
    return false;
}

static int parse(void *ctx)
{
    struct syntax *s = ctx;
    TSParser *parser = ts_parser_new();
    if (!ts_parser_set_language(parser, s->language->grammar()))
        return E_BUG; /* another ABI than the core's: the lock file holds what fits */
    s->tree = ts_parser_parse_with_options(
        parser, NULL, (TSInput){.payload = s, .read = read_piece, .encoding = TSInputEncodingUTF8},
        (TSParseOptions){.payload = s, .progress_callback = parsed_more});
    if (!s->tree)
        return E_BUG; /* nothing stops it but us, and we leave */
    s->damaged = ts_node_has_error(ts_tree_root_node(s->tree));
    return OK;
}

int syntax_parse(struct syntax *s, const struct syntax_language *l, struct str text, uint64_t steps)
{
    syntax_clear(s);
    s->language = l;
    s->damaged = false;
    s->tree_memory.steps = 0;
    s->tree_memory.budget =
        steps ? steps : MIN(STEPS_TEXT + STEPS_BYTE * (uint64_t)text.n, STEPS_MOST);
    if (text.n > SYNTAX_BYTES)
        return E_LIMIT;
    s->text = text;
    int rc = syntax_memory_run(&s->tree_memory, parse, s);
    if (rc)
        syntax_clear(s);
    return rc;
}

/*
 * The query cursor looks, at each child of a node, for a later one that has a name. Only in
 * stretches that follow no grammar can it look for long: what that costs is told before it begins.
 */
static void spend_on_errors(struct syntax *s)
{
    TSTreeCursor at = ts_tree_cursor_new(ts_tree_root_node(s->tree));
    for (bool down = true;;) {
        TSNode n = ts_tree_cursor_current_node(&at);
        spend(s, 1);
        if (down && ts_node_is_error(n)) {
            uint64_t children = ts_node_child_count(n);
            spend(s, children * children / CHILDREN_STEP);
        }
        if (down && ts_node_has_error(n) && ts_tree_cursor_goto_first_child(&at))
            continue;
        if (ts_tree_cursor_goto_next_sibling(&at)) {
            down = true;
            continue;
        }
        if (!ts_tree_cursor_goto_parent(&at))
            break;
        down = false;
    }
}

/* --- matches ------------------------------------------------------------------------------- */

struct matching {
    struct syntax *s;
    const struct syntax_query *query;
    syntax_fn fn;
    void *ctx;
};

static bool matched_more(TSQueryCursorState *state)
{
    struct matching *m = state->payload;
    spend(m->s, CALL_STEPS);
    return false;
}

static int give(struct matching *m, const TSQueryMatch *match)
{
    struct syntax_capture v[SYNTAX_CAPTURES_MAX];
    size_t n = 0;
    for (uint16_t i = 0; i < match->capture_count && n < ARRAY_LEN(v); i++) {
        const TSQueryCapture *c = &match->captures[i];
        int name = m->query->names[c->index];
        size_t start = ts_node_start_byte(c->node), end = ts_node_end_byte(c->node);
        if (name >= 0)
            v[n++] = (struct syntax_capture){.name = (enum syntax_name)name,
                                             .text = str_sub(m->s->text, start, end),
                                             .offset = start};
    }
    return m->fn(m->ctx, &(struct syntax_match){.v = v, .n = n});
}

static int match_all(void *ctx)
{
    struct matching *m = ctx;
    TSQueryCursor *cursor = ts_query_cursor_new();
    TSQueryCursorOptions options = {.payload = m, .progress_callback = matched_more};
    TSQueryMatch match;
    if (m->s->damaged)
        spend_on_errors(m->s);
    ts_query_cursor_set_match_limit(cursor, MATCHES_KEPT);
    ts_query_cursor_exec_with_options(cursor, m->query->query, ts_tree_root_node(m->s->tree),
                                      &options);
    while (ts_query_cursor_next_match(cursor, &match)) {
        spend(m->s, 1);
        int rc = syntax_query_holds(m->query, &match, m->s->text) ? give(m, &match) : OK;
        if (rc)
            return rc;
    }
    return ts_query_cursor_did_exceed_match_limit(cursor) ? E_LIMIT : OK;
}

static int query_of(struct syntax *s, const struct syntax_query **ret)
{
    size_t i = (size_t)(s->language - SYNTAX_LANGUAGES);
    struct str text = str_z(SYNTAX_QUERIES[i]);
    struct diag d = {0};
    *ret = &s->queries[i];
    if (s->failed[i] || s->queries[i].query || !text.n)
        return s->failed[i];
    /* What is half made stays in the region: other queries live there. */
    int rc = syntax_query_compile(&s->compiled, s->language, text, &s->queries[i], &d);
    if (rc != E_NOMEM)
        s->failed[i] = rc;
    return rc;
}

int syntax_query(struct syntax *s, syntax_fn fn, void *ctx)
{
    struct matching m = {.s = s, .fn = fn, .ctx = ctx};
    if (!s->tree)
        return E_USAGE;
    int rc = query_of(s, &m.query);
    if (rc || !m.query->query)
        return rc;
    rc = syntax_memory_run(&s->tree_memory, match_all, &m);
    if (rc)
        syntax_clear(s); /* the tree may have been left in the middle of a change */
    return rc;
}

struct str syntax_text(const struct syntax_match *m, enum syntax_name name)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->v[i].name == name)
            return m->v[i].text;
    return STR_NULL;
}

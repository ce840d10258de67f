/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how much work one text is worth, and in which order its matches are told. */
#include "match/syntax.h"

#include "base/mem.h"
#include "match/syntax_internal.h"
#include "match/syntax_match.h"

/* The parser gets the text in pieces, so that looking ahead again and again is counted, too. */
#define PIECE_BYTES 1024u
#define PIECE_STEPS 64u  /* what reading one piece counts */
#define CALL_STEPS  100u /* operations between two calls of a progress callback */
#define STEPS_BYTE  10u  /* budget for each byte of the text, and for the text as such */
#define STEPS_TEXT  100000u
#define STEPS_MOST  3000000u

int syntax_new(size_t memory, struct syntax **ret, struct diag *d)
{
    struct syntax *s = mem_alloc(sizeof(*s));
    if (!s)
        return diag_set(d, E_NOMEM, "no memory for syntax trees");
    s->tree_memory.cap = memory;
    *ret = s;
    return OK;
}

struct syntax *syntax_free(struct syntax *s)
{
    if (!s)
        return NULL;
    syntax_memory_done(&s->tree_memory);
    mem_free(s);
    return NULL;
}

void syntax_clear(struct syntax *s)
{
    syntax_memory_clear(&s->tree_memory);
    s->tree = NULL;
    s->text = STR_NULL;
}

bool syntax_holds(const struct syntax *s, const struct syntax_language *l, struct str text)
{
    return s->tree && s->language == l && s->text.p == text.p && s->text.n == text.n;
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

/* --- matches ------------------------------------------------------------------------------- */

struct matching {
    struct syntax *s;
    const struct syntax_patterns *patterns;
    syntax_fn fn;
    void *ctx;
};

static int match_all(void *ctx)
{
    struct matching *m = ctx;
    return syntax_match(&m->s->tree_memory, m->s->tree, m->patterns, m->s->text, m->fn, m->ctx);
}

int syntax_query(struct syntax *s, syntax_fn fn, void *ctx)
{
    if (!s->tree)
        return E_USAGE;
    struct matching m = {
        .s = s, .patterns = &SYNTAX_PATTERNS[s->language - SYNTAX_LANGUAGES], .fn = fn, .ctx = ctx};
    if (!m.patterns->n_steps)
        return OK;
    int rc = syntax_memory_run(&s->tree_memory, match_all, &m);
    if (rc)
        syntax_clear(s); /* as after a budget that is spent: nothing more is told of it */
    return rc;
}

struct str syntax_text(const struct syntax_match *m, enum syntax_name name)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->v[i].name == name)
            return m->v[i].text;
    return STR_NULL;
}

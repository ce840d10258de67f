/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which nodes of a tree are looked at, and where a pattern matches. */
#include "match/syntax_match.h"

#define WORDS_MAX 8

struct matching {
    struct syntax_memory *memory;
    const struct syntax_patterns *patterns;
    struct str text;
    syntax_fn fn;
    void *ctx;
    size_t words[WORDS_MAX]; /* where each stands next; SIZE_MAX: nowhere */
    /* Of the pattern that is tried: a cursor and the node of each step so far. */
    const struct syntax_step *steps;
    size_t n_steps;
    TSTreeCursor cursors[SYNTAX_STEPS_MAX];
    bool opened[SYNTAX_STEPS_MAX];
    TSNode nodes[SYNTAX_STEPS_MAX];
};

static struct str word_text(size_t i)
{
    return str_n(SYNTAX_TEXT + SYNTAX_WORDS[i].at, SYNTAX_WORDS[i].n);
}

static struct str node_text(const struct matching *m, TSNode n)
{
    return str_sub(m->text, ts_node_start_byte(n), ts_node_end_byte(n));
}

/* The first word at or behind `at`; SIZE_MAX: none. Calls come with rising places. */
static size_t next_word(struct matching *m, size_t at)
{
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < m->patterns->n_words; i++) {
        if (m->words[i] < at)
            m->words[i] = str_find(m->text, word_text(m->patterns->words + i), at);
        first = MIN(first, m->words[i]);
    }
    return first;
}

/* --- one pattern ---------------------------------------------------------------------------- */

static bool is_kind(const struct syntax_step *s, TSNode n)
{
    TSSymbol symbol = ts_node_symbol(n);
    for (size_t i = 0; i < s->n_symbols; i++)
        if (SYNTAX_SYMBOLS[s->symbols + i] == symbol)
            return true;
    return !s->n_symbols && ts_node_is_named(n) && !ts_node_is_error(n);
}

static bool is_text(const struct matching *m, const struct syntax_step *s, TSNode n)
{
    for (size_t i = 0; i < s->n_texts; i++)
        if (str_eq(node_text(m, n), word_text(s->texts + i)))
            return !s->other;
    return !s->n_texts || s->other;
}

/* `at`: where the node is; NULL where a pattern begins, which is no field of anything. */
static bool fits(const struct matching *m, const struct syntax_step *s, TSNode n,
                 const TSTreeCursor *at)
{
    return is_kind(s, n) && (!s->field || s->field == ts_tree_cursor_current_field_id(at)) &&
           (!s->without || ts_node_is_null(ts_node_child_by_field_id(n, s->without))) &&
           is_text(m, s, n);
}

static int give(struct matching *m)
{
    struct syntax_capture v[SYNTAX_STEPS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < m->n_steps; i++)
        if (m->steps[i].capture >= 0)
            v[n++] = (struct syntax_capture){.name = (enum syntax_name)m->steps[i].capture,
                                             .text = node_text(m, m->nodes[i]),
                                             .offset = ts_node_start_byte(m->nodes[i])};
    return m->fn(m->ctx, &(struct syntax_match){.v = v, .n = n});
}

/* The first node that step k may be: the first child of the step above, or what follows its
 * sibling. */
static bool begin_step(struct matching *m, size_t k)
{
    TSTreeCursor *c = &m->cursors[k];
    size_t before = k - 1;
    while (m->steps[before].depth > m->steps[k].depth)
        before--;
    bool sibling = m->steps[before].depth == m->steps[k].depth;
    if (!m->opened[k])
        *c = ts_tree_cursor_new(m->nodes[before]);
    m->opened[k] = true;
    if (sibling)
        ts_tree_cursor_reset_to(c, &m->cursors[before]);
    else
        ts_tree_cursor_reset(c, m->nodes[before]);
    return sibling ? ts_tree_cursor_goto_next_sibling(c) : ts_tree_cursor_goto_first_child(c);
}

/* Every way in which the steps from k on match below the nodes of those before. */
static int match_from(struct matching *m, size_t k)
{
    if (k == m->n_steps)
        return give(m);
    const struct syntax_step *s = &m->steps[k];
    int rc = OK;
    for (bool more = begin_step(m, k); more && !rc;) {
        TSNode n = ts_tree_cursor_current_node(&m->cursors[k]);
        syntax_memory_spend(m->memory, 1);
        if (fits(m, s, n, &m->cursors[k])) {
            m->nodes[k] = n;
            rc = match_from(m, k + 1);
        }
        more =
            !(s->first && ts_node_is_named(n)) && ts_tree_cursor_goto_next_sibling(&m->cursors[k]);
    }
    return rc;
}

static int match_node(struct matching *m, TSNode n)
{
    const struct syntax_step *all = SYNTAX_STEPS + m->patterns->steps;
    size_t count = m->patterns->n_steps, end;
    int rc = OK;
    for (size_t i = 0; i < count && !rc; i = end) {
        for (end = i + 1; end < count && all[end].depth;)
            end++;
        m->steps = all + i;
        m->n_steps = end - i;
        m->nodes[0] = n;
        if (fits(m, m->steps, n, NULL))
            rc = match_from(m, 1);
    }
    return rc;
}

/* --- the tree ------------------------------------------------------------------------------- */

/* From a node that ends before `word` to the next in text order that ends behind it: of a node
 * with very many children those in between are passed by in steps of a search. */
static bool move_on(TSTreeCursor *at, size_t word)
{
    while (ts_tree_cursor_goto_parent(at))
        if (word < ts_node_end_byte(ts_tree_cursor_current_node(at)) &&
            ts_tree_cursor_goto_first_child_for_byte(at, (uint32_t)word) >= 0)
            return true;
    return false;
}

/* Nodes in text order; below one without a word nothing can match. */
static int match_tree(struct matching *m, TSTreeCursor *at)
{
    size_t from = 0;
    for (;;) {
        TSNode n = ts_tree_cursor_current_node(at);
        syntax_memory_spend(m->memory, 1);
        from = MAX(from, ts_node_start_byte(n));
        size_t word = next_word(m, from);
        if (word == SIZE_MAX)
            return OK;
        if (word < ts_node_end_byte(n)) {
            int rc = match_node(m, n);
            if (rc)
                return rc;
            if (ts_tree_cursor_goto_first_child_for_byte(at, (uint32_t)word) >= 0)
                continue;
            from = ts_node_end_byte(n);
            word = next_word(m, from);
            if (word == SIZE_MAX)
                return OK;
        }
        if (!move_on(at, word))
            return OK;
    }
}

int syntax_match(struct syntax_memory *memory, const TSTree *tree, const struct syntax_patterns *p,
                 struct str text, syntax_fn fn, void *ctx)
{
    struct matching m = {.memory = memory, .patterns = p, .text = text, .fn = fn, .ctx = ctx};
    TSTreeCursor at = ts_tree_cursor_new(ts_tree_root_node(tree));
    if (p->n_words > WORDS_MAX)
        return E_BUG;
    for (size_t i = 0; i < p->n_words; i++)
        m.words[i] = str_find(text, word_text(p->words + i), 0);
    return match_tree(&m, &at);
}

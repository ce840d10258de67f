/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how rows of cells read as table, JSON and CSV, and how wide the columns are. */
#include "cli/grid.h"

#include "base/path.h"
#include "formats/json.h"

#define HELD_ROWS 200
#define GAP       2

void grid_begin(struct grid *g, const struct invocation *in, enum grid_format format,
                const struct grid_column *columns, int n)
{
    *g = (struct grid){.in = in,
                       .format = format,
                       .columns = columns,
                       .n = MIN(n, GRID_COLUMNS),
                       .cells = ARENA(0),
                       .line = BUF_INIT,
                       .above = BUF_INIT};
    if (format == GRID_JSON)
        fputs("[", in->out);
    for (int i = 0; format == GRID_CSV && i < g->n; i++)
        fprintf(in->out, "%s%s", columns[i].title, i + 1 < g->n ? "," : "\n");
}

enum tone tone_of_word(struct str word)
{
    static const struct {
        const char *word;
        enum tone tone;
    } tones[] = {
        {"critical", TONE_CRITICAL}, {"high", TONE_HIGH},      {"fail", TONE_HIGH},
        {"failing", TONE_HIGH},      {"denied", TONE_HIGH},    {"failed", TONE_HIGH},
        {"medium", TONE_MEDIUM},     {"partial", TONE_MEDIUM}, {"unsupported", TONE_MEDIUM},
        {"unknown", TONE_MEDIUM},    {"error", TONE_HIGH},     {"low", TONE_LOW},
        {"info", TONE_DIM},          {"skipped", TONE_DIM},    {"not_looked", TONE_DIM},
        {"unassessed", TONE_DIM},
    };
    for (size_t i = 0; i < ARRAY_LEN(tones); i++)
        if (str_eq_z(word, tones[i].word))
            return tones[i].tone;
    return TONE_PLAIN;
}

static size_t shown_width(struct str text)
{
    AUTO(buf) shown = BUF_INIT;
    return text_fit(&shown, text, SIZE_MAX, FIT_START_KEPT);
}

static size_t floor_of(const struct grid_column *c)
{
    if (c->whole)
        return SIZE_MAX;
    return MAX(c->min_width ? c->min_width : 6, strlen(c->title));
}

/* A pipe has no edge: what reads it gets every cell whole. */
static bool has_edge(const struct grid *g)
{
    return g->in->terminal;
}

/* How much a column has to give: a path needs half as much room again as other texts. */
static size_t to_give(const struct grid *g, int i)
{
    return g->widths[i] * (g->columns[i].tail ? 2 : 3);
}

/* Natural widths, then on a terminal the widest column gives way until the row fits. */
static void choose_widths(struct grid *g)
{
    size_t total = 0;
    for (int i = 0; i < g->n; i++)
        g->widths[i] = strlen(g->columns[i].title);
    for (size_t k = 0; k < g->held.n; k++) {
        size_t *w = &g->widths[k % (size_t)g->n];
        *w = MAX(*w, shown_width(g->held.v[k]));
    }
    for (int i = 0; i < g->n; i++) {
        if (g->columns[i].machine)
            g->widths[i] = 0;
        else
            total += g->widths[i] + GAP;
    }
    total -= MIN(total, GAP);
    while (has_edge(g) && total > (size_t)g->in->width) {
        int widest = -1;
        for (int i = 0; i < g->n; i++)
            if (g->widths[i] > floor_of(&g->columns[i]) &&
                (widest < 0 || to_give(g, i) > to_give(g, widest)))
                widest = i;
        if (widest < 0)
            break;
        g->widths[widest]--;
        total--;
    }
}

static void end_line(struct grid *g)
{
    while (g->line.n && g->line.p[g->line.n - 1] == ' ')
        buf_cut(&g->line, g->line.n - 1);
    buf_addc(&g->line, '\n');
    fwrite(g->line.p, 1, g->line.n, g->in->out);
    if (buf_result(&g->line))
        g->error = E_NOMEM;
    buf_clear(&g->line);
}

static void table_head(struct grid *g)
{
    text_tone(&g->line, g->in->colour, TONE_DIM);
    size_t start = g->line.n;
    for (int i = 0; i < g->n; i++) {
        if (g->columns[i].machine)
            continue;
        buf_pad(&g->line, ' ', g->line.n > start ? GAP : 0);
        size_t pad = g->widths[i] - MIN(g->widths[i], strlen(g->columns[i].title));
        if (g->columns[i].right)
            buf_pad(&g->line, ' ', pad);
        buf_addz(&g->line, g->columns[i].title);
        if (!g->columns[i].right && i + 1 < g->n)
            buf_pad(&g->line, ' ', pad);
    }
    text_plain(&g->line, g->in->colour);
    end_line(g);
}

/* Adds the row to the line; *ret_rest: where its first cell ends. */
static void render_row(struct grid *g, const struct str *cells, bool cut, size_t *ret_rest)
{
    *ret_rest = 0;
    for (int i = 0; i < g->n; i++) {
        const struct grid_column *c = &g->columns[i];
        struct str text = cells[i].p ? cells[i] : STR("-");
        if (c->machine)
            continue;
        AUTO(buf) cell = BUF_INIT;
        size_t w = text_fit(&cell, text, cut ? g->widths[i] : SIZE_MAX,
                            c->tail ? FIT_END_KEPT : FIT_START_KEPT);
        size_t pad = g->widths[i] - MIN(w, g->widths[i]);
        enum tone tone = c->levels ? tone_of_word(text) : TONE_PLAIN;
        buf_pad(&g->line, ' ', (g->line.n ? GAP : 0) + (c->right ? pad : 0));
        if (tone != TONE_PLAIN)
            text_tone(&g->line, g->in->colour, tone);
        buf_add(&g->line, buf_str(&cell));
        if (tone != TONE_PLAIN)
            text_plain(&g->line, g->in->colour);
        if (!c->right)
            buf_pad(&g->line, ' ', pad);
        if (!i)
            *ret_rest = g->line.n;
    }
}

/* A row of which all but its first cell looks like the row above is not cut: what tells them apart
 * is in what would be lost. */
static void table_row(struct grid *g, const struct str *cells)
{
    size_t rest;
    render_row(g, cells, has_edge(g), &rest);
    if (has_edge(g) && g->above.n &&
        str_eq(buf_str(&g->above), str_sub(buf_str(&g->line), rest, g->line.n))) {
        buf_clear(&g->line);
        render_row(g, cells, false, &rest);
    } else if (has_edge(g)) {
        buf_clear(&g->above);
        buf_add(&g->above, str_sub(buf_str(&g->line), rest, g->line.n));
    }
    end_line(g);
}

static void json_row(struct grid *g, const struct str *cells)
{
    buf_addz(&g->line, g->any ? ",\n{" : "\n{");
    for (int i = 0; i < g->n; i++) {
        buf_addz(&g->line, i ? "," : "");
        buf_add_json(&g->line, str_z(g->columns[i].title));
        buf_addc(&g->line, ':');
        if (cells[i].p)
            buf_add_json(&g->line, cells[i]);
        else
            buf_addz(&g->line, "null");
    }
    buf_addc(&g->line, '}');
    fwrite(g->line.p, 1, g->line.n, g->in->out);
    if (buf_result(&g->line))
        g->error = E_NOMEM;
    buf_clear(&g->line);
}

/* A number may begin with its sign; anything else that a spreadsheet would compute may not. */
static bool is_formula(struct str s)
{
    int64_t number;
    return s.n && memchr("=+-@\t\r", s.p[0], 6) && str_to_i64(s, &number);
}

static void csv_row(struct grid *g, const struct str *cells)
{
    for (int i = 0; i < g->n; i++) {
        AUTO(buf) shown = BUF_INIT;
        path_show_kept(&shown, cells[i]);
        struct str s = buf_str(&shown);
        bool quote = is_formula(s);
        buf_addz(&g->line, i ? "," : "");
        for (size_t k = 0; k < s.n && !quote; k++)
            quote = s.p[k] == ',' || s.p[k] == '"' || s.p[k] == '\n' || s.p[k] == '\r';
        buf_addz(&g->line, quote ? "\"" : "");
        buf_addz(&g->line, is_formula(s) ? "'" : "");
        for (size_t k = 0; k < s.n; k++) {
            if (s.p[k] == '"')
                buf_addc(&g->line, '"');
            buf_addc(&g->line, s.p[k]);
        }
        buf_addz(&g->line, quote ? "\"" : "");
        if (buf_result(&shown))
            g->error = E_NOMEM;
    }
    buf_addz(&g->line, "\n");
    fwrite(g->line.p, 1, g->line.n, g->in->out);
    if (buf_result(&g->line))
        g->error = E_NOMEM;
    buf_clear(&g->line);
}

static void print_held(struct grid *g)
{
    if (g->format == GRID_TABLE && !g->streaming) {
        choose_widths(g);
        table_head(g);
    }
    g->streaming = true;
    for (size_t k = 0; k + (size_t)g->n <= g->held.n; k += (size_t)g->n) {
        if (g->format == GRID_TABLE)
            table_row(g, g->held.v + k);
        else if (g->format == GRID_JSON)
            json_row(g, g->held.v + k);
        else
            csv_row(g, g->held.v + k);
        g->any = true;
    }
    g->held.n = 0;
    arena_clear(&g->cells);
}

void grid_cell(struct grid *g, struct str text)
{
    struct str kept = text.p ? arena_str(&g->cells, text) : STR_NULL;
    if (g->error)
        return;
    if ((text.p && !kept.p) || vec_push(&g->held, kept)) {
        g->error = E_NOMEM;
        return;
    }
    if (++g->at < g->n)
        return;
    g->at = 0;
    bool wait = g->format == GRID_TABLE && !g->streaming;
    if (!wait || g->held.n >= (size_t)g->n * HELD_ROWS)
        print_held(g);
}

void grid_count(struct grid *g, int64_t n)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "%lld", (long long)n);
    grid_cell(g, str_n(text, (size_t)len));
}

void grid_tenths(struct grid *g, int64_t tenths)
{
    AUTO(buf) text = BUF_INIT;
    text_tenths(&text, tenths);
    grid_cell(g, tenths < 0 ? STR_NULL : buf_str(&text));
}

int grid_finish(struct grid *g, const char *nothing, struct diag *d)
{
    if (g->held.n)
        print_held(g);
    if (g->format == GRID_JSON)
        fputs(g->any ? "\n]\n" : "]\n", g->in->out);
    if (g->format == GRID_TABLE && !g->any && nothing)
        fprintf(g->in->err, "%s\n", nothing);
    int rc = g->error ? g->error : buf_result(&g->above);
    buf_done(&g->above);
    arena_done(&g->cells);
    vec_free(&g->held);
    buf_done(&g->line);
    if (rc)
        return diag_set(d, rc, "no memory for the table");
    return ferror(g->in->out) ? diag_set(d, E_IO, "the output could not be written") : 0;
}

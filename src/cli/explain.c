/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the lines of an explanation look and what its history says. */
#include "cli/explain.h"

#include "base/path.h"
#include "formats/json.h"

#define LABEL_COLUMN 20

void page_done(struct page *p)
{
    vec_free(&p->places);
    buf_done(&p->line);
    buf_done(&p->absent);
    vec_free(&p->group.refs);
    arena_done(&p->group.mem);
}

void page_show(struct page *p, struct str raw)
{
    path_show_kept(&p->line, raw);
}

void page_end(struct page *p)
{
    buf_addc(&p->line, '\n');
    fwrite(p->line.p, 1, p->line.n, p->in->out);
    if (!p->line.error)
        buf_clear(&p->line);
}

void page_head(struct page *p, const char *title, const char *after)
{
    buf_addc(&p->line, '\n');
    text_tone(&p->line, p->in->colour, TONE_HEAD);
    buf_addz(&p->line, title);
    text_plain(&p->line, p->in->colour);
    if (after && *after)
        buf_addf(&p->line, "  %s", after);
    page_end(p);
}

void page_begin(struct page *p, struct str label, enum tone tone)
{
    buf_addz(&p->line, "  ");
    if (tone != TONE_PLAIN)
        text_tone(&p->line, p->in->colour, tone);
    text_cell(&p->line, label, LABEL_COLUMN - 2, FIT_START_KEPT);
    if (tone != TONE_PLAIN)
        text_plain(&p->line, p->in->colour);
    buf_addc(&p->line, ' ');
}

void page_line(struct page *p, const char *label, struct str text)
{
    page_begin(p, str_z(label), TONE_PLAIN);
    page_show(p, text);
    page_end(p);
}

int page_rows(struct page *p, const char *sql, void (*row)(struct page *p, const struct stmt *r),
              int *ret_rows)
{
    struct stmt *s = NULL;
    int n = 0;
    int rc = db_prepare(p->scope->db, str_z(sql), &s, p->diag);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, p->id);
    while ((rc = stmt_step(s, p->diag)) > 0) {
        row(p, s);
        n++;
    }
    stmt_free(s);
    if (ret_rows)
        *ret_rows = n;
    return rc;
}

void page_place(struct page *p, const struct stmt *r, int at)
{
    struct str pointer = stmt_str(r, at + 3), collector = stmt_str(r, at + 4);
    page_show(p, stmt_str(r, at));
    if (stmt_int(r, at + 1) > 0)
        buf_addf(&p->line, ":%lld", (long long)stmt_int(r, at + 1));
    if (stmt_int(r, at + 1) > 0 && stmt_int(r, at + 2) > 0)
        buf_addf(&p->line, ":%lld", (long long)stmt_int(r, at + 2));
    if (pointer.n) {
        buf_addz(&p->line, "  ");
        page_show(p, pointer);
    }
    if (collector.n)
        buf_addf(&p->line, "  (" STR_FMT ")", STR_ARG(collector));
}

int page_factors(struct page *p, struct str factors)
{
    AUTO(arena) mem = ARENA(8 << 20);
    struct limits lim = limits_default();
    struct doc doc;
    if (!factors.n || json_parse(factors, JSON_STRICT, &lim, &mem, &doc, NULL))
        return 0;
    node_each (&doc, &doc.nodes[0], it) {
        const struct node *value = node_get(&doc, it, STR("value"));
        page_begin(p, node_str(&doc, it, STR("factor")), TONE_PLAIN);
        if (value && value->type == NODE_STRING)
            page_show(p, node_text(&doc, value));
        else
            buf_addz(&p->line, "unknown, the middle value is taken");
        buf_addf(&p->line, ", " STR_FMT " points",
                 STR_ARG(node_text(&doc, node_get(&doc, it, STR("points")))));
        page_end(p);
    }
    return buf_result(&p->line);
}

static void history_row(struct page *p, const struct stmt *r)
{
    AUTO(buf) when = BUF_INIT;
    buf_add_time(&when, stmt_int(r, 0));
    buf_addf(&p->line, "  %-24s  ", when.p);
    page_show(p, stmt_str(r, 1));
    buf_addf(&p->line, ", scan %lld", (long long)stmt_int(r, 2));
    if (stmt_str(r, 3).n) {
        buf_addz(&p->line, ": ");
        page_show(p, stmt_str(r, 3));
    }
    page_end(p);
}

int page_history(struct page *p)
{
    page_head(p, "History", "newest first");
    return page_rows(p,
                     "SELECT at, what, scan, cause FROM change_log WHERE subject_id = ?1"
                     " ORDER BY id DESC LIMIT 20",
                     history_row, NULL);
}

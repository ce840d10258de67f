/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which lines of two texts are the same and how the rest is shown as a unified diff. */
#include "remediate/diff_text.h"

#include "base/path.h"
#include "base/vec.h"

#define STEPS_MAX ((size_t)4 << 20)

struct lines {
    VEC(struct str);
};

/* One line of the result: from before (-), after (+) or both. */
struct row {
    char mark;
    struct str line;
    bool open; /* no line feed at its end */
};

struct rows {
    VEC(struct row);
};

static int split(struct str text, struct lines *ret)
{
    for (size_t at = 0; at < text.n;) {
        size_t end = str_chr(text, '\n', at);
        end = end == SIZE_MAX ? text.n : end + 1;
        if (vec_push(ret, str_sub(text, at, end)))
            return E_NOMEM;
        at = end;
    }
    return ret->n < UINT32_MAX ? 0 : E_LIMIT;
}

static int add(struct rows *rows, char mark, struct str line)
{
    bool open = !str_ends(line, STR("\n"));
    if (!open)
        line = str_sub(line, 0, line.n - 1);
    if (!open && str_ends(line, STR("\r")))
        line = str_sub(line, 0, line.n - 1);
    return vec_push(rows, ((struct row){.mark = mark, .line = line, .open = open}));
}

static int add_all(struct rows *rows, char mark, const struct str *v, size_t n)
{
    int rc = 0;
    for (size_t i = 0; i < n && !rc; i++)
        rc = add(rows, mark, v[i]);
    return rc;
}

/* length[i][j]: of the longest common subsequence of a[i..] and b[j..]. */
static int compare(struct rows *rows, const struct str *a, size_t n, const struct str *b, size_t m)
{
    size_t cells, width = m + 1;
    if (size_mul_overflow(n + 1, width, &cells) || cells > STEPS_MAX) {
        int rc = add_all(rows, '-', a, n);
        return rc ? rc : add_all(rows, '+', b, m);
    }
    uint32_t *length = mem_alloc(cells * sizeof(*length));
    if (!length)
        return E_NOMEM;
    for (size_t i = n; i-- > 0;)
        for (size_t j = m; j-- > 0;)
            length[i * width + j] =
                str_eq(a[i], b[j]) ? length[(i + 1) * width + j + 1] + 1
                                   : MAX(length[(i + 1) * width + j], length[i * width + j + 1]);
    int rc = 0;
    size_t i = 0, j = 0;
    while (!rc && (i < n || j < m)) {
        if (i < n && j < m && str_eq(a[i], b[j])) {
            rc = add(rows, ' ', a[i++]);
            j++;
        } else if (j >= m || (i < n && length[(i + 1) * width + j] >= length[i * width + j + 1])) {
            rc = add(rows, '-', a[i++]);
        } else {
            rc = add(rows, '+', b[j++]);
        }
    }
    mem_free(length);
    return rc;
}

static int align(const struct lines *a, const struct lines *b, struct rows *rows)
{
    size_t head = 0, tail = 0, less = MIN(a->n, b->n);
    if (!less) /* an empty text has no lines to point into */
        return compare(rows, a->v, a->n, b->v, b->n);
    while (head < less && str_eq(a->v[head], b->v[head]))
        head++;
    while (tail < less - head && str_eq(a->v[a->n - 1 - tail], b->v[b->n - 1 - tail]))
        tail++;
    int rc = add_all(rows, ' ', a->v, head);
    if (!rc)
        rc = compare(rows, a->v + head, a->n - head - tail, b->v + head, b->n - head - tail);
    return rc ? rc : add_all(rows, ' ', a->v + a->n - tail, tail);
}

/* The end of the hunk that begins at `from`: after `context` equal lines that no change follows
 * soon. */
static size_t hunk_end(const struct rows *rows, size_t from, unsigned context)
{
    size_t last = from;
    for (size_t i = from; i < rows->n && i <= last + 2 * (size_t)context + 1; i++)
        if (rows->v[i].mark != ' ')
            last = i;
    return MIN(rows->n, last + context + 1);
}

static void add_range(struct buf *out, char mark, size_t first, size_t n)
{
    buf_addf(out, "%c%zu", mark, n ? first + 1 : first);
    if (n != 1)
        buf_addf(out, ",%zu", n);
}

static int write_hunk(const struct rows *rows, size_t from, size_t to, size_t a, size_t b,
                      diff_show show, void *ctx, struct buf *out)
{
    size_t n = 0, m = 0;
    for (size_t i = from; i < to; i++) {
        n += rows->v[i].mark != '+';
        m += rows->v[i].mark != '-';
    }
    buf_addz(out, "@@ ");
    add_range(out, '-', a, n);
    buf_addc(out, ' ');
    add_range(out, '+', b, m);
    buf_addz(out, " @@\n");
    for (size_t i = from; i < to; i++) {
        buf_addc(out, rows->v[i].mark);
        int rc = show(ctx, rows->v[i].line, out);
        if (rc)
            return rc;
        buf_addc(out, '\n');
        if (rows->v[i].open)
            buf_addz(out, "\\ No newline at end of file\n");
    }
    return 0;
}

static int write_hunks(const struct rows *rows, unsigned context, diff_show show, void *ctx,
                       struct buf *out)
{
    size_t a = 0, b = 0, at = 0; /* lines of before and after above row `at` */
    int rc = 0;
    for (size_t i = 0; i < rows->n && !rc;) {
        if (rows->v[i].mark == ' ') {
            i++;
            continue;
        }
        size_t from = i - MIN(i - at, (size_t)context), to = hunk_end(rows, i, context);
        a += from - at;
        b += from - at;
        rc = write_hunk(rows, from, to, a, b, show, ctx, out);
        for (size_t k = from; k < to; k++) {
            a += rows->v[k].mark != '+';
            b += rows->v[k].mark != '-';
        }
        at = i = to;
    }
    return rc;
}

int diff_text(struct str before, struct str after, unsigned context, diff_show show, void *ctx,
              struct buf *out)
{
    struct lines a = {0}, b = {0};
    struct rows rows = {0};
    int rc = split(before, &a);
    if (!rc)
        rc = split(after, &b);
    if (!rc)
        rc = align(&a, &b, &rows);
    if (!rc)
        rc = write_hunks(&rows, context, show, ctx, out);
    vec_free(&a);
    vec_free(&b);
    vec_free(&rows);
    return rc ? rc : buf_result(out);
}

void show_line(struct buf *out, struct str line)
{
    struct str part;
    bool first = true;
    while (str_field(&line, '\t', &part)) {
        if (!first)
            buf_addc(out, '\t');
        first = false;
        path_show(out, part);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of cells as a table for people, JSON or CSV for machines. The table looks at the first rows
 * to choose its widths and streams from then on; every cell is made inert for the terminal. In CSV
 * (RFC 4180, but with a line feed alone at the end of a line) a cell that a spreadsheet would run
 * as a formula gets a leading apostrophe; cells are inert here, too: a person will see them. On a
 * terminal a row that is cut to what the row above it shows is printed whole.
 *
 *     static const struct grid_column columns[] = {{.title = "id"},
 *                                                  {.title = "files", .right = true}};
 *     grid_begin(&g, in, GRID_TABLE, columns, 2);
 *     grid_cell(&g, id);
 *     grid_count(&g, files);                       one row
 *     return grid_finish(&g, d);
 */
#ifndef STANCE_CLI_GRID_H
#define STANCE_CLI_GRID_H

#include "base/vec.h"
#include "cli/command.h"
#include "report/text.h"

enum grid_format { GRID_TABLE, GRID_JSON, GRID_CSV }; /* in the order of OPTION_TABLE_FORMAT */

struct grid_column {
    const char *title;
    bool right;         /* aligned right */
    bool tail;          /* when cut, the end stays: paths */
    bool levels;        /* severities, bands and states are coloured */
    bool machine;       /* only in CSV and JSON */
    bool whole;         /* never cut: ids */
    unsigned min_width; /* never cut below this; 0: 6 */
};

#define GRID_COLUMNS 64
struct grid {
    const struct invocation *in;
    enum grid_format format;
    const struct grid_column *columns;
    int n, at; /* columns; next cell of the row */
    struct arena cells;
    struct {
        VEC(struct str);
    } held; /* rows that wait for the widths; p NULL is null */
    size_t widths[GRID_COLUMNS];
    bool streaming, any;
    int error;
    struct buf line, above; /* above: the row before, without its first cell */
};

void grid_begin(struct grid *g, const struct invocation *in, enum grid_format format,
                const struct grid_column *columns, int n);
void grid_cell(struct grid *g, struct str text); /* p NULL: null */
void grid_count(struct grid *g, int64_t n);
void grid_tenths(struct grid *g, int64_t tenths); /* negative: null */
/* Prints what is held and frees; E_NOMEM, E_IO. `nothing` is said on the error stream when a table
 * has no row; may be NULL. */
int grid_finish(struct grid *g, const char *nothing, struct diag *d) MUST_CHECK;

/* Tone of a severity, band or state. */
enum tone tone_of_word(struct str word);

#endif

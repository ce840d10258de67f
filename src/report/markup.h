/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text of unknown origin inside Markdown (CommonMark with the tables of GitHub): it can not end a
 * cell, open a link, HTML or formatting, or mention people. Appends go to a buf.
 */
#ifndef STANCE_REPORT_MARKUP_H
#define STANCE_REPORT_MARKUP_H

#include "base/buf.h"

/* Running text. Words with '@' stand as code, where hosts do not mention. */
void markdown_text(struct buf *out, struct str raw);
/* A code span; also safe in a table cell. */
void markdown_code(struct buf *out, struct str raw);

#endif

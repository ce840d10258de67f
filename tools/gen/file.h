/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of the generators: read whole, and written only when the content changed, so that a
 * generator that ran again does not rebuild what depends on it.
 */
#ifndef STANCE_TOOLS_GEN_FILE_H
#define STANCE_TOOLS_GEN_FILE_H

#include "base/buf.h"
#include "base/diag.h"

int file_read(const char *path, struct buf *ret, struct diag *d) MUST_CHECK;
int file_write(const char *path, struct str text, struct diag *d) MUST_CHECK;
/* Print "file:line:column: error: text" and the remedy on standard error. */
void file_complain(const struct diag *d);

#endif

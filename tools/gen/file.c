/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how generators read their input and when they touch their output. */
#include <errno.h>

#include "file.h"

int file_read(const char *path, struct buf *ret, struct diag *d)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return diag_errno(d, "cannot open %s", path);
    buf_clear(ret);
    for (char *p; (p = buf_room(ret, 1 << 16));) {
        size_t got = fread(p, 1, 1 << 16, f);
        if (!got)
            break;
        ret->n += got;
    }
    int rc = ferror(f) ? diag_errno(d, "cannot read %s", path) : buf_result(ret);
    fclose(f);
    return rc;
}

static bool file_holds(const char *path, struct str text)
{
    AUTO(buf) old = BUF_INIT;
    return file_read(path, &old, NULL) == OK && str_eq(buf_str(&old), text);
}

int file_write(const char *path, struct str text, struct diag *d)
{
    if (file_holds(path, text))
        return OK;
    FILE *f = fopen(path, "wb");
    if (!f)
        return diag_errno(d, "cannot write %s", path);
    bool bad = fwrite(text.p, 1, text.n, f) != text.n;
    int rc = fclose(f) || bad ? diag_errno(d, "cannot write %s", path) : OK;
    return rc;
}

void file_complain(const struct diag *d)
{
    if (d->file[0])
        fprintf(stderr, "%s:", d->file);
    if (d->line)
        fprintf(stderr, "%u:%u:", d->line, d->column);
    fprintf(stderr, " error: %s\n", d->text);
    if (d->hint[0])
        fprintf(stderr, "  %s\n", d->hint);
}

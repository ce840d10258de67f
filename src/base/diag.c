/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what of a failure's explanation is kept: the newest message, the first place and hint. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"

/* Where to cut text of `n` bytes so that no UTF-8 sequence ends in the middle. */
static size_t cut_point(const char *text, size_t n)
{
    size_t lead = n;

    for (size_t back = 0; lead > 0 && back < 4; back++) {
        unsigned char c = (unsigned char)text[--lead];
        if ((c & 0xc0) == 0x80)
            continue;
        size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
        return n - lead < need ? lead : n;
    }
    return n;
}

static void set_text(char *out, size_t size, const char *text)
{
    size_t n = strnlen(text, size);

    if (n == size)
        n = cut_point(text, size - 1);
    memcpy(out, text, n);
    out[n] = '\0';
}

static void PRINTF_LIKE(3, 0) set_fmt(char *out, size_t size, const char *fmt, va_list ap)
{
    int n = vsnprintf(out, size, fmt, ap);

    if (n < 0)
        out[0] = '\0';
    else if ((size_t)n >= size)
        out[cut_point(out, size - 1)] = '\0';
}

/* The old message may be an argument of the new one, so the new one is made beside it. */
static void replace(struct diag *d, int code, const char *text)
{
    diag_clear(d);
    d->code = code;
    set_text(d->text, sizeof d->text, text);
}

int diag_set(struct diag *d, int code, const char *fmt, ...)
{
    char text[sizeof d->text];
    va_list ap;

    if (!d)
        return code;
    va_start(ap, fmt);
    set_fmt(text, sizeof text, fmt, ap);
    va_end(ap);
    replace(d, code, text);
    return code;
}

int diag_errno(struct diag *d, const char *fmt, ...)
{
    int saved = errno, code = err_from_errno(saved);
    char text[sizeof d->text], words[128];
    va_list ap;

    if (!d)
        return code;
    va_start(ap, fmt);
    set_fmt(text, sizeof text, fmt, ap);
    va_end(ap);
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n, ": %s", strerror_r(saved, words, sizeof words));
    replace(d, code, text);
    errno = saved;
    return code;
}

void diag_at(struct diag *d, const char *file, unsigned line, unsigned column)
{
    if (!d)
        return;
    if (file && !d->file[0])
        set_text(d->file, sizeof d->file, file);
    if (!d->line) {
        d->line = line;
        d->column = column;
    }
}

void diag_hint(struct diag *d, const char *fmt, ...)
{
    va_list ap;

    if (!d || d->hint[0])
        return;
    va_start(ap, fmt);
    set_fmt(d->hint, sizeof d->hint, fmt, ap);
    va_end(ap);
}

void diag_clear(struct diag *d)
{
    if (d)
        memset(d, 0, sizeof *d);
}

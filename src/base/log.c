/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether and how a developer's message reaches standard error. */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/log.h"

static _Atomic int current_level = LOG_ERROR;

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&current_level, (int)level, memory_order_relaxed);
}

enum log_level log_get_level(void)
{
    return (enum log_level)atomic_load_explicit(&current_level, memory_order_relaxed);
}

void log_at(enum log_level level, const char *fmt, ...)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    char text[2048];
    va_list ap;

    if (level > log_get_level() || (size_t)level >= ARRAY_LEN(names))
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    /* One call, so that lines of two threads do not mix. */
    fprintf(stderr, "stance: %s: %s\n", names[level], text);
}

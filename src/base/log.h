/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diagnostics for developers on standard error, off unless STANCE_LOG=debug or --log is given.
 * Library code may call only log_debug; commands print what users read themselves. Text is passed
 * through as given: callers never log scanned content.
 */
#ifndef STANCE_BASE_LOG_H
#define STANCE_BASE_LOG_H

#include "base/compiler.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
enum log_level log_get_level(void);
void log_at(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
#define log_debug(...) (log_get_level() >= LOG_DEBUG ? log_at(LOG_DEBUG, __VA_ARGS__) : (void)0)

#endif

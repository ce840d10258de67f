/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiler vocabulary used in every file: attributes, cleanup, checked arithmetic.
 *
 * AUTO(type) declares a local that is released when it leaves scope. `type` names a struct that
 * has `type_done(struct type *)`, which must accept a zeroed object:
 *
 *     AUTO(buf) out = BUF_INIT;
 */
#ifndef STANCE_BASE_COMPILER_H
#define STANCE_BASE_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define UNUSED            __attribute__((unused))
#define CLEANUP(fn)       __attribute__((cleanup(fn)))
#define AUTO(type)        CLEANUP(type##_done) struct type
#define ARRAY_LEN(a)      (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)         ((a) < (b) ? (a) : (b))
#define MAX(a, b)         ((a) > (b) ? (a) : (b))

/* Checked size arithmetic: true when the result does not fit. */
#define size_add_overflow(a, b, ret) __builtin_add_overflow((size_t)(a), (size_t)(b), (ret))
#define size_mul_overflow(a, b, ret) __builtin_mul_overflow((size_t)(a), (size_t)(b), (ret))

#include "base/banned.h"

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct str: a borrowed slice of bytes, passed by value. It may hold NUL and invalid UTF-8; it is
 * not NUL-terminated. p may be NULL only when n is 0. The bytes belong to somebody else (an arena,
 * a buf, a literal) and must outlive the slice.
 *
 *     struct str line = STR("name = value"), key, value;
 *     if (str_cut(line, '=', &key, &value))
 *         use(str_trim(key), str_trim(value));
 *
 * printf: printf(STR_FMT, STR_ARG(s)).
 */
#ifndef STANCE_BASE_STR_H
#define STANCE_BASE_STR_H

#include "base/compiler.h"

struct str {
    const char *p;
    size_t n;
};

#define STR(lit)   ((struct str){"" lit, sizeof(lit) - 1})
#define STR_NULL   ((struct str){NULL, 0})
#define STR_FMT    "%.*s"
#define STR_ARG(s) (int)((s).n > 0x7fffffff ? 0x7fffffff : (s).n), (s).n ? (s).p : ""

/* Slice of a NUL-terminated string; NULL gives STR_NULL. */
static inline struct str str_z(const char *z)
{
    return z ? (struct str){z, __builtin_strlen(z)} : STR_NULL;
}

static inline struct str str_n(const void *p, size_t n)
{
    return (struct str){(const char *)p, n};
}

/* Part [from, to), both clamped to s.n. */
static inline struct str str_sub(struct str s, size_t from, size_t to)
{
    to = to < s.n ? to : s.n;
    from = from < to ? from : to;
    return s.p ? (struct str){s.p + from, to - from} : STR_NULL;
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || __builtin_memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_eq_z(struct str a, const char *z)
{
    return (!a.n || a.p[0] == *z) && str_eq(a, str_z(z));
}

static inline bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

static inline bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, s.n), suffix);
}

bool str_eq_nocase(struct str a, struct str b); /* ASCII case only */
int str_cmp(struct str a, struct str b);        /* unsigned bytes, a prefix first: a total order */
int str_cmp_z(struct str a, const char *z);     /* the same; z is not measured first */
bool str_has(struct str s, struct str part);

/* Offset of the first match at or after `from`, or SIZE_MAX. */
size_t str_find(struct str s, struct str part, size_t from);
size_t str_chr(struct str s, char c, size_t from);
size_t str_rchr(struct str s, char c);

/* Split at the first `sep`; false (and *ret_head = s, *ret_tail empty) when there is none. */
bool str_cut(struct str s, char sep, struct str *ret_head, struct str *ret_tail);
/* Take the next line (without its end, CRLF and LF) off *rest; false at the end. */
bool str_line(struct str *rest, struct str *ret_line);
/* Take the next `sep`-separated field off *rest; false at the end. "a,,b" has three fields, "a,"
 * has two, "" has one, and STR_NULL (which *rest becomes at the end) has none. */
bool str_field(struct str *rest, char sep, struct str *ret_field);
struct str str_trim(struct str s); /* ASCII white space at both ends */

/* Decimal number filling the whole slice; E_PARSE or E_LIMIT (does not fit) otherwise. */
int str_to_i64(struct str s, int64_t *ret) MUST_CHECK;
int str_to_u64(struct str s, uint64_t *ret) MUST_CHECK;

/* True when the bytes are valid UTF-8 (no surrogates, no overlong forms, up to U+10FFFF). */
bool str_is_utf8(struct str s);
/* Decode one code point at *pos, which moves on; an invalid byte gives U+FFFD and moves by
 * one; at the end 0, and *pos stays. */
uint32_t str_rune(struct str s, size_t *pos);
/* Encode one code point into out[4]; number of bytes (invalid code points become U+FFFD). */
size_t rune_encode(uint32_t rune, char out[4]);

/* 64-bit hash for tables (XXH3 with seed); never stored or shown. */
uint64_t str_hash(struct str s, uint64_t seed);

#endif

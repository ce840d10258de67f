/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inner loops over text inside strings, eight bytes at a time. Internal to this folder.
 *
 *     while ((p = skip_plain(p, end)) < end && (unsigned char)*p >= 0x80)
 *         p += utf8_sequence(p, end);      0: not UTF-8
 */
#ifndef STANCE_FORMATS_TEXT_SCAN_H
#define STANCE_FORMATS_TEXT_SCAN_H

#include "base/compiler.h"

/* Eight bytes at a time: the top bit of each byte that may not stand in a plain run. */
static inline uint64_t special_bytes(uint64_t x)
{
    const uint64_t ones = 0x0101010101010101, tops = ones << 7;
    uint64_t quote = x ^ ones * '"', back = x ^ ones * '\\';

    return (((quote - ones) & ~quote) | ((back - ones) & ~back) | ((x - ones * 0x20) & ~x) | x) &
           tops;
}

static inline bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* First byte at or after p that is a quote, a backslash, a control or not ASCII. */
static inline const char *skip_plain(const char *p, const char *end)
{
    uint64_t x;

    while (end - p >= 8) {
        memcpy(&x, p, sizeof(x));
        uint64_t hit = special_bytes(x);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        if (hit) /* the lowest hit is exact, those above it may be borrows */
            return p + __builtin_ctzll(hit) / 8;
#else
        if (hit)
            break;
#endif
        p += 8;
    }
    while (p < end && is_plain((unsigned char)*p))
        p++;
    return p;
}

static inline bool between(unsigned char c, unsigned low, unsigned high)
{
    return c >= low && c <= high;
}

/* Bytes of the well-formed UTF-8 sequence at p (Unicode 15, table 3-7), 0 when it is not one. */
static inline size_t utf8_sequence(const char *p, const char *end)
{
    const unsigned char *s = (const unsigned char *)p;
    size_t n = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

    unsigned low = s[0] == 0xe0 ? 0xa0 : 0x80, high = s[0] == 0xed ? 0x9f : 0xbf;

    if (!n || (size_t)(end - p) < n)
        return 0;
    if (s[0] == 0xf0)
        low = 0x90;
    if (s[0] == 0xf4)
        high = 0x8f;
    if (!between(s[1], low, high))
        return 0;
    for (size_t i = 2; i < n; i++)
        if (!between(s[i], 0x80, 0xbf))
            return 0;
    return n;
}

#endif

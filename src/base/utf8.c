/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what is valid UTF-8 (RFC 3629): the code points of str.h. */
#include <string.h>

#include "base/str.h"

#define REPLACEMENT 0xFFFDu

/* Length of the well-formed sequence at p, 0 when there is none; *ret_rune its code point. */
static size_t decode(const unsigned char *p, size_t n, uint32_t *ret_rune)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t rune = p[0];
    size_t len = rune < 0x80 ? 1 : rune < 0xc2 ? 0 : rune < 0xe0 ? 2 : rune < 0xf0 ? 3 : 4;

    if (!len || len > n || rune > 0xf4)
        return 0;
    if (len > 1)
        rune &= 0x7fu >> len;
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        rune = rune << 6 | (p[i] & 0x3f);
    }
    if (rune < smallest[len] || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
        return 0;
    *ret_rune = rune;
    return len;
}

bool str_is_utf8(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    uint32_t rune;

    for (size_t i = 0; i < s.n;) {
        uint64_t eight;
        if (s.n - i >= sizeof eight) {
            memcpy(&eight, p + i, sizeof eight);
            if (!(eight & 0x8080808080808080u)) {
                i += sizeof eight;
                continue;
            }
        }
        size_t len = decode(p + i, s.n - i, &rune);
        if (!len)
            return false;
        i += len;
    }
    return true;
}

uint32_t str_rune(struct str s, size_t *pos)
{
    uint32_t rune = REPLACEMENT;
    size_t len;

    if (*pos >= s.n)
        return 0;
    len = decode((const unsigned char *)s.p + *pos, s.n - *pos, &rune);
    *pos += len ? len : 1;
    return rune;
}

size_t rune_encode(uint32_t rune, char out[4])
{
    if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
        rune = REPLACEMENT;
    size_t len = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    if (len == 1) {
        out[0] = (char)rune;
        return 1;
    }
    for (size_t i = len; i-- > 1; rune >>= 6)
        out[i] = (char)(0x80 | (rune & 0x3f));
    out[0] = (char)((0xf00u >> len & 0xff) | rune);
    return len;
}

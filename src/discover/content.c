/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether content is text, in which encoding, or binary. */
#include "discover/content.h"

/* Formats that begin like text, or whose first bytes have too few odd ones to tell. */
static const struct {
    uint16_t at, n;
    const char *bytes;
} magics[] = {
    {0, 4, "PK\3\4"},
    {0, 4, "PK\5\6"},
    {0, 2, "\x1f\x8b"},
    {0, 3, "BZh"},
    {0, 6,
     "\xfd"
     "7zXZ\0"},
    {0, 4, "\x28\xb5\x2f\xfd"},
    {0, 6, "7z\xbc\xaf\x27\x1c"},
    {257, 5, "ustar"},
    {0, 4,
     "\x7f"
     "ELF"},
    {0, 4, "GGUF"},
    {0, 8, "\x89PNG\r\n\x1a\n"},
    {0, 3, "\xff\xd8\xff"},
    {0, 4, "GIF8"},
    {0, 4, "RIFF"},
    {0, 4, "OggS"},
    {0, 4, "\0asm"},
    {0, 4, "\xca\xfe\xba\xbe"},
    {0, 4, "wOFF"},
    {0, 4, "wOF2"},
    {0, 4, "\0\1\0\0"},
    {0, 16, "SQLite format 3"},
    {0, 4, "\x93NUM"},
    {0, 8, "\x89HDF\r\n\x1a\n"},
    {0, 4, "PAR1"},
};

static bool has_magic(struct str head)
{
    for (size_t i = 0; i < ARRAY_LEN(magics); i++)
        if (head.n >= (size_t)magics[i].at + magics[i].n &&
            !memcmp(head.p + magics[i].at, magics[i].bytes, magics[i].n))
            return true;
    return false;
}

/* Safetensors: the length of a header, then a JSON object; weights of any size follow. */
static bool is_safetensors(struct str head)
{
    uint64_t n = 0;
    if (head.n < 10 || head.p[8] != '{' || (head.p[9] != '"' && head.p[9] != ' '))
        return false;
    for (unsigned i = 8; i-- > 0;)
        n = n << 8 | (unsigned char)head.p[i];
    return n < (UINT64_C(1) << 32);
}

static bool is_control(unsigned char c)
{
    return (c < 0x20 && !(c >= '\b' && c <= '\r') && c != 0x1b) || c == 0x7f;
}

/* Two of five bytes are zero, and nearly all of them stand where the high half of ASCII does. */
static bool is_utf16(struct str head, bool big)
{
    size_t high = 0, low = 0, units = head.n / 2;
    for (size_t i = 0; i + 1 < head.n; i += 2) {
        high += !head.p[i + !big];
        low += !head.p[i + big] || is_control((unsigned char)head.p[i + big]);
    }
    return units >= 4 && high * 10 >= units * 8 && low * 20 <= units;
}

#define BLOCK 64

/* Printable ASCII and white space only, as most texts have. For the vectoriser. */
static bool is_plain(const char *block)
{
    const unsigned char *p = (const unsigned char *)block;
    unsigned char odd = 0;
    for (size_t k = 0; k < BLOCK; k++) {
        unsigned char blank = (unsigned char)(p[k] - 8) > 5;
        odd |= blank & ((unsigned char)(p[k] - 32) > 94);
    }
    return !odd;
}

static bool is_odd(struct str head, size_t *pos)
{
    unsigned char c = (unsigned char)head.p[*pos];
    size_t from = *pos;
    if (c < 0x80) {
        ++*pos;
        return is_control(c);
    }
    bool bad = str_rune(head, pos) == 0xfffd && *pos == from + 1;
    return bad && head.n - from > 3; /* a character may be cut off at the end */
}

/* Bytes that no text has, or few: controls, and what is no UTF-8. */
static size_t odd_bytes(struct str head)
{
    size_t odd = 0, pos = 0;
    while (pos < head.n) {
        size_t end = MIN(pos + BLOCK, head.n);
        if (end == pos + BLOCK && is_plain(head.p + pos))
            pos = end;
        while (pos < end)
            odd += is_odd(head, &pos);
    }
    return odd;
}

enum content content_of(struct str head)
{
    if (head.n >= 4 && !memcmp(head.p, "\xff\xfe\0\0", 4))
        return CONTENT_BINARY; /* UTF-32: is not read, and counted as such */
    if (head.n >= 2 && !memcmp(head.p, "\xff\xfe", 2))
        return CONTENT_UTF16_LITTLE;
    if (head.n >= 2 && !memcmp(head.p, "\xfe\xff", 2))
        return CONTENT_UTF16_BIG;
    if (has_magic(head) || is_safetensors(head))
        return CONTENT_BINARY;
    size_t odd = odd_bytes(head);
    if (!odd)
        return CONTENT_TEXT;
    if (is_utf16(head, false))
        return CONTENT_UTF16_LITTLE;
    if (is_utf16(head, true))
        return CONTENT_UTF16_BIG;
    /* Texts in an old encoding of single bytes have some; random bytes have two thirds. */
    return odd * 5 > head.n ? CONTENT_BINARY : CONTENT_TEXT;
}

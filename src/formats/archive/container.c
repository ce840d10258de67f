/* SPDX-License-Identifier: Apache-2.0 */
/* Decides by its first bytes whether a file holds other files, and in which format. */
#include "formats/archive/container.h"

#include "base/path.h"

const char *const CONTAINER_NAMES[] = {"", "zip", "7z", "tar", "gzip", "bzip2", "xz", "zstd"};

static const struct magic {
    struct str bytes;
    enum container kind;
} MAGICS[] = {
    {{"PK\3\4", 4}, CONTAINER_ZIP},
    {{"PK\5\6", 4}, CONTAINER_ZIP},        /* without members */
    {{"PK\7\10PK\3\4", 8}, CONTAINER_ZIP}, /* one part of one */
    {{"PK00PK\3\4", 8}, CONTAINER_ZIP},
    {{"7z\xbc\xaf\x27\x1c", 6}, CONTAINER_7ZIP},
    {{"\x1f\x8b\x08", 3}, CONTAINER_GZIP},
    {{"\xfd"
      "7zXZ\0",
      6},
     CONTAINER_XZ},
    {{"\x28\xb5\x2f\xfd", 4}, CONTAINER_ZSTD},
};

/* "BZh", a block size, then the digits of pi that start a block, or of its root that end a file. */
static bool is_bzip2(struct str head)
{
    return head.n >= 10 && str_starts(head, STR("BZh")) && head.p[3] >= '1' && head.p[3] <= '9' &&
           (!memcmp(head.p + 4, "1AY&SY", 6) || !memcmp(head.p + 4, "\x17\x72\x45\x38\x50\x90", 6));
}

/* RFC 8878, 3.1.2: a frame to be skipped may stand first; pzstd writes one of four bytes. */
static bool is_skippable_zstd(struct str head)
{
    if (head.n < 16 || ((unsigned char)head.p[0] & 0xf0) != 0x50 ||
        memcmp(head.p + 1, "\x2a\x4d\x18", 3))
        return false;
    return !memcmp(head.p + 4, "\4\0\0\0", 4) && !memcmp(head.p + 12, "\x28\xb5\x2f\xfd", 4);
}

#define TAR_SUM_AT 148u
#define TAR_SUM_N  8u

/* Octal digits between blanks and NULs; -1 when there is something else, or nothing. */
static int64_t octal(const char *p, size_t n)
{
    int64_t v = -1;
    size_t i = 0;
    while (i < n && (p[i] == ' ' || !p[i]))
        i++;
    for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
        v = (v < 0 ? 0 : v) * 8 + (p[i] - '0');
    for (; i < n; i++)
        if (p[i] != ' ' && p[i])
            return -1;
    return v;
}

/* The sum over its bytes is what makes a header one, with or without the word "ustar". Some old
 * writers took the bytes as signed. */
static bool is_tar(struct str head)
{
    if (head.n < CONTAINER_HEAD || !head.p[0])
        return false;
    int64_t said = octal(head.p + TAR_SUM_AT, TAR_SUM_N), plain = 0, with_sign = 0;
    for (size_t i = 0; said >= 0 && i < CONTAINER_HEAD; i++) {
        bool sum = i >= TAR_SUM_AT && i < TAR_SUM_AT + TAR_SUM_N;
        plain += sum ? ' ' : (unsigned char)head.p[i];
        with_sign += sum ? ' ' : (signed char)head.p[i];
    }
    return said >= 0 && (said == plain || said == with_sign);
}

enum container container_kind(struct str head)
{
    for (size_t i = 0; i < ARRAY_LEN(MAGICS); i++)
        if (str_starts(head, MAGICS[i].bytes))
            return MAGICS[i].kind;
    if (is_bzip2(head))
        return CONTAINER_BZIP2;
    if (is_skippable_zstd(head))
        return CONTAINER_ZSTD;
    return is_tar(head) ? CONTAINER_TAR : CONTAINER_NONE;
}

bool container_may_be_tail(struct str head)
{
    return str_starts(head, STR("#!")) || str_starts(head, STR("MZ")) ||
           str_starts(head, STR("\177ELF")) || str_starts(head, STR("Cr24"));
}

enum container container_of_tail(struct str tail)
{
    bool end = tail.n == CONTAINER_TAIL && str_starts(tail, STR("PK\5\6"));
    return end ? CONTAINER_ZIP : CONTAINER_NONE;
}

/* --- names -------------------------------------------------------------------------------- */

enum container container_named(struct str path)
{
    static const struct {
        char ext[8]; /* filled up with NUL */
        enum container kind;
    } rows[] = {
        {"zip", CONTAINER_ZIP},   {"whl", CONTAINER_ZIP},    {"jar", CONTAINER_ZIP},
        {"pyz", CONTAINER_ZIP},   {"nupkg", CONTAINER_ZIP},  {"vsix", CONTAINER_ZIP},
        {"xpi", CONTAINER_ZIP},   {"apk", CONTAINER_ZIP},    {"aar", CONTAINER_ZIP},
        {"crx", CONTAINER_ZIP},   {"7z", CONTAINER_7ZIP},    {"tar", CONTAINER_TAR},
        {"gz", CONTAINER_GZIP},   {"tgz", CONTAINER_GZIP},   {"bz2", CONTAINER_BZIP2},
        {"tbz", CONTAINER_BZIP2}, {"tbz2", CONTAINER_BZIP2}, {"xz", CONTAINER_XZ},
        {"txz", CONTAINER_XZ},    {"zst", CONTAINER_ZSTD},   {"tzst", CONTAINER_ZSTD},
    };
    struct str ext = path_ext(path);
    char key[sizeof(rows[0].ext)] = {0};
    for (size_t i = 0; i < ext.n; i++) {
        if (i == sizeof(key) - 1 || !ext.p[i])
            return CONTAINER_NONE;
        key[i] = ext.p[i] >= 'A' && ext.p[i] <= 'Z' ? (char)(ext.p[i] + 32) : ext.p[i];
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (!memcmp(key, rows[i].ext, sizeof(key)))
            return rows[i].kind;
    return CONTAINER_NONE;
}

enum container container_of_named_tail(struct str tail)
{
    for (size_t i = tail.n; i-- > 0;) {
        struct str end = str_sub(tail, i, tail.n);
        if (end.n < CONTAINER_TAIL || !str_starts(end, STR("PK\5\6")))
            continue;
        size_t words = (unsigned char)end.p[20] | (size_t)(unsigned char)end.p[21] << 8;
        if (words == end.n - CONTAINER_TAIL)
            return CONTAINER_ZIP;
    }
    return CONTAINER_NONE;
}

bool container_is_blank(struct str head)
{
    for (size_t i = 0; i < head.n; i++)
        if (head.p[i])
            return false;
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how names of git objects are read, written and compared. */
#include <string.h>

#include "formats/git/id.h"

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct git_id_hex git_id_hex(const struct git_id *id)
{
    static const char digits[] = "0123456789abcdef";
    struct git_id_hex hex;
    for (size_t i = 0; i < GIT_ID_BYTES; i++) {
        hex.z[2 * i] = digits[id->b[i] >> 4];
        hex.z[2 * i + 1] = digits[id->b[i] & 15];
    }
    hex.z[GIT_ID_HEX] = 0;
    return hex;
}

bool git_id_parse_prefix(struct str hex, struct git_id *ret)
{
    struct git_id id = {{0}};
    if (!hex.n || hex.n > GIT_ID_HEX)
        return false;
    for (size_t i = 0; i < hex.n; i++) {
        int digit = digit_of(hex.p[i]);
        if (digit < 0)
            return false;
        id.b[i / 2] |= (unsigned char)(i % 2 ? digit : digit << 4);
    }
    *ret = id;
    return true;
}

bool git_id_parse(struct str hex, struct git_id *ret)
{
    return hex.n == GIT_ID_HEX && git_id_parse_prefix(hex, ret);
}

bool git_id_has_prefix(const struct git_id *id, const struct git_id *prefix, size_t digits)
{
    if (memcmp(id->b, prefix->b, digits / 2))
        return false;
    return !(digits % 2) || id->b[digits / 2] >> 4 == prefix->b[digits / 2] >> 4;
}

int git_id_cmp(const struct git_id *a, const struct git_id *b)
{
    return memcmp(a->b, b->b, GIT_ID_BYTES);
}

bool git_id_eq(const struct git_id *a, const struct git_id *b)
{
    return !git_id_cmp(a, b);
}

struct str git_id_str(const struct git_id *id)
{
    return str_n(id->b, GIT_ID_BYTES);
}

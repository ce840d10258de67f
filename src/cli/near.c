/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how far two words are from each other: small words, so the plain table will do. */
#include "cli/near.h"

#define WORD_BYTES 48

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

size_t near_distance(struct str a, struct str b)
{
    size_t row[WORD_BYTES];

    if (a.n >= ARRAY_LEN(row) || b.n >= ARRAY_LEN(row))
        return SIZE_MAX;
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t up = row[j];
            size_t best = MIN(up, row[j - 1]) + 1;
            row[j] = MIN(best, diagonal + (lower(a.p[i - 1]) != lower(b.p[j - 1])));
            diagonal = up;
        }
    }
    return row[b.n];
}

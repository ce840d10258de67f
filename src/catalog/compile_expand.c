/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the random parts of an example expand to, the same in every run. */
#include "catalog/compile.h"

#include "base/buf.h"

#define MAX_RANDOM 4096

static const struct {
    const char *name, *alphabet;
} CLASSES[] = {
    {"word", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"},
    {"alnum", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"},
    {"upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    {"lower", "abcdefghijklmnopqrstuvwxyz"},
    {"hex", "0123456789abcdef"},
    {"digit", "0123456789"},
    {"base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"},
    {"base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"},
};

/* Sebastiano Vigna's splitmix64. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void add_random(struct buf *out, const char *alphabet, uint64_t n, uint64_t *state)
{
    size_t size = strlen(alphabet);

    for (uint64_t i = 0; i < n;) {
        char c = alphabet[next_random(state) % size];
        bool third = i >= 2 && out->n >= 2 && out->p[out->n - 1] == c && out->p[out->n - 2] == c;
        if (third)
            continue;
        buf_addc(out, c);
        i++;
    }
}

/* One "class:n" between braces. */
static int add_part(struct buf *out, struct str part, uint64_t *state, struct diag *d)
{
    struct str name, count;
    uint64_t n;

    if (!str_cut(part, ':', &name, &count) || str_to_u64(count, &n) || n > MAX_RANDOM)
        return diag_set(d, E_PARSE, "'{" STR_FMT "}' is not {class:n}", STR_ARG(part));
    for (size_t i = 0; i < ARRAY_LEN(CLASSES); i++) {
        if (str_eq_z(name, CLASSES[i].name)) {
            add_random(out, CLASSES[i].alphabet, n, state);
            return OK;
        }
    }
    return diag_set(d, E_PARSE, "there is no class '" STR_FMT "'", STR_ARG(name));
}

int catalog_expand(struct str text, struct buf *out, struct diag *d)
{
    uint64_t state = text.n;

    for (size_t i = 0; i < text.n; i++)
        state = state * 31 + (unsigned char)text.p[i];
    for (size_t i = 0; i < text.n;) {
        if (text.p[i] != '{') {
            buf_addc(out, text.p[i++]);
            continue;
        }
        if (i + 1 < text.n && text.p[i + 1] == '{') {
            buf_addc(out, '{');
            i += 2;
            continue;
        }
        size_t end = str_chr(text, '}', i);
        if (end == SIZE_MAX)
            return diag_set(d, E_PARSE, "'{' without '}'");
        int rc = add_part(out, str_sub(text, i + 1, end), &state, d);
        if (rc)
            return rc;
        i = end + 1;
    }
    return buf_result(out);
}

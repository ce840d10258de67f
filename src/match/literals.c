/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which of a few literals occur in a text. */
#include "match/literals.h"
#include "base/mem.h"

#define PAIRS 65536u

struct literals {
    struct str *texts;
    int *next;        /* the literal after it that begins alike, or -1 */
    int first[PAIRS]; /* of a pair of bytes, or -1 */
};

static unsigned pair(const char *p)
{
    return (unsigned)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

struct literals *literals_free(struct literals *l)
{
    if (!l)
        return NULL;
    mem_free(l->texts);
    mem_free(l->next);
    mem_free(l);
    return NULL;
}

int literals_new(const struct str *texts, size_t n, struct literals **ret, struct diag *d)
{
    struct literals *l = mem_alloc(sizeof(*l));

    if (l) {
        l->texts = mem_array(NULL, n + 1, sizeof(*l->texts));
        l->next = mem_array(NULL, n + 1, sizeof(*l->next));
    }
    if (!l || !l->texts || !l->next) {
        literals_free(l);
        return diag_set(d, E_NOMEM, "no memory for literals");
    }
    for (size_t i = 0; i < PAIRS; i++)
        l->first[i] = -1;
    /* From behind, so that those that begin alike are tried in their order. */
    for (size_t i = n; i-- > 0;) {
        l->texts[i] = texts[i];
        if (texts[i].n < 2) {
            literals_free(l);
            return diag_set(d, E_USAGE, "a literal has two bytes at least");
        }
        l->next[i] = l->first[pair(texts[i].p)];
        l->first[pair(texts[i].p)] = (int)i;
    }
    *ret = l;
    return OK;
}

int literals_scan(const struct literals *l, struct str text, prefilter_fn fn, void *ctx)
{
    for (size_t at = 0; at + 1 < text.n; at++)
        for (int i = l->first[pair(text.p + at)]; i >= 0; i = l->next[i]) {
            struct str literal = l->texts[i];
            if (literal.n > text.n - at || memcmp(text.p + at, literal.p, literal.n))
                continue;
            int rc = fn(ctx, (unsigned)i, at + literal.n);
            if (rc)
                return rc;
        }
    return OK;
}

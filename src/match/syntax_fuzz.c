/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any text breaks a grammar, a query or their budgets. The first byte chooses the
 * language: 'a' is the first of SYNTAX_LANGUAGES. */
#include "match/syntax.h"

static void check(bool ok)
{
    if (!ok)
        abort();
}

struct seen {
    struct str text;
    size_t matches;
};

static int check_match(void *ctx, const struct syntax_match *m)
{
    struct seen *seen = ctx;
    seen->matches++;
    for (size_t i = 0; i < m->n; i++) {
        const struct syntax_capture *c = &m->v[i];
        check(c->name < SYNTAX_NAME_COUNT);
        check(c->offset <= seen->text.n && c->text.n <= seen->text.n - c->offset);
        check(c->text.p == seen->text.p + c->offset);
    }
    return 0;
}

static int read_once(struct syntax *s, const struct syntax_language *l, struct seen *seen)
{
    int rc = syntax_parse(s, l, seen->text, 0);
    if (!rc)
        rc = syntax_query(s, check_match, seen);
    check(rc == OK || rc == E_LIMIT);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct syntax *s; /* as in a worker: one for all texts */
    struct diag d = {0};
    if (!size || (!s && syntax_new((size_t)64 << 20, &s, &d)))
        return 0;
    int language = data[0] - 'a';
    if (language < 0 || language >= SYNTAX_LANGUAGE_COUNT)
        return 0;
    struct seen a = {str_n(data + 1, size - 1), 0}, b = a;
    int rc = read_once(s, &SYNTAX_LANGUAGES[language], &a);
    uint64_t steps = syntax_steps(s);
    check(rc == read_once(s, &SYNTAX_LANGUAGES[language], &b));
    check(a.matches == b.matches && steps == syntax_steps(s));
    syntax_clear(s);
    return 0;
}

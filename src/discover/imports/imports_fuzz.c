/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any text breaks the readers of imports. The first byte chooses the language ('a'
 * is the first of SYNTAX_LANGUAGES), the second the size of windows. */
#include "discover/imports/imports.h"

static void check(bool ok)
{
    if (!ok)
        abort();
}

static size_t of_tokens(const struct syntax_language *l, struct str text, size_t window)
{
    AUTO(imports) im;
    imports_begin(&im, &CATALOG, l);
    for (struct str rest = text; rest.n; rest = str_sub(rest, window, rest.n))
        imports_of_tokens(&im, l, str_sub(rest, 0, window));
    check(!imports_end(&im));
    vec_each (f, &im.found)
        check(f->offset < text.n && f->line && f->column);
    return im.found.n;
}

static void of_tree(const struct syntax_language *l, struct syntax *s, struct str text, size_t last)
{
    AUTO(imports) im;
    imports_begin(&im, &CATALOG, l);
    int rc = imports_of_tree(&im, s, l, text, last);
    check(!rc || rc == E_LIMIT);
    vec_each (f, &im.found)
        check(f->offset < text.n && f->statement.n <= text.n - f->offset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct syntax *s;
    struct diag d = {0};
    if (size < 3 || data[0] < 'a' || data[0] - 'a' >= SYNTAX_LANGUAGE_COUNT)
        return 0;
    if (!s && syntax_new((size_t)64 << 20, &s, &d))
        return 0;
    const struct syntax_language *l = &SYNTAX_LANGUAGES[data[0] - 'a'];
    struct str text = str_n(data + 2, size - 2);
    check(of_tokens(l, text, text.n) == of_tokens(l, text, data[1] + (size_t)1));
    of_tree(l, s, text, 0);
    of_tree(l, s, text, data[1]);
    const char *language = import_language(l);
    for (size_t i = 0; language && i + 4 < text.n && i < 200; i++)
        (void)import_near(&CATALOG, language, text, i, i + 4);
    return 0;
}

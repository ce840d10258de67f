/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether and where a pattern matches, at a bounded cost. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"
#include "match/regex.h"

/* Enough for every pattern of the catalogue on a 4 KiB window, and about 10 ms at the worst. */
#define MATCH_LIMIT    200000
#define DEPTH_LIMIT    10000
#define HEAP_LIMIT_KIB 4096

struct regex {
    pcre2_general_context *general;
    pcre2_match_context *limits;
    pcre2_code *code;
    pcre2_match_data *data;
};

static void *heap_alloc(size_t n, void *ctx UNUSED)
{
    return mem_alloc(n);
}

static void heap_free(void *p, void *ctx UNUSED)
{
    mem_free(p);
}

struct regex *regex_free(struct regex *r)
{
    if (!r)
        return NULL;
    pcre2_match_data_free(r->data);
    pcre2_code_free(r->code);
    pcre2_match_context_free(r->limits);
    pcre2_general_context_free(r->general);
    mem_free(r);
    return NULL;
}

static int compile(struct regex *r, struct str pattern, struct diag *d)
{
    const uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *ctx = pcre2_compile_context_create(r->general);
    PCRE2_UCHAR text[160] = "";
    PCRE2_SIZE at = 0;
    int code = PCRE2_ERROR_HEAP_FAILED;

    if (ctx)
        r->code = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n, options, &code,
                                &at, ctx);
    pcre2_compile_context_free(ctx);
    if (r->code)
        return OK;
    if (code == PCRE2_ERROR_HEAP_FAILED)
        return diag_set(d, E_NOMEM, "no memory for a pattern");
    pcre2_get_error_message(code, text, sizeof(text));
    return diag_set(d, E_PARSE, "bad pattern at byte %zu: %s", (size_t)at, (char *)text);
}

int regex_new(struct str pattern, struct regex **ret, struct diag *d)
{
    struct regex *r = mem_alloc(sizeof(*r));
    int rc;

    if (!r)
        return diag_set(d, E_NOMEM, "no memory for a pattern");
    r->general = pcre2_general_context_create(heap_alloc, heap_free, NULL);
    r->limits = r->general ? pcre2_match_context_create(r->general) : NULL;
    rc = r->limits ? compile(r, pattern, d) : diag_set(d, E_NOMEM, "no memory for a pattern");
    if (!rc) {
        r->data = pcre2_match_data_create(1, r->general);
        rc = r->data ? OK : diag_set(d, E_NOMEM, "no memory for a pattern");
    }
    if (rc) {
        regex_free(r);
        return rc;
    }
    pcre2_set_match_limit(r->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(r->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(r->limits, HEAP_LIMIT_KIB);
    *ret = r;
    return OK;
}

int regex_match(struct regex *r, struct str text, size_t from, size_t *ret_start, size_t *ret_end)
{
    if (from > text.n)
        return 0;
    int rc = pcre2_match(r->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, from, 0, r->data,
                         r->limits);
    if (rc == PCRE2_ERROR_NOMATCH)
        return 0;
    if (rc == PCRE2_ERROR_NOMEMORY)
        return E_NOMEM;
    if (rc < 0)
        return E_LIMIT;
    const PCRE2_SIZE *span = pcre2_get_ovector_pointer(r->data);
    *ret_start = span[0];
    *ret_end = span[1];
    return 1;
}

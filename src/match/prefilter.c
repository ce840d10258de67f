/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which literals occur in a text, and reports them in one fixed order. */
#include <hs/hs_runtime.h>

#include "base/mem.h"
#include "match/prefilter.h"
#include "match/prefilter_db.h"

/* One call of hs_scan takes at most this much; more goes through a stream. */
#define MAX_BLOCK 0x40000000u

struct prefilter {
    hs_database_t *block, *streaming;
    hs_scratch_t *scratch;
    hs_stream_t *stream; /* opened by the first prefilter_begin */
    /* Ids that end at `end`, collected so that they can be reported in order. */
    unsigned *pending;
    unsigned n_pending, literals;
    uint64_t end;
    prefilter_fn fn;
    void *ctx;
    int stop;    /* what fn answered */
    bool failed; /* the stream cannot go on */
};

static int ignore_match(unsigned id UNUSED, unsigned long long from UNUSED,
                        unsigned long long to UNUSED, unsigned flags UNUSED, void *ctx UNUSED)
{
    return 0;
}

struct prefilter *prefilter_free(struct prefilter *p)
{
    if (!p)
        return NULL;
    if (p->stream)
        (void)hs_close_stream(p->stream, p->scratch, ignore_match, NULL);
    hs_free_scratch(p->scratch);
    hs_free_database(p->block);
    hs_free_database(p->streaming);
    mem_free(p->pending);
    mem_free(p);
    return NULL;
}

static int code_of(hs_error_t e)
{
    switch (e) {
    case HS_SUCCESS: return OK;
    case HS_NOMEM: return E_NOMEM;
    case HS_DB_VERSION_ERROR:
    case HS_DB_PLATFORM_ERROR:
    case HS_ARCH_ERROR: return E_UNSUPPORTED;
    case HS_INVALID:
    case HS_BAD_ALIGN: return E_PARSE;
    default: return E_BUG;
    }
}

static int open_databases(struct prefilter *p, struct str bytes, struct diag *d)
{
    struct prefilter_head head;
    hs_error_t e;

    if (bytes.n < sizeof(head))
        return diag_set(d, E_PARSE, "the literal database is cut off");
    memcpy(&head, bytes.p, sizeof(head));
    if (head.magic != PREFILTER_MAGIC ||
        bytes.n - sizeof(head) != (uint64_t)head.block_bytes + head.stream_bytes)
        return diag_set(d, E_PARSE, "the literal database is damaged");
    p->literals = head.literals;
    bytes = str_sub(bytes, sizeof(head), bytes.n);
    e = hs_deserialize_database(bytes.p, head.block_bytes, &p->block);
    if (!e)
        e = hs_deserialize_database(bytes.p + head.block_bytes, head.stream_bytes, &p->streaming);
    if (!e)
        e = hs_alloc_scratch(p->block, &p->scratch);
    if (!e)
        e = hs_alloc_scratch(p->streaming, &p->scratch);
    return e ? diag_set(d, code_of(e), "the literal database cannot be loaded (library error %d)",
                        e)
             : OK;
}

int prefilter_open(const void *bytes, size_t n, struct prefilter **ret, struct diag *d)
{
    struct prefilter *p = mem_alloc(sizeof(*p));
    int rc;

    if (!p)
        return diag_set(d, E_NOMEM, "no memory for the literal database");
    rc = open_databases(p, (struct str){bytes, n}, d);
    if (!rc) {
        p->pending = mem_array(NULL, p->literals, sizeof(*p->pending));
        rc = p->pending ? OK : diag_set(d, E_NOMEM, "no memory for the literal database");
    }
    if (rc) {
        prefilter_free(p);
        return rc;
    }
    *ret = p;
    return OK;
}

/* Report what ended at p->end. */
static int flush(struct prefilter *p)
{
    for (unsigned i = 0; i < p->n_pending && !p->stop; i++)
        p->stop = p->fn(p->ctx, p->pending[i], p->end);
    p->n_pending = 0;
    return p->stop;
}

static int on_match(unsigned id, unsigned long long from UNUSED, unsigned long long to,
                    unsigned flags UNUSED, void *ctx)
{
    struct prefilter *p = ctx;
    unsigned i;

    if (p->n_pending && p->end != to && flush(p))
        return 1;
    p->end = to;
    if (p->n_pending == p->literals)
        return 0; /* the library repeated itself */
    for (i = p->n_pending++; i && p->pending[i - 1] > id; i--)
        p->pending[i] = p->pending[i - 1];
    p->pending[i] = id;
    return 0;
}

static void start(struct prefilter *p, prefilter_fn fn, void *ctx)
{
    p->fn = fn;
    p->ctx = ctx;
    p->stop = 0;
    p->n_pending = 0;
}

/* The result of a scan that the library answered with `e`. */
static int finish(struct prefilter *p, hs_error_t e)
{
    if (e && e != HS_SCAN_TERMINATED)
        return code_of(e) == E_NOMEM ? E_NOMEM : E_BUG;
    return e ? p->stop : flush(p);
}

static int scan_long(struct prefilter *p, struct str text, prefilter_fn fn, void *ctx)
{
    int rc = prefilter_begin(p);

    for (size_t at = 0; !rc && at < text.n; at += MAX_BLOCK)
        rc = prefilter_feed(p, str_sub(text, at, at + MAX_BLOCK), fn, ctx);
    return rc ? rc : prefilter_end(p, fn, ctx);
}

int prefilter_scan(struct prefilter *p, struct str text, prefilter_fn fn, void *ctx)
{
    if (text.n > MAX_BLOCK)
        return scan_long(p, text, fn, ctx);
    if (!text.n)
        return OK;
    start(p, fn, ctx);
    return finish(p, hs_scan(p->block, text.p, (unsigned)text.n, 0, p->scratch, on_match, p));
}

int prefilter_begin(struct prefilter *p)
{
    hs_error_t e;

    p->failed = false;
    if (p->stream)
        e = hs_reset_stream(p->stream, 0, p->scratch, ignore_match, NULL);
    else
        e = hs_open_stream(p->streaming, 0, &p->stream);
    p->failed = e != HS_SUCCESS;
    return code_of(e);
}

int prefilter_feed(struct prefilter *p, struct str window, prefilter_fn fn, void *ctx)
{
    int rc = OK;

    if (!p->stream || p->failed)
        return E_USAGE;
    while (!rc && window.n) {
        struct str part = str_sub(window, 0, MAX_BLOCK);
        window = str_sub(window, part.n, window.n);
        start(p, fn, ctx);
        rc = finish(
            p, hs_scan_stream(p->stream, part.p, (unsigned)part.n, 0, p->scratch, on_match, p));
    }
    p->failed = rc != OK;
    return rc;
}

int prefilter_end(struct prefilter *p, prefilter_fn fn, void *ctx)
{
    hs_stream_t *stream = p->stream;

    if (!stream || p->failed)
        return E_USAGE;
    p->stream = NULL;
    start(p, fn, ctx);
    return finish(p, hs_close_stream(stream, p->scratch, on_match, p));
}

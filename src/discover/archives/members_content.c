/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how much of a member is unpacked, and what of it is held while detectors look at it. */
#include <sys/stat.h>

#include "discover/archives/members_internal.h"

/* So much of a member is held for detectors that need it whole; texts above are searched only. */
#define HOLD_TEXT ((size_t)16 << 20)

/* A member of unknown size that is larger than what is held. */
#define SIZE_UNKNOWN ((uint64_t)INT64_MAX)

void unpacked_hold(struct unpacked *c, size_t want)
{
    struct buf *b = &c->l->hold;
    while (!c->ended && b->n < want) {
        size_t n = MIN(want - b->n, HOLD_START), got = 0;
        char *to = buf_room(b, n);
        int rc = to ? c->read(c->ctx, to, n, &got, &c->damage)
                    : diag_set(&c->damage, E_NOMEM, "needs more memory than one item may use");
        b->n += rc ? 0 : got;
        if (to)
            buf_cut(b, b->n);
        c->ended = rc || !got;
    }
}

static int keep_more(void *ctx, size_t want, struct str *ret_all)
{
    struct unpacked *c = ctx;
    unpacked_hold(c, want);
    *ret_all = buf_str(&c->l->hold);
    return 0;
}

static int read_more(void *ctx, char *to, size_t n, size_t *ret_got)
{
    struct unpacked *c = ctx;
    size_t got = 0;
    if (!c->ended && c->read(c->ctx, to, n, &got, &c->damage))
        got = 0;
    c->ended = !got;
    *ret_got = got;
    return 0;
}

/* How much of it is unpacked before anybody asks. */
static size_t hold_first(const struct archive_member *m, bool text)
{
    if (m->has_size && !text)
        return 0; /* detectors know it by its head */
    return m->has_size && m->size > HOLD_TEXT ? HOLD_START : HOLD_TEXT;
}

/* Detectors cannot look at what has no size: whether it is of interest stays open. */
static void pass_by(struct unpacked *c, struct str member)
{
    struct item *outer = c->l->m->outer;
    outer->emit->facts.members++;
    outer->emit->facts.binary_members++;
    emit_gap(outer->emit, COVERAGE_NOT_LOOKED, members_place(c->l->m, member),
             "not text, and longer than %zu MiB when unpacked", HOLD_TEXT >> 20);
}

void unpacked_examine(struct unpacked *c, const struct archive_member *m, const struct named *name,
                      bool hidden)
{
    struct level *l = c->l;
    struct item *outer = l->m->outer;
    struct item_stream rest = {
        .keep = keep_more, .read = read_more, .ctx = c, .keep_max = HOLD_START};
    bool text = content_of(str_sub(buf_str(&l->hold), 0, ITEM_HEAD_BYTES)) != CONTENT_BINARY;
    unpacked_hold(c, hold_first(m, text));
    struct item in = {.path = name->own,
                      .member = name->shown,
                      .mode = m->mode ? m->mode : S_IFREG | 0644,
                      .fd = -1,
                      .bytes = buf_str(&l->hold),
                      .hidden = hidden,
                      .arena = &l->scratch};
    if (!c->ended) {
        in.size = m->has_size ? MAX(m->size, in.bytes.n) : SIZE_UNKNOWN;
        in.stream = &rest;
    }
    if (in.stream && !text && !m->has_size) {
        pass_by(c, name->shown);
        return;
    }
    struct limits kept = outer->limits;
    outer->limits.bytes = MIN(kept.bytes, HOLD_TEXT);
    if (detect_inner(outer, &in))
        l->m->stopped = true; /* the item as a whole fails */
    outer->limits = kept;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a worker reads an item: ranges, whole text, documents, and what is said when it
 * fails. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "discover/item.h"
#include "discover/spent.h"
#include "formats/json.h"
#include "formats/toml.h"
#include "formats/yaml.h"

struct place place_item(const struct item *it)
{
    return (struct place){.target = it->target,
                          .path = it->outer.n ? it->outer : it->path,
                          .member = it->member,
                          .offset = -1};
}

/* A known mark for each so many bytes of a text. */
#define MARK_STEP ((size_t)1024)

/* Line and column, counted on from a place before it. */
static struct mark mark_on(struct item_cache *c, struct str text, size_t offset)
{
    struct mark m = text_mark(str_sub(text, c->marked_offset, text.n), offset - c->marked_offset);
    if (m.line == 1)
        m.column += c->mark.column - 1;
    m.line += c->mark.line - 1;
    c->marked_offset = offset;
    return c->mark = m;
}

static void mark_from(struct item_cache *c, size_t offset, struct mark m)
{
    c->marked_offset = offset;
    c->mark = m;
}

/* To the last known mark before `offset`; without memory for them, to the beginning. */
static void mark_back(struct item *it, struct str text, size_t offset)
{
    struct item_cache *c = it->cache;
    mark_from(c, 0, (struct mark){1, 1});
    if (!c->marks && (c->marks = arena_new_n(it->arena, struct mark, text.n / MARK_STEP + 1))) {
        for (size_t i = 0; i <= text.n / MARK_STEP; i++)
            c->marks[i] = mark_on(c, text, i * MARK_STEP);
    }
    if (c->marks)
        mark_from(c, offset / MARK_STEP * MARK_STEP, c->marks[offset / MARK_STEP]);
}

/* Places come mostly in order; a document on one line must not cost its square when they do not. */
static struct mark mark_at(struct item *it, struct str text, size_t offset)
{
    struct item_cache *c = it->cache;
    offset = MIN(offset, text.n);
    if (c->marked != text.p || c->marked_n != text.n) {
        c->marked = text.p;
        c->marked_n = text.n;
        c->marks = NULL;
        mark_from(c, 0, (struct mark){1, 1});
    }
    if (offset < c->marked_offset)
        mark_back(it, text, offset);
    return mark_on(c, text, offset);
}

/*
 * Where a person looks for a node: its value; but a table or list that begins on a later line than
 * its key (YAML) is found by the key.
 */
static size_t start_of(const struct doc *doc, const struct node *n)
{
    bool container = node_is(n, NODE_OBJECT) || node_is(n, NODE_ARRAY);
    bool keyed = n->key_len && n->key_at < n->off && n->off <= doc->text.n;
    if (container && keyed && str_chr(str_sub(doc->text, n->key_at, n->off), '\n', 0) != SIZE_MAX)
        return n->key_at;
    return n->off;
}

struct place place_node(struct item *it, const struct doc *doc, const struct node *n)
{
    struct place p = place_item(it);
    if (!n)
        return p;
    size_t at = start_of(doc, n);
    struct mark m = mark_at(it, doc->text, at);
    AUTO(buf) pointer = BUF_INIT;
    node_pointer(doc, n, &pointer);
    p.line = m.line;
    p.column = m.column;
    p.offset = (int64_t)at + doc->bom;
    p.pointer = buf_result(&pointer) ? STR_NULL : arena_str(it->arena, buf_str(&pointer));
    if (!p.pointer.p)
        emit_fail(it->emit, E_NOMEM); /* without it two places would be one */
    return p;
}

struct place place_pointed(struct item *it, const struct doc *doc, struct place at)
{
    AUTO(buf) pointer = BUF_INIT;
    uint64_t offset = (uint64_t)MAX(at.offset - (int64_t)doc->bom, 0);
    node_pointer(doc, doc_at(doc, offset, NULL), &pointer);
    at.pointer = buf_result(&pointer) ? STR_NULL : arena_str(it->arena, buf_str(&pointer));
    if (!at.pointer.p)
        emit_fail(it->emit, E_NOMEM);
    return at;
}

const struct model_names *item_models(struct item *it)
{
    struct diag d = {0};
    if (it->models && !it->models->catalog && model_names_init(it->models, it->catalog, &d))
        model_names_done(it->models);
    return it->models && it->models->catalog ? it->models : NULL;
}

struct place place_offset(struct item *it, struct str text, size_t offset)
{
    struct place p = place_item(it);
    struct mark m = mark_at(it, text, offset);
    p.line = m.line;
    p.column = m.column;
    p.offset = (int64_t)offset;
    return p;
}

struct place place_window(const struct item *it, const struct scan_window *w, size_t offset)
{
    struct place p = place_item(it);
    struct mark m = text_mark(w->text, offset);
    p.line = w->line + m.line - 1;
    p.column = m.line == 1 ? w->column + m.column - 1 : m.column;
    p.offset = (int64_t)(w->base + offset);
    return p;
}

static size_t copy_at(struct str bytes, uint64_t offset, char *to, size_t n)
{
    struct str part = str_sub(bytes, (size_t)MIN(offset, (uint64_t)bytes.n), bytes.n);
    n = MIN(n, part.n);
    if (n)
        memcpy(to, part.p, n);
    return n;
}

/* Forwards to `offset`, then up to n bytes; fewer at the end. */
static int read_stream(struct item_stream *s, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    size_t got = 0, one = 1;
    if (offset < s->at)
        return E_LIMIT;
    while (got < n && one) {
        bool there = s->at == offset + got;
        size_t want = there ? n - got : (size_t)MIN((uint64_t)n, offset - s->at);
        int rc = s->read(s->ctx, to + got, want, &one);
        if (rc)
            return rc;
        s->at += one;
        got += there ? one : 0;
    }
    *ret_got = got;
    return 0;
}

static int read_memory(struct item *it, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    struct item_stream *s = it->stream;
    size_t more = 0;
    int rc = 0;
    if (s && !s->at && it->bytes.n < MIN(offset + n, (uint64_t)s->keep_max))
        rc = s->keep(s->ctx, (size_t)MIN(offset + n, (uint64_t)s->keep_max), &it->bytes);
    size_t got = copy_at(it->bytes, offset, to, n);
    if (s && got < n && !rc) {
        s->at = s->at ? s->at : it->bytes.n;
        rc = read_stream(s, offset + got, to + got, n - got, &more);
    }
    *ret_got = got + more;
    return rc;
}

static int read_file(const struct item *it, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    size_t got = 0;
    while (got < n) {
        ssize_t r = pread(it->fd, to + got, n - got, (off_t)(offset + got));
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return E_IO;
        if (r == 0)
            break;
        got += (size_t)r;
    }
    *ret_got = got;
    return 0;
}

/* Read up to n bytes at an offset, over short reads and interruptions. */
int item_read_at(struct item *it, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    enum spent before = spent_on(it->spent, SPENT_READING);
    int rc = it->fd < 0 ? read_memory(it, offset, to, n, ret_got)
                        : read_file(it, offset, to, n, ret_got);
    spent_on(it->spent, before);
    if (!rc)
        it->emit->facts.bytes_read += *ret_got;
    return rc;
}

uint64_t item_data_at(const struct item *it, uint64_t offset)
{
    off_t at = it->fd < 0 ? (off_t)offset : lseek(it->fd, (off_t)offset, SEEK_DATA);
    if (at < 0) /* behind it is nothing; or nobody can tell */
        return errno == ENXIO ? MAX(offset, it->size) : offset;
    return (uint64_t)at;
}

/* Say once a detector that the item could not be read; the result is `rc`. */
static int tell(struct item *it, int rc, enum coverage_state state, const char *what)
{
    if (!it->cache->told)
        emit_gap(it->emit, state, place_item(it), "%s", what);
    it->cache->told = true;
    return rc;
}

static int tell_memory(struct item *it, int rc)
{
    return tell(it, rc, COVERAGE_PARTIAL, "needs more memory than one item may use");
}

static int tell_read(struct item *it, int rc)
{
    if (rc == E_LIMIT)
        return tell(it, rc, COVERAGE_PARTIAL, "too large to be read twice inside of another file");
    return tell(it, rc, COVERAGE_FAILED, "could not be read");
}

int item_range(struct item *it, uint64_t offset, size_t n, struct str *ret)
{
    size_t got = 0;
    if (offset >= it->size) {
        *ret = STR("");
        return 0;
    }
    n = (size_t)MIN((uint64_t)n, it->size - offset);
    if (it->fd < 0 && !it->stream) {
        it->emit->facts.bytes_read += n;
        *ret = str_sub(it->bytes, (size_t)offset, (size_t)offset + n);
        return 0;
    }
    char *p = arena_alloc(it->arena, n ? n : 1);
    if (!p)
        return tell_memory(it, arena_error(it->arena));
    int rc = item_read_at(it, offset, p, n, &got);
    if (rc)
        return tell_read(it, rc);
    *ret = str_n(p, got);
    return 0;
}

int item_begin(struct item *it)
{
    int rc = item_range(it, 0, ITEM_HEAD_BYTES, &it->head);
    it->content = content_of(it->head);
    it->binary = it->content == CONTENT_BINARY;
    return rc;
}

/* UTF-16 that comes in pieces, and the UTF-8 it becomes: at most three bytes a unit. */
struct utf16 {
    char *out;
    size_t n;
    uint32_t high; /* first half of a pair, 0: none waits */
    bool big, begun;
};

static void utf16_unit(struct utf16 *u, uint32_t c)
{
    bool pair = u->high && c >= 0xdc00 && c < 0xe000;
    if (pair)
        c = 0x10000 + ((u->high - 0xd800) << 10) + (c - 0xdc00);
    else if (u->high)
        u->n += rune_encode(u->high, u->out + u->n);
    u->high = !pair && c >= 0xd800 && c < 0xdc00 ? c : 0;
    if (!u->high && (u->begun || c != 0xfeff))
        u->n += rune_encode(c, u->out + u->n);
    u->begun = true;
}

static void utf16_take(struct utf16 *u, struct str in)
{
    const unsigned char *p = (const unsigned char *)in.p;
    for (size_t i = 0; i + 1 < in.n; i += 2)
        utf16_unit(u, u->big ? (uint32_t)(p[i] << 8 | p[i + 1]) : (uint32_t)(p[i + 1] << 8 | p[i]));
}

/* All of it in windows: its bytes and its text need not lie in memory at once. */
static int text_of_utf16(struct item *it, struct str *ret)
{
    struct utf16 u = {.big = it->content == CONTENT_UTF16_BIG};
    char window[16 << 10];
    size_t got = sizeof(window);
    u.out = arena_alloc(it->arena, (size_t)it->size / 2 * 3 + 4);
    if (!u.out)
        return tell_memory(it, arena_error(it->arena));
    for (uint64_t at = 0; at < it->size && got == sizeof(window); at += got) {
        size_t most = (size_t)MIN(it->size - at, (uint64_t)sizeof(window));
        int rc = item_read_at(it, at, window, most, &got);
        if (rc)
            return tell_read(it, rc);
        utf16_take(&u, str_n(window, got));
    }
    if (u.high)
        u.n += rune_encode(u.high, u.out + u.n);
    *ret = str_n(u.out, u.n);
    it->cache->converted = true;
    if (it->size % 2)
        emit_gap(it->emit, COVERAGE_PARTIAL, place_item(it), "UTF-16 that ends inside a character");
    return 0;
}

static bool is_utf16(const struct item *it)
{
    return it->content == CONTENT_UTF16_LITTLE || it->content == CONTENT_UTF16_BIG;
}

int item_text(struct item *it, struct str *ret)
{
    struct item_cache *c = it->cache;
    if (c->text_code || c->has_text) {
        c->told |= c->text_code != 0;
        *ret = c->text;
        return c->text_code;
    }
    if (it->size > it->limits.bytes) {
        emit_gap(it->emit, COVERAGE_PARTIAL, place_item(it),
                 "larger than the limit of %zu MiB for one text", it->limits.bytes >> 20);
        c->told = true;
        return c->text_code = E_LIMIT;
    }
    int rc =
        is_utf16(it) ? text_of_utf16(it, &c->text) : item_range(it, 0, (size_t)it->size, &c->text);
    c->has_text = !rc;
    c->text_code = rc;
    *ret = c->text;
    return rc;
}

static int parse(struct item *it, struct str text, enum doc_format format, struct doc *doc,
                 struct diag *d)
{
    switch (format) {
    case DOC_JSON:
    case DOC_JSONC: return json_parse_partial(text, JSON_TOLERANT, &it->limits, it->arena, doc, d);
    case DOC_YAML: return yaml_parse(text, &it->limits, it->arena, doc, d);
    case DOC_TOML: return toml_parse(text, &it->limits, it->arena, doc, d);
    }
    return E_BUG;
}

int item_doc(struct item *it, enum doc_format format, const struct doc **ret)
{
    struct item_cache *c = it->cache;
    size_t slot = format == DOC_JSON ? DOC_JSONC : format;
    if (c->doc_state[slot] == DOC_READ) {
        *ret = &c->docs[slot];
        return 0;
    }
    if (c->doc_state[slot] == DOC_FAILED) {
        c->told = true;
        return E_PARSE;
    }
    struct str text;
    int rc = item_text(it, &text);
    if (rc)
        return rc;
    struct diag d = {0};
    struct doc *doc = &c->docs[slot];
    enum spent before = spent_on(it->spent, SPENT_DOCUMENTS);
    rc = parse(it, text, format, doc, &d);
    spent_on(it->spent, before);
    if (rc) {
        struct place at = place_item(it);
        at.line = d.line;
        at.column = d.column;
        emit_gap(it->emit, doc->n ? COVERAGE_PARTIAL : COVERAGE_FAILED, at, "line %u: %s", d.line,
                 d.text);
    }
    if (rc && !doc->n) {
        c->told = true;
        c->doc_state[slot] = DOC_FAILED;
        return rc == E_NOMEM ? rc : E_PARSE;
    }
    c->doc_state[slot] = DOC_READ;
    *ret = doc;
    return 0;
}

int item_object(struct item *it, enum doc_format format, const struct doc **ret)
{
    struct item_cache *c = it->cache;
    size_t slot = format == DOC_JSON ? DOC_JSONC : format;
    const struct doc *doc;
    int rc = item_doc(it, format, &doc);
    if (rc)
        return rc;
    const struct node *root = doc_root(doc);
    if (!node_is(root, NODE_OBJECT) &&
        !(format == DOC_YAML && (!root || root->type == NODE_NULL))) {
        struct place at = place_item(it);
        at.line = 1;
        emit_gap(it->emit, COVERAGE_FAILED, at,
                 "not an object: an agent host refuses such a configuration");
        c->told = true;
        c->doc_state[slot] = DOC_FAILED;
        return E_PARSE;
    }
    *ret = doc;
    return 0;
}

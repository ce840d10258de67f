/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which bytes are JSON (RFC 8259) and turns them into rows of a document, without
 * recursion.
 *
 * Functions that consume input take the position and return the next one, or NULL after fail(). */
#include "formats/doc_build.h"
#include "formats/json.h"
#include "formats/text_scan.h"

struct reader {
    struct doc_build b;
    const char *begin, *end;
    size_t stop; /* offset of the failure */
    bool tolerant;
};

/* A decoded string: where it stands, and NODE_VALUE_COOKED when that is the cooked pool. */
struct piece {
    uint32_t off, len;
    bool cooked;
};

static uint32_t offset(const struct reader *r, const char *p)
{
    return (uint32_t)(p - r->begin);
}

static const char *fail(struct reader *r, const char *at, const char *what)
{
    r->stop = offset(r, at);
    doc_build_fail(&r->b, E_PARSE, r->stop, "%s", what);
    return NULL;
}

/* After a builder function said no at `at`. */
static const char *stopped(struct reader *r, const char *at)
{
    r->stop = offset(r, at);
    return NULL;
}

static const char *skip_comment(struct reader *r, const char *p)
{
    const char *at = p;

    if (r->end - p >= 2 && p[1] == '/') {
        p = memchr(p, '\n', (size_t)(r->end - p));
        return p ? p : r->end;
    }
    if (r->end - p < 2 || p[1] != '*')
        return fail(r, p, "expected '//' or '/*' to start a comment");
    for (p += 2; (p = memchr(p, '*', (size_t)(r->end - p))); p++)
        if (r->end - p >= 2 && p[1] == '/')
            return p + 2;
    return fail(r, at, "comment is not closed");
}

static const char *skip_more_space(struct reader *r, const char *p)
{
    static const char spaces[8] = {' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '};

    while (p && p < r->end) {
        if (*p == '\n' || *p == ' ' || *p == '\r' || *p == '\t')
            for (p++; r->end - p >= 8 && !memcmp(p, spaces, 8);)
                p += 8;
        else if (*p == '/' && r->tolerant)
            p = skip_comment(r, p);
        else
            break;
    }
    return p;
}

static inline const char *skip_space(struct reader *r, const char *p)
{
    if (p < r->end && (unsigned char)*p > ' ' && *p != '/')
        return p;
    return skip_more_space(r, p);
}

/* Validate text inside a string up to its next quote or backslash. */
static const char *scan_text(struct reader *r, const char *p, const char *open)
{
    for (;;) {
        p = skip_plain(p, r->end);
        if (p == r->end)
            return fail(r, open, "string is not closed");
        if (*p == '"' || *p == '\\')
            return p;
        if ((unsigned char)*p < 0x20)
            return fail(r, p, "control character in a string must be escaped");
        size_t n = utf8_sequence(p, r->end);
        if (!n)
            return fail(r, p, "string is not valid UTF-8");
        p += n;
    }
}

static const char *read_hex4(struct reader *r, const char *p, uint32_t *ret)
{
    uint32_t sum = 0;

    for (const char *stop = p + 4; p < stop; p++) {
        if (p == r->end)
            return fail(r, p, "input ends inside an escape");
        unsigned char c = (unsigned char)*p;
        if (between(c, '0', '9'))
            sum = sum << 4 | (c - '0');
        else if (between(c | 32, 'a', 'f'))
            sum = sum << 4 | ((c | 32) - 'a' + 10);
        else
            return fail(r, p, "expected four hexadecimal digits after '\\u'");
    }
    *ret = sum;
    return p;
}

/* p is after "\u". */
static const char *read_unicode(struct reader *r, const char *p, char out[4], size_t *ret_n)
{
    const char *at = p - 2;
    uint32_t rune, low;

    if (!(p = read_hex4(r, p, &rune)))
        return NULL;
    if (rune >= 0xdc00 && rune <= 0xdfff)
        return fail(r, at, "low surrogate without a high surrogate before it");
    if (rune >= 0xd800 && rune <= 0xdbff) {
        if (r->end - p < 2 || p[0] != '\\' || p[1] != 'u')
            return fail(r, at, "high surrogate without a low surrogate after it");
        if (!(p = read_hex4(r, p + 2, &low)))
            return NULL;
        if (low < 0xdc00 || low > 0xdfff)
            return fail(r, at, "high surrogate without a low surrogate after it");
        rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
    }
    *ret_n = rune_encode(rune, out);
    return p;
}

/* p is at the backslash. */
static const char *read_escape(struct reader *r, const char *p, char out[4], size_t *ret_n)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

    if (r->end - p < 2)
        return fail(r, p, "input ends inside an escape");
    if (p[1] == 'u')
        return read_unicode(r, p + 2, out, ret_n);
    const char *hit = memchr(from, p[1], sizeof(from) - 1);
    if (!hit)
        return fail(r, p, "unknown escape; only \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u exist");
    out[0] = to[hit - from];
    *ret_n = 1;
    return p + 2;
}

/* The quote that ends the string, or the end of the input. Never too near: text is not checked. */
static const char *closing_quote(const char *p, const char *end)
{
    while (p < end && *p != '"')
        p += *p == '\\' && end - p > 1 ? 2 : 1;
    return p;
}

static const char *too_long(struct reader *r, const char *at)
{
    doc_build_fail(&r->b, E_LIMIT, offset(r, at), "a string has more bytes than the limit of %zu",
                   r->b.lim->string_bytes);
    return stopped(r, at);
}

/* A string that holds escapes. `first` is its first backslash; the text before it is checked. */
static const char *cook_string(struct reader *r, const char *open, const char *first,
                               struct piece *ret)
{
    /* Decoding never lengthens, so the raw length is room enough. */
    size_t raw = (size_t)(closing_quote(first, r->end) - (open + 1));
    size_t room = MIN(raw, r->b.lim->string_bytes), used = 0;
    const char *p = open + 1, *next = first;
    char *out = doc_build_cook(&r->b, room, offset(r, open));

    if (!out)
        return stopped(r, open);
    for (;;) {
        char rune[4];
        size_t n = (size_t)(next - p);
        if (n > room - used)
            return too_long(r, open);
        memcpy(out + used, p, n);
        used += n;
        if (*next == '"')
            break;
        if (!(p = read_escape(r, next, rune, &n)))
            return NULL;
        if (n > room - used)
            return too_long(r, open);
        memcpy(out + used, rune, n);
        used += n;
        if (!(next = scan_text(r, p, open)))
            return NULL;
    }
    *ret = (struct piece){doc_build_cooked(&r->b, used), (uint32_t)used, true};
    return next + 1;
}

/* p is at the opening quote. */
static inline const char *read_string(struct reader *r, const char *p, struct piece *ret)
{
    const char *open = p;

    if (!(p = scan_text(r, p + 1, open)))
        return NULL;
    if (*p == '\\')
        return cook_string(r, open, p, ret);
    size_t n = (size_t)(p - open - 1);
    if (n > r->b.lim->string_bytes)
        return too_long(r, open);
    *ret = (struct piece){offset(r, open) + 1, (uint32_t)n, false};
    return p + 1;
}

static const char *add_scalar(struct reader *r, enum node_type type, const char *p,
                              const char *next, uint8_t flags)
{
    uint32_t off = offset(r, p), end = offset(r, next);

    if (doc_build_add(&r->b, type, off, end))
        return stopped(r, p);
    doc_build_value(&r->b, off, end - off, flags);
    return next;
}

static const char *read_string_value(struct reader *r, const char *p)
{
    struct piece s;
    const char *next = read_string(r, p, &s);

    if (!next)
        return NULL;
    if (doc_build_add(&r->b, NODE_STRING, offset(r, p), offset(r, next)))
        return stopped(r, p);
    doc_build_value(&r->b, s.off, s.len, s.cooked ? NODE_VALUE_COOKED : 0);
    return next;
}

static inline const char *skip_digits(const char *p, const char *end)
{
    while (p < end && between((unsigned char)*p, '0', '9'))
        p++;
    return p;
}

static const char *read_number(struct reader *r, const char *p)
{
    const char *start = p, *end = r->end, *digits;

    p += *p == '-';
    digits = p;
    if ((p = skip_digits(p, end)) == digits)
        return fail(r, p, "expected a digit after '-'");
    if (*digits == '0' && p - digits > 1)
        return fail(r, digits, "number has a leading zero");
    if (p < end && *p == '.') {
        digits = ++p;
        if ((p = skip_digits(p, end)) == digits)
            return fail(r, p, "expected a digit after '.'");
    }
    if (p < end && (*p | 32) == 'e') {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        digits = p;
        if ((p = skip_digits(p, end)) == digits)
            return fail(r, p, "expected a digit in the exponent");
    }
    if (p == end && r->b.depth) /* more digits may have been cut off */
        return fail(r, start, "input ends inside an array or object");
    return add_scalar(r, NODE_NUMBER, start, p, 0);
}

static const char *read_word(struct reader *r, const char *p, struct str word, enum node_type type,
                             uint8_t flags)
{
    if ((size_t)(r->end - p) < word.n || memcmp(p, word.p, word.n))
        return fail(r, p, "expected a value");
    return add_scalar(r, type, p, p + word.n, flags);
}

static const char *read_open(struct reader *r, const char *p, enum node_type type)
{
    return doc_build_open(&r->b, type, offset(r, p)) ? stopped(r, p) : p + 1;
}

static const char *read_value(struct reader *r, const char *p)
{
    if (p == r->end)
        return fail(r, p, "input ends where a value should stand");
    switch (*p) {
    case '"': return read_string_value(r, p);
    case '{': return read_open(r, p, NODE_OBJECT);
    case '[': return read_open(r, p, NODE_ARRAY);
    case 't': return read_word(r, p, STR("true"), NODE_BOOL, NODE_TRUE);
    case 'f': return read_word(r, p, STR("false"), NODE_BOOL, 0);
    case 'n': return read_word(r, p, STR("null"), NODE_NULL, 0);
    default: break;
    }
    if (*p == '-' || between((unsigned char)*p, '0', '9'))
        return read_number(r, p);
    return fail(r, p, "expected a value");
}

/* A key and its colon; the result is the start of the value. */
static const char *read_key(struct reader *r, const char *p)
{
    const char *at = p;
    struct piece s;

    if (*p != '"')
        return fail(r, p, "expected a key in double quotes");
    if (!(p = read_string(r, p, &s)) || !(p = skip_space(r, p)))
        return NULL;
    if (p == r->end || *p != ':')
        return fail(r, p, "expected ':' after the key");
    doc_build_key(&r->b, s.off, s.len, offset(r, at), s.cooked ? NODE_KEY_COOKED : 0);
    return skip_space(r, p + 1);
}

static const char *read_close(struct reader *r, const char *p)
{
    return doc_build_close(&r->b, offset(r, p) + 1) ? stopped(r, p) : p + 1;
}

static const char *ends_inside(struct reader *r)
{
    struct mark open = text_mark(r->b.text, r->b.v[r->b.open].off);

    r->stop = r->b.text.n;
    doc_build_fail(&r->b, E_PARSE, r->stop, "input ends inside the %s that opens at %u:%u",
                   r->b.v[r->b.open].type == NODE_OBJECT ? "object" : "array", open.line,
                   open.column);
    return NULL;
}

/* The next member of the open container, or its end. */
static const char *read_member(struct reader *r, const char *p)
{
    bool object = r->b.v[r->b.open].type == NODE_OBJECT;
    char close = object ? '}' : ']';

    if (!(p = skip_space(r, p)))
        return NULL;
    if (p < r->end && *p == close)
        return read_close(r, p);
    if (p < r->end && r->b.last) {
        if (*p != ',')
            return fail(r, p, object ? "expected ',' or '}'" : "expected ',' or ']'");
        const char *comma = p;
        if (!(p = skip_space(r, p + 1)))
            return NULL;
        if (p < r->end && *p == close)
            return r->tolerant ? read_close(r, p) : fail(r, comma, "comma before the end");
    }
    if (p == r->end)
        return ends_inside(r);
    if (object && !(p = read_key(r, p)))
        return NULL;
    return read_value(r, p);
}

static bool has_bom(struct str text)
{
    return text.n >= 3 && !memcmp(text.p, "\xef\xbb\xbf", 3);
}

static const char *check_encoding(struct reader *r, const char *p)
{
    const unsigned char *s = (const unsigned char *)p;
    size_t n = (size_t)(r->end - p);

    if (has_bom(r->b.text))
        return fail(r, p, "byte order mark before the document");
    if (n < 2 ||
        !(!s[0] || !s[1] || (s[0] == 0xff && s[1] == 0xfe) || (s[0] == 0xfe && s[1] == 0xff)))
        return p;
    fail(r, p, "input is UTF-16 or UTF-32, JSON must be UTF-8");
    diag_hint(r->b.d, "convert the file to UTF-8");
    return NULL;
}

static int read_document(struct reader *r)
{
    const char *p = r->begin;

    if (!(p = check_encoding(r, p)) || !(p = skip_space(r, p)))
        return r->b.rc;
    if (p == r->end) {
        fail(r, p, "input is empty");
        return r->b.rc;
    }
    p = read_value(r, p);
    while (p && r->b.depth)
        p = read_member(r, p);
    if (p && (p = skip_space(r, p)) && p != r->end)
        fail(r, p, "text after the end of the document");
    return r->b.rc;
}

static int read_text(struct reader *r, struct str text, enum json_mode mode,
                     const struct limits *lim, struct arena *a, struct diag *d)
{
    *r = (struct reader){.tolerant = mode == JSON_TOLERANT};
    text.p = text.n ? text.p : "";
    r->begin = text.p;
    r->end = text.p + text.n;
    int rc = doc_build_init(&r->b, text, lim, a, d);
    return rc ? rc : read_document(r);
}

static int finish(struct reader *r, size_t bom, struct doc *ret)
{
    while (r->b.depth)
        if (doc_build_close(&r->b, (uint32_t)r->stop))
            return E_NOMEM;
    int rc = doc_build_finish(&r->b, ret);
    if (!rc)
        ret->bom = (uint32_t)bom;
    return rc;
}

/* Bytes before the document that the mode steps over. */
static size_t head_size(struct str text, enum json_mode mode)
{
    return mode == JSON_TOLERANT && has_bom(text) ? 3 : 0;
}

int json_parse(struct str text, enum json_mode mode, const struct limits *lim, struct arena *a,
               struct doc *ret, struct diag *d)
{
    size_t bom = head_size(text, mode);
    struct reader r;
    int rc = read_text(&r, str_sub(text, bom, text.n), mode, lim, a, d);

    if (!rc)
        rc = finish(&r, bom, ret);
    doc_build_done(&r.b);
    return rc;
}

int json_parse_partial(struct str text, enum json_mode mode, const struct limits *lim,
                       struct arena *a, struct doc *ret, struct diag *d)
{
    size_t most = MIN(lim->bytes, (size_t)UINT32_MAX - 1), bom = head_size(text, mode);
    struct str body = str_sub(text, bom, text.n), head = str_sub(body, 0, most);
    struct reader r;
    int rc = read_text(&r, head, mode, lim, a, d);

    if (head.n < body.n && rc != E_NOMEM)
        rc = diag_set(d, E_LIMIT, "input has %zu bytes, the limit is %zu", body.n, most);
    int built = rc == E_NOMEM ? rc : finish(&r, bom, ret);
    doc_build_done(&r.b);
    return built ? built : rc;
}

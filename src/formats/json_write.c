/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where commas, line breaks and escapes go in the JSON that Stance writes. */
#include "base/path.h"
#include "formats/json.h"
#include "formats/text_scan.h"

#define INDENT 2

/* stack[0] is the document itself, so that a second root value is noticed. */
void json_begin(struct json_writer *w, struct buf *out, enum json_style style)
{
    *w = (struct json_writer){.out = out, .style = style};
}

static void mistake(struct json_writer *w)
{
    if (!w->error)
        w->error = E_BUG;
}

static void break_line(struct json_writer *w)
{
    if (w->style != JSON_PRETTY)
        return;
    buf_addc(w->out, '\n');
    buf_pad(w->out, ' ', (size_t)w->depth * INDENT);
}

/* Comma and line break before the next element of an array or key of an object. */
static void separate(struct json_writer *w)
{
    if (w->stack[w->depth].used)
        buf_addc(w->out, ',');
    w->stack[w->depth].used = true;
    break_line(w);
}

/* False when no value may stand here: no key before it in an object, or a second root. */
static bool before_value(struct json_writer *w)
{
    char close = w->stack[w->depth].close;

    if ((close == '}' && !w->after_key) || (!close && w->stack[0].used))
        mistake(w);
    if (w->error)
        return false;
    if (close == ']')
        separate(w);
    else if (!close)
        w->stack[0].used = true;
    w->after_key = false;
    return true;
}

static void open_container(struct json_writer *w, char open, char close)
{
    if (w->depth + 1 == JSON_WRITER_DEPTH)
        mistake(w);
    if (!before_value(w))
        return;
    buf_addc(w->out, open);
    w->depth++;
    w->stack[w->depth].close = close;
    w->stack[w->depth].used = false;
}

void json_object(struct json_writer *w)
{
    open_container(w, '{', '}');
}

void json_array(struct json_writer *w)
{
    open_container(w, '[', ']');
}

void json_end(struct json_writer *w)
{
    if (!w->depth || w->after_key)
        mistake(w);
    if (w->error)
        return;
    char close = w->stack[w->depth].close;
    bool used = w->stack[w->depth].used;
    w->depth--;
    if (used)
        break_line(w);
    buf_addc(w->out, close);
}

void json_key(struct json_writer *w, struct str key)
{
    if (w->stack[w->depth].close != '}' || w->after_key)
        mistake(w);
    if (w->error)
        return;
    separate(w);
    buf_add_json(w->out, key);
    buf_add(w->out, w->style == JSON_PRETTY ? STR(": ") : STR(":"));
    w->after_key = true;
}

void json_str(struct json_writer *w, struct str s)
{
    if (before_value(w))
        buf_add_json(w->out, s);
}

void json_raw(struct json_writer *w, struct str valid_json)
{
    if (before_value(w))
        buf_add(w->out, valid_json);
}

/* Decimal digits of v into the end of out[20]; the first of them. */
static char *digits(uint64_t v, char *end)
{
    do
        *--end = (char)('0' + v % 10);
    while (v /= 10);
    return end;
}

static uint64_t absolute(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

void json_int(struct json_writer *w, int64_t v)
{
    char out[24], *end = out + sizeof(out), *p = digits(absolute(v), end);

    if (v < 0)
        *--p = '-';
    json_raw(w, str_n(p, (size_t)(end - p)));
}

void json_tenths(struct json_writer *w, int64_t tenths)
{
    uint64_t v = absolute(tenths);
    char out[24], *end = out + sizeof(out), *p = end;

    if (v % 10) {
        *--p = (char)('0' + v % 10);
        *--p = '.';
    }
    p = digits(v / 10, p);
    if (tenths < 0)
        *--p = '-';
    json_raw(w, str_n(p, (size_t)(end - p)));
}

void json_bool(struct json_writer *w, bool v)
{
    json_raw(w, v ? STR("true") : STR("false"));
}

void json_null(struct json_writer *w)
{
    json_raw(w, STR("null"));
}

void json_kstr(struct json_writer *w, const char *key, struct str s)
{
    json_key(w, str_z(key));
    json_str(w, s);
}

void json_kint(struct json_writer *w, const char *key, int64_t v)
{
    json_key(w, str_z(key));
    json_int(w, v);
}

void json_kbool(struct json_writer *w, const char *key, bool v)
{
    json_key(w, str_z(key));
    json_bool(w, v);
}

void json_kopen_object(struct json_writer *w, const char *key)
{
    json_key(w, str_z(key));
    json_object(w);
}

void json_kopen_array(struct json_writer *w, const char *key)
{
    json_key(w, str_z(key));
    json_array(w);
}

int json_finish(struct json_writer *w)
{
    if (w->depth || w->after_key || !w->stack[0].used)
        mistake(w);
    return w->error ? w->error : buf_result(w->out);
}

static void add_escape(struct buf *b, unsigned char c)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt", hex[] = "0123456789abcdef";
    const char *hit = memchr(from, c, sizeof(from) - 1);

    if (hit) {
        buf_addc(b, '\\');
        buf_addc(b, to[hit - from]);
        return;
    }
    buf_add(b, STR("\\u00"));
    buf_addc(b, hex[c >> 4]);
    buf_addc(b, hex[c & 15]);
}

/* JSON goes to terminals, too, and some obey controls beyond ASCII. */
static bool is_hidden(const char *p, size_t n, uint32_t *ret_rune)
{
    size_t pos = 0;
    *ret_rune = str_rune(str_n(p, n), &pos);
    return rune_is_hidden(*ret_rune);
}

static void add_hidden(struct buf *b, uint32_t rune)
{
    if (rune < 0x10000)
        buf_addf(b, "\\u%04x", rune);
    else
        buf_addf(b, "\\u%04x\\u%04x", 0xd7c0 + (rune >> 10), 0xdc00 + (rune & 0x3ff));
}

void buf_add_json(struct buf *b, struct str s)
{
    const char *p = s.n ? s.p : "", *end = p + s.n, *from = p;

    (void)buf_room(b, s.n + 2); /* at once; a failure stays */
    buf_addc(b, '"');
    while ((p = skip_plain(p, end)) < end) {
        unsigned char c = (unsigned char)*p;
        size_t n = c < 0x80 ? 0 : utf8_sequence(p, end);
        uint32_t rune = 0;
        if (n && !is_hidden(p, n, &rune)) {
            p += n;
            continue;
        }
        buf_add(b, str_n(from, (size_t)(p - from)));
        if (n)
            add_hidden(b, rune);
        else if (c < 0x80)
            add_escape(b, c);
        else
            buf_add(b, STR("\xef\xbf\xbd"));
        p += n ? n : 1;
        from = p;
    }
    buf_add(b, str_n(from, (size_t)(end - from)));
    buf_addc(b, '"');
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which invisible characters hide something, and what they spell. */
#include <string.h>

#include "base/buf.h"
#include "match/hidden_text.h"

#define ZERO_RUN      3u  /* zero-width characters in a row */
#define ZERO_JOINING  4u  /* as many may stand between letters that join */
#define SCATTERED     16u /* single zero-width characters between plain letters */
#define VARIATION_RUN 4u
#define BIDI_REACH    32u /* characters on each side of a control */
#define FLAG_TAGS_MIN 3u
#define FLAG_TAGS_MAX 6u
#define SCORE_MIN     50u /* of a reading, in a hundred */
#define SYMBOLS       4u  /* of a coded message */
#define MESSAGE_MAX   (8u * HIDDEN_TEXT_MAX)

const char *const HIDDEN_KIND_NAMES[] = {"none", "variation", "bidi", "zero-width", "tag", NULL};

/* A message of up to four symbols, as base 2 or 4 digits. */
struct message {
    uint32_t symbols[SYMBOLS];
    unsigned n_symbols; /* SYMBOLS + 1: too many to be a code */
    struct buf digits;  /* index of the symbol, one byte each */
};

struct scanner {
    struct str text;
    size_t i;
    uint32_t before;          /* the visible character before `i` */
    struct message scattered; /* single ones between plain letters */
    size_t scattered_at;
    struct hidden_text found;
    struct buf out;
};

/* --- characters -------------------------------------------------------------------------- */

static bool is_tag(uint32_t c)
{
    return c >= 0xe0000 && c <= 0xe007f;
}

static bool is_zero_width(uint32_t c)
{
    return c == 0x180e || (c >= 0x200b && c <= 0x200d) || (c >= 0x2060 && c <= 0x2064) ||
           c == 0xfeff;
}

static bool is_supplement(uint32_t c)
{
    return c >= 0xe0100 && c <= 0xe01ef;
}

static bool is_variation(uint32_t c)
{
    return (c >= 0xfe00 && c <= 0xfe0f) || is_supplement(c);
}

/* Opens an embedding, override or isolate. */
static bool is_bidi(uint32_t c)
{
    return c == 0x202a || c == 0x202b || c == 0x202d || c == 0x202e || (c >= 0x2066 && c <= 0x2068);
}

static bool is_right_to_left(uint32_t c)
{
    return (c >= 0x0590 && c <= 0x08ff) || (c >= 0xfb1d && c <= 0xfdff) ||
           (c >= 0xfe70 && c <= 0xfefc) || (c >= 0x10800 && c <= 0x10fff) ||
           (c >= 0x1e800 && c <= 0x1efff);
}

/* Scripts whose letters take joiners, and emoji, which are built with them. */
static bool joins(uint32_t c)
{
    return (c >= 0x0600 && c <= 0x109f) || (c >= 0x1700 && c <= 0x1cff) ||
           (c >= 0xa800 && c <= 0xabff) || is_right_to_left(c) || (c >= 0x2190 && c <= 0x21ff) ||
           (c >= 0x2300 && c <= 0x27bf) || (c >= 0x2b00 && c <= 0x2bff) || c == 0x20e3 ||
           c == 0xfe0f || (c >= 0x1f000 && c <= 0x1faff);
}

static bool is_ideograph(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

static bool is_plain_letter(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ' ' ||
           c == '.' || c == ',';
}

static uint32_t peek(const struct scanner *s, size_t i)
{
    return i < s->text.n ? str_rune(s->text, &i) : 0;
}

/* --- messages ---------------------------------------------------------------------------- */

static void message_add(struct message *m, uint32_t c)
{
    unsigned k = 0;
    while (k < MIN(m->n_symbols, SYMBOLS) && m->symbols[k] != c)
        k++;
    if (k == SYMBOLS || m->n_symbols > SYMBOLS) {
        m->n_symbols = SYMBOLS + 1;
        return;
    }
    if (k == m->n_symbols)
        m->symbols[m->n_symbols++] = c;
    if (m->digits.n < MESSAGE_MAX)
        buf_addc(&m->digits, (char)k);
}

static bool is_text(struct str s)
{
    if (s.n < 2 || !str_is_utf8(s))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!c || (c < ' ' && !strchr("\t\r\n", c)) || c == 0x7f)
            return false;
    }
    return true;
}

/* Letters and blanks in a hundred bytes: what is read the right way has most. */
static unsigned score(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        n += c == ' ' || c >= 0x80 || ((c | 32) >= 'a' && (c | 32) <= 'z');
    }
    return s.n ? (unsigned)(n * 100 / s.n) : 0;
}

/* How the symbols of a message are read. */
struct code {
    unsigned digit[SYMBOLS];
    unsigned bits;   /* of one symbol */
    unsigned width;  /* bits of a character */
    unsigned offset; /* digits before the first character: a marker */
    unsigned skip;   /* a symbol that separates characters, or SYMBOLS */
    bool low_first;  /* the lowest bit of a character comes first */
};

static void decode(const struct message *m, const struct code *c, struct buf *out)
{
    unsigned value = 0, have = 0;
    for (size_t i = c->offset; i < m->digits.n; i++) {
        unsigned k = (unsigned char)m->digits.p[i];
        bool end = k == c->skip;
        if (k != c->skip) {
            value = c->low_first ? value | c->digit[k] << have : value << c->bits | c->digit[k];
            have += c->bits;
            end = c->skip == SYMBOLS && have == c->width;
        }
        if (end && have >= 6)
            buf_addc(out, (char)value);
        if (end)
            have = value = 0;
    }
    if (c->skip != SYMBOLS && have >= 6)
        buf_addc(out, (char)value);
}

/* Keep the reading in `best` if it looks more like text than what is there. */
static void try_code(const struct message *m, const struct code *c, struct buf *best)
{
    AUTO(buf) text = BUF_INIT;
    decode(m, c, &text);
    bool better = !buf_result(&text) && is_text(buf_str(&text)) &&
                  score(buf_str(&text)) > MAX(score(buf_str(best)), SCORE_MIN);
    if (!better)
        return;
    buf_clear(best);
    buf_add(best, buf_str(&text));
}

/* Two symbols as bits: either may be one, eight or seven make a character, some may lead. */
static void read_binary(const struct message *m, struct buf *best)
{
    struct code c = {.bits = 1, .skip = SYMBOLS};
    for (c.width = 8; c.width >= 7; c.width--)
        for (c.offset = 0; c.offset < c.width; c.offset++)
            for (unsigned i = 0; i < 4; i++) {
                c.digit[0] = i & 1;
                c.digit[1] = !c.digit[0];
                c.low_first = i >= 2;
                try_code(m, &c, best);
            }
}

/* Three symbols: one of them stands between characters. */
static void read_separated(const struct message *m, struct buf *best)
{
    for (unsigned i = 0; i < 6; i++) {
        struct code c = {.bits = 1, .width = 8, .skip = i / 2};
        unsigned next = i & 1;
        for (unsigned k = 0; k < 3; k++)
            if (k != c.skip)
                c.digit[k] = next ^= 1;
        try_code(m, &c, best);
    }
}

/* Four symbols: pairs of bits, in the order of their code points. */
static void read_pairs(const struct message *m, struct buf *best)
{
    struct code c = {.bits = 2, .width = 8, .skip = SYMBOLS};
    for (unsigned k = 0; k < SYMBOLS; k++)
        for (unsigned j = 0; j < SYMBOLS; j++)
            c.digit[k] += m->symbols[j] < m->symbols[k];
    try_code(m, &c, best);
}

/* What the message spells; nothing when it does not print. */
static void message_text(const struct message *m, struct buf *out)
{
    switch (m->n_symbols) {
    case 2: read_binary(m, out); break;
    case 3: read_separated(m, out); break;
    case 4: read_pairs(m, out); break;
    default: break;
    }
}

/* --- runs -------------------------------------------------------------------------------- */

static void found(struct scanner *s, enum hidden_kind kind, size_t at, struct str spelled)
{
    struct hidden_text *f = &s->found;
    if (!f->runs || at < f->first)
        f->first = at;
    f->runs += f->runs < UINT32_MAX;
    f->kind = MAX(f->kind, kind);
    size_t room = HIDDEN_TEXT_MAX - MIN((size_t)HIDDEN_TEXT_MAX, s->out.n);
    if (!spelled.n || room < 2)
        return;
    if (s->out.n)
        buf_addc(&s->out, '\n');
    /* At the border of a character. */
    size_t n = MIN(spelled.n, room - 1);
    while (n && n < spelled.n && ((unsigned char)spelled.p[n] & 0xc0) == 0x80)
        n--;
    buf_add(&s->out, str_sub(spelled, 0, n));
}

/* Tags behind a black flag that end as they should: the flags of England, Scotland, Wales. */
static bool is_flag(const struct scanner *s, size_t i)
{
    unsigned tags = 0;
    for (; s->before == 0x1f3f4 && tags <= FLAG_TAGS_MAX; tags++) {
        uint32_t c = str_rune(s->text, &i);
        if (c == 0xe007f)
            return tags >= FLAG_TAGS_MIN;
        if (!((c >= 0xe0030 && c <= 0xe0039) || (c >= 0xe0061 && c <= 0xe007a)))
            return false;
    }
    return false;
}

static void tag_run(struct scanner *s)
{
    size_t start = s->i, end = s->i;
    bool flag = is_flag(s, s->i);
    AUTO(buf) text = BUF_INIT;
    while (is_tag(peek(s, end))) {
        uint32_t c = str_rune(s->text, &end) - 0xe0000;
        if (c >= ' ' && c < 0x7f && text.n < HIDDEN_TEXT_MAX)
            buf_addc(&text, (char)c);
        if (flag && c == 0x7f)
            break;
    }
    s->i = end;
    if (!flag)
        found(s, HIDDEN_TAG, start, buf_str(&text));
}

static void zero_run(struct scanner *s)
{
    size_t start = s->i, end = s->i;
    unsigned n = 0;
    struct message m = {.digits = BUF_INIT};
    AUTO(buf) text = BUF_INIT;
    for (; is_zero_width(peek(s, end)); n += n < UINT32_MAX)
        message_add(&m, str_rune(s->text, &end));
    uint32_t first = peek(s, start), after = peek(s, end);
    bool joining = n <= ZERO_JOINING && (joins(s->before) || joins(after));
    if (n >= ZERO_RUN && !joining) {
        message_text(&m, &text);
        found(s, HIDDEN_ZERO_WIDTH, start, buf_str(&text));
    } else if (n == 1 && is_plain_letter(s->before) && is_plain_letter(after)) {
        if (!s->scattered.n_symbols)
            s->scattered_at = start;
        message_add(&s->scattered, first);
    }
    buf_done(&m.digits);
    s->i = end;
}

/* A right-to-left letter within reach on the line: then the control does its work. */
static bool near_right_to_left(const struct scanner *s, size_t at)
{
    size_t i = at;
    for (unsigned n = 0; n < BIDI_REACH && i && s->text.p[i - 1] != '\n'; n++) {
        i--;
        while (i && ((unsigned char)s->text.p[i] & 0xc0) == 0x80)
            i--;
        if (is_right_to_left(peek(s, i)))
            return true;
    }
    i = at;
    for (unsigned n = 0; n < BIDI_REACH && i < s->text.n && s->text.p[i] != '\n'; n++)
        if (is_right_to_left(str_rune(s->text, &i)))
            return true;
    return false;
}

/* What stands between the control and its end, in the order in which models read it. */
static struct str bidi_span(const struct scanner *s, size_t begin)
{
    size_t i = begin, end = begin;
    while (i < s->text.n && i - begin < 256) {
        uint32_t c = str_rune(s->text, &i);
        if (c == '\n' || c == '\r' || c == 0x202c || c == 0x2069)
            break;
        end = i;
    }
    return str_sub(s->text, begin, end);
}

static void bidi(struct scanner *s)
{
    size_t start = s->i, end = s->i;
    while (is_bidi(peek(s, end)))
        str_rune(s->text, &end);
    if (!near_right_to_left(s, start))
        found(s, HIDDEN_BIDI, start, bidi_span(s, end));
    s->i = end;
}

static void variation_run(struct scanner *s)
{
    size_t start = s->i, end = s->i;
    unsigned n = 0;
    bool supplement = false;
    AUTO(buf) text = BUF_INIT;
    for (; is_variation(peek(s, end)); n += n < UINT32_MAX) {
        uint32_t c = str_rune(s->text, &end);
        supplement |= is_supplement(c);
        if (text.n < HIDDEN_TEXT_MAX)
            buf_addc(&text, (char)(is_supplement(c) ? c - 0xe0100 + 16 : c - 0xfe00));
    }
    bool named = supplement && n == 1 && is_ideograph(s->before);
    if (n >= VARIATION_RUN || (supplement && !named))
        found(s, HIDDEN_VARIATION, start, is_text(buf_str(&text)) ? buf_str(&text) : STR(""));
    s->i = end;
}

static void step(struct scanner *s)
{
    size_t next = s->i;
    uint32_t c = str_rune(s->text, &next);
    if (is_tag(c))
        tag_run(s);
    else if (is_zero_width(c))
        zero_run(s);
    else if (is_bidi(c))
        bidi(s);
    else if (is_variation(c))
        variation_run(s);
    else {
        s->before = c;
        s->i = next;
    }
}

int hidden_text_scan(struct str text, struct arena *a, struct hidden_text *ret)
{
    struct scanner s = {.text = text, .out = BUF_INIT, .scattered = {.digits = BUF_INIT}};
    AUTO(buf) spelled = BUF_INIT;
    if (str_starts(text, STR("\xef\xbb\xbf")))
        s.i = 3;
    while (s.i < text.n) {
        if ((unsigned char)text.p[s.i] < 0x80)
            s.before = (unsigned char)text.p[s.i++];
        else
            step(&s);
    }
    const struct message *m = &s.scattered;
    if (m->n_symbols > 1 && m->digits.n >= SCATTERED) {
        message_text(m, &spelled);
        found(&s, HIDDEN_ZERO_WIDTH, s.scattered_at, buf_str(&spelled));
    }
    s.found.text = arena_str(a, buf_str(&s.out));
    int rc = buf_result(&s.out);
    if (!rc && !s.found.text.p)
        rc = arena_error(a);
    buf_done(&s.out);
    buf_done(&s.scattered.digits);
    if (!rc)
        *ret = s.found;
    return rc;
}

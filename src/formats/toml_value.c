/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which bare TOML values are numbers, booleans, dates or times. */
#include "formats/toml_read.h"

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool in_token(int c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '+' || c == '-' || c == '.' || c == ':';
}

static bool digit_of(char c, unsigned base)
{
    unsigned value = is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10u;

    return value < base && (is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'));
}

/* Behind the digits at i, single underscores between two of them included; i when there is none. */
static size_t digits(struct str s, size_t i, unsigned base)
{
    bool after_digit = false;

    while (i < s.n) {
        bool digit = digit_of(s.p[i], base);
        if (!digit && !(s.p[i] == '_' && after_digit && i + 1 < s.n && digit_of(s.p[i + 1], base)))
            break;
        after_digit = digit;
        i++;
    }
    return i;
}

static bool is_number(struct str s)
{
    size_t i = s.n && (s.p[0] == '+' || s.p[0] == '-'), from = i;
    struct str bare = str_sub(s, i, s.n);

    if (str_eq(bare, STR("inf")) || str_eq(bare, STR("nan")))
        return true;
    if (!from && s.n > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'o' || s.p[1] == 'b'))
        return digits(s, 2, s.p[1] == 'x' ? 16 : s.p[1] == 'o' ? 8 : 2) == s.n;
    i = digits(s, from, 10);
    if (i == from || (s.p[from] == '0' && i - from > 1))
        return false;
    if (i < s.n && s.p[i] == '.') {
        from = i + 1;
        i = digits(s, from, 10);
        if (i == from)
            return false;
    }
    if (i < s.n && (s.p[i] | 0x20) == 'e') {
        from = i + 1;
        from += from < s.n && (s.p[from] == '+' || s.p[from] == '-');
        i = digits(s, from, 10);
        if (i == from)
            return false;
    }
    return i == s.n;
}

/* Take exactly `count` digits whose value is in lo .. hi off *s. */
static bool field(struct str *s, size_t count, unsigned lo, unsigned hi, unsigned *ret)
{
    unsigned v = 0;

    if (s->n < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!is_digit(s->p[i]))
            return false;
        v = v * 10 + (unsigned)(s->p[i] - '0');
    }
    *s = str_sub(*s, count, s->n);
    *ret = v;
    return v >= lo && v <= hi;
}

static bool literal(struct str *s, char c)
{
    if (!s->n || s->p[0] != c)
        return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

static bool take_date(struct str *s)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year, month, day;

    if (!field(s, 4, 0, 9999, &year) || !literal(s, '-') || !field(s, 2, 1, 12, &month) ||
        !literal(s, '-') || !field(s, 2, 1, 31, &day))
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

static bool take_time(struct str *s)
{
    unsigned v;

    if (!field(s, 2, 0, 23, &v) || !literal(s, ':') || !field(s, 2, 0, 59, &v) ||
        !literal(s, ':') || !field(s, 2, 0, 60, &v)) /* 60: leap second, RFC 3339 */
        return false;
    if (!literal(s, '.'))
        return true;
    size_t n = 0;
    while (n < s->n && is_digit(s->p[n]))
        n++;
    *s = str_sub(*s, n, s->n);
    return n > 0;
}

static bool take_zone(struct str *s)
{
    unsigned v;

    if (literal(s, 'Z') || literal(s, 'z'))
        return true;
    return (literal(s, '+') || literal(s, '-')) && field(s, 2, 0, 23, &v) && literal(s, ':') &&
           field(s, 2, 0, 59, &v);
}

static bool is_date_time(struct str s)
{
    if (s.n > 2 && s.p[2] == ':')
        return take_time(&s) && !s.n;
    if (!take_date(&s))
        return false;
    if (!s.n)
        return true;
    if (!literal(&s, 'T') && !literal(&s, 't') && !literal(&s, ' '))
        return false;
    return take_time(&s) && (!s.n || take_zone(&s)) && !s.n;
}

/* True when a space at `end` joins the date before it and a time behind it. */
static bool joins_time(struct toml *t, size_t end)
{
    struct str text = t->b.text;

    return end - t->at == 10 && text.p[t->at + 4] == '-' && text.n - end > 3 &&
           text.p[end] == ' ' && is_digit(text.p[end + 1]) && is_digit(text.p[end + 2]) &&
           text.p[end + 3] == ':';
}

int toml_token(struct toml *t, enum node_type *ret_type, size_t *ret_end)
{
    struct str text = t->b.text;
    size_t end = t->at;

    while (end < text.n && in_token(text.p[end]))
        end++;
    if (joins_time(t, end))
        for (end++; end < text.n && in_token(text.p[end]);)
            end++;
    struct str s = str_sub(text, t->at, end);
    if (!s.n)
        return toml_fail(t, t->at, "expected a value");
    if (str_eq(s, STR("true")) || str_eq(s, STR("false")))
        *ret_type = NODE_BOOL;
    else if (is_number(s))
        *ret_type = NODE_NUMBER;
    else if (is_date_time(s))
        *ret_type = NODE_STRING;
    else
        return toml_fail(t, t->at, "not a number, date or boolean; quote it if it is a string");
    *ret_end = end;
    return OK;
}

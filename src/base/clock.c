/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what time it is for results, and how times are written and read (RFC 3339). */
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/diag.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)
#define LAST_SEC  INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define YEAR_0_MS (INT64_C(-62167219200) * SECOND_MS)
#define LAST_MS   (LAST_SEC * SECOND_MS + 999)

int clock_init(struct clock *c, struct diag *d)
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    struct timespec t;
    uint64_t seconds;

    if (fixed) {
        if (str_to_u64(str_z(fixed), &seconds) || seconds > LAST_SEC) {
            diag_set(d, E_PARSE, "SOURCE_DATE_EPOCH is not a number of seconds from 1970 to 9999");
            diag_hint(d, "unset it, or set it to the output of: date +%%s");
            return E_PARSE;
        }
        c->now_ms = (int64_t)seconds * SECOND_MS;
        return 0;
    }
    if (clock_gettime(CLOCK_REALTIME, &t))
        return diag_errno(d, "cannot read the clock");
    c->now_ms = (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
    return 0;
}

uint64_t clock_ticks(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t))
        return 0;
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Proleptic Gregorian calendar in eras of 400 years that begin on March 1
 * (https://howardhinnant.github.io/date_algorithms.html). */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = (unsigned)(y - era * 400);
    unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
    unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

    return era * 146097 + (int64_t)doe - 719468;
}

static void civil_from_days(int64_t days, int *y, unsigned *m, unsigned *d)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    unsigned doe = (unsigned)(days - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;

    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = (int)(yoe + era * 400) + (*m <= 2);
}

void buf_add_time(struct buf *b, int64_t ms)
{
    int year;
    unsigned month, day;

    ms = MAX(YEAR_0_MS, MIN(ms, LAST_MS));
    int64_t days = ms / DAY_MS - (ms % DAY_MS < 0);
    unsigned rest = (unsigned)(ms - days * DAY_MS);
    civil_from_days(days, &year, &month, &day);
    const struct {
        unsigned v, digits;
        char after;
    } parts[] = {{(unsigned)year, 4, '-'},
                 {month, 2, '-'},
                 {day, 2, 'T'},
                 {rest / 3600000, 2, ':'},
                 {rest / 60000 % 60, 2, ':'},
                 {rest / 1000 % 60, 2, rest % 1000 ? '.' : 'Z'},
                 {rest % 1000, 3, 'Z'}};
    for (size_t i = 0; i < ARRAY_LEN(parts) - !(rest % 1000); i++) {
        buf_addu(b, parts[i].v, parts[i].digits);
        buf_addc(b, parts[i].after);
    }
}

/* Take `digits` decimal digits off *s; false when there are fewer. */
static bool take_number(struct str *s, size_t digits, unsigned *ret)
{
    uint64_t v;

    if (s->n < digits || str_to_u64(str_sub(*s, 0, digits), &v))
        return false;
    *ret = (unsigned)v;
    *s = str_sub(*s, digits, s->n);
    return true;
}

static bool take_char(struct str *s, const char *any_of)
{
    if (!s->n || str_chr(str_z(any_of), s->p[0], 0) == SIZE_MAX)
        return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

static bool take_date(struct str *s, int64_t *ret_days)
{
    static const unsigned char month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned y, m, d;

    if (!take_number(s, 4, &y) || !take_char(s, "-") || !take_number(s, 2, &m) ||
        !take_char(s, "-") || !take_number(s, 2, &d))
        return false;
    if (m < 1 || m > 12 || d < 1 || d > month_days[m - 1])
        return false;
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    if (m == 2 && d == 29 && !leap)
        return false;
    *ret_days = days_from_civil(y, m, d);
    return true;
}

/* Digits after the point, of which the first three count. */
static bool take_fraction(struct str *s, unsigned *ret_ms)
{
    unsigned scale = 100, digit, digits = 0;

    for (*ret_ms = 0; take_number(s, 1, &digit); digits++, scale /= 10)
        *ret_ms += digit * scale;
    return digits > 0;
}

static bool take_time(struct str *s, int64_t *ret_ms)
{
    unsigned h, m, sec, ms = 0;

    if (!take_number(s, 2, &h) || !take_char(s, ":") || !take_number(s, 2, &m) ||
        !take_char(s, ":") || !take_number(s, 2, &sec))
        return false;
    if (h > 23 || m > 59 || sec > 60)
        return false;
    if (take_char(s, ".,") && !take_fraction(s, &ms))
        return false;
    *ret_ms = h * HOUR_MS + m * MINUTE_MS + sec * SECOND_MS + ms;
    return true;
}

static bool take_offset(struct str *s, int64_t *ret_ms)
{
    unsigned h, m;

    *ret_ms = 0;
    if (take_char(s, "Zz"))
        return true;
    bool west = s->n && s->p[0] == '-';
    if (!take_char(s, "+-") || !take_number(s, 2, &h))
        return false;
    take_char(s, ":");
    if (!take_number(s, 2, &m) || h > 23 || m > 59)
        return false;
    *ret_ms = h * HOUR_MS + m * MINUTE_MS;
    if (west)
        *ret_ms = -*ret_ms;
    return true;
}

int time_parse(struct str s, int64_t *ret_ms)
{
    int64_t days, time = 0, offset = 0;

    if (!take_date(&s, &days))
        return E_PARSE;
    if (s.n && (!take_char(&s, "Tt ") || !take_time(&s, &time) || !take_offset(&s, &offset)))
        return E_PARSE;
    if (s.n)
        return E_PARSE;
    *ret_ms = days * DAY_MS + time - offset;
    return 0;
}

int duration_parse(struct str s, int64_t *ret_ms)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'d', DAY_MS}, {'h', HOUR_MS}, {'m', MINUTE_MS}, {'s', SECOND_MS}};
    uint64_t count;
    int64_t ms;

    if (s.n < 2 || str_to_u64(str_sub(s, 0, s.n - 1), &count))
        return E_PARSE;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (s.p[s.n - 1] != units[i].unit)
            continue;
        if (__builtin_mul_overflow(count, units[i].ms, &ms))
            return E_PARSE;
        *ret_ms = ms;
        return 0;
    }
    return E_PARSE;
}

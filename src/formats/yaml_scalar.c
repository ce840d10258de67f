/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which plain YAML scalars are null, booleans or numbers. */
#include "formats/yaml_scalar.h"

static bool one_of(struct str s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_z(s, words[i]))
            return true;
    return false;
}

static size_t decimal(struct str s, size_t i)
{
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i;
}

static bool is_radix(struct str s)
{
    if (s.n < 3 || s.p[0] != '0' || (s.p[1] != 'x' && s.p[1] != 'o'))
        return false;
    for (size_t i = 2; i < s.n; i++) {
        char c = s.p[i], lower = (char)(c | 0x20);
        bool octal = c >= '0' && c <= '7';
        bool hex = (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
        if (!(s.p[1] == 'x' ? hex : octal))
            return false;
    }
    return true;
}

static bool is_number(struct str s)
{
    static const char *const inf[] = {".inf", ".Inf", ".INF"}, *const nan[] = {".nan", ".NaN",
                                                                               ".NAN"};
    size_t sign = s.n && (s.p[0] == '+' || s.p[0] == '-');

    if (one_of(str_sub(s, sign, s.n), inf, ARRAY_LEN(inf)) || one_of(s, nan, ARRAY_LEN(nan)))
        return true;
    size_t i = decimal(s, sign), whole = i - sign, part = 0;
    if (i == s.n) /* 0777 means 511 in YAML 1.1 and 777 in YAML 1.2: left as it is written */
        return whole == 1 || (whole > 1 && s.p[sign] != '0');
    if (s.p[i] == '.') {
        part = decimal(s, i + 1) - (i + 1);
        i += 1 + part;
    }
    if (!whole && !part)
        return false;
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        size_t from = i + 1;
        from += from < s.n && (s.p[from] == '+' || s.p[from] == '-');
        i = decimal(s, from);
        if (i == from)
            return false;
    }
    return i == s.n;
}

enum node_type yaml_resolve(struct str s, bool *ret_true)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    static const char *const yes[] = {"true", "True", "TRUE"}, *const no[] = {"false", "False",
                                                                              "FALSE"};

    if (one_of(s, nulls, ARRAY_LEN(nulls)))
        return NODE_NULL;
    if (one_of(s, yes, ARRAY_LEN(yes)) || one_of(s, no, ARRAY_LEN(no))) {
        *ret_true = s.p[0] == 't' || s.p[0] == 'T';
        return NODE_BOOL;
    }
    return is_radix(s) || is_number(s) ? NODE_NUMBER : NODE_STRING;
}

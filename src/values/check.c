/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether text of the right form can be a value of its kind. */
#include "values/values_internal.h"

/* Long enough for a password that somebody generated. */
#define MIN_RANDOM 10

static bool is_sha256(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = lower(s.p[i]);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return s.n == 64;
}

static bool has_nocase(struct str s, struct str part)
{
    for (size_t i = 0; i + part.n <= s.n; i++) {
        if (str_eq_nocase(str_sub(s, i, i + part.n), part))
            return true;
    }
    return false;
}

static bool check_random(struct str text, size_t start, size_t end)
{
    struct str value = str_sub(text, start, end);
    struct str name = assigned_name(text, start);

    if (name.n && name_sense(name) == NAME_PLAIN)
        return false;
    /* Gateways log the hashes of keys under the name of the key; secrets are never hashed there. */
    if (is_sha256(value) && !has_nocase(name, STR("secret")) && !has_nocase(name, STR("pass")))
        return false;
    return !value_is_reference(value) && word_is_random(value, MIN_RANDOM);
}

/* The user of "user:password@host" that ends before `at`. */
static struct str user_before(struct str text, size_t at)
{
    size_t end = at ? at - 1 : 0, start = end;

    while (start && text.p[start - 1] != '/' && end - start < 64)
        start--;
    return str_sub(text, start, end);
}

static bool check_password(struct str text, size_t start, size_t end)
{
    struct str value = str_sub(text, start, end);

    return !value_is_reference(value) && !str_eq_nocase(value, user_before(text, start));
}

/* Six bits of a base64 character, or -1. */
static int base64_value(char c)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *p = c ? strchr(alphabet, c) : NULL;

    return p ? (int)(p - alphabet) : -1;
}

/* RFC 7617: base64 of "user:password", with a password that is somebody's. */
static bool check_basic(struct str text, size_t start, size_t end)
{
    AUTO(buf) plain = BUF_CAPPED(512);
    unsigned bits = 0, n_bits = 0;
    struct str user, password;

    for (size_t i = start; i < end && text.p[i] != '='; i++) {
        int value = base64_value(text.p[i]);
        if (value < 0)
            return false;
        bits = (bits << 6 | (unsigned)value) & 0xffff;
        if ((n_bits += 6) < 8)
            continue;
        n_bits -= 8;
        unsigned char c = (unsigned char)(bits >> n_bits);
        if (c < 32 || c > 126)
            return false;
        buf_addc(&plain, (char)c);
    }
    if (buf_result(&plain)) /* rather one too many */
        return true;
    if (!str_cut(buf_str(&plain), ':', &user, &password) || user.n < 2 || !password.n)
        return false;
    return !str_eq_nocase(user, password) && !value_is_placeholder(password);
}

static const struct {
    const char *name;
    value_check fn;
} CHECKS[] = {
    {"basic", check_basic},
    {"password", check_password},
    {"random", check_random},
};

value_check value_check_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(CHECKS); i++) {
        if (str_eq(str_z(CHECKS[i].name), str_z(name)))
            return CHECKS[i].fn;
    }
    return NULL;
}

bool value_check_known(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(CHECKS); i++) {
        if (str_eq_z(name, CHECKS[i].name))
            return true;
    }
    return false;
}

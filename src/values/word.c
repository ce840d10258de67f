/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a single word looks like: random, a placeholder, a reference to a value elsewhere.
 */
#include "values/values_internal.h"

/* Placeholders are short; long random text may hold any word by chance. */
#define MAX_JUDGED 256

/* log2 of x > 0 with 16 binary digits after the point. */
static uint64_t log2_fixed(uint64_t x)
{
    unsigned whole = 63u - (unsigned)__builtin_clzll(x);
    uint64_t m = whole > 31 ? x >> (whole - 31) : x << (31 - whole); /* in [1, 2) with 31 digits */
    uint64_t result = whole;

    for (int i = 0; i < 16; i++) {
        m = (m * m) >> 31;
        result <<= 1;
        if (m >> 32) {
            m >>= 1;
            result |= 1;
        }
    }
    return result;
}

int value_entropy(struct str text)
{
    size_t counts[256] = {0};
    uint64_t sum = 0;

    if (!text.n)
        return 0;
    for (size_t i = 0; i < text.n; i++)
        counts[(unsigned char)text.p[i]]++;
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        sum += counts[i] ? counts[i] * log2_fixed(counts[i]) : 0;
    return (int)(((log2_fixed(text.n) - sum / text.n) * 100 + 0x8000) >> 16);
}

/* Long enough to be meant wherever they stand. */
static const char *const ANYWHERE[] = {
    "example",    "placeholder", "changeme",    "change-me", "change_me", "change_this",
    "replaceme",  "replace-",    "replace_",    "redacted",  "insert-",   "insert_",
    "your-",      "your_",       "yourapi",     "yourkey",   "yourtoken", "yoursecret",
    "yourpass",   "mysecret",    "my-secret",   "my_secret", "my-api",    "my_api",
    "mypassword", "-here",       "_here",       "dummy",     "foobar",    "lorem",
    "not-a-",     "not_a_",      "notreal",     "test-key",  "test_key",  "testkey",
    "test-token", "test_token",  "test-secret", "deadbeef",  "abcdefgh",  "12345678",
    "01234567",   "abcd1234",    "abc123",      "...",       "***",       "xxxx",
    "sample",     "undefined",   "qwerty",
};

/* Only as the whole value. */
static const char *const WHOLE[] = {
    "none",      "null",        "nil",          "todo",     "fixme",      "unset",    "empty",
    "secret",    "token",       "key",          "test",     "testing",    "fake",     "mock",
    "default",   "value",       "string",       "true",     "false",      "password", "passwd",
    "pass",      "pwd",         "pw",           "user",     "username",   "hidden",   "masked",
    "sensitive", "encrypted",   "disabled",     "enabled",  "required",   "optional", "unused",
    "unknown",   "n/a",         "na",           "tbd",      "api_key",    "api-key",  "apikey",
    "foo",       "bar",         "baz",          "changeit", "letmein",    "abc",      "p4ssw0rd",
    "passw0rd",  "hunter2",     "xyzzy",        "s3cret",   "s3cr3t",     "mypass",   "pass123",
    "invalid",   "somepass",    "somepassword", "dbpass",   "dbpassword", "userpass", "thepassword",
    "password1", "password123", "secret123",    "admin",
};

/* Printed in standards and manuals, and copied from there. */
static const char *const DOCUMENTED[] = {
    "AKIAIOSFODNN7EXAMPLE",                     /* AWS documentation */
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", /* likewise */
    "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",             /* RFC 7617 */
    "dGVzdDoxMjPCow==",                         /* likewise */
    "czZCaGRSa3F0MzpnWDFmQmF0M2JW",             /* RFC 6749, with client secret gX1fBat3bV */
    "gX1fBat3bV",
    "2YotnFZFEjr1zCsicMWpAA", /* RFC 6749 */
    "tGzv3JOkF0XG5Qx2TlKWIA",
    "7Fjfp0ZBr1KtDRbnfVdmIw",
    "ad180jjd733klru7", /* oauth.net core 1.0 */
    /* The storage emulator of Azure. */
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
};

/* Payloads of the sample token of jwt.io and of PyJWT. */
static const char *const DOCUMENTED_PARTS[] = {
    ".eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lI",
    ".eyJzb21lIjoicGF5bG9hZCJ9.",
};

/* One character again and again, or one after the other: 6 of 6, or 8 in a row. */
static bool is_monotonous(struct str s)
{
    size_t same = 1, rising = 1, distinct = 0;
    bool seen[256] = {false};

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        distinct += !seen[c];
        seen[c] = true;
        if (!i)
            continue;
        unsigned char before = (unsigned char)s.p[i - 1];
        same = c == before ? same + 1 : 1;
        rising = c == before + 1 ? rising + 1 : 1;
        if (same >= 6 || rising >= 8)
            return true;
    }
    return distinct <= 1 || (s.n >= 6 && distinct <= 2) || (s.n >= 16 && distinct <= 3);
}

/* "[openai-project-key, 164 characters]" of ours, or its first word. */
static bool is_redaction(struct str s)
{
    size_t i = 1;

    if (s.n < 4 || s.p[0] != '[')
        return false;
    while (i < s.n && ((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '-'))
        i++;
    return i > 3 && (i == s.n || s.p[i] == ',');
}

static bool is_documented(struct str s)
{
    for (size_t i = 0; i < ARRAY_LEN(DOCUMENTED); i++) {
        if (str_eq_z(s, DOCUMENTED[i]))
            return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(DOCUMENTED_PARTS); i++) {
        if (str_has(s, str_z(DOCUMENTED_PARTS[i])))
            return true;
    }
    return false;
}

bool value_is_placeholder(struct str text)
{
    struct str s = str_sub(str_trim(text), 0, MAX_JUDGED);
    char low[MAX_JUDGED];

    if (!s.n || is_redaction(s) || is_monotonous(s))
        return true;
    for (size_t i = 0; i < s.n; i++)
        low[i] = lower(s.p[i]);
    for (size_t i = 0; i < ARRAY_LEN(ANYWHERE); i++) {
        if (str_has(str_n(low, s.n), str_z(ANYWHERE[i])))
            return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(WHOLE); i++) {
        if (str_eq_z(str_n(low, s.n), WHOLE[i]))
            return true;
    }
    return is_documented(s);
}

static bool is_name(struct str s)
{
    if (!s.n || (s.p[0] >= '0' && s.p[0] <= '9'))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_word(s.p[i]))
            return false;
    }
    return true;
}

bool value_is_reference(struct str text)
{
    static const char *const starts[] = {
        "op://",
        "env:",
        "file:",
        "vault:",
        "secret://",
        "secrets://",
        "keyring:",
        "ref+",
        "{file:",
        "{env:",
        "@microsoft.keyvault",
        "arn:aws:secretsmanager",
        "arn:aws:ssm",
        "os.environ",
        "process.env",
        "import.meta.env",
        "getenv(",
        "sm://",
        "doppler://",
        "bws://",
        "keychain:",
        "credstore:",
        "aws-sm://",
        "gcp-sm://",
        "akv://",
    };
    struct str s = str_trim(text);

    if (str_has(s, STR("${")) || str_has(s, STR("{{")) || str_has(s, STR("$(")))
        return true;
    if (s.n > 1 && s.p[0] == '$' && is_name(str_sub(s, 1, s.n)))
        return true;
    if (s.n > 2 && s.p[0] == '%' && s.p[s.n - 1] == '%' && is_name(str_sub(s, 1, s.n - 1)))
        return true;
    if (s.n > 1 && s.p[0] == '<' && s.p[s.n - 1] == '>')
        return true;
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        if (str_eq_nocase(str_sub(s, 0, strlen(starts[i])), str_z(starts[i])))
            return true;
    }
    return false;
}

bool word_is_uuid(struct str s)
{
    if (s.n != 36)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        char c = lower(s.p[i]);
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (dash ? s.p[i] != '-' : !hex)
            return false;
    }
    return true;
}

/* What one stretch of letters and digits is made of. */
struct shape {
    size_t runs; /* of one class; a capital before small letters belongs to them */
    size_t digit_runs, digits, uppers, lowers;
    bool hex; /* only 0-9a-f or only 0-9A-F */
};

static struct shape shape_of(struct str s)
{
    struct shape h = {.hex = true};
    char before = 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        char class = c >= '0' && c <= '9' ? 'd' : c >= 'A' && c <= 'Z' ? 'u' : 'l';
        bool capital =
            class == 'l' && before == 'u' && (i < 2 || s.p[i - 2] < 'A' || s.p[i - 2] > 'Z');
        h.digits += class == 'd';
        h.uppers += class == 'u';
        h.lowers += class == 'l';
        h.hex = h.hex && (class == 'd' || (lower(c) >= 'a' && lower(c) <= 'f'));
        if (class != before && !capital) {
            h.runs++;
            h.digit_runs += class == 'd';
        }
        before = class;
    }
    h.hex = h.hex && !(h.uppers && h.lowers);
    return h;
}

/* One part without separators. Random base62 has about 0.5 runs a character, names below 0.25. */
static bool part_is_random(struct str s, size_t min)
{
    struct shape h = shape_of(s);

    if (s.n < min || !h.digits || h.digits == s.n)
        return false;
    if (h.hex)
        return s.n >= 32 && value_entropy(s) >= 300;
    if (h.digit_runs < 2 && !(h.uppers && h.lowers && h.runs * 10 >= s.n * 4))
        return false;
    int bound = s.n < 16 ? 280 : s.n < 24 ? 320 : 350;
    return h.runs * 10 >= s.n * 3 && value_entropy(s) >= bound;
}

bool word_is_random(struct str word, size_t min)
{
    if (word_is_uuid(word))
        return false;
    for (size_t i = 0; i < word.n;) {
        size_t start = i;
        while (i < word.n && is_alnum(word.p[i]))
            i++;
        if (part_is_random(str_sub(word, start, i), min))
            return true;
        while (i < word.n && !is_alnum(word.p[i]))
            i++;
    }
    return false;
}

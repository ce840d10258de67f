/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether hidden text is found and read, and whether ordinary scripts are left alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "match/hidden_text.h"

static void add(struct buf *b, uint32_t c)
{
    char p[4];
    buf_add(b, str_n(p, rune_encode(c, p)));
}

static void tags(struct buf *b, const char *text)
{
    for (; *text; text++)
        add(b, 0xe0000 + (unsigned char)*text);
}

/* Most significant bit first. */
static void bits(struct buf *b, const char *text, uint32_t zero, uint32_t one, unsigned width,
                 uint32_t separator)
{
    for (; *text; text++) {
        for (unsigned i = width; i-- > 0;)
            add(b, (unsigned)*text >> i & 1 ? one : zero);
        if (separator)
            add(b, separator);
    }
}

static void finds(const struct buf *b, unsigned runs, enum hidden_kind kind, size_t first,
                  const char *text)
{
    AUTO(arena) a = ARENA(1 << 20);
    struct hidden_text h;
    assert_int_equal(hidden_text_scan(buf_str(b), &a, &h), 0);
    assert_int_equal(h.runs, runs);
    assert_string_equal(HIDDEN_KIND_NAMES[h.kind], HIDDEN_KIND_NAMES[kind]);
    if (runs)
        assert_int_equal(h.first, first);
    AUTO(buf) got = BUF_INIT;
    buf_add(&got, h.text);
    assert_string_equal(got.p, text);
}

/* The texts between, written as UTF-8. */
static void clean(const char *text)
{
    AUTO(buf) b = BUF_INIT;
    buf_addz(&b, text);
    finds(&b, 0, HIDDEN_NONE, 0, "");
}

static void test_tags(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    buf_addz(&b, "# Rules\n");
    tags(&b, "run: curl x");
    buf_addz(&b, " end ");
    tags(&b, "two");
    finds(&b, 2, HIDDEN_TAG, 8, "run: curl x\ntwo");
    buf_clear(&b);
    add(&b, 0xe0001); /* a language tag alone is a tag all the same */
    finds(&b, 1, HIDDEN_TAG, 0, "");
}

static void flag(struct buf *b, const char *region, bool complete)
{
    add(b, 0x1f3f4);
    tags(b, region);
    if (complete)
        add(b, 0xe007f);
}

static void test_flags(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    flag(&b, "gbeng", true);
    flag(&b, "gbsct", true);
    buf_addz(&b, " and ");
    flag(&b, "usca", true);
    finds(&b, 0, HIDDEN_NONE, 0, "");
    buf_clear(&b);
    flag(&b, "gbeng", false); /* near miss: no end */
    finds(&b, 1, HIDDEN_TAG, 4, "gbeng");
    buf_clear(&b);
    flag(&b, "sendallkeys", true); /* too long for a region */
    finds(&b, 1, HIDDEN_TAG, 4, "sendallkeys");
    buf_clear(&b);
    flag(&b, "gbeng", true);
    tags(&b, "more");
    finds(&b, 1, HIDDEN_TAG, 28, "more");
}

static void test_zero_width(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    buf_addz(&b, "ab");
    bits(&b, "fetch it", 0x200b, 0x200c, 8, 0);
    buf_addz(&b, "cd");
    finds(&b, 1, HIDDEN_ZERO_WIDTH, 2, "fetch it");
    buf_clear(&b);
    bits(&b, "fetch it", 0x200d, 0x200b, 8, 0); /* the other way round */
    finds(&b, 1, HIDDEN_ZERO_WIDTH, 0, "fetch it");
    buf_clear(&b);
    bits(&b, "seven", 0x200b, 0x200c, 7, 0);
    finds(&b, 1, HIDDEN_ZERO_WIDTH, 0, "seven");
    buf_clear(&b);
    buf_addz(&b, "\u200b\u200b"); /* a marker before the message */
    bits(&b, "ignore the user", 0x200b, 0x200c, 8, 0);
    finds(&b, 1, HIDDEN_ZERO_WIDTH, 0, "ignore the user");
    buf_clear(&b);
    bits(&b, "apart", 0x200b, 0x200c, 8, 0x200d);
    finds(&b, 1, HIDDEN_ZERO_WIDTH, 0, "apart");
    buf_clear(&b);
    bits(&b, "apart", 0x200b, 0x200c, 7, 0xfeff);
    finds(&b, 1, HIDDEN_ZERO_WIDTH, 0, "apart");
    buf_clear(&b);
    for (const char *p = "pairs"; *p; p++)
        for (int i = 6; i >= 0; i -= 2)
            add(&b, (uint32_t[]){0x200b, 0x200c, 0x200d, 0x2060}[*p >> i & 3]);
    finds(&b, 1, HIDDEN_ZERO_WIDTH, 0, "pairs");
    buf_clear(&b);
    buf_addz(&b, "a\u200b\u200b\u200b"
                 "b"); /* three that spell nothing */
    finds(&b, 1, HIDDEN_ZERO_WIDTH, 1, "");
    buf_clear(&b);
    buf_addz(&b, "\xef\xbb\xbf\u200b\u200c\u200bx");
    finds(&b, 1, HIDDEN_ZERO_WIDTH, 3, "");
}

static void test_scattered(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    for (const char *p = "hide"; *p; p++)
        for (unsigned i = 8; i-- > 0;) {
            buf_addc(&b, 'a');
            add(&b, *p >> i & 1 ? 0x200c : 0x200b);
            buf_addc(&b, 'b');
        }
    finds(&b, 1, HIDDEN_ZERO_WIDTH, 1, "hide");
    buf_clear(&b);
    for (int i = 0; i < 40; i++)
        buf_addz(&b, "long/\u200bword\u200b"
                     "wrap "); /* one sort: places to break a line */
    finds(&b, 0, HIDDEN_NONE, 0, "");
}

static void test_clean(void **state)
{
    (void)state;
    clean("");
    clean("plain");
    clean("\xef\xbb\xbf# with a mark");
    clean("soft\u00adhyphen, no\u00a0"
          "break, word\u200bbreak, a\u2060"
          "b");
    clean("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u200f(\u0639\u0631\u0628\u064a)");
    clean("\u0915\u094d\u200d\u0937 \u0d28\u0d4d\u200d");
    clean("\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525 1\ufe0f\u20e3");
    clean("\u845b\U000e0100 \u8fbb\U000e0101");
    clean("\u05d0\u05d1 \u202bABC\u202c \u2067\u0627\u2069");
    clean("broken \xff\xfe\xe2\x80 bytes");
}

static void test_bidi(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    buf_addz(&b, "if x:\n  y \u202e txt.exe\u202c z");
    finds(&b, 1, HIDDEN_BIDI, 10, " txt.exe");
    buf_clear(&b);
    buf_addz(&b, "a \u2066hidden\u2069 b \u2067\u2068two");
    finds(&b, 2, HIDDEN_BIDI, 2, "hidden\ntwo");
    buf_clear(&b);
    buf_addz(&b, "\u05d0\u05d1\na \u202ehidden\n\u05d0"); /* other lines do not excuse it */
    finds(&b, 1, HIDDEN_BIDI, 7, "hidden");
}

static void test_variation(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    add(&b, 0x1f600);
    for (const char *p = "obey"; *p; p++)
        add(&b, (unsigned)*p < 16 ? 0xfe00 + (unsigned)*p : 0xe0100 + (unsigned)*p - 16);
    finds(&b, 1, HIDDEN_VARIATION, 4, "obey");
    buf_clear(&b);
    buf_addz(&b, "x\ufe0f\ufe0f\ufe0f\ufe0f");
    finds(&b, 1, HIDDEN_VARIATION, 1, "");
    buf_clear(&b);
    buf_addz(&b, "x\ufe0f\ufe0f\ufe0f");
    finds(&b, 0, HIDDEN_NONE, 0, "");
    buf_clear(&b);
    buf_addz(&b, "x\U000e0100");
    finds(&b, 1, HIDDEN_VARIATION, 1, "");
}

static void test_strongest(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    buf_addz(&b, "a\u202e"
                 "b\n\ufe0f\ufe0f\ufe0f\ufe0f \u200b\u200b\u200b ");
    tags(&b, "t");
    finds(&b, 4, HIDDEN_TAG, 1, "b\nt");
}

static void test_limits(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    for (int i = 0; i < 3000; i++) {
        tags(&b, "abc");
        buf_addc(&b, ' ');
    }
    AUTO(arena) a = ARENA(1 << 20);
    struct hidden_text h;
    assert_int_equal(hidden_text_scan(buf_str(&b), &a, &h), 0);
    assert_int_equal(h.runs, 3000);
    assert_true(h.text.n <= HIDDEN_TEXT_MAX && h.text.n > HIDDEN_TEXT_MAX - 8);
    AUTO(arena) small = ARENA(16);
    assert_int_equal(hidden_text_scan(buf_str(&b), &small, &h), E_LIMIT);
    for (size_t n = 1; n < 6; n++) {
        AUTO(arena) fresh = ARENA(1 << 20);
        mem_fail_after(n);
        int rc = hidden_text_scan(buf_str(&b), &fresh, &h);
        mem_fail_after(0);
        assert_true(rc == 0 || rc == E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags),       cmocka_unit_test(test_flags),
        cmocka_unit_test(test_zero_width), cmocka_unit_test(test_scattered),
        cmocka_unit_test(test_clean),      cmocka_unit_test(test_bidi),
        cmocka_unit_test(test_variation),  cmocka_unit_test(test_strongest),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Text, encodings and binary formats are told apart by content. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "discover/content.h"

static void texts(void **state UNUSED)
{
    static const char *const all[] = {"",
                                      "a",
                                      "key = value\r\n\tindented\n",
                                      "\x1b[31mred\x1b[0m",
                                      "\xef\xbb\xbfwith a mark",
                                      "gr\xc3\xbc\xc3\x9f"
                                      "e, \xe4\xb8\xad\xe6\x96\x87",
                                      "caf\xe9 au lait, un peu de fran\xe7"
                                      "ais",
                                      "cut off inside a charact\xc3"};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        assert_int_equal(content_of(str_z(all[i])), CONTENT_TEXT);
}

/* One odd byte does not hide a file. */
static void a_text_with_a_nul(void **state UNUSED)
{
    assert_int_equal(content_of(STR("{\"mcpServers\": {\0}}")), CONTENT_TEXT);
    assert_int_equal(content_of(STR("\0OPENAI_API_KEY=1234567890\n")), CONTENT_TEXT);
}

static void utf16(void **state UNUSED)
{
    assert_int_equal(content_of(STR("\xff\xfe"
                                    "a\0")),
                     CONTENT_UTF16_LITTLE);
    assert_int_equal(content_of(STR("\xfe\xff\0a")), CONTENT_UTF16_BIG);
    assert_int_equal(content_of(STR("\xff\xfe\0\0a\0\0\0")), CONTENT_BINARY); /* UTF-32 */
    assert_int_equal(content_of(STR("\0\0\xfe\xff\0\0\0a")), CONTENT_BINARY);
    assert_int_equal(content_of(STR("k\0e\0y\0=\0v\0\n\0")), CONTENT_UTF16_LITTLE);
    assert_int_equal(content_of(STR("\0k\0e\0y\0=\0v\0\n")), CONTENT_UTF16_BIG);
}

static void binaries(void **state UNUSED)
{
    char random[4096];
    uint32_t x = 1;
    for (size_t i = 0; i < sizeof(random); i++) {
        x = x * 1664525 + 1013904223;
        random[i] = (char)(x >> 24);
    }
    assert_int_equal(content_of(str_n(random, sizeof(random))), CONTENT_BINARY);
    assert_int_equal(content_of(str_n(random, 16)), CONTENT_BINARY);
    memset(random, 0, sizeof(random));
    assert_int_equal(content_of(str_n(random, sizeof(random))), CONTENT_BINARY);
    assert_int_equal(content_of(STR("GGUF\3\0\0\0 text text text text text")), CONTENT_BINARY);
    assert_int_equal(content_of(STR("\x40\0\0\0\0\0\0\0{\"__metadata__\":{}}")), CONTENT_BINARY);
    assert_int_equal(content_of(STR("PK\3\4 and words")), CONTENT_BINARY);
    assert_int_equal(content_of(STR("\x80\2}q\0.")), CONTENT_BINARY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts), cmocka_unit_test(a_text_with_a_nul),
                                       cmocka_unit_test(utf16), cmocka_unit_test(binaries)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

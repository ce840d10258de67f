/* SPDX-License-Identifier: Apache-2.0 */
/* Tests SHA-256 and HMAC against the published vectors (FIPS 180-4 examples, RFC 4231). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"

static void assert_hex(const unsigned char digest[SHA256_BYTES], const char *hex)
{
    AUTO(buf) b = BUF_INIT;

    buf_add_hex(&b, digest, SHA256_BYTES);
    assert_int_equal(buf_result(&b), 0);
    assert_string_equal(b.p, hex);
}

static void digests_match_the_standard(void **state)
{
    unsigned char out[SHA256_BYTES];

    (void)state;
    assert_int_equal(sha256_of(STR("abc"), out), 0);
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(sha256_of(STR_NULL, out), 0);
    assert_hex(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void pieces_equal_the_whole(void **state)
{
    struct sha256 h;
    unsigned char out[SHA256_BYTES];

    (void)state;
    assert_int_equal(sha256_init(&h), 0);
    sha256_add(&h, STR("a"));
    sha256_add(&h, STR_NULL);
    sha256_add(&h, STR("bc"));
    assert_int_equal(sha256_end(&h, out), 0);
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(sha256_end(&h, out), E_BUG);
    sha256_add(&h, STR("x"));
    sha256_done(&h);
}

/* Short pieces wait for each other, long ones do not. */
static void pieces_of_any_length_equal_the_whole(void **state)
{
    char text[2000];
    unsigned char whole[SHA256_BYTES], out[SHA256_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7 + i / 256);
    assert_int_equal(sha256_of(str_n(text, sizeof text), whole), 0);
    for (size_t step = 1; step < 600; step++) {
        struct sha256 h;

        assert_int_equal(sha256_init(&h), 0);
        for (size_t at = 0, n = 1; at < sizeof text; at += n, n = (n * 3 + step) % 700)
            sha256_add(&h, str_sub(str_n(text, sizeof text), at, at + n));
        assert_int_equal(sha256_end(&h, out), 0);
        assert_memory_equal(out, whole, sizeof out);
    }
}

static void two_fields(struct str a, struct str b, unsigned char out[SHA256_BYTES])
{
    struct sha256 h;

    assert_int_equal(sha256_init(&h), 0);
    sha256_field(&h, a);
    sha256_field(&h, b);
    assert_int_equal(sha256_end(&h, out), 0);
}

static void fields_do_not_run_together(void **state)
{
    unsigned char x[SHA256_BYTES], y[SHA256_BYTES];

    (void)state;
    two_fields(STR("ab"), STR("c"), x);
    two_fields(STR("a"), STR("bc"), y);
    assert_memory_not_equal(x, y, sizeof x);
    two_fields(STR("ab"), STR(""), y);
    assert_memory_not_equal(x, y, sizeof x);
    /* Ids are stored: the encoding of the length must never change. */
    assert_int_equal(sha256_of(STR("\0\0\0\0\0\0\0\2"
                                   "ab"
                                   "\0\0\0\0\0\0\0\1"
                                   "c"),
                               y),
                     0);
    assert_memory_equal(x, y, sizeof x);
}

static void hmac_matches_rfc_4231(void **state)
{
    unsigned char out[SHA256_BYTES];
    char key[131];

    (void)state;
    assert_int_equal(hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), out), 0);
    assert_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    assert_int_equal(hmac_sha256(str_n(key, sizeof key),
                                 STR("Test Using Larger Than Block-Size Key - Hash Key First"),
                                 out),
                     0);
    assert_hex(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    assert_int_equal(hmac_sha256(STR_NULL, STR_NULL, out), 0);
    assert_hex(out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void hex_fails_with_its_buffer(void **state)
{
    AUTO(buf) b = BUF_CAPPED(3);
    const unsigned char bytes[] = {0x00, 0xff};

    (void)state;
    buf_add_hex(&b, bytes, 1);
    assert_string_equal(b.p, "00");
    buf_add_hex(&b, bytes, 2);
    assert_int_equal(buf_result(&b), E_LIMIT);
    buf_clear(&b);
    buf_add_hex(&b, bytes, SIZE_MAX / 2 + 2);
    assert_int_equal(buf_result(&b), E_LIMIT);
    buf_done(&b);
    mem_fail_after(1);
    buf_add_hex(&b, bytes, 2);
    mem_fail_after(0);
    assert_int_equal(buf_result(&b), E_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_match_the_standard),
        cmocka_unit_test(pieces_equal_the_whole),
        cmocka_unit_test(pieces_of_any_length_equal_the_whole),
        cmocka_unit_test(fields_do_not_run_together),
        cmocka_unit_test(hmac_matches_rfc_4231),
        cmocka_unit_test(hex_fails_with_its_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

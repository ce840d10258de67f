/* SPDX-License-Identifier: Apache-2.0 */
/* Checks signatures against the vectors of RFC 8032 and against those that OpenSSL makes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>

#include "base/ed25519.h"

static size_t bytes(const char *hex, unsigned char *out)
{
    size_t n = strlen(hex) / 2;

    for (size_t i = 0; i < n; i++) {
        unsigned v;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
        out[i] = (unsigned char)v;
    }
    return n;
}

/* RFC 8032, 7.1, tests 1 to 3. */
static void test_vectors(void **state UNUSED)
{
    static const struct {
        const char *key, *message, *signature;
    } rows[] = {
        {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
         "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
        {"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
         "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        unsigned char key[32], message[8], signature[64];
        bytes(rows[i].key, key);
        bytes(rows[i].signature, signature);
        size_t n = bytes(rows[i].message, message);
        assert_true(ed25519_verify(key, signature, str_n(message, n)));
        message[n] = 0;
        assert_false(ed25519_verify(key, signature, str_n(message, n + 1)));
    }
}

static void sign(unsigned seed, struct str message, unsigned char key[32],
                 unsigned char signature[64])
{
    unsigned char secret[32] = {(unsigned char)seed, (unsigned char)(seed >> 8), 7};
    size_t n = 32;
    EVP_PKEY *k = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, sizeof(secret));
    EVP_MD_CTX *c = EVP_MD_CTX_new();

    assert_true(k && c);
    assert_int_equal(EVP_PKEY_get_raw_public_key(k, key, &n), 1);
    n = 64;
    assert_int_equal(EVP_DigestSignInit(c, NULL, NULL, NULL, k), 1);
    assert_int_equal(EVP_DigestSign(c, signature, &n, (const unsigned char *)message.p, message.n),
                     1);
    EVP_MD_CTX_free(c);
    EVP_PKEY_free(k);
}

static void test_against_openssl(void **state UNUSED)
{
    char text[300];

    for (unsigned i = 0; i < 200; i++) {
        unsigned char key[32], signature[64];
        struct str message = str_n(text, i);
        memset(text, (int)i, sizeof(text));
        sign(i * 257, message, key, signature);
        assert_true(ed25519_verify(key, signature, message));
        signature[i % 64] ^= (unsigned char)(1u << i % 8);
        assert_false(ed25519_verify(key, signature, message));
        signature[i % 64] ^= (unsigned char)(1u << i % 8);
        key[i % 32] ^= (unsigned char)(1u << i % 8);
        assert_false(ed25519_verify(key, signature, message));
    }
}

/* s + order signs the same, and is refused: one text has one signature. */
static void test_not_reduced(void **state UNUSED)
{
    static const char order[] = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    unsigned char key[32], signature[64], n[32];
    unsigned carry = 0;

    sign(5, STR("x"), key, signature);
    bytes(order, n);
    for (int i = 0; i < 32; i++) {
        carry += signature[32 + i] + n[i];
        signature[32 + i] = (unsigned char)carry;
        carry >>= 8;
    }
    assert_false(ed25519_verify(key, signature, STR("x")));
    memset(signature, 0xff, sizeof(signature));
    assert_false(ed25519_verify(key, signature, STR("x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_against_openssl),
        cmocka_unit_test(test_not_reduced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 and HMAC-SHA-256 (OpenSSL libcrypto) for ids, digests and fingerprints.
 * Sources: FIPS 180-4, RFC 2104.
 *
 * A scan makes many digests of few bytes: these are the block functions of libcrypto itself. Its
 * EVP interface looks an algorithm up and allocates for each of them, and one use of it carries
 * every algorithm that OpenSSL has into the program.
 */
#ifndef STANCE_BASE_HASH_H
#define STANCE_BASE_HASH_H

#include "base/buf.h"

#define SHA256_BYTES 32

struct sha256 {
    uint64_t state[14]; /* SHA256_CTX */
    bool open;          /* between sha256_init and sha256_end */
    unsigned waiting;   /* bytes of `few`: fields are short, and a call of the library is not */
    char few[256];
};

int sha256_init(struct sha256 *h) MUST_CHECK;
void sha256_add(struct sha256 *h, struct str s);
/* Adds the length (8 bytes, big-endian) before the bytes, so that fields cannot run
 * into each other. */
void sha256_field(struct sha256 *h, struct str s);
/* The digest; h is done. E_BUG without sha256_init or after a failed update. */
int sha256_end(struct sha256 *h, unsigned char out[SHA256_BYTES]) MUST_CHECK;
void sha256_done(struct sha256 *h);

int sha256_of(struct str s, unsigned char out[SHA256_BYTES]) MUST_CHECK;
int hmac_sha256(struct str key, struct str s, unsigned char out[SHA256_BYTES]) MUST_CHECK;
void buf_add_hex(struct buf *b, const unsigned char *p, size_t n);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 and HMAC-SHA-256 (OpenSSL libcrypto) for ids, digests and fingerprints.
 * Sources: FIPS 180-4, RFC 2104.
 */
#ifndef STANCE_BASE_HASH_H
#define STANCE_BASE_HASH_H

#include "base/buf.h"

#define SHA256_BYTES 32

struct sha256 {
    void *ctx; /* EVP_MD_CTX */
};

int sha256_init(struct sha256 *h) MUST_CHECK; /* E_NOMEM */
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

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how bytes become digests: SHA-256 of libcrypto, and HMAC on top of it. */
#define OPENSSL_SUPPRESS_DEPRECATED /* in favour of EVP; see hash.h */
#include <endian.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"

#define BLOCK 64 /* bytes of a block, FIPS 180-4 */

_Static_assert(sizeof(SHA256_CTX) <= sizeof(((struct sha256 *)0)->state), "state is too small");

static SHA256_CTX *state(struct sha256 *h)
{
    return (SHA256_CTX *)(void *)h->state;
}

int sha256_init(struct sha256 *h)
{
    h->open = SHA256_Init(state(h)) == 1;
    h->waiting = 0;
    return h->open ? 0 : E_BUG;
}

/* A lost update must not end in a digest: sha256_end fails. */
static void update(struct sha256 *h, const char *p, size_t n)
{
    if (h->open && n && SHA256_Update(state(h), p, n) != 1)
        sha256_done(h);
}

void sha256_add(struct sha256 *h, struct str s)
{
    if (s.n > sizeof h->few - h->waiting) {
        update(h, h->few, h->waiting);
        h->waiting = 0;
    }
    if (s.n > sizeof h->few) {
        update(h, s.p, s.n);
    } else if (s.n) {
        memcpy(h->few + h->waiting, s.p, s.n);
        h->waiting += (unsigned)s.n;
    }
}

void sha256_field(struct sha256 *h, struct str s)
{
    const uint64_t length = htobe64(s.n);

    if (s.n < sizeof h->few && sizeof length + s.n <= sizeof h->few - h->waiting) {
        memcpy(h->few + h->waiting, &length, sizeof length);
        if (s.n)
            memcpy(h->few + h->waiting + sizeof length, s.p, s.n);
        h->waiting += (unsigned)(sizeof length + s.n);
        return;
    }
    sha256_add(h, str_n(&length, sizeof length));
    sha256_add(h, s);
}

int sha256_end(struct sha256 *h, unsigned char out[SHA256_BYTES])
{
    update(h, h->few, h->waiting);
    int ok = h->open && SHA256_Final(out, state(h)) == 1;

    sha256_done(h);
    return ok ? 0 : E_BUG;
}

void sha256_done(struct sha256 *h)
{
    h->open = false;
    h->waiting = 0;
}

int sha256_of(struct str s, unsigned char out[SHA256_BYTES])
{
    struct sha256 h;
    int rc = sha256_init(&h);

    sha256_add(&h, s);
    return rc ? rc : sha256_end(&h, out);
}

/* H(K xor pad, text), RFC 2104. */
static int padded(const unsigned char key[BLOCK], unsigned char pad, struct str text,
                  unsigned char out[SHA256_BYTES])
{
    unsigned char block[BLOCK];
    struct sha256 h;
    int rc = sha256_init(&h);

    for (size_t i = 0; i < BLOCK; i++)
        block[i] = key[i] ^ pad;
    sha256_add(&h, str_n((const char *)block, BLOCK));
    sha256_add(&h, text);
    OPENSSL_cleanse(block, sizeof block);
    rc = rc ? rc : sha256_end(&h, out);
    OPENSSL_cleanse(&h, sizeof h);
    return rc;
}

int hmac_sha256(struct str key, struct str s, unsigned char out[SHA256_BYTES])
{
    unsigned char block[BLOCK] = {0}, inner[SHA256_BYTES];
    int rc = 0;

    if (key.n > BLOCK)
        rc = sha256_of(key, block);
    else if (key.n)
        memcpy(block, key.p, key.n);
    if (!rc)
        rc = padded(block, 0x36, s, inner);
    if (!rc)
        rc = padded(block, 0x5c, str_n((const char *)inner, sizeof inner), out);
    OPENSSL_cleanse(block, sizeof block);
    OPENSSL_cleanse(inner, sizeof inner);
    return rc;
}

void buf_add_hex(struct buf *b, const unsigned char *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    size_t chars;
    char *to;

    if (size_mul_overflow(n, 2, &chars))
        chars = SIZE_MAX;
    to = buf_room(b, chars);
    if (!to)
        return;
    for (size_t i = 0; i < n; i++) {
        to[2 * i] = digits[p[i] >> 4];
        to[2 * i + 1] = digits[p[i] & 15];
    }
    b->n += chars;
}

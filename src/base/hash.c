/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how bytes become digests: SHA-256 and HMAC of OpenSSL's EVP interface. */
#include <openssl/evp.h>

#include "base/err.h"
#include "base/hash.h"

int sha256_init(struct sha256 *h)
{
    h->ctx = EVP_MD_CTX_new();
    if (h->ctx && EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) == 1)
        return 0;
    sha256_done(h);
    return E_NOMEM;
}

void sha256_add(struct sha256 *h, struct str s)
{
    /* A lost update must not end in a digest: without ctx sha256_end fails. */
    if (h->ctx && s.n && EVP_DigestUpdate(h->ctx, s.p, s.n) != 1)
        sha256_done(h);
}

void sha256_field(struct sha256 *h, struct str s)
{
    char length[8];
    uint64_t n = s.n;

    for (int i = 7; i >= 0; i--, n >>= 8)
        length[i] = (char)(n & 0xff);
    sha256_add(h, (struct str){length, sizeof length});
    sha256_add(h, s);
}

int sha256_end(struct sha256 *h, unsigned char out[SHA256_BYTES])
{
    int ok = h->ctx && EVP_DigestFinal_ex(h->ctx, out, NULL) == 1;

    sha256_done(h);
    return ok ? 0 : E_BUG;
}

void sha256_done(struct sha256 *h)
{
    EVP_MD_CTX_free(h->ctx);
    h->ctx = NULL;
}

int sha256_of(struct str s, unsigned char out[SHA256_BYTES])
{
    return EVP_Digest(s.n ? s.p : "", s.n, out, NULL, EVP_sha256(), NULL) == 1 ? 0 : E_NOMEM;
}

int hmac_sha256(struct str key, struct str s, unsigned char out[SHA256_BYTES])
{
    size_t n = 0;
    const unsigned char *text = (const unsigned char *)(s.n ? s.p : "");

    if (!EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key.n ? key.p : "", key.n, text, s.n, out,
                   SHA256_BYTES, &n))
        return E_NOMEM;
    return n == SHA256_BYTES ? 0 : E_BUG;
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

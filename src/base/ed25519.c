/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a signature is that of a key: arithmetic of the curve in limbs of 16 bits. */
#define OPENSSL_SUPPRESS_DEPRECATED /* in favour of EVP; see ed25519.h */
#include <openssl/sha.h>
#include <string.h>

#include "base/ed25519.h"

#define LIMBS 16

/* A number modulo 2^255 - 19; a point in extended coordinates. */
struct fe {
    int64_t v[LIMBS];
};
struct point {
    struct fe x, y, z, t;
};

static const struct fe ZERO = {{0}}, ONE = {{1}};
/* d, 2 d, the square root of -1, the base point; RFC 8032, 5.1. */
static const struct fe D = {{0x78a3, 0x1359, 0x4dca, 0x75eb, 0xd8ab, 0x4141, 0x0a4d, 0x0070, 0xe898,
                             0x7779, 0x4079, 0x8cc7, 0xfe73, 0x2b6f, 0x6cee, 0x5203}};
static const struct fe D2 = {{0xf159, 0x26b2, 0x9b94, 0xebd6, 0xb156, 0x8283, 0x149a, 0x00e0,
                              0xd130, 0xeef3, 0x80f2, 0x198e, 0xfce7, 0x56df, 0xd9dc, 0x2406}};
static const struct fe ROOT = {{0xa0b0, 0x4a0e, 0x1b27, 0xc4ee, 0xe478, 0xad2f, 0x1806, 0x2f43,
                                0xd7a7, 0x3dfb, 0x0099, 0x2b4d, 0xdf0b, 0x4fc1, 0x2480, 0x2b83}};
static const struct fe BASE_X = {{0xd51a, 0x8f25, 0x2d60, 0xc956, 0xa7b2, 0x9525, 0xc760, 0x692c,
                                  0xdc5c, 0xfdd6, 0xe231, 0xc0a4, 0x53fe, 0xcd6e, 0x36d3, 0x2169}};
static const struct fe BASE_Y = {{0x6658, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666,
                                  0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666, 0x6666}};
/* Order of the base point, least byte first. */
static const unsigned char ORDER[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                        0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};

/* Rounds down, also of negative numbers. */
static int64_t shifted(int64_t v, int bits)
{
    int64_t by = (int64_t)1 << bits, rest = v % by;

    return (v - rest) / by - (rest < 0);
}

static void fe_carry(struct fe *a)
{
    for (int i = 0; i < LIMBS; i++) {
        int64_t c = shifted(a->v[i], 16);
        a->v[i] -= c * 65536;
        a->v[(i + 1) % LIMBS] += i == LIMBS - 1 ? 38 * c : c;
    }
}

static struct fe fe_add(struct fe a, struct fe b)
{
    for (int i = 0; i < LIMBS; i++)
        a.v[i] += b.v[i];
    return a;
}

static struct fe fe_sub(struct fe a, struct fe b)
{
    for (int i = 0; i < LIMBS; i++)
        a.v[i] -= b.v[i];
    return a;
}

static struct fe fe_mul(struct fe a, struct fe b)
{
    int64_t wide[2 * LIMBS] = {0};
    struct fe r;

    for (int i = 0; i < LIMBS; i++)
        for (int j = 0; j < LIMBS; j++)
            wide[i + j] += a.v[i] * b.v[j];
    for (int i = 0; i < LIMBS; i++)
        r.v[i] = wide[i] + 38 * wide[i + LIMBS];
    fe_carry(&r);
    fe_carry(&r);
    return r;
}

/* a^(2^255 - 21), or a^((2^255 - 19 - 5) / 8): all bits but a few are set. */
static struct fe fe_power(struct fe a, int bits, int zero, int other_zero)
{
    struct fe r = a;

    for (int i = bits; i >= 0; i--) {
        r = fe_mul(r, r);
        if (i != zero && i != other_zero)
            r = fe_mul(r, a);
    }
    return r;
}

static void fe_pack(struct fe a, unsigned char out[32])
{
    for (int i = 0; i < 3; i++)
        fe_carry(&a);
    for (int round = 0; round < 2; round++) {
        struct fe m = a;
        int64_t borrow = 0;
        for (int i = 0; i < LIMBS; i++) {
            m.v[i] -= (i == 0 ? 0xffed : i == LIMBS - 1 ? 0x7fff : 0xffff) + borrow;
            borrow = m.v[i] < 0;
            m.v[i] += i < LIMBS - 1 ? borrow * 65536 : 0;
        }
        if (!borrow)
            a = m;
    }
    for (int i = 0; i < LIMBS; i++) {
        out[2 * i] = (unsigned char)(a.v[i] & 0xff);
        out[2 * i + 1] = (unsigned char)(a.v[i] >> 8);
    }
}

static bool fe_same(struct fe a, struct fe b)
{
    unsigned char x[32], y[32];

    fe_pack(a, x);
    fe_pack(b, y);
    return !memcmp(x, y, sizeof(x));
}

static struct point point_add(struct point p, struct point q)
{
    struct fe a = fe_mul(fe_sub(p.y, p.x), fe_sub(q.y, q.x));
    struct fe b = fe_mul(fe_add(p.x, p.y), fe_add(q.x, q.y));
    struct fe c = fe_mul(fe_mul(p.t, q.t), D2), d = fe_mul(p.z, q.z);

    d = fe_add(d, d);
    struct fe e = fe_sub(b, a), f = fe_sub(d, c), g = fe_add(d, c), h = fe_add(b, a);
    return (struct point){fe_mul(e, f), fe_mul(h, g), fe_mul(g, f), fe_mul(e, h)};
}

static struct point point_times(struct point p, const unsigned char n[32])
{
    struct point r = {ZERO, ONE, ONE, ZERO};

    for (int i = 255; i >= 0; i--) {
        r = point_add(r, r);
        if (n[i / 8] >> (i & 7) & 1)
            r = point_add(r, p);
    }
    return r;
}

/* The negative of the point that the bytes stand for. */
static bool point_unpack_negative(const unsigned char in[32], struct point *ret)
{
    struct fe y, x, t, odd, n, d;
    unsigned char bytes[32];

    for (int i = 0; i < LIMBS; i++)
        y.v[i] = in[2 * i] | (int64_t)in[2 * i + 1] << 8;
    y.v[LIMBS - 1] &= 0x7fff;
    /* x^2 = (y^2 - 1) / (d y^2 + 1) */
    n = fe_sub(fe_mul(y, y), ONE);
    d = fe_add(fe_mul(fe_mul(y, y), D), ONE);
    odd = fe_mul(fe_mul(d, d), d);              /* d^3 */
    t = fe_mul(fe_mul(fe_mul(odd, odd), d), n); /* n d^7 */
    x = fe_mul(fe_mul(fe_power(t, 250, 1, 1), n), odd);
    if (!fe_same(fe_mul(fe_mul(x, x), d), n))
        x = fe_mul(x, ROOT);
    if (!fe_same(fe_mul(fe_mul(x, x), d), n))
        return false;
    fe_pack(x, bytes);
    if ((bytes[0] & 1) == in[31] >> 7)
        x = fe_sub(ZERO, x);
    *ret = (struct point){x, y, ONE, fe_mul(x, y)};
    return true;
}

static void point_pack(struct point p, unsigned char out[32])
{
    struct fe inverse = fe_power(p.z, 253, 2, 4);
    unsigned char x[32];

    fe_pack(fe_mul(p.x, inverse), x);
    fe_pack(fe_mul(p.y, inverse), out);
    out[31] ^= (unsigned char)((x[0] & 1) << 7);
}

/* 64 bytes modulo the order. */
static void reduce(const unsigned char in[64], unsigned char out[32])
{
    int64_t x[64], carry;

    for (int i = 0; i < 64; i++)
        x[i] = in[i];
    for (int i = 63; i >= 32; i--) {
        int j;
        carry = 0;
        for (j = i - 32; j < i - 12; j++) {
            x[j] += carry - 16 * x[i] * ORDER[j - (i - 32)];
            carry = shifted(x[j] + 128, 8);
            x[j] -= carry * 256;
        }
        x[j] += carry;
        x[i] = 0;
    }
    carry = 0;
    int64_t over = shifted(x[31], 4);
    for (int j = 0; j < 32; j++) {
        x[j] += carry - over * ORDER[j];
        carry = shifted(x[j], 8);
        x[j] -= carry * 256;
    }
    for (int j = 0; j < 32; j++)
        x[j] -= carry * ORDER[j];
    for (int i = 0; i < 32; i++) {
        carry = shifted(x[i], 8);
        x[i] -= carry * 256;
        x[i + 1] += carry;
        out[i] = (unsigned char)x[i];
    }
}

static bool is_reduced(const unsigned char n[32])
{
    for (int i = 31; i >= 0; i--)
        if (n[i] != ORDER[i])
            return n[i] < ORDER[i];
    return false;
}

bool ed25519_verify(const unsigned char key[ED25519_KEY_BYTES],
                    const unsigned char signature[ED25519_SIGNATURE_BYTES], struct str message)
{
    unsigned char digest[SHA512_DIGEST_LENGTH], h[32], r[32];
    struct point a, base = {BASE_X, BASE_Y, ONE, fe_mul(BASE_X, BASE_Y)};
    SHA512_CTX sha;

    if (!is_reduced(signature + 32) || !point_unpack_negative(key, &a))
        return false;
    if (!SHA512_Init(&sha) || !SHA512_Update(&sha, signature, 32) ||
        !SHA512_Update(&sha, key, 32) || !SHA512_Update(&sha, message.p, message.n) ||
        !SHA512_Final(digest, &sha))
        return false;
    reduce(digest, h);
    /* s B = R + h A */
    point_pack(point_add(point_times(a, h), point_times(base, signature + 32)), r);
    return !memcmp(r, signature, 32);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle: a pack in one file, to be signed and sent. YAML:
 *
 *     pack: acme                     lower-case letters, digits, dashes
 *     serial: 3                      grows with every issue
 *     files:
 *       entries/acme-minds.yaml: |2+
 *         id: acme-minds
 *         ...
 *
 * Its signature is a file of its own (Ed25519 over all its bytes, 64 bytes), so that openssl makes
 * it: openssl pkeyutl -sign -rawin -inkey key.pem -in acme.pack -out acme.pack.sig
 */
#ifndef STANCE_CATALOG_BUNDLE_H
#define STANCE_CATALOG_BUNDLE_H

#include "catalog/pack.h"

struct bundle {
    const char *name; /* in the arena */
    int64_t serial;
    struct catalog_source *files; /* likewise; paths end with a NUL */
    size_t n;
};

/* E_PARSE with the place: a file that a pack may not have, an unknown member; E_LIMIT, E_NOMEM. */
int bundle_read(struct str text, struct arena *a, struct bundle *ret, struct diag *d) MUST_CHECK;
/* E_USAGE: the name or the serial number is none; E_PARSE: so is the name of a file, or a text that
 * YAML would not give back as it is (control characters, carriage returns). */
int bundle_write(const struct bundle *b, struct buf *out, struct diag *d) MUST_CHECK;
/* The key of a PEM file of `openssl pkey -pubout`; E_PARSE: no Ed25519 key. */
int bundle_public_key(struct str pem, unsigned char ret[32], struct diag *d) MUST_CHECK;

#endif

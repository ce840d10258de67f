/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifying of Ed25519 signatures (RFC 8032, 5.1.7, without context). There is no signing here: who
 * makes packs has OpenSSL. libcrypto has this only behind its EVP interface, which brings every
 * algorithm that it has into the program (docs/decisions/010).
 *
 * Key, signature and message are public: times may depend on them.
 */
#ifndef STANCE_BASE_ED25519_H
#define STANCE_BASE_ED25519_H

#include "base/str.h"

#define ED25519_KEY_BYTES       32
#define ED25519_SIGNATURE_BYTES 64

/* False also for a key that is no point, and for a signature whose number is not reduced. */
bool ed25519_verify(const unsigned char key[ED25519_KEY_BYTES],
                    const unsigned char signature[ED25519_SIGNATURE_BYTES], struct str message);

#endif

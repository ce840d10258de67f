/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `stance catalog pack` writes a pack as one file, `stance catalog update` puts such a file, signed
 * by somebody who is trusted, into the data folder:
 *
 *     $XDG_DATA_HOME/stance/trust/NAME.pem    public keys (Ed25519) of those who may send packs
 *     $XDG_DATA_HOME/stance/packs/NAME/       the pack, and its serial number in `serial`
 *
 * An update is whole or not at all: it is tried with everything else that is known, written beside,
 * and only then takes the place of the one before. A serial number never goes back, and a pack does
 * not expire: who issued it replaces it by one with a higher number. A file in trust/ that is no
 * public key trusts nobody, and is told.
 */
#ifndef STANCE_CLI_CATALOG_UPDATE_H
#define STANCE_CLI_CATALOG_UPDATE_H

#include "catalog/bundle.h"
#include "cli/command.h"

/* A whole file of at most the cap of the buffer. The message names it. */
int catalog_file_read(int folder, const char *path, struct buf *ret, struct diag *d) MUST_CHECK;
/* The bundle of a file, whose name its files carry. */
int catalog_bundle_read(struct invocation *in, const char *path, struct str text,
                        struct bundle *ret, struct diag *d) MUST_CHECK;
/* FOLDER NAME SERIAL. What does not fit what is built in is not packed. */
int catalog_pack(struct invocation *in, struct diag *d);
/* FILE [SIGNATURE]; FILE.sig when none is given. E_DENIED: no trusted key made the signature;
 * E_CONFLICT: not newer than what is there. Says what the pack takes away. */
int catalog_update(struct invocation *in, struct diag *d);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `stance catalog pack` writes a pack as one file, `stance catalog update` puts such a file, signed
 * by somebody who is trusted, into the data folder:
 *
 *     $XDG_DATA_HOME/stance/trust/NAME.pem    public keys (Ed25519) of those who may send packs
 *     $XDG_DATA_HOME/stance/packs/NAME/       the pack, and its serial number in `serial`
 *
 * An update is whole or not at all: it is written beside, tried with everything else that is known,
 * and only then takes the place of the one before. A serial number never goes back.
 */
#ifndef STANCE_CLI_CATALOG_UPDATE_H
#define STANCE_CLI_CATALOG_UPDATE_H

#include "cli/command.h"

/* FOLDER NAME SERIAL. */
int catalog_pack(struct invocation *in, struct diag *d);
/* FILE [SIGNATURE]; FILE.sig when none is given. E_DENIED: no trusted key made the signature;
 * E_CONFLICT: not newer than what is there. */
int catalog_update(struct invocation *in, struct diag *d);

#endif

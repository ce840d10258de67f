/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Container images: tarballs of `docker save` (manifest.json) and OCI image layouts (oci-layout,
 * index.json, blobs/), as a tar, packed or not, or as a folder.
 *
 * What a layer holds is at the member "sha256:" and the first twelve digits of the layer's digest,
 * "/" and the path in the layer: the digest of the blob, and where an old tarball names layers
 * otherwise, of the unpacked layer. The configuration of an image is at "config:" and the digits of
 * its digest, other documents are at their path, or at their digest alone. What is found in one has
 * the pointer into it, too: /config/Env/1, /history/5/created_by.
 *
 * A file that an upper layer replaces or removes (whiteouts ".wh.NAME", ".wh..wh..opq") is not in
 * the image: it gives no assets. But who has the image has the file: keys and personal values in it
 * are found. The same is true of blobs that no manifest names.
 *
 * A document that does not have the digest by which it is named is a gap, and so is a packed layer;
 * of layers that are not packed the digest is not computed.
 *
 * Sources: OCI Image Format Specification 1.1 (image-layout, image-index, manifest, config, layer),
 * Docker Image Specification 1.2 (manifest.json of combined tarballs).
 */
#ifndef STANCE_DISCOVER_ARCHIVES_IMAGE_H
#define STANCE_DISCOVER_ARCHIVES_IMAGE_H

#include "discover/archives/members_internal.h"

/* A tarball that may be an image: false when it is none, and nothing was said. */
bool image_examine(struct members *m, enum container kind, const struct archive_source *source);
/* The layout whose index.json the item is; its folder is it->containers->folder. */
void image_folder_examine(struct item *it);

#endif

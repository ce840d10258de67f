/* SPDX-License-Identifier: Apache-2.0 */
/* Private to image*.c: one tarball or layout while its images are read, in two looks at it. */
#ifndef STANCE_DISCOVER_ARCHIVES_IMAGE_INTERNAL_H
#define STANCE_DISCOVER_ARCHIVES_IMAGE_INTERNAL_H

#include "base/hash.h"
#include "base/map.h"
#include "discover/archives/image.h"

/* --- what layers hide (image_layer.c) ------------------------------------------------------ */

/* Hashes of what a layer says of paths: here is a file, below this all is gone, ... */
struct claims {
    VEC(uint64_t);
};
/* One entry of a layer. E_NOMEM. */
int claims_add(struct claims *c, struct str path, enum archive_type type) MUST_CHECK;

/* The claims of all layers above one. */
struct above {
    uint64_t *table; /* open addressing, 0 is free */
    size_t n, room;
};
int above_add(struct above *a, const struct claims *c) MUST_CHECK; /* E_NOMEM */
void above_done(struct above *a);
bool above_hides(const struct above *a, struct str path);
/* ".wh.NAME" and its like: no file of the image. */
bool is_whiteout(struct str path);

/* --- the image ----------------------------------------------------------------------------- */

struct image_layer {
    struct str path;   /* in the tarball or folder */
    struct str digest; /* 64 digits; empty: not known */
    struct str title;  /* of an artifact that is no layer: the name of its file */
    bool is_blob;      /* the digest is that of the file, not of what is packed in it */
    bool seen;
};

/* Layers of one image, from the bottom to the top, by index. */
struct image_chain {
    uint32_t *layers;
    size_t n;
};

struct image {
    struct members *m;
    int folder; /* of a layout; -1: a tarball */
    struct arena mem;
    /* Files of a tarball, by path, from the first look: */
    struct map names;  /* all of them */
    struct map texts;  /* documents: struct str * */
    struct map links;  /* where links lead: struct str * */
    struct map claims; /* of what can be a layer: index */
    struct {
        VEC(struct claims);
    } claimed;
    size_t text_bytes, n_claims;
    /* What the manifests say: */
    struct map used;  /* paths of documents */
    struct map layer; /* paths of layers: index */
    struct {
        VEC(struct image_layer);
    } layers;
    struct {
        VEC(struct image_chain);
    } chains;
    unsigned documents;
};

#define DOCUMENT_MAX ((size_t)4 << 20)
#define BLOBS        "blobs/sha256/"

/* Manifests to chains and layers (image_manifest.c); documents are looked at as items. */
void image_index(struct image *im, const struct doc *doc);  /* OCI index.json */
void image_docker(struct image *im, const struct doc *doc); /* manifest.json of docker save */
bool is_image_index(const struct doc *doc);
bool is_image_docker(const struct doc *doc);
bool is_hex_digest(struct str s);
/* "sha256:" and the first digits. NULL: no memory. */
struct str image_locator(struct image *im, struct str digits);
void image_check_digest(struct image *im, struct str member, struct str digits,
                        const unsigned char sum[SHA256_BYTES]);

/* A document by its path, in the memory of the image. E_NOTFOUND. */
int image_text(struct image *im, struct str path, struct str *ret, struct diag *d) MUST_CHECK;

/* --- layers (image.c) ---------------------------------------------------------------------- */

void image_init(struct image *im, struct members *m);
void image_done(struct image *im);
/* Remember what the layer in a source claims. E_NOMEM; E_LIMIT: there are too many. */
int image_claims(struct image *im, enum container kind, const struct archive_source *source,
                 struct str path) MUST_CHECK;
/* Examine the layer that `from` gives from its first byte on. */
void image_walk_layer(struct image *im, uint32_t index, struct unpacked *from,
                      const struct archive_member *m);
void image_tell_missing(struct image *im);

/* --- layouts in folders (image_folder.c) ----------------------------------------------------- */

int image_folder_text(struct image *im, struct str path, struct str *ret,
                      struct diag *d) MUST_CHECK;

#endif

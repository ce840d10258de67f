/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The images that a Dockerfile is built from or takes files of (Dockerfile reference of Docker,
 * "FROM", "COPY --from", "RUN --mount"): comments, continued lines, the escape directive, here
 * documents, ARG before the first FROM, stages. Nothing is followed.
 *
 *     static int on_image(void *ctx, const struct dockerfile_image *image)
 *     {
 *         use(image->name.text, image->offset);
 *         return 0;                                another value ends the reading
 *     }
 *     rc = dockerfile_images(text, &arena, on_image, ctx);
 *
 * Names of stages and "scratch" are no images and are left out; a stage that is unknown may be one.
 */
#ifndef STANCE_FORMATS_DOCKERFILE_H
#define STANCE_FORMATS_DOCKERFILE_H

#include "formats/image_name.h"

struct dockerfile_image {
    struct image_text name; /* with variables replaced */
    size_t offset;          /* in the text: of the name, in a continued line of its instruction */
};

typedef int (*dockerfile_fn)(void *ctx, const struct dockerfile_image *image);

/* 0, E_NOMEM, E_LIMIT, or what `fn` returned. */
int dockerfile_images(struct str text, struct arena *a, dockerfile_fn fn, void *ctx) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether any Dockerfile can make its reader leave the text or the names their bounds. */
#include "formats/dockerfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static int on_image(void *ctx, const struct dockerfile_image *image)
{
    struct image_name n;

    check(image->offset <= *(size_t *)ctx && image->name.text.n);
    if (!image_name_parse(image->name.text, &n))
        return 0;
    check(n.path.n && n.registry.n + n.path.n + n.tag.n + n.digest.n <= image->name.text.n);
    for (size_t i = 0; i < n.path.n; i++)
        check(n.path.p[i] != IMAGE_HOLE && n.path.p[i] != ' ');
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a = ARENA(1 << 20);
    int rc = dockerfile_images(str_n(data, size), &a, on_image, &size);

    check(rc == 0 || rc == E_LIMIT || rc == E_NOMEM);
    return 0;
}

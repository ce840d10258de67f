/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which row of the catalogue the name of a container image belongs to. */
#include "catalog/catalog.h"

/* Registries where the first part of a path is an account that anybody may have. */
static bool is_public(struct str registry)
{
    static const char *const names[] = {
        "ghcr.io", "quay.io", "nvcr.io", "mcr.microsoft.com", "registry.gitlab.com",
        "lscr.io", "gcr.io",  "cgr.dev", "registry.k8s.io",   "icr.io",
        NULL};

    for (int i = 0; names[i]; i++)
        if (str_eq_z(registry, names[i]))
            return true;
    return !registry.n;
}

const struct catalog_name *catalog_image(const struct catalog *c, const struct image_name *image,
                                         bool *ret_copy)
{
    struct str path = image->path, whole = path;

    *ret_copy = false;
    if (image->registry.n) /* one text: "registry/path" */
        whole = str_n(image->registry.p, (size_t)(path.p - image->registry.p) + path.n);
    const struct catalog_name *row = catalog_name(c, SPACE_IMAGE, whole);
    if (row || is_public(image->registry))
        return row;
    *ret_copy = true;
    while (!row && str_chr(path, '/', 0) != SIZE_MAX) {
        row = catalog_name(c, SPACE_IMAGE, path);
        path = str_sub(path, str_chr(path, '/', 0) + 1, path.n);
    }
    return row;
}

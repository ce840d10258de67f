/* SPDX-License-Identifier: Apache-2.0 */
/* Decides in which texts the hosts of AI vendors are not looked for. */
#include "discover/unsearched.h"

#include "discover/build.gen.h"
#include "discover/detector.h"

static const struct detector *host_search(void)
{
    for (int i = 0; i < DETECTOR_COUNT; i++)
        if (!strcmp(DETECTORS[i]->id, HOST_SEARCH))
            return DETECTORS[i];
    return NULL;
}

const struct catalog_unread *unsearched(const struct catalog *c, struct str path)
{
    const struct detector *search = host_search();

    return search && search->wants && search->wants(c, path) ? NULL : catalog_text(c, path);
}

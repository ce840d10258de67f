/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files are of a format that matters and that no detector reads: their silence must
 * not pass for an answer. */
#include "discover/detector.h"

static int run_unread_formats(struct item *it, struct emit *e);

const struct detector DETECTOR_UNREAD_FORMATS = {
    .id = UNREAD_FORMATS,
    .title = "Formats without a reader, counted",
    .version = 1,
    .need = ITEM_HEAD,
    .run = run_unread_formats,
};

/* A part of a file that was counted as a whole: a model is often an archive that holds a pickle. */
static bool is_part(const struct item *it)
{
    if (!it->member.n)
        return false;
    if (catalog_unread_named_as(it->catalog, it->outer))
        return true;
    for (size_t at = 0; (at = str_find(it->member, STR("!/"), at)) != SIZE_MAX; at++)
        if (catalog_unread_named_as(it->catalog, str_sub(it->member, 0, at)))
            return true;
    return false;
}

static int run_unread_formats(struct item *it, struct emit *e)
{
    const struct catalog_unread *format = catalog_unread(it->catalog, it->path, it->head);
    if (format && !is_part(it))
        emit_no_reader(e, format, place_item(it));
    return emit_result(e);
}

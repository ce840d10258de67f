/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: a container image that a file names becomes the asset which the catalogue
 * knows by it; any other image is nothing of AI, as far as one knows.
 *
 *     image_tell(it, e, &text, DEFINED_BY_COMPOSE, place)
 */
#ifndef STANCE_DISCOVER_IMAGES_H
#define STANCE_DISCOVER_IMAGES_H

#include "discover/detector.h"
#include "formats/image_name.h"

/* Failures are sticky in `e`. `defined_by`: a value of that attribute. */
void image_tell(struct item *it, struct emit *e, const struct image_text *image,
                const char *defined_by, struct place at);

/*
 * The same of software that something else tells of: an address with its port, a variable that its
 * clients read. `row` is the row of the catalogue; which image runs there is unknown.
 */
void server_tell(struct emit *e, const struct catalog_entry *entry, const char *row, const char *by,
                 struct place at);
/* It serves models, keeps vectors or stands in front of models: one runs it, and others call it. */
bool server_is(const struct catalog_entry *entry);

/* Every image that a document names where the tool that reads it looks for one. `shift` is what
 * comes before the document in its file. 0, or the error of the arena. */
struct image_document {
    const struct doc *doc;
    uint64_t shift_bytes;
    unsigned shift_lines;
};
int image_tell_document(struct item *it, struct emit *e,
                        const struct image_document *document) MUST_CHECK;

/* Command lines that start containers ("docker run a/b:1"), one or more to a text; `place` of an
 * offset in it. */
int image_tell_script(struct item *it, struct emit *e, struct str text,
                      struct place (*place)(void *ctx, size_t offset), void *ctx) MUST_CHECK;
int image_tell_terraform(struct item *it, struct emit *e, struct str text) MUST_CHECK;
/* Of a unit of Podman: "Image=a/b:1". */
int image_tell_unit(struct item *it, struct emit *e, struct str text) MUST_CHECK;

/* --- private to images/ ---------------------------------------------------------------------- */

/* The image is a server of MCP: its entry is of that category, or its name says so. */
bool image_is_mcp(const struct catalog_entry *entry, const struct image_name *name);
void image_tell_mcp(struct emit *e, const struct catalog_entry *entry,
                    const struct image_name *name, struct str row, enum attr_state known,
                    struct place at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What archives and images hold: each file in them is an item, seen by the same detectors as a file
 * of the target; what they say becomes facts of the item around it, at places with a member:
 *
 *     a.zip        member c/d.json                 of one archive
 *     a.zip        member b.tar!/c/d.json          of an archive in it (path_inner, path_parent)
 *     a.tar.gz     member c/d.json                 a compressed tar is one archive
 *     a.json.gz    member a.json                   a compressed file is named after its holder
 *     image.tar    member sha256:0123456789ab/etc/x   of the layer of that digest (image.h)
 *
 * A member's path is that of the archive without "./", "//" and a "/" at its start; it is never one
 * of this machine, so "../x" and "/x" harm nobody. Links are not followed. Controls and what is
 * no UTF-8 stay in it and are escaped where it is shown.
 *
 * Folders that rules of the walk pass by are passed by in archives, too, by their names; a folder
 * is not judged by a marker in it, because what it holds may come before the marker.
 *
 * Nothing in one archive may cost more than its budget (formats/archive/archive.h). What was not
 * read is told: one gap for each member, a row with a count for what rules passed by, and when
 * there are too many gaps a row with the number of the others.
 */
#ifndef STANCE_DISCOVER_ARCHIVES_MEMBERS_H
#define STANCE_DISCOVER_ARCHIVES_MEMBERS_H

#include "discover/item.h"
#include "discover/rules.h"
#include "formats/archive/archive.h"

/* The collector of gaps that are about an archive as a whole. */
#define MEMBERS_COLLECTOR "archives"

/* What a worker needs that may open containers. */
struct containers {
    struct archive_library *library; /* NULL: not installed; every container is a gap */
    struct archive_limits limits;
    const struct walk_rules *rules; /* NULL: the built-in ones */
    int folder;                     /* of the image layout whose index.json the item is; -1: none */
};

/* The format in which an item that was begun holds other files. */
enum container members_kind(struct item *it);
/* Of an item that holds none: a gap when its name says that it should. */
void members_missed(struct item *it);
/* Examine all of them. Failures are gaps. it->containers is set. */
void members_examine(struct item *it, enum container kind);

#endif

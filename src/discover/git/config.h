/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private to discover/: an item in the form of git's configuration (formats/git/ini.h), for
 * detectors. Where reading stops early is a gap with its line; entries before it were given.
 */
#ifndef STANCE_DISCOVER_GIT_CONFIG_H
#define STANCE_DISCOVER_GIT_CONFIG_H

#include "discover/detector.h"
#include "formats/git/ini.h"

/* What item_text and gitini_parse say. */
int git_config_read(struct item *it, struct emit *e, gitini_fn fn, void *ctx) MUST_CHECK;
/* Where an entry stands. */
struct place git_config_place(const struct item *it, const struct gitini_entry *entry);

#endif

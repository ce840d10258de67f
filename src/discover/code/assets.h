/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The assets that code speaks of, as facts of its item: models, agents and tools, what stands in
 * their arguments, and which of them use which.
 *
 *     code_assets_emit(it, e, &uses, text, before)      `text` of the item, code begins at `before`
 *
 * A use whose row says neither model, embedding, agent, group nor tool is told by those that use
 * it: the client by its models.
 */
#ifndef STANCE_DISCOVER_CODE_ASSETS_H
#define STANCE_DISCOVER_CODE_ASSETS_H

#include "discover/code/uses.h"
#include "discover/detector.h"

int code_assets_emit(struct item *it, struct emit *e, const struct code_uses *u, struct str text,
                     size_t before) MUST_CHECK;

#endif

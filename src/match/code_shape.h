/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the nodes of a grammar are in code.h, as tables: written from the shapes of
 * knowledge/queries at build (tools/gen/queries.c). A shape is a step of depth 0, whose capture is
 * an enum code_kind, and the steps behind it: parts, whose capture is CODE_KIND_COUNT and
 * an enum code_role.
 */
#ifndef STANCE_MATCH_CODE_SHAPE_H
#define STANCE_MATCH_CODE_SHAPE_H

#include "match/code.h"
#include "match/syntax_pattern.h"

/* Of one language, in the order of SYNTAX_LANGUAGES; n_steps 0: it has no shapes. */
extern const struct syntax_patterns CODE_PATTERNS[];
extern const struct syntax_step CODE_STEPS[];
extern const uint16_t CODE_SYMBOLS[];

#endif

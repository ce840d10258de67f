/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words that are near to another one, for "did you mean".
 *
 *     if (near_distance(word, STR("inventory")) < 3)
 */
#ifndef STANCE_CLI_NEAR_H
#define STANCE_CLI_NEAR_H

#include "base/str.h"

/* How many letters have to change, whatever their case; SIZE_MAX: one of them is no word. */
size_t near_distance(struct str a, struct str b);

#endif

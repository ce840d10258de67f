/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of git objects: SHA-1 of type, length and content, twenty bytes, shown as forty hexadecimal
 * digits. (Repositories whose names are SHA-256 are recognised and not read.)
 */
#ifndef STANCE_FORMATS_GIT_ID_H
#define STANCE_FORMATS_GIT_ID_H

#include "base/str.h"

#define GIT_ID_BYTES 20
#define GIT_ID_HEX   40

struct git_id {
    unsigned char b[GIT_ID_BYTES];
};

struct git_id_hex {
    char z[GIT_ID_HEX + 1];
};

/* As objects in packs are numbered. */
enum git_type { GIT_NONE, GIT_COMMIT, GIT_TREE, GIT_BLOB, GIT_TAG };

struct git_id_hex git_id_hex(const struct git_id *id);
/* All forty digits, either case. */
bool git_id_parse(struct str hex, struct git_id *ret);
/* The first digits of a name (1 to 40), lower or upper case; the rest of *ret is zero. */
bool git_id_parse_prefix(struct str hex, struct git_id *ret);
bool git_id_has_prefix(const struct git_id *id, const struct git_id *prefix, size_t digits);
int git_id_cmp(const struct git_id *a, const struct git_id *b);
bool git_id_eq(const struct git_id *a, const struct git_id *b);
struct str git_id_str(const struct git_id *id); /* its bytes, as a key of a map */

#endif

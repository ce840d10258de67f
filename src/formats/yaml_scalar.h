/* SPDX-License-Identifier: Apache-2.0 */
/* Type of a plain YAML scalar. Internal to the YAML reader. */
#ifndef STANCE_FORMATS_YAML_SCALAR_H
#define STANCE_FORMATS_YAML_SCALAR_H

#include "formats/doc.h"

/* YAML 1.2.2, 10.3.2: NODE_NULL, NODE_BOOL (*ret_true set), NODE_NUMBER or NODE_STRING. */
enum node_type yaml_resolve(struct str s, bool *ret_true);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Private to code/: the assets of one file while they are made. */
#ifndef STANCE_DISCOVER_CODE_ASSETS_INTERNAL_H
#define STANCE_DISCOVER_CODE_ASSETS_INTERNAL_H

#include "catalog/model_names.h"
#include "discover/code/assets.h"

#define TEXT_SHOWN 2000u /* bytes of instructions and descriptions */

struct code_assets {
    struct item *it;
    struct emit *e;
    const struct code_uses *u;
    const struct code *c;
    struct str text;
    size_t before;
    const char *language; /* of the catalogue */
    uint32_t *of_use;     /* the fact that is its asset, FACT_NONE: it has none */
    struct map functions; /* node of a plain function that is handed over as a tool: its fact + 1 */
    int error;
};

/* Where a node stands. */
struct place assets_place(struct code_assets *a, uint32_t node, struct str pointer);
/* The value of an argument; nothing when it is not given. */
struct code_value assets_value(struct code_assets *a, uint32_t node);
/* An attribute from an argument: its value, absent when it is not given, unresolved with why. */
void assets_text(struct code_assets *a, uint32_t asset, enum attr attr, uint32_t node,
                 struct place at);
void assets_integer(struct code_assets *a, uint32_t asset, enum attr attr, uint32_t node,
                    struct place at);
void assets_truth(struct code_assets *a, uint32_t asset, enum attr attr, const struct code_use *use,
                  enum code_take what, struct place at);
void assets_row(struct code_assets *a, uint32_t asset, enum attr attr, const struct code_use *use,
                struct place at);
/* What people would call a use: the text that names it, what it is bound to, or the class. */
struct str assets_title(struct code_assets *a, const struct code_use *use, uint32_t definition);
const struct catalog_entry *assets_entry(const struct code_assets *a, const struct code_use *use);

/* One file each: a use of that kind as an asset. */
uint32_t assets_model(struct code_assets *a, const struct code_use *use);
/* The model that an agent names by a text. FACT_NONE: the text names none. */
uint32_t assets_model_named(struct code_assets *a, const struct code_use *use, uint32_t node,
                            const struct code_value *v);
uint32_t assets_agent(struct code_assets *a, const struct code_use *use);
uint32_t assets_tool(struct code_assets *a, const struct code_use *use);
/* A function of this file that is handed over as it is. */
uint32_t assets_function(struct code_assets *a, uint32_t function);
/* What the agent uses, once every use has its asset. */
void assets_relate(struct code_assets *a, const struct code_use *use, uint32_t agent);

#endif

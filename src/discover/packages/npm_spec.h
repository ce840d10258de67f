/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one row of a dependency map of npm asks for (docs.npmjs.com, package.json and
 * package-spec): `"x": "npm:openai@^4"` is the package openai under the name x.
 *
 *     struct npm_spec s = npm_spec(STR("x"), STR("npm:openai@4.1.0"));
 *     use(s.name, s.range, s.version);         "openai", "4.1.0", "4.1.0"
 */
#ifndef STANCE_DISCOVER_NPM_SPEC_H
#define STANCE_DISCOVER_NPM_SPEC_H

#include "base/str.h"

struct npm_spec {
    struct str name;
    struct str range;   /* range, tag, address or path; empty: any version */
    struct str version; /* when the range is one version */
    bool catalog;       /* pnpm: the range stands in the workspace file */
};

struct npm_spec npm_spec(struct str key, struct str value);

#endif

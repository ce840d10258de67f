/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which folders a walk passes by unless --all is given; each rule is a coverage row. */
#include "discover/discover.h"

const struct walk_rule WALK_RULES[] = {
    {"version-control-data", ".git",
     "history is not read; config is, for the repository's identity"},
    {"version-control-data", ".hg", "history is not read"},
    {"version-control-data", ".svn", "history is not read"},
    {"installed-packages", "node_modules", "installed copies; the lock file lists them"},
    {"installed-packages", "bower_components", "installed copies"},
    {"virtual-environments", ".venv", "installed copies; the manifest lists them"},
    {"virtual-environments", "venv", "installed copies; the manifest lists them"},
    {"virtual-environments", "site-packages", "installed copies; the manifest lists them"},
    {"virtual-environments", ".tox", "installed copies for tests"},
    {"virtual-environments", ".nox", "installed copies for tests"},
    {"tool-caches", "__pycache__", "compiled copies of files that are read"},
    {"tool-caches", ".mypy_cache", "cache of a type checker"},
    {"tool-caches", ".pytest_cache", "cache of a test runner"},
    {"tool-caches", ".ruff_cache", "cache of a linter"},
};
const int WALK_RULE_COUNT = ARRAY_LEN(WALK_RULES);

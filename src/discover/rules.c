/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which folders a walk passes by unless --all is given; each rule is a coverage row. */
#include "discover/discover.h"

const struct walk_rule WALK_RULES[] = {
    {".git", "**/.git/*/**", "history is not read; config is, for the repository's identity"},
    {".hg", ".hg", "history is not read"},
    {".svn", ".svn", "history is not read"},
    {"node_modules", "node_modules", "installed copies; the lock file lists them"},
    {"bower_components", "bower_components", "installed copies"},
    {".venv", ".venv", "installed copies; the manifest lists them"},
    {"venv", "venv", "installed copies; the manifest lists them"},
    {"site-packages", "site-packages", "installed copies; the manifest lists them"},
    {".tox", ".tox", "installed copies for tests"},
    {".nox", ".nox", "installed copies for tests"},
    {"__pycache__", "__pycache__", "compiled copies of files that are read"},
    {".mypy_cache", ".mypy_cache", "cache of a type checker"},
    {".pytest_cache", ".pytest_cache", "cache of a test runner"},
    {".ruff_cache", ".ruff_cache", "cache of a linter"},
};
const int WALK_RULE_COUNT = ARRAY_LEN(WALK_RULES);

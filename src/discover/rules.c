/* SPDX-License-Identifier: Apache-2.0 */
/* temporary */
#include "discover/rules.h"
#include "base/path.h"
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

int walk_rules_folder(const struct walk_rules *r UNUSED, struct str path)
{
    for (int i = 0; i < WALK_RULE_COUNT; i++)
        if (str_eq_z(path_base(path), WALK_RULES[i].pattern))
            return i;
    return RULE_NONE;
}
int walk_rules_marker(const struct walk_rules *r UNUSED, struct str entry UNUSED)
{
    return RULE_NONE;
}
int walk_rules_file(const struct walk_rules *r UNUSED, struct str path UNUSED)
{
    return RULE_NONE;
}
bool walk_rules_keeps(const struct walk_rules *r UNUSED, int rule, struct str entry)
{
    return !rule && (!entry.n || str_eq_z(entry, "config"));
}
int walk_rules_count(const struct walk_rules *r UNUSED)
{
    return WALK_RULE_COUNT;
}
const char *walk_rules_hides(const struct walk_rules *r UNUSED, int rule)
{
    return WALK_RULES[rule].hides;
}
const char *walk_rules_reason(const struct walk_rules *r UNUSED, int rule)
{
    return WALK_RULES[rule].reason;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes under each name that some detector knows: whatever they hold, the facts are sound. The
 * first byte chooses the name. */
#include <stdlib.h>
#include <sys/stat.h>

#include "discover/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const PATHS[] = {
    "a/.mcp.json",
    "a/.cursor/mcp.json",
    "a/.vscode/mcp.json",
    "a/.vscode/settings.json",
    "a/.claude.json",
    "a/.claude/settings.json",
    "a/.codex/config.toml",
    "a/.vibe/config.toml",
    "a/.config/goose/config.yaml",
    "a/.continue/config.yaml",
    "a/.devcontainer.json",
    "a/opencode.json",
    "a/.claude-plugin/plugin.json",
    "a/gemini-extension.json",
    "a/x.code-workspace",
    "etc/claude-code/managed-settings.json",
    "a/CLAUDE.md",
    "a/.cursor/rules/b.mdc",
    "a/.claude/skills/b/SKILL.md",
    "a/package.json",
    "a/package-lock.json",
    "a/node_modules/openai/package.json",
    "a/bun.lock",
    "a/pnpm-lock.yaml",
    "a/yarn.lock",
    "a/pyproject.toml",
    "a/poetry.lock",
    "a/uv.lock",
    "a/pdm.lock",
    "a/pylock.toml",
    "a/requirements.txt",
    "CODEOWNERS",
    ".git/config",
    "a/.git",
    "a/model.safetensors",
    "a/notes.txt",
    "a/compose.yaml",
    "a/Dockerfile",
    "a/Makefile",
    "a/main.tf",
    "a/o.container",
    "a/kustomization.yaml",
    "a/.env",
    "a/x.ipynb",
    "a/x.py",
};

static void must(bool what)
{
    if (!what)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct values *values;
    struct diag d = {0};
    if (!size)
        return 0;
    if (!values)
        must(!values_new(&CATALOG, STR(""), &values, &d));
    AUTO(arena) mem = ARENA((size_t)16 << 20);
    AUTO(arena) again = ARENA(0);
    AUTO(buf) frame = BUF_INIT;
    struct str path = str_z(PATHS[data[0] % ARRAY_LEN(PATHS)]);
    struct item it = {.path = path,
                      .mode = S_IFREG | 0644,
                      .fd = -1,
                      .bytes = str_n((const char *)data + 1, size - 1),
                      .arena = &mem,
                      .limits = limits_default(),
                      .catalog = &CATALOG,
                      .values = values};
    struct facts f, back;
    it.limits.memory = (size_t)16 << 20;
    if (detect_item(&it, &f, &d))
        return 0;
    fact_write(&f, &frame);
    must(!buf_result(&frame));
    must(!fact_read(buf_str(&frame), 0, &path, &again, &back, &d));
    must(back.n == f.n);
    return 0;
}

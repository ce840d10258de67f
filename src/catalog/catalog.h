/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue: what is known about the AI ecosystem, compiled from knowledge/ at build into const
 * tables (tools/gen/catalog.c runs catalog_compile and writes C). Start-up costs nothing.
 *
 * knowledge/services/ID.yaml and knowledge/sdks/ID.yaml, one entry a file:
 *
 *     id: anthropic
 *     name: Anthropic
 *     aliases: [Claude]
 *     category: model-api              see ENTRY_CATEGORIES in catalog.c
 *     country: US
 *     sources:                         at least one; every fact below stands in one of them
 *       - {url: "https://…", read: 2026-11-23}
 *     packages:
 *       npm: ["@anthropic-ai/sdk"]
 *       pypi: [anthropic]
 *     env: [ANTHROPIC_API_KEY]
 *     keys:
 *       - kind: anthropic-api-key      a row of the data class table
 *         keywords: ["sk-ant-api"]     literals, at least 3 bytes; one must be in every match
 *         pattern: 'sk-ant-api03-[A-Za-z0-9_-]{93}AA'      PCRE2, no look-behind over 32 bytes
 *         entropy: 3.0                 optional lower bound, bits a character
 *         examples:
 *           match: ['sk-ant-api03-{word:93}AA']   {class:n} expands to fixed pseudo-random text
 *           no_match: ['sk-ant-api03-xxx']        (word, alnum, upper, lower, hex, digit, base64)
 *
 * knowledge/hosts/ID.yaml, one agent host a file:
 *
 *     id: cursor
 *     name: Cursor
 *     maker: Anysphere
 *     sources: [...]
 *     files:
 *       - path: .cursor/mcp.json       suffix of a path, whole parts; `*` matches one part
 *         scope: user | project | managed | by-place  (by-place: user when below a home folder)
 *         format: json | jsonc | yaml | toml
 *         servers: [/mcpServers]       pointers to maps (or lists) of MCP servers; `*` one level
 *         settings: claude-code        reader of authority settings, optional
 *         flat: true                   the root itself may be the map
 *     instructions:
 *       - path: CLAUDE.md
 *         name: claude-memory
 *     projects: /projects              members are folders whose value may hold servers, optional
 *
 * Collisions (a package, key prefix or host file that two entries claim) are build errors, as are
 * examples that disagree.
 */
#ifndef STANCE_CATALOG_CATALOG_H
#define STANCE_CATALOG_CATALOG_H

#include "base/arena.h"
#include "base/diag.h"

struct catalog_entry {
    const char *id, *name, *category, *country, *source, *training_use;
    bool service; /* a third party (knowledge/services), not only software */
    const char *provider; /* entry id of the service behind an SDK, or NULL */
};

struct catalog_package {
    const char *ecosystem, *name; /* normalised */
    int entry;
};

struct catalog_env {
    const char *name;
    int entry;
};

struct catalog_key {
    const char *kind, *data_class;
    const char *const *keywords; /* NULL-terminated */
    const char *pattern;
    int min_entropy_centibits; /* 0: none; 300 is 3.0 bits a character */
    int entry;                 /* -1: none */
};

enum host_scope { HOST_USER, HOST_PROJECT, HOST_MANAGED, HOST_BY_PLACE };
enum host_format { HOST_JSON, HOST_JSONC, HOST_YAML, HOST_TOML };

struct catalog_host_file {
    const char *path;            /* suffix */
    enum host_scope scope;
    enum host_format format;
    const char *const *servers;  /* NULL-terminated pointers */
    const char *settings;        /* or NULL */
    const char *projects;        /* or NULL */
    bool flat;
    int host;
};

struct catalog_instruction {
    const char *path, *name;
    int host;
};

struct catalog_host {
    const char *id, *name, *maker, *source;
};

struct catalog {
    const struct catalog_entry *entries;
    int n_entries;
    const struct catalog_package *packages; /* sorted by ecosystem, name */
    int n_packages;
    const struct catalog_env *envs;         /* sorted by name */
    int n_envs;
    const struct catalog_key *keys;
    int n_keys;
    const struct catalog_host *hosts;
    int n_hosts;
    const struct catalog_host_file *host_files;
    int n_host_files;
    const struct catalog_instruction *instructions;
    int n_instructions;
    const char *digest; /* SHA-256 of the knowledge texts, hex: the version in every record */
};

extern const struct catalog CATALOG; /* built in */

/* NULL when unknown. PyPI names compare by PEP 503, npm exactly. */
const struct catalog_entry *catalog_package(const struct catalog *c, struct str ecosystem,
                                            struct str name);
const struct catalog_entry *catalog_entry(const struct catalog *c, struct str id);
const struct catalog_entry *catalog_env(const struct catalog *c, struct str name);
/* Host files and instruction rows whose path matches; *cursor starts at 0, NULL at the end. */
const struct catalog_host_file *catalog_host_file(const struct catalog *c, struct str path,
                                                  int *cursor);
const struct catalog_instruction *catalog_instruction(const struct catalog *c, struct str path,
                                                      int *cursor);
/* PEP 503: lower case, runs of "-_." become "-". */
struct str pypi_normalise(struct str name, struct arena *a) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue: what is known about the AI ecosystem, compiled from knowledge/ at build into const
 * tables (tools/gen/catalog.c runs catalog_compile and writes C). Start-up costs nothing.
 *
 * knowledge/services/ID.yaml (a third party that one sends data to) and knowledge/sdks/ID.yaml
 * (software alone), one entry a file:
 *
 *     id: anthropic
 *     name: Anthropic
 *     aliases: [Claude]
 *     category: model-api              see ENTRY_CATEGORIES in compile.c
 *     country: US                      ISO 3166 alpha-2 of the seat, services only
 *     provider: anthropic              sdks only: the entry of the service behind it
 *     self_hosted: true                services whose packages also run without the vendor: a
 *                                      package alone is then no evidence that data goes there
 *     training_use: "no, unless ..."   what the vendor says about training on inputs
 *     sources:                         at least one; every fact below stands in one of them
 *       - {url: "https://…", read: 2026-11-23}
 *     packages:                        cargo, composer, gem, golang, maven (group:artifact), npm,
 *       npm: ["@anthropic-ai/sdk"]     nuget, pypi
 *       pypi: [anthropic]
 *     imports:                         names in source code that differ from the package's; without
 *       python:                        a row: npm, golang, nuget, gem as they are, pypi and cargo
 *         google.genai: google-genai   with '_' for '-'
 *         autogen: [pyautogen, ag2]    several packages bring it: the first, or the declared one
 *         agents:
 *           package: openai-agents
 *           common: true               other modules have this name, too: counts beside a manifest
 *           names: [Runner]            that declares the package, or when one of these is imported
 *     env: [ANTHROPIC_API_KEY]
 *     keys:
 *       - kind: anthropic-api-key      a row of knowledge/patterns/kinds.yaml
 *         keywords: ["sk-ant-api"]     literals, at least 3 bytes; one must be in every match
 *         pattern: 'sk-ant-api03-[A-Za-z0-9_-]{93}AA'      PCRE2, no look-behind over 32 bytes
 *         before: 0                    bytes that the pattern may begin before the keyword
 *         next: "=: "                  optional: of these bytes one follows the word at the keyword
 *                                      (letters, digits, _ and -) in every match
 *         entropy: 3.0                 optional lower bound, bits a character
 *         shared: true                 other products of the vendor use the same keys, so that one
 *                                      is no evidence of AI by itself
 *         check: random                optional, see value_check_known in values/values.h
 *         examples:
 *           match: ['sk-ant-api03-{word:93}AA']   {class:n} expands to fixed pseudo-random text
 *           no_match: ['sk-ant-api03-xxx']        (word, alnum, upper, lower, hex, digit, base64,
 *                                                  base32)
 *
 * The pattern is anchored at the keyword unless `before` is set; \K marks where the value begins.
 * Keys that belong to no entry stand in knowledge/patterns/ID.yaml, which has only id, sources and
 * keys. knowledge/patterns/kinds.yaml is the table of data kinds: {kind, class, means}.
 *
 * knowledge/hosts/ID.yaml, one agent host a file:
 *
 *     id: cursor
 *     name: Cursor
 *     maker: Anysphere
 *     sources: [...]
 *     files:
 *       - path: .cursor/mcp.json       suffix of a path, whole parts; `*` matches within one part,
 *                                      `**` any number of parts, not both at the start
 *         scope: user | project | managed | by-place  (by-place: user when below a home folder)
 *         format: json | jsonc | yaml | toml
 *         servers: [/mcpServers]       pointers to maps (or lists) of MCP servers; `*` one level
 *         settings: claude-code        reader of authority settings, optional
 *         flat: true                   the root itself may be the map
 *         projects: /projects          members are folders whose value may hold servers, optional
 *     instructions:
 *       - path: CLAUDE.md
 *         name: claude-memory
 *         library: true                optional: kept to be copied, not loaded from there
 *         outside_docs: true           optional: below docs or doc it is a page about the host
 *
 * knowledge/walk/rules.yaml, what a walk passes by or marks (discover/rules.h applies it, `stance
 * rules` lists it), one list `rules`:
 *
 *     - id: node-modules
 *       folders: [node_modules]        names, or several parts as .yarn/cache, at any depth
 *       marker: pyvenv.cfg             or: a folder that holds an entry of this name
 *       holds: [bin, lib]              ... and nothing but these; without it: whatever it holds
 *       what: symbolic links           or: words for what the walk itself tells apart
 *       action: skip | label | read
 *       label: vendored                of what lies in it (case does not matter); skipped folders
 *                                      may have one too, for when they are read all the same
 *       keeps: [config]                files of a skipped folder that are read
 *       hides: GLOB                    then required: the paths that are not read (path_glob)
 *       always: true                   cannot be turned off
 *       reason: installed copies; the lock file lists them
 *       sources: [...]
 *
 * knowledge/walk/unread.yaml, formats that matter and that no detector reads (detectors/
 * unread_formats.c tells them, each is one row of coverage a target), one list `formats`:
 *
 *     - id: gguf
 *       names: ["*.gguf"]              ends of paths, whole parts; `*` matches within one part
 *       magic: ["47475546"]            or: first bytes in hex, at least three; optional
 *       people: [Cargo.toml]           of the names: files that may say who made what stands in and
 *                                      below their folder; while they are not read, nobody knows
 *                                      that it has no owner; optional
 *       what: GGUF models
 *       lost: what model it is, is not read
 *
 * Collisions (a package, key kind, variable, host file or folder that two entries claim; a skipped
 * folder in which a host keeps a file) are build errors, as are examples that disagree. An
 * instruction file may belong to several hosts.
 */
#ifndef STANCE_CATALOG_CATALOG_H
#define STANCE_CATALOG_CATALOG_H

#include "base/arena.h"
#include "base/diag.h"

struct catalog_entry {
    const char *id, *name, *category, *country, *source, *training_use;
    bool service;               /* a third party (knowledge/services), not only software */
    bool self_hosted;           /* its packages are no evidence of the service */
    const char *provider;       /* entry id of the service behind an SDK, or NULL */
    const char *const *aliases; /* NULL-terminated */
};

struct catalog_package {
    const char *ecosystem, *name; /* normalised */
    int entry;
};

/* A name by which source code imports packages. */
struct catalog_import {
    const char *language; /* c-sharp go java javascript php python ruby rust */
    const char *name;
    const char *ecosystem;
    const char *const *packages; /* of the ecosystem, the likeliest first; NULL-terminated */
    const char *const *proofs;   /* names that only these packages have; NULL-terminated */
    bool common;                 /* the name alone says too little */
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
    int before;                /* bytes that a match may begin before its keyword */
    const char *next;          /* bytes of which one follows the word at the keyword; NULL: any */
    bool shared;               /* also opens what is not AI */
    const char *check;         /* name of a validator, or NULL */
};

/* What a literal of the prefilter belongs to: what is looked for where it stands. */
enum literal_group {
    LITERAL_KEY = 1,    /* a key, secret or personal value */
    LITERAL_IMPORT = 2, /* part of what imports an SDK */
};

/* One literal of the prefilter and the keys that it may belong to. */
struct catalog_literal {
    const char *text;
    const int *keys; /* indexes, ascending */
    int n_keys;
    bool import; /* stands where an SDK is imported */
};

struct catalog_kind {
    const char *kind, *data_class, *means;
};

enum host_scope { HOST_USER, HOST_PROJECT, HOST_MANAGED, HOST_BY_PLACE };
enum host_format { HOST_JSON, HOST_JSONC, HOST_YAML, HOST_TOML };

struct catalog_host_file {
    const char *path; /* suffix */
    const char *last; /* its last part, NULL when that has a wildcard */
    enum host_scope scope;
    enum host_format format;
    const char *const *servers; /* NULL-terminated pointers */
    const char *settings;       /* or NULL */
    const char *projects;       /* or NULL */
    bool flat;
    int host;
};

struct catalog_instruction {
    const char *path, *last; /* as above */
    const char *name;
    bool library;      /* kept to be copied: the host does not load it from there */
    bool outside_docs; /* a page of documentation may have this name */
    int host;
};

struct catalog_host {
    const char *id, *name, *maker, *source;
};

enum walk_action { WALK_SKIP, WALK_LABEL, WALK_READ };

struct catalog_walk_rule {
    const char *id, *what, *reason, *source;
    enum walk_action action;
    int label;                               /* enum label, -1: none */
    const char *const *keeps, *const *holds; /* NULL-terminated */
    bool always;
};

struct catalog_walk_folder {
    const char *path, *last; /* last: its last part */
    const char *hides;       /* of a skipped one: path of its coverage row, as the store reads it */
    int rule;
};

struct catalog_walk_marker {
    const char *name;
    int rule;
};

struct catalog_unread {
    const char *id, *what;
    const char *reason;        /* of its row of coverage */
    const char *const *magic;  /* hex, lower case; NULL-terminated */
    const char *const *people; /* names of files that may name people; NULL-terminated */
    bool unsupported;          /* of AI: a gap of its target, where another one is `not_looked` */
};

struct catalog_unread_name {
    const char *path; /* suffix, as of host files */
    const char *key;  /* what stands behind the last '.' of the last part, or that part when it has
                         none; empty: there is a wildcard in it */
    int format;
};

struct catalog {
    const struct catalog_entry *entries; /* sorted by id */
    int n_entries;
    const struct catalog_package *packages; /* sorted by ecosystem, name */
    int n_packages;
    const struct catalog_import *imports; /* sorted by language, name */
    int n_imports;
    const struct catalog_env *envs; /* sorted by name */
    int n_envs;
    const struct catalog_key *keys;
    int n_keys;
    const struct catalog_host *hosts;
    int n_hosts;
    const struct catalog_host_file *host_files; /* sorted by catalog_path_cmp */
    int n_host_files;
    const struct catalog_instruction *instructions; /* likewise */
    int n_instructions;
    const struct catalog_kind *kinds; /* sorted by kind */
    int n_kinds;
    const struct catalog_walk_rule *walk_rules; /* in the order of the file */
    int n_walk_rules;
    const struct catalog_walk_folder *walk_folders; /* sorted by catalog_folder_cmp */
    int n_walk_folders;
    const struct catalog_walk_marker *walk_markers;
    int n_walk_markers;
    const struct catalog_unread *unread; /* in the order of the file */
    int n_unread;
    const struct catalog_unread_name *unread_names; /* sorted by key, path */
    int n_unread_names;
    const struct catalog_literal *literals; /* sorted by text; the index is the literal id */
    int n_literals;
    const void *literal_db; /* for prefilter_open */
    size_t literal_db_size;
    const char *digest; /* SHA-256 of the knowledge texts, hex: the version in every record */
};

extern const struct catalog CATALOG; /* built in */

/* Set of enum literal_group. */
unsigned catalog_literal_groups(const struct catalog *c, unsigned literal);

/* NULL when unknown. PyPI names compare by PEP 503, npm exactly. */
const struct catalog_entry *catalog_package(const struct catalog *c, struct str ecosystem,
                                            struct str name);
/* Exactly this name; NULL when unknown. */
const struct catalog_import *catalog_import(const struct catalog *c, struct str language,
                                            struct str name);
const struct catalog_entry *catalog_entry(const struct catalog *c, struct str id);
const struct catalog_entry *catalog_env(const struct catalog *c, struct str name);
const struct catalog_kind *catalog_kind(const struct catalog *c, struct str kind);
/* Host files and instruction rows whose path matches, in a fixed order; *cursor starts at 0, NULL
 * at the end. */
const struct catalog_host_file *catalog_host_file(const struct catalog *c, struct str path,
                                                  int *cursor);
const struct catalog_instruction *catalog_instruction(const struct catalog *c, struct str path,
                                                      int *cursor);
/* Rows of walk rules that are the end of this path of a folder, without regard to case; *cursor as
 * above. */
const struct catalog_walk_folder *catalog_walk_folder(const struct catalog *c, struct str path,
                                                      int *cursor);
const struct catalog_walk_rule *catalog_walk_rule(const struct catalog *c, struct str id);
/* The format without a reader that a file is of, by its name, else by its first bytes; NULL. */
const struct catalog_unread *catalog_unread(const struct catalog *c, struct str path,
                                            struct str head);
/* By a name whose end tells, as x.pt: not by what a file begins with, nor by Dockerfile.x. */
const struct catalog_unread *catalog_unread_named_as(const struct catalog *c, struct str path);
const struct catalog_unread *catalog_unread_named(const struct catalog *c, struct str id);
/* What stands behind the last '.' of the last part of a path, or that part when it has none. */
struct str catalog_unread_key(struct str path);
/* True when pattern (as in knowledge/hosts) matches whole parts at the end of the path. */
bool catalog_path_match(struct str pattern, struct str path);
/* Order of host_files and instructions: patterns whose last part is literal first, by that part. */
int catalog_path_cmp(struct str pattern_a, struct str pattern_b);
/* Order of walk_folders: by last part without regard to case, then by path. */
int catalog_folder_cmp(struct str a, struct str b);
/* PEP 503: lower case, runs of "-_." become "-". */
struct str pypi_normalise(struct str name, struct arena *a) MUST_CHECK;

#endif

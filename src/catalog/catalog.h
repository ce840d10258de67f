/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The catalogue: what is known about the AI ecosystem, compiled from knowledge/ at build into const
 * tables (tools/gen/catalog.c runs catalog_compile and writes C). Start-up costs nothing.
 *
 * knowledge/categories.yaml: what an entry may be, and which members one looks for in it:
 *
 *     categories:
 *       - {category: model-api, means: inference of models, expects: [packages, hosts, keys]}
 *
 * knowledge/entries/ID.yaml, one entry a vendor or project:
 *
 *     id: anthropic
 *     name: Anthropic
 *     aliases: [Claude]
 *     category: model-api
 *     maker: Anthropic                 who makes it
 *     country: US                      ISO 3166 alpha-2 of the seat of the maker
 *     runs: vendor                     where: vendor (a third party, data goes there), own
 *                                      (software alone), either (a package alone is then no
 *                                      evidence that data goes to the vendor)
 *     provider: anthropic              runs: own only: the entry of the service behind it
 *     sources:                         at least one; `says` names the members that stand in it
 *       - {url: "https://…", read: 2026-11-23, says: [packages.npm, imports, env]}
 *     none: [images, iac]              members that were looked for and do not exist
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
 *     hosts:                           names in the network by role, see enum host_role; lower
 *       api: [api.anthropic.com]       case, whole labels. "*.x" is all below x; {name} stands
 *       app: [claude.ai, "*.claude.ai"]       for one label or a part of one
 *     servers:                         when one runs it oneself
 *       ports: [11434]
 *       probes:                        GET; an answer of it holds every mark
 *         - {path: /api/tags, marks: ['"models"', '"digest"'], open: true}   open: needs no key
 *     images: [ollama/ollama]          of containers, without tag; no registry means docker.io
 *     iac:                             types of resources: arm, cloudformation, kubernetes
 *       terraform: [aws_bedrockagent_agent]         (group/Kind), terraform
 *     extensions: {chrome: [ID], edge: [ID], firefox: [ID]}
 *     apps: {command: [claude], linux: [ID], macos: [BUNDLE], windows: [FILE.exe]}
 *     plugins: {jetbrains: [ID], vscode: [publisher.name]}
 *     agent:                           it is an agent host
 *       files:
 *         - path: .cursor/mcp.json     suffix of a path, whole parts; `*` matches within one part,
 *                                      `**` any number of parts, not both at the start
 *           scope: user | project | managed | by-place (by-place: user when below a home folder)
 *           format: json | jsonc | yaml | toml
 *           servers: [/mcpServers]     pointers to maps (or lists) of MCP servers; `*` one level
 *           settings: claude-code      reader of authority settings, optional
 *           flat: true                 the root itself may be the map
 *           projects: /projects        members are folders whose value may hold servers, optional
 *       instructions:
 *         - path: CLAUDE.md
 *           name: claude-memory
 *           library: true              optional: kept to be copied, not loaded from there
 *           outside_docs: true         optional: below docs or doc it is a page about the host
 *     code: [...]                      what its names in source code mean: see code.h
 *     data:                            what the vendor publishes on what is sent to it, by tier
 *       - tier: api                    free, personal, team, enterprise, api
 *         training: opt-in             no, opt-in, opt-out, yes, unknown
 *         retention: 30 days           the vendor's words, short; likewise regions
 *         regions: [US, EU]
 *         processors: "https://…"      list of sub-processors
 *         url: "https://…"             where the vendor says so
 *         read: 2026-11-23
 *     examples:                        of each kind of mark (packages imports env hosts servers
 *       hosts:                         images iac extensions apps plugins code): texts that lead
 *         match: ["https://api.anthropic.com/v1"]   to this entry and texts that do not
 *         no_match: [api.anthropic.com.example.org]
 *       packages: {match: ["npm:@anthropic-ai/sdk"], no_match: ["npm:anthropic-sdk"]}
 *
 * The pattern of a key is anchored at the keyword unless `before` is set; \K marks where the value
 * begins. Keys that belong to no entry stand in knowledge/patterns/ID.yaml, which has only id,
 * sources and keys. knowledge/patterns/kinds.yaml is the table of data kinds: {kind, class, means}.
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
 *       inside: true                   instead of both: a detector tells what it reads in part
 *       what: GGUF models
 *       lost: what model it is, is not read
 *
 * and one list `texts`, kinds of text in which the hosts of vendors are not looked for
 * (discover/unsearched.h counts them): {id, names, what}. A name without wildcards comes before one
 * with them, of these the longest. The last has no names: it is any other text.
 *
 * knowledge/models/forms.yaml, what providers and tools put around names of models (model_names.h),
 * one list `forms`: {id, means, before or behind: PATTERN, sources, examples: [{name, is}]}, and
 * knowledge/models/ID.yaml, one family of models a file:
 *
 *     id: claude
 *     name: Claude
 *     entry: anthropic               who makes it
 *     pattern: 'claude-[0-9a-z]'     of the start of a name without forms
 *     sources: [...]                 at least one; the vendor's own dates, other providers differ
 *     models:                        versions; announced: the day on which its end was
 *       - {id: claude-3-7-sonnet-20250219, aliases: [claude-3-7-sonnet-latest],
 *          announced: 2025-10-28, retired: 2026-02-19, replacement: claude-sonnet-4-6,
 *          released: 2025-02-24, context: 200000, input: [text, image], output: [text],
 *          weights: closed, licence: Apache-2.0, source: {url: "https://…", read: 2026-11-23}}
 *                                    input, output: text image audio video pdf embedding
 *     examples: {match: [...], no_match: [...]}
 *
 * Collisions (a package, host name, image, model, key kind, variable, agent file or folder that two
 * entries claim; a skipped folder in which an agent host keeps a file) are build errors, as are
 * examples that disagree. An instruction file may belong to several agent hosts.
 */
#ifndef STANCE_CATALOG_CATALOG_H
#define STANCE_CATALOG_CATALOG_H

#include "base/arena.h"
#include "base/diag.h"
#include "catalog/code.h"
#include "formats/image_name.h"

/* A file of knowledge. */
struct catalog_source {
    struct str path; /* relative to knowledge/: its folder says what the file is */
    struct str text;
    const char *origin; /* what stands before the path, to name the file: "packs/acme/",
                           "acme.pack!/"; NULL: nothing */
};

struct catalog_entry {
    const char *id, *name, *category, *maker, *country, *source, *training_use;
    bool service;         /* a third party: what is sent to it leaves (runs: vendor, either) */
    bool self_hosted;     /* runs: either; its packages are no evidence of the service */
    const char *provider; /* entry id of the service behind it, or NULL */
    const char *const *aliases; /* NULL-terminated */
    const char *const *none;    /* groups that were looked for and do not exist, likewise */
    const char *origin;         /* of a pack: that of its file; NULL: built in */
};

/* What an entry may be, and which groups of facts one looks for in it. */
struct catalog_category {
    const char *id, *means;
    const char *const *expects; /* NULL-terminated */
};

/* Members of an entry that hold facts, and "about" (name, maker, category). */
extern const char *const CATALOG_GROUPS[]; /* NULL-terminated */

struct catalog_reference {
    const char *url, *read;  /* read: YYYY-MM-DD */
    const char *const *says; /* groups, or sub-groups as packages.npm; NULL-terminated */
    int entry;
};

/* Spaces of names, each of which belongs to one entry only: member and sub-member of an entry. */
#define CATALOG_SPACES(X)                                                                          \
    X(CARGO, "packages", "cargo")                                                                  \
    X(COMPOSER, "packages", "composer")                                                            \
    X(GEM, "packages", "gem")                                                                      \
    X(GOLANG, "packages", "golang")                                                                \
    X(MAVEN, "packages", "maven")                                                                  \
    X(NPM, "packages", "npm")                                                                      \
    X(NUGET, "packages", "nuget")                                                                  \
    X(PYPI, "packages", "pypi")                                                                    \
    X(ENV, "env", NULL)                                                                            \
    X(IMAGE, "images", NULL)                                                                       \
    X(ARM, "iac", "arm")                                                                           \
    X(CLOUDFORMATION, "iac", "cloudformation")                                                     \
    X(KUBERNETES, "iac", "kubernetes")                                                             \
    X(TERRAFORM, "iac", "terraform")                                                               \
    X(CHROME, "extensions", "chrome")                                                              \
    X(EDGE, "extensions", "edge")                                                                  \
    X(FIREFOX, "extensions", "firefox")                                                            \
    X(COMMAND, "apps", "command")                                                                  \
    X(LINUX, "apps", "linux")                                                                      \
    X(MACOS, "apps", "macos")                                                                      \
    X(WINDOWS, "apps", "windows")                                                                  \
    X(JETBRAINS, "plugins", "jetbrains")                                                           \
    X(VSCODE, "plugins", "vscode")

#define CATALOG_SPACE(id, member, sub) SPACE_##id,
enum catalog_space { CATALOG_SPACES(CATALOG_SPACE) SPACE_COUNT };
#undef CATALOG_SPACE

/* "packages" and "npm"; the second NULL where the member is a list. */
extern const char *const CATALOG_SPACE_MEMBERS[SPACE_COUNT][2];

struct catalog_name {
    enum catalog_space space;
    const char *name; /* normalised */
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
    LITERAL_IMAGE = 4,  /* the name of a container image, without its registry */
    LITERAL_HOST = 8,   /* part of a host of an API; ":11434" of a server that one runs oneself */
    LITERAL_ENV = 16,   /* the name of a variable */
};

/* One literal of the prefilter and the keys that it may belong to. */
struct catalog_literal {
    const char *text;
    const int *keys; /* indexes, ascending */
    int n_keys;
    bool import; /* stands where an SDK is imported */
    bool image;  /* in the name of a container image */
    bool host;   /* in the name of a host of an API, or the port of a server */
    bool env;    /* the name of a variable */
};

struct catalog_kind {
    const char *kind, *data_class, *means;
};

enum agent_scope { AGENT_USER, AGENT_PROJECT, AGENT_MANAGED, AGENT_BY_PLACE };
enum doc_format { DOC_JSON, DOC_JSONC, DOC_YAML, DOC_TOML };

struct catalog_agent_file {
    const char *path; /* suffix */
    const char *last; /* its last part, NULL when that has a wildcard */
    enum agent_scope scope;
    enum doc_format format;
    const char *const *servers; /* NULL-terminated pointers */
    const char *settings;       /* or NULL */
    const char *projects;       /* or NULL */
    bool flat;
    int entry;
};

struct catalog_instruction {
    const char *path, *last; /* as above */
    const char *name;
    bool library;      /* kept to be copied: the host does not load it from there */
    bool outside_docs; /* a page of documentation may have this name */
    int entry;
};

/* What a name in the network says when somebody talks to it. */
enum host_role {
    HOST_API,      /* programs use the service */
    HOST_APP,      /* people use it in a browser */
    HOST_AUTH,     /* sign-in to it alone */
    HOST_CONSOLE,  /* its keys and settings are managed there */
    HOST_CDN,      /* its files come from there: supports, never alone */
    HOST_DOCS,     /* people read about it */
    HOST_DOWNLOAD, /* models, packages, programs come from there */
    HOST_SHARED,   /* others use it too: never alone */
    HOST_ROLE_COUNT
};

struct catalog_host {
    const char *name; /* the pattern */
    const char *tail; /* its literal labels at the end */
    enum host_role role;
    int entry;
};

struct catalog_probe {
    const char *path;
    const char *const *marks; /* NULL-terminated */
    bool open;
    int entry;
};

struct catalog_port {
    int port, entry;
};

enum data_training {
    TRAINING_UNKNOWN,
    TRAINING_NO,
    TRAINING_OPT_IN,
    TRAINING_OPT_OUT,
    TRAINING_YES
};

struct catalog_terms {
    const char *tier, *retention, *processors, *url, *read; /* NULL: unknown; url and read never */
    enum data_training training;
    const char *const *regions; /* NULL-terminated, empty: unknown */
    int entry;
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

/* What is put around names of models: taken away to compare them. */
struct catalog_form {
    const char *id, *means, *source;
    const char *pattern;
    bool behind; /* at the end of a name, else at its start */
};

struct catalog_family {
    const char *id, *name, *source;
    const char *entry;   /* id of the entry of who makes it */
    const char *pattern; /* of the start of a normal name */
};

struct catalog_model {
    const char *id;                             /* a normal name */
    const char *released, *announced, *retired; /* days; NULL: unknown */
    const char *replacement, *licence;          /* NULL: unknown */
    const char *weights;                        /* open, closed, or NULL: unknown */
    const char *source;                         /* of this row; NULL: the family's */
    const char *const *aliases;                 /* normal names too, NULL-terminated */
    const char *const *input, *const *output;   /* modalities, likewise; empty: unknown */
    int context;                                /* tokens; 0: unknown */
    int family;
};

struct catalog_unread {
    const char *id, *what;
    const char *reason;        /* of its row of coverage */
    const char *const *magic;  /* hex, lower case; NULL-terminated */
    const char *const *people; /* names of files that may name people; NULL-terminated */
    bool unsupported;          /* of AI: a gap of its target, where another one is `not_looked` */
    int text; /* above 0: no format, but the n-th kind of text in which hosts are not looked
                 for; the last one is any other text */
};

#define CATALOG_TEXTS 16 /* at most so many kinds */

struct catalog_unread_name {
    const char *path; /* suffix, as of host files */
    const char *key;  /* what stands behind the last '.' of the last part, or that part when it has
                         none; empty: there is a wildcard in it */
    int format;
};

struct catalog {
    const struct catalog_entry *entries; /* sorted by id */
    int n_entries;
    const struct catalog_category *categories;
    int n_categories;
    const struct catalog_reference *references; /* sorted by entry */
    int n_references;
    const struct catalog_name *names; /* sorted by space, name */
    int n_names;
    const struct catalog_import *imports; /* sorted by language, name */
    int n_imports;
    const struct catalog_code *codes; /* sorted by language, form, name */
    int n_codes;
    const int *code_classes; /* of codes, sorted by language, form, root, class; functions aside */
    int n_code_classes;
    const struct catalog_code_root *code_roots; /* sorted by language, name */
    int n_code_roots;
    const struct catalog_key *keys;
    int n_keys;
    const struct catalog_host *hosts; /* sorted by tail, then name */
    int n_hosts;
    const struct catalog_port *ports; /* sorted by port */
    int n_ports;
    const struct catalog_probe *probes; /* sorted by entry */
    int n_probes;
    const struct catalog_terms *terms; /* sorted by entry */
    int n_terms;
    const struct catalog_agent_file *agent_files; /* sorted by catalog_path_cmp */
    int n_agent_files;
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
    const struct catalog_form *forms; /* in the order of the file */
    int n_forms;
    const struct catalog_family *families; /* sorted by id */
    int n_families;
    const struct catalog_model *models; /* sorted by family */
    int n_models;
    const struct catalog_unread *unread; /* in the order of the file: formats, then texts */
    int n_unread;
    const struct catalog_unread_name *unread_names; /* sorted by key, path */
    int n_unread_names;
    const struct catalog_literal *literals; /* the index is the literal id; the first n_compiled,
                                               sorted by text, stand in literal_db */
    int n_literals, n_compiled;
    const void *literal_db; /* for prefilter_open */
    size_t literal_db_size;
    const struct catalog_source *sources; /* files of packs, those of a later one behind */
    size_t n_sources;
    const char *digest; /* SHA-256 of the knowledge texts, hex: the version in every record */
};

extern const struct catalog CATALOG; /* built in */

/* Set of enum literal_group. */
unsigned catalog_literal_groups(const struct catalog *c, unsigned literal);

/* NULL when unknown. PyPI names compare by PEP 503, all others exactly. */
const struct catalog_name *catalog_name(const struct catalog *c, enum catalog_space space,
                                        struct str name);
/*
 * The row of a container image. A private registry may hold a copy of a public one: then *ret_copy
 * is true, for "registry.example:5000/mirror/ollama/ollama" is likely what it says. Of ghcr.io and
 * others where each owner has a name, ghcr.io/somebody/ollama/ollama is another.
 */
const struct catalog_name *catalog_image(const struct catalog *c, const struct image_name *image,
                                         bool *ret_copy);
/* "npm" and a name. */
const struct catalog_entry *catalog_package(const struct catalog *c, struct str ecosystem,
                                            struct str name);
/* Exactly this name; NULL when unknown. */
const struct catalog_import *catalog_import(const struct catalog *c, struct str language,
                                            struct str name);
const struct catalog_entry *catalog_entry(const struct catalog *c, struct str id);
/*
 * The row for a name in the network (no port, no dot at the end, any case), the most special one:
 * api.openai.com before *.openai.com. Whole labels only: notopenai.com is another.
 */
const struct catalog_host *catalog_host(const struct catalog *c, struct str name);
const struct catalog_kind *catalog_kind(const struct catalog *c, struct str kind);
/* Host files and instruction rows whose path matches, in a fixed order; *cursor starts at 0, NULL
 * at the end. */
const struct catalog_agent_file *catalog_agent_file(const struct catalog *c, struct str path,
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
/* The kind of text that it is when hosts are not looked for in it: by its name, else any other.
 * NULL: it is of a format without a reader, whose row says so. */
const struct catalog_unread *catalog_text(const struct catalog *c, struct str path);
/* By a name whose end tells, as x.pt: not by what a file begins with, nor by Dockerfile.x. */
const struct catalog_unread *catalog_unread_named_as(const struct catalog *c, struct str path);
const struct catalog_unread *catalog_unread_named(const struct catalog *c, struct str id);
/* What stands behind the last '.' of the last part of a path, or that part when it has none. */
struct str catalog_unread_key(struct str path);
/* True when pattern (as in knowledge/hosts) matches whole parts at the end of the path. */
bool catalog_path_match(struct str pattern, struct str path);
/* Order of agent_files and instructions: patterns whose last part is literal first, by it. */
int catalog_path_cmp(struct str pattern_a, struct str pattern_b);
/* Order of walk_folders: by last part without regard to case, then by path. */
int catalog_folder_cmp(struct str a, struct str b);
/* PEP 503: lower case, runs of "-_." become "-". */
struct str pypi_normalise(struct str name, struct arena *a) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of whole turns: two targets whose files come, change, move and go at random. Nothing is
 * on a disk: model_find gives the items that a scan of them would give. Include after cmocka.h.
 *
 *     struct model m = {.random = seed};
 *     model_change(&m, 3);                     three files are other ones now
 *     o.find = model_find; model = &m;         see struct loop_options
 */
#ifndef STANCE_LOOP_TESTING_H
#define STANCE_LOOP_TESTING_H

#include <sys/stat.h>

#include "base/path.h"
#include "discover/emit.h"
#include "loop/loop.h"

enum file_type {
    FILE_ORIGIN,
    FILE_OWNERS,
    FILE_SERVERS,
    FILE_MANIFEST,
    FILE_LOCK,
    FILE_INSTRUCTIONS,
    FILE_MODEL,
    FILE_KEYS,
};

/* In path order, as sources give them. */
static const struct model_path {
    const char *path;
    enum file_type type;
} MODEL_PATHS[] = {
    {".env", FILE_KEYS},
    {".git/config", FILE_ORIGIN},
    {".mcp.json", FILE_SERVERS},
    {"CLAUDE.md", FILE_INSTRUCTIONS},
    {"CODEOWNERS", FILE_OWNERS},
    {"a/.git/config", FILE_ORIGIN},
    {"a/.github/CODEOWNERS", FILE_OWNERS},
    {"a/.mcp.json", FILE_SERVERS},
    {"a/CLAUDE.md", FILE_INSTRUCTIONS},
    {"a/m/one.safetensors", FILE_MODEL},
    {"a/m/two.safetensors", FILE_MODEL},
    {"a/package-lock.json", FILE_LOCK},
    {"a/package.json", FILE_MANIFEST},
    {"a/web/package.json", FILE_MANIFEST},
    {"b/.env", FILE_KEYS},
    {"b/.git/config", FILE_ORIGIN},
    {"b/.mcp.json", FILE_SERVERS},
    {"b/m/two.safetensors", FILE_MODEL},
    {"b/package.json", FILE_MANIFEST},
    {"home/bob/.claude/settings.json", FILE_SERVERS},
    {"home/bob/.env", FILE_KEYS},
    {"home/bob/CLAUDE.md", FILE_INSTRUCTIONS},
    {"test/.mcp.json", FILE_SERVERS},
};
#define MODEL_FILES    ARRAY_LEN(MODEL_PATHS)
#define MODEL_TARGETS  2
#define MODEL_VARIANTS 4

struct model {
    uint64_t random;
    uint8_t variant[MODEL_TARGETS][MODEL_FILES]; /* 0: there is no such file */
    bool denied[MODEL_TARGETS][MODEL_FILES];
    bool partial[MODEL_TARGETS][MODEL_FILES];
};

/* What model_find gives; a test runs one at a time. */
static const struct model *model;

static inline uint32_t model_random(struct model *m, uint32_t below)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (uint32_t)((m->random >> 11) % below);
}

static inline void model_change(struct model *m, unsigned files)
{
    for (unsigned i = 0; i < files; i++) {
        uint32_t t = model_random(m, MODEL_TARGETS), f = model_random(m, MODEL_FILES);
        uint32_t to = model_random(m, MODEL_FILES);
        m->denied[t][f] = model_random(m, 12) == 0;
        m->partial[t][f] = model_random(m, 12) == 0;
        if (MODEL_PATHS[f].type == MODEL_PATHS[to].type && model_random(m, 2)) {
            uint8_t moved = m->variant[t][f];
            m->variant[t][f] = m->variant[t][to];
            m->variant[t][to] = moved;
        } else {
            m->variant[t][f] = (uint8_t)model_random(m, MODEL_VARIANTS + 1);
        }
    }
}

/* ---- what detectors would say ---- */

static inline struct place model_place(uint32_t line)
{
    return (struct place){.line = line, .offset = (int64_t)line * 40};
}

static inline void model_servers(struct emit *e, struct str path, unsigned v)
{
    static const char *const versions[] = {"fixed", "floating", "range", "digest"};
    static const char *const urls[] = {"https://a.example/mcp", "http://b.example/mcp",
                                       "http://127.0.0.1:9/mcp", "https://a.example/mcp"};
    struct place at = model_place(v);
    bool user = str_starts(path, STR("home/"));
    uint32_t host = emit_asset(e, KIND_AGENT_HOST, STR("Claude Code"), at);
    emit_str(e, host, ATTR_AGENT_HOST_HOST, STR("claude-code"), at);
    emit_str(e, host, ATTR_AGENT_HOST_SCOPE, user ? STR("user") : STR("project"), at);
    emit_bool(e, host, ATTR_AGENT_HOST_HOLDS_SETTINGS, v != 2, at);
    if (v == 3)
        emit_unresolved(e, host, ATTR_AGENT_HOST_APPROVAL, "cannot tell", at);
    else
        emit_str(e, host, ATTR_AGENT_HOST_APPROVAL, v == 1 ? STR("bypass") : STR("ask"), at);
    for (unsigned i = 0; i <= v % 3; i++) {
        struct place here = model_place(10 + 3 * i + v % 2);
        bool remote = (v + i) % 2;
        here.pointer = i ? STR("/mcpServers/second") : STR("/mcpServers/first");
        uint32_t s = emit_asset(e, KIND_MCP_SERVER, i ? STR("second") : STR("first"), here);
        emit_str(e, s, ATTR_MCP_SERVER_TRANSPORT, remote ? STR("http") : STR("stdio"), here);
        if (remote)
            emit_str(e, s, ATTR_MCP_SERVER_URL, str_z(urls[(v + i) % 4]), here);
        else
            emit_str(e, s, ATTR_MCP_SERVER_PACKAGE, i ? STR("npm:@x/y") : STR("npm:@x/z"), here);
        emit_str(e, s, ATTR_MCP_SERVER_VERSION_STATE, str_z(versions[(v + i) % 4]), here);
        emit_bool(e, s, ATTR_MCP_SERVER_ENABLED, v != 4, here);
        emit_int(e, s, ATTR_MCP_SERVER_SECRET_LITERALS, (int64_t)(v / 3), here);
        emit_relation(e, host, VERB_CONNECTS, s, RELATION_DECLARED, here);
    }
}

static inline void model_packages(struct emit *e, unsigned v, bool lock)
{
    static const char *const names[] = {"openai", "langchain", "cohere-ai"};
    static const char *const wanted[] = {"^1.0.0", "1.2.3", "latest"};
    for (unsigned i = 0; i < 1 + v % 3; i++) {
        struct place at = model_place(3 + i);
        struct str name = str_z(names[(v + i) % 3]);
        uint32_t p = emit_asset(e, KIND_PACKAGE, name, at);
        emit_str(e, p, ATTR_PACKAGE_ECOSYSTEM, STR("npm"), at);
        emit_str(e, p, ATTR_PACKAGE_PACKAGE, name, at);
        emit_str(e, p, ATTR_PACKAGE_DECLARED_IN, lock ? STR("lock") : STR("manifest"), at);
        emit_bool(e, p, ATTR_PACKAGE_DIRECT, !lock, at);
        emit_str(e, p, ATTR_PACKAGE_CONSTRAINT, str_z(wanted[(v * 2 + i) % 3]), at);
        if (i != 2)
            emit_str(e, p, ATTR_PACKAGE_SDK, STR("openai"), at);
    }
}

static inline void model_manifest(struct emit *e, struct str path, unsigned v)
{
    struct place at = model_place(1);
    uint32_t app = emit_asset(e, KIND_APPLICATION, path_base(path_dir(path)), at);
    if (v != 2)
        emit_owner(e, app, v == 1 ? STR("Ann <ann@org.example>") : STR("Bob <bob@org.example>"),
                   "package-metadata", 60, at);
    model_packages(e, v, false);
}

static inline void model_keys(struct emit *e, unsigned v)
{
    for (unsigned i = 0; i < 1 + v % 2; i++) {
        struct value_hit hit = {.class = DATA_SECRET,
                                .kind = v == 3 ? "generic-password" : "groq-key",
                                .end = 56,
                                .length = 56};
        emit_value(e, FACT_NONE, &hit, (struct place){.line = 1 + i, .offset = 100 * (int)(i + v)});
    }
}

static inline void model_say(struct emit *e, enum file_type type, struct str path, unsigned v)
{
    static const char *const origins[] = {"git@host.example:org/app.git",
                                          "https://host.example/org/lib.git", "/srv/local"};
    struct str owner = v % 2 ? STR("@org/one") : STR("@org/two");
    struct place at = model_place(1);
    uint32_t asset;
    switch (type) {
    case FILE_ORIGIN: emit_origin(e, str_z(origins[v % 3]), at); break;
    case FILE_OWNERS:
        emit_owner_rule(e, STR("*"), &owner, v != 4, at);
        if (v > 1)
            emit_owner_rule(e, STR("/a/"), &owner, 1, model_place(2));
        break;
    case FILE_SERVERS: model_servers(e, path, v); break;
    case FILE_MANIFEST: model_manifest(e, path, v); break;
    case FILE_LOCK: model_packages(e, v, true); break;
    case FILE_KEYS: model_keys(e, v); break;
    case FILE_INSTRUCTIONS:
        asset = emit_asset(e, KIND_INSTRUCTION_FILE, path_base(path), at);
        emit_int(e, asset, ATTR_INSTRUCTION_FILE_SIZE, (int64_t)v * 100, at);
        emit_int(e, asset, ATTR_INSTRUCTION_FILE_HIDDEN_RUNS, v == 1, at);
        break;
    case FILE_MODEL:
        asset = emit_asset(e, KIND_MODEL_FILE, path_base(path), at);
        emit_str(e, asset, ATTR_MODEL_FILE_FORMAT, STR("safetensors"), at);
        emit_str(e, asset, ATTR_MODEL_FILE_SHA256,
                 v == 1   ? STR("aa11")
                 : v == 2 ? STR("bb22")
                          : STR("cc33"),
                 at);
        emit_str(e, asset, ATTR_MODEL_FILE_LAYOUT_FAULT, v == 2 ? STR("hole") : STR("none"), at);
        break;
    }
}

/* ---- as discover_run would ---- */

static inline int model_item(uint32_t target, size_t m_target, size_t file, item_sink sink,
                             void *ctx, struct discover_count *count)
{
    AUTO(buf) frame = BUF_INIT;
    AUTO(arena) mem = ARENA(0);
    struct emit e;
    struct diag d = {0};
    struct item_result it = {.target = target,
                             .path = str_z(MODEL_PATHS[file].path),
                             .size = 100,
                             .mode = S_IFREG | 0644};
    it.raw_path = it.path;
    if (model->denied[m_target][file]) {
        it.code = E_DENIED;
        it.state = COVERAGE_DENIED;
        it.reason = STR("permission denied");
        return sink(ctx, &it);
    }
    emit_init(&e, &mem, NULL);
    e.collector = "test";
    model_say(&e, MODEL_PATHS[file].type, it.path, model->variant[m_target][file]);
    if (model->partial[m_target][file])
        emit_gap(&e, COVERAGE_PARTIAL, model_place(9), "not read to its end");
    e.facts.bytes_read = 100;
    fact_write(&e.facts, &frame);
    int rc = emit_result(&e);
    emit_done(&e);
    it.frame = buf_str(&frame);
    if (!rc)
        rc = fact_read(it.frame, target, &it.path, &mem, &it.facts, &d);
    count->files++;
    count->bytes += 100;
    return rc ? rc : sink(ctx, &it);
}

static inline int model_find(const struct discover_options *o, item_sink sink, void *ctx,
                             struct discover_report *ret, struct diag *d UNUSED)
{
    int rc = 0;
    *ret = (struct discover_report){.level = SANDBOX_FULL, .deterministic = true};
    ret->counts = mem_alloc(o->n_targets * sizeof(*ret->counts));
    if (!ret->counts)
        return E_NOMEM;
    for (uint32_t t = 0; t < o->n_targets; t++) {
        size_t m_target = o->targets[t].name.p[0] == 't'; /* "one", "two" */
        for (size_t f = 0; f < MODEL_FILES && !rc; f++) {
            struct str path = str_z(MODEL_PATHS[f].path);
            bool above = str_has(path, STR(".git/")) || str_ends(path, STR("CODEOWNERS"));
            if (model->variant[m_target][f] &&
                (!o->only_path.n || above || path_is_below(path, o->only_path)))
                rc = model_item(t, m_target, f, sink, ctx, &ret->counts[t]);
        }
    }
    return rc;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests only: builds small inventories and runs scans.
 *
 *     struct world w;
 *     world_begin(&w, f, &TARGETS, 2)           an inventory, nothing covered yet
 *     uint32_t h = add_server(&w, 0, "a.json", "https://a.example/mcp");
 *     world_store(&w)                            seal, open a scan, put the inventory
 *     world_finding(&w, asset index, "C-1", VERDICT_FAIL); world_commit(&w)
 */
#ifndef STANCE_STORE_STORE_TESTING_H
#define STANCE_STORE_STORE_TESTING_H

#include "store/store_internal.h"
#include "store/testing.h"

struct world {
    struct store *st;
    struct inventory inv;
    struct scan_target targets[2];
    size_t n_targets;
    int64_t at;
    bool part;
    bool nobody; /* everything that could name an owner was read, and does not */
    struct str inputs, build;
    struct diag d;
    struct {
        VEC(struct finding);
    } findings;
    struct {
        VEC(struct store_run_row);
    } runs;
    struct scan_summary summary;
};

static inline struct store *fixture_store(struct fixture *f, struct store *st)
{
    const struct clock clock = {1000};
    struct diag d = {0};

    store_free(st);
    st = NULL;
    if (store_open(f->location, DB_CREATE, &clock, &st, &d))
        fail_msg("store_open: %s", d.text);
    return st;
}

static inline void world_begin(struct world *w, struct store *st, int64_t at, size_t n_targets)
{
    *w = (struct world){.st = st, .at = at, .n_targets = n_targets};
    w->targets[0] =
        (struct scan_target){STR("one"), STR("https://git.example/org/one"), STR("/srv/one")};
    w->targets[1] =
        (struct scan_target){STR("two"), STR("https://git.example/org/two"), STR("/srv/two")};
    assert_int_equal(inventory_init(&w->inv, 0), 0);
}

static inline void cover(struct world *w, uint32_t target, const char *path,
                         enum coverage_state state)
{
    const struct coverage_row row = {.source = STR("files"),
                                     .target = target,
                                     .path = str_z(path),
                                     .state = state,
                                     .reason = STR("")};

    assert_int_equal(inventory_cover(&w->inv, &row), 0);
}

/* "a.zip!/b" is the member b of an archive. */
static inline struct place place_at(uint32_t target, const char *path, const char *pointer,
                                    uint32_t line)
{
    size_t end = str_find(str_z(path), STR("!/"), 0);

    return (struct place){.target = target,
                          .line = line,
                          .offset = -1,
                          .path = str_sub(str_z(path), 0, end),
                          .member = str_z(end == SIZE_MAX ? "" : path + end + 2),
                          .pointer = str_z(pointer),
                          .collector = STR("mcp-config")};
}

/* An MCP server with a url (per asset), and a launcher and a version (per place). */
static inline uint32_t add_labelled_server(struct world *w, uint32_t target, const char *path,
                                           const char *url, const char *version, uint32_t labels)
{
    struct place at = place_at(target, path, "/mcpServers/x", 3);
    struct str roots[] = {STR("/home"), STR("a\\u0000b \"q\"")};
    struct attribute attrs[] = {
        {ATTR_MCP_SERVER_URL, STATE_DECLARED, {.text = str_z(url)}, at, STR("")},
        {ATTR_MCP_SERVER_URL_LOOPBACK, STATE_RESOLVED, {VALUE_BOOLEAN, .number = 0}, at, STR("")},
        {ATTR_MCP_SERVER_PACKAGE_VERSION,
         *version ? STATE_DECLARED : STATE_ABSENT,
         {.text = str_z(version)},
         at,
         STR("")},
        {ATTR_MCP_SERVER_FILE_ROOTS,
         STATE_DECLARED,
         {VALUE_STRINGS, .list = roots, .n = 2},
         at,
         STR("")},
    };
    struct observation o = {.kind = KIND_MCP_SERVER,
                            .name = STR("x"),
                            .scope = STR("org/one"),
                            .scope_path = str_z(path),
                            .at = at,
                            .labels = labels,
                            .attrs = attrs,
                            .n_attrs = ARRAY_LEN(attrs)};
    uint32_t handle;

    assert_int_equal(inventory_add(&w->inv, &o, &handle), 0);
    return handle;
}

static inline uint32_t add_server(struct world *w, uint32_t target, const char *path,
                                  const char *url, const char *version)
{
    return add_labelled_server(w, target, path, url, version, 0);
}

static inline uint32_t add_file(struct world *w, const char *path, int64_t size)
{
    struct place at = place_at(0, path, "", 0);
    struct attribute attrs[] = {
        {ATTR_INSTRUCTION_FILE_FORMAT, STATE_DECLARED, {.text = STR("agents-md")}, at, STR("")},
        {ATTR_INSTRUCTION_FILE_SIZE, STATE_DECLARED, {VALUE_INTEGER, .number = size}, at, STR("")},
    };
    struct observation o = {.kind = KIND_INSTRUCTION_FILE,
                            .name = str_z(path),
                            .scope = STR("org/one"),
                            .scope_path = str_z(path),
                            .at = at,
                            .attrs = attrs,
                            .n_attrs = 2};
    uint32_t handle;

    assert_int_equal(inventory_add(&w->inv, &o, &handle), 0);
    return handle;
}

static inline void world_store(struct world *w)
{
    struct scan_info info = {.program = STR("0.1.0"),
                             .knowledge = STR("k1"),
                             .sandbox = STR("full"),
                             .deterministic = true,
                             .targets = w->targets,
                             .n_targets = w->n_targets,
                             .started_ms = w->at,
                             .part = w->part,
                             .inputs = w->inputs,
                             .build = w->build};

    assert_int_equal(inventory_seal(&w->inv), 0);
    vec_each (a, &w->inv.assets) {
        a->owner_state = w->nobody ? FACT_NONE : a->owner_state;
    }
    if (store_scan_begin(w->st, &info, &w->d) || store_put_inventory(w->st, &w->inv, &w->d))
        fail_msg("store: %s", w->d.text);
}

/* The control ran; with VERDICT_PASS nothing is reported. */
static inline void world_verdict(struct world *w, const char *control, uint32_t asset,
                                 enum verdict verdict)
{
    static char ids[64][24];
    static unsigned serial;
    char *id = ids[serial++ % 64];
    const struct str sid = w->st->ids[asset];
    bool known = false;

    for (size_t i = 0; i < w->runs.n; i++)
        known |= str_eq(w->runs.v[i].control, str_z(control));
    if (!known)
        assert_int_equal(
            vec_push(&w->runs, ((struct store_run_row){.control = str_z(control),
                                                       .errors = verdict == VERDICT_ERROR})),
            0);
    if (verdict == VERDICT_PASS)
        return;
    snprintf(id, 24, "%.6s%.16s", control, sid.p + sid.n - 16);
    assert_int_equal(vec_push(&w->findings, ((struct finding){.id = str_z(id),
                                                              .control = str_z(control),
                                                              .category = STR("unpinned-package"),
                                                              .title = STR("title"),
                                                              .reason = STR("because"),
                                                              .asset = asset,
                                                              .severity = SEVERITY_MEDIUM,
                                                              .verdict = verdict,
                                                              .risk_tenths = 400})),
                     0);
}

static inline void world_commit(struct world *w)
{
    w->summary.finished_ms = w->at + 5;
    w->summary.posture_low_tenths = w->summary.posture_high_tenths = -1;
    if ((w->runs.n && store_put_runs(w->st, w->runs.v, w->runs.n, &w->d)) ||
        store_put_findings(w->st, w->findings.v, w->findings.n, &w->d) ||
        store_scan_commit(w->st, &w->summary, &w->d))
        fail_msg("commit: %s", w->d.text);
    vec_free(&w->findings);
    vec_free(&w->runs);
    inventory_done(&w->inv);
}

/* The first column of the first row as text, "" when there is none. */
static inline const char *ask(struct store *st, const char *sql)
{
    static char out[8][512];
    static unsigned at;
    char *text = out[at++ % 8];
    struct diag d = {0};
    struct stmt *s;

    text[0] = 0;
    if (db_prepare(store_db(st), str_z(sql), &s, &d))
        fail_msg("%s: %s", sql, d.text);
    if (stmt_step(s, &d) == 1)
        snprintf(text, sizeof(out[0]), STR_FMT, STR_ARG(stmt_str(s, 0)));
    stmt_free(s);
    return text;
}

static inline void assert_sound(struct store *st)
{
    AUTO(buf) report = BUF_INIT;
    struct diag d = {0};

    if (store_check(st, &report, &d))
        fail_msg("check: %s", d.text);
}

#define A "https://a.example/mcp"
#define B "https://b.example/mcp"

/* One server at one place, everything covered. */
static inline void scan_server(struct store *st, int64_t at, const char *path, const char *url,
                               const char *version)
{
    struct world w;

    world_begin(&w, st, at, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    if (url)
        add_server(&w, 0, path, url, version);
    world_store(&w);
    world_commit(&w);
}

/* What one scan says of that server under control C-1. */
/* BESIDE: a commit was read, and the folder holds something else. */
enum step { FAIL, PASS, UNKNOWN, ERROR, NOT_RUN, DENIED, ABSENT, HALF, BESIDE };

static inline void scan_verdict(struct store *st, int64_t at, enum step step)
{
    struct world w;

    world_begin(&w, st, at, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    if (step == DENIED)
        cover(&w, 0, "a.json", COVERAGE_DENIED);
    else if (step != ABSENT)
        add_server(&w, 0, "a.json", A, "1");
    if (step == HALF)
        cover(&w, 0, "a.json", COVERAGE_PARTIAL);
    if (step == BESIDE)
        cover(&w, 0, "a.json", COVERAGE_SKIPPED);
    world_store(&w);
    if (step == DENIED || step == ABSENT || step == HALF || step == BESIDE)
        world_verdict(&w, "C-1", 0, VERDICT_PASS);
    else if (step != NOT_RUN)
        world_verdict(&w, "C-1", 0,
                      step == FAIL      ? VERDICT_FAIL
                      : step == PASS    ? VERDICT_PASS
                      : step == UNKNOWN ? VERDICT_UNKNOWN
                                        : VERDICT_ERROR);
    else
        world_verdict(&w, "C-2", 0, VERDICT_PASS);
    world_commit(&w);
}

/* A server with an owner, a file it may use, and secrets in its place. */
static inline void scan_links(struct store *st, int64_t at, bool link, int values,
                              enum coverage_state gap)
{
    struct owner_candidate owner = {STR("@org/team"), STR("codeowners"), 90,
                                    place_at(0, "CODEOWNERS", "", 1)};
    struct place p = place_at(0, "a.json", "/mcpServers/x", 3);
    struct world w;
    uint32_t a, b;

    world_begin(&w, st, at, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    if (gap != COVERAGE_EXAMINED)
        cover(&w, 0, "a.json", gap);
    a = add_server(&w, 0, "a.json", A, "1");
    b = add_file(&w, "AGENTS.md", 7);
    assert_int_equal(inventory_owner(&w.inv, a, &owner), 0);
    if (link)
        assert_int_equal(inventory_relate(&w.inv, a, VERB_USES, b, RELATION_DECLARED, &p), 0);
    for (int i = 0; i < values; i++) {
        struct data_value v = {.class = DATA_SECRET,
                               .kind = STR("openai-project-key"),
                               .length = 50,
                               .fingerprint = STR(""),
                               .at = place_at(0, "a.json", "", 10 + (uint32_t)i)};

        assert_int_equal(inventory_value(&w.inv, a, &v), 0);
    }
    world_store(&w);
    world_commit(&w);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what scans leave in a store: presence, identity, findings, history; on both engines. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "store/migrate.h"
#include "store/store_testing.h"

#define A "https://a.example/mcp"
#define B "https://b.example/mcp"

/* One server at one place, everything covered. */
static void scan_server(struct store *st, int64_t at, const char *path, const char *url,
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

static void test_first_scan(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_store(f, NULL);
    uint32_t asset, place;
    struct world w;

    world_begin(&w, st, 1000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    cover(&w, 0, "b", COVERAGE_DENIED);
    add_server(&w, 0, "a.json", A, "1.2.3");
    add_server(&w, 0, "a.json", B, "");
    world_store(&w);
    assert_int_equal(store_asset_index(st, w.inv.assets.v[1].id, &asset), 0);
    assert_int_equal(asset, 1);
    assert_int_equal(store_place_index(st, 2, &asset, &place), 0);
    assert_int_equal(asset, 1);
    assert_int_equal(place, 0);
    assert_int_equal(store_place_index(st, 3, &asset, &place), E_NOTFOUND);
    assert_int_equal(store_asset_index(st, STR("mcp_server-none"), &asset), E_NOTFOUND);
    world_commit(&w);
    assert_true(w.summary.changes > 0);
    assert_string_equal(ask(st, "SELECT count(*) FROM mcp_servers"), "2");
    assert_string_equal(ask(st, "SELECT package_version FROM mcp_servers WHERE url = '" A "'"),
                        "1.2.3");
    assert_string_equal(
        ask(st, "SELECT package_version_state FROM mcp_servers WHERE url = '" B "'"), "absent");
    assert_string_equal(ask(st, "SELECT url_loopback FROM mcp_servers"), "0");
    assert_string_equal(ask(st, "SELECT count(*) FROM mcp_servers_file_roots"), "4");
    assert_string_equal(ask(st, "SELECT count(*) FROM coverage"), "2");
    assert_string_equal(ask(st, "SELECT name FROM target"), "one");
    assert_string_equal(ask(st, "SELECT last_seen FROM asset"), "1000");
    assert_string_equal(ask(st, "SELECT finished FROM scan"), "1005");
    assert_sound(st);
    store_free(st);
}

static void test_unchanged(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct world w;

    scan_server(st, 1000, "a.json", A, "1");
    world_begin(&w, st, 2000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    add_server(&w, 0, "a.json", A, "1");
    world_store(&w);
    world_commit(&w);
    assert_int_equal(w.summary.changes, 0);
    assert_string_equal(ask(st, "SELECT last_seen FROM place"), "2000");
    assert_string_equal(ask(st, "SELECT last_seen FROM asset"), "2000");
    assert_string_equal(ask(st, "SELECT first_seen FROM asset"), "1000");
    assert_sound(st);
    store_free(st);
}

static void test_attribute_changes(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    scan_server(st, 1000, "a.json", A, "1");
    scan_server(st, 2000, "a.json", A, "2");
    assert_string_equal(ask(st, "SELECT subject FROM change_log WHERE scan = 2"), "attribute");
    assert_non_null(strstr(ask(st, "SELECT old FROM change_log WHERE scan = 2"), "\"1\""));
    assert_non_null(strstr(ask(st, "SELECT new FROM change_log WHERE scan = 2"), "\"2\""));
    assert_string_equal(ask(st, "SELECT count(*) FROM change_log WHERE scan = 2"), "1");
    scan_server(st, 3000, "a.json", A, "");
    assert_string_equal(ask(st, "SELECT package_version_state FROM mcp_servers"), "absent");
    assert_sound(st);
    store_free(st);
}

static void test_gone_and_back(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    scan_server(st, 1000, "a.json", A, "1");
    scan_server(st, 2000, "a.json", NULL, "");
    assert_string_equal(ask(st, "SELECT state FROM asset"), "gone");
    assert_string_equal(ask(st, "SELECT state FROM place"), "gone");
    assert_string_equal(ask(st, "SELECT last_seen FROM place"), "1000");
    assert_string_equal(ask(st, "SELECT count(*) FROM mcp_servers"), "0");
    assert_sound(st);
    scan_server(st, 3000, "a.json", A, "2");
    assert_string_equal(ask(st, "SELECT state FROM asset"), "present");
    assert_string_equal(ask(st, "SELECT first_seen FROM asset"), "1000");
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "1");
    assert_string_equal(ask(st, "SELECT what FROM change_log WHERE scan = 3 AND subject = 'asset'"),
                        "returned");
    assert_sound(st);
    store_free(st);
}

/* What was not looked at is not gone: each way in which a scan can miss a place. */
static void test_not_covered(void **state)
{
    static const struct {
        const char *path;
        enum coverage_state state;
        bool gone;
    } CASES[] = {
        {"d/a.json", COVERAGE_FAILED, false},   {"d", COVERAGE_DENIED, false},
        {"", COVERAGE_PARTIAL, false},          {"d/a.json", COVERAGE_UNSUPPORTED, false},
        {"**/*.json", COVERAGE_SKIPPED, false}, {"d", COVERAGE_NOT_LOOKED, false},
        {"d/a", COVERAGE_DENIED, true},         {"d/a.json/x", COVERAGE_FAILED, true},
        {"*.yaml", COVERAGE_SKIPPED, true},     {"a.json", COVERAGE_NOT_LOOKED, false},
        {"a.json", COVERAGE_DENIED, true},      {"other", COVERAGE_SKIPPED, true},
    };
    struct store *st = fixture_store(*state, NULL);
    struct world w;

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        scan_server(st, 1000 + 2 * (int64_t)i, "d/a.json", A, "1");
        world_begin(&w, st, 1001 + 2 * (int64_t)i, 1);
        cover(&w, 0, "", COVERAGE_EXAMINED);
        cover(&w, 0, CASES[i].path, CASES[i].state);
        world_store(&w);
        world_commit(&w);
        if (CASES[i].gone != !strcmp(ask(st, "SELECT state FROM place"), "gone"))
            fail_msg("case %zu: %s", i, CASES[i].path);
    }
    scan_server(st, 5000, "d/a.json", A, "1");
    /* Only one folder was examined, or nothing at all, or another target. */
    world_begin(&w, st, 5001, 1);
    cover(&w, 0, "e", COVERAGE_EXAMINED);
    world_store(&w);
    world_commit(&w);
    world_begin(&w, st, 5002, 1);
    world_store(&w);
    world_commit(&w);
    world_begin(&w, st, 5003, 1);
    w.targets[0] = w.targets[1];
    cover(&w, 0, "", COVERAGE_EXAMINED);
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT state FROM asset"), "present");
    assert_string_equal(ask(st, "SELECT last_seen FROM place"), "5000");
    world_begin(&w, st, 5004, 1);
    cover(&w, 0, "d", COVERAGE_EXAMINED);
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT state FROM asset"), "gone");
    assert_sound(st);
    store_free(st);
}

/* One asset at two targets: scanning one of them does not touch what the other one says. */
static void test_two_targets(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct world w;

    world_begin(&w, st, 1000, 2);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    cover(&w, 1, "", COVERAGE_EXAMINED);
    add_server(&w, 0, "a.json", A, "1");
    add_server(&w, 1, "b.json", A, "2");
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT count(*) FROM place"), "2");
    scan_server(st, 2000, "a.json", NULL, "");
    assert_string_equal(ask(st, "SELECT count(*) FROM mcp_servers"), "1");
    assert_string_equal(ask(st, "SELECT package_version FROM mcp_servers"), "2");
    assert_string_equal(ask(st, "SELECT last_seen FROM asset"), "1000");
    assert_sound(st);
    store_free(st);
}

static void scan_file(struct store *st, int64_t at, const char *one, const char *two, int64_t size)
{
    struct world w;

    world_begin(&w, st, at, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    if (one)
        add_file(&w, one, size);
    if (two)
        add_file(&w, two, size);
    world_store(&w);
    world_commit(&w);
}

static void test_rename(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    const char *id;

    scan_file(st, 1000, "AGENTS.md", NULL, 77);
    id = ask(st, "SELECT id FROM asset");
    scan_file(st, 2000, "docs/AGENTS.md", NULL, 77);
    assert_string_equal(ask(st, "SELECT id FROM asset"), id);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "1");
    assert_string_equal(ask(st, "SELECT count(*) FROM asset_alias"), "1");
    assert_string_equal(ask(st, "SELECT path FROM instruction_files"), "docs/AGENTS.md");
    assert_string_equal(ask(st, "SELECT first_seen FROM asset"), "1000");
    assert_sound(st);
    /* The alias is found again. */
    scan_file(st, 3000, "docs/AGENTS.md", NULL, 78);
    assert_string_equal(ask(st, "SELECT id FROM asset"), id);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "1");
    /* A copy, two copies of one that vanished, other content: new assets. */
    scan_file(st, 4000, "docs/AGENTS.md", "x/AGENTS.md", 78);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "2");
    scan_file(st, 5000, "y/AGENTS.md", NULL, 99);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "3");
    scan_file(st, 6000, "z/AGENTS.md", "zz/AGENTS.md", 99);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "5");
    assert_string_equal(ask(st, "SELECT count(*) FROM instruction_files"), "2");
    assert_sound(st);
    store_free(st);
}

/* A server known by its place, later by its url: the inventory names the old id as an alias. */
static void add_weak_server(struct world *w)
{
    struct place at = place_at(0, "a.json", "/mcpServers/x", 3);
    struct observation o = {.kind = KIND_MCP_SERVER,
                            .name = STR("x"),
                            .scope = STR("org/one"),
                            .scope_path = STR("a.json"),
                            .at = at};
    uint32_t handle;

    assert_int_equal(inventory_add(&w->inv, &o, &handle), 0);
}

static void scan_weak(struct store *st, int64_t at, bool weak, const char *url)
{
    struct world w;

    world_begin(&w, st, at, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    if (weak)
        add_weak_server(&w);
    if (url)
        add_server(&w, 0, "a.json", url, "1");
    world_store(&w);
    world_verdict(&w, "C-1", 0, VERDICT_FAIL);
    world_commit(&w);
}

static void test_alias_persists(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    const char *id, *finding;

    scan_weak(st, 1000, true, NULL);
    id = ask(st, "SELECT id FROM asset");
    finding = ask(st, "SELECT id FROM finding");
    scan_weak(st, 2000, true, A);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "1");
    assert_string_equal(ask(st, "SELECT id FROM asset"), id);
    scan_weak(st, 3000, false, A);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "1");
    assert_string_equal(ask(st, "SELECT id FROM asset"), id);
    assert_string_equal(ask(st, "SELECT url FROM mcp_servers"), A);
    assert_string_equal(ask(st, "SELECT count(*) FROM finding"), "1");
    assert_string_equal(ask(st, "SELECT id FROM finding"), finding);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "open");
    assert_sound(st);
    store_free(st);
}

/* Two stored assets turn out to be one: the older id stays, the findings move. */
static void test_merge(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct world w;
    const char *id;

    scan_weak(st, 1000, true, NULL);
    id = ask(st, "SELECT id FROM asset");
    world_begin(&w, st, 2000, 2);
    cover(&w, 1, "", COVERAGE_EXAMINED);
    add_server(&w, 1, "b.json", A, "7");
    add_file(&w, "AGENTS.md", 5);
    world_store(&w);
    for (uint32_t i = 0; i < w.inv.assets.n; i++)
        world_verdict(&w, "C-1", i, VERDICT_FAIL);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "3");
    assert_string_equal(ask(st, "SELECT count(*) FROM finding"), "3");
    scan_weak(st, 3000, true, A);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset WHERE kind = 'mcp_server'"), "1");
    assert_string_equal(ask(st, "SELECT id FROM asset WHERE kind = 'mcp_server'"), id);
    assert_string_equal(ask(st, "SELECT count(*) FROM mcp_servers"), "2");
    assert_string_equal(ask(st, "SELECT count(*) FROM asset_alias"), "1");
    assert_string_equal(ask(st, "SELECT count(*) FROM finding f JOIN asset a ON a.id = f.asset"
                                " WHERE a.kind = 'mcp_server'"),
                        "2");
    assert_string_equal(ask(st, "SELECT package_version FROM mcp_servers WHERE path = 'b.json'"),
                        "7");
    assert_sound(st);
    store_free(st);
}

/* ---- findings ---- */

enum step { FAIL, PASS, UNKNOWN, ERROR, NOT_RUN, DENIED, ABSENT };

static void scan_verdict(struct store *st, int64_t at, enum step step)
{
    struct world w;

    world_begin(&w, st, at, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    if (step == DENIED)
        cover(&w, 0, "a.json", COVERAGE_DENIED);
    else if (step != ABSENT)
        add_server(&w, 0, "a.json", A, "1");
    world_store(&w);
    if (step == DENIED || step == ABSENT)
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

static void test_finding_life(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    scan_verdict(st, 1000, FAIL);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "open");
    scan_verdict(st, 2000, FAIL);
    assert_string_equal(ask(st, "SELECT last_seen FROM finding"), "2000");
    assert_string_equal(ask(st, "SELECT count(*) FROM change_log WHERE scan = 2"), "0");
    scan_verdict(st, 3000, PASS);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "fixed");
    assert_string_equal(ask(st, "SELECT closed FROM finding"), "3000");
    assert_string_equal(ask(st, "SELECT cause FROM finding"), "passing");
    scan_verdict(st, 4000, FAIL);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "reopened");
    assert_string_equal(ask(st, "SELECT first_seen FROM finding"), "1000");
    assert_string_equal(ask(st, "SELECT opened FROM finding"), "4000");
    assert_string_equal(ask(st, "SELECT closed FROM finding"), "");
    scan_verdict(st, 5000, ABSENT);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "gone");
    assert_string_equal(ask(st, "SELECT cause FROM finding"), "asset-gone");
    scan_verdict(st, 6000, FAIL);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "reopened");
    assert_string_equal(ask(st, "SELECT count(*) FROM finding"), "1");
    assert_sound(st);
    store_free(st);
}

/* Nothing that merely hides a failure closes it. */
static void test_finding_stays(void **state)
{
    static const enum step HIDING[] = {NOT_RUN, DENIED, UNKNOWN, ERROR};
    struct store *st = fixture_store(*state, NULL);

    scan_verdict(st, 1000, FAIL);
    for (size_t i = 0; i < ARRAY_LEN(HIDING); i++) {
        scan_verdict(st, 2000 + (int64_t)i, HIDING[i]);
        assert_string_equal(ask(st, "SELECT status FROM finding"), "open");
    }
    assert_string_equal(ask(st, "SELECT verdict FROM finding"), "error");
    scan_verdict(st, 3000, PASS);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "gone");
    assert_string_equal(ask(st, "SELECT cause FROM finding"), "evaluated");
    scan_verdict(st, 4000, UNKNOWN);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "open");
    assert_sound(st);
    store_free(st);
}

/* Without store_put_runs the verdicts of the connection tell which controls ran. */
static void test_derived_runs(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct diag d = {0};
    struct world w;

    scan_verdict(st, 1000, FAIL);
    assert_int_equal(db_exec(store_db(st),
                             STR("CREATE TEMP TABLE control_verdict (control TEXT, asset TEXT,"
                                 " place INTEGER, verdict TEXT, reason TEXT);"
                                 "INSERT INTO control_verdict VALUES"
                                 " ('C-1', 'x', 1, 'pass', ''), ('C-9', 'x', 1, 'error', '')"),
                             &d),
                     0);
    world_begin(&w, st, 2000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    add_server(&w, 0, "a.json", A, "1");
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT status FROM finding"), "fixed");
    assert_string_equal(ask(st, "SELECT passed FROM control_run WHERE control = 'C-1'"
                                " AND scan = 2"),
                        "1");
    store_free(st);
}

/* ---- values, relations, owners ---- */

static void scan_links(struct store *st, int64_t at, bool link, int values, enum coverage_state gap)
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

static void test_links(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    scan_links(st, 1000, true, 2, COVERAGE_EXAMINED);
    assert_string_equal(ask(st, "SELECT count(*) FROM relations"), "1");
    assert_string_equal(ask(st, "SELECT count(*) FROM data_value"), "2");
    assert_string_equal(ask(st, "SELECT owner FROM mcp_servers"), "@org/team");
    assert_true(strcmp(ask(st, "SELECT place FROM relation"), "0") != 0);
    scan_links(st, 2000, true, 2, COVERAGE_EXAMINED);
    assert_string_equal(ask(st, "SELECT count(*) FROM change_log WHERE scan = 2"), "0");
    /* A file that was read in part may still hold the values that were not seen. */
    scan_links(st, 3000, true, 1, COVERAGE_PARTIAL);
    assert_string_equal(ask(st, "SELECT count(*) FROM data_value"), "2");
    scan_links(st, 4000, true, 1, COVERAGE_EXAMINED);
    assert_string_equal(ask(st, "SELECT count(*) FROM data_value"), "1");
    scan_links(st, 5000, false, 0, COVERAGE_EXAMINED);
    assert_string_equal(ask(st, "SELECT count(*) FROM relation"), "0");
    assert_string_equal(ask(st, "SELECT count(*) FROM data_value"), "0");
    scan_links(st, 6000, true, 1, COVERAGE_EXAMINED);
    assert_sound(st);
    scan_server(st, 7000, "a.json", NULL, "");
    assert_string_equal(ask(st, "SELECT count(*) FROM relation"), "0");
    assert_string_equal(ask(st, "SELECT count(*) FROM data_value"), "0");
    assert_sound(st);
    store_free(st);
}

/* Names that no database can hold are escaped, and stay different. */
static void test_hostile_names(void **state)
{
    static const char *const PATHS[] = {"a\xff.json", "a\\xff.json", "a\x1b[0m.json",
                                        "a\xe2\x80\xae.json"};
    struct store *st = fixture_store(*state, NULL);

    for (int round = 0; round < 2; round++) {
        struct world w;

        world_begin(&w, st, 1000 + round, 1);
        cover(&w, 0, "", COVERAGE_EXAMINED);
        cover(&w, 0, "bad\xc3", COVERAGE_FAILED);
        for (size_t i = 0; i < ARRAY_LEN(PATHS); i++)
            add_file(&w, PATHS[i], 5);
        world_store(&w);
        world_commit(&w);
    }
    assert_string_equal(ask(st, "SELECT count(*) FROM instruction_files"), "4");
    assert_string_equal(ask(st, "SELECT count(*) FROM change_log WHERE scan = 2"), "0");
    assert_sound(st);
    store_free(st);
}

/* ---- integrity ---- */

/* Equal scans give equal digests; one byte of history or state changed is found. */
static void test_tampering(void **state)
{
    static const char *const TAMPER[] = {
        "UPDATE asset SET name = 'y'",
        "UPDATE place SET path = 'c.json'",
        "UPDATE attribute SET value = 'zzz' WHERE name = 'url'",
        "DELETE FROM attribute WHERE name = 'url'",
        "UPDATE change_log SET cause = 'x' WHERE id = 1",
        "DELETE FROM change_log WHERE id = 2",
        "UPDATE scan SET digest = 'ab' WHERE id = 1",
        "UPDATE scan SET started = 7 WHERE id = 1",
        "UPDATE coverage SET state = 'denied'",
        "UPDATE finding SET status = 'fixed'",
        "DELETE FROM finding",
    };
    struct store *st = fixture_store(*state, NULL);
    struct db *db = store_db(st);

    scan_verdict(st, 1000, FAIL);
    scan_verdict(st, 2000, FAIL);
    assert_sound(st);
    for (size_t i = 0; i < ARRAY_LEN(TAMPER); i++) {
        AUTO(buf) report = BUF_INIT;
        struct diag d = {0};

        assert_int_equal(db_exec(db, str_z(TAMPER[i]), &d), 0);
        if (store_check(st, &report, &d) != E_PARSE)
            fail_msg("not found: %s", TAMPER[i]);
        assert_true(d.hint[0] != 0);
        assert_int_equal(db_exec(db, STR("CREATE TABLE t (a INTEGER); DROP TABLE t"), &d), 0);
        /* Start again from a fresh store. */
        store_free(st);
        struct fixture *f = *state;
        if (f->schema[0]) {
            void *p = f;
            fixture_done(&p);
            assert_int_equal(fixture_postgres(state), 0);
            f = *state;
        }
        st = fixture_store(*state, NULL);
        db = store_db(st);
        scan_verdict(st, 1000, FAIL);
        scan_verdict(st, 2000, FAIL);
    }
    store_free(st);
}

static void test_abort(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct world w;

    scan_server(st, 1000, "a.json", A, "1");
    world_begin(&w, st, 2000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    world_store(&w);
    store_scan_abort(st);
    inventory_done(&w.inv);
    assert_string_equal(ask(st, "SELECT state FROM asset"), "present");
    assert_string_equal(ask(st, "SELECT count(*) FROM scan"), "1");
    scan_server(st, 3000, "a.json", A, "1");
    assert_sound(st);
    store_free(st);
}

static void test_risks(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct asset_risk r = {.state = FACT_KNOWN, .score_tenths = 405, .band = BAND_MEDIUM};
    struct world w;

    world_begin(&w, st, 1000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    add_server(&w, 0, "a.json", A, "1");
    world_store(&w);
    assert_int_equal(store_put_risks(st, &r, 1, &w.d), 0);
    r.score_tenths = 500;
    assert_int_equal(store_put_risks(st, &r, 1, &w.d), 0);
    r.asset = 9;
    assert_int_equal(store_put_risks(st, &r, 1, &w.d), E_BUG);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT score FROM asset_risk"), "500");
    assert_string_equal(ask(st, "SELECT factors FROM asset_risk"), "[]");
    store_free(st);
}

static void test_misuse(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct scan_summary s = {0};
    struct inventory inv;
    struct diag d = {0};

    assert_int_equal(inventory_init(&inv, 0), 0);
    assert_int_equal(store_put_inventory(st, &inv, &d), E_BUG);
    assert_int_equal(store_put_findings(st, NULL, 0, &d), E_BUG);
    assert_int_equal(store_scan_commit(st, &s, &d), E_BUG);
    inventory_done(&inv);
    store_free(st);
}

/* Every allocation that fails ends the scan cleanly, and the store is as before. */
static void test_allocation(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct scan_target target = {STR("one"), STR("org/one"), STR("/srv/one")};
    struct scan_info info = {.program = STR("1"), .targets = &target, .n_targets = 1};
    struct world w;
    int rc = E_NOMEM;

    scan_server(st, 1000, "a.json", A, "1");
    world_begin(&w, st, 2000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    cover(&w, 0, "*.x", COVERAGE_SKIPPED);
    add_server(&w, 0, "b.json", B, "1");
    add_file(&w, "AGENTS.md", 5);
    assert_int_equal(inventory_seal(&w.inv), 0);
    for (size_t n = 1; rc && n < 400; n++) {
        struct scan_summary s = {0};

        mem_fail_after(n);
        rc = store_scan_begin(st, &info, &w.d);
        rc = rc ? rc : store_put_inventory(st, &w.inv, &w.d);
        rc = rc ? rc : store_put_findings(st, NULL, 0, &w.d);
        rc = rc ? rc : store_scan_commit(st, &s, &w.d);
        mem_fail_after(0);
        store_scan_abort(st);
        if (rc && rc != E_NOMEM)
            fail_msg("after %zu: %d %s", n, rc, w.d.text);
    }
    assert_int_equal(rc, 0);
    inventory_done(&w.inv);
    assert_string_equal(ask(st, "SELECT count(*) FROM scan"), "2");
    assert_sound(st);
    store_free(st);
}

/* ---- files ---- */

static void store_path(struct buf *b)
{
    buf_addf(b, "%s/store.db", test_folder());
}

static int open_path(const char *path, enum db_mode mode, struct store **ret, struct diag *d)
{
    const struct clock clock = {1};

    diag_clear(d);
    return store_open(path, mode, &clock, ret, d);
}

static void change_file(const char *path, const char *sql)
{
    struct diag d = {0};
    struct db *db;

    assert_int_equal(db_open(path, DB_READ_WRITE, &db, &d), 0);
    assert_int_equal(db_exec(db, str_z(sql), &d), 0);
    db_free(db);
}

static void test_versions(void **state)
{
    AUTO(buf) path = BUF_INIT;
    struct store *st = NULL;
    struct diag d = {0};

    (void)state;
    store_path(&path);
    unlink(path.p);
    assert_int_equal(open_path(path.p, DB_READ_ONLY, &st, &d), E_NOTFOUND);
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), 0);
    assert_string_equal(ask(st, "PRAGMA application_id"), "1398033987");
    assert_string_equal(ask(st, "PRAGMA journal_mode"), "wal");
    scan_server(st, 1000, "a.json", A, "1");
    st = store_free(st);
    change_file(path.p, "UPDATE meta SET value = '99' WHERE key = 'schema'");
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), E_UNSUPPORTED);
    assert_non_null(strstr(d.text, "99"));
    assert_non_null(strstr(d.hint, "update stance"));
    assert_string_equal(d.file, path.p);
    change_file(path.p, "UPDATE meta SET value = '1' WHERE key = 'schema'");
    /* Other views: made anew, or for this session only when nothing may be written. */
    change_file(path.p, "UPDATE meta SET value = 'old' WHERE key = 'views'; DROP VIEW mcp_servers");
    assert_int_equal(open_path(path.p, DB_READ_ONLY, &st, &d), 0);
    assert_string_equal(ask(st, "SELECT url FROM mcp_servers"), A);
    assert_sound(st);
    st = store_free(st);
    assert_int_equal(open_path(path.p, DB_READ_WRITE, &st, &d), 0);
    assert_string_equal(ask(st, "SELECT url FROM mcp_servers"), A);
    st = store_free(st);
    unlink(path.p);
}

static void test_foreign_file(void **state)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) wal = BUF_INIT;
    struct store *st = NULL;
    struct diag d = {0};
    struct db *db;

    (void)state;
    store_path(&path);
    unlink(path.p);
    assert_int_equal(db_open(path.p, DB_CREATE, &db, &d), 0);
    assert_int_equal(db_exec(db, STR("CREATE TABLE songs (name TEXT)"), &d), 0);
    assert_int_equal(db_exec(db, STR("PRAGMA journal_mode = DELETE"), &d), 0);
    db_free(db);
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), E_PARSE);
    assert_non_null(strstr(d.text, "another program"));
    assert_string_equal(d.file, path.p);
    buf_addf(&wal, "%s-wal", path.p);
    assert_int_equal(access(wal.p, F_OK), -1);
    unlink(path.p);
}

/* A store whose pages were overwritten is refused or found by the check, never believed. */
static void test_corrupt_file(void **state)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) report = BUF_INIT;
    struct store *st = NULL;
    struct diag d = {0};
    char junk[2048];
    int fd, rc;

    (void)state;
    store_path(&path);
    unlink(path.p);
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), 0);
    scan_server(st, 1000, "a.json", A, "1");
    st = store_free(st);
    memset(junk, 0x5a, sizeof(junk));
    fd = open(path.p, O_WRONLY);
    for (off_t at = 4096 * 3; at < 4096 * 40; at += 4096)
        assert_int_equal(pwrite(fd, junk, sizeof(junk), at), sizeof(junk));
    close(fd);
    rc = open_path(path.p, DB_READ_ONLY, &st, &d);
    if (!rc)
        rc = store_check(st, &report, &d);
    assert_int_equal(rc, E_PARSE);
    assert_true(d.hint[0] != 0);
    store_free(st);
    unlink(path.p);
}

/* kill -9 in the middle of a scan: the state before it, and the next scan works. */
static void test_killed(void **state)
{
    AUTO(buf) path = BUF_INIT;
    struct store *st = NULL;
    struct diag d = {0};
    int ready[2], status;
    char c;
    pid_t pid;

    (void)state;
    store_path(&path);
    unlink(path.p);
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), 0);
    scan_server(st, 1000, "a.json", A, "1");
    st = store_free(st);
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (!pid) {
        struct world w;

        if (open_path(path.p, DB_CREATE, &st, &d))
            _exit(1);
        world_begin(&w, st, 2000, 1);
        cover(&w, 0, "", COVERAGE_EXAMINED);
        for (int i = 0; i < 500; i++) {
            char name[32];

            snprintf(name, sizeof(name), "f%d.md", i);
            add_file(&w, name, i);
        }
        world_store(&w);
        (void)!write(ready[1], "x", 1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &c, 1), 1);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    assert_int_equal(open_path(path.p, DB_CREATE, &st, &d), 0);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "1");
    assert_string_equal(ask(st, "SELECT count(*) FROM scan"), "1");
    assert_sound(st);
    scan_server(st, 3000, "a.json", A, "2");
    assert_sound(st);
    store_free(st);
    unlink(path.p);
}

/* Equal input gives equal stores, digests included. */
static void test_deterministic(void **state)
{
    const char *digest[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct fixture f = {.location = ":memory:"};
        struct store *st = fixture_store(&f, NULL);

        scan_links(st, 1000, true, 2, COVERAGE_EXAMINED);
        scan_verdict(st, 2000, FAIL);
        digest[i] = ask(st, "SELECT digest FROM scan WHERE id = 2");
        store_free(st);
    }
    assert_int_equal(strlen(digest[0]), 64);
    assert_string_equal(digest[0], digest[1]);
}

#define FOR_EACH(X)                                                                                \
    X(test_first_scan)                                                                             \
    X(test_unchanged)                                                                              \
    X(test_attribute_changes)                                                                      \
    X(test_gone_and_back)                                                                          \
    X(test_not_covered)                                                                            \
    X(test_two_targets)                                                                            \
    X(test_rename)                                                                                 \
    X(test_alias_persists)                                                                         \
    X(test_merge)                                                                                  \
    X(test_finding_life)                                                                           \
    X(test_finding_stays)                                                                          \
    X(test_derived_runs)                                                                           \
    X(test_links)                                                                                  \
    X(test_hostile_names)                                                                          \
    X(test_tampering)                                                                              \
    X(test_abort)                                                                                  \
    X(test_risks)                                                                                  \
    X(test_misuse)                                                                                 \
    X(test_allocation)

#define SKIPPING(test)                                                                             \
    static void pg_##test(void **state)                                                            \
    {                                                                                              \
        if (!*state)                                                                               \
            skip();                                                                                \
        test(state);                                                                               \
    }
FOR_EACH(SKIPPING)

#define BOTH(test)                                                                                 \
    {#test " (sqlite)", test, fixture_sqlite, fixture_done, NULL},                                 \
        {#test " (postgres)", pg_##test, fixture_postgres, fixture_done, NULL},

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOR_EACH(BOTH) cmocka_unit_test(test_versions),
        cmocka_unit_test(test_foreign_file),
        cmocka_unit_test(test_corrupt_file),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_deterministic),
    };

    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}

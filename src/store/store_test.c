/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what scans leave in a store: presence, identity, links; on both engines. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "store/store_testing.h"

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
    assert_string_equal(ask(st, "SELECT last_seen FROM asset_seen"), "1000");
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
    assert_string_equal(ask(st, "SELECT last_seen FROM place_seen"), "2000");
    assert_string_equal(ask(st, "SELECT last_seen FROM asset_seen"), "2000");
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
    assert_string_equal(ask(st, "SELECT count(*) FROM attribute"), "0");
    assert_string_equal(ask(st, "SELECT count(*) FROM attribute_at"), "0");
    assert_string_equal(ask(st, "SELECT last_seen FROM place_seen"), "1000");
    assert_string_equal(ask(st, "SELECT count(*) FROM mcp_servers"), "0");
    /* The rows of what is gone tell what it had, each once. */
    assert_string_equal(ask(st, "SELECT count(*) FROM change_log WHERE scan = 2"), "2");
    assert_non_null(strstr(ask(st, "SELECT old FROM change_log WHERE scan = 2"
                                   " AND subject = 'place'"),
                           "\"attributes\":{\"file_roots\":{"));
    assert_non_null(strstr(ask(st, "SELECT old FROM change_log WHERE scan = 2"
                                   " AND subject = 'asset'"),
                           "\"attributes\":{\"url\":{"));
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

/* Only what stands somewhere has owners: a scan does not go over those of all that ever was. */
static void test_owners_of_gone(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    scan_links(st, 1000, true, 1, COVERAGE_EXAMINED);
    assert_string_equal(ask(st, "SELECT name FROM owner_candidate"), "@org/team");
    scan_server(st, 2000, "a.json", NULL, "");
    assert_string_equal(ask(st, "SELECT count(*) FROM owner_candidate"), "0");
    assert_sound(st);
    scan_links(st, 3000, true, 1, COVERAGE_EXAMINED);
    assert_string_equal(ask(st, "SELECT name FROM owner_candidate"), "@org/team");
    assert_sound(st);
    store_free(st);
}

/* In an archive: a gap of another member is none of this one. */
static void test_members_not_covered(void **state)
{
    static const struct {
        const char *path;
        enum coverage_state state;
        bool gone;
    } CASES[] = {
        {"x/a.zip!/d/m.json", COVERAGE_FAILED, false},
        {"x/a.zip!/d", COVERAGE_DENIED, false},
        {"x/a.zip", COVERAGE_PARTIAL, false},
        {"x", COVERAGE_DENIED, false},
        {"x/a.zip!/**/d/**", COVERAGE_SKIPPED, false},
        {"d", COVERAGE_SKIPPED, false},
        {"x/a.zip!/d/other.json", COVERAGE_FAILED, true},
        {"x/a.zip!/symbolic-links", COVERAGE_SKIPPED, true},
        {"x/b.zip!/**/d/**", COVERAGE_SKIPPED, true},
        {"x/b.zip", COVERAGE_FAILED, true},
    };
    struct store *st = fixture_store(*state, NULL);
    struct world w;

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        scan_server(st, 1000 + 2 * (int64_t)i, "x/a.zip!/d/m.json", A, "1");
        world_begin(&w, st, 1001 + 2 * (int64_t)i, 1);
        cover(&w, 0, "", COVERAGE_EXAMINED);
        cover(&w, 0, CASES[i].path, CASES[i].state);
        world_store(&w);
        world_commit(&w);
        if (CASES[i].gone != !strcmp(ask(st, "SELECT state FROM place"), "gone"))
            fail_msg("case %zu: %s", i, CASES[i].path);
    }
    store_free(st);
}

/* A file whose format has no reader is searched all the same; what may lie in it is not. */
static void test_no_reader(void **state)
{
    static const char *const PATHS[] = {"d/a.json", "d/a.json!/in.json"};
    struct store *st = fixture_store(*state, NULL);
    struct world w;

    for (size_t i = 0; i < ARRAY_LEN(PATHS); i++) {
        scan_server(st, 1000 + 2 * (int64_t)i, PATHS[i], A, "1");
        world_begin(&w, st, 1001 + 2 * (int64_t)i, 1);
        cover(&w, 0, "", COVERAGE_EXAMINED);
        cover(&w, 0, "d/a.json", COVERAGE_UNSUPPORTED);
        w.inv.coverage.v[w.inv.coverage.n - 1].collectors = STR(COVERAGE_UNREAD);
        world_store(&w);
        world_commit(&w);
        assert_string_equal(ask(st, "SELECT state FROM asset"), i ? "present" : "gone");
    }
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
    assert_string_equal(ask(st, "SELECT last_seen FROM place_seen"), "5000");
    world_begin(&w, st, 5004, 1);
    cover(&w, 0, "d", COVERAGE_EXAMINED);
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT state FROM asset"), "gone");
    assert_sound(st);
    store_free(st);
}

/* Rows that only count have a word where others have a path: a folder may be called like that. */
static void test_rows_that_count(void **state)
{
    static const char *const WORDS[] = {COVERAGE_MEMBERS, COVERAGE_CHANGED};
    struct store *st = fixture_store(*state, NULL);
    struct world w;

    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
        char path[64];
        snprintf(path, sizeof(path), "%s/a.json", WORDS[i]);
        scan_server(st, 1000 + 2 * (int64_t)i, path, A, "1");
        world_begin(&w, st, 1001 + 2 * (int64_t)i, 1);
        cover(&w, 0, "z/x.zip", COVERAGE_EXAMINED);
        cover(&w, 0, WORDS[i], COVERAGE_EXAMINED);
        world_store(&w);
        world_commit(&w);
        assert_string_equal(ask(st, "SELECT state FROM asset"), "present");
    }
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
    assert_string_equal(ask(st, "SELECT last_seen FROM asset_seen"), "1000");
    assert_sound(st);
    store_free(st);
}

/* What only the other target says of the asset stays; labels are what all places share. */
static void test_facts_of_elsewhere(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct attribute package = {ATTR_MCP_SERVER_TRANSPORT,
                                STATE_DECLARED,
                                {.text = STR("http")},
                                place_at(1, "b.json", "/mcpServers/x", 3),
                                STR("")};
    struct attribute url = {ATTR_MCP_SERVER_URL,
                            STATE_DECLARED,
                            {.text = STR(A)},
                            place_at(1, "b.json", "/mcpServers/x", 3),
                            STR("")};
    struct attribute attrs[] = {package, url};
    struct observation o = {.kind = KIND_MCP_SERVER,
                            .name = STR("x"),
                            .scope = STR("org/two"),
                            .scope_path = STR("b.json"),
                            .at = place_at(1, "b.json", "/mcpServers/x", 3),
                            .attrs = attrs,
                            .n_attrs = 2};
    uint32_t handle;
    struct world w;

    world_begin(&w, st, 1000, 2);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    cover(&w, 1, "", COVERAGE_EXAMINED);
    add_labelled_server(&w, 0, "a.json", A, "1", 1u << LABEL_TEST);
    assert_int_equal(inventory_add(&w.inv, &o, &handle), 0);
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT labels FROM assets"), "");
    assert_string_equal(ask(st, "SELECT labels FROM places WHERE path = 'a.json'"), "test");
    world_begin(&w, st, 2000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    add_labelled_server(&w, 0, "a.json", A, "1", 1u << LABEL_TEST);
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT count(*) FROM change_log WHERE scan = 2"), "0");
    assert_string_equal(ask(st, "SELECT transport FROM mcp_servers"), "http");
    assert_string_equal(ask(st, "SELECT labels FROM assets"), "");
    /* The other place is gone, and only that target was scanned: what it said goes with it. */
    world_begin(&w, st, 3000, 1);
    w.targets[0] = w.targets[1];
    cover(&w, 0, "", COVERAGE_EXAMINED);
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT transport FROM mcp_servers"), "");
    assert_sound(st);
    world_begin(&w, st, 4000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    add_labelled_server(&w, 0, "a.json", A, "1", 1u << LABEL_TEST);
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT labels FROM assets"), "test");
    assert_sound(st);
    store_free(st);
}

/* A sanction that people gave is not undone by a scan that knows none. */
static void test_sanction_stays(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct diag d = {0};

    scan_server(st, 1000, "a.json", A, "1");
    assert_int_equal(db_exec(store_db(st), STR("UPDATE asset SET sanction = 'banned'"), &d), 0);
    scan_server(st, 2000, "a.json", A, "2");
    assert_string_equal(ask(st, "SELECT sanction FROM assets"), "banned");
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

/* The old file could not be read: it may still be there, so the new one is another. */
static void test_no_rename(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct world w;

    scan_file(st, 1000, "AGENTS.md", NULL, 77);
    world_begin(&w, st, 2000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    cover(&w, 0, "AGENTS.md", COVERAGE_DENIED);
    add_file(&w, "docs/AGENTS.md", 77);
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "2");
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

/* Both stood at the same place: it is one place afterwards, with the findings of both. */
static void test_merge_of_one_place(void **state)
{
    struct store *st = fixture_store(*state, NULL);

    scan_weak(st, 1000, true, NULL);
    scan_weak(st, 2000, false, A);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "2");
    scan_weak(st, 3000, true, A);
    assert_string_equal(ask(st, "SELECT count(*) FROM asset"), "1");
    assert_string_equal(ask(st, "SELECT count(*) FROM place"), "1");
    assert_string_equal(ask(st, "SELECT count(*) FROM finding WHERE place IN"
                                " (SELECT id FROM place)"),
                        "2");
    assert_sound(st);
    store_free(st);
}

/* Whose it is does not depend on whose file a scan happened to look at. */
static void test_owner_of_equals(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct owner_candidate alice = {STR("alice"), STR("package-metadata"), 60,
                                    place_at(0, "a.json", "", 1)};
    struct owner_candidate bruno = {STR("bruno"), STR("package-metadata"), 60,
                                    place_at(0, "sub/b.json", "", 1)};
    struct world w;

    for (int turn = 0; turn < 3; turn++) {
        bool part = turn == 1;
        world_begin(&w, st, 1000 + turn, 1);
        w.part = part;
        cover(&w, 0, part ? "sub/b.json" : "", COVERAGE_EXAMINED);
        if (!part)
            assert_int_equal(inventory_owner(&w.inv, add_server(&w, 0, "a.json", A, "1"), &alice),
                             0);
        assert_int_equal(inventory_owner(&w.inv, add_server(&w, 0, "sub/b.json", A, "1"), &bruno),
                         0);
        world_store(&w);
        world_commit(&w);
        assert_string_equal(ask(st, "SELECT owner FROM asset"), "alice");
    }
    assert_string_equal(ask(st, "SELECT count(*) FROM change_log WHERE scan > 1"), "0");
    assert_sound(st);
    store_free(st);
}

/* One file of two is read again: who owns the other one is still known. */
static void test_owner_of_elsewhere(void **state)
{
    struct store *st = fixture_store(*state, NULL);
    struct owner_candidate owner = {STR("@org/team"), STR("codeowners"), 90,
                                    place_at(0, "sub/CODEOWNERS", "", 1)};
    struct world w;

    world_begin(&w, st, 1000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    add_server(&w, 0, "a.json", A, "1");
    assert_int_equal(inventory_owner(&w.inv, add_server(&w, 0, "sub/b.json", A, "1"), &owner), 0);
    world_store(&w);
    world_commit(&w);
    world_begin(&w, st, 2000, 1);
    cover(&w, 0, "a.json", COVERAGE_EXAMINED);
    add_server(&w, 0, "a.json", A, "1");
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT owner FROM asset"), "@org/team");
    assert_string_equal(ask(st, "SELECT count(*) FROM change_log WHERE scan = 2"), "0");
    world_begin(&w, st, 3000, 1);
    cover(&w, 0, "", COVERAGE_EXAMINED);
    add_server(&w, 0, "a.json", A, "1");
    add_server(&w, 0, "sub/b.json", A, "1");
    world_store(&w);
    world_commit(&w);
    assert_string_equal(ask(st, "SELECT owner_state FROM asset"), "unknown");
    assert_sound(st);
    store_free(st);
}

/* A part has not every file that may name people: that nobody owns a thing, only the whole says. */
static void test_owner_none_of_part(void **state)
{
    static const char ASK[] = "SELECT owner_state FROM asset";
    static const struct {
        bool part;
        const char *state;
    } turns[] = {{true, "unknown"}, {false, "none"}, {true, "none"}};
    struct store *st = fixture_store(*state, NULL);
    struct world w;

    for (int i = 0; i < (int)ARRAY_LEN(turns); i++) {
        world_begin(&w, st, 1000 + i, 1);
        w.part = turns[i].part;
        cover(&w, 0, w.part ? "a.json" : "", COVERAGE_EXAMINED);
        add_server(&w, 0, "a.json", A, "1");
        w.nobody = true;
        world_store(&w);
        world_commit(&w);
        assert_string_equal(ask(st, ASK), turns[i].state);
    }
    assert_sound(st);
    store_free(st);
}

#define LIST(X)                                                                                    \
    X(test_first_scan)                                                                             \
    X(test_unchanged)                                                                              \
    X(test_attribute_changes)                                                                      \
    X(test_gone_and_back)                                                                          \
    X(test_owners_of_gone)                                                                         \
    X(test_no_reader)                                                                              \
    X(test_not_covered)                                                                            \
    X(test_rows_that_count)                                                                        \
    X(test_members_not_covered)                                                                    \
    X(test_two_targets)                                                                            \
    X(test_facts_of_elsewhere)                                                                     \
    X(test_owner_of_equals)                                                                        \
    X(test_owner_of_elsewhere)                                                                     \
    X(test_owner_none_of_part)                                                                     \
    X(test_sanction_stays)                                                                         \
    X(test_no_rename)                                                                              \
    X(test_merge_of_one_place)                                                                     \
    X(test_rename) X(test_alias_persists) X(test_merge) X(test_links) X(test_hostile_names)
LIST(SKIPPING)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIST(BOTH) cmocka_unit_test(test_deterministic),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

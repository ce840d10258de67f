/* SPDX-License-Identifier: Apache-2.0 */
/* Facts survive the way through a frame; frames that break the protocol are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/emit.h"

/* One fact of each type, as a detector would say them. */
static void fill(struct emit *e, struct arena *a)
{
    struct place at = {.line = 3, .column = 7, .offset = 40, .pointer = STR("/mcpServers/x")};
    struct str args[] = {STR("-y"), STR("a\0b")};
    emit_init(e, a, NULL);
    e->collector = "mcp-config";
    uint32_t host = emit_asset(e, KIND_AGENT_HOST, STR("Cursor"), at);
    uint32_t server = emit_asset(e, KIND_MCP_SERVER, STR("x"), at);
    emit_str(e, server, ATTR_MCP_SERVER_COMMAND, STR("npx"), at);
    emit_list(e, server, ATTR_MCP_SERVER_ARGUMENTS, args, 2, at);
    emit_int(e, server, ATTR_MCP_SERVER_SECRET_LITERALS, -2, at);
    emit_bool(e, server, ATTR_MCP_SERVER_ENABLED, true, at);
    emit_state(e, STATE_DEFAULT);
    emit_absent(e, server, ATTR_MCP_SERVER_AUTH, at);
    emit_unresolved(e, server, ATTR_MCP_SERVER_LAUNCHER, "shell line", at);
    emit_relation(e, host, VERB_CONNECTS, server, RELATION_DECLARED, at);
    struct value_hit hit = {.class = DATA_SECRET, .kind = "groq-key", .end = 5, .length = 5};
    emit_value(e, server, &hit, at);
    struct str owners[] = {STR("@a"), STR("@b")};
    emit_owner_rule(e, STR("*.py"), owners, 2, at);
    emit_owner(e, server, STR("Jane"), "package-metadata", 40, at);
    emit_origin(e, STR("https://host.example/o/r"), at);
    emit_gap(e, COVERAGE_PARTIAL, at, "line %d", 9);
    emit_import(e, &CATALOG.imports[0], true, at);
    emit_module(e, STR("python"), STR("agents"), at);
    emit_project(e, "go", true, STR("x"), at);
    assert_int_equal(emit_result(e), 0);
}

static void write_facts(struct buf *frame)
{
    AUTO(arena) a = ARENA(0);
    struct emit e;
    fill(&e, &a);
    e.facts.bytes_read = 77;
    e.facts.container = true;
    e.facts.members = 12;
    e.facts.binary_members = 5;
    e.facts.texts[2] = 7;
    e.facts.opened = true;
    fact_write(&e.facts, frame);
    emit_done(&e);
    assert_int_equal(buf_result(frame), 0);
}

static void round_trip(void **state UNUSED)
{
    AUTO(buf) frame = BUF_INIT;
    AUTO(buf) again = BUF_INIT;
    AUTO(arena) a = ARENA(0);
    struct facts f;
    struct diag d = {0};
    write_facts(&frame);
    struct str path = STR("a/b.json");
    assert_int_equal(fact_read(buf_str(&frame), 4, &path, &a, &f, &d), 0);
    assert_true(str_eq_z(path, "a/b.json"));
    assert_int_equal(f.bytes_read, 77);
    assert_true(f.container && !f.binary);
    assert_int_equal(f.members, 12);
    assert_int_equal(f.binary_members, 5);
    assert_int_equal(f.texts[2], 7);
    assert_int_equal(f.texts[1] + f.texts[3], 0);
    assert_true(f.opened && fact_counts(buf_str(&frame)).opened);
    assert_int_equal(fact_counts(buf_str(&frame)).texts[2], 7);
    assert_int_equal(f.n, 11);
    assert_int_equal(f.v[8].type, FACT_IMPORT);
    assert_true(f.v[8].sure && str_eq_z(f.v[8].pattern, CATALOG.imports[0].name));
    assert_true(!f.v[9].sure && str_eq(f.v[9].pattern, STR("agents")));
    assert_true(str_eq(f.v[10].source, STR("go")));
    const struct observation *server = &f.v[1].asset;
    assert_int_equal(server->kind, KIND_MCP_SERVER);
    assert_int_equal(server->at.target, 4);
    assert_true(str_eq(server->at.path, STR("a/b.json")));
    assert_true(str_eq(server->at.collector, STR("mcp-config")));
    const struct attribute *args = observation_attr(server, ATTR_MCP_SERVER_ARGUMENTS);
    assert_int_equal(args->value.n, 2);
    assert_true(str_eq(args->value.list[1], STR("a\0b")));
    assert_int_equal(observation_attr(server, ATTR_MCP_SERVER_ENABLED)->state, STATE_DEFAULT);
    assert_int_equal(observation_attr(server, ATTR_MCP_SERVER_AUTH)->state, STATE_ABSENT);
    fact_write(&f, &again);
    assert_true(str_eq(buf_str(&frame), buf_str(&again)));
}

static int read_frame(struct str frame, struct arena *a, struct facts *ret)
{
    struct str path = STR("p");
    struct diag d = {0};
    return fact_read(frame, 0, &path, a, ret, &d);
}

static void cut_anywhere(void **state UNUSED)
{
    AUTO(buf) frame = BUF_INIT;
    write_facts(&frame);
    for (size_t n = 0; n < frame.n; n++) {
        AUTO(arena) a = ARENA(0);
        struct facts f;
        assert_int_equal(read_frame(str_n(frame.p, n), &a, &f), E_PARSE);
    }
}

static void references_outside(void **state UNUSED)
{
    struct place at = {.offset = -1};
    struct fact relation = {.type = FACT_RELATION, .from = 0, .to = 1, .at = at};
    struct facts lone = {.v = &relation, .n = 1};
    struct fact value = {.type = FACT_VALUE, .from = 7, .at = at};
    struct facts held = {.v = &value, .n = 1};
    const struct facts *bad[] = {&lone, &held};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO(buf) frame = BUF_INIT;
        AUTO(arena) a = ARENA(0);
        struct facts f;
        fact_write(bad[i], &frame);
        assert_int_equal(read_frame(buf_str(&frame), &a, &f), E_PARSE);
    }
}

/* Facts that only a worker that was taken over would send. */
static void lies(void **state UNUSED)
{
    struct fact examined = {.type = FACT_GAP, .gap = COVERAGE_EXAMINED};
    const struct facts bad[] = {
        {.v = &examined, .n = 1},
        {.bytes_read = UINT64_MAX},
        {.members = UINT64_MAX},
        {.members = 1, .binary_members = 2},
        {.members = 1, .texts = {0, 2}},
        {.hidden_from = 1, .hidden_to = 2}, /* longer than the path */
        {.hidden_from = 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO(buf) frame = BUF_INIT;
        AUTO(arena) a = ARENA(0);
        struct facts f;
        fact_write(&bad[i], &frame);
        assert_int_equal(read_frame(buf_str(&frame), &a, &f), E_PARSE);
    }
}

static void a_secret_in_the_path_is_hidden(void **state UNUSED)
{
    struct facts hidden = {.hidden_from = 2, .hidden_to = 8}, f;
    struct fact gap = {.type = FACT_GAP, .gap = COVERAGE_PARTIAL};
    AUTO(buf) frame = BUF_INIT;
    AUTO(arena) a = ARENA(0);
    struct diag d = {0};
    struct str path = STR("a/secret.txt");
    hidden.v = &gap;
    hidden.n = 1;
    fact_write(&hidden, &frame);
    assert_int_equal(fact_read(buf_str(&frame), 0, &path, &a, &f, &d), 0);
    assert_true(str_eq_z(path, "a/[redacted].txt"));
    assert_true(str_eq_z(f.v[0].at.path, "a/[redacted].txt"));
}

static void overlapping_values_are_one(void **state UNUSED)
{
    AUTO(arena) a = ARENA(0);
    struct emit e;
    emit_init(&e, &a, NULL);
    struct value_hit hit = {.class = DATA_SECRET, .kind = "groq-key", .end = 50, .length = 50};
    struct place structured = {.offset = 100, .pointer = STR("/env/KEY")};
    struct place scanned = {.offset = 101}, next = {.offset = 150};
    emit_value(&e, FACT_NONE, &hit, structured);
    emit_value(&e, FACT_NONE, &hit, scanned);
    assert_int_equal(e.facts.n, 1);
    emit_value(&e, FACT_NONE, &hit, next);
    assert_int_equal(e.facts.n, 2);
    struct place before = {.offset = 50}, into = {.offset = 99}, first = {.offset = 0};
    emit_value(&e, FACT_NONE, &hit, into);
    assert_int_equal(e.facts.n, 2);
    emit_value(&e, FACT_NONE, &hit, before);
    emit_value(&e, FACT_NONE, &hit, first);
    assert_int_equal(e.facts.n, 4);
    for (struct place p = first; p.offset < 200; p.offset++)
        emit_value(&e, FACT_NONE, &hit, p);
    assert_int_equal(e.facts.n, 4);
    emit_done(&e);
}

static void wrong_attribute_is_our_mistake(void **state UNUSED)
{
    AUTO(arena) a = ARENA(0);
    struct emit e;
    struct place at = {.offset = -1};
    emit_init(&e, &a, NULL);
    uint32_t host = emit_asset(&e, KIND_AGENT_HOST, STR("h"), at);
    emit_str(&e, host, ATTR_PACKAGE_PURL, STR("pkg:npm/x"), at);
    assert_int_equal(emit_result(&e), E_BUG);
    emit_done(&e);
}

static void memory_runs_out(void **state UNUSED)
{
    for (size_t cap = 0; cap < 40000; cap += 1500) {
        AUTO(arena) a = ARENA(cap ? cap : 1);
        struct emit e;
        struct place at = {.offset = -1};
        emit_init(&e, &a, NULL);
        for (int i = 0; i < 200; i++)
            emit_str(&e, emit_asset(&e, KIND_SERVICE, STR("name"), at), ATTR_SERVICE_ROLE,
                     STR("model-api"), at);
        assert_int_equal(emit_result(&e), E_LIMIT);
        emit_done(&e);
    }
}

/* What an item said before its memory was full is kept, however its parts grow. */
static void what_was_said_stays(void **state UNUSED)
{
    for (int inner = 0; inner < 2; inner++) {
        AUTO(arena) a = ARENA((size_t)24 << 20);
        struct emit e;
        struct emit_level saved;
        struct place at = {.offset = -1};
        emit_init(&e, &a, NULL);
        for (unsigned i = 0; i < 200000 && !emit_full(&e); i++) {
            if (inner)
                emit_enter(&e, &saved, STR("m"));
            emit_origin(&e, STR("x"), at);
            if (inner)
                emit_leave(&e, &saved, at);
        }
        emit_end(&e, at);
        assert_int_equal(emit_result(&e), 0);
        assert_true(e.facts.n > 1000);
        assert_int_equal(e.facts.v[e.facts.n - 1].type, FACT_GAP);
        emit_done(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(references_outside),
        cmocka_unit_test(lies),
        cmocka_unit_test(a_secret_in_the_path_is_hidden),
        cmocka_unit_test(overlapping_values_are_one),
        cmocka_unit_test(wrong_attribute_is_our_mistake),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(what_was_said_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

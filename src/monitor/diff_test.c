/* SPDX-License-Identifier: Apache-2.0 */
/* Tests what counts as a difference, from records and from the change log of a store. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "assess/control.h"
#include "formats/json.h"
#include "monitor/diff.h"
#include "store/store.h"

#define RECORD(coverage, assets, relations, findings)                                              \
    "{\"scan\":{\"schema\":\"stance/1\"},\"coverage\":[" coverage "],\"assets\":[" assets          \
    "],\"relations\":[" relations "],\"findings\":[" findings "]}"
#define ASSET(id, what, where)                                                                     \
    "{\"id\":\"" id "\",\"kind\":\"mcp_server\",\"name\":\"a\",\"labels\":[],\"owner\":{"          \
    "\"state\":\"none\"},\"risk\":{\"score\":10},\"what\":{" what "},\"where\":[" where            \
    "],\"data\":{\"items\":[]}}"
#define WHERE(path, what)                                                                          \
    "{\"evidence\":{\"path\":\"" path "\",\"pointer\":\"/m/a\"},\"what\":{" what "}}"
#define FINDING(id, path, status)                                                                  \
    "{\"id\":\"" id "\",\"control\":\"TEST-MCP-003\",\"severity\":\"medium\",\"verdict\":"         \
    "\"fail\",\"status\":\"" status "\",\"asset\":\"x\",\"evidence\":[{\"path\":\"" path "\"}]}"

struct printed {
    struct buf text;
    bool json;
};

static int print(void *ctx, const struct difference *c)
{
    struct printed *p = ctx;
    if (p->json)
        return difference_json(c, &p->text);
    difference_text(c, false, true, &p->text);
    return 0;
}

static void expect(const struct snapshot *a, const struct snapshot *b, bool json,
                   const char *expected)
{
    struct printed p = {.text = BUF_INIT, .json = json};
    assert_int_equal(diff_snapshots(a, b, print, &p), 0);
    assert_string_equal(p.text.p, expected);
    buf_done(&p.text);
}

static void read_record(struct snapshot *s, const char *text)
{
    AUTO(arena) a = ARENA(0);
    struct limits lim = limits_default();
    struct doc doc;
    struct diag d = {0};
    snapshot_init(s);
    if (json_parse(str_z(text), JSON_STRICT, &lim, &a, &doc, &d) || snapshot_of_doc(&doc, s, &d) ||
        snapshot_seal(s, &d))
        fail_msg("%s", d.text);
}

static void records(const char *before, const char *after, const char *expected)
{
    struct snapshot a, b;
    read_record(&a, before);
    read_record(&b, after);
    expect(&a, &b, false, expected);
    snapshot_done(&a);
    snapshot_done(&b);
}

static const char NOTHING[] = RECORD("", "", "", "");

/* What could not be told, and fails now, is new; what was known and changes is not. */
static void told_at_last(void **state)
{
    (void)state;
#define VERDICT(verdict)                                                                           \
    RECORD("", "", "",                                                                             \
           "{\"id\":\"f-1\",\"control\":\"TEST-MCP-003\",\"severity\":\"medium\",\"verdict\":"     \
           "\"" verdict "\",\"status\":\"open\",\"asset\":\"x\",\"evidence\":[{\"path\":\"a\"}]}")
    records(VERDICT("unknown"), VERDICT("fail"),
            "new       finding   f-1  medium    TEST-MCP-003  a\n"
            "          verdict: unknown -> fail\n");
    records(VERDICT("fail"), VERDICT("unknown"),
            "changed   finding   f-1  unknown   TEST-MCP-003  a\n"
            "          verdict: fail -> unknown\n");
}

static void new_and_gone(void **state)
{
    (void)state;
    const char *one = RECORD("", ASSET("s-1", "", WHERE(".mcp.json", "")),
                             "{\"from\":\"h\",\"verb\":\"connects\",\"to\":\"s\",\"state\":"
                             "\"declared\"}",
                             FINDING("f1", ".mcp.json", "open"));
    records(one, one, "");
    records(NOTHING, one,
            "new       finding   f1  medium    TEST-MCP-003  .mcp.json\n"
            "new       asset     mcp_server a\n"
            "new       relation  h connects s\n");
    records(one, NOTHING,
            "gone      finding   f1  medium    TEST-MCP-003  .mcp.json\n"
            "gone      asset     mcp_server a\n"
            "gone      relation  h connects s\n");
}

/* People read names; ids stay for programs. */
static void names(void **state)
{
    (void)state;
    records(NOTHING,
            RECORD("", ASSET("s-1", "", ""),
                   "{\"from\":\"h\",\"verb\":\"connects\",\"to\":\"s-1\",\"state\":\"declared\"}",
                   ""),
            "new       asset     mcp_server a\n"
            "new       relation  h connects mcp_server a\n");
    AUTO(buf) out = BUF_INIT;
    AUTO(buf) label = BUF_INIT;
    assert_true(CONTROL_COUNT > 0);
    buf_addf(&label, "%s  a.json", CONTROLS[0].id);
    struct difference c = {.kind = CHANGE_NEW,
                           .subject = STR("finding"),
                           .id = STR("f1"),
                           .label = buf_str(&label),
                           .severity = STR("low"),
                           .verdict = STR("fail"),
                           .status = STR("open")};
    difference_text(&c, false, true, &out);
    assert_non_null(strstr(out.p, CONTROLS[0].title));
}

static void causes(void **state)
{
    (void)state;
    records(
        RECORD("",
               ASSET("s-1", "\"transport\":{\"value\":\"http\",\"state\":\"declared\"}",
                     WHERE("a", "\"pin\":{\"value\":\"x\",\"state\":\"declared\"}")),
               "", ""),
        RECORD("",
               ASSET("s-1", "\"transport\":{\"state\":\"unresolved\"}",
                     WHERE("a", "\"pin\":{\"value\":[\"x\",1],\"state\":\"resolved\"}") "," WHERE(
                         "b", "")),
               "", ""),
        "changed   asset     mcp_server a\n"
        "          at b /m/a: (none) -> there\n"
        "          pin at a /m/a: x -> [\"x\",1] (resolved)\n"
        "          transport: http -> unresolved\n");
}

static void findings(void **state)
{
    (void)state;
    const char *open = RECORD("", "", "", FINDING("f1", "a", "open"));
    const char *fixed = RECORD("", "", "", FINDING("f1", "a", "fixed"));
    const char *again = RECORD("", "", "", FINDING("f1", "a", "reopened"));
    records(open, fixed,
            "fixed     finding   f1  medium    TEST-MCP-003  a\n"
            "          status: open -> fixed\n");
    records(fixed, again,
            "reopened  finding   f1  medium    TEST-MCP-003  a\n"
            "          status: fixed -> reopened\n");
    records(NOTHING, fixed, ""); /* came and went in between */
}

/* Where nobody looked, nothing is gone. */
static void gaps(void **state)
{
    (void)state;
    const char *before = RECORD("", ASSET("s-1", "", WHERE("d/.mcp.json", "")), "",
                                FINDING("f1", "d/.mcp.json", "open"));
    records(before, RECORD("{\"path\":\"d\",\"state\":\"denied\"}", "", "", ""),
            "unseen    finding   f1  medium    TEST-MCP-003  d/.mcp.json\n"
            "unseen    asset     mcp_server a\n");
    records(before, RECORD("{\"path\":\"de\",\"state\":\"denied\"}", "", "", ""),
            "gone      finding   f1  medium    TEST-MCP-003  d/.mcp.json\n"
            "gone      asset     mcp_server a\n");
    records(before, RECORD("{\"path\":\"d\",\"state\":\"skipped\"}", "", "", ""),
            "gone      finding   f1  medium    TEST-MCP-003  d/.mcp.json\n"
            "gone      asset     mcp_server a\n");
}

static void hostile_texts(void **state)
{
    (void)state;
    struct snapshot a, b;
    read_record(&a, NOTHING);
    read_record(&b, RECORD("", "", "", FINDING("f1", "a\\u001b[2J", "open")));
    expect(&a, &b, false, "new       finding   f1  medium    TEST-MCP-003  a\\x1b[2J\n");
    expect(&a, &b, true,
           "{\"change\":\"new\",\"subject\":\"finding\",\"id\":\"f1\",\"label\":\"TEST-MCP-003  "
           "a\\u001b[2J\",\"severity\":\"medium\",\"verdict\":\"fail\",\"status\":\"open\","
           "\"details\":[]}\n");
    snapshot_done(&a);
    snapshot_done(&b);
}

/* --- through a worker --------------------------------------------------------------------- */

static int in_worker(const char *text, struct snapshot *s, struct diag *d)
{
    int fd = memfd_create("record", 0);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    snapshot_init(s);
    int rc = snapshot_record(fd, SANDBOX_NONE, s, d);
    close(fd);
    return rc;
}

static void a_worker_reads_records(void **state)
{
    (void)state;
    struct snapshot a, b;
    struct diag d = {0};
    assert_int_equal(in_worker(NOTHING, &a, &d), 0);
    assert_int_equal(in_worker(RECORD("", "", "", FINDING("f1", "a", "open")), &b, &d), 0);
    assert_int_equal(snapshot_seal(&a, &d), 0);
    assert_int_equal(snapshot_seal(&b, &d), 0);
    expect(&a, &b, false, "new       finding   f1  medium    TEST-MCP-003  a\n");
    snapshot_done(&a);
    snapshot_done(&b);
    assert_int_equal(in_worker("{\n \"scan\":", &a, &d), E_PARSE);
    assert_true(d.line > 0);
    snapshot_done(&a);
    assert_int_equal(in_worker("{\"scan\":{\"schema\":\"other/1\"}}", &a, &d), E_PARSE);
    assert_non_null(strstr(d.text, "no record"));
    snapshot_done(&a);
}

/* --- from the log ------------------------------------------------------------------------- */

static void sql(struct store *st, const char *text)
{
    struct diag d = {0};
    if (db_exec(store_db(st), str_z(text), &d))
        fail_msg("%s: %s", d.text, text);
}

static struct store *history(void)
{
    struct clock clock = {.now_ms = 1};
    struct store *st = NULL;
    struct diag d = {0};
    assert_int_equal(store_open(":memory:", DB_CREATE, &clock, &st, &d), 0);
    sql(st, "INSERT INTO target VALUES (1, 'app', 'app', 'app', '/x');"
            "INSERT INTO asset VALUES ('s-1', 'mcp_server', 'files', '', NULL, 'unknown',"
            " 'unknown', 'unknown', 'unknown', '', 'present', 'k', 1, 1);"
            "INSERT INTO place VALUES (7, 's-1', 1, '.mcp.json', '', '/m/a', '', 1, 1, -1, 'c',"
            " '', '', '', 'present', 'k', 1, 1);");
    for (int i = 1; i <= 4; i++) {
        char text[256];
        snprintf(text, sizeof(text),
                 "INSERT INTO scan (id, uid, program, knowledge, sandbox, deterministic, started,"
                 " digest, previous, posture_low, posture_high)"
                 " VALUES (%d, 'u%d', '', '', '', 1, 1, '', '', 0, 0)",
                 i, i);
        sql(st, text);
    }
    return st;
}

static void log_row(struct store *st, int id, int scan, const char *subject, const char *row,
                    const char *old_row, const char *new_row)
{
    char text[1024];
    snprintf(text, sizeof(text),
             "INSERT INTO change_log VALUES (%d, %d, 1, '%s', '%s', 'changed', %s%s%s, %s%s%s, '')",
             id, scan, subject, row, old_row ? "'" : "", old_row ? old_row : "NULL",
             old_row ? "'" : "", new_row ? "'" : "", new_row ? new_row : "NULL",
             new_row ? "'" : "");
    sql(st, text);
}

static void logged(struct store *st, int64_t from, int64_t to, const char *expected)
{
    struct snapshot a, b;
    struct diag d = {0};
    snapshot_init(&a);
    snapshot_init(&b);
    if (snapshot_log(store_db(st), from, to, 0, &a, &b, &d) || snapshot_seal(&a, &d) ||
        snapshot_seal(&b, &d))
        fail_msg("%s", d.text);
    expect(&a, &b, false, expected);
    snapshot_done(&a);
    snapshot_done(&b);
}

#define F(status)                                                                                  \
    "{\"control\":\"C-1\",\"place\":7,\"severity\":\"high\",\"verdict\":\"fail\",\"status\":"      \
    "\"" status "\"}"

static void the_log_of_a_store(void **state)
{
    (void)state;
    struct store *st = history();
    log_row(st, 1, 2, "attribute", "s-1 7 pin", "{\"value\":\"a\",\"state\":\"declared\"}",
            "{\"value\":\"b\",\"state\":\"declared\"}");
    log_row(st, 2, 2, "finding", "f1", NULL, F("open"));
    log_row(st, 3, 3, "attribute", "s-1 7 pin", "{\"value\":\"b\",\"state\":\"declared\"}",
            "{\"value\":\"c\",\"state\":\"declared\"}");
    log_row(st, 4, 3, "finding", "f1", F("open"), F("fixed"));
    log_row(st, 5, 4, "asset", "s-2", NULL,
            "{\"kind\":\"package\",\"name\":\"p\",\"state\":\"present\",\"attributes\":{\"x\":{"
            "\"value\":\"1\",\"state\":\"declared\"}}}");
    log_row(st, 6, 4, "asset", "s-1", "{\"kind\":\"k\",\"name\":\"n\",\"state\":\"present\"}",
            "{\"kind\":\"k\",\"name\":\"n\",\"state\":\"gone\"}");
    log_row(st, 7, 4, "relation", "s-1 uses s-2", NULL, "{\"state\":\"declared\"}");
    logged(st, 1, 2,
           "new       finding   f1  high      C-1  .mcp.json /m/a\n"
           "changed   asset     mcp_server files\n"
           "          pin at .mcp.json /m/a: a -> b\n");
    logged(st, 2, 3,
           "fixed     finding   f1  high      C-1  .mcp.json /m/a\n"
           "          status: open -> fixed\n"
           "changed   asset     mcp_server files\n"
           "          pin at .mcp.json /m/a: b -> c\n");
    logged(st, 1, 3,
           "changed   asset     mcp_server files\n"
           "          pin at .mcp.json /m/a: a -> c\n");
    logged(st, 3, 4,
           "gone      asset     k n\n"
           "new       asset     package p\n"
           "new       relation  mcp_server files uses s-2\n");
    logged(st, 4, 4, "");
    store_free(st);
}

#define P(state, more) "{\"asset\":\"s-1\",\"state\":\"" state "\"" more "}"
#define PIN(v)         ",\"attributes\":{\"pin\":{\"value\":\"" v "\",\"state\":\"declared\"}}"

/* They are told by the row of what they came and went with, whatever happens in between. */
static void attributes_of_a_place(void **state)
{
    (void)state;
    struct store *st = history();
    log_row(st, 1, 2, "place", "7", NULL, P("present", PIN("a")));
    log_row(st, 2, 3, "place", "7", P("present", ""), P("present", ",\"name\":\"x\""));
    log_row(st, 3, 3, "attribute", "s-1 7 pin", "{\"value\":\"a\",\"state\":\"declared\"}",
            "{\"value\":\"b\",\"state\":\"declared\"}");
    log_row(st, 4, 4, "place", "7", P("present", ",\"name\":\"x\"" PIN("b")), P("gone", ""));
    logged(st, 1, 2,
           "changed   asset     mcp_server files\n"
           "          at .mcp.json /m/a: (none) -> there\n"
           "          pin at .mcp.json /m/a: (none) -> a\n");
    logged(st, 1, 3,
           "changed   asset     mcp_server files\n"
           "          at .mcp.json /m/a: (none) -> there\n"
           "          pin at .mcp.json /m/a: (none) -> b\n");
    logged(st, 2, 4,
           "changed   asset     mcp_server files\n"
           "          at .mcp.json /m/a: there -> (none)\n"
           "          pin at .mcp.json /m/a: a -> (none)\n");
    logged(st, 3, 4,
           "changed   asset     mcp_server files\n"
           "          at .mcp.json /m/a: there -> (none)\n"
           "          pin at .mcp.json /m/a: b -> (none)\n");
    logged(st, 1, 4, "");
    store_free(st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_and_gone),
        cmocka_unit_test(told_at_last),
        cmocka_unit_test(names),
        cmocka_unit_test(causes),
        cmocka_unit_test(findings),
        cmocka_unit_test(gaps),
        cmocka_unit_test(hostile_texts),
        cmocka_unit_test(a_worker_reads_records),
        cmocka_unit_test(the_log_of_a_store),
        cmocka_unit_test(attributes_of_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

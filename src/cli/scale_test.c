/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing depends on the number of findings, places or gaps being small: with four times as many,
 * the store does four times the work, counted in steps of SQLite and not by a clock.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/testing.h"
#include "loop/loop.h"
#include "monitor/diff.h"
#include "report/report.h"

#define SMALL 150

enum { SCAN, AGAIN, SPOILT, BACK, DIFF, FIRST_REPORT };
#define STEPS_MEASURED (FIRST_REPORT + 16)

static char folder[64];
static struct store *st;
static int64_t now;

static void put(int fd, int i, const char *name, const char *text, size_t n)
{
    char path[64];
    snprintf(path, sizeof(path), "d%d", i);
    (void)mkdirat(fd, path, 0755);
    snprintf(path, sizeof(path), "d%d/%s", i, name);
    test_put(fd, path, str_n(text, n));
}

/*
 * A folder of the estate: one package and one key that stand everywhere, a server of its own,
 * owners, and files that cannot be read.
 */
static void fill(int fd, int i, bool spoilt)
{
    static const char broken[] = "\x80\x02{\"mcpServers\": [[[";
    char text[512];
    int n = snprintf(text, sizeof(text),
                     "{\"mcpServers\": {\"s%d\": {\"command\": \"npx\", \"args\": [\"-y\","
                     " \"@acme/s%d\"]}, \"same\": {\"command\": \"npx\", \"args\": [\"-y\","
                     " \"@acme/same@1.0.0\"], \"env\": {\"K\": \"%s_%s%s\"}}}}",
                     i, i, "gsk", "Wq7bT2mXc9Lk4Rv8Jz3Np6Yd1Hf5", "Gs0AeBuCiDoEyFqUrVtWxZ27");
    put(fd, i, ".mcp.json", spoilt ? broken : text, spoilt ? sizeof(broken) - 1 : (size_t)n);
    n = snprintf(text, sizeof(text), "GROQ_API_KEY=%s_%s%s\n", "gsk",
                 "Wq7bT2mXc9Lk4Rv8Jz3Np6Yd1Hf5", "Gs0AeBuCiDoEyFqUrVtWxZ27");
    put(fd, i, ".env", text, spoilt ? 0 : (size_t)n);
    n = snprintf(text, sizeof(text), "{\"name\": \"a%d\", \"dependencies\": {\"openai\": \"^4\"}}",
                 i);
    put(fd, i, "package.json", spoilt ? broken : text, spoilt ? sizeof(broken) - 1 : (size_t)n);
    put(fd, i, "model.safetensors", broken, sizeof(broken) - 1);
    put(fd, i, "package-lock.json", broken, sizeof(broken) - 1);
}

static void make_tree(int n, bool spoilt)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (int i = 0; i < n; i++)
        fill(fd, i, spoilt);
    close(fd);
}

static uint64_t steps_since(uint64_t *before)
{
    uint64_t steps = db_steps(store_db(st)), spent = steps - *before;
    *before = steps;
    return spent;
}

static void scan(void)
{
    AUTO(arena) a = ARENA(0);
    struct loop_options o = loop_defaults();
    struct loop_result r;
    struct target target;
    struct clock clock = {now += 1000};
    struct diag d = {0};
    assert_int_equal(target_resolve(str_z(folder), &a, &target, &d), 0);
    o.discover.targets = &target;
    o.discover.n_targets = 1;
    o.discover.require = SANDBOX_NONE;
    o.discover.key = STR("one key: one secret is one asset");
    o.allow_weak_sandbox = true;
    o.store = st;
    if (loop_run(&o, &clock, &r, &d))
        fail_msg("%s", d.text);
    loop_result_done(&r);
}

static int count_change(void *ctx, const struct difference *c UNUSED)
{
    ++*(int *)ctx;
    return 0;
}

static int changes(int64_t from, int64_t to)
{
    struct snapshot a, b;
    struct diag d = {0};
    int n = 0;
    snapshot_init(&a);
    snapshot_init(&b);
    assert_int_equal(snapshot_log(store_db(st), from, to, 0, &a, &b, &d), 0);
    assert_int_equal(snapshot_seal(&a, &d) || snapshot_seal(&b, &d), 0);
    assert_int_equal(diff_snapshots(&a, &b, count_change, &n), 0);
    snapshot_done(&a);
    snapshot_done(&b);
    return n;
}

static void report(const struct report_format *format, int64_t scan_id)
{
    struct view v = {.db = store_db(st),
                     .scan = scan_id,
                     .evidence_all = true,
                     .closed_too = true,
                     .now_ms = now};
    struct diag d = {0};
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    if (format->write(&v, out, &d))
        fail_msg("%s: %s", format->name, d.text);
    fclose(out);
}

static int64_t ask(const char *sql)
{
    struct stmt *s;
    struct diag d = {0};
    assert_int_equal(db_prepare(store_db(st), str_z(sql), &s, &d), 0);
    assert_int_equal(stmt_step(s, &d), 1);
    int64_t n = stmt_int(s, 0);
    stmt_free(s);
    return n;
}

/* The work of each part of a life: found, looked at again, spoilt, repaired, compared, reported. */
static void live(int n, uint64_t work[STEPS_MEASURED])
{
    struct clock clock = {now};
    struct diag d = {0};
    uint64_t at;
    make_tree(n, false);
    assert_int_equal(store_open(":memory:", DB_CREATE, &clock, &st, &d), 0);
    at = db_steps(store_db(st));
    scan();
    work[SCAN] = steps_since(&at);
    if (n) {
        assert_true(ask("SELECT count(*) FROM finding WHERE verdict = 'fail'") >= 4 * n);
        assert_int_equal(ask("SELECT count(*) FROM asset WHERE kind = 'credential'"), 1);
        assert_true(ask("SELECT count(*) FROM coverage WHERE state = 'failed'") >= 2 * n);
    }
    (void)steps_since(&at);
    scan();
    work[AGAIN] = steps_since(&at);
    make_tree(n, true);
    scan();
    work[SPOILT] = steps_since(&at);
    make_tree(n, false);
    scan();
    work[BACK] = steps_since(&at);
    assert_true(changes(2, 4) >= 0);
    assert_true(changes(0, 1) >= n);
    work[DIFF] = steps_since(&at);
    for (int i = 0; i < REPORT_FORMAT_COUNT; i++) {
        report(REPORT_FORMATS[i], 0);
        work[FIRST_REPORT + i] = steps_since(&at);
    }
    st = store_free(st);
}

static const char *part_name(int part)
{
    static const char *const names[] = {"scan", "second scan", "scan of the spoilt tree",
                                        "scan of the repaired tree", "diff"};
    return part < FIRST_REPORT ? names[part] : REPORT_FORMATS[part - FIRST_REPORT]->name;
}

/* What each folder adds is the same for the first ones and for three times as many after them. */
static void work_is_linear(void **state UNUSED)
{
    uint64_t none[STEPS_MEASURED], some[STEPS_MEASURED], many[STEPS_MEASURED];
    assert_true(FIRST_REPORT + REPORT_FORMAT_COUNT <= STEPS_MEASURED);
    live(0, none);
    live(SMALL, some);
    live(4 * SMALL, many);
    for (int i = 0; i < FIRST_REPORT + REPORT_FORMAT_COUNT; i++) {
        double first = (double)(some[i] - none[i]) / SMALL;
        double later = (double)(many[i] - some[i]) / (3 * SMALL);
        print_message("%-26s %8.0f steps a folder, then %8.0f\n", part_name(i), first, later);
        if (later > 1.4 * first + 50)
            fail_msg("%s: a folder costs %.0f steps, among many %.0f", part_name(i), first, later);
    }
}

static int setup(void **state UNUSED)
{
    now = 1000;
    return test_folder_begin(folder, sizeof(folder), "scale");
}

static int teardown(void **state UNUSED)
{
    return test_folder_end(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(work_is_linear, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

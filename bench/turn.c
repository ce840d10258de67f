/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what one turn of the loop costs when its items are known: everything but reading files. */
/*
 *     turn record TREE FILE             scans TREE, keeps what the workers said of each item
 *     turn run FILE DB [FORMAT] [N] [relink]    N turns (default 1) from FILE into DB; tells the
 *                                               phases; relink: as if something had changed
 *
 * `run` starts no process and opens no item, so that it can be counted by instructions:
 *     valgrind --tool=callgrind build/bench-turn run FILE new.db
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/thread.h"
#include "loop/loop.h"
#include "report/report.h"

static void die(const char *what, const struct diag *d)
{
    fprintf(stderr, "turn: %s: %s\n", what, d ? d->text : "failed");
    exit(1);
}

/* ---- recording ---- */

static FILE *tape;

static void put(struct str s)
{
    uint64_t n = s.n;
    fwrite(&n, sizeof(n), 1, tape);
    fwrite(s.p, 1, s.n, tape);
}

static int keep(void *ctx, const struct item_result *it)
{
    const struct {
        uint64_t size;
        uint32_t target, mode;
        int32_t code, state;
    } head = {it->size, it->target, it->mode, it->code, (int32_t)it->state};
    (void)ctx;
    put(str_n((const char *)&head, sizeof(head)));
    put(it->path);
    put(it->raw_path);
    put(it->reason);
    put(it->frame);
    return 0;
}

static void record(const char *tree, const char *file)
{
    AUTO(arena) a = ARENA(0);
    struct loop_options o = loop_defaults();
    struct discover_report report;
    struct target t;
    struct diag d = {0};
    if (target_resolve(str_z(tree), &a, &t, &d))
        die(tree, &d);
    o.discover.targets = &t;
    o.discover.n_targets = 1;
    o.discover.threads = thread_cpus();
    o.discover.require = SANDBOX_NONE;
    if (!(tape = fopen(file, "wb")))
        die(file, NULL);
    put(t.given);
    put(t.root);
    put(t.name);
    if (discover_run(&o.discover, keep, NULL, &report, &d))
        die(tree, &d);
    vec_each (row, &report.coverage) {
        put(STR("row"));
        put(str_n((const char *)row, sizeof(*row)));
        put(row->source);
        put(row->path);
        put(row->reason);
        put(row->collectors);
    }
    discover_report_done(&report);
    if (fclose(tape))
        die(file, NULL);
}

/* ---- playing ---- */

static struct str all, rest;

static struct str get(void)
{
    uint64_t n;
    if (rest.n < sizeof(n))
        die("the recording is too short", NULL);
    memcpy(&n, rest.p, sizeof(n));
    rest = str_sub(rest, sizeof(n), rest.n);
    struct str s = str_sub(rest, 0, (size_t)n);
    rest = str_sub(rest, (size_t)n, rest.n);
    return s;
}

static void load(const char *file)
{
    FILE *f = fopen(file, "rb");
    if (!f || fseek(f, 0, SEEK_END))
        die(file, NULL);
    long n = ftell(f);
    char *p = malloc((size_t)n + 1);
    rewind(f);
    if (!p || fread(p, 1, (size_t)n, f) != (size_t)n)
        die(file, NULL);
    fclose(f);
    all = str_n(p, (size_t)n);
}

static int give_row(struct discover_report *r)
{
    struct coverage_row row;
    memcpy(&row, get().p, sizeof(row));
    row.source = get();
    row.path = get();
    row.reason = get();
    row.collectors = get();
    return vec_push(&r->coverage, row);
}

static int give_item(struct str head, item_sink sink, void *ctx, struct discover_report *r,
                     struct diag *d)
{
    AUTO(arena) a = ARENA(0);
    struct item_result it = {0};
    uint32_t word[4];
    memcpy(&it.size, head.p, sizeof(it.size));
    memcpy(word, head.p + sizeof(it.size), sizeof(word));
    it.target = word[0];
    it.mode = word[1];
    it.code = (int)word[2];
    it.state = (enum coverage_state)word[3];
    it.path = get();
    it.raw_path = get();
    it.reason = get();
    it.frame = get();
    struct str path = it.raw_path;
    int rc = it.code ? 0 : fact_read(it.frame, it.target, &path, &a, &it.facts, d);
    r->all.files++;
    r->all.bytes += it.facts.bytes_read;
    return rc ? rc : sink(ctx, &it);
}

static int play(const struct discover_options *o, item_sink sink, void *ctx,
                struct discover_report *ret, struct diag *d)
{
    int rc = 0;
    (void)o;
    *ret = (struct discover_report){.level = SANDBOX_FULL, .deterministic = true};
    rest = all;
    for (int i = 0; i < 3; i++)
        (void)get();
    while (rest.n && !rc) {
        struct str head = get();
        rc = str_eq(head, STR("row")) ? give_row(ret) : give_item(head, sink, ctx, ret, d);
    }
    return rc;
}

static void tell(const struct loop_stats *s, uint64_t print)
{
    for (int i = 0; i < LOOP_PHASES; i++)
        fprintf(stderr, "%s %.1f  ", LOOP_PHASE_NAMES[i], (double)s->nanoseconds[i] / 1e6);
    fprintf(stderr, "print %.1f  ms, %.0f MiB\n", (double)print / 1e6,
            (double)s->peak_bytes / (1 << 20));
}

static void run(const char *file, const char *db, const char *format, int turns, bool relink)
{
    const struct report_format *f = report_format(str_z(format));
    FILE *null = fopen("/dev/null", "w");
    if (!f || !null)
        die(format, NULL);
    load(file);
    for (int i = 0; i < turns; i++) {
        struct loop_options o = loop_defaults();
        struct loop_result r;
        struct clock clock;
        struct diag d = {0};
        if (clock_init(&clock, &d))
            die("clock", &d);
        rest = all;
        struct target t = {.given = get(), .root = get(), .name = get()};
        o.discover.targets = &t;
        o.discover.n_targets = 1;
        o.location = db;
        o.find = play;
        o.relink = relink;
        o.discover.key = STR("0123456789abcdef0123456789abcdef");
        if (loop_run(&o, &clock, &r, &d))
            die(db, &d);
        uint64_t begin = clock_ticks();
        struct view v = {.db = store_db(r.store), .width = 100, .now_ms = clock.now_ms};
        if (f->write(&v, null, &d))
            die(format, &d);
        tell(&r.stats, clock_ticks() - begin);
        loop_result_done(&r);
    }
    fclose(null);
    free((char *)(uintptr_t)all.p);
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "record"))
        record(argv[2], argv[3]);
    else if (argc >= 4 && argc <= 7 && !strcmp(argv[1], "run"))
        run(argv[2], argv[3], argc > 4 ? argv[4] : "json",
            argc > 5 ? (int)strtol(argv[5], NULL, 10) : 1, argc > 6);
    else
        die("usage: turn record TREE FILE | turn run FILE DB [FORMAT] [N] [relink]", NULL);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which two states are compared, and whether their difference is bad news. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/path.h"
#include "cli/observe.h"
#include "monitor/diff.h"
#include "report/record.h"
#include "report/scope.h"

static const struct option_spec options[] = {
    OPTION_DB,
    {.name = "format",
     .letter = 'f',
     .type = OPT_CHOICE,
     .argument = "NAME",
     .choices = "table|json",
     .initial = "table",
     .help = "how to print: lines for people, or a JSON object each"},
    {.name = "fail-on",
     .type = OPT_CHOICE,
     .argument = "LEVEL",
     .choices = "info|low|medium|high|critical|never",
     .initial = "low",
     .help = "lowest severity of a new or reopened finding that gives exit status 1"},
    {0},
};

/* --- what is compared --------------------------------------------------------------------- */

/* The record of a store, through a file in memory. */
static int of_store(struct invocation *in, const char *location, struct snapshot *ret,
                    struct diag *d)
{
    /* A report on PostgreSQL needs a temporary table, see report.h. */
    enum db_mode mode = db_is_postgres(location) ? DB_READ_WRITE : DB_READ_ONLY;
    struct store *st = NULL;
    int fd = memfd_create("record", MFD_CLOEXEC), copy = fd < 0 ? -1 : dup(fd);
    FILE *out = copy < 0 ? NULL : fdopen(copy, "w");
    int rc = out ? 0 : diag_errno(d, "no memory for a record");
    if (!rc)
        rc = store_open(location, mode, &in->clock, &st, d);
    if (!rc) {
        struct view v = {.db = store_db(st),
                         .all_targets = true,
                         .evidence_all = true,
                         .now_ms = in->clock.now_ms};
        rc = record_write(&v, RECORD_ALL, out, d);
    }
    store_free(st);
    if (out && fclose(out) && !rc)
        rc = diag_errno(d, "no memory for a record");
    if (!rc)
        rc = snapshot_record(fd, SANDBOX_NONE, ret, d);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* A store begins with the name of SQLite's format; everything else is read as a record. */
static int of_file(struct invocation *in, struct str name, struct snapshot *ret, struct diag *d)
{
    static const char magic[] = "SQLite format 3";
    char head[sizeof(magic)] = "";
    char *z = arena_z(in->arena, name);
    if (!z)
        return arena_error(in->arena);
    if (db_is_postgres(z))
        return of_store(in, z, ret, d);
    int fd = open(z, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc = 0;
    if (fd < 0) {
        rc = diag_errno(d, "cannot open what is to be compared");
        diag_at(d, z, 0, 0);
        diag_hint(d, "name a record (JSON), a store, or the number of a scan");
        return rc;
    }
    bool store =
        pread(fd, head, sizeof(head), 0) == sizeof(head) && !memcmp(head, magic, sizeof(magic));
    rc = store ? of_store(in, z, ret, d) : snapshot_record(fd, SANDBOX_NONE, ret, d);
    if (rc)
        diag_at(d, z, 0, 0);
    close(fd);
    return rc;
}

static int last_scan(struct db *db, int64_t before, int64_t *ret, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(db, STR("SELECT max(id) FROM scan WHERE id < ?1"), &s, d);
    if (rc)
        return rc;
    stmt_bind_int(s, 1, before);
    rc = stmt_step(s, d);
    *ret = rc > 0 && !stmt_is_null(s, 0) ? stmt_int(s, 0) : 0;
    stmt_free(s);
    return MIN(rc, 0);
}

#define TARGETS_OF(scan) "SELECT y.target FROM scan_target y WHERE y.scan = " scan

/* The last scan before `to` that looked at all its targets; 0: there is none. */
static int scan_alike(struct db *db, int64_t to, int64_t *ret, struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(db,
                        STR("SELECT max(s.id) FROM scan s WHERE s.id < ?1 AND NOT EXISTS"
                            " (SELECT 1 FROM scan_target x WHERE x.scan = ?1 AND x.target NOT IN"
                            " (" TARGETS_OF("s.id") "))"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_int(s, 1, to);
    rc = stmt_step(s, d);
    *ret = rc > 0 && !stmt_is_null(s, 0) ? stmt_int(s, 0) : 0;
    stmt_free(s);
    return MIN(rc, 0);
}

/* Names of the targets of a scan, and whether it looked at all those of another one. */
static int targets_of(struct db *db, int64_t scan, int64_t other, struct buf *out, bool *ret_alike,
                      struct diag *d)
{
    struct stmt *s = NULL;
    int rc = db_prepare(
        db,
        STR("SELECT " TARGET_SHOWN ", (SELECT count(*) FROM scan_target x WHERE x.scan = ?2"
            " AND x.target NOT IN (" TARGETS_OF(
                "?1") ")) FROM scan_target z"
                      " JOIN target t ON t.id = z.target WHERE z.scan = ?1 ORDER BY z.ord"),
        &s, d);
    if (rc)
        return rc;
    stmt_bind_int(s, 1, scan);
    stmt_bind_int(s, 2, other);
    while ((rc = stmt_step(s, d)) > 0) {
        if (out->n)
            buf_addz(out, ", ");
        path_show(out, stmt_str(s, 0));
        *ret_alike = !stmt_int(s, 1);
    }
    stmt_free(s);
    if (!rc && (rc = buf_result(out)))
        diag_set(d, rc, "no memory for the names of targets");
    return rc;
}

/* Scans that were asked for by number may be of different targets: nothing of one is new or gone in
 * the other. */
static int say_targets(struct invocation *in, struct db *db, const int64_t *ids, bool *ret_alike,
                       struct diag *d)
{
    AUTO(buf) a = BUF_INIT;
    AUTO(buf) b = BUF_INIT;
    bool ignored;
    int rc = targets_of(db, ids[0], ids[1], &a, ret_alike, d);
    if (!rc)
        rc = targets_of(db, ids[1], ids[0], &b, &ignored, d);
    if (!rc && !*ret_alike)
        fprintf(in->err,
                "scan %lld looked at %s, scan %lld at %s: these are different targets, so what"
                " follows is\nwhat changed in the store between them, not in one target\n",
                (long long)ids[0], a.n ? a.p : "nothing", (long long)ids[1], b.n ? b.p : "nothing");
    return rc;
}

static int check_scan(struct db *db, int64_t id, struct diag *d)
{
    int64_t found;
    int rc = last_scan(db, id + 1, &found, d);
    if (rc || found == id)
        return rc;
    diag_set(d, E_NOTFOUND, "there is no scan %lld in this store", (long long)id);
    diag_hint(d, found ? "the latest one before it is %lld" : "it has no scan yet",
              (long long)found);
    return E_NOTFOUND;
}

static int no_two_scans(struct db *db, int64_t to, struct diag *d)
{
    int64_t before = 0;
    int rc = to ? last_scan(db, to, &before, d) : 0;
    if (rc)
        return rc;
    if (before) {
        diag_set(d, E_NOTFOUND, "no earlier scan looked at the targets of scan %lld",
                 (long long)to);
        diag_hint(d, "`stance diff A B` compares any two scans by number");
    } else {
        diag_set(d, E_NOTFOUND, "there are no two scans in this store to compare");
        diag_hint(d, "`stance scan` adds one");
    }
    return E_NOTFOUND;
}

/* Two scans of the store: `stance diff` the last and the one before of its targets, `diff A` from A
 * to the last, `diff A B`. */
static int of_scans(struct invocation *in, int64_t *ids, struct snapshot *a, struct snapshot *b,
                    struct diag *d)
{
    const char *location;
    struct store *st = NULL;
    int64_t from = 0, to = 0;
    int rc = store_location(in, &location, d);
    if (!rc)
        rc = check_kept(location, d);
    if (!rc)
        rc = store_open(location, DB_READ_ONLY, &in->clock, &st, d);
    if (!rc && in->n_args == 2)
        to = ids[1];
    else if (!rc)
        rc = last_scan(store_db(st), INT64_MAX, &to, d);
    if (!rc && in->n_args)
        from = ids[0];
    else if (!rc && to)
        rc = scan_alike(store_db(st), to, &from, d);
    if (!rc && (!from || !to))
        rc = no_two_scans(store_db(st), to, d);
    if (!rc)
        rc = check_scan(store_db(st), from, d);
    if (!rc)
        rc = check_scan(store_db(st), to, d);
    if (!rc && from > to) {
        rc = diag_set(d, E_USAGE, "scan %lld is not older than scan %lld", (long long)from,
                      (long long)to);
        diag_hint(d, "name the older one first");
    }
    ids[0] = from;
    ids[1] = to;
    bool alike = true;
    if (!rc)
        rc = say_targets(in, store_db(st), ids, &alike, d);
    if (!rc)
        rc = snapshot_log(store_db(st), from, to, alike ? to : 0, a, b, d);
    store_free(st);
    return rc;
}

/* ids gets the numbers of the scans that are compared; it stays 0 for records and stores. */
static int read_both(struct invocation *in, int64_t *ids, struct snapshot *a, struct snapshot *b,
                     struct diag *d)
{
    size_t numbers = 0;
    for (size_t i = 0; i < in->n_args; i++)
        numbers += !str_to_i64(in->args[i], &ids[i]);
    if (numbers == in->n_args)
        return of_scans(in, ids, a, b, d);
    if (numbers || in->n_args != 2) {
        diag_set(d, E_USAGE, "two records or stores are compared, or two scans of one store");
        diag_hint(d, "see `stance diff --help`");
        return E_USAGE;
    }
    int rc = of_file(in, in->args[0], a, d);
    return rc ? rc : of_file(in, in->args[1], b, d);
}

/* --- printing ----------------------------------------------------------------------------- */

struct printing {
    struct invocation *in;
    bool json, any;
    int worst; /* severity of a new or reopened finding; -1: none */
};

static int print(void *ctx, const struct difference *c)
{
    struct printing *p = ctx;
    AUTO(buf) out = BUF_INIT;
    p->any = true;
    bool news = c->kind == CHANGE_NEW || c->kind == CHANGE_REOPENED;
    if (news && str_eq_z(c->verdict, "fail"))
        p->worst = MAX(p->worst, word_index(SEVERITY_NAMES, c->severity));
    int rc = 0;
    if (p->json)
        rc = difference_json(c, &out);
    else
        difference_text(c, p->in->colour, true, &out);
    rc = rc ? rc : buf_result(&out);
    if (!rc)
        fputs(out.p, p->in->out);
    return rc;
}

static void say_nothing(struct invocation *in, const int64_t *ids)
{
    if (ids[0])
        fprintf(in->err, "nothing changed from scan %lld to scan %lld\n", (long long)ids[0],
                (long long)ids[1]);
    else
        fputs("nothing is different\n", in->err);
}

static int run_diff(struct invocation *in, struct diag *d)
{
    struct snapshot a, b;
    int64_t ids[2] = {0};
    struct printing p = {.in = in, .json = str_eq_z(option_str(in, "format"), "json"), .worst = -1};
    snapshot_init(&a);
    snapshot_init(&b);
    fflush(in->out); /* nothing buffered may be written twice by a worker */
    int rc = read_both(in, ids, &a, &b, d);
    if (!rc)
        rc = snapshot_seal(&a, d);
    if (!rc)
        rc = snapshot_seal(&b, d);
    if (!rc && (rc = diff_snapshots(&a, &b, print, &p)))
        diag_set(d, rc, "the difference could not be printed (%s)", err_name(rc));
    snapshot_done(&a);
    snapshot_done(&b);
    if (rc)
        return rc;
    if (!p.any && !p.json)
        say_nothing(in, ids);
    return p.worst >= (int)option_int(in, "fail-on") ? EXIT_FINDINGS : EXIT_CLEAN;
}

const struct command COMMAND_DIFF = {
    .name = "diff",
    .usage = "[OPTION...] [SCAN [SCAN] | RECORD RECORD]",
    .summary = "say what is new, gone or changed between two scans, and why",
    .description =
        "Compares two scans of the store by number (default: the last one with the one before it "
        "of\n"
        "the same targets; by number, different targets are said), or two records as\n"
        "`stance scan --format json` writes them, or two stores, in any mix; the older one first.\n"
        "Each change names the attribute and place that made it. What lies where the newer one\n"
        "could not look is unseen, not gone. Ends with 1 when a finding is new or reopened.",
    .examples = "  stance diff                            # the last scan, and the one before of "
                "its target\n"
                "  stance diff 12 15                      # from scan 12 to scan 15\n"
                "  stance diff main.json branch.json      # two records, in CI\n"
                "  stance diff -f json old.db new.db      # two stores, for programs",
    .options = options,
    .max_args = 2,
    .run = run_diff,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the time and memory of a turn are told. */
#include "cli/stats.h"

#include "base/path.h"

#include <sys/stat.h>

#include "report/text.h"

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

static void add_left(struct buf *out, const char *name)
{
    buf_addf(out, "  %-24s", name);
}

static void add_right(struct buf *out, struct str text, size_t width)
{
    for (size_t i = text.n; i < width; i++)
        buf_addc(out, ' ');
    buf_add(out, text);
}

/* "  linking              12,345 ms   1.2 %": of `whole`, 0: no share. */
static void time_row(struct buf *out, const char *name, uint64_t ns, uint64_t whole)
{
    AUTO(buf) ms = BUF_INIT;
    AUTO(buf) share = BUF_INIT;
    text_count(&ms, (ns + NS_PER_MS / 2) / NS_PER_MS);
    add_left(out, name);
    add_right(out, buf_str(&ms), 12);
    buf_addz(out, " ms");
    if (whole) {
        text_tenths(&share, (int64_t)((double)ns * 1000 / (double)whole + 0.5));
        add_right(out, buf_str(&share), 8);
        buf_addz(out, " %");
    }
    buf_addc(out, '\n');
}

static void count_row(struct buf *out, const char *name, uint64_t n, uint64_t ns)
{
    AUTO(buf) text = BUF_INIT;
    text_count(&text, n);
    add_left(out, name);
    add_right(out, buf_str(&text), 12);
    if (ns) {
        buf_addz(out, "    ");
        text_count(out, (uint64_t)((double)n * NS_PER_S / (double)ns));
        buf_addz(out, "/s");
    }
    buf_addc(out, '\n');
}

static void bytes_row(struct buf *out, const char *name, uint64_t n, uint64_t ns)
{
    AUTO(buf) text = BUF_INIT;
    text_bytes(&text, n);
    add_left(out, name);
    add_right(out, n ? buf_str(&text) : STR("-"), 12);
    if (ns && n) {
        buf_addz(out, "    ");
        text_bytes(out, (uint64_t)((double)n * NS_PER_S / (double)ns));
        buf_addz(out, "/s");
    }
    buf_addc(out, '\n');
}

static void phases(struct buf *out, const struct loop_stats *s)
{
    uint64_t whole = 0;
    for (int i = 0; i < LOOP_PHASES; i++)
        whole += s->nanoseconds[i];
    buf_addz(out, "time\n");
    for (int i = 0; i < LOOP_PHASES; i++)
        time_row(out, LOOP_PHASE_NAMES[i], s->nanoseconds[i], whole ? whole : 1);
    time_row(out, "in all", whole, 0);
}

/* How the time of requests is divided; nothing when no worker was asked anything. */
static void spent_rows(struct buf *out, const struct discover_stats *s)
{
    static const char *const names[SPENT_COUNT] = {[SPENT_READING] = "reading",
                                                   [SPENT_PREFILTER] = "prefilter",
                                                   [SPENT_DOCUMENTS] = "parsing documents",
                                                   [SPENT_CODE] = "parsing code",
                                                   [SPENT_VALUES] = "judging values",
                                                   [SPENT_DETECTORS] = "detectors",
                                                   [SPENT_REST] = "the rest"};
    uint64_t whole = 0;
    for (int i = 0; i < SPENT_COUNT; i++)
        whole += s->spent_ns[i];
    if (!whole)
        return;
    buf_addz(out, "requests to workers, together\n");
    for (int i = 0; i < SPENT_COUNT; i++)
        time_row(out, names[i], s->spent_ns[i], whole);
}

void stats_write(struct buf *out, const struct loop_result *r, uint64_t store_bytes)
{
    const struct discover_report *d = &r->discover;
    const struct discover_stats *s = &d->stats;
    uint64_t ns = r->stats.nanoseconds[LOOP_DISCOVER];
    uint64_t threads = s->list_ns + s->read_ns + s->wait_ns;
    phases(out, &r->stats);
    buf_addz(out, "discovery\n");
    count_row(out, "files", d->all.files + d->all.members, ns);
    count_row(out, "of these, in archives", d->all.members, 0);
    bytes_row(out, "bytes", d->all.bytes, ns);
    count_row(out, "folders", d->folders, ns);
    count_row(out, "files known by stamp", s->unchanged, 0);
    count_row(out, "files known by content", s->same_content, 0);
    if (d->cache.code) {
        buf_addz(out, "  not kept for the next scan:  ");
        path_show(out, str_z(d->cache.text));
        buf_addc(out, '\n');
    }
    buf_addz(out, "threads of discovery, together\n");
    time_row(out, "listing folders", s->list_ns, threads);
    time_row(out, "reading files", s->read_ns, threads);
    time_row(out, "waiting for workers", s->wait_ns, threads);
    buf_addz(out, "workers\n");
    time_row(out, "processor time", s->worker_cpu_ns, 0);
    count_row(out, "calls", s->calls, 0);
    count_row(out, "of these, batches", s->batches, 0);
    count_row(out, "lost", d->workers_lost, 0);
    spent_rows(out, s);
    buf_addz(out, "memory\n");
    bytes_row(out, "this process, at most", r->stats.peak_bytes, 0);
    bytes_row(out, "beside it in a file", r->stats.spilled_bytes, 0);
    bytes_row(out, "of these, resident", r->stats.resident_bytes, 0);
    bytes_row(out, "one worker, at most", r->stats.worker_peak_bytes, 0);
    bytes_row(out, "all workers, at the end", s->worker_bytes, 0);
    buf_addz(out, "store\n");
    count_row(out, "changes", r->summary.changes, 0);
    bytes_row(out, "size", store_bytes, 0);
}

/* A file of SQLite and what is not yet written back to it. */
static uint64_t size_of_files(const char *location)
{
    static const char *const ends[] = {"", "-wal"};
    uint64_t n = 0;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        AUTO(buf) path = BUF_INIT;
        struct stat st;
        buf_addf(&path, "%s%s", location, ends[i]);
        if (!buf_result(&path) && !stat(path.p, &st) && S_ISREG(st.st_mode))
            n += (uint64_t)st.st_size;
    }
    return n;
}

static uint64_t size_of_database(struct store *st)
{
    struct diag none = {0};
    struct stmt *s = NULL;
    uint64_t n = 0;
    if (db_prepare(store_db(st), STR("SELECT pg_database_size(current_database())"), &s, &none))
        return 0;
    if (stmt_step(s, &none) > 0)
        n = (uint64_t)stmt_int(s, 0);
    stmt_free(s);
    return n;
}

void stats_print(struct invocation *in, const struct loop_result *r, const char *location)
{
    AUTO(buf) out = BUF_INIT;
    struct str where = str_z(location);
    bool server = str_starts(where, STR("postgres://")) || str_starts(where, STR("postgresql://"));
    if (!option_flag(in, "stats"))
        return;
    stats_write(&out, r, server && r->store ? size_of_database(r->store) : size_of_files(location));
    if (!buf_result(&out))
        fwrite(out.p, 1, out.n, in->err);
}

void stats_warn(struct invocation *in, const struct loop_result *r)
{
    const struct diag *why = &r->discover.cache;
    AUTO(buf) out = BUF_INIT;
    if (!why->code)
        return;
    buf_addz(&out, "stance: ");
    if (why->file[0]) {
        path_show(&out, str_z(why->file));
        buf_addz(&out, ": ");
    }
    path_show(&out, str_z(why->text));
    buf_addz(&out, "; the next scan reads every file again\n"
                   "  hint: make room there, or name another folder with --cache DIR, or none with "
                   "--no-cache\n");
    if (!buf_result(&out))
        fwrite(out.p, 1, out.n, in->err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From targets to facts: walk the sources, send each item to a worker, collect facts and coverage.
 *
 *     discover_run(&options, sink, ctx, &report, d)
 *
 * The sink gets the items that said something, or could not be examined, in a fixed order (by
 * target, then path bytes), whatever the number of threads and however workers were delayed; it
 * runs on the caller's thread when all was read. The others are counted.
 */
#ifndef STANCE_DISCOVER_DISCOVER_H
#define STANCE_DISCOVER_DISCOVER_H

#include "discover/detector.h"
#include "discover/rules.h"
#include "discover/spent.h"
#include "sandbox/sandbox.h"

struct target {
    struct str given; /* as the user wrote it */
    struct str root;  /* absolute path, resolved once */
    struct str name;  /* last part of the path */
    bool single_file;
};

/* How far a run has come. */
struct discover_progress {
    uint64_t files, bytes, folders;
    uint64_t assets;   /* seen so far, before they are merged */
    uint64_t expected; /* files of the last scan of all targets; 0: not known of one of them */
    struct str path;   /* the target that is read now, as the user wrote it */
};

/* Where a run spent its time; sums over all threads, in nanoseconds. Never in results. */
struct discover_stats {
    uint64_t list_ns, read_ns, wait_ns; /* folders listed, files read, workers waited for */
    uint64_t worker_cpu_ns;             /* processor time of all workers */
    uint64_t spent_ns[SPENT_COUNT];     /* of requests, by what workers did (`timed`) */
    uint64_t worker_bytes;              /* memory of all workers when they ended, without files */
    uint64_t batches, calls;            /* of small files, of all kinds */
    uint64_t unchanged;                 /* files whose facts were known by their stamp */
    uint64_t same_content;              /* and by their content */
};

/* What is known of a repository before one of its commits is read. */
struct discover_known {
    const struct str *paths; /* where something stands, sorted */
    size_t n_paths;
    const struct str *laid; /* those of them where a scan of the folder saw it, sorted */
    size_t n_laid;
    const struct str *commits; /* "commit:0123456789ab": where something stands in its history */
    size_t n_commits;
};

struct discover_options {
    const struct target *targets;
    size_t n_targets;
    unsigned threads;
    const struct walk_rules *rules; /* NULL: the built-in ones */
    const struct str *own;          /* absolute paths of the program's own (own.h): never read */
    size_t n_own;                   /* at most OWN_MAX */
    struct str only_path;           /* verify: one path below target 0; empty: all */
    struct str rev, since; /* of the repository that target 0 is (in): files of this commit, and
                              only what changed since that one; empty: its files as they lie */
    const struct discover_known *known; /* of target 0, for rev and since; NULL: nothing */
    struct str key;                     /* installation key, or empty */
    enum sandbox_level require;
    size_t item_bytes; /* text limit of one item */
    /* For its content, what is made of it and what is said of it; 0: half of a worker's. */
    size_t item_memory;
    size_t worker_memory; /* all that a worker may have; what libraries need comes from it, too */
    unsigned cpu_seconds, wall_seconds;
    /* Test aids (hidden options): order of folder entries and delays of workers. */
    uint64_t shuffle_seed;
    unsigned delay_us;
    const volatile int *cancel; /* set by a signal handler */
    /* For people: called on the caller's thread, about ten times a second. */
    void (*progress)(void *ctx, const struct discover_progress *p);
    void *progress_ctx;
    const char *cache; /* folder of the facts cache (cache.h), NULL: none */
    bool timed;        /* fill stats.spent_ns and read_ns */
    /* Once, on the caller's thread, while files are read and nothing waits for it. */
    void (*meanwhile)(void *ctx);
    void *meanwhile_ctx;
};

struct item_result {
    uint32_t target;
    struct str path;     /* to be shown: a secret in it is redacted */
    struct str raw_path; /* as the source named it; for fact_read */
    uint64_t size;
    uint32_t mode;
    int code; /* 0 or why there are no facts */
    struct str reason;
    enum coverage_state state; /* EXAMINED when code is 0 */
    struct facts facts;
    struct str frame; /* the facts as they came from the worker (fact_read) */
};

/* Items of a target that were examined, whether they said something or not. */
struct discover_count {
    uint64_t files, bytes;         /* without what lies in archives; as they lie on disk */
    uint64_t members;              /* files in archives and images, whatever holds them */
    uint64_t binaries;             /* of both, those whose content is not text */
    uint64_t texts[CATALOG_TEXTS]; /* texts in which hosts are not looked for (unsearched.h), by
                                      kind; members, too */
};

struct discover_report {
    enum sandbox_level level;
    bool deterministic;
    struct discover_count all; /* sums of counts */
    uint64_t folders;
    struct discover_count *counts; /* one a target */
    unsigned workers_lost;
    struct discover_stats stats;
    struct {
        VEC(struct coverage_row);
    } coverage; /* everything that is not one item's own row */
    bool part;  /* only these paths of target 0 were looked at: */
    struct {
        VEC(struct str);
    } looked;
    struct diag cache; /* why facts of unchanged files could not be kept; code 0: they were */
    struct arena mem;  /* of texts */
};

typedef int (*item_sink)(void *ctx, const struct item_result *item);

int discover_run(const struct discover_options *o, item_sink sink, void *ctx,
                 struct discover_report *ret, struct diag *d) MUST_CHECK;
void discover_report_done(struct discover_report *r);
/* For sources: copies are kept. E_NOMEM. */
int discover_report_row(struct discover_report *r, const struct coverage_row *row) MUST_CHECK;
int discover_report_looked(struct discover_report *r, struct str path) MUST_CHECK;

#endif

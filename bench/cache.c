/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the facts cache costs: time a call, bytes a file, memory of a scan and a rescan. */
/*
 *     ninja -C build bench-cache
 *     build/bench-cache FILES [EVERY]     each EVERYth file has facts of 600 bytes (0: none)
 *
 * Three processes run one after another, so that the memory of one is not that of another: a first
 * scan, an unchanged rescan, one where each hundredth file is another. No file of a tree is read.
 * Times are of the processor.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "discover/cache/cache.h"

#define FRAME 600

enum step { FIRST, UNCHANGED, CHANGED, STEPS };

struct bench {
    char folder[64];
    size_t files, every;
    enum step step;
};

struct file {
    char path[96];
    struct file_stamp stamp;
    unsigned char sha256[SHA256_BYTES];
    struct cached facts;
};

static char frame[FRAME];

/* As a walk meets them: many in one folder, in order. */
static void file_at(const struct bench *b, size_t i, struct file *ret)
{
    bool other = b->step == CHANGED && i % 100 == 0, has = b->every && i % b->every == 0;

    snprintf(ret->path, sizeof ret->path, "packages/part-%04zu/source/module_%08zu.py", i / 200, i);
    ret->stamp = (struct file_stamp){
        1, 5000 + i, 4000, 1700000000000000001 + (int64_t)i, 1700000000000000001 + other, 0100644};
    memset(ret->sha256, 0, sizeof ret->sha256);
    memcpy(ret->sha256, &(uint64_t){i + 1 + other}, 8);
    ret->facts = (struct cached){has ? str_n(frame, FRAME) : STR(""), 4000, false};
}

static void check(int rc, const struct diag *d)
{
    if (!rc)
        return;
    fprintf(stderr, "bench-cache: %s\n", d->text);
    exit(1);
}

static long memory_kib(const char *field)
{
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");

    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, field, strlen(field)) == 0)
            kib = strtol(line + strlen(field) + 1, NULL, 10);
    }
    if (f)
        fclose(f);
    return kib;
}

/* Of this process, so that others on the machine do not count. */
static uint64_t cpu_ns(void)
{
    struct timespec t = {0};

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Time of the loop without the cache is taken off. */
static uint64_t empty_loop(const struct bench *b)
{
    struct file f;
    uint64_t start = cpu_ns();

    for (size_t i = 0; i < b->files; i++) {
        file_at(b, i, &f);
        __asm__ volatile("" ::"r"(&f) : "memory");
    }
    return cpu_ns() - start;
}

static void run(const struct bench *b)
{
    static const char *const names[] = {"first scan", "unchanged rescan", "1 % changed"};
    struct cache *c;
    struct diag d = {0};
    struct file f;
    struct cached is;
    size_t hits = 0;
    long before = memory_kib("VmHWM:");
    uint64_t base = empty_loop(b), t0 = cpu_ns();
    check(cache_open(str_z(b->folder), STR("/bench"), STR("key"), &c, &d), &d);
    uint64_t t1 = cpu_ns();
    for (size_t i = 0; i < b->files; i++) {
        file_at(b, i, &f);
        hits += cache_find(c, str_z(f.path), &f.stamp, &is);
    }
    uint64_t t2 = cpu_ns();
    for (size_t i = 0; i < b->files; i++) {
        file_at(b, i, &f);
        check(cache_put(c, str_z(f.path), &f.stamp, f.facts.frame.n ? f.sha256 : NULL, &f.facts),
              &d);
    }
    uint64_t t3 = cpu_ns();
    check(cache_commit(c, &d), &d);
    uint64_t t4 = cpu_ns();
    long after = memory_kib("VmHWM:");
    cache_close(c);
    double n = (double)b->files;
    printf("%-17s open %6.2f ms  find %4.0f ns (%zu hits)  put %4.0f ns  commit %6.1f ms  "
           "memory %.1f bytes a file\n",
           names[b->step], (double)(t1 - t0) / 1e6, ((double)(t2 - t1) - (double)base) / n, hits,
           ((double)(t3 - t2) - (double)base) / n, (double)(t4 - t3) / 1e6,
           (double)(after - before) * 1024 / n);
}

int main(int argc, char **argv)
{
    struct bench b = {.folder = "/tmp/stance-bench-cache.XXXXXX"};
    struct diag d = {0};

    b.files = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    b.every = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    if (!b.files || !mkdtemp(b.folder))
        return 2;
    memset(frame, 'f', sizeof frame);
    for (b.step = FIRST; b.step < STEPS; b.step++) {
        fflush(stdout);
        pid_t child = fork();
        if (!child) {
            run(&b);
            exit(0);
        }
        int status = 1;
        if (child < 0 || waitpid(child, &status, 0) != child || status)
            return 1;
    }
    check(cache_trim(str_z(b.folder), 0, &d), &d);
    return rmdir(b.folder) != 0;
}

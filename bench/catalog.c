/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what it costs to have the catalogue at hand: the first look at all of it, and look-ups. */
/*
 *     ninja -C build bench-catalog
 *     build/bench-catalog [ROUNDS]        each round is a process of its own; medians are told
 *
 *     tables      every row of every table read once: pages come from the file, pointers are set
 *     database    the one of literals opened (match/prefilter.h)
 *     patterns    those of keys compiled, with the database: values_new, once a worker
 *     a look-up   of a host, a package and an image, known ones and others
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "match/prefilter.h"
#include "values/values.h"

#define ROUNDS_MAX 1001
#define LOOKUPS    100000

enum { START, TABLES, DATABASE, PATTERNS, LOOKUP, FIGURES };

struct round {
    double ms[FIGURES];
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static volatile unsigned sink;

static void touch(const char *text)
{
    sink += text ? (unsigned char)text[0] : 0u;
}

static void read_tables(const struct catalog *c)
{
    for (int i = 0; i < c->n_entries; i++)
        touch(c->entries[i].name);
    for (int i = 0; i < c->n_references; i++)
        touch(c->references[i].url);
    for (int i = 0; i < c->n_names; i++)
        touch(c->names[i].name);
    for (int i = 0; i < c->n_imports; i++)
        touch(c->imports[i].name);
    for (int i = 0; i < c->n_codes; i++)
        touch(c->codes[i].name);
    for (int i = 0; i < c->n_keys; i++)
        touch(c->keys[i].pattern);
    for (int i = 0; i < c->n_hosts; i++)
        touch(c->hosts[i].name);
    for (int i = 0; i < c->n_models; i++)
        touch(c->models[i].id);
    for (int i = 0; i < c->n_terms; i++)
        touch(c->terms[i].tier);
    for (int i = 0; i < c->n_agent_files; i++)
        touch(c->agent_files[i].path);
    for (int i = 0; i < c->n_literals; i++)
        touch(c->literals[i].text);
}

static void look_up(const struct catalog *c)
{
    struct image_name image;
    bool copy;

    for (int i = 0; i < LOOKUPS; i++) {
        sink += catalog_host(c, i & 1 ? STR("api.openai.com") : STR("www.example.org")) != NULL;
        sink += catalog_package(c, STR("npm"), i & 1 ? STR("openai") : STR("left-pad")) != NULL;
        if (image_name_parse(i & 1 ? STR("ollama/ollama:1") : STR("library/redis:7"), &image))
            sink += catalog_image(c, &image, &copy) != NULL;
    }
}

static void fail(const struct diag *d)
{
    fprintf(stderr, "bench-catalog: %s\n", d->text);
    exit(1);
}

static struct round one_round(void)
{
    struct round r = {{0}};
    struct prefilter *database;
    struct values *values;
    struct diag d = {0};
    double at[FIGURES];

    at[START] = now();
    read_tables(&CATALOG);
    at[TABLES] = now();
    if (prefilter_open(CATALOG.literal_db, CATALOG.literal_db_size, &database, &d))
        fail(&d);
    at[DATABASE] = now();
    if (values_new(&CATALOG, STR(""), &values, &d))
        fail(&d);
    at[PATTERNS] = now();
    look_up(&CATALOG);
    at[LOOKUP] = now();
    for (int i = TABLES; i < FIGURES; i++)
        r.ms[i] = at[i] - at[i - 1];
    values_free(values);
    prefilter_free(database);
    return r;
}

static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median(const struct round *rounds, size_t n, int figure)
{
    static double sorted[ROUNDS_MAX];

    for (size_t i = 0; i < n; i++)
        sorted[i] = rounds[i].ms[figure];
    qsort(sorted, n, sizeof(*sorted), order);
    return sorted[n / 2];
}

/* In a process of its own, for tables that were read stay mapped. */
static struct round fresh_round(void)
{
    struct round r = {{0}};
    int ends[2];

    if (pipe(ends))
        exit(1);
    pid_t child = fork();
    if (child == 0) {
        r = one_round();
        _exit(write(ends[1], &r, sizeof(r)) != (ssize_t)sizeof(r));
    }
    if (child < 0 || read(ends[0], &r, sizeof(r)) != (ssize_t)sizeof(r))
        exit(1);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    return r;
}

int main(int argc, char **argv)
{
    static struct round rounds[ROUNDS_MAX];
    long asked = argc > 1 ? strtol(argv[1], NULL, 10) : 101;
    size_t n = asked > 0 && asked < ROUNDS_MAX ? (size_t)asked : 101;

    for (size_t i = 0; i < n; i++)
        rounds[i] = fresh_round();
    printf("tables %.2f ms, database %.2f ms, together %.2f ms\n", median(rounds, n, TABLES),
           median(rounds, n, DATABASE), median(rounds, n, TABLES) + median(rounds, n, DATABASE));
    printf("patterns %.2f ms, a look-up %.0f ns\n", median(rounds, n, PATTERNS),
           median(rounds, n, LOOKUP) * 1e6 / (3.0 * LOOKUPS));
    return 0;
}

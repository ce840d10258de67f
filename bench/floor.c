/* SPDX-License-Identifier: Apache-2.0 */
/* Decides the least that any scan of these files must cost: walk, open, read, prefilter once, parse
 * once what has to be parsed. */
/*
 *     floor THREADS TREE     walks TREE as `stance scan` does, prints files, bytes, literals, trees
 *     floor --rules          folders that a walk passes by, one a line
 *
 * The literal database, the walk rules, the size of a window, what counts as binary (only its head
 * is read), which files a detector knows by name and which code imports something of the catalogue
 * are those of the program; so are the parsers (trees of code, of scripts in components, tokens of
 * what is too large for a tree), the libraries and the number of threads. Archives are unpacked, and
 * the texts in them seen by the literals; archives in archives stay closed. Nothing is sandboxed,
 * said, stored or judged.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/thread.h"
#include "base/vec.h"
#include "catalog/catalog.h"
#include "discover/content.h"
#include "discover/detect.h"
#include "discover/imports/imports.h"
#include "formats/archive/archive.h"
#include "formats/json.h"
#include "formats/toml.h"
#include "formats/yaml.h"
#include "match/prefilter.h"

#define HEAD          4096u
#define WINDOW        (1u << 20)
#define TOKENS_WINDOW ((size_t)64 << 10)

struct paths {
    VEC(char *);
};

struct reader {
    struct prefilter *prefilter;
    struct syntax *syntax;
    struct archive_library *library; /* NULL: no archive was met, or there is none */
    char *window;
    uint64_t files, bytes, literals, trees;
    const struct syntax_language *language; /* of the file; NULL: its code is not parsed */
    bool component, imports;                /* its code stands in scripts; a window imports */
    uint64_t base;                          /* of the window in the file */
    struct literal_hits hits;               /* of LITERAL_IMPORT in it */
};

struct run {
    struct paths files;
    struct reader *readers;
};

static int add_path(struct paths *list, const char *folder, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder, name) < 0)
        return E_NOMEM;
    return vec_push(list, path);
}

/* Folders wait in a list: breadth first, no recursion. */
static int walk(const char *root, struct paths *ret)
{
    struct paths folders = {0};
    size_t root_n = strlen(root);
    int rc = vec_push(&folders, strdup(root));
    for (size_t at = 0; !rc && at < folders.n; at++) {
        struct str below = str_sub(str_z(folders.v[at]), root_n + 1, SIZE_MAX);
        if (below.n && walk_rules_folder(NULL, below) != RULE_NONE) {
            free(folders.v[at]); /* from asprintf */
            continue;
        }
        DIR *dir = opendir(folders.v[at]);
        for (struct dirent *e; dir && !rc && (e = readdir(dir));) {
            if (str_eq_z(str_z(e->d_name), ".") || str_eq_z(str_z(e->d_name), ".."))
                continue;
            if (e->d_type == DT_REG)
                rc = add_path(ret, folders.v[at], e->d_name);
            else if (e->d_type == DT_DIR)
                rc = add_path(&folders, folders.v[at], e->d_name);
        }
        if (dir)
            closedir(dir);
        free(folders.v[at]); /* from asprintf */
    }
    vec_free(&folders);
    return rc;
}

static int on_literal(void *ctx, unsigned literal, uint64_t end)
{
    struct reader *w = ctx;
    w->literals++;
    end -= w->base;
    if (!w->language || !CATALOG.literals[literal].import ||
        end < strlen(CATALOG.literals[literal].text))
        return 0;
    return vec_push(&w->hits, ((struct literal_hit){literal, end}));
}

static void parse_tree(struct reader *w, struct str text, size_t last)
{
    int rc = imports_parse(w->syntax, w->language, text, last);
    w->trees += !rc;
    syntax_clear(w->syntax);
}

/* The tokens of a file too large for a tree, thrown away. */
static int parse_tokens(struct reader *w, int fd)
{
    struct imports im;
    ssize_t n;
    imports_begin(&im, &CATALOG, w->language);
    for (off_t at = 0; (n = pread(fd, w->window, TOKENS_WINDOW, at)) > 0; at += n)
        imports_of_tokens(&im, w->language, str_n(w->window, (size_t)n));
    int rc = imports_end(&im);
    imports_done(&im);
    return rc;
}

/* One tree of code that imports something, thrown away. */
static int parse_code(struct reader *w, struct str text, int fd)
{
    size_t last, at = 0;
    if (!import_hits(import_language(w->language), text, &w->hits, &last))
        return 0;
    if (!w->component && text.n > SYNTAX_BYTES)
        return parse_tokens(w, fd);
    if (!w->component)
        parse_tree(w, text, last);
    while (w->component && (at = str_find(text, STR("<script"), at)) != SIZE_MAX) {
        size_t from = str_chr(text, '>', at);
        at = MIN(str_find(text, STR("</script"), MIN(from, text.n)), text.n);
        if (from < at)
            parse_tree(w, str_sub(text, from + 1, at), 0);
    }
    return 0;
}

/* The next window of a file that has many. */
static int feed(struct reader *w, struct str text)
{
    size_t last;
    int rc = prefilter_feed(w->prefilter, text, on_literal, w);
    w->imports |= import_hits(import_language(w->language), text, &w->hits, &last);
    w->hits.n = 0;
    w->base += text.n;
    return rc;
}

static int read_at(void *fd, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    ssize_t got = pread(*(const int *)fd, to, n, (off_t)offset);
    *ret_got = got > 0 ? (size_t)got : 0;
    return got < 0 ? E_IO : 0;
}

/* The member at which the archive stands; of what is no text, nothing is looked for. */
static int read_member(struct reader *w, struct archive_reader *r, struct diag *d)
{
    size_t got = 0;
    bool first = true, text = true;
    int rc = 0;
    while (!rc && text && !(rc = archive_reader_read(r, w->window, WINDOW, &got, d)) && got) {
        struct str window = str_n(w->window, got);
        text = !first || content_of(str_sub(window, 0, HEAD)) != CONTENT_BINARY;
        w->bytes += got;
        if (!text)
            break;
        rc = first ? prefilter_begin(w->prefilter) : 0;
        first = false;
        if (!rc)
            rc = prefilter_feed(w->prefilter, window, on_literal, w);
        w->base += got;
    }
    int end = text && !first ? prefilter_end(w->prefilter, on_literal, w) : 0;
    return rc ? rc : end;
}

/* What is broken costs as much until there. */
static void unpack(struct reader *w, enum container kind, int fd, uint64_t size)
{
    struct archive_limits limits = archive_limits_default();
    struct archive_budget budget = archive_budget(&limits, size);
    struct archive_source source = {.read = read_at, .ctx = &fd, .size = size, .seekable = true};
    struct archive_reader *r = NULL;
    struct archive_member m;
    struct diag d = {0};
    if (!w->library && archive_library_new(&w->library, &d))
        return;
    int rc = archive_reader_open(w->library, kind, &source, &budget, &r, &d);
    w->language = NULL;
    while (!rc && archive_reader_next(r, &m, &d) > 0)
        if (m.type == ARCHIVE_MEMBER_FILE)
            rc = read_member(w, r, &d);
    archive_reader_close(r);
}

static int read_file(struct reader *w, const char *path, int fd, uint64_t size)
{
    ssize_t n = read(fd, w->window, HEAD);
    if (n <= 0)
        return 0;
    w->component = import_is_component(str_z(path));
    w->language = import_grammar(str_z(path), str_n(w->window, (size_t)n));
    w->hits.n = 0;
    w->base = 0;
    w->imports = false;
    w->hits.catalog = &CATALOG;
    w->bytes += (uint64_t)n;
    enum container kind = container_kind(str_n(w->window, (size_t)MIN(n, CONTAINER_HEAD)));
    if (kind != CONTAINER_NONE)
        unpack(w, kind, fd, size);
    if (kind != CONTAINER_NONE || content_of(str_n(w->window, (size_t)n)) == CONTENT_BINARY)
        return 0;
    size_t have = (size_t)n;
    bool many = false;
    while ((n = read(fd, w->window + have, WINDOW - have)) > 0) {
        w->bytes += (uint64_t)n;
        have += (size_t)n;
        if (have < WINDOW)
            continue;
        int rc = many ? 0 : prefilter_begin(w->prefilter);
        many = true;
        if (!rc)
            rc = feed(w, str_n(w->window, have));
        if (rc)
            return rc;
        have = 0;
    }
    struct str rest = str_n(w->window, have);
    if (!many) {
        int rc = prefilter_scan(w->prefilter, rest, on_literal, w);
        return rc ? rc : parse_code(w, rest, fd);
    }
    int rc = have ? feed(w, rest) : 0;
    rc = rc ? rc : prefilter_end(w->prefilter, on_literal, w);
    return rc || !w->imports || w->component ? rc : parse_tokens(w, fd);
}

/* Documents that a detector knows by their name, parsed once and thrown away. */
static void parse_file(const char *path, int fd, uint64_t size)
{
    struct str name = str_z(path), ext = path_ext(name);
    bool bun = str_eq_z(path_base(name), "bun.lock"); /* JSON; yarn.lock is no such document */
    bool toml = str_eq_z(ext, "toml") ||
                (str_eq_z(ext, "lock") && !bun && !str_eq_z(path_base(name), "yarn.lock"));
    bool yaml = str_eq_z(ext, "yaml") || str_eq_z(ext, "yml");
    struct limits limits = limits_default();
    struct diag d = {0};
    struct doc doc;
    if (size > limits.bytes || !(toml || yaml || bun || str_starts(ext, STR("json"))) ||
        !detect_wants(&CATALOG, name))
        return;
    AUTO(arena) a = ARENA(0);
    char *p = arena_alloc(&a, (size_t)size + 1);
    ssize_t n = p ? pread(fd, p, (size_t)size, 0) : -1;
    struct str text = str_n(p, n > 0 ? (size_t)n : 0);
    int rc = toml   ? toml_parse(text, &limits, &a, &doc, &d)
             : yaml ? yaml_parse(text, &limits, &a, &doc, &d)
                    : json_parse_partial(text, JSON_TOLERANT, &limits, &a, &doc, &d);
    (void)rc; /* what is broken costs as much until there */
}

static int one_file(void *ctx, unsigned worker, size_t index)
{
    struct run *run = ctx;
    struct reader *w = &run->readers[worker];
    int fd = open(run->files.v[index], O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return 0;
    struct stat st;
    int rc = 0;
    if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
        w->files++;
        rc = read_file(w, run->files.v[index], fd, (uint64_t)st.st_size);
        parse_file(run->files.v[index], fd, (uint64_t)st.st_size);
    }
    close(fd);
    return rc;
}

static int run_floor(unsigned threads, const char *root, struct diag *d)
{
    struct run run = {.readers = calloc(threads, sizeof(struct reader))};
    uint64_t files = 0, bytes = 0, literals = 0, trees = 0;
    int rc = run.readers ? 0 : E_NOMEM;
    for (unsigned i = 0; !rc && i < threads; i++) {
        run.readers[i].window = malloc(WINDOW);
        rc = run.readers[i].window ? prefilter_open(CATALOG.literal_db, CATALOG.literal_db_size,
                                                    &run.readers[i].prefilter, d)
                                   : E_NOMEM;
        rc = rc ? rc : syntax_new(SYNTAX_MEMORY, &run.readers[i].syntax, d);
    }
    if (!rc)
        rc = walk(root, &run.files);
    if (!rc)
        rc = parallel_run(run.files.n, threads, one_file, &run);
    for (unsigned i = 0; !rc && i < threads; i++) {
        files += run.readers[i].files;
        bytes += run.readers[i].bytes;
        literals += run.readers[i].literals;
        trees += run.readers[i].trees;
    }
    if (!rc)
        printf("%llu files, %llu bytes, %llu literals, %llu trees\n", (unsigned long long)files,
               (unsigned long long)bytes, (unsigned long long)literals, (unsigned long long)trees);
    return rc; /* the process ends: nothing is released one by one */
}

int main(int argc, char **argv)
{
    struct diag d = {0};
    if (argc == 2 && str_eq_z(str_z(argv[1]), "--rules")) {
        for (int i = 0; i < CATALOG.n_walk_folders; i++)
            if (CATALOG.walk_rules[CATALOG.walk_folders[i].rule].action == WALK_SKIP)
                puts(CATALOG.walk_folders[i].path);
        return 0;
    }
    unsigned long threads = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
    if (threads < 1 || threads > 256) {
        fputs("usage: floor THREADS TREE | floor --rules\n", stderr);
        return 2;
    }
    return run_floor((unsigned)threads, argv[2], &d) ? 1 : 0;
}

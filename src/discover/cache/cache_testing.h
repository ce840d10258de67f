/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of the cache: a folder of its own for each, and files that can be told apart. */
#ifndef STANCE_DISCOVER_CACHE_TESTING_H
#define STANCE_DISCOVER_CACHE_TESTING_H

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "discover/cache/cache_internal.h"

#define SECOND INT64_C(1000000000)
#define NOW    (INT64_C(1800000000) * SECOND + 123456789)

static char folder[64];
static const struct str ROOT = {"/home/me/tree", 13}, KEY = {"catalogue 1", 11};

static inline int set_up(void **state UNUSED)
{
    snprintf(folder, sizeof folder, "/tmp/stance-cache.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static inline void in_folder(const char *name, char ret[256])
{
    if (snprintf(ret, 256, "%s/%s", folder, name) >= 256)
        fail_msg("%s: too long", name);
}

static inline int tear_down(void **state UNUSED)
{
    char path[256];
    const struct dirent *e;
    DIR *dir = opendir(folder);

    while (dir && (e = readdir(dir))) {
        in_folder(e->d_name, path);
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && unlink(path))
            rmdir(path);
    }
    if (dir)
        closedir(dir);
    return rmdir(folder);
}

static inline struct cache *open_at(int64_t now)
{
    struct cache *c = NULL;
    struct diag d = {0};

    assert_int_equal(cache_open_at(str_z(folder), ROOT, KEY, now, &c, &d), 0);
    return c;
}

static inline struct cache *reopen(struct cache *c)
{
    cache_close(c);
    return open_at(NOW);
}

static inline struct file_stamp stamp_of(unsigned i)
{
    return (struct file_stamp){
        .dev = 7,
        .ino = 1000 + i,
        .size = 10 * i,
        .mtime_ns = NOW - 100 * SECOND - i,
        .ctime_ns = NOW - 50 * SECOND - i,
        .mode = 0100644,
    };
}

static inline void sha_of(unsigned i, unsigned char ret[SHA256_BYTES])
{
    memset(ret, 0, SHA256_BYTES);
    memcpy(ret + 3, &i, sizeof i);
    ret[31] = 1;
}

/* File i: each third one has facts, each sixth one facts without a digest. */
struct sample {
    char path[80], text[400];
    unsigned char sha[SHA256_BYTES];
    const unsigned char *digest;
    struct file_stamp stamp;
    struct cached facts;
};

static inline struct sample *sample_init(struct sample *s, unsigned i)
{
    *s = (struct sample){.stamp = stamp_of(i)};
    snprintf(s->path, sizeof s->path, "folder-%u/file-%u.py", i % 97, i);
    sha_of(i, s->sha);
    if (i % 3 == 0) {
        size_t n = 1 + i * 7 % (sizeof s->text - 1);
        memset(s->text, 'a' + (int)(i % 26), n);
        s->facts.frame = str_n(s->text, n);
        s->digest = i % 6 ? s->sha : NULL;
    }
    s->facts.bytes_read = 5 * i;
    s->facts.binary = i % 5 == 0;
    return s;
}

static inline void assert_cached(const struct cached *is, const struct cached *want)
{
    assert_int_equal(is->frame.n, want->frame.n);
    assert_true(str_eq(is->frame, want->frame));
    assert_int_equal(is->bytes_read, want->bytes_read);
    assert_int_equal(is->binary, want->binary);
}

static inline int put_sample(struct cache *c, unsigned i)
{
    struct sample s;

    sample_init(&s, i);
    return cache_put(c, str_z(s.path), &s.stamp, s.digest, &s.facts);
}

static inline bool find_sample(const struct cache *c, unsigned i)
{
    struct sample s;
    struct cached is;

    sample_init(&s, i);
    if (!cache_find(c, str_z(s.path), &s.stamp, &is))
        return false;
    assert_cached(&is, &s.facts);
    return true;
}

static inline bool find_sample_content(const struct cache *c, unsigned i)
{
    struct sample s;
    struct cached is;

    sample_init(&s, i);
    if (!cache_find_content(c, str_z(s.path), s.sha, &is))
        return false;
    assert_cached(&is, &s.facts);
    return true;
}

static inline void commit(struct cache *c)
{
    struct diag d = {0};
    int rc = cache_commit(c, &d);

    if (rc)
        print_error("%s: %s\n", d.file, d.text);
    assert_int_equal(rc, 0);
}

static inline void store(unsigned n)
{
    struct cache *c = open_at(NOW);

    for (unsigned i = 0; i < n; i++)
        assert_int_equal(put_sample(c, i), 0);
    commit(c);
    cache_close(c);
}

static inline void cache_path(char ret[256])
{
    struct cache *c = open_at(NOW);

    in_folder(c->name, ret);
    cache_close(c);
}

static inline struct stat stat_cache(void)
{
    char path[256];
    struct stat st;

    cache_path(path);
    assert_int_equal(stat(path, &st), 0);
    return st;
}

static inline unsigned names_in_folder(void)
{
    DIR *dir = opendir(folder);
    unsigned n = 0;

    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

#endif

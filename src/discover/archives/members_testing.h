/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of containers: examines bytes as a worker that may open them does. Include after
 * cmocka.h; members_start/members_stop as group set-up and tear-down.
 *
 *     AUTO(opened) o = {.path = "x/a.zip", .content = buf_str(&zip)};
 *     open_item(&o);
 *     opened_says(&o, "d/package.json", KIND_PACKAGE)     assets of a kind at a member
 *     opened_gap(&o, "b", "encrypted")                    gaps there with these words
 */
#ifndef STANCE_DISCOVER_ARCHIVES_MEMBERS_TESTING_H
#define STANCE_DISCOVER_ARCHIVES_MEMBERS_TESTING_H

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "discover/archives/members.h"
#include "formats/archive/testing.h"

struct opened {
    const char *path;
    struct str content;
    struct archive_limits limits; /* zero: the defaults */
    size_t memory;                /* of the arena, 0: plenty */
    bool all, no_library, closed, in_file;
    int folder; /* of an image layout; 0: none */
    int rc;
    struct arena arena;
    struct facts facts;
};

static struct values *opened_values;
static struct archive_library *opened_library;

static inline int members_start(void **state)
{
    struct diag d = {0};
    (void)state;
    return values_new(&CATALOG, STR(""), &opened_values, &d) ||
           archive_library_new(&opened_library, &d);
}

static inline int members_stop(void **state)
{
    (void)state;
    values_free(opened_values);
    archive_library_free(opened_library);
    return 0;
}

static inline void opened_done(struct opened *o)
{
    arena_done(&o->arena);
}

static inline int opened_file(struct str content)
{
    int fd = memfd_create("item", MFD_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t done = 0; done < content.n;) {
        ssize_t n = write(fd, content.p + done, content.n - done);
        assert_true(n > 0);
        done += (size_t)n;
    }
    return fd;
}

static inline void open_item(struct opened *o)
{
    struct diag d = {0};
    struct containers c = {.library = o->no_library ? NULL : opened_library,
                           .folder = o->folder ? o->folder : -1,
                           .limits = o->limits.members ? o->limits : archive_limits_default(),
                           .rules = o->all ? walk_rules_none() : NULL};
    arena_done(&o->arena);
    o->arena = (struct arena)ARENA(o->memory ? o->memory : (size_t)256 << 20);
    struct item it = {.path = str_z(o->path),
                      .mode = S_IFREG | 0644,
                      .fd = o->in_file ? opened_file(o->content) : -1,
                      .bytes = o->content,
                      .arena = &o->arena,
                      .limits = limits_default(),
                      .catalog = &CATALOG,
                      .values = opened_values,
                      .containers = o->closed ? NULL : &c};
    o->facts = (struct facts){0};
    o->rc = detect_item(&it, &o->facts, &d);
    if (o->in_file)
        close(it.fd);
}

static inline size_t opened_count(const struct opened *o, enum fact_type type)
{
    size_t n = 0;
    for (size_t i = 0; i < o->facts.n; i++)
        n += o->facts.v[i].type == type;
    return n;
}

/* Assets of a kind at a member; NULL: anywhere. */
static inline size_t opened_says(const struct opened *o, const char *member, enum kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < o->facts.n; i++) {
        const struct fact *f = &o->facts.v[i];
        n += f->type == FACT_ASSET && f->asset.kind == kind &&
             (!member || str_eq_z(f->at.member, member));
    }
    return n;
}

static inline size_t opened_values_at(const struct opened *o, const char *member)
{
    size_t n = 0;
    for (size_t i = 0; i < o->facts.n; i++)
        n += o->facts.v[i].type == FACT_VALUE && str_eq_z(o->facts.v[i].at.member, member);
    return n;
}

static inline const struct fact *opened_gap(const struct opened *o, const char *member,
                                            const char *words)
{
    for (size_t i = 0; i < o->facts.n; i++) {
        const struct fact *f = &o->facts.v[i];
        if (f->type == FACT_GAP && str_eq_z(f->at.member, member) &&
            str_has(f->reason, str_z(words)))
            return f;
    }
    return NULL;
}

/* A key of the right shape; never written down whole. */
static inline void add_key(struct buf *b, unsigned seed)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    buf_addz(b, "gs");
    buf_addz(b, "k_");
    for (int i = 0; i < 52; i++) {
        seed = seed * 1103515245u + 12345u;
        buf_addc(b, letters[(seed >> 16) % 62]);
    }
}

#define MANIFEST                                                                                   \
    STR("{\"name\": \"bot\", \"dependencies\": {\"openai\": \"^4.0.0\", \"groq-sdk\": "            \
        "\"1.0.0\"}}")

#endif

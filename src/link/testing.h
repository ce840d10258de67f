/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of link/: an estate in memory, fed with what detectors would say of its files.
 * Include after cmocka.h.
 *
 *     AUTO(estate) e = {0};
 *     estate_open(&e, targets, n);
 *     estate_begin(&e);                    one file:
 *     emit_origin(&e.emit, ...);           as in a detector
 *     estate_item(&e, 0, "a/.git/config");
 *     estate_seal(&e, NULL);               e.inv is sealed
 */
#ifndef STANCE_LINK_TESTING_H
#define STANCE_LINK_TESTING_H

#include <sys/stat.h>

#include "discover/emit.h"
#include "link/link_internal.h"

struct estate {
    struct arena mem;
    struct link *link;
    struct emit emit;
    struct inventory inv;
};

static inline void estate_done(struct estate *e)
{
    inventory_done(&e->inv);
    link_free(e->link);
    arena_done(&e->mem);
}

static inline void estate_open(struct estate *e, const struct target *targets, size_t n)
{
    e->mem = (struct arena)ARENA(0);
    assert_int_equal(link_new(targets, n, &CATALOG, &e->link), 0);
}

static inline void estate_begin(struct estate *e)
{
    emit_init(&e->emit, &e->mem, NULL);
    e->emit.collector = "test";
}

static inline void estate_item(struct estate *e, uint32_t target, const char *path)
{
    AUTO(buf) frame = BUF_INIT;
    AUTO(arena) mem = ARENA(0);
    struct diag d = {0};
    struct item_result it = {
        .target = target, .path = str_z(path), .size = 100, .mode = S_IFREG | 0644};
    assert_int_equal(emit_result(&e->emit), 0);
    e->emit.facts.bytes_read = 100;
    fact_write(&e->emit.facts, &frame);
    emit_done(&e->emit);
    it.raw_path = it.path;
    it.frame = buf_str(&frame);
    assert_int_equal(fact_read(it.frame, target, &it.path, &mem, &it.facts, &d), 0);
    assert_int_equal(link_item(e->link, &it), 0);
    struct discover_count counted = {
        .files = 1, .bytes = it.facts.bytes_read, .binaries = it.facts.binary};
    if (!str_starts(it.path, STR("../")))
        link_counts(e->link, target, &counted);
}

static inline void estate_origin(struct estate *e, uint32_t target, const char *path,
                                 const char *url)
{
    estate_begin(e);
    emit_origin(&e->emit, str_z(url), (struct place){.offset = -1});
    estate_item(e, target, path);
}

static inline void estate_owner(struct estate *e, uint32_t target, const char *path,
                                const char *pattern, const char *owner)
{
    struct str name = str_z(owner);
    estate_begin(e);
    emit_owner_rule(&e->emit, str_z(pattern), &name, 1, (struct place){.line = 1, .offset = 0});
    estate_item(e, target, path);
}

/* An instruction file: its id follows from scope and path alone. */
static inline void estate_file(struct estate *e, uint32_t target, const char *path)
{
    estate_begin(e);
    emit_asset(&e->emit, KIND_INSTRUCTION_FILE, str_z(path), (struct place){.offset = -1});
    estate_item(e, target, path);
}

static inline void estate_seal(struct estate *e, const struct known_targets *known)
{
    struct diag d = {0};
    assert_int_equal(link_name(e->link, known, &d), 0);
    assert_int_equal(inventory_init(&e->inv, 0), 0);
    assert_int_equal(link_finish(e->link, &e->inv, &d), 0);
    assert_int_equal(inventory_seal(&e->inv), 0);
}

/* The only asset of a kind that was seen at a path. */
static inline const struct asset *estate_asset(const struct estate *e, enum kind kind,
                                               uint32_t target, const char *path)
{
    const struct asset *found = NULL;
    vec_each (a, &e->inv.assets) {
        for (size_t i = 0; i < a->n_places; i++)
            if (a->kind == kind && a->places[i].at.target == target &&
                str_eq_z(a->places[i].at.path, path)) {
                assert_true(!found || found == a);
                found = a;
            }
    }
    return found;
}

static inline size_t estate_count(const struct estate *e, enum kind kind)
{
    size_t n = 0;
    vec_each (a, &e->inv.assets)
        n += a->kind == kind;
    return n;
}

#endif

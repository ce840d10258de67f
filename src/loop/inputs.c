/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a turn rests on beside the store. */
#include <elf.h>
#include <link.h>

#include "base/log.h"
#include "loop/inputs.h"
#include "loop/version.gen.h"

static void add_int(struct inputs *in, uint64_t v)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(v >> (8 * i));
    sha256_add(&in->h, str_n((const char *)bytes, sizeof(bytes)));
}

/* ---- this program ---- */

/* The linker's digest of the file that runs: detectors, rules and controls are code in it. */
static struct str note_of(const char *at, size_t n)
{
    while (n >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) note;
        memcpy(&note, at, sizeof(note));
        size_t name = ((size_t)note.n_namesz + 3) & ~(size_t)3;
        size_t all = sizeof(note) + name + (((size_t)note.n_descsz + 3) & ~(size_t)3);
        if (all > n)
            break;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
            !memcmp(at + sizeof(note), "GNU", 4))
            return str_n(at + sizeof(note) + name, note.n_descsz);
        at += all;
        n -= all;
    }
    return STR_NULL;
}

static int find_build_id(struct dl_phdr_info *info, size_t size UNUSED, void *ctx)
{
    struct str *ret = ctx;
    for (int i = 0; i < info->dlpi_phnum && !ret->p; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];
        if (h->p_type == PT_NOTE)
            *ret = note_of((const char *)(uintptr_t)(info->dlpi_addr + h->p_vaddr), h->p_memsz);
    }
    return 1; /* the first object is the program */
}

struct str inputs_build(void)
{
    struct str build = STR_NULL;
    dl_iterate_phdr(find_build_id, &build);
    return build.n ? build : STR("");
}

int inputs_begin(struct inputs *in, const struct loop_options *o)
{
    struct str build = inputs_build();
    /* A part of a target says nothing of the rest. */
    *in = (struct inputs){.n_targets = o->discover.n_targets,
                          .comparable = build.n && !o->discover.only_path.n};
    int rc = sha256_init(&in->h);
    sha256_field(&in->h, build);
    sha256_field(&in->h, STR(STANCE_VERSION));
    sha256_field(&in->h, str_z(walk_rules_catalog(o->discover.rules)->digest));
    add_int(in, o->allow_weak_sandbox);
    add_int(in, o->discover.n_targets);
    for (size_t i = 0; i < o->discover.n_targets; i++) {
        const struct target *t = &o->discover.targets[i];
        sha256_field(&in->h, t->given);
        sha256_field(&in->h, t->root);
        sha256_field(&in->h, t->name);
        add_int(in, t->single_file);
    }
    return rc;
}

/* ---- what was found ---- */

void inputs_item(struct inputs *in, const struct item_result *it)
{
    add_int(in, it->target);
    add_int(in, it->size);
    add_int(in, it->mode);
    add_int(in, (uint64_t)(int64_t)it->code);
    add_int(in, it->state);
    sha256_field(&in->h, it->raw_path);
    sha256_field(&in->h, it->path);
    sha256_field(&in->h, it->reason);
    sha256_field(&in->h, it->frame);
}

static int row_cmp(const void *pa, const void *pb, void *ctx UNUSED)
{
    const struct coverage_row *a = *(const struct coverage_row *const *)pa;
    const struct coverage_row *b = *(const struct coverage_row *const *)pb;
    const uint64_t x[] = {a->target, a->state, a->files, a->bytes};
    const uint64_t y[] = {b->target, b->state, b->files, b->bytes};
    int c = str_cmp(a->path, b->path);
    c = c ? c : str_cmp(a->source, b->source);
    c = c ? c : str_cmp(a->reason, b->reason);
    c = c ? c : str_cmp(a->collectors, b->collectors);
    for (size_t i = 0; !c && i < ARRAY_LEN(x); i++)
        c = x[i] < y[i] ? -1 : x[i] > y[i];
    return c;
}

/* Rows come in the order in which threads met them. */
static int add_rows(struct inputs *in, const struct discover_report *r)
{
    struct {
        VEC(const struct coverage_row *);
    } rows = {0};
    int rc = 0;
    vec_each (row, &r->coverage) {
        if (!rc)
            rc = vec_push(&rows, row);
    }
    if (!rc)
        rc = vec_sort(&rows, row_cmp, NULL);
    add_int(in, r->coverage.n);
    for (size_t i = 0; !rc && i < rows.n; i++) {
        const struct coverage_row *row = rows.v[i];
        add_int(in, row->target);
        add_int(in, row->state);
        add_int(in, row->files);
        add_int(in, row->bytes);
        sha256_field(&in->h, row->source);
        sha256_field(&in->h, row->path);
        sha256_field(&in->h, row->reason);
        sha256_field(&in->h, row->collectors);
    }
    vec_free(&rows);
    return rc;
}

int inputs_end(struct inputs *in, const struct discover_report *r, struct buf *ret)
{
    unsigned char digest[SHA256_BYTES];
    sha256_field(&in->h, STR("end")); /* no item begins so */
    add_int(in, r->level);
    for (size_t i = 0; r->counts && i < in->n_targets; i++) {
        add_int(in, r->counts[i].files);
        add_int(in, r->counts[i].bytes);
        add_int(in, r->counts[i].members);
        add_int(in, r->counts[i].binaries);
        for (int k = 0; k < CATALOG_TEXTS; k++)
            add_int(in, r->counts[i].texts[k]);
    }
    int rc = add_rows(in, r);
    if (!rc)
        rc = sha256_end(&in->h, digest);
    if (rc || !in->comparable || !r->deterministic)
        return rc;
    buf_add_hex(ret, digest, sizeof(digest));
    return buf_result(ret);
}

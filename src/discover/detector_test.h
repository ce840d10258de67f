/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For detector tests: runs one detector on a text under a path and writes what it said as lines, so
 * that a test is a comparison with the expected text. Include after cmocka.h.
 *
 *     detector_says(&DETECTOR_CODEOWNERS, "CODEOWNERS", "*.c @org/c\n",
 *                   "rule *.c -> @org/c @1:1\n");
 *     AUTO(detector_run) r = {.detector = &DETECTOR_X, .path = "a", .content = STR("b"),
 *                             .catalog = &small, .values = v};
 *     detector_dump(&r);                       r.text holds the lines, r.facts the facts
 *     detector_survives(&DETECTOR_X, path, text)   every failing allocation, every small arena
 *
 * Lines:
 *     not wanted                               `wants` refused the path; nothing ran
 *     failed: limit                            the result of run or emit_result
 *     0 asset mcp_server files @3:12 /mcpServers/files
 *       command = npx @4:18 /mcpServers/files/command       the place when it is not the asset's
 *       arguments = ["-y","x"] (resolved)                   the state when it is not declared
 *       url absent
 *       auth unresolved: reason
 *       unsaid: host, enabled                               attributes of the kind left out
 *     1 relation 0 connects 2 (declared) @…
 *     2 value SECRET openai-project-key, 164 characters, in 0 @…    "in item" for FACT_NONE
 *     rule PATTERN -> OWNER OWNER @…      owner NAME of 0, SOURCE 80 @…      origin URL @…
 *     gap partial: REASON @…
 *     import python openai @1:1           "(unsure)" without a proof; module and project likewise
 * Facts that others may name begin with their number: assets, relations and values.
 */
#ifndef STANCE_DISCOVER_DETECTOR_TEST_H
#define STANCE_DISCOVER_DETECTOR_TEST_H

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "discover/item.h"

struct detector_run {
    const struct detector *detector;
    const char *path;
    struct str content;
    const struct catalog *catalog; /* NULL: the built-in one */
    struct values *values;         /* NULL: nothing is redacted */
    struct syntax *syntax;         /* NULL: code is read by tokens */
    struct limits limits;          /* zero: the defaults */
    size_t memory;                 /* of the arena; 0: 64 MiB */
    struct arena arena;
    struct facts facts;
    int rc;
    struct buf text;
};

static UNUSED void detector_run_done(struct detector_run *r)
{
    arena_done(&r->arena);
    if (r->text.p)
        buf_done(&r->text);
}

static void detector_place(struct buf *b, const struct place *p)
{
    buf_addz(b, " @");
    if (p->line)
        buf_addf(b, "%u:%u", p->line, p->column);
    if (p->pointer.n)
        buf_addf(b, "%s" STR_FMT, p->line ? " " : "", STR_ARG(p->pointer));
    if (!p->line && !p->pointer.n)
        buf_addz(b, "file");
    buf_addc(b, '\n');
}

static void detector_attribute(struct buf *b, const struct observation *o,
                               const struct attribute *t)
{
    buf_addf(b, "  %s", attr_info(t->attr)->name);
    if (t->state == STATE_ABSENT || t->state == STATE_UNRESOLVED) {
        buf_addf(b, " %s", ATTR_STATE_NAMES[t->state]);
        if (t->reason.n)
            buf_addf(b, ": " STR_FMT, STR_ARG(t->reason));
    } else {
        buf_addz(b, " = ");
        value_text(&t->value, b);
        if (t->state != STATE_DECLARED)
            buf_addf(b, " (%s)", ATTR_STATE_NAMES[t->state]);
    }
    if (t->at.line == o->at.line && t->at.column == o->at.column &&
        str_eq(t->at.pointer, o->at.pointer))
        buf_addc(b, '\n');
    else
        detector_place(b, &t->at);
}

static void detector_asset(struct buf *b, const struct observation *o)
{
    const struct kind_info *k = kind_info(o->kind);
    const char *sep = "  unsaid: ";
    buf_addf(b, "asset %s " STR_FMT, k->name, STR_ARG(o->name));
    detector_place(b, &o->at);
    for (size_t i = 0; i < o->n_attrs; i++)
        detector_attribute(b, o, &o->attrs[i]);
    for (int i = k->first_attr; i < k->first_attr + k->attrs; i++) {
        if (observation_attr(o, (enum attr)i))
            continue;
        buf_addf(b, "%s%s", sep, attr_info((enum attr)i)->name);
        sep = ", ";
    }
    if (*sep == ',')
        buf_addc(b, '\n');
}

static void detector_value(struct buf *b, const struct fact *f)
{
    buf_addf(b, "value %s " STR_FMT ", %u characters, in ", DATA_CLASS_NAMES[f->value.class],
             STR_ARG(f->value.kind), f->value.length);
    if (f->from == FACT_NONE)
        buf_addz(b, "item");
    else
        buf_addf(b, "%u", f->from);
}

static void detector_fact(struct buf *b, const struct fact *f)
{
    switch (f->type) {
    case FACT_ASSET: detector_asset(b, &f->asset); return;
    case FACT_RELATION:
        buf_addf(b, "relation %u %s %u (%s)", f->from, VERB_NAMES[f->verb], f->to,
                 RELATION_STATE_NAMES[f->relation_state]);
        break;
    case FACT_VALUE: detector_value(b, f); break;
    case FACT_OWNER_RULE:
        buf_addf(b, "rule " STR_FMT " ->", STR_ARG(f->pattern));
        for (size_t i = 0; i < f->n_owners; i++)
            buf_addf(b, " " STR_FMT, STR_ARG(f->owners[i]));
        break;
    case FACT_OWNER:
        buf_addz(b, "owner ");
        if (f->n_owners) /* none: memory ran out */
            buf_add(b, f->owners[0]);
        buf_addz(b, " of ");
        if (f->from == FACT_NONE)
            buf_addz(b, "its folder");
        else
            buf_addf(b, "%u", f->from);
        buf_addf(b, ", " STR_FMT " %u", STR_ARG(f->source), f->confidence);
        break;
    case FACT_ORIGIN: buf_addf(b, "origin " STR_FMT, STR_ARG(f->pattern)); break;
    case FACT_IMPORT:
        buf_addf(b, "import " STR_FMT " " STR_FMT "%s", STR_ARG(f->source), STR_ARG(f->pattern),
                 f->sure ? "" : " (unsure)");
        break;
    case FACT_MODULE:
        buf_addf(b, "module " STR_FMT " " STR_FMT, STR_ARG(f->source), STR_ARG(f->pattern));
        break;
    case FACT_PROJECT:
        buf_addf(b, "project " STR_FMT "%s" STR_FMT, STR_ARG(f->source), f->pattern.n ? " " : "",
                 STR_ARG(f->pattern));
        if (f->reason.n)
            buf_addf(b, " called " STR_FMT, STR_ARG(f->reason));
        break;
    case FACT_PLUGIN: buf_addf(b, "plugin of " STR_FMT, STR_ARG(f->source)); break;
    case FACT_PATTERN: buf_addf(b, "pattern of " STR_FMT, STR_ARG(f->source)); break;
    case FACT_TYPES: break;
    case FACT_GAP:
        buf_addf(b, "gap %s: " STR_FMT, COVERAGE_STATE_NAMES[f->gap], STR_ARG(f->reason));
        break;
    }
    detector_place(b, &f->at);
}

static void detector_write(struct detector_run *r)
{
    if (r->rc)
        buf_addf(&r->text, "failed: %s\n", err_name(r->rc));
    for (size_t i = 0; i < r->facts.n; i++) {
        const struct fact *f = &r->facts.v[i];
        if (f->type == FACT_ASSET || f->type == FACT_RELATION || f->type == FACT_VALUE)
            buf_addf(&r->text, "%zu ", i);
        detector_fact(&r->text, f);
    }
}

static int detector_memfd(struct str content)
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

static int detector_call(const struct detector *det, struct item *it, struct emit *e)
{
    int rc = item_begin(it);
    if (rc)
        return rc;
    if (det->need != ITEM_SCAN)
        return det->run(it, e);
    struct scan_window w = {.line = 1, .column = 1};
    rc = item_text(it, &w.text);
    w.limit = w.text.n;
    if (!rc)
        rc = values_search(it->values, w.text, &w.hits);
    return rc ? rc : det->on_window(it, e, &w);
}

/* Run and write the lines; may be called again on the same run. */
static void detector_dump(struct detector_run *r)
{
    const struct detector *det = r->detector;
    const struct catalog *c = r->catalog ? r->catalog : &CATALOG;
    struct item_cache cache = {0};
    struct emit e;
    detector_run_done(r);
    r->text = (struct buf)BUF_INIT;
    r->arena = (struct arena)ARENA(r->memory ? r->memory : (size_t)64 << 20);
    r->facts = (struct facts){0};
    r->rc = 0;
    if (det->wants && !det->wants(c, str_z(r->path))) {
        buf_addz(&r->text, "not wanted\n");
        return;
    }
    emit_init(&e, &r->arena, r->values);
    e.collector = det->id;
    struct item it = {.path = str_z(r->path),
                      .size = r->content.n,
                      .mode = S_IFREG | 0644,
                      .fd = detector_memfd(r->content),
                      .arena = &r->arena,
                      .limits = r->limits.bytes ? r->limits : limits_default(),
                      .catalog = c,
                      .values = r->values,
                      .syntax = r->syntax,
                      .emit = &e,
                      .cache = &cache};
    r->rc = detector_call(det, &it, &e);
    if (!r->rc)
        r->rc = emit_result(&e);
    r->facts = e.facts;
    emit_done(&e);
    close(it.fd);
    detector_write(r);
}

static UNUSED void detector_says(const struct detector *det, const char *path, const char *content,
                                 const char *expected)
{
    AUTO(detector_run) r = {.detector = det, .path = path, .content = str_z(content)};
    detector_dump(&r);
    assert_int_equal(buf_result(&r.text), 0);
    assert_string_equal(r.text.p, expected);
}

/* Whatever allocation fails, the detector comes back and frees what it took. */
static UNUSED void detector_survives_run(struct detector_run *r)
{
    for (size_t cap = 64; cap < (size_t)1 << 20; cap += cap / 4) {
        r->memory = cap;
        detector_dump(r);
    }
    r->memory = 0;
    for (size_t n = 1; n < 200; n++) {
        mem_fail_after(n);
        detector_dump(r);
        mem_fail_after(0);
    }
    detector_dump(r);
    assert_int_equal(r->rc, 0);
}

static UNUSED void detector_survives(const struct detector *det, const char *path,
                                     const char *content)
{
    AUTO(detector_run) r = {.detector = det, .path = path, .content = str_z(content)};
    detector_survives_run(&r);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A detector turns one item into facts. One file in detectors/, a const descriptor on top, its name
 * in detectors/LIST, its test beside it. It runs in a worker: it sees bytes, never the file system,
 * the store or other items.
 *
 *     const struct detector DETECTOR_CODEOWNERS = {
 *         .id = "codeowners",
 *         .title = "Code owners of GitHub and GitLab",
 *         .version = 1,
 *         .wants = wants_codeowners,          by path (and size), before the item is read
 *         .need = ITEM_TEXT,
 *         .run = run_codeowners,
 *     };
 *
 *     static int run_codeowners(struct item *it, struct emit *e)
 *     {
 *         struct str text, line;
 *         int rc = item_text(it, &text);      E_LIMIT: a gap is already recorded
 *         ...
 *         emit_owner_rule(e, pattern, owners, n, line_number);
 *         return 0;                           emit errors are sticky: emit_result(e) at the end
 *     }
 *
 * A detector that examined the place of an asset says every attribute of its kind it could have
 * seen there: emit_absent() when it is not set, emit_unresolved() when it could not tell. Strings
 * given to emit_* pass through the redactor.
 */
#ifndef STANCE_DISCOVER_DETECTOR_H
#define STANCE_DISCOVER_DETECTOR_H

#include "catalog/catalog.h"
#include "catalog/model_names.h"
#include "discover/content.h"
#include "discover/fact.h"
#include "formats/doc.h"
#include "match/syntax.h"
#include "values/values.h"

#define ITEM_HEAD_BYTES 4096u

struct stopwatch;

enum item_need {
    ITEM_HEAD, /* first 4 KiB and ranges (item_range) */
    ITEM_TEXT, /* all bytes as text: UTF-8, or UTF-16 turned into UTF-8 */
    ITEM_SCAN, /* texts of any size, in windows: on_window */
};

/*
 * A file of the target (fd), or bytes in memory (fd -1): a member of an archive, a blob of a
 * repository. Detectors know files by `path`, places name `outer` and `member`: of the member
 * c.json in the archive b.zip in the archive x/a.tar, path is "c.json", outer "x/a.tar" and member
 * "b.zip!/c.json".
 */
struct item {
    struct str path;   /* relative to the target; of a member its own path, without ".." */
    struct str outer;  /* the file of the target that holds it; empty: `path` is that file */
    struct str member; /* where in `outer` it stands, empty outside of one */
    uint64_t size;
    uint32_t mode; /* st_mode */
    uint32_t target;
    int fd;                /* -1: the content is in memory */
    struct str bytes;      /* then: all of it, or what comes before the stream */
    const struct doc *doc; /* or NULL: what it is as a document; values in it get pointers */
    struct item_stream *stream;
    bool changed;    /* while it was brought into memory */
    bool hidden;     /* not there any more (a layer of an image): only classified values count */
    struct str head; /* first bytes, at most ITEM_HEAD_BYTES */
    enum content content;
    bool binary;         /* CONTENT_BINARY */
    struct arena *arena; /* memory of this item */
    struct buf *window;  /* room for parts of it that the worker keeps, or NULL */
    struct limits limits;
    const struct catalog *catalog;
    struct values *values;
    struct syntax *syntax;               /* NULL (tests): code is read by tokens */
    struct model_names *models;          /* see item_models; NULL (tests): names stay as they are */
    const struct containers *containers; /* NULL: this worker may not open any (members.h) */
    struct stopwatch *spent;             /* spent.h; NULL: nobody asks for --stats */
    struct emit *emit;                   /* private */
    struct item_cache *cache;
};

/*
 * The rest of a member that is not held in memory, read when somebody asks for it: first kept
 * behind item.bytes (which may move), then read once, forwards.
 */
struct item_stream {
    /* Keep `want` bytes from the start, or all there are; *ret_all are those that are kept. */
    int (*keep)(void *ctx, size_t want, struct str *ret_all);
    int (*read)(void *ctx, char *to, size_t n, size_t *ret_got); /* no bytes: the end */
    void *ctx;
    size_t keep_max;
    uint64_t at; /* offset in the item of what `read` gives next; 0: nothing was read */
};

/* The whole item; cached. E_LIMIT (gap recorded), E_IO (gap recorded), E_NOMEM. */
int item_text(struct item *it, struct str *ret) MUST_CHECK;
/* Bytes [offset, offset + n) of the raw file, shorter only at its end. E_IO; E_LIMIT (gap recorded)
 * when they were read before and not kept. */
int item_range(struct item *it, uint64_t offset, size_t n, struct str *ret) MUST_CHECK;
/* The item as a document; cached per format. On damage: gap `partial` recorded with the position,
 * *ret holds what could be read, and the result is 0. E_PARSE when nothing could be read. */
int item_doc(struct item *it, enum doc_format format, const struct doc **ret) MUST_CHECK;

/* The same for configuration that its reader refuses unless it is an object: with anything else the
 * gap `failed` is recorded once, and E_PARSE. YAML without any value is an empty document. */
int item_object(struct item *it, enum doc_format format, const struct doc **ret) MUST_CHECK;

/* Names of models, read when somebody asks first; NULL: there are none, or no memory. */
const struct model_names *item_models(struct item *it);

struct emit;
/* An asset seen at `at`; the number to use with the calls below. */
uint32_t emit_asset(struct emit *e, enum kind kind, struct str name, struct place at);
void emit_str(struct emit *e, uint32_t asset, enum attr a, struct str v, struct place at);
/* Which row of the catalogue saw it, as `stance catalog show` prints: "openai packages.npm openai".
 * `member`: member and sub-member. */
void emit_catalog_row(struct emit *e, uint32_t asset, enum attr a,
                      const struct catalog_entry *entry, const char *const member[2],
                      struct str text, struct place at);
void emit_int(struct emit *e, uint32_t asset, enum attr a, int64_t v, struct place at);
void emit_bool(struct emit *e, uint32_t asset, enum attr a, bool v, struct place at);
void emit_list(struct emit *e, uint32_t asset, enum attr a, const struct str *v, size_t n,
               struct place at);
void emit_absent(struct emit *e, uint32_t asset, enum attr a, struct place at);
void emit_unresolved(struct emit *e, uint32_t asset, enum attr a, const char *reason,
                     struct place at);
/* Change the state of the attribute emitted last (default: declared). */
void emit_state(struct emit *e, enum attr_state state);
void emit_relation(struct emit *e, uint32_t from, enum verb verb, uint32_t to,
                   enum relation_state state, struct place at);
/*
 * `holder` FACT_NONE: the item itself. The value stands in the bytes [at.offset, at.offset +
 * hit->end - hit->start); one that overlaps a value emitted before (by a detector that knew the
 * structure) is the same value and is dropped.
 */
void emit_value(struct emit *e, uint32_t holder, const struct value_hit *hit, struct place at);
/* A pattern "[Name]" without owners starts a section (GitLab): each section has its own last match.
 */
void emit_owner_rule(struct emit *e, struct str pattern, const struct str *owners, size_t n,
                     struct place at);
void emit_owner(struct emit *e, uint32_t asset, struct str owner, const char *source,
                unsigned confidence, struct place at);
void emit_origin(struct emit *e, struct str url, struct place at);
/* FACT_IMPORT: `at` is the statement. FACT_MODULE, FACT_PROJECT: the item itself; `read`: some
 * detector tells what it declares, `own`: it is this package of the catalogue, or empty. */
void emit_import(struct emit *e, const struct catalog_import *row, bool sure, struct place at);
void emit_module(struct emit *e, struct str language, struct str name, struct place at);
void emit_project(struct emit *e, const char *language, bool read, struct str own, struct place at);
/* The item is the manifest of a plugin of this host. */
void emit_plugin(struct emit *e, const struct catalog_entry *host, struct place at);
/* The item holds a pattern that finds keys of this vendor. */
void emit_pattern(struct emit *e, const struct catalog_entry *vendor, struct place at);
/* Of the project emitted last: what its file calls it. */
void emit_project_name(struct emit *e, struct str name);
void emit_gap(struct emit *e, enum coverage_state state, struct place at, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* The item is of a format that nobody reads: counted, and told once a target. */
void emit_no_reader(struct emit *e, const struct catalog_unread *format, struct place at);
int emit_result(const struct emit *e) MUST_CHECK; /* 0, E_NOMEM, E_LIMIT */

/*
 * A piece of a text of any size. Windows overlap by SCAN_OVERLAP bytes: a detector reports what
 * starts before `limit`, and can then see SCAN_OVERLAP bytes of it. `line` and `column` belong to
 * the first byte.
 */
#define SCAN_OVERLAP 4096
struct scan_window {
    struct str text;
    const struct literal_hits *hits; /* literals of the catalogue in `text` */
    size_t limit;
    uint64_t base; /* offset of text in the item */
    unsigned line, column;
};

/* Places inside the item. */
struct place place_item(const struct item *it);
struct place place_window(const struct item *it, const struct scan_window *w, size_t offset);
struct place place_node(struct item *it, const struct doc *doc, const struct node *n);
struct place place_offset(struct item *it, struct str text, size_t offset);
/* With the pointer of the innermost node of `doc` (in it->arena) that holds at.offset. */
struct place place_pointed(struct item *it, const struct doc *doc, struct place at);

/*
 * One pass over a text finds all literals of the catalogue, and their groups decide which detectors
 * look at it more closely: those with `triggers` run last, and only on texts that hold a literal of
 * one of their groups.
 */
struct detector {
    const char *id, *title;
    unsigned version; /* raised when its facts change: invalidates caches */
    bool (*wants)(const struct catalog *c, struct str path); /* NULL: every item */
    unsigned triggers; /* set of enum literal_group; 0: not decided by literals */
    enum item_need need;
    int (*run)(struct item *it, struct emit *e);
    int (*on_window)(struct item *it, struct emit *e, const struct scan_window *w); /* ITEM_SCAN */
};

/* The detector of what no other one reads. */
#define UNREAD_FORMATS COVERAGE_UNREAD

extern const struct detector *const DETECTORS[];
extern const int DETECTOR_COUNT;

/* Worker side: run every wanted detector on one item. Of one in memory the caller sets mode. */
int detect_item(struct item *it, struct facts *ret, struct diag *d) MUST_CHECK;

/*
 * From inside an item that is being examined: the same for something it holds, which says its facts
 * into those of `outer`. `in` has path, member, mode and content, of a stream also the size; what
 * it reads lives in in->arena, which is not that of `outer` and may be emptied afterwards, as may
 * its path, member and bytes. A failure of the item itself is a gap; the result is that of emit.
 */
int detect_inner(struct item *outer, struct item *in) MUST_CHECK;

#endif

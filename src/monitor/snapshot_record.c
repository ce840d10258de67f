/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which parts of a record stance/1 count when two of them are compared. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "formats/json.h"
#include "monitor/snapshot.h"
#include "sandbox/frame.h"

#define RECORD_BYTES  ((size_t)512 << 20)
#define RECORD_MEMORY ((size_t)3 << 30)

/* --- one thing ---------------------------------------------------------------------------- */

struct thing {
    const struct doc *doc;
    struct snapshot *to;
    struct str subject, id;
    int error;
};

static void add(struct thing *t, struct str attribute, struct str value)
{
    if (!t->error)
        t->error = snapshot_add(t->to, t->subject, t->id, attribute, value);
}

static void add_member(struct thing *t, const struct node *n, const char *name)
{
    struct str value = node_text(t->doc, node_get(t->doc, n, str_z(name)));
    if (value.n)
        add(t, str_z(name), value);
}

/* Scalars as text, the rest as it stands. */
static struct str value_of(const struct doc *doc, const struct node *n)
{
    return n && n->type >= NODE_ARRAY ? str_sub(doc->text, n->off, n->end) : node_text(doc, n);
}

static void place_name(const struct doc *doc, const struct node *evidence, struct buf *out)
{
    static const char *const parts[] = {"path", "member", "pointer", "url"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct str part = node_str(doc, evidence, str_z(parts[i]));
        if (part.n && out->n)
            buf_addc(out, ' ');
        buf_add(out, part);
    }
}

/* "value", or the state where there is none, or both where it is not declared. */
static void attribute(struct thing *t, const struct node *a, struct str where)
{
    AUTO(buf) name = BUF_INIT;
    AUTO(buf) text = BUF_INIT;
    struct str state = node_str(t->doc, a, STR("state"));
    const struct node *value = node_get(t->doc, a, STR("value"));
    buf_add(&name, node_key(t->doc, a));
    if (where.n)
        buf_addf(&name, " at " STR_FMT, STR_ARG(where));
    buf_add(&text, value_of(t->doc, value));
    if (!value || !str_eq_z(state, "declared"))
        buf_addf(&text, value ? " (" STR_FMT ")" : STR_FMT, STR_ARG(state));
    if (buf_result(&name) || buf_result(&text))
        t->error = E_NOMEM;
    add(t, buf_str(&name), buf_str(&text));
}

static bool at_a_place(const struct doc *doc, const struct node *where, struct str name)
{
    node_each (doc, where, place) {
        if (node_get(doc, node_get(doc, place, STR("what")), name))
            return true;
    }
    return false;
}

static void places(struct thing *t, const struct node *where)
{
    node_each (t->doc, where, place) {
        AUTO(buf) name = BUF_INIT;
        AUTO(buf) at = BUF_INIT;
        place_name(t->doc, node_get(t->doc, place, STR("evidence")), &name);
        buf_addf(&at, "at " STR_FMT, STR_ARG(buf_str(&name)));
        if (buf_result(&name) || buf_result(&at))
            t->error = E_NOMEM;
        add(t, buf_str(&at), STR("there"));
        node_each (t->doc, node_get(t->doc, place, STR("what")), a) {
            attribute(t, a, buf_str(&name));
        }
    }
}

static void data_items(struct thing *t, const struct node *data)
{
    node_each (t->doc, node_get(t->doc, data, STR("items")), item) {
        AUTO(buf) name = BUF_INIT;
        buf_addf(&name, "data " STR_FMT " " STR_FMT, STR_ARG(node_str(t->doc, item, STR("class"))),
                 STR_ARG(node_str(t->doc, item, STR("kind"))));
        if (buf_result(&name))
            t->error = E_NOMEM;
        add(t, buf_str(&name), node_text(t->doc, node_get(t->doc, item, STR("count"))));
    }
}

/* --- parts of the record ------------------------------------------------------------------ */

static int asset(const struct doc *doc, const struct node *n, struct snapshot *to)
{
    struct thing t = {doc, to, STR("asset"), node_str(doc, n, STR("id")), 0};
    const struct node *where = node_get(doc, n, STR("where"));
    const struct node *owner = node_get(doc, n, STR("owner"));
    const struct node *risk = node_get(doc, n, STR("risk"));
    AUTO(buf) label = BUF_INIT;
    buf_addf(&label, STR_FMT " " STR_FMT, STR_ARG(node_str(doc, n, STR("kind"))),
             STR_ARG(node_str(doc, n, STR("name"))));
    if (buf_result(&label))
        return E_NOMEM;
    add(&t, STR(""), buf_str(&label));
    add_member(&t, n, "name");
    add_member(&t, n, "environment");
    add_member(&t, n, "criticality");
    add_member(&t, n, "sanction");
    add(&t, STR("labels"), value_of(doc, node_get(doc, n, STR("labels"))));
    add(&t, STR("owner"),
        node_get(doc, owner, STR("name")) ? node_str(doc, owner, STR("name"))
                                          : node_str(doc, owner, STR("state")));
    add(&t, STR("risk"), node_text(doc, node_get(doc, risk, STR("score"))));
    node_each (doc, node_get(doc, n, STR("what")), a) {
        if (!at_a_place(doc, where, node_key(doc, a)))
            attribute(&t, a, STR(""));
    }
    places(&t, where);
    data_items(&t, node_get(doc, n, STR("data")));
    return t.error;
}

static int finding(const struct doc *doc, const struct node *n, struct snapshot *to)
{
    struct thing t = {doc, to, STR("finding"), node_str(doc, n, STR("id")), 0};
    AUTO(buf) label = BUF_INIT;
    AUTO(buf) at = BUF_INIT;
    place_name(doc, node_first(doc, node_get(doc, n, STR("evidence"))), &at);
    buf_addf(&label, STR_FMT "  " STR_FMT, STR_ARG(node_str(doc, n, STR("control"))),
             STR_ARG(buf_str(&at)));
    if (buf_result(&label) || buf_result(&at))
        return E_NOMEM;
    add(&t, STR(""), buf_str(&label));
    add_member(&t, n, "severity");
    add_member(&t, n, "verdict");
    add_member(&t, n, "status");
    add_member(&t, n, "asset");
    return t.error;
}

/* The label of an asset that was read before, since a record has its assets first. */
static void add_label(const struct snapshot *s, const struct map *assets, struct str id,
                      struct buf *out)
{
    const uint64_t *row = map_get(assets, id);
    buf_add(out, row ? s->rows.v[*row].value : id);
}

static int label_relations(struct snapshot *s)
{
    AUTO(map) assets = MAP_INIT;
    for (size_t i = 0; i < s->rows.n; i++) {
        struct snapshot_row *r = &s->rows.v[i];
        AUTO(buf) label = BUF_INIT;
        struct str rest = r->id, from, verb;
        bool is_new;
        if (r->attribute.n)
            continue;
        if (str_eq_z(r->subject, "asset")) {
            uint64_t *slot = map_put(&assets, r->id, &is_new);
            if (!slot)
                return E_NOMEM;
            *slot = i;
        }
        if (!str_eq_z(r->subject, "relation") || !str_field(&rest, ' ', &from) ||
            !str_field(&rest, ' ', &verb))
            continue;
        add_label(s, &assets, from, &label);
        buf_addf(&label, " " STR_FMT " ", STR_ARG(verb));
        add_label(s, &assets, rest, &label);
        r->value = buf_result(&label) ? STR_NULL : arena_str(&s->mem, buf_str(&label));
        if (!r->value.p)
            return E_NOMEM;
    }
    return 0;
}

static int relation(const struct doc *doc, const struct node *n, struct snapshot *to)
{
    AUTO(buf) id = BUF_INIT;
    buf_addf(&id, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(node_str(doc, n, STR("from"))),
             STR_ARG(node_str(doc, n, STR("verb"))), STR_ARG(node_str(doc, n, STR("to"))));
    struct thing t = {doc, to, STR("relation"), buf_str(&id), buf_result(&id)};
    add(&t, STR(""), buf_str(&id));
    add_member(&t, n, "state");
    return t.error;
}

static int gap(const struct doc *doc, const struct node *n, struct snapshot *to)
{
    static const char *const states[] = {"denied", "failed", "partial", "unsupported"};
    struct str state = node_str(doc, n, STR("state"));
    for (size_t i = 0; i < ARRAY_LEN(states); i++)
        if (str_eq_z(state, states[i]))
            return snapshot_add(to, STR("gap"), node_str(doc, n, STR("path")), STR(""), state);
    return 0;
}

int snapshot_of_doc(const struct doc *doc, struct snapshot *ret, struct diag *d)
{
    static const struct {
        const char *part;
        int (*read)(const struct doc *doc, const struct node *n, struct snapshot *to);
    } parts[] = {
        {"coverage", gap}, {"assets", asset}, {"relations", relation}, {"findings", finding}};
    const struct node *root = doc_root(doc), *scan = node_get(doc, root, STR("scan"));
    if (!str_eq_z(node_str(doc, scan, STR("schema")), "stance/1")) {
        diag_set(d, E_PARSE, "this is no record of stance (schema stance/1)");
        diag_hint(d, "`stance scan --format json` and `stance report json` write one");
        return E_PARSE;
    }
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        node_each (doc, node_get(doc, root, str_z(parts[i].part)), it) {
            int rc = parts[i].read(doc, it, ret);
            if (rc)
                return diag_set(d, rc, "no memory to compare");
        }
    }
    int rc = label_relations(ret);
    return rc ? diag_set(d, rc, "no memory to compare") : 0;
}

/* --- the worker --------------------------------------------------------------------------- */

static int read_all(int fd, struct arena *a, struct str *ret, struct diag *d)
{
    struct stat st;
    size_t n = 0;
    if (fstat(fd, &st))
        return diag_errno(d, "cannot examine the record");
    if ((uint64_t)st.st_size > RECORD_BYTES)
        return diag_set(d, E_LIMIT, "the record is larger than 512 MiB");
    char *p = arena_alloc(a, (size_t)st.st_size + 1);
    while (p && n < (size_t)st.st_size) {
        ssize_t got = pread(fd, p + n, (size_t)st.st_size - n, (off_t)n);
        if (got < 0 && errno != EINTR)
            return diag_errno(d, "cannot read the record");
        if (!got)
            break;
        n += got > 0 ? (size_t)got : 0;
    }
    *ret = str_n(p, n);
    return p ? 0 : diag_set(d, E_NOMEM, "no memory to read a record");
}

static int flatten(int fd, struct snapshot *to, struct diag *d)
{
    AUTO(arena) a = ARENA(RECORD_MEMORY);
    struct limits lim = limits_default();
    struct str text;
    struct doc doc;
    lim.bytes = RECORD_BYTES;
    lim.items = 32u << 20;
    lim.memory = RECORD_MEMORY;
    int rc = read_all(fd, &a, &text, d);
    if (!rc)
        rc = json_parse(text, JSON_STRICT, &lim, &a, &doc, d);
    return rc ? rc : snapshot_of_doc(&doc, to, d);
}

static int handle(void *ctx UNUSED, const struct worker_request *request, struct buf *reply)
{
    struct snapshot s;
    struct diag d = {0};
    snapshot_init(&s);
    int rc = flatten(request->fd, &s, &d);
    frame_put_i64(reply, rc);
    frame_put_str(reply, str_z(d.text));
    frame_put_u32(reply, d.line);
    frame_put_u32(reply, d.column);
    frame_put_u32(reply, rc ? 0 : (uint32_t)s.rows.n);
    for (size_t i = 0; i < s.rows.n && !rc; i++) {
        frame_put_str(reply, s.rows.v[i].subject);
        frame_put_str(reply, s.rows.v[i].id);
        frame_put_str(reply, s.rows.v[i].attribute);
        frame_put_str(reply, s.rows.v[i].value);
    }
    snapshot_done(&s);
    return buf_result(reply);
}

static int read_reply(struct str reply, struct snapshot *ret, struct diag *d)
{
    struct frame f = {.rest = reply};
    int64_t code = frame_i64(&f);
    struct str text = frame_str(&f);
    unsigned line = frame_u32(&f), column = frame_u32(&f);
    uint32_t n = frame_count(&f, 16);
    for (uint32_t i = 0; i < n && !f.failed; i++) {
        struct str subject = frame_str(&f), id = frame_str(&f);
        struct str name = frame_str(&f), value = frame_str(&f);
        int rc = snapshot_add(ret, subject, id, name, value);
        if (rc)
            return diag_set(d, rc, "no memory to compare");
    }
    if (frame_result(&f) || code > 0 || code < E_BUG)
        return diag_set(d, E_PARSE, "the worker's answer makes no sense");
    if (!code)
        return 0;
    diag_set(d, (int)code, STR_FMT, STR_ARG(text));
    diag_at(d, NULL, line, column);
    return (int)code;
}

int snapshot_record(int fd, enum sandbox_level require, struct snapshot *ret, struct diag *d)
{
    const struct worker_class class = {.name = "record",
                                       .handler = handle,
                                       .memory = RECORD_MEMORY + ((size_t)1 << 30),
                                       .cpu_seconds = 120,
                                       .wall_seconds = 600};
    struct sandbox_config c = {
        .classes = &class, .n_classes = 1, .max_frame = RECORD_BYTES, .require = require};
    AUTO(buf) reply = BUF_INIT;
    struct sandbox sb;
    struct worker w;
    int rc = sandbox_start(&sb, &c, d);
    if (rc)
        return rc;
    rc = sandbox_worker(&sb, 0, NULL, 0, &w, d);
    if (!rc) {
        rc = worker_call(&w, STR("record"), fd, &reply, d);
        worker_close(&w);
    }
    sandbox_stop(&sb);
    return rc ? rc : read_reply(buf_str(&reply), ret, d);
}

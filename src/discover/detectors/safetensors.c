/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files are safetensors weights, by content, and whether their layout is sound. */
#include <string.h>

#include "base/hash.h"
#include "base/path.h"
#include "discover/item.h"
#include "formats/safetensors.h"

#define HASH_MAX  (64u << 20) /* larger files are not read in full */
#define HASH_STEP (1u << 20)
#define LENGTH    8u /* bytes of the header's length */

static int run_safetensors(struct item *it, struct emit *e);

const struct detector DETECTOR_SAFETENSORS = {
    .id = "safetensors",
    .title = "Model weights in safetensors files",
    .version = 2,
    .need = ITEM_HEAD,
    .run = run_safetensors,
};

struct reader {
    struct item *it;
    struct emit *e;
    uint32_t asset;
    uint64_t length; /* of the header, as the file says */
};

static uint64_t read_length(struct str head)
{
    uint64_t n = 0;
    for (unsigned i = LENGTH; i-- > 0;)
        n = n << 8 | (unsigned char)head.p[i];
    return n;
}

/* A length that can be one, then the beginning of an object with a member or none. */
static bool is_safetensors(struct str head, bool named)
{
    if (head.n <= LENGTH || head.p[LENGTH] != '{')
        return false;
    size_t i = LENGTH + 1;
    while (i < head.n && strchr(" \t\r\n", head.p[i]) && head.p[i])
        i++;
    bool object = i < head.n && (head.p[i] == '"' || head.p[i] == '}');
    return named || (object && read_length(head) <= SAFETENSORS_HEADER_MAX);
}

static void unresolved(struct reader *r, const enum attr *all, size_t n, const char *reason)
{
    for (size_t i = 0; i < n; i++)
        emit_unresolved(r->e, r->asset, all[i], reason, place_item(r->it));
}

static void emit_header_unknown(struct reader *r, const char *reason)
{
    static const enum attr all[] = {ATTR_MODEL_FILE_TENSORS,       ATTR_MODEL_FILE_PARAMETERS,
                                    ATTR_MODEL_FILE_DTYPES,        ATTR_MODEL_FILE_LICENSE,
                                    ATTR_MODEL_FILE_METADATA_KEYS, ATTR_MODEL_FILE_BASE_MODEL};
    unresolved(r, all, ARRAY_LEN(all), reason);
}

/* --- digest ------------------------------------------------------------------------------ */

static int hash_item(struct item *it, struct buf *ret_hex)
{
    unsigned char digest[SHA256_BYTES];
    struct sha256 h;
    char *window = arena_alloc(it->arena, HASH_STEP);
    int rc = window ? sha256_init(&h) : arena_error(it->arena);
    if (rc)
        return rc;
    for (uint64_t at = 0; !rc && at < it->size; at += HASH_STEP) {
        size_t got = 0;
        rc = item_read_at(it, at, window, HASH_STEP, &got);
        if (!rc && got < MIN((uint64_t)HASH_STEP, it->size - at))
            rc = E_IO; /* shorter than it was */
        sha256_add(&h, str_n(window, got));
    }
    if (rc) {
        sha256_done(&h);
        return rc;
    }
    rc = sha256_end(&h, digest);
    if (!rc)
        buf_add_hex(ret_hex, digest, sizeof(digest));
    return rc ? rc : buf_result(ret_hex);
}

static void emit_digest(struct reader *r)
{
    AUTO(buf) hex = BUF_INIT;
    struct place at = place_item(r->it);
    if (r->it->size > HASH_MAX)
        emit_unresolved(r->e, r->asset, ATTR_MODEL_FILE_SHA256,
                        "files over 64 MiB are not read in full", at);
    else if (hash_item(r->it, &hex))
        emit_unresolved(r->e, r->asset, ATTR_MODEL_FILE_SHA256, "the file could not be read", at);
    else
        emit_str(r->e, r->asset, ATTR_MODEL_FILE_SHA256, buf_str(&hex), at);
}

/* --- header ------------------------------------------------------------------------------ */

/* The first of the names (words in spaces) in the metadata. */
static void emit_metadata(struct reader *r, const struct safetensors *st, enum attr a,
                          const char *names)
{
    struct str rest = str_z(names), one;
    while (st->metadata && str_field(&rest, ' ', &one)) {
        struct str value = str_trim(node_str(&st->doc, st->metadata, one));
        if (value.n) {
            emit_str(r->e, r->asset, a, value, place_item(r->it));
            return;
        }
    }
    emit_absent(r->e, r->asset, a, place_item(r->it));
}

static void emit_metadata_keys(struct reader *r, const struct safetensors *st)
{
    size_t n = 0, count = st->metadata ? st->metadata->count : 0;
    struct str *keys = arena_new_n(r->it->arena, struct str, MAX(count, (size_t)1));
    if (!keys) {
        emit_unresolved(r->e, r->asset, ATTR_MODEL_FILE_METADATA_KEYS, "memory ran out",
                        place_item(r->it));
        return;
    }
    node_each (&st->doc, st->metadata, m)
        keys[n++] = node_key(&st->doc, m);
    if (st->metadata)
        emit_list(r->e, r->asset, ATTR_MODEL_FILE_METADATA_KEYS, keys, n, place_item(r->it));
    else
        emit_absent(r->e, r->asset, ATTR_MODEL_FILE_METADATA_KEYS, place_item(r->it));
}

/* Where in the file the node stands: lines mean nothing here. */
static struct place place_header(struct reader *r, const struct safetensors *st,
                                 const struct node *n)
{
    struct place at = place_item(r->it);
    if (!n)
        return at;
    at.pointer = place_node(r->it, &st->doc, n).pointer;
    at.offset = (int64_t)(n->off + LENGTH);
    return at;
}

static void emit_fault(struct reader *r, const struct safetensors *st)
{
    if (!st->fault && st->unknown_dtype)
        emit_unresolved(r->e, r->asset, ATTR_MODEL_FILE_LAYOUT_FAULT,
                        "a tensor has a type whose size is not known", place_item(r->it));
    else
        emit_str(r->e, r->asset, ATTR_MODEL_FILE_LAYOUT_FAULT,
                 str_z(SAFETENSORS_FAULT_NAMES[st->fault]), place_header(r, st, st->fault_node));
}

static void emit_header(struct reader *r, const struct safetensors *st)
{
    struct place at = place_item(r->it);
    emit_int(r->e, r->asset, ATTR_MODEL_FILE_TENSORS, (int64_t)st->tensors, at);
    if (st->overflow || st->parameters > INT64_MAX)
        emit_unresolved(r->e, r->asset, ATTR_MODEL_FILE_PARAMETERS, "the sum does not fit", at);
    else
        emit_int(r->e, r->asset, ATTR_MODEL_FILE_PARAMETERS, (int64_t)st->parameters, at);
    emit_list(r->e, r->asset, ATTR_MODEL_FILE_DTYPES, st->dtypes, st->n_dtypes, at);
    emit_fault(r, st);
    emit_metadata_keys(r, st);
    emit_metadata(r, st, ATTR_MODEL_FILE_LICENSE, "license modelspec.license licence");
    emit_metadata(r, st, ATTR_MODEL_FILE_BASE_MODEL,
                  "base_model base_model_name_or_path ss_sd_model_name ss_base_model_version");
}

/* The file itself is to blame: a fault that is known, so the gap must not hide it. */
static void emit_bad_header(struct reader *r, enum safetensors_fault f, const char *reason)
{
    struct place at = place_item(r->it);
    at.offset = f == SAFETENSORS_OUT_OF_RANGE ? 0 : LENGTH;
    emit_gap(r->e, COVERAGE_PARTIAL, at, "%s", reason);
    emit_str(r->e, r->asset, ATTR_MODEL_FILE_LAYOUT_FAULT, str_z(SAFETENSORS_FAULT_NAMES[f]), at);
    emit_header_unknown(r, "the header could not be read");
}

static void read_header(struct reader *r)
{
    struct safetensors st;
    struct diag d = {0};
    struct str json;
    char line[160];
    uint64_t rest = r->it->size - LENGTH;
    if (r->length > rest) {
        emit_bad_header(r, SAFETENSORS_OUT_OF_RANGE, "the header is longer than the file");
        return;
    }
    if (r->length > SAFETENSORS_HEADER_MAX) {
        emit_bad_header(r, SAFETENSORS_BAD_HEADER, "the header is longer than 100 MB");
        return;
    }
    struct limits lim = r->it->limits;
    lim.bytes = MAX(lim.bytes, (size_t)r->length);
    int rc = item_range(r->it, LENGTH, (size_t)r->length, &json);
    if (!rc)
        rc = safetensors_parse(json, rest - r->length, &lim, r->it->arena, &st, &d);
    if (!rc) {
        emit_header(r, &st);
    } else if (rc == E_PARSE) {
        snprintf(line, sizeof(line), "the header is not JSON: line %u: %.100s", d.line, d.text);
        emit_bad_header(r, SAFETENSORS_BAD_HEADER, line);
    } else {
        emit_gap(r->e, COVERAGE_PARTIAL, place_item(r->it), "the header crosses a limit: %s",
                 d.code ? d.text : err_name(rc));
        emit_unresolved(r->e, r->asset, ATTR_MODEL_FILE_LAYOUT_FAULT, "the header crosses a limit",
                        place_item(r->it));
        emit_header_unknown(r, "the header crosses a limit");
    }
}

/* --- files that only are named so --------------------------------------------------------- */

static bool is_hex(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.n == 2 * SHA256_BYTES;
}

/* The weights are elsewhere; the pointer tells their digest and size (git-lfs, docs/spec.md). */
static bool read_lfs(struct reader *r)
{
    struct str rest = r->it->head, line, oid = STR("");
    uint64_t size = 0;
    bool sized = false;
    struct place at = place_item(r->it);
    if (!str_starts(rest, STR("version https://git-lfs.github.com/spec/")))
        return false;
    while (str_line(&rest, &line)) {
        if (str_starts(line, STR("oid sha256:")))
            oid = str_sub(line, 11, line.n);
        if (str_starts(line, STR("size ")))
            sized = !str_to_u64(str_sub(line, 5, line.n), &size) && size <= INT64_MAX;
    }
    emit_gap(r->e, COVERAGE_PARTIAL, at, "the weights are not here: a Git LFS pointer");
    if (sized)
        emit_int(r->e, r->asset, ATTR_MODEL_FILE_SIZE, (int64_t)size, at);
    if (is_hex(oid))
        emit_str(r->e, r->asset, ATTR_MODEL_FILE_SHA256, oid, at);
    else
        emit_unresolved(r->e, r->asset, ATTR_MODEL_FILE_SHA256, "the pointer has no digest", at);
    return true;
}

static void read_stranger(struct reader *r)
{
    static const enum attr all[] = {ATTR_MODEL_FILE_FORMAT, ATTR_MODEL_FILE_LAYOUT_FAULT};
    struct place at = place_item(r->it);
    emit_int(r->e, r->asset, ATTR_MODEL_FILE_SIZE, (int64_t)r->it->size, at);
    if (!read_lfs(r)) {
        emit_gap(r->e, COVERAGE_FAILED, at, "named as safetensors, but its content is not");
        emit_digest(r);
    }
    unresolved(r, all, ARRAY_LEN(all), "the content is not safetensors");
    emit_header_unknown(r, "the content is not safetensors");
}

static int run_safetensors(struct item *it, struct emit *e)
{
    struct reader r = {.it = it, .e = e};
    bool named = str_eq_nocase(path_ext(it->path), STR("safetensors"));
    bool is = is_safetensors(it->head, named);
    if (!is && !named)
        return 0;
    r.asset = emit_asset(e, KIND_MODEL_FILE, path_base(it->path), place_item(it));
    if (!is) {
        read_stranger(&r);
        return emit_result(e);
    }
    r.length = read_length(it->head);
    emit_str(e, r.asset, ATTR_MODEL_FILE_FORMAT, STR("safetensors"), place_item(it));
    emit_int(e, r.asset, ATTR_MODEL_FILE_SIZE, (int64_t)it->size, place_item(it));
    emit_digest(&r);
    read_header(&r);
    return emit_result(e);
}

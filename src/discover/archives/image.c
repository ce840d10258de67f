/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which tarballs and folders are images, and reads their layers. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "discover/archives/image_internal.h"
#include "formats/json.h"

/* More members than that and it is no image: they have a few for each layer. */
#define NAMES_MAX    20000u
#define NAMES_PROBED 16u
#define TEXTS_MAX    ((size_t)32 << 20) /* documents of one tarball */
#define CLAIMS_MAX                                                                                 \
    ((size_t)8 << 20) /* files of all layers; more, and what is hidden is not known */

void image_init(struct image *im, struct members *m)
{
    *im = (struct image){.m = m, .folder = -1, .mem = ARENA(m->outer->limits.memory)};
    im->names = im->texts = im->links = im->claims = im->used = im->layer =
        (struct map)MAP_OWNED(&im->mem);
}

void image_done(struct image *im)
{
    struct map *maps[] = {&im->names, &im->texts, &im->links, &im->claims, &im->used, &im->layer};
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        map_done(maps[i]);
    vec_each (c, &im->claimed)
        vec_free(c);
    vec_free(&im->claimed);
    vec_free(&im->layers);
    vec_free(&im->chains);
    arena_done(&im->mem);
}

/* --- readers ------------------------------------------------------------------------------ */

/* The tar in a source: behind a filter, or not. */
struct tarball {
    struct archive_reader *packed, *tar;
    struct archive_rest rest;
    char head[CONTAINER_HEAD];
};

static void tarball_close(struct tarball *t)
{
    t->tar = archive_reader_close(t->tar);
    t->packed = archive_reader_close(t->packed);
}

/* E_NOTFOUND: what is packed is no tar. */
static int tarball_open(struct image *im, enum container kind, const struct archive_source *source,
                        struct tarball *t, struct diag *d)
{
    struct archive_library *lib = im->m->open->library;
    struct archive_budget *budget = &im->m->budget;
    struct archive_member whole;
    size_t got = 1, n = 0;
    if (kind == CONTAINER_TAR)
        return archive_reader_open(lib, kind, source, budget, &t->tar, d);
    int rc = archive_reader_open(lib, kind, source, budget, &t->packed, d);
    if (!rc)
        rc = archive_reader_next(t->packed, &whole, d);
    if (rc <= 0)
        return rc ? rc : E_NOTFOUND;
    for (rc = 0; !rc && got && n < CONTAINER_HEAD; n += got) {
        rc = archive_reader_read(t->packed, t->head + n, CONTAINER_HEAD - n, &got, d);
        got = rc ? 0 : got;
    }
    t->rest = (struct archive_rest){.reader = t->packed, .head = str_n(t->head, n)};
    if (rc || container_kind(t->rest.head) != CONTAINER_TAR)
        return rc ? rc : E_NOTFOUND;
    struct archive_source inner = archive_rest_source(&t->rest);
    return archive_reader_open(lib, CONTAINER_TAR, &inner, budget, &t->tar, d);
}

/* All paths of a layer. What cannot be read is told when the layer itself is. */
static int take_claims(struct image *im, enum container kind, const struct archive_source *source,
                       struct claims *ret)
{
    struct tarball t = {0};
    struct archive_member m;
    struct diag d = {0};
    int rc = tarball_open(im, kind, source, &t, &d), memory = 0;
    while (!rc && !memory && archive_reader_next(t.tar, &m, &d) > 0) {
        AUTO(buf) path = BUF_INIT;
        member_path(&path, m.path, true);
        memory = buf_result(&path) || im->n_claims++ > CLAIMS_MAX
                     ? E_LIMIT
                     : claims_add(ret, buf_str(&path), m.type);
    }
    tarball_close(&t);
    return memory;
}

/* --- the first look at a tarball ------------------------------------------------------------ */

static int put_str(struct image *im, struct map *m, struct str key, struct str value)
{
    bool fresh;
    struct str *v = arena_new(&im->mem, struct str);
    uint64_t *slot = v ? map_put(m, key, &fresh) : NULL;
    if (!slot)
        return E_NOMEM;
    *v = arena_str(&im->mem, value);
    *slot = (uint64_t)(uintptr_t)v;
    return v->p ? 0 : E_NOMEM;
}

static const struct str *get_str(const struct map *m, struct str key)
{
    const uint64_t *slot = map_get(m, key);
    return slot ? (const struct str *)(uintptr_t)*slot : NULL;
}

static int take_link(struct image *im, struct str path, struct str link)
{
    AUTO(buf) target = BUF_INIT;
    int rc = path_resolve(&target, path_dir(path), link);
    if (rc)
        return rc == E_NOMEM ? rc : 0; /* leads out of the tarball, or nowhere */
    return put_str(im, &im->links, path, buf_str(&target));
}

int image_claims(struct image *im, enum container kind, const struct archive_source *source,
                 struct str path)
{
    struct claims c = {0};
    bool fresh;
    uint64_t *slot = map_put(&im->claims, path, &fresh);
    int rc = slot ? take_claims(im, kind, source, &c) : E_NOMEM;
    if (!rc) {
        *slot = im->claimed.n;
        rc = vec_push(&im->claimed, c);
    }
    if (rc)
        vec_free(&c);
    return rc;
}

/* A file of the tarball: a layer, a document, or neither. */
static int take_file(struct image *im, struct archive_reader *r, const struct archive_member *m,
                     struct str path)
{
    AUTO(buf) head = BUF_INIT;
    struct diag d = {0};
    size_t got = 1, want = CONTAINER_HEAD;
    bool fresh;
    int rc = map_put(&im->names, path, &fresh) ? 0 : E_NOMEM;
    for (char *to; !rc && got && head.n < want; buf_cut(&head, head.n)) {
        to = buf_room(&head, want - head.n);
        rc = to ? archive_reader_read(r, to, want - head.n, &got, &d) : E_NOMEM;
        head.n += rc ? 0 : got;
        bool text = head.n && (head.p[0] == '{' || head.p[0] == '[') && m->has_size;
        if (text && m->size <= MIN(DOCUMENT_MAX, TEXTS_MAX - im->text_bytes))
            want = (size_t)m->size;
    }
    if (rc)
        return rc == E_NOMEM || rc == E_LIMIT ? rc : 0; /* told at the second look */
    enum container kind = container_kind(str_sub(buf_str(&head), 0, CONTAINER_HEAD));
    struct archive_rest rest = {.reader = r, .head = buf_str(&head)};
    struct archive_source source = archive_rest_source(&rest);
    if (kind >= CONTAINER_TAR)
        return image_claims(im, kind, &source, path);
    if (head.n < m->size || !m->has_size)
        return 0;
    im->text_bytes += head.n;
    return put_str(im, &im->texts, path, buf_str(&head));
}

/* E_LIMIT: too many files for an image. */
static int look(struct image *im, enum container kind, const struct archive_source *source)
{
    struct tarball t = {0};
    struct archive_member m;
    struct diag d = {0};
    int rc = tarball_open(im, kind, source, &t, &d);
    for (unsigned i = 0; !rc && archive_reader_next(t.tar, &m, &d) > 0; i++) {
        AUTO(buf) path = BUF_INIT;
        member_path(&path, m.path, true);
        rc = buf_result(&path) ? E_NOMEM : i < NAMES_MAX ? 0 : E_LIMIT;
        if (!rc && m.type == ARCHIVE_MEMBER_FILE)
            rc = take_file(im, t.tar, &m, buf_str(&path));
        else if (!rc && m.type == ARCHIVE_MEMBER_LINK)
            rc = take_link(im, buf_str(&path), m.link);
    }
    tarball_close(&t);
    return rc;
}

/* What docker save, skopeo, podman and OCI layouts begin with. */
static bool is_known(struct str path)
{
    static const char *const names[] = {"oci-layout", "index.json", "manifest.json", "repositories",
                                        "blobs"};
    struct str first = str_sub(path, 0, str_chr(path, '/', 0));
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_z(first, names[i]))
            return true;
    return is_hex_digest(str_sub(first, 0, str_chr(first, '.', 0)));
}

/* Whether a look is worth it, by the first names. */
static bool probe(struct image *im, enum container kind, const struct archive_source *source)
{
    struct tarball t = {0};
    struct archive_member m;
    struct diag d = {0};
    struct archive_budget budget = im->m->budget;
    bool known = false;
    im->m->budget.bytes = MIN(budget.bytes, (uint64_t)64 << 20);
    int rc = tarball_open(im, kind, source, &t, &d);
    for (unsigned i = 0; !rc && !known && i < NAMES_PROBED; i++) {
        if (archive_reader_next(t.tar, &m, &d) <= 0)
            break;
        AUTO(buf) path = BUF_INIT;
        member_path(&path, m.path, true);
        known = is_known(buf_str(&path));
    }
    tarball_close(&t);
    im->m->budget = budget; /* that was not yet the reading */
    return known;
}

/* --- layers ------------------------------------------------------------------------------- */

/* What lies above a layer in each image that has it. */
struct in_images {
    struct above *v;
    size_t n;
};

/* Hidden is what no image shows. */
static enum member_fate fate_in_images(void *ctx, struct str path, enum archive_type type UNUSED)
{
    const struct in_images *in = ctx;
    bool shown = !in->n;
    if (is_whiteout(path))
        return MEMBER_PASSED;
    for (size_t i = 0; i < in->n && !shown; i++)
        shown = !above_hides(&in->v[i], path);
    return shown ? MEMBER_SHOWN : MEMBER_HIDDEN;
}

static const struct claims *claims_at(const struct image *im, uint32_t layer)
{
    const uint64_t *slot = map_get(&im->claims, im->layers.v[layer].path);
    return slot ? &im->claimed.v[*slot] : NULL;
}

static int find_above(struct image *im, uint32_t layer, struct in_images *ret)
{
    ret->v = arena_new_n(&im->mem, struct above, im->chains.n + 1);
    if (!ret->v)
        return E_NOMEM;
    vec_each (c, &im->chains) {
        size_t at = c->n; /* one behind it; of equal layers the upper one counts */
        while (at && c->layers[at - 1] != layer)
            at--;
        if (!at)
            continue;
        struct above *a = &ret->v[ret->n++];
        for (size_t i = at; i < c->n; i++) {
            const struct claims *claims = claims_at(im, c->layers[i]);
            if (claims && above_add(a, claims))
                return E_NOMEM;
        }
    }
    return 0;
}

/* The bytes of a file, into a digest on their way. */
struct hashed {
    struct unpacked *from;
    struct sha256 sum;
    bool on;
};

static int read_hashed(void *ctx, char *to, size_t n, size_t *ret_got, struct diag *d)
{
    struct hashed *h = ctx;
    int rc = h->from->read(h->from->ctx, to, n, ret_got, d);
    if (!rc && h->on)
        sha256_add(&h->sum, str_n(to, *ret_got));
    return rc;
}

/* Read on to its end, so that its digest is known. */
static void finish_digest(struct image *im, struct unpacked *c, struct hashed *h,
                          const struct image_layer *layer, struct str member)
{
    unsigned char sum[SHA256_BYTES];
    char window[4096];
    size_t got = 1;
    while (got && !c->ended && !c->damage.code && !im->m->stopped)
        if (c->read(c->ctx, window, sizeof(window), &got, &c->damage))
            break;
    if (!c->damage.code && !im->m->stopped && !sha256_end(&h->sum, sum))
        image_check_digest(im, member, layer->digest, sum);
    else
        sha256_done(&h->sum);
}

/* A layer, or what stands in the place of one: the file of an artifact, a signature. */
void image_walk_layer(struct image *im, uint32_t index, struct unpacked *from,
                      const struct archive_member *m)
{
    struct image_layer *layer = &im->layers.v[index];
    struct in_images in = {0};
    struct str digest = layer->digest.n ? layer->digest : path_base(path_dir(layer->path));
    struct str member = image_locator(im, digest);
    struct hashed h = {.from = from};
    struct unpacked c = {.l = from->l, .read = read_hashed, .ctx = &h};
    struct level l = {.m = im->m,
                      .member = member,
                      .where = arena_fmt(&im->mem, STR_FMT "/", STR_ARG(member)),
                      .name = layer->title.n ? layer->title : STR("layer"),
                      .fate = fate_in_images,
                      .fate_ctx = &in};
    struct named name = {.own = layer->title.n ? layer->title : path_base(layer->path),
                         .shown = member};
    struct diag d = {0};
    layer->seen = true;
    h.on = layer->is_blob && !sha256_init(&h.sum);
    buf_clear(&c.l->hold);
    unpacked_hold(&c, ITEM_HEAD_BYTES);
    enum container kind = container_kind(buf_str(&c.l->hold));
    if (h.on && kind <= CONTAINER_TAR) {
        h.on =
            false; /* not packed, and perhaps large: its digest would cost more than reading it */
        sha256_done(&h.sum);
    }
    int rc = member.p && l.where.p ? find_above(im, index, &in) : E_NOMEM;
    if (rc) {
        diag_set(&d, rc, "needs more memory than one item may use");
        members_tell_archive(im->m, member.p ? member : STR(""), &d, false);
    } else if (kind >= CONTAINER_TAR) {
        unpacked_walk(&c, kind, &l);
    } else {
        unpacked_open(&c, kind, m, &name, false);
    }
    if (h.on)
        finish_digest(im, &c, &h, layer, member);
    if (c.damage.code && !im->m->stopped)
        members_tell(im->m, member, &c.damage, true);
    for (size_t i = 0; i < in.n; i++)
        above_done(&in.v[i]);
}

void image_tell_missing(struct image *im)
{
    struct diag d = {0};
    diag_set(&d, E_NOTFOUND, "a layer of the image that is not here");
    for (size_t i = 0; i < im->layers.n && !im->m->stopped; i++) {
        struct image_layer *layer = &im->layers.v[i];
        struct str member = layer->digest.n ? image_locator(im, layer->digest) : layer->path;
        if (!layer->seen)
            members_tell_archive(im->m, member, &d, false);
    }
}

/* --- tarballs ----------------------------------------------------------------------------- */

int image_text(struct image *im, struct str path, struct str *ret, struct diag *d)
{
    const struct str *text = get_str(&im->texts, path);
    if (im->folder >= 0)
        return image_folder_text(im, path, ret, d);
    if (!text)
        return diag_set(d, E_NOTFOUND,
                        map_get(&im->names, path) ? "is no document of an image" : "is not here");
    *ret = *text;
    return 0;
}

/* Of the other members: what no manifest names lies in the tarball, but not in the image. */
static enum member_fate fate_in_tarball(void *ctx, struct str path, enum archive_type type UNUSED)
{
    const struct image *im = ctx;
    struct str first = str_sub(path, 0, str_chr(path, '/', 0));
    if (map_get(&im->used, path) || (type == ARCHIVE_MEMBER_LINK && map_get(&im->links, path)))
        return MEMBER_PASSED;
    bool blob =
        str_eq_z(first, "blobs") || is_hex_digest(str_sub(first, 0, str_chr(first, '.', 0)));
    return blob && !map_get(&im->layer, path) ? MEMBER_HIDDEN : MEMBER_SHOWN;
}

static bool walk_member(void *ctx, struct unpacked *c, const struct archive_member *m,
                        struct str path)
{
    struct image *im = ctx;
    const uint64_t *layer = map_get(&im->layer, path);
    if (layer && !im->layers.v[*layer].seen)
        image_walk_layer(im, (uint32_t)*layer, c, m);
    return layer != NULL;
}

static bool top_document(struct image *im, struct str path, struct doc *ret)
{
    const struct str *text = get_str(&im->texts, path);
    struct limits lim = im->m->outer->limits;
    struct diag d = {0};
    return text && !json_parse(*text, JSON_STRICT, &lim, &im->mem, ret, &d);
}

/* Chains and layers of a tarball; false: it is no image. */
static bool take_tarball(struct image *im)
{
    struct doc doc;
    if (map_get(&im->names, STR("oci-layout")) && top_document(im, STR("index.json"), &doc) &&
        is_image_index(&doc))
        image_index(im, &doc);
    else if (top_document(im, STR("manifest.json"), &doc) && is_image_docker(&doc))
        image_docker(im, &doc);
    else
        return false;
    return true;
}

/* The second look: each layer as such, the rest as members. */
static void walk_tarball(struct image *im, enum container kind, const struct archive_source *source)
{
    struct level all = {.m = im->m,
                        .name = path_base(im->m->outer->path),
                        .fate = fate_in_tarball,
                        .fate_ctx = im,
                        .take = walk_member,
                        .take_ctx = im};
    level_walk(&all, kind, source);
    image_tell_missing(im);
}

bool image_examine(struct members *m, enum container kind, const struct archive_source *source)
{
    struct image im;
    struct diag d = {0};
    struct archive_budget budget = m->budget;
    if (kind < CONTAINER_TAR)
        return false;
    image_init(&im, m);
    bool is = probe(&im, kind, source);
    int rc = is ? look(&im, kind, source) : 0;
    bool failed = is && (rc == E_NOMEM || m->budget.spent);
    if (failed) {
        diag_set(&d, rc ? rc : E_LIMIT, "needs more memory than one item may use");
        members_tell_archive(m, STR(""), &d, false);
    } else {
        is = is && !rc && take_tarball(&im);
    }
    if (!is)
        m->budget = budget; /* it was for nothing */
    else if (!failed && !m->stopped)
        walk_tarball(&im, kind, source);
    image_done(&im);
    return is;
}

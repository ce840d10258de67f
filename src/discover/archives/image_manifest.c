/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which layers make up an image, as OCI indexes and the manifests of docker save say it. */
#include "base/path.h"
#include "discover/archives/image_internal.h"
#include "formats/json.h"

#define INDEX_DEPTH   4u
#define DOCUMENTS_MAX 512u /* manifests, configs and indexes of one tarball */
#define LAYERS_MAX    1024u
#define DIGEST_SHOWN  12u

/* --- digests ------------------------------------------------------------------------------ */

bool is_hex_digest(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!s.p[i] || !strchr("0123456789abcdef", s.p[i]))
            return false;
    return s.n == 2 * SHA256_BYTES;
}

/* "sha256:<64 digits>" -> the digits; else empty. */
static struct str digits_of(struct str digest)
{
    struct str hex = str_starts(digest, STR("sha256:")) ? str_sub(digest, 7, digest.n) : STR("");
    return is_hex_digest(hex) ? hex : STR("");
}

struct str image_locator(struct image *im, struct str digits)
{
    return arena_fmt(&im->mem, "sha256:" STR_FMT, STR_ARG(str_sub(digits, 0, DIGEST_SHOWN)));
}

void image_check_digest(struct image *im, struct str member, struct str digits,
                        const unsigned char sum[SHA256_BYTES])
{
    AUTO(buf) hex = BUF_INIT;
    struct diag d = {0};
    buf_add_hex(&hex, sum, SHA256_BYTES);
    if (buf_result(&hex) || str_eq(buf_str(&hex), digits))
        return;
    diag_set(&d, E_PARSE, "its content has another digest than its name says");
    members_tell(im->m, member, &d, true);
}

/* --- documents ---------------------------------------------------------------------------- */

static void tell(struct image *im, struct str member, int code, const char *what)
{
    struct diag d = {0};
    diag_set(&d, code, "%s", what);
    members_tell_archive(im->m, member, &d, false);
}

static bool too_many(struct image *im, size_t n, size_t max, const char *what)
{
    char line[80];
    snprintf(line, sizeof(line), "holds more than %zu %s: the others are not read", max, what);
    if (n == max + 1)
        tell(im, STR(""), E_LIMIT, line);
    return n > max;
}

/* As an item: the keys that stand in it count, and the document tells where. */
static void look_at(struct image *im, struct str path, struct str member, struct str text,
                    const struct doc *doc)
{
    AUTO(arena) scratch = ARENA(im->m->outer->limits.memory);
    struct item in = {.path = path_base(path),
                      .member = member,
                      .mode = im->m->outer->mode,
                      .fd = -1,
                      .bytes = text,
                      .doc = doc,
                      .arena = &scratch};
    if (detect_inner(im->m->outer, &in))
        im->m->stopped = true;
}

/* A document by its path, which findings know by its locator. False: that was told. */
static bool document(struct image *im, struct str path, struct str digits, struct str member,
                     struct doc *ret)
{
    struct diag d = {0};
    struct str text;
    struct limits lim = im->m->outer->limits;
    unsigned char sum[SHA256_BYTES];
    bool fresh = false;
    if (im->m->stopped || too_many(im, ++im->documents, DOCUMENTS_MAX, "documents"))
        return false;
    int rc = path.p && member.p ? image_text(im, path, &text, &d) : E_NOMEM;
    bool read = !rc;
    if (!rc)
        rc = map_put(&im->used, path, &fresh) ? 0 : E_NOMEM;
    if (!rc)
        rc = json_parse(text, JSON_STRICT, &lim, &im->mem, ret, &d);
    if (read && fresh) {
        look_at(im, path, member, text, rc ? NULL : ret);
        if (digits.n && !sha256_of(text, sum))
            image_check_digest(im, member, digits, sum);
    }
    if (rc)
        members_tell_archive(im->m, member.p ? member : STR(""), &d, false);
    return !rc;
}

static bool blob(struct image *im, struct str digits, struct str member, struct doc *ret)
{
    struct str path = arena_fmt(&im->mem, BLOBS STR_FMT, STR_ARG(digits));
    return document(im, path, digits, member, ret);
}

/* The configuration of an image: "config:" says more to a person than the name of a blob. */
static struct str config_locator(struct image *im, struct str digits, struct str path)
{
    if (!digits.n)
        return path;
    return arena_fmt(&im->mem, "config:" STR_FMT, STR_ARG(str_sub(digits, 0, DIGEST_SHOWN)));
}

/* --- chains ------------------------------------------------------------------------------- */

/* The layer at a path, entered at its first mention. */
static int put_layer(struct image *im, const struct image_layer *layer, uint32_t *ret)
{
    bool fresh;
    uint64_t *slot = map_put(&im->layer, layer->path, &fresh);
    if (!slot)
        return E_NOMEM;
    if (fresh) {
        *slot = im->layers.n;
        if (vec_push(&im->layers, *layer))
            return E_NOMEM;
    }
    *ret = (uint32_t)*slot;
    return 0;
}

static void put_chain(struct image *im, const struct image_layer *v, size_t n)
{
    struct image_chain c = {.layers = arena_new_n(&im->mem, uint32_t, n + 1), .n = n};
    int rc = c.layers ? 0 : E_NOMEM;
    for (size_t i = 0; i < n && !rc; i++)
        rc = put_layer(im, &v[i], &c.layers[i]);
    if (!rc)
        rc = vec_push(&im->chains, c);
    if (rc)
        tell(im, STR(""), rc, "needs more memory than one item may use");
}

/* --- OCI ---------------------------------------------------------------------------------- */

bool is_image_index(const struct doc *doc)
{
    return node_is(node_get(doc, doc_root(doc), STR("manifests")), NODE_ARRAY);
}

static void take_manifest(struct image *im, const struct doc *doc)
{
    const struct node *root = doc_root(doc), *layers = node_get(doc, root, STR("layers"));
    struct str config = digits_of(node_str(doc, node_get(doc, root, STR("config")), STR("digest")));
    size_t n = 0, count = layers ? layers->count : 0;
    struct doc parsed;
    if (too_many(im, MIN(count, LAYERS_MAX + 1), LAYERS_MAX, "layers"))
        return;
    if (config.n)
        (void)blob(im, config, config_locator(im, config, STR("")), &parsed);
    struct image_layer *v = arena_new_n(&im->mem, struct image_layer, count + 1);
    node_each (doc, layers, it) {
        struct str digits = digits_of(node_str(doc, it, STR("digest")));
        struct str path = arena_fmt(&im->mem, BLOBS STR_FMT, STR_ARG(digits));
        const struct node *notes = node_get(doc, it, STR("annotations"));
        if (!v || !path.p || !digits.n)
            break;
        v[n++] = (struct image_layer){
            .path = path,
            .digest = digits,
            .title = node_str(doc, notes, STR("org.opencontainers.image.title")),
            .is_blob = true};
    }
    if (n < count)
        tell(im, STR(""), v ? E_UNSUPPORTED : E_NOMEM, "a layer has no SHA-256 digest");
    else
        put_chain(im, v, n);
}

static void take_index(struct image *im, const struct doc *doc, unsigned depth)
{
    const struct node *list = node_get(doc, doc_root(doc), STR("manifests"));
    node_each (doc, list, it) {
        struct str digits = digits_of(node_str(doc, it, STR("digest")));
        struct doc inner;
        if (im->m->stopped || im->documents > DOCUMENTS_MAX)
            return;
        if (!digits.n)
            tell(im, STR(""), E_UNSUPPORTED, "a manifest has no SHA-256 digest");
        else if (!blob(im, digits, image_locator(im, digits), &inner))
            continue;
        else if (!is_image_index(&inner))
            take_manifest(im, &inner);
        else if (depth + 1 < INDEX_DEPTH)
            take_index(im, &inner, depth + 1);
        else
            tell(im, STR(""), E_LIMIT, "indexes lie in indexes, deeper than 4: not read");
    }
}

void image_index(struct image *im, const struct doc *doc)
{
    take_index(im, doc, 0);
}

/* --- docker save -------------------------------------------------------------------------- */

bool is_image_docker(const struct doc *doc)
{
    const struct node *first = node_first(doc, doc_root(doc));
    return node_is(doc_root(doc), NODE_ARRAY) &&
           node_is(node_get(doc, first, STR("Layers")), NODE_ARRAY);
}

/* The part of a file's name before its first dot, if that is a digest. */
static struct str digits_in(struct str path)
{
    struct str name = path_base(path);
    name = str_sub(name, 0, str_chr(name, '.', 0));
    return is_hex_digest(name) ? name : STR("");
}

/* A layer is called by its digest, else (old tarballs) as the config says in the same order. */
static struct str docker_digest(const struct doc *config, struct str path, size_t i)
{
    char pointer[48];
    struct str name = digits_in(path);
    if (name.n || !config)
        return name;
    snprintf(pointer, sizeof(pointer), "/rootfs/diff_ids/%zu", i);
    return digits_of(node_text(config, doc_find(config, str_z(pointer))));
}

static struct str path_in_tar(struct image *im, struct str raw)
{
    AUTO(buf) path = BUF_INIT;
    member_path(&path, raw, true);
    const uint64_t *link = map_get(&im->links, buf_str(&path));
    if (buf_result(&path))
        return STR_NULL;
    return link ? *(const struct str *)(uintptr_t)*link : arena_str(&im->mem, buf_str(&path));
}

static void take_entry(struct image *im, const struct doc *doc, const struct node *entry)
{
    const struct node *layers = node_get(doc, entry, STR("Layers"));
    struct str path = path_in_tar(im, node_str(doc, entry, STR("Config")));
    size_t n = 0, count = layers ? layers->count : 0;
    struct doc config;
    if (too_many(im, MIN(count, LAYERS_MAX + 1), LAYERS_MAX, "layers"))
        return;
    struct str digits = digits_in(path);
    bool has = path.n && document(im, path, digits, config_locator(im, digits, path), &config);
    struct image_layer *v = arena_new_n(&im->mem, struct image_layer, count + 1);
    node_each (doc, layers, it) {
        struct str file = path_in_tar(im, node_text(doc, it));
        if (!v || !file.p)
            break;
        v[n] = (struct image_layer){.path = file,
                                    .digest = docker_digest(has ? &config : NULL, file, n),
                                    .is_blob = str_starts(file, STR(BLOBS))};
        n++;
    }
    if (n < count)
        tell(im, STR(""), E_NOMEM, "needs more memory than one item may use");
    else
        put_chain(im, v, n);
}

void image_docker(struct image *im, const struct doc *doc)
{
    node_each (doc, doc_root(doc), entry)
        if (im->documents <= DOCUMENTS_MAX && !im->m->stopped)
            take_entry(im, doc, entry);
}

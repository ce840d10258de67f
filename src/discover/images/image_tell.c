/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which asset an image of the catalogue is, and what its name says of the version. */
#include "discover/emit.h"
#include "discover/images/images.h"

struct form {
    const char *const *categories; /* of entries; NULL: all others */
    enum kind kind;
    enum attr product, role, row, image, tag, digest, version_state, defined_by;
};

#define FORM(KIND, words)                                                                          \
    {                                                                                              \
        (const char *const[]) words, KIND_##KIND, ATTR_##KIND##_PRODUCT, ATTR_##KIND##_ROLE,       \
            ATTR_##KIND##_CATALOG_ROW, ATTR_##KIND##_IMAGE, ATTR_##KIND##_TAG,                     \
            ATTR_##KIND##_DIGEST, ATTR_##KIND##_VERSION_STATE, ATTR_##KIND##_DEFINED_BY            \
    }
#define WORDS(...)                                                                                 \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static const struct form FORMS[] = {
    FORM(INFERENCE_SERVER, WORDS("inference-server", "local-runtime")),
    FORM(VECTOR_STORE, WORDS("vector-store")),
    FORM(GATEWAY, WORDS("gateway")),
    FORM(DEPLOYMENT, WORDS(NULL)),
};

static const struct form *form_of(const char *category)
{
    for (size_t i = 0; i + 1 < ARRAY_LEN(FORMS); i++)
        for (const char *const *word = FORMS[i].categories; *word; word++)
            if (!strcmp(*word, category))
                return &FORMS[i];
    return &FORMS[ARRAY_LEN(FORMS) - 1];
}

struct telling {
    struct emit *e;
    uint32_t asset;
    const struct image_text *image;
    struct place at;
};

/* Of a part of the name: written, or with a variable that somebody may set. */
static enum attr_state state_of(const struct telling *t, struct str part)
{
    size_t from = (size_t)(part.p - t->image->text.p);

    return from < t->image->assumed_to && from + part.n > t->image->assumed_from ? STATE_DEFAULT
                                                                                 : STATE_DECLARED;
}

/* `text` is what `part` says. */
static void tell(struct telling *t, enum attr a, struct str part, struct str text)
{
    if (str_chr(part, IMAGE_HOLE, 0) != SIZE_MAX) {
        emit_unresolved(t->e, t->asset, a, "set by a variable", t->at);
        return;
    }
    if (!text.n) {
        emit_absent(t->e, t->asset, a, t->at);
        return;
    }
    emit_str(t->e, t->asset, a, text, t->at);
    emit_state(t->e, part.n ? state_of(t, part) : STATE_DECLARED);
}

static void tell_version(struct telling *t, const struct form *f, const struct image_name *n)
{
    bool floats = !n->tag.n || str_eq(n->tag, STR("latest"));

    tell(t, f->tag, n->tag, n->tag);
    tell(t, f->digest, n->digest, n->digest);
    if (n->digest.n)
        tell(t, f->version_state, n->digest, STR("digest"));
    else
        tell(t, f->version_state, n->tag, floats ? STR("floating") : STR("tag"));
}

void image_tell(struct item *it, struct emit *e, const struct image_text *image,
                const char *defined_by, struct place at)
{
    struct image_name n;
    bool copy;
    const struct catalog_name *row =
        image_name_parse(image->text, &n) ? catalog_image(it->catalog, &n, &copy) : NULL;

    if (!row)
        return;
    const struct catalog_entry *entry = &it->catalog->entries[row->entry];
    const struct form *f = form_of(entry->category);
    if (image_is_mcp(entry, &n)) {
        struct str seen = arena_fmt(it->arena, "%s images %s", entry->id, row->name);
        if (!seen.p)
            emit_fail(e, E_NOMEM);
        else
            image_tell_mcp(e, entry, &n, seen, copy ? STATE_INFERRED : STATE_RESOLVED, at);
        return;
    }
    struct telling t = {
        .e = e, .asset = emit_asset(e, f->kind, str_z(entry->name), at), .image = image, .at = at};
    enum attr_state known = copy ? STATE_INFERRED : STATE_RESOLVED;
    struct str seen = arena_fmt(it->arena, "%s images %s", entry->id, row->name);
    struct str name = arena_fmt(it->arena, STR_FMT "%s" STR_FMT, STR_ARG(n.registry),
                                n.registry.n ? "/" : "", STR_ARG(n.path));

    if (!seen.p || !name.p) {
        emit_fail(e, E_NOMEM);
        return;
    }
    emit_str(e, t.asset, f->product, str_z(entry->id), at);
    emit_state(e, known);
    emit_str(e, t.asset, f->role, str_z(entry->category), at);
    emit_state(e, known);
    emit_str(e, t.asset, f->row, seen, at);
    emit_state(e, known);
    tell(&t, f->image, n.path, name);
    tell_version(&t, f, &n);
    emit_str(e, t.asset, f->defined_by, str_z(defined_by), at);
}

bool server_is(const struct catalog_entry *entry)
{
    return form_of(entry->category) != &FORMS[ARRAY_LEN(FORMS) - 1];
}

void server_tell(struct emit *e, const struct catalog_entry *entry, const char *row, const char *by,
                 struct place at)
{
    static const char reason[] = "an address names no image";
    /* What listens for a vendor of models is a server of them: a container of NVIDIA NIM. */
    const struct form *f =
        form_of(entry->service && !server_is(entry) ? "inference-server" : entry->category);
    const enum attr unknown[] = {f->image, f->tag, f->digest, f->version_state};
    uint32_t asset = emit_asset(e, f->kind, str_z(entry->name), at);

    emit_str(e, asset, f->product, str_z(entry->id), at);
    emit_state(e, STATE_INFERRED);
    emit_str(e, asset, f->role, str_z(entry->category), at);
    emit_state(e, STATE_INFERRED);
    emit_str(e, asset, f->row, str_z(row), at);
    emit_state(e, STATE_INFERRED);
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
        emit_unresolved(e, asset, unknown[i], reason, at);
    emit_str(e, asset, f->defined_by, str_z(by), at);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI software runs in the containers that Dockerfiles, Compose files, manifests,
 * pipelines, scripts, Terraform and units name. */
#include "base/path.h"
#include "discover/images/images.h"
#include "formats/dockerfile.h"
#include "formats/yaml.h"

static bool is_dockerfile(struct str path)
{
    static const char *const names[] = {"dockerfile", "containerfile", NULL};
    struct str base = path_base(path), ext = path_ext(path);
    size_t dot = str_chr(base, '.', 0);

    for (int i = 0; names[i]; i++)
        if (str_eq_nocase(str_sub(base, 0, MIN(dot, base.n)), str_z(names[i])) ||
            str_eq_nocase(ext, str_z(names[i])))
            return !str_eq(ext, STR("md")) && !str_eq(ext, STR("txt"));
    return false;
}

static bool is_yaml(struct str path)
{
    return str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml"));
}

/* Of JSON only what is made to name images: data of any size is JSON, too. */
static bool is_json(struct str path)
{
    static const char *const words[] = {"devcontainer", "compose", "task",      "ecs", "deploy",
                                        "template",     "stack",   "container", "pod", "manifest"};
    struct str base = path_base(path);

    if (!str_ends(base, STR(".json")))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_has(base, str_z(words[i])))
            return true;
    return str_eq(base, STR("package.json"));
}

static bool is_script(struct str path)
{
    static const char *const ends[] = {".sh",  ".bash", ".zsh",  ".mk",   ".ps1",
                                       ".bat", ".cmd",  ".just", ".fish", ".service"};
    struct str base = path_base(path);

    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(base, str_z(ends[i])))
            return true;
    return str_eq_nocase(base, STR("makefile")) || str_eq(base, STR("GNUmakefile")) ||
           str_eq_nocase(base, STR("justfile")) || str_starts(base, STR("Makefile."));
}

static bool is_unit(struct str path)
{
    return str_ends(path, STR(".container")) || str_ends(path, STR(".image"));
}

static bool is_terraform(struct str path)
{
    return str_ends(path, STR(".tf"));
}

static bool wants_container_images(const struct catalog *c UNUSED, struct str path)
{
    return is_yaml(path) || is_dockerfile(path) || is_json(path) || is_script(path) ||
           is_terraform(path) || is_unit(path);
}

struct build {
    struct item *it;
    struct emit *e;
    struct str text;
};

static struct place place_in(void *ctx, size_t offset)
{
    struct build *b = ctx;

    return place_offset(b->it, b->text, offset);
}

static int on_image(void *ctx, const struct dockerfile_image *image)
{
    struct build *b = ctx;

    image_tell(b->it, b->e, &image->name, "dockerfile",
               place_offset(b->it, b->text, image->offset));
    return OK;
}

/* A chart is no document before it is rendered: the row of charts says that it is not read. */
static int tell_unread(struct item *it, struct emit *e, struct str text, const struct diag *d)
{
    const struct catalog_unread *charts = catalog_unread_named(it->catalog, STR("helm"));

    if (charts && str_has(text, STR("{{")))
        emit_no_reader(e, charts, place_item(it));
    else
        emit_gap(e, COVERAGE_PARTIAL, place_item(it), "images in it are not read: %s", d->text);
    return emit_result(e);
}

/* The next document of a stream, with what separates it from the one before. */
static struct str next_document(struct str *rest)
{
    size_t at = 0;

    while ((at = str_find(*rest, STR("\n---"), at)) != SIZE_MAX) {
        char next = at + 4 < rest->n ? rest->p[at + 4] : '\n';
        if (at && strchr(" \t\r\n", next) && next)
            break;
        at += 4;
    }
    struct str document = str_sub(*rest, 0, at == SIZE_MAX ? rest->n : at + 1);
    *rest = str_sub(*rest, document.n, rest->n);
    return document;
}

static unsigned count_lines(struct str text)
{
    unsigned n = 0;

    for (size_t at = 0; (at = str_chr(text, '\n', at)) != SIZE_MAX; at++)
        n++;
    return n;
}

static int read_stream(struct item *it, struct emit *e, struct str text)
{
    struct image_document document = {0};

    for (struct str rest = text; rest.n;) {
        struct str part = next_document(&rest);
        struct diag d = {0};
        struct doc doc = {0};
        int rc = yaml_parse(part, &it->limits, it->arena, &doc, &d);
        if (rc == E_NOMEM || rc == E_LIMIT)
            emit_gap(e, COVERAGE_PARTIAL, place_item(it), "images in it are not read: %s", d.text);
        else if (rc)
            return tell_unread(it, e, text, &d);
        document.doc = &doc;
        rc = rc ? rc : image_tell_document(it, e, &document);
        if (rc)
            return rc;
        document.shift_bytes += part.n;
        document.shift_lines += count_lines(part);
    }
    return emit_result(e);
}

static int run_container_images(struct item *it, struct emit *e)
{
    struct image_document document = {0};
    struct str text;
    int rc;

    if (is_json(it->path)) {
        rc = item_doc(it, DOC_JSONC, &document.doc);
        rc = rc ? rc : image_tell_document(it, e, &document);
        return rc ? rc : emit_result(e);
    }
    if ((rc = item_text(it, &text)))
        return rc;
    struct build b = {it, e, text};
    if (is_yaml(it->path)) { /* commands of pipelines are lines of it */
        rc = image_tell_script(it, e, text, place_in, &b);
        return rc ? rc : read_stream(it, e, text);
    }
    if (is_script(it->path))
        rc = image_tell_script(it, e, text, place_in, &b);
    else if (is_terraform(it->path))
        rc = image_tell_terraform(it, e, text);
    else if (is_unit(it->path))
        rc = image_tell_unit(it, e, text);
    else
        rc = dockerfile_images(text, it->arena, on_image, &b);
    return rc ? rc : emit_result(e);
}

const struct detector DETECTOR_CONTAINER_IMAGES = {
    .id = "container-images",
    .title = "AI software in container images",
    .version = 4,
    .wants = wants_container_images,
    .triggers = LITERAL_IMAGE,
    .need = ITEM_TEXT,
    .run = run_container_images,
};

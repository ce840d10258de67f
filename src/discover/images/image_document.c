/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which members of a document name images that are run: those where Compose, Kubernetes,
 * Helm, pipelines and development containers look for one. */
#include "base/path.h"
#include "discover/images/images.h"
#include "formats/yaml.h"

struct reading {
    struct item *it;
    struct emit *e;
    const struct image_document *document;
    const struct doc *doc;
    int error;
};

static struct place place_of(struct reading *r, const struct node *n)
{
    struct place at = place_node(r->it, r->doc, n);

    at.line += r->document->shift_lines;
    at.offset += (int64_t)r->document->shift_bytes;
    return at;
}

static void tell_text(struct reading *r, const struct node *n, struct str text, const char *by)
{
    struct image_text image;

    if (r->error)
        return;
    r->error = image_expand(text, NULL, NULL, r->it->arena, &image);
    if (!r->error)
        image_tell(r->it, r->e, &image, by, place_of(r, n));
}

/* "image: a/b:1", also by an alias */
static void tell_string(struct reading *r, const struct node *n, const char *by)
{
    const struct node *value = n ? yaml_target(r->doc, n) : NULL;

    if (node_is(value, NODE_STRING))
        tell_text(r, n, node_text(r->doc, value), by);
}

/* "docker://a/b:1" */
static void tell_address(struct reading *r, const struct node *n, const char *by)
{
    struct str text = node_is(n, NODE_STRING) ? node_text(r->doc, n) : STR("");

    if (str_starts(text, STR("docker://")))
        tell_text(r, n, str_sub(text, 9, text.n), by);
}

/* "container: a/b:1" or "container: {image: a/b:1}" */
static void tell_either(struct reading *r, const struct node *n, const char *member, const char *by)
{
    if (node_is(n, NODE_OBJECT))
        n = node_get(r->doc, n, str_z(member));
    tell_string(r, n, by);
}

/* {registry: ghcr.io, repository: a/b, tag: 1, digest: sha256:…} */
static void tell_parts(struct reading *r, const struct node *object, const char *by)
{
    const struct doc *doc = r->doc;
    const struct node *tag = node_get(doc, object, STR("tag"));
    struct str registry = node_str(doc, object, STR("registry"));
    struct str digest = node_str(doc, object, STR("digest"));
    bool tagged = node_is(tag, NODE_STRING) || node_is(tag, NODE_NUMBER);
    struct str version = tagged ? node_text(doc, tag) : STR("");
    struct str text =
        arena_fmt(r->it->arena, STR_FMT "%s" STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(registry),
                  registry.n ? "/" : "", STR_ARG(node_str(doc, object, STR("repository"))),
                  version.n ? ":" : "", STR_ARG(version), digest.n ? "@" : "", STR_ARG(digest));

    if (!text.p)
        r->error = arena_error(r->it->arena);
    else
        tell_text(r, node_get(doc, object, STR("repository")), text, by);
}

/* A service may take what it does not say from another one: "<<: *common". */
static const struct node *inherited(struct reading *r, const struct node *object, struct str key)
{
    const struct node *n = node_get(r->doc, object, key);
    const struct node *from = node_get(r->doc, object, STR("<<"));

    return n || !from ? n : node_get(r->doc, yaml_target(r->doc, from), key);
}

static void read_compose(struct reading *r, const struct node *root)
{
    node_each (r->doc, node_get(r->doc, root, STR("services")), service)
        if (node_is(service, NODE_OBJECT))
            tell_string(r, inherited(r, service, STR("image")), "compose");
}

static void read_workflow(struct reading *r, const struct node *root)
{
    static const char by[] = "workflow";
    const struct doc *doc = r->doc;

    node_each (doc, node_get(doc, root, STR("jobs")), job) {
        if (!node_is(job, NODE_OBJECT))
            continue;
        tell_either(r, node_get(doc, job, STR("container")), "image", by);
        node_each (doc, node_get(doc, job, STR("services")), service)
            tell_either(r, service, "image", by);
        node_each (doc, node_get(doc, job, STR("steps")), step)
            tell_address(r, node_get(doc, step, STR("uses")), by);
    }
    tell_address(r, node_get(doc, node_get(doc, root, STR("runs")), STR("image")), by);
}

static void read_gitlab_job(struct reading *r, const struct node *job)
{
    tell_either(r, node_get(r->doc, job, STR("image")), "name", "pipeline");
    node_each (r->doc, node_get(r->doc, job, STR("services")), service)
        tell_either(r, service, "name", "pipeline");
}

static void read_gitlab(struct reading *r, const struct node *root)
{
    read_gitlab_job(r, root);
    node_each (r->doc, root, job)
        if (node_is(job, NODE_OBJECT))
            read_gitlab_job(r, job);
}

/* Every "image" of manifests and of values of charts, at any depth. */
static void read_all(struct reading *r, const char *by)
{
    const struct doc *doc = r->doc;

    for (uint32_t i = 0; i < doc->n && !r->error; i++) {
        const struct node *n = &doc->nodes[i];
        if (node_is(n, NODE_OBJECT) && node_str(doc, n, STR("repository")).n)
            tell_parts(r, n, by);
        else if (i && str_eq(node_key(doc, n), STR("image")))
            tell_string(r, n, by);
    }
}

/* Every "image" of the members of a list that is called so. */
static void read_lists(struct reading *r, const char *list, const char *by)
{
    const struct doc *doc = r->doc;

    for (uint32_t i = 1; i < doc->n && !r->error; i++) {
        const struct node *n = &doc->nodes[i];
        const struct node *above = node_parent(doc, node_parent(doc, n));
        if (str_eq_nocase(node_key(doc, n), STR("image")) && node_is(above, NODE_ARRAY) &&
            str_eq_nocase(node_key(doc, above), str_z(list)))
            tell_string(r, n, by);
    }
}

/* images: [{name: a/b, newName: c/d, newTag: 1, digest: sha256:…}] */
static void read_kustomize(struct reading *r, const struct node *root)
{
    const struct doc *doc = r->doc;

    node_each (doc, node_get(doc, root, STR("images")), n) {
        struct str name = node_str(doc, n, STR("newName")), tag, text;
        const struct node *new_tag = node_get(doc, n, STR("newTag"));
        struct str digest = node_str(doc, n, STR("digest"));
        const struct node *at = node_get(doc, n, name.n ? STR("newName") : STR("name"));
        if (!node_is(n, NODE_OBJECT) || !node_is(at, NODE_STRING) || r->error)
            continue;
        name = node_text(doc, at);
        tag = new_tag ? node_text(doc, new_tag) : STR("");
        text = arena_fmt(r->it->arena, STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(name),
                         tag.n ? ":" : "", STR_ARG(tag), digest.n ? "@" : "", STR_ARG(digest));
        if (!text.p)
            r->error = arena_error(r->it->arena);
        else
            tell_text(r, at, text, "kustomize");
    }
}

struct string_at {
    struct reading *r;
    const struct node *n;
};

static struct place place_of_string(void *ctx, size_t offset UNUSED)
{
    struct string_at *s = ctx;

    return place_of(s->r, s->n);
}

/* "scripts" of a package.json */
static void read_scripts(struct reading *r, const struct node *root)
{
    node_each (r->doc, node_get(r->doc, root, STR("scripts")), n) {
        struct string_at s = {r, n};
        if (node_is(n, NODE_STRING) && !r->error)
            r->error = image_tell_script(r->it, r->e, node_text(r->doc, n), place_of_string, &s);
    }
}

static bool is_manifest(struct reading *r, const struct node *root)
{
    struct str kind = node_str(r->doc, root, STR("kind"));

    return node_str(r->doc, root, STR("apiVersion")).n && kind.n &&
           !str_eq(kind, STR("ConfigMap")) && !str_eq(kind, STR("Secret"));
}

static bool is_values(struct str base)
{
    return str_starts(base, STR("values")) || str_ends(base, STR("values.yaml")) ||
           str_ends(base, STR("values.yml"));
}

static void read_by_name(struct reading *r, const struct node *root)
{
    struct str path = r->it->path, base = path_base(path), dir = path_dir(path);

    if (path_has_suffix(dir, STR(".github/workflows")) || str_starts(base, STR("action.y")))
        read_workflow(r, root);
    else if (str_ends(base, STR(".gitlab-ci.yml")))
        read_gitlab(r, root);
    else if (path_has_suffix(dir, STR(".circleci")))
        read_lists(r, "docker", "pipeline");
    else if (str_ends(base, STR("devcontainer.json")))
        tell_string(r, node_get(r->doc, root, STR("image")), "dev-container");
    else if (str_eq(base, STR("package.json")))
        read_scripts(r, root);
    else if (str_starts(base, STR("kustomization.y")))
        read_kustomize(r, root);
    else if (is_values(base))
        read_all(r, "helm");
    else if (node_is(node_get(r->doc, root, STR("services")), NODE_OBJECT))
        read_compose(r, root);
    else
        read_lists(r, "containerDefinitions", "task-definition");
}

int image_tell_document(struct item *it, struct emit *e, const struct image_document *document)
{
    struct reading r = {.it = it, .e = e, .document = document, .doc = document->doc};
    const struct node *root = doc_root(r.doc);

    if (!node_is(root, NODE_OBJECT))
        return OK;
    if (str_eq(node_str(r.doc, root, STR("kind")), STR("Kustomization")))
        read_kustomize(&r, root);
    else if (is_manifest(&r, root))
        read_all(&r, "kubernetes");
    else
        read_by_name(&r, root);
    return r.error;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Container images: layers and what they hide, documents, digests; as tarballs and as folders. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>

#include "base/hash.h"
#include "discover/archives/members_testing.h"

#define FILES_MAX 64u

/* A tarball or folder in the making. */
struct tarball {
    struct arena mem;
    struct pack_member files[FILES_MAX];
    size_t n;
};

static void tarball_done(struct tarball *t)
{
    arena_done(&t->mem);
}

static struct str keep(struct tarball *t, struct str s)
{
    struct str copy = arena_str(&t->mem, s);
    assert_non_null(copy.p);
    return copy;
}

static void put(struct tarball *t, const char *path, struct str content)
{
    assert_true(t->n < FILES_MAX);
    t->files[t->n++] = (struct pack_member){.path = keep(t, str_n(path, strlen(path) + 1)).p,
                                            .content = keep(t, content)};
}

static const char *digest_of(struct tarball *t, struct str content)
{
    unsigned char sum[SHA256_BYTES];
    AUTO(buf) hex = BUF_INIT;
    assert_int_equal(sha256_of(content, sum), 0);
    buf_add_hex(&hex, sum, sizeof(sum));
    return keep(t, str_n(hex.p, hex.n + 1)).p;
}

/* A blob of an OCI layout; its digest. */
static const char *put_blob(struct tarball *t, struct str content)
{
    const char *digest = digest_of(t, content);
    AUTO(buf) path = BUF_INIT;
    buf_addf(&path, "blobs/sha256/%s", digest);
    put(t, path.p, content);
    return digest;
}

static struct str layer_of(struct tarball *t, const char *filter, const struct pack_member *v,
                           size_t n)
{
    AUTO(buf) tar = BUF_INIT;
    pack(&tar, "gnutar", filter, v, n);
    return keep(t, buf_str(&tar));
}

/* The place of a path in a layer. */
static const char *at(struct tarball *t, const char *digest, const char *path)
{
    AUTO(buf) b = BUF_INIT;
    buf_addf(&b, "sha256:%.12s%s%s", digest, path ? "/" : "", path ? path : "");
    return keep(t, str_n(b.p, b.n + 1)).p;
}

static const char *config_at(struct tarball *t, const char *digest)
{
    AUTO(buf) b = BUF_INIT;
    buf_addf(&b, "config:%.12s", digest);
    return keep(t, str_n(b.p, b.n + 1)).p;
}

static const char *oci_manifest(struct tarball *t, const char *config, const char *const *layers,
                                size_t n)
{
    AUTO(buf) json = BUF_INIT;
    buf_addf(&json, "{\"schemaVersion\": 2, \"config\": {\"digest\": \"sha256:%s\"}, \"layers\": [",
             config);
    for (size_t i = 0; i < n; i++)
        buf_addf(&json, "%s{\"mediaType\": \"x\", \"digest\": \"sha256:%s\"}", i ? "," : "",
                 layers[i]);
    buf_addz(&json, "]}");
    return put_blob(t, buf_str(&json));
}

static void oci_index(struct tarball *t, const char *const *manifests, size_t n)
{
    AUTO(buf) json = BUF_INIT;
    buf_addz(&json, "{\"schemaVersion\": 2, \"manifests\": [");
    for (size_t i = 0; i < n; i++)
        buf_addf(&json, "%s{\"digest\": \"sha256:%s\"}", i ? "," : "", manifests[i]);
    buf_addz(&json, "]}");
    put(t, "oci-layout", STR("{\"imageLayoutVersion\": \"1.0.0\"}"));
    put(t, "index.json", buf_str(&json));
}

static void examine(struct opened *o, struct tarball *t, const char *filter, struct buf *bytes)
{
    buf_clear(bytes);
    pack(bytes, "gnutar", filter, t->files, t->n);
    o->content = buf_str(bytes);
    open_item(o);
    assert_int_equal(o->rc, 0);
}

/* ---- layers ---- */

struct sample {
    struct tarball t;
    const char *lower, *upper, *config, *manifest;
    struct buf key;
};

static void sample_done(struct sample *s)
{
    tarball_done(&s->t);
    buf_done(&s->key);
}

/*
 * Two layers: the upper one replaces app/, removes etc/key and all of gone/, and puts a file where
 * a folder was.
 */
static void sample_layers(struct sample *s, const char *filter, struct str *ret_lower,
                          struct str *ret_upper)
{
    s->t.mem = (struct arena)ARENA(0);
    s->key = (struct buf)BUF_INIT;
    add_key(&s->key, 5);
    const struct pack_member lower[] = {
        {.path = "app/package.json", .content = MANIFEST},
        {.path = "kept/package.json", .content = MANIFEST},
        {.path = "gone/deep/package.json", .content = MANIFEST},
        {.path = "gone/key", .content = buf_str(&s->key)},
        {.path = "etc/key", .content = buf_str(&s->key)},
        {.path = "replaced/package.json", .content = MANIFEST},
        {.path = "opaque/old/package.json", .content = MANIFEST},
    };
    const struct pack_member upper[] = {
        {.path = "app", .type = AE_IFDIR},
        {.path = "app/package.json", .content = STR("{\"dependencies\": {\"openai\": \"1\"}}")},
        {.path = ".wh.gone"},
        {.path = "etc/.wh.key"},
        {.path = "replaced", .content = STR("x")},
        {.path = "opaque/.wh..wh..opq"},
        {.path = "opaque/new/package.json", .content = MANIFEST},
        {.path = ".wh..wh.aufs"},
    };
    *ret_lower = layer_of(&s->t, filter, lower, ARRAY_LEN(lower));
    *ret_upper = layer_of(&s->t, filter, upper, ARRAY_LEN(upper));
}

static struct str config_with_key(struct sample *s)
{
    AUTO(buf) json = BUF_INIT;
    buf_addf(&json, "{\"config\": {\"Env\": [\"PATH=/bin\", \"GROQ_API_KEY=%s\"]}}", s->key.p);
    return keep(&s->t, buf_str(&json));
}

static void sample_oci(struct sample *s, const char *filter)
{
    struct str lower, upper;
    sample_layers(s, filter, &lower, &upper);
    s->lower = put_blob(&s->t, lower);
    s->upper = put_blob(&s->t, upper);
    s->config = put_blob(&s->t, config_with_key(s));
    s->manifest = oci_manifest(&s->t, s->config, (const char *[]){s->lower, s->upper}, 2);
    oci_index(&s->t, &s->manifest, 1);
}

/* The one value in the configuration is told with the pointer to it. */
static void expect_key(struct sample *s, const struct opened *o, const char *pointer)
{
    const char *member = config_at(&s->t, s->config);
    assert_int_equal(opened_values_at(o, member), 1);
    for (size_t i = 0; i < o->facts.n; i++) {
        const struct fact *f = &o->facts.v[i];
        if (f->type == FACT_VALUE && str_eq_z(f->at.member, member))
            assert_true(str_eq_z(f->at.pointer, pointer));
    }
}

static void expect_sample(struct sample *s, const struct opened *o)
{
    struct tarball *t = &s->t;
    assert_int_equal(opened_says(o, NULL, KIND_APPLICATION), 3);
    assert_int_equal(opened_says(o, at(t, s->upper, "app/package.json"), KIND_PACKAGE), 1);
    assert_int_equal(opened_says(o, at(t, s->lower, "kept/package.json"), KIND_PACKAGE), 2);
    assert_int_equal(opened_says(o, at(t, s->upper, "opaque/new/package.json"), KIND_PACKAGE), 2);
    /* Removed, but everybody who has the image has them. */
    assert_int_equal(opened_values_at(o, at(t, s->lower, "gone/key")), 1);
    assert_int_equal(opened_values_at(o, at(t, s->lower, "etc/key")), 1);
}

static void an_oci_layout_in_a_tar(void **state UNUSED)
{
    static const char *const filters[] = {NULL, "gzip", "zstd"};
    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        AUTO(sample) s = {0};
        AUTO(buf) bytes = BUF_INIT;
        sample_oci(&s, filters[i]);
        AUTO(opened) o = {.path = "image.tar"};
        examine(&o, &s.t, NULL, &bytes);
        expect_sample(&s, &o);
        expect_key(&s, &o, "/config/Env/1");
        assert_int_equal(opened_count(&o, FACT_GAP), 0);
        /* And the tar itself packed. */
        examine(&o, &s.t, "gzip", &bytes);
        expect_sample(&s, &o);
        assert_int_equal(opened_count(&o, FACT_GAP), 0);
    }
}

static void a_tarball_of_docker_save(void **state UNUSED)
{
    AUTO(sample) s = {0};
    AUTO(buf) bytes = BUF_INIT;
    AUTO(buf) json = BUF_INIT;
    AUTO(buf) path = BUF_INIT;
    struct str lower, upper;
    sample_layers(&s, NULL, &lower, &upper);
    s.lower = digest_of(&s.t, lower);
    s.upper = digest_of(&s.t, upper);
    put(&s.t, "1111/layer.tar", lower);
    put(&s.t, "2222/layer.tar", upper);
    put(&s.t, "2222/json", STR("{}"));
    /* Equal layers are links. */
    s.t.files[s.t.n++] =
        (struct pack_member){.path = "3333/layer.tar", .link = "../2222/layer.tar"};
    buf_addf(&json,
             "{\"rootfs\": {\"diff_ids\": [\"sha256:%s\", \"sha256:%s\", \"sha256:%s\"]},"
             " \"config\": {\"Env\": [\"GROQ_API_KEY=%s\"]}}",
             s.lower, s.upper, s.upper, s.key.p);
    s.config = digest_of(&s.t, buf_str(&json));
    buf_addf(&path, "%s.json", s.config);
    put(&s.t, path.p, buf_str(&json));
    buf_clear(&json);
    buf_addf(&json,
             "[{\"Config\": \"%s\", \"RepoTags\": [\"a:1\"], \"Layers\":"
             " [\"1111/layer.tar\", \"2222/layer.tar\", \"3333/layer.tar\"]}]",
             path.p);
    put(&s.t, "manifest.json", buf_str(&json));
    AUTO(opened) o = {.path = "saved.tar"};
    examine(&o, &s.t, NULL, &bytes);
    expect_sample(&s, &o);
    expect_key(&s, &o, "/config/Env/0");
    assert_int_equal(opened_count(&o, FACT_GAP), 0);
}

/* A file that one image shows is shown, also when another one hides it. */
static void several_images(void **state UNUSED)
{
    AUTO(sample) s = {0};
    AUTO(buf) bytes = BUF_INIT;
    struct str lower, upper;
    sample_layers(&s, "gzip", &lower, &upper);
    s.lower = put_blob(&s.t, lower);
    s.upper = put_blob(&s.t, upper);
    s.config = put_blob(&s.t, STR("{}"));
    const char *both = oci_manifest(&s.t, s.config, (const char *[]){s.lower, s.upper}, 2);
    const char *one = oci_manifest(&s.t, s.config, &s.lower, 1);
    oci_index(&s.t, (const char *[]){both, one}, 2);
    AUTO(opened) o = {.path = "image.tar"};
    examine(&o, &s.t, NULL, &bytes);
    assert_int_equal(opened_says(&o, at(&s.t, s.lower, "gone/deep/package.json"), KIND_PACKAGE), 2);
    assert_int_equal(opened_says(&o, at(&s.t, s.lower, "app/package.json"), KIND_PACKAGE), 2);
    assert_int_equal(opened_says(&o, at(&s.t, s.upper, "app/package.json"), KIND_PACKAGE), 1);
    assert_int_equal(opened_count(&o, FACT_GAP), 0);
}

static void an_index_in_an_index(void **state UNUSED)
{
    AUTO(sample) s = {0};
    AUTO(buf) bytes = BUF_INIT;
    AUTO(buf) json = BUF_INIT;
    struct str lower, upper;
    sample_layers(&s, "gzip", &lower, &upper);
    s.lower = put_blob(&s.t, lower);
    s.upper = put_blob(&s.t, upper);
    s.config = put_blob(&s.t, STR("{}"));
    s.manifest = oci_manifest(&s.t, s.config, (const char *[]){s.lower, s.upper}, 2);
    const char *digest = s.manifest;
    for (int i = 0; i < 6; i++) {
        buf_clear(&json);
        buf_addf(&json, "{\"manifests\": [{\"digest\": \"sha256:%s\"}]}", digest);
        digest = put_blob(&s.t, buf_str(&json));
        AUTO(tarball) copy = {.mem = ARENA(0)};
        memcpy(copy.files, s.t.files, sizeof(copy.files));
        copy.n = s.t.n;
        oci_index(&copy, &digest, 1);
        AUTO(opened) o = {.path = "image.tar"};
        examine(&o, &copy, NULL, &bytes);
        if (i < 3)
            expect_sample(&s, &o);
        else
            assert_int_equal(opened_gap(&o, "", "indexes lie in indexes")->gap, COVERAGE_PARTIAL);
    }
}

/* ---- what is wrong ---- */

static void digests_are_checked(void **state UNUSED)
{
    AUTO(sample) s = {0};
    AUTO(buf) bytes = BUF_INIT;
    sample_oci(&s, "gzip");
    const struct pack_member other = {.path = "kept/package.json", .content = MANIFEST};
    s.t.files[0].content =
        layer_of(&s.t, "gzip", &other, 1); /* under the name of the lower layer */
    s.t.files[2].content = STR("{ }");     /* of the config */
    AUTO(opened) o = {.path = "image.tar"};
    examine(&o, &s.t, NULL, &bytes);
    assert_int_equal(opened_gap(&o, at(&s.t, s.lower, NULL), "another digest")->gap,
                     COVERAGE_PARTIAL);
    assert_non_null(opened_gap(&o, config_at(&s.t, s.config), "another digest"));
    assert_int_equal(opened_count(&o, FACT_GAP), 2);
    assert_int_equal(opened_says(&o, at(&s.t, s.lower, "kept/package.json"), KIND_PACKAGE), 2);
}

static void what_is_missing_is_told(void **state UNUSED)
{
    for (size_t gone = 0; gone < 4; gone++) {
        AUTO(sample) s = {0};
        AUTO(buf) bytes = BUF_INIT;
        sample_oci(&s, "gzip");
        const char *names[] = {s.lower, s.upper, s.config, s.manifest};
        memmove(&s.t.files[gone], &s.t.files[gone + 1], (s.t.n - gone - 1) * sizeof(s.t.files[0]));
        s.t.n--;
        AUTO(opened) o = {.path = "image.tar"};
        examine(&o, &s.t, NULL, &bytes);
        const char *member = gone == 2 ? config_at(&s.t, s.config) : at(&s.t, names[gone], NULL);
        const struct fact *gap = opened_gap(&o, member, "not here");
        assert_non_null(gap);
        assert_int_equal(gap->gap, COVERAGE_FAILED);
        assert_int_equal(opened_count(&o, FACT_GAP), 1);
        assert_int_equal(opened_says(&o, at(&s.t, s.upper, "app/package.json"), KIND_PACKAGE),
                         gone == 1 || gone == 3 ? 0 : 1);
    }
}

static void a_damaged_layer(void **state UNUSED)
{
    AUTO(sample) s = {0};
    AUTO(buf) bytes = BUF_INIT;
    sample_oci(&s, "gzip");
    s.t.files[0].content.n -= 30;
    AUTO(opened) o = {.path = "image.tar"};
    examine(&o, &s.t, NULL, &bytes);
    assert_non_null(opened_gap(&o, at(&s.t, s.lower, NULL), ""));
    assert_int_equal(opened_says(&o, at(&s.t, s.upper, "app/package.json"), KIND_PACKAGE), 1);
}

static void blobs_that_no_manifest_names(void **state UNUSED)
{
    AUTO(sample) s = {0};
    AUTO(buf) bytes = BUF_INIT;
    sample_oci(&s, "gzip");
    const struct pack_member left[] = {{.path = "left/package.json", .content = MANIFEST},
                                       {.path = "left/key", .content = buf_str(&s.key)}};
    AUTO(buf) member = BUF_INIT;
    buf_addf(&member, "blobs/sha256/%s!/left/key", put_blob(&s.t, layer_of(&s.t, "gzip", left, 2)));
    put(&s.t, "beside/package.json", MANIFEST); /* no blob: an ordinary member */
    AUTO(opened) o = {.path = "image.tar"};
    examine(&o, &s.t, NULL, &bytes);
    assert_int_equal(opened_says(&o, NULL, KIND_APPLICATION), 4);
    assert_int_equal(opened_says(&o, "beside/package.json", KIND_PACKAGE), 2);
    assert_int_equal(opened_values_at(&o, member.p), 1);
}

static void tars_that_only_look_like_images(void **state UNUSED)
{
    static const char *const manifests[] = {"{\"manifest_version\": 3}", "[]", "[{\"Layers\": 1}]",
                                            "[", "[{\"Layers\": [\"x.tar\"]}]"};
    for (size_t i = 0; i < ARRAY_LEN(manifests); i++) {
        AUTO(tarball) t = {.mem = ARENA(0)};
        AUTO(buf) bytes = BUF_INIT;
        put(&t, "manifest.json", str_z(manifests[i]));
        put(&t, "app/package.json", MANIFEST);
        AUTO(opened) o = {.path = "extension.tar"};
        examine(&o, &t, NULL, &bytes);
        assert_int_equal(opened_says(&o, "app/package.json", KIND_PACKAGE), 2);
        assert_int_equal(opened_count(&o, FACT_GAP), i == 4); /* the layer is not here */
    }
}

static void too_many_documents(void **state UNUSED)
{
    AUTO(tarball) t = {.mem = ARENA(0)};
    AUTO(buf) json = BUF_INIT;
    AUTO(buf) bytes = BUF_INIT;
    const char *config = put_blob(&t, STR("{}")), *manifest = oci_manifest(&t, config, NULL, 0);
    buf_addz(&json, "{\"manifests\": [");
    for (int i = 0; i < 5000; i++)
        buf_addf(&json, "%s{\"digest\": \"sha256:%s\"}", i ? "," : "", manifest);
    buf_addz(&json, "]}");
    put(&t, "oci-layout", STR("{}"));
    put(&t, "index.json", buf_str(&json));
    AUTO(opened) o = {.path = "image.tar"};
    examine(&o, &t, NULL, &bytes);
    assert_int_equal(opened_count(&o, FACT_GAP), 1);
    assert_int_equal(opened_gap(&o, "", "more than 512 documents")->gap, COVERAGE_PARTIAL);
}

/* Weights and other files may stand where layers do. */
static void artifacts(void **state UNUSED)
{
    AUTO(tarball) t = {.mem = ARENA(0)};
    AUTO(buf) json = BUF_INIT;
    AUTO(buf) bytes = BUF_INIT;
    const char *file = put_blob(&t, MANIFEST);
    buf_addf(&json,
             "{\"layers\": [{\"digest\": \"sha256:%s\", \"annotations\":"
             " {\"org.opencontainers.image.title\": \"x/package.json\"}}]}",
             file);
    const char *manifest = put_blob(&t, buf_str(&json));
    oci_index(&t, &manifest, 1);
    AUTO(opened) o = {.path = "artifact.tar"};
    examine(&o, &t, NULL, &bytes);
    assert_int_equal(opened_says(&o, at(&t, file, NULL), KIND_PACKAGE), 2);
    assert_int_equal(opened_count(&o, FACT_GAP), 0);
}

static void memory_runs_out(void **state UNUSED)
{
    AUTO(sample) s = {0};
    AUTO(buf) bytes = BUF_INIT;
    sample_oci(&s, "gzip");
    pack(&bytes, "gnutar", NULL, s.t.files, s.t.n);
    AUTO(opened) o = {.path = "image.tar", .content = buf_str(&bytes)};
    open_item(&o);
    size_t all = o.facts.n;
    for (size_t n = 1; n < 1500; n += 1 + n / 40) {
        mem_fail_after(n);
        open_item(&o);
        mem_fail_after(0);
        if (!o.rc && !opened_count(&o, FACT_GAP))
            assert_int_equal(o.facts.n, all);
    }
}

/* ---- folders ---- */

static void write_file(const char *root, const char *path, struct str content)
{
    AUTO(buf) at_path = BUF_INIT;
    buf_addf(&at_path, "%s/%s", root, path);
    int fd = open(at_path.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content.p, content.n), content.n);
    close(fd);
}

static void path_in(struct buf *out, const char *root, const char *path)
{
    buf_clear(out);
    buf_addf(out, "%s/%s", root, path);
    assert_int_equal(buf_result(out), 0);
}

static void remove_all(const char *root, const struct tarball *t)
{
    AUTO(buf) path = BUF_INIT;
    for (size_t i = 0; i < t->n; i++) {
        path_in(&path, root, t->files[i].path);
        unlink(path.p);
    }
    path_in(&path, root, "blobs/sha256");
    rmdir(path.p);
    path_in(&path, root, "blobs");
    rmdir(path.p);
    rmdir(root);
}

static void a_layout_in_a_folder(void **state UNUSED)
{
    char root[] = "/tmp/stance-image-XXXXXX", elsewhere[] = "/tmp/stance-blob-XXXXXX";
    AUTO(buf) path = BUF_INIT;
    AUTO(sample) s = {0};
    struct str index = STR("");
    assert_non_null(mkdtemp(root));
    path_in(&path, root, "blobs");
    assert_int_equal(mkdir(path.p, 0755), 0);
    path_in(&path, root, "blobs/sha256");
    assert_int_equal(mkdir(path.p, 0755), 0);
    sample_oci(&s, "gzip");
    const struct pack_member left = {.path = "left/key", .content = buf_str(&s.key)};
    const char *rest = put_blob(&s.t, layer_of(&s.t, NULL, &left, 1));
    for (size_t i = 0; i < s.t.n; i++) {
        write_file(root, s.t.files[i].path, s.t.files[i].content);
        if (!strcmp(s.t.files[i].path, "index.json"))
            index = s.t.files[i].content;
    }
    AUTO(opened) o = {.path = "img/index.json", .content = index};
    o.folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(o.folder > 0);
    open_item(&o);
    assert_int_equal(o.rc, 0);
    expect_sample(&s, &o);
    expect_key(&s, &o, "/config/Env/1");
    buf_clear(&path);
    buf_addf(&path, "%s!/left/key", at(&s.t, rest, NULL));
    assert_int_equal(opened_values_at(&o, path.p), 1);
    assert_int_equal(opened_count(&o, FACT_GAP), 0);
    /* A blob that is a link is not followed, whatever it leads to. */
    int fd = mkstemp(elsewhere);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(unlink(elsewhere), 0);
    path_in(&path, root, s.t.files[1].path);
    assert_int_equal(rename(path.p, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, path.p), 0);
    open_item(&o);
    assert_non_null(opened_gap(&o, at(&s.t, s.upper, NULL), "not here"));
    assert_int_equal(opened_says(&o, at(&s.t, s.lower, "app/package.json"), KIND_PACKAGE), 2);
    close(o.folder);
    unlink(elsewhere);
    remove_all(root, &s.t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_oci_layout_in_a_tar),
        cmocka_unit_test(a_tarball_of_docker_save),
        cmocka_unit_test(several_images),
        cmocka_unit_test(an_index_in_an_index),
        cmocka_unit_test(digests_are_checked),
        cmocka_unit_test(what_is_missing_is_told),
        cmocka_unit_test(a_damaged_layer),
        cmocka_unit_test(blobs_that_no_manifest_names),
        cmocka_unit_test(tars_that_only_look_like_images),
        cmocka_unit_test(too_many_documents),
        cmocka_unit_test(artifacts),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(a_layout_in_a_folder),
    };
    return cmocka_run_group_tests(tests, members_start, members_stop);
}

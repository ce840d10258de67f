/* SPDX-License-Identifier: Apache-2.0 */
/* Formats without a reader: by name, by content, once an archive; no detector reads one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector_test.h"

extern const struct detector DETECTOR_UNREAD_FORMATS;
#define DET &DETECTOR_UNREAD_FORMATS

static void by_name(void **state UNUSED)
{
    detector_says(DET, "go.mod", "module x\n", "gap not_looked: go-modules @file\n");
    detector_says(DET, "a/Cargo.toml", "", "gap not_looked: cargo @file\n");
    detector_says(DET, "a/build.gradle.kts", "", "gap not_looked: gradle @file\n");
    detector_says(DET, "src/Shop.csproj", "", "gap not_looked: nuget @file\n");
    detector_says(DET, ".github/workflows/ci.yml", "", "gap not_looked: github-workflows @file\n");
    detector_says(DET, "Dockerfile", "", "gap not_looked: dockerfile @file\n");
    detector_says(DET, "x/Dockerfile.gpu", "", "gap not_looked: dockerfile @file\n");
    detector_says(DET, "a.ipynb", "{}", "gap not_looked: notebooks @file\n");
    detector_says(DET, "pytorch_model-00001-of-00002.bin", "", "gap not_looked: pytorch @file\n");
    detector_says(DET, "m/model.onnx", "", "gap not_looked: onnx @file\n");
    detector_says(DET, "a.rar", "x", "gap not_looked: rar @file\n");
    detector_says(DET, "d/a_1.0.udeb", "x", "gap not_looked: deb @file\n");
    detector_says(DET, "a.cpio", "x", "gap not_looked: cpio @file\n");
    detector_says(DET, "x.sqlite", "", "gap not_looked: sqlite @file\n");
    detector_says(DET, "db/chroma.sqlite3", "SQLite format 3", "gap not_looked: chroma @file\n");
    detector_says(DET, ".config/io.datasette.llm/logs.db", "",
                  "gap not_looked: chat-history @file\n");
    detector_says(DET, "Cursor/User/workspaceStorage/0a/state.vscdb", "",
                  "gap not_looked: chat-history @file\n");
    detector_says(DET, "disk.iso", "x", "gap not_looked: iso @file\n");
}

static void by_content(void **state UNUSED)
{
    detector_says(DET, "blobs/sha256-00ff", "GGUF\3", "gap not_looked: gguf @file\n");
    detector_says(DET, "state", "\200\4\225abc", "gap not_looked: pickle @file\n");
    /* What a file begins with says less than its name. */
    detector_says(DET, "x.pt", "\200\4\225abc", "gap not_looked: pytorch @file\n");
    detector_says(DET, "blob", "GGU", "");
    detector_says(DET, "one", "Rar!\x1a\7\1x", "gap not_looked: rar @file\n");
    detector_says(DET, "one", "!<arch>\ndebian-binary   ", "gap not_looked: deb @file\n");
    detector_says(DET, "one", "\xed\xab\xee\xdb\3", "gap not_looked: rpm @file\n");
    detector_says(DET, "one", "\4\"M\x18x", "gap not_looked: lz4 @file\n");
    detector_says(DET, "one", "070701000", "gap not_looked: cpio @file\n");
    detector_says(DET, "logs.db", "", "");
    detector_says(DET, "Code/User/globalStorage/state.vscdb", "", "");
    detector_says(DET, "lib.a", "!<arch>\nx.o/  ", "");
    detector_says(DET, "one", "Rar! it says", "");
    detector_says(DET, "one", "MSCF", "");
}

static void others(void **state UNUSED)
{
    static const char *const paths[] = {"package.json",
                                        "requirements.txt",
                                        "a.safetensors",
                                        "go.mod.bak",
                                        "xgo.mod",
                                        "go",
                                        "mod",
                                        "workflows/ci.yml",
                                        "model.bin",
                                        "a.toml",
                                        "Dockerfile-notes",
                                        "a.pt/b.txt",
                                        ".pt.swp",
                                        "docker-compose",
                                        "x.",
                                        "rar",
                                        "a.rar.md",
                                        "a.isolate",
                                        "debian/rules",
                                        "x.crx"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        detector_says(DET, paths[i], "text", "");
}

/* One run on a member of x.zip. */
static void member(struct emit *e, struct arena *a, const char *outer, const char *path,
                   const char *inside)
{
    struct item it = {.path = str_z(path),
                      .outer = str_z(outer),
                      .member = str_z(inside),
                      .fd = -1,
                      .catalog = &CATALOG,
                      .arena = a,
                      .emit = e};
    assert_int_equal(DETECTOR_UNREAD_FORMATS.run(&it, e), 0);
}

static void members(void **state UNUSED)
{
    AUTO(arena) a = ARENA(0);
    struct emit e;
    emit_init(&e, &a, NULL);
    for (int i = 0; i < 1000; i++) {
        member(&e, &a, "x.zip", "go.mod", "a/go.mod");
        member(&e, &a, "x.zip", "data.pkl", "a/data.pkl");
    }
    assert_int_equal(e.facts.n, 2);
    assert_int_equal(e.facts.v[0].count, 1000);
    assert_int_equal(e.facts.v[1].count, 1000);
    /* What a model consists of is no other model. */
    member(&e, &a, "x.pt", "data.pkl", "archive/data.pkl");
    member(&e, &a, "x.zip", "data.pkl", "m/y.ckpt!/archive/data.pkl");
    assert_int_equal(e.facts.v[1].count, 1000);
    /* But not what lies in an archive that has a name with a wildcard in the table. */
    member(&e, &a, "Dockerfile.zip", "data.pkl", "a/data.pkl");
    assert_int_equal(e.facts.v[1].count, 1001);
    e.muted = true;
    member(&e, &a, "x.zip", "Gemfile", "Gemfile");
    assert_int_equal(e.facts.n, 2);
    emit_done(&e);
}

/* A name of the table with each wildcard filled in. */
static const char *example_of(const char *path, struct buf *out)
{
    buf_clear(out);
    for (; *path; path++)
        buf_addc(out, *path == '*' || *path == '?' ? 'x' : *path);
    assert_int_equal(buf_result(out), 0);
    return out->p;
}

/* Those that take only a name, only code, or only hosts from such a file. */
static bool reads_nothing_of_it(const struct detector *det)
{
    return !det->wants || det->triggers || !strcmp(det->id, "project-layout") ||
           !strcmp(det->id, "vendor-hosts");
}

/* A format that has a reader must leave the table. */
static void nobody_reads_them(void **state UNUSED)
{
    AUTO(buf) path = BUF_INIT;
    assert_true(CATALOG.n_unread > 20);
    for (int i = 0; i < CATALOG.n_unread_names; i++) {
        struct str name = str_z(example_of(CATALOG.unread_names[i].path, &path));
        bool text = CATALOG.unread[CATALOG.unread_names[i].format].text;
        const struct catalog_unread *row =
            text ? catalog_text(&CATALOG, name) : catalog_unread(&CATALOG, name, STR(""));
        if (row != &CATALOG.unread[CATALOG.unread_names[i].format])
            fail_msg("%s is not found by its name", name.p);
        for (int k = 0; k < DETECTOR_COUNT; k++)
            if (!text && !reads_nothing_of_it(DETECTORS[k]) && DETECTORS[k]->wants(&CATALOG, name))
                fail_msg("%s is read by %s: take it out of knowledge/walk/unread.yaml", name.p,
                         DETECTORS[k]->id);
    }
}

static void survives(void **state UNUSED)
{
    detector_survives(DET, "go.mod", "module x\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_name), cmocka_unit_test(by_content),        cmocka_unit_test(others),
        cmocka_unit_test(members), cmocka_unit_test(nobody_reads_them), cmocka_unit_test(survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Archives as items: their members, archives in archives, rules, budgets, and whatever is wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/archives/members_testing.h"

#define MIB ((size_t)1 << 20)

static void every_format(void **state UNUSED)
{
    static const struct {
        const char *path, *format, *filter;
    } rows[] = {{"a.zip", "zip", NULL},         {"a.whl", "zip", NULL},
                {"a.7z", "7zip", NULL},         {"a.tar", "gnutar", NULL},
                {"a.tar.gz", "gnutar", "gzip"}, {"a.tbz2", "pax", "bzip2"},
                {"no-name", "ustar", "xz"},     {"a.tar.zst", "gnutar", "zstd"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (int in_file = 0; in_file < 2; in_file++) {
            AUTO(buf) key = BUF_INIT;
            AUTO(buf) bytes = BUF_INIT;
            add_key(&key, 1);
            const struct pack_member files[] = {{.path = "d/package.json", .content = MANIFEST},
                                                {.path = "notes.txt", .content = buf_str(&key)},
                                                {.path = "b.bin", .content = STR("\0\1\2\3\4")}};
            pack(&bytes, rows[i].format, rows[i].filter, files, ARRAY_LEN(files));
            AUTO(opened) o = {.path = rows[i].path, .content = buf_str(&bytes), .in_file = in_file};
            open_item(&o);
            assert_int_equal(o.rc, 0);
            assert_int_equal(opened_says(&o, "d/package.json", KIND_PACKAGE), 2);
            assert_int_equal(opened_says(&o, "d/package.json", KIND_APPLICATION), 1);
            assert_int_equal(opened_values_at(&o, "notes.txt"), 1);
            assert_int_equal(opened_count(&o, FACT_GAP), 0);
            assert_int_equal(o.facts.members, 3);
            assert_int_equal(o.facts.binary_members, 1);
            assert_false(o.facts.binary || o.facts.container);
        }
}

static void a_worker_that_may_not_says_so(void **state UNUSED)
{
    AUTO(buf) zip = BUF_INIT;
    const struct pack_member file = {.path = "package.json", .content = MANIFEST};
    pack(&zip, "zip", NULL, &file, 1);
    AUTO(opened) o = {.path = "a.zip", .content = buf_str(&zip), .closed = true};
    open_item(&o);
    assert_true(o.facts.container);
    assert_int_equal(o.facts.n, 0);
    o.closed = false;
    o.no_library = true;
    open_item(&o);
    assert_true(o.facts.container); /* nor is that remembered */
    assert_int_equal(opened_gap(&o, "", "zip: not opened")->gap, COVERAGE_UNSUPPORTED);
    /* A name alone makes no archive. */
    AUTO(opened) text = {.path = "a.zip", .content = STR("just text"), .closed = true};
    open_item(&text);
    assert_int_equal(text.facts.n, 1);
    assert_false(text.facts.container);
    assert_non_null(opened_gap(&text, "", "named as a zip"));
}

static void a_compressed_file(void **state UNUSED)
{
    static const char *const rows[][3] = {{"package.json.gz", "gzip", "package.json"},
                                          {"x/package.json.ZST", "zstd", "package.json"},
                                          {"dump", "bzip2", "dump"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) bytes = BUF_INIT;
        const struct pack_member file = {.path = "x", .content = MANIFEST};
        pack(&bytes, "raw", rows[i][1], &file, 1);
        AUTO(opened) o = {.path = rows[i][0], .content = buf_str(&bytes)};
        open_item(&o);
        assert_int_equal(opened_says(&o, rows[i][2], KIND_PACKAGE), i < 2 ? 2 : 0);
        assert_int_equal(o.facts.members, 1);
    }
}

static void a_program_before_a_zip(void **state UNUSED)
{
    AUTO(buf) zip = BUF_INIT;
    AUTO(buf) app = BUF_INIT;
    const struct pack_member file = {.path = "package.json", .content = MANIFEST};
    pack(&zip, "zip", NULL, &file, 1);
    buf_addz(&app, "#!/usr/bin/env python3\n");
    buf_add(&app, buf_str(&zip));
    AUTO(opened) o = {.path = "tool.pyz", .content = buf_str(&app)};
    open_item(&o);
    assert_int_equal(opened_says(&o, "package.json", KIND_PACKAGE), 2);
    /* And such a file in an archive. */
    AUTO(buf) tar = BUF_INIT;
    const struct pack_member inner = {.path = "bin/tool", .content = buf_str(&app)};
    pack(&tar, "gnutar", "gzip", &inner, 1);
    o.content = buf_str(&tar);
    open_item(&o);
    assert_int_equal(opened_says(&o, "bin/tool!/package.json", KIND_PACKAGE), 2);
}

/* Anything before a zip that is named as one; a comment behind it. */
static void something_before_a_zip(void **state UNUSED)
{
    static const struct {
        const char *path, *before, *behind;
        size_t says;
    } rows[] = {{"sfx.zip", "words of a program", "", 2},
                {"x/SFX.ZIP", "words", "comment", 2},
                {"a.whl", "\1\2\3", "", 2},
                {"a.crx", "Cr24\3", "", 2},
                {"no-name", "Cr24\3", "", 2},
                {"near.bin", "words", "", 0},
                {"near.zip.txt", "words", "", 0}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (int in_tar = 0; in_tar < 2; in_tar++) {
            AUTO(buf) zip = BUF_INIT;
            AUTO(buf) all = BUF_INIT;
            AUTO(buf) tar = BUF_INIT;
            const struct pack_member file = {.path = "package.json", .content = MANIFEST};
            pack(&zip, "zip", NULL, &file, 1);
            zip.p[zip.n - 2] = (char)strlen(rows[i].behind);
            buf_addz(&all, rows[i].before);
            buf_add(&all, buf_str(&zip));
            buf_addz(&all, rows[i].behind);
            const struct pack_member inner = {.path = rows[i].path, .content = buf_str(&all)};
            pack(&tar, "gnutar", NULL, &inner, 1);
            AUTO(opened) o = {.path = in_tar ? "o.tar" : rows[i].path,
                              .content = buf_str(in_tar ? &tar : &all)};
            open_item(&o);
            assert_int_equal(opened_says(&o, NULL, KIND_PACKAGE), rows[i].says);
            assert_int_equal(opened_count(&o, FACT_GAP), 0);
        }
}

static void a_name_that_promises_more(void **state UNUSED)
{
    static const char zeros[1024];
    const struct {
        const char *path;
        struct str content;
        const char *words; /* of the gap; NULL: none */
    } rows[] = {{"a.zip", STR("not a zip"), "named as a zip archive"},
                {"b.TAR.GZ", STR("x"), "named as a gzip archive"},
                {"c.whl", STR("x"), "named as a zip archive"},
                {"d.7z", STR("\0\1\2\3"), "named as a 7z archive"},
                {"e.tar", STR("\0\1\2\3"), "named as a tar archive"},
                {"cut.zip", STR("wordsPK\5\6\0\0\0\0\1\0\1\0\0\0\0"), "named as a zip"},
                {"words.zip", STR("PK\5\6 is what ends a zip, says this text"), ""},
                {"empty.tar", str_n(zeros, sizeof(zeros)), NULL},
                {"empty.zip", STR(""), NULL},
                {"a.egg", STR("((synopsis x))"), NULL},
                {"zip", STR("words"), NULL},
                {"notes.zip.txt", STR("words"), NULL},
                {"other.zip", STR("Rar!\x1a\7\0 of another row"), "no reader"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (int in_tar = 0; in_tar < 2; in_tar++) {
            AUTO(buf) tar = BUF_INIT;
            const struct pack_member inner = {.path = rows[i].path, .content = rows[i].content};
            pack(&tar, "gnutar", NULL, &inner, 1);
            AUTO(opened) o = {.path = in_tar ? "o.tar" : rows[i].path,
                              .content = in_tar ? buf_str(&tar) : rows[i].content};
            open_item(&o);
            assert_int_equal(opened_count(&o, FACT_GAP), rows[i].words != NULL);
            if (rows[i].words && strcmp(rows[i].words, "no reader"))
                assert_non_null(opened_gap(&o, in_tar ? rows[i].path : "", rows[i].words));
        }
    AUTO(opened) lfs = {.path = "a.zip",
                        .content = STR("version https://git-lfs.github.com/spec/v1\nsize 9\n")};
    open_item(&lfs);
    assert_int_equal(opened_gap(&lfs, "", "Git LFS pointer")->gap, COVERAGE_PARTIAL);
}

static void archives_in_archives(void **state UNUSED)
{
    static const char *const rows[][3] = {{"zip", NULL, "b.zip"},
                                          {"gnutar", "gzip", "c.tgz"},
                                          {"7zip", NULL, "d.7z"},
                                          {"pax", NULL, "e.tar"},
                                          {"gnutar", "zstd", "f"}};
    AUTO(buf) bytes = BUF_INIT;
    AUTO(buf) member = BUF_INIT;
    struct pack_member file = {.path = "sub/package.json", .content = MANIFEST};
    buf_addz(&member, file.path);
    pack(&bytes, "zip", NULL, &file, 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) outer = BUF_INIT;
        AUTO(buf) path = BUF_INIT;
        struct pack_member inner = {.path = rows[i][2], .content = buf_str(&bytes)};
        pack(&outer, rows[i][0], rows[i][1], &inner, 1);
        buf_addf(&path, "%s!/%s", rows[i][2], member.p);
        buf_clear(&member);
        buf_add(&member, buf_str(&path));
        buf_clear(&bytes);
        buf_add(&bytes, buf_str(&outer));
        AUTO(opened) o = {.path = "top", .content = buf_str(&bytes)};
        open_item(&o);
        assert_int_equal(opened_count(&o, FACT_GAP), 0);
        assert_int_equal(opened_says(&o, member.p, KIND_PACKAGE), 2);
    }
    assert_string_equal(member.p, "f!/e.tar!/d.7z!/c.tgz!/b.zip!/sub/package.json");
}

static void not_deeper_than_allowed(void **state UNUSED)
{
    AUTO(buf) bytes = BUF_INIT;
    struct pack_member file = {.path = "package.json", .content = MANIFEST};
    pack(&bytes, "zip", NULL, &file, 1);
    for (int i = 0; i < 12; i++) {
        AUTO(buf) outer = BUF_INIT;
        struct pack_member inner = {.path = "z", .content = buf_str(&bytes)};
        pack(&outer, i % 2 ? "zip" : "gnutar", NULL, &inner, 1);
        buf_clear(&bytes);
        buf_add(&bytes, buf_str(&outer));
    }
    AUTO(opened) o = {.path = "a.zip", .content = buf_str(&bytes)};
    open_item(&o);
    assert_int_equal(opened_count(&o, FACT_ASSET), 0);
    assert_int_equal(opened_count(&o, FACT_GAP), 1);
    const struct fact *gap = opened_gap(&o, "z!/z!/z!/z!/z!/z!/z!/z!/z", "lies in 9 archives");
    assert_non_null(gap);
    assert_int_equal(gap->gap, COVERAGE_PARTIAL);
}

static void what_rules_pass_by(void **state UNUSED)
{
    const struct pack_member files[] = {
        {.path = "node_modules/a/package.json", .content = MANIFEST},
        {.path = "node_modules/b/package.json", .content = MANIFEST},
        {.path = "x/node_modules/c/package.json", .content = MANIFEST},
        {.path = "x/package.json", .content = MANIFEST},
        {.path = "soft", .link = "x"},
        {.path = "x/.mcp.json", .link = "/etc/passwd"},
        {.path = "pipe", .type = AE_IFIFO},
    };
    AUTO(buf) tar = BUF_INIT;
    pack(&tar, "gnutar", NULL, files, ARRAY_LEN(files));
    AUTO(opened) o = {.path = "a.tar", .content = buf_str(&tar)};
    open_item(&o);
    assert_int_equal(opened_says(&o, NULL, KIND_PACKAGE), 2);
    assert_int_equal(o.facts.members, 1);
    assert_int_equal(opened_count(&o, FACT_GAP), 4);
    const struct fact *rule = opened_gap(&o, "", "installed copies");
    assert_int_equal(rule->gap, COVERAGE_SKIPPED);
    assert_int_equal(rule->count, 3);
    assert_true(str_eq_z(rule->pattern, "**/node_modules/**"));
    assert_int_equal(opened_gap(&o, "", "links in archives")->count, 1);
    assert_int_equal(opened_gap(&o, "", "pipes, sockets")->count, 1);
    assert_int_equal(opened_gap(&o, "x/.mcp.json", "a link: not followed")->gap,
                     COVERAGE_NOT_LOOKED);
    o.all = true;
    open_item(&o);
    assert_int_equal(o.facts.members, 4);
    assert_null(opened_gap(&o, "", "installed copies"));
}

static void names_that_lead_elsewhere(void **state UNUSED)
{
    const struct pack_member files[] = {
        {.path = "../../package.json", .content = MANIFEST},
        {.path = "/root/package.json", .content = MANIFEST},
        {.path = ".//./d//package.json", .content = MANIFEST},
        {.path = "a\nb\033[2J/package.json", .content = MANIFEST},
        {.path = "latin\xe9/package.json", .content = MANIFEST},
        {.path = "w\\package.json", .content = MANIFEST},
    };
    static const char *const members[] = {"../../package.json",     "root/package.json",
                                          "d/package.json",         "a\nb\033[2J/package.json",
                                          "latin\xe9/package.json", "w\\package.json"};
    AUTO(buf) tar = BUF_INIT;
    pack(&tar, "gnutar", NULL, files, ARRAY_LEN(files));
    AUTO(opened) o = {.path = "a.tar", .content = buf_str(&tar)};
    open_item(&o);
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        assert_int_equal(opened_says(&o, members[i], KIND_PACKAGE), 2);
    assert_int_equal(opened_count(&o, FACT_GAP), 0);
}

static void what_cannot_be_read_is_told(void **state UNUSED)
{
    AUTO(buf) zip = BUF_INIT;
    AUTO(buf) path = BUF_INIT;
    buf_pad(&path, 'p', 5000);
    const struct pack_member files[] = {{.path = "package.json", .content = MANIFEST},
                                        {.path = "secret", .content = STR("x")}};
    pack_with(&zip, "zip", NULL, "zip:encryption=zipcrypt", files, 2);
    AUTO(opened) o = {.path = "a.zip", .content = buf_str(&zip)};
    open_item(&o);
    assert_int_equal(opened_gap(&o, "package.json", "encrypted")->gap, COVERAGE_DENIED);
    assert_int_equal(opened_gap(&o, "secret", "encrypted")->gap, COVERAGE_DENIED);
    assert_int_equal(opened_count(&o, FACT_GAP), 2);

    AUTO(buf) tar = BUF_INIT;
    const struct pack_member longs[] = {{.path = path.p, .content = MANIFEST},
                                        {.path = "package.json", .content = MANIFEST}};
    pack(&tar, "gnutar", NULL, longs, 2);
    o.content = buf_str(&tar);
    open_item(&o);
    assert_int_equal(opened_count(&o, FACT_GAP), 1);
    assert_int_equal(opened_says(&o, "package.json", KIND_PACKAGE), 2);
    /* Cut: the first member is there, the rest is told. */
    o.content = str_n(tar.p, tar.n - 700 - 512);
    open_item(&o);
    assert_true(opened_count(&o, FACT_GAP) >= 2);
    AUTO(opened) broken = {.path = "b.gz", .content = STR("\x1f\x8b\x08\0garbage garbage")};
    open_item(&broken);
    assert_int_equal(opened_count(&broken, FACT_GAP), 1);
    assert_int_equal(opened_gap(&broken, "", "")->gap, COVERAGE_FAILED);
}

static void a_wrong_sum_is_told_at_the_member(void **state UNUSED)
{
    AUTO(buf) zip = BUF_INIT;
    const struct pack_member files[] = {{.path = "package.json", .content = MANIFEST},
                                        {.path = "ok/package.json", .content = MANIFEST}};
    pack_with(&zip, "zip", NULL, "zip:compression=store", files, 2);
    zip.p[str_find(buf_str(&zip), STR("bot"), 0)] = 'B';
    AUTO(opened) o = {.path = "a.zip", .content = buf_str(&zip)};
    open_item(&o);
    assert_int_equal(opened_says(&o, "package.json", KIND_PACKAGE), 2);
    assert_int_equal(opened_gap(&o, "package.json", "CRC")->gap, COVERAGE_PARTIAL);
    assert_int_equal(opened_says(&o, "ok/package.json", KIND_PACKAGE), 2);
}

/* ---- large members ---- */

static void fill(struct buf *b, size_t total)
{
    static const char line[] = "the quick brown fox jumps over the lazy dog and does it again.\n";
    while (b->n < total)
        buf_add(b, str_sub(str_z(line), 0, total - b->n));
}

static void large_texts_are_searched_in_windows(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) bytes = BUF_INIT;
    fill(&text, 18 * MIB);
    buf_addc(&text, '\n');
    add_key(&text, 1);
    buf_addc(&text, '\n');
    fill(&text, 20 * MIB);
    const struct pack_member files[] = {{.path = "log.txt", .content = buf_str(&text)},
                                        {.path = "package.json", .content = buf_str(&text)}};
    pack(&bytes, "zip", NULL, files, 2);
    AUTO(opened) o = {.path = "a.zip", .content = buf_str(&bytes), .memory = 40 * MIB};
    open_item(&o);
    assert_int_equal(o.rc, 0);
    assert_int_equal(opened_values_at(&o, "log.txt"), 1);
    assert_int_equal(opened_values_at(&o, "package.json"), 1);
    assert_int_equal(opened_count(&o, FACT_GAP), 1);
    assert_non_null(opened_gap(&o, "package.json", "larger than the limit of 16 MiB"));
    /* Of unknown size, and nothing but text. */
    AUTO(buf) gz = BUF_INIT;
    pack(&gz, "raw", "gzip", files, 1);
    o.content = buf_str(&gz);
    o.path = "log.txt.gz";
    open_item(&o);
    assert_int_equal(opened_values_at(&o, "log.txt"), 1);
    assert_int_equal(opened_count(&o, FACT_GAP), 0);
}

static void binary_members_are_not_unpacked(void **state UNUSED)
{
    AUTO(buf) zeros = BUF_INIT;
    AUTO(buf) zip = BUF_INIT;
    buf_pad(&zeros, '\0', 8 * MIB);
    const struct pack_member files[] = {{.path = "zeros", .content = buf_str(&zeros)},
                                        {.path = "package.json", .content = MANIFEST}};
    pack(&zip, "zip", NULL, files, 2);
    AUTO(opened) o = {.path = "a.zip", .content = buf_str(&zip)};
    o.limits = archive_limits_default();
    o.limits.free_bytes = MIB;
    o.limits.ratio = 1;
    open_item(&o);
    assert_int_equal(opened_count(&o, FACT_GAP), 0);
    assert_int_equal(opened_says(&o, "package.json", KIND_PACKAGE), 2);
    assert_true(o.facts.bytes_read < MIB);
    /* Compressed by itself its size is not known before its end. */
    AUTO(buf) gz = BUF_INIT;
    buf_pad(&zeros, '\0', 20 * MIB);
    const struct pack_member lone = {.path = "zeros", .content = buf_str(&zeros)};
    pack(&gz, "raw", "gzip", &lone, 1);
    AUTO(opened) raw = {.path = "zeros.gz", .content = buf_str(&gz)};
    open_item(&raw);
    assert_int_equal(opened_gap(&raw, "zeros", "not text")->gap, COVERAGE_NOT_LOOKED);
}

/* Weights of 3 MiB: the header is read after the digest was taken from the same stream. */
static void weights_in_an_archive(void **state UNUSED)
{
    static const char header[] = "{\"w\": {\"dtype\": \"U8\", \"shape\": [3145728],"
                                 " \"data_offsets\": [0, 3145728]}}";
    AUTO(buf) weights = BUF_INIT;
    AUTO(buf) tar = BUF_INIT;
    buf_addc(&weights, (char)strlen(header));
    buf_pad(&weights, '\0', 7);
    buf_addz(&weights, header);
    for (unsigned i = 0, seed = 3; i < 3145728; i++) {
        seed = seed * 1103515245u + 12345u;
        buf_addc(&weights, (char)(seed >> 16));
    }
    const struct pack_member file = {.path = "m/w.safetensors", .content = buf_str(&weights)};
    pack(&tar, "gnutar", NULL, &file, 1);
    AUTO(opened) o = {.path = "a.tar", .content = buf_str(&tar)};
    open_item(&o);
    assert_int_equal(opened_count(&o, FACT_GAP), 0);
    assert_int_equal(opened_says(&o, "m/w.safetensors", KIND_MODEL_FILE), 1);
    const struct observation *file_seen = &o.facts.v[0].asset;
    assert_int_equal(observation_attr(file_seen, ATTR_MODEL_FILE_TENSORS)->value.number, 1);
    assert_int_equal(observation_attr(file_seen, ATTR_MODEL_FILE_SHA256)->state, STATE_DECLARED);
    assert_int_equal(observation_attr(file_seen, ATTR_MODEL_FILE_SIZE)->value.number, weights.n);
}

/* ---- budgets ---- */

static void bombs(void **state UNUSED)
{
    AUTO(buf) zeros = BUF_INIT;
    AUTO(buf) one = BUF_INIT;
    AUTO(buf) many = BUF_INIT;
    struct pack_member inner[16];
    char names[16][8];
    fill(&zeros, 0);
    buf_pad(&zeros, ' ', 8 * MIB); /* a text: it would be searched to its end */
    const struct pack_member m = {.path = "blanks", .content = buf_str(&zeros)};
    pack(&one, "zip", NULL, &m, 1);
    for (size_t i = 0; i < ARRAY_LEN(inner); i++) {
        snprintf(names[i], sizeof(names[i]), "%zu.zip", i);
        inner[i] = (struct pack_member){.path = names[i], .content = buf_str(&one)};
    }
    pack(&many, "zip", NULL, inner, ARRAY_LEN(inner));
    AUTO(opened) o = {.path = "bomb.zip", .content = buf_str(&many)};
    o.limits = archive_limits_default();
    o.limits.free_bytes = 32 * MIB;
    open_item(&o);
    assert_int_equal(o.rc, 0);
    assert_int_equal(opened_count(&o, FACT_GAP), 1);
    const struct fact *gap = NULL;
    for (size_t i = 0; i < o.facts.n; i++)
        gap = o.facts.v[i].type == FACT_GAP ? &o.facts.v[i] : gap;
    assert_true(str_has(gap->reason, STR("unpacks to more than")));
    assert_int_equal(gap->gap, COVERAGE_PARTIAL);
    assert_true(o.facts.bytes_read < 80 * MIB);

    o.limits.members = 5;
    open_item(&o);
    assert_true(opened_count(&o, FACT_GAP) == 1);
}

/* A thousand files that cannot be read are not a thousand rows. */
static void gaps_are_counted(void **state UNUSED)
{
    AUTO(buf) tar = BUF_INIT;
    AUTO(arena) mem = ARENA(0);
    struct pack_member *files = arena_new_n(&mem, struct pack_member, 1000);
    for (unsigned i = 0; i < 1000; i++) {
        char *name = arena_alloc(&mem, 32);
        snprintf(name, 32, "%u/package.json", i);
        files[i] = (struct pack_member){.path = name, .content = STR("{]")};
    }
    pack(&tar, "gnutar", "gzip", files, 1000);
    AUTO(opened) o = {.path = "a.tgz", .content = buf_str(&tar)};
    open_item(&o);
    assert_int_equal(opened_count(&o, FACT_GAP), 501);
    assert_non_null(opened_gap(&o, "", "500 more places in it"));
}

static void too_much_to_say_stops(void **state UNUSED)
{
    AUTO(buf) tar = BUF_INIT;
    AUTO(arena) mem = ARENA(0);
    struct pack_member *files = arena_new_n(&mem, struct pack_member, 3000);
    for (unsigned i = 0; i < 3000; i++) {
        char *name = arena_alloc(&mem, 32);
        snprintf(name, 32, "%u/package.json", i);
        files[i] = (struct pack_member){.path = name, .content = MANIFEST};
    }
    pack(&tar, "gnutar", "gzip", files, 3000);
    AUTO(opened) o = {.path = "a.tgz", .content = buf_str(&tar), .memory = 8 * MIB};
    open_item(&o);
    assert_int_equal(o.rc, 0);
    assert_true(opened_says(&o, NULL, KIND_PACKAGE) > 100);
    assert_non_null(opened_gap(&o, "", "holds more than one item may say"));
}

static void memory_runs_out(void **state UNUSED)
{
    AUTO(buf) zip = BUF_INIT;
    AUTO(buf) tar = BUF_INIT;
    const struct pack_member files[] = {{.path = "node_modules/x", .content = STR("x")},
                                        {.path = "package.json", .content = MANIFEST}};
    pack(&zip, "zip", NULL, files, 2);
    const struct pack_member inner[] = {{.path = "a.zip", .content = buf_str(&zip)},
                                        {.path = "package.json", .content = MANIFEST}};
    pack(&tar, "gnutar", "gzip", inner, 2);
    AUTO(opened) o = {.path = "a.tgz", .content = buf_str(&tar)};
    open_item(&o);
    size_t all = o.facts.n;
    assert_true(all > 4);
    for (size_t n = 1; n < 600; n++) {
        mem_fail_after(n);
        open_item(&o);
        mem_fail_after(0);
        if (!o.rc && !opened_count(&o, FACT_GAP))
            fail_msg("allocation %zu: nothing is told", n);
        if (!o.rc && opened_count(&o, FACT_GAP) == 1)
            assert_true(o.facts.n >= all || opened_gap(&o, "", "") || o.facts.n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format),
        cmocka_unit_test(a_worker_that_may_not_says_so),
        cmocka_unit_test(a_compressed_file),
        cmocka_unit_test(a_program_before_a_zip),
        cmocka_unit_test(something_before_a_zip),
        cmocka_unit_test(a_name_that_promises_more),
        cmocka_unit_test(archives_in_archives),
        cmocka_unit_test(not_deeper_than_allowed),
        cmocka_unit_test(what_rules_pass_by),
        cmocka_unit_test(names_that_lead_elsewhere),
        cmocka_unit_test(what_cannot_be_read_is_told),
        cmocka_unit_test(a_wrong_sum_is_told_at_the_member),
        cmocka_unit_test(large_texts_are_searched_in_windows),
        cmocka_unit_test(binary_members_are_not_unpacked),
        cmocka_unit_test(weights_in_an_archive),
        cmocka_unit_test(bombs),
        cmocka_unit_test(gaps_are_counted),
        cmocka_unit_test(too_much_to_say_stops),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, members_start, members_stop);
}

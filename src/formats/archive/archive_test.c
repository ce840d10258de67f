/* SPDX-License-Identifier: Apache-2.0 */
/* Archives of every format, whole and damaged: what could be read counts, the rest is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/archive/testing.h"

static struct archive_library *library;

/* What a reader saw, as lines: "a.txt 4 text", "l link", "error parse: ...". */
struct seen {
    struct buf text;
    int code;        /* of archive_reader_open or the last archive_reader_next */
    int member_code; /* the last one of archive_reader_read */
    struct diag diag;
    uint64_t bytes;
    bool skip; /* read nothing of members */
};

static void seen_done(struct seen *s)
{
    if (s->text.p)
        buf_done(&s->text);
}

static void see_reader(struct archive_reader *r, struct seen *s);
static struct archive_budget shared;

/* What a compressed file holds may be a tar. */
static bool see_tar(struct archive_reader *r, struct str head, struct seen *s)
{
    struct archive_rest rest = {.reader = r, .head = head};
    struct archive_source source = archive_rest_source(&rest);
    struct archive_reader *in = NULL;
    if (container_kind(head) != CONTAINER_TAR)
        return false;
    s->code = archive_reader_open(library, CONTAINER_TAR, &source, &shared, &in, &s->diag);
    if (!s->code)
        see_reader(in, s);
    if (s->code && rest.diag.code)
        s->diag = rest.diag;
    archive_reader_close(in);
    return true;
}

static void see_member(struct archive_reader *r, const struct archive_member *m, struct seen *s)
{
    static const char *const types[] = {"", " folder", " link", " other"};
    char window[1000];
    size_t got = 0, n = 0;
    struct diag d = {0};
    buf_addf(&s->text, STR_FMT "%s", STR_ARG(m->path), types[m->type]);
    if (m->encrypted)
        buf_addz(&s->text, " encrypted");
    while (m->type == ARCHIVE_MEMBER_FILE && !m->encrypted && !(s->skip && !m->nameless)) {
        int rc = archive_reader_read(r, window, sizeof(window), &got, &d);
        if (!rc && !got)
            break;
        if (rc) {
            s->member_code = rc;
            buf_addf(&s->text, " !%s", err_name(rc));
            if (rc != E_PARSE)
                break;
            continue;
        }
        if (m->nameless && !n && see_tar(r, str_n(window, got), s))
            return;
        for (size_t i = 0; !n && i < MIN(got, (size_t)12); i++)
            buf_addf(&s->text, "%s%c", i ? "" : " ", window[i] < ' ' ? '?' : window[i]);
        n += got;
    }
    s->bytes += n;
    buf_addf(&s->text, " %zu\n", n);
}

static void see_reader(struct archive_reader *r, struct seen *s)
{
    struct archive_member m;
    int rc = 1;
    while (!s->code && (rc = archive_reader_next(r, &m, &s->diag)) > 0)
        see_member(r, &m, s);
    s->code = s->code ? s->code : rc;
}

static void see_budget(struct str bytes, bool streamed, struct archive_budget budget,
                       struct seen *s)
{
    struct archive_reader *r = NULL;
    struct memory_source memory = {.bytes = bytes, .streamed = streamed};
    struct archive_source source = memory_source(&memory);
    seen_done(s);
    *s = (struct seen){.text = BUF_INIT, .skip = s->skip};
    shared = budget;
    s->code = archive_reader_open(library, container_kind(str_sub(bytes, 0, CONTAINER_HEAD)),
                                  &source, &shared, &r, &s->diag);
    if (!s->code)
        see_reader(r, s);
    archive_reader_close(r);
}

static void see(struct str bytes, bool streamed, struct seen *s)
{
    struct archive_limits l = archive_limits_default();
    see_budget(bytes, streamed, archive_budget(&l, bytes.n), s);
}

static const struct pack_member FILES[] = {
    {.path = "a.txt", .content = {"text", 4}},
    {.path = "d/b.bin", .content = {"\0\1\2", 3}},
    {.path = "empty"},
};

static void expect(struct str bytes, bool streamed, const char *text)
{
    AUTO(seen) s = {0};
    see(bytes, streamed, &s);
    if (s.code)
        fail_msg("%s: %s", err_name(s.code), s.diag.text);

    assert_string_equal(s.text.p, text);
}

static void every_format(void **state UNUSED)
{
    static const struct {
        const char *format, *filter;
        enum container kind;
        bool streams;
    } rows[] = {
        {"zip", NULL, CONTAINER_ZIP, true},       {"7zip", NULL, CONTAINER_7ZIP, false},
        {"gnutar", NULL, CONTAINER_TAR, true},    {"pax", NULL, CONTAINER_TAR, true},
        {"ustar", NULL, CONTAINER_TAR, true},     {"v7tar", NULL, CONTAINER_TAR, true},
        {"gnutar", "gzip", CONTAINER_GZIP, true}, {"gnutar", "bzip2", CONTAINER_BZIP2, true},
        {"gnutar", "xz", CONTAINER_XZ, true},     {"gnutar", "zstd", CONTAINER_ZSTD, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) bytes = BUF_INIT;
        pack(&bytes, rows[i].format, rows[i].filter, FILES, ARRAY_LEN(FILES));
        assert_int_equal(container_kind(str_sub(buf_str(&bytes), 0, 512)), rows[i].kind);
        AUTO(seen) s = {0};
        see(buf_str(&bytes), false, &s);
        if (s.code || s.member_code)
            fail_msg("%s %s: %s", rows[i].format, rows[i].filter ? rows[i].filter : "",
                     s.diag.text);
        assert_int_equal(s.bytes, 7);
        see(buf_str(&bytes), true, &s);
        assert_int_equal(s.code, rows[i].streams ? 0 : E_LIMIT);
        assert_int_equal(s.bytes, rows[i].streams ? 7 : 0);
    }
}

static void names_and_contents(void **state UNUSED)
{
    AUTO(buf) zip = BUF_INIT;
    AUTO(buf) tar = BUF_INIT;
    pack(&zip, "zip", NULL, FILES, ARRAY_LEN(FILES));
    expect(buf_str(&zip), false, "a.txt text 4\nd/b.bin ??? 3\nempty 0\n");
    pack(&tar, "gnutar", "xz", FILES, ARRAY_LEN(FILES));
    expect(buf_str(&tar), true, "a.txt text 4\nd/b.bin ??? 3\nempty 0\n");
}

/* The content of a compressed file that is no tar has no name. */
static void a_lone_file(void **state UNUSED)
{
    static const char *const filters[] = {"gzip", "bzip2", "xz", "zstd"};
    const struct pack_member text = {.path = "x", .content = STR("only this")};
    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        AUTO(buf) bytes = BUF_INIT;
        pack(&bytes, "raw", filters[i], &text, 1);
        expect(buf_str(&bytes), false, " only this 9\n");
        expect(buf_str(&bytes), true, " only this 9\n");
    }
}

/* One filter at a time: what is packed twice is an archive in an archive. */
static void packed_twice(void **state UNUSED)
{
    AUTO(buf) once = BUF_INIT;
    AUTO(buf) twice = BUF_INIT;
    const struct pack_member text = {.path = "x", .content = STR("only this")};
    pack(&once, "raw", "gzip", &text, 1);
    const struct pack_member packed = {.path = "x", .content = buf_str(&once)};
    pack(&twice, "raw", "gzip", &packed, 1);
    AUTO(seen) s = {0};
    see(buf_str(&twice), false, &s);
    assert_int_equal(s.code, 0);
    assert_int_equal(s.bytes, once.n);
}

static void several_compressed_members_are_one(void **state UNUSED)
{
    static const char *const filters[] = {"gzip", "bzip2", "xz", "zstd"};
    const struct pack_member one = {.path = "x", .content = STR("one ")},
                             two = {.path = "x", .content = STR("two")};
    for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
        AUTO(buf) bytes = BUF_INIT;
        pack(&bytes, "raw", filters[i], &one, 1);
        pack(&bytes, "raw", filters[i], &two, 1);
        expect(buf_str(&bytes), false, " one two 7\n");
    }
}

static void garbage_at_the_end(void **state UNUSED)
{
    static const char *const rows[][2] = {{"zip", NULL}, {"gnutar", NULL}, {"gnutar", "gzip"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) bytes = BUF_INIT;
        AUTO(seen) s = {0};
        pack(&bytes, rows[i][0], rows[i][1], FILES, ARRAY_LEN(FILES));
        buf_pad(&bytes, 'g', 3000);
        see(buf_str(&bytes), false, &s);
        assert_int_equal(s.bytes, 7);
    }
}

static void links_and_their_like(void **state UNUSED)
{
    const struct pack_member files[] = {
        {.path = "dir", .type = AE_IFDIR},       {.path = "dir/file", .content = STR("abc")},
        {.path = "soft", .link = "/etc/passwd"}, {.path = "hard", .hardlink = "dir/file"},
        {.path = "pipe", .type = AE_IFIFO},      {.path = "../../up", .content = STR("x")},
        {.path = "/abs", .content = STR("y")},
    };
    AUTO(buf) tar = BUF_INIT;
    AUTO(buf) zip = BUF_INIT;
    pack(&tar, "gnutar", NULL, files, ARRAY_LEN(files));
    expect(buf_str(&tar), false,
           "dir/ folder 0\ndir/file abc 3\nsoft link 0\nhard link 0\npipe other 0\n"
           "../../up x 1\n/abs y 1\n");
    pack(&zip, "zip", NULL, files, 3);
    expect(buf_str(&zip), false, "dir/ folder 0\ndir/file abc 3\nsoft link 0\n");
}

static void names_of_any_bytes(void **state UNUSED)
{
    const struct pack_member files[] = {
        {.path = "new\nline", .content = STR("1")},
        {.path = "esc\033[31m", .content = STR("2")},
        {.path = "latin\xe9", .content = STR("3")},
        {.path = "gr\xc3\xbc\xc3\x9f", .content = STR("4")},
    };
    static const char *const formats[] = {"gnutar", "zip", "ustar"};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        AUTO(buf) bytes = BUF_INIT;
        AUTO(seen) s = {0};
        pack(&bytes, formats[i], NULL, files, ARRAY_LEN(files));
        see(buf_str(&bytes), false, &s);
        assert_int_equal(s.code, 0);
        assert_string_equal(s.text.p, "new\nline 1 1\nesc\033[31m 2 1\nlatin\xe9 3 1\n"
                                      "gr\xc3\xbc\xc3\x9f 4 1\n");
    }
}

static void check_long_path(enum container kind, const char *format)
{
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) tar = BUF_INIT;
    buf_pad(&path, 'p', 5000);
    const struct pack_member m = {.path = path.p, .content = STR("x")};
    pack(&tar, format, NULL, &m, 1);
    struct memory_source memory = {.bytes = buf_str(&tar)};
    struct archive_source source = memory_source(&memory);
    struct archive_limits l = archive_limits_default();
    struct archive_budget b = archive_budget(&l, tar.n);
    struct archive_reader *r;
    struct archive_member got;
    struct diag d = {0};
    assert_int_equal(archive_reader_open(library, kind, &source, &b, &r, &d), 0);
    assert_int_equal(archive_reader_next(r, &got, &d), 1);
    assert_true(got.long_path);
    assert_int_equal(got.path.n, 4096);
    archive_reader_close(r);
}

static void long_paths_are_cut_and_told(void **state UNUSED)
{
    check_long_path(CONTAINER_TAR, "gnutar");
    check_long_path(CONTAINER_ZIP, "zip");
}

static void variants_of_zip(void **state UNUSED)
{
    static const char *const options[] = {"zip:compression=store", "zip:compression=deflate",
                                          "zip:zip64", NULL};
    for (int streams = 0; streams < 2; streams++)
        for (size_t i = 0; i < ARRAY_LEN(options); i++) {
            AUTO(buf) zip = BUF_INIT;
            struct pack_member files[] = {{.path = "a", .content = STR("aaaaaaaaaa")},
                                          {.path = "b", .content = STR("bb")}};
            files[0].unknown_size = files[1].unknown_size = streams; /* sizes after the data */
            pack_with(&zip, "zip", NULL, options[i], files, 2);
            expect(buf_str(&zip), false, "a aaaaaaaaaa 10\nb bb 2\n");
        }
}

static void encrypted_members(void **state UNUSED)
{
    AUTO(buf) zip = BUF_INIT;
    pack_with(&zip, "zip", NULL, "zip:encryption=zipcrypt", FILES, 2);
    expect(buf_str(&zip), false, "a.txt encrypted 0\nd/b.bin encrypted 0\n");
}

static void without_members(void **state UNUSED)
{
    AUTO(buf) zip = BUF_INIT;
    AUTO(buf) gz = BUF_INIT;
    AUTO(buf) seven = BUF_INIT;
    pack(&zip, "zip", NULL, NULL, 0);
    expect(buf_str(&zip), false, "");
    const struct pack_member nothing = {.path = "x"};
    pack(&gz, "raw", "gzip", &nothing, 1);
    expect(buf_str(&gz), false, "");
    pack(&seven, "7zip", NULL, NULL, 0);
    expect(buf_str(&seven), false, "");
}

/* A 7z of no members says so with a sum; zeros, and a header that is cut, say nothing. */
static void nothing_is_no_empty_7z(void **state UNUSED)
{
    AUTO(buf) seven = BUF_INIT;
    buf_add(&seven, STR("7z\xbc\xaf\x27\x1c\0\4\x8d\x9b\xd5\x0f"));
    buf_pad(&seven, '\0', 20);
    expect(buf_str(&seven), false, "");
    for (int i = 0; i < 2; i++) {
        struct seen s = {0};
        if (i)
            buf_cut(&seven, 20);
        else
            seven.p[8] = 0;
        see(buf_str(&seven), false, &s);
        assert_int_equal(s.code, E_PARSE);
        seen_done(&s);
    }
}

static void what_names_promise(void **state UNUSED)
{
    static const struct {
        const char *path;
        enum container kind;
    } rows[] = {
        {"a.zip", CONTAINER_ZIP},         {"d/A.WHL", CONTAINER_ZIP},  {"a.tar.gz", CONTAINER_GZIP},
        {"a.tar", CONTAINER_TAR},         {"a.7z", CONTAINER_7ZIP},    {"a.txz", CONTAINER_XZ},
        {"zip", CONTAINER_NONE},          {"a.zip/b", CONTAINER_NONE}, {"a.zip.md", CONTAINER_NONE},
        {"a.gzip-notes", CONTAINER_NONE}, {"a.egg", CONTAINER_NONE},   {"", CONTAINER_NONE}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(container_named(str_z(rows[i].path)), rows[i].kind);
}

/* ---- damage ---- */

static void big_files(struct buf *text, struct pack_member files[3])
{
    for (unsigned i = 0, seed = 7; i < 3000; i++) {
        seed = seed * 1103515245u + 12345u;
        buf_addf(text, "%08x", seed);
    }
    files[0] = (struct pack_member){.path = "first", .content = str_sub(buf_str(text), 0, 3000)};
    files[1] = (struct pack_member){.path = "second", .content = buf_str(text)};
    files[2] = (struct pack_member){.path = "third", .content = STR("end")};
}

/* Cut anywhere, an archive gives what was there before the cut, and says that it was cut. */
static void cut_archives(void **state UNUSED)
{
    static const char *const rows[][2] = {{"zip", NULL},      {"7zip", NULL},      {"gnutar", NULL},
                                          {"gnutar", "gzip"}, {"gnutar", "bzip2"}, {"gnutar", "xz"},
                                          {"gnutar", "zstd"}};
    AUTO(buf) text = BUF_INIT;
    struct pack_member files[3];
    big_files(&text, files);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) bytes = BUF_INIT;
        AUTO(seen) s = {0};
        pack(&bytes, rows[i][0], rows[i][1], files, 3);
        see(buf_str(&bytes), false, &s);
        uint64_t all = s.bytes;
        assert_int_equal(all, 27003);
        for (size_t n = 512; n < bytes.n; n += 97) {
            for (int skip = 0; skip < 2; skip++) {
                s.skip = skip;
                see(str_n(bytes.p, n), false, &s);
                if (!s.code && !s.member_code && s.bytes < all && !skip)
                    fail_msg("%s %s: %zu of %zu bytes: nothing is told", rows[i][0],
                             rows[i][1] ? rows[i][1] : "", n, bytes.n);
            }
        }
    }
}

static void a_cut_tar_keeps_its_first_members(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) tar = BUF_INIT;
    AUTO(seen) s = {0};
    struct pack_member files[3];
    big_files(&text, files);
    pack(&tar, "gnutar", NULL, files, 3);
    see(str_n(tar.p, 512 + 3072 + 512 + 1000), false, &s);
    assert_int_equal(s.bytes, 3000 + 1000);
    assert_int_equal(s.member_code, E_PARSE);
    see(str_n(tar.p, 512 + 3072), false, &s); /* between two members */
    assert_int_equal(s.code, E_PARSE);
    assert_true(str_has(str_z(s.diag.text), STR("end mark")));
    s.skip = true; /* inside a member that nobody reads */
    see(str_n(tar.p, 512 + 3072 + 512 + 1000), false, &s);
    assert_int_equal(s.code, E_PARSE);
}

static void damaged_headers_are_passed_over(void **state UNUSED)
{
    AUTO(buf) tar = BUF_INIT;
    AUTO(seen) s = {0};
    pack(&tar, "gnutar", NULL, FILES, ARRAY_LEN(FILES));
    tar.p[1024] ^= 0x40; /* the name in the second header */
    see(buf_str(&tar), false, &s);
    assert_int_equal(s.code, E_PARSE);
    assert_true(str_has(buf_str(&s.text), STR("a.txt text 4")));
    assert_true(str_has(buf_str(&s.text), STR("empty")));
}

static size_t find(const struct buf *b, struct str what)
{
    size_t at = str_find(buf_str(b), what, 0);
    assert_true(at != SIZE_MAX);
    return at;
}

/* Two names, or one content under two: the directory's word counts, and it is told. */
static void a_zip_with_two_faces(void **state UNUSED)
{
    AUTO(buf) zip = BUF_INIT;
    AUTO(seen) s = {0};
    pack(&zip, "zip", NULL, FILES, ARRAY_LEN(FILES));
    size_t entry = find(&zip, STR("PK\1\2"));
    zip.p[str_find(buf_str(&zip), STR("a.txt"), entry)] = 'b';
    see(buf_str(&zip), false, &s);
    assert_int_equal(s.code, E_PARSE);
    assert_true(str_has(buf_str(&s.text), STR("b.txt text 4")));
    assert_true(str_has(str_z(s.diag.text), STR("two names")));
    buf_clear(&zip);
    pack(&zip, "zip", NULL, FILES, ARRAY_LEN(FILES));
    zip.p[find(&zip, STR("PK\1\2")) + 42] = 1; /* the offset of the first member */
    see(buf_str(&zip), false, &s);
    assert_int_not_equal(s.code, 0);
    see(str_n(zip.p, zip.n - 10), false, &s);
    assert_int_equal(s.code, E_PARSE);
    assert_int_equal(s.bytes, 7);
    assert_true(str_has(str_z(s.diag.text), STR("no directory")));
}

static void a_zip_that_lies(void **state UNUSED)
{
    AUTO(buf) zip = BUF_INIT;
    AUTO(seen) s = {0};
    struct pack_member m[] = {{.path = "a", .content = STR("the same the same the same")},
                              {.path = "b", .content = STR("good")}};
    pack_with(&zip, "zip", NULL, "zip:compression=store", m, 2);
    zip.p[find(&zip, STR("same"))] = 'S'; /* the sum is wrong */
    see(buf_str(&zip), false, &s);
    assert_int_equal(s.member_code, E_PARSE);
    assert_true(str_has(buf_str(&s.text), STR("b good 4")));
    buf_clear(&zip);
    /* Another size than the data has, in the header and in the directory. */
    pack_with(&zip, "zip", NULL, "zip:compression=deflate", m, 2);
    zip.p[22] += 1;
    zip.p[find(&zip, STR("PK\1\2")) + 24] += 1;
    see(buf_str(&zip), false, &s);
    assert_int_equal(s.member_code, E_PARSE);
    assert_int_equal(s.bytes, 26 + 4);
}

static void random_damage(void **state UNUSED)
{
    static const char *const rows[][2] = {{"zip", NULL},       {"7zip", NULL},  {"gnutar", NULL},
                                          {"gnutar", "bzip2"}, {"pax", "zstd"}, {"gnutar", "xz"}};
    AUTO(buf) text = BUF_INIT;
    struct pack_member files[3];
    unsigned seed = 1;
    big_files(&text, files);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (unsigned k = 0; k < 100; k++) {
            AUTO(buf) bytes = BUF_INIT;
            AUTO(seen) s = {0};
            if (k % 2)
                pack(&bytes, rows[i][0], rows[i][1], FILES, ARRAY_LEN(FILES));
            else
                pack(&bytes, rows[i][0], rows[i][1], files, 3);
            for (unsigned hits = 0; hits < 1 + k % 7; hits++) {
                seed = seed * 1103515245u + 12345u;
                bytes.p[(seed >> 8) % bytes.n] ^= (char)(1 << (k % 8));
            }
            see(buf_str(&bytes), k % 3 == 0, &s);
        }
}

/* ---- budgets ---- */

static void bombs_stop(void **state UNUSED)
{
    static const char *const rows[][2] = {{"zip", NULL},       {"7zip", NULL}, {"gnutar", "gzip"},
                                          {"gnutar", "bzip2"}, {"raw", "xz"},  {"raw", "zstd"}};
    struct archive_limits l = archive_limits_default();
    AUTO(buf) zeros = BUF_INIT;
    l.free_bytes = (uint64_t)1 << 20;
    l.ratio = 10;
    buf_pad(&zeros, '\0', (size_t)8 << 20);
    const struct pack_member m = {.path = "zeros", .content = buf_str(&zeros)};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) bytes = BUF_INIT;
        AUTO(seen) s = {0};
        pack(&bytes, rows[i][0], rows[i][1], &m, 1);
        assert_true(bytes.n < (size_t)64 << 10);
        see_budget(buf_str(&bytes), false, archive_budget(&l, bytes.n), &s);
        assert_int_equal(s.code, E_LIMIT);
        assert_true(s.bytes <= (2u << 20));
        s.skip = true; /* passing over costs the same, but in a zip nothing */
        see_budget(buf_str(&bytes), false, archive_budget(&l, bytes.n), &s);
        assert_int_equal(s.code, i ? E_LIMIT : 0);
        s.skip = false;
        l.bytes = 1000; /* in all */
        see_budget(buf_str(&bytes), false, archive_budget(&l, bytes.n), &s);
        assert_int_equal(s.code, E_LIMIT);
        l.bytes = archive_limits_default().bytes;
    }
}

static void too_many_members(void **state UNUSED)
{
    struct archive_limits l = archive_limits_default();
    AUTO(buf) zip = BUF_INIT;
    AUTO(seen) s = {0};
    pack(&zip, "zip", NULL, FILES, ARRAY_LEN(FILES));
    l.members = 2;
    see_budget(buf_str(&zip), false, archive_budget(&l, zip.n), &s);
    assert_int_equal(s.code, E_LIMIT);
    assert_int_equal(s.bytes, 7);
    assert_string_equal(s.diag.text, "holds more members than the limit");
}

/* The holes of a sparse file are zeros that nobody packed. */
static void holes_are_charged(void **state UNUSED)
{
    struct archive_limits l = archive_limits_default();
    AUTO(buf) tar = BUF_INIT;
    AUTO(seen) s = {0};
    const struct pack_member m = {.path = "sparse", .content = STR("end"), .hole = 1 << 20};
    pack(&tar, "pax", NULL, &m, 1);
    assert_true(tar.n < 100000);
    see(buf_str(&tar), false, &s);
    assert_int_equal(s.code, 0);
    assert_int_equal(s.bytes, (1 << 20) + 3);
    l.free_bytes = 1000;
    l.ratio = 1;
    see_budget(buf_str(&tar), false, archive_budget(&l, tar.n), &s);
    assert_int_equal(s.code, E_LIMIT);
}

static void memory_runs_out(void **state UNUSED)
{
    AUTO(buf) zip = BUF_INIT;
    pack(&zip, "zip", NULL, FILES, ARRAY_LEN(FILES));
    struct memory_source memory = {.bytes = buf_str(&zip)};
    struct archive_source source = memory_source(&memory);
    struct archive_limits l = archive_limits_default();
    struct archive_budget b = archive_budget(&l, zip.n);
    struct archive_reader *r = NULL;
    struct diag d = {0};
    mem_fail_after(1);
    assert_int_equal(archive_reader_open(library, CONTAINER_ZIP, &source, &b, &r, &d), E_NOMEM);
    mem_fail_after(0);
    struct archive_library *again = NULL;
    mem_fail_after(1);
    assert_int_equal(archive_library_new(&again, &d), E_NOMEM);
    mem_fail_after(0);
}

static int broken_read(void *ctx, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    struct memory_source *m = ctx;
    if (offset + n > 4000)
        return E_IO;
    return memory_read(m, offset, to, n, ret_got);
}

static void a_source_that_fails(void **state UNUSED)
{
    AUTO(buf) tar = BUF_INIT;
    pack(&tar, "gnutar", "gzip", FILES, ARRAY_LEN(FILES));
    struct memory_source memory = {.bytes = buf_str(&tar)};
    struct archive_source source = {.read = broken_read, .ctx = &memory};
    struct archive_limits l = archive_limits_default();
    struct archive_budget b = archive_budget(&l, tar.n);
    struct archive_reader *r = NULL;
    struct archive_member m;
    struct diag d = {0};
    int rc = archive_reader_open(library, CONTAINER_GZIP, &source, &b, &r, &d);
    if (!rc)
        rc = archive_reader_next(r, &m, &d);
    assert_int_equal(rc, E_IO);
    archive_reader_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format),
        cmocka_unit_test(names_and_contents),
        cmocka_unit_test(a_lone_file),
        cmocka_unit_test(packed_twice),
        cmocka_unit_test(several_compressed_members_are_one),
        cmocka_unit_test(garbage_at_the_end),
        cmocka_unit_test(links_and_their_like),
        cmocka_unit_test(names_of_any_bytes),
        cmocka_unit_test(long_paths_are_cut_and_told),
        cmocka_unit_test(variants_of_zip),
        cmocka_unit_test(encrypted_members),
        cmocka_unit_test(nothing_is_no_empty_7z),
        cmocka_unit_test(what_names_promise),
        cmocka_unit_test(without_members),
        cmocka_unit_test(cut_archives),
        cmocka_unit_test(a_cut_tar_keeps_its_first_members),
        cmocka_unit_test(damaged_headers_are_passed_over),
        cmocka_unit_test(a_zip_that_lies),
        cmocka_unit_test(a_zip_with_two_faces),
        cmocka_unit_test(random_damage),
        cmocka_unit_test(bombs_stop),
        cmocka_unit_test(too_many_members),
        cmocka_unit_test(holes_are_charged),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(a_source_that_fails),
    };
    struct diag d = {0};
    if (archive_library_new(&library, &d))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    archive_library_free(library);
    return failed;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* How a worker reads one item: windows, encodings, limits; whatever fails is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "discover/detect.h"
#include "discover/emit.h"
#include "discover/item.h"

#define WINDOW   ((size_t)1 << 20)
#define KEY_SIZE 56u

/* One item and what was said of it. */
struct look {
    const char *path;
    struct str content;
    size_t memory; /* of the arena; 0: plenty */
    size_t text_limit;
    struct arena arena;
    struct facts facts;
    int rc;
};

static struct values *values;

static void look_done(struct look *l)
{
    arena_done(&l->arena);
}

static int file_with(struct str content)
{
    int fd = memfd_create("item", MFD_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t done = 0; done < content.n;) {
        ssize_t n = write(fd, content.p + done, content.n - done);
        assert_true(n > 0);
        done += (size_t)n;
    }
    return fd;
}

static void look_at(struct look *l, int fd)
{
    struct diag d = {0};
    arena_done(&l->arena);
    l->arena = (struct arena)ARENA(l->memory ? l->memory : (size_t)256 << 20);
    struct item it = {.path = str_z(l->path),
                      .fd = fd,
                      .arena = &l->arena,
                      .limits = limits_default(),
                      .catalog = &CATALOG,
                      .values = values};
    if (l->text_limit)
        it.limits.bytes = l->text_limit;
    l->facts = (struct facts){0};
    l->rc = detect_item(&it, &l->facts, &d);
}

static void look(struct look *l)
{
    int fd = file_with(l->content);
    look_at(l, fd);
    close(fd);
}

static size_t count(const struct look *l, enum fact_type type)
{
    size_t n = 0;
    for (size_t i = 0; i < l->facts.n; i++)
        n += l->facts.v[i].type == type;
    return n;
}

static const struct fact *first(const struct look *l, enum fact_type type)
{
    for (size_t i = 0; i < l->facts.n; i++)
        if (l->facts.v[i].type == type)
            return &l->facts.v[i];
    fail_msg("%s: no fact of type %d", l->path, type);
    return NULL;
}

static bool told(const struct look *l, const char *words)
{
    for (size_t i = 0; i < l->facts.n; i++)
        if (l->facts.v[i].type == FACT_GAP && str_has(l->facts.v[i].reason, str_z(words)))
            return true;
    return false;
}

/* A key of the right shape; never written down whole. */
static void add_key(struct buf *b, unsigned seed)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    buf_addz(b, "gs");
    buf_addz(b, "k_");
    for (int i = 0; i < 52; i++) {
        seed = seed * 1103515245u + 12345u;
        buf_addc(b, letters[(seed >> 16) % 62]);
    }
}

/* Lines of 64 bytes; then the key as a line of its own; then more lines. */
static void text_with_key(struct buf *b, size_t before, size_t total)
{
    static const char line[] = "the quick brown fox jumps over the lazy dog and does it again.\n";
    while (b->n < before)
        buf_add(b, str_sub(str_z(line), 0, before - b->n));
    if (before)
        b->p[before - 1] = '\n';
    add_key(b, (unsigned)before);
    buf_addc(b, '\n');
    while (b->n < total)
        buf_add(b, str_sub(str_z(line), 0, total - b->n));
    assert_int_equal(buf_result(b), 0);
}

static void keys_at_the_borders_of_windows(void **state UNUSED)
{
    size_t limit = WINDOW - SCAN_OVERLAP;
    size_t borders[] = {0, limit, limit + 512, WINDOW, 2 * limit, 2 * limit + 512};
    int around[] = {-600, -100, -57, -56, -55, -30, -1, 0, 1, 30, 100};
    for (size_t i = 0; i < ARRAY_LEN(borders); i++)
        for (size_t k = 0; k < ARRAY_LEN(around); k++) {
            if (around[k] < 0 && (size_t)-around[k] > borders[i])
                continue;
            size_t before = borders[i] + (size_t)(ssize_t)around[k];
            AUTO(buf) text = BUF_INIT;
            AUTO(look) l = {.path = "notes.txt"};
            text_with_key(&text, before, 2 * WINDOW + 5000);
            l.content = buf_str(&text);
            look(&l);
            assert_int_equal(l.rc, 0);
            if (count(&l, FACT_VALUE) != 1)
                fail_msg("a key at %zu is found %zu times", before, count(&l, FACT_VALUE));
            const struct fact *f = first(&l, FACT_VALUE);
            assert_int_equal(f->at.offset, before);
            assert_int_equal(f->at.column, 1);
            assert_true(str_eq_z(f->value.kind, "groq-key"));
            assert_int_equal(count(&l, FACT_GAP), 0);
        }
}

static void texts_that_end_with_a_window(void **state UNUSED)
{
    size_t sizes[] = {KEY_SIZE + 1, WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW - SCAN_OVERLAP};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        AUTO(buf) text = BUF_INIT;
        AUTO(look) l = {.path = "notes.txt"};
        text_with_key(&text, sizes[i] - KEY_SIZE - 1, sizes[i]);
        l.content = buf_str(&text);
        look(&l);
        assert_int_equal(count(&l, FACT_VALUE), 1);
        assert_true(l.facts.bytes_read >= sizes[i]);
    }
}

/* A file with holes where the content has whole pages of zeros. */
static int sparse_file_with(struct str content)
{
    static const char zeros[4096];
    int fd = memfd_create("item", MFD_CLOEXEC);
    assert_int_equal(ftruncate(fd, (off_t)content.n), 0);
    for (size_t at = 0; at < content.n; at += sizeof(zeros)) {
        size_t n = MIN(content.n - at, sizeof(zeros));
        if (memcmp(content.p + at, zeros, n))
            assert_int_equal(pwrite(fd, content.p + at, n, (off_t)at), (ssize_t)n);
    }
    return fd;
}

/* Holes are passed over; what is said of the rest is what is said of zeros that are read. */
static void holes_hide_nothing(void **state UNUSED)
{
    size_t page = 4096, hole = 3 * WINDOW;
    size_t keys[] = {8 * page - KEY_SIZE, WINDOW - SCAN_OVERLAP - 7, hole, hole + WINDOW / 2,
                     hole + 5 * WINDOW - KEY_SIZE};
    AUTO(buf) text = BUF_INIT;
    while (text.n < 8 * page)
        buf_addz(&text, "a line of text\n");
    buf_pad(&text, 0, hole + 6 * WINDOW - text.n);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        AUTO(buf) key = BUF_INIT;
        add_key(&key, (unsigned)i);
        memcpy(text.p + keys[i], key.p, key.n);
        text.p[keys[i] - 1] = text.p[keys[i] + key.n] = '\n';
    }
    AUTO(look) dense = {.path = "a.log", .content = buf_str(&text)};
    AUTO(look) sparse = {.path = "a.log"};
    int fd = sparse_file_with(dense.content);
    look(&dense);
    look_at(&sparse, fd);
    close(fd);
    assert_int_equal(dense.facts.n, ARRAY_LEN(keys));
    assert_int_equal(sparse.facts.n, ARRAY_LEN(keys));
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct place *a = &dense.facts.v[i].at, *b = &sparse.facts.v[i].at;
        assert_int_equal(a->offset, keys[i]);
        assert_int_equal(b->offset, keys[i]);
        assert_int_equal(b->line, a->line);
        assert_int_equal(b->column, a->column);
    }
    assert_true(sparse.facts.bytes_read < dense.facts.bytes_read / 2);
}

/* Text, then nothing for a terabyte. */
static void a_hole_takes_no_time(void **state UNUSED)
{
    AUTO(look) l = {.path = "a.log"};
    AUTO(buf) text = BUF_INIT;
    text_with_key(&text, 64, 8192);
    int fd = file_with(buf_str(&text));
    assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
    look_at(&l, fd);
    close(fd);
    assert_int_equal(count(&l, FACT_VALUE), 1);
    assert_int_equal(count(&l, FACT_GAP), 0);
    assert_true(l.facts.bytes_read < 4 * WINDOW);
}

static void utf16(struct buf *out, struct str text, bool big)
{
    buf_add(out, big ? STR("\xfe\xff") : STR("\xff\xfe"));
    for (size_t i = 0; i < text.n; i++) {
        buf_addc(out, big ? 0 : text.p[i]);
        buf_addc(out, big ? text.p[i] : 0);
    }
}

static void utf_16_is_text(void **state UNUSED)
{
    for (int big = 0; big < 2; big++) {
        AUTO(buf) text = BUF_INIT;
        AUTO(buf) wide = BUF_INIT;
        AUTO(look) l = {.path = "notes.txt"};
        text_with_key(&text, 128, 300);
        utf16(&wide, buf_str(&text), big);
        l.content = buf_str(&wide);
        look(&l);
        assert_int_equal(count(&l, FACT_VALUE), 1);
        assert_int_equal(count(&l, FACT_GAP), 0);
        /* An offset in the converted text is none in the file. */
        assert_int_equal(first(&l, FACT_VALUE)->at.offset, -1);
        unsigned line = 1;
        for (size_t i = 0; i < 128; i++)
            line += text.p[i] == '\n';
        assert_int_equal(first(&l, FACT_VALUE)->at.line, line);
        l.content.n--;
        look(&l);
        assert_int_equal(count(&l, FACT_VALUE), 1);
        assert_true(told(&l, "ends inside a character"));
    }
}

/* A document is not read beyond the limit, and that is told; keys are found in any text. */
static void limits_are_told(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    AUTO(look) l = {.path = ".mcp.json", .text_limit = 1000};
    text_with_key(&text, 3000, 5000);
    l.content = buf_str(&text);
    look(&l);
    assert_int_equal(l.rc, 0);
    assert_true(told(&l, "larger than the limit"));
    assert_int_equal(count(&l, FACT_VALUE), 1);
    AUTO(buf) wide = BUF_INIT;
    AUTO(look) u = {.path = "notes.txt", .text_limit = 1000};
    utf16(&wide, buf_str(&text), false);
    u.content = buf_str(&wide);
    look(&u);
    assert_true(told(&u, "larger than the limit"));
}

static void binary_is_counted_not_searched(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    AUTO(look) l = {.path = "notes.txt"};
    buf_addz(&text, "GGUF");
    add_key(&text, 1);
    l.content = buf_str(&text);
    look(&l);
    assert_true(l.facts.binary);
    assert_int_equal(l.facts.n, 1);
    assert_true(told(&l, "gguf"));
}

/* A NUL in front must not hide what stands behind it. */
static void a_nul_hides_nothing(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    AUTO(look) l = {.path = "notes.txt"};
    buf_addc(&text, 0);
    buf_addc(&text, '\n');
    add_key(&text, 1);
    l.content = buf_str(&text);
    look(&l);
    assert_false(l.facts.binary);
    assert_int_equal(count(&l, FACT_VALUE), 1);
}

static void a_broken_document_is_a_gap(void **state UNUSED)
{
    AUTO(look) l = {.path = ".mcp.json", .content = STR("{\"mcpServers\": [")};
    look(&l);
    assert_int_equal(l.rc, 0);
    assert_true(told(&l, "line 1"));
    AUTO(look) n = {.path = ".mcp.json", .content = STR("\0\1\2")};
    look(&n);
    assert_int_equal(n.rc, 0);
    assert_true(count(&n, FACT_GAP) > 0);
}

static void secrets_stay_behind(void **state UNUSED)
{
    AUTO(buf) key = BUF_INIT;
    AUTO(buf) path = BUF_INIT;
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) frame = BUF_INIT;
    add_key(&key, 7);
    buf_addf(&path, "keys/%s/.mcp.json", key.p);
    /* As the name of a server, in a pointer, and where the parser stops. */
    buf_addf(&text,
             "{\"mcpServers\": {\"%s\": {\"command\": \"x\", \"env\": {\"%s\": \"%s\"}}}, %s",
             key.p, key.p, key.p, key.p);
    AUTO(look) l = {.path = path.p, .content = buf_str(&text)};
    look(&l);
    assert_int_equal(l.rc, 0);
    assert_true(count(&l, FACT_ASSET) > 0);
    fact_write(&l.facts, &frame);
    assert_int_equal(buf_result(&frame), 0);
    assert_false(str_has(buf_str(&frame), buf_str(&key)));
    /* The path is the parent's: the worker says which bytes of it may not be shown. */
    AUTO(arena) mem = ARENA(0);
    struct facts f;
    struct diag d = {0};
    struct str shown = buf_str(&path);
    assert_int_equal(fact_read(buf_str(&frame), 0, &shown, &mem, &f, &d), 0);
    assert_true(str_eq_z(shown, "keys/[redacted]/.mcp.json"));
    /* What merely looks random stays: paths are names. */
    AUTO(look) digest = {
        .path = "blobs/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"};
    look(&digest);
    assert_int_equal(digest.facts.hidden_from, digest.facts.hidden_to);
}

/* Two keys in one value, below a name that is redacted: the second is seen as well. */
static void two_keys_in_one_value(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    buf_addz(&text, "{\"mcpServers\": {\"");
    add_key(&text, 1);
    buf_addz(&text, "\": {\"command\": \"x\", \"env\": {\"KEYS\": \"");
    add_key(&text, 2);
    buf_addz(&text, " ");
    add_key(&text, 3);
    buf_addz(&text, "\"}}}}");
    AUTO(look) l = {.path = ".mcp.json", .content = buf_str(&text)};
    look(&l);
    assert_int_equal(l.rc, 0);
    size_t held = 0;
    for (size_t i = 0; i < l.facts.n; i++)
        held += l.facts.v[i].type == FACT_VALUE && l.facts.v[i].from != FACT_NONE;
    assert_int_equal(held, 2);
    assert_int_equal(count(&l, FACT_VALUE), 3);
}

static void half_a_secret_in_a_snippet(void **state UNUSED)
{
    AUTO(arena) mem = ARENA(0);
    AUTO(buf) line = BUF_INIT;
    struct emit e;
    buf_pad(&line, ' ', 170);
    add_key(&line, 9);
    emit_init(&e, &mem, values);
    emit_asset(&e, KIND_SERVICE, STR("x"), (struct place){.snippet = buf_str(&line)});
    assert_int_equal(emit_result(&e), 0);
    assert_false(str_has(e.facts.v[0].at.snippet, STR("gs"
                                                      "k_")));
    assert_true(e.facts.v[0].at.snippet.n <= 200);
    emit_done(&e);
}

/* ---- what fails is told ---- */

static const char MANIFEST[] =
    "{\"name\": \"bot\", \"dependencies\": {\"openai\": \"^4.0.0\", \"groq-sdk\": \"1.0.0\","
    " \"langchain\": \"0.2.0\", \"@anthropic-ai/sdk\": \"latest\"}}";

/* Less memory gives a failure, or a gap, or all that there is to say: never less in silence. */
static void check_told(const struct look *l, size_t all)
{
    if (!l->rc && !count(l, FACT_GAP))
        assert_int_equal(l->facts.n, all);
}

static void memory_runs_out(void **state UNUSED)
{
    AUTO(look) l = {.path = "package.json", .content = str_z(MANIFEST)};
    look(&l);
    size_t all = l.facts.n;
    assert_true(!l.rc && all > 4 && !count(&l, FACT_GAP));
    for (l.memory = 64; l.memory < 200000; l.memory += 64 + l.memory / 16) {
        look(&l);
        check_told(&l, all);
    }
    l.memory = 0;
    int fd = file_with(l.content);
    for (size_t n = 1; n < 400; n++) {
        mem_fail_after(n);
        look_at(&l, fd);
        mem_fail_after(0);
        check_told(&l, all);
    }
    close(fd);
}

/* Of one file that says too much, what came first is kept; the rest is told to be missing. */
static void too_much_in_one_file(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    AUTO(look) keys = {.path = "dump.txt", .memory = (size_t)18 << 20};
    for (unsigned i = 0; i < 30000; i++) {
        add_key(&text, i * 7919 + 1);
        buf_addc(&text, '\n');
    }
    keys.content = buf_str(&text);
    look(&keys);
    assert_int_equal(keys.rc, 0);
    assert_true(told(&keys, "some of it is missing"));
    assert_int_equal(count(&keys, FACT_GAP), 1);
    assert_true(count(&keys, FACT_VALUE) > 4000 && count(&keys, FACT_VALUE) < 30000);
    buf_clear(&text);
    AUTO(look) servers = {.path = ".mcp.json", .memory = (size_t)18 << 20};
    buf_addz(&text, "{\"mcpServers\": {");
    for (unsigned i = 0; i < 5000; i++)
        buf_addf(&text, "%s\"s%u\": {\"command\": \"npx\", \"args\": [\"-y\", \"a@1.0.0\"]}",
                 i ? ", " : "", i);
    buf_addz(&text, "}}");
    servers.content = buf_str(&text);
    look(&servers);
    assert_int_equal(servers.rc, 0);
    assert_true(told(&servers, "some of it is missing"));
    assert_true(count(&servers, FACT_ASSET) > 500);
    assert_true(count(&servers, FACT_RELATION) + 2 >= count(&servers, FACT_ASSET));
}

/* Asked for in any order, on one long line and on many. */
static void places_in_any_order(void **state UNUSED)
{
    for (int lines = 0; lines < 2; lines++) {
        AUTO(buf) text = BUF_INIT;
        AUTO(arena) a = ARENA(0);
        struct item_cache cache = {0};
        struct item it = {.path = STR("x"), .arena = &a, .cache = &cache};
        for (unsigned i = 0; i < 3000; i++)
            buf_addz(&text, lines && i % 7 == 0 ? "\n" : i % 5 ? "abc" : "\u00e9");
        struct str all = buf_str(&text);
        for (unsigned i = 0; i < 2000; i++) {
            size_t at = (i * 4099u) % (all.n + 1);
            struct mark want = text_mark(all, at);
            struct place p = place_offset(&it, all, at);
            assert_int_equal(p.line, want.line);
            assert_int_equal(p.column, want.column);
        }
        mem_fail_after(1); /* without memory for known marks it takes longer */
        cache = (struct item_cache){0};
        assert_int_equal(place_offset(&it, all, all.n).line, text_mark(all, all.n).line);
        assert_int_equal(place_offset(&it, all, 1).column, text_mark(all, 1).column);
        mem_fail_after(0);
    }
}

static void utf_16_in_windows(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) wide = BUF_INIT;
    AUTO(look) l = {.path = "notes.txt"};
    text_with_key(&text, 40000, 90000);
    utf16(&wide, buf_str(&text), false);
    /* A pair whose halves lie in two windows, and one half at the end. */
    memcpy(wide.p + 16382, "\x3d\xd8\x00\xde", 4);
    buf_add(&wide, str_n("\x3d\xd8", 2));
    l.content = buf_str(&wide);
    look(&l);
    assert_int_equal(count(&l, FACT_GAP), 0);
    assert_int_equal(count(&l, FACT_VALUE), 1);
    assert_int_equal(first(&l, FACT_VALUE)->at.line, text_mark(buf_str(&text), 40000).line);
}

struct writer {
    int fd;
    atomic_bool stop;
};

static void *write_on(void *arg)
{
    struct writer *w = arg;
    while (!atomic_load(&w->stop)) {
        assert_int_equal(write(w->fd, "more\n", 5), 5);
        usleep(500);
    }
    return NULL;
}

static void a_file_that_grows_is_told(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;
    AUTO(look) l = {.path = "notes.txt"};
    text_with_key(&text, 128, 48 * WINDOW);
    struct writer w = {.fd = file_with(buf_str(&text))};
    pthread_t t;
    assert_int_equal(pthread_create(&t, NULL, write_on, &w), 0);
    look_at(&l, w.fd);
    atomic_store(&w.stop, true);
    pthread_join(t, NULL);
    close(w.fd);
    assert_int_equal(l.rc, 0);
    assert_int_equal(count(&l, FACT_VALUE), 1);
    assert_true(told(&l, "changed while it was read"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_at_the_borders_of_windows),
        cmocka_unit_test(texts_that_end_with_a_window),
        cmocka_unit_test(holes_hide_nothing),
        cmocka_unit_test(a_hole_takes_no_time),
        cmocka_unit_test(utf_16_is_text),
        cmocka_unit_test(limits_are_told),
        cmocka_unit_test(binary_is_counted_not_searched),
        cmocka_unit_test(a_nul_hides_nothing),
        cmocka_unit_test(a_broken_document_is_a_gap),
        cmocka_unit_test(secrets_stay_behind),
        cmocka_unit_test(two_keys_in_one_value),
        cmocka_unit_test(half_a_secret_in_a_snippet),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(too_much_in_one_file),
        cmocka_unit_test(places_in_any_order),
        cmocka_unit_test(utf_16_in_windows),
        cmocka_unit_test(a_file_that_grows_is_told),
    };
    struct diag d = {0};
    if (values_new(&CATALOG, STR(""), &values, &d))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    values_free(values);
    return failed;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Items in memory, and items inside of others: same facts, places with a member, nothing mixed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/stat.h>

#include "discover/item.h"

static struct values *values;

static const char MANIFEST[] =
    "{\"name\": \"bot\", \"dependencies\": {\"openai\": \"^4.0.0\", \"groq-sdk\": \"1.0.0\"}}";

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

/* An item around others, as a reader of archives has it. */
struct outer {
    struct arena arena, scratch;
    struct emit emit;
    struct item it;
};

static void outer_done(struct outer *o)
{
    emit_done(&o->emit);
    arena_done(&o->arena);
    arena_done(&o->scratch);
}

static void outer_open(struct outer *o, size_t memory)
{
    *o = (struct outer){.arena = ARENA(memory)};
    emit_init(&o->emit, &o->arena, values);
    o->it = (struct item){.path = STR("x/a.zip"),
                          .target = 3,
                          .fd = -1,
                          .arena = &o->arena,
                          .limits = limits_default(),
                          .catalog = &CATALOG,
                          .values = values,
                          .emit = &o->emit};
}

static int inner(struct outer *o, const char *member, const char *path, struct str bytes)
{
    struct item in = {.path = str_z(path),
                      .member = str_z(member),
                      .mode = S_IFREG | 0644,
                      .fd = -1,
                      .bytes = bytes,
                      .arena = &o->scratch};
    return detect_inner(&o->it, &in);
}

static size_t count(const struct facts *f, enum fact_type type)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++)
        n += f->v[i].type == type;
    return n;
}

static void bytes_are_an_item(void **state UNUSED)
{
    AUTO(arena) mem = ARENA(0);
    AUTO(buf) text = BUF_INIT;
    struct facts f;
    struct diag d = {0};
    buf_addz(&text, "first line\nkey = ");
    add_key(&text, 1);
    buf_addc(&text, '\n');
    struct item it = {.path = STR("notes.txt"),
                      .mode = S_IFREG | 0600,
                      .fd = -1,
                      .bytes = buf_str(&text),
                      .arena = &mem,
                      .limits = limits_default(),
                      .catalog = &CATALOG,
                      .values = values};
    assert_int_equal(detect_item(&it, &f, &d), 0);
    assert_int_equal(it.size, text.n);
    assert_int_equal(f.n, 1);
    assert_int_equal(f.v[0].type, FACT_VALUE);
    assert_int_equal(f.v[0].at.line, 2);
    assert_int_equal(f.v[0].at.offset, 17);
    assert_int_equal(f.v[0].at.member.n, 0);
    assert_true(f.bytes_read >= text.n);
}

static void each_member_is_an_item_of_its_own(void **state UNUSED)
{
    AUTO(outer) o;
    AUTO(buf) text = BUF_INIT;
    outer_open(&o, 0);
    add_key(&text, 2);
    /* The same bytes twice: a value of one is not the value of the other. */
    assert_int_equal(inner(&o, "a/.env", "a/.env", buf_str(&text)), 0);
    memset(text.p, 'x', text.n);
    buf_clear(&text);
    add_key(&text, 2);
    assert_int_equal(inner(&o, "b.tar!/c/.env", "c/.env", buf_str(&text)), 0);
    arena_clear(&o.scratch);
    memset(text.p, 'x', text.n);
    const struct facts *f = &o.emit.facts;
    assert_int_equal(f->n, 2);
    assert_true(str_eq_z(f->v[0].at.member, "a/.env"));
    assert_true(str_eq_z(f->v[1].at.member, "b.tar!/c/.env"));
    assert_true(str_eq_z(f->v[1].at.path, "x/a.zip"));
    assert_int_equal(f->v[1].at.target, 3);
    assert_true(str_eq_z(f->v[1].value.kind, "groq-key"));
    assert_int_equal(o.emit.given.n, 0);
}

static void detectors_know_members_by_their_own_path(void **state UNUSED)
{
    AUTO(outer) o;
    outer_open(&o, 0);
    assert_int_equal(inner(&o, "in/package.json", "in/package.json", str_z(MANIFEST)), 0);
    size_t packages = 0;
    for (size_t i = 0; i < o.emit.facts.n; i++) {
        const struct fact *t = &o.emit.facts.v[i];
        packages += t->type == FACT_ASSET && t->asset.kind == KIND_PACKAGE;
        assert_true(str_eq_z(t->at.member, "in/package.json"));
        for (size_t k = 0; k < t->asset.n_attrs; k++)
            assert_true(str_eq_z(t->asset.attrs[k].at.member, "in/package.json"));
    }
    assert_int_equal(packages, 2);
}

static void wide_texts_lose_offsets_of_their_own_only(void **state UNUSED)
{
    AUTO(outer) o;
    AUTO(buf) text = BUF_INIT;
    AUTO(buf) wide = BUF_INIT;
    outer_open(&o, 0);
    add_key(&text, 3);
    buf_add(&wide, STR("\xff\xfe"));
    for (size_t i = 0; i < text.n; i++) {
        buf_addc(&wide, text.p[i]);
        buf_addc(&wide, 0);
    }
    assert_int_equal(inner(&o, "a", "a", buf_str(&text)), 0);
    assert_int_equal(inner(&o, "b", "b", buf_str(&wide)), 0);
    assert_int_equal(o.emit.facts.n, 2);
    assert_int_equal(o.emit.facts.v[0].at.offset, 0);
    assert_int_equal(o.emit.facts.v[1].at.offset, -1);
}

static void a_secret_in_a_member_path_stays_behind(void **state UNUSED)
{
    AUTO(outer) o;
    AUTO(buf) name = BUF_INIT;
    AUTO(buf) key = BUF_INIT;
    AUTO(buf) frame = BUF_INIT;
    outer_open(&o, 0);
    add_key(&key, 4);
    buf_addf(&name, "keys/%s/package.json", key.p);
    assert_int_equal(inner(&o, name.p, name.p, str_z(MANIFEST)), 0);
    assert_true(o.emit.facts.n > 2);
    fact_write(&o.emit.facts, &frame);
    assert_int_equal(buf_result(&frame), 0);
    assert_false(str_has(buf_str(&frame), buf_str(&key)));
    assert_true(str_has(buf_str(&frame), STR("keys/")));
}

/* What one member says must not cost what others said. */
static void too_much_of_one_member_is_forgotten(void **state UNUSED)
{
    AUTO(outer) o;
    AUTO(buf) text = BUF_INIT;
    outer_open(&o, (size_t)2 << 20);
    for (unsigned i = 0; i < 8000; i++) {
        add_key(&text, i);
        buf_addc(&text, '\n');
    }
    assert_int_equal(inner(&o, "a.json", "a/package.json", str_z(MANIFEST)), 0);
    size_t before = o.emit.facts.n;
    assert_int_equal(inner(&o, "big", "big", buf_str(&text)), 0);
    assert_int_equal(o.emit.facts.n, before + 1);
    assert_int_equal(o.emit.facts.v[before].type, FACT_GAP);
    assert_true(str_eq_z(o.emit.facts.v[before].at.member, "big"));
    assert_int_equal(count(&o.emit.facts, FACT_VALUE), 0);
    assert_int_equal(inner(&o, "c.json", "c/package.json", str_z(MANIFEST)), 0);
    assert_int_equal(emit_result(&o.emit), 0);
}

static void memory_runs_out(void **state UNUSED)
{
    for (size_t n = 1; n < 300; n++) {
        AUTO(outer) o;
        outer_open(&o, 0);
        mem_fail_after(n);
        int rc = inner(&o, "package.json", "package.json", str_z(MANIFEST));
        mem_fail_after(0);
        if (!rc && !count(&o.emit.facts, FACT_GAP))
            assert_true(count(&o.emit.facts, FACT_ASSET) > 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_an_item),
        cmocka_unit_test(each_member_is_an_item_of_its_own),
        cmocka_unit_test(detectors_know_members_by_their_own_path),
        cmocka_unit_test(wide_texts_lose_offsets_of_their_own_only),
        cmocka_unit_test(a_secret_in_a_member_path_stays_behind),
        cmocka_unit_test(too_much_of_one_member_is_forgotten),
        cmocka_unit_test(memory_runs_out),
    };
    struct diag d = {0};
    if (values_new(&CATALOG, STR(""), &values, &d))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    values_free(values);
    return failed;
}

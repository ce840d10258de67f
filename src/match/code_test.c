/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what code becomes in each language, alike where it means the same, within its limits. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "match/code.h"

static struct syntax *new_syntax(void)
{
    struct syntax *s = NULL;
    struct diag d = {0};
    assert_int_equal(syntax_new((size_t)64 << 20, &s, &d), OK);
    return s;
}

static bool is_leaf(const struct code_node *n)
{
    return !n->first && n->kind != CODE_LIST && n->kind != CODE_MAP && n->kind != CODE_CALL;
}

/* "call(callee:name=f argument:number=1)"; what has no part has no colon. */
static void write_node(const struct code *c, uint32_t i, struct buf *out)
{
    const struct code_node *n = &c->v[i];
    if (n->role)
        buf_addf(out, "%s:", CODE_CAPTURES[CODE_KIND_COUNT + n->role]);
    buf_addz(out, CODE_CAPTURES[n->kind]);
    if (is_leaf(n)) {
        buf_addf(out, "=" STR_FMT, STR_ARG(code_text(c, i)));
        return;
    }
    buf_addc(out, '(');
    for (uint32_t k = n->first; k; k = c->v[k].next) {
        write_node(c, k, out);
        if (c->v[k].next)
            buf_addc(out, ' ');
    }
    buf_addc(out, ')');
}

static void write_code(struct syntax *s, const char *language, const char *text, struct buf *out)
{
    AUTO(code) c = CODE_INIT;
    assert_int_equal(syntax_parse(s, syntax_language_by_id(str_z(language)), str_z(text), 0), OK);
    assert_int_equal(syntax_code(s, &c), OK);
    for (uint32_t k = c.v[0].first; k; k = c.v[k].next) {
        write_node(&c, k, out);
        buf_addc(out, '\n');
    }
}

struct row {
    const char *language, *text, *tree;
};

static const struct row ROWS[] = {
    {"python", "f(a, k=1, *b)",
     "call(callee:name=f argument:name=a argument:pair(key:name=k value:number=1) "
     "argument:spread(value:name=b))\n"},
    {"javascript", "new f(a, {k: 1, ...b})",
     "call(callee:name=f argument:name=a argument:map(item:pair(key:name=k value:number=1) "
     "item:spread(value:name=b)))\n"},
    {"python", "x.y[0] = (await a.b())",
     "assign(target:index(object:member(object:name=x key:name=y) key:number=0) "
     "value:call(callee:member(object:name=a key:name=b)))\n"},
    {"typescript", "x.y![0] = (await a.b()) as T",
     "assign(target:index(object:member(object:name=x key:name=y) key:number=0) "
     "value:call(callee:member(object:name=a key:name=b)) name=T)\n"},
    {"python", "f'a{b}c'", "string(text:other=a hole:name=b text:other=c)\n"},
    {"javascript", "`a${b}c`", "string(text:other=a hole:name=b text:other=c)\n"},
    {"python", "a if b else c\nd or e",
     "either(value:name=a name=b name=c)\n"
     "either(value:name=d value:name=e)\n"},
    {"python", "from .a import b as c, d",
     "import(module:name=.a item:alias(name:name=b alias:name=c) item:name=d)\n"},
    {"tsx", "import a, {b as c} from 'd'",
     "import(item:name=a item:alias(name:name=b alias:name=c) module:string(text:other=d))\n"},
    {"python", "@a.b(1)\nasync def f(x, y: int = 2):\n  return x",
     "decorated(decorator:call(callee:member(object:name=a key:name=b) argument:number=1) "
     "value:function(name:name=f parameter:name=x parameter:parameter(name:name=y type:name=int "
     "value:number=2) body:other(return(value:name=x))))\n"},
    {"javascript", "const f = async (x, y = 2) => x",
     "assign(target:name=f value:function(parameter:name=x parameter:parameter(name:name=y "
     "value:number=2) body:name=x))\n"},
    {"python", "class A(B):\n  c: D = e",
     "class(name:name=A argument:name=B body:other(assign(target:name=c type:name=D "
     "value:name=e)))\n"},
    {"typescript", "class A extends B<T> implements I { c: D = e }",
     "class(name:name=A argument:name=B body:other(assign(target:name=c type:name=D "
     "value:name=e)))\n"},
    {"python", "# f(1)\n\"f(1)\"", "string(text:other=f(1))\n"},
    {"javascript", "// f(1)\n/* f(1) */ type", "name=type\n"},
    /* Damage leaves what stands around it. */
    {"python", "f(1)\ndef (:\ng(2)\n", NULL},
};

static void trees(void **state UNUSED)
{
    struct syntax *s = new_syntax();
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        AUTO(buf) out = BUF_INIT;
        write_code(s, ROWS[i].language, ROWS[i].text, &out);
        if (ROWS[i].tree && !str_eq_z(buf_str(&out), ROWS[i].tree))
            fail_msg("%s\n is:\n%s not:\n%s", ROWS[i].text, out.p, ROWS[i].tree);
        if (!ROWS[i].tree)
            assert_non_null(strstr(out.p, "call(callee:name=f argument:number=1)"));
    }
    syntax_free(s);
}

/* Links lead forwards, and every node is reached once. */
static void links(void **state UNUSED)
{
    struct syntax *s = new_syntax();
    AUTO(code) c = CODE_INIT;
    assert_int_equal(syntax_parse(s, syntax_language_by_id(STR("python")),
                                  STR("a = f(b, [c, {d: e}])\nclass X:\n  pass\n"), 0),
                     OK);
    assert_int_equal(syntax_code(s, &c), OK);
    size_t reached = 1;
    for (uint32_t i = 0; i < c.n; i++)
        for (uint32_t k = c.v[i].first; k; k = c.v[k].next, reached++) {
            assert_true(k > i);
            assert_int_equal(c.v[k].parent, i);
            assert_true(c.v[k].from >= c.v[i].from && c.v[k].to <= c.v[i].to);
        }
    assert_int_equal(reached, c.n);
    assert_int_equal(code_part(&c, 0, ROLE_CALLEE), 0);
    syntax_free(s);
}

static void limits(void **state UNUSED)
{
    struct syntax *s = new_syntax();
    AUTO(buf) text = BUF_INIT;
    AUTO(code) c = CODE_INIT;
    assert_int_equal(syntax_code(s, &c), E_USAGE); /* no tree */
    assert_int_equal(syntax_parse(s, syntax_language_by_id(STR("hcl")), STR("a = 1"), 0), OK);
    assert_int_equal(syntax_code(s, &c), E_USAGE); /* no shapes */
    for (int i = 0; i < 60000; i++)
        buf_addz(&text, "f(");
    int rc = syntax_parse(s, syntax_language_by_id(STR("python")), buf_str(&text), 0);
    rc = rc ? rc : syntax_code(s, &c);
    assert_true(rc == OK || rc == E_LIMIT);
    code_done(&c);
    assert_int_equal(syntax_parse(s, syntax_language_by_id(STR("python")), STR("f(1)\n"), 500), OK);
    for (size_t n = 1; rc != OK || n == 1; n++) {
        rc = syntax_parse(s, syntax_language_by_id(STR("python")), STR("f(g(1), [2])\n"), 0);
        mem_fail_after(n);
        rc = rc ? rc : syntax_code(s, &c);
        mem_fail_after(0);
        code_done(&c);
        assert_true(rc == OK || rc == E_NOMEM);
        assert_true(n < 1000);
    }
    syntax_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees),
        cmocka_unit_test(links),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

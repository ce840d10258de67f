/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what expressions are worth, how sure that is, and that nothing is guessed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "discover/code/testing.h"
#include "discover/code/value.h"

struct row {
    const char *language, *text, *said;
};

static const struct row ROWS[] = {
    {"python", "probe('a')", "declared 'a'"},
    {"python", "probe(\"a\\n\\\"\")", "declared 'a\n\"'"},
    {"python", "probe(r'a\\n')", "declared 'a\\n'"},
    {"python", "probe('a' 'b')", "declared 'ab'"},
    {"python", "probe(3)", "declared number 3"},
    {"python", "probe(True)", "declared true"},
    {"python", "probe(None)", "declared null"},
    {"python", "M = 'a'\nprobe(M)", "resolved 'a'"},
    {"python", "M = 'a'\nN = f'x-{M}:{1}'\nprobe(N)", "resolved 'x-a:1'"},
    {"python", "probe(f'x-{m}')", "nothing: part of the text is not known before the program runs"},
    {"python", "M = 'a'\nprobe(M + '-x')", "resolved 'a-x'"},
    {"python", "M = 'a'\nprobe(M * 2)", "nothing: it is computed"},
    {"python", "class C:\n  M = 'a'\nprobe(C.M)", "resolved 'a'"},
    {"python", "class C(Enum):\n  M = 'a'\nprobe(C.M.value)", "resolved 'a'"},
    {"python", "class C:\n  def __init__(self, m='a'): self.m = m\n  def f(self): probe(self.m)",
     "default 'a'"},
    {"python", "def f(m='a'): probe(m)", "default 'a'"},
    {"python", "def f(m): probe(m)", "nothing: it is given by who calls the function"},
    {"python", "import os\nprobe(os.getenv('M', 'a'))", "default 'a' of M"},
    {"python", "import os\nprobe(os.environ['M'])",
     "nothing: a variable of the environment decides it of M"},
    {"python", "from os import environ as e\nprobe(e.get('M') or 'a')", "default 'a' of M"},
    {"python", "C = {'m': 'a'}\nprobe(C['m'])", "resolved 'a'"},
    {"python", "C = {'m': 'a'}\nprobe(C['n'])", "nothing: nothing in this file gives it a value"},
    {"python", "probe('a' if x else 'b')", "inferred 'a'"},
    {"python", "M = 'a'\nM = 'b'\nprobe(M)", "inferred 'b'"},
    {"python", "from conf import M\nprobe(M)", "unresolved name conf.M"},
    {"python", "import conf\nprobe(conf.a.M)", "unresolved name conf.a.M"},
    {"python", "probe(g(1))", "declared node"},
    {"python", "probe([1])", "declared node"},
    {"python", "a = b\nb = a\nprobe(a)", "nothing: too much has to be followed to find it"},
    {"python", "x, y = 'a', 'b'\nprobe(y)", "resolved 'b'"},
    {"python", "for m in ms: probe(m)", "nothing: it changes while the program runs"},
    {"javascript", "probe(`a`)", "declared 'a'"},
    {"javascript", "const m = 'a'; probe(`${m}-x`)", "resolved 'a-x'"},
    {"javascript", "probe(process.env.M ?? 'a')", "default 'a' of M"},
    {"javascript", "probe(process.env.M || process.env.N || 'a')", "default 'a' of M"},
    {"javascript", "probe(process.env['M'])",
     "nothing: a variable of the environment decides it of M"},
    {"typescript", "const c = { m: 'a' } as const; probe(c.m)", "resolved 'a'"},
    {"typescript", "const { m } = { m: 'a' }; probe(m)", "resolved 'a'"},
    {"typescript", "enum E { A = 'a' } probe(E.A)", "resolved 'a'"},
    {"typescript", "class A { static readonly M: string = 'a'; } probe(A.M)", "resolved 'a'"},
    {"typescript", "probe(x ? 'a' : 'b')", "inferred 'a'"},
    {"javascript", "probe('it\\'s')", "declared 'it's'"},
};

static void write_value(const struct code_value *v, struct buf *out)
{
    if (v->kind == VALUE_OF_NOTHING)
        buf_addf(out, "nothing: %s", v->reason);
    else
        buf_addf(out, "%s ", ATTR_STATE_NAMES[v->state]);
    switch (v->kind) {
    case VALUE_OF_NOTHING: break;
    case VALUE_OF_TEXT: buf_addf(out, "'" STR_FMT "'", STR_ARG(v->text)); break;
    case VALUE_OF_NUMBER: buf_addf(out, "number " STR_FMT, STR_ARG(v->text)); break;
    case VALUE_OF_TRUTH: buf_addz(out, v->truth ? "true" : "false"); break;
    case VALUE_OF_NULL: buf_addz(out, "null"); break;
    case VALUE_OF_NODE: buf_addz(out, "node"); break;
    case VALUE_OF_NAME: buf_addf(out, "name " STR_FMT, STR_ARG(v->text)); break;
    }
    if (v->environment.n)
        buf_addf(out, " of " STR_FMT, STR_ARG(v->environment));
}

static void rows(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        struct reading r;
        struct code_value v;
        AUTO(buf) out = BUF_INIT;
        reading_begin(&r, ROWS[i].language, ROWS[i].text);
        assert_int_equal(value_of(&r.names, reading_probe(&r), &v), OK);
        write_value(&v, &out);
        if (!str_eq_z(buf_str(&out), ROWS[i].said))
            fail_msg("%s\n is: %s\n not: %s", ROWS[i].text, out.p, ROWS[i].said);
        reading_end(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

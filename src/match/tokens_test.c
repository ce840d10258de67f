/* SPDX-License-Identifier: Apache-2.0 */
/* Checks where tokens begin and end in each family of languages, and that windows do not show. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "match/syntax.h"
#include "match/tokens.h"

/* Words as they are, texts in <>, marks as they are; '|' before the first token of a line. */
static int write_token(void *ctx, const struct token *t)
{
    struct buf *out = ctx;
    if (out->n)
        buf_addc(out, t->first ? '|' : ' ');
    buf_addf(out, t->type == TOKEN_TEXT ? "<" STR_FMT ">" : STR_FMT, STR_ARG(t->text));
    return 0;
}

static void read_in(const struct token_style *style, struct str text, size_t window,
                    struct buf *out)
{
    struct tokens t;
    tokens_begin(&t, style, write_token, out);
    for (size_t at = 0; at < text.n; at += window)
        assert_int_equal(tokens_feed(&t, str_sub(text, at, at + window)), 0);
    assert_int_equal(tokens_end(&t), 0);
}

static void says(const struct token_style *style, const char *text, const char *expected)
{
    for (size_t window = 1; window < 20; window++) {
        AUTO(buf) out = BUF_INIT;
        read_in(style, str_z(text), window, &out);
        assert_string_equal(out.p, expected);
    }
}

static void python(void **state UNUSED)
{
    says(&TOKENS_PYTHON, "import a.b as c # not d\nx = 'it\\'s' + r\"q\" \n'''doc\n' \"'''\n",
         "import a . b as c|x = <it\\'s> + r <q>|<doc\n' \">");
    says(&TOKENS_PYTHON, "x = 'no end\ny", "x = <no end>|y");
    says(&TOKENS_PYTHON, "x = '''no end\ny", "x = <no end\ny>");
    says(&TOKENS_PYTHON, "", "");
    says(&TOKENS_PYTHON, "caf\xc3\xa9 \xff", "caf\xc3\xa9 \xff");
}

static void javascript(void **state UNUSED)
{
    says(&TOKENS_JAVASCRIPT, "$a=/['\"]/g;b=c/d/e;// 'x'\n/* ' */`t ${x} \\``+\"y\"",
         "$a = g ; b = c / d / e ;|<t ${x} \\`> + <y>");
    says(&TOKENS_JAVASCRIPT, "return /'/.test(x)/2;x=[/[/']/]",
         "return . test ( x ) / 2 ; x = [ ]");
    says(&TOKENS_JAVASCRIPT, "`a${b ? `c${'d'}` : {e: 1}}f` 'g' `\\${`",
         "<a${b ? `c${'d'}` : {e: 1}}f> <g> <\\${>");
    says(&TOKENS_JAVASCRIPT, "`a$ {b}` `${c` 'd", "<a$ {b}> <${c` 'd>"); /* never closed */
    says(&TOKENS_JAVASCRIPT, "/no end\nx", "x");
    says(&TOKENS_JAVASCRIPT, "import('a')\nrequire(\"b\")", "import ( <a> )|require ( <b> )");
}

static void others(void **state UNUSED)
{
    says(&TOKENS_GO, "import `a\\` /* \n \" */ \"b\\\"\" 'c'", "import <a\\>|<b\\\"> <c>");
    says(&TOKENS_RUST, "r#\"a\"b\"# 'x' &'a T '\\'' /* /* */ \" */ \"c\nd\" for r",
         "<a\"b> <x> & ' a T <\\'> <c\nd> for r");
    says(&TOKENS_C_SHARP, "using A.B; @\"c:\\\" + \"\"\"x\"y\"\"\" // z\n@\"a\"\"b\"",
         "using A . B ; <c:\\> + <x\"y>|<a\"\"b>");
    says(&TOKENS_JAVA, "import a.b; \"\"\"x\n\"y\"\"\" 'c'", "import a . b ; <x\n\"y> <c>");
    says(&TOKENS_PHP, "it's <?php use A\\B; # it's\n$x = 'y' ?> it's <?= 'z'",
         "php use A \\ B ;|$x = <y> = <z>");
    says(&TOKENS_RUBY, "require 'a' # it's\n=begin\nit's\n=end\nx#'", "require <a>|x # <>");
    says(&TOKENS_RUBY, "\"a#{b[\"c\"]}d\" 'e#{' \"f\"", "<a#{b[\"c\"]}d> <e#{> <f>");
    says(&TOKENS_LUA, "a = 'b' --[[ '\n]] [[c\n']] -- '\nd", "a = <b>|<c\n'>|d");
    says(&TOKENS_SHELL, "a=$#x # it's\nb 'c\\' \"d\\\"\"", "a = $ # x|b <c\\> <d\\\">");
    says(&TOKENS_HCL, "a = \"b\" // \"\n/* \" */ c # \"", "a = <b>|c");
}

struct places {
    struct buf out;
};

static int write_place(void *ctx, const struct token *t)
{
    buf_addf(ctx, "%llu:%u:%u%s ", (unsigned long long)t->offset, t->line, t->column,
             t->cut ? "+" : "");
    return 0;
}

static void places(void **state UNUSED)
{
    AUTO(buf) out = BUF_INIT;
    AUTO(buf) text = BUF_INIT;
    struct tokens t;
    buf_addz(&text, "a\n  \xc3\xa9 'x\xc3\xa9' b\n\"");
    buf_pad(&text, 'y', 1000);
    buf_addz(&text, "\" c");
    tokens_begin(&t, &TOKENS_JAVASCRIPT, write_place, &out);
    assert_int_equal(tokens_feed(&t, buf_str(&text)), 0);
    assert_int_equal(tokens_end(&t), 0);
    assert_string_equal(out.p, "0:1:1 4:2:3 7:2:5 13:2:10 15:3:1+ 1018:3:1004 ");
}

static int stop_at_b(void *ctx, const struct token *t)
{
    ++*(int *)ctx;
    return str_eq_z(t->text, "b") ? 5 : 0;
}

static void stops(void **state UNUSED)
{
    for (size_t window = 1; window < 30; window++) {
        struct str text = STR("a b c d e f g h i j k l m n o p");
        struct tokens t;
        int seen = 0, rc = 0;
        tokens_begin(&t, &TOKENS_GO, stop_at_b, &seen);
        for (size_t at = 0; at < text.n && !rc; at += window)
            rc = tokens_feed(&t, str_sub(text, at, at + window));
        if (!rc)
            rc = tokens_end(&t);
        assert_int_equal(rc, 5);
        assert_int_equal(seen, 2);
    }
}

static int count_token(void *ctx, const struct token *t UNUSED)
{
    ++*(size_t *)ctx;
    return 0;
}

/* One line of 20 MB, a million lines: the same small memory, and every token is told. */
static void large(void **state UNUSED)
{
    static const char line[] = "import a%d from \"b\";";
    char window[4096];
    for (int newlines = 0; newlines < 2; newlines++) {
        size_t bytes = 0, lines = 0, seen = 0;
        struct tokens t;
        tokens_begin(&t, &TOKENS_JAVASCRIPT, count_token, &seen);
        while (newlines ? lines < 1000000 : bytes < (size_t)20 << 20) {
            size_t n = 0;
            while (n + sizeof(line) + 12 < sizeof(window)) {
                n += (size_t)snprintf(window + n, sizeof(window) - n, "import a%zu from \"b\";%s",
                                      lines++, newlines ? "\n" : "");
            }
            bytes += n;
            assert_int_equal(tokens_feed(&t, str_n(window, n)), 0);
        }
        assert_int_equal(tokens_end(&t), 0);
        assert_int_equal(seen, 5 * lines);
    }
}

static void any_bytes(void **state UNUSED)
{
    uint64_t x = 88172645463325252u;
    AUTO(buf) text = BUF_INIT;
    for (int i = 0; i < 20000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        buf_addc(&text, i % 3 ? "\"'`/*#\\\n(r<?>=="[x % 16] : (char)x);
    }
    for (int l = 0; l < SYNTAX_LANGUAGE_COUNT; l++) {
        AUTO(buf) whole = BUF_INIT;
        AUTO(buf) pieces = BUF_INIT;
        read_in(SYNTAX_LANGUAGES[l].tokens, buf_str(&text), text.n, &whole);
        read_in(SYNTAX_LANGUAGES[l].tokens, buf_str(&text), 7, &pieces);
        assert_true(str_eq(buf_str(&whole), buf_str(&pieces)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(python),    cmocka_unit_test(javascript), cmocka_unit_test(others),
        cmocka_unit_test(places),    cmocka_unit_test(stops),      cmocka_unit_test(large),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

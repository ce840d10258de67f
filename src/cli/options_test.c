/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the command line: every way to write an option, and every mistake with its remedy. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "cli/options.h"

static const struct option_spec table[] = {
    {.name = "threads",
     .letter = 'j',
     .type = OPT_INT,
     .argument = "N",
     .initial = "4",
     .min = 1,
     .max = 64,
     .help = "workers"},
    {.name = "format",
     .letter = 'f',
     .type = OPT_CHOICE,
     .choices = "table|json|sarif",
     .initial = "table",
     .help = "how to print"},
    {.name = "exclude", .letter = 'x', .type = OPT_LIST, .argument = "GLOB", .help = "pass by"},
    {.name = "all", .letter = 'a', .type = OPT_FLAG, .help = "everything"},
    {.name = "allow-weak", .type = OPT_FLAG, .help = "weak"},
    {.name = "quiet", .letter = 'q', .type = OPT_FLAG, .help = "silent"},
    {.name = "max-time", .type = OPT_DURATION, .argument = "TIME", .help = "limit"},
    {.name = "output", .letter = 'O', .type = OPT_STRING, .argument = "FILE", .help = "file"},
    {.name = "shuffle", .type = OPT_INT, .min = 0, .max = 9, .hidden = true, .help = "test aid"},
    {0},
};

static const struct command any_args = {
    .name = "try", .usage = "[WORD...]", .summary = "try", .options = table, .max_args = -1};
static const struct command one_arg = {.name = "one",
                                       .usage = "WORD",
                                       .summary = "one",
                                       .options = table,
                                       .min_args = 1,
                                       .max_args = 1};

struct parsed {
    struct arena arena;
    struct invocation in;
    struct diag d;
    bool help;
    int rc;
};

static void parse(struct parsed *p, const struct command *c, const char *line)
{
    static char text[512];
    char *argv[32];
    int argc = 0;
    arena_done(&p->arena);
    *p = (struct parsed){.arena = ARENA(0)};
    p->in.arena = &p->arena;
    snprintf(text, sizeof(text), "%s", line);
    for (char *at = text; *at;) {
        char *end = strchr(at, ' ');
        argv[argc++] = at;
        if (!end)
            break;
        *end = '\0';
        at = end + 1;
    }
    p->rc = options_parse(c, argc, argv, &p->in, &p->help, &p->d);
}

static struct parsed p;

static int done(void **state)
{
    (void)state;
    arena_done(&p.arena);
    return 0;
}

static void good(const char *line)
{
    parse(&p, &any_args, line);
    if (p.rc)
        fail_msg("%s: %s", line, p.d.text);
}

static void bad(const struct command *c, const char *line, const char *part, const char *hint)
{
    parse(&p, c, line);
    if (p.rc != E_USAGE)
        fail_msg("%s: %d", line, p.rc);
    if (!strstr(p.d.text, part))
        fail_msg("%s: \"%s\" lacks \"%s\"", line, p.d.text, part);
    if (!strstr(p.d.hint, hint))
        fail_msg("%s: hint \"%s\" lacks \"%s\"", line, p.d.hint, hint);
}

static void test_defaults(void **state)
{
    (void)state;
    good("");
    assert_int_equal(option_int(&p.in, "threads"), 4);
    assert_int_equal(option_int(&p.in, "format"), 0);
    assert_true(str_eq_z(option_str(&p.in, "format"), "table"));
    assert_false(option(&p.in, "threads")->given);
    assert_false(option_flag(&p.in, "all"));
    assert_int_equal(option(&p.in, "exclude")->n, 0);
    assert_false(option_flag(&p.in, "no-such-option"));
    assert_int_equal(option_str(&p.in, "no-such-option").n, 0);
}

static void test_ways_to_write(void **state)
{
    (void)state;
    static const char *const ways[] = {
        "--threads=8", "--threads 8", "-j8",   "-j 8",   "--thr 8",
        "--t=8",       "-j 3 -j 8",   "-aqj8", "-qaj 8", "--threads=2 --threads=8"};
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        good(ways[i]);
        if (option_int(&p.in, "threads") != 8)
            fail_msg("%s", ways[i]);
        assert_true(option(&p.in, "threads")->given);
    }
    assert_int_equal(p.in.n_args, 0);
}

static void test_shortening(void **state)
{
    (void)state;
    good("--all"); /* a whole name wins over longer ones that begin with it */
    assert_true(option_flag(&p.in, "all"));
    assert_false(option_flag(&p.in, "allow-weak"));
    good("--allo");
    assert_true(option_flag(&p.in, "allow-weak"));
    bad(&any_args, "--al", "\"--al\" fits several options", "try --help");
}

static void test_hidden_only_in_full(void **state)
{
    (void)state;
    good("--shuffle 3");
    assert_int_equal(option_int(&p.in, "shuffle"), 3);
    bad(&any_args, "--shuf 3", "there is no option", "try --help");
}

static void test_end_of_options(void **state)
{
    (void)state;
    good("a --quiet b -- --all -x --");
    assert_true(option_flag(&p.in, "quiet"));
    assert_false(option_flag(&p.in, "all"));
    assert_int_equal(p.in.n_args, 5);
    assert_true(str_eq_z(p.in.args[2], "--all"));
    assert_true(str_eq_z(p.in.args[4], "--"));
    good("- -q");
    assert_int_equal(p.in.n_args, 1);
    assert_true(str_eq_z(p.in.args[0], "-"));
}

static void test_values(void **state)
{
    (void)state;
    good("-f sarif");
    assert_int_equal(option_int(&p.in, "format"), 2);
    good("--output=a=b");
    assert_true(str_eq_z(option_str(&p.in, "output"), "a=b"));
    good("--output= x");
    assert_int_equal(option_str(&p.in, "output").n, 0);
    assert_true(option(&p.in, "output")->given);
    assert_int_equal(p.in.n_args, 1);
    good("-O -q"); /* a value may look like an option */
    assert_true(str_eq_z(option_str(&p.in, "output"), "-q"));
    good("--max-time 90m");
    assert_int_equal(option_int(&p.in, "max-time"), 90 * 60000);
    good("-x a -xb --exclude=c");
    assert_int_equal(option(&p.in, "exclude")->n, 3);
    assert_true(str_eq_z(option(&p.in, "exclude")->list[2], "c"));
}

static void test_mistakes(void **state)
{
    (void)state;
    bad(&any_args, "--thread5", "there is no option \"--thread5\"", "try --help");
    bad(&any_args, "-z", "there is no option \"-z\"", "try --help");
    bad(&any_args, "-qz", "there is no option \"-z\"", "try --help");
    bad(&any_args, "--since x", "there is no option \"--since\"", "have one: scan");
    bad(&any_args, "--threads", "needs a value", "try --help");
    bad(&any_args, "-j", "needs a value", "try --help");
    bad(&any_args, "--all=yes", "takes no value", "try --help");
    bad(&any_args, "-j 0", "a number from 1 to 64, not \"0\"", "try --help");
    bad(&any_args, "-j 65", "not \"65\"", "try --help");
    bad(&any_args, "-j 4x", "not \"4x\"", "try --help");
    bad(&any_args, "-j 99999999999999999999", "a number", "try --help");
    bad(&any_args, "-f xml", "one of table|json|sarif, not \"xml\"", "try --help");
    bad(&any_args, "-f tab", "one of", "try --help");
    bad(&any_args, "--max-time soon", "30d, 12h, 90m or 45s", "try --help");
    bad(&one_arg, "", "one needs 1 argument", "stance one WORD");
    bad(&one_arg, "a b", "one word too many: \"b\"", "one --help");
}

static void test_help(void **state)
{
    (void)state;
    good("--help");
    assert_true(p.help);
    good("-q --help --no-such");
    assert_true(p.help);
    bad(&any_args, "--no-such --help", "there is no option", "try --help");
}

static void test_help_comes_first(void **state)
{
    (void)state;
    parse(&p, &one_arg, "-h"); /* help needs no argument */
    assert_int_equal(p.rc, 0);
    assert_true(p.help);
    good("-- --help");
    assert_false(p.help);
}

static void test_memory(void **state)
{
    (void)state;
    for (size_t n = 1; n < 20; n++) {
        mem_fail_after(n);
        parse(&p, &any_args, "-x a -x b c");
        mem_fail_after(0);
        assert_true(p.rc == 0 || p.rc == E_NOMEM);
        if (!p.rc)
            break;
    }
    assert_int_equal(p.rc, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),         cmocka_unit_test(test_ways_to_write),
        cmocka_unit_test(test_shortening),       cmocka_unit_test(test_hidden_only_in_full),
        cmocka_unit_test(test_end_of_options),   cmocka_unit_test(test_values),
        cmocka_unit_test(test_mistakes),         cmocka_unit_test(test_help),
        cmocka_unit_test(test_help_comes_first), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, done);
}

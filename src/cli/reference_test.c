/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that the committed reference is what the options tables say, and that they are sound. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "cli/options.h"
#include "report/report.h"

static char *read_all(const char *file)
{
    char *text = NULL, part[4096];
    size_t n = 0, got;
    FILE *f = fopen(file, "r");
    FILE *out = open_memstream(&text, &n);
    while (f && (got = fread(part, 1, sizeof(part), f)) > 0)
        fwrite(part, 1, got, out);
    if (f)
        fclose(f);
    fclose(out);
    return text;
}

/* STANCE_GOLDEN=1 writes the file anew. */
static void is_current(const char *file, void (*write)(FILE *))
{
    if (getenv("STANCE_GOLDEN")) {
        FILE *f = fopen(file, "w");
        assert_non_null(f);
        write(f);
        fclose(f);
    }
    char *now = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&now, &n);
    write(out);
    fclose(out);
    char *committed = read_all(file);
    if (strcmp(now, committed) != 0)
        fail_msg("%s is old: run this test with STANCE_GOLDEN=1", file);
    free(now);
    free(committed);
}

static void test_reference(void **state)
{
    (void)state;
    is_current("docs/reference/cli.md", help_markdown);
    is_current("docs/reference/rules.md", rules_markdown);
}

/* Every default of every option must be a value that the option takes; every command has words. */
static void test_tables(void **state)
{
    (void)state;
    for (int i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = COMMANDS[i];
        AUTO(arena) a = ARENA(0);
        struct invocation in = {.arena = &a};
        struct diag d = {0};
        bool help;
        struct command relaxed = *c;
        relaxed.min_args = 0;
        assert_non_null(c->summary);
        assert_non_null(c->run);
        if (options_parse(&relaxed, 0, NULL, &in, &help, &d))
            fail_msg("%s: %s", c->name, d.text);
        for (const struct option_spec *o = c->options; o && o->name; o++) {
            for (const struct option_spec *other = c->options; other < o; other++)
                if ((o->letter && o->letter == other->letter) || !strcmp(o->name, other->name))
                    fail_msg("%s: --%s and --%s clash", c->name, o->name, other->name);
            if (o->letter == 'h' || !o->help || (o->type == OPT_CHOICE && !o->choices))
                fail_msg("%s: --%s is not complete", c->name, o->name);
        }
    }
}

/* The words of scan and report cannot come from formats/LIST, so they are compared with it. */
static void test_formats(void **state)
{
    AUTO(buf) choices = BUF_INIT;
    const struct command *report = command_find(STR("report"));
    (void)state;
    for (int i = 0; i < REPORT_FORMAT_COUNT; i++) {
        const struct report_format *f = REPORT_FORMATS[i];
        buf_addf(&choices, "%s%s", i ? "|" : "", f->name);
        if (!strstr(report->description, f->title) || !strstr(report->description, f->name))
            fail_msg("stance report --help does not tell \"%s\", %s", f->name, f->title);
    }
    for (const struct option_spec *o = command_find(STR("scan"))->options; o->name; o++)
        if (!strcmp(o->name, "format"))
            assert_string_equal(o->choices, choices.p);
}

static void completes(const char *shell, const char *part)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    assert_int_equal(help_completion(str_z(shell), out), 0);
    fclose(out);
    if (!strstr(text, part))
        fail_msg("%s does not say %s", shell, part);
    free(text);
}

static void test_shells(void **state)
{
    (void)state;
    completes("bash",
              "scan,--format|scan,-f) COMPREPLY=($(compgen -W \"table json sarif markdown\"");
    completes("zsh", ":value:(table json sarif markdown)'");
    completes("fish", "-l format -r -f -a 'table json sarif markdown' -d 'how to print'");
    assert_int_equal(help_completion(STR("tcsh"), stdout), E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_shells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* CODEOWNERS lines as GitHub and as GitLab read them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "formats/codeowners.h"

static void says(enum codeowners_host host, const char *text, const char *expected)
{
    AUTO(arena) a = ARENA(1 << 16);
    AUTO(buf) out = BUF_INIT;
    struct limits lim = limits_default();
    struct codeowners file;
    assert_int_equal(codeowners_parse(str_z(text), host, &lim, &a, &file, NULL), 0);
    for (size_t i = 0; i < file.n; i++) {
        const struct codeowners_rule *r = &file.v[i];
        buf_addf(&out, "%u:%u " STR_FMT, r->line, r->column, STR_ARG(r->pattern));
        for (size_t j = 0; j < r->n; j++)
            buf_addf(&out, " " STR_FMT, STR_ARG(r->owners[j]));
        buf_addc(&out, '\n');
    }
    if (file.ignored)
        buf_addf(&out, "ignored %zu\n", file.ignored);
    assert_string_equal(out.p, expected);
}

static void github(void **state UNUSED)
{
    says(CODEOWNERS_GITHUB, "", "");
    says(CODEOWNERS_GITHUB, "\xef\xbb\xbf# c\r\n\n* @a\r\n  /docs/  @o/t me@h.example # @no\n",
         "3:1 * @a\n4:3 /docs/ @o/t me@h.example\n");
    says(CODEOWNERS_GITHUB, "a @x\na/b\n", "1:1 a @x\n2:1 a/b\n"); /* the second line clears */
    says(CODEOWNERS_GITHUB, "a\\ b @x\nc\\ \n/d\\*e @x\n\\*f @x\n\\?/g @x\n",
         "1:1 a b @x\n2:1 c \n3:1 /d[*]e @x\n4:1 **/[*]f @x\n5:1 /[?]/g @x\n");
    says(CODEOWNERS_GITHUB,
         "!a @x\n[a-z] @x\na[bc] @x\n\\#a @x\na word @x\nb @\nc @x,\n[S]\nd @@x\n", "ignored 9\n");
    says(CODEOWNERS_GITHUB, "a @x@y\nb x@\nc x@y@z\n", "ignored 3\n");
}

static void gitlab(void **state UNUSED)
{
    says(CODEOWNERS_GITLAB, "* @a\n[Docs][2] @d @e\n/x\n/y @own\n^[Optional]\nz\n",
         "1:1 * @a\n2:1 [Docs]\n3:1 /x @d @e\n4:1 /y @own\n5:1 [Optional]\n6:1 z\n");
    /* Sections of one name are one, each heading with its own owners. */
    says(CODEOWNERS_GITLAB, "[Docs] @d\n/x\n[Web]\n/w @w\n[DOCS] @e\n/y\n",
         "1:1 [Docs]\n2:1 /x @d\n6:1 /y @e\n3:1 [Web]\n4:1 /w @w\n");
    /* An exclusion cannot be taken back in its section. */
    says(CODEOWNERS_GITLAB, "!/a @x\n/a @y\n[S]\n!/b\n/b @z\n",
         "2:1 /a @y\n1:1 /a\n3:1 [S]\n5:1 /b @z\n4:1 /b\n");
    says(CODEOWNERS_GITLAB, "a/b @x\na/ @x\n**/c @x\n[d]e @x\n\\#f @x\n\\[g @x\n",
         "1:1 **/a/b @x\n2:1 a/ @x\n3:1 **/c @x\n4:1 **/[d]e @x\n5:1 #f @x\n6:1 **/[[]g @x\n");
    says(CODEOWNERS_GITLAB, "a @x, @@developers word @g/s/t\nb word\n!\n",
         "1:1 a @x @@developers @g/s/t\n2:1 b\nignored 1\n");
    says(CODEOWNERS_GITLAB, "[]\n[ ]\n[a\n[b][x] @y\n[c]d @y\n",
         "1:1 **/[]\n2:1 **/[\n3:1 **/[a\n4:1 **/[b][x] @y\n5:1 **/[c]d @y\n");
}

static void which_host(void **state UNUSED)
{
    assert_int_equal(codeowners_host(STR("* @a\n  ^[S][1] @b # c\n")), CODEOWNERS_GITLAB);
    assert_int_equal(codeowners_host(STR("* @a\n[a-z]*.c @b\n# [S]\n[]\n")), CODEOWNERS_GITHUB);
    assert_int_equal(codeowners_host(STR("")), CODEOWNERS_GITHUB);
}

static void limits(void **state UNUSED)
{
    AUTO(arena) a = ARENA(0);
    struct limits lim = limits_default();
    struct codeowners file = {.n = 7};
    struct diag d = {0};
    const struct str text = STR("[S] @a @b\na\nb\n");
    lim.items = 2;
    assert_int_equal(codeowners_parse(text, CODEOWNERS_GITLAB, &lim, &a, &file, &d), E_LIMIT);
    assert_string_equal(d.text, "more than 2 rules");
    lim.items = 3;
    lim.bytes = 4;
    assert_int_equal(codeowners_parse(text, CODEOWNERS_GITLAB, &lim, &a, &file, &d), E_LIMIT);
    lim.bytes = 100;
    assert_int_equal(file.n, 7);
    int rc = E_NOMEM;
    for (size_t n = 1; rc; n++) {
        AUTO(arena) small = ARENA(0);
        mem_fail_after(n);
        rc = codeowners_parse(text, CODEOWNERS_GITLAB, &lim, &small, &file, &d);
        mem_fail_after(0);
        assert_true(rc == E_NOMEM || (rc == 0 && n > 3));
    }
    assert_int_equal(file.n, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(github), cmocka_unit_test(gitlab),
                                       cmocka_unit_test(which_host), cmocka_unit_test(limits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

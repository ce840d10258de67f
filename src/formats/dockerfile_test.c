/* SPDX-License-Identifier: Apache-2.0 */
/* Images of Dockerfiles: stages, arguments, continued lines, here documents, and what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "formats/dockerfile.h"

static int on_image(void *ctx, const struct dockerfile_image *image)
{
    struct buf *out = ctx;
    for (size_t i = 0; i < image->name.text.n; i++)
        buf_addc(out, image->name.text.p[i] == IMAGE_HOLE ? '?' : image->name.text.p[i]);
    buf_addf(out, "%s @%zu\n", image->name.assumed_to > image->name.assumed_from ? " assumed" : "",
             image->offset);
    return 0;
}

static void reads(const char *text, const char *want)
{
    AUTO(arena) a = ARENA(1 << 20);
    AUTO(buf) got = BUF_INIT;

    buf_addz(&got, "");
    assert_int_equal(dockerfile_images(str_z(text), &a, on_image, &got), 0);
    assert_int_equal(buf_result(&got), 0);
    assert_string_equal(got.n ? got.p : "", want);
}

static void test_from(void **state UNUSED)
{
    reads("FROM ollama/ollama:0.5\n", "ollama/ollama:0.5 @5\n");
    reads("from a/b\r\n", "a/b @5\n");
    reads("FROM --platform=linux/amd64 a/b AS x\nFROM x\nFROM X AS y\nFROM c/d\n",
          "a/b @28\nc/d @61\n");
    reads("FROM scratch\n", "");
    reads("FROM \"a/b\"", "a/b @5\n");
    reads("FROM", "");
    reads("", "");
    reads("# FROM a/b\n  # FROM c/d\nFROMAGE x/y\n", "");
    reads("FROM a \\\n  AS b\nFROM b\n", "a @0\n");
    reads("FROM \\\n# no\n\n c/d\n", "c/d @0\n");
    reads("# escape=`\nFROM `\n c/d\nRUN dir c:\\\nFROM e/f\n", "c/d @11\ne/f @40\n");
}

static void test_arguments(void **state UNUSED)
{
    reads("ARG V=1\nFROM a/b:$V\nARG V=2\nFROM c/d:${V}\n",
          "a/b:1 assumed @13\nc/d:1 assumed @33\n");
    reads("ARG R=r.example/x Q='q'\nARG I=$R/a:${Q}\nFROM ${I}\n", "r.example/x/a:q assumed @45\n");
    reads("ARG V\nFROM a/b:${V}\n", "a/b:? @11\n");
    reads("FROM a/b:${V:-2}\n", "a/b:2 assumed @5\n");
    reads("FROM a AS one\nARG X=one\nFROM $X\n", "a @5\n? @29\n");
}

static void test_copies(void **state UNUSED)
{
    reads("FROM a AS s\nCOPY --chown=x --from=s /x /y\nCOPY --from=0 / /\nCOPY --from=e/f:1 /x /\n",
          "a @5\ne/f:1 @72\n");
    reads("RUN --mount=type=cache,target=/x --mount=type=bind,from=g/h,source=/ make\n",
          "g/h @56\n");
    reads("COPY x --from=e/f /y\nRUN echo --from=e/f\nENV X=--from=e/f\n", "");
}

static void test_here_documents(void **state UNUSED)
{
    reads("RUN <<EOF cat\nFROM a/b\nEOF\nFROM c/d\n", "c/d @32\n");
    reads("RUN <<-'E1' cat <<\"E2\"\nFROM a/b\n\tE1\nFROM x/y\nE2\nFROM c/d\n", "c/d @53\n");
    reads("RUN cat <<< EOF\nFROM c/d\n", "c/d @21\n");
    reads("RUN cat <<EOF\nFROM c/d\nRUN cat <<EOF\nFROM e/f\n", "c/d @19\ne/f @42\n"); /* no end */
    reads("RUN echo $((1 << 2))\nFROM c/d\n", "c/d @26\n");
}

static void test_survives(void **state UNUSED)
{
    static const char text[] = "ARG A=b/c\nFROM $A AS s\nCOPY --from=s / /\nRUN a \\\n b\n";

    for (size_t i = 1; i < 40; i++) {
        AUTO(arena) a = ARENA(1 << 20);
        AUTO(buf) got = BUF_INIT;
        mem_fail_after(i);
        int rc = dockerfile_images(str_z(text), &a, on_image, &got);
        mem_fail_after(0);
        assert_true(rc == 0 || rc == E_NOMEM);
    }
    for (size_t n = 1; n < 400; n += 7) {
        AUTO(arena) a = ARENA(n);
        AUTO(buf) got = BUF_INIT;
        int rc = dockerfile_images(str_z(text), &a, on_image, &got);
        assert_true(rc == 0 || rc == E_LIMIT || rc == E_NOMEM);
    }
}

static int stop(void *ctx, const struct dockerfile_image *image UNUSED)
{
    ++*(int *)ctx;
    return E_IO;
}

static void test_stops(void **state UNUSED)
{
    AUTO(arena) a = ARENA(1 << 20);
    int n = 0;

    assert_int_equal(dockerfile_images(STR("FROM a\nFROM b\n"), &a, stop, &n), E_IO);
    assert_int_equal(n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from),     cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_copies),   cmocka_unit_test(test_here_documents),
        cmocka_unit_test(test_survives), cmocka_unit_test(test_stops)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Where code imports AI packages: small files by tree, large and hostile ones by tokens. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector_test.h"

extern const struct detector DETECTOR_CODE_IMPORTS;
#define DET &DETECTOR_CODE_IMPORTS
#define LARGE                                                                                      \
    "gap partial: too large for a syntax tree: only imports are read, from its tokens @file\n"
#define COSTLY                                                                                     \
    "gap partial: its syntax tree costs too much: only imports are read, from its tokens @file\n"

static struct syntax *syntax;

static int set_up(void **state UNUSED)
{
    struct diag d = {0};
    return syntax_new(SYNTAX_MEMORY, &syntax, &d);
}

static int tear_down(void **state UNUSED)
{
    syntax = syntax_free(syntax);
    return 0;
}

static void says_text(const char *path, struct str content, const char *expected)
{
    AUTO(detector_run) r = {.detector = DET, .path = path, .content = content, .syntax = syntax};
    detector_dump(&r);
    assert_int_equal(buf_result(&r.text), 0);
    assert_string_equal(r.text.p, expected);
}

static void says(const char *path, const char *content, const char *expected)
{
    says_text(path, str_z(content), expected);
}

static void places(void **state UNUSED)
{
    AUTO(detector_run) r = {.detector = DET,
                            .path = "a.py",
                            .content =
                                STR("\"\"\"caf\xc3\xa9\"\"\"\nif 1:\n    from openai import (\n"
                                    "        A)\nimport openai\nfrom agents import Runner\n"),
                            .syntax = syntax};
    detector_dump(&r);
    assert_string_equal(r.text.p, "import python openai @3:5\nimport python agents @6:1\n");
    assert_true(str_eq_z(r.facts.v[0].at.snippet, "from openai import ("));
    assert_int_equal(r.facts.v[0].at.offset, 22);
}

static void languages(void **state UNUSED)
{
    says("a.ts", "import OpenAI from 'openai';\n", "import javascript openai @1:1\n");
    says("a.tsx", "import {x} from \"@ai-sdk/openai\";", "import javascript @ai-sdk/openai @1:1\n");
    says("a.cjs", "\nconst a = require('@anthropic-ai/sdk');",
         "import javascript @anthropic-ai/sdk @2:11\n");
    says("a.go", "package p\nimport \"github.com/openai/openai-go/option\"\n",
         "import go github.com/openai/openai-go @2:8\n");
    says("A.java", "import com.openai.client.X;", "import java com.openai @1:1\n");
    says("a.kt", "import com.openai.client.X\n", "import java com.openai @1:1\n");
    says("A.cs", "using OpenAI.Chat;\n", "import c-sharp OpenAI @1:1\n");
    says("a.rs", "use async_openai::Client;\n", "import rust async_openai @1:1\n");
    says("a.php", "<?php use OpenAI\\Client;\n", "import php OpenAI @1:7\n");
    says("a.rb", "require \"openai\"\n", "import ruby openai @1:1\n");
    says("bin/tool", "#!/usr/bin/env python3\nimport openai\n", "import python openai @2:1\n");
    says("bin/tool", "import openai\n", "");
    says("a.py", "from agents import Agent\n", "import python agents (unsure) @1:1\n");
    says("A.cs", "namespace OpenAI.Chat;\n", "module c-sharp OpenAI @1:11\n");
    says("a.sh", "import openai\n", "not wanted\n");
    says("a.md", "import openai\n", "not wanted\n");
    says("a.py", "import openais, xopenai\n", "");
}

static void components(void **state UNUSED)
{
    says("a.vue",
         "<template>it's</template>\n<script setup lang=\"ts\">\nimport {x} from '@ai-sdk/vue';\n"
         "</script>\n<script>import 'openai'</script>\nimport 'cohere-ai'\n",
         "import javascript @ai-sdk/vue @3:1\nimport javascript openai @5:9\n");
    says("a.svelte", "<script>\nimport 'openai'", "import javascript openai @2:1\n");
    says("a.svelte", "<script", "");
    says("a.vue", "import 'openai'", "");
}

static void malformed(void **state UNUSED)
{
    says("a.py", "import openai\ndef f(:\n )) = 3\n", "import python openai @1:1\n");
    says("a.py", "\x01\xff\xfe\nimport openai\n\xff", "import python openai @2:1\n");
    says("a.py", "", "");
    says("a.ts", "import 'openai", "");
}

/* One line of 20 MB, a million lines: read in windows, in small memory, and said to be partial. */
static void large(void **state UNUSED)
{
    AUTO(buf) line = BUF_INIT, lines = BUF_INIT;
    buf_addz(&line, "import a from \"openai\";");
    while (line.n < (size_t)20 << 20)
        buf_addz(&line, "var x=/['\"]/,y=function(){return\"z\"};");
    buf_addz(&line, "b=require(\"@anthropic-ai/sdk\");");
    AUTO(detector_run) r = {
        .detector = DET, .path = "dist/a.js", .content = buf_str(&line), .memory = 200 << 10};
    detector_dump(&r);
    AUTO(buf) expected = BUF_INIT;
    buf_addf(&expected,
             LARGE "import javascript openai @1:1\n"
                   "import javascript @anthropic-ai/sdk @1:%zu\n",
             line.n - 28);
    assert_string_equal(r.text.p, expected.p);

    for (int i = 0; i < 1000000; i++)
        buf_addf(&lines, "VALUE_%d = %d\n", i, i);
    buf_addz(&lines, "import cohere\n");
    AUTO(detector_run) m = {
        .detector = DET, .path = "a.py", .content = buf_str(&lines), .memory = 200 << 10};
    detector_dump(&m);
    assert_string_equal(m.text.p, LARGE "import python cohere @1000001:1\n");
}

/* 100,000 brackets behind an import, in every language: the tree or the tokens find it. */
static void brackets(void **state UNUSED)
{
    static const char *const heads[][3] = {
        {"a.py", "import openai\n", "import python openai @1:1\n"},
        {"a.js", "import 'openai';\n", "import javascript openai @1:1\n"},
        {"a.ts", "import 'openai';\n", "import javascript openai @1:1\n"},
        {"a.tsx", "import 'openai';\n", "import javascript openai @1:1\n"},
        {"A.java", "import com.openai.X;\n", "import java com.openai @1:1\n"},
        {"a.kt", "import com.openai.X\n", "import java com.openai @1:1\n"},
        {"A.cs", "using OpenAI;\n", "import c-sharp OpenAI @1:1\n"},
        {"a.rs", "use async_openai;\n", "import rust async_openai @1:1\n"},
        {"a.rb", "require 'openai'\n", "import ruby openai @1:1\n"},
        {"a.php", "<?php use OpenAI;\n", "import php OpenAI @1:7\n"},
        {"a.go", "import \"google.golang.org/genai\"\n", "import go google.golang.org/genai @1:"},
    };
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        AUTO(buf) text = BUF_INIT;
        buf_addz(&text, heads[i][1]);
        buf_pad(&text, '(', 100000);
        AUTO(detector_run) r = {
            .detector = DET, .path = heads[i][0], .content = buf_str(&text), .syntax = syntax};
        detector_dump(&r);
        struct str said = buf_str(&r.text);
        if (str_starts(said, STR(COSTLY)))
            said = str_sub(said, strlen(COSTLY), said.n);
        if (!str_starts(said, str_z(heads[i][2])))
            fail_msg("%s: %s", heads[i][0], r.text.p);
    }
}

static void random_bytes(void **state UNUSED)
{
    static const char *const paths[] = {"a.py", "a.js", "a.ts",  "a.go", "A.java", "A.cs",
                                        "a.rs", "a.rb", "a.php", "a.kt", "a.vue"};
    uint64_t x = 88172645463325252u;
    AUTO(buf) text = BUF_INIT;
    for (int i = 0; i < 8000; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        buf_addc(&text, (char)(x & 0x7f));
    }
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        AUTO(detector_run) r = {
            .detector = DET, .path = paths[i], .content = buf_str(&text), .syntax = syntax};
        detector_dump(&r);
        assert_int_equal(r.rc, 0);
    }
}

static void memory(void **state UNUSED)
{
    AUTO(detector_run) r = {.detector = DET,
                            .path = "a.py",
                            .content = STR("import openai\nfrom anthropic import x\n"),
                            .syntax = syntax};
    detector_survives_run(&r);
    AUTO(buf) text = BUF_INIT;
    buf_pad(&text, '\n', SYNTAX_BYTES);
    buf_addz(&text, "import openai\n");
    AUTO(detector_run) t = {.detector = DET, .path = "a.py", .content = buf_str(&text)};
    detector_survives_run(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places),       cmocka_unit_test(languages), cmocka_unit_test(components),
        cmocka_unit_test(malformed),    cmocka_unit_test(large),     cmocka_unit_test(brackets),
        cmocka_unit_test(random_bytes), cmocka_unit_test(memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

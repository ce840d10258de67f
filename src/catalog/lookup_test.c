/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what addresses, images and coordinates of packages lead to, and how an entry is called. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "catalog/lookup.h"

static int take(void *ctx, int entry, const struct catalog_fact *f)
{
    buf_addf(ctx, "%s%s %s%s%s %s", ((struct buf *)ctx)->n ? "; " : "", CATALOG.entries[entry].id,
             f->group, f->sub ? "." : "", f->sub ? f->sub : "", f->text);
    return 0;
}

static void leads_to(const char *text, const char *expected)
{
    AUTO(buf) out = BUF_INIT;

    assert_int_equal(catalog_lookup(&CATALOG, str_z(text), take, &out), 0);
    if (!str_eq_z(buf_str(&out), expected))
        fail_msg("%s leads to \"" STR_FMT "\"", text, STR_ARG(buf_str(&out)));
}

#define OPENAI "openai hosts.api api.openai.com"
static void hosts(void **state UNUSED)
{
    leads_to("api.openai.com", OPENAI);
    leads_to(" https://api.openai.com/v1/chat?x=1 ", OPENAI);
    leads_to("https://me:pw@API.OpenAI.com:443", OPENAI);
    leads_to("api.openai.com:443", OPENAI);
    leads_to("api.openai.com/v1", OPENAI);
    leads_to("wss://api.openai.com?model=x", OPENAI);
    leads_to("https://api.openai.com.evil.example/", "");
    leads_to("https://evil.example/api.openai.com", "");
    leads_to("https://evil.example?u=https://api.openai.com", "");
    leads_to("notopenai.com:443", "");
    leads_to("api.openai.com:x", "");
    leads_to("", "");
    leads_to("://", "");
    leads_to("https://", "");
}

#define OLLAMA "ollama images ollama/ollama"
static void images(void **state UNUSED)
{
    leads_to("ollama/ollama", OLLAMA);
    leads_to("ollama/ollama:0.5", OLLAMA);
    leads_to("docker.io/ollama/ollama:latest", OLLAMA);
    leads_to("docker://ollama/ollama", OLLAMA);
    leads_to("registry.example:5000/mirror/ollama/ollama:1", OLLAMA);
    leads_to("ollama/ollama@sha256:"
             "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
             OLLAMA);
    leads_to("pkg:docker/ollama/ollama@0.5", OLLAMA);
    leads_to("ollama/ollama-ui:1", "");
}

static void packages(void **state UNUSED)
{
    leads_to("npm:openai", "openai packages.npm openai");
    leads_to("npm:openai@4.0.0", "openai packages.npm openai");
    leads_to("pip:OpenAI", "openai packages.pypi openai");
    leads_to("pypi:openai[voice]==1.0", "openai packages.pypi openai");
    leads_to("pkg:npm/openai@4.0.0?x=1#y", "openai packages.npm openai");
    leads_to("pkg:npm/%40anthropic-ai/sdk@1.0", "anthropic packages.npm @anthropic-ai/sdk");
    leads_to("pkg:pypi/openai", "openai packages.pypi openai");
    leads_to("@anthropic-ai/sdk@0.1", "anthropic packages.npm @anthropic-ai/sdk");
    leads_to("@anthropic-ai/sdk", "anthropic packages.npm @anthropic-ai/sdk");
    leads_to("anthropic==1.0", "anthropic packages.pypi anthropic");
    leads_to("go:github.com/openai/openai-go/option",
             "openai packages.golang github.com/openai/openai-go");
    leads_to("pkg:maven/com.openai/openai-java@1.0",
             "openai packages.maven com.openai:openai-java");
    leads_to("com.openai:openai-java:1.0", "openai packages.maven com.openai:openai-java");
    leads_to("npm:openai-not", "");
    leads_to("conda:openai", "");
    leads_to("pkg:npm", "");
    leads_to("pkg:npm/%4", "");
    leads_to("pkg:", "");
}

static void long_texts(void **state UNUSED)
{
    AUTO(buf) text = BUF_INIT;

    buf_pad(&text, 'a', 5000);
    leads_to(text.p, "");
    buf_clear(&text);
    buf_addz(&text, "pkg:npm/");
    buf_pad(&text, 'a', 1016);
    leads_to(text.p, "");
}

static const char *called(const char *word)
{
    const struct catalog_entry *more[2], *e = catalog_called(&CATALOG, str_z(word), more);

    return e ? e->id : more[0] ? "several" : "";
}

static void names(void **state UNUSED)
{
    assert_string_equal(called("openai"), "openai");
    assert_string_equal(called("OpenAI"), "openai");
    assert_string_equal(called("Claude"), "claude");
    assert_string_equal(called("azure-OPENAI"), "azure-openai");
    assert_string_equal(called("alibaba cloud model studio"), "alibaba-dashscope");
    assert_string_equal(called("openia"), "");
    assert_string_equal(called(""), "");
}

static void several(void **state UNUSED)
{
    static const char *const aliases[] = {"Both", NULL}, *const none[] = {NULL};
    const struct catalog_entry entries[] = {{.id = "a", .name = "A", .aliases = aliases},
                                            {.id = "b", .name = "B", .aliases = aliases},
                                            {.id = "c", .name = "C", .aliases = none}};
    const struct catalog c = {.entries = entries, .n_entries = 3};
    const struct catalog_entry *more[2];

    assert_null(catalog_called(&c, STR("both"), more));
    assert_ptr_equal(more[0], &entries[0]);
    assert_ptr_equal(more[1], &entries[1]);
    assert_ptr_equal(catalog_called(&c, STR("C"), more), &entries[2]);
    assert_null(more[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts), cmocka_unit_test(images),  cmocka_unit_test(packages),
        cmocka_unit_test(names), cmocka_unit_test(several), cmocka_unit_test(long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that no secret survives redaction and that ordinary text does. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "catalog/compile.h"
#include "values/values.h"

static struct values *scanner;

static int set_up(void **state UNUSED)
{
    assert_int_equal(values_new(&CATALOG, STR_NULL, &scanner, NULL), OK);
    return 0;
}

static int tear_down(void **state UNUSED)
{
    values_free(scanner);
    return 0;
}

static void expect(const char *text, const char *shown)
{
    AUTO(buf) in = BUF_INIT;
    AUTO(buf) out = BUF_INIT;
    AUTO(buf) again = BUF_INIT;

    assert_int_equal(catalog_expand(str_z(text), &in, NULL), OK);
    buf_addz(&out, "> ");
    assert_int_equal(values_redact(scanner, buf_str(&in), &out), OK);
    if (strcmp(out.p + 2, shown))
        fail_msg("%s: shown as %s", text, out.p + 2);
    assert_int_equal(values_redact(scanner, buf_str(&out), &again), OK);
    assert_string_equal(again.p, out.p); /* what is masked stays as it is */
}

static void test_keys(void **state UNUSED)
{
    expect("use gsk_{alnum:52} now", "use [groq-key, 56 characters] now");
    expect("sk-ant-api03-{word:93}AA", "[anthropic-api-key, 108 characters]");
    expect("A=hf_{alnum:34}\nB=AIza{word:35}",
           "A=[huggingface-token, 37 characters]\nB=[google-api-key, 39 characters]");
    expect("AKIA{base32:16}", "[aws-access-key-id, 20 characters]");
}

static void test_looks_secret(void **state UNUSED)
{
    /* Half of a credential, once the other half is masked. */
    expect("\xe6wbasic b21lIjoicmFtd=IiOiIxMjM0NTY3OD\xe6",
           "\xe6wbasic [basic-auth, 14 characters][generic-api-key, 16 characters]\xe6");
    expect("--password tiger", "--password [generic-password, 5 characters]");
    expect("--token=abc123def0", "--token=abc123def0"); /* abc123 is nobody's */
    expect("--token=f3a9b2c7d0", "--token=[generic-api-key, 10 characters]");
    expect("[\"--api-key\", \"f3a9b2c7d0\"]",
           "[\"--api-key\", \"[generic-api-key, 10 characters]\"]");
    expect("DB_PASSWORD=tiger", "DB_PASSWORD=[generic-password, 5 characters]");
    expect("\"password\": \"correct horse\", x",
           "\"password\": \"[generic-password, 13 characters]\", x");
    expect("Authorization: Bearer f3a9b2c7d0",
           "Authorization: Bearer [generic-api-key, 10 characters]");
    expect("\"Authorization\": \"Bearer f3a9b2c7d0\"",
           "\"Authorization\": \"Bearer [generic-api-key, 10 characters]\"");
    expect("https://h/x?api_key=f3a9b2c7d0&a=1",
           "https://h/x?api_key=[generic-api-key, 10 characters]&a=1");
    expect("ftp://joe:pw@h", "ftp://joe:[url-credentials, 2 characters]@h");
    expect("https://joe:p@ss@h/a", "https://joe:[url-credentials, 4 characters]@h/a");
    expect("say hPdl12PpRU9XvkboQ7ESJ1 now", "say [generic-api-key, 22 characters] now");
    expect("sk-ant-api03-FAKEFAKEFAKE", "[generic-api-key, 25 characters]");
    expect("h {hex:32} h", "h [generic-api-key, 32 characters] h");
}

static void test_stays(void **state UNUSED)
{
    static const char *const texts[] = {
        "",
        "npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /home/bob",
        "docker run ghcr.io/acme/mcp@sha256:{hex:64}",
        "git+https://github.com/acme/mcp@{hex:40}",
        "model = claude-sonnet-4-20250514",
        "id 550e8400-e29b-41d4-a716-446655440000",
        "\"env\": {{\"TOKEN\": \"${{TOKEN}\"}",
        "password: ${{DB_PASSWORD}",
        "max_tokens: 4096, tokenizer: cl100k_base",
        "https://example.com:8443/path@v1?x=1",
        "2026-11-23T10:11:12.123456Z",
        "basic authentication, bearer of news",
        "\xff\xfe\x80 bytes",
    };

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        AUTO(buf) in = BUF_INIT;
        AUTO(buf) out = BUF_INIT;
        assert_int_equal(catalog_expand(str_z(texts[i]), &in, NULL), OK);
        assert_int_equal(values_redact(scanner, buf_str(&in), &out), OK);
        if (!str_eq(buf_str(&in), buf_str(&out)))
            fail_msg("%s: shown as %s", in.p, out.p);
    }
}

static void test_limits(void **state UNUSED)
{
    AUTO(buf) in = BUF_INIT;
    AUTO(buf) small = BUF_CAPPED(8);
    int rc = E_NOMEM;

    assert_int_equal(catalog_expand(STR("pw hf_{alnum:34} x"), &in, NULL), OK);
    assert_int_equal(values_redact(scanner, buf_str(&in), &small), E_LIMIT);
    for (size_t n = 1; rc == E_NOMEM; n++) {
        AUTO(buf) out = BUF_INIT;
        struct values *v = NULL;
        assert_int_equal(values_new(&CATALOG, STR_NULL, &v, NULL), OK);
        mem_fail_after(n);
        rc = values_redact(v, buf_str(&in), &out);
        mem_fail_after(0);
        values_free(v);
        assert_true(n < 100);
    }
    assert_int_equal(rc, OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_looks_secret),
        cmocka_unit_test(test_stays),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

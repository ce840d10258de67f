/* SPDX-License-Identifier: Apache-2.0 */
/* Checks what the built-in catalogue finds, what it leaves alone, windows, stops and memory. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "catalog/compile.h"
#include "values/values.h"

#define INSTALLATION_KEY STR("0123456789abcdef0123456789abcdef")

static struct values *scanner;

static int set_up(void **state UNUSED)
{
    struct diag d = {0};

    assert_int_equal(values_new(&CATALOG, INSTALLATION_KEY, &scanner, &d), OK);
    return 0;
}

static int tear_down(void **state UNUSED)
{
    assert_null(values_free(scanner));
    return 0;
}

struct hits {
    struct {
        const char *kind;
        size_t start, end;
        char fingerprint[33];
        bool named;
    } v[64];
    size_t n;
    size_t stop_at;
};

static int collect(void *ctx, const struct value_hit *hit)
{
    struct hits *h = ctx;

    assert_true(h->n < ARRAY_LEN(h->v));
    assert_true(hit->start < hit->end);
    h->v[h->n].kind = hit->kind;
    h->v[h->n].start = hit->start;
    h->v[h->n].end = hit->end;
    h->v[h->n].named = hit->named;
    assert_int_equal(hit->class, DATA_SECRET);
    assert_int_equal(hit->fingerprint.n, 32);
    memcpy(h->v[h->n].fingerprint, hit->fingerprint.p, 32);
    h->v[h->n++].fingerprint[32] = '\0';
    return h->stop_at && h->n == h->stop_at ? 77 : 0;
}

/* Text with {class:n} expanded: no whole key stands in this file. */
static struct str expanded(struct buf *b, const char *text)
{
    buf_clear(b);
    assert_int_equal(catalog_expand(str_z(text), b, NULL), OK);
    return buf_str(b);
}

static void expect_one(const char *kind, const char *text)
{
    AUTO(buf) b = BUF_INIT;
    struct hits h = {0};

    assert_int_equal(values_scan(scanner, expanded(&b, text), collect, &h), OK);
    if (h.n != 1 || strcmp(h.v[0].kind, kind))
        fail_msg("%s: %zu hits, first %s", text, h.n, h.n ? h.v[0].kind : "none");
}

static void expect_none(const char *text)
{
    AUTO(buf) b = BUF_INIT;
    struct hits h = {0};

    assert_int_equal(values_scan(scanner, expanded(&b, text), collect, &h), OK);
    if (h.n)
        fail_msg("%s: found %s", text, h.v[0].kind);
}

static void test_vendors(void **state UNUSED)
{
    static const struct {
        const char *kind, *text;
    } rows[] = {
        {"openai-project-key", "k=sk-proj-{word:74}T3Blbk"
                               "FJ{word:74}"},
        {"openai-service-account-key", "sk-svcacct-{word:58}T3Blbk"
                                       "FJ{word:58} "},
        {"openai-admin-key", "'sk-admin-{word:74}T3Blbk"
                             "FJ{word:74}'"},
        {"openai-legacy-key", "sk-{alnum:20}T3Blbk"
                              "FJ{alnum:20}"},
        {"anthropic-api-key", "sk-ant-api03-{word:93}AA"},
        {"anthropic-admin-key", "sk-ant-admin01-{word:93}AA"},
        {"google-api-key", "AIza{word:35}"},
        {"huggingface-token", "hf_{alnum:34}"},
        {"groq-key", "gsk_{alnum:52}"},
        {"xai-key", "xai-{alnum:80}"},
        {"openrouter-key", "sk-or-v1-{hex:64}"},
        {"replicate-token", "r8_{alnum:37}"},
        {"perplexity-key", "pplx-{alnum:48}"},
        {"nvidia-api-key", "nvapi-{word:64}"},
        {"pinecone-key", "pcsk_{alnum:6}_{alnum:63}"},
        {"langsmith-key", "lsv2_sk_{hex:32}_{hex:10}"},
        {"langfuse-secret-key", "sk-lf-{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}"},
        {"elevenlabs-key", "sk_{hex:48}"},
        {"wandb-key-legacy", "export WANDB_API_KEY={hex:40}"},
        {"databricks-token", "dapi{hex:32}"},
        {"cohere-key", "COHERE_API_KEY={alnum:40}"},
        {"mistral-key", "MISTRAL_API_KEY={alnum:32}"},
        {"azure-openai-key", "AZURE_OPENAI_API_KEY={hex:32}"},
        {"bedrock-long-term-api-key", "ABSK{base64:128}"},
        {"aws-access-key-id", "AKIA{base32:16}"},
        {"aws-secret-access-key", "aws_secret_access_key = {base64:40}"},
        {"github-pat", "ghp_{alnum:36}"},
        {"slack-bot-token", "xoxb-{digit:12}-{digit:12}-{alnum:24}"},
        {"stripe-live-key", "sk_live_{alnum:24}"},
        {"private-key", "-----BEGIN RSA PRIVATE"
                        " KEY-----\n{base64:64}\n{base64:64}\n"},
        {"jwt", "eyJhbGciOi{alnum:26}.eyJ{alnum:40}.{word:43}"},
        {"database-url-with-password", "postgres://app:Zq8{alnum:9}@db:5432/x"},
        {"url-credentials", "https://bot:Zq8{alnum:9}@git.internal/x"},
        {"generic-password", "DB_PASSWORD=hPd12Pp{alnum:4}XvkboQ7ESJ"},
        {"generic-api-key", "\"client_secret\": \"q3Zx9Tr4{alnum:20}\""},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        expect_one(rows[i].kind, rows[i].text);
}

static void test_inside_other_text(void **state UNUSED)
{
    expect_one("huggingface-token", "{{\"out\": [\"logged in\\nhf_{alnum:34}\\n\"]}");
    expect_one("groq-key", "{{\"a\":\"{{\\\"k\\\":\\\"gsk_{alnum:52}\\\"}\"}");
    expect_one("google-api-key", "url?key%3DAIza{word:35}%26x=1");
    expect_one("replicate-token", "\\u003dr8_{alnum:37}\\u0026");
    expect_one("github-pat", "\xe6\x97\xa5ghp_{alnum:36}\xe6\x97\xa5");
    expect_one("github-pat", "TOKEN=ghp_FAKEFAKEFAKEFAKEFAKEFAKEFAKE"
                             "FAKE0001 exec x");
    expect_one("groq-key", "GROQ_API_KEY='gsk_{alnum:52}' # the vendor wins over the name");
}

/* Whose a key is that opens more than AI: what its line says before it. */
static void test_named(void **state UNUSED)
{
    static const struct {
        const char *text;
        bool named;
    } rows[] = {
        {"GEMINI_API_KEY=AIza{word:35}", true},
        {"const geminiKey = 'AIza{word:35}'", true},
        {"https://generativelanguage.googleapis.com/v1?key=AIza{word:35}", true},
        {"mapsKey: 'AIza{word:35}'", false},
        {"AIza{word:35} gemini", false},
        {"gemini\nAIza{word:35}", false},
        {"OPENAI_API_KEY=AIza{word:35}", false},
        {"gemini = 'gsk_{alnum:52}'", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) b = BUF_INIT;
        struct hits h = {0};
        assert_int_equal(values_scan(scanner, expanded(&b, rows[i].text), collect, &h), OK);
        if (h.n != 1 || h.v[0].named != rows[i].named)
            fail_msg("%s: %zu hits, named %d", rows[i].text, h.n, h.n && h.v[0].named);
    }
}

static void test_near_misses(void **state UNUSED)
{
    expect_none("");
    expect_none("hf_{alnum:33}");
    expect_none("hf_{alnum:35}");
    expect_none("xhf_{alnum:34}");
    expect_none("risk-proj-management sk-proj-your-key-here");
    expect_none("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    expect_none("AKIAIOSFODNN7"
                "EXAMPLE");
    expect_none("password: changeme\nPASSWORD=${{DB_PASSWORD}\nsecret = None");
    expect_none("https://user:pass@host http://localhost:8080/a@b https://u:${{T}@h");
    expect_none("{{\"token\": 17, \"key\": \"loss\", \"password_reset_count\": 3}");
    expect_none("apiKey: this.config.apiKey, token = tokenizer.eos_token_id");
    expect_none("\"api_key\": \"{hex:64}\" is a hash in the log of a gateway");
    expect_none("data:image/png;base64,iVBORw0KGgo{base64:400}");
    expect_none("secret: 550e8400-e29b-41d4-a716-446655440000");
}

static void test_order_and_overlap(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    struct hits h = {0};
    struct str text = expanded(&b, "hf_{alnum:34} API_KEY=gsk_{alnum:52}, AIza{word:35}");

    assert_int_equal(values_scan(scanner, text, collect, &h), OK);
    assert_int_equal(h.n, 3);
    assert_string_equal(h.v[0].kind, "huggingface-token");
    assert_string_equal(h.v[1].kind, "groq-key");
    assert_string_equal(h.v[2].kind, "google-api-key");
    for (size_t i = 1; i < h.n; i++)
        assert_true(h.v[i - 1].end <= h.v[i].start);
    assert_int_equal(h.v[0].start, 0);
    assert_int_equal(h.v[0].end, 37);
}

static void test_stop(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    struct hits h = {.stop_at = 1};

    assert_int_equal(values_scan(scanner, expanded(&b, "hf_{alnum:34} hf_{alnum:34}"), collect, &h),
                     77);
    assert_int_equal(h.n, 1);
}

static void test_fingerprint(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    struct hits h = {0}, other = {0};
    struct values *v = NULL;

    struct str text = expanded(&b, "hf_{alnum:34}");
    assert_int_equal(values_scan(scanner, text, collect, &h), OK);
    assert_int_equal(values_scan(scanner, text, collect, &h), OK);
    assert_string_equal(h.v[0].fingerprint, h.v[1].fingerprint); /* stable */
    assert_false(str_has(text, str_z(h.v[0].fingerprint)));
    assert_int_equal(values_new(&CATALOG, STR("another key of 32 bytes, as it is"), &v, NULL),
                     E_USAGE);
    assert_int_equal(values_new(&CATALOG, STR("another key of 32 bytes as it is"), &v, NULL), OK);
    assert_int_equal(values_scan(v, text, collect, &other), OK);
    assert_string_not_equal(h.v[0].fingerprint, other.v[0].fingerprint);
    values_free(v);
}

static int expect_no_fingerprint(void *ctx, const struct value_hit *hit)
{
    assert_int_equal(hit->fingerprint.n, 0);
    ++*(int *)ctx;
    return 0;
}

static void test_without_key(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    struct values *v = NULL;
    int n = 0;

    assert_int_equal(values_new(&CATALOG, STR_NULL, &v, NULL), OK);
    assert_int_equal(values_scan(v, expanded(&b, "hf_{alnum:34}"), expect_no_fingerprint, &n), OK);
    assert_int_equal(n, 1);
    values_free(v);
}

static void expect_secret(const char *kind, const char *name, const char *text)
{
    AUTO(buf) b = BUF_INIT;
    const char *found = NULL;

    if (!value_is_literal_secret(scanner, str_z(name), expanded(&b, text), &found))
        fail_msg("%s=%s is a secret", name, text);
    assert_string_equal(found, kind);
}

static void expect_no_secret(const char *name, const char *text)
{
    const char *found = NULL;

    if (value_is_literal_secret(scanner, str_z(name), str_z(text), &found))
        fail_msg("%s=%s is not a secret, not %s", name, text, found);
    assert_null(found);
}

static void test_literal_secret(void **state UNUSED)
{
    expect_secret("generic-password", "SQLSERVER_PASSWORD", "FAKE-Passw0rd!");
    expect_secret("generic-password", "dbPassword", "tiger");
    expect_secret("generic-api-key", "TAVILY_API_KEY",
                  "tvly-FAKEFAKEFAKEFAKEFAKE"
                  "FAKE");
    expect_secret("generic-api-key", "X-Api-Key", "0a9b8c7d6e5f");
    expect_secret("generic-api-key", "Authorization", "Bearer 0a9b8c7d6e5fX");
    expect_secret("github-pat", "ANY", "ghp_{alnum:36}");
    expect_secret("groq-key", "GROQ_API_KEY", "gsk_{alnum:52}");
    expect_secret("cohere-key", "COHERE_API_KEY", "{alnum:40}");
    expect_secret("database-url-with-password", "DATABASE_URL", "postgres://a:Zq8{alnum:9}@h/d");
    expect_secret("generic-password", "PGPASSWORD",
                  "$"
                  "{{PW:-tiger9}");
    expect_no_secret("DATABASE_URI", "${SHOP_DB_URI:-postgresql://localhost/shop}");
    expect_no_secret("PASSWORD", "");
    expect_no_secret("PASSWORD", "changeme");
    expect_no_secret("PASSWORD", "${DB_PASSWORD}");
    expect_no_secret("PASSWORD", "$DB_PASSWORD");
    expect_no_secret("PASSWORD", "%DB_PASSWORD%");
    expect_no_secret("API_KEY", "op://vault/item/field");
    expect_no_secret("API_KEY", "your-api-key-1234");
    expect_no_secret("API_KEY", "{{ secrets.KEY }}");
    expect_no_secret("PASSWORD_FILE", "/run/secrets/db");
    expect_no_secret("DB_PASSWORD", "/run/secrets/db");
    expect_no_secret("MAX_TOKENS", "4096");
    expect_no_secret("TOKEN_LIMIT", "100000000");
    expect_no_secret("AUTH", "oauth");
    expect_no_secret("KEYBOARD", "azerty12345");
    expect_no_secret("MODEL", "claude-sonnet-4-20250514");
    expect_no_secret("TOKEN_URL", "https://auth.internal/token");
    expect_no_secret("Authorization", "Bearer ${input:token}");
}

static void test_no_memory(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    int rc = E_NOMEM;

    for (size_t n = 1; rc == E_NOMEM; n++) {
        struct values *v = NULL;
        mem_fail_after(n);
        rc = values_new(&CATALOG, STR_NULL, &v, NULL);
        mem_fail_after(0);
        values_free(v);
        assert_true(n < 10000);
    }
    assert_int_equal(rc, OK);
    struct str text = expanded(&b, "hf_{alnum:34} {hex:9} hf_{alnum:34}");
    struct values *v = NULL;
    assert_int_equal(values_new(&CATALOG, INSTALLATION_KEY, &v, NULL), OK);
    rc = E_NOMEM;
    for (size_t n = 1; rc == E_NOMEM; n++) {
        struct hits h = {0};
        mem_fail_after(n);
        rc = values_scan(v, text, collect, &h);
        mem_fail_after(0);
        assert_int_equal(h.n, rc ? 0 : 2);
        assert_true(n < 100);
    }
    assert_int_equal(rc, OK);
    values_free(v);
    assert_null(values_free(NULL));
}

static void test_examples(void **state UNUSED)
{
    const struct catalog_example good = {STR("nothing"), "jwt", false, "f.yaml", 3, 4};
    const struct catalog_example bad = {STR("nothing"), "jwt", true, "f.yaml", 3, 4};
    AUTO(buf) b = BUF_INIT;
    struct catalog_example found = {
        expanded(&b, "hf_{alnum:34}"), "huggingface-token", false, "g.yaml", 5, 6};
    struct diag d = {0};

    assert_int_equal(values_check_examples(&CATALOG, &good, 1, &d), OK);
    assert_int_equal(values_check_examples(&CATALOG, &bad, 1, &d), E_PARSE);
    assert_string_equal(d.file, "f.yaml");
    assert_int_equal(d.line, 3);
    assert_int_equal(values_check_examples(&CATALOG, &found, 1, &d), E_PARSE);
    assert_true(value_check_known(STR("random")));
    assert_false(value_check_known(STR("rando")));
}

/* Patterns are tried at literals only: a text full of them must not take for ever. */
static void test_hostile(void **state UNUSED)
{
    static const char *const parts[] = {"-----BEGIN RSA PRIVATE"
                                        " KEY-----",
                                        "eyJhbGciOi",
                                        "https://",
                                        "password=",
                                        "sk-proj-",
                                        "T3Blbk"
                                        "FJ",
                                        "a:b@",
                                        "\\",
                                        "AIza"};
    AUTO(buf) b = BUF_INIT;
    struct hits h = {0};

    for (size_t i = 0; i < 40000; i++)
        buf_addz(&b, parts[i * 7 % ARRAY_LEN(parts)]);
    assert_int_equal(values_scan(scanner, buf_str(&b), collect, &h), OK);
    assert_int_equal(h.n, 0);
}

struct redacting {
    struct str text;
    size_t hits, start;
};

static int redact_text(void *ctx, const struct value_hit *hit)
{
    struct redacting *r = ctx;
    AUTO(buf) out = BUF_INIT;
    assert_true(hit->start >= r->start && hit->end <= r->text.n);
    r->start = hit->end;
    r->hits++;
    assert_int_equal(values_redact(scanner, r->text, &out), OK);
    return buf_result(&out);
}

/* What is said of a hit is redacted before the next one is given. */
static void test_redact_in_between(void **state UNUSED)
{
    AUTO(buf) b = BUF_INIT;
    AUTO(buf) one = BUF_INIT;
    struct redacting r = {0};

    for (int i = 0; i < 40; i++) {
        buf_clear(&one);
        buf_add(&b, expanded(&one, "gsk_{alnum:52} "));
    }
    r.text = buf_str(&b);
    assert_int_equal(values_scan(scanner, r.text, redact_text, &r), OK);
    assert_int_equal(r.hits, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vendors),
        cmocka_unit_test(test_inside_other_text),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_near_misses),
        cmocka_unit_test(test_order_and_overlap),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_fingerprint),
        cmocka_unit_test(test_without_key),
        cmocka_unit_test(test_literal_secret),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_redact_in_between),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Which hosts and variables tell of a vendor, and what only looks like them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "catalog/compile.h"
#include "catalog/facts.h"
#include "discover/detector_test.h"

extern const struct detector DETECTOR_VENDOR_HOSTS;

static struct values *scanner;

static int set_up(void **state UNUSED)
{
    struct diag d = {0};
    return values_new(&CATALOG, STR("0123456789abcdef0123456789abcdef"), &scanner, &d);
}

static int tear_down(void **state UNUSED)
{
    values_free(scanner);
    return 0;
}

static void finds(const char *path, const char *text, const char *row)
{
    AUTO(detector_run) r = {.detector = &DETECTOR_VENDOR_HOSTS,
                            .path = path,
                            .content = str_z(text),
                            .values = scanner};
    AUTO(buf) want = BUF_INIT;

    detector_dump(&r);
    buf_addf(&want, "catalog_row = %s (resolved)", row ? row : "");
    if (row ? !str_has(buf_str(&r.text), buf_str(&want)) : r.facts.n != 0)
        fail_msg("%s: %s\n-> %s", path, text, r.text.p);
}

static void test_hosts(void **state UNUSED)
{
    static const char openai[] = "openai hosts.api api.openai.com";

    finds("a.py", "client = C(base_url=\"https://api.openai.com/v1\")\n", openai);
    finds(".env", "BASE=https://api.openai.com:443\n", openai);
    finds("x/config.yaml", "url: HTTPS://x\nurl: HTTPS://api.openai.com\n", openai);
    finds("a.ts", "fetch(`https://api.openai.com/${path}`)\n", openai);
    finds("a.mts", "fetch(`https://api.openai.com${path}`)\n", openai);
    finds("a.py", "f\"https://api.openai.com{path}\"\n", openai);
    finds("a.go", "fmt.Sprintf(\"https://api.openai.com%s\", path)\n", openai);
    finds("a.sh", "curl \\\n  --url https://api.openai.com/v1/models\n", openai);
    finds("a.c", "*url = \"https://api.openai.com/v1\";\n", openai);
    finds("a.sh", "BASE=https://api.openai.com/v1\n", openai);
    finds("main.tf", "url = \"https://my-place.openai.azure.com/\"\n",
          "azure-openai hosts.api {resource}.openai.azure.com");
}

static void test_near_misses(void **state UNUSED)
{
    finds("a.py", "u = 'https://notopenai.com/v1'\n", NULL);
    finds("a.py", "u = 'https://api.openai.com.evil.example/v1'\n", NULL);
    finds("a.py", "u = 'https://evil.example/https://api.openai.com/v1'\n", NULL);
    finds("a.py", "u = 'https://api.openai.com@evil.example/v1'\n", NULL);
    finds("a.py", "u = 'https://example.org/blog/api-openai-com'\n", NULL);
    finds("a.py", "u = 'https://platform.openai.com/docs'\n", NULL); /* people read it */
    finds("a.py", "# see https://api.openai.com/v1\n", NULL);
    finds("a.c", "/*\n * https://api.openai.com/v1\n */\n", NULL);
    finds("a.lua", "-- see https://api.openai.com/v1\n", NULL);
    finds("a.js", "go(\"/login?next=https://api.openai.com\")\n", NULL);
    finds("a.js", "go(\"/login?a=1&next_url=https://api.openai.com\")\n", NULL);
    finds("a.ts", "f(`https://api.openai.com.${zone}/v1`)\n", NULL);
    finds("a.ts", "f(`https://x-api.openai.com${zone}`)\n", NULL);
    finds("a.js", "f(); // https://api.openai.com/v1\n", NULL);
    finds("a.py", "u = 'ftp://api.openai.com/v1'\n", NULL);
    finds("a.py", "u = '://api.openai.com'\nv = 'https://'\n", NULL);
    finds("README.md", "https://api.openai.com/v1\n", NULL);
    finds("cursor-api-openapi.yml", "servers:\n- url: https://api.openai.com\n", NULL);
    finds("a.yaml", "openapi: 3.0.0\nservers:\n- url: https://api.openai.com\n", NULL);
    finds("a.json", "{\"openapi\": \"3.0.0\", \"url\": \"https://api.openai.com\"}", NULL);
    finds("openapi.ts", "f('https://api.openai.com')\n", "openai hosts.api api.openai.com");
    finds("package.json", "{\"homepage\": \"https://api.openai.com\"}\n", NULL);
}

static void test_variables(void **state UNUSED)
{
    finds(".env", "export OPENAI_API_KEY=\n", "openai env OPENAI_API_KEY");
    finds("prod.env", " ANTHROPIC_API_KEY = x\n", "anthropic env ANTHROPIC_API_KEY");
    finds(".env", "# OPENAI_API_KEY=\nMY_OPENAI_API_KEY=\nOPENAI_API_KEYS=\n", NULL);
    finds(".env", "X_HOST=api.openai.com\n", "openai hosts.api api.openai.com");
    finds(".env", "X='api.openai.com:443'\n", "openai hosts.api api.openai.com");
    finds(".env", "X=api.openai.com/v1\n", "openai hosts.api api.openai.com");
    finds(".env", "X=notapi.openai.com.example\nY=see api.openai.com\nZ=platform.openai.com\n",
          NULL);
    finds(".env", "# X=api.openai.com\nX=\"api.openai.com\nX=u@api.openai.com\n", NULL);
    finds("a.yaml", "host: api.openai.com\n", "openai hosts.api api.openai.com");
    finds("a.yaml", "blocked_host: api.openai.com\n", NULL);
    finds("compose.yml", "services:\n  a:\n    environment:\n      - OPENAI_API_KEY\n",
          "openai env OPENAI_API_KEY");
    finds("compose.yml", "services:\n  a:\n    labels:\n      - OPENAI_API_KEY\n", NULL);
    finds("a.py", "u = f\"https://bedrock-runtime.{region}.amazonaws.com\"\n",
          "amazon-bedrock hosts.api bedrock-runtime.{region}.amazonaws.com");
    finds("a.py", "u = f\"https://bedrock-runtime.{region}.amazonaws.example\"\n", NULL);
    finds("a.ts", "f(`https://${r}-aiplatform.googleapis.com/v1`)\n",
          "google-vertex-ai hosts.api {region}-aiplatform.googleapis.com");
    finds("a.ts", "f(`https://${r}aiplatform.googleapis.com/v1`)\n", NULL);
    finds(".env", "HF_HUB_OFFLINE=1\n", NULL);
    finds(".env", "MLFLOW_TRACKING_URI=x\n", NULL); /* runs at its owner's */
    finds("a.py", "OPENAI_API_KEY=1\n", NULL);      /* a name in a program */
}

/* "{region}-x.a.com" as "q-x.a.com", "*.a.com" as "q.a.com". */
static void fill(struct buf *to, const char *pattern)
{
    for (; *pattern; pattern++) {
        if (*pattern == '{')
            while (pattern[1] != '}')
                pattern++;
        else
            buf_addc(to, *pattern == '*' || *pattern == '}' ? 'q' : *pattern);
    }
}

/* The literals lead to each host of an API. */
static void test_every_host(void **state UNUSED)
{
    for (int i = 0; i < CATALOG.n_hosts; i++) {
        const struct catalog_host *h = &CATALOG.hosts[i];
        const struct catalog_entry *v = &CATALOG.entries[h->entry];
        AUTO(buf) name = BUF_INIT;
        AUTO(buf) text = BUF_INIT;
        AUTO(buf) row = BUF_INIT;
        fill(&name, h->name);
        buf_addf(&text, "u = 'https://%s/v1'\n", name.p);
        const struct catalog_host *best = catalog_host(&CATALOG, buf_str(&name));
        if (h->role != HOST_API || best != h || !v->service || v->self_hosted)
            continue;
        buf_addf(&row, "%s hosts.api %s", v->id, h->name);
        finds("a.py", text.p, row.p);
    }
}

/* A server that one runs oneself, of a catalogue with its port and of one that shares another. */
static void test_servers(void **state UNUSED)
{
    static const char texts[][400] = {
        "id: llamad\nname: Llamad\ncategory: inference-server\nruns: own\n"
        "sources: [{url: \"https://a.example\", read: 2026-11-23}]\nenv: [LLAMAD_HOST]\n"
        "servers:\n  ports: [21434, 8000]\n  probes: [{path: /llamad/x, marks: [a]}]\n"
        "examples:\n  env: {match: [LLAMAD_HOST], no_match: [A]}\n"
        "  servers: {match: [\"/llamad/x a\"], no_match: [\"/x b\"]}\n",
        "id: vecs\nname: Vecs\ncategory: vector-store\nruns: own\n"
        "sources: [{url: \"https://a.example\", read: 2026-11-23}]\n"
        "servers: {ports: [8000], probes: [{path: /v, marks: [b]}]}\n"
        "examples:\n  servers: {match: [\"/v b\"], no_match: [\"/x b\"]}\n"};
    static const char categories[] = "categories:\n"
                                     "  - {category: inference-server, means: a, expects: [env]}\n"
                                     "  - {category: vector-store, means: b, expects: [env]}\n";
    static const struct {
        const char *path, *text, *row;
    } cases[] = {
        {"a.py", "u = 'http://localhost:21434/v1'\n", "llamad servers.ports 21434"},
        {"a.py", "u = 'http://remote.example:21434/v1'\n", NULL},
        {"a.py", "u = 'http://localhost:8000/v1'\n", NULL},
        {"a.py", "vecs_url = 'http://localhost:8000/v1'\n", "vecs servers.ports 8000"},
        {"a.py", "u = 'http://localhost:8000/llamad/x'\n", "llamad servers.ports 8000"},
        {"a.py", "u = 'http://vecs:8000/'\n", "vecs servers.ports 8000"},
        {"a.py", "u = 'http://other:8000/'\n", NULL},
        {"a.py", "u = 'http://localhost:8000/v1/models'\n", NULL},
        {"a.py", "# vecs: http://localhost:8000/\n", NULL},
        {".env", "LLAMAD_HOST=\n", "llamad env LLAMAD_HOST"},
    };
    struct catalog_source files[] = {{STR("categories.yaml"), str_z(categories)},
                                     {STR("entries/llamad.yaml"), str_z(texts[0])},
                                     {STR("entries/vecs.yaml"), str_z(texts[1])}};
    struct catalog_build b;
    struct values *v;
    struct diag d = {0};

    if (catalog_compile(files, ARRAY_LEN(files), &b, &d))
        fail_msg("%s: %s", d.file, d.text);
    assert_int_equal(values_new(&b.catalog, STR(""), &v, &d), 0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(detector_run) r = {.detector = &DETECTOR_VENDOR_HOSTS,
                                .path = cases[i].path,
                                .content = str_z(cases[i].text),
                                .catalog = &b.catalog,
                                .values = v};
        detector_dump(&r);
        if (cases[i].row ? !r.text.n || !str_has(buf_str(&r.text), str_z(cases[i].row))
                         : r.facts.n != 0)
            fail_msg("%s: %s\n-> %s", cases[i].path, cases[i].text, r.text.n ? r.text.p : "");
    }
    values_free(v);
    catalog_build_done(&b);
}

static void test_once(void **state UNUSED)
{
    AUTO(detector_run) r = {.detector = &DETECTOR_VENDOR_HOSTS,
                            .path = ".env",
                            .values = scanner,
                            .content = STR("\nOPENAI_API_KEY=\nA=https://api.openai.com/v1\n"
                                           "B=https://api.openai.com\n")};

    detector_dump(&r);
    assert_int_equal(r.facts.n, 1);
    assert_int_equal(r.facts.v[0].at.line, 2);
}

static void test_survives(void **state UNUSED)
{
    AUTO(detector_run) r = {.detector = &DETECTOR_VENDOR_HOSTS,
                            .path = ".env",
                            .values = scanner,
                            .content = STR("OPENAI_API_KEY=\nA=https://api.anthropic.com\n")};

    detector_survives_run(&r);
}

/* What the catalogue may say of training is what the attribute may be. */
static void test_training(void **state UNUSED)
{
    const char *const *values = attr_info(ATTR_SERVICE_TRAINING_USE)->values;

    for (int i = 0; DATA_TRAINING_NAMES[i]; i++) {
        int k = 0;
        while (values[k] && strcmp(values[k], DATA_TRAINING_NAMES[i]))
            k++;
        if (!values[k])
            fail_msg("kinds.yaml has no '%s'", DATA_TRAINING_NAMES[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),     cmocka_unit_test(test_near_misses),
        cmocka_unit_test(test_variables), cmocka_unit_test(test_once),
        cmocka_unit_test(test_survives),  cmocka_unit_test(test_training),
        cmocka_unit_test(test_servers),   cmocka_unit_test(test_every_host),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Where an address begins and ends, and whether somebody talks to it there. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/hosts/hosts.h"

#define HOST "api.openai.com"

/* The host around the first `part` of a text; NULL: none. */
static void reads(const char *text, const char *part, const char *name)
{
    struct host_spot s;
    size_t at = str_find(str_z(text), str_z(part), 0);
    assert_true(at != SIZE_MAX);
    bool found = host_spot_read(str_z(text), at, at + strlen(part), &s);
    if (found != (name != NULL) || (found && !str_eq_z(host_spot_name(&s), name)))
        fail_msg("%s -> " STR_FMT, text, STR_ARG(found ? host_spot_name(&s) : STR("none")));
}

static void test_spots(void **state UNUSED)
{
    reads("\"https://" HOST "/v1\"", HOST, HOST);
    reads("https://u:p@" HOST ":443/v1", HOST, HOST);
    reads("https://" HOST ".", HOST, HOST);
    reads("https://" HOST "${path}", HOST, HOST);
    reads("https://" HOST "@evil.example", HOST, NULL);
    reads("https://" HOST ":443@evil.example", HOST, NULL);
    reads("https://" HOST ".evil.example", HOST, HOST ".evil.example");
    reads("https://" HOST ".${zone}", HOST, HOST ".x");
    reads("https://" HOST ".<zone>", HOST, NULL);
    reads("ftp://" HOST, HOST, NULL);
    reads("https://a.example/" HOST, HOST, NULL);
    reads("https://a.example/https://" HOST, HOST, NULL);
    reads("/login?next=https://" HOST, HOST, NULL);
    reads("u@" HOST, HOST, NULL);
    reads("not" HOST, HOST, "not" HOST);
    reads(HOST "_x", HOST, NULL);
}

static void test_holes(void **state UNUSED)
{
    static const char azure[] = ".openai.azure.com", vertex[] = "-aiplatform.googleapis.com";
    static const char bedrock[] = "bedrock-runtime.";
    reads("https://{}.openai.azure.com", azure, "x.openai.azure.com");
    reads("https://${name}.openai.azure.com", azure, "x.openai.azure.com");
    reads("https://{{ name }}.openai.azure.com", azure, "x.openai.azure.com");
    reads("https://#{ENV['N']}.openai.azure.com", azure, "x.openai.azure.com");
    reads("https://%s.openai.azure.com", azure, "x.openai.azure.com");
    reads("https://$NAME.openai.azure.com", azure, "x.openai.azure.com");
    reads("https://${A}-${B}.openai.azure.com", azure, "x-x.openai.azure.com");
    reads("\"https://\" + name + \".openai.azure.com\"", azure, "x.openai.azure.com");
    reads("${REGION}-aiplatform.googleapis.com", vertex, "x-aiplatform.googleapis.com");
    reads("$GCP_REGION-aiplatform.googleapis.com", vertex, "x-aiplatform.googleapis.com");
    reads("https://bedrock-runtime.{region}.amazonaws.com/", bedrock,
          "bedrock-runtime.x.amazonaws.com");
    reads("'https://bedrock-runtime.' + region + '.amazonaws.com'", bedrock,
          "bedrock-runtime.x.amazonaws.com");
    reads("f(a}.openai.azure.com", azure, ".openai.azure.com");
    reads("https://{a\n}.openai.azure.com", azure, ".openai.azure.com");
}

static void local(const char *text, const char *port, bool want, const char *neighbour)
{
    struct host_spot s;
    struct str name = STR("");
    size_t at = str_find(str_z(text), str_z(port), 0);
    bool found = host_spot_local(str_z(text), at, at + strlen(port), &s, &name);
    if (found != want || (found && !str_eq_z(name, neighbour)))
        fail_msg("%s", text);
}

static void test_local(void **state UNUSED)
{
    local("http://localhost:11434/v1", ":11434", true, "");
    local("http://127.0.0.1:11434", ":11434", true, "");
    local("http://[::1]:11434", ":11434", true, "");
    local("localhost:11434", ":11434", true, "");
    local("http://ollama:11434", ":11434", true, "ollama");
    local("ollama:11434", ":11434", false, "");
    local("http://localhost:114345", ":11434", false, "");
    local("\"11434:11434\"", ":11434", false, "");
    local("redis://localhost:11434", ":11434", false, "");
    local(":11434", ":11434", false, "");
}

/* What is judged of the only address in a text. */
static void judged(const char *path, const char *text, bool want)
{
    struct host_spot s;
    size_t at = str_find(str_z(text), STR(HOST), 0);
    assert_true(at != SIZE_MAX && host_spot_read(str_z(text), at, at + strlen(HOST), &s));
    host_spots_judge(str_z(path), str_z(text), &s, 1);
    if (s.used != want)
        fail_msg("%s: %s\n-> %s", path, text, s.used ? "used" : "not used");
}

static void yes(const char *path, const char *text)
{
    judged(path, text, true);
}

static void no(const char *path, const char *text)
{
    judged(path, text, false);
}

static void test_python(void **state UNUSED)
{
    yes("a.py", "c = C(base_url=\"https://" HOST "/v1\")\n");
    yes("a.py", "c = C(x=' # ', base_url=\"https://" HOST "\")\n");
    yes("a.py", "def f():\n    return get(f'https://" HOST "/{p}')\n");
    yes("a.py", "URLS = [\n    \"https://" HOST "\",\n]\n");
    yes("a.py", "X = \"\"\"https://" HOST "\"\"\"\n");
    yes("a.py", "run('curl -s https://" HOST "')\n");
    no("a.py", "def f():\n    \"\"\"Sends to https://" HOST ".\"\"\"\n    return 1\n");
    no("a.py", "\"\"\"\nhttps://" HOST "\n\"\"\"\nimport x\n");
    no("a.py", "def f():\n    r'https://" HOST "'\n");
    no("a.py", "x = 1  # https://" HOST "\n");
    no("a.py", "add('--url', help='https://" HOST "')\n");
    no("a.py", "Field(examples=['a', 'https://" HOST "'])\n");
    no("a.py", "raise E('Get a key at https://" HOST "')\n");
}

static void test_script(void **state UNUSED)
{
    yes("a.ts", "const a = ' // ', u = 'https://" HOST "'\n");
    yes("a.ts", "f(`${x ? `a` : ''}`, 'https://" HOST "')\n");
    yes("a.ts", "f(`https://" HOST "/${a.b({c: 1})}/x`)\n");
    yes("a.vue", "<script>\nfetch('https://" HOST "')\n</script>\n");
    yes("a.go", "http.Get(\"https://" HOST "\") // x\n");
    no("a.ts", "x({ placeholder: 'https://" HOST "' })\n");
    no("a.ts", "x({ description:\n  'https://" HOST "' })\n");
    no("a.tsx", "<Input\n placeholder=\"https://" HOST "\" />\n");
    no("a.tsx", "<a href=\"https://" HOST "\">x</a>\n");
    no("a.tsx", "<p>OpenAI: https://" HOST "</p>\n");
    no("a.tsx", "<p>Don't https://" HOST "</p>\n");
    no("a.ts", "/*\n fetch('https://" HOST "')\n*/\n");
    no("a.ts", "f(); // fetch('https://" HOST "')\n");
    no("a.ts", "t('see [this](https://" HOST ")')\n");
    no("a.rs", "Some(\"e.g. https://" HOST "\")\n");
    no("a.ts", "x(`Default: https://" HOST "`)\n");
    yes("a.ts", "write('host: https://" HOST "')\n");
    yes("a.rb", "x = <<~JS\n  // don't\n  post(\"https://" HOST "\")\nJS\n");
    no("a.rb", "x = <<~MD\n  don't: defaults to `https://" HOST "`\nMD\n");
    no("a.rb", "x = 'it''s <<~MD\n  The base defaults to \"https://" HOST "\"\n");
    no("a.lua", "x = 1 -- 'https://" HOST "'\n");
    no("a.json", "{\"body\": \"hello\\ncurl https://" HOST "\"}");
    yes("a.json", "{\"func\": \"let a\\nfetch('https://" HOST "')\"}");
    yes("a.json", "{\"url\": \"https://" HOST "\"}");
}

static void test_bare(void **state UNUSED)
{
    yes("a.py", "c = HTTPSConnection(\"" HOST "\")\n");
    yes("a.py", "host: str = \"" HOST "\"\n");
    yes("a.py", "os.environ['X_HOST'] = '" HOST ":443'\n");
    yes("a.js", "request({ hostname: '" HOST "', path })\n");
    yes("a.js", "const host = process.env.H || '" HOST "/v1'\n");
    yes("a.go", "x := T{\n  Host: \"" HOST "\",\n}\n");
    yes("a.json", "{\"endpoint\": \"" HOST "\"}");
    yes("a.tf", "host = \"" HOST "\"\n");
    yes("a.yaml", "a:\n  host: " HOST "\n");
    yes("a.yaml", "host: \"" HOST ":443\" # x\n");
    yes("a.yaml", "environment:\n  - WHATEVER=" HOST "\n");
    yes("a.yaml", "env:\n  - name: A\n    value: " HOST "\n");
    yes("a.toml", "server = \"" HOST "\"\n");
    yes("a.conf", "proxy_pass https://" HOST ";\n");
    yes(".env", "X=" HOST "\n");
    no("a.py", "if host == \"" HOST "\":\n");
    no("a.py", "if \"" HOST "\" in url:\n");
    no("a.py", "HOSTS = [\"a.example\", \"" HOST "\"]\n");
    no("a.py", "blocked_host = \"" HOST "\"\n");
    no("a.py", "e = {\"dstAddr\": \"" HOST "\"}\n");
    no("a.py", "name = \"" HOST "\"\n");
    no("a.py", "host = \"see " HOST "\"\n");
    no("a.js", "url.includes('" HOST "')\n");
    no("a.js", "const ok = host.endsWith('" HOST "')\n");
    no("a.js", "const hosts = { '" HOST "': 1 }\n");
    no("a.yaml", "blocked_hosts:\n  - " HOST "\n");
    no("a.yaml", "hosts:\n  - " HOST "\n");
    no("a.yaml", "checked:\n- host: " HOST "\n");
    no("a.yaml", "title: " HOST "\n");
    no("a.yaml", "host: see " HOST "\n");
    no("a.yaml", "# host: " HOST "\n");
}

static void test_lines(void **state UNUSED)
{
    yes("a.yaml", "url: https://" HOST "\n");
    yes("a.yaml", "text: \"a # b\"\nurl: 'x # https://" HOST "'\n");
    yes("a.yaml", "steps:\n- run: |\n    curl https://" HOST "\n");
    yes("a.yaml", "steps:\n- run: npx proxy https://" HOST "\n");
    yes("a.sh", "curl -H 'a b' https://" HOST "\n");
    yes("a.sh", "export U=https://" HOST "\n");
    no("a.yaml", "steps:\n- run: |\n    echo see https://" HOST "\n");
    no("a.yaml", "description: |\n  Talks to\n  https://" HOST "\n");
    no("a.yaml", "description: https://" HOST "\n");
    no("a.yaml", "body: '{\"url\": \"https://" HOST "\"}'\n");
    no("a.yaml", "text: please read https://" HOST "\n");
    no("a.yaml", "a: b # https://" HOST "\n");
    no("a.sh", "echo 'keys: https://" HOST "'\n");
    no("a.ini", "; url = https://" HOST "\n");
    no("a.bat", "REM https://" HOST "\n");
}

static void test_notebooks(void **state UNUSED)
{
#define CELL(type, member, line)                                                                   \
    "{\"cells\": [{\"cell_type\": \"" type "\", \"" member "\": [\n\"" line "\\n\"]}]}"
    yes("a.ipynb", CELL("code", "source", "u = \\\"https://" HOST "\\\""));
    yes("a.ipynb", CELL("code", "source", "!curl https://" HOST));
    yes("a.ipynb", CELL("code", "source", "curl -X POST https://" HOST));
    no("a.ipynb", CELL("code", "source", "see https://" HOST));
    no("a.ipynb", CELL("code", "source", "# u = 'https://" HOST "'"));
    no("a.ipynb", CELL("markdown", "source", "u = 'https://" HOST "'"));
    no("a.ipynb", CELL("code", "outputs", "'https://" HOST "'"));
    no("a.ipynb", CELL("raw", "source", "'https://" HOST "'"));
}

static void set(const char *path, const char *text, bool want)
{
    size_t at = str_find(str_z(text), STR("A_KEY"), 0);
    assert_true(at != SIZE_MAX);
    if (!variable_files(str_z(path)) ||
        variable_is_set(str_z(path), str_z(text), at, at + 5) != want)
        fail_msg("%s: %s", path, text);
}

static void test_variables(void **state UNUSED)
{
    set(".env", "export A_KEY=\n", true);
    set(".env", "# A_KEY=\n", false);
    set(".env", "B=$A_KEY\n", false);
    set(".env", "A_KEYS=\n", false);
    set("c.yml", "services:\n  a:\n    environment:\n      A_KEY: x\n", true);
    set("c.yml", "services:\n  a:\n    environment:\n    - A_KEY=x\n", true);
    set("c.yml", "services:\n  a:\n    environment:\n      - A_KEY\n", true);
    set("c.yml", "services:\n  a:\n    environment:\n      # - A_KEY=x\n", false);
    set("c.yml", "services:\n  a:\n    labels:\n      - A_KEY=x\n", false);
    set("c.yml", "services:\n  a:\n    command: x $A_KEY\n", false);
    set("k.yaml", "containers:\n- env:\n  - name: A_KEY\n    value: x\n", true);
    set("k.yaml", "env:\n- name: B\n  valueFrom:\n    secretKeyRef:\n      key: A_KEY\n", false);
    set("w.yml", "jobs:\n  a:\n    env:\n      A_KEY: ${{ secrets.B }}\n", true);
    set("w.yml", "jobs:\n  a:\n    steps:\n      - run: echo $A_KEY\n", false);
    set("v.yaml", "extraEnvVars:\n  - name: A_KEY\n", true);
    set("task-definition.json", "{\"environment\": [{\"name\": \"A_KEY\", \"value\": \"x\"}]}",
        true);
    set("task-definition.json", "{\"secrets\": [{\"valueFrom\": \"y\", \"name\": \"A_KEY\"}]}",
        true);
    set("task-definition.json", "{\"containerEnv\": {\"B\": {\"c\": 1}, \"A_KEY\": \"x\"}}", true);
    set("task-definition.json", "{\"tags\": {\"A_KEY\": \"x\"}}", false);
    set("task-definition.json", "{\"env\": {\"B\": \"A_KEY\"}}", false);
    set("task-definition.json", "{\"A_KEY\": \"x\"}", false);
    assert_false(variable_files(STR("servers.json")));
    set("m.tf", "environment {\n  variables = {\n    A_KEY = var.x\n  }\n}\n", true);
    set("m.tf", "environment = [\n  { name = \"A_KEY\", value = \"x\" },\n]\n", true);
    set("m.tf", "variable \"A_KEY\" {}\n", false);
    set("Dockerfile", "ENV A_KEY=x\n", true);
    set("Dockerfile", "RUN echo $A_KEY\n", false);
    set("a.service", "Environment=A_KEY=x\n", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spots),     cmocka_unit_test(test_holes),
        cmocka_unit_test(test_local),     cmocka_unit_test(test_python),
        cmocka_unit_test(test_script),    cmocka_unit_test(test_bare),
        cmocka_unit_test(test_lines),     cmocka_unit_test(test_notebooks),
        cmocka_unit_test(test_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

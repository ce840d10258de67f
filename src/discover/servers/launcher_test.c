/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether each shape of command line is read as what it starts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "discover/servers/launcher.h"

static void put_words(struct buf *b, const char *label, const struct shell_words *w)
{
    for (size_t i = 0; i < w->n; i++)
        buf_addf(b, "%s" STR_FMT, i ? "," : label, STR_ARG(w->v[i].text));
}

static void put_pairs(struct buf *b, const char *label, const struct launch_pairs *p)
{
    for (size_t i = 0; i < p->n; i++)
        buf_addf(b, "%s" STR_FMT "%s" STR_FMT, i ? "," : label, STR_ARG(p->v[i].name),
                 p->v[i].has_value ? "=" : "", STR_ARG(p->v[i].value));
}

static void put_launch(struct buf *b, const struct launch *l)
{
    buf_addf(b, "%s", l->launcher ? l->launcher : "nothing");
    if (l->package.n)
        buf_addf(b, " %s" STR_FMT, l->package_inferred ? "~" : "", STR_ARG(l->package));
    else if (l->package_reason)
        buf_addf(b, " (%s)", l->package_reason);
    if (l->version.n)
        buf_addf(b, " " STR_FMT, STR_ARG(l->version));
    if (l->state)
        buf_addf(b, " %s", l->state);
    else if (l->state_reason && l->state_reason != l->package_reason)
        buf_addf(b, " (%s)", l->state_reason);
    put_words(b, " | ", &l->arguments);
    put_words(b, " o:", &l->options);
    put_pairs(b, " e:", &l->environment);
    put_pairs(b, " h:", &l->headers);
    put_words(b, " r:", &l->roots);
    if (l->url.text.n)
        buf_addf(b, " -> %s " STR_FMT, l->url_transport ? l->url_transport : "?",
                 STR_ARG(l->url.text));
}

/* The line is split as a shell would; its words are the program and its arguments. */
static void says(const char *line, const char *expected)
{
    AUTO(arena) a = ARENA(1 << 20);
    AUTO(buf) b = BUF_INIT;
    struct shell_words argv = {0};
    struct launch l;
    assert_int_equal(shell_split(str_z(line), SHELL_POSIX, 0, &a, &argv), 0);
    for (size_t i = 0; i < argv.n; i++)
        argv.v[i].from = (uint32_t)i;
    assert_int_equal(launcher_parse(argv.v, argv.n, &a, &l), 0);
    put_launch(&b, &l);
    assert_string_equal(b.p, expected);
}

#define COMMIT "0123456789abcdef0123456789abcdef01234567"

static void test_npm(void **state)
{
    (void)state;
    says("npx -y a", "npx npm:a floating o:-y");
    says("npx -y @s/a@1.2.3 --x y", "npx npm:@s/a 1.2.3 fixed | --x,y o:-y");
    says("npx a@v1.2.3-rc.1+b", "npx npm:a 1.2.3-rc.1+b fixed");
    says("npx a@latest", "npx npm:a floating");
    says("npx a@next", "npx npm:a floating");
    says("npx a@^1", "npx npm:a range");
    says("npx a@1", "npx npm:a range");
    says("npx a@1.2", "npx npm:a range");
    says("npx a@1.x", "npx npm:a range");
    says("npx 'a@>=1 <2'", "npx npm:a range");
    says("npx '@s/a@${V}'", "npx npm:@s/a (the version stands in a variable)");
    says("npx '${P}'", "npx (the package stands in a variable)");
    says("npx -p @s/a@2.0.0 cmd x", "npx npm:@s/a 2.0.0 fixed | cmd,x");
    says("npx --package=a a x", "npx npm:a floating | x");
    says("npx -p a -c 'a --flag'", "npx npm:a floating");
    says("npx -c 'npx -y b@1.0.0'", "npx npm:b 1.0.0 fixed o:-y");
    says("npx --registry https://r.example a", "npx npm:a floating o:--registry,https://r.example");
    says("npx b@npm:a@1.0.0", "npx npm:a 1.0.0 fixed");
    says("npx github:o/r", "npx git:github.com/o/r floating");
    says("npx github:o/r#" COMMIT, "npx git:github.com/o/r " COMMIT " fixed");
    says("npx o/r", "npx git:github.com/o/r floating");
    says("npx git+https://u:p@h.example/o/r.git#v1", "npx git:h.example/o/r floating");
    says("npx git@h.example:o/r.git", "npx git:h.example/o/r floating");
    says("npx https://h.example/a.tgz", "npx (an archive at an address) floating");
    says("npx ./local.js x", "npx local | ./local.js,x");
    says("npx", "npx (the command line names no package)");
    says("npx -y", "npx (the command line names no package) o:-y");
    says("npm exec --package=a@1.0.0 -- a x", "npx npm:a 1.0.0 fixed | x");
    says("npm x -- a", "npx npm:a floating");
    says("npm run start", "node local | run,start");
    says("bunx a", "bunx npm:a floating");
    says("bun x a@1.0.0", "bunx npm:a 1.0.0 fixed");
    says("pnpm dlx a", "pnpm-dlx npm:a floating");
    says("pnpm --silent dlx a", "pnpm-dlx npm:a floating");
    says("pnpx a", "pnpm-dlx npm:a floating");
    says("yarn dlx a@1.0.0 b", "yarn-dlx npm:a 1.0.0 fixed | b");
    says("'C:\\Program Files\\nodejs\\npx.CMD' a", "npx npm:a floating");
    says("'npx -y a@1.0.0' --x", "npx npm:a 1.0.0 fixed | --x o:-y");
}

static void test_python(void **state)
{
    (void)state;
    says("uvx a", "uvx pypi:a floating");
    says("uvx A_b.C==1.0 --x", "uvx pypi:a-b-c 1.0 fixed | --x");
    says("uvx a@0.3.0", "uvx pypi:a 0.3.0 fixed");
    says("uvx a@latest", "uvx pypi:a floating");
    says("uvx 'a[cli]>=1,<2'", "uvx pypi:a range");
    says("uvx 'a==1.*'", "uvx pypi:a range");
    says("uvx --from a==1.0 cmd x", "uvx pypi:a 1.0 fixed | cmd,x");
    says("uvx --python 3.12 --from 'a[x]==1.0' a x", "uvx pypi:a 1.0 fixed | x o:--python,3.12");
    says("uvx --from git+https://github.com/o/r cmd", "uvx git:github.com/o/r floating | cmd");
    says("uvx --from git+https://github.com/o/r@" COMMIT " r",
         "uvx git:github.com/o/r " COMMIT " fixed");
    says("uvx --from 'a @ git+ssh://git@h.example/o/r.git@main' a",
         "uvx git:h.example/o/r floating | a");
    says("uvx --from ./dir cmd", "uvx local | cmd");
    says("uvx --from https://h.example/a.whl a", "uvx (an archive at an address) floating | a");
    says("uvx --index-url https://i.example a",
         "uvx pypi:a floating o:--index-url,https://i.example");
    says("uv tool run a==1.0", "uvx pypi:a 1.0 fixed");
    says("uv --directory /d run server.py", "python local | /d,server.py");
    says("uv run --directory /d server", "python local | /d,server");
    says("uv run --with a==1.0 a x", "uvx pypi:a 1.0 fixed | x");
    says("uv run --with a python -m b", "python local | python,-m,b");
    says("uv sync", "python local | sync");
    says("pipx run a==1.0 x", "pipx pypi:a 1.0 fixed | x");
    says("pipx run --spec git+https://h.example/o/r a", "pipx git:h.example/o/r floating | a");
    says("/usr/bin/python3.12 -u /srv/a.py --k v", "python local | /srv/a.py,--k,v");
    says("python -m mod x", "python (a module of the local Python) local | -m,mod,x");
    says("python -c 'print(1)'", "python local | -c,print(1)");
    says("uvx '${P}==1'", "uvx (the package stands in a variable)");
}

static void test_node(void **state)
{
    (void)state;
    says("node /srv/a.js --x", "node local | /srv/a.js,--x");
    says("node --require ./p.js a.js", "node local | a.js o:--require,./p.js");
    says("node -e 'code()'", "node local | -e,code()");
    says("node /usr/lib/node_modules/@s/a/dist/i.js x", "node ~npm:@s/a local | x");
    says("node /x/node_modules/.bin/a", "node local | /x/node_modules/.bin/a");
    says("deno run -A npm:@s/a@1.0.0 x", "deno npm:@s/a 1.0.0 fixed | x o:-A");
    says("deno run jsr:@s/a", "deno jsr:@s/a floating");
    says("deno run --allow-net https://h.example/m.ts",
         "deno (code at an address) floating | https://h.example/m.ts o:--allow-net");
    says("deno eval x", "deno local | eval,x");
}

static void test_container(void **state)
{
    (void)state;
    says("docker run -i --rm ghcr.io/o/i", "docker oci:ghcr.io/o/i floating o:-i,--rm");
    says("docker run h.example:5000/o/i:1.2 x", "docker oci:h.example:5000/o/i floating | x");
    says("docker run docker.io/library/i:latest", "docker oci:i floating");
    says("podman run o/i@sha256:abc", "docker oci:o/i sha256:abc digest");
    says("docker run o/i:1@sha256:abc", "docker oci:o/i sha256:abc digest");
    says("docker run -e A=b -eC=d -ie E --env F=g --network host i /data",
         "docker oci:i floating | /data o:--network,host e:A=b,C=d,E,F=g");
    says("docker run -v /home/u:/data:ro -v vol:/x --mount type=bind,src=/etc,dst=/e i",
         "docker oci:i floating "
         "o:-v,/home/u:/data:ro,-v,vol:/x,--mount,type=bind,src=/etc,dst=/e r:/home/u,/etc");
    says("docker run -v 'C:\\Users\\u:/d' i",
         "docker oci:i floating o:-v,C:\\Users\\u:/d r:C:\\Users\\u");
    says("docker --context c container run i", "docker oci:i floating o:--context,c");
    says("docker exec -i c cmd",
         "docker (the image is chosen outside the command line) local | exec,-i,c,cmd");
    says("docker mcp gateway run", "docker local | mcp,gateway,run");
    says("docker run '${IMAGE}'", "docker (the image stands in a variable)");
    says("docker run -i", "docker (the command line names no package) o:-i");
}

static void test_shells(void **state)
{
    (void)state;
    says("sh -c 'TOKEN=t exec /opt/scan/mcp --x'", "shell local | --x e:TOKEN=t");
    says("bash -lc 'source ~/.nvm/nvm.sh && npx -y a@1.0.0'", "shell npm:a 1.0.0 fixed o:-y");
    says("bash -c 'cd /x; export K=v; uvx a 2>/dev/null'", "shell pypi:a floating e:K=v");
    says("sh -c 'curl -s https://h.example/i | sh'",
         "shell (a shell line that starts more than one program) | "
         "-c,curl -s https://h.example/i | sh");
    says("sh -c 'npx $(cat name)'",
         "shell (a shell line that starts more than one program) | -c,npx $(cat name)");
    says("sh run.sh", "shell (a script that was not read) | run.sh");
    says("cmd /c npx -y @s/a@2.0.3", "npx npm:@s/a 2.0.3 fixed o:-y");
    says("cmd.exe /d /s /c 'npx -y a'", "npx npm:a floating o:-y");
    says("cmd /c 'a.exe & b.exe'",
         "shell (a shell line that starts more than one program) | /c,a.exe & b.exe");
    says("powershell -NoProfile -Command 'npx -y a'", "shell npm:a floating o:-y");
    says("pwsh -EncodedCommand AAAA", "shell (a script that was not read) | -EncodedCommand,AAAA");
    says("env -u X A=b C=d npx a", "npx npm:a floating o:-u,X e:A=b,C=d");
    says("env -S 'A=b npx a'", "npx npm:a floating e:A=b");
    says("wsl -d Ubuntu npx a", "npx npm:a floating o:-d,Ubuntu");
    says("op run --env-file=.env -- npx a", "npx npm:a floating o:run,--env-file=.env");
    says("doppler run npx a", "binary (started by another program) | run,npx,a");
    says("ssh host npx a", "binary (started on another machine) remote | host,npx,a");
    says("env env env env env env env npx a",
         "binary (too many programs start one another) | env,npx,a");
    says("env", "binary (the command line names no program)");
}

static void test_binary(void **state)
{
    (void)state;
    says("/opt/a --x", "binary local | --x");
    says("C:/Tools/a.exe", "binary local");
    says("'${BIN}/a'", "binary (the program stands in a variable)");
    says("'/opt/my server' x", "binary local | x");
    says("", "nothing");
}

static void test_bridge(void **state)
{
    (void)state;
    says("npx -y mcp-remote https://h.example/sse --header 'Authorization: Bearer ${T}'",
         "npx npm:mcp-remote floating | https://h.example/sse,--header,Authorization: Bearer ${T} "
         "o:-y h:Authorization=Bearer ${T} -> ? https://h.example/sse");
    says("npx mcp-remote@0.1.0 http://localhost:3000/mcp --transport sse-only",
         "npx npm:mcp-remote 0.1.0 fixed | http://localhost:3000/mcp,--transport,sse-only -> sse "
         "http://localhost:3000/mcp");
    says(
        "npx supergateway --sse https://h.example/sse",
        "npx npm:supergateway floating | --sse,https://h.example/sse -> sse https://h.example/sse");
    says("npx supergateway --stdio 'npx a'", "npx npm:supergateway floating | --stdio,npx a");
    says("uvx mcp-proxy --headers K v https://h.example/",
         "uvx pypi:mcp-proxy floating | --headers,K,v,https://h.example/ h:K=v -> ? "
         "https://h.example/");
    says("mcp-remote https://h.example/m",
         "binary local | https://h.example/m -> ? https://h.example/m");
    says("npx other https://h.example/m", "npx npm:other floating | https://h.example/m");
}

static void test_from(void **state)
{
    (void)state;
    AUTO(arena) a = ARENA(1 << 20);
    struct shell_word argv[] = {{.text = STR("sh"), .from = 4},
                                {.text = STR("-c"), .from = 5},
                                {.text = STR("K=v npx -y a@1.0.0 x"), .from = 6}};
    struct launch l;
    assert_int_equal(launcher_parse(argv, 3, &a, &l), 0);
    assert_int_equal(l.package_from, 6);
    assert_int_equal(l.program.from, 6);
    assert_int_equal(l.environment.v[0].from, 6);
    assert_int_equal(l.arguments.v[0].from, 6);
}

static void test_reference(void **state)
{
    (void)state;
    assert_true(launcher_is_reference(STR("a ${X} b")));
    assert_true(launcher_is_reference(STR("$HOME/x")));
    assert_true(launcher_is_reference(STR("%APPDATA%\\x")));
    assert_true(launcher_is_reference(STR("{{x}}")));
    assert_false(launcher_is_reference(STR("a$")));
    assert_false(launcher_is_reference(STR("$1.00")));
    assert_false(launcher_is_reference(STR("50% of 100%")));
    assert_false(launcher_is_reference(STR("%20%20")));
}

static void test_memory(void **state)
{
    (void)state;
    struct shell_word argv[] = {{.text = STR("bash")},
                                {.text = STR("-c")},
                                {.text = STR("A=b docker run -e C=d -v /e:/f o/i mcp-remote x")}};
    for (size_t cap = 1; cap < 6000; cap += 13) {
        AUTO(arena) a = ARENA(cap);
        struct launch l;
        int rc = launcher_parse(argv, 3, &a, &l);
        assert_true(rc == 0 || rc == E_LIMIT);
    }
    mem_fail_after(1);
    AUTO(arena) a = ARENA(1 << 20);
    struct launch l;
    int rc = launcher_parse(argv, 3, &a, &l);
    mem_fail_after(0);
    assert_int_equal(rc, E_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_npm),       cmocka_unit_test(test_python),
        cmocka_unit_test(test_node),      cmocka_unit_test(test_container),
        cmocka_unit_test(test_shells),    cmocka_unit_test(test_binary),
        cmocka_unit_test(test_bridge),    cmocka_unit_test(test_from),
        cmocka_unit_test(test_reference), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

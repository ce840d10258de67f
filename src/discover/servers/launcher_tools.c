/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the package runners of Node, Python, Deno and containers are read. */
#include <string.h>

#include "discover/servers/launcher_internal.h"

/* Options that take the next word, from the manuals named in launcher.h. */
#define NPX_VALUED                                                                                 \
    "-p --package -c --call -w --workspace --registry --cache --prefix --userconfig "              \
    "--node-options -n --loglevel --script-shell --globalconfig --before --allow-build --tag"
#define NODE_VALUED                                                                                \
    "-r --require --import --loader --experimental-loader --env-file --env-file-if-exists -C "     \
    "--conditions --title --input-type --inspect-port --icu-data-dir --openssl-config "            \
    "--disable-warning --experimental-default-type --tsconfig --cwd --filter --config"
#define UV_VALUED                                                                                  \
    "--from --with -w --with-editable --with-requirements -p --python --index-url -i "             \
    "--extra-index-url --index --default-index --find-links -f --directory --project --cache-dir " \
    "--config-file --python-preference --refresh-package --upgrade-package -P "                    \
    "--reinstall-package --resolution --prerelease --link-mode --keyring-provider "                \
    "--index-strategy --exclude-newer --color --allow-insecure-host --constraints -c "             \
    "--overrides --build-constraints --config-setting -C --no-build-package --no-binary-package "  \
    "--env-file --torch-backend --python-platform --extra --group --only-group --no-group "        \
    "--no-extra --package --fork-strategy --allow-python-downloads --no-build-isolation-package"
#define PIPX_VALUED   "--spec --python --index-url -i --pip-args --with --fetch-missing-python-from"
#define PYTHON_VALUED "-W -X --check-hash-based-pycs"
#define DENO_VALUED                                                                                \
    "-c --config --import-map -L --log-level --seed --location --cert --env-file --ext -P "        \
    "--permission-set --preload --require"
#define DOCKER_VALUED                                                                              \
    "--config --context --host -H --log-level --tlscacert --tlscert --tlskey --connection --url "  \
    "--identity --root --runroot --storage-driver --namespace"
#define RUN_VALUED                                                                                 \
    "--add-host --annotation --attach --blkio-weight --blkio-weight-device --cap-add --cap-drop "  \
    "--cgroup-parent --cgroupns --cidfile --cpu-count --cpu-percent --cpu-period --cpu-quota "     \
    "--cpu-rt-period --cpu-rt-runtime --cpu-shares --cpus --cpuset-cpus --cpuset-mems "            \
    "--detach-keys --device --device-cgroup-rule --device-read-bps --device-read-iops "            \
    "--device-write-bps --device-write-iops --dns --dns-opt --dns-option --dns-search "            \
    "--domainname --entrypoint --env --env-file --expose --gpus --group-add --health-cmd "         \
    "--health-interval --health-retries --health-start-interval --health-start-period "            \
    "--health-timeout --hostname --io-maxbandwidth --io-maxiops --ip --ip6 --ipc --isolation "     \
    "--kernel-memory --label --label-file --link --link-local-ip --log-driver --log-opt "          \
    "--mac-address --memory --memory-reservation --memory-swap --memory-swappiness --mount "       \
    "--name --net --net-alias --network --network-alias --oom-score-adj --pid --pids-limit "       \
    "--platform --pod --publish --pull --restart --runtime --secret --security-opt --shm-size "    \
    "--stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --ulimit --user --userns --uts "  \
    "--volume --volume-driver --volumes-from --workdir --authfile --arch --os --creds --requires"
#define RUN_LETTERS "acehlmpuvw"

static void rest_is_arguments(struct launcher *l, struct words *w)
{
    for (; w->i < w->n; w->i++)
        launcher_push(l, &l->out->arguments, w->v[w->i]);
}

static struct shell_word take(struct words *w)
{
    struct shell_word none = {.text = STR("")};
    return w->i < w->n ? w->v[w->i++] : none;
}

static void no_package(struct launcher *l)
{
    l->out->package_reason = l->out->state_reason = "the command line names no package";
    l->out->state = NULL;
}

/* The package came from an option: the next word is a command of it. */
static void command_of_package(struct launcher *l, struct words *w)
{
    if (w->i < w->n && launcher_is_command_of(l->out->package, w->v[w->i].text))
        w->i++;
    rest_is_arguments(l, w);
}

/* --- Node -------------------------------------------------------------------------------- */

static void npm_runner(struct launcher *l, struct words *w, const char *launcher)
{
    struct shell_word package = {.text = STR("")}, call = package;
    struct option o;
    l->out->launcher = launcher;
    while (launcher_option(w, NPX_VALUED, NULL, &o)) {
        struct shell_word value = {.text = o.value, .from = o.from};
        if (launcher_in("-p --package", o.name) && !package.text.n)
            package = value;
        else if (launcher_in("-c --call", o.name))
            call = value;
        else
            launcher_keep_option(l, &o);
    }
    if (call.text.n && !package.text.n) {
        const struct words inner = {.v = &call, .n = 1};
        launcher_again(l, &inner);
        return;
    }
    bool named = package.text.n != 0;
    if (!named)
        package = take(w);
    if (!package.text.n) {
        no_package(l);
        return;
    }
    launcher_npm(l, package);
    if (named)
        command_of_package(l, w);
    else if (str_eq_z(STR("local"), l->out->state ? l->out->state : "")) {
        launcher_push(l, &l->out->arguments, package);
        rest_is_arguments(l, w);
    } else
        rest_is_arguments(l, w);
}

/* ".../node_modules/@scope/name/dist/x.js" names the package that is installed there. */
static void installed_package(struct launcher *l, struct shell_word file)
{
    struct str mark = STR("node_modules/"), rest = file.text, part, name;
    size_t at = SIZE_MAX;
    for (size_t i = str_find(rest, mark, 0); i != SIZE_MAX; i = str_find(rest, mark, i + 1))
        at = i + mark.n;
    if (at == SIZE_MAX)
        return;
    rest = str_sub(rest, at, rest.n);
    name = rest;
    if (!str_field(&rest, '/', &part) || !part.n || part.p[0] == '.')
        return;
    size_t n = part.n;
    if (part.p[0] == '@') {
        if (!str_field(&rest, '/', &part) || !part.n)
            return;
        n += 1 + part.n;
    }
    name = arena_fmt(l->a, "npm:" STR_FMT, STR_ARG(str_sub(name, 0, n)));
    if (!name.p)
        l->error = arena_error(l->a);
    l->out->package = name;
    l->out->package_from = file.from;
    l->out->package_inferred = true;
}

static void node(struct launcher *l, struct words *w)
{
    struct option o;
    l->out->launcher = "node";
    launcher_local(l, NULL);
    size_t before = w->i;
    while (launcher_option(w, NODE_VALUED, NULL, &o)) {
        if (launcher_in("-e --eval -p --print -pe", o.name)) {
            w->i = before; /* the code is an argument that matters */
            break;
        }
        launcher_keep_option(l, &o);
        before = w->i;
    }
    if (w->i < w->n && w->v[w->i].text.n && w->v[w->i].text.p[0] != '-')
        installed_package(l, w->v[w->i]);
    if (l->out->package.n)
        w->i++;
    rest_is_arguments(l, w);
}

/* npm, pnpm, yarn and bun: a runner behind one word, else scripts of the folder. */
void launcher_node_tool(struct launcher *l, struct words *w, struct str name)
{
    static const struct {
        const char *program, *verbs, *launcher;
    } rows[] = {{"npm", "exec x", "npx"},
                {"pnpm", "dlx", "pnpm-dlx"},
                {"yarn", "dlx", "yarn-dlx"},
                {"bun", "x", "bunx"}};
    if (str_eq_z(name, "npx")) {
        npm_runner(l, w, "npx");
        return;
    }
    if (str_eq_z(name, "bunx")) {
        npm_runner(l, w, "bunx");
        return;
    }
    if (str_eq_z(name, "pnpx")) {
        npm_runner(l, w, "pnpm-dlx");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct words ahead = *w;
        struct option o;
        if (!str_eq_z(name, rows[i].program))
            continue;
        while (launcher_option(&ahead, NPX_VALUED " -C --dir --cwd", NULL, &o))
            ;
        if (ahead.i < ahead.n && launcher_in(rows[i].verbs, ahead.v[ahead.i].text)) {
            ahead.i++;
            *w = ahead;
            npm_runner(l, w, rows[i].launcher);
            return;
        }
    }
    node(l, w);
}

/* --- Python ------------------------------------------------------------------------------ */

static void uv_tool(struct launcher *l, struct words *w, const char *launcher, const char *valued)
{
    struct shell_word from = {.text = STR("")};
    struct option o;
    l->out->launcher = launcher;
    while (launcher_option(w, valued, NULL, &o)) {
        if (launcher_in("--from --spec", o.name))
            from = (struct shell_word){.text = o.value, .from = o.from};
        else
            launcher_keep_option(l, &o);
    }
    if (from.text.n) {
        launcher_pypi(l, from);
        command_of_package(l, w);
        return;
    }
    from = take(w);
    if (!from.text.n) {
        no_package(l);
        return;
    }
    launcher_pypi(l, from);
    rest_is_arguments(l, w);
}

static void python(struct launcher *l, struct words *w)
{
    l->out->launcher = "python";
    launcher_local(l, NULL);
    for (struct option o; w->i < w->n && !launcher_in("-m -c", w->v[w->i].text);)
        if (!launcher_option(w, PYTHON_VALUED, NULL, &o))
            break;
    if (w->i < w->n && str_eq_z(w->v[w->i].text, "-m"))
        launcher_local(l, "a module of the local Python");
    rest_is_arguments(l, w);
}

/* uv run [--with PACKAGE] COMMAND: the folder's own code unless COMMAND is a package asked for. */
static void uv_run(struct launcher *l, struct words *w)
{
    struct shell_word with = {.text = STR("")};
    struct option o;
    l->out->launcher = "python";
    launcher_local(l, NULL);
    while (w->i < w->n && !launcher_in("-m --module", w->v[w->i].text) &&
           launcher_option(w, UV_VALUED, NULL, &o)) {
        if (str_eq_z(o.name, "--with") && !with.text.n)
            with = (struct shell_word){.text = o.value, .from = o.from};
        else if (launcher_in("--directory --project", o.name))
            launcher_push(l, &l->out->arguments,
                          (struct shell_word){.text = o.value, .from = o.from});
        else
            launcher_keep_option(l, &o);
    }
    if (!with.text.n || w->i >= w->n) {
        rest_is_arguments(l, w);
        return;
    }
    launcher_pypi(l, with);
    if (launcher_is_command_of(l->out->package, w->v[w->i].text)) {
        l->out->launcher = "uvx";
        l->out->arguments.n = 0;
        w->i++;
    } else {
        launcher_local(l, NULL);
    }
    rest_is_arguments(l, w);
}

void launcher_python_tool(struct launcher *l, struct words *w, struct str name)
{
    struct option o;
    if (str_eq_z(name, "uvx")) {
        uv_tool(l, w, "uvx", UV_VALUED);
        return;
    }
    bool uv = str_eq_z(name, "uv"), pipx = str_eq_z(name, "pipx");
    if (!uv && !pipx) {
        python(l, w);
        return;
    }
    struct words start = *w;
    while (launcher_option(w, UV_VALUED, NULL, &o)) {
        if (launcher_in("--directory --project", o.name))
            launcher_push(l, &l->out->arguments,
                          (struct shell_word){.text = o.value, .from = o.from});
    }
    struct str verb = take(w).text;
    if (pipx && str_eq_z(verb, "run")) {
        uv_tool(l, w, "pipx", PIPX_VALUED);
    } else if (uv && str_eq_z(verb, "run")) {
        uv_run(l, w);
    } else if (uv && str_eq_z(verb, "tool") && w->i < w->n && str_eq_z(w->v[w->i].text, "run")) {
        w->i++;
        uv_tool(l, w, "uvx", UV_VALUED);
    } else {
        *w = start;
        l->out->launcher = "python";
        l->out->arguments.n = 0;
        launcher_local(l, NULL);
        rest_is_arguments(l, w);
    }
}

/* --- Deno and containers ----------------------------------------------------------------- */

static void deno(struct launcher *l, struct words *w)
{
    struct option o;
    l->out->launcher = "deno";
    while (w->i < w->n && !launcher_in("-m -c", w->v[w->i].text) &&
           launcher_option(w, DENO_VALUED, NULL, &o))
        launcher_keep_option(l, &o);
    if (w->i >= w->n || !launcher_in("run x", w->v[w->i].text)) {
        launcher_local(l, NULL);
        rest_is_arguments(l, w);
        return;
    }
    w->i++;
    while (launcher_option(w, DENO_VALUED, NULL, &o))
        launcher_keep_option(l, &o);
    struct shell_word spec = take(w);
    launcher_deno(l, spec);
    if (!l->out->package.n)
        launcher_push(l, &l->out->arguments, spec);
    rest_is_arguments(l, w);
}

/* The host's side of "/host:/container[:ro]" and of "type=bind,src=/host,dst=/container". */
static void mount(struct launcher *l, const struct option *o)
{
    struct str host = STR(""), field, rest = o->value, key, value;
    if (str_eq_z(o->name, "--mount")) {
        while (str_field(&rest, ',', &field))
            if (str_cut(field, '=', &key, &value) && launcher_in("src source", key))
                host = value;
    } else {
        bool drive = rest.n > 2 && rest.p[1] == ':' && (rest.p[2] == '\\' || rest.p[2] == '/');
        size_t colon = str_chr(rest, ':', drive ? 2 : 0);
        host = colon == SIZE_MAX ? STR("") : str_sub(rest, 0, colon);
    }
    /* A name without a slash is a volume of the engine. */
    bool folder = str_has(host, STR("/")) || str_has(host, STR("\\")) ||
                  launcher_is_reference(host) || str_eq_z(host, "~") || str_eq_z(host, ".");
    if (folder)
        launcher_push(l, &l->out->roots, (struct shell_word){.text = host, .from = o->from});
}

static void run_option(struct launcher *l, const struct option *o)
{
    struct launch_pair p = {.from = o->from};
    if (launcher_in("-e --env", o->name)) {
        p.has_value = str_cut(o->value, '=', &p.name, &p.value);
        launcher_pair(l, &l->out->environment, p);
        return;
    }
    launcher_keep_option(l, o);
    if (launcher_in("-v --volume --mount", o->name))
        mount(l, o);
}

static void container(struct launcher *l, struct words *w)
{
    struct option o;
    struct words start = *w;
    l->out->launcher = "docker";
    while (launcher_option(w, DOCKER_VALUED, NULL, &o))
        launcher_keep_option(l, &o);
    struct str verb = take(w).text;
    if (str_eq_z(verb, "container"))
        verb = take(w).text;
    if (!str_eq_z(verb, "run")) {
        *w = start;
        launcher_local(l, str_eq_z(verb, "exec") || str_eq_z(verb, "compose")
                              ? "the image is chosen outside the command line"
                              : NULL);
        rest_is_arguments(l, w);
        return;
    }
    while (launcher_option(w, RUN_VALUED, RUN_LETTERS, &o))
        run_option(l, &o);
    struct shell_word image = take(w);
    if (!image.text.n) {
        no_package(l);
        return;
    }
    launcher_image(l, image);
    rest_is_arguments(l, w);
}

struct str launcher_container_image(const struct shell_word *v, size_t n)
{
    struct words w = {.v = v, .n = n};
    struct option o;
    while (launcher_option(&w, DOCKER_VALUED, NULL, &o))
        ;
    struct str verb = take(&w).text;
    if (launcher_in("container image", verb))
        verb = take(&w).text;
    if (!launcher_in("run create pull", verb))
        return STR("");
    while (launcher_option(&w, RUN_VALUED, RUN_LETTERS, &o))
        ;
    return take(&w).text;
}

void launcher_container(struct launcher *l, struct words *w, struct str name)
{
    if (str_eq_z(name, "deno"))
        deno(l, w);
    else
        container(l, w);
}

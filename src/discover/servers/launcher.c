/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which program a command line starts in the end: wrappers, shells, then the runners. */
#include <string.h>

#include "discover/servers/launcher_internal.h"

typedef void (*read_fn)(struct launcher *l, struct words *w, struct str name);

static const struct {
    const char *programs;
    read_fn read;
} READERS[] = {
    {"npx bunx pnpx npm pnpm yarn bun node nodejs tsx ts-node", launcher_node_tool},
    {"uvx uv pipx python python2 python3 pythonw py pypy pypy3", launcher_python_tool},
    {"deno docker podman nerdctl", launcher_container},
    {"sh bash zsh dash ash ksh fish cmd powershell pwsh", launcher_shell},
    {"env exec command nohup sudo doas nice time wsl op doppler infisical dotenv dotenvx mise asdf "
     "direnv varlock chamber aws-vault teller proxychains proxychains4",
     launcher_wrapper},
};

/* Programs that reach a remote server for the host; option NULL: the first plain address. */
static const struct {
    const char *packages, *option, *transport;
} BRIDGES[] = {
    {"mcp-remote mcp-remote-client", NULL, NULL},
    {"supergateway", "--sse", "sse"},
    {"supergateway", "--streamableHttp", "http"},
    {"mcp-proxy", NULL, NULL},
};

/* --- what the readers share -------------------------------------------------------------- */

bool launcher_in(const char *set, struct str word)
{
    struct str rest = str_z(set), one;
    while (word.n && str_field(&rest, ' ', &one))
        if (str_eq(one, word))
            return true;
    return false;
}

void launcher_push(struct launcher *l, struct shell_words *to, struct shell_word w)
{
    int rc = l->error ? l->error : shell_push(to, w, l->a);
    if (rc)
        l->error = rc;
}

void launcher_keep_option(struct launcher *l, const struct option *o)
{
    launcher_push(l, &l->out->options, (struct shell_word){.text = o->name, .from = o->from});
    if (o->has_value)
        launcher_push(l, &l->out->options, (struct shell_word){.text = o->value, .from = o->from});
}

void launcher_keep_rest(struct launcher *l, const struct words *w)
{
    for (size_t i = w->i; i < w->n; i++)
        launcher_push(l, &l->out->arguments, w->v[i]);
}

void launcher_pair(struct launcher *l, struct launch_pairs *to, struct launch_pair p)
{
    if (to->n == to->alloc && !l->error) {
        size_t alloc = to->alloc ? to->alloc * 2 : 4;
        struct launch_pair *v = arena_new_n(l->a, struct launch_pair, alloc);
        if (v) {
            if (to->n)
                memcpy(v, to->v, to->n * sizeof(*v));
            to->v = v;
            to->alloc = alloc;
        } else {
            l->error = arena_error(l->a);
        }
    }
    if (!l->error)
        to->v[to->n++] = p;
}

static bool cluster(struct words *w, const char *letters, struct option *ret)
{
    struct shell_word word = w->v[w->i - 1];
    for (size_t k = 1; k < word.text.n; k++) {
        if (!word.text.p[k] || !strchr(letters, word.text.p[k]))
            continue;
        static const char names[] = "-a-c-e-h-l-m-p-u-v-w";
        const char *name = names;
        while (name[1] && name[1] != word.text.p[k])
            name += 2;
        ret->name = str_n(name, 2);
        ret->value = str_sub(word.text, k + 1, word.text.n);
        ret->has_value = true;
        if (ret->value.n && ret->value.p[0] == '=')
            ret->value = str_sub(ret->value, 1, ret->value.n);
        if (!ret->value.n && w->i < w->n) {
            ret->from = w->v[w->i].from;
            ret->value = w->v[w->i++].text;
        }
        return true;
    }
    return true;
}

bool launcher_option(struct words *w, const char *valued, const char *letters, struct option *ret)
{
    if (w->i >= w->n || w->v[w->i].text.n < 2 || w->v[w->i].text.p[0] != '-')
        return false;
    struct shell_word word = w->v[w->i++];
    if (str_eq_z(word.text, "--"))
        return false;
    *ret = (struct option){.name = word.text, .from = word.from};
    if (letters && word.text.p[1] != '-')
        return cluster(w, letters, ret);
    if (str_cut(word.text, '=', &ret->name, &ret->value)) {
        ret->has_value = true;
        return true;
    }
    if (launcher_in(valued, word.text) && w->i < w->n) {
        ret->from = w->v[w->i].from;
        ret->value = w->v[w->i++].text;
        ret->has_value = true;
    }
    return true;
}

struct str launcher_name(struct launcher *l, struct str program)
{
    static const char *const ends[] = {".exe", ".cmd", ".bat", ".ps1"};
    size_t slash = str_rchr(program, '/'), back = str_rchr(program, '\\');
    if (slash != SIZE_MAX)
        program = str_sub(program, slash + 1, program.n);
    else if (back != SIZE_MAX)
        program = str_sub(program, back + 1, program.n);
    struct str copy = arena_str(l->a, program);
    if (!copy.p) {
        l->error = arena_error(l->a);
        return STR("");
    }
    for (size_t i = 0; i < copy.n; i++)
        if (copy.p[i] >= 'A' && copy.p[i] <= 'Z')
            ((char *)copy.p)[i] += 'a' - 'A'; /* our own copy */
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(copy, str_z(ends[i])))
            return str_sub(copy, 0, copy.n - 4);
    /* python3.12 */
    if (str_starts(copy, STR("python3.")) || str_starts(copy, STR("python2.")))
        return str_sub(copy, 0, 7);
    return copy;
}

/* --- the program itself ------------------------------------------------------------------ */

static read_fn reader(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(READERS); i++)
        if (launcher_in(READERS[i].programs, name))
            return READERS[i].read;
    return NULL;
}

static void binary(struct launcher *l, struct words *w, struct str name)
{
    l->out->launcher = "binary";
    launcher_local(l, NULL);
    if (str_eq_z(name, "ssh")) {
        l->out->state = "remote";
        l->out->package_reason = "started on another machine";
    }
    if (launcher_is_reference(l->out->program.text)) {
        l->out->package_reason = "the program stands in a variable";
        l->out->state = NULL;
        l->out->state_reason = l->out->package_reason;
    }
    launcher_keep_rest(l, w);
}

/* A whole line in one word, as in "npx -y name": split it. True when it was. */
static bool whole_line(struct launcher *l, const struct words *w)
{
    struct shell_words words = {0};
    struct str text = w->v[w->i].text;
    if (str_chr(str_trim(text), ' ', 0) == SIZE_MAX)
        return false;
    int rc = shell_split(text, SHELL_POSIX, w->v[w->i].from, l->a, &words);
    if (rc) {
        l->error = rc;
        return false;
    }
    if (words.n < 2 || !reader(launcher_name(l, words.v[0].text)))
        return false;
    for (size_t i = w->i + 1; i < w->n; i++)
        launcher_push(l, &words, w->v[i]);
    struct words again = {.v = words.v, .n = words.n};
    launcher_again(l, &again);
    return true;
}

void launcher_again(struct launcher *l, const struct words *in)
{
    struct words w = *in;
    if (l->error || w.i >= w.n)
        return;
    if (l->depth >= LAUNCHER_DEPTH) {
        l->out->package_reason = l->out->state_reason = "too many programs start one another";
        l->out->state = NULL;
        launcher_keep_rest(l, &w);
        return;
    }
    l->depth++;
    if (!whole_line(l, &w)) {
        l->out->program = w.v[w.i++];
        struct str name = launcher_name(l, l->out->program.text);
        read_fn read = reader(name);
        if (read)
            read(l, &w, name);
        else
            binary(l, &w, name);
    }
    l->depth--;
}

/* --- bridges ----------------------------------------------------------------------------- */

static bool is_remote(struct str s)
{
    return str_starts(s, STR("http://")) || str_starts(s, STR("https://")) ||
           str_starts(s, STR("ws://")) || str_starts(s, STR("wss://"));
}

static void bridge_url(struct launcher *l, const char *option)
{
    const struct shell_words *args = &l->out->arguments;
    for (size_t i = 0; i < args->n && !l->out->url.text.n; i++) {
        struct str s = args->v[i].text, name, value;
        bool after = i && option && str_eq_z(args->v[i - 1].text, option);
        bool joined = option && str_cut(s, '=', &name, &value) && str_eq_z(name, option);
        if (is_remote(s) && (!option || after))
            l->out->url = args->v[i];
        else if (joined && is_remote(value))
            l->out->url = (struct shell_word){.text = value, .from = args->v[i].from};
    }
}

static void bridge_details(struct launcher *l)
{
    const struct shell_words *args = &l->out->arguments;
    for (size_t i = 0; i + 1 < args->n; i++) {
        struct str s = args->v[i].text, value = args->v[i + 1].text;
        struct launch_pair p = {.from = args->v[i + 1].from, .has_value = true};
        if (str_eq_z(s, "--transport"))
            l->out->url_transport = str_starts(value, STR("sse")) ? "sse" : "http";
        /* mcp-proxy --headers NAME VALUE; the others --header "NAME: value" */
        if (str_eq_z(s, "--headers") && i + 2 < args->n) {
            p.name = value;
            p.value = args->v[i + 2].text;
            p.from = args->v[i + 2].from;
            launcher_pair(l, &l->out->headers, p);
        } else if (launcher_in("--header -H", s) && str_cut(value, ':', &p.name, &p.value)) {
            p.value = str_trim(p.value);
            launcher_pair(l, &l->out->headers, p);
        }
    }
}

static void bridge(struct launcher *l)
{
    struct str package = l->out->package, name = launcher_name(l, l->out->program.text);
    size_t colon = str_chr(package, ':', 0);
    if (colon != SIZE_MAX)
        name = str_sub(package, colon + 1, package.n);
    for (size_t i = 0; i < ARRAY_LEN(BRIDGES) && !l->out->url.text.n; i++) {
        if (!launcher_in(BRIDGES[i].packages, name))
            continue;
        bridge_url(l, BRIDGES[i].option);
        l->out->url_transport = BRIDGES[i].transport;
    }
    if (l->out->url.text.n)
        bridge_details(l);
}

int launcher_parse(const struct shell_word *argv, size_t n, struct arena *a, struct launch *ret)
{
    struct launch out = {0};
    struct launcher l = {.out = &out, .a = a};
    struct words w = {.v = argv, .n = n};
    launcher_again(&l, &w);
    if (!out.launcher && n) {
        out.launcher = "binary";
        if (!out.package_reason)
            out.package_reason = out.state_reason = "the command line names no program";
    }
    if (!l.error)
        bridge(&l);
    if (l.error)
        return l.error;
    *ret = out;
    return 0;
}

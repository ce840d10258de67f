/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which program stands behind wrappers and inside the lines that shells are given. */
#include <string.h>

#include "discover/servers/launcher_internal.h"

/* --- wrappers ---------------------------------------------------------------------------- */

/* The NAME=value words before the program. */
static void take_assignments(struct launcher *l, struct words *w)
{
    struct launch_pair p = {.has_value = true};
    for (; w->i < w->n && shell_assignment(w->v[w->i].text, &p.name, &p.value); w->i++) {
        p.from = w->v[w->i].from;
        launcher_pair(l, &l->out->environment, p);
    }
}

/* env -S "A=B program": the value and what follows are the words of another env. */
static void split_again(struct launcher *l, const struct words *w, const struct option *o)
{
    struct shell_words words = {0};
    int rc = shell_split(o->value, SHELL_POSIX, o->from, l->a, &words);
    if (rc)
        l->error = rc;
    for (size_t i = w->i; i < w->n; i++)
        launcher_push(l, &words, w->v[i]);
    struct words again = {.v = words.v, .n = words.n};
    take_assignments(l, &again);
    launcher_again(l, &again);
}

/* env [-i] [-u NAME] [A=B ...] program; others: options, then the program or "--" before it. */
void launcher_wrapper(struct launcher *l, struct words *w, struct str name)
{
    struct option o;
    bool tool = launcher_in("op doppler infisical dotenv dotenvx mise asdf direnv varlock chamber "
                            "aws-vault teller",
                            name);
    if (tool) {
        size_t mark = w->i;
        while (mark < w->n && !str_eq_z(w->v[mark].text, "--"))
            mark++;
        if (mark >= w->n) {
            l->out->launcher = "binary";
            l->out->package_reason = l->out->state_reason = "started by another program";
            launcher_keep_rest(l, w);
            return;
        }
        for (; w->i < mark; w->i++)
            launcher_push(l, &l->out->options, w->v[w->i]);
        w->i++;
    } else {
        while (launcher_option(w, "-u --unset -C --chdir -d --distribution --user --cd -n -g -S",
                               NULL, &o)) {
            if (str_eq_z(o.name, "-S") && str_eq_z(name, "env")) {
                split_again(l, w, &o);
                return;
            }
            launcher_keep_option(l, &o);
        }
    }
    take_assignments(l, w);
    launcher_again(l, w);
}

/* --- shells ------------------------------------------------------------------------------ */

/* One simple command is what starts; cd, exports and the like only prepare it. */
static bool prepares(struct launcher *l, const struct shell_word *v, size_t n)
{
    struct words w = {.v = v, .n = n};
    if (n && launcher_in("export set setx declare", v[0].text))
        w.i = 1;
    take_assignments(l, &w);
    return w.i == n || launcher_in("cd source . set unset ulimit umask true : export eval pushd "
                                   "shopt chcp nvm",
                                   v[w.i].text);
}

struct line {
    struct words command; /* the only one that starts something */
    unsigned commands;
    bool complex; /* pipes, alternatives, substitutions, eval */
};

static void read_line(struct launcher *l, const struct shell_words *words, struct line *ret)
{
    size_t begin = 0;
    *ret = (struct line){.complex = words->expands};
    for (size_t i = 0; i <= words->n; i++) {
        bool end = i == words->n || words->v[i].op;
        if (!end)
            continue;
        if (i < words->n && !launcher_in("&& ;", words->v[i].text))
            ret->complex = true;
        const struct shell_word *v = words->v ? words->v + begin : NULL;
        size_t n = i - begin;
        begin = i + 1;
        if (n && str_eq_z(v[0].text, "eval"))
            ret->complex = true;
        if (!n || prepares(l, v, n))
            continue;
        struct str name, value;
        size_t skip = 0;
        while (skip < n && shell_assignment(v[skip].text, &name, &value))
            skip++;
        ret->command = (struct words){.v = v + skip, .n = n - skip};
        ret->commands++;
    }
}

static void shell_line(struct launcher *l, const struct words *outer, struct shell_word text,
                       enum shell_style style)
{
    struct shell_words words = {0};
    struct line line;
    struct shell_word program = l->out->program;
    size_t known = l->out->environment.n;
    int rc = shell_split(text.text, style, text.from, l->a, &words);
    if (rc) {
        l->error = rc;
        return;
    }
    read_line(l, &words, &line);
    if (!line.complex && line.commands == 1) {
        launcher_again(l, &line.command);
    } else {
        l->out->program = program;
        l->out->environment.n = known; /* the whole line becomes an argument */
        l->out->package_reason = "a shell line that starts more than one program";
        l->out->state = NULL;
        l->out->state_reason = l->out->package_reason;
        launcher_keep_rest(l, outer);
    }
}

/* The word after -c, /c, -Command; false: a script file or nothing. */
static bool find_line(struct words *w, struct str name)
{
    bool windows = launcher_in("cmd powershell pwsh", name), cmd = str_eq_z(name, "cmd");
    for (; w->i < w->n; w->i++) {
        struct str s = w->v[w->i].text;
        if (cmd && s.n == 2 && s.p[0] == '/' && s.p[1] && strchr("cCkK", s.p[1]))
            break;
        if (windows && !cmd && (str_eq_nocase(s, STR("-Command")) || str_eq_nocase(s, STR("-c"))))
            break;
        if (!windows && s.n > 1 && s.p[0] == '-' && s.p[1] != '-' && str_has(s, STR("c")))
            break;
        if (!windows && (!s.n || s.p[0] != '-'))
            return false;
        if (windows && !cmd &&
            (str_eq_nocase(s, STR("-File")) || str_eq_nocase(s, STR("-EncodedCommand"))))
            return false;
    }
    w->i++;
    return w->i < w->n;
}

void launcher_shell(struct launcher *l, struct words *w, struct str name)
{
    struct words start = *w;
    bool cmd = str_eq_z(name, "cmd"), windows = launcher_in("cmd powershell pwsh", name);
    if (!find_line(w, name)) {
        l->out->launcher = "shell";
        l->out->package_reason = l->out->state_reason = "a script that was not read";
        launcher_keep_rest(l, &start);
        return;
    }
    if (windows && w->n - w->i > 1) {
        struct words rest = {.v = w->v + w->i, .n = w->n - w->i};
        launcher_again(l, &rest);
    } else {
        for (size_t i = w->i + 1; i < w->n; i++) /* $0 and what follows */
            launcher_push(l, &l->out->options, w->v[i]);
        shell_line(l, &start, w->v[w->i], windows ? SHELL_WINDOWS : SHELL_POSIX);
    }
    /* "cmd /c npx" is how programs are started on Windows; other shells are there on purpose. */
    if (!cmd || !l->out->launcher)
        l->out->launcher = "shell";
}

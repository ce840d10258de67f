/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the words of a command line mean, and says what is wrong with them. */
#include "cli/options.h"

static bool has_option(const struct command *c, struct str word)
{
    for (const struct option_spec *o = c->options; o && o->name; o++)
        if (!o->hidden && (str_eq_z(word, o->name) || (word.n == 1 && word.p[0] == o->letter)))
            return true;
    return false;
}

/* `word` without dashes: who has it, if this command has not. */
static int no_option(const struct command *c, const char *dashes, struct str word, struct diag *d)
{
    AUTO(buf) others = BUF_INIT;
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (!COMMANDS[i]->hidden && has_option(COMMANDS[i], word))
            buf_addf(&others, "%s%s", others.n ? ", " : "", COMMANDS[i]->name);
    diag_set(d, E_USAGE, "there is no option \"%s" STR_FMT "\"", dashes, STR_ARG(word));
    if (others.n)
        diag_hint(d, "these commands have one: %s; see `stance %s --help`", others.p, c->name);
    else
        diag_hint(d, "see `stance %s --help`", c->name);
    return E_USAGE;
}

static int option_count(const struct command *c)
{
    int n = 0;
    while (c->options && c->options[n].name)
        n++;
    return n;
}

/* BEFORE "word" AFTER, and where to read on. */
static int usage(struct diag *d, const struct command *c, const char *before, struct str word,
                 const char *after)
{
    diag_set(d, E_USAGE, "%s" STR_FMT "%s", before, STR_ARG(word), after);
    diag_hint(d, "see `stance %s --help`", c->name);
    return E_USAGE;
}

/* A long option by name or unambiguous beginning; -1 none, -2 ambiguous. */
static int find_long(const struct command *c, struct str name)
{
    int found = -1;
    for (int i = 0; i < option_count(c); i++) {
        struct str full = str_z(c->options[i].name);
        if (str_eq(full, name))
            return i;
        if (str_starts(full, name) && !c->options[i].hidden)
            found = found == -1 ? i : -2;
    }
    return found;
}

static int find_letter(const struct command *c, char letter)
{
    for (int i = 0; i < option_count(c); i++)
        if (c->options[i].letter == letter)
            return i;
    return -1;
}

static int choice_index(const char *choices, struct str word)
{
    struct str rest = str_z(choices), one;
    for (int i = 0; str_field(&rest, '|', &one); i++)
        if (str_eq(one, word))
            return i;
    return -1;
}

static int add_to_list(struct invocation *in, struct option_value *v, struct str text)
{
    struct str *list = arena_new_n(in->arena, struct str, v->n + 1);
    if (!list)
        return arena_error(in->arena);
    for (size_t i = 0; i < v->n; i++)
        list[i] = v->list[i];
    list[v->n++] = text;
    v->list = list;
    return 0;
}

static int set_value(struct invocation *in, int i, struct str text, struct diag *d)
{
    const struct option_spec *o = &in->command->options[i];
    struct option_value *v = &in->values[i];
    int rc = 0;
    v->text = text;
    switch (o->type) {
    case OPT_FLAG: v->number = 1; break;
    case OPT_STRING: break;
    case OPT_LIST: rc = add_to_list(in, v, text); break;
    case OPT_CHOICE:
        v->number = choice_index(o->choices, text);
        if (v->number < 0)
            rc = diag_set(d, E_USAGE, "--%s takes one of %s, not \"" STR_FMT "\"", o->name,
                          o->choices, STR_ARG(text));
        break;
    case OPT_INT:
        if (str_to_i64(text, &v->number) || v->number < o->min || v->number > o->max)
            rc = diag_set(d, E_USAGE, "--%s takes a number from %lld to %lld, not \"" STR_FMT "\"",
                          o->name, (long long)o->min, (long long)o->max, STR_ARG(text));
        break;
    case OPT_DURATION:
        if (duration_parse(text, &v->number))
            rc = diag_set(d, E_USAGE,
                          "--%s takes a duration such as 30d, 12h, 90m or 45s, not \"" STR_FMT "\"",
                          o->name, STR_ARG(text));
        break;
    }
    if (rc == E_USAGE)
        diag_hint(d, "see `stance %s --help`", in->command->name);
    return rc;
}

static int set_defaults(struct invocation *in, struct diag *d)
{
    for (int i = 0; i < option_count(in->command); i++) {
        const struct option_spec *o = &in->command->options[i];
        int rc = o->initial ? set_value(in, i, str_z(o->initial), d) : 0;
        if (rc)
            return rc;
        in->values[i].n = 0; /* a given list replaces the default */
    }
    return 0;
}

/* The words of one command line, taken one after the other. */
struct words {
    char **v;
    int n, at;
};

static int take_option(struct invocation *in, struct words *w, int i, struct str inlined,
                       bool has_inlined, struct diag *d)
{
    const struct option_spec *o = &in->command->options[i];
    if (o->type == OPT_FLAG) {
        if (has_inlined)
            return usage(d, in->command, "the option \"--", str_z(o->name), "\" takes no value");
    } else if (!has_inlined) {
        if (w->at >= w->n)
            return usage(d, in->command, "the option \"--", str_z(o->name), "\" needs a value");
        inlined = str_z(w->v[w->at++]);
    }
    in->values[i].given = true;
    return set_value(in, i, inlined, d);
}

static int take_long(struct invocation *in, struct words *w, struct str word, struct diag *d)
{
    struct str name, value;
    bool has_value = str_cut(word, '=', &name, &value);
    int i = find_long(in->command, name);
    if (i == -2)
        return usage(d, in->command, "\"--", name, "\" fits several options");
    if (i < 0)
        return no_option(in->command, "--", name, d);
    return take_option(in, w, i, value, has_value, d);
}

static int take_letters(struct invocation *in, struct words *w, struct str word, struct diag *d)
{
    for (size_t k = 0; k < word.n; k++) {
        int i = find_letter(in->command, word.p[k]);
        if (i < 0)
            return no_option(in->command, "-", str_sub(word, k, k + 1), d);
        bool flag = in->command->options[i].type == OPT_FLAG;
        bool rest = !flag && k + 1 < word.n;
        int rc = take_option(in, w, i, rest ? str_sub(word, k + 1, word.n) : STR_NULL, rest, d);
        if (rc || !flag)
            return rc;
    }
    return 0;
}

static int check_args(struct invocation *in, struct diag *d)
{
    const struct command *c = in->command;
    if ((int)in->n_args < c->min_args) {
        diag_set(d, E_USAGE, "%s needs %s%d argument%s", c->name,
                 c->max_args == c->min_args ? "" : "at least ", c->min_args,
                 c->min_args == 1 ? "" : "s");
        diag_hint(d, "usage: stance %s %s", c->name, c->usage);
        return E_USAGE;
    }
    if (c->max_args >= 0 && (int)in->n_args > c->max_args)
        return usage(d, c, "there is one word too many: \"", in->args[c->max_args], "\"");
    return 0;
}

int options_parse(const struct command *c, int argc, char **argv, struct invocation *in,
                  bool *ret_help, struct diag *d)
{
    struct words w = {argv, argc, 0};
    bool ended = false;
    in->command = c;
    in->values = arena_new_n(in->arena, struct option_value, (size_t)option_count(c) + 1);
    in->args = arena_new_n(in->arena, struct str, (size_t)argc + 1);
    if (!in->values || !in->args)
        return arena_error(in->arena);
    int rc = set_defaults(in, d);
    while (!rc && w.at < w.n) {
        struct str word = str_z(w.v[w.at++]);
        if (!ended && (str_eq_z(word, "--help") || str_eq_z(word, "-h"))) {
            *ret_help = true;
            return 0;
        }
        if (!ended && str_eq_z(word, "--"))
            ended = true;
        else if (!ended && str_starts(word, STR("--")))
            rc = take_long(in, &w, str_sub(word, 2, word.n), d);
        else if (!ended && word.n > 1 && word.p[0] == '-')
            rc = take_letters(in, &w, str_sub(word, 1, word.n), d);
        else
            in->args[in->n_args++] = word;
    }
    return rc ? rc : check_args(in, d);
}

static int index_of(const struct invocation *in, const char *name)
{
    for (int i = 0; i < option_count(in->command); i++)
        if (str_eq(str_z(in->command->options[i].name), str_z(name)))
            return i;
    return -1;
}

const struct option_value *option(const struct invocation *in, const char *name)
{
    static const struct option_value none;
    int i = index_of(in, name);
    return i < 0 ? &none : &in->values[i];
}

bool option_flag(const struct invocation *in, const char *name)
{
    return option(in, name)->number != 0;
}

struct str option_str(const struct invocation *in, const char *name)
{
    return option(in, name)->text;
}

int64_t option_int(const struct invocation *in, const char *name)
{
    return option(in, name)->number;
}

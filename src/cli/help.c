/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the options tables read as help, manual page and shell completion. */
#include "cli/options.h"
#include "loop/version.gen.h"

#define HELP_COLUMN 26

/* All that is read of the environment; tests compare it with the sources. */
static const struct {
    const char *name, *means;
} environment[] = {
    {"XDG_DATA_HOME",
     "absolute path of the folder in which stance/ holds the store, the installation"
     " key and what fix can undo (default: ~/.local/share)"},
    {"XDG_CACHE_HOME", "absolute path of the folder in which stance/ holds facts of unchanged files"
                       " (default: ~/.cache)"},
    {"HOME", "where these defaults are; without it and them: --db, --key and --cache"},
    {"TMPDIR",
     "with a store at postgres://..., where a scan of very many assets puts what it cannot hold"
     " in memory (default: /var/tmp)"},
    {"SOURCE_DATE_EPOCH", "seconds since 1970: the time in results, instead of now"},
    {"NO_COLOR", "not empty: no colour on a terminal"},
    {"TERM", "\"dumb\": neither colour nor a line of progress"},
    {"STANCE_LOG", "\"debug\": tell on standard error what the program does"},
    {"PGPASSWORD, PGSSLMODE, ...", "of libpq, for a store at postgres://..."},
};

static void option_head(const struct option_spec *o, struct buf *b)
{
    if (o->letter)
        buf_addf(b, "-%c, --%s", o->letter, o->name);
    else
        buf_addf(b, "    --%s", o->name);
    if (o->type == OPT_CHOICE)
        buf_addf(b, " %s", o->argument ? o->argument : "WORD");
    else if (o->type != OPT_FLAG)
        buf_addf(b, " %s", o->argument ? o->argument : "VALUE");
}

/* "one of a|b (default: a)" behind the sentence. */
static void option_tail(const struct option_spec *o, struct buf *b)
{
    buf_addz(b, o->help);
    if (o->type == OPT_CHOICE)
        buf_addf(b, ": %s", o->choices);
    if (o->initial && o->type != OPT_FLAG)
        buf_addf(b, " (default: %s)", o->initial);
}

/* Words of `text` from column HELP_COLUMN, broken at 100 columns. */
static void wrapped(FILE *out, struct str text, size_t column, size_t indent)
{
    struct str word;
    while (str_field(&text, ' ', &word)) {
        bool first = column == indent, fits = column + word.n + 1 <= 100;
        if (!first && !fits) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        }
        fprintf(out, "%s" STR_FMT, first || !fits ? "" : " ", STR_ARG(word));
        column += word.n + 1;
    }
    fputc('\n', out);
}

static void option_line(const struct option_spec *o, FILE *out)
{
    AUTO(buf) head = BUF_INIT;
    AUTO(buf) tail = BUF_INIT;
    if (o->hidden)
        return;
    option_head(o, &head);
    option_tail(o, &tail);
    if (head.n + 4 > HELP_COLUMN)
        fprintf(out, "  %s\n%*s", head.p, HELP_COLUMN, "");
    else
        fprintf(out, "  %-*s", HELP_COLUMN - 2, head.p);
    wrapped(out, buf_str(&tail), HELP_COLUMN, HELP_COLUMN);
}

void help_command(const struct command *c, FILE *out)
{
    fprintf(out, "usage: stance %s%s%s\n\n%s\n", c->name, c->usage[0] ? " " : "", c->usage,
            c->summary);
    if (c->description)
        fprintf(out, "\n%s\n", c->description);
    if (c->options && c->options[0].name) {
        fputs("\noptions:\n", out);
        for (const struct option_spec *o = c->options; o->name; o++)
            option_line(o, out);
    }
    if (c->examples)
        fprintf(out, "\nexamples:\n%s\n", c->examples);
}

void help_program(FILE *out)
{
    fputs("usage: stance COMMAND [OPTION...] [ARGUMENT...]\n\n"
          "AI security posture management: finds every AI asset, says how it stands, closes the "
          "gaps.\n\ncommands:\n",
          out);
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (!COMMANDS[i]->hidden)
            fprintf(out, "  %-12s %s\n", COMMANDS[i]->name, COMMANDS[i]->summary);
    fputs("\nexit status: " EXIT_STATUS_WORDS "\n"
          "`stance COMMAND --help` explains one command; `stance help --man` is the manual page.\n",
          out);
}

/* Troff: backslashes, leading dots and hyphens of options must be kept. */
static void man_text(FILE *out, struct str text)
{
    bool line_start = true;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (line_start && (c == '.' || c == '\''))
            fputs("\\&", out);
        if (c == '\\')
            fputs("\\e", out);
        else if (c == '-')
            fputs("\\-", out);
        else
            fputc(c, out);
        line_start = c == '\n';
    }
}

static void man_command(const struct command *c, FILE *out)
{
    fprintf(out, ".SS stance %s ", c->name);
    man_text(out, str_z(c->usage));
    fputs("\n", out);
    man_text(out, str_z(c->summary));
    fputs("\n", out);
    if (c->description) {
        fputs(".PP\n", out);
        man_text(out, str_z(c->description));
        fputs("\n", out);
    }
    for (const struct option_spec *o = c->options; o && o->name; o++) {
        AUTO(buf) head = BUF_INIT;
        AUTO(buf) tail = BUF_INIT;
        if (o->hidden)
            continue;
        option_head(o, &head);
        option_tail(o, &tail);
        fputs(".TP\n.B ", out);
        man_text(out, str_trim(buf_str(&head)));
        fputs("\n", out);
        man_text(out, buf_str(&tail));
        fputs("\n", out);
    }
}

void help_man(FILE *out)
{
    fputs(".TH STANCE 1 \"\" \"stance " STANCE_VERSION "\" \"User Commands\"\n"
          ".SH NAME\nstance \\- AI security posture management\n"
          ".SH SYNOPSIS\n.B stance\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
          ".SH COMMANDS\n",
          out);
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (!COMMANDS[i]->hidden)
            man_command(COMMANDS[i], out);
    fputs(".SH EXIT STATUS\n", out);
    man_text(out, str_z(EXIT_STATUS_WORDS));
    fputs(".SH ENVIRONMENT\n", out);
    for (size_t i = 0; i < ARRAY_LEN(environment); i++) {
        fprintf(out, ".TP\n.B %s\n", environment[i].name);
        man_text(out, str_z(environment[i].means));
        fputs("\n", out);
    }
}

/* A table cell: bars end it, so the choices of an option are written with a backslash. */
static void cell(FILE *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '|')
            fputc('\\', out);
        fputc(text.p[i] == '\n' ? ' ' : text.p[i], out);
    }
}

static void markdown_options(const struct command *c, FILE *out)
{
    bool any = false;
    for (const struct option_spec *o = c->options; o && o->name; o++) {
        AUTO(buf) head = BUF_INIT;
        AUTO(buf) tail = BUF_INIT;
        if (o->hidden)
            continue;
        if (!any)
            fputs("\n| option | meaning |\n|---|---|\n", out);
        any = true;
        option_head(o, &head);
        option_tail(o, &tail);
        fputs("| `", out);
        cell(out, str_trim(buf_str(&head)));
        fputs("` | ", out);
        cell(out, buf_str(&tail));
        fputs(" |\n", out);
    }
}

void help_markdown(FILE *out)
{
    fputs("# Commands\n\n"
          "Generated from the options tables (`stance help --markdown`). Exit "
          "status:\n" EXIT_STATUS_WORDS "\n| variable | meaning |\n|---|---|\n",
          out);
    for (size_t i = 0; i < ARRAY_LEN(environment); i++)
        fprintf(out, "| `%s` | %s |\n", environment[i].name, environment[i].means);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = COMMANDS[i];
        if (c->hidden)
            continue;
        fprintf(out, "\n## stance %s\n\n%s.\n\n```\nstance %s%s%s\n```\n", c->name, c->summary,
                c->name, c->usage[0] ? " " : "", c->usage);
        if (c->description)
            fprintf(out, "\n```text\n%s\n```\n", c->description);
        markdown_options(c, out);
        if (c->examples)
            fprintf(out, "\n```sh\n%s\n```\n", c->examples);
    }
}

/* "a|b" as "a b" */
static void choice_words(FILE *out, const char *choices)
{
    for (; *choices; choices++)
        fputc(*choices == '|' ? ' ' : *choices, out);
}

/* After "--format" come its values. */
static void bash_values(FILE *out)
{
    fputs("    case $cmd,${COMP_WORDS[COMP_CWORD-1]} in\n", out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        const char *name = COMMANDS[i]->name;
        for (const struct option_spec *o = COMMANDS[i]->options; o && o->name; o++) {
            if (o->hidden || o->type != OPT_CHOICE)
                continue;
            fprintf(out, "    %s,--%s", name, o->name);
            if (o->letter)
                fprintf(out, "|%s,-%c", name, o->letter);
            fputs(") COMPREPLY=($(compgen -W \"", out);
            choice_words(out, o->choices);
            fputs("\" -- \"$cur\")); return ;;\n", out);
        }
    }
    fputs("    esac\n", out);
}

static void bash_completion(FILE *out)
{
    fputs("_stance() {\n    local cur=${COMP_WORDS[COMP_CWORD]} cmd=${COMP_WORDS[1]}\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W \"",
          out);
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (!COMMANDS[i]->hidden)
            fprintf(out, "%s ", COMMANDS[i]->name);
    fputs("\" -- \"$cur\"))\n        return\n    fi\n    case $cmd in\n", out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "    %s) local words=\"", COMMANDS[i]->name);
        for (const struct option_spec *o = COMMANDS[i]->options; o && o->name; o++)
            if (!o->hidden)
                fprintf(out, "--%s ", o->name);
        fputs("--help\" ;;\n", out);
    }
    fputs("    *) local words= ;;\n    esac\n", out);
    bash_values(out);
    fputs("    case $cur in\n"
          "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
          "    *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n    esac\n}\n"
          "complete -o filenames -F _stance stance\n",
          out);
}

/* Help sentences stand between single quotes. */
static void quoted(FILE *out, const char *z)
{
    for (; *z; z++)
        if (*z == '\'')
            fputs("'\\''", out);
        else if (*z == '[' || *z == ']' || *z == ':')
            fprintf(out, "\\%c", *z);
        else
            fputc(*z, out);
}

static void zsh_completion(FILE *out)
{
    fputs("#compdef stance\n_stance() {\n    local -a commands\n    commands=(\n", out);
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (!COMMANDS[i]->hidden) {
            fprintf(out, "        '%s:", COMMANDS[i]->name);
            quoted(out, COMMANDS[i]->summary);
            fputs("'\n", out);
        }
    fputs("    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n"
          "        return\n    fi\n    case $words[2] in\n",
          out);
    for (int i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "    %s) _arguments", COMMANDS[i]->name);
        for (const struct option_spec *o = COMMANDS[i]->options; o && o->name; o++) {
            if (o->hidden)
                continue;
            fprintf(out, " '--%s[", o->name);
            quoted(out, o->help);
            fputs("]", out);
            if (o->type == OPT_CHOICE) {
                fputs(":value:(", out);
                choice_words(out, o->choices);
                fputs(")'", out);
            } else {
                fprintf(out, "%s'", o->type == OPT_FLAG ? "" : ":value:_files");
            }
        }
        fputs(" '*:file:_files' ;;\n", out);
    }
    fputs("    esac\n}\n_stance \"$@\"\n", out);
}

static void fish_completion(FILE *out)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = COMMANDS[i];
        if (c->hidden)
            continue;
        fprintf(out, "complete -c stance -n __fish_use_subcommand -a %s -d '", c->name);
        quoted(out, c->summary);
        fputs("'\n", out);
        for (const struct option_spec *o = c->options; o && o->name; o++) {
            if (o->hidden)
                continue;
            fprintf(out, "complete -c stance -n '__fish_seen_subcommand_from %s' -l %s%s", c->name,
                    o->name, o->type == OPT_FLAG ? "" : " -r");
            if (o->type == OPT_CHOICE) {
                fputs(" -f -a '", out);
                choice_words(out, o->choices);
                fputs("'", out);
            }
            fputs(" -d '", out);
            quoted(out, o->help);
            fputs("'\n", out);
        }
    }
}

int help_completion(struct str shell, FILE *out)
{
    if (str_eq_z(shell, "bash"))
        bash_completion(out);
    else if (str_eq_z(shell, "zsh"))
        zsh_completion(out);
    else if (str_eq_z(shell, "fish"))
        fish_completion(out);
    else
        return E_USAGE;
    return 0;
}

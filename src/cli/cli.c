/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which command runs, and how its failure is told and becomes an exit status. */
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/path.h"
#include "cli/options.h"
#include "cli/knowledge.h"
#include "cli/near.h"

const struct command *command_find(struct str name)
{
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (str_eq_z(name, COMMANDS[i]->name))
            return COMMANDS[i];
    return NULL;
}

static void unknown_command(struct str name, FILE *err)
{
    const struct command *near = NULL;
    size_t best = 3;
    for (int i = 0; i < COMMAND_COUNT; i++) {
        size_t n = near_distance(name, str_z(COMMANDS[i]->name));
        if (!COMMANDS[i]->hidden && n < best) {
            best = n;
            near = COMMANDS[i];
        }
    }
    AUTO(buf) shown = BUF_INIT;
    path_show(&shown, name);
    fprintf(err, "stance: there is no command \"%s\"\n", shown.p);
    if (near)
        fprintf(err, "  hint: did you mean `stance %s`?\n", near->name);
    else
        fputs("  hint: `stance help` lists the commands\n", err);
}

/* "stance: file:line:column: message", and the remedy on its own line. */
static void tell(const struct diag *d, int code, FILE *err)
{
    AUTO(buf) out = BUF_INIT;
    buf_addz(&out, "stance: ");
    if (d->file[0]) {
        path_show(&out, str_z(d->file));
        if (d->line)
            buf_addf(&out, ":%u", d->line);
        if (d->line && d->column)
            buf_addf(&out, ":%u", d->column);
        buf_addz(&out, ": ");
    }
    path_show(&out, str_z(d->text[0] ? d->text : err_name(code)));
    buf_addc(&out, '\n');
    if (d->hint[0]) {
        buf_addz(&out, "  hint: ");
        path_show(&out, str_z(d->hint));
        buf_addc(&out, '\n');
    }
    fputs(out.p, err);
}

static int status_of(const struct invocation *in, int code)
{
    switch (code) {
    case E_USAGE:
    case E_NOTFOUND:
    case E_UNSUPPORTED:
    case E_EXISTS: return EXIT_USAGE;
    case E_CANCELLED: return EXIT_INTERRUPTED;
    case E_DENIED:
    case E_CONFLICT:
    case E_TIMEOUT:
    case E_PARSE:
    case E_IO:
    case E_LIMIT: return in->unexamined ? EXIT_INCOMPLETE : EXIT_FAILED;
    default: return EXIT_INTERNAL;
    }
}

static int width_of(FILE *out)
{
    struct winsize w;
    if (!ioctl(fileno(out), TIOCGWINSZ, &w) && w.ws_col >= 40)
        return w.ws_col;
    return 100;
}

/* no-color.org; a dumb terminal shows escapes as text. */
static bool wants_colour(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return (!no || !*no) && term && *term && !str_eq_z(str_z(term), "dumb");
}

static bool reader_is_gone(FILE *out)
{
    struct pollfd p = {.fd = fileno(out), .events = POLLOUT};
    return p.fd >= 0 && poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

static int run(const struct command *c, int argc, char **argv, FILE *out, FILE *err)
{
    AUTO(arena) arena = ARENA(0);
    AUTO(knowledge) knowledge = {0};
    struct diag d = {0};
    bool help = false;
    int tty = fileno(out);
    struct invocation in = {
        .arena = &arena, .out = out, .err = err, .width = 100, .knowledge = &knowledge};
    in.terminal = tty >= 0 && isatty(tty);
    in.colour = in.terminal && wants_colour();
    if (in.terminal)
        in.width = width_of(out);
    int rc = clock_init(&in.clock, &d);
    if (rc == E_PARSE)
        rc = E_USAGE; /* SOURCE_DATE_EPOCH */
    if (!rc)
        rc = options_parse(c, argc, argv, &in, &help, &d);
    if (!rc && help) {
        help_command(c, out);
        return EXIT_CLEAN;
    }
    if (!rc)
        rc = c->run(&in, &d);
    if (rc >= 0 && (fflush(out) || ferror(out)))
        rc = diag_set(&d, E_IO, "the output could not be written");
    if (rc >= 0)
        return rc;
    if (rc == E_IO && reader_is_gone(out))
        return EXIT_FAILED; /* `stance findings | head` has what it wants */
    tell(&d, rc, err);
    return status_of(&in, rc);
}

int cli_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct str name = argc > 1 ? str_z(argv[1]) : STR("help");
    if (str_eq_z(name, "--help") || str_eq_z(name, "-h"))
        name = STR("help");
    if (str_eq_z(name, "--version") || str_eq_z(name, "-V"))
        name = STR("version");
    const struct command *c = command_find(name);
    if (!c) {
        unknown_command(name, err);
        return EXIT_USAGE;
    }
    int skip = argc > 2 ? 2 : argc;
    return run(c, argc - skip, argv + skip, out, err);
}

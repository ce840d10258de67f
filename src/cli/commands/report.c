/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where a report goes: to the output, or whole into a file. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/observe.h"
#include "cli/reading.h"
#include "report/report.h"

static const struct option_spec options[] = {
    OPTION_DB,
    {.name = "output",
     .letter = 'O',
     .type = OPT_STRING,
     .argument = "FILE",
     .help = "write to FILE, which is replaced only when the report is whole"},
    OPTION_SEVERITY,
    OPTION_STATUS,
    OPTION_KIND,
    OPTION_OWNER,
    OPTION_ALL_TARGETS,
    OPTION_EVIDENCE,
    {0},
};

static int failed(const char *file, struct diag *d)
{
    struct stat st;
    int rc = diag_errno(d, "the report could not be written");
    bool folder = !stat(file, &st) && S_ISDIR(st.st_mode);
    diag_at(d, file, 0, 0);
    if (folder)
        diag_hint(d, "this is a folder: name a file in it");
    else if (rc == E_NOTFOUND)
        diag_hint(d, "make its folder first, or name a file elsewhere");
    else if (rc == E_DENIED)
        diag_hint(d, "name a file where you may write");
    else
        diag_hint(d, "name a file on another file system, or make room on this one");
    return folder ? E_USAGE : rc;
}

/* A pipe or a device is no file that could be replaced. */
static int write_through(const struct report_format *f, const struct view *v, const char *file,
                         struct diag *d)
{
    FILE *out = fopen(file, "we");
    if (!out)
        return failed(file, d);
    int rc = f->write(v, out, d);
    if (!rc && fflush(out))
        rc = failed(file, d);
    if (fclose(out) && !rc)
        rc = failed(file, d);
    return rc;
}

/* Beside the file, so that the rename is one step on the same file system. */
static int write_file(const struct report_format *f, const struct view *v, struct invocation *in,
                      struct diag *d)
{
    char *file = arena_z(in->arena, option_str(in, "output"));
    struct stat st;
    if (file && !stat(file, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return write_through(f, v, file, d);
    struct str name = arena_fmt(in->arena, "%s.XXXXXX", file ? file : "");
    char *temporary = name.p ? arena_z(in->arena, name) : NULL;
    if (!file || !temporary)
        return arena_error(in->arena);
    int fd = mkstemp(temporary);
    if (fd < 0)
        return failed(file, d);
    FILE *out = fdopen(fd, "w");
    mode_t mask = umask(0);
    umask(mask);
    int rc = out && !fchmod(fd, 0666 & ~mask) ? f->write(v, out, d) : failed(file, d);
    if (!rc && (fflush(out) || fsync(fd)))
        rc = failed(file, d);
    if (out && fclose(out) && !rc)
        rc = failed(file, d);
    if (!rc && rename(temporary, file))
        rc = failed(file, d);
    if (rc)
        unlink(temporary);
    return rc;
}

static int run_report(struct invocation *in, struct diag *d)
{
    struct reading r;
    const struct report_format *f = report_format(in->args[0]);
    if (!f) {
        AUTO(buf) names = BUF_INIT;
        for (int i = 0; i < REPORT_FORMAT_COUNT; i++)
            buf_addf(&names, "%s%s", i ? ", " : "", REPORT_FORMATS[i]->name);
        diag_set(d, E_USAGE, "there is no format \"" STR_FMT "\"", STR_ARG(in->args[0]));
        diag_hint(d, "formats: %s", names.p);
        return E_USAGE;
    }
    int rc = check_not_empty(in, "output", "file", d);
    if (!rc)
        rc = reading_open(in, &r, d);
    if (rc)
        return rc;
    if (option(in, "output")->given) {
        r.view.colour = false;
        r.view.width = 100;
        rc = write_file(f, &r.view, in, d);
    } else {
        rc = f->write(&r.view, in->out, d);
    }
    reading_done(&r);
    return rc;
}

const struct command COMMAND_REPORT = {
    .name = "report",
    .usage = "FORMAT [OPTION...]",
    .summary = "print the posture as table, json, sarif or markdown",
    .description =
        "table     the first screen: what is there, what is worst, what was not looked at\n"
        "json      the whole record, schema stance/1\n"
        "sarif     SARIF 2.1.0 for code hosts and editors\n"
        "markdown  the first screen for pull requests",
    .examples = "  stance report sarif --output stance.sarif\n"
                "  stance report markdown >> \"$GITHUB_STEP_SUMMARY\"",
    .options = options,
    .min_args = 1,
    .max_args = 1,
    .run = run_report,
};

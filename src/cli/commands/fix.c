/* SPDX-License-Identifier: Apache-2.0 */
/* Decides when a planned change is made, and says whether the finding is fixed after it. */
#include <unistd.h>

#include "base/path.h"
#include "cli/observe.h"
#include "cli/reobserve.h"
#include "remediate/diff_text.h"

static const struct option_spec options[] = {
    OPTIONS_WORKERS,
    {.name = "to",
     .type = OPT_STRING,
     .argument = "VERSION",
     .help =
         "exact version or digest to fix, which you looked up: its shape is checked, not that it "
         "was published (default: the one that a lock file has)"},
    {.name = "apply", .type = OPT_FLAG, .help = "make the change without asking"},
    {.name = "yes", .letter = 'y', .type = OPT_FLAG, .help = "the same as --apply"},
    {.name = "rollback",
     .type = OPT_INT,
     .argument = "ACTION",
     .min = 1,
     .max = INT64_MAX,
     .help = "undo the action with this number, bit for bit"},
    {0},
};

static void print_diff(struct invocation *in, const struct fix_plan *p)
{
    AUTO(buf) path = BUF_INIT;
    struct str rest = p->diff, line;
    path_show(&path, p->path);
    fprintf(in->out, STR_FMT "\n--- a/%s\n+++ b/%s\n", STR_ARG(p->summary), path.p, path.p);
    while (str_line(&rest, &line)) {
        char c = line.n ? line.p[0] : ' ';
        const char *colour = c == '+' ? "\033[32m" : c == '-' ? "\033[31m" : "";
        bool coloured = in->colour && *colour;
        fprintf(in->out, "%s" STR_FMT "%s\n", coloured ? colour : "", STR_ARG(line),
                coloured ? "\033[0m" : "");
    }
    fflush(in->out);
}

/* Only a person at a terminal can be asked; no answer is no. */
static bool agreed(struct invocation *in)
{
    char answer[8] = "";
    if (option_flag(in, "apply") || option_flag(in, "yes"))
        return true;
    if (!in->terminal || !isatty(STDIN_FILENO)) {
        fputs("nothing was changed; --apply makes this change\n", in->err);
        return false;
    }
    fputs("Make this change? [y/N] ", in->err);
    fflush(in->err);
    if (!fgets(answer, sizeof(answer), stdin) || (answer[0] | 32) != 'y') {
        fputs("nothing was changed\n", in->err);
        return false;
    }
    return true;
}

/* Look again, and record what was seen. Returns an exit status or negative. */
static int verify(struct invocation *in, const struct loop_options *o, struct str finding,
                  int64_t action, struct diag *d)
{
    struct store *st = NULL;
    struct fix_subject subject;
    struct verified v;
    int rc = store_open(o->location, DB_READ_ONLY, &in->clock, &st, d);
    if (!rc)
        rc = fix_subject(store_db(st), finding, in->arena, &subject, d);
    st = store_free(st);
    if (!rc)
        rc = reobserve(in, o, &subject, reobserve_path(&subject), d);
    if (!rc)
        rc = store_open(o->location, DB_READ_WRITE, &in->clock, &st, d);
    if (!rc)
        rc = reobserve_outcome(store_db(st), finding, &in->clock, in->arena, &v, d);
    if (!rc && action)
        rc = fix_verified(store_db(st), action, v.outcome <= OUTCOME_GONE, v.reason, d);
    store_free(st);
    if (rc)
        return rc;
    reobserve_print(in, &v, false);
    return reobserve_status(v.outcome);
}

static int state_of(struct invocation *in, struct fix_state *ret, struct diag *d)
{
    struct str folder;
    int rc = data_folder(in->arena, &folder, d);
    if (rc)
        return rc;
    *ret = (struct fix_state){.folder = arena_z(in->arena, folder), .now_ms = in->clock.now_ms};
    return ret->folder ? 0 : arena_error(in->arena);
}

static int rollback(struct invocation *in, const struct loop_options *o, struct diag *d)
{
    struct store *st = NULL;
    struct fix_state s;
    struct fix_undone undone;
    AUTO(buf) path = BUF_INIT;
    int64_t action = option_int(in, "rollback");
    int rc = state_of(in, &s, d);
    if (!rc)
        rc = store_open(o->location, DB_READ_WRITE, &in->clock, &st, d);
    if (!rc)
        rc = fix_rollback(store_db(st), action, &s, in->arena, &undone, d);
    store_free(st);
    if (rc)
        return rc;
    path_show(&path, undone.path);
    fprintf(in->out, "action %lld: %s is as it was before%s\n", (long long)action, path.p,
            undone.already ? " (it was already)" : "");
    fflush(in->out);
    return verify(in, o, undone.finding, 0, d);
}

/* Nothing is asked of a registry: a slip of the pen would be written as it is. */
static void say_unchecked(struct invocation *in)
{
    AUTO(buf) version = BUF_INIT;
    if (!option(in, "to")->given)
        return;
    path_show(&version, option_str(in, "to"));
    if (!buf_result(&version))
        fprintf(in->err, "whether %s was ever published is not checked: look it up first\n",
                version.p);
}

/* 0 changed, 1 not wanted, negative. */
static int change(struct invocation *in, const struct loop_options *o, struct fix_plan *p,
                  int64_t *ret_action, struct diag *d)
{
    struct store *st = NULL;
    struct fix_state s;
    struct fix_options fo = {.catalog = walk_rules_catalog(o->discover.rules),
                             .finding = in->args[0],
                             .version = option_str(in, "to"),
                             .require = o->discover.require};
    int rc = state_of(in, &s, d);
    if (!rc)
        rc = store_open(o->location, DB_READ_WRITE, &in->clock, &st, d);
    fflush(in->out);
    if (!rc)
        rc = fix_plan(store_db(st), &fo, in->arena, p, d);
    if (!rc) {
        print_diff(in, p);
        say_unchecked(in);
        rc = agreed(in) ? fix_apply(store_db(st), p, &s, ret_action, d) : 1;
    }
    store_free(st);
    return rc;
}

static int run_fix(struct invocation *in, struct diag *d)
{
    struct loop_options o;
    struct fix_plan p;
    int64_t action = 0;
    bool back = option(in, "rollback")->given;
    if (!in->n_args == !back) {
        diag_set(d, E_USAGE, "name one finding, or an action with --rollback");
        diag_hint(d, "`stance findings` lists findings");
        return E_USAGE;
    }
    int rc = check_not_empty(in, "to", "version or digest", d);
    if (!rc)
        rc = observe_settings(in, &o, d);
    if (!rc)
        rc = check_kept(o.location, d);
    if (rc)
        return rc;
    if (back)
        return rollback(in, &o, d);
    rc = change(in, &o, &p, &action, d);
    if (rc)
        return rc < 0 ? rc : EXIT_FINDINGS;
    fprintf(in->out, "action %lld was applied; `stance fix --rollback %lld` undoes it\n",
            (long long)action, (long long)action);
    fflush(in->out);
    return verify(in, &o, p.finding, action, d);
}

const struct command COMMAND_FIX = {
    .name = "fix",
    .usage = "[OPTION...] FINDING | --rollback ACTION",
    .summary = "plan, show and make the change that closes a finding",
    .description =
        "Shows the change of the file as a diff and asks; in a pipe it changes nothing without "
        "--apply.\nThe old file is kept, the new one is put in its place at once, and the finding "
        "is looked at\nagain: it is closed only when it is not there any more. Ends with 0 when it "
        "is closed, with 1\nwhen it is still there, also because nothing was changed.",
    .examples = "  stance fix 3f9a                        # show the plan\n"
                "  stance fix 3f9a --to 1.4.2 --apply     # fix this version and verify\n"
                "  stance fix --rollback 7                # undo action 7",
    .options = options,
    .max_args = 1,
    .run = run_fix,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which places are looked at again, and says of each finding whether it is closed now. */
#include "base/vec.h"
#include "cli/reobserve.h"

static const struct option_spec options[] = {
    OPTIONS_WORKERS,
    {.name = "all",
     .letter = 'a',
     .type = OPT_FLAG,
     .help = "verify every open finding, each target as a whole"},
    {.name = "format",
     .letter = 'f',
     .type = OPT_CHOICE,
     .argument = "NAME",
     .choices = "table|json",
     .initial = "table",
     .help = "how to print: a line each, or a JSON object each"},
    {0},
};

struct subjects {
    VEC(struct fix_subject);
};

static int named(struct invocation *in, struct db *db, struct subjects *ret, struct diag *d)
{
    for (size_t i = 0; i < in->n_args; i++) {
        struct fix_subject f;
        int rc = fix_subject(db, in->args[i], in->arena, &f, d);
        if (rc)
            return rc;
        if (vec_push(ret, f))
            return E_NOMEM;
    }
    return 0;
}

static int all_open(struct invocation *in, struct db *db, struct subjects *ret, struct diag *d)
{
    struct stmt *s = NULL;
    struct {
        VEC(struct str);
    } ids = {0};
    int rc = db_prepare(db,
                        STR("SELECT id FROM finding WHERE status IN ('open', 'reopened')"
                            " AND verdict = 'fail' ORDER BY risk DESC, id"),
                        &s, d);
    while (!rc && (rc = stmt_step(s, d)) > 0) {
        struct str id = arena_str(in->arena, stmt_str(s, 0));
        rc = id.p && !vec_push(&ids, id) ? 0 : E_NOMEM;
    }
    stmt_free(s);
    for (size_t i = 0; i < ids.n && !rc; i++) {
        struct fix_subject f;
        rc = fix_subject(db, ids.v[i], in->arena, &f, d);
        if (!rc && vec_push(ret, f))
            rc = E_NOMEM;
    }
    vec_free(&ids);
    return rc;
}

static bool several_targets(const struct subjects *v)
{
    for (size_t i = 1; i < v->n; i++)
        if (!str_eq(v->v[i].root, v->v[0].root))
            return true;
    return false;
}

/* Look once at each place (of --all: at each target). */
static int look(struct invocation *in, const struct loop_options *o, const struct subjects *v,
                bool whole, struct diag *d)
{
    for (size_t i = 0; i < v->n; i++) {
        const struct fix_subject *f = &v->v[i];
        struct str path = whole ? STR("") : reobserve_path(f);
        bool done = false;
        for (size_t k = 0; k < i && !done; k++)
            done =
                str_eq(f->root, v->v[k].root) && (whole || str_eq(path, reobserve_path(&v->v[k])));
        if (done)
            continue;
        if (!f->root.n)
            return diag_set(d, E_UNSUPPORTED, "finding " STR_FMT " has no place to look at",
                            STR_ARG(f->finding));
        int rc = reobserve(in, o, f, path, d);
        if (rc)
            return rc;
    }
    return 0;
}

static int judge(struct invocation *in, const char *location, const struct subjects *v,
                 enum outcome *ret, struct diag *d)
{
    struct store *st = NULL;
    int rc = store_open(location, DB_READ_ONLY, &in->clock, &st, d);
    bool named = several_targets(v);
    *ret = OUTCOME_FIXED;
    for (size_t i = 0; i < v->n && !rc; i++) {
        struct verified one;
        rc = reobserve_outcome(store_db(st), v->v[i].finding, &in->clock, in->arena, &one, d);
        if (rc)
            break;
        one.name_target = named;
        reobserve_print(in, &one, str_eq_z(option_str(in, "format"), "json"));
        /* Findings win over what could not be told. */
        if (one.outcome == OUTCOME_OPEN || (one.outcome > *ret && *ret != OUTCOME_OPEN))
            *ret = one.outcome;
    }
    store_free(st);
    return rc;
}

static int run_verify(struct invocation *in, struct diag *d)
{
    struct loop_options o;
    struct store *st = NULL;
    struct subjects v = {0};
    enum outcome worst = OUTCOME_FIXED;
    bool whole = option_flag(in, "all");
    if (!in->n_args == !whole) {
        diag_set(d, E_USAGE, "name findings, or give --all");
        diag_hint(d, "`stance findings` lists them");
        return E_USAGE;
    }
    int rc = observe_settings(in, &o, d);
    o.discover.rules = NULL; /* --all is about findings here */
    if (!rc)
        rc = check_kept(o.location, d);
    if (!rc)
        rc = store_open(o.location, DB_READ_ONLY, &in->clock, &st, d);
    if (!rc)
        rc = whole ? all_open(in, store_db(st), &v, d) : named(in, store_db(st), &v, d);
    store_free(st);
    if (!rc)
        rc = look(in, &o, &v, whole, d);
    if (!rc)
        rc = judge(in, o.location, &v, &worst, d);
    vec_free(&v);
    return rc ? rc : reobserve_status(worst);
}

const struct command COMMAND_VERIFY = {
    .name = "verify",
    .usage = "[OPTION...] FINDING... | --all",
    .summary = "look again at the places of findings and close those that are fixed",
    .description = "Reads the place of each FINDING again and runs its control: only then is a "
                   "finding fixed.\nEnds with 0 when all are closed, with 1 when one is still "
                   "there, with 3 when one could not\nbe told.",
    .examples = "  stance verify 3f9a                     # after a change by hand\n"
                "  stance verify --all                    # everything that is open",
    .options = options,
    .max_args = -1,
    .run = run_verify,
};

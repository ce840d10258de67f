/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the commands that observe read from the command line, and how they are interrupted.
 */
#include <signal.h>
#include <unistd.h>

#include "base/path.h"
#include "base/thread.h"
#include "cli/observe.h"
#include "cli/knowledge.h"
#include "discover/own.h"
#include "store/db.h"

/* The one thing a signal handler may touch. */
static volatile sig_atomic_t interrupted;

static void on_signal(int number UNUSED)
{
    interrupted = 1;
}

const volatile int *observe_interruption(void)
{
    /* A second one kills: a worker may take long, and nothing half is ever stored. */
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    return (const volatile int *)&interrupted;
}

int check_not_empty(const struct invocation *in, const char *name, const char *what, struct diag *d)
{
    if (!option(in, name)->given || option_str(in, name).n)
        return 0;
    diag_set(d, E_USAGE, "--%s takes a %s, not an empty text", name, what);
    diag_hint(d, "leave the option out for the default");
    return E_USAGE;
}

int store_location(struct invocation *in, const char **ret, struct diag *d)
{
    struct str given = option_str(in, "db"), folder;
    struct str path = given;
    int empty = check_not_empty(in, "db", "file", d);
    if (empty)
        return empty;
    if (!given.n) {
        int rc = data_path(in->arena, &folder, d);
        if (rc)
            return rc;
        path = arena_fmt(in->arena, STR_FMT "/stance.db", STR_ARG(folder));
    }
    char *z = arena_z(in->arena, path);
    if (!z)
        return arena_error(in->arena);
    *ret = z;
    return 0;
}

int check_kept(const char *location, struct diag *d)
{
    if (!str_eq_z(str_z(location), ":memory:"))
        return 0;
    diag_set(d, E_NOTFOUND,
             "--db :memory: holds no scan: what is scanned into it ends with the scan");
    diag_hint(d, "`stance scan --db FILE` keeps one; give the same --db FILE here");
    return E_NOTFOUND;
}

static void say_inside(struct invocation *in, const struct target *t, const struct target *in_what)
{
    AUTO(buf) line = BUF_INIT;
    buf_addz(&line, "stance: ");
    path_show(&line, t->given);
    buf_addz(&line, " is read with ");
    path_show(&line, in_what->given);
    fprintf(in->err, "%s\n", line.p);
}

/* No file is read for two targets: it would be two assets. */
static int keep_apart(struct invocation *in, struct discover_options *o, const struct target *v,
                      size_t n)
{
    struct target *kept = arena_new_n(in->arena, struct target, n);
    size_t count = 0;
    if (!kept)
        return arena_error(in->arena);
    for (size_t i = 0; i < n; i++) {
        size_t k = target_inside(v, n, i, o->rules);
        if (k == SIZE_MAX)
            kept[count++] = v[i];
        else
            say_inside(in, &v[i], &v[k]);
    }
    o->targets = kept;
    o->n_targets = count;
    return 0;
}

static int targets(struct invocation *in, struct discover_options *o, struct diag *d)
{
    struct str here = STR(".");
    size_t n = in->n_args ? in->n_args : 1;
    const struct str *words = in->n_args ? in->args : &here;
    struct target *v = arena_new_n(in->arena, struct target, n);
    if (!v)
        return arena_error(in->arena);
    for (size_t i = 0; i < n; i++) {
        int rc = target_resolve(words[i], in->arena, &v[i], d);
        in->unexamined = rc != 0;
        if (rc)
            return rc;
    }
    return keep_apart(in, o, v, n);
}

/* $XDG_CACHE_HOME/stance, else ~/.cache/stance; NULL: there is neither. */
static const char *default_cache(struct arena *a)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    struct str path = STR_NULL;
    if (xdg && xdg[0] == '/')
        path = arena_fmt(a, "%s/stance", xdg);
    else if (home && home[0] == '/')
        path = arena_fmt(a, "%s/.cache/stance", home);
    return path.p ? arena_z(a, path) : NULL;
}

/* Who keeps nothing gets no file elsewhere, unless it was asked for. */
static int choose_cache(struct invocation *in, struct loop_options *o, struct diag *d)
{
    bool given = option(in, "cache")->given;
    int rc = check_not_empty(in, "cache", "file", d);
    if (rc || option_flag(in, "no-cache")) {
        if (!rc && given)
            rc = diag_set(d, E_USAGE, "--cache and --no-cache do not go together");
        return rc;
    }
    if (given)
        o->discover.cache = arena_z(in->arena, option_str(in, "cache"));
    else if (!str_eq_z(str_z(o->location), ":memory:"))
        o->discover.cache = default_cache(in->arena);
    return given && !o->discover.cache ? arena_error(in->arena) : 0;
}

/* Of a commit there is one repository. */
static int choose_revision(struct invocation *in, struct discover_options *o, struct diag *d)
{
    int rc = check_not_empty(in, "rev", "revision", d);
    if (!rc)
        rc = check_not_empty(in, "since", "revision", d);
    if (rc)
        return rc;
    o->rev = option_str(in, "rev");
    o->since = option_str(in, "since");
    if ((!o->rev.n && !o->since.n) || o->n_targets == 1)
        return 0;
    diag_set(d, E_USAGE, "--rev and --since take one repository, not %zu", o->n_targets);
    diag_hint(d, "scan one after the other");
    return E_USAGE;
}

/* A path whose folders are not there: no link can stand in it. */
static void add_missing(struct buf *path, struct str rest)
{
    struct str part;
    while (rest.n && str_field(&rest, '/', &part)) {
        if (!part.n || str_eq_z(part, "."))
            continue;
        if (str_eq_z(part, "..")) {
            size_t slash = str_rchr(buf_str(path), '/');
            buf_cut(path, slash == SIZE_MAX ? 0 : slash);
            continue;
        }
        if (!str_ends(buf_str(path), STR("/")))
            buf_addc(path, '/');
        buf_add(path, part);
    }
}

/* Absolute, through links; of a path whose end is not there yet, what is. A folder ends with
 * "/". */
static int absolute(struct arena *a, struct str file, bool folder, struct str *ret)
{
    AUTO(buf) path = BUF_INIT;
    while (file.n > 1 && str_ends(file, STR("/")))
        file.n--;
    struct str head = file;
    char *real = NULL;
    for (bool more = true; more && !real;) {
        char *z = arena_z(a, head.n ? head : str_starts(file, STR("/")) ? STR("/") : STR("."));
        if (!z)
            return arena_error(a);
        real = realpath(z, NULL);
        more = head.n > 0;
        if (!real)
            head = path_dir(head);
    }
    buf_addz(&path, real ? real : "");
    free(real); /* from realpath */
    add_missing(&path, str_sub(file, head.n, file.n));
    if (folder && !str_ends(buf_str(&path), STR("/")))
        buf_addc(&path, '/');
    *ret = buf_result(&path) ? STR_NULL : arena_str(a, buf_str(&path));
    return ret->p ? 0 : E_NOMEM;
}

#define OWN_CACHE 2 /* of the names below */

/* A scan that finds what it writes itself would find something new each time. */
static int own_files(struct arena *a, struct loop_options *o, struct diag *d)
{
    bool file = !str_eq_z(str_z(o->location), ":memory:") && !db_is_postgres(o->location);
    struct str folder = STR_NULL, *own = arena_new_n(a, struct str, OWN_MAX);
    struct str names[OWN_MAX] = {file ? str_z(o->location) : STR(""), str_z(o->key_file),
                                 str_z(o->discover.cache)};
    int rc = own ? 0 : arena_error(a);
    if (!rc && !o->key_file && !str_eq_z(str_z(o->location), ":memory:")) {
        rc = data_folder(a, &folder, d);
        names[1] = rc ? STR_NULL : arena_fmt(a, STR_FMT "/key", STR_ARG(folder));
    }
    o->discover.own = own;
    o->discover.n_own = 0;
    for (size_t i = 0; i < OWN_MAX && !rc; i++)
        if (names[i].n)
            rc = absolute(a, names[i], i == OWN_CACHE, &own[o->discover.n_own++]);
    return rc;
}

int observe_options(struct invocation *in, struct loop_options *ret, struct diag *d)
{
    int rc = observe_settings(in, ret, d);
    ret->discover.timed = option_flag(in, "stats");
    if (!rc)
        rc = choose_cache(in, ret, d);
    if (!rc)
        rc = own_files(in->arena, ret, d);
    if (!rc)
        rc = targets(in, &ret->discover, d);
    return rc ? rc : choose_revision(in, &ret->discover, d);
}

/* Commands that choose themselves what is walked have none of these options. */
static int choose_rules(struct invocation *in, struct discover_options *o, struct diag *d)
{
    const struct option_value *read = option(in, "read"), *exclude = option(in, "exclude");
    const struct walk_choice choice = {.all = option_flag(in, "all"),
                                       .read = read->list,
                                       .n_read = read->n,
                                       .exclude = exclude->list,
                                       .n_exclude = exclude->n};
    const struct catalog *c;
    int rc = knowledge_in_use(in, &c, d);
    return rc ? rc : walk_rules_new(c, &choice, in->arena, &o->rules, d);
}

int observe_settings(struct invocation *in, struct loop_options *ret, struct diag *d)
{
    *ret = loop_defaults();
    ret->begun = getenv("SOURCE_DATE_EPOCH") ? 0 : clock_ticks();
    struct discover_options *o = &ret->discover;
    struct str folder;
    int rc = store_location(in, &ret->location, d);
    if (!rc && !option_str(in, "db").n)
        rc = data_folder(in->arena, &folder, d);
    if (!rc)
        rc = check_not_empty(in, "key", "file", d);
    if (rc)
        return rc;
    o->threads = option(in, "threads")->given ? (unsigned)option_int(in, "threads") : thread_cpus();
    rc = choose_rules(in, o, d);
    if (rc)
        return rc;
    o->require = SANDBOX_NONE; /* what is reached is said; see weak_sandbox in loop.c */
    ret->allow_weak_sandbox = option_flag(in, "allow-weak-sandbox");
    o->shuffle_seed = (uint64_t)option_int(in, "shuffle-seed");
    o->delay_us = (unsigned)option_int(in, "delay-us");
    o->cancel = observe_interruption();
    if (option_str(in, "key").n) {
        ret->key_file = arena_z(in->arena, option_str(in, "key"));
        if (!ret->key_file)
            return arena_error(in->arena);
    }
    return own_files(in->arena, ret, d);
}

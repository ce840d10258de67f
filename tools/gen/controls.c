/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides whether controls/ and frameworks/ are sound, and writes them as C tables. Build-time
 * only.
 *
 *     controls CONTROLS FRAMEWORKS COLLECTORS ACTIONS OUT.c OUT.d
 *
 * COLLECTORS and ACTIONS are the LIST files of what exists: a control whose input no collector
 * feeds yet is not run, one that names a collector or action beside them is misspelt. The depfile
 * names every file and folder read, so that a new control is seen without a list.
 */
#include <dirent.h>

#include "assess/control.h"
#include "base/path.h"
#include "base/vec.h"
#include "formats/doc.h"
#include "file.h"

#define ARENA_CAP (256u << 20)

struct unit {
    struct control control;
    struct str test;
};

struct gen {
    struct arena arena;
    struct buf deps, out;
    struct {
        VEC(struct unit);
    } units;
    struct {
        VEC(struct framework);
    } frameworks;
    struct str collectors, actions; /* LIST files */
    struct diag diag;
};

static int out_of_memory(struct gen *g)
{
    return diag_set(&g->diag, E_NOMEM, "memory ran out");
}

/* ---- reading ---- */

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_dep(struct gen *g, const char *path)
{
    buf_addz(&g->deps, " \\\n ");
    for (; *path; path++) {
        if (*path == ' ')
            buf_addc(&g->deps, '\\');
        buf_addc(&g->deps, *path);
    }
}

/* Calls `each` with the path of every visible entry, in byte order. */
static int each_entry(struct gen *g, const char *dir, int (*each)(struct gen *, const char *))
{
    struct dirent **list;
    add_dep(g, dir);
    int n = scandir(dir, &list, visible, by_bytes);
    if (n < 0)
        return diag_errno(&g->diag, "cannot list %s", dir);
    int rc = OK;
    for (int i = 0; i < n; i++) {
        AUTO(buf) path = BUF_INIT;
        buf_addf(&path, "%s/%s", dir, list[i]->d_name);
        if (!rc)
            rc = buf_result(&path) ? out_of_memory(g) : each(g, path.p);
        free(list[i]);
    }
    free(list);
    return rc;
}

static int read_into_arena(struct gen *g, const char *path, struct str *ret)
{
    AUTO(buf) b = BUF_INIT;
    int rc = file_read(path, &b, &g->diag);
    if (rc)
        return rc;
    add_dep(g, path);
    *ret = arena_str(&g->arena, buf_str(&b));
    return ret->p ? OK : out_of_memory(g);
}

static int refuse(struct gen *g, const char *path, const char *hint, const char *text)
{
    diag_set(&g->diag, E_PARSE, "%s", text);
    diag_at(&g->diag, path, 1, 1);
    diag_hint(&g->diag, "%s", hint);
    return E_PARSE;
}

/* The file stands in the folder of its area and bears its id. */
static int check_name(struct gen *g, const char *path, const struct control *c)
{
    AUTO(buf) want = BUF_INIT;
    buf_addf(&want, "%s/%s.sql", c->area, c->id);
    if (buf_result(&want))
        return out_of_memory(g);
    if (path_has_suffix(str_z(path), buf_str(&want)))
        return OK;
    return refuse(g, path, want.p, "the file must be named AREA/ID.sql after its id");
}

/* A line of a LIST file is a C name: its '_' stands for the '-' of the name that people read. */
static bool listed(struct str list, const char *name)
{
    struct str line;
    while (str_field(&list, '\n', &line)) {
        size_t i = 0;
        while (i < line.n && name[i] && (line.p[i] == '_' ? '-' : line.p[i]) == name[i])
            i++;
        if (i == line.n && i > 0 && !name[i])
            return true;
    }
    return false;
}

static int check_inputs(struct gen *g, const char *path, struct control *c)
{
    const char *wrong = NULL;
    c->collected = true;
    for (int i = 0; i < c->n_inputs; i++) {
        int known = 0;
        for (const char *const *k = c->inputs[i].collectors; *k; k++) {
            known += listed(g->collectors, *k);
            wrong = listed(g->collectors, *k) ? wrong : *k;
        }
        c->collected = c->collected && known;
    }
    if (!wrong || !c->collected)
        return OK;
    return refuse(g, path, wrong, "an input names a collector that does not exist");
}

static int check_action(struct gen *g, const char *path, const struct control *c)
{
    if (!c->action || listed(g->actions, c->action))
        return OK;
    return refuse(g, path, c->action, "the remediation names an action that does not exist");
}

static int take_control(struct gen *g, const char *path)
{
    struct unit u = {0};
    struct str text, stem = str_sub(str_z(path), 0, str_z(path).n - 4);
    AUTO(buf) test = BUF_INIT;
    buf_add(&test, stem);
    buf_addz(&test, ".test.yaml");
    const char *shown = arena_z(&g->arena, str_z(path));
    if (buf_result(&test) || !shown)
        return out_of_memory(g);
    int rc = read_into_arena(g, path, &text);
    if (!rc)
        rc = control_parse(text, shown, &g->arena, &u.control, &g->diag);
    if (!rc)
        rc = check_name(g, path, &u.control);
    if (!rc)
        rc = control_lint(&u.control, &g->diag);
    if (!rc)
        rc = check_inputs(g, path, &u.control);
    if (!rc)
        rc = check_action(g, path, &u.control);
    if (rc)
        return rc;
    rc = read_into_arena(g, test.p, &u.test);
    if (rc)
        return refuse(g, path, "write ID.test.yaml beside it: a tiny graph and the rows expected",
                      "the control has no test");
    return vec_push(&g->units, u) ? out_of_memory(g) : OK;
}

static int take_area_entry(struct gen *g, const char *path)
{
    struct str p = str_z(path);
    if (str_ends(p, STR(".sql")))
        return take_control(g, path);
    if (!str_ends(p, STR(".test.yaml")))
        return refuse(g, path, "move it out of controls/", "neither ID.sql nor ID.test.yaml");
    AUTO(buf) sql = BUF_INIT;
    buf_add(&sql, str_sub(p, 0, p.n - 10));
    buf_addz(&sql, ".sql");
    if (buf_result(&sql))
        return out_of_memory(g);
    FILE *f = fopen(sql.p, "rb");
    if (!f)
        return refuse(g, path, "remove it or write ID.sql beside it", "a test without its control");
    fclose(f);
    return OK;
}

static int take_area(struct gen *g, const char *path)
{
    return each_entry(g, path, take_area_entry);
}

static bool control_exists(const struct gen *g, const char *id)
{
    for (size_t i = 0; i < g->units.n; i++)
        if (str_eq_z(str_z(id), g->units.v[i].control.id))
            return true;
    return false;
}

/* The line of the file that names the control. */
static unsigned line_of(struct str text, const char *id)
{
    size_t at = str_find(text, str_z(id), 0);
    return at == SIZE_MAX ? 1 : text_mark(text, at).line;
}

static int check_framework(struct gen *g, const char *path, struct str text,
                           const struct framework *f)
{
    for (int i = 0; i < f->n; i++) {
        for (const char *const *id = f->requirements[i].controls; *id; id++) {
            if (control_exists(g, *id))
                continue;
            diag_set(&g->diag, E_PARSE, "requirement %s names control %s, which does not exist",
                     f->requirements[i].id, *id);
            diag_at(&g->diag, path, line_of(text, *id), 1);
            diag_hint(&g->diag, "take it out, or add the control below controls/");
            return E_PARSE;
        }
    }
    return OK;
}

static int take_framework(struct gen *g, const char *path)
{
    struct framework f = {0};
    struct str text;
    if (!str_ends(str_z(path), STR(".yaml")))
        return refuse(g, path, "move it out of frameworks/", "not a framework (NAME.yaml)");
    int rc = read_into_arena(g, path, &text);
    if (!rc)
        rc = framework_parse(text, path, &g->arena, &f, &g->diag);
    if (!rc)
        rc = check_framework(g, path, text, &f);
    if (rc)
        return rc;
    return vec_push(&g->frameworks, f) ? out_of_memory(g) : OK;
}

static int by_id(const void *a, const void *b, void *ctx)
{
    (void)ctx;
    const struct unit *x = a, *y = b;
    return strcmp(x->control.id, y->control.id);
}

static int framework_by_id(const void *a, const void *b, void *ctx)
{
    (void)ctx;
    const struct framework *x = a, *y = b;
    return strcmp(x->id, y->id);
}

/* ---- writing ---- */

static void add_literal(struct buf *b, struct str s)
{
    buf_addc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '\n')
            buf_addz(b, i + 1 < s.n ? "\\n\"\n    \"" : "\\n");
        else if (c == '"' || c == '\\')
            buf_addf(b, "\\%c", c);
        else if (c < ' ' || c > '~')
            buf_addf(b, "\\%03o", c);
        else
            buf_addc(b, (char)c);
    }
    buf_addc(b, '"');
}

static void add_z(struct buf *b, const char *z)
{
    if (z)
        add_literal(b, str_z(z));
    else
        buf_addz(b, "NULL");
}

static void add_member(struct buf *b, const char *name, const char *z)
{
    buf_addf(b, "    .%s = ", name);
    add_z(b, z);
    buf_addz(b, ",\n");
}

static void add_list(struct buf *b, const char *const *list)
{
    buf_addz(b, "{");
    for (; *list; list++) {
        add_z(b, *list);
        buf_addz(b, ", ");
    }
    buf_addz(b, "NULL}");
}

static void write_inputs(struct buf *b, size_t n, const struct control *c)
{
    for (int i = 0; i < c->n_inputs; i++) {
        buf_addf(b, "static const char *const C%zu_I%d[] = ", n, i);
        add_list(b, c->inputs[i].collectors);
        buf_addz(b, ";\n");
    }
    if (c->n_inputs)
        buf_addf(b, "static const struct control_input C%zu_INPUTS[] = {\n", n);
    for (int i = 0; i < c->n_inputs; i++)
        buf_addf(b, "    {%d, %d, C%zu_I%d},\n", c->inputs[i].attr, c->inputs[i].verb, n, i);
    buf_addz(b, c->n_inputs ? "};\n" : "");
    if (c->n_params)
        buf_addf(b, "static const struct control_param C%zu_PARAMS[] = {\n", n);
    for (int i = 0; i < c->n_params; i++) {
        buf_addz(b, "    {");
        add_z(b, c->params[i].name);
        buf_addz(b, ", ");
        add_z(b, c->params[i].literal);
        buf_addz(b, "},\n");
    }
    buf_addz(b, c->n_params ? "};\n" : "");
}

static void write_risk(struct buf *b, const struct control_risk *r)
{
    const char *const words[] = {r->exposure, r->proof,    r->ease,  r->data,
                                 r->reach,    r->business, r->people};
    buf_addz(b, "    .risk = {");
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        add_z(b, words[i]);
        buf_addz(b, i + 1 < ARRAY_LEN(words) ? ", " : "},\n");
    }
}

/* Path below controls/, for messages. */
static const char *short_path(struct gen *g, const struct control *c)
{
    return arena_z(&g->arena, arena_fmt(&g->arena, "controls/%s/%s.sql", c->area, c->id));
}

static void write_control(struct gen *g, size_t n, const struct control *c)
{
    struct buf *b = &g->out;
    buf_addz(b, "{\n");
    add_member(b, "id", c->id);
    add_member(b, "title", c->title);
    add_member(b, "why", c->why);
    add_member(b, "category", c->category);
    add_member(b, "area", c->area);
    add_member(b, "file", short_path(g, c));
    add_member(b, "remediation", c->remediation);
    add_member(b, "action", c->action);
    buf_addf(b, "    .line = %u, .severity = %d, .keep_severity = %d, .kind = %d, .scope = %d,\n",
             c->line, (int)c->severity, c->keep_severity, c->kind, (int)c->scope);
    buf_addf(b, "    .pass_is_found = %d, .collected = %d, .staleness_ms = %lldLL,\n",
             c->pass_is_found, c->collected, (long long)c->staleness_ms);
    if (c->n_inputs)
        buf_addf(b, "    .inputs = C%zu_INPUTS, .n_inputs = %d,\n", n, c->n_inputs);
    if (c->n_params)
        buf_addf(b, "    .params = C%zu_PARAMS, .n_params = %d,\n", n, c->n_params);
    write_risk(b, &c->risk);
    add_member(b, "sql", c->sql);
    buf_addz(b, "},\n");
}

static void write_controls(struct gen *g)
{
    struct buf *b = &g->out;
    buf_addz(b, "/* Generated from controls/ and frameworks/. */\n"
                "#include \"assess/control.h\"\n\n");
    for (size_t i = 0; i < g->units.n; i++)
        write_inputs(b, i, &g->units.v[i].control);
    buf_addz(b, "\nconst struct control CONTROLS[] = {\n");
    for (size_t i = 0; i < g->units.n; i++)
        write_control(g, i, &g->units.v[i].control);
    buf_addf(b, "};\nconst int CONTROL_COUNT = %zu;\n\n", g->units.n);
    buf_addz(b, "const char *const CONTROL_TESTS[] = {\n");
    for (size_t i = 0; i < g->units.n; i++) {
        add_literal(b, g->units.v[i].test);
        buf_addz(b, ",\n");
    }
    buf_addz(b, "};\n\n");
}

static void write_requirements(struct buf *b, size_t n, const struct framework *f)
{
    for (int i = 0; i < f->n; i++) {
        buf_addf(b, "static const char *const F%zu_R%d[] = ", n, i);
        add_list(b, f->requirements[i].controls);
        buf_addz(b, ";\n");
    }
    buf_addf(b, "static const struct requirement F%zu_REQUIREMENTS[] = {\n", n);
    for (int i = 0; i < f->n; i++) {
        const struct requirement *r = &f->requirements[i];
        buf_addz(b, "{\n");
        add_member(b, "id", r->id);
        add_member(b, "title", r->title);
        add_member(b, "parent", r->parent);
        add_member(b, "gap", r->gap);
        buf_addf(b, "    .heading = %d, .mode = %d, .controls = F%zu_R%d,\n},\n", r->heading,
                 (int)r->mode, n, i);
    }
    buf_addz(b, "};\n");
}

static void write_frameworks(struct gen *g)
{
    struct buf *b = &g->out;
    for (size_t i = 0; i < g->frameworks.n; i++)
        write_requirements(b, i, &g->frameworks.v[i]);
    buf_addz(b, "\nconst struct framework FRAMEWORKS[] = {\n");
    for (size_t i = 0; i < g->frameworks.n; i++) {
        const struct framework *f = &g->frameworks.v[i];
        buf_addz(b, "{\n");
        add_member(b, "id", f->id);
        add_member(b, "title", f->title);
        add_member(b, "version", f->version);
        add_member(b, "source", f->source);
        add_member(b, "licence_note", f->licence_note);
        buf_addf(b, "    .requirements = F%zu_REQUIREMENTS, .n = %d,\n},\n", i, f->n);
    }
    buf_addf(b, "};\nconst int FRAMEWORK_COUNT = %zu;\n", g->frameworks.n);
}

static int generate(struct gen *g, char **argv)
{
    buf_addf(&g->deps, "%s:", argv[5]);
    int rc = read_into_arena(g, argv[3], &g->collectors);
    if (!rc)
        rc = read_into_arena(g, argv[4], &g->actions);
    if (!rc)
        rc = each_entry(g, argv[1], take_area);
    if (!rc)
        rc = each_entry(g, argv[2], take_framework);
    if (!rc &&
        (vec_sort(&g->units, by_id, NULL) || vec_sort(&g->frameworks, framework_by_id, NULL)))
        rc = out_of_memory(g);
    if (rc)
        return rc;
    write_controls(g);
    write_frameworks(g);
    buf_addc(&g->deps, '\n');
    if (buf_result(&g->out) || buf_result(&g->deps) || arena_error(&g->arena))
        return out_of_memory(g);
    rc = file_write(argv[5], buf_str(&g->out), &g->diag);
    return rc ? rc : file_write(argv[6], buf_str(&g->deps), &g->diag);
}

int main(int argc, char **argv)
{
    struct gen g = {.arena = ARENA(ARENA_CAP), .deps = BUF_INIT, .out = BUF_INIT};
    if (argc != 7) {
        fputs("usage: controls CONTROLS FRAMEWORKS COLLECTORS ACTIONS OUT.c OUT.d\n", stderr);
        return 2;
    }
    int rc = generate(&g, argv);
    if (rc)
        file_complain(&g.diag);
    vec_free(&g.units);
    vec_free(&g.frameworks);
    buf_done(&g.out);
    buf_done(&g.deps);
    arena_done(&g.arena);
    return rc ? 1 : 0;
}

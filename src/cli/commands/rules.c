/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how the rules of the walk are listed. */
#include "catalog/catalog.h"
#include "cli/grid.h"
#include "cli/options.h"
#include "cli/reading.h"
#include "inventory/registry.h"

static const struct option_spec options[] = {OPTION_TABLE_FORMAT, {0}};

static const char *const ACTIONS[] = {"skip", "label", "read"};

/* "skip", "skip, always", "label test", "read". */
static void add_action(struct buf *out, const struct catalog_walk_rule *r)
{
    buf_addz(out, ACTIONS[r->action]);
    if (r->action == WALK_LABEL)
        buf_addf(out, " %s", LABEL_NAMES[r->label]);
    if (r->always)
        buf_addz(out, ", always");
}

static int run_rules(struct invocation *in, struct diag *d)
{
    static const struct grid_column columns[] = {
        {.title = "id", .whole = true},       {.title = "what", .min_width = 24},
        {.title = "action", .whole = true},   {.title = "reason", .min_width = 24},
        {.title = "source", .machine = true},
    };
    struct grid g;
    grid_begin(&g, in, (enum grid_format)option_int(in, "format"), columns, ARRAY_LEN(columns));
    for (int i = 0; i < CATALOG.n_walk_rules; i++) {
        const struct catalog_walk_rule *r = &CATALOG.walk_rules[i];
        AUTO(buf) action = BUF_INIT;
        add_action(&action, r);
        grid_cell(&g, str_z(r->id));
        grid_cell(&g, str_z(r->what));
        grid_cell(&g, buf_str(&action));
        grid_cell(&g, str_z(r->reason));
        grid_cell(&g, str_z(r->source));
    }
    return grid_finish(&g, NULL, d);
}

/* "__pycache__" is no emphasis. */
static void put_escaped(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '_')
            fputc('\\', out);
        fputc(*text, out);
    }
}

/* docs/reference/rules.md */
void rules_markdown(FILE *out)
{
    fputs(
        "# Rules of the walk\n\n"
        "What a scan passes by, what it marks, and what it reads although one might think "
        "otherwise.\nWritten by `STANCE_GOLDEN=1 test_cli_reference` from "
        "`knowledge/walk/rules.yaml`; `stance rules` lists the same.\n\n"
        "- `skip`: not read; a row of coverage says what and how often. `--read ID` turns one off,"
        "\n  `--all` all of them, but not those that say `always`.\n"
        "- `label`: read, and what is found there has the label.\n"
        "- `read`: read like everything else.\n\n"
        "`--exclude GLOB` adds rules of your own; each is a row of coverage, too.\n\n"
        "| id | what | action | reason |\n|---|---|---|---|\n",
        out);
    for (int i = 0; i < CATALOG.n_walk_rules; i++) {
        const struct catalog_walk_rule *r = &CATALOG.walk_rules[i];
        AUTO(buf) action = BUF_INIT;
        add_action(&action, r);
        fprintf(out, "| `%s` | ", r->id);
        put_escaped(r->what, out);
        fprintf(out, " | %s | [%s](%s) |\n", action.p, r->reason, r->source);
    }
}

const struct command COMMAND_RULES = {
    .name = "rules",
    .usage = "[OPTION...]",
    .summary = "list what a scan passes by, marks or reads, and why",
    .description =
        "Only installed copies and caches are passed by; each rule that met something is a row of\n"
        "coverage. `scan --read ID` turns one off, `scan --all` all that can be, `scan --exclude "
        "GLOB`\nadds one.",
    .examples = "  stance rules\n"
                "  stance scan --read node-modules .      # read installed packages, too",
    .options = options,
    .run = run_rules,
};

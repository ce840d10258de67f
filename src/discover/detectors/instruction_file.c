/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files agents read as standing orders, and whether they hold hidden text. */
#include "base/path.h"
#include "discover/detector.h"
#include "match/hidden_text.h"

#define HOSTS_MAX 64

static bool wants_instruction_file(const struct catalog *c, struct str path);
static int run_instruction_file(struct item *it, struct emit *e);

const struct detector DETECTOR_INSTRUCTION_FILE = {
    .id = "instruction-file",
    .title = "Instruction, rule and skill files of agents",
    .version = 2,
    .wants = wants_instruction_file,
    .need = ITEM_TEXT,
    .run = run_instruction_file,
};

static bool is_in_docs(struct str path)
{
    for (struct str dir = path_dir(path); dir.n; dir = path_dir(dir))
        if (str_eq_z(path_base(dir), "docs") || str_eq_z(path_base(dir), "doc"))
            return true;
    return false;
}

static const struct catalog_instruction *next_row(const struct catalog *c, struct str path,
                                                  int *cursor)
{
    const struct catalog_instruction *row;
    do {
        row = catalog_instruction(c, path, cursor);
    } while (row && row->outside_docs && is_in_docs(path));
    return row;
}

static bool wants_instruction_file(const struct catalog *c, struct str path)
{
    int cursor = 0;
    return next_row(c, path, &cursor) != NULL;
}

/* Every host that loads the file; the most exact pattern names the convention. */
static void emit_convention(struct item *it, struct emit *e, uint32_t asset)
{
    const struct catalog_instruction *row, *best = NULL;
    struct str hosts[HOSTS_MAX];
    size_t n = 0, length = 0;
    for (int cursor = 0; (row = next_row(it->catalog, it->path, &cursor)) != NULL;) {
        struct str pattern = str_z(row->path), host = str_z(it->catalog->entries[row->entry].id);
        bool known = false;
        if (!best || pattern.n > length) {
            best = row;
            length = pattern.n;
        }
        for (size_t i = 0; i < n; i++)
            known |= str_eq(hosts[i], host);
        known |= row->library;
        if (!known && n < HOSTS_MAX)
            hosts[n++] = host;
    }
    struct place at = place_item(it);
    if (best)
        emit_str(e, asset, ATTR_INSTRUCTION_FILE_FORMAT, str_z(best->name), at);
    if (best)
        emit_catalog_row(e, asset, ATTR_INSTRUCTION_FILE_CATALOG_ROW,
                         &it->catalog->entries[best->entry],
                         (const char *const[]){"agent", "instruction"}, str_z(best->path), at);
    if (n)
        emit_list(e, asset, ATTR_INSTRUCTION_FILE_HOSTS, hosts, n, at);
    else
        emit_absent(e, asset, ATTR_INSTRUCTION_FILE_HOSTS, at);
}

static void emit_unknown(struct item *it, struct emit *e, uint32_t asset)
{
    static const enum attr all[] = {ATTR_INSTRUCTION_FILE_HIDDEN_RUNS,
                                    ATTR_INSTRUCTION_FILE_HIDDEN_TEXT,
                                    ATTR_INSTRUCTION_FILE_HIDDEN_KIND};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        emit_unresolved(e, asset, all[i], "the text could not be read", place_item(it));
}

static void emit_hidden(struct emit *e, uint32_t asset, const struct hidden_text *h,
                        struct place at)
{
    emit_int(e, asset, ATTR_INSTRUCTION_FILE_HIDDEN_RUNS, h->runs, at);
    if (h->text.n)
        emit_str(e, asset, ATTR_INSTRUCTION_FILE_HIDDEN_TEXT, h->text, at);
    else if (h->runs)
        emit_unresolved(e, asset, ATTR_INSTRUCTION_FILE_HIDDEN_TEXT,
                        "the invisible characters spell nothing that prints", at);
    else
        emit_absent(e, asset, ATTR_INSTRUCTION_FILE_HIDDEN_TEXT, at);
    if (h->runs)
        emit_str(e, asset, ATTR_INSTRUCTION_FILE_HIDDEN_KIND, str_z(HIDDEN_KIND_NAMES[h->kind]),
                 at);
    else
        emit_absent(e, asset, ATTR_INSTRUCTION_FILE_HIDDEN_KIND, at);
}

static int run_instruction_file(struct item *it, struct emit *e)
{
    struct hidden_text h;
    struct str text;
    uint32_t asset = emit_asset(e, KIND_INSTRUCTION_FILE, path_base(it->path), place_item(it));
    emit_convention(it, e, asset);
    emit_int(e, asset, ATTR_INSTRUCTION_FILE_SIZE, (int64_t)it->size, place_item(it));
    int rc = item_text(it, &text);
    if (!rc)
        rc = hidden_text_scan(text, it->arena, &h);
    if (rc)
        emit_unknown(it, e, asset);
    else
        emit_hidden(e, asset, &h, h.runs ? place_offset(it, text, h.first) : place_item(it));
    /* item_text has recorded its gap. */
    return rc == E_NOMEM ? rc : emit_result(e);
}

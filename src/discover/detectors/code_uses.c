/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files of code are read for what they make of the SDKs they import. */
#include "base/path.h"
#include "discover/code/assets.h"
#include "discover/imports/imports.h"
#include "discover/item.h"
#include "discover/spent.h"

#define TOO_LARGE  "too large for a syntax tree: models, agents and tools in it are not read"
#define TOO_COSTLY "its syntax tree costs too much: models, agents and tools in it are not read"

/* A file without extension may name its interpreter. */
static bool wants_code_uses(const struct catalog *c UNUSED, struct str path)
{
    return !path_ext(path).n || import_grammar(path, STR(""));
}

static int tell_partial(struct item *it, struct emit *e, const char *why)
{
    emit_gap(e, COVERAGE_PARTIAL, place_item(it), "%s", why);
    return 0;
}

static int read_uses(struct item *it, struct emit *e, const char *language, const struct code *c,
                     struct str text, size_t before)
{
    AUTO(names) n = NAMES_INIT;
    AUTO(code_uses) u = CODE_USES_INIT;
    int rc = names_read(c, it->arena, &n);
    if (!rc)
        rc = uses_read(&n, it->catalog, language, &u);
    return rc ? rc : code_assets_emit(it, e, &u, text, before);
}

static int read_text(struct item *it, struct emit *e, const struct syntax_language *l,
                     struct str all, struct str text, size_t before)
{
    AUTO(code) c = CODE_INIT;
    if (text.n > SYNTAX_BYTES)
        return tell_partial(it, e, TOO_LARGE);
    int rc = syntax_holds(it->syntax, l, text) ? 0 : syntax_parse(it->syntax, l, text, 0);
    if (!rc)
        rc = syntax_code(it->syntax, &c);
    if (!rc)
        rc = read_uses(it, e, import_language(l), &c, all, before);
    syntax_clear(it->syntax);
    return rc == E_LIMIT ? tell_partial(it, e, TOO_COSTLY) : rc;
}

/* The code of a component stands between <script> and </script>. */
static int read_component(struct item *it, struct emit *e, const struct syntax_language *l,
                          struct str text)
{
    struct str script;
    size_t at = 0;
    int rc = 0;
    while (!rc && import_script(text, &at, &script))
        rc = read_text(it, e, l, text, script, (size_t)(script.p - text.p));
    return rc;
}

/* In a language without shapes. */
static int tell_unread(struct item *it, struct emit *e)
{
    const struct catalog_unread *row = catalog_unread_named(it->catalog, STR("code-uses"));
    if (row && it->cache->imports)
        emit_no_reader(e, row, place_item(it));
    return emit_result(e);
}

static int run_code_uses(struct item *it, struct emit *e)
{
    const struct syntax_language *l = import_grammar(it->path, it->head);
    struct str text;
    if (l && !code_speaks(l))
        return tell_unread(it, e);
    if (!l || !it->syntax || it->cache->roots == ROOTS_NONE)
        return 0;
    enum spent before = spent_on(it->spent, SPENT_CODE);
    int rc = item_text(it, &text);
    if (!rc && import_is_component(it->path))
        rc = read_component(it, e, l, text);
    else if (!rc)
        rc = read_text(it, e, l, text, text, 0);
    spent_on(it->spent, before);
    return rc ? rc : emit_result(e);
}

const struct detector DETECTOR_CODE_USES = {
    .id = "code-uses",
    .title = "Models, agents and tools in source code",
    .version = 1,
    .wants = wants_code_uses,
    .triggers = LITERAL_IMPORT,
    .need = ITEM_TEXT,
    .run = run_code_uses,
};

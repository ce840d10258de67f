/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which AI packages the code of one file imports, whatever its size. */
#include "base/path.h"
#include "discover/imports/imports.h"
#include "discover/item.h"
#include "discover/spent.h"

#define WINDOW_BYTES ((size_t)64 << 10)
#define BY_TOKENS    "only imports are read, from its tokens"
#define TOO_LARGE    "too large for a syntax tree: " BY_TOKENS
#define TOO_COSTLY   "its syntax tree costs too much: " BY_TOKENS

/* A file without extension may name its interpreter. */
static bool wants_code_imports(const struct catalog *c UNUSED, struct str path)
{
    return !path_ext(path).n || import_grammar(path, STR(""));
}

struct reading {
    struct item *it;
    struct emit *e;
    const struct syntax_language *language;
    struct imports found;
};

static void tell(struct reading *r, struct str text, size_t before, bool tokens)
{
    if (!r->it->cache->roots)
        r->it->cache->roots = ROOTS_NONE;
    vec_each (f, &r->found.found) {
        struct place at =
            tokens ? place_item(r->it) : place_offset(r->it, text, before + f->offset);
        if (tokens) {
            at.offset = (int64_t)f->offset;
            at.line = f->line;
            at.column = f->column;
        }
        at.snippet = f->statement;
        emit_import(r->e, f->row, f->sure, at);
        r->it->cache->imports = true;
        if (catalog_code_root(r->it->catalog, str_z(f->row->language), str_z(f->row->name)))
            r->it->cache->roots = ROOTS_SOME;
    }
    vec_each (l, &r->found.local)
        emit_module(r->e, str_z(l->row->language), str_z(l->row->name),
                    place_offset(r->it, text, before + l->offset));
}

static void tell_partial(struct reading *r, const char *why)
{
    emit_gap(r->e, COVERAGE_PARTIAL, place_item(r->it), "%s", why);
}

static int no_memory(struct reading *r)
{
    tell_partial(r, "needs more memory than one item may use");
    return E_NOMEM;
}

/* The tokens of a file of any size, in windows. */
static int read_windows(struct reading *r)
{
    char *p = arena_alloc(r->it->arena, WINDOW_BYTES);
    size_t got = 0;
    int rc = p ? 0 : no_memory(r);
    for (uint64_t at = 0; !rc; at += got) {
        rc = item_read_at(r->it, at, p, WINDOW_BYTES, &got);
        if (rc)
            tell_partial(r, "could not be read again to find what it imports");
        if (rc || !got)
            break;
        imports_of_tokens(&r->found, r->language, str_n(p, got));
    }
    if (!rc && imports_end(&r->found))
        rc = no_memory(r);
    if (!rc)
        tell_partial(r, TOO_LARGE);
    tell(r, STR(""), 0, true);
    r->it->cache->roots = ROOTS_NONE; /* nothing more can be read of it, and that is told */
    return rc;
}

/* `text` is the part of `all` that begins at `before`. */
static int read_tokens(struct reading *r, struct str all, struct str text, size_t before,
                       const char *why)
{
    imports_done(&r->found);
    imports_begin(&r->found, r->it->catalog, r->language);
    imports_of_tokens(&r->found, r->language, text);
    int rc = imports_end(&r->found) ? no_memory(r) : 0;
    if (!rc)
        tell_partial(r, why);
    tell(r, all, before, false);
    r->it->cache->roots = ROOTS_NONE;
    return rc;
}

static int read_text(struct reading *r, struct str all, struct str text, size_t before)
{
    if (text.n > SYNTAX_BYTES)
        return read_tokens(r, all, text, before, TOO_LARGE);
    imports_begin(&r->found, r->it->catalog, r->language);
    size_t last = before ? 0 : (size_t)r->it->cache->import_last;
    int rc = r->it->syntax ? imports_of_tree(&r->found, r->it->syntax, r->language, text, last)
                           : E_UNSUPPORTED;
    if (rc == E_NOMEM)
        return no_memory(r);
    if (rc)
        return read_tokens(r, all, text, before, TOO_COSTLY);
    tell(r, all, before, false);
    return 0;
}

/* The code of a component stands between <script> and </script>. */
static int read_component(struct reading *r, struct str text)
{
    struct str script;
    size_t at = 0;
    int rc = 0;
    while (!rc && import_script(text, &at, &script)) {
        rc = read_text(r, text, script, (size_t)(script.p - text.p));
        imports_done(&r->found);
    }
    return rc;
}

static int run_code_imports(struct item *it, struct emit *e)
{
    struct reading r = {.it = it, .e = e, .language = import_grammar(it->path, it->head)};
    bool component = import_is_component(it->path);
    struct str text;
    int rc;
    if (!r.language)
        return 0;
    enum spent before = spent_on(it->spent, SPENT_CODE);
    if (!component && it->size > SYNTAX_BYTES && it->content == CONTENT_TEXT) {
        imports_begin(&r.found, it->catalog, r.language);
        rc = read_windows(&r);
    } else {
        rc = item_text(it, &text);
        if (!rc)
            rc = component ? read_component(&r, text) : read_text(&r, text, text, 0);
    }
    imports_done(&r.found);
    spent_on(it->spent, before);
    return rc ? rc : emit_result(e);
}

const struct detector DETECTOR_CODE_IMPORTS = {
    .id = "code-imports",
    .title = "AI packages that source code imports",
    .version = 1,
    .wants = wants_code_imports,
    .triggers = LITERAL_IMPORT,
    .need = ITEM_TEXT,
    .run = run_code_imports,
};

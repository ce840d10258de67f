/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides which lines of a CODEOWNERS file speak for a path: the last that matches, of each
 * section. Lines without a wildcard are found by the folders of the path, so that a file of
 * thousands of them costs a place no more than a short one does.
 */
#include "base/path.h"
#include "link/link_internal.h"

/* What decides how a pattern is compared, beside its text. */
enum { TIED = 1, FOLDER = 2 };

/* The text of a pattern without the slashes at its ends. */
static struct str text_of(struct str pattern, unsigned *ret_how)
{
    unsigned how = 0;
    if (str_starts(pattern, STR("/"))) {
        how |= TIED;
        pattern = str_sub(pattern, 1, pattern.n);
    }
    if (str_ends(pattern, STR("/"))) {
        how |= FOLDER;
        pattern = str_sub(pattern, 0, pattern.n - 1);
    }
    if (str_chr(pattern, '/', 0) != SIZE_MAX)
        how |= TIED;
    *ret_how = how;
    return pattern;
}

static bool has_wildcard(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '*' || s.p[i] == '?' || s.p[i] == '[')
            return true;
    return false;
}

static int rule_key(struct buf *key, unsigned how, struct str text)
{
    buf_clear(key);
    buf_addc(key, (char)('0' + how));
    buf_add(key, text);
    return buf_result(key);
}

/* One of a section stands for all with the same text: the last. */
static int add_literal(struct owner_file *file, unsigned how, struct str text, uint32_t rule)
{
    AUTO(buf) key = BUF_INIT;
    bool fresh;
    uint64_t *slot =
        rule_key(&key, how, text) ? NULL : map_put(&file->literals, buf_str(&key), &fresh);
    if (!slot)
        return E_NOMEM;
    struct owner_link *last = fresh ? NULL : &file->links.v[*slot];
    if (last && file->rules.v[last->rule].section == file->rules.v[rule].section) {
        last->rule = rule;
        return 0;
    }
    struct owner_link link = {.rule = rule, .before = fresh ? FACT_NONE : (uint32_t)*slot};
    *slot = file->links.n;
    return vec_push(&file->links, link);
}

int owner_rule_add(struct link *l, struct owner_file *file, const struct owner_rule *rule)
{
    struct owner_rule r = *rule;
    uint32_t index = (uint32_t)file->rules.n;
    unsigned how;
    file->literals.keys = &l->mem;
    file->sections += str_starts(r.pattern, STR("["));
    r.section = file->sections;
    int rc = vec_push(&file->rules, r);
    if (rc || !r.pattern.n || r.pattern.p[0] == '[')
        return rc;
    struct str text = text_of(r.pattern, &how);
    if (!text.n || has_wildcard(text))
        return vec_push(&file->globs, index);
    return add_literal(file, how, text, index);
}

void owner_rules_free(struct owner_file *file)
{
    vec_free(&file->rules);
    vec_free(&file->globs);
    vec_free(&file->links);
    map_done(&file->literals);
}

/* --- asking -------------------------------------------------------------------------------- */

static int take_literals(const struct owner_file *file, unsigned how, struct str text,
                         struct owner_hits *hits)
{
    AUTO(buf) key = BUF_INIT;
    if (rule_key(&key, how, text))
        return E_NOMEM;
    const uint64_t *slot = map_get(&file->literals, buf_str(&key));
    int rc = 0;
    for (uint32_t i = slot ? (uint32_t)*slot : FACT_NONE; i != FACT_NONE && !rc;
         i = file->links.v[i].before)
        rc = vec_push(hits, file->links.v[i].rule);
    return rc;
}

/* The path and each folder above it; what names only folders does not name the file itself. */
static int find_literals(const struct owner_file *file, struct str path, struct owner_hits *hits)
{
    int rc = 0;
    for (size_t end = path.n; end != SIZE_MAX && file->literals.n && !rc;
         end = end ? str_rchr(str_sub(path, 0, end), '/') : SIZE_MAX) {
        struct str head = str_sub(path, 0, end);
        rc = take_literals(file, TIED, head, hits);
        if (!rc)
            rc = take_literals(file, 0, path_base(head), hits);
        if (!rc && end != path.n)
            rc = take_literals(file, TIED | FOLDER, head, hits);
        if (!rc && end != path.n)
            rc = take_literals(file, FOLDER, path_base(head), hits);
    }
    return rc;
}

/* From the last: the others of a section in which one matched do not matter. */
static int find_globs(const struct owner_file *file, struct str path, struct owner_hits *hits)
{
    uint32_t done = FACT_NONE;
    int rc = 0;
    for (size_t i = file->globs.n; i-- > 0 && !rc;) {
        const struct owner_rule *r = &file->rules.v[file->globs.v[i]];
        if (r->section == done || !owner_pattern_match(r->pattern, path))
            continue;
        done = r->section;
        rc = vec_push(hits, file->globs.v[i]);
    }
    return rc;
}

static int by_line(const void *a, const void *b, void *ctx UNUSED)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

int owner_rules_find(const struct owner_file *file, struct str path, struct owner_hits *hits)
{
    size_t kept = 0;
    hits->n = 0;
    int rc = find_literals(file, path, hits);
    if (!rc)
        rc = find_globs(file, path, hits);
    if (!rc)
        rc = vec_sort(hits, by_line, NULL);
    for (size_t i = 0; i < hits->n && !rc; i++) {
        bool last = i + 1 == hits->n ||
                    file->rules.v[hits->v[i]].section != file->rules.v[hits->v[i + 1]].section;
        if (last)
            hits->v[kept++] = hits->v[i];
    }
    hits->n = kept;
    return rc;
}

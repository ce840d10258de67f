/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a member of an archive is called, and which ones the rules of the walk pass by. */
#include "base/path.h"
#include "discover/archives/members_internal.h"

/* What coverage calls them, as it does outside of archives. */
#define LINKS    "symbolic-links"
#define SPECIALS "special-files"

/* --- names -------------------------------------------------------------------------------- */

void member_path(struct buf *out, struct str raw, bool inside)
{
    struct str part;
    bool first = true;
    while (str_field(&raw, '/', &part)) {
        if (!part.n || str_eq_z(part, ".") || (inside && str_eq_z(part, "..")))
            continue;
        if (!first)
            buf_addc(out, '/');
        buf_add(out, part);
        first = false;
    }
}

struct str member_stem(struct str name)
{
    static const char *const ends[] = {"gz", "tgz", "bz2", "tbz", "tbz2",
                                       "xz", "txz", "zst", "tzst"};
    struct str ext = path_ext(name);
    for (size_t i = 0; i < ARRAY_LEN(ends) && ext.n + 1 < name.n; i++)
        if (str_eq_nocase(ext, str_z(ends[i])))
            return str_sub(name, 0, name.n - ext.n - 1);
    return name;
}

int level_name(struct level *l, const struct archive_member *m, struct named *ret)
{
    AUTO(buf) own = BUF_INIT;
    AUTO(buf) shown = BUF_INIT;
    struct str raw = m->nameless ? member_stem(l->name) : m->path;
    buf_add(&shown, l->where);
    member_path(&shown, raw, false);
    if (shown.n == l->where.n)
        buf_addz(&shown, "(no name)");
    member_path(&own, raw, true);
    /* Some writers for Windows have it the other way round. */
    for (size_t i = 0; i < own.n && str_chr(raw, '/', 0) == SIZE_MAX; i++)
        own.p[i] = own.p[i] == '\\' ? '/' : own.p[i];
    if (buf_result(&own) || buf_result(&shown))
        return E_NOMEM;
    ret->own = arena_str(&l->scratch, buf_str(&own));
    ret->shown = arena_str(&l->scratch, buf_str(&shown));
    return ret->own.p && ret->shown.p ? 0 : E_NOMEM;
}

/* --- rules -------------------------------------------------------------------------------- */

/* The rule that hides a folder of this archive or one above it. Rules see paths of the target. */
static int rule_of_folder(struct level *l, struct str folder)
{
    int rule = RULE_NONE;
    size_t base = l->base.n;
    buf_add(&l->base, folder);
    struct str all = buf_str(&l->base);
    for (size_t end = base; rule == RULE_NONE && end < all.n; end++) {
        end = MIN(str_chr(all, '/', end), all.n);
        rule = walk_rules_folder(l->m->open->rules, str_sub(all, 0, end));
    }
    buf_cut(&l->base, base);
    return rule;
}

static int rule_of_file(struct level *l, struct str path)
{
    size_t base = l->base.n;
    buf_add(&l->base, path);
    int rule = walk_rules_file(l->m->open->rules, buf_str(&l->base));
    buf_cut(&l->base, base);
    return rule;
}

/* Members of one folder mostly follow each other. */
static int rule_of(struct level *l, struct str path)
{
    const struct walk_rules *rules = l->m->open->rules;
    struct str folder = path_dir(path);
    if (!str_eq(folder, buf_str(&l->folder))) {
        buf_clear(&l->folder);
        buf_add(&l->folder, folder);
        l->rule = rule_of_folder(l, folder);
    }
    if (l->rule != RULE_NONE)
        return walk_rules_keeps(rules, l->rule, path_base(path)) ? RULE_NONE : l->rule;
    return rule_of_file(l, path);
}

bool level_hides(struct level *l, struct str path)
{
    int rule = l->rule_hits ? rule_of(l, path) : RULE_NONE;
    if (rule != RULE_NONE)
        l->rule_hits[rule]++;
    return rule != RULE_NONE;
}

/* In a path that begins a pattern these are no signs. */
static void add_escaped(struct buf *out, struct str path)
{
    for (size_t i = 0; i < path.n; i++)
        buf_addf(out, path.p[i] && strchr("*?[", path.p[i]) ? "[%c]" : "%c", path.p[i]);
}

static void tell_rule(struct level *l, const char *hides, uint64_t count, const char *reason)
{
    AUTO(buf) pattern = BUF_INIT;
    bool folder = !strpbrk(hides, "*?[") && strcmp(hides, LINKS) && strcmp(hides, SPECIALS);
    add_escaped(&pattern, l->where);
    buf_addf(&pattern, folder ? "**/%s/**" : "%s", hides);
    if (count)
        emit_rule(l->m->outer->emit, place_item(l->m->outer), buf_str(&pattern), count, reason);
}

void level_tell_rules(struct level *l)
{
    const struct walk_rules *rules = l->m->open->rules;
    for (int i = 0; l->rule_hits && i < walk_rules_count(rules); i++)
        if (!walk_rules_is_exclude(rules, i)) /* that has its row */
            tell_rule(l, walk_rules_hides(rules, i), l->rule_hits[i], walk_rules_reason(rules, i));
    tell_rule(l, LINKS, l->links, "links in archives are not followed");
    tell_rule(l, SPECIALS, l->specials, "pipes, sockets and devices hold no configuration");
}

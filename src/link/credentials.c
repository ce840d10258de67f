/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how a secret value in a file becomes a credential, who issued it, and what holds it. */
#include <sys/stat.h>

#include "base/path.h"
#include "link/link_internal.h"

static bool ends_with_any(struct str path, const char *const *ends)
{
    for (; *ends; ends++)
        if (str_ends(path, str_z(*ends)))
            return true;
    return false;
}

/* The file that holds it: a member of an archive, or the item; a commit is no file. */
static struct str holder_name(const struct linked_item *it, const struct fact *f)
{
    struct str member = f->at.member;
    if (str_starts(member, STR("commit:")) && str_find(member, STR("!/"), 0) == SIZE_MAX)
        member = STR("");
    return path_base(member.n ? member : it->path);
}

static const char *container_of(const struct linked_item *it, const struct fact *f)
{
    static const char *const source[] = {
        ".py",    ".js", ".jsx",  ".ts",  ".tsx", ".mjs", ".cjs",    ".go",  ".java", ".kt",
        ".cs",    ".rs", ".rb",   ".php", ".c",   ".h",   ".cc",     ".cpp", ".hpp",  ".swift",
        ".scala", ".sh", ".bash", ".ps1", ".lua", ".vue", ".svelte", NULL};
    static const char *const data[] = {".csv", ".tsv", ".jsonl", ".ndjson", ".log", ".sql", NULL};
    struct str base = holder_name(it, f);
    if (f->from != FACT_NONE) {
        enum kind k = it->facts.v[f->from].asset.kind;
        if (k == KIND_MCP_SERVER || k == KIND_AGENT_HOST)
            return "agent-config";
    }
    if (str_starts(base, STR(".env")) || str_ends(base, STR(".env")))
        return "environment-file";
    if (str_ends(base, STR(".ipynb")))
        return "notebook";
    if (ends_with_any(base, source))
        return "source";
    return ends_with_any(base, data) ? "data" : "other";
}

/* The key shape of an AI vendor that has this kind, or NULL (a password, a token of another). */
static const struct catalog_key *key_of(const struct catalog *c, struct str kind)
{
    for (int i = 0; i < c->n_keys; i++)
        if (str_eq_z(kind, c->keys[i].kind))
            return c->keys[i].entry >= 0 ? &c->keys[i] : NULL;
    return NULL;
}

/* "OpenAI key"; of a key that opens more than AI, what kind of key it is. */
static struct str name_of(struct link *l, const struct catalog_key *key)
{
    const struct catalog_kind *kind = catalog_kind(l->catalog, str_z(key->kind));
    if (key->shared && kind)
        return arena_str(&l->mem, str_z(kind->means));
    return arena_fmt(&l->mem, "%s key", l->catalog->entries[key->entry].name);
}

int service_of_entry(struct link *l, struct inventory *inv, const struct catalog_entry *e,
                     struct str row, const struct place *at, uint32_t *ret_handle)
{
    if (!e->service && e->provider)
        e = catalog_entry(l->catalog, str_z(e->provider));
    if (!e || !e->service)
        return E_NOTFOUND;
    struct attribute attrs[5];
    size_t n = 0;
    const struct {
        enum attr attr;
        const char *text;
    } rows[] = {{ATTR_SERVICE_PROVIDER, e->id},
                {ATTR_SERVICE_ROLE, e->category},
                {ATTR_SERVICE_COUNTRY, e->country},
                {ATTR_SERVICE_TRAINING_USE, e->training_use}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        attrs[n++] =
            (struct attribute){.attr = rows[i].attr,
                               .state = rows[i].text ? STATE_RESOLVED : STATE_UNRESOLVED,
                               .value = {.type = VALUE_STRING, .text = str_z(rows[i].text)},
                               .reason = rows[i].text ? STR("") : STR("the catalogue does not say"),
                               .at = *at};
    if (row.n)
        attrs[n++] = (struct attribute){.attr = ATTR_SERVICE_CATALOG_ROW,
                                        .state = STATE_RESOLVED,
                                        .value = {.type = VALUE_STRING, .text = row},
                                        .at = *at};
    struct observation o = {
        .kind = KIND_SERVICE, .name = str_z(e->name), .at = *at, .attrs = attrs, .n_attrs = n};
    int rc = link_observation(l, &o);
    return rc ? rc : inventory_add(inv, &o, ret_handle);
}

static struct attribute text_attr(enum attr a, struct str v, const struct place *at)
{
    return (struct attribute){.attr = a,
                              .state = v.n ? STATE_DECLARED : STATE_ABSENT,
                              .value = {.type = VALUE_STRING, .text = v},
                              .at = *at};
}

static struct attribute number_attr(enum attr a, enum value_type type, int64_t v,
                                    const struct place *at)
{
    return (struct attribute){
        .attr = a, .state = STATE_DECLARED, .value = {.type = type, .number = v}, .at = *at};
}

/* What a commit holds has no permissions of its own: its mode says only what it is. */
static void mode_attrs(const struct linked_item *it, struct str mode, const struct place *at,
                       struct attribute ret[2])
{
    const enum attr attrs[2] = {ATTR_CREDENTIAL_FILE_MODE, ATTR_CREDENTIAL_READABLE_BY_OTHERS};
    ret[0] = text_attr(attrs[0], mode, at);
    ret[1] = number_attr(attrs[1], VALUE_BOOLEAN, (it->mode & S_IROTH) != 0, at);
    for (size_t i = 0; i < 2 && !(it->mode & 07777); i++)
        ret[i] = (struct attribute){.attr = attrs[i],
                                    .state = STATE_UNRESOLVED,
                                    .reason = STR("a commit does not say who may read a file"),
                                    .at = *at};
}

/* A key that opens more than AI is one of AI where something says so; classify/ looks further. */
static struct attribute provider_attr(const struct fact *f, const struct catalog_key *key,
                                      const struct catalog_entry *issuer)
{
    if (!key->shared || f->sure)
        return text_attr(ATTR_CREDENTIAL_PROVIDER, str_z(issuer->id), &f->at);
    return (struct attribute){.attr = ATTR_CREDENTIAL_PROVIDER,
                              .state = STATE_UNRESOLVED,
                              .reason = STR("such a key opens more than AI"),
                              .at = f->at};
}

/* One secret of a known AI vendor. */
static int credential(struct link *l, struct inventory *inv, const struct linked_item *it,
                      const struct fact *f, const struct catalog_key *key)
{
    const struct catalog_entry *issuer = &l->catalog->entries[key->entry];
    const struct place *at = &f->at;
    struct str mode = arena_fmt(&l->mem, "%04o", (unsigned)(it->mode & 07777));
    struct str row = arena_fmt(&l->mem, "%s keys " STR_FMT, issuer->id, STR_ARG(f->value.kind));
    bool beside = false;
    int rc = pattern_beside(l, at, issuer->id, &beside);
    struct attribute attrs[] = {
        text_attr(ATTR_CREDENTIAL_CATALOG_ROW, row, at),
        text_attr(ATTR_CREDENTIAL_SECRET_KIND, f->value.kind, at),
        provider_attr(f, key, issuer),
        number_attr(ATTR_CREDENTIAL_BESIDE_PATTERN, VALUE_BOOLEAN, beside, at),
        number_attr(ATTR_CREDENTIAL_LENGTH, VALUE_INTEGER, f->value.length, at),
        text_attr(ATTR_CREDENTIAL_FINGERPRINT, f->value.fingerprint, at),
        text_attr(ATTR_CREDENTIAL_CONTAINER, str_z(container_of(it, f)), at),
        {0}, /* mode_attrs */
        {0},
    };
    mode_attrs(it, mode, at, attrs + ARRAY_LEN(attrs) - 2);
    struct observation o = {.kind = KIND_CREDENTIAL,
                            .name = name_of(l, key),
                            .at = *at,
                            .attrs = attrs,
                            .n_attrs = ARRAY_LEN(attrs)};
    uint32_t self, service;
    if (rc || !mode.p || !row.p || !o.name.p)
        return rc ? rc : arena_error(&l->mem);
    rc = link_observation(l, &o);
    if (!rc)
        rc = inventory_add(inv, &o, &self);
    if (!rc)
        rc = inventory_value(inv, self, &f->value);
    if (!rc)
        rc = owners_apply(l, inv, self, at);
    if (!rc && f->from != FACT_NONE)
        rc = inventory_relate(inv, it->handles[f->from], VERB_HOLDS, self, RELATION_DECLARED, at);
    if (rc || key->shared)
        return rc;
    rc = service_of_entry(l, inv, issuer, row, at, &service);
    if (!rc)
        rc = inventory_relate(inv, self, VERB_PROVIDED_BY, service, RELATION_DECLARED, at);
    return rc == E_NOTFOUND ? 0 : rc;
}

int credentials_of_item(struct link *l, struct inventory *inv, const struct linked_item *it)
{
    for (size_t i = 0; i < it->facts.n; i++) {
        const struct fact *f = &it->facts.v[i];
        if (f->type != FACT_VALUE)
            continue;
        int rc = 0;
        const struct catalog_key *key =
            f->value.class == DATA_SECRET ? key_of(l->catalog, f->value.kind) : NULL;
        if (key)
            rc = credential(l, inv, it, f, key);
        if (!rc && f->from != FACT_NONE)
            rc = inventory_value(inv, it->handles[f->from], &f->value);
        if (rc)
            return rc;
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which texts the prefilter looks for, and what each of them leads to. */
#include "base/path.h"
#include "catalog/compile_internal.h"

struct literals {
    VEC(struct catalog_literal);
};

static int order_literal(const void *a, const void *b, void *ctx UNUSED)
{
    return str_cmp(str_z(((const struct catalog_literal *)a)->text),
                   str_z(((const struct catalog_literal *)b)->text));
}

static int compare_literals(const void *a, const void *b)
{
    return order_literal(a, b, NULL);
}

/* Keys that have `text` among their keywords. */
static int literal_keys(struct compiler *c, struct catalog_literal *literal)
{
    int *keys = arena_new_n(c->a, int, c->keys.n + 1);

    if (!keys)
        return compile_no_memory(c);
    for (size_t k = 0; k < c->keys.n; k++) {
        bool has = false;
        for (int i = 0; c->keys.v[k].keywords[i]; i++)
            has |= !strcmp(c->keys.v[k].keywords[i], literal->text);
        if (has)
            keys[literal->n_keys++] = (int)k;
    }
    literal->keys = keys;
    return OK;
}

/* Names of images without their registry, which stands in a place of its own at times. */
static int image_literals(struct compiler *c, struct literals *all)
{
    int rc = OK;

    vec_each (row, &c->names) {
        struct image_name image;
        if (row->space != SPACE_IMAGE || !image_name_parse(str_z(row->name), &image))
            continue;
        const char *text = arena_z(c->a, image.path);
        rc = rc || !text ? E_NOMEM
                         : vec_push(all, ((struct catalog_literal){.text = text, .image = true}));
    }
    return rc;
}

#define MIN_PART 5 /* bytes: a shorter one stands everywhere */

/* How many patterns of hosts have a stretch without placeholder in them. */
static size_t hosts_with(struct compiler *c, struct str part)
{
    size_t n = 0;

    vec_each (row, &c->hosts)
        n += str_has(str_z(row->name), part);
    return n;
}

/* Of "bedrock.{region}.amazonaws.com" the stretch that the fewest others have: "bedrock." */
static struct str rarest_part(struct compiler *c, const char *name)
{
    struct str rest = str_z(name), best = STR("");
    size_t fewest = SIZE_MAX;

    while (rest.n) {
        size_t end = 0;
        while (end < rest.n && rest.p[end] != '{' && rest.p[end] != '*')
            end++;
        struct str part = str_sub(rest, 0, end);
        size_t n = part.n < MIN_PART ? SIZE_MAX - 1 : hosts_with(c, part);
        if (n < fewest || (n == fewest && part.n > best.n)) {
            fewest = n;
            best = part;
        }
        size_t close = end < rest.n && rest.p[end] == '{' ? str_chr(rest, '}', end) : end;
        rest = close == SIZE_MAX ? STR("") : str_sub(rest, close + 1, rest.n);
    }
    return best;
}

/* Hosts of APIs and ports of servers, and names of variables. */
static int address_literals(struct compiler *c, struct literals *all)
{
    int rc = OK;

    vec_each (row, &c->hosts) {
        if (rc || row->role != HOST_API)
            continue;
        const char *text = arena_z(c->a, rarest_part(c, row->name));
        rc =
            !text ? E_NOMEM : vec_push(all, ((struct catalog_literal){.text = text, .host = true}));
    }
    vec_each (row, &c->ports) {
        char port[8];
        snprintf(port, sizeof(port), ":%d", row->port);
        const char *text = arena_z(c->a, str_z(port));
        rc = rc || !text ? E_NOMEM
                         : vec_push(all, ((struct catalog_literal){.text = text, .host = true}));
    }
    vec_each (row, &c->names)
        if (!rc && row->space == SPACE_ENV)
            rc = vec_push(all, ((struct catalog_literal){.text = row->name, .env = true}));
    return rc;
}

static void merge_literal(struct catalog_literal *to, const struct catalog_literal *from)
{
    to->import |= from->import;
    to->image |= from->image;
    to->host |= from->host;
    to->env |= from->env;
}

/* The texts that the tables need, once each, in order. */
static int needed_literals(struct compiler *c, struct literals *all)
{
    int rc = OK;
    size_t n = 0;

    vec_each (k, &c->keys) {
        for (int i = 0; k->keywords[i] && !rc; i++)
            rc = vec_push(all, ((struct catalog_literal){.text = k->keywords[i]}));
    }
    vec_each (text, &c->import_literals)
        rc = rc ? rc : vec_push(all, ((struct catalog_literal){.text = *text, .import = true}));
    rc = rc ? rc : image_literals(c, all);
    rc = rc ? rc : address_literals(c, all);
    if (rc || vec_sort(all, order_literal, NULL))
        return compile_no_memory(c);
    for (size_t i = 0; i < all->n; i++) {
        if (n && !strcmp(all->v[n - 1].text, all->v[i].text))
            merge_literal(&all->v[n - 1], &all->v[i]);
        else
            all->v[n++] = all->v[i];
    }
    all->n = n;
    return OK;
}

/* The literals of the base keep their ids, for its database has them; others follow. */
static int behind_base(struct compiler *c, struct literals *all)
{
    struct literals both = {0};
    int rc = OK;

    for (int i = 0; !rc && i < c->base->n_compiled; i++)
        rc = vec_push(&both, ((struct catalog_literal){.text = c->base->literals[i].text}));
    for (size_t i = 0; !rc && i < all->n; i++) {
        struct catalog_literal *known = bsearch(&all->v[i], both.v, (size_t)c->base->n_compiled,
                                                sizeof(*both.v), compare_literals);
        if (known)
            merge_literal(known, &all->v[i]);
        else
            rc = vec_push(&both, all->v[i]);
    }
    vec_free(all);
    *all = both;
    return rc ? compile_no_memory(c) : OK;
}

int compile_literals(struct compiler *c, struct catalog *out)
{
    struct literals all = {0};
    int rc = needed_literals(c, &all);

    if (!rc && c->base)
        rc = behind_base(c, &all);
    for (size_t i = 0; !rc && i < all.n; i++)
        rc = literal_keys(c, &all.v[i]);
    if (!rc) {
        out->literals = compile_to_arena(c->a, all.v, all.n, sizeof(*all.v));
        out->n_literals = (int)all.n;
        rc = out->literals ? OK : compile_no_memory(c);
    }
    if (c->base) {
        out->n_compiled = c->base->n_compiled;
        out->literal_db = c->base->literal_db;
        out->literal_db_size = c->base->literal_db_size;
    }
    vec_free(&all);
    return rc;
}

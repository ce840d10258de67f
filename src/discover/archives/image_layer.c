/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which files of a layer are hidden by the layers above it. */
#include "base/path.h"
#include "discover/archives/image_internal.h"

enum claim {
    CLAIM_FILE = 1, /* a file, link or device: hides what is there, and what was below it */
    CLAIM_FOLDER,   /* hides a file of this name */
    CLAIM_WHITEOUT, /* ".wh.NAME": NAME and all below it are gone */
    CLAIM_OPAQUE,   /* ".wh..wh..opq": all below the folder is gone */
};

static uint64_t hash_of(struct str path, enum claim c)
{
    uint64_t h = str_hash(path, (uint64_t)c);
    return h ? h : 1;
}

bool is_whiteout(struct str path)
{
    return str_starts(path_base(path), STR(".wh."));
}

int claims_add(struct claims *c, struct str path, enum archive_type type)
{
    struct str base = path_base(path), dir = path_dir(path);
    AUTO(buf) gone = BUF_INIT;
    if (str_eq_z(base, ".wh..wh..opq"))
        return vec_push(c, hash_of(dir, CLAIM_OPAQUE));
    if (str_starts(base, STR(".wh..wh.")))
        return 0; /* notes of aufs */
    if (!is_whiteout(path))
        return vec_push(c,
                        hash_of(path, type == ARCHIVE_MEMBER_FOLDER ? CLAIM_FOLDER : CLAIM_FILE));
    path_join(&gone, dir, str_sub(base, 4, base.n));
    return buf_result(&gone) ? E_NOMEM : vec_push(c, hash_of(buf_str(&gone), CLAIM_WHITEOUT));
}

/* --- the layers above --------------------------------------------------------------------- */

static void put(uint64_t *table, size_t room, uint64_t h, size_t *n)
{
    size_t i = h & (room - 1);
    while (table[i] && table[i] != h)
        i = (i + 1) & (room - 1);
    *n += !table[i];
    table[i] = h;
}

static int grow(struct above *a, size_t more)
{
    size_t room = a->room ? a->room : 1024, n = 0;
    while (room < (a->n + more) * 2)
        room *= 2;
    if (room == a->room)
        return 0;
    uint64_t *table = mem_alloc(room * sizeof(*table));
    if (!table)
        return E_NOMEM;
    for (size_t i = 0; i < a->room; i++)
        if (a->table[i])
            put(table, room, a->table[i], &n);
    mem_free(a->table);
    a->table = table;
    a->room = room;
    return 0;
}

int above_add(struct above *a, const struct claims *c)
{
    int rc = grow(a, c->n);
    for (size_t i = 0; i < c->n && !rc; i++)
        put(a->table, a->room, c->v[i], &a->n);
    return rc;
}

void above_done(struct above *a)
{
    mem_free(a->table);
    *a = (struct above){0};
}

static bool has(const struct above *a, struct str path, enum claim c)
{
    uint64_t h = hash_of(path, c);
    if (!a->n)
        return false;
    for (size_t i = h & (a->room - 1);; i = (i + 1) & (a->room - 1)) {
        if (a->table[i] == h)
            return true;
        if (!a->table[i])
            return false;
    }
}

bool above_hides(const struct above *a, struct str path)
{
    if (has(a, path, CLAIM_FILE) || has(a, path, CLAIM_FOLDER) || has(a, path, CLAIM_WHITEOUT))
        return true;
    while (path.n) {
        path = path_dir(path);
        if (has(a, path, CLAIM_FILE) || has(a, path, CLAIM_WHITEOUT) || has(a, path, CLAIM_OPAQUE))
            return true;
    }
    return false;
}

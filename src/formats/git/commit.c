/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what of a commit counts, and where a history began. */
#include "formats/git/commit.h"

#define PARENT_LINE (strlen("parent ") + GIT_ID_HEX + 1)

/* "WORD ID\n" off the front. */
static bool take_id(struct str *rest, const char *word, struct git_id *ret)
{
    size_t n = strlen(word), line = n + GIT_ID_HEX;
    if (rest->n <= line || !str_starts(*rest, str_z(word)) || rest->p[line] != '\n' ||
        !git_id_parse(str_sub(*rest, n, line), ret))
        return false;
    *rest = str_sub(*rest, line + 1, rest->n);
    return true;
}

/* "committer NAME <MAIL> SECONDS ZONE": what stands behind the last '>'. */
static int64_t time_of(struct str rest)
{
    struct str line, seconds, zone;
    int64_t time;
    while (str_line(&rest, &line) && line.n) {
        if (!str_starts(line, STR("committer ")))
            continue;
        size_t end = str_rchr(line, '>');
        if (end == SIZE_MAX)
            return 0;
        str_cut(str_trim(str_sub(line, end + 1, line.n)), ' ', &seconds, &zone);
        return str_to_i64(seconds, &time) ? 0 : time;
    }
    return 0;
}

int gitcommit_parse(struct str data, struct gitcommit *ret)
{
    struct gitcommit c = {0};
    struct git_id parent;
    if (!take_id(&data, "tree ", &c.tree))
        return E_PARSE;
    struct str from = data;
    while (take_id(&data, "parent ", &parent))
        ;
    c.parents = str_sub(from, 0, from.n - data.n);
    c.time = time_of(data);
    *ret = c;
    return 0;
}

bool gitcommit_parent(const struct gitcommit *c, size_t i, struct git_id *ret)
{
    if (i >= c->parents.n / PARENT_LINE)
        return false;
    struct str rest = str_sub(c->parents, i * PARENT_LINE, c->parents.n);
    return take_id(&rest, "parent ", ret);
}

int gitcommit_read(struct gitrepo *r, const struct git_id *id, struct git_object *ret_object,
                   struct gitcommit *ret, struct diag *d)
{
    struct git_object o;
    int rc = gitrepo_read_as(r, id, GIT_COMMIT, &o, d);
    if (rc)
        return rc;
    rc = gitcommit_parse(o.data, ret);
    if (rc) {
        gitrepo_release(r, &o);
        return diag_set(d, rc, "object %.12s: not written as a commit is", git_id_hex(id).z);
    }
    *ret_object = o;
    return 0;
}

int gitcommit_root(struct gitrepo *r, const struct git_id *tip, struct git_id *ret, struct diag *d)
{
    struct git_id id = *tip, parent;
    for (uint32_t n = 0; n < gitrepo_limits(r)->commits; n++) {
        struct git_object o;
        struct gitcommit c;
        int rc = gitcommit_read(r, &id, &o, &c, d);
        if (rc)
            return rc;
        bool more = gitcommit_parent(&c, 0, &parent);
        gitrepo_release(r, &o);
        if (!more) {
            *ret = id;
            return 0;
        }
        if (gitrepo_ends_at(r, &id))
            return diag_set(d, E_NOTFOUND, "the clone is shallow: its first commit is not here");
        id = parent;
    }
    return diag_set(d, E_NOTFOUND, "its first commit lies more than %u commits back",
                    gitrepo_limits(r)->commits);
}

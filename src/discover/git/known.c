/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether HEAD of a repository stands where it stood in an earlier scan. */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/log.h"
#include "discover/build.gen.h"
#include "discover/git/known.h"

/* Changes with what is remembered. */
#define KEY "first commits 1, indexes 1"

void git_head_done(struct git_head *h)
{
    buf_done(&h->key);
}

static bool stamp_of(int folder, const char *name, struct file_stamp *ret)
{
    struct stat st;
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
        return false;
    *ret = file_stamp(&st);
    return true;
}

/* "ref: refs/heads/x", and what the file of that branch says. 1: it has none, it may be packed. */
static int read_branch(const struct git_place *p, struct str head, struct arena *mem,
                       struct str *ret)
{
    struct str name = str_trim(str_sub(head, strlen("ref:"), head.n));
    char *path = arena_z(mem, name);
    if (!path)
        return E_NOMEM;
    int rc = str_starts(name, STR("refs/heads/"))
                 ? git_place_line(p->folders.common, path, mem, ret)
                 : E_UNSUPPORTED;
    if (rc == E_NOTFOUND)
        return 1;
    return !rc && str_starts(*ret, STR("ref:")) ? E_UNSUPPORTED : rc;
}

static int write_key(struct git_head *h, const struct str *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_addf(&h->key, "%zu ", parts[i].n);
        buf_add(&h->key, parts[i]);
    }
    return buf_result(&h->key);
}

/* E_UNSUPPORTED or what reading says: it cannot be compared. */
static int read_head(const struct git_place *p, struct str folder, struct arena *mem,
                     struct git_head *h)
{
    struct str head, branch = STR("");
    struct file_stamp shallow;
    bool attached, packed;
    int rc = git_place_line(p->folders.git, "HEAD", mem, &head);
    if (rc)
        return rc;
    attached = str_starts(head, STR("ref:"));
    if (str_chr(head, '\0', 0) != SIZE_MAX || stamp_of(p->folders.common, "shallow", &shallow))
        return E_UNSUPPORTED;
    rc = attached ? read_branch(p, head, mem, &branch) : 0;
    packed = rc == 1;
    if (rc < 0)
        return rc;
    if (!(packed ? stamp_of(p->folders.common, "packed-refs", &h->stamp)
                 : stamp_of(p->folders.git, "HEAD", &h->stamp)))
        return E_UNSUPPORTED;
    return write_key(h, (const struct str[]){p->common, folder, head, branch}, 4);
}

/* Facts depend on who reads, too: DISCOVER_DIGEST changes with detectors. */
static int read_index(const struct git_place *p, struct str folder, struct git_head *h)
{
    if (!stamp_of(p->folders.git, "index", &h->stamp))
        return E_UNSUPPORTED;
    return write_key(h, (const struct str[]){STR(DISCOVER_DIGEST " index"), p->common, folder}, 3);
}

static int open_target(struct git_known *k, const struct target *t)
{
    AUTO(buf) root = BUF_INIT;
    struct diag d = {0};
    if (k->target == t)
        return 0;
    git_known_done(k, true);
    k->target = t;
    buf_addz(&root, "//git"); /* no folder has such a path */
    buf_add(&root, t->root);
    return buf_result(&root)
               ? E_NOMEM
               : cache_open(str_z(k->folder), buf_str(&root), STR(KEY), &k->cache, &d);
}

/* 1 and what was said of it; 0. */
static int find(struct git_known *k, const struct git_head *head, struct cached *ret)
{
    if (!cache_find(k->cache, buf_str(&head->key), &head->stamp, ret))
        return 0;
    int rc = cache_put(k->cache, buf_str(&head->key), &head->stamp, NULL, ret);
    return rc ? rc : 1;
}

int git_known_find(struct git_known *k, const struct target *t, struct str folder,
                   const struct git_place *p, struct git_head *head, struct str *ret_frame)
{
    AUTO(arena) mem = ARENA(0);
    struct cached was;
    if (!k->folder)
        return 0;
    int rc = open_target(k, t);
    if (!rc)
        rc = read_head(p, folder, &mem, head);
    if (rc) {
        buf_clear(&head->key);
        return rc == E_NOMEM ? rc : 0;
    }
    rc = find(k, head, &was);
    if (rc != 1)
        return rc;
    *ret_frame = was.frame;
    return was.frame.n > 0;
}

int git_known_find_index(struct git_known *k, const struct target *t, struct str folder,
                         const struct git_place *p, struct git_head *head, struct str *ret_frame)
{
    struct cached was;
    if (!k->folder)
        return 0;
    int rc = open_target(k, t);
    if (!rc)
        rc = read_index(p, folder, head);
    if (rc) {
        buf_clear(&head->key);
        return rc == E_NOMEM ? rc : 0;
    }
    rc = find(k, head, &was);
    if (rc == 1)
        *ret_frame = was.frame;
    return rc;
}

int git_known_put(struct git_known *k, const struct git_head *head, struct str frame)
{
    const struct cached now = {.frame = frame};
    return k->cache && head->key.n
               ? cache_put(k->cache, buf_str(&head->key), &head->stamp, NULL, &now)
               : 0;
}

void git_known_done(struct git_known *k, bool whole)
{
    struct diag d = {0};
    if (k->cache && whole && !k->part && cache_commit(k->cache, &d))
        log_debug("cache: %s: %s", d.file, d.text);
    k->cache = cache_close(k->cache);
    k->target = NULL;
}

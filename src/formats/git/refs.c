/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which commit a revision names, as gitrevisions(7) has it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/path.h"
#include "formats/git/commit.h"
#include "formats/git/repo_internal.h"

#define REF_BYTES    ((size_t)4096)
#define PACKED_BYTES ((size_t)128 << 20)
#define SYMREF_DEPTH 5 /* as git's SYMREF_MAXDEPTH */
#define TAG_DEPTH    16
#define REFS_MAX     100000u
#define REF_DEPTH    32u
#define MATCHES      32 /* objects with one short name that are looked at */
#define STEPS_MAX    1000000

/* --- references ---------------------------------------------------------------------------- */

/* What the reader itself relies on; the rest of git-check-ref-format(1) decides what git writes. */
static bool is_ref_name(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] < ' ' || name.p[i] == 0x7f)
            return false;
    return name.n && name.n < REF_BYTES && !str_has(name, STR("..")) && !str_has(name, STR("//"));
}

/* Each worktree has its own HEAD; branches and tags are common to all. */
static int folder_of(const struct gitrepo *r, struct str name)
{
    bool own = str_chr(name, '/', 0) == SIZE_MAX || str_starts(name, STR("refs/bisect/")) ||
               str_starts(name, STR("refs/worktree/")) || str_starts(name, STR("refs/rewritten/"));
    return own ? r->folders.git : r->folders.common;
}

/* Old repositories have a link where newer ones say "ref: NAME". */
static int read_link(int dir, struct str name, struct buf *ret)
{
    char to[512];
    AUTO(buf) base = BUF_INIT;
    struct str folder = path_dir(name);
    buf_add(&base, path_base(name));
    if (buf_result(&base))
        return E_NOMEM;
    int at = folder.n ? gitrepo_open_below(dir, folder, O_RDONLY | O_DIRECTORY) : dir;
    ssize_t n = at < 0 ? -1 : readlinkat(at, base.p, to, sizeof(to));
    if (at >= 0 && at != dir)
        close(at);
    struct str target = n > 0 ? str_n(to, (size_t)n) : STR("");
    if (!str_starts(target, STR("refs/")) || target.n == sizeof(to))
        return E_NOTFOUND;
    buf_addz(ret, "ref: ");
    buf_add(ret, target);
    return buf_result(ret);
}

/* A reference in packed-refs. */
static int find_packed(struct gitrepo *r, struct str name, struct git_id *ret, struct diag *d)
{
    AUTO(buf) text = BUF_INIT;
    int rc = gitrepo_small_file(r->folders.common, STR("packed-refs"), PACKED_BYTES, &text);
    if (rc == E_NOTFOUND)
        return rc;
    if (rc)
        return diag_set(d, rc, "packed-refs cannot be read (%s)", err_name(rc));
    struct str rest = buf_str(&text), line;
    while (str_line(&rest, &line)) {
        struct str id, word;
        if (str_cut(line, ' ', &id, &word) && str_eq(word, name) && git_id_parse(id, ret))
            return 0;
    }
    return E_NOTFOUND;
}

/* What stands in the file of a reference: a name, or "ref: " and another reference. */
static int read_ref(struct gitrepo *r, struct str name, struct buf *ret, struct diag *d)
{
    int dir = folder_of(r, name);
    int rc = gitrepo_small_file(dir, name, REF_BYTES, ret);
    if (rc == E_NOTFOUND || rc == E_NOMEM)
        return rc;
    if (rc == E_IO && (errno == ELOOP || errno == ENOTDIR)) {
        buf_clear(ret);
        rc = read_link(dir, name, ret);
    }
    return rc && rc != E_NOTFOUND && rc != E_NOMEM
               ? diag_set(d, rc, "the reference cannot be read (%s)", err_name(rc))
               : rc;
}

/* FETCH_HEAD has more behind it. */
static bool is_id(struct str content, struct git_id *ret)
{
    return git_id_parse(str_sub(content, 0, GIT_ID_HEX), ret) &&
           (content.n == GIT_ID_HEX || content.p[GIT_ID_HEX] == '\t');
}

/* `last`: the name of the reference that is no symbolic one. */
static int resolve_ref(struct gitrepo *r, struct str name, struct git_id *ret, struct buf *last,
                       struct diag *d)
{
    AUTO(buf) at = BUF_INIT;
    buf_add(&at, name);
    for (int depth = 0; depth <= SYMREF_DEPTH; depth++) {
        AUTO(buf) text = BUF_INIT;
        if (buf_result(&at))
            return buf_result(&at);
        if (!is_ref_name(buf_str(&at)))
            return depth ? diag_set(d, E_PARSE, "a reference names no reference") : E_NOTFOUND;
        if (last) {
            buf_clear(last);
            buf_add(last, buf_str(&at));
        }
        int rc = read_ref(r, buf_str(&at), &text, d);
        if (rc == E_NOTFOUND)
            return find_packed(r, buf_str(&at), ret, d);
        if (rc)
            return rc;
        struct str content = str_trim(buf_str(&text));
        if (!str_starts(content, STR("ref:")))
            return is_id(content, ret) ? 0 : diag_set(d, E_PARSE, "the reference is damaged");
        buf_clear(&at);
        buf_add(&at, str_trim(str_sub(content, 4, content.n)));
    }
    return diag_set(d, E_PARSE, "symbolic references lead in a circle");
}

int gitrepo_head(struct gitrepo *r, struct git_id *ret, struct buf *ret_branch, struct diag *d)
{
    AUTO(buf) name = BUF_INIT;
    int rc = resolve_ref(r, STR("HEAD"), ret, &name, d);
    struct str branch = buf_str(&name);
    if (str_starts(branch, STR("refs/heads/"))) {
        buf_clear(ret_branch);
        buf_add(ret_branch, str_sub(branch, strlen("refs/heads/"), branch.n));
    }
    if (rc == E_NOTFOUND)
        return diag_set(d, rc, "HEAD names no commit yet");
    return rc ? rc : buf_result(ret_branch);
}

/* --- all of them --------------------------------------------------------------------------- */

struct each {
    struct gitrepo *repo;
    gitrepo_ref_fn fn;
    void *ctx;
    size_t n;
};

static int give(struct each *e, const struct git_id *id)
{
    return e->n++ < REFS_MAX ? e->fn(e->ctx, id) : E_LIMIT;
}

/* A file below refs. What is no name of an object is a symbolic reference, or nothing. */
static int give_file(struct each *e, int dir, struct str name)
{
    AUTO(buf) text = BUF_INIT;
    struct git_id id;
    int rc = gitrepo_small_file(dir, name, REF_BYTES, &text);
    if (rc)
        return rc == E_NOMEM ? rc : 0;
    return is_id(str_trim(buf_str(&text)), &id) ? give(e, &id) : 0;
}

static int each_in(struct each *e, int at, const char *name, unsigned depth)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc = 0;
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return fd < 0 && errno == ENOENT ? 0 : E_IO;
    }
    for (struct dirent *d; !rc && (d = readdir(dir));) {
        struct str entry = str_z(d->d_name);
        if (str_eq_z(entry, ".") || str_eq_z(entry, ".."))
            continue;
        if (d->d_type == DT_DIR)
            rc = depth < REF_DEPTH ? each_in(e, fd, d->d_name, depth + 1) : E_LIMIT;
        else
            rc = give_file(e, fd, entry);
    }
    closedir(dir);
    return rc;
}

static int each_packed(struct each *e)
{
    AUTO(buf) text = BUF_INIT;
    int rc = gitrepo_small_file(e->repo->folders.common, STR("packed-refs"), PACKED_BYTES, &text);
    struct str rest = buf_str(&text), line;
    if (rc == E_NOTFOUND)
        return 0;
    while (!rc && str_line(&rest, &line)) {
        struct git_id id;
        if (git_id_parse(str_sub(line, 0, str_chr(line, ' ', 0)), &id))
            rc = give(e, &id);
    }
    return rc;
}

int gitrepo_each_ref(struct gitrepo *r, gitrepo_ref_fn fn, void *ctx, struct diag *d)
{
    struct each e = {.repo = r, .fn = fn, .ctx = ctx};
    AUTO(buf) branch = BUF_INIT;
    struct diag why = {0};
    struct git_id head;
    int rc = gitrepo_head(r, &head, &branch, &why);
    rc = !rc ? give(&e, &head) : rc == E_NOMEM ? rc : 0;
    if (!rc)
        rc = each_in(&e, r->folders.common, "refs", 0);
    if (!rc)
        rc = each_packed(&e);
    if (rc && d && !d->text[0])
        diag_set(d, rc, "the references of the repository could not all be read");
    return rc;
}

/* --- objects ------------------------------------------------------------------------------- */

static int no_such(struct str rev, struct diag *d)
{
    AUTO(buf) shown = BUF_INIT;
    path_show(&shown, rev);
    return diag_set(d, E_NOTFOUND, "no such revision: %s", shown.p);
}

int gitrepo_peel(struct gitrepo *r, struct git_id *id, struct diag *d)
{
    for (int depth = 0; depth < TAG_DEPTH; depth++) {
        struct git_object o;
        struct git_id next;
        struct str line;
        int rc = gitrepo_read(r, id, &o, d);
        if (rc)
            return rc;
        struct str rest = o.data;
        bool tag = o.type == GIT_TAG && str_line(&rest, &line) &&
                   str_starts(line, STR("object ")) &&
                   git_id_parse(str_sub(line, 7, line.n), &next);
        enum git_type type = o.type;
        gitrepo_release(r, &o);
        if (type == GIT_COMMIT)
            return 0;
        if (!tag)
            return diag_set(d, E_PARSE, "object %.12s is no commit", git_id_hex(id).z);
        *id = next;
    }
    return diag_set(d, E_LIMIT, "a tag of a tag of a tag, more than %d deep", TAG_DEPTH);
}

/* Of several objects with one short name, the only commit. */
static int find_short(struct gitrepo *r, struct str rev, struct git_id *ret, struct diag *d)
{
    struct git_id prefix, matches[MATCHES];
    size_t n = 0, commits = 0;
    if (rev.n < 4 || !git_id_parse_prefix(rev, &prefix))
        return no_such(rev, d);
    int rc = gitrepo_prefixed(r, &prefix, rev.n, matches, MATCHES, &n);
    if (rc)
        return diag_set(d, rc, "the objects of the repository cannot be listed");
    if (n == 1) {
        *ret = matches[0];
        return 0;
    }
    for (size_t i = 0; i < n && n < MATCHES; i++) {
        struct diag ignored = {0};
        struct git_id id = matches[i];
        rc = gitrepo_peel(r, &id, &ignored);
        if (rc == E_NOMEM)
            return diag_set(d, rc, "no memory to read an object");
        if (!rc) {
            *ret = matches[i];
            commits++;
        }
    }
    if (commits == 1)
        return 0;
    if (!n)
        return no_such(rev, d);
    diag_set(d, E_CONFLICT, "short and ambiguous: " STR_FMT, STR_ARG(rev));
    diag_hint(d, "give more digits");
    return E_CONFLICT;
}

static int find_name(struct gitrepo *r, struct str rev, struct git_id *ret, struct diag *d)
{
    static const char *const rules[][2] = {{"", ""},
                                           {"refs/", ""},
                                           {"refs/tags/", ""},
                                           {"refs/heads/", ""},
                                           {"refs/remotes/", ""},
                                           {"refs/remotes/", "/HEAD"}};
    if (git_id_parse(rev, ret))
        return 0;
    if (str_eq_z(rev, "@"))
        rev = STR("HEAD");
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        AUTO(buf) name = BUF_INIT;
        /* Only what stands for a reference lies beside HEAD. */
        if (!i && !str_has(rev, STR("HEAD")) && !str_starts(rev, STR("refs/")))
            continue;
        buf_addz(&name, rules[i][0]);
        buf_add(&name, rev);
        buf_addz(&name, rules[i][1]);
        int rc = buf_result(&name);
        if (!rc)
            rc = resolve_ref(r, buf_str(&name), ret, NULL, d);
        if (rc != E_NOTFOUND)
            return rc;
    }
    return find_short(r, rev, ret, d);
}

/* --- ~ and ^ ------------------------------------------------------------------------------- */

static int parent_of(struct gitrepo *r, struct git_id *id, uint64_t n, struct str rev,
                     struct diag *d)
{
    struct gitcommit c;
    struct git_object o;
    struct git_id parent;
    int rc = gitcommit_read(r, id, &o, &c, d);
    if (rc)
        return rc;
    bool found = gitcommit_parent(&c, n - 1, &parent);
    gitrepo_release(r, &o);
    if (found && !gitrepo_ends_at(r, id)) {
        *id = parent;
        return 0;
    }
    rc = no_such(rev, d);
    if (found)
        diag_hint(d, "the clone is shallow: its history ends before that");
    return rc;
}

static int not_understood(struct str rev, struct diag *d)
{
    AUTO(buf) shown = BUF_INIT;
    path_show(&shown, rev);
    diag_set(d, E_USAGE, "a revision of this form is not understood: %s", shown.p);
    diag_hint(d, "name a branch, a tag or a commit, with ~N or ^N behind it");
    return E_USAGE;
}

/* One of ~N, ^N, ^{commit} and ^{} off the front; N is 1 where it is left out. */
static bool take_suffix(struct str *rest, char *ret_what, uint64_t *ret_n)
{
    struct str s = *rest;
    char what = s.p[0];
    size_t n = 1;
    if (str_starts(s, STR("^{"))) {
        size_t end = str_chr(s, '}', 0);
        struct str word = str_sub(s, 2, end);
        *ret_what = '{';
        *rest = end == SIZE_MAX ? s : str_sub(s, end + 1, s.n);
        return end != SIZE_MAX && (!word.n || str_eq_z(word, "commit"));
    }
    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    *ret_what = what;
    *ret_n = 1;
    *rest = str_sub(s, n, s.n);
    return (what == '~' || what == '^') &&
           (n == 1 || (!str_to_u64(str_sub(s, 1, n), ret_n) && *ret_n <= STEPS_MAX));
}

static bool are_suffixes(struct str rest)
{
    char what;
    uint64_t n;
    while (rest.n)
        if (!take_suffix(&rest, &what, &n))
            return false;
    return true;
}

/* One suffix. */
static int step(struct gitrepo *r, struct str rev, struct str *rest, struct git_id *id,
                struct diag *d)
{
    char what;
    uint64_t n = 0;
    if (!take_suffix(rest, &what, &n))
        return not_understood(rev, d);
    int rc = gitrepo_peel(r, id, d);
    if (rc || what == '{' || !n)
        return rc;
    if (what == '^')
        return parent_of(r, id, n, rev, d);
    for (; n && !rc; n--)
        rc = parent_of(r, id, 1, rev, d);
    return rc;
}

int gitrepo_resolve(struct gitrepo *r, struct str rev, struct git_id *ret, struct diag *d)
{
    struct git_id id;
    size_t end = 0;
    while (end < rev.n && rev.p[end] != '~' && rev.p[end] != '^')
        end++;
    struct str name = str_sub(rev, 0, end), rest = str_sub(rev, end, rev.n);
    if (!name.n || name.p[0] == '-' || str_has(rev, STR("..")) || str_has(rev, STR("@{")) ||
        str_chr(rev, ':', 0) != SIZE_MAX || !are_suffixes(rest))
        return not_understood(rev, d);
    int rc = find_name(r, name, &id, d);
    if (rc == E_NOTFOUND && gitrepo_is_shallow(r))
        diag_hint(d, "the clone is shallow: fetch more of its history");
    while (!rc && rest.n)
        rc = step(r, rev, &rest, &id, d);
    if (!rc)
        rc = gitrepo_peel(r, &id, d);
    if (!rc)
        *ret = id;
    return rc;
}

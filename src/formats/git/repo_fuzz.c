/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decides whether any repository breaks the reader. The input is a list of files, each "KIND
 * LENGTH" (one byte, two bytes) and content:
 *
 *     h HEAD           c config        p packed-refs    s shallow       a objects/info/alternates
 *     r refs/heads/x   t refs/tags/y   i the index      k the pack      l a loose object, deflated
 *     C T B G          a commit, tree, blob or tag: stored under its right name
 *     K                the content of a pack: the index is made for what C T B G D R added so far
 *     D R              a delta for the pack, against the entry before, or by name against the first
 *
 * "@N" in a commit, tag or reference stands for the name of the Nth object, so that an input can
 * hold histories without knowing SHA-1. Trees are written as lines "MODE NAME @N".
 */
#include "formats/git/testing.h"
#include "formats/git/commit.h"
#include "formats/git/range.h"
#include "formats/git/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OBJECTS_MAX 64

struct world {
    struct testgit git;
    struct git_id ids[OBJECTS_MAX];
    size_t n;
    struct testpack pack;
    bool packing;
};

static struct testgit loaded; /* the library is loaded once */

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* "@N" becomes a name: forty digits, or twenty bytes in a tree. */
static void expand(const struct world *w, struct str text, bool raw, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        size_t n = i + 1 < text.n ? (size_t)(text.p[i + 1] - '0') : SIZE_MAX;
        if (text.p[i] != '@' || n >= w->n) {
            buf_addc(out, text.p[i]);
            continue;
        }
        i++;
        if (raw)
            buf_add(out, git_id_str(&w->ids[n]));
        else
            buf_addz(out, git_id_hex(&w->ids[n]).z);
    }
}

static void tree_text(const struct world *w, struct str text, struct buf *out)
{
    struct str line;
    while (str_line(&text, &line)) {
        size_t at = str_rchr(line, ' ');
        if (at == SIZE_MAX) {
            expand(w, line, true, out);
            continue;
        }
        buf_add(out, str_sub(line, 0, at));
        buf_addc(out, 0);
        expand(w, str_sub(line, at + 1, line.n), true, out);
    }
}

static void add_object(struct world *w, enum git_type type, struct str data)
{
    if (w->n == OBJECTS_MAX)
        return;
    w->ids[w->n++] =
        w->packing ? testpack_add(&w->pack, type, data) : testgit_object(&w->git, type, data);
}

static void add_delta(struct world *w, bool by_name, struct str delta)
{
    struct git_id id = {{0}};
    if (!w->packing || w->n == OBJECTS_MAX || !w->pack.n)
        return;
    SHA1((const unsigned char *)delta.p, delta.n, id.b);
    w->ids[w->n++] = id;
    if (by_name)
        testpack_ref(&w->pack, &w->pack.v[0].id, delta, &id);
    else
        testpack_ofs(&w->pack, w->pack.v[w->pack.n - 1].offset, delta, &id);
}

static void add_file(struct world *w, char kind, struct str bytes)
{
    static const struct {
        char kind;
        const char *name;
    } names[] = {{'h', "HEAD"},
                 {'c', "config"},
                 {'p', "packed-refs"},
                 {'s', "shallow"},
                 {'a', "objects/info/alternates"},
                 {'r', "refs/heads/x"},
                 {'t', "refs/tags/y"},
                 {'i', "objects/pack/pack-x.idx"},
                 {'k', "objects/pack/pack-x.pack"},
                 {'l', "objects/12/34567890123456789012345678901234567890"}};
    AUTO(buf) text = BUF_INIT;
    bool raw = kind == 'i' || kind == 'k' || kind == 'l';
    if (raw)
        buf_add(&text, bytes);
    else
        expand(w, bytes, false, &text);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].kind == kind)
            testgit_file(&w->git, names[i].name, buf_str(&text));
}

static void add(struct world *w, char kind, struct str bytes)
{
    AUTO(buf) text = BUF_INIT;
    switch (kind) {
    case 'C':
    case 'G':
        expand(w, bytes, false, &text);
        add_object(w, kind == 'C' ? GIT_COMMIT : GIT_TAG, buf_str(&text));
        break;
    case 'T':
        tree_text(w, bytes, &text);
        add_object(w, GIT_TREE, buf_str(&text));
        break;
    case 'B': add_object(w, GIT_BLOB, bytes); break;
    case 'D': add_delta(w, false, bytes); break;
    case 'R': add_delta(w, true, bytes); break;
    case 'K':
        if (w->packing)
            testpack_write(&w->git, &w->pack, "pack-made");
        w->packing = !w->packing;
        if (w->packing)
            testpack_init(&w->pack);
        break;
    default: add_file(w, kind, bytes);
    }
}

static int on_entry(void *ctx, const struct gitentry *e)
{
    unsigned *n = ctx;
    check((e->kind == GITENTRY_BAD) == (e->code != 0) && !e->code == !e->reason);
    check(e->kind == GITENTRY_BAD || (e->path.n && !gittree_bad_name(e->path)) ||
          str_chr(e->path, '/', 0) != SIZE_MAX);
    return ++*n % 3 == 0;
}

static int on_item(void *ctx, const struct gitrange_item *item)
{
    unsigned *n = ctx;
    check(item->kind != GITRANGE_GAP || item->entry.reason);
    ++*n;
    return 0;
}

static void walk(struct gitrepo *r, const struct git_id *base, const struct git_id *tip)
{
    struct git_object o;
    struct gitcommit c;
    struct git_id root;
    struct diag d = {0};
    unsigned n = 0, pages = 0;
    AUTO(buf) cursor = BUF_INIT;
    int rc = gitcommit_read(r, tip, &o, &c, &d);
    check(!rc == !d.text[0]);
    if (rc)
        return;
    gitrepo_release(r, &o);
    (void)!gitcommit_root(r, tip, &root, &d);
    do {
        rc = gittree_list(r, &c.tree, &cursor, on_entry, &n, &d);
        check(++pages < 2000);
    } while (!rc && cursor.n);
    struct gitrange *g = NULL;
    diag_clear(&d);
    rc = gitrange_new(r, base, tip, STR(""), &g, &d);
    while (!rc && (rc = gitrange_step(g, on_item, &n, &d)) == 1)
        rc = 0;
    check(!rc == !d.text[0]);
    gitrange_free(g);
}

static void read_all(const struct world *w)
{
    static const char *const revs[] = {"HEAD", "x", "y", "HEAD~2", "y^2", "x~1^{commit}", "1234"};
    struct gitrepo_limits lim = {
        .object = 1 << 16, .work = 1 << 20, .packs = 4, .commits = 100, .entries = 500, .depth = 8};
    struct git_id found[ARRAY_LEN(revs)];
    struct gitrepo *r;
    struct diag d = {0};
    size_t n = 0;
    int rc = testgit_open_with(&w->git, &lim, &r, &d);
    check(!rc == !d.text[0]);
    if (rc)
        return;
    for (size_t i = 0; i < ARRAY_LEN(revs); i++) {
        diag_clear(&d);
        rc = gitrepo_resolve(r, str_z(revs[i]), &found[n], &d);
        check(!rc == !d.text[0]);
        n += !rc;
    }
    for (size_t i = 0; i < w->n; i++) {
        struct git_object o;
        if (gitrepo_read(r, &w->ids[i], &o, &d))
            continue;
        struct git_id name = testgit_name(o.type, o.data);
        check(git_id_eq(&name, &w->ids[i]) && o.data.n <= lim.object);
        gitrepo_release(r, &o);
    }
    for (size_t i = 0; i < n; i++)
        walk(r, &found[n - 1], &found[i]);
    gitrepo_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const folders[] = {"/dev/shm", "/tmp"};
    struct world *w = mem_alloc(sizeof(*w));
    struct str in = str_n(data, MIN(size, (size_t)16384));
    if (!w)
        return 0;
    if (!loaded.lib.git_odb_new)
        testgit_load(&loaded);
    w->git.lib = loaded.lib;
    testgit_make_in(&w->git, folders[access(folders[0], W_OK) != 0]);
    while (in.n > 3) {
        size_t n = (size_t)(unsigned char)in.p[1] << 8 | (unsigned char)in.p[2];
        add(w, in.p[0], str_sub(in, 3, 3 + n));
        in = str_sub(in, 3 + n, in.n);
    }
    if (w->packing)
        add(w, 'K', STR(""));
    read_all(w);
    testgit_remove(&w->git);
    mem_free(w);
    return 0;
}

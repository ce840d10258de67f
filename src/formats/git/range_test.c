/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of commits: what they brought and took, merges, times that lie, histories cut off. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "formats/git/fixture.h"
#include "formats/git/commit.h"
#include "formats/git/range.h"
#include "formats/git/walk.h"

/* A commit whose files are "a=1 b=2": names of one letter and their content. */
static struct git_id commit(struct fix *f, const char *files, const struct git_id *parents,
                            size_t n, long time)
{
    AUTO(buf) tree = BUF_INIT;
    struct str rest = str_z(files), word;
    while (rest.n && str_field(&rest, ' ', &word)) {
        struct str name, content;
        str_cut(word, '=', &name, &content);
        struct git_id blob = testgit_object(&f->git, GIT_BLOB, content);
        testgit_entry(&tree, "100644", name, &blob);
    }
    struct git_id id = testgit_object(&f->git, GIT_TREE, buf_str(&tree));
    return testgit_commit(&f->git, &id, parents, n, time);
}

static struct git_id after(struct fix *f, const char *files, struct git_id parent, long time)
{
    return commit(f, files, &parent, 1, time);
}

struct seen {
    struct fix *fix;
    struct buf text;
    const struct git_id *names; /* of commits: shown as their number */
    size_t n;
};

static int on_item(void *ctx, const struct gitrange_item *item)
{
    static const char kinds[] = {'+', '-', '<', '!'};
    struct seen *s = ctx;
    buf_addc(&s->text, kinds[item->kind]);
    buf_add(&s->text, item->entry.path);
    if (item->kind == GITRANGE_PAST) {
        struct git_object o;
        int rc = gitrepo_read(s->fix->repo, &item->entry.id, &o, &s->fix->d);
        if (rc == E_NOMEM)
            return rc;
        assert_int_equal(rc, 0);
        buf_addf(&s->text, "=" STR_FMT, STR_ARG(o.data));
        gitrepo_release(s->fix->repo, &o);
        for (size_t i = 0; i < s->n; i++)
            if (git_id_eq(&s->names[i], &item->commit))
                buf_addf(&s->text, "@%zu", i);
    }
    if (item->kind == GITRANGE_GAP)
        buf_addf(&s->text, "(%s)", item->entry.reason);
    buf_addc(&s->text, ' ');
    return 0;
}

static void expect_range_under(struct fix *f, const struct git_id *c, size_t n, size_t base,
                               size_t tip, const char *under, const char *want)
{
    struct seen s = {.fix = f, .text = BUF_INIT, .names = c, .n = n};
    struct gitrange *g = NULL;
    int rc = gitrange_new(f->repo, &c[base], &c[tip], str_z(under), &g, &f->d);
    if (rc)
        print_error("%s\n", f->d.text);
    assert_int_equal(rc, 0);
    while ((rc = gitrange_step(g, on_item, &s, &f->d)) == 1)
        ;
    assert_int_equal(rc, 0);
    assert_string_equal(s.text.p, want);
    gitrange_free(g);
    buf_done(&s.text);
}

static void expect_range(struct fix *f, const struct git_id *c, size_t n, size_t base, size_t tip,
                         const char *want)
{
    expect_range_under(f, c, n, base, tip, "", want);
}

static void commits_are_read(void **state)
{
    struct fix *f = *state;
    struct git_id c = commit(f, "a=1", NULL, 0, 77), id;
    struct gitcommit got;
    struct git_object o;
    reopen(f);
    assert_int_equal(gitcommit_read(f->repo, &c, &o, &got, &f->d), 0);
    assert_int_equal(got.time, 77);
    assert_false(gitcommit_parent(&got, 0, &id));
    gitrepo_release(f->repo, &o);
    assert_int_equal(gitcommit_parse(STR("tree 123\n"), &got), E_PARSE);
    assert_int_equal(gitcommit_parse(STR(""), &got), E_PARSE);
    assert_int_equal(gitcommit_parse(STR("tree 0123456789abcdef0123456789abcdef01234567\n"
                                         "parent 0123456789abcdef0123456789abcdef01234567\n"
                                         "parent 1123456789abcdef0123456789abcdef01234567\n"
                                         "committer > > 99999999999999999999 x\n\nparent z\n"),
                                     &got),
                     0);
    assert_int_equal(got.time, 0);
    assert_true(gitcommit_parent(&got, 1, &id));
    assert_int_equal(id.b[0], 0x11);
    assert_false(gitcommit_parent(&got, 2, &id));
}

static void brought_changed_taken_and_past(void **state)
{
    struct fix *f = *state;
    struct git_id c[6];
    c[0] = commit(f, "a=1 b=1 c=1", NULL, 0, 10);
    c[1] = after(f, "a=secret b=1 c=1", c[0], 20);
    c[2] = after(f, "a=2 b=1 c=1 d=token", c[1], 30);
    c[3] = after(f, "a=2 b=1", c[2], 40);
    c[4] = after(f, "a=2 b=1 e=new", c[3], 50);
    c[5] = after(f, "a=2 b=1 e=new", c[4], 60);
    reopen(f);
    expect_range(f, c, 6, 0, 5, "+a -c +e <a=secret@1 <d=token@2 ");
    expect_range(f, c, 6, 3, 5, "+e ");
    expect_range(f, c, 6, 4, 5, "");
    expect_range(f, c, 6, 5, 5, "");
    /* Backwards there are no commits, yet the files differ. */
    expect_range(f, c, 6, 5, 0, "+a +c -e ");
}

static void content_that_moved_or_came_back_is_not_past(void **state)
{
    struct fix *f = *state;
    struct git_id c[5];
    c[0] = commit(f, "a=1 b=1", NULL, 0, 10);
    c[1] = after(f, "a=1 b=9 n=key", c[0], 20); /* b changes, n comes */
    c[2] = after(f, "a=1 b=1 m=key", c[1], 30); /* b is as it was, n is renamed to m */
    c[3] = after(f, "a=1 b=9 m=key", c[2], 40); /* b again: told once, at the oldest */
    c[4] = after(f, "a=1 b=1 m=key", c[3], 50);
    reopen(f);
    expect_range(f, c, 5, 0, 4, "+m <b=9@1 ");
}

/*
 *   0 --- 1 --- 3 --- 5      2 is a side branch; 3 merges it and adds x by hand; 4 merges an older
 *    \--- 2 ---/     /       branch that was begun before the base
 *     \-- 4 --------/
 */
static void merges(void **state)
{
    struct fix *f = *state;
    struct git_id c[6], parents[2];
    c[0] = commit(f, "a=1", NULL, 0, 10);
    c[1] = after(f, "a=2", c[0], 20);
    c[2] = after(f, "a=1 s=side", c[0], 21);
    parents[0] = c[1];
    parents[1] = c[2];
    c[3] = commit(f, "a=2 s=side x=evil", parents, 2, 30);
    c[4] = after(f, "a=1 o=key", c[0], 11);
    parents[0] = c[3];
    parents[1] = c[4];
    c[5] = commit(f, "a=2", parents, 2, 40);
    reopen(f);
    expect_range(f, c, 6, 0, 5, "+a <o=key@4 <s=side@2 <x=evil@3 ");
    expect_range(f, c, 6, 1, 5, "<o=key@4 <s=side@2 <x=evil@3 ");
    expect_range(f, c, 6, 3, 5, "-s -x <o=key@4 ");
}

static void times_that_lie_hide_no_commit(void **state)
{
    struct fix *f = *state;
    struct git_id c[5];
    c[0] = commit(f, "a=1", NULL, 0, 1000);
    c[1] = after(f, "a=1 b=1", c[0], 5);
    c[2] = after(f, "a=1 k=key", c[1], 1);
    c[3] = after(f, "a=3", c[2], 999999);
    c[4] = after(f, "a=4", c[3], -5);
    reopen(f);
    expect_range(f, c, 5, 1, 4, "+a -b <k=key@2 <a=3@3 ");
}

static void a_part_of_the_repository(void **state)
{
    struct fix *f = *state;
    struct git_id c[3], blob[3], tree[3];
    for (int i = 0; i < 3; i++) {
        char text[2] = {(char)('0' + i), 0};
        AUTO(buf) root = BUF_INIT;
        blob[i] = testgit_object(&f->git, GIT_BLOB, str_z(text));
        tree[i] = testgit_tree1(&f->git, "100644", "f", &blob[i]);
        testgit_entry(&root, "100644", STR("out"), &blob[i]);
        if (i)
            testgit_entry(&root, "40000", STR("src"), &tree[i]);
        struct git_id id = testgit_object(&f->git, GIT_TREE, buf_str(&root));
        c[i] = testgit_commit(&f->git, &id, i ? &c[i - 1] : NULL, i ? 1 : 0, i);
    }
    struct gitrange *g;
    reopen(f);
    expect_range_under(f, c, 3, 0, 2, "src", "+f <f=1@1 ");
    expect_range(f, c, 3, 0, 2, "+out +src/f <out=1@1 ");
    assert_int_equal(gitrange_new(f->repo, &c[0], &c[2], STR("none"), &g, &f->d), E_NOTFOUND);
}

static void what_cannot_be_read_is_a_gap(void **state)
{
    struct fix *f = *state;
    struct git_id c[4], lost_parent = testgit_name(GIT_COMMIT, STR("lost"));
    struct git_id lost_tree = testgit_name(GIT_TREE, STR("lost")), both[2];
    c[0] = commit(f, "a=1", NULL, 0, 10);
    c[1] = testgit_commit(&f->git, &lost_tree, &c[0], 1, 20);
    both[0] = c[1];
    both[1] = lost_parent;
    c[2] = commit(f, "a=2 b=key", both, 2, 30);
    c[3] = after(f, "a=2", c[2], 40);
    struct seen s = {.fix = f, .text = BUF_INIT, .names = c, .n = 4};
    struct gitrange *g;
    int rc;
    reopen(f);
    assert_int_equal(gitrange_new(f->repo, &c[0], &c[3], STR(""), &g, &f->d), 0);
    assert_int_equal(gitrange_commits(g), 3);
    while ((rc = gitrange_step(g, on_item, &s, &f->d)) == 1)
        ;
    assert_int_equal(rc, 0);
    gitrange_free(g);
    assert_non_null(strstr(s.text.p, "!(object "));
    assert_non_null(strstr(s.text.p, "+a "));
    assert_non_null(strstr(s.text.p, "<b=key@2 "));
    buf_done(&s.text);
    assert_int_equal(gitrange_new(f->repo, &lost_parent, &c[3], STR(""), &g, &f->d), E_NOTFOUND);
}

static void a_shallow_clone_is_a_gap(void **state)
{
    struct fix *f = *state;
    struct git_id c[3], lost = testgit_name(GIT_COMMIT, STR("lost")), root;
    AUTO(buf) line = BUF_INIT;
    c[0] = commit(f, "a=1", NULL, 0, 10);
    c[1] = after(f, "a=1 b=key", lost, 20);
    c[2] = after(f, "a=2", c[1], 30);
    buf_addf(&line, "%s\n", git_id_hex(&c[1]).z);
    testgit_file(&f->git, "shallow", buf_str(&line));
    reopen(f);
    expect_range(f, c, 3, 0, 2,
                 "!(history: the clone is shallow; what came before its first commit is not "
                 "here) +a <b=key@1 ");
    assert_int_equal(gitcommit_root(f->repo, &c[2], &root, &f->d), E_NOTFOUND);
    assert_non_null(strstr(f->d.text, "shallow"));
    assert_int_equal(gitcommit_root(f->repo, &c[0], &root, &f->d), 0);
    assert_true(git_id_eq(&root, &c[0]));
}

static void the_first_commit_is_that_of_the_own_line(void **state)
{
    struct fix *f = *state;
    struct git_id own = commit(f, "a=1", NULL, 0, 1000), foreign = commit(f, "l=1", NULL, 0, 1);
    struct git_id next = after(f, "a=2", own, 1001), both[2] = {next, foreign}, root;
    struct git_id tip = commit(f, "a=2 l=1", both, 2, 1002);
    reopen(f);
    assert_int_equal(gitcommit_root(f->repo, &tip, &root, &f->d), 0);
    assert_true(git_id_eq(&root, &own));
}

static void what_still_belongs_to_a_history(void **state)
{
    struct fix *f = *state;
    struct git_id a = commit(f, "a=1", NULL, 0, 1), b = after(f, "a=2", a, 2);
    struct git_id other = after(f, "a=3", a, 3);
    char prefixes[3][13];
    struct str names[3];
    bool ret[3];
    const struct git_id *ids[3] = {&a, &b, &other};
    for (int i = 0; i < 3; i++) {
        snprintf(prefixes[i], sizeof(prefixes[i]), "%.12s", git_id_hex(ids[i]).z);
        names[i] = str_z(prefixes[i]);
    }
    reopen(f);
    assert_int_equal(gitwalk_reaches(f->repo, &b, names, 3, ret, &f->d), 0);
    assert_true(ret[0] && ret[1] && !ret[2]);
    assert_int_equal(gitwalk_reaches(f->repo, &other, names, 3, ret, &f->d), 0);
    assert_true(ret[0] && !ret[1] && ret[2]);
    names[0] = STR("no name");
    assert_int_equal(gitwalk_reaches(f->repo, &b, names, 1, ret, &f->d), 0);
    assert_false(ret[0]);
}

static void any_reference_keeps_a_commit(void **state)
{
    struct fix *f = *state;
    struct git_id a = commit(f, "a=1", NULL, 0, 1), b = after(f, "a=2", a, 2);
    struct git_id c = after(f, "a=3", a, 3), lost = after(f, "a=4", a, 4);
    struct git_id blob = testgit_name(GIT_BLOB, STR("1"));
    AUTO(buf) tag = BUF_INIT;
    AUTO(buf) packed = BUF_INIT;
    char prefixes[4][13];
    struct str names[4];
    bool ret[4];
    const struct git_id *ids[4] = {&a, &b, &c, &lost};
    for (int i = 0; i < 4; i++) {
        snprintf(prefixes[i], sizeof(prefixes[i]), "%.12s", git_id_hex(ids[i]).z);
        names[i] = str_z(prefixes[i]);
    }
    buf_addf(&tag, "object %s\ntype commit\ntag t\n", git_id_hex(&c).z);
    struct git_id tag_id = testgit_object(&f->git, GIT_TAG, buf_str(&tag));
    buf_addf(&packed, "# pack-refs with: peeled\n%s refs/tags/t\n^%s\n", git_id_hex(&tag_id).z,
             git_id_hex(&c).z);
    testgit_ref(&f->git, "refs/heads/deep/er/main", &b);
    testgit_ref(&f->git, "refs/tags/of-a-blob", &blob);
    testgit_file(&f->git, "refs/remotes/o/HEAD", STR("ref: refs/remotes/o/main\n"));
    testgit_file(&f->git, "packed-refs", buf_str(&packed));
    reopen(f);
    assert_int_equal(gitwalk_reaches(f->repo, NULL, names, 4, ret, &f->d), 0);
    assert_true(ret[0] && ret[1] && ret[2] && !ret[3]);
    /* What cannot be followed to its end proves nothing. */
    struct git_id gone = testgit_name(GIT_COMMIT, STR("gone"));
    testgit_ref(&f->git, "refs/heads/broken", &gone);
    assert_int_equal(gitwalk_reaches(f->repo, NULL, names, 4, ret, &f->d), E_LIMIT);
    assert_true(f->d.text[0]);
}

/* --- long histories ------------------------------------------------------------------------ */

/* A hundred thousand commits in one pack, made without writing each of them to a file. */
static size_t long_history(struct fix *f, struct git_id *tip)
{
    enum { COMMITS = 100000 };
    static struct {
        struct git_id id;
        uint64_t offset;
    } v[COMMITS + 1];
    struct testpack p;
    AUTO(buf) index = BUF_INIT;
    testpack_init(&p);
    struct git_id tree = testpack_add(&p, GIT_TREE, STR("")), id = {{0}};
    v[0].id = p.v[0].id;
    v[0].offset = p.v[0].offset;
    for (size_t i = 0; i < COMMITS; i++) {
        AUTO(buf) text = BUF_INIT;
        testgit_commit_text(&text, &tree, &id, i > 0, (long)i);
        p.n = 0;
        id = testpack_add(&p, GIT_COMMIT, buf_str(&text));
        v[i + 1].id = id;
        v[i + 1].offset = p.v[0].offset;
    }
    qsort(v, COMMITS + 1, sizeof(v[0]), testpack_cmp);
    for (int i = 0; i < 4; i++)
        p.bytes.p[8 + i] = (char)((COMMITS + 1) >> (24 - 8 * i));
    unsigned char sum[GIT_ID_BYTES];
    SHA1((const unsigned char *)p.bytes.p, p.bytes.n, sum);
    buf_add(&p.bytes, str_n(sum, sizeof(sum)));
    buf_add(&index, STR("\377tOc\0\0\0\2"));
    for (unsigned byte = 0, n = 0; byte < 256; byte++) {
        while (n <= COMMITS && v[n].id.b[0] <= byte)
            n++;
        testpack_be32(&index, n);
    }
    for (size_t i = 0; i <= COMMITS; i++)
        buf_add(&index, git_id_str(&v[i].id));
    buf_pad(&index, 0, 4 * (COMMITS + 1));
    for (size_t i = 0; i <= COMMITS; i++)
        testpack_be32(&index, (uint32_t)v[i].offset);
    buf_add(&index, str_n(sum, sizeof(sum)));
    buf_pad(&index, 0, GIT_ID_BYTES);
    testgit_file(&f->git, "objects/pack/pack-long.pack", buf_str(&p.bytes));
    testgit_file(&f->git, "objects/pack/pack-long.idx", buf_str(&index));
    buf_done(&p.bytes);
    *tip = id;
    return COMMITS;
}

static void long_histories_are_bounded(void **state)
{
    struct fix *f = *state;
    struct git_id tip, root, base;
    struct gitrepo_limits lim = gitrepo_limits_default();
    size_t n = long_history(f, &tip);
    testgit_ref(&f->git, "refs/heads/main", &tip);
    reopen(f);
    assert_int_equal(gitcommit_root(f->repo, &tip, &root, &f->d), 0);
    assert_int_equal(gitrepo_resolve(f->repo, STR("main~99999"), &base, &f->d), 0);
    assert_true(git_id_eq(&root, &base));
    struct gitwalk w;
    gitwalk_init(&w, f->repo);
    assert_int_equal(gitwalk_range(&w, &base, &tip, &f->d), 0);
    assert_int_equal(w.range.n, n - 1);
    assert_int_equal(w.gaps.n, 0);
    gitwalk_done(&w);
    f->repo = gitrepo_close(f->repo);

    lim.commits = 1000;
    assert_int_equal(testgit_open_with(&f->git, &lim, &f->repo, &f->d), 0);
    assert_int_equal(gitcommit_root(f->repo, &tip, &root, &f->d), E_NOTFOUND);
    assert_non_null(strstr(f->d.text, "more than 1000 commits back"));
    gitwalk_init(&w, f->repo);
    assert_int_equal(gitwalk_range(&w, &base, &tip, &f->d), 0);
    assert_true(w.range.n >= 900 && w.range.n <= 1000);
    assert_int_equal(w.gaps.n, 1);
    assert_true(str_has(w.gaps.v[0], STR("more than 1000 commits")));
    gitwalk_done(&w);
}

static void memory_may_run_out_anywhere(void **state)
{
    struct fix *f = *state;
    struct git_id c[3];
    c[0] = commit(f, "a=1", NULL, 0, 10);
    c[1] = after(f, "a=key b=1", c[0], 20);
    c[2] = after(f, "a=2 b=1", c[1], 30);
    reopen(f);
    for (size_t n = 1, done = 0; !done; n++) {
        struct gitrange *g = NULL;
        struct seen s = {.fix = f, .text = BUF_INIT};
        assert_true(n < 1000);
        mem_fail_after(n);
        int rc = gitrange_new(f->repo, &c[0], &c[2], STR(""), &g, &f->d);
        while (!rc && (rc = gitrange_step(g, on_item, &s, &f->d)) == 1)
            rc = 0;
        mem_fail_after(0);
        assert_true(!rc || rc == E_NOMEM);
        done = !rc && !s.text.error && strcmp(s.text.p, "+a +b <a=key ") == 0;
        gitrange_free(g);
        buf_done(&s.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(commits_are_read),
        T(brought_changed_taken_and_past),
        T(content_that_moved_or_came_back_is_not_past),
        T(merges),
        T(times_that_lie_hide_no_commit),
        T(a_part_of_the_repository),
        T(what_cannot_be_read_is_a_gap),
        T(a_shallow_clone_is_a_gap),
        T(the_first_commit_is_that_of_the_own_line),
        T(what_still_belongs_to_a_history),
        T(any_reference_keeps_a_commit),
        T(long_histories_are_bounded),
        T(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

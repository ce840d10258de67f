/* SPDX-License-Identifier: Apache-2.0 */
/* Where repositories lie: worktrees, submodules, bare ones; and files ".git" that lie. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "discover/git/place.h"

struct fix {
    char root[64];
    char name[128]; /* of the target */
    struct target target;
    struct git_place place;
    struct diag d;
};

static int setup(void **state)
{
    struct fix *f = mem_alloc(sizeof(*f));
    assert_non_null(f);
    snprintf(f->root, sizeof(f->root), "/tmp/stance-place.XXXXXX");
    assert_non_null(mkdtemp(f->root));
    f->place = (struct git_place)GIT_PLACE_INIT;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fix *f = *state;
    git_place_done(&f->place);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", f->root, (char *)NULL);
        _exit(1);
    }
    waitpid(pid, NULL, 0);
    mem_free(f);
    return 0;
}

/* A file and the folders above it; a name that ends in '/' is a folder. */
static void make(struct fix *f, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", f->root, name);
    for (char *p = path + strlen(f->root) + 1; (p = strchr(p, '/')); p++) {
        *p = 0;
        mkdir(path, 0755);
        *p = '/';
    }
    if (path[strlen(path) - 1] == '/')
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void repository(struct fix *f, const char *folder)
{
    static const char *const names[] = {"HEAD", "objects/", "refs/"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char name[256];
        snprintf(name, sizeof(name), "%s/%s", folder, names[i]);
        make(f, name, "ref: refs/heads/main\n");
    }
}

static void target(struct fix *f, const char *name)
{
    snprintf(f->name, sizeof(f->name), "%s%s%s", f->root, *name ? "/" : "", name);
    f->target = (struct target){.given = STR("t"), .root = str_z(f->name), .name = STR("t")};
}

static bool same_folder(const struct fix *f, int fd, const char *name)
{
    char path[512];
    struct stat a, b;
    snprintf(path, sizeof(path), "%s/%s", f->root, name);
    return !stat(path, &a) && !fstat(fd, &b) && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static void expect(struct fix *f, const char *git, const char *common, const char *under)
{
    diag_clear(&f->d);
    int rc = git_place_of_target(&f->target, &f->place, &f->d);
    if (rc)
        print_error("%s\n", f->d.text);
    assert_int_equal(rc, 0);
    assert_true(same_folder(f, f->place.folders.git, git));
    assert_true(same_folder(f, f->place.folders.common, common));
    assert_true(str_eq_z(f->place.under, under));
}

static void expect_error(struct fix *f, int code, const char *text)
{
    diag_clear(&f->d);
    assert_int_equal(git_place_of_target(&f->target, &f->place, &f->d), code);
    if (!strstr(f->d.text, text))
        print_error("%s\n", f->d.text);
    assert_non_null(strstr(f->d.text, text));
}

static void in_at_and_above_the_target(void **state)
{
    struct fix *f = *state;
    repository(f, "app/.git");
    make(f, "app/src/bot/x", "");
    repository(f, "bare.git");
    target(f, "app");
    expect(f, "app/.git", "app/.git", "");
    assert_int_equal(f->place.up, 0);
    target(f, "app/src/bot");
    expect(f, "app/.git", "app/.git", "src/bot");
    assert_int_equal(f->place.up, 2);
    target(f, "bare.git");
    expect(f, "bare.git", "bare.git", "");
    assert_true(f->place.bare);
    target(f, "bare.git/objects"); /* a part of a bare repository is none */
    expect_error(f, E_NOTFOUND, "not a git repository");
}

static void linked_worktrees(void **state)
{
    struct fix *f = *state;
    char text[256];
    repository(f, "app/.git");
    make(f, "app/.git/worktrees/side/HEAD", "x");
    snprintf(text, sizeof(text), "%s/side/.git\n", f->root);
    make(f, "app/.git/worktrees/side/gitdir", text);
    snprintf(text, sizeof(text), "gitdir: %s/app/.git/worktrees/side\n", f->root);
    make(f, "side/.git", text);
    make(f, "side/src/x", "");
    target(f, "side");
    expect(f, "app/.git/worktrees/side", "app/.git", "");
    target(f, "side/src");
    expect(f, "app/.git/worktrees/side", "app/.git", "src");
    /* Another folder that names it is not believed... */
    make(f, "liar/.git", text);
    target(f, "liar");
    expect_error(f, E_UNSUPPORTED, "does not lie where git would put it");
    /* ...but what lies in the target may name what lies in the target. */
    target(f, "");
    assert_int_equal(git_place_at(&f->target, STR("liar"), &f->place, &f->d), 0);
    assert_true(same_folder(f, f->place.folders.common, "app/.git"));
}

static void worktrees_of_a_bare_repository(void **state)
{
    struct fix *f = *state;
    char text[256];
    repository(f, "app.git");
    snprintf(text, sizeof(text), "%s/wt/.git\n", f->root);
    make(f, "app.git/worktrees/wt/gitdir", text);
    snprintf(text, sizeof(text), "gitdir: %s/app.git/worktrees/wt\n", f->root);
    make(f, "wt/.git", text);
    target(f, "wt");
    expect(f, "app.git/worktrees/wt", "app.git", "");
}

static void submodules(void **state)
{
    struct fix *f = *state;
    repository(f, "super/.git/modules/lib");
    make(f, "super/lib/.git", "gitdir: ../.git/modules/lib\n");
    make(f, "super/lib/src/x", "");
    repository(f, "super/.git/modules/lib/modules/deep");
    make(f, "super/lib/deep/.git", "gitdir: ../../.git/modules/lib/modules/deep\n");
    repository(f, "other/.git/modules/lib");
    make(f, "super/thief/.git", "gitdir: ../../other/.git/modules/lib\n");
    target(f, "super/lib");
    expect(f, "super/.git/modules/lib", "super/.git/modules/lib", "");
    target(f, "super/lib/src");
    expect(f, "super/.git/modules/lib", "super/.git/modules/lib", "src");
    target(f, "super/lib/deep");
    expect(f, "super/.git/modules/lib/modules/deep", "super/.git/modules/lib/modules/deep", "");
    target(f, "super/thief");
    expect_error(f, E_UNSUPPORTED, "does not lie where git would put it");
    target(f, "super");
    assert_int_equal(git_place_at(&f->target, STR("lib"), &f->place, &f->d), 0);
    assert_true(same_folder(f, f->place.folders.git, "super/.git/modules/lib"));
}

static void files_that_name_other_places(void **state)
{
    static const char *const lies[] = {
        "gitdir: /etc",
        "gitdir: ../../../../../../../../etc",
        "gitdir: /proc/self",
        "gitdir: /",
        "gitdir: /tmp/../etc/.git/worktrees/x",
        "gitdir: .",
        "gitdir:",
        "gitdir: \n/etc",
        "",
        "[core]",
    };
    struct fix *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
        make(f, "app/.git", lies[i]);
        target(f, "app");
        diag_clear(&f->d);
        assert_int_equal(git_place_of_target(&f->target, &f->place, &f->d), E_UNSUPPORTED);
        assert_true(f->d.text[0]);
    }
}

static void links_on_the_way(void **state)
{
    struct fix *f = *state;
    char from[256], to[256];
    repository(f, "real/.git");
    make(f, "app/x", "");
    snprintf(from, sizeof(from), "%s/real/.git", f->root);
    snprintf(to, sizeof(to), "%s/app/.git", f->root);
    assert_int_equal(symlink(from, to), 0);
    target(f, "app");
    expect_error(f, E_UNSUPPORTED, "neither a folder nor names one");
    unlink(to);
    make(f, "app/.git", "gitdir: ../app/link/.git");
    snprintf(from, sizeof(from), "%s/real", f->root);
    snprintf(to, sizeof(to), "%s/app/link", f->root);
    assert_int_equal(symlink(from, to), 0);
    expect_error(f, E_UNSUPPORTED, "does not lie where git would put it");
}

static void other_accounts(void **state)
{
    struct fix *f = *state;
    if (geteuid() != 0)
        skip(); /* only root can give files away */
    repository(f, ".git");
    make(f, "app/x", "");
    char path[256];
    snprintf(path, sizeof(path), "%s/.git", f->root);
    assert_int_equal(chown(path, 12345, 12345), 0);
    target(f, "app");
    expect_error(f, E_UNSUPPORTED, "another account");
    snprintf(path, sizeof(path), "%s/app", f->root);
    assert_int_equal(chown(path, 12345, 12345), 0);
    expect(f, ".git", ".git", "app"); /* whose the target is */
}

static void alternates_below_the_target(void **state)
{
    struct fix *f = *state;
    struct str lines[] = {STR("../../../base/.git/objects"), STR("/etc"),
                          STR("../../../base/.git")};
    repository(f, "app/.git");
    repository(f, "base/.git");
    target(f, "");
    assert_int_equal(git_place_at(&f->target, STR("app"), &f->place, &f->d), 0);
    assert_int_equal(git_place_alternates(&f->target, &f->place, lines, ARRAY_LEN(lines)), 0);
    assert_int_equal(f->place.folders.n_alternates, 1); /* up to the first that lies outside */
    assert_true(same_folder(f, f->place.folders.alternates[0], "base/.git/objects"));
    target(f, "app");
    expect(f, "app/.git", "app/.git", "");
    assert_int_equal(git_place_alternates(&f->target, &f->place, lines, 1), 0);
    assert_int_equal(f->place.folders.n_alternates, 0);
}

static void memory_may_run_out(void **state)
{
    struct fix *f = *state;
    repository(f, "app/.git");
    make(f, "app/src/x", "");
    target(f, "app/src");
    for (size_t n = 1, done = 0; !done; n++) {
        assert_true(n < 50);
        mem_fail_after(n);
        int rc = git_place_of_target(&f->target, &f->place, &f->d);
        mem_fail_after(0);
        assert_true(!rc || rc == E_NOMEM);
        done = !rc;
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(in_at_and_above_the_target),
        T(linked_worktrees),
        T(worktrees_of_a_bare_repository),
        T(submodules),
        T(files_that_name_other_places),
        T(links_on_the_way),
        T(other_accounts),
        T(alternates_below_the_target),
        T(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The walk: path order, rules, special files, links, denied and deep folders. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "discover/rules.h"
#include "discover/source.h"

extern const struct source SOURCE_FILES;

struct tree {
    char root[64];
    struct target target;
    struct discover_options options;
};

static void in(struct tree *t, const char *name, char out[4352])
{
    snprintf(out, 4352, "%s/%s", t->root, name);
}

static void make_file(struct tree *t, const char *name, const char *text)
{
    char path[4352];
    in(t, name, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void make_folder(struct tree *t, const char *name)
{
    char path[4352];
    in(t, name, path);
    assert_int_equal(mkdir(path, 0755), 0);
}

static int setup(void **state)
{
    struct tree *t = mem_alloc(sizeof(*t));
    snprintf(t->root, sizeof(t->root), "/tmp/stance-walk.XXXXXX");
    assert_non_null(mkdtemp(t->root));
    t->target = (struct target){.given = STR("x"), .root = str_z(t->root), .name = STR("x")};
    t->options = (struct discover_options){.targets = &t->target, .n_targets = 1};
    *state = t;
    return 0;
}

/* The folders are too deep for one path. */
static int remove_tree(const char *path)
{
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", path, (char *)NULL);
        _exit(1);
    }
    return pid < 0 || waitpid(pid, NULL, 0) != pid;
}

static int teardown(void **state)
{
    struct tree *t = *state;
    assert_int_equal(remove_tree(t->root), 0);
    mem_free(t);
    return 0;
}

/* --- a lane that only writes down what it was given ----------------------------------------- */

struct line {
    struct str path;
    enum coverage_state state;
};

struct lane {
    struct arena mem;
    struct {
        VEC(struct line);
    } lines;
    const char *root;
    void (*meanwhile)(const char *root, struct str path); /* at the first file, once */
};

static int note(struct lane *l, struct str path, enum coverage_state state)
{
    struct line line = {arena_str(&l->mem, path), state};
    assert_non_null(line.path.p);
    return vec_push(&l->lines, line);
}

int lane_file(struct lane *l, uint32_t target UNUSED, struct str path, int fd,
              const struct stat *st UNUSED)
{
    close(fd);
    if (l->meanwhile) {
        l->meanwhile(l->root, path);
        l->meanwhile = NULL;
    }
    return note(l, path, COVERAGE_EXAMINED);
}

int lane_layout(struct lane *l, uint32_t target UNUSED, struct str path, int fd,
                const struct stat *st UNUSED, int folder)
{
    struct stat blobs;
    assert_int_equal(fstatat(folder, "blobs", &blobs, 0), 0);
    close(fd);
    return note(l, path, COVERAGE_PARTIAL); /* to tell it from others */
}

bool lane_remembers(const struct lane *l UNUSED)
{
    return true;
}

int lane_flush(struct lane *l UNUSED)
{
    return 0;
}

int lane_unchanged(struct lane *l UNUSED, uint32_t target UNUSED, struct str path UNUSED,
                   const struct stat *st UNUSED)
{
    return 0;
}

int lane_refuse(struct lane *l, uint32_t target UNUSED, struct str path, uint32_t mode UNUSED,
                enum coverage_state state, const char *reason)
{
    assert_true(reason[0]);
    return note(l, path, state);
}

void lane_listed(struct lane *l UNUSED, uint64_t folders UNUSED, uint64_t ns UNUSED) {}

bool lane_cancelled(const struct lane *l UNUSED)
{
    return false;
}

static int line_cmp(const void *a, const void *b, void *ctx UNUSED)
{
    return str_cmp(((const struct line *)a)->path, ((const struct line *)b)->path);
}

/* All items as "path:state\n", then the coverage rows as "rule=count\n". */
static void walk_while(struct tree *t, struct buf *out,
                       void (*meanwhile)(const char *root, struct str path))
{
    void *w;
    struct diag d = {0};
    struct lane l = {.mem = ARENA(0), .root = t->root, .meanwhile = meanwhile};
    struct discover_report report = {0};
    int rc;
    assert_int_equal(SOURCE_FILES.open(&t->options, 0, &w, &d), 0);
    while ((rc = SOURCE_FILES.work(w, &l, &d)) == 1)
        continue;
    assert_int_equal(rc, 0);
    assert_int_equal(vec_sort(&l.lines, line_cmp, NULL), 0);
    vec_each (line, &l.lines)
        buf_addf(out, STR_FMT ":%s\n", STR_ARG(line->path), COVERAGE_STATE_NAMES[line->state]);
    assert_int_equal(SOURCE_FILES.close(w, &report), 0);
    vec_each (row, &report.coverage) {
        buf_addf(out, STR_FMT "=%llu\n", STR_ARG(row->path), (unsigned long long)row->files);
    }
    vec_free(&report.coverage);
    vec_free(&l.lines);
    arena_done(&l.mem);
}

static void walk(struct tree *t, struct buf *out)
{
    walk_while(t, out, NULL);
}

static void every_file_once(void **state)
{
    struct tree *t = *state;
    make_folder(t, "a");
    make_file(t, "a/z", "1");
    make_file(t, "a-b", "1");
    make_file(t, "a0", "1");
    make_file(t, "B", "1");
    const char *want = "B:examined\na-b:examined\na/z:examined\na0:examined\n";
    for (uint64_t seed = 0; seed < 5; seed++) {
        AUTO(buf) out = BUF_INIT;
        t->options.shuffle_seed = seed;
        walk(t, &out);
        assert_string_equal(out.p, want);
    }
}

/* More entries than the kernel gives at once: the folder is listed in parts. */
static void a_long_folder(void **state)
{
    struct tree *t = *state;
    AUTO(buf) want = BUF_INIT;
    for (int i = 0; i < 3000; i++) {
        char name[64];
        snprintf(name, sizeof(name), "file-with-a-longer-name-%05d", i);
        make_file(t, name, "");
        buf_addf(&want, "%s:examined\n", name);
    }
    AUTO(buf) out = BUF_INIT;
    walk(t, &out);
    assert_string_equal(out.p, want.p);
}

static void rules_are_rows(void **state)
{
    struct tree *t = *state;
    make_folder(t, ".git");
    make_file(t, ".git/config", "[core]");
    make_file(t, ".git/HEAD", "ref");
    make_folder(t, "node_modules");
    make_file(t, "node_modules/x.js", "1");
    make_folder(t, "venv");
    make_file(t, "venv.txt", "1");
    AUTO(buf) out = BUF_INIT;
    walk(t, &out);
    assert_string_equal(out.p, ".git/config:examined\nvenv.txt:examined\n**/.git/[!c]**=1\n"
                               "node_modules=1\nvenv=1\n");
    AUTO(buf) everything = BUF_INIT;
    t->options.rules = walk_rules_none();
    walk(t, &everything);
    assert_string_equal(everything.p, ".git/HEAD:examined\n.git/config:examined\n"
                                      "node_modules/x.js:examined\nvenv.txt:examined\n");
}

/* What makes a folder an environment, and what does not. */
static void markers_are_rows(void **state)
{
    struct tree *t = *state;
    make_folder(t, "env");
    make_file(t, "env/pyvenv.cfg", "home = /usr/bin");
    make_folder(t, "env/lib");
    make_file(t, "env/lib/x.py", "1");
    make_folder(t, "app"); /* an environment that was made in a project */
    make_file(t, "app/pyvenv.cfg", "home = /usr/bin");
    make_file(t, "app/app.py", "1");
    make_folder(t, "conda");
    make_folder(t, "conda/conda-meta");
    make_file(t, "conda/any.txt", "1");
    make_folder(t, "cache");
    make_file(t, "cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55");
    make_folder(t, "many");
    make_folder(t, "many/conda-meta");
    for (int i = 0; i < 2000; i++) {
        char name[64];
        snprintf(name, sizeof(name), "many/a-file-with-quite-a-long-name-%d", i);
        make_file(t, name, "1");
    }
    for (uint64_t seed = 0; seed < 3; seed++) {
        AUTO(buf) out = BUF_INIT;
        t->options.shuffle_seed = seed;
        walk(t, &out);
        assert_string_equal(out.p, "app/app.py:examined\napp/pyvenv.cfg:examined\n"
                                   "cache/CACHEDIR.TAG:examined\nconda:skipped\nenv:skipped\n"
                                   "many:skipped\n");
    }
    /* A target is read, whatever it is. */
    AUTO(buf) out = BUF_INIT;
    struct target inside = t->target;
    char root[4352];
    in(t, "env", root);
    t->target.root = str_z(root);
    walk(t, &out);
    t->target = inside;
    assert_string_equal(out.p, "lib/x.py:examined\npyvenv.cfg:examined\n");
}

static void globs_are_rows(void **state)
{
    struct tree *t = *state;
    AUTO(arena) a = ARENA(0);
    const struct str globs[] = {STR("data/*.csv"), STR("old"), STR("never"), STR("**/.git")};
    const struct walk_choice choice = {.exclude = globs, .n_exclude = 4};
    struct diag d = {0};
    make_folder(t, "data");
    make_file(t, "data/a.csv", "1");
    make_file(t, "data/b.csv", "1");
    make_file(t, "data/b.txt", "1");
    make_folder(t, "old");
    make_file(t, "old/x", "1");
    make_folder(t, ".git");
    make_file(t, ".git/config", "[core]");
    AUTO(buf) out = BUF_INIT;
    assert_int_equal(walk_rules_new(&CATALOG, &choice, &a, &t->options.rules, &d), 0);
    walk(t, &out);
    assert_string_equal(out.p, "data/b.txt:examined\ndata/*.csv=2\nold=1\nnever=0\n**/.git=1\n");
}

static void links_and_pipes_never_hang(void **state)
{
    struct tree *t = *state;
    char path[4352];
    in(t, "pipe", path);
    assert_int_equal(mkfifo(path, 0644), 0);
    in(t, "loop", path);
    assert_int_equal(symlink(".", path), 0);
    in(t, "out", path);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    make_file(t, "x", "");
    /* Names that a detector knows are told one by one. */
    in(t, ".mcp.json", path);
    assert_int_equal(symlink("x", path), 0);
    in(t, "package.json", path);
    assert_int_equal(mkfifo(path, 0644), 0);
    AUTO(buf) out = BUF_INIT;
    walk(t, &out);
    assert_string_equal(out.p, ".mcp.json:not_looked\npackage.json:skipped\nx:examined\n"
                               "symbolic-links=2\nspecial-files=1\n");
}

/* One of each kind takes the place of a file that was listed as one. */
static void replace_others(const char *root, struct str seen)
{
    char path[4352];
    for (char name = 'a'; name <= 'h'; name++) {
        snprintf(path, sizeof(path), "%s/%c", root, name);
        if (seen.p[0] == name || unlink(path))
            continue;
        if (name < 'c')
            assert_int_equal(mkdir(path, 0755), 0);
        else if (name < 'e')
            assert_int_equal(symlink("/etc/passwd", path), 0);
        else if (name < 'g')
            assert_int_equal(mkfifo(path, 0644), 0);
    }
}

static size_t count_of(struct str text, const char *word)
{
    size_t n = 0, len = strlen(word);
    for (size_t i = 0; i + len <= text.n; i++)
        n += !memcmp(text.p + i, word, len);
    return n;
}

/* What was listed is read, told, or was passed by: never followed, never lost. */
static void files_that_become_something_else(void **state)
{
    struct tree *t = *state;
    for (char name[2] = "a"; name[0] <= 'h'; name[0]++)
        make_file(t, name, "1");
    AUTO(buf) out = BUF_INIT;
    walk_while(t, &out, replace_others);
    struct str text = buf_str(&out);
    size_t pipes = count_of(text, "special-files=2") ? 2 : count_of(text, "special-files=1");
    assert_int_equal(count_of(text, ":examined\n"), 1);
    assert_int_equal(count_of(text, ":failed\n") + pipes, 7);
}

/* The folder is gone, or is a link to everything, before it is opened. */
static void folder_goes(const char *root, struct str seen UNUSED)
{
    char from[4352], to[4352];
    snprintf(from, sizeof(from), "%s/gone", root);
    assert_int_equal(rmdir(from), 0);
    snprintf(from, sizeof(from), "%s/moved", root);
    snprintf(to, sizeof(to), "%s.moved", root);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(symlink("/", from), 0);
    assert_int_equal(remove_tree(to), 0);
}

static void folders_that_become_something_else(void **state)
{
    struct tree *t = *state;
    make_folder(t, "gone");
    make_folder(t, "moved");
    make_file(t, "moved/x", "1");
    make_file(t, "a", "1");
    AUTO(buf) out = BUF_INIT;
    walk_while(t, &out, folder_goes);
    assert_string_equal(out.p, "a:examined\ngone:failed\nmoved:failed\n");
}

static void deep_nesting_is_a_row(void **state)
{
    struct tree *t = *state;
    int fd = open(t->root, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < 600; i++) {
        assert_int_equal(mkdirat(fd, "d", 0755), 0);
        int next = openat(fd, "d", O_RDONLY | O_DIRECTORY);
        close(fd);
        fd = next;
    }
    close(fd);
    AUTO(buf) out = BUF_INIT;
    walk(t, &out);
    assert_true(str_ends(buf_str(&out), STR("/d:failed\n")));
}

/* Blobs are read with the index that says what they are. */
static void an_image_layout(void **state)
{
    struct tree *t = *state;
    AUTO(buf) out = BUF_INIT;
    make_folder(t, "img");
    make_folder(t, "img/blobs");
    make_folder(t, "img/more");
    make_file(t, "img/blobs/x", "x");
    make_file(t, "img/more/x", "x");
    make_file(t, "img/index.json", "{}");
    make_file(t, "index.json", "{}");
    walk(t, &out);
    assert_string_equal(out.p, "img/blobs/x:examined\nimg/index.json:examined\n"
                               "img/more/x:examined\nindex.json:examined\n");
    make_file(t, "img/oci-layout", "{}");
    buf_clear(&out);
    walk(t, &out);
    assert_string_equal(out.p, "img/index.json:partial\nimg/more/x:examined\n"
                               "img/oci-layout:examined\nindex.json:examined\n");
}

static void only_one_path(void **state)
{
    struct tree *t = *state;
    make_folder(t, "a");
    make_file(t, "a/x", "1");
    make_file(t, "a/xy", "1");
    make_file(t, "b", "1");
    AUTO(buf) out = BUF_INIT;
    t->options.only_path = STR("a/x");
    walk(t, &out);
    assert_string_equal(out.p, "a/x:examined\n");
}

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* What this program writes is told, whether it is there already or not; a like name is read, and so
 * is what others have in the folder of the cache. */
static void own_files(void **state)
{
    struct tree *t = *state;
    make_folder(t, "c");
    make_file(t, "c/facts", "1");
    make_file(t, "c/" DIGEST, "1");
    make_file(t, "c/" DIGEST ".06266f34ae16147f.new", "1");
    make_file(t, DIGEST, "1");
    make_file(t, "s.db", "1");
    make_file(t, "s.db-wal", "1");
    make_file(t, "s.db2", "1");
    AUTO(buf) out = BUF_INIT;
    char store[128], cache[128], key[128];
    snprintf(store, sizeof(store), "%s/s.db", t->root);
    snprintf(cache, sizeof(cache), "%s/c/", t->root);
    snprintf(key, sizeof(key), "%s2/key", t->root);
    struct str own[] = {str_z(store), str_z(cache), str_z(key)};
    t->options.own = own;
    t->options.n_own = 3;
    walk(t, &out);
    assert_string_equal(out.p, DIGEST ":examined\nc/facts:examined\ns.db2:examined\nown-files=2\n");
    /* The folder of the cache may be the target. */
    snprintf(cache, sizeof(cache), "%s/", t->root);
    own[1] = str_z(cache);
    buf_clear(&out);
    walk(t, &out);
    assert_non_null(strstr(out.p, "c/" DIGEST ":examined\n"));
    assert_false(str_starts(buf_str(&out), STR(DIGEST)));
}

static void denied_folder(void **state)
{
    struct tree *t = *state;
    if (geteuid() == 0)
        skip(); /* root may read everything; the end-to-end test drops its rights */
    make_folder(t, "a");
    char path[4352];
    in(t, "a", path);
    assert_int_equal(chmod(path, 0), 0);
    AUTO(buf) out = BUF_INIT;
    walk(t, &out);
    assert_string_equal(out.p, "a:denied\n");
    assert_int_equal(chmod(path, 0700), 0);
}

static void one_file_as_target(void **state)
{
    struct tree *t = *state;
    char path[4352];
    make_file(t, "package.json", "{}");
    in(t, "package.json", path);
    t->target.root = str_z(path);
    t->target.name = STR("package.json");
    t->target.single_file = true;
    AUTO(buf) out = BUF_INIT;
    walk(t, &out);
    assert_string_equal(out.p, "package.json:examined\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_file_once, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_folder, setup, teardown),
        cmocka_unit_test_setup_teardown(rules_are_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(markers_are_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(globs_are_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(links_and_pipes_never_hang, setup, teardown),
        cmocka_unit_test_setup_teardown(files_that_become_something_else, setup, teardown),
        cmocka_unit_test_setup_teardown(folders_that_become_something_else, setup, teardown),
        cmocka_unit_test_setup_teardown(deep_nesting_is_a_row, setup, teardown),
        cmocka_unit_test_setup_teardown(an_image_layout, setup, teardown),
        cmocka_unit_test_setup_teardown(own_files, setup, teardown),
        cmocka_unit_test_setup_teardown(only_one_path, setup, teardown),
        cmocka_unit_test_setup_teardown(denied_folder, setup, teardown),
        cmocka_unit_test_setup_teardown(one_file_as_target, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is resident does not grow with the number of assets, places and findings, even when the
 * thread that looks at it gets no processor: every loop over much rests.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/spill.h"
#include "base/testing.h"
#include "loop/loop.h"

#define FOLDERS 3000
#define LONG    24000 /* letters of one argument: facts are large while assets are few */
#define ENOUGH  ((uint64_t)64 << 20) /* in the file, so that little of it is resident */

static char folder[64];
static int64_t now = 1000;

static void put(int fd, int i, const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof(path), "tree/d%d/p%d/%s", i / 100, i, name);
    test_put(fd, path, str_z(text));
}

/* A server and a key of its own, one that stands everywhere, an application, instructions. */
static void fill(int fd, int i, const char *line)
{
    static char words[LONG + 1];
    char text[LONG + 1024], path[64];
    memset(words, 'w', LONG);
    for (int depth = 0; depth < 2; depth++) {
        snprintf(path, sizeof(path), depth ? "tree/d%d/p%d" : "tree/d%d", i / 100, i);
        (void)mkdirat(fd, path, 0755);
    }
    snprintf(
        text, sizeof(text),
        "%s{\"mcpServers\": {\"s%d\": {\"command\": \"npx\", \"args\": [\"-y\", \"@acme/s%d\"],"
        " \"env\": {\"K\": \"%s_%s%07d\"}}, \"same\": {\"command\": \"npx\","
        " \"args\": [\"-y\", \"@acme/same@1.0.0\", \"%s\"]}}}",
        line, i, i, "gsk", "Wq7bT2mXc9Lk4Rv8Jz3Np6Yd1Hf5Gs0AeBuCiDoEyFqUr", i, words);
    put(fd, i, ".mcp.json", text);
    snprintf(text, sizeof(text), "{\"name\": \"a%d\", \"dependencies\": {\"openai\": \"^4\"}}", i);
    put(fd, i, "package.json", text);
    snprintf(text, sizeof(text), "# Rules %d\n\nBe kind to file %d.\n", i, i);
    put(fd, i, "CLAUDE.md", text);
}

static struct loop_stats scan(void)
{
    AUTO(arena) a = ARENA(0);
    struct loop_options o = loop_defaults();
    struct loop_result r;
    struct target target;
    struct clock clock = {now += 1000};
    struct diag d = {0};
    struct str at[4];
    static const char *const parts[] = {"tree", "s.db", "key", "cache"};
    for (int i = 0; i < 4; i++) {
        at[i] = arena_fmt(&a, "%s/%s", folder, parts[i]);
        assert_non_null(at[i].p);
    }
    assert_int_equal(target_resolve(at[0], &a, &target, &d), 0);
    o.discover.targets = &target;
    o.discover.n_targets = 1;
    o.discover.threads = 2;
    o.discover.require = SANDBOX_NONE;
    o.discover.cache = arena_z(&a, at[3]);
    o.location = arena_z(&a, at[1]);
    o.key_file = arena_z(&a, at[2]);
    o.allow_weak_sandbox = true;
    if (loop_run(&o, &clock, &r, &d))
        fail_msg("%s", d.text);
    struct loop_stats s = r.stats;
    if (r.assets < 3 * FOLDERS)
        fail_msg("only %llu assets", (unsigned long long)r.assets);
    loop_result_done(&r);
    return s;
}

static void expect_little(const char *what, bool much)
{
    struct loop_stats s = scan();
    print_message("%-10s %4llu MiB in the file, %llu resident\n", what,
                  (unsigned long long)s.spilled_bytes >> 20,
                  (unsigned long long)s.resident_bytes >> 20);
    if (much)
        assert_true(s.spilled_bytes >= ENOUGH);
    if (s.resident_bytes > 2 * SPILL_RESIDENT)
        fail_msg("%s: %llu bytes were resident", what, (unsigned long long)s.resident_bytes);
}

static void little_is_resident(void **state UNUSED)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(mkdirat(fd, "tree", 0755), 0);
    for (int i = 0; i < FOLDERS; i++)
        fill(fd, i, "");
    expect_little("first", true);
    expect_little("unchanged", false);
    for (int i = 0; i < FOLDERS; i += 10)
        fill(fd, i, "\n");
    expect_little("changed", true);
    for (int i = 0; i < FOLDERS; i += 2)
        put(fd, i, ".mcp.json", "{}");
    expect_little("gone", false);
    close(fd);
}

static int setup(void **state UNUSED)
{
    spill_without_thread(true);
    return test_folder_begin(folder, sizeof(folder), "memory");
}

static int teardown(void **state UNUSED)
{
    return test_folder_end(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(little_is_resident, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

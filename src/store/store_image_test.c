/* SPDX-License-Identifier: Apache-2.0 */
/* Tests that a store made from the image is the one that the migrations make. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "store/store.h"
#include "store/store_image.h"
#include "store/testing.h"

static void in_folder(const char *name, struct buf *ret)
{
    buf_addf(ret, "%s/%s", test_folder(), name);
    assert_int_equal(buf_result(ret), 0);
}

static struct store *open_store(const char *path)
{
    const struct clock clock = {1000};
    struct diag d = {0};
    struct store *st = NULL;
    if (store_open(path, DB_CREATE, &clock, &st, &d))
        fail_msg("store_open: %s", d.text);
    return st;
}

/* All rows of the statement as one text. */
static void dump(struct store *st, const char *sql, struct buf *ret)
{
    struct diag d = {0};
    struct stmt *s;
    int rc;
    assert_int_equal(db_prepare(store_db(st), str_z(sql), &s, &d), 0);
    while ((rc = stmt_step(s, &d)) > 0)
        for (int i = 0; i < 3; i++) {
            buf_add(ret, stmt_str(s, i));
            buf_addc(ret, '\n');
        }
    assert_int_equal(rc, 0);
    stmt_free(s);
}

static void content(struct store *st, struct buf *ret)
{
    dump(st, "SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name", ret);
    dump(st, "SELECT key, value, '' FROM meta ORDER BY key", ret);
    dump(st,
         "SELECT a.application_id, j.journal_mode, u.user_version FROM pragma_application_id a,"
         " pragma_journal_mode j, pragma_user_version u",
         ret);
}

static void same_as_migrations(void **state UNUSED)
{
    AUTO(buf) image = BUF_INIT, empty = BUF_INIT, a = BUF_INIT, b = BUF_INIT;
    struct stat st;
    in_folder("new.db", &image);
    in_folder("store.db", &empty);
    assert_non_null(&STORE_IMAGE);
    struct store *made = open_store(image.p);
    assert_int_equal(stat(image.p, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, STORE_IMAGE.n);
    int fd = open(empty.p, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    struct store *migrated = open_store(empty.p);
    content(made, &a);
    content(migrated, &b);
    assert_true(a.n > 10000);
    assert_string_equal(a.p, b.p);
    store_free(made);
    store_free(migrated);
}

/* What has the name already stays, be it a store or not. */
static void never_over_another(void **state UNUSED)
{
    AUTO(buf) path = BUF_INIT;
    struct diag d = {0};
    struct store *st = NULL;
    const struct clock clock = {1000};
    char text[8] = "";
    in_folder("text.db", &path);
    int fd = open(path.p, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "mine", 4), 4);
    assert_int_not_equal(store_open(path.p, DB_CREATE, &clock, &st, &d), 0);
    assert_int_equal(pread(fd, text, sizeof(text), 0), 4);
    assert_string_equal(text, "mine");
    close(fd);
}

static void no_folder(void **state UNUSED)
{
    const struct clock clock = {1000};
    struct diag d = {0};
    struct store *st = NULL;
    assert_int_equal(store_open("/proc/no/store.db", DB_CREATE, &clock, &st, &d), E_NOTFOUND);
    assert_non_null(strstr(d.text, "cannot create the store"));
    assert_non_null(strstr(d.hint, "--db"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_migrations),
        cmocka_unit_test(never_over_another),
        cmocka_unit_test(no_folder),
    };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how an SQLite file is made, opened and configured, and when it is left untouched. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/db_sqlite.h"
#include "store/migrate.h"

/* Preparing a statement makes thousands of small objects; these need no allocation. */
#define LOOKASIDE_SIZE  1200
#define LOOKASIDE_COUNT 600

static int no_access(struct diag *d)
{
    diag_set(d, E_DENIED, "the store cannot be opened as asked: permission refused");
    diag_hint(d, "check the permissions of the file and of its folder");
    return E_DENIED;
}

static int check_file(const char *path, enum db_mode mode, struct diag *d)
{
    struct stat st;
    int rc;

    if (mode == DB_CREATE && (rc = sqlite_new_file(path, d)))
        return rc;
    if (stat(path, &st)) {
        rc = diag_errno(d, "cannot open the store");
        if (rc == E_NOTFOUND)
            diag_hint(d, "run 'stance scan' first, or give the --db file of an earlier scan");
        else if (rc == E_DENIED)
            diag_hint(d, "run as the owner of the file and of its folder, or name another store "
                         "with --db FILE");
        return rc;
    }
    if (!S_ISREG(st.st_mode)) {
        diag_set(d, E_USAGE, "the store is not a regular file");
        diag_hint(d, S_ISDIR(st.st_mode) ? "name a file in this folder, as --db FOLDER/stance.db"
                                         : "give another --db file");
        return E_USAGE;
    }
    if (access(path, mode == DB_READ_ONLY ? R_OK : R_OK | W_OK))
        return errno == EROFS || errno == EACCES ? no_access(d)
                                                 : diag_errno(d, "cannot open the store");
    return 0;
}

static int read_pragma(struct sqlite_db *q, const char *sql, int64_t *ret, struct diag *d)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(q->h, sql, -1, &s, NULL);

    if (!code)
        code = sqlite3_step(s);
    if (code == SQLITE_ROW) {
        *ret = sqlite3_column_int64(s, 0);
        sqlite3_finalize(s);
        return 0;
    }
    code = code ? code : SQLITE_CORRUPT;
    int rc = sqlite_explain(q, code, d);
    sqlite3_finalize(s);
    return rc;
}

/*
 * Write-ahead logging changes the file, so only for our own stores and new files: somebody else's
 * database that was named by mistake stays as it is. Two processes may switch at the same moment,
 * and SQLite does not wait there; we do.
 */
static int use_wal(struct sqlite_db *q, struct diag *d)
{
    int64_t app = 0, objects = 0, begun;
    int rc = read_pragma(q, "PRAGMA application_id", &app, d);

    if (!rc)
        rc = read_pragma(q, "SELECT count(*) FROM sqlite_master", &objects, d);
    if (rc || (app != STORE_APPLICATION_ID && objects) || q->base.mode == DB_READ_ONLY)
        return rc;
    begun = (int64_t)(clock_ticks() / 1000000);
    while ((rc = SQLITE_OPS.exec(&q->base, STR("PRAGMA journal_mode = WAL"), d)) == E_CONFLICT &&
           (int64_t)(clock_ticks() / 1000000) - begun < DB_BUSY_MS)
        usleep(20000);
    return rc;
}

static int configure(struct sqlite_db *q, struct diag *d)
{
    static const struct {
        int option, value;
    } SWITCHES[] = {
        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
        {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    int rc;

    sqlite3_db_config(q->h, SQLITE_DBCONFIG_LOOKASIDE, NULL, LOOKASIDE_SIZE, LOOKASIDE_COUNT);
    for (size_t i = 0; i < ARRAY_LEN(SWITCHES); i++)
        sqlite3_db_config(q->h, SWITCHES[i].option, SWITCHES[i].value, (int *)NULL);
    sqlite3_extended_result_codes(q->h, 1);
    sqlite3_busy_timeout(q->h, DB_BUSY_MS);
    rc = use_wal(q, d);
    if (!rc)
        rc = SQLITE_OPS.exec(&q->base,
                             STR("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;"
                                 "PRAGMA cell_size_check = ON"),
                             d);
    return rc;
}

/* A store on read-only media has no place for its shared memory: read it as it stands. */
static void immutable_uri(const char *path, struct buf *out)
{
    buf_addz(out, "file:");
    for (const char *p = path; *p; p++) {
        if (*p == '%' || *p == '?' || *p == '#')
            buf_addf(out, "%%%02x", (unsigned)*p);
        else
            buf_addc(out, *p);
    }
    buf_addz(out, "?immutable=1");
}

static bool has_wal(const char *path)
{
    AUTO(buf) b = BUF_INIT;
    struct stat st;

    buf_addz(&b, path);
    buf_addz(&b, "-wal");
    return buf_result(&b) || (stat(b.p, &st) == 0 && st.st_size > 0);
}

static int connect_file(struct sqlite_db *q, const char *path, struct diag *d)
{
    AUTO(buf) uri = BUF_INIT;
    int flags = SQLITE_OPEN_NOMUTEX;
    int code, rc;

    flags |= q->base.mode == DB_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    code = sqlite3_open_v2(path, &q->h, flags, NULL);
    rc = code ? sqlite_explain(q, code, d) : configure(q, d);
    if (rc != E_DENIED || q->base.mode != DB_READ_ONLY || has_wal(path))
        return rc;
    immutable_uri(path, &uri);
    rc = buf_result(&uri);
    if (rc)
        return rc;
    sqlite3_close_v2(q->h);
    q->h = NULL;
    diag_clear(d);
    code = sqlite3_open_v2(uri.p, &q->h, flags | SQLITE_OPEN_URI, NULL);
    return code ? sqlite_explain(q, code, d) : configure(q, d);
}

static int connect_any(struct sqlite_db *q, const char *path, enum db_mode mode, struct diag *d)
{
    AUTO(buf) shown = BUF_INIT;
    int rc;

    q->base.mode = mode;
    buf_addz(&shown, path);
    if (!(q->base.shown = buf_detach(&shown, NULL)))
        return diag_set(d, E_NOMEM, "no memory to open the store");
    if (str_eq_z(str_z(path), ":memory:")) {
        q->base.mode = DB_CREATE;
        int code = sqlite3_open_v2(
            path, &q->h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
        return code ? sqlite_explain(q, code, d) : configure(q, d);
    }
    rc = check_file(path, mode, d);
    if (!rc)
        rc = connect_file(q, path, d);
    if (rc)
        diag_at(d, path, 0, 0);
    return rc;
}

/* Once a process, before the library starts: no counting of memory, which costs a lock a call. */
static void prepare_library(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int sqlite_open(const char *path, enum db_mode mode, struct db **ret, struct diag *d)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct sqlite_db *q = mem_alloc(sizeof(*q));
    int rc;

    if (!q)
        return diag_set(d, E_NOMEM, "no memory to open the store");
    pthread_once(&once, prepare_library);
    q->base.ops = &SQLITE_OPS;
    q->base.engine = DB_SQLITE;
    rc = connect_any(q, path, mode, d);
    if (rc) {
        db_free(&q->base);
        return rc;
    }
    *ret = &q->base;
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which finding a person means, and where its file is on this machine. */
#include "remediate/subject.h"

#define SUBJECT_SQL                                                                                \
    "SELECT f.id, f.control, f.title, f.status, f.verdict, f.asset, a.name, a.kind, t.given,"      \
    " t.identity, t.root, p.path, p.pointer, p.member FROM finding f"                              \
    " JOIN asset a ON a.id = f.asset"                                                              \
    " LEFT JOIN place p ON p.id = f.place LEFT JOIN target t ON t.id = p.target"

/* Names that no database can hold are stored as they are shown. */
static int take(const struct stmt *s, int column, struct arena *a, struct str *ret)
{
    AUTO(buf) text = BUF_INIT;
    int rc = path_unshow(&text, stmt_str(s, column));
    if (rc == E_PARSE) {
        buf_add(&text, stmt_str(s, column));
        rc = buf_result(&text);
    }
    *ret = rc ? STR_NULL : arena_str(a, buf_str(&text));
    return ret->p ? 0 : E_NOMEM;
}

static int read_row(const struct stmt *s, struct arena *a, struct fix_subject *ret)
{
    struct fix_subject f;
    struct str *const fields[] = {&f.finding,      &f.control,         &f.title, &f.status,
                                  &f.verdict,      &f.asset,           &f.name,  &f.kind,
                                  &f.target_given, &f.target_identity, &f.root,  &f.path,
                                  &f.pointer,      &f.member};
    int rc = 0;
    for (size_t i = 0; i < ARRAY_LEN(fields) && !rc; i++)
        rc = take(s, (int)i, a, fields[i]);
    if (!rc)
        *ret = f;
    return rc;
}

static int unknown(struct str finding, struct diag *d)
{
    diag_set(d, E_NOTFOUND, "there is no finding \"" STR_FMT "\" in this store", STR_ARG(finding));
    diag_hint(d, "`stance findings` lists them; --db names another store");
    return E_NOTFOUND;
}

int fix_subject(struct db *db, struct str finding, struct arena *a, struct fix_subject *ret,
                struct diag *d)
{
    struct stmt *s = NULL;
    size_t rows = 0;
    if (!finding.n)
        return unknown(finding, d);
    int rc = db_prepare(db,
                        STR(SUBJECT_SQL " WHERE f.id = ?1 OR substr(f.id, 1, length(?1)) = ?1"
                                        " ORDER BY CASE WHEN f.id = ?1 THEN 0 ELSE 1 END, f.id"
                                        " LIMIT 5"),
                        &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, finding);
    struct fix_subject first = {0}, row;
    AUTO(buf) ids = BUF_INIT;
    while ((rc = stmt_step(s, d)) > 0) {
        rc = read_row(s, a, &row);
        if (rc)
            break;
        if (!rows++)
            first = row;
        buf_addf(&ids, "%s" STR_FMT " (" STR_FMT " " STR_FMT ")", rows > 1 ? ", " : "",
                 STR_ARG(row.finding), STR_ARG(row.control),
                 STR_ARG(str_sub(row.name, 0, MIN(row.name.n, 40))));
    }
    stmt_free(s);
    if (rc)
        return rc;
    if (!rows)
        return unknown(finding, d);
    if (rows > 1 && !str_eq(first.finding, finding)) {
        diag_set(d, E_USAGE, "more than one finding begins with \"" STR_FMT "\"", STR_ARG(finding));
        diag_hint(d, "give more of one: %s", ids.n ? ids.p : "");
        return E_USAGE;
    }
    *ret = first;
    return 0;
}

/* --- a version that is known already ------------------------------------------------------ */

/* Locked at the same target, in the folder of the file or nearest above it. */
#define LOCKED_SQL                                                                                 \
    "SELECT v.value, p.path FROM attribute own"                                                    \
    " JOIN attribute pk ON pk.name = 'package' AND pk.place = 0"                                   \
    " JOIN attribute ec ON ec.asset = pk.asset AND ec.place = 0 AND ec.name = 'ecosystem'"         \
    " JOIN asset pa ON pa.id = pk.asset AND pa.kind = 'package'"                                   \
    " JOIN place p ON p.asset = pk.asset AND p.state = 'present'"                                  \
    " JOIN attribute l ON l.asset = pk.asset AND l.place = p.id AND l.name = 'declared_in'"        \
    "  AND l.value = 'lock'"                                                                       \
    " JOIN attribute v ON v.asset = pk.asset AND v.place = p.id AND v.name = 'version'"            \
    " JOIN finding f ON f.id = ?1 JOIN place fp ON fp.id = f.place AND fp.target = p.target"       \
    " WHERE own.asset = f.asset AND own.place = 0 AND own.name = 'package'"                        \
    "  AND own.value = ec.value || ':' || pk.value AND v.value IS NOT NULL"                        \
    " ORDER BY length(p.path) DESC, p.path, v.value"

int subject_locked_version(struct db *db, const struct fix_subject *f, struct arena *a,
                           struct str *ret, struct diag *d)
{
    struct stmt *s = NULL;
    struct str best = STR(""), folder = STR_NULL;
    int rc = db_prepare(db, STR(LOCKED_SQL), &s, d);
    if (rc)
        return rc;
    stmt_bind_str(s, 1, f->finding);
    while ((rc = stmt_step(s, d)) > 0) {
        struct str dir = path_dir(stmt_str(s, 1)), version = stmt_str(s, 0);
        if (!path_is_below(f->path, dir) || (folder.p && dir.n < folder.n))
            continue;
        if (folder.p && dir.n == folder.n && str_eq(version, best))
            continue;
        if (folder.p && dir.n == folder.n) {
            best = STR(""); /* two versions, none is the one */
            break;
        }
        best = arena_str(a, version);
        folder = arena_str(a, dir);
        if (!best.p || !folder.p) {
            rc = arena_error(a);
            break;
        }
    }
    stmt_free(s);
    if (rc < 0)
        return rc;
    *ret = best;
    return 0;
}

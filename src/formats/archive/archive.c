/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what of an archive is read, what is charged for it, and how its damage is told. */
#include <errno.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "formats/archive/library.h"
#include "formats/archive/zip_directory.h"

#define WINDOW      ((size_t)64 << 10)
#define RETRIES_MAX 1000u /* blocks of a damaged tar that are tried in search of the next header */
/* libarchive keeps a few hundred bytes for each. */
#define ZIP_ENTRIES_MAX 1000000u
#define TAR_BLOCK       512u

struct archive_reader {
    const struct archive_library *lib;
    struct archive *a;
    enum container kind;
    struct archive_source source;
    struct archive_budget *budget;
    uint64_t offset; /* in the source */
    int source_code; /* why the source failed */
    bool in_member;
    /* The member: where its next byte stands, and the block that was read last. */
    const char *block;
    size_t block_n;
    uint64_t block_at, at;
    struct diag pending; /* of the member: what the next call says */
    struct diag damage;  /* of the archive: told at its end */
    struct zip_directory zip;
    size_t nth;            /* of the next member in it */
    char other_name[4096]; /* of a member: the one in the directory */
    char window[WINDOW];
};

struct archive_limits archive_limits_default(void)
{
    return (struct archive_limits){.members = 1000000,
                                   .bytes = UINT64_C(4) << 30,
                                   .free_bytes = UINT64_C(64) << 20,
                                   .ratio = 100,
                                   .path_bytes = 4096,
                                   .depth = 8};
}

struct archive_budget archive_budget(const struct archive_limits *l, uint64_t packed)
{
    uint64_t by_ratio = UINT64_MAX;
    if (!l->ratio || packed < (UINT64_MAX - l->free_bytes) / l->ratio)
        by_ratio = l->free_bytes + l->ratio * packed;
    return (struct archive_budget){
        .members = l->members, .bytes = MIN(l->bytes, by_ratio), .path_bytes = l->path_bytes};
}

static int spend(struct archive_reader *r, uint64_t *left, uint64_t n, const char *what,
                 struct diag *d)
{
    if (*left < n) {
        *left = 0;
        r->budget->spent = true;
    } else {
        *left -= n;
    }
    return r->budget->spent ? diag_set(d, E_LIMIT, "%s", what) : 0;
}

static const char BYTES_SPENT[] = "unpacks to more than the limit";
static const char MEMBERS_SPENT[] = "holds more members than the limit";

/* --- callbacks of libarchive ---------------------------------------------------------------- */

static la_ssize_t on_read(struct archive *a, void *ctx, const void **ret)
{
    struct archive_reader *r = ctx;
    size_t got = 0;
    (void)a;
    r->source_code = r->source.read(r->source.ctx, r->offset, r->window, WINDOW, &got);
    if (r->source_code)
        return -1;
    r->offset += got;
    *ret = r->window;
    return (la_ssize_t)got;
}

static la_int64_t on_seek(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
    struct archive_reader *r = ctx;
    int64_t base = whence == SEEK_SET   ? 0
                   : whence == SEEK_CUR ? (int64_t)r->offset
                                        : (int64_t)r->source.size;
    (void)a;
    if (__builtin_add_overflow(base, offset, &base) || base < 0)
        return ARCHIVE_FATAL;
    r->offset = (uint64_t)base;
    return base;
}

/* --- opening -------------------------------------------------------------------------------- */

static int filter_of(enum container kind)
{
    switch (kind) {
    case CONTAINER_GZIP: return ARCHIVE_FILTER_GZIP;
    case CONTAINER_BZIP2: return ARCHIVE_FILTER_BZIP2;
    case CONTAINER_XZ: return ARCHIVE_FILTER_XZ;
    case CONTAINER_ZSTD: return ARCHIVE_FILTER_ZSTD;
    case CONTAINER_NONE:
    case CONTAINER_ZIP:
    case CONTAINER_7ZIP:
    case CONTAINER_TAR: break;
    }
    return ARCHIVE_FILTER_NONE;
}

/* Only what the magic promised: libarchive must not guess further, nor undo two filters at once. */
static int support(struct archive_reader *r)
{
    const struct archive_library *lib = r->lib;
    if (lib->call.read_append_filter(r->a, filter_of(r->kind)) != ARCHIVE_OK)
        return ARCHIVE_FATAL;
    switch (r->kind) {
    case CONTAINER_ZIP:
        return r->source.seekable ? lib->call.read_support_format_zip(r->a)
                                  : lib->call.read_support_format_zip_streamable(r->a);
    case CONTAINER_7ZIP: return lib->call.read_support_format_7zip(r->a);
    case CONTAINER_TAR: return lib->call.read_support_format_tar(r->a);
    case CONTAINER_GZIP:
    case CONTAINER_BZIP2:
    case CONTAINER_XZ:
    case CONTAINER_ZSTD: break;
    case CONTAINER_NONE: return ARCHIVE_FATAL;
    }
    lib->call.read_support_format_empty(r->a);
    return lib->call.read_support_format_raw(r->a);
}

/* What libarchive says holds words of the archive: letters, digits and blanks are enough. */
static int damaged(struct archive_reader *r, const char *what, struct diag *d)
{
    char words[100];
    size_t n = 0;
    if (r->budget->spent)
        return diag_set(d, E_LIMIT, "%s", BYTES_SPENT);
    if (r->source_code)
        return diag_set(d, r->source_code, "what holds it cannot be read to its end");
    if (r->lib->call.error(r->a) == ENOMEM)
        return diag_set(d, E_NOMEM, "needs more memory than one item may use");
    const char *said = r->lib->call.error_string(r->a);
    for (; said && *said && *said != '\n' && n + 1 < sizeof(words); said++)
        words[n++] = *said >= ' ' && *said < 0x7f ? *said : '?';
    words[n] = '\0';
    return diag_set(d, E_PARSE, "%s%s%s", what, n ? ": " : "", words);
}

/* What there is to say against the directory of a zip; members are read all the same. */
static int check_zip(struct archive_reader *r, struct diag *d)
{
    int rc = zip_directory_read(&r->source, ZIP_ENTRIES_MAX, &r->zip);
    if (rc == E_LIMIT)
        return diag_set(d, rc, "holds more than %u files: not opened", ZIP_ENTRIES_MAX);
    if (rc)
        return diag_set(
            d, rc, rc == E_NOMEM ? "needs more memory than one item may use" : "cannot be read");
    if (!r->zip.found)
        diag_set(&r->damage, E_PARSE, "has no directory at its end: it may have been cut");
    else if (r->zip.overlap)
        diag_set(&r->damage, E_PARSE, "members overlap: the same bytes stand for several files");
    else if (r->zip.unlisted)
        diag_set(&r->damage, E_PARSE, "holds members that its directory does not list");
    return 0;
}

/* libarchive takes a 7z whose first header names no directory as one without members: honest ones
 * have the sum of that header in it (7zFormat.txt, SignatureHeader). */
static int check_7z(struct archive_reader *r, struct diag *d)
{
    static const char empty_sum[] = "\x8d\x9b\xd5\x0f";
    char head[32];
    size_t got = 0, one = 1;
    int rc = 0;
    for (; !rc && got < sizeof(head) && one; got += one)
        rc = r->source.read(r->source.ctx, got, head + got, sizeof(head) - got, &one);
    if (rc)
        return diag_set(d, rc, "cannot be read");
    bool nothing = got < sizeof(head) || container_is_blank(str_n(head + 20, 8));
    if (nothing && (got < sizeof(head) || memcmp(head + 8, empty_sum, 4)))
        diag_set(&r->damage, E_PARSE, "has no directory: it may have been cut");
    return 0;
}

static int check(struct archive_reader *r, struct diag *d)
{
    switch (r->kind) {
    case CONTAINER_ZIP: return r->source.seekable ? check_zip(r, d) : 0;
    case CONTAINER_7ZIP: return check_7z(r, d);
    default: return 0;
    }
}

int archive_reader_open(const struct archive_library *lib, enum container kind,
                        const struct archive_source *source, struct archive_budget *budget,
                        struct archive_reader **ret, struct diag *d)
{
    if (kind == CONTAINER_7ZIP && !source->seekable)
        return diag_set(d, E_LIMIT, "a 7z archive inside another one that is too large to be held");
    struct archive_reader *r = mem_alloc(sizeof(*r));
    if (!r)
        return diag_set(d, E_NOMEM, "needs more memory than one item may use");
    *r = (struct archive_reader){.lib = lib, .kind = kind, .source = *source, .budget = budget};
    r->a = lib->call.read_new();
    int checked = r->a ? check(r, d) : 0;
    if (!r->a || checked) {
        archive_reader_close(r);
        return checked ? checked : diag_set(d, E_NOMEM, "needs more memory than one item may use");
    }
    int rc = support(r);
    lib->call.read_set_callback_data(r->a, r);
    lib->call.read_set_read_callback(r->a, on_read);
    if (source->seekable)
        lib->call.read_set_seek_callback(r->a, on_seek);
    if (rc == ARCHIVE_OK || rc == ARCHIVE_WARN)
        rc = lib->call.read_open1(r->a);
    if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
        rc = damaged(r, "cannot be read", d);
        archive_reader_close(r);
        return rc;
    }
    /* What ends before its first member looks like an empty archive. */
    if (r->source_code || lib->call.error(r->a))
        damaged(r, "cannot be read", &r->damage);
    *ret = r;
    return 0;
}

struct archive_reader *archive_reader_close(struct archive_reader *r)
{
    if (!r)
        return NULL;
    if (r->a)
        r->lib->call.read_free(r->a);
    zip_directory_done(&r->zip);
    mem_free(r);
    return NULL;
}

/* --- members -------------------------------------------------------------------------------- */

/* The next block of the member into r->block; none at its end. */
static int read_block(struct archive_reader *r, struct diag *d)
{
    const void *p = NULL;
    size_t n = 0;
    la_int64_t at = 0;
    int code = r->lib->call.read_data_block(r->a, &p, &n, &at);
    r->block_n = 0;
    r->in_member = code == ARCHIVE_OK || code == ARCHIVE_WARN;
    if (code == ARCHIVE_EOF)
        return 0;
    if (code == ARCHIVE_WARN)
        damaged(r, "damaged", &r->pending); /* its bytes are good, what is said of them is not */
    if (!r->in_member)
        return damaged(r, "damaged", d);
    if (n && (uint64_t)at < r->at)
        return diag_set(d, E_PARSE, "damaged: its parts overlap");
    /* Of a tar nothing is unpacked but the holes between the parts of a sparse file. */
    uint64_t cost = n ? (uint64_t)at - r->at : 0;
    int rc =
        spend(r, &r->budget->bytes, r->kind == CONTAINER_TAR ? cost : cost + n, BYTES_SPENT, d);
    if (rc)
        return rc;
    r->block = p;
    r->block_n = n;
    r->block_at = n ? (uint64_t)at : r->at;
    return 0;
}

/* Bytes of the block, and before them zeros for a hole. */
static size_t take_block(struct archive_reader *r, char *to, size_t n)
{
    size_t hole = (size_t)MIN((uint64_t)n, r->block_at - r->at);
    size_t part = MIN(n - hole, r->block_n);
    memset(to, 0, hole);
    memcpy(to + hole, r->block, part);
    r->at += hole + part;
    r->block_at += part;
    r->block += part;
    r->block_n -= part;
    return hole + part;
}

static int take_pending(struct archive_reader *r, struct diag *d)
{
    if (d)
        *d = r->pending;
    int code = r->pending.code;
    diag_clear(&r->pending);
    return code;
}

int archive_reader_read(struct archive_reader *r, char *to, size_t n, size_t *ret_got,
                        struct diag *d)
{
    size_t got = 0;
    while (got < n) {
        if (r->block_n) {
            got += take_block(r, to + got, n - got);
            continue;
        }
        if (r->pending.code && !got)
            return take_pending(r, d);
        if (r->pending.code || !r->in_member)
            break;
        struct diag why = {0};
        int rc = r->budget->spent ? diag_set(&why, E_LIMIT, BYTES_SPENT) : read_block(r, &why);
        if (rc)
            r->pending = why; /* after what was read */
    }
    *ret_got = got;
    return 0;
}

/* libarchive would unpack what is passed over without a limit. Only in these two it has to. */
static int leave_member(struct archive_reader *r, struct diag *d)
{
    bool unpacks = r->kind == CONTAINER_7ZIP || (r->kind == CONTAINER_ZIP && !r->source.seekable);
    while (r->in_member && unpacks) {
        int rc = read_block(r, d);
        if (rc == E_LIMIT || rc == E_NOMEM)
            return rc;
        r->at = MAX(r->at, r->block_at + r->block_n);
        if (rc)
            break;
    }
    diag_clear(&r->pending);
    r->block_n = 0;
    r->at = r->block_at = 0;
    return 0;
}

static enum archive_type type_of(struct archive_reader *r, struct archive_entry *e)
{
    /* In a tar a hard link may come with its content. */
    bool empty = !r->lib->call.entry_size_is_set(e) || r->lib->call.entry_size(e) == 0;
    switch (r->lib->call.entry_filetype(e)) {
    case AE_IFDIR: return ARCHIVE_MEMBER_FOLDER;
    case AE_IFLNK: return ARCHIVE_MEMBER_LINK;
    case 0:
    case AE_IFREG: break;
    default: return ARCHIVE_MEMBER_OTHER;
    }
    errno = 0; /* libarchive ends the process when it sees an old ENOMEM in here */
    return empty && r->lib->call.entry_hardlink(e) ? ARCHIVE_MEMBER_LINK : ARCHIVE_MEMBER_FILE;
}

static struct str path_of(struct archive_reader *r, struct archive_entry *e)
{
    errno = 0;
    const char *path = r->lib->call.entry_pathname(e);
    errno = 0;
    return str_z(path ? path : r->lib->call.entry_pathname_utf8(e));
}

static struct str link_of(struct archive_reader *r, struct archive_entry *e)
{
    errno = 0;
    const char *to = r->lib->call.entry_symlink(e);
    errno = 0;
    return str_z(to ? to : r->lib->call.entry_hardlink(e));
}

/* Who unpacks a zip takes the name in its directory; who reads it as a stream the other one. */
static void check_name(struct archive_reader *r, struct archive_member *m)
{
    struct str other;
    size_t i = r->nth++;
    bool cut = m->path.n > r->budget->path_bytes; /* it is told, and not read */
    if (cut || !r->zip.found || i >= r->zip.n || !r->zip.v[i].plain ||
        zip_directory_is_named(&r->zip, &r->source, i, m->path, r->other_name,
                               sizeof(r->other_name), &other))
        return;
    m->path = other;
    if (!r->damage.code)
        diag_set(&r->damage, E_PARSE, "gives members two names: the one in its directory is used");
}

static void describe(struct archive_reader *r, struct archive_entry *e, struct archive_member *ret)
{
    const struct archive_library *lib = r->lib;
    struct archive_member m = {.type = type_of(r, e), .path = path_of(r, e)};
    m.has_size = lib->call.entry_size_is_set(e) && lib->call.entry_size(e) >= 0;
    m.size = m.has_size ? (uint64_t)lib->call.entry_size(e) : 0;
    if (r->kind == CONTAINER_ZIP)
        check_name(r, &m);
    m.encrypted = lib->call.entry_is_encrypted(e) == 1;
    m.mode = lib->call.entry_mode(e);
    m.nameless = lib->call.format(r->a) == ARCHIVE_FORMAT_RAW;
    m.long_path = m.path.n > r->budget->path_bytes;
    m.path = m.nameless ? STR("") : str_sub(m.path, 0, r->budget->path_bytes);
    if (m.type == ARCHIVE_MEMBER_LINK)
        m.link = link_of(r, e);
    *ret = m;
}

/* The next header, past blocks of a tar that should be one and are not. */
static int next_header(struct archive_reader *r, struct archive_entry **ret)
{
    int code = ARCHIVE_RETRY;
    locale_t old = r->lib->names ? uselocale(r->lib->names) : (locale_t)0;
    for (unsigned i = 0; code == ARCHIVE_RETRY && i < RETRIES_MAX; i++) {
        code = r->lib->call.read_next_header(r->a, ret);
        if (code == ARCHIVE_RETRY && !r->damage.code)
            damaged(r, "damaged", &r->damage);
    }
    if (old)
        uselocale(old);
    return code;
}

/* A tar ends with blocks of zeros. Without them it may have been cut between two members. */
static int check_end(struct archive_reader *r, struct diag *d)
{
    char last[TAR_BLOCK];
    size_t got = 0;
    if (r->damage.code) {
        *d = r->damage;
        return d->code;
    }
    if (r->kind != CONTAINER_TAR || !r->source.seekable)
        return 0;
    uint64_t end = (uint64_t)r->lib->call.filter_bytes(r->a, 0);
    if (end < r->source.size)
        return 0;
    if (end > r->source.size || end < TAR_BLOCK)
        return diag_set(d, E_PARSE, "ends inside a member");
    int rc = r->source.read(r->source.ctx, end - TAR_BLOCK, last, TAR_BLOCK, &got);
    if (rc)
        return diag_set(d, rc, "could not be read");
    for (size_t i = 0; i < got; i++)
        if (last[i])
            return diag_set(d, E_PARSE, "has no end mark: it may have been cut");
    return 0;
}

int archive_reader_next(struct archive_reader *r, struct archive_member *ret, struct diag *d)
{
    struct archive_entry *e = NULL;
    struct diag why = {0};
    if (r->budget->spent)
        return diag_set(d, E_LIMIT, BYTES_SPENT);
    int rc = leave_member(r, &why), code = rc ? ARCHIVE_OK : next_header(r, &e);
    if (!rc && code == ARCHIVE_EOF)
        rc = check_end(r, &why);
    else if (!rc && (!e || (code != ARCHIVE_OK && code != ARCHIVE_WARN)))
        rc = r->lib->call.read_has_encrypted_entries(r->a) == 1
                 ? diag_set(&why, E_DENIED, "encrypted")
                 : damaged(r, "damaged", &why);
    else if (!rc)
        rc = spend(r, &r->budget->members, 1, MEMBERS_SPENT, &why);
    if (rc && d)
        *d = why;
    if (rc || code == ARCHIVE_EOF)
        return rc;
    describe(r, e, ret);
    r->in_member = true;
    return 1;
}

static int read_rest(void *ctx, uint64_t offset, char *to, size_t n, size_t *ret_got)
{
    struct archive_rest *rest = ctx;
    struct str head =
        str_sub(rest->head, (size_t)MIN(offset, (uint64_t)rest->head.n), rest->head.n);
    if (!head.n)
        return archive_reader_read(rest->reader, to, n, ret_got, &rest->diag);
    *ret_got = MIN(n, head.n);
    memcpy(to, head.p, *ret_got);
    return 0;
}

struct archive_source archive_rest_source(struct archive_rest *rest)
{
    return (struct archive_source){.read = read_rest, .ctx = rest};
}

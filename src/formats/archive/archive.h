/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the members of an archive, one after the other, with libarchive. Nothing is written to
 * disk, no link is followed, no program is run, and a path is only a text.
 *
 *     archive_library_new(&library, d)           once a worker, before the sandbox closes
 *     struct archive_budget budget = archive_budget(&limits, size_of_the_file);
 *     archive_reader_open(library, kind, &source, &budget, &r, d)
 *     while ((rc = archive_reader_next(r, &m, d)) > 0)
 *         while (!(rc = archive_reader_read(r, window, sizeof(window), &got, d)) && got) ...
 *     archive_reader_close(r)
 *
 * libarchive is loaded when asked for, into a scope of its own: no other part of the program pays
 * for it or sees its symbols.
 *
 * Every reader of one file, also of the archives inside of it, shares one budget; crossing it is
 * E_LIMIT, and nothing more can be read of any of them. Counted is what is unpacked, wanted or not.
 *
 * What this does not use of libarchive: formats other than zip, 7z and tar, filters other than the
 * four named in enum container, more than one filter (what is packed twice is an archive in an
 * archive), programs as filters, passwords.
 */
#ifndef STANCE_FORMATS_ARCHIVE_ARCHIVE_H
#define STANCE_FORMATS_ARCHIVE_ARCHIVE_H

#include "base/diag.h"
#include "formats/archive/container.h"

struct archive_library;
/* E_UNSUPPORTED: it is not installed. */
int archive_library_new(struct archive_library **ret, struct diag *d) MUST_CHECK;
struct archive_library *archive_library_free(struct archive_library *lib);

struct archive_limits {
    uint64_t members;    /* of one file, those of inner archives included */
    uint64_t bytes;      /* unpacked, of one file */
    uint64_t free_bytes; /* so many may be unpacked of any file; beyond them ... */
    uint64_t ratio;      /* ... so many for each byte of it */
    size_t path_bytes;   /* of one member */
    unsigned depth;      /* archives in archives */
};
/* 1 M members, 4 GiB, 64 MiB and 100 for a byte, paths of 4 KiB, depth 8. */
struct archive_limits archive_limits_default(void);

struct archive_budget {
    uint64_t members, bytes; /* what is left */
    size_t path_bytes;
    bool spent; /* a limit was reached */
};
struct archive_budget archive_budget(const struct archive_limits *l, uint64_t packed);

/* Where the bytes of an archive come from. */
struct archive_source {
    /* Bytes at an offset; 0 of them only at the end. Without `seekable` offsets only grow. */
    int (*read)(void *ctx, uint64_t offset, char *to, size_t n, size_t *ret_got);
    void *ctx;
    uint64_t size; /* when seekable */
    bool seekable; /* without: 7z cannot be read at all, zip by its local headers */
};

enum archive_type {
    ARCHIVE_MEMBER_FILE,
    ARCHIVE_MEMBER_FOLDER,
    ARCHIVE_MEMBER_LINK,
    ARCHIVE_MEMBER_OTHER
};

struct archive_member {
    struct str path; /* as the archive has it; "" when it has none; valid until the next call */
    struct str link; /* of a link: where it leads */
    enum archive_type type;
    uint64_t size;
    bool has_size; /* else it is known when all is read */
    bool encrypted;
    bool nameless;  /* the content of a compressed file: it has no path */
    bool long_path; /* above the limit, and cut */
    uint32_t mode;  /* st_mode */
};

struct archive_reader;
/* E_PARSE: cannot be read as what it is said to be; E_UNSUPPORTED, E_LIMIT, E_NOMEM. */
int archive_reader_open(const struct archive_library *lib, enum container kind,
                        const struct archive_source *source, struct archive_budget *budget,
                        struct archive_reader **ret, struct diag *d) MUST_CHECK;
/* 1: a member, 0: the end. E_PARSE: damaged, and nothing more can be read; E_DENIED: all of it is
 * encrypted; E_LIMIT; E_NOMEM; what the source said. */
int archive_reader_next(struct archive_reader *r, struct archive_member *ret,
                        struct diag *d) MUST_CHECK;
/* The next bytes of the member; none at its end. E_PARSE: what was read is not what the archive
 * promised, or the rest of the member cannot be read; E_LIMIT; E_NOMEM; what the source said. */
int archive_reader_read(struct archive_reader *r, char *to, size_t n, size_t *ret_got,
                        struct diag *d) MUST_CHECK;
struct archive_reader *archive_reader_close(struct archive_reader *r);

/* The member at which a reader stands, as the source of another reader: an archive in an archive,
 * the tar in a .tar.gz. `head` was read of it already and comes first. */
struct archive_rest {
    struct archive_reader *reader;
    struct str head;
    struct diag diag; /* why it could not be read */
};
struct archive_source archive_rest_source(struct archive_rest *rest);

#endif

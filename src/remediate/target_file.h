/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file below a root, opened so that no link can lead elsewhere, and replaced whole or not at
 * all. Private to remediate/.
 *
 *     struct target_file f;
 *     target_file_open(&f, root, path, d)          folder and file are held by descriptor
 *     target_file_read(&f, &arena, &text, d)
 *     target_file_write(&f, new, &facts, d)        .NAME.stance-new, fsync
 *     target_file_swap(&f, old_sha256, d)          look again, rename
 *     target_file_sync(&f, d)                      fsync of the folder
 *     target_file_done(&f)
 *
 * Source: openat2(2) RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS; Linux 5.6.
 */
#ifndef STANCE_REMEDIATE_TARGET_FILE_H
#define STANCE_REMEDIATE_TARGET_FILE_H

#include "remediate/fix.h"

struct target_file {
    int folder, fd;
    struct file_facts facts;
    uint64_t device, inode, size;
    char name[256], temp[272]; /* in folder */
    bool temp_exists;
    char shown[512]; /* the path as the user knows it, for messages */
};

int target_file_open(struct target_file *f, struct str root, struct str path,
                     struct diag *d) MUST_CHECK;
void target_file_done(struct target_file *f); /* removes a temporary file that was not swapped in */
int target_file_read(struct target_file *f, struct arena *a, struct str *ret,
                     struct diag *d) MUST_CHECK;
/* May it be replaced: not read-only, no hard links, a folder one may write. */
int target_file_writable(const struct target_file *f, struct diag *d) MUST_CHECK;
/* `facts` gives mode and owner; mtime only when `keep_time`. */
int target_file_write(struct target_file *f, struct str text, const struct file_facts *facts,
                      bool keep_time, struct diag *d) MUST_CHECK;
/* E_CONFLICT when the file is not the one with this digest any more. */
int target_file_swap(struct target_file *f, struct str sha256, struct diag *d) MUST_CHECK;
int target_file_sync(const struct target_file *f, struct diag *d) MUST_CHECK;

/* 64 hex digits in the arena. */
int digest_text(struct str text, struct arena *a, struct str *ret) MUST_CHECK;
/* Whole-file read and write helpers of the backup store. */
int fd_read_all(int fd, size_t max, struct arena *a, struct str *ret, struct diag *d) MUST_CHECK;
int fd_write_all(int fd, struct str text) MUST_CHECK; /* negative: errno is set */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Private to formats/archive*.c: the calls of libarchive that are used, by name. */
#ifndef STANCE_FORMATS_ARCHIVE_LIBRARY_H
#define STANCE_FORMATS_ARCHIVE_LIBRARY_H

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include "formats/archive/archive.h"

#define ARCHIVE_CALLS(X)                                                                           \
    X(read_new)                                                                                    \
    X(read_free)                                                                                   \
    X(read_support_format_7zip)                                                                    \
    X(read_support_format_empty)                                                                   \
    X(read_support_format_raw)                                                                     \
    X(read_support_format_tar)                                                                     \
    X(read_support_format_zip)                                                                     \
    X(read_support_format_zip_streamable)                                                          \
    X(read_append_filter)                                                                          \
    X(read_set_callback_data)                                                                      \
    X(read_set_read_callback)                                                                      \
    X(read_set_seek_callback)                                                                      \
    X(read_open1)                                                                                  \
    X(read_next_header)                                                                            \
    X(read_data_block)                                                                             \
    X(read_has_encrypted_entries)                                                                  \
    X(filter_bytes)                                                                                \
    X(format)                                                                                      \
    X(error_string)                                                                                \
    X(entry_filetype)                                                                              \
    X(entry_hardlink)                                                                              \
    X(entry_is_encrypted)                                                                          \
    X(entry_mode)                                                                                  \
    X(entry_pathname)                                                                              \
    X(entry_pathname_utf8)                                                                         \
    X(entry_symlink)                                                                               \
    X(entry_size)                                                                                  \
    X(entry_size_is_set)

struct archive_library {
    void *handle;
    locale_t names; /* in which names are the bytes that the archive holds */
#define X(name) __typeof__(archive_##name) *name;
    struct {
        ARCHIVE_CALLS(X)
        int (*error)(struct archive *); /* archive_errno: `errno` is a macro */
    } call;
#undef X
};

#endif

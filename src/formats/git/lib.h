/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of libgit2 that is used: reading single objects out of one pack or out of a folder of
 * loose objects. It is loaded on first use, so that no other command or worker pays for it.
 *
 *     struct gitlib lib;
 *     int rc = gitlib_load(&lib, d);      once a process, before its sandbox closes
 *
 * No repository is ever opened with it. libgit2 therefore never sees a configuration (of the
 * repository, the user or the system), an attribute, a hook, a filter, a reference, an alternate or
 * a remote, and runs and reaches nothing. Its check of who owns a repository belongs to the opening
 * of one and never takes place: nothing that an owner could make git run is run here, so whose a
 * repository is does not matter.
 *
 * Sources: libgit2 1.5 headers; src/libgit2/{odb,odb_pack,odb_loose,pack,mwindow}.c.
 */
#ifndef STANCE_FORMATS_GIT_LIB_H
#define STANCE_FORMATS_GIT_LIB_H

#include <git2.h>

#include "base/diag.h"

#define GITLIB_FUNCTIONS(X)                                                                        \
    X(git_libgit2_init)                                                                            \
    X(git_libgit2_opts)                                                                            \
    X(git_error_last)                                                                              \
    X(git_odb_new)                                                                                 \
    X(git_odb_free)                                                                                \
    X(git_odb_add_backend)                                                                         \
    X(git_odb_backend_one_pack)                                                                    \
    X(git_odb_backend_loose)                                                                       \
    X(git_odb_read)                                                                                \
    X(git_odb_object_data)                                                                         \
    X(git_odb_object_size)                                                                         \
    X(git_odb_object_type)                                                                         \
    X(git_odb_object_free)

struct gitlib {
#define GITLIB_MEMBER(name) typeof(name) *name;
    GITLIB_FUNCTIONS(GITLIB_MEMBER)
#undef GITLIB_MEMBER
};

/* Never unloaded. E_UNSUPPORTED with a hint: it is not installed; E_NOMEM. */
int gitlib_load(struct gitlib *ret, struct diag *d) MUST_CHECK;

#endif

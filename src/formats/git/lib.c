/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how libgit2 is loaded and how little it may keep. */
#include <dlfcn.h>
#include <sys/resource.h>

#include "formats/git/lib.h"

#define SONAME "libgit2.so." LIBGIT2_SOVERSION

/* Of a pack, one piece is mapped at a time, and no more than this of all of them. */
#define WINDOW_BYTES ((size_t)8 << 20)
#define MAPPED_BYTES ((size_t)48 << 20)

/* It begins with the certificates of the machine, for connections that are never made: 4 ms of
 * parsing. Nothing can be opened meanwhile; that it has none is no error to it. */
static int start(const struct gitlib *lib)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files))
        return E_BUG;
    const struct rlimit none = {0, files.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &none))
        return E_BUG;
    int rc = lib->git_libgit2_init();
    return setrlimit(RLIMIT_NOFILE, &files) ? E_BUG : rc < 0 ? E_NOMEM : 0;
}

static int set_up(const struct gitlib *lib)
{
    int rc = start(lib);
    if (rc)
        return rc;
    /* What is asked for twice is kept by those who ask. */
    rc = lib->git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
    if (!rc)
        rc = lib->git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
    if (!rc)
        rc = lib->git_libgit2_opts(GIT_OPT_DISABLE_PACK_KEEP_FILE_CHECKS, 1);
    if (!rc)
        rc = lib->git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, WINDOW_BYTES);
    if (!rc)
        rc = lib->git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, MAPPED_BYTES);
    return rc ? E_BUG : 0;
}

int gitlib_load(struct gitlib *ret, struct diag *d)
{
    struct gitlib lib;
    void *handle = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        diag_set(d, E_UNSUPPORTED, "the library that reads git objects, %s, is not installed",
                 SONAME);
        diag_hint(d, "install it (Debian: apt install libgit2-%s)", LIBGIT2_SOVERSION);
        return E_UNSUPPORTED;
    }
#define LOAD(name)                                                                                 \
    *(void **)&lib.name = dlsym(handle, #name);                                                    \
    if (!lib.name)                                                                                 \
        return diag_set(d, E_UNSUPPORTED, "%s lacks %s", SONAME, #name);
    GITLIB_FUNCTIONS(LOAD)
#undef LOAD
    int rc = set_up(&lib);
    if (rc)
        return diag_set(d, rc, "%s could not be started", SONAME);
    *ret = lib;
    return 0;
}

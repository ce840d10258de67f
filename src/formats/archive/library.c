/* SPDX-License-Identifier: Apache-2.0 */
/* Decides how libarchive is loaded: when asked for, and into a scope of its own. */
#include <dlfcn.h>

#include "base/mem.h"
#include "formats/archive/library.h"

#define LIBRARY "libarchive.so.13"

struct call {
    const char *name;
    size_t at;
};

static const struct call CALLS[] = {
#define X(name) {"archive_" #name, offsetof(struct archive_library, call.name)},
    ARCHIVE_CALLS(X)
#undef X
        {"archive_errno", offsetof(struct archive_library, call.error)},
};

static int bind_calls(struct archive_library *lib, struct diag *d)
{
    for (size_t i = 0; i < ARRAY_LEN(CALLS); i++) {
        void *call = dlsym(lib->handle, CALLS[i].name);
        if (!call)
            return diag_set(d, E_UNSUPPORTED, "%s has no %s", LIBRARY, CALLS[i].name);
        memcpy((char *)lib + CALLS[i].at, &call, sizeof(call));
    }
    return 0;
}

int archive_library_new(struct archive_library **ret, struct diag *d)
{
    struct archive_library *lib = mem_alloc(sizeof(*lib));
    if (!lib)
        return diag_set(d, E_NOMEM, "no memory to load %s", LIBRARY);
    lib->handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!lib->handle) {
        mem_free(lib);
        diag_set(d, E_UNSUPPORTED, "archives cannot be opened: %s is not installed", LIBRARY);
        diag_hint(d, "install the package libarchive13");
        return E_UNSUPPORTED;
    }
    int rc = bind_calls(lib, d);
    if (rc) {
        archive_library_free(lib);
        return rc;
    }
    lib->names = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    *ret = lib;
    return 0;
}

struct archive_library *archive_library_free(struct archive_library *lib)
{
    if (!lib)
        return NULL;
    if (lib->names)
        freelocale(lib->names);
    dlclose(lib->handle);
    mem_free(lib);
    return NULL;
}

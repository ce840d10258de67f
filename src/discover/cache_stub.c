#include "discover/cache.h"
#include "base/err.h"
#include <sys/stat.h>
struct file_stamp file_stamp(const struct stat *st)
{
    return (struct file_stamp){st->st_dev, st->st_ino, (uint64_t)st->st_size,
        st->st_mtim.tv_sec * 1000000000LL + st->st_mtim.tv_nsec,
        st->st_ctim.tv_sec * 1000000000LL + st->st_ctim.tv_nsec, st->st_mode};
}
int cache_open(struct str folder UNUSED, struct str root UNUSED, struct str key UNUSED, struct cache **ret, struct diag *d UNUSED) { *ret = NULL; return 0; }
uint64_t cache_files(const struct cache *c UNUSED) { return 0; }
bool cache_find(const struct cache *c UNUSED, struct str path UNUSED, const struct file_stamp *now UNUSED, struct cached *ret UNUSED) { return false; }
int cache_put(struct cache *c UNUSED, struct str path UNUSED, const struct file_stamp *stamp UNUSED, const unsigned char *sha256 UNUSED, const struct cached *facts UNUSED) { return 0; }
int cache_commit(struct cache *c UNUSED, struct diag *d UNUSED) { return 0; }
struct cache *cache_close(struct cache *c UNUSED) { return NULL; }

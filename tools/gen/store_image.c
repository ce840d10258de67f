/* SPDX-License-Identifier: Apache-2.0 */
/* store_image STORE OUT.c: makes an empty store at STORE and writes its bytes as C. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "file.h"
#include "store/store.h"

#define COLUMNS 32

static int make_store(const char *path, struct diag *d)
{
    const struct clock never = {0};
    struct store *st = NULL;
    unlink(path); /* of an earlier build */
    int rc = store_open(path, DB_CREATE, &never, &st, d);
    if (!rc)
        rc = db_exec(store_db(st), STR("VACUUM"), d);
    store_free(st);
    return rc;
}

static void write_bytes(struct str image, struct buf *out)
{
    buf_addz(out, "#include \"store/store_image.h\"\n\nstatic const unsigned char BYTES[] = {");
    for (size_t i = 0; i < image.n; i++)
        buf_addf(out, "%s%u,", i % COLUMNS ? "" : "\n", (unsigned char)image.p[i]);
    buf_addz(out, "\n};\n\nconst struct str STORE_IMAGE = {(const char *)BYTES, sizeof(BYTES)};\n");
}

int main(int argc, char **argv)
{
    AUTO(buf) image = BUF_INIT;
    AUTO(buf) text = BUF_INIT;
    struct diag d = {0};
    if (argc != 3) {
        fputs("usage: store_image STORE OUT.c\n", stderr);
        return 2;
    }
    int rc = make_store(argv[1], &d);
    if (!rc)
        rc = file_read(argv[1], &image, &d);
    if (!rc) {
        write_bytes(buf_str(&image), &text);
        rc = buf_result(&text) ? diag_set(&d, E_NOMEM, "no memory for the image of a store")
                               : file_write(argv[2], buf_str(&text), &d);
    }
    if (rc)
        file_complain(&d);
    return rc ? 1 : 0;
}

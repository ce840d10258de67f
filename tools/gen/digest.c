/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what names a state of the sources: a SHA-256 over the files in the order given. */
/*
 *     digest NAME OUT FILE...      writes OUT: #define NAME "hex"
 */
#include "base/hash.h"
#include "file.h"

static int digest(int argc, char **argv, struct diag *d)
{
    AUTO(sha256) h = {0};
    AUTO(buf) out = BUF_INIT;
    unsigned char sum[SHA256_BYTES];
    int rc = sha256_init(&h);
    for (int i = 3; i < argc && !rc; i++) {
        AUTO(buf) text = BUF_INIT;
        rc = file_read(argv[i], &text, d);
        sha256_field(&h, buf_str(&text));
    }
    rc = rc ? rc : sha256_end(&h, sum);
    if (rc)
        return rc;
    buf_addf(&out, "#define %s \"", argv[1]);
    buf_add_hex(&out, sum, sizeof(sum));
    buf_addz(&out, "\"\n");
    rc = buf_result(&out);
    return rc ? rc : file_write(argv[2], buf_str(&out), d);
}

int main(int argc, char **argv)
{
    struct diag d = {0};
    if (argc < 4 || digest(argc, argv, &d)) {
        file_complain(&d);
        return 1;
    }
    return 0;
}

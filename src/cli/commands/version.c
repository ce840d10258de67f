/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what the program says about itself. */
#include <dlfcn.h>
#include <hs/hs_runtime.h>
#include <openssl/crypto.h>
#include <seccomp.h>
#include <sqlite3.h>
#include <string.h>
#include <utf8proc.h>
#include <yaml.h>
#include <zlib.h>
/* The library asks for it. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "catalog/catalog.h"
#include "cli/command.h"
#include "loop/version.gen.h"

static const struct option_spec options[] = {
    {.name = "verbose",
     .letter = 'v',
     .type = OPT_FLAG,
     .help = "also the version of the knowledge and of each library in use"},
    {0},
};

/* Asking the library itself would link all of it: nothing else here needs more than SHA-256. */
static const char *openssl_version(void)
{
    const char *(*shared)(int) = NULL;
    *(void **)&shared = dlsym(RTLD_DEFAULT, "OpenSSL_version");
    return shared ? shared(OPENSSL_VERSION_STRING) : OPENSSL_FULL_VERSION_STR;
}

/* A library that was linked into the program gets no update from the system: people must be able to
 * see what they run. */
static void print_libraries(FILE *out)
{
    const struct scmp_version *seccomp = seccomp_version();
    char pcre2[64] = "";
    if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) < (int)sizeof(pcre2))
        pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    fprintf(out, "knowledge  %.16s\n", CATALOG.digest);
    fprintf(out, "OpenSSL    %s\n", openssl_version());
    fprintf(out, "PCRE2      %s\n", pcre2);
    if (seccomp)
        fprintf(out, "seccomp    %u.%u.%u\n", seccomp->major, seccomp->minor, seccomp->micro);
    fprintf(out, "SQLite     %s\n", sqlite3_libversion());
    fprintf(out, "utf8proc   %s\n", utf8proc_version());
    fprintf(out, "Vectorscan %.*s\n", (int)strcspn(hs_version(), " "), hs_version());
    fprintf(out, "libyaml    %s\n", yaml_get_version_string());
    fprintf(out, "zlib       %s\n", zlibVersion());
}

static int run_version(struct invocation *in, struct diag *d UNUSED)
{
    fputs("stance " STANCE_VERSION "\n", in->out);
    if (option_flag(in, "verbose"))
        print_libraries(in->out);
    return EXIT_CLEAN;
}

const struct command COMMAND_VERSION = {
    .name = "version",
    .usage = "[OPTION...]",
    .summary = "print the version",
    .options = options,
    .run = run_version,
};

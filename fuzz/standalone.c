/* SPDX-License-Identifier: Apache-2.0 */
/* Replays every file of the folders or files named on the command line through a fuzz target. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        return 1;
    }
    size_t n = 0, alloc = 1 << 16;
    uint8_t *data = malloc(alloc);
    while (data) {
        size_t got = fread(data + n, 1, alloc - n, f);
        n += got;
        if (got == 0)
            break;
        if (n == alloc)
            data = realloc(data, alloc *= 2);
    }
    fclose(f);
    if (!data)
        return 1;
    /* An exact-size copy, so that a sanitizer sees a read past the end. */
    uint8_t *exact = malloc(n ? n : 1);
    if (exact) {
        memcpy(exact, data, n);
        LLVMFuzzerTestOneInput(exact, n);
        free(exact);
    }
    free(data);
    return 0;
}

static int replay(const char *path)
{
    struct stat st;
    if (stat(path, &st)) {
        perror(path);
        return 1;
    }
    if (!S_ISDIR(st.st_mode))
        return replay_file(path);
    struct dirent **names;
    int n = scandir(path, &names, NULL, alphasort), bad = 0, seen = 0;
    for (int i = 0; i < n; i++) {
        char child[4096];
        if (names[i]->d_name[0] != '.') {
            snprintf(child, sizeof(child), "%s/%s", path, names[i]->d_name);
            bad += replay_file(child);
            seen++;
        }
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    printf("%d seeds replayed\n", seen);
    return bad || seen == 0;
}

int main(int argc, char **argv)
{
    int bad = 0;
    for (int i = 1; i < argc; i++)
        bad += replay(argv[i]);
    return bad != 0;
}

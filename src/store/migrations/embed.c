/* SPDX-License-Identifier: Apache-2.0 */
/* Writes SQL files, in order, as the C table MIGRATIONS: embed OUT FILE... (run by the build). */
#include <stdio.h>

static int embed(FILE *out, const char *path)
{
    FILE *in = fopen(path, "rb");
    int c, column = 0;

    if (!in)
        return 1;
    fprintf(out, "    \"");
    while ((c = fgetc(in)) != EOF) {
        if (c == '\n')
            fprintf(out, "\\n\"\n    \"");
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else
            fputc(c, out);
        column++;
    }
    fprintf(out, "\",\n");
    c = ferror(in);
    fclose(in);
    return c || !column;
}

int main(int argc, char **argv)
{
    FILE *out = argc > 2 ? fopen(argv[1], "wb") : NULL;

    if (!out)
        return 2;
    fprintf(out, "/* Generated from migrations. */\n#include \"store/migrate.h\"\n"
                 "const char *const MIGRATIONS[] = {\n");
    for (int i = 2; i < argc; i++)
        if (embed(out, argv[i])) {
            perror(argv[i]);
            return 1;
        }
    fprintf(out, "};\nconst int MIGRATION_COUNT = %d;\n", argc - 2);
    return ferror(out) | fclose(out) ? 1 : 0;
}

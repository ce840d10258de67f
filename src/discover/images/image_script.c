/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which images command lines run, pull or create containers of. */
#include "discover/images/images.h"
#include "discover/emit.h"
#include "discover/servers/launcher.h"

#define LINE_BYTES 16384u /* of one command with its continued lines */

/* "@docker", "$(docker", "/usr/bin/docker": the word as the name of a program. */
static struct str program_of(struct str word)
{
    while (word.n && strchr("@-+$(`\"'", word.p[0]))
        word = str_sub(word, 1, word.n);
    size_t slash = str_rchr(word, '/');
    return slash == SIZE_MAX ? word : str_sub(word, slash + 1, word.n);
}

static bool is_engine(struct str word)
{
    static const char *const names[] = {"docker", "podman", "nerdctl", "finch", "docker.exe"};
    struct str name = program_of(word);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_z(name, names[i]))
            return true;
    return false;
}

/* A command may begin behind this word: "sudo", "run:", "A=b", "ExecStart=". */
static bool leads(const struct shell_word *w)
{
    static const char *const words[] = {"sudo", "exec",  "time", "then",  "do",     "if",
                                        "!",    "else",  "env",  "nohup", "-",      "{",
                                        "&&",   "while", "RUN",  "eval",  "timeout"};
    struct str name, value;
    if (w->op || shell_assignment(w->text, &name, &value) || str_ends(w->text, STR(":")) ||
        str_ends(w->text, STR("=")))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq_z(w->text, words[i]))
            return true;
    return false;
}

/* Words up to the next operator. */
static size_t command_length(const struct shell_words *w, size_t from)
{
    size_t n = 0;
    while (from + n < w->n && !w->v[from + n].op)
        n++;
    return n;
}

struct script {
    struct item *it;
    struct emit *e;
    struct str text;
    struct place (*place)(void *ctx, size_t offset);
    void *ctx;
};

/* A copy in which "${{ a b }}" is one word. */
static int close_templates(struct script *s, struct str line, struct str *ret)
{
    char *p = arena_alloc(s->it->arena, line.n + 1);
    bool inside = false;
    if (!p)
        return arena_error(s->it->arena);
    for (size_t i = 0; i < line.n; i++) {
        inside |= str_starts(str_sub(line, i, line.n), STR("{{"));
        inside &= !str_starts(str_sub(line, i, line.n), STR("}}"));
        p[i] = inside && line.p[i] == ' ' ? '_' : line.p[i];
    }
    *ret = str_n(p, line.n);
    return 0;
}

static int tell_image(struct script *s, struct str line, struct str words, struct str word)
{
    struct image_text image;
    size_t at = str_find(words, word, 0);
    int rc = image_expand(word, NULL, NULL, s->it->arena, &image);
    if (!rc)
        image_tell(s->it, s->e, &image, "script",
                   s->place(s->ctx, (size_t)(line.p - s->text.p) + (at == SIZE_MAX ? 0 : at)));
    return rc;
}

static int read_command(struct script *s, struct str line)
{
    struct shell_words w = {0};
    struct str words;
    int rc = close_templates(s, line, &words);
    rc = rc ? rc : shell_split(words, SHELL_POSIX, 0, s->it->arena, &w);
    for (size_t i = 0; !rc && i < w.n; i++) {
        if (w.v[i].op || !is_engine(w.v[i].text) || (i && !leads(&w.v[i - 1])))
            continue;
        struct str image = launcher_container_image(&w.v[i + 1], command_length(&w, i + 1));
        if (image.n)
            rc = tell_image(s, line, words, image);
    }
    return rc;
}

/* The next line with those that continue it. */
static struct str next_command(struct str *rest)
{
    size_t end = 0;
    while ((end = str_chr(*rest, '\n', end)) != SIZE_MAX) {
        size_t last = end && rest->p[end - 1] == '\r' ? end - 1 : end;
        if (!last || !strchr("\\`^", rest->p[last - 1]))
            break;
        end++;
    }
    struct str line = str_sub(*rest, 0, end == SIZE_MAX ? rest->n : end);
    *rest = str_sub(*rest, end == SIZE_MAX ? rest->n : end + 1, rest->n);
    return line;
}

int image_tell_script(struct item *it, struct emit *e, struct str text,
                      struct place (*place)(void *ctx, size_t offset), void *ctx)
{
    struct script s = {.it = it, .e = e, .text = text, .place = place, .ctx = ctx};
    int rc = 0;
    for (struct str rest = text; rest.n && !rc;) {
        struct str line = next_command(&rest), bare = str_trim(line);
        bool engine = str_has(line, STR("docker")) || str_has(line, STR("podman")) ||
                      str_has(line, STR("nerdctl")) || str_has(line, STR("finch"));
        if (!engine || line.n > LINE_BYTES || bare.p[0] == '#' || str_starts(bare, STR("//")))
            continue;
        if (str_starts(bare, STR("ExecStart")))
            line = str_sub(line, MIN(str_chr(line, '=', 0) + 1, line.n), line.n);
        rc = read_command(&s, line);
    }
    return rc;
}

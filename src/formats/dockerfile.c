/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which words of a Dockerfile name images. */
#include "formats/dockerfile.h"

#include "base/buf.h"
#include "base/map.h"

#define NAME_MAX_BYTES 256u

struct reader {
    struct str text, rest;
    struct arena *arena;
    dockerfile_fn fn;
    void *ctx;
    char escape;
    bool from_seen;
    bool open_end;     /* a here document never ended: what looks like one is none */
    struct map args;   /* global ones: name -> struct str in the arena */
    struct map stages; /* lower-case names */
    struct str line;   /* what is left of the instruction */
    size_t at;         /* where it begins */
    bool joined;       /* its line stands in the arena */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static struct str trim_end(struct str s)
{
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static bool is_comment(struct str line)
{
    struct str s = str_trim(line);

    return !s.n || s.p[0] == '#';
}

/* "# escape=`": only the lines at the top may say so. */
static void read_directives(struct reader *r)
{
    struct str rest = r->rest, line, key, value;

    while (str_line(&rest, &line)) {
        line = str_trim(line);
        if (!str_starts(line, STR("#")) || !str_cut(str_sub(line, 1, line.n), '=', &key, &value))
            return;
        value = str_trim(value);
        if (str_eq_nocase(str_trim(key), STR("escape")) && value.n == 1 &&
            (value.p[0] == '`' || value.p[0] == '\\'))
            r->escape = value.p[0];
    }
}

static bool is_continued(const struct reader *r, struct str *line)
{
    struct str s = trim_end(*line);

    if (!s.n || s.p[s.n - 1] != r->escape)
        return false;
    *line = str_sub(s, 0, s.n - 1);
    return true;
}

/* The lines that belong to one that goes on, as one. */
static int join_lines(struct reader *r, struct str line)
{
    AUTO(buf) all = BUF_INIT;
    bool more = true;
    int rc;

    buf_add(&all, line);
    while (more && str_line(&r->rest, &line)) {
        if (is_comment(line))
            continue;
        more = is_continued(r, &line);
        buf_add(&all, line);
    }
    if ((rc = buf_result(&all)))
        return rc;
    r->line = arena_str(r->arena, buf_str(&all));
    r->joined = true;
    return r->line.p ? OK : arena_error(r->arena);
}

/* 1 when there is an instruction, 0 at the end. */
static int next_line(struct reader *r)
{
    struct str line;

    while (str_line(&r->rest, &line)) {
        if (is_comment(line))
            continue;
        r->at = (size_t)(line.p - r->text.p);
        r->joined = false;
        r->line = line;
        int rc = is_continued(r, &line) ? join_lines(r, line) : OK;
        return rc ? rc : 1;
    }
    return 0;
}

static struct str next_word(struct str *rest)
{
    size_t from = 0, to;

    while (from < rest->n && is_blank(rest->p[from]))
        from++;
    for (to = from; to < rest->n && !is_blank(rest->p[to]);)
        to++;
    struct str word = str_sub(*rest, from, to);
    *rest = str_sub(*rest, to, rest->n);
    return word;
}

static struct str without_quotes(struct str s)
{
    bool quoted = s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0];

    return quoted ? str_sub(s, 1, s.n - 1) : s;
}

static bool value_of(void *ctx, struct str name, struct str *ret)
{
    const struct reader *r = ctx;
    const uint64_t *hit = map_get(&r->args, name);

    if (!hit)
        return false;
    *ret = *(const struct str *)(uintptr_t)*hit;
    return true;
}

static int read_argument(struct reader *r, struct str word)
{
    struct str name, value;
    struct image_text text;
    bool fresh;

    if (!str_cut(word, '=', &name, &value))
        return OK;
    int rc = image_expand(without_quotes(value), value_of, r, r->arena, &text);
    struct str *kept = rc ? NULL : arena_new(r->arena, struct str);
    uint64_t *slot = kept ? map_put(&r->args, name, &fresh) : NULL;
    if (rc || !slot)
        return rc ? rc : kept ? E_NOMEM : arena_error(r->arena);
    *kept = text.text;
    *slot = (uintptr_t)kept;
    return OK;
}

/* Names of stages compare without regard to case; a number is one, too. */
static bool is_stage(const struct reader *r, struct str name, struct str *ret_lower, char *lower)
{
    bool number = name.n != 0;

    *ret_lower = STR("");
    if (name.n > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        lower[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        number &= c >= '0' && c <= '9';
    }
    *ret_lower = str_n(lower, name.n);
    return number || map_get(&r->stages, *ret_lower);
}

static int tell_image(struct reader *r, struct str word)
{
    char lower[NAME_MAX_BYTES];
    struct str name;
    struct dockerfile_image image = {.offset = r->joined ? r->at : (size_t)(word.p - r->text.p)};

    word = without_quotes(word);
    int rc = image_expand(word, r->from_seen ? NULL : value_of, r, r->arena, &image.name);
    if (rc || !image.name.text.n || str_eq(image.name.text, STR("scratch")) ||
        is_stage(r, image.name.text, &name, lower))
        return rc;
    return r->fn(r->ctx, &image);
}

static int add_stage(struct reader *r, struct str word)
{
    char lower[NAME_MAX_BYTES];
    struct str name;
    bool fresh;

    if (is_stage(r, word, &name, lower) || !name.n)
        return OK;
    name = arena_str(r->arena, name);
    if (!name.p)
        return arena_error(r->arena);
    return map_put(&r->stages, name, &fresh) ? OK : E_NOMEM;
}

static int read_from(struct reader *r)
{
    struct str word = next_word(&r->line);

    while (str_starts(word, STR("--")))
        word = next_word(&r->line);
    r->from_seen = false; /* arguments before the first FROM hold in every one */
    int rc = tell_image(r, word);
    r->from_seen = true;
    if (!rc && str_eq_nocase(next_word(&r->line), STR("AS")))
        rc = add_stage(r, next_word(&r->line));
    return rc;
}

/* "--from=IMAGE", "--mount=type=bind,from=IMAGE,source=/x" */
static int read_options(struct reader *r)
{
    struct str word, part;
    int rc = OK;

    while (!rc && str_starts(word = next_word(&r->line), STR("--"))) {
        if (str_starts(word, STR("--from=")))
            rc = tell_image(r, str_sub(word, 7, word.n));
        if (!str_starts(word, STR("--mount=")))
            continue;
        word = str_sub(word, 8, word.n);
        while (!rc && str_field(&word, ',', &part))
            if (str_starts(part, STR("from=")))
                rc = tell_image(r, str_sub(part, 5, part.n));
    }
    return rc;
}

/* The word behind "<<", "<<-", with or without quotes; `at` moves on. */
static struct str here_word(struct str line, size_t *at, bool *ret_tabs)
{
    size_t from = *at + 2, to;

    *ret_tabs = from < line.n && line.p[from] == '-';
    from += *ret_tabs;
    if (from < line.n && (line.p[from] == '"' || line.p[from] == '\''))
        from++;
    for (to = from; to < line.n; to++) {
        char c = line.p[to];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        if (!letter && !(to > from && c >= '0' && c <= '9'))
            break;
    }
    *at = MAX(to, *at + 2);
    return str_sub(line, from, to);
}

static void skip_here_document(struct reader *r, struct str word, bool tabs)
{
    struct str rest = r->rest, line;

    while (str_line(&rest, &line)) {
        while (tabs && line.n && line.p[0] == '\t')
            line = str_sub(line, 1, line.n);
        if (str_eq(line, word)) {
            r->rest = rest;
            return;
        }
    }
    r->open_end = true;
}

static void skip_here_documents(struct reader *r, struct str line)
{
    bool tabs;

    for (size_t at = 0; !r->open_end && (at = str_find(line, STR("<<"), at)) != SIZE_MAX;) {
        if (at + 2 < line.n && line.p[at + 2] == '<') {
            at += 3;
            continue;
        }
        struct str word = here_word(line, &at, &tabs);
        if (word.n)
            skip_here_document(r, word, tabs);
    }
}

static int read_instruction(struct reader *r)
{
    struct str verb = next_word(&r->line), word;
    int rc = OK;

    if (str_eq_nocase(verb, STR("FROM")))
        return read_from(r);
    if (str_eq_nocase(verb, STR("ARG"))) {
        while (!rc && !r->from_seen && (word = next_word(&r->line)).n)
            rc = read_argument(r, word);
        return rc;
    }
    bool copies = str_eq_nocase(verb, STR("COPY")) || str_eq_nocase(verb, STR("ADD"));
    if (!copies && !str_eq_nocase(verb, STR("RUN")))
        return OK;
    skip_here_documents(r, r->line);
    return read_options(r);
}

int dockerfile_images(struct str text, struct arena *a, dockerfile_fn fn, void *ctx)
{
    struct reader r = {.text = text,
                       .rest = text,
                       .arena = a,
                       .fn = fn,
                       .ctx = ctx,
                       .escape = '\\',
                       .args = MAP_INIT,
                       .stages = MAP_INIT};
    int rc;

    read_directives(&r);
    while ((rc = next_line(&r)) > 0)
        if ((rc = read_instruction(&r)))
            break;
    map_done(&r.args);
    map_done(&r.stages);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which images Terraform and units of systemd name. */
#include "discover/images/images.h"
#include "match/tokens.h"

struct reading {
    struct item *it;
    struct emit *e;
    struct str text;
    struct tokens tokens;
    struct str back[2]; /* the two tokens before */
    bool image;         /* the block is a variable for an image */
    int error;
};

static bool has_image(struct str name)
{
    for (size_t i = 0; i + 5 <= name.n; i++)
        if (str_eq_nocase(str_sub(name, i, i + 5), STR("image")))
            return true;
    return false;
}

static int tell(struct reading *r, struct str text, size_t offset, const char *by, bool assumed)
{
    struct image_text image;
    int rc = image_expand(text, NULL, NULL, r->it->arena, &image);
    if (rc)
        return rc;
    if (assumed)
        image.assumed_to = image.text.n;
    image_tell(r->it, r->e, &image, by, place_offset(r->it, r->text, offset));
    return 0;
}

/* image = "a/b:1", "image": "a/b:1", and the default of variable "x_image". */
static int on_token(void *ctx, const struct token *t)
{
    struct reading *r = ctx;
    struct str key = r->back[1], mark = r->back[0];
    bool set = str_eq(mark, STR("=")) || str_eq(mark, STR(":"));
    size_t at = (size_t)t->offset, end = (size_t)r->tokens.offset;
    struct str text = str_sub(r->text, at, end);

    if (t->type == TOKEN_TEXT && text.n > 2) {
        text = str_sub(text, 1, text.n - 1);
        bool named = has_image(key) && !str_eq_nocase(key, STR("image_pull_policy"));
        bool fallback = r->image && str_eq(key, STR("default"));
        if (str_eq(mark, STR("variable")))
            r->image = has_image(text);
        if (set && (named || fallback))
            r->error = tell(r, text, at + 1, "terraform", fallback);
    }
    r->back[1] = r->back[0];
    r->back[0] = text;
    return r->error;
}

int image_tell_terraform(struct item *it, struct emit *e, struct str text)
{
    struct reading r = {.it = it, .e = e, .text = text, .back = {STR(""), STR("")}};

    tokens_begin(&r.tokens, &TOKENS_HCL, on_token, &r);
    int rc = tokens_feed(&r.tokens, text);
    return rc ? rc : tokens_end(&r.tokens);
}

/* "Image=docker.io/a/b:1" */
int image_tell_unit(struct item *it, struct emit *e, struct str text)
{
    struct reading r = {.it = it, .e = e, .text = text};
    struct str rest = text, line, key, value;
    int rc = 0;

    while (!rc && str_line(&rest, &line))
        if (str_cut(line, '=', &key, &value) && str_eq(str_trim(key), STR("Image")))
            rc = tell(&r, str_trim(value), (size_t)(str_trim(value).p - text.p), "quadlet", false);
    return rc;
}

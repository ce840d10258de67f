/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what makes an observation the same asset as another: its key, its id, and why. */
#include "base/hash.h"
#include "inventory/inventory.h"
#include "inventory/inventory_build.h"

/* A quoted text that no other text has: controls and invalid UTF-8 become \xNN. */
static void add_quoted(struct buf *out, struct str s)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        unsigned char c = (unsigned char)s.p[i];
        bool good = str_rune(s, &i) != 0xFFFD || i - from == 3;
        if (!good || c < ' ' || c == 0x7f) {
            buf_addf(out, "\\x%02x", c);
            continue;
        }
        if (c == '"' || c == '\\')
            buf_addc(out, '\\');
        buf_add(out, str_sub(s, from, i));
    }
    buf_addc(out, '"');
}

static void add_part_name(struct buf *out, const char *name)
{
    if (out->n)
        buf_addc(out, ' ');
    buf_addz(out, name);
    buf_addc(out, '=');
}

static void add_place_part(struct buf *out, const struct observation *o, bool pointer)
{
    const struct place *p = &o->at;
    add_part_name(out, "@path");
    add_quoted(out, o->scope_path.p ? o->scope_path : p->path);
    if (p->member.n && !o->scope_path.p) { /* else that is the path of the member */
        add_part_name(out, "@member");
        add_quoted(out, p->member);
    }
    if (pointer && (p->pointer.n || p->url.n)) {
        add_part_name(out, "@pointer");
        add_quoted(out, p->pointer);
        add_quoted(out, p->url);
    }
}

/*
 * An attribute is a known part when it has a value; an empty text says nothing. A list that the
 * place does not set is the empty list.
 */
static bool add_attr_part(struct buf *out, const struct observation *o, enum attr attr)
{
    const struct attr_info *info = attr_info(attr);
    const struct attribute *a = observation_attr(o, attr);
    if (!a || a->state == STATE_UNRESOLVED)
        return false;
    bool absent = a->state == STATE_ABSENT;
    add_part_name(out, info->name);
    if (info->type == VALUE_STRINGS) {
        buf_addc(out, '[');
        for (size_t i = 0; !absent && i < a->value.n; i++)
            add_quoted(out, a->value.list[i]);
        buf_addc(out, ']');
        return true;
    }
    if (absent || (info->type == VALUE_STRING && !a->value.text.n))
        return false;
    if (info->type != VALUE_STRING) {
        buf_addf(out, "%lld", (long long)a->value.number);
        return true;
    }
    if (info->form != FORM_URL) {
        add_quoted(out, a->value.text);
        return true;
    }
    AUTO(buf) url = BUF_INIT;
    url_normalise(a->value.text, &url);
    add_quoted(out, buf_str(&url));
    if (buf_result(&url))
        out->error = E_NOMEM;
    return true;
}

static bool add_part(struct buf *out, const struct observation *o, int part)
{
    switch (part) {
    case IDENTITY_SCOPE:
        add_part_name(out, "@scope");
        add_quoted(out, o->scope);
        return o->scope.n > 0;
    case IDENTITY_NAME:
        add_part_name(out, "@name");
        add_quoted(out, o->name);
        return o->name.n > 0;
    case IDENTITY_PATH: add_place_part(out, o, false); return true;
    case IDENTITY_PLACE: add_place_part(out, o, true); return true;
    default: return add_attr_part(out, o, (enum attr)part);
    }
}

int identity_key(const struct observation *o, struct buf *out, int *ret_rule)
{
    const struct kind_info *k = kind_info(o->kind);
    if (!k)
        return E_BUG;
    for (int i = 0; i < k->identities; i++) {
        const struct identity_rule *rule = &k->identity[i];
        int part = 0;
        buf_clear(out);
        while (part < rule->n && add_part(out, o, rule->parts[part]))
            part++;
        if (buf_result(out))
            return buf_result(out);
        if (part == rule->n) {
            *ret_rule = i;
            return OK;
        }
    }
    buf_clear(out);
    return E_NOTFOUND;
}

/* The key of an observation that no alternative fits: its own place, so that it is not lost. */
void identity_fallback(const struct observation *o, struct buf *out)
{
    buf_clear(out);
    add_part_name(out, "@target");
    buf_addf(out, "%u", o->at.target);
    add_part_name(out, "@scope");
    add_quoted(out, o->scope);
    add_place_part(out, o, true);
    add_part_name(out, "@name");
    add_quoted(out, o->name);
}

int identity_id(enum kind kind, struct str key, char ret[IDENTITY_ID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[SHA256_BYTES];
    struct sha256 h;
    const char *name = kind_info(kind)->name;
    int rc = sha256_init(&h);
    if (rc)
        return rc;
    sha256_field(&h, str_z(name));
    sha256_field(&h, key);
    rc = sha256_end(&h, sum);
    sha256_done(&h);
    if (rc)
        return rc;
    size_t n = (size_t)snprintf(ret, IDENTITY_ID_SIZE, "%s-", name);
    for (size_t i = 0; i < 8 && n + 2 < IDENTITY_ID_SIZE; i++) {
        ret[n++] = digits[sum[i] >> 4];
        ret[n++] = digits[sum[i] & 15];
    }
    ret[n] = 0;
    return OK;
}

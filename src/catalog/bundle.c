/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a bundle may hold and how it is written, and what a public key looks like. */
#include "catalog/bundle.h"

#include "base/path.h"
#include "formats/doc.h"
#include "formats/yaml.h"

#define NAME_BYTES 64

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && i)))
            return false;
    }
    return s.n && s.n <= NAME_BYTES;
}

/* entries/acme.yaml */
static bool is_file(struct str path)
{
    struct str folder = path_dir(path), name = path_base(path);

    return (str_eq(folder, STR("entries")) || str_eq(folder, STR("patterns"))) &&
           str_ends(name, STR(".yaml")) && is_name(str_sub(name, 0, name.n - strlen(".yaml")));
}

static int fail(const struct doc *doc, const struct node *n, struct diag *d, const char *what)
{
    struct mark m = n ? node_mark(doc, n) : (struct mark){0, 0};

    diag_set(d, E_PARSE, "%s", what);
    diag_at(d, NULL, m.line, m.column);
    return E_PARSE;
}

static int read_files(const struct doc *doc, const struct node *list, struct arena *a,
                      struct bundle *b, struct diag *d)
{
    if (!node_is(list, NODE_OBJECT) || !list->count || list->count > PACK_FILES)
        return fail(doc, list, d, "a bundle has 'files', each with its text");
    if (!(b->files = arena_array(a, list->count, sizeof(*b->files))))
        return arena_error(a);
    node_each (doc, list, it) {
        struct catalog_source file = {arena_fmt(a, STR_FMT, STR_ARG(node_key(doc, it))),
                                      arena_str(a, node_text(doc, it))};
        if (!node_is(it, NODE_STRING) || !is_file(node_key(doc, it)))
            return fail(doc, it, d, "a file of a bundle is entries/ID.yaml or patterns/ID.yaml");
        if (!file.path.p || !file.text.p)
            return arena_error(a);
        b->files[b->n++] = file;
    }
    return OK;
}

/* All three members, and no other. */
static int check_members(const struct doc *doc, const struct node *root, struct diag *d)
{
    static const char *const words[] = {"pack", "serial", "files"};
    char what[128];

    if (!node_is(root, NODE_OBJECT))
        return fail(doc, root, d, "a bundle has 'pack', 'serial' and 'files'");
    node_each (doc, root, it) {
        struct str key = node_key(doc, it);
        if (str_eq_z(key, words[0]) || str_eq_z(key, words[1]) || str_eq_z(key, words[2]))
            continue;
        snprintf(what, sizeof(what), "a bundle has 'pack', 'serial' and 'files', not '" STR_FMT "'",
                 STR_ARG(str_sub(key, 0, 32)));
        return fail(doc, it, d, what);
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (!node_get(doc, root, str_z(words[i]))) {
            snprintf(what, sizeof(what), "this bundle has no '%s'", words[i]);
            return fail(doc, root, d, what);
        }
    return OK;
}

int bundle_read(struct str text, struct arena *a, struct bundle *ret, struct diag *d)
{
    struct limits lim = limits_default();
    AUTO(arena) own = ARENA(lim.memory);
    struct bundle b = {0};
    struct doc doc;
    int rc = yaml_parse(text, &lim, &own, &doc, d);
    const struct node *root = rc ? NULL : doc_root(&doc), *name, *files;

    if (rc)
        return rc;
    if ((rc = check_members(&doc, root, d)))
        return rc;
    name = node_get(&doc, root, STR("pack"));
    files = node_get(&doc, root, STR("files"));
    if (root->count != 3 || !node_is(name, NODE_STRING) || !is_name(node_text(&doc, name)))
        return fail(
            &doc, name, d,
            "the name of a pack has lower-case letters, digits and dashes, and stands once");
    const struct node *serial = node_get(&doc, root, STR("serial"));
    if (!serial || node_i64(&doc, serial, &b.serial) || b.serial < 1)
        return fail(&doc, serial, d, "the serial number of a bundle is 1 or more");
    if (!(b.name = arena_z(a, node_text(&doc, name))))
        return arena_error(a);
    if ((rc = read_files(&doc, files, a, &b, d)))
        return rc;
    *ret = b;
    return OK;
}

static void add_text(struct buf *out, struct str text)
{
    struct str line;

    while (str_line(&text, &line)) {
        if (line.n)
            buf_addf(out, "    " STR_FMT, STR_ARG(line));
        buf_addc(out, '\n');
    }
}

static bool came_back(const struct bundle *a, const struct bundle *b)
{
    for (size_t i = 0; i < a->n; i++)
        if (!str_eq(a->files[i].path, b->files[i].path) ||
            !str_eq(a->files[i].text, b->files[i].text))
            return false;
    return a->n == b->n;
}

static int not_a_name(struct str path, struct diag *d)
{
    diag_set(d, E_PARSE, "'" STR_FMT "' is no name of a file of a bundle", STR_ARG(path));
    diag_hint(d, "entries/ID.yaml or patterns/ID.yaml, with lower-case letters, digits and dashes");
    return E_PARSE;
}

int bundle_write(const struct bundle *b, struct buf *out, struct diag *d)
{
    AUTO(arena) a = ARENA(4 * PACK_BYTES);
    AUTO(buf) text = BUF_INIT;
    struct bundle again;

    if (!is_name(str_z(b->name)) || b->serial < 1)
        return diag_set(d, E_USAGE,
                        "the name of a pack has lower-case letters, digits and dashes; "
                        "its serial number is 1 or more");
    buf_addf(&text, "pack: %s\nserial: %lld\nfiles:\n", b->name, (long long)b->serial);
    for (size_t i = 0; i < b->n; i++) {
        if (!is_file(b->files[i].path))
            return not_a_name(b->files[i].path, d);
        buf_addf(&text, "  " STR_FMT ": |2+\n", STR_ARG(b->files[i].path));
        add_text(&text, b->files[i].text);
    }
    int rc = buf_result(&text);
    if (!rc)
        rc = bundle_read(buf_str(&text), &a, &again, d);
    if (rc == E_NOMEM)
        return diag_set(d, rc, "no memory for the bundle");
    if (rc == E_PARSE || (!rc && !came_back(b, &again)))
        return diag_set(d, E_PARSE,
                        "a file has control characters, carriage returns or no line "
                        "feed at its end: it would not come back as it is");
    if (!rc)
        buf_add(out, buf_str(&text));
    return rc ? rc : buf_result(out);
}

static int base64_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) : -1;
}

int bundle_public_key(struct str pem, unsigned char ret[32], struct diag *d)
{
    /* SubjectPublicKeyInfo of Ed25519, RFC 8410: 12 bytes, then the key. */
    static const unsigned char head[12] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                           0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    static const char begin[] = "-----BEGIN PUBLIC KEY-----\n";
    unsigned char der[45] = {0};
    size_t at = str_find(pem, str_z(begin), 0);
    struct str text = at == SIZE_MAX ? STR("") : str_sub(pem, at + strlen(begin), pem.n);

    if (text.n < 60)
        return diag_set(d, E_PARSE, "this is no public key (openssl pkey -pubout)");
    for (size_t i = 0; i < 60; i++) {
        int v = i == 59 && text.p[i] == '=' ? 0 : base64_value(text.p[i]);
        if (v < 0)
            return diag_set(d, E_PARSE, "this is no public key of Ed25519");
        size_t bit = i * 6;
        unsigned wide = (unsigned)v << (10 - bit % 8);
        der[bit / 8] |= (unsigned char)(wide >> 8);
        if (bit / 8 + 1 < sizeof(der))
            der[bit / 8 + 1] |= (unsigned char)wide;
    }
    if (memcmp(der, head, sizeof(head)))
        return diag_set(d, E_PARSE, "this is no public key of Ed25519");
    memcpy(ret, der + sizeof(head), 32);
    return OK;
}

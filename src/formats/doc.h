/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct doc: the tree of one configuration document, the same for JSON, YAML and TOML, so that a
 * detector is written once. Nodes are 48-byte rows of one table (document order, parents before
 * children); text is sliced from the input where it stands there verbatim and lives in the arena
 * where it had to be decoded. Duplicate keys are kept in order: node_get returns the last one (what
 * loaders do) and doc.duplicates counts them.
 *
 * The input bytes and the arena must outlive the doc. A doc is never changed after parsing.
 *
 *     struct doc doc;
 *     AUTO(arena) a = ARENA(lim.memory);
 *     int rc = json_parse(text, JSON_STRICT, &lim, &a, &doc, d);
 *     const struct node *servers = doc_find(&doc, STR("/mcpServers"));
 *     node_each(&doc, servers, it)
 *         use(node_key(&doc, it), node_get(&doc, it, STR("command")));
 *
 * All functions accept a NULL node and then answer NULL, empty or false.
 */
#ifndef STANCE_FORMATS_DOC_H
#define STANCE_FORMATS_DOC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/limits.h"

enum node_type { NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_STRING, NODE_ARRAY, NODE_OBJECT };

enum node_flag {
    NODE_KEY_COOKED = 1,   /* key stands in doc.cooked, not in doc.text */
    NODE_VALUE_COOKED = 2, /* value likewise */
    NODE_TRUE = 4,         /* of a NODE_BOOL */
    NODE_ALIAS = 8,        /* YAML alias: a NODE_NULL; the text is the anchor's name */
};

struct node {
    uint32_t off, end;         /* bytes of the value in the input, quotes and brackets included */
    uint32_t key_off, key_len; /* decoded key, for members of objects; without one, key_off is the
                                  index among the children of the parent */
    uint32_t key_at;           /* offset of the key token in the input */
    uint32_t val_off, val_len; /* decoded scalar text (number: as written) */
    uint32_t first;            /* index of the first child, 0: none (0 is the root) */
    uint32_t next;             /* index of the next sibling, 0: none */
    uint32_t parent;           /* index */
    uint32_t count;            /* children */
    uint8_t type, flags;
    uint16_t depth;
};

struct doc_alias {
    uint32_t row, target; /* indexes of the alias and of the node it stands for */
};

struct doc {
    struct str text;    /* the input, without a leading BOM */
    struct node *nodes; /* nodes[0] is the root */
    uint32_t n;
    const char *cooked; /* decoded strings */
    uint32_t duplicates;
    uint32_t first_duplicate; /* node index of the second occurrence, 0: none */
    uint32_t bom;             /* bytes of BOM that were skipped: add to offsets in the file */

    const struct doc_alias *aliases; /* YAML, rows ascending: see yaml_target */
    uint32_t n_aliases;
};

struct mark {
    unsigned line, column; /* 1-based; column counts code points */
};

const struct node *doc_root(const struct doc *doc);
/* RFC 6901 pointer ("" is the root, "/a~1b/0"); NULL when there is no such node. */
const struct node *doc_find(const struct doc *doc, struct str pointer);

const struct node *node_first(const struct doc *doc, const struct node *n);
const struct node *node_next(const struct doc *doc, const struct node *n);
const struct node *node_parent(const struct doc *doc, const struct node *n);
const struct node *node_get(const struct doc *doc, const struct node *n, struct str key);
#define node_each(doc, n, it)                                                                      \
    for (const struct node *it = node_first((doc), (n)); it; it = node_next((doc), it))

bool node_is(const struct node *n, enum node_type type);
struct str node_key(const struct doc *doc, const struct node *n);
struct str node_text(const struct doc *doc, const struct node *n); /* scalars; else empty */
/* String member `key` of object n, or empty when absent or not a string. */
struct str node_str(const struct doc *doc, const struct node *n, struct str key);
/* ret when the node is true/false; E_NOTFOUND for NULL, E_PARSE for another type. */
int node_bool(const struct node *n, bool *ret) MUST_CHECK;
int node_i64(const struct doc *doc, const struct node *n, int64_t *ret) MUST_CHECK;

/*
 * The innermost node that holds the byte, the root when none does. Of a document whose rows stand
 * in the order of their bytes, as those of JSON do. Costs the logarithm of its size and the depth;
 * `steps` (may be NULL) grows by the rows that were looked at.
 */
const struct node *doc_at(const struct doc *doc, uint64_t offset, uint64_t *steps);

struct mark node_mark(const struct doc *doc, const struct node *n);     /* of the value */
struct mark node_key_mark(const struct doc *doc, const struct node *n); /* of the key */
struct mark text_mark(struct str text, size_t offset);
void node_pointer(const struct doc *doc, const struct node *n, struct buf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one collector saw of one asset at one place, before it is merged with what others saw.
 * Detectors make observations of a single item; link/ completes them; the inventory merges them.
 *
 * All memory belongs to the arena they were made in. Attribute values have already passed the
 * redactor: no observation holds a secret.
 */
#ifndef STANCE_INVENTORY_OBSERVATION_H
#define STANCE_INVENTORY_OBSERVATION_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "inventory/registry.h"

/* Where something was seen. Empty strings and zeros mean "does not apply". */
struct place {
    uint32_t target; /* index into the targets of the scan */
    uint32_t line, column;
    int64_t offset;     /* byte offset in the file or member; -1 none */
    struct str path;    /* relative to the target; "" when the target is the file itself */
    struct str member;  /* inside an archive */
    struct str pointer; /* RFC 6901 */
    struct str url;
    struct str collector; /* detector id */
    struct str snippet;   /* redacted, at most 200 bytes */
};

/* Stable key of a place: path, member, pointer and url, never line, column or offset. */
struct str place_key(const struct place *p, struct arena *a) MUST_CHECK;
/* The same text appended: fields joined by '|', empty fields at the end left out. */
void buf_add_place_key(struct buf *out, const struct place *p);
/* Order by target and the fields of the key; 0 is "the same place". */
int place_cmp_key(const struct place *a, const struct place *b);
/* Total order: the key, then line, column, offset, collector and snippet. */
int place_cmp(const struct place *a, const struct place *b);

struct value {
    enum value_type type;
    struct str text; /* VALUE_STRING */
    int64_t number;  /* VALUE_INTEGER, VALUE_BOOLEAN (0 or 1) */
    const struct str *list;
    size_t n; /* VALUE_STRINGS */
};

struct attribute {
    enum attr attr;
    enum attr_state state; /* STATE_ABSENT and STATE_UNRESOLVED carry no value */
    struct value value;
    struct place at;
    struct str reason; /* why unresolved, may be empty */
};

struct observation {
    enum kind kind;
    struct str name;  /* as people would call it */
    struct str scope; /* identity of repository or home; filled by link/ */
    struct str
        scope_path; /* at.path and member in that scope, @path of identity; filled by link/ */
    struct place at;
    uint32_t labels; /* bit set of enum label */
    struct attribute *attrs;
    size_t n_attrs;
};

const struct attribute *observation_attr(const struct observation *o, enum attr a);

/* Total order of values; strings as bytes, lists element by element. */
int value_cmp(const struct value *a, const struct value *b);
/* Text form: lists as JSON arrays, booleans as true/false. */
void value_text(const struct value *v, struct buf *out);

/*
 * The form in which addresses are compared (RFC 3986, section 6): scheme and host in lower case,
 * without default port, credentials, query, fragment and a path that is only "/". Text without
 * "://" is kept up to the first '?' or '#'.
 */
void url_normalise(struct str url, struct buf *out);

#endif

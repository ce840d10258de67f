/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this folder share: the object, the judgement of single words and the table of
 * checks.
 */
#ifndef STANCE_VALUES_VALUES_INTERNAL_H
#define STANCE_VALUES_VALUES_INTERNAL_H

#include "base/vec.h"
#include "match/literals.h"
#include "match/regex.h"
#include "values/values.h"

#define VALUE_BYTES 4096 /* no value is longer */

struct span {
    size_t start, end;
    int key; /* catalogue key */
};

struct spans {
    VEC(struct span);
};

struct values {
    const struct catalog *catalog;
    struct prefilter *prefilter;
    struct literals *added;   /* those of the catalogue that its database has not, or NULL */
    struct regex **patterns;  /* one a key; NULL until a keyword of it is met */
    enum data_class *classes; /* one a key */
    char key[32];
    bool has_key;
    char fingerprint[33];
    /* The scan that runs. */
    struct str text;
    struct spans found;
    bool limited;             /* a pattern reached its limit */
    struct literal_hits hits; /* of values_search */
};

/* Fill v->found with all acceptable spans of the text, unordered, with overlaps. `hits` NULL: the
 * text was not searched yet. */
int values_find(struct values *v, struct str text, const struct literal_hits *hits) MUST_CHECK;
/* Sort v->found; without overlaps unless `all`. E_NOMEM. */
int values_settle(struct values *v, bool all) MUST_CHECK;

/* What the name of a variable, option or member says about its value. */
enum name_sense { NAME_PLAIN, NAME_KEY, NAME_PASSWORD };
enum name_sense name_sense(struct str name);
/* The identifier that text[at] is assigned to: before `=`, `:`, quotes and blanks. May be empty. */
struct str assigned_name(struct str text, size_t at);

/* Looks like the output of a random generator, not like words, a path or a version. `min` is the
 * length below which nothing does. */
bool word_is_random(struct str word, size_t min);
bool word_is_uuid(struct str word);

/* Is `text`, given to something whose name has this sense, a literal secret? `known`: the name is
 * one of the catalogue, so that any word will do. */
bool sense_is_secret(enum name_sense sense, bool known, struct str text);
/* Without a leading "Bearer ", "Basic " or "Token ". */
struct str without_scheme(struct str text);

typedef bool (*value_check)(struct str text, size_t start, size_t end);
value_check value_check_find(const char *name); /* NULL: unknown */

static inline bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static inline bool is_word(char c)
{
    return is_alnum(c) || c == '_';
}

static inline char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct compiler: the tables while they grow; internal to the compile_*.c files. Rows are heap
 * vectors, texts live in the arena of the result. The first failure is in the diag with its place.
 */
#ifndef STANCE_CATALOG_COMPILE_INTERNAL_H
#define STANCE_CATALOG_COMPILE_INTERNAL_H

#include "base/vec.h"
#include "catalog/compile.h"
#include "formats/doc.h"

/* A text that leads to an entry, or does not. */
struct mark_example {
    const char *group, *text, *file;
    int entry;
    bool match;
    unsigned line, column;
};

/* What a name of a model comes to, and which family it is of, or not. */
struct model_example {
    const char *name;
    const char *is, *family; /* NULL: anything */
    bool match;              /* of that family */
    const char *file;
    unsigned line, column;
};

/* A name of source code, and where it stands. */
struct code_claim {
    struct catalog_code row;
    const char *of;   /* id of the entry whose imports bring it, or NULL */
    const char *file; /* NULL: of the base */
    unsigned line, column;
};

struct compiler {
    struct arena *a;
    struct diag *d;
    const struct catalog_source *files;
    size_t n_files;
    struct str path;            /* of the current file */
    const char *origin;         /* likewise */
    const struct doc *doc;      /* likewise */
    const struct catalog *base; /* what is extended, or NULL */
    int n_base;                 /* of its entries have found their place */
    struct {
        VEC(int); /* of an entry of the base: its index now */
    } entry_of_base;
    struct {
        VEC(struct catalog_entry);
    } entries;
    struct {
        VEC(struct catalog_category);
    } categories;
    struct {
        VEC(struct catalog_reference);
    } references;
    struct {
        VEC(struct catalog_name);
    } names;
    struct {
        VEC(struct catalog_import);
    } imports;
    struct {
        VEC(struct code_claim);
    } codes;
    struct {
        VEC(const char *);
    } import_literals;
    struct {
        VEC(struct catalog_key);
    } keys;
    struct {
        VEC(struct catalog_host);
    } hosts;
    struct {
        VEC(struct catalog_port);
    } ports;
    struct {
        VEC(struct catalog_probe);
    } probes;
    struct {
        VEC(struct catalog_terms);
    } terms;
    struct {
        VEC(struct catalog_agent_file);
    } agent_files;
    struct {
        VEC(struct catalog_instruction);
    } instructions;
    struct {
        VEC(struct catalog_kind);
    } kinds;
    struct {
        VEC(struct catalog_walk_rule);
    } walk_rules;
    struct {
        VEC(struct catalog_walk_folder);
    } walk_folders;
    struct {
        VEC(struct catalog_walk_marker);
    } walk_markers;
    struct {
        VEC(struct catalog_unread);
    } unread;
    struct {
        VEC(struct catalog_unread_name);
    } unread_names;
    struct {
        VEC(struct catalog_example);
    } examples;
    struct {
        VEC(struct mark_example);
    } mark_examples;
    struct {
        VEC(struct catalog_form);
    } forms;
    struct {
        VEC(struct catalog_family);
    } families;
    struct {
        VEC(struct catalog_model);
    } models;
    struct {
        VEC(struct model_example);
    } model_examples;
};

/* E_PARSE at a node (NULL: at the file). Returns the code. */
int compile_fail(struct compiler *c, const struct node *n, const char *fmt, ...) PRINTF_LIKE(3, 4);
int compile_no_memory(struct compiler *c) MUST_CHECK;
/* What is only seen when all files are read: the message stands already, and gets the place where
 * `lead` and then `name`, as a whole word, stand for the last time in files whose path has `in`. */
void compile_found_at(struct compiler *c, const char *in, const char *lead, const char *name);

/* Where its pack is, and its path in there. */
void compile_file_name(const struct catalog_source *file, struct buf *out);
/* E_EXISTS: two rows of this sort ("host file") have one name; the diag has both places. */
int compile_twice(struct compiler *c, const char *what, const char *name) MUST_CHECK;
/* The same of two entries (indexes; below 0: none), which the message names. */
int compile_claimed(struct compiler *c, const char *what, const char *lead, const char *name, int a,
                    int b) MUST_CHECK;

/* Every member of object n is one of the words (NULL-terminated). */
int compile_members(struct compiler *c, const struct node *n, const char *const *words) MUST_CHECK;
/* Text of a string member; NULL in *ret when it is absent and not required. */
int compile_string(struct compiler *c, const struct node *n, const char *key, bool required,
                   const char **ret) MUST_CHECK;
/* A list of strings as a NULL-terminated array; absent: empty. */
int compile_strings(struct compiler *c, const struct node *n, const char *key,
                    const char *const **ret) MUST_CHECK;
int compile_bool(struct compiler *c, const struct node *n, const char *key, bool *ret) MUST_CHECK;
/* Member `key` is one of the words; its index, -1 when absent and not required. */
int compile_word(struct compiler *c, const struct node *n, const char *key,
                 const char *const *words, bool required, int *ret) MUST_CHECK;
/* At least one {url, read}; *ret_url is the first. */
int compile_sources(struct compiler *c, const struct node *n, const char **ret_url) MUST_CHECK;
/* YYYY-MM-DD */
bool compile_is_date(struct str s);
/* The id, which is the name of the file. */
int compile_id(struct compiler *c, const char **ret) MUST_CHECK;
/* Lower-case letters, digits and dashes. */
int compile_check_id(struct compiler *c, const struct node *n, const char *id) MUST_CHECK;
/* A path of a pattern: relative, no empty part, no "." and "..". */
int compile_check_path(struct compiler *c, const struct node *n, const char *path) MUST_CHECK;

/* `url` and `read` of an object. */
int compile_source(struct compiler *c, const struct node *n, const char **ret_url,
                   const char **ret_read) MUST_CHECK;
/* Each is a group of facts. */
int compile_check_groups(struct compiler *c, const struct node *n,
                         const char *const *groups) MUST_CHECK;
/* Members `sources` and `none` of an entry. */
int compile_references(struct compiler *c, const struct node *root, struct catalog_entry *e,
                       int entry) MUST_CHECK;

int compile_entry(struct compiler *c) MUST_CHECK;
int compile_categories(struct compiler *c) MUST_CHECK;
/* Members of an entry; n may be NULL but for the whole. */
int compile_names(struct compiler *c, const struct node *root, int entry) MUST_CHECK;
int compile_hosts(struct compiler *c, const struct node *n, int entry) MUST_CHECK;
int compile_servers(struct compiler *c, const struct node *n, int entry) MUST_CHECK;
int compile_agent(struct compiler *c, const struct node *n, int entry) MUST_CHECK;
int compile_terms(struct compiler *c, const struct node *n, int entry) MUST_CHECK;
int compile_examples(struct compiler *c, const struct node *root, int entry) MUST_CHECK;
/* With all tables at hand: each example leads to its entry, or to another. */
int compile_examples_check(struct compiler *c, const struct catalog *out) MUST_CHECK;
int compile_patterns(struct compiler *c) MUST_CHECK;
int compile_kinds(struct compiler *c) MUST_CHECK;
int compile_walk(struct compiler *c) MUST_CHECK;
/* No folder, marker or id stands twice, no host keeps a file where a rule would hide it. */
int compile_walk_check(struct compiler *c) MUST_CHECK;
int compile_models(struct compiler *c) MUST_CHECK;
/* No model stands twice; with all forms at hand, each example comes to what it says. */
int compile_models_check(struct compiler *c, const struct catalog *out) MUST_CHECK;
int compile_unread(struct compiler *c) MUST_CHECK;
/* Sort the names; no id, name or magic stands twice. */
int compile_unread_check(struct compiler *c) MUST_CHECK;
int compile_imports(struct compiler *c, const struct node *n, int entry) MUST_CHECK;
/* Of whose packages a language imports; NULL: no such language. */
const char *compile_import_ecosystem(struct str language);
/* With the packages at hand: rows of those that none names, sorted; unknown packages refused. */
int compile_import_finish(struct compiler *c, const struct catalog *out) MUST_CHECK;
/* Fill c->import_literals: each text that imports one of the rows holds one of them. */
int compile_import_literals(struct compiler *c) MUST_CHECK;
int compile_code(struct compiler *c, const struct node *list, int entry) MUST_CHECK;
/* With entries and imports at hand: the tables of names in source code, each of them once. */
int compile_code_finish(struct compiler *c, struct catalog *out) MUST_CHECK;
int compile_keys(struct compiler *c, const struct node *keys, int entry) MUST_CHECK;

/* Start with what a base has; its entries up to a file (NULL: all); what hangs on entries. */
int compile_base(struct compiler *c, const struct catalog_source *files, size_t n) MUST_CHECK;
int compile_base_until(struct compiler *c, const struct catalog_source *file) MUST_CHECK;
int compile_base_tables(struct compiler *c) MUST_CHECK;
/* All but the database of literals; `base` may be NULL. */
int compile_all(const struct catalog *base, const struct catalog_source *files, size_t n,
                struct catalog_build *ret, struct diag *d) MUST_CHECK;
/* Sort the tables, refuse collisions and unknown references, make the literals and hand over. */
int compile_finish(struct compiler *c, struct catalog_build *b) MUST_CHECK;
/* With the names, hosts and ports in order: what the prefilter looks for. */
int compile_literals(struct compiler *c, struct catalog *out) MUST_CHECK;
/* Move rows into the arena; NULL when memory is gone. */
void *compile_to_arena(struct arena *a, const void *rows, size_t n, size_t size) MUST_CHECK;

#endif

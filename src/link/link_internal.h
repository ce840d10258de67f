/* SPDX-License-Identifier: Apache-2.0 */
/* Private to link/: scopes, owner rules and credentials of one estate. */
#ifndef STANCE_LINK_LINK_INTERNAL_H
#define STANCE_LINK_LINK_INTERNAL_H

#include "base/map.h"
#include "link/link.h"

/* A repository: the folder that holds .git, and its normalised origin. */
struct repository {
    uint32_t target;
    struct str root; /* below the target; "" also when it lies above */
    struct str origin;
    bool by_commit;    /* it has no address: its first commit is its name */
    bool twin;         /* another one in this scan has the same origin */
    unsigned above;    /* how many folders it lies above the target, 0 not */
    struct str prefix; /* the path from there to the target */
    struct str scope;  /* what it is called in this scan */
};

/* A folder with a manifest that makes it a plugin of an agent host. */
struct plugin {
    struct str folder; /* as of tree_path */
    const struct catalog_entry *host;
    size_t next; /* manifest of the same folder, of a path before; SIZE_MAX: none */
};

struct owner_rule {
    struct str pattern;
    const struct str *owners; /* n 0: the line clears */
    size_t n;
    struct place at;
    uint32_t section;
};

/* A rule, and that of an earlier section with the same text. */
struct owner_link {
    uint32_t rule, before; /* FACT_NONE: none */
};

/* One CODEOWNERS file. */
struct owner_file {
    uint32_t target;
    struct str path;
    struct str root; /* folder whose subtree it rules; ABOVE: a repository above the target */
    int rank;        /* lower wins for the same root: .github, root, docs, .gitlab */
    bool too_long;   /* and therefore ignored */
    struct {
        VEC(struct owner_rule);
    } rules;
    uint32_t sections;   /* so far */
    struct map literals; /* how and text of patterns without wildcards: index into `links` */
    struct {
        VEC(struct owner_link);
    } links;
    struct {
        VEC(uint32_t);
    } globs; /* rules that have wildcards */
};

/* Indexes of rules. */
struct owner_hits {
    VEC(uint32_t);
};

/*
 * The life of a fact here: it came in the frame of its item, which is kept as it is. Whoever needs
 * the facts of an item opens it, so that those of one item exist at a time: link_read for names,
 * owner rules and gaps, link_finish for what goes into the inventory, which copies. Texts of facts
 * are slices of the frame and stay; tables of them are gone when the next item is opened.
 */
struct linked_item {
    uint32_t target, mode;
    uint64_t size;
    struct str raw_path; /* as the source named it */
    struct str path;     /* as it is shown */
    struct str frame;
    uint32_t types;     /* set of enum fact_type that it has */
    uint32_t *handles;  /* inventory handle of each fact that is an asset */
    struct facts facts; /* while it is open */
};

/* An asset that no fact of an item is, and where it was seen. */
struct code_made {
    uint32_t handle;
    struct place at;
};

struct link {
    struct arena mem;
    const struct target *targets;
    size_t n_targets;
    const struct catalog *catalog;
    struct arena opened; /* the facts of the item that is open */
    struct {
        VEC(struct linked_item);
    } items, locks;      /* locks: lock files above the targets */
    struct map declared; /* target and package URL: what manifests of the targets ask for */
    struct {
        VEC(struct repository);
    } repositories;
    struct {
        VEC(struct owner_file);
    } owner_files;
    struct map repository_at, owner_file_at; /* target and folder: index of the one there */
    struct map origins;                      /* index of the first repository of each */
    struct str *identities;                  /* one a target */
    struct {
        VEC(struct code_made);
    } made;            /* applications that only code speaks of */
    struct map scopes; /* names given away: index of their scope_roots */
    struct {
        VEC(struct str);
    } scope_roots; /* absolute paths */
    bool named;
    struct {
        VEC(struct coverage_row);
    } coverage;
    struct map patterns;       /* file or folder, and vendor whose keys a pattern in it finds */
    uint32_t *pattern_vendors; /* one a target: vendors with such a pattern */
    struct map plugin_at;      /* target and folder: index of the last of its plugins */
    struct {
        VEC(struct plugin);
    } plugins;
    struct {
        VEC(struct unheard);
    } unheard;                     /* in the order of items */
    struct discover_count *counts; /* one a target */
    struct unread {
        uint64_t files, bytes;
    } * unread; /* one a target and format without a reader */
};

struct scope {
    struct str id;     /* "github.com/org/repo", "home:home/bob", "name" */
    struct str path;   /* rest of the path inside the scope */
    struct str person; /* whose home it is, empty elsewhere */
};

/* "../../.git/config" is ".git/config", two folders above the target. */
#define ABOVE STR("..") /* stands for a folder above the target */
struct str path_above(struct str path, unsigned *ret_folders);

/*
 * What stands at a folder of a target, by target and folder. `find` gives the innermost folder at
 * or above `path`; FACT_NONE: none. E_NOMEM.
 */
int folder_put(struct map *m, uint32_t target, struct str folder, uint64_t **ret_slot) MUST_CHECK;
int folder_find(const struct map *m, uint32_t target, struct str path,
                uint32_t *ret_index) MUST_CHECK;
/* Read what names, owners and gaps are made of, from all items. */
int link_read(struct link *l) MUST_CHECK;
/* The facts of an item; those of the one that was open before are gone. */
int item_open(struct link *l, struct linked_item *it) MUST_CHECK;
static inline bool item_has(const struct linked_item *it, enum fact_type t)
{
    return it->types & 1u << t;
}

/* The innermost repository of a path, also one above the target; NULL: none. E_NOMEM. */
int repository_of(const struct link *l, uint32_t target, struct str path,
                  const struct repository **ret) MUST_CHECK;
/* Path inside a repository, with the part above the target; NULL: memory ran out. */
struct str repository_path(struct link *l, const struct repository *r, struct str path);

/* What the root around a path is called: as its repository, else as the target. */
int root_name(const struct link *l, uint32_t target, struct str path, struct str *ret) MUST_CHECK;

/* The scope of one path. Slices of `l` or of its arena. E_NOMEM. */
int scope_of(struct link *l, uint32_t target, struct str path, struct scope *ret) MUST_CHECK;

/* CODEOWNERS: does a pattern match a path relative to the file's root? */
bool owner_pattern_match(struct str pattern, struct str path);
/* Root and rank of a CODEOWNERS file by its path; false when the place is not one hosts read. */
bool owner_file_root(struct str path, struct str *ret_root, int *ret_rank);
/* The file that an item is, made at its first rule; NULL: the place is not one hosts read. */
int owner_file_take(struct link *l, const struct linked_item *it,
                    struct owner_file **ret) MUST_CHECK;
int owner_file_add(struct link *l, struct owner_file *file,
                   const struct owner_rule *rule) MUST_CHECK;
/* owner_rules.c: a rule at the end of a file; the rules that count for a path, one a section. */
int owner_rule_add(struct link *l, struct owner_file *file,
                   const struct owner_rule *rule) MUST_CHECK;
int owner_rules_find(const struct owner_file *file, struct str path,
                     struct owner_hits *hits) MUST_CHECK;
void owner_rules_free(struct owner_file *file);
/* Owners of a place as candidates of an asset. */
int owners_apply(struct link *l, struct inventory *inv, uint32_t handle,
                 const struct place *at) MUST_CHECK;

/* People that the manifest of an application names answer for what lies in its folder, too. */
int owners_inherit(struct link *l, struct inventory *inv) MUST_CHECK;

/* plugins.c: manifests of plugins; then the host of an observation in a file that several load. */
int plugin_take(struct link *l, const struct linked_item *it, const struct fact *f) MUST_CHECK;
int plugin_name_host(struct link *l, struct observation *o) MUST_CHECK;

/* Turn the secret values of one item into credentials and the services that issued them. */
/* A pattern that finds keys. */
int pattern_take(struct link *l, const struct linked_item *it, const struct fact *f) MUST_CHECK;
/* Does the key at this place look like a sample of one? */
int pattern_beside(struct link *l, const struct place *at, const char *vendor,
                   bool *ret) MUST_CHECK;
int credentials_of_item(struct link *l, struct inventory *inv,
                        const struct linked_item *it) MUST_CHECK;
/* The service behind a catalogue entry; *ret_handle names it. E_NOTFOUND: not a third party. */
/* `row`: of the catalogue, by which one came to the entry. */
int service_of_entry(struct link *l, struct inventory *inv, const struct catalog_entry *e,
                     struct str row, const struct place *at, uint32_t *ret_handle) MUST_CHECK;

/* The third party behind a package that somebody asks for. */
int service_of_package(struct link *l, struct inventory *inv, uint32_t package,
                       const struct observation *o) MUST_CHECK;
/* The vendor at whose host a remote server is. */
int service_of_model(struct link *l, struct inventory *inv, uint32_t model,
                     const struct observation *o) MUST_CHECK;
int service_of_server(struct link *l, struct inventory *inv, uint32_t server,
                      const struct observation *o) MUST_CHECK;
/* Code that imports packages of the catalogue: the applications it belongs to use them. After the
 * assets of all items. */
int link_imports(struct link *l, struct inventory *inv) MUST_CHECK;

/* place_path without the layer of an image: what its layers hold is one tree. NULL: no memory. */
struct str tree_path(struct link *l, const struct place *at);
/* The folder that a manifest makes an application of. */
struct str application_folder(struct str manifest);
/* Where a place is in the target: "x/a.zip!/b", of what is no member the path. NULL: no memory. */
struct str place_path(struct link *l, const struct place *at);
/* Fill scope, scope path and labels of an observation. */
int link_observation(struct link *l, struct observation *o) MUST_CHECK;

#endif

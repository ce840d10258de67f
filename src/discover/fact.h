/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: what detectors say of one item, before anything is joined. They cross the border between
 * worker and parent as one frame (fact_write / fact_read); the reader treats the frame as hostile:
 * every count, enum and length is checked, and an invalid frame is E_PARSE.
 *
 * Facts of one item are numbered in the order they were emitted; relations and values name assets
 * of the same item by that number.
 */
#ifndef STANCE_DISCOVER_FACT_H
#define STANCE_DISCOVER_FACT_H

#include "catalog/catalog.h"
#include "inventory/inventory.h"
#include "sandbox/frame.h"

enum fact_type {
    FACT_ASSET,      /* an observation */
    FACT_RELATION,   /* between two assets of this item */
    FACT_VALUE,      /* a classified value, held by the item or by an asset of it */
    FACT_OWNER_RULE, /* CODEOWNERS line: pattern and owners, in file order */
    FACT_OWNER,      /* an owner of an asset of this item, or of its folder */
    FACT_ORIGIN,     /* the item names its repository (origin URL) */
    FACT_GAP,        /* part of the item could not be read */
    FACT_IMPORT,     /* the code of the item imports a package of the catalogue */
    FACT_MODULE,     /* the item is, or declares, a module of this name: nobody else's */
    FACT_PROJECT,    /* the folder of the item is one project, whether it uses AI or not */
    FACT_PLUGIN,     /* the folder above that of the item is a plugin of an agent host */
    FACT_PATTERN,    /* the item holds a pattern that finds keys of a vendor */
    FACT_TYPES,
};

#define FACT_NONE UINT32_MAX

struct fact {
    enum fact_type type;
    struct observation asset; /* FACT_ASSET */
    uint32_t from, to;        /* FACT_RELATION; FACT_VALUE, FACT_OWNER: from (or FACT_NONE) */
    enum verb verb;
    enum relation_state relation_state;
    struct data_value value; /* FACT_VALUE; value.asset is not used */
    struct str pattern;      /* FACT_OWNER_RULE; FACT_ORIGIN: the URL; FACT_GAP: of a rule, or with
                                COVERAGE_NOT_LOOKED the id of a catalog_unread;
                                FACT_IMPORT: name of a catalog_import; FACT_MODULE: name;
                                FACT_PROJECT: the package that it is */
    struct str *owners;      /* FACT_OWNER_RULE (0: the line clears), FACT_OWNER (1) */
    size_t n_owners;
    struct str source;       /* FACT_OWNER; FACT_IMPORT and others of code: the language;
                                FACT_PLUGIN: id of the host; FACT_PATTERN: of the vendor */
    bool sure;               /* FACT_VALUE: an AI vendor's, by more than its shape;
                            FACT_IMPORT: it needs no manifest that declares the package;
                            FACT_PROJECT: what the file declares is read */
    unsigned confidence;     /* FACT_OWNER, 0..100 */
    enum coverage_state gap; /* FACT_GAP */
    struct str reason;       /* FACT_GAP; FACT_PROJECT: the name that its file gives it */
    uint32_t count;          /* FACT_GAP: files it stands for */
    struct place at;
};

struct facts {
    struct fact *v;
    size_t n, alloc;
    uint32_t hidden_from, hidden_to; /* bytes of the path that are a secret; equal: none */
    uint64_t bytes_read;             /* of the item */
    bool binary;                     /* content was not searched as text */
    bool container;                  /* holds files, and this worker cannot open it */
    bool opened;                     /* holds files, and was looked into: no text of its own */
    uint64_t members;                /* files in it that were examined */
    uint64_t binary_members;         /* of these, not searched as text */
    uint64_t texts[CATALOG_TEXTS];   /* of these, texts without a search for hosts, by kind */
};

void fact_write(const struct facts *f, struct buf *out);
/* How much a frame speaks of, as it says itself: zeros when it is broken. */
struct fact_counts {
    uint32_t assets; /* for progress only */
    uint64_t members, binary_members;
    uint64_t texts[CATALOG_TEXTS];
    bool opened;
};
struct fact_counts fact_counts(struct str frame_bytes);
/* Slices point into `frame_bytes`, tables into the arena; places get `target` and *path, which
 * frames do not carry. A path with a secret in it is replaced by one with "[redacted]" (in the
 * arena). E_PARSE, E_NOMEM, E_LIMIT. */
int fact_read(struct str frame_bytes, uint32_t target, struct str *path, struct arena *a,
              struct facts *ret, struct diag *d) MUST_CHECK;

#endif

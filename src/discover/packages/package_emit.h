/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the package detectors share. A manifest or lock file names packages; those the catalogue
 * knows become assets, and the first of them makes the application of the file's folder, which
 * uses them all. A file without an AI package says nothing.
 *
 *     struct package_file f = package_file(it, e, "npm", "javascript");
 *     f.name = …, f.version = …, f.manifest = true, f.at = …;
 *     const struct catalog_entry *entry = package_known(&f, name);
 *     if (entry)
 *         package_emit(&f, &(struct package_row){.entry = entry, .name = name, …});
 *     package_owner(&f, "Ann", "ann@example.com", 40, at);     nothing without application
 */
#ifndef STANCE_DISCOVER_PACKAGE_EMIT_H
#define STANCE_DISCOVER_PACKAGE_EMIT_H

#include "base/map.h"
#include "discover/detector.h"

/* A text that a file states, lacks, or states in a way that cannot be told from it. */
struct said_text {
    struct str text;
    const char *unresolved; /* why it cannot be told */
};

enum said { SAID_ABSENT, SAID_NO, SAID_YES, SAID_UNKNOWN };

struct package_file {
    struct item *it;
    struct emit *e;
    const char *ecosystem, *language;
    bool manifest;   /* the file declares the application */
    bool asks_not;   /* it only fixes versions: no application uses what it names */
    struct str name; /* empty: the folder's name, or "application" */
    struct said_text version, license;
    bool names_only; /* the format has no place for version and license */
    struct place at;
    uint32_t application; /* FACT_NONE before the first package */
    struct map owners;    /* said already */
};

struct package_row {
    const struct catalog_entry *entry;
    struct str name; /* as written */
    struct said_text constraint, version;
    bool lock, installed; /* neither: a manifest */
    enum said direct, development, integrity;
    bool development_inferred; /* from the name of a file or group */
    struct place at;
};

struct package_file package_file(struct item *it, struct emit *e, const char *ecosystem,
                                 const char *language);
void package_file_done(struct package_file *f);
const struct catalog_entry *package_known(const struct package_file *f, struct str name);
void package_emit(struct package_file *f, const struct package_row *row);

/* package-url without version; `ecosystem` is its type. NULL: no memory. */
struct str package_purl(const char *ecosystem, struct str name, struct arena *a);

/* An owner from metadata, once a file: "Name <mail>", either may be empty. */
void package_owner(struct package_file *f, struct str name, struct str mail, unsigned confidence,
                   struct place at);
/* The same from one text: "Name <mail> (address)". */
void package_owner_text(struct package_file *f, struct str text, unsigned confidence,
                        struct place at);
/* "dev", "test-tools", "requirements_lint": words that name what only developers need. */
bool package_name_is_development(struct str name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Imports of code on their way into the inventory: what an estate says of its own modules, projects
 * and declared packages (import_estate.c), and what its imports mean beside that (imports.c).
 *
 *     import_take_estate(in)                    once, before the first question
 *     import_find_declared(in, target, folder, im)
 *     import_shadowed(in, item, path, row, &own)
 *
 * Folders and paths are those of tree_path: what the layers of an image hold is one tree.
 */
#ifndef STANCE_LINK_IMPORTS_H
#define STANCE_LINK_IMPORTS_H

#include "link/link_internal.h"

/* A file that makes its folder a project; its application, when another detector said it. */
struct maker {
    const struct linked_item *item;
    size_t application; /* index of the fact, SIZE_MAX: none */
    struct str folder;
    struct str name, manifest; /* what it calls itself, or empty; the file */
};

/* One application that code was seen in. */
struct code_application {
    struct place at;                       /* that shows it best */
    struct str language;                   /* of the code there */
    struct str scope_path, name, manifest; /* manifest: empty, or the file that makes it one */
    uint32_t labels;                       /* of that place */
    uint32_t handle;                       /* FACT_NONE: nobody else said it */
};

struct code_import {
    struct place at;
    const struct catalog_import *row;
    const char *package;
    uint32_t application;
    enum { DECLARED, UNDECLARED, UNTOLD } declared;
    bool own; /* the project is one of the packages itself */
};

/* What code makes of a package: a model, agent or tool. */
struct code_asset {
    struct place at;
    uint32_t application, handle;
    enum kind kind;
};

struct importing {
    struct link *l;
    struct inventory *inv;
    struct map projects;  /* target, folder: index into `makers` */
    struct map declared;  /* target, folder of the project, ecosystem, package */
    struct map own;       /* target, folder of the project, language, package that it is */
    struct map unread;    /* target, folder, language: a manifest says what nobody could read */
    struct map modules;   /* target, path of a Python module: FILE_MODULE or PACKAGE_MODULE */
    struct map own_names; /* scope, language, name: modules that a scope declares */
    struct map at;        /* target, folder of an application: index into `applications` */
    struct {
        VEC(struct maker);
    } makers;
    struct {
        VEC(struct code_application);
    } applications;
    struct {
        VEC(struct code_import);
    } imports;
    struct {
        VEC(struct code_asset);
    } assets;
};

/* "a\0b\0c" of a target. */
int import_key(struct buf *key, uint32_t target, const struct str *parts, size_t n) MUST_CHECK;
#define IMPORT_KEY(key, target, ...)                                                               \
    import_key(key, target, (const struct str[]){__VA_ARGS__},                                     \
               sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str))

int import_take_estate(struct importing *in) MUST_CHECK;
/* Fills package and declared: the first of the packages that a manifest in the folder, or above it,
 * names; else the likeliest.  */
int import_find_declared(struct importing *in, uint32_t target, struct str folder,
                         struct code_import *im) MUST_CHECK;
/* A module of the repository itself is what the import at `path` means. */
int import_shadowed(struct importing *in, const struct linked_item *it, struct str path,
                    const struct catalog_import *row, bool *ret) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of container images ("registry:5000/team/app:1.2@sha256:…"), as the reference grammar of
 * the OCI distribution project reads them, and the variables that files put into them. What a
 * variable stands for may be unknown: it is IMAGE_HOLE then, and only the parts with a hole in them
 * are unknown.
 *
 *     struct image_text t;
 *     rc = image_expand(STR("${REPO:-ollama/ollama}:$TAG"), NULL, NULL, &arena, &t);
 *     t.text is "ollama/ollama:\1", assumed from 0 to 13: somebody may set REPO
 *     struct image_name n;
 *     image_name_parse(t.text, &n);       n.path is "ollama/ollama", n.tag "\1"
 */
#ifndef STANCE_FORMATS_IMAGE_NAME_H
#define STANCE_FORMATS_IMAGE_NAME_H

#include "base/arena.h"
#include "base/diag.h"

#define IMAGE_HOLE '\1'

/* Slices of the text. */
struct image_name {
    struct str registry; /* "ghcr.io", "localhost:5000", with a hole when unknown; empty: Docker's,
                            also when its name is written out */
    struct str path;     /* "ollama/ollama"; of Docker's registry without "library/" */
    struct str tag;      /* empty: none */
    struct str digest;   /* "sha256:…"; empty: none */
};

/* False: not a name of an image, or the path has a hole in it. */
bool image_name_parse(struct str text, struct image_name *ret) MUST_CHECK;

struct image_text {
    struct str text;
    size_t assumed_from, assumed_to; /* from the first to the last value that somebody may set
                                        otherwise (":-", ARG); equal: none */
};

/* The value of a variable; false: unknown. */
typedef bool (*image_value_fn)(void *ctx, struct str name, struct str *ret);

/*
 * Replace $A, ${A}, ${A:-x}, ${A-x}, and the templates {{ x }} and ${{ x }}, $(x); "$$" is a
 * dollar. `value` may be NULL. What gets longer than any name is a hole. 0, or the error of the
 * arena.
 */
int image_expand(struct str text, image_value_fn value, void *ctx, struct arena *a,
                 struct image_text *ret) MUST_CHECK;

#endif

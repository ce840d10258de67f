/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One dependency of Python as packaging.python.org, "Dependency specifiers" (PEP 508), writes it.
 *
 *     struct pep508 p;
 *     if (!pep508_parse(STR("openai[voice]>=1,<2; python_version > '3.8'"), &p))
 *         use(p.name, p.specifier);        "openai", ">=1,<2"
 *
 * All slices point into the text.
 */
#ifndef STANCE_FORMATS_PEP508_H
#define STANCE_FORMATS_PEP508_H

#include "base/buf.h"
#include "base/err.h"

struct pep508 {
    struct str name;      /* as written */
    struct str extras;    /* between the brackets */
    struct str specifier; /* "==1.2", ">= 1, <2": as written, without parentheses */
    struct str url;       /* behind '@'; then there is no specifier */
    struct str marker;    /* behind ';' */
};

int pep508_parse(struct str text, struct pep508 *ret) MUST_CHECK; /* 0, E_PARSE */
/* The specifier without white space, so that equal ranges compare equal. */
void pep508_constraint(struct str specifier, struct buf *out);
/* The version of a specifier that is one "==" or "===" without wildcard, else empty. */
struct str pep508_version(struct str specifier);
/*
 * Name and version of a wheel or source archive ("https://host/openai-1.2.0-py3-none-any.whl"), as
 * the binary and source distribution formats name their files. E_NOTFOUND: not such a name.
 */
int pep508_archive(struct str address, struct str *ret_name, struct str *ret_version) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of a safetensors file: what its tensors are and whether they fill the data exactly.
 *
 *     struct safetensors st;
 *     rc = safetensors_parse(json, data_bytes, &limits, arena, &st, d);
 *     st.tensors, st.parameters, st.fault, st.fault_node
 *
 * Format: 8 bytes little-endian length n, n bytes of JSON that begin with '{', then the data.
 * Offsets are relative to the data; there may be neither holes nor overlaps, and duplicate names
 * are not allowed. Source: github.com/huggingface/safetensors (README, "Format"; tensor.rs).
 */
#ifndef STANCE_FORMATS_SAFETENSORS_H
#define STANCE_FORMATS_SAFETENSORS_H

#include "formats/doc.h"

#define SAFETENSORS_HEADER_MAX 100000000u /* bytes, as in the reference reader */

enum safetensors_fault {
    SAFETENSORS_SOUND,
    SAFETENSORS_BAD_HEADER,
    SAFETENSORS_DUPLICATE_NAME,
    SAFETENSORS_BAD_SHAPE,
    SAFETENSORS_SIZE_MISMATCH,
    SAFETENSORS_OUT_OF_RANGE,
    SAFETENSORS_OVERLAP,
    SAFETENSORS_HOLE,
    SAFETENSORS_TRAILING_BYTES,
};
extern const char *const SAFETENSORS_FAULT_NAMES[]; /* words of model_file.layout_fault */

struct safetensors {
    struct doc doc;
    const struct node *metadata; /* __metadata__, an object, or NULL */
    uint64_t tensors;
    uint64_t parameters;      /* elements of all tensors with a sound shape */
    bool overflow;            /* the sum does not fit */
    const struct str *dtypes; /* sorted, each once */
    size_t n_dtypes;
    bool unknown_dtype;            /* sizes of such tensors were not checked */
    enum safetensors_fault fault;  /* the first one */
    const struct node *fault_node; /* NULL: the file as a whole */
};

/* `data`: bytes behind the header. E_PARSE: not JSON or not an object; E_LIMIT, E_NOMEM. */
int safetensors_parse(struct str json, uint64_t data, const struct limits *lim, struct arena *a,
                      struct safetensors *ret, struct diag *d) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layout of an embedded literal database; internal to this folder. A pattern database of Vectorscan
 * serves one mode, so there are two: head, block database, stream database.
 */
#ifndef STANCE_MATCH_PREFILTER_DB_H
#define STANCE_MATCH_PREFILTER_DB_H

#include <stdint.h>

#define PREFILTER_MAGIC 0x31464c53 /* "SLF1", little-endian */

struct prefilter_head {
    uint32_t magic;
    uint32_t literals;
    uint32_t block_bytes, stream_bytes;
};

#endif

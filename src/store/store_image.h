/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An empty store as the bytes of an SQLite file: what the migrations and the views make, made once
 * by the build (tools/gen/store_image.c) and not at each first scan. In write-ahead mode, without
 * any row but those of `meta`.
 * A program that was linked without it (the generator, most tests) has a null address here, and
 * makes its stores by the migrations: both ways give the same tables and views.
 */
#ifndef STANCE_STORE_STORE_IMAGE_H
#define STANCE_STORE_STORE_IMAGE_H

#include "base/str.h"

extern const struct str STORE_IMAGE __attribute__((weak));

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that may not be called in this project: unbounded writes, hidden state, silent
 * truncation, shells. Each use is a compile error. Included by base/compiler.h, so after the
 * system headers of a file; system headers that need these names must come before it.
 */
#ifndef STANCE_BASE_BANNED_H
#define STANCE_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok strtok_r
#pragma GCC poison atoi atol atoll atof rand srand system popen alloca
#pragma GCC poison ctime ctime_r asctime asctime_r gmtime localtime tmpnam mktemp tempnam

#endif

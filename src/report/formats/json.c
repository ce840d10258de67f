/* SPDX-License-Identifier: Apache-2.0 */
/* Decides that the format `json` is the whole record. */
#include "report/record.h"

static int write_json(const struct view *v, FILE *out, struct diag *d)
{
    return record_write(v, RECORD_ALL, out, d);
}

const struct report_format REPORT_FORMAT_JSON = {
    .name = "json",
    .title = "the whole record, schema stance/1",
    .mime = "application/json",
    .extension = "json",
    .write = write_json,
};

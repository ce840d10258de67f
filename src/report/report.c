/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which output format a name means. */
#include "report/report.h"

const struct report_format *report_format(struct str name)
{
    for (int i = 0; i < REPORT_FORMAT_COUNT; i++)
        if (str_eq_z(name, REPORT_FORMATS[i]->name))
            return REPORT_FORMATS[i];
    return NULL;
}

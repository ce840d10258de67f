/* SPDX-License-Identifier: Apache-2.0 */
/* Decides which column of a typed view stands for which attribute. */
#include "assess/columns.h"

const char *const KIND_COLUMNS[] = {"asset",    "place",  "name",  "scope",       "path",
                                    "pointer",  "line",   "owner", "environment", "criticality",
                                    "sanction", "labels", NULL};

static int plain_column_attr(enum kind k, struct str column)
{
    struct str prefix = str_z(kind_info(k)->name);
    if (word_index(KIND_COLUMNS, column) >= 0)
        return -1;
    if (str_starts(column, prefix) && column.n > prefix.n && column.p[prefix.n] == '_') {
        struct str rest = str_sub(column, prefix.n + 1, column.n);
        if (word_index(KIND_COLUMNS, rest) >= 0)
            return attr_from_name(k, rest);
    }
    int a = attr_from_name(k, column);
    return a >= 0 && word_index(KIND_COLUMNS, str_z(attr_info((enum attr)a)->name)) < 0 ? a : -1;
}

int column_attr(enum kind k, struct str column)
{
    int a = plain_column_attr(k, column);
    if (a < 0 && str_ends(column, STR("_state")))
        a = plain_column_attr(k, str_sub(column, 0, column.n - 6));
    return a;
}

void column_state(enum attr a, struct buf *out)
{
    const struct attr_info *info = attr_info(a);
    if (word_index(KIND_COLUMNS, str_z(info->name)) >= 0)
        buf_addf(out, "%s_", kind_info(info->kind)->name);
    buf_addf(out, "%s_state", info->name);
}

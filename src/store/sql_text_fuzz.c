/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the check of SQL texts of others: it ends, and what it allows is one SELECT. */
#include "base/mem.h"
#include "store/db_engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str sql = str_n(data, size);
    AUTO(map) views = MAP_INIT;
    AUTO(buf) dollar = BUF_INIT;
    struct diag d = {0};
    bool is_new;

    if (!map_put(&views, STR("things"), &is_new))
        return 0;
    sql_to_dollar(sql, &dollar);
    /* Placeholders become one byte each: nothing else changes. */
    if (!dollar.error && dollar.n != sql.n)
        __builtin_trap();
    if (!sql_check(sql, &views, &d)) {
        struct str s = str_trim(sql);
        bool comment = str_starts(s, STR("--")) || str_starts(s, STR("/*"));

        if (!comment && !str_eq_nocase(str_sub(s, 0, 6), STR("select")) &&
            !str_eq_nocase(str_sub(s, 0, 4), STR("with")))
            __builtin_trap();
    } else if (!d.text[0]) {
        __builtin_trap();
    }
    return 0;
}

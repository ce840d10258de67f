/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether each defect of a safetensors header is named, and sound headers are not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "formats/safetensors.h"

static void faults(const char *json, uint64_t data, const char *expected)
{
    AUTO(arena) a = ARENA(1 << 20);
    struct limits lim = limits_default();
    struct safetensors st;
    struct diag d = {0};
    assert_int_equal(safetensors_parse(str_z(json), data, &lim, &a, &st, &d), 0);
    if (strcmp(SAFETENSORS_FAULT_NAMES[st.fault], expected))
        print_error("%s\n", json);
    assert_string_equal(SAFETENSORS_FAULT_NAMES[st.fault], expected);
    assert_true(st.fault != SAFETENSORS_SOUND || !st.fault_node);
}

#define T(name, dtype, shape, begin, end)                                                          \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":[" shape "],\"data_offsets\":[" #begin        \
    "," #end "]}"

static void test_sound(void **state)
{
    (void)state;
    faults("{}", 0, "none");
    faults("{\"__metadata__\":{\"format\":\"pt\"}}", 0, "none");
    faults("{" T("a", "F32", "2,2", 0, 16) "}", 16, "none");
    faults("{" T("b", "F16", "2", 4, 8) "," T("a", "I8", "4", 0, 4) "}   ", 8, "none");
    faults("{" T("z", "F32", "0,7", 4, 4) "," T("a", "U8", "4", 0, 4) "}", 4, "none");
    faults("{" T("z", "F32", "0", 0, 0) "," T("a", "U8", "4", 0, 4) "}", 4, "none");
    faults("{" T("s", "F64", "", 0, 8) "}", 8, "none"); /* a scalar */
    faults("{" T("q", "F4", "4", 0, 2) "}", 2, "none");
    faults("{" T("q", "NEW", "4", 0, 3) "}", 3, "none");
}

static void test_faults(void **state)
{
    (void)state;
    faults("{" T("a", "U8", "4", 0, 4) "," T("a", "U8", "4", 4, 8) "}", 8, "duplicate-name");
    faults("{" T("a", "U8", "4", 0, 4) "," T("b", "U8", "4", 2, 6) "}", 6, "overlap");
    faults("{" T("a", "U8", "4", 0, 4) "," T("b", "U8", "4", 0, 4) "}", 4, "overlap");
    faults("{" T("a", "U8", "4", 0, 4) "," T("b", "U8", "4", 8, 12) "}", 12, "hole");
    faults("{" T("a", "U8", "4", 4, 8) "}", 8, "hole");
    faults("{" T("a", "U8", "4", 0, 4) "}", 5, "trailing-bytes");
    faults("{}", 1, "trailing-bytes");
    faults("{" T("a", "U8", "5", 0, 4) "}", 4, "size-mismatch");
    faults("{" T("a", "F4", "3", 0, 2) "}", 2, "size-mismatch");
    faults("{" T("a", "U8", "4", 0, 4) "}", 3, "out-of-range");
    faults("{" T("a", "U8", "4", 4, 0) "}", 4, "out-of-range");
    faults("{" T("a", "U8", "4", -4, 0) "}", 4, "out-of-range");
    faults("{\"a\":{\"dtype\":\"U8\",\"shape\":[4]}}", 4, "out-of-range");
    faults("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4,8]}}", 4, "out-of-range");
    faults("{" T("a", "U8", "-4", 0, 4) "}", 4, "bad-shape");
    faults("{" T("a", "U8", "\"4\"", 0, 4) "}", 4, "bad-shape");
    faults("{" T("a", "U8", "4.0", 0, 4) "}", 4, "bad-shape");
    faults("{" T("a", "U8", "4294967296,4294967296,2", 0, 4) "}", 4, "bad-shape");
    faults("{" T("a", "F64", "2305843009213693952", 0, 0) "}", 0, "size-mismatch"); /* 2^64 bits */
    faults("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,4]}}", 4, "bad-shape");
    faults("{\"a\":{\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "bad-header");
    faults("{\"a\":7}", 0, "bad-header");
}

static void test_counts(void **state)
{
    (void)state;
    AUTO(arena) a = ARENA(1 << 20);
    struct limits lim = limits_default();
    struct safetensors st;
    struct diag d = {0};
    const char *json = "{\"__metadata__\":{\"license\":\"mit\"}," T("a", "F32", "2,3", 0, 24) "," T(
        "b", "BF16", "5", 24, 34) "," T("c", "F32", "1", 34, 38) "}";
    assert_int_equal(safetensors_parse(str_z(json), 38, &lim, &a, &st, &d), 0);
    assert_int_equal(st.tensors, 3);
    assert_int_equal(st.parameters, 12);
    assert_int_equal(st.n_dtypes, 2);
    assert_true(str_eq_z(st.dtypes[0], "BF16") && str_eq_z(st.dtypes[1], "F32"));
    assert_non_null(st.metadata);
    assert_false(st.overflow || st.unknown_dtype);
    assert_int_equal(st.fault, SAFETENSORS_SOUND);
}

static void test_refused(void **state)
{
    (void)state;
    struct limits lim = limits_default();
    struct safetensors st;
    struct diag d = {0};
    static const char *const bad[] = {"", "[]", "{", "{\"a\":{}", "{} x", "{'a':1}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        AUTO(arena) a = ARENA(1 << 20);
        assert_int_equal(safetensors_parse(str_z(bad[i]), 0, &lim, &a, &st, &d), E_PARSE);
    }
    AUTO(arena) a = ARENA(1 << 20);
    lim.items = 2;
    assert_int_equal(safetensors_parse(STR("{" T("a", "U8", "4", 0, 4) "}"), 4, &lim, &a, &st, &d),
                     E_LIMIT);
}

static void test_memory(void **state)
{
    (void)state;
    struct limits lim = limits_default();
    struct safetensors st;
    struct diag d = {0};
    for (size_t n = 1; n < 12; n++) {
        AUTO(arena) a = ARENA(1 << 20);
        mem_fail_after(n);
        int rc = safetensors_parse(STR("{" T("a", "U8", "4", 0, 4) "," T("b", "U8", "4", 4, 8) "}"),
                                   8, &lim, &a, &st, &d);
        mem_fail_after(0);
        assert_true(rc == 0 || rc == E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),  cmocka_unit_test(test_faults),
        cmocka_unit_test(test_counts), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

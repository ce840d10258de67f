/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the judgement of single words and names. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "values/values_internal.h"

static void test_entropy(void **state UNUSED)
{
    assert_int_equal(value_entropy(STR("")), 0);
    assert_int_equal(value_entropy(STR("aaaa")), 0);
    assert_int_equal(value_entropy(STR("abab")), 100);
    assert_int_equal(value_entropy(STR("abcd")), 200);
    assert_int_equal(value_entropy(STR("aab")), 92); /* 0.918 */
    assert_int_equal(value_entropy(STR("0123456789abcdef")), 400);
}

static void test_placeholder(void **state UNUSED)
{
    static const char *const yes[] = {"",
                                      " ",
                                      "changeme",
                                      "your-api-key",
                                      "YOUR_TOKEN",
                                      "xxxxxxxx",
                                      "aaaaaaaa",
                                      "00000000",
                                      "sk-XXXX-1",
                                      "<redacted>",
                                      "abcdefgh1",
                                      "password",
                                      "null",
                                      "********",
                                      "example-key",
                                      "1212121212",
                                      "[groq-key, 56 characters]"};
    static const char *const no[] = {
        "hPdl12PpRU9XvkboQESJ", "tiger",  "correct horse", "FAKE-Passw0rd!",
        "FAKEFAKEFAKEFAKE",     "tokens", "s3cr3t!pass"};

    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (!value_is_placeholder(str_z(yes[i])))
            fail_msg("'%s' is a placeholder", yes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        if (value_is_placeholder(str_z(no[i])))
            fail_msg("'%s' is no placeholder", no[i]);
    }
}

static void test_reference(void **state UNUSED)
{
    static const char *const yes[] = {"${X}",      "$X",           "%X%",        "{{ x }}",
                                      "a${X}b",    "op://v/i/f",   "<token>",    "$(cat x)",
                                      "env:TOKEN", "${input:key}", "{file:~/k}", "process.env.X"};
    static const char *const no[] = {"",   "X",    "$",     "$1a", "100%", "%",
                                     "<a", "opus", "a$b%c", "env", "{x}"};

    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (!value_is_reference(str_z(yes[i])))
            fail_msg("'%s' is a reference", yes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        if (value_is_reference(str_z(no[i])))
            fail_msg("'%s' is no reference", no[i]);
    }
}

static void test_random(void **state UNUSED)
{
    static const char *const yes[] = {"hPdl12PpRU9XvkboQESJ", "q3Zx9Tr4Kd8Lw2Mv", "tR7bQyX2mQ9v",
                                      "9f86d081884c7d659a2feaa0c55ad015"};
    static const char *const no[] = {"",
                                     "password",
                                     "myPasswordField2",
                                     "userAuthToken1",
                                     "tR7",
                                     "claude-sonnet-4-20250514",
                                     "550e8400-e29b-41d4-a716-446655440000",
                                     "1234567890123456",
                                     "node_modules/a1/b2",
                                     "2026-11-23T10:00:00Z",
                                     "ABCDEFGHIJKLMNOPQRSTUV",
                                     "settings.db_password2",
                                     "correct-horse-battery-1"};

    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (!word_is_random(str_z(yes[i]), 10))
            fail_msg("'%s' is random", yes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        if (word_is_random(str_z(no[i]), 10))
            fail_msg("'%s' is not random", no[i]);
    }
    assert_false(word_is_random(STR("tR7bQyX2mQ9v"), 16)); /* too short there */
}

static void test_names(void **state UNUSED)
{
    static const struct {
        enum name_sense sense;
        const char *name;
    } rows[] = {
        {NAME_PASSWORD, "password"},
        {NAME_PASSWORD, "DB_PASSWORD"},
        {NAME_PASSWORD, "dbPassword"},
        {NAME_PASSWORD, "MYSQL_PASS"},
        {NAME_PASSWORD, "--passphrase"},
        {NAME_KEY, "OPENAI_API_KEY"},
        {NAME_KEY, "apiKey"},
        {NAME_KEY, "x-api-key"},
        {NAME_KEY, "client_secret"},
        {NAME_KEY, "github.token"},
        {NAME_KEY, "privateKey"},
        {NAME_KEY, "Authorization"},
        {NAME_KEY, "GITHUB_PAT"},
        {NAME_PLAIN, ""},
        {NAME_PLAIN, "key"},
        {NAME_PLAIN, "primary_key"},
        {NAME_PLAIN, "token_count"},
        {NAME_PLAIN, "max_tokens"},
        {NAME_PLAIN, "password_hash"},
        {NAME_PLAIN, "secretName"},
        {NAME_PLAIN, "TOKEN_URL"},
        {NAME_PLAIN, "tokenizer"},
        {NAME_PLAIN, "keyboard"},
        {NAME_PLAIN, "passenger"},
        {NAME_PLAIN, "public_key"},
        {NAME_PLAIN, "author"},
        {NAME_PLAIN, "___"},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (name_sense(str_z(rows[i].name)) != rows[i].sense)
            fail_msg("'%s' is judged wrongly", rows[i].name);
    }
}

static void expect_name(const char *text, const char *name)
{
    size_t at = str_find(str_z(text), STR("VALUE"), 0);
    struct str found = assigned_name(str_z(text), at);

    if (!str_eq_z(found, name))
        fail_msg("%s: found '" STR_FMT "'", text, STR_ARG(found));
}

static void test_assigned_name(void **state UNUSED)
{
    expect_name("a DB_PASS=VALUE", "DB_PASS");
    expect_name("\"api_key\": \"VALUE\"", "api_key");
    expect_name("{\\\"api_key\\\":\\\"VALUE\\\"}", "api_key");
    expect_name("cfg['token'] = 'VALUE'", "token");
    expect_name("x-api-key: VALUE", "x-api-key");
    expect_name("secret => \"VALUE\"", "secret");
    expect_name("password VALUE", "");
    expect_name("VALUE", "");
    expect_name("=VALUE", "");
}

static void test_long_name(void **state UNUSED)
{
    static char name[4096];

    memset(name, 'a', sizeof(name));
    memcpy(name + sizeof(name) - 9, "_password", 9);
    assert_int_equal(name_sense(str_n(name, sizeof(name))), NAME_PASSWORD);
    for (size_t i = 0; i < sizeof(name); i += 2)
        name[i] = '_';
    assert_int_equal(name_sense(str_n(name, sizeof(name))), NAME_PLAIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entropy),   cmocka_unit_test(test_placeholder),
        cmocka_unit_test(test_reference), cmocka_unit_test(test_random),
        cmocka_unit_test(test_names),     cmocka_unit_test(test_assigned_name),
        cmocka_unit_test(test_long_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

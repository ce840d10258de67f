/* SPDX-License-Identifier: Apache-2.0 */
/* A small catalogue for the tests of the package detectors. Include after detector_test.h. */
#ifndef STANCE_DISCOVER_PACKAGE_TEST_H
#define STANCE_DISCOVER_PACKAGE_TEST_H

#include "discover/detector_test.h"

static const struct catalog_entry PACKAGE_ENTRIES[] = {
    {.id = "anthropic", .name = "Anthropic", .category = "model-api", .service = true},
    {.id = "langchain", .name = "LangChain", .category = "framework"},
    {.id = "openai", .name = "OpenAI", .category = "model-api", .service = true},
};

static const struct catalog_name PACKAGE_ROWS[] = {
    {SPACE_NPM, "@anthropic-ai/sdk", 0},
    {SPACE_NPM, "langchain", 1},
    {SPACE_NPM, "openai", 2},
    {SPACE_PYPI, "anthropic", 0},
    {SPACE_PYPI, "langchain-core", 1},
    {SPACE_PYPI, "openai", 2},
};

static const struct catalog PACKAGE_CATALOG = {
    .entries = PACKAGE_ENTRIES,
    .n_entries = ARRAY_LEN(PACKAGE_ENTRIES),
    .names = PACKAGE_ROWS,
    .n_names = ARRAY_LEN(PACKAGE_ROWS),
};

static UNUSED void package_says(const struct detector *det, const char *path, struct str content,
                                const char *expected)
{
    AUTO(detector_run) r = {
        .detector = det, .path = path, .content = content, .catalog = &PACKAGE_CATALOG};
    detector_dump(&r);
    assert_int_equal(buf_result(&r.text), 0);
    assert_string_equal(r.text.p, expected);
}

/* Whether the lines hold each of the texts in this order. */
static UNUSED void package_says_part(const struct detector *det, const char *path,
                                     const char *content, const char *const *parts)
{
    AUTO(detector_run) r = {
        .detector = det, .path = path, .content = str_z(content), .catalog = &PACKAGE_CATALOG};
    detector_dump(&r);
    const char *at = r.text.p;
    for (; *parts; parts++) {
        const char *hit = strstr(at, *parts);
        if (!hit)
            fail_msg("no \"%s\" in what follows %td of\n%s", *parts, at - r.text.p, r.text.p);
        at = hit + strlen(*parts);
    }
}

static UNUSED void package_survives(const struct detector *det, const char *path,
                                    const char *content)
{
    AUTO(detector_run) r = {
        .detector = det, .path = path, .content = str_z(content), .catalog = &PACKAGE_CATALOG};
    detector_survives_run(&r);
}

#endif

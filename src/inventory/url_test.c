/* SPDX-License-Identifier: Apache-2.0 */
/* Tests which addresses are the same endpoint. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "inventory/observation.h"

static void test_normalise(void **state)
{
    static const struct {
        const char *url, *normal;
    } rows[] = {
        {"HTTPS://Api.Example.COM:443/Mcp/", "https://api.example.com/Mcp/"},
        {"http://example.com:80", "http://example.com"},
        {"http://example.com:080/", "http://example.com"},
        {"ws://example.com:80/a", "ws://example.com/a"},
        {"wss://example.com:443/a", "wss://example.com/a"},
        {"http://example.com:443/a", "http://example.com:443/a"},
        {"https://example.com:8443/a", "https://example.com:8443/a"},
        {"https://example.com:/a", "https://example.com/a"},
        {"https://user:p@ss@example.com/a", "https://example.com/a"},
        {"https://example.com/a?token=1#x", "https://example.com/a"},
        {"https://example.com?token=1", "https://example.com"},
        {"https://example.com#a/b", "https://example.com"},
        {"https://example.com./a", "https://example.com/a"},
        {"https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"},
        {"https://[2001:DB8::1]", "https://[2001:db8::1]"},
        {"https://[::1]:9000/", "https://[::1]:9000"},
        {"https://example.com/a@b:80", "https://example.com/a@b:80"},
        {"  https://example.com/ \n", "https://example.com"},
        {"unix:/run/a.sock?x", "unix:/run/a.sock"},
        {"", ""},
        {"://", "://"},
        {"https://@", "https://"},
        {"https://host:x/", "https://host:x"},
        {"http://host..", "http://host"},
        {"http://a:80:80", "http://a:80:80"},
        {"http://a :80", "http://a"},
        {"https://a/ ?x", "https://a"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO(buf) out = BUF_INIT;
        url_normalise(str_z(rows[i].url), &out);
        assert_string_equal(out.p, rows[i].normal);
        /* Normal forms are their own normal form. */
        AUTO(buf) again = BUF_INIT;
        url_normalise(buf_str(&out), &again);
        assert_string_equal(again.p, rows[i].normal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_normalise)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether weights are recognised by content and damaged files never pass for sound. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/detector_test.h"
#include "base/hash.h"
#include "sandbox/sandbox.h"

extern const struct detector DETECTOR_SAFETENSORS;

static const struct catalog nothing;

/* Length, header, data bytes of zero. */
static void file(struct buf *b, uint64_t length, const char *header, size_t data)
{
    for (unsigned i = 0; i < 8; i++)
        buf_addc(b, (char)(length >> 8 * i));
    buf_addz(b, header);
    buf_pad(b, '\0', data);
}

static void says_bytes(const char *path, struct str content, const char *expected)
{
    AUTO(detector_run) r = {
        .detector = &DETECTOR_SAFETENSORS, .path = path, .content = content, .catalog = &nothing};
    detector_dump(&r);
    assert_string_equal(r.text.p, expected);
}

static void says(const char *path, uint64_t length, const char *header, size_t data,
                 const char *expected)
{
    AUTO(buf) b = BUF_INIT;
    file(&b, length, header, data);
    says_bytes(path, buf_str(&b), expected);
}

#define HEADER                                                                                     \
    "{\"__metadata__\":{\"license\":\"mit\",\"base_model\":\"acme/b\"},"                           \
    "\"w\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}"

static void test_sound(void **state)
{
    (void)state;
    says("weights.bin", strlen(HEADER), HEADER, 16,
         "0 asset model_file weights.bin @file\n"
         "  format = safetensors\n"
         "  size = 136\n"
         "  sha256 = c1562d245c0d2f1d106cd519349c53d01064c305ca38589e3a9098094f504ca4\n"
         "  tensors = 1\n"
         "  parameters = 4\n"
         "  dtypes = [\"F32\"]\n"
         "  layout_fault = none\n"
         "  metadata_keys = [\"license\",\"base_model\"]\n"
         "  license = mit\n"
         "  base_model = acme/b\n");
    says("m.safetensors", 2, "{}", 0,
         "0 asset model_file m.safetensors @file\n"
         "  format = safetensors\n"
         "  size = 10\n"
         "  sha256 = 411a485216e432ece6b9af94fa32154cf79a2a56d4f81266baa50063f45092bd\n"
         "  tensors = 0\n"
         "  parameters = 0\n"
         "  dtypes = []\n"
         "  layout_fault = none\n"
         "  metadata_keys absent\n"
         "  license absent\n"
         "  base_model absent\n");
}

static void test_near_miss(void **state)
{
    (void)state;
    says_bytes("a.json", STR("{\"abcdef{\"b\":1}"), "");
    says_bytes("a.txt", STR("01234567{ }"), "");
    says_bytes("a.bin", STR("\x10\0\0\0\0\0\0\0[1,2]"), "");
    says_bytes("a.bin", STR("\x10\0\0\0\0\0\0\0{%%%"), "");
    says_bytes("a.bin", STR("\x10\0\0\0\0\0\0\0"), "");
    says_bytes("empty", STR(""), "");
}

#define UNKNOWN(reason)                                                                            \
    "  tensors unresolved: " reason "\n"                                                           \
    "  parameters unresolved: " reason "\n"                                                        \
    "  dtypes unresolved: " reason "\n"                                                            \
    "  license unresolved: " reason "\n"                                                           \
    "  metadata_keys unresolved: " reason "\n"                                                     \
    "  base_model unresolved: " reason "\n"

static void test_damaged(void **state)
{
    (void)state;
    says("a.safetensors", 5000, "{\"w\":", 0,
         "0 asset model_file a.safetensors @file\n"
         "  format = safetensors\n"
         "  size = 13\n"
         "  sha256 = 2088918a163c7bd84d4fac044f828794ab7e93ef3ff458a5e96a69c4faae675f\n"
         "  layout_fault = out-of-range\n" UNKNOWN(
             "the header could not be read") "gap partial: the header is longer than the file "
                                             "@file\n");
    says("a.safetensors", 5, "{\"w\":", 0,
         "0 asset model_file a.safetensors @file\n"
         "  format = safetensors\n"
         "  size = 13\n"
         "  sha256 = cbf2fa331d6454d49e147babdd165d6fad542d0f83425ec27a412377dad912d7\n"
         "  layout_fault = bad-header\n" UNKNOWN(
             "the header could not be read") "gap partial: the header is not JSON: line 1: input "
                                             "ends where a value should stand "
                                             "@file\n");
}

static void test_fault(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    file(&b, strlen(HEADER), HEADER, 20);
    AUTO(detector_run) r = {.detector = &DETECTOR_SAFETENSORS,
                            .path = "x",
                            .content = buf_str(&b),
                            .catalog = &nothing};
    detector_dump(&r);
    assert_non_null(strstr(r.text.p, "layout_fault = trailing-bytes\n"));
    r.content.n -= 5;
    detector_dump(&r);
    assert_non_null(strstr(r.text.p, "layout_fault = out-of-range @/w/data_offsets\n"));
    assert_null(strstr(r.text.p, "gap"));
}

/* At every length the file is sound, has a fault, or a gap says what could not be read. */
static void test_cut(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    file(&b, strlen(HEADER), HEADER, 16);
    for (size_t n = 0; n < b.n; n++) {
        AUTO(detector_run) r = {.detector = &DETECTOR_SAFETENSORS,
                                .path = "m.safetensors",
                                .content = str_sub(buf_str(&b), 0, n),
                                .catalog = &nothing};
        detector_dump(&r);
        assert_null(strstr(r.text.p, "layout_fault = none"));
        assert_non_null(strstr(r.text.p, "asset model_file"));
    }
}

static void test_stranger(void **state)
{
    (void)state;
    says_bytes("a.safetensors", STR("\x80\x04K\x01."),
               "0 asset model_file a.safetensors @file\n"
               "  size = 5\n"
               "  sha256 = 018f5c4626b56e8489da7abb6c8b62331933c42c35d1342037a5242b8ed148f6\n"
               "  format unresolved: the content is not safetensors\n"
               "  layout_fault unresolved: the content is not safetensors\n" UNKNOWN(
                   "the content is not safetensors") "gap failed: named as safetensors, but its "
                                                     "content is not @file\n");
    says_bytes("a.safetensors",
               STR("version https://git-lfs.github.com/spec/v1\n"
                   "oid sha256:00000000000000000000000000000000000000000000000000000000000000aa\n"
                   "size 123456\n"),
               "0 asset model_file a.safetensors @file\n"
               "  size = 123456\n"
               "  sha256 = 00000000000000000000000000000000000000000000000000000000000000aa\n"
               "  format unresolved: the content is not safetensors\n"
               "  layout_fault unresolved: the content is not safetensors\n" UNKNOWN(
                   "the content is not safetensors") "gap partial: the weights are not here: a Git "
                                                     "LFS pointer @file\n");
}

/* The digest can be made where a worker has closed its sandbox. */
static int digest(void *ctx, const struct worker_request *request, struct buf *reply)
{
    unsigned char out[SHA256_BYTES];
    (void)ctx;
    int rc = sha256_of(request->bytes, out);
    buf_add_hex(reply, out, sizeof(out));
    return rc;
}

static void test_sandbox(void **state)
{
    (void)state;
    const struct worker_class class = {.name = "digest",
                                       .handler = digest,
                                       .memory = (size_t)1 << 30,
                                       .cpu_seconds = 10,
                                       .wall_seconds = 20};
    struct sandbox_config config = {.classes = &class, .n_classes = 1, .max_frame = 1 << 16};
    struct sandbox sb;
    struct worker w;
    struct diag d = {0};
    AUTO(buf) reply = BUF_INIT;
    assert_int_equal(sandbox_start(&sb, &config, &d), 0);
    assert_int_equal(sandbox_worker(&sb, 0, NULL, 0, &w, &d), 0);
    assert_int_equal(worker_call(&w, STR("abc"), -1, &reply, &d), 0);
    assert_string_equal(reply.p,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    worker_close(&w);
    sandbox_stop(&sb);
}

static void test_memory(void **state)
{
    (void)state;
    AUTO(buf) b = BUF_INIT;
    file(&b, strlen(HEADER), HEADER, 16);
    AUTO(detector_run) r = {.detector = &DETECTOR_SAFETENSORS,
                            .path = "x",
                            .content = buf_str(&b),
                            .catalog = &nothing};
    detector_survives_run(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sandbox), /* first: nothing has used the digest before */
        cmocka_unit_test(test_sound),   cmocka_unit_test(test_near_miss),
        cmocka_unit_test(test_damaged), cmocka_unit_test(test_fault),
        cmocka_unit_test(test_cut),     cmocka_unit_test(test_stranger),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* sigv4_chunk_* and sigv4_sha256_*: AWS's published examples byte by byte, the law of buffers, and one status for each misuse. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#define S(text) IOTCRED_STR(text)

enum { TOTAL = 66560, FIRST = 65536, ROOM = 512 };

static char wire[TOTAL + 1024];
static uint8_t data[TOTAL];

/* An upload: what goes in, and what it holds. */
typedef struct {
    sigv4_header headers[6];
    sigv4_request request;
    sigv4_credentials credentials;
    sigv4_signed out;
    char values[ROOM];
    sigv4_chunks chunks;
} upload;

/* https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html */
static void example(upload *up, int32_t kind)
{
    bool trailer = kind != IOTCRED_PAYLOAD_STREAMING;
    memset(up, 0, sizeof *up);
    up->headers[0] = (sigv4_header){ S("Host"), S("s3.amazonaws.com") };
    up->headers[1] = (sigv4_header){ S("x-amz-storage-class"), S("REDUCED_REDUNDANCY") };
    up->headers[2] = (sigv4_header){ S("Content-Encoding"), S("aws-chunked") };
    up->headers[3] = (sigv4_header){ S("x-amz-decoded-content-length"), S("66560") };
    if (trailer)
        up->headers[4] = (sigv4_header){ S("x-amz-trailer"), S("x-amz-checksum-crc32c") };
    else
        up->headers[4] = (sigv4_header){ S("Content-Length"), S("66824") };
    up->request = (sigv4_request){
        .method = S("PUT"), .path = S("/examplebucket/chunkObject.txt"), .headers = up->headers, .header_count = 5, .payload = { kind, { NULL, 0 } },
        .region = S("us-east-1"), .service = S("s3"), .time = 1369353600, /* 2013-05-24T00:00:00Z */
    };
    up->credentials.access_key_id = S("AKIAIOSFODNN7EXAMPLE");
    up->credentials.secret_access_key = S("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    up->out.buffer = up->values;
    up->out.buffer_size = sizeof up->values;
}

static iotcred_status begin(upload *up)
{
    return sigv4_chunk_begin(&up->request, &up->credentials, &up->chunks, &up->out);
}

static bool ends_with(sigv4_str text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.ptr + text.len - len, end, len) == 0;
}

/* Asks a step for its size, tries one byte too few, and takes it. Returns how many bytes were written. */
static size_t next(upload *up, size_t len, char *buffer, iotcred_status expected)
{
    iotcred_bytes piece = { data, len };
    size_t needed = 7, used = 7;
    iotcred_status asked = expected == IOTCRED_OK ? IOTCRED_ERR_BUFFER_TOO_SMALL : expected;
    check_status("asking for a chunk's size", asked, sigv4_chunk_next(&up->chunks, piece, NULL, 0, &needed));
    check_status("a chunk", expected, sigv4_chunk_next(&up->chunks, piece, buffer, expected == IOTCRED_OK ? needed : ROOM, &used));
    check_number("a chunk", "length", (long long)needed, (long long)used);
    return expected == IOTCRED_OK ? used : 0;
}

static size_t end(upload *up, sigv4_str value, char *buffer, iotcred_status expected)
{
    size_t needed = 7, used = 7;
    iotcred_status asked = expected == IOTCRED_OK ? IOTCRED_ERR_BUFFER_TOO_SMALL : expected;
    check_status("asking for the end's size", asked, sigv4_chunk_end(&up->chunks, value, NULL, 0, &needed));
    if (expected == IOTCRED_OK)
        check_status("one byte too few", IOTCRED_ERR_BUFFER_TOO_SMALL, sigv4_chunk_end(&up->chunks, value, buffer, needed - 1, &used));
    check_status("the end", expected, sigv4_chunk_end(&up->chunks, value, buffer, expected == IOTCRED_OK ? needed : ROOM, &used));
    check_number("the end", "length", (long long)needed, (long long)used);
    return expected == IOTCRED_OK ? used : 0;
}

/* Uploads the example in two chunks; what goes on the wire is in `wire`. Returns its length. */
static size_t send_example(upload *up)
{
    static const size_t pieces[] = { FIRST, TOTAL - FIRST };
    static const sigv4_str none = { NULL, 0 };
    size_t len = 0;
    for (size_t i = 0; i < COUNT(pieces); i++) {
        len += next(up, pieces[i], wire + len, IOTCRED_OK);
        memcpy(wire + len, data, pieces[i]);
        len += pieces[i];
    }
    len += end(up, none, wire + len, IOTCRED_OK);
    uint64_t announced = 0;
    check_status("content-length", IOTCRED_OK, sigv4_chunk_content_length(&up->request, FIRST, 0, &announced));
    check_number("content-length", "bytes", (long long)len, (long long)announced);
    return len;
}

static bool wire_is(size_t len, const char *first, const char *second, const char *last)
{
    size_t first_len = strlen(first), second_len = strlen(second), last_len = strlen(last);
    const char *at = wire;
    bool good = len == first_len + second_len + last_len + TOTAL && memcmp(at, first, first_len) == 0;
    at += first_len;
    good = good && memcmp(at, data, FIRST) == 0 && memcmp(at + FIRST, second, second_len) == 0;
    at += FIRST + second_len;
    return good && memcmp(at, data, TOTAL - FIRST) == 0 && memcmp(at + TOTAL - FIRST, last, last_len) == 0;
}

/* --- Published examples ---------------------------------------------------------------------------------------- */

static void the_example_in_chunks_comes_out_as_published(void **state)
{
    (void)state;
    static upload up;
    example(&up, IOTCRED_PAYLOAD_STREAMING);
    assert_int_equal(begin(&up), IOTCRED_OK);
    assert_true(ends_with(up.out.headers[2].value, "Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"));
    size_t len = send_example(&up);
    assert_int_equal(len, 66824);
    assert_true(wire_is(len, "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n",
                        "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n",
                        "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"));
    all_rows_passed();
}

static void the_example_with_a_trailer_comes_out_as_published(void **state)
{
    (void)state;
    static upload up;
    example(&up, IOTCRED_PAYLOAD_STREAMING_TRAILER);
    assert_int_equal(begin(&up), IOTCRED_OK);
    assert_true(ends_with(up.out.headers[2].value, "Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"));
    assert_true(wire_is(send_example(&up), "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n",
                        "\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n",
                        "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
                        "x-amz-checksum-crc32c:sOO8/Q==\r\n"
                        "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"));
    all_rows_passed();
}

static void unsigned_chunks_have_a_checksum(void **state)
{
    (void)state;
    static upload up;
    example(&up, IOTCRED_PAYLOAD_STREAMING_UNSIGNED_TRAILER);
    assert_int_equal(begin(&up), IOTCRED_OK);
    assert_true(wire_is(send_example(&up), "10000\r\n", "\r\n400\r\n", "\r\n0\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n\r\n"));
    all_rows_passed();
}

/* --- Misuse ---------------------------------------------------------------------------------------------------- */

static void each_misuse_has_its_status(void **state)
{
    (void)state;
    static upload up;
    static char buffer[ROOM];
    sigv4_str none = { NULL, 0 };
    example(&up, IOTCRED_PAYLOAD_STREAMING);
    next(&up, FIRST, buffer, IOTCRED_ERR_CHUNK_ORDER);
    end(&up, none, buffer, IOTCRED_ERR_CHUNK_ORDER);
    assert_int_equal(begin(&up), IOTCRED_OK);
    next(&up, 0, buffer, IOTCRED_ERR_CHUNK_TOO_SMALL);
    next(&up, 8191, buffer, IOTCRED_ERR_CHUNK_TOO_SMALL);
    end(&up, none, buffer, IOTCRED_ERR_CHUNK_TOTAL);
    next(&up, FIRST, buffer, IOTCRED_OK);
    next(&up, 1025, buffer, IOTCRED_ERR_CHUNK_TOO_LARGE);
    next(&up, 1023, buffer, IOTCRED_ERR_CHUNK_TOO_SMALL);
    next(&up, 1024, buffer, IOTCRED_OK);
    next(&up, 1, buffer, IOTCRED_ERR_CHUNK_TOO_LARGE);
    end(&up, S("value"), buffer, IOTCRED_ERR_TRAILER);
    end(&up, (sigv4_str){ NULL, 1 }, buffer, IOTCRED_ERR_TRAILER);
    end(&up, none, buffer, IOTCRED_OK);
    end(&up, none, buffer, IOTCRED_ERR_CHUNK_ORDER);
    next(&up, FIRST, buffer, IOTCRED_ERR_CHUNK_ORDER);
    all_rows_passed();
}

static void what_a_begin_refuses(void **state)
{
    (void)state;
    static upload up;
    uint64_t length = 7;
    example(&up, IOTCRED_PAYLOAD_STREAMING);
    up.request.payload.kind = IOTCRED_PAYLOAD_UNSIGNED;
    check_status("another payload", IOTCRED_ERR_PAYLOAD, begin(&up));
    check_status("its length", IOTCRED_ERR_PAYLOAD, sigv4_chunk_content_length(&up.request, FIRST, 0, &length));
    example(&up, IOTCRED_PAYLOAD_STREAMING);
    up.request.header_count = 3;
    check_status("no decoded length", IOTCRED_ERR_CHUNK_HEADERS, begin(&up));
    check_status("its length", IOTCRED_ERR_CHUNK_HEADERS, sigv4_chunk_content_length(&up.request, FIRST, 0, &length));
    example(&up, IOTCRED_PAYLOAD_STREAMING_TRAILER);
    up.request.header_count = 4;
    check_status("no trailer", IOTCRED_ERR_CHUNK_HEADERS, begin(&up));
    example(&up, IOTCRED_PAYLOAD_STREAMING);
    check_status("small chunks", IOTCRED_ERR_CHUNK_TOO_SMALL, sigv4_chunk_content_length(&up.request, 8191, 0, &length));
    up.headers[3].value = S("18446744073709551615");
    check_status("a body that is too long", IOTCRED_ERR_CHUNK_TOTAL, sigv4_chunk_content_length(&up.request, 8192, 0, &length));
    check_number("the length", "bytes", 7, (long long)length);
    example(&up, IOTCRED_PAYLOAD_STREAMING);
    up.out.buffer_size = 0;
    check_status("no room", IOTCRED_ERR_BUFFER_TOO_SMALL, begin(&up));
    up.out.buffer_size = up.out.buffer_len;
    check_status("just the room", IOTCRED_OK, begin(&up));
    all_rows_passed();
}

static void null_pointers(void **state)
{
    (void)state;
    static upload up;
    static char buffer[ROOM];
    sigv4_str none = { NULL, 0 };
    iotcred_bytes piece = { data, FIRST };
    size_t used = 7;
    example(&up, IOTCRED_PAYLOAD_STREAMING);
    assert_int_equal(sigv4_chunk_begin(NULL, &up.credentials, &up.chunks, &up.out), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_chunk_begin(&up.request, NULL, &up.chunks, &up.out), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_chunk_begin(&up.request, &up.credentials, NULL, &up.out), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_chunk_begin(&up.request, &up.credentials, &up.chunks, NULL), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(begin(&up), IOTCRED_OK);
    assert_int_equal(sigv4_chunk_next(NULL, piece, buffer, ROOM, &used), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_chunk_next(&up.chunks, piece, NULL, ROOM, &used), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_chunk_next(&up.chunks, piece, buffer, ROOM, NULL), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_chunk_next(&up.chunks, (iotcred_bytes){ NULL, 1 }, buffer, ROOM, &used), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_chunk_end(NULL, none, buffer, ROOM, &used), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_chunk_end(&up.chunks, none, buffer, ROOM, NULL), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_chunk_content_length(NULL, FIRST, 0, &(uint64_t){ 0 }), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_chunk_content_length(&up.request, FIRST, 0, NULL), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(used, 7);
    sigv4_chunk_wipe(NULL);
}

static void a_state_is_reused_and_wiped(void **state)
{
    (void)state;
    static upload up;
    example(&up, IOTCRED_PAYLOAD_STREAMING);
    assert_int_equal(begin(&up), IOTCRED_OK);
    send_example(&up);
    assert_int_equal(begin(&up), IOTCRED_OK);
    assert_int_equal(send_example(&up), 66824);
    assert_true(strstr(wire + 66824 - 70, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9") != NULL);
    const char *secret = up.credentials.secret_access_key.ptr;
    for (size_t i = 0; i + 16 <= sizeof up.chunks; i++)
        assert_memory_not_equal((const char *)&up.chunks + i, secret, 16);
    sigv4_chunk_wipe(&up.chunks);
    assert_true(all_bytes(&up.chunks, 0, sizeof up.chunks));
    all_rows_passed();
}

/* A struct that was never set is no reason for undefined behaviour: whatever it holds, nothing outside of it is touched. */
static void garbage_in_a_state_does_no_harm(void **state)
{
    (void)state;
    static char buffer[ROOM];
    sigv4_chunks chunks;
    sigv4_sha256 hash;
    uint8_t digest[32];
    size_t used;
    for (int byte = 0; byte < 256; byte++) {
        memset(&chunks, byte, sizeof chunks);
        sigv4_chunk_next(&chunks, (iotcred_bytes){ data, 9000 }, buffer, sizeof buffer, &used);
        memset(&chunks, byte, sizeof chunks);
        sigv4_chunk_end(&chunks, S("value"), buffer, sizeof buffer, &used);
        memset(&hash, byte, sizeof hash);
        assert_int_equal(sigv4_sha256_update(&hash, data, 1000), IOTCRED_OK);
        assert_int_equal(sigv4_sha256_final(&hash, digest), IOTCRED_OK);
    }
}

/* --- SHA-256 --------------------------------------------------------------------------------------------------- */

static void a_hash_in_pieces(void **state)
{
    (void)state;
    /* FIPS 180-4's example: "abc". */
    static const uint8_t expected[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                                        0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
    sigv4_sha256 hash;
    uint8_t digest[34], whole[32];
    memset(&hash, PATTERN, sizeof hash);
    memset(digest, PATTERN, sizeof digest);
    assert_int_equal(sigv4_sha256_init(&hash), IOTCRED_OK);
    assert_int_equal(sigv4_sha256_update(&hash, (const uint8_t *)"a", 1), IOTCRED_OK);
    assert_int_equal(sigv4_sha256_update(&hash, NULL, 0), IOTCRED_OK);
    assert_int_equal(sigv4_sha256_update(&hash, (const uint8_t *)"bc", 2), IOTCRED_OK);
    assert_int_equal(sigv4_sha256_final(&hash, digest + 1), IOTCRED_OK);
    assert_memory_equal(digest + 1, expected, 32);
    assert_true(digest[0] == PATTERN && digest[33] == PATTERN);
    assert_true(all_bytes(&hash, 0, sizeof hash));
    for (size_t piece = 1; piece < 3000; piece += 7) {
        sigv4_sha256_init(&hash);
        for (size_t at = 0; at < 10000; at += piece)
            sigv4_sha256_update(&hash, data + at, piece < 10000 - at ? piece : 10000 - at);
        sigv4_sha256_final(&hash, piece == 1 ? whole : digest);
        assert_true(piece == 1 || memcmp(whole, digest, 32) == 0);
    }
    assert_int_equal(sigv4_sha256_init(NULL), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_sha256_update(NULL, data, 1), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_sha256_update(&hash, NULL, 1), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_sha256_final(NULL, digest), IOTCRED_ERR_NULL_ARGUMENT);
    assert_int_equal(sigv4_sha256_final(&hash, NULL), IOTCRED_ERR_NULL_ARGUMENT);
}

int main(void)
{
    memset(data, 'a', sizeof data);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_in_chunks_comes_out_as_published),
        cmocka_unit_test(the_example_with_a_trailer_comes_out_as_published),
        cmocka_unit_test(unsigned_chunks_have_a_checksum),
        cmocka_unit_test(each_misuse_has_its_status),
        cmocka_unit_test(what_a_begin_refuses),
        cmocka_unit_test(null_pointers),
        cmocka_unit_test(a_state_is_reused_and_wiped),
        cmocka_unit_test(garbage_in_a_state_does_no_harm),
        cmocka_unit_test(a_hash_in_pieces),
    };
    return cmocka_run_group_tests_name("sigv4_chunk", tests, NULL, NULL);
}

/* After the wipe no secret is left in the process: neither on the heap nor in its data nor on its stack. The search first proves that it finds each. */
#define _GNU_SOURCE
#include "check.h"
#include "needles.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DATE "20260115"
enum { TIME = 1768471200 /* 2026-01-15T10:00:00Z */, KEY_MAX = 4096, HOUR_MS = 3600000 };

/* --- A device --------------------------------------------------------------------------------------------------- */

static uint64_t jumped_ms;

static int64_t device_time(void *context)
{
    (void)context;
    return (int64_t)time(NULL);
}

static uint64_t device_ms(void *context)
{
    (void)context;
    return now_ms() + jumped_ms;
}

static const iotcred_platform device = { .unix_time = device_time, .monotonic_ms = device_ms };

/* A key in the caller's own memory, which is the caller's to wipe. Read without stdio, whose buffers would keep it. */
typedef struct {
    uint8_t content[KEY_MAX];
    size_t len;
} key_file;

static key_file ec_pem, ec_der, rsa_der;
static iotcred_bytes ec_certificate, rsa_certificate, ca;
static const char *pki;

static void path_of(char path[1024], const char *name)
{
    snprintf(path, 1024, "%s/%s", pki, name);
}

static void load(key_file *key, const char *name)
{
    char path[1024];
    path_of(path, name);
    int file = open(path, O_RDONLY);
    ssize_t len = read(file, key->content, sizeof key->content);
    close(file);
    assert_true(len > 0);
    key->len = (size_t)len;
}

static void load_keys(void)
{
    load(&ec_pem, "device-p256.pkcs8.pem");
    load(&ec_der, "device-p256.pkcs8.der");
    load(&rsa_der, "device-rsa2048.pkcs1.der");
}

static void wipe_keys(void)
{
    explicit_bzero(&ec_pem, sizeof ec_pem);
    explicit_bzero(&ec_der, sizeof ec_der);
    explicit_bzero(&rsa_der, sizeof rsa_der);
}

static iotcred_config config_for(const char *role_alias, const key_file *key, const char *port)
{
    return (iotcred_config){
        .endpoint = needed("IOTCRED_ENDPOINT"),
        .address = "127.0.0.1",
        .port = (uint16_t)strtoul(needed(port), NULL, 10),
        .role_alias = role_alias,
        .certificate = key == &rsa_der ? rsa_certificate : ec_certificate,
        .private_key = { key->content, key->len },
        .ca = ca,
        .timeout_ms = (uint32_t)(10000 + slack_ms()),
        .platform = &device,
        .tries = 1,
    };
}

/* What the last call returned. Looked at after the search: printing would overwrite what is left on the stack. */
static iotcred_status returned;

static iotcred_credentials credentials;
static iotcred_cache cache = { .startup_spread_ms = IOTCRED_CACHE_NO_SPREAD }; /* also on a machine that has just started */
static sigv4_key_cache key_cache;
static sigv4_chunks chunks;

static void fetch(const char *role_alias, const key_file *key, const char *port)
{
    const iotcred_config config = config_for(role_alias, key, port);
    returned = iotcred_fetch(&config, &credentials, NULL);
}

/* Under the process' own lock; a thread that has ended leaves its stack behind. */
static void *get(void *role_alias)
{
    const iotcred_config config = config_for(role_alias, &ec_pem, "IOTCRED_PORT");
    returned = iotcred_cache_get(&cache, &config, &credentials, NULL, NULL);
    return NULL;
}

static const sigv4_header headers[] = { { IOTCRED_STR_INIT("host"), IOTCRED_STR_INIT("bucket.s3.us-east-1.amazonaws.com") } };
static const sigv4_request request = {
    .method = IOTCRED_STR_INIT("GET"),
    .path = IOTCRED_STR_INIT("/key"),
    .headers = headers,
    .header_count = 1,
    .region = IOTCRED_STR_INIT("us-east-1"),
    .service = IOTCRED_STR_INIT("s3"),
    .time = TIME,
};

static void sign(sigv4_key_cache *with)
{
    /* The signer's outputs carry the token, and are the caller's. */
    static char buffer[8192];
    sigv4_signed out = { .buffer = buffer, .buffer_size = sizeof buffer };
    const sigv4_credentials keys = iotcred_credentials_view(&credentials);
    returned = sigv4_sign_request(&request, &keys, with, &out);
    explicit_bzero(buffer, sizeof buffer);
}

static void presign(void)
{
    static char buffer[8192];
    sigv4_url out = { .buffer = buffer, .buffer_size = sizeof buffer };
    const sigv4_credentials keys = iotcred_credentials_view(&credentials);
    returned = sigv4_presign_url(&request, &keys, 3600, NULL, &out);
    explicit_bzero(buffer, sizeof buffer);
}

static void sign_chunks(void)
{
    enum { CHUNK = 8192 };
    static char buffer[8192];
    static uint8_t data[CHUNK];
    static const sigv4_header chunked[] = {
        { IOTCRED_STR_INIT("host"), IOTCRED_STR_INIT("bucket.s3.us-east-1.amazonaws.com") },
        { IOTCRED_STR_INIT("content-encoding"), IOTCRED_STR_INIT("aws-chunked") },
        { IOTCRED_STR_INIT("x-amz-decoded-content-length"), IOTCRED_STR_INIT("8192") },
    };
    sigv4_request put = request;
    put.method = IOTCRED_STR("PUT");
    put.headers = chunked;
    put.header_count = COUNT(chunked);
    put.payload.kind = IOTCRED_PAYLOAD_STREAMING;
    sigv4_signed out = { .buffer = buffer, .buffer_size = sizeof buffer };
    size_t len;
    const sigv4_credentials keys = iotcred_credentials_view(&credentials);
    returned = sigv4_chunk_begin(&put, &keys, &chunks, &out);
    if (returned == IOTCRED_OK)
        returned = sigv4_chunk_next(&chunks, (iotcred_bytes){ data, CHUNK }, buffer, sizeof buffer, &len);
    if (returned == IOTCRED_OK)
        returned = sigv4_chunk_end(&chunks, IOTCRED_STR(""), buffer, sizeof buffer, &len);
    explicit_bzero(buffer, sizeof buffer);
}

static void check_config(void)
{
    iotcred_error problems[IOTCRED_PROBLEMS_MAX];
    size_t count = 0;
    const iotcred_config config = config_for("alias", &rsa_der, "IOTCRED_PORT");
    returned = iotcred_config_check(&config, problems, COUNT(problems), &count);
}

/* The stand-in wants a certificate that `iotcred_send` has not: the request is signed and encrypted all the same. */
static void send_signed(void)
{
    iotcred_response response = { .body = NULL };
    const sigv4_credentials keys = iotcred_credentials_view(&credentials);
    const iotcred_request put = {
        .endpoint = needed("IOTCRED_ENDPOINT"), .address = "127.0.0.1", .port = (uint16_t)strtoul(needed("IOTCRED_PORT"), NULL, 10),
        .region = "us-east-1", .service = "s3", .method = "GET", .path = "/key", .ca = ca, .timeout_ms = (uint32_t)(10000 + slack_ms()),
    };
    returned = iotcred_send(&put, &keys, &response, NULL);
}

static void wipe(void)
{
    iotcred_credentials_wipe(&credentials);
    iotcred_cache_wipe(&cache);
    sigv4_key_cache_wipe(&key_cache);
    sigv4_chunk_wipe(&chunks);
    wipe_keys();
}

/* --- The search ------------------------------------------------------------------------------------------------- */

/* Shared with the child that fills it, and so searched as well: it holds no secret in the clear. */
static needles *wanted;
static uint8_t planted[NEEDLES_MAX][NEEDLE_SIZE];

/* The stand-in's dummy credentials are the same at every request. */
static void learn(void)
{
    wanted = mmap(NULL, sizeof *wanted, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(wanted != MAP_FAILED);
    pid_t child = fork();
    if (child == 0) {
        char der[1024], pem[1024], rsa[1024];
        load_keys();
        fetch("fault-chunked", &ec_pem, "IOTCRED_PORT");
        const known_credential known = { credentials.secret_access_key, credentials.session_token, DATE, "us-east-1", "s3" };
        needles_of_credential(wanted, &known);
        path_of(der, "device-p256.pkcs8.der");
        path_of(pem, "device-p256.pkcs8.pem");
        path_of(rsa, "device-rsa2048.pkcs1.der");
        needles_of_keys(wanted, der, pem, rsa);
        _exit(failures);
    }
    int status = 1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(wanted->count, 7 + 6 + 10);
    needles_start(wanted);
}

/* Checks that nothing is found after a call that returned `status`, and says what is. */
static void expect_nothing(const char *row, iotcred_status status)
{
    static found in[NEEDLES_MAX];
    needles_search(in);
    check_status(row, status, returned);
    for (size_t i = 0; i < wanted->count; i++) {
        const found *one = &in[i];
        char claim[200];
        snprintf(claim, sizeof claim, "%s: found on the heap %ld, in data %ld, on the stack %ld, below it %ld (%ld bytes down)", wanted->all[i].name, one->heap,
                 one->data, one->stack, one->dead_stack, one->deepest);
        check(one->heap + one->data + one->stack + one->dead_stack == 0, row, claim);
    }
}

/* Each secret is found where it stands, and where it is planted. */
static void the_search_finds_each_secret(void **state)
{
    (void)state;
    static found in[NEEDLES_MAX];
    expect_nothing("before anything", IOTCRED_OK);
    load_keys();
    fetch("fault-chunked", &ec_pem, "IOTCRED_PORT");
    needles_search(in);
    static const struct {
        const char *name;
    } alive[] = { { "secret access key" }, { "session token" }, { "the EC key's DER" }, { "the EC key's scalar" }, { "the EC key's PEM body" },
                  { "the RSA key's d" },   { "the RSA key's p" }, { "the RSA key's dQ" } };
    for (size_t i = 0; i < COUNT(alive); i++)
        for (size_t j = 0; j < wanted->count; j++)
            if (strcmp(wanted->all[j].name, alive[i].name) == 0)
                check(in[j].data > 0, alive[i].name, "is found in the library's structs and the caller's keys");
    uint8_t *block = malloc(NEEDLE_SIZE);
    uint8_t local[NEEDLE_SIZE];
    for (size_t i = 0; i < wanted->count; i++) {
        const char *name = wanted->all[i].name;
        const found before = in[i];
        needle_show(&wanted->all[i], planted[i]);
        needle_show(&wanted->all[i], block);
        needle_show(&wanted->all[i], local);
        needles_search(in);
        check(in[i].data > before.data, name, "is found in data");
        check(in[i].heap > 0, name, "is found on the heap");
        check(in[i].stack > 0, name, "is found on the stack");
        explicit_bzero(planted, sizeof planted);
        explicit_bzero(block, NEEDLE_SIZE);
        explicit_bzero(local, sizeof local);
        needles_search(in);
    }
    free(block);
    wipe();
    all_rows_passed();
}

static void after_a_fetch(void **state)
{
    (void)state;
    static const struct {
        const char *row, *role_alias, *port;
        const key_file *key;
        iotcred_status status;
    } rows[] = {
        { "P-256, PEM, TLS 1.3", "fault-chunked", "LOCAL_AWS_PORT_TLS13", &ec_pem, IOTCRED_OK },
        { "P-256, DER, TLS 1.2", "fault-chunked", "LOCAL_AWS_PORT_TLS12", &ec_der, IOTCRED_OK },
        { "RSA, TLS 1.3", "fault-chunked", "LOCAL_AWS_PORT_TLS13", &rsa_der, IOTCRED_OK },
        { "RSA, TLS 1.2", "fault-chunked", "LOCAL_AWS_PORT_TLS12_RSA", &rsa_der, IOTCRED_OK },
        { "escapes in the document", "fault-json-escapes", "IOTCRED_PORT", &ec_pem, IOTCRED_OK },
        { "cut in the document", "fault-cut-body-900", "IOTCRED_PORT", &ec_pem, IOTCRED_ERR_CONNECTION_LOST },
        { "a document that ends too soon", "fault-json-truncated-900", "IOTCRED_PORT", &ec_pem, IOTCRED_ERR_DOCUMENT },
        { "a document with garbage behind it", "fault-json-trailing", "IOTCRED_PORT", &ec_pem, IOTCRED_ERR_DOCUMENT },
        { "a refusal", "fault-access-denied", "IOTCRED_PORT", &ec_pem, IOTCRED_ERR_ROLE_ALIAS_FORBIDDEN },
        { "a handshake that fails", "fault-chunked", "LOCAL_AWS_PORT_UNTRUSTED", &ec_pem, IOTCRED_ERR_SERVER_UNTRUSTED },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        load_keys();
        fetch(rows[i].role_alias, rows[i].key, rows[i].port);
        wipe();
        expect_nothing(rows[i].row, rows[i].status);
    }
    load_keys();
    check_config();
    wipe();
    expect_nothing("a configuration that was checked", IOTCRED_OK);
    all_rows_passed();
}

static void after_a_signature(void **state)
{
    (void)state;
    load_keys();
    fetch("fault-chunked", &ec_pem, "IOTCRED_PORT");
    sign(NULL);
    wipe();
    expect_nothing("a signature", IOTCRED_OK);
    load_keys();
    fetch("fault-chunked", &ec_pem, "IOTCRED_PORT");
    sign(&key_cache);
    sign(&key_cache);
    wipe();
    expect_nothing("a signature with a key that is kept", IOTCRED_OK);
    load_keys();
    fetch("fault-chunked", &ec_pem, "IOTCRED_PORT");
    presign();
    wipe();
    expect_nothing("a presigned URL", IOTCRED_OK);
    load_keys();
    fetch("fault-chunked", &ec_pem, "IOTCRED_PORT");
    sign_chunks();
    wipe();
    expect_nothing("a chunked upload", IOTCRED_OK);
    load_keys();
    fetch("fault-chunked", &ec_pem, "IOTCRED_PORT");
    send_signed();
    wipe();
    expect_nothing("a request sent", IOTCRED_ERR_CLIENT_REFUSED);
    all_rows_passed();
}

static void after_a_cache(void **state)
{
    (void)state;
    load_keys();
    get("fault-chunked");
    get("fault-chunked");
    wipe();
    expect_nothing("a cache", IOTCRED_OK);
    load_keys();
    get("fault-chunked");
    jumped_ms += HOUR_MS;
    get("fault-500");
    iotcred_credentials_wipe(&credentials);
    wipe_keys();
    expect_nothing("a cache whose credentials have expired", IOTCRED_ERR_SERVER_FAULT);
    iotcred_cache_wipe(&cache);
    load_keys();
    get("fault-chunked");
    iotcred_cache_invalidate(&cache, NULL);
    iotcred_credentials_wipe(&credentials);
    wipe_keys();
    expect_nothing("a cache that was invalidated", IOTCRED_OK);
    pthread_t thread;
    load_keys();
    assert_int_equal(pthread_create(&thread, NULL, get, "fault-chunked"), 0);
    pthread_join(thread, NULL);
    wipe();
    expect_nothing("a thread that has ended", IOTCRED_OK);
    all_rows_passed();
}

int main(void)
{
    pki = needed("LOCAL_AWS_PKI");
    ec_certificate = read_file(pki, "device-p256.cert.pem");
    rsa_certificate = read_file(pki, "device-rsa2048.cert.pem");
    ca = read_file(pki, "server-ca.pem");
    learn();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_search_finds_each_secret),
        cmocka_unit_test(after_a_fetch),
        cmocka_unit_test(after_a_signature),
        cmocka_unit_test(after_a_cache),
    };
    int failed = cmocka_run_group_tests_name("secrets after the wipe", tests, NULL, NULL);
    free((void *)ec_certificate.ptr);
    free((void *)rsa_certificate.ptr);
    free((void *)ca.ptr);
    return failed;
}

/* A signer in place of the private key: good ones of every kind, and those that fail, lie or are slow. Against the local AWS; mbedTLS signs. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <mbedtls/asn1.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SHORT_MS = 700 };

static mbedtls_ctr_drbg_context drbg;
static const char *pki;

typedef struct {
    mbedtls_pk_context key;
    int calls;
    int32_t scheme;  /* what was asked for */
} chip;

static mbedtls_md_type_t hash_of(const iotcred_to_sign *what)
{
    return what->scheme == IOTCRED_SCHEME_ECDSA_P384 ? MBEDTLS_MD_SHA384 : MBEDTLS_MD_SHA256;
}

static int32_t good(void *context, const iotcred_to_sign *what, uint8_t *signature, size_t size)
{
    chip *self = context;
    size_t len = 0;
    self->calls++;
    self->scheme = what->scheme;
    if (what->scheme == IOTCRED_SCHEME_RSA_PSS) {
        mbedtls_rsa_set_padding(mbedtls_pk_rsa(self->key), MBEDTLS_RSA_PKCS_V21, MBEDTLS_MD_SHA256);
        int failed = mbedtls_rsa_rsassa_pss_sign(mbedtls_pk_rsa(self->key), mbedtls_ctr_drbg_random, &drbg, MBEDTLS_RSA_PRIVATE, MBEDTLS_MD_SHA256, 32,
                                                 what->hash.ptr, signature);
        return failed == 0 ? (int32_t)mbedtls_pk_get_len(&self->key) : -1;
    }
    assert_true(size >= 512);
    return mbedtls_pk_sign(&self->key, hash_of(what), what->hash.ptr, what->hash.len, signature, &len, mbedtls_ctr_drbg_random, &drbg) == 0 ? (int32_t)len : -1;
}

/* A chip that hashes the message itself. */
static int32_t from_message(void *context, const iotcred_to_sign *what, uint8_t *signature, size_t size)
{
    uint8_t hash[MBEDTLS_MD_MAX_SIZE];
    iotcred_to_sign own = *what;
    mbedtls_md(mbedtls_md_info_from_type(hash_of(what)), what->message.ptr, what->message.len, hash);
    own.hash.ptr = hash;
    return good(context, &own, signature, size);
}

/* A number of a DER signature, as `half` bytes. */
static void read_number(uint8_t **at, const uint8_t *end, uint8_t *number, size_t half)
{
    mbedtls_mpi value;
    mbedtls_mpi_init(&value);
    assert_int_equal(mbedtls_asn1_get_mpi(at, end, &value), 0);
    assert_int_equal(mbedtls_mpi_write_binary(&value, number, half), 0);
    mbedtls_mpi_free(&value);
}

static int32_t two_numbers(void *context, const iotcred_to_sign *what, uint8_t *signature, size_t size)
{
    const size_t half = what->scheme == IOTCRED_SCHEME_ECDSA_P384 ? 48 : 32;
    uint8_t der[512], *at = der;
    size_t len;
    const int32_t got = good(context, what, der, sizeof der);
    assert_true(got > 0 && size >= 2 * half);
    assert_int_equal(mbedtls_asn1_get_tag(&at, der + got, &len, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE), 0);
    read_number(&at, der + got, signature, half);
    read_number(&at, der + got, signature + half, half);
    return (int32_t)(2 * half);
}

static int32_t fails(void *context, const iotcred_to_sign *what, uint8_t *signature, size_t size)
{
    (void)what, (void)signature, (void)size;
    ((chip *)context)->calls++;
    return -77;
}

static int32_t gives_nothing(void *context, const iotcred_to_sign *what, uint8_t *signature, size_t size)
{
    return fails(context, what, signature, size) + 77;
}

static int32_t says_too_much(void *context, const iotcred_to_sign *what, uint8_t *signature, size_t size)
{
    return fails(context, what, signature, size) + 78 + (int32_t)size;
}

static int32_t lies(void *context, const iotcred_to_sign *what, uint8_t *signature, size_t size)
{
    (void)what;
    ((chip *)context)->calls++;
    memset(signature, 0x30, size);
    return 64;
}

static int32_t signs_another_message(void *context, const iotcred_to_sign *what, uint8_t *signature, size_t size)
{
    uint8_t hash[64] = { 0 };
    iotcred_to_sign other = *what;
    other.hash.ptr = hash;
    return good(context, &other, signature, size);
}

static int32_t is_slow(void *context, const iotcred_to_sign *what, uint8_t *signature, size_t size)
{
    const uint64_t start = now_ms();
    while (now_ms() < start + SHORT_MS + 100)
        nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
    return good(context, what, signature, size);
}

static chip chip_with(const char *name)
{
    char file[64];
    chip self = { .calls = 0 };
    snprintf(file, sizeof file, "device-%s.pkcs8.pem", name);
    iotcred_bytes pem = read_file(pki, file);
    mbedtls_pk_init(&self.key);
    assert_int_equal(mbedtls_pk_parse_key(&self.key, pem.ptr, pem.len + 1, NULL, 0), 0);
    free((void *)pem.ptr);
    return self;
}

typedef int32_t sign_function(void *, const iotcred_to_sign *, uint8_t *, size_t);

typedef struct {
    const char *row, *device, *key, *thing, *listener;
    sign_function *sign;
    uint32_t flags;
    int32_t scheme;
    iotcred_status status;
} row;

static void run(const row *row)
{
    static iotcred_credentials credentials;
    char name[64], port[64];
    iotcred_error error;
    chip chip = chip_with(row->key);
    iotcred_signer signer = { &chip, row->sign, row->flags };
    snprintf(name, sizeof name, "device-%s.cert.pem", row->device);
    snprintf(port, sizeof port, "LOCAL_AWS_PORT_%s", row->listener);
    iotcred_config config = {
        .endpoint = needed("IOTCRED_ENDPOINT"),
        .address = needed("IOTCRED_ADDRESS"),
        .port = (uint16_t)atoi(needed(port)),
        .role_alias = "fault-connection-close",
        .thing_name = row->thing,
        .certificate = read_file(pki, name),
        .ca = read_file(pki, "server-ca.pem"),
        .timeout_ms = row->sign == is_slow ? SHORT_MS : (uint32_t)(10000 + slack_ms()),
        .signer = &signer,
        .tries = 1,
    };
    memset(&error, PATTERN, sizeof error);
    memset(&credentials, PATTERN, sizeof credentials);
    const iotcred_status status = iotcred_fetch(&config, &credentials, &error);
    if (!check_status(row->row, row->status, status))
        print_error("    message: %.255s\n", error.message);
    check_error(row->row, &error, status);
    check_number(row->row, "calls", row->sign != NULL, chip.calls);
    if (row->scheme != 0)
        check_number(row->row, "scheme", row->scheme, chip.scheme);
    if (status == IOTCRED_ERR_SIGNER_FAILED || status == IOTCRED_ERR_SIGNER_MISMATCH || row->sign == NULL)
        check(strstr(error.message, "`sign`") != NULL, row->row, "the callback is named");
    if (row->sign == fails)
        check(strstr(error.message, "-77") != NULL, row->row, "what it returned is named");
    if (status != IOTCRED_OK)
        check(all_bytes(&credentials, PATTERN, sizeof credentials), row->row, "the credentials are untouched");
    mbedtls_pk_free(&chip.key);
    free((void *)config.certificate.ptr);
    free((void *)config.ca.ptr);
}

static void keys_of_every_kind(void **state)
{
    (void)state;
    static const row rows[] = {
        { "P-256, TLS 1.2", "p256", "p256", "camera-17", "TLS12", good, 0, IOTCRED_SCHEME_ECDSA_P256, IOTCRED_OK },
        { "P-256, TLS 1.3", "p256", "p256", "camera-17", "TLS13", good, 0, IOTCRED_SCHEME_ECDSA_P256, IOTCRED_OK },
        { "P-256, two numbers", "p256", "p256", "camera-17", "TLS13", two_numbers, 0, IOTCRED_SCHEME_ECDSA_P256, IOTCRED_OK },
        { "P-256, from the message", "p256", "p256", "camera-17", "TLS12", from_message, 0, IOTCRED_SCHEME_ECDSA_P256, IOTCRED_OK },
        { "P-384, TLS 1.2", "p384", "p384", "camera-38", "TLS12", good, 0, IOTCRED_SCHEME_ECDSA_P384, IOTCRED_OK },
        { "P-384, two numbers", "p384", "p384", "camera-38", "TLS13", two_numbers, 0, IOTCRED_SCHEME_ECDSA_P384, IOTCRED_OK },
        { "P-384, from the message", "p384", "p384", "camera-38", "TLS13", from_message, 0, IOTCRED_SCHEME_ECDSA_P384, IOTCRED_OK },
        { "RSA-2048, TLS 1.2", "rsa2048", "rsa2048", "gateway-20", "TLS12", good, 0, IOTCRED_SCHEME_RSA_PSS, IOTCRED_OK },
        { "RSA-2048, TLS 1.3", "rsa2048", "rsa2048", "gateway-20", "TLS13", good, 0, IOTCRED_SCHEME_RSA_PSS, IOTCRED_OK },
        { "RSA-3072, PKCS#1", "rsa3072", "rsa3072", "gateway-30", "TLS12", good, IOTCRED_SIGNER_NO_PSS, IOTCRED_SCHEME_RSA_PKCS1, IOTCRED_OK },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        run(&rows[i]);
    all_rows_passed();
}

static void signers_that_are_bad(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        sign_function *sign;
        iotcred_status status;
    } kinds[] = {
        { "fails", fails, IOTCRED_ERR_SIGNER_FAILED },
        { "gives nothing", gives_nothing, IOTCRED_ERR_SIGNER_FAILED },
        { "says too much", says_too_much, IOTCRED_ERR_SIGNER_FAILED },
        { "lies", lies, IOTCRED_ERR_SIGNER_MISMATCH },
        { "signs another message", signs_another_message, IOTCRED_ERR_SIGNER_MISMATCH },
        { "is slow", is_slow, IOTCRED_ERR_SIGNER_SLOW },
    };
    static const char *const listeners[] = { "TLS12", "TLS13" };
    for (size_t i = 0; i < COUNT(kinds); i++)
        for (size_t j = 0; j < COUNT(listeners); j++) {
            char name[64];
            snprintf(name, sizeof name, "%s, %s", kinds[i].name, listeners[j]);
            run(&(row){ name, "p256", "p256", "camera-17", listeners[j], kinds[i].sign, 0, 0, kinds[i].status });
        }
    run(&(row){ "another key", "p256", "unregistered", "camera-17", "TLS13", good, 0, 0, IOTCRED_ERR_SIGNER_MISMATCH });
    run(&(row){ "another RSA key", "rsa2048", "rsa3072", "gateway-20", "TLS12", good, 0, 0, IOTCRED_ERR_SIGNER_MISMATCH });
    run(&(row){ "no callback", "p256", "p256", "camera-17", "TLS13", NULL, 0, 0, IOTCRED_ERR_SIGNER });
    all_rows_passed();
}

static iotcred_status check_of(const iotcred_config *config, iotcred_error *error)
{
    return iotcred_config_check(config, error, 1, NULL);
}

static void what_a_configuration_shows(void **state)
{
    (void)state;
    static iotcred_credentials credentials;
    iotcred_error error;
    iotcred_signer signer = { NULL, good, 0 };
    iotcred_config config = {
        .endpoint = needed("IOTCRED_ENDPOINT"), .role_alias = "alias", .certificate = read_file(pki, "device-p256.cert.pem"), .signer = &signer,
    };
    const iotcred_bytes certificate = config.certificate;
    assert_int_equal(check_of(&config, &error), IOTCRED_OK);
    config.private_key = read_file(pki, "device-p256.pkcs8.pem");
    assert_int_equal(check_of(&config, &error), IOTCRED_ERR_SIGNER);
    assert_int_equal(iotcred_fetch(&config, &credentials, &error), IOTCRED_ERR_SIGNER);
    free((void *)config.private_key.ptr);
    config.private_key = (iotcred_bytes){ NULL, 0 };
    config.certificate = read_file(pki, "device-p521.cert.pem");
    assert_int_equal(check_of(&config, &error), IOTCRED_ERR_KEY_UNSUPPORTED);
    free((void *)config.certificate.ptr);
    config.certificate = bytes("no certificate");
    assert_int_equal(check_of(&config, &error), IOTCRED_ERR_CERTIFICATE);
    free((void *)certificate.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_every_kind),
        cmocka_unit_test(signers_that_are_bad),
        cmocka_unit_test(what_a_configuration_shows),
    };
    mbedtls_entropy_context entropy;
    pki = needed("LOCAL_AWS_PKI");
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&drbg);
    assert_int_equal(mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, NULL, 0), 0);
    int failed = cmocka_run_group_tests_name("a signer", tests, NULL, NULL);
    mbedtls_ctr_drbg_free(&drbg);
    mbedtls_entropy_free(&entropy);
    return failed;
}

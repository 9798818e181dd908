#define _GNU_SOURCE
#include "needles.h"

#include <mbedtls/bignum.h>
#include <mbedtls/md.h>

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MASK = 0xA7, SCALAR = 32, DIGEST = 32, FILE_MAX = 8192 };

/* --- In the child ----------------------------------------------------------------------------------------------- */

static void add(needles *to, const char *name, const uint8_t *bytes, size_t len)
{
    needle *one = &to->all[to->count++];
    snprintf(one->name, sizeof one->name, "%s", name);
    one->len = len < NEEDLE_SIZE ? len : NEEDLE_SIZE;
    for (size_t i = 0; i < one->len; i++)
        one->hidden[i] = bytes[i] ^ MASK;
}

/* A number as big endian says it, and as its 64-bit words lie in the memory of this machine. */
static void add_number(needles *to, const char *name, const uint8_t *bytes, size_t len)
{
    uint8_t reversed[512];
    char also[48];
    for (size_t i = 0; i < len; i++)
        reversed[i] = bytes[len - 1 - i];
    snprintf(also, sizeof also, "%s, little endian", name);
    add(to, name, bytes, len);
    add(to, also, reversed, len);
}

static void mac(const uint8_t *key, size_t key_len, const char *text, uint8_t out[DIGEST])
{
    mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), key, key_len, (const uint8_t *)text, strlen(text), out);
}

void needles_of_credential(needles *to, const known_credential *credential)
{
    const char *secret = credential->secret_access_key;
    char aws4[256];
    uint8_t key[DIGEST];
    int len = snprintf(aws4, sizeof aws4, "AWS4%s", secret);
    add(to, "secret access key", (const uint8_t *)secret, strlen(secret));
    add(to, "session token", (const uint8_t *)credential->session_token, strlen(credential->session_token));
    add(to, "AWS4 with the secret", (const uint8_t *)aws4, WINDOW + 3);
    const char *const parts[] = { credential->date, credential->region, credential->service, "aws4_request" };
    mac((const uint8_t *)aws4, (size_t)len, parts[0], key);
    for (size_t i = 1; i < 4; i++) {
        add(to, i == 1 ? "the key of the date" : i == 2 ? "the key of the region" : "the key of the service", key, DIGEST);
        mac(key, DIGEST, parts[i], key);
    }
    add(to, "signing key", key, DIGEST);
}

static size_t read_whole(const char *path, uint8_t content[FILE_MAX])
{
    int file = open(path, O_RDONLY);
    ssize_t len = file >= 0 ? read(file, content, FILE_MAX) : -1;
    if (len <= 0) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    close(file);
    return (size_t)len;
}

/* The scalar times 2^256 modulo the order of P-256 (SEC 2 section 2.4.2): the form that ring keeps. */
static void montgomery(const uint8_t scalar[SCALAR], uint8_t out[SCALAR])
{
    mbedtls_mpi number, order;
    mbedtls_mpi_init(&number);
    mbedtls_mpi_init(&order);
    mbedtls_mpi_read_string(&order, 16, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    mbedtls_mpi_read_binary(&number, scalar, SCALAR);
    mbedtls_mpi_shift_l(&number, 8 * SCALAR);
    mbedtls_mpi_mod_mpi(&number, &number, &order);
    mbedtls_mpi_write_binary(&number, out, SCALAR);
}

static void add_ec(needles *to, const char *ec_der, const char *ec_pem)
{
    /* RFC 5915: version 1, then an OCTET STRING of 32 bytes. */
    static const uint8_t before[] = { 0x02, 0x01, 0x01, 0x04, 0x20 };
    uint8_t der[FILE_MAX], pem[FILE_MAX], form[SCALAR];
    size_t len = read_whole(ec_der, der);
    const uint8_t *start = memmem(der, len, before, sizeof before);
    add(to, "the EC key's DER", start, sizeof before + 3);
    add_number(to, "the EC key's scalar", start + sizeof before, SCALAR);
    montgomery(start + sizeof before, form);
    add_number(to, "the EC key's scalar, Montgomery", form, SCALAR);
    /* The base64 of the bytes from the scalar's first to its last, without line ends: it begins in the first line. */
    read_whole(ec_pem, pem);
    const uint8_t *base64 = memchr(pem, '\n', sizeof pem);
    const size_t first = ((size_t)(start + sizeof before - der) + 2) / 3 * 4;
    add(to, "the EC key's PEM body", base64 + 1 + first, 64 - first);
}

/* RFC 8017 appendix A.1.2: version, n, e, d, p, q, dP, dQ, qInv. */
static void add_rsa(needles *to, const char *rsa_der)
{
    static const char *const names[] = { NULL, NULL, NULL, "the RSA key's d", "the RSA key's p", "the RSA key's q", "the RSA key's dP", "the RSA key's dQ" };
    uint8_t der[FILE_MAX];
    read_whole(rsa_der, der);
    const uint8_t *at = der + 4;
    for (size_t i = 0; i < 8; i++) {
        size_t len = at[1], header = 2;
        if (len > 0x80) {
            header = 2 + (len & 0x7f);
            len = len == 0x81 ? at[2] : (size_t)at[2] << 8 | at[3];
        }
        const uint8_t *number = at + header;
        at = number + len;
        if (names[i] != NULL)
            add_number(to, names[i], number + (number[0] == 0), len - (number[0] == 0));
    }
}

void needles_of_keys(needles *to, const char *ec_der, const char *ec_pem, const char *rsa_der)
{
    add_ec(to, ec_der, ec_pem);
    add_rsa(to, rsa_der);
}

/* --- The search ------------------------------------------------------------------------------------------------- */

/* Bytes at any address; what they are is nobody's business. */
typedef uint64_t __attribute__((aligned(1), may_alias)) word;

static struct {
    uint64_t hidden;
    size_t needle;
} windows[NEEDLES_MAX * NEEDLE_SIZE];
static size_t window_count;
static uint8_t may_be[1 << 16];
/* The same for the two bytes behind them: a key with two zeros in it must not make all zeroed memory worth a look, which took minutes. */
static uint8_t and_may_be[1 << 16];

static uint64_t hide(uint64_t value)
{
    return value ^ 0x0101010101010101u * MASK;
}

static void prepare(const needles *wanted)
{
    window_count = 0;
    memset(may_be, 0, sizeof may_be);
    memset(and_may_be, 0, sizeof and_may_be);
    for (size_t i = 0; i < wanted->count; i++)
        for (size_t j = 0; j + WINDOW <= wanted->all[i].len; j++) {
            const uint64_t hidden = *(const word *)(wanted->all[i].hidden + j);
            windows[window_count].hidden = hidden;
            windows[window_count++].needle = i;
            may_be[hidden & 0xffff] = 1;
            and_may_be[hidden >> 16 & 0xffff] = 1;
        }
}

void needle_show(const needle *from, uint8_t out[NEEDLE_SIZE])
{
    for (size_t i = 0; i < from->len; i++)
        out[i] = from->hidden[i] ^ MASK;
}

/* Counts what stands at an address, in each needle that has it. */
static void note(uintptr_t at, uint64_t hidden, char region, uintptr_t frame, found in[NEEDLES_MAX])
{
    for (size_t i = 0; i < window_count; i++) {
        if (windows[i].hidden != hidden)
            continue;
        found *one = &in[windows[i].needle];
        if (region != 's') {
            *(region == 'h' ? &one->heap : &one->data) += 1;
        } else if (at >= frame) {
            one->stack++;
        } else {
            one->dead_stack++;
            one->deepest = (long)(frame - at) > one->deepest ? (long)(frame - at) : one->deepest;
        }
    }
}

static void search_region(uintptr_t from, uintptr_t to, char region, uintptr_t frame, found in[NEEDLES_MAX])
{
    for (uintptr_t at = from; at + WINDOW <= to; at++) {
        const uint64_t hidden = hide(*(const word *)at);
        if (may_be[hidden & 0xffff] && and_may_be[hidden >> 16 & 0xffff])
            note(at, hidden, region, frame, in);
    }
}

static void search(const needles *wanted, uintptr_t frame, found in[NEEDLES_MAX])
{
    static char maps[64 * 1024];
    memset(in, 0, NEEDLES_MAX * sizeof *in);
    prepare(wanted);
    int file = open("/proc/self/maps", O_RDONLY);
    size_t len = 0;
    for (ssize_t got; (got = read(file, maps + len, sizeof maps - 1 - len)) > 0;)
        len += (size_t)got;
    maps[len] = '\0';
    close(file);
    unsigned long from, to, end_of_data = 0;
    for (char *line = strtok(maps, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char rights[8], name[256] = "";
        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %255s", &from, &to, rights, name) < 3 || strncmp(rights, "rw", 2) != 0)
            continue;
        /* What follows a file's data without a name is its zeroed data; else it is malloc's, or the stack of a thread. */
        const bool is_data = name[0] == '/' || (name[0] == '\0' && from == end_of_data);
        if (is_data)
            end_of_data = to;
        search_region(from, to, strcmp(name, "[stack]") == 0 ? 's' : is_data ? 'd' : 'h', frame, in);
    }
}

static struct {
    const needles *wanted;
    found *in;
    uintptr_t frame;
    sem_t asked, done;
} work;

static void *searcher(void *unused)
{
    for (;;) {
        sem_wait(&work.asked);
        search(work.wanted, work.frame, work.in);
        sem_post(&work.done);
    }
    return unused;
}

void needles_start(const needles *wanted)
{
    pthread_t thread;
    work.wanted = wanted;
    sem_init(&work.asked, 0, 0);
    sem_init(&work.done, 0, 0);
    if (pthread_create(&thread, NULL, searcher, NULL) != 0)
        exit(1);
    pthread_detach(thread);
}

void needles_search(found in[NEEDLES_MAX])
{
    work.in = in;
    work.frame = (uintptr_t)__builtin_frame_address(0);
    sem_post(&work.asked);
    sem_wait(&work.done);
}

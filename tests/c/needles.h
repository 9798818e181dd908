/* Secrets to look for in a process, held XORed so that the search does not find them in its own memory. They are made by a child process: the parent never has
 * them in the clear but where the library puts them. Linux alone. */
#ifndef IOTCRED_TESTS_NEEDLES_H
#define IOTCRED_TESTS_NEEDLES_H

#include <stddef.h>
#include <stdint.h>

enum { NEEDLE_SIZE = 64, NEEDLES_MAX = 32, WINDOW = 8 };

typedef struct {
    char name[48];
    uint8_t hidden[NEEDLE_SIZE];
    size_t len;
} needle;

typedef struct {
    size_t count;
    needle all[NEEDLES_MAX];
} needles;

/* What a credential is: the texts, and where its signing key is for. */
typedef struct {
    const char *secret_access_key, *session_token, *date, *region, *service;
} known_credential;

/* In the child: adds the secret, the token, AWS4 with the secret, and the signing key, which mbedTLS derives. */
void needles_of_credential(needles *to, const known_credential *credential);

/* In the child: adds what a P-256 key in PKCS#8 (`ec_der`, `ec_pem`) and an RSA key in PKCS#1 (`rsa_der`) are, in every form that a program is likely to hold. */
void needles_of_keys(needles *to, const char *ec_der, const char *ec_pem, const char *rsa_der);

/* Writes a needle in the clear: for the proof that the search finds it. */
void needle_show(const needle *from, uint8_t out[NEEDLE_SIZE]);

/* Where pieces of WINDOW bytes of a needle were found. */
typedef struct {
    long heap, data, stack, dead_stack; /* `dead_stack`: below the frame of the function that asked for the search */
    long deepest;                       /* of those, how many bytes below */
} found;

/* Starts the thread that searches: on a stack of its own, so that it does not tread on what others have left on theirs. Once, from the main thread. */
void needles_start(const needles *wanted);

/* Searches all memory of the process that can be written. `in` has an element for each needle. */
void needles_search(found in[NEEDLES_MAX]);

#endif

/* Fetches temporary AWS credentials with a private key that never leaves its PKCS#11 token: a secure element, a TPM (tpm2-pkcs11), SoftHSM.
 * The library hands over a hash and gets a signature; it checks that against the certificate before it is sent. */
#include "common.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "Usage: pkcs11_key [flags]\n"
    "\n"
    "Fetches temporary AWS credentials with a key in a PKCS#11 token. The key is found by its label.\n";

typedef struct {
    CK_FUNCTION_LIST *token;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
} token_key;

/* DER before a SHA-256 in a PKCS#1 signature (RFC 8017 section 9.2, note 1). */
static const uint8_t digest_info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                       0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20 };

static int32_t sign(void *context, const iotcred_to_sign *what, uint8_t *signature, size_t size)
{
    token_key *self = context;
    CK_RSA_PKCS_PSS_PARAMS pss = { CKM_SHA256, CKG_MGF1_SHA256, 32 };
    CK_MECHANISM mechanism = { CKM_ECDSA, NULL, 0 };
    uint8_t input[sizeof digest_info + 48];
    size_t len = 0;
    if (what->scheme == IOTCRED_SCHEME_RSA_PSS) {
        mechanism = (CK_MECHANISM){ CKM_RSA_PKCS_PSS, &pss, sizeof pss };
    } else if (what->scheme == IOTCRED_SCHEME_RSA_PKCS1) {
        mechanism.mechanism = CKM_RSA_PKCS;
        memcpy(input, digest_info, len = sizeof digest_info);
    }
    memcpy(input + len, what->hash.ptr, what->hash.len);
    len += what->hash.len;
    CK_ULONG written = size;
    CK_RV failed = self->token->C_SignInit(self->session, &mechanism, self->key);
    if (failed == CKR_OK)
        failed = self->token->C_Sign(self->session, input, len, signature, &written);
    return failed == CKR_OK ? (int32_t)written : -(int32_t)(failed & 0x7fffffff);
}

/* The first token with a private key of that label; what went wrong, or NULL. */
static const char *open_key(token_key *self, const char *module, const char *pin, const char *label)
{
    CK_RV (*list)(CK_FUNCTION_LIST **) = NULL;
    void *library = dlopen(module, RTLD_NOW);
    if (library == NULL)
        return dlerror();
    *(void **)&list = dlsym(library, "C_GetFunctionList");
    if (list == NULL || list(&self->token) != CKR_OK || self->token->C_Initialize(NULL) != CKR_OK)
        return "no PKCS#11 module, or it does not start";
    CK_SLOT_ID slots[16];
    CK_ULONG count = sizeof slots / sizeof slots[0], found = 0;
    if (self->token->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK)
        return "there is no token, or there are too many";
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted[] = { { CKA_CLASS, &class, sizeof class }, { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) } };
    for (CK_ULONG i = 0; i < count && found == 0; i++) {
        if (self->token->C_OpenSession(slots[i], CKF_SERIAL_SESSION, NULL, NULL, &self->session) != CKR_OK)
            continue;
        if (self->token->C_Login(self->session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)pin, strlen(pin)) == CKR_OK &&
            self->token->C_FindObjectsInit(self->session, wanted, 2) == CKR_OK) {
            self->token->C_FindObjects(self->session, &self->key, 1, &found);
            self->token->C_FindObjectsFinal(self->session);
        }
        if (found == 0)
            self->token->C_CloseSession(self->session);
    }
    return found == 0 ? "no private key of that label, or the PIN is wrong" : NULL;
}

int main(int argc, char **argv)
{
    const char *module = "/usr/lib/softhsm/libsofthsm2.so", *pin = "", *label = "";
    const setting own[] = {
        { "--module", "PKCS11_MODULE", "the token's PKCS#11 library", &module, NULL, NULL },
        { "--pin", "PKCS11_PIN", "the token's PIN", &pin, NULL, NULL },
        { "--label", "PKCS11_LABEL", "label of the key", &label, NULL, NULL },
    };
    device device;
    device_open(&device, argc, argv, usage, own, sizeof own / sizeof own[0]);

    token_key key;
    const char *problem = open_key(&key, module, pin, label);
    if (problem != NULL) {
        fprintf(stderr, "pkcs11_key: %s: %s\n", module, problem);
        return 1;
    }
    const iotcred_signer signer = { .context = &key, .sign = sign };
    device.config.signer = &signer;

    static iotcred_credentials credentials;
    iotcred_error error;
    if (iotcred_fetch(&device.config, &credentials, &error) == IOTCRED_OK)
        printf("Fetched credentials with the key \"%s\": %s, valid until %s\n", label, credentials.access_key_id, credentials.expiration_text);
    else
        print_error("pkcs11_key", &error);
    iotcred_credentials_wipe(&credentials);
    key.token->C_Finalize(NULL);
    device_close(&device);
    return error.status == IOTCRED_OK ? 0 : 1;
}

/* The header alone, twice, by every compiler and in every dress; used as its documentation says. */
#include <iotcred.h>
#include <iotcred.h>

#ifdef __cplusplus
#define ASSERT(condition) static_assert(condition, #condition)
#else
#define ASSERT(condition) extern int asserted[(condition) ? 1 : -1]
#endif

ASSERT(sizeof(iotcred_status) == 4);
ASSERT(sizeof(sigv4_key_cache) == 256);
ASSERT(IOTCRED_OK == 0);

#if defined(IOTCRED_SIGN_ONLY) && !defined(IOTCRED_CLIENT)
#ifdef IOTCRED_SEND_EXPECT_CONTINUE
#error "IOTCRED_SIGN_ONLY hides what the sign size does not have"
#endif
typedef int iotcred_fetch; /* the name is free */
#else
ASSERT(sizeof(iotcred_credentials) < 4500);
ASSERT(sizeof(iotcred_cache) < 5200);
#endif

extern iotcred_status sign(sigv4_signed *out);

iotcred_status sign(sigv4_signed *out)
{
    sigv4_header host = { IOTCRED_STR("host"), IOTCRED_STR("example.com") };
    sigv4_credentials credentials = { IOTCRED_STR("AKIDEXAMPLE"), IOTCRED_STR("secret"), { NULL, 0 } };
    sigv4_request request = { IOTCRED_STR("GET"), IOTCRED_STR("/"), IOTCRED_STR(""), &host, 1, { 0, { NULL, 0 } }, IOTCRED_STR("us-east-1"),
                              IOTCRED_STR("service"), 1440938160, 0, { NULL, 0 } };
    return sigv4_sign_request(&request, &credentials, NULL, out);
}

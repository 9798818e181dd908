/* The smallest image that signs, and with EMPTY the smallest image there is. What is signed comes from elsewhere, so that the difference between the two is
 * the library's code and no text of a request. */
#ifdef EMPTY

void _start(void);
void _start(void)
{
}

#elif defined AWS_SDK

#define SIGV4_DO_NOT_USE_CUSTOM_CONFIG
#include <sigv4.h>

/* The hash is the caller's, and no part of it. */
void _start(const SigV4Parameters_t *params, char *value, size_t *len, char **signature, size_t *signature_len);
void _start(const SigV4Parameters_t *params, char *value, size_t *len, char **signature, size_t *signature_len)
{
    SigV4_GenerateHTTPAuthorization(params, value, len, signature, signature_len);
}

#elif defined FETCH || defined SEND

#include <iotcred.h>

/* What a firmware calls: with FETCH credentials alone, with SEND a request too. */
iotcred_status _start(const iotcred_port *port, const iotcred_config *config, const iotcred_request *request, iotcred_response *response,
                      iotcred_credentials *credentials, iotcred_error *error);
iotcred_status _start(const iotcred_port *port, const iotcred_config *config, const iotcred_request *request, iotcred_response *response,
                      iotcred_credentials *credentials, iotcred_error *error)
{
    iotcred_init(port);
    iotcred_status status = iotcred_fetch(config, credentials, error);
#ifdef SEND
    sigv4_credentials keys = iotcred_credentials_view(credentials);
    status = iotcred_send(request, &keys, response, error);
#else
    (void)request, (void)response;
#endif
    iotcred_credentials_wipe(credentials);
    return status;
}

#else

#include <iotcred.h>

void _start(const sigv4_request *request, const sigv4_credentials *credentials, sigv4_signed *made);
void _start(const sigv4_request *request, const sigv4_credentials *credentials, sigv4_signed *made)
{
    sigv4_sign_request(request, credentials, NULL, made);
}

#endif

/* The size of every struct of the header, and where its last member stands. Compiled twice: see CMakeLists.txt. */
#include "sizes.h"

#include <iotcred.h>

extern const size_t SIZES[SIZES_COUNT];
const size_t SIZES[SIZES_COUNT] = {
    sizeof(sigv4_str), sizeof(sigv4_header), sizeof(iotcred_bytes),
    sizeof(sigv4_payload), offsetof(sigv4_payload, bytes),
    sizeof(sigv4_request), offsetof(sigv4_request, flags),
    sizeof(sigv4_credentials), sizeof(sigv4_key_cache),
    sizeof(sigv4_signed), offsetof(sigv4_signed, buffer_len),
    sizeof(iotcred_port), sizeof(iotcred_credentials), offsetof(iotcred_credentials, server_time),
    sizeof(iotcred_platform), offsetof(iotcred_platform, sleep),
    sizeof(iotcred_config), offsetof(iotcred_config, tries),
    sizeof(iotcred_error), offsetof(iotcred_error, message),
    sizeof(iotcred_request), offsetof(iotcred_request, platform),
    sizeof(iotcred_response), offsetof(iotcred_response, body_len),
    sizeof(iotcred_cache), offsetof(iotcred_cache, unlock),
    sizeof(iotcred_cache_state), offsetof(iotcred_cache_state, next_wake_ms),
};

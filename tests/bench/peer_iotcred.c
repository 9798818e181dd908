#include "peer.h"

#include <iotcred.h>

#include <stdlib.h>

bool peer_get(const peer_settings *settings)
{
    static iotcred_credentials credentials;
    iotcred_config config = {
        .endpoint = settings->endpoint,
        .port = (uint16_t)atoi(settings->port),
        .address = settings->address,
        .role_alias = settings->role_alias,
        .thing_name = settings->thing_name,
        .certificate = { (const uint8_t *)settings->certificate, settings->certificate_len },
        .private_key = { (const uint8_t *)settings->private_key, settings->private_key_len },
        .ca = { (const uint8_t *)settings->ca, settings->ca_len },
    };
    iotcred_status status = iotcred_fetch(&config, &credentials, NULL);
    iotcred_credentials_wipe(&credentials);
    return status == IOTCRED_OK;
}

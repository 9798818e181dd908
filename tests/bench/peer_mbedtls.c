/* mbedTLS, as Debian builds it: 2.28, which has no TLS 1.3. */
#include "peer.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>

#include <unistd.h>

typedef struct {
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
    mbedtls_x509_crt ca, certificate;
    mbedtls_pk_context key;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    mbedtls_net_context net;
} client;

static bool prepare(client *client, const peer_settings *settings)
{
    mbedtls_entropy_init(&client->entropy);
    mbedtls_ctr_drbg_init(&client->random);
    mbedtls_x509_crt_init(&client->ca);
    mbedtls_x509_crt_init(&client->certificate);
    mbedtls_pk_init(&client->key);
    mbedtls_ssl_config_init(&client->config);
    mbedtls_ssl_init(&client->ssl);
    client->net.fd = -1;
    return mbedtls_ctr_drbg_seed(&client->random, mbedtls_entropy_func, &client->entropy, NULL, 0) == 0 &&
           mbedtls_x509_crt_parse(&client->ca, (unsigned char *)settings->ca, settings->ca_len + 1) == 0 &&
           mbedtls_x509_crt_parse(&client->certificate, (unsigned char *)settings->certificate, settings->certificate_len + 1) == 0 &&
           mbedtls_pk_parse_key(&client->key, (unsigned char *)settings->private_key, settings->private_key_len + 1, NULL, 0) == 0 &&
           mbedtls_ssl_config_defaults(&client->config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) == 0 &&
           mbedtls_ssl_conf_own_cert(&client->config, &client->certificate, &client->key) == 0;
}

static bool exchange(client *client, const peer_settings *settings)
{
    unsigned char request[512], answer[PEER_ANSWER_MAX];
    size_t len = 0, request_len = peer_request(settings, (char *)request, sizeof request);
    mbedtls_ssl_conf_ca_chain(&client->config, &client->ca, NULL);
    mbedtls_ssl_conf_rng(&client->config, mbedtls_ctr_drbg_random, &client->random);
    client->net.fd = peer_connect(settings);
    if (client->net.fd < 0 || mbedtls_ssl_setup(&client->ssl, &client->config) != 0 || mbedtls_ssl_set_hostname(&client->ssl, settings->endpoint) != 0)
        return false;
    mbedtls_ssl_set_bio(&client->ssl, &client->net, mbedtls_net_send, mbedtls_net_recv, NULL);
    if (mbedtls_ssl_write(&client->ssl, request, request_len) != (int)request_len) /* shakes hands first */
        return false;
    for (int got; len < sizeof answer && (got = mbedtls_ssl_read(&client->ssl, answer + len, sizeof answer - len)) > 0;)
        len += (size_t)got;
    mbedtls_ssl_close_notify(&client->ssl);
    return peer_is_ok((char *)answer, len);
}

bool peer_get(const peer_settings *settings)
{
    static client client;
    bool done = prepare(&client, settings) && exchange(&client, settings);
    mbedtls_net_free(&client.net);
    mbedtls_ssl_free(&client.ssl);
    mbedtls_ssl_config_free(&client.config);
    mbedtls_pk_free(&client.key);
    mbedtls_x509_crt_free(&client.certificate);
    mbedtls_x509_crt_free(&client.ca);
    mbedtls_ctr_drbg_free(&client.random);
    mbedtls_entropy_free(&client.entropy);
    return done;
}

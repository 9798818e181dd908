/* OpenSSL 3. */
#include "peer.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <unistd.h>

/* Trusts every certificate of the text. */
static bool trust(SSL_CTX *context, const char *text, size_t len)
{
    BIO *memory = BIO_new_mem_buf(text, (int)len);
    X509 *certificate;
    int count = 0;
    while ((certificate = PEM_read_bio_X509(memory, NULL, NULL, NULL)) != NULL) {
        count += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
        X509_free(certificate);
    }
    BIO_free(memory);
    return count > 0;
}

static bool identify(SSL_CTX *context, const peer_settings *settings)
{
    BIO *memory = BIO_new_mem_buf(settings->certificate, (int)settings->certificate_len);
    X509 *certificate = PEM_read_bio_X509(memory, NULL, NULL, NULL);
    BIO_free(memory);
    memory = BIO_new_mem_buf(settings->private_key, (int)settings->private_key_len);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(memory, NULL, NULL, NULL);
    BIO_free(memory);
    bool done = SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    return done;
}

static bool exchange(SSL *ssl, const peer_settings *settings)
{
    char request[512], answer[PEER_ANSWER_MAX];
    size_t len = 0;
    int request_len = (int)peer_request(settings, request, sizeof request);
    if (SSL_connect(ssl) != 1 || SSL_write(ssl, request, request_len) != request_len)
        return false;
    for (int got; len < sizeof answer && (got = SSL_read(ssl, answer + len, (int)(sizeof answer - len))) > 0;)
        len += (size_t)got;
    SSL_shutdown(ssl);
    return peer_is_ok(answer, len);
}

bool peer_get(const peer_settings *settings)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    bool done = trust(context, settings->ca, settings->ca_len) && identify(context, settings);
    SSL *ssl = SSL_new(context);
    int fd = peer_connect(settings);
    done = done && fd >= 0 && SSL_set_tlsext_host_name(ssl, settings->endpoint) == 1 && SSL_set1_host(ssl, settings->endpoint) == 1 &&
           SSL_set_fd(ssl, fd) == 1 && exchange(ssl, settings);
    SSL_free(ssl);
    SSL_CTX_free(context);
    close(fd);
    return done;
}

/* A configuration that is good, over a transport in memory: what a test makes its mistakes in. */
#ifndef IOTCRED_TESTS_OFFLINE_H
#define IOTCRED_TESTS_OFFLINE_H

#include "fake.h"
#include "identity.h"

static fake transport;
static iotcred_platform platform;

static iotcred_config good_config(void)
{
    transport = fake_new();
    platform = fake_platform(&transport);
    return (iotcred_config){
        .endpoint = "abcdefghijklmn.credentials.iot.eu-west-1.amazonaws.com",
        .role_alias = "MyDeviceS3Uploader",
        .thing_name = "camera-17",
        .certificate = bytes(test_certificate),
        .private_key = bytes(test_key),
        .platform = &platform,
    };
}

#endif

/* Throw-away identities for the tests that have no network: nothing, anywhere, trusts them. */
#ifndef IOTCRED_TESTS_IDENTITY_H
#define IOTCRED_TESTS_IDENTITY_H

/* A P-256 certificate that signs itself, and so can be a CA too. */
static const char test_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIB5zCCAY2gAwIBAgIUOmWYNk0KwbCGgLm960CwMTSWWicwCgYIKoZIzj0EAwIw\n"
    "SDEgMB4GA1UECgwXaW90Y3JlZCwgZm9yIHRlc3RzIG9ubHkxJDAiBgNVBAMMG2Rl\n"
    "dmljZSBvZiB0aGUgb2ZmbGluZSB0ZXN0czAgFw0yNjExMjExMTI2MDNaGA8yMTI2\n"
    "MTAyODExMjYwM1owSDEgMB4GA1UECgwXaW90Y3JlZCwgZm9yIHRlc3RzIG9ubHkx\n"
    "JDAiBgNVBAMMG2RldmljZSBvZiB0aGUgb2ZmbGluZSB0ZXN0czBZMBMGByqGSM49\n"
    "AgEGCCqGSM49AwEHA0IABE+1cNzDUqUwhgXRdhtjx74QVs8n3N8mLNjpNQewpGkD\n"
    "9RB2bcbz+574eSAz9IS+rgcoQu5GNY+UGgD+EJedw4mjUzBRMB0GA1UdDgQWBBTg\n"
    "lfFW24rXwl1H6OVS8kY8D3T0XzAfBgNVHSMEGDAWgBTglfFW24rXwl1H6OVS8kY8\n"
    "D3T0XzAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQD6C/Lm7YbG\n"
    "DDfaYg5zUMIlQtcuZW/Ev0uMOV/ULXp6EgIgUkqX7+KGvsbi/QR9C95Pmv/9fmHm\n"
    "Sjvt845X35lCbbg=\n"
    "-----END CERTIFICATE-----\n";

/* Its key. */
static const char test_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyZmfCckGBjO7ScTE\n"
    "c4G6I6CWCJMi+GZK7ZIq97ONXD6hRANCAARPtXDcw1KlMIYF0XYbY8e+EFbPJ9zf\n"
    "JizY6TUHsKRpA/UQdm3G8/ue+HkgM/SEvq4HKELuRjWPlBoA/hCXncOJ\n"
    "-----END PRIVATE KEY-----\n";

/* A P-256 key of no certificate. */
static const char other_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgRv+01PFIOGjz4eIT\n"
    "S2tgJ6ugD8JD70GcRIO3FLcVam6hRANCAATTL2TmzF2mNxIu+cHYlHhZ05T9+dC1\n"
    "2taIrkV+2GnK07tGHAbSWrw90guGjx3VBhEdDrDNRofgknR8ovYijZ92\n"
    "-----END PRIVATE KEY-----\n";

#endif

/* Signs a request, offline: the GetObject example that AWS publishes for Amazon S3. The signer alone: link iotcred::sigv4.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
#include <iotcred.h>

#include <stdio.h>
#include <string.h>

/* What AWS's page says the signature is. */
static const char published[] = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";

static const char help[] =
    "Usage: sign_request [--help]\n"
    "\n"
    "Signs AWS's published GetObject example and prints the headers to add to the request. Exits with 0 if the signature\n"
    "is the published one. It has no network, no flags, and reads no environment variable: the keys are AWS's example keys.\n";

static bool ends_with(sigv4_str text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.ptr + text.len - len, end, len) == 0;
}

static int print_signed(const sigv4_signed *out)
{
    bool matches = false;
    for (size_t i = 0; i < out->header_count; i++) {
        sigv4_str name = out->headers[i].name, value = out->headers[i].value;
        printf("%.*s: %.*s\n", (int)name.len, name.ptr, (int)value.len, value.ptr);
        matches = matches || ends_with(value, published);
    }
    printf("\nThe signature %s the one that AWS published: %s\n", matches ? "is" : "is NOT", published);
    return matches ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        bool asked = strcmp(argv[1], "--help") == 0;
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 2;
    }

    const sigv4_header headers[] = {
        { IOTCRED_STR("Host"), IOTCRED_STR("examplebucket.s3.amazonaws.com") },
        { IOTCRED_STR("Range"), IOTCRED_STR("bytes=0-9") },
    };
    const sigv4_request request = {
        .method = IOTCRED_STR("GET"),
        .path = IOTCRED_STR("/test.txt"),
        .headers = headers,
        .header_count = sizeof headers / sizeof headers[0],
        .region = IOTCRED_STR("us-east-1"),
        .service = IOTCRED_STR("s3"),
        .time = 1369353600,  /* 2013-05-24T00:00:00Z; 0 is now */
    };
    const sigv4_credentials credentials = {
        .access_key_id = IOTCRED_STR("AKIAIOSFODNN7EXAMPLE"),
        .secret_access_key = IOTCRED_STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    };

    char buffer[512];
    sigv4_signed out = { .buffer = buffer, .buffer_size = sizeof buffer };
    iotcred_status status = sigv4_sign_request(&request, &credentials, NULL, &out);
    if (status != IOTCRED_OK) {
        fprintf(stderr, "%s\n%s\n", iotcred_status_str(status), iotcred_status_hint(status));
        return 1;
    }
    return print_signed(&out);
}

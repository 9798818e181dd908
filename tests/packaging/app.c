/* A user's program: signs the GetObject example that AWS publishes for S3 and compares the signature. C99 and C++11 alike.
 * FULL: the rest of the header is there, and links. CLOCK: signing without a time asks the system's clock, which the sign size has not. */
#include <iotcred.h>

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char published[] = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";

static sigv4_str text(const char *literal)
{
    sigv4_str str = {literal, strlen(literal)};
    return str;
}

static int ends_with(sigv4_str str, const char *end)
{
    size_t len = strlen(end);
    return str.len >= len && memcmp(str.ptr + str.len - len, end, len) == 0;
}

/* How many of the headers end with `end`; -1 if the request is not signed. */
static int sign(int64_t time, const char *end)
{
    char buffer[512];
    sigv4_header headers[2];
    sigv4_request request;
    sigv4_credentials keys;
    sigv4_signed out;
    int found = 0;

    headers[0].name = text("Host");
    headers[0].value = text("examplebucket.s3.amazonaws.com");
    headers[1].name = text("Range");
    headers[1].value = text("bytes=0-9");
    memset(&request, 0, sizeof request);
    request.method = text("GET");
    request.path = text("/test.txt");
    request.headers = headers;
    request.header_count = COUNT(headers);
    request.region = text("us-east-1");
    request.service = text("s3");
    request.time = time;
    memset(&keys, 0, sizeof keys);
    keys.access_key_id = text("AKIAIOSFODNN7EXAMPLE");
    keys.secret_access_key = text("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    memset(&out, 0, sizeof out);
    out.buffer = buffer;
    out.buffer_size = sizeof buffer;
    if (sigv4_sign_request(&request, &keys, NULL, &out) != IOTCRED_OK) {
        return -1;
    }
    for (size_t i = 0; i < out.header_count; i++) {
        found += ends_with(out.headers[i].value, end);
    }
    return found;
}

int main(void)
{
    if (sign(1369353600, published) != 1) { /* 20130524T000000Z */
        return 1;
    }
#ifdef CLOCK
    if (sign(0, published) != 0) {
        return 2;
    }
#endif
#ifdef FULL
    iotcred_config config;
    iotcred_credentials credentials;
    memset(&config, 0, sizeof config);
    if (iotcred_fetch(&config, &credentials, NULL) == IOTCRED_OK) {
        return 3;
    }
    iotcred_credentials_wipe(&credentials);
#endif
    return 0;
}

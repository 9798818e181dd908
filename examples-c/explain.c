/* Why does the server refuse my signature? Signs a request to S3, lets a proxy change a header of it, and asks for the cause. Offline: the server is played by
 * its answer, in the words of Amazon S3. The signer alone: link iotcred::sigv4.
 */
#include <iotcred.h>

#include <stdio.h>
#include <string.h>

/* What S3 answers when content-type arrives with a charset that was not signed: HTTP 403 and this body. It names what S3 signed. */
static const char answer[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. "
    "Check your key and signing method.</Message><AWSAccessKeyId>AKIAIOSFODNN7EXAMPLE</AWSAccessKeyId>"
    "<CanonicalRequest>PUT\n"
    "/camera-17/log.txt\n"
    "\n"
    "content-type:text/plain; charset=UTF-8\n"
    "host:examplebucket.s3.amazonaws.com\n"
    "x-amz-content-sha256:44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\n"
    "x-amz-date:20130524T000000Z\n"
    "\n"
    "content-type;host;x-amz-content-sha256;x-amz-date\n"
    "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072</CanonicalRequest></Error>";

static const char help[] =
    "Usage: explain [--help]\n"
    "\n"
    "Signs a request, and explains why the server refuses it: a proxy has changed a header. It has no network, no flags, and reads no\n"
    "environment variable. Exits with 0 if the header was found.\n";

static int print_canonical_request(const sigv4_request *request, const sigv4_credentials *credentials)
{
    char text[1024];
    size_t len;
    iotcred_status status = sigv4_canonical_request(request, credentials, 0, text, sizeof text, &len);
    if (status != IOTCRED_OK) {
        fprintf(stderr, "%s\n%s\n", iotcred_status_str(status), iotcred_status_hint(status));
        return 1;
    }
    printf("What is signed; a session token would be shortened:\n\n%s\n\n", text);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        bool asked = strcmp(argv[1], "--help") == 0;
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 2;
    }

    static const char body[] = "Welcome to Amazon S3.";
    const sigv4_header headers[] = {
        { IOTCRED_STR_INIT("Host"), IOTCRED_STR_INIT("examplebucket.s3.amazonaws.com") },
        { IOTCRED_STR_INIT("Content-Type"), IOTCRED_STR_INIT("text/plain") },
    };
    const sigv4_request request = {
        .method = IOTCRED_STR("PUT"),
        .path = IOTCRED_STR("/camera-17/log.txt"),
        .headers = headers,
        .header_count = sizeof headers / sizeof *headers,
        .payload = { IOTCRED_PAYLOAD_BYTES, { (const uint8_t *)body, sizeof body - 1 } },
        .region = IOTCRED_STR("us-east-1"),
        .service = IOTCRED_STR("s3"),
        .time = 1369353600,  /* 2013-05-24T00:00:00Z: when it was signed */
    };
    const sigv4_credentials credentials = {
        .access_key_id = IOTCRED_STR("AKIAIOSFODNN7EXAMPLE"),
        .secret_access_key = IOTCRED_STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    };
    if (print_canonical_request(&request, &credentials) != 0)
        return 1;

    /* The request was sent, and HTTP 403 came back. */
    char buffer[IOTCRED_EXPLANATION_MAX];
    sigv4_explanation why = { .buffer = buffer, .buffer_size = sizeof buffer };
    const iotcred_bytes answered = { (const uint8_t *)answer, sizeof answer - 1 };
    iotcred_status status = sigv4_explain(&request, &credentials, 0, answered, &why);
    if (status != IOTCRED_OK) {
        fprintf(stderr, "%s\n%s\n", iotcred_status_str(status), iotcred_status_hint(status));
        return 1;
    }
    printf("%s\n", why.text.ptr);
    return why.cause == IOTCRED_CAUSE_HEADER && why.line == IOTCRED_LINE_HEADER ? 0 : 1;
}

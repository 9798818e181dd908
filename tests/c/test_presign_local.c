/* Presigned URLs with temporary credentials, opened by curl, against the local AWS's S3, which verifies them. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define S(text) IOTCRED_STR(text)

static iotcred_credentials fetched;
static char work[] = "presign-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    const char *pki = needed("LOCAL_AWS_PKI");
    needed("IOTCRED_S3_BUCKET");
    if (system("curl --version > /dev/null 2>&1") != 0) {
        print_message("skipped: curl is not there\n");
        exit(SKIPPED);
    }
    iotcred_bytes certificate = read_file(pki, "device-p256.cert.pem"), key = read_file(pki, "device-p256.pkcs8.pem");
    iotcred_bytes ca = read_file(pki, "server-ca.pem");
    iotcred_config config = {
        .endpoint = needed("IOTCRED_ENDPOINT"), .address = needed("IOTCRED_ADDRESS"),
        .port = (uint16_t)strtoul(needed("IOTCRED_PORT"), NULL, 10), .role_alias = needed("IOTCRED_ROLE_ALIAS"),
        .thing_name = needed("IOTCRED_THING_NAME"), .certificate = certificate, .private_key = key, .ca = ca, .timeout_ms = 60000,
    };
    iotcred_error error;
    if (iotcred_fetch(&config, &fetched, &error) != IOTCRED_OK)
        print_error("fetching credentials: %s %s\n", iotcred_status_str(error.status), error.message);
    free((void *)certificate.ptr);
    free((void *)key.ptr);
    free((void *)ca.ptr);
    return error.status != IOTCRED_OK || mkdtemp(work) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    iotcred_credentials_wipe(&fetched);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", work);
    return system(command);
}

static void in_work(const char *name, char path[64])
{
    snprintf(path, 64, "%s/%s", work, name);
}

static size_t read_text(const char *name, char *text, size_t size)
{
    char path[64];
    in_work(name, path);
    FILE *file = fopen(path, "rb");
    size_t len = file != NULL ? fread(text, 1, size - 1, file) : 0;
    text[len] = '\0';
    if (file != NULL)
        fclose(file);
    return len;
}

/* Lets curl open a URL, and returns the status code of the answer. `extra` are more lines of its configuration. */
static int open_url(const char *method, const char *url, const char *extra)
{
    char command[256];
    snprintf(command, sizeof command, "curl --config - > %s/status", work);
    FILE *curl = popen(command, "w");
    assert_non_null(curl);
    fprintf(curl, "silent\nmax-time = 60\nrequest = \"%s\"\nurl = \"%s\"\n%s", method, url, extra);
    fprintf(curl, "cacert = \"%s\"\n", needed("IOTCRED_CA"));
    fprintf(curl, "connect-to = \"::%s:%s\"\n", needed("IOTCRED_S3_ADDRESS"), needed("IOTCRED_S3_PORT"));
    fprintf(curl, "output = \"%s/body\"\nwrite-out = \"%%{http_code}\"\n", work);
    pclose(curl);
    char status[16];
    read_text("status", status, sizeof status);
    return atoi(status);
}

/* What a URL is made of. */
typedef struct {
    const char *method, *object, *query, *content_type;
    int64_t time;
    uint32_t expires;
    sigv4_credentials credentials;
} wish;

static wish usual(const char *method, const char *object)
{
    return (wish){ method, object, "", NULL, 0, 300, iotcred_credentials_view(&fetched) };
}

static void make_url(const wish *wish, char *url, size_t size)
{
    char host[300], path[256];
    snprintf(host, sizeof host, "%s:%s", needed("IOTCRED_S3_ENDPOINT"), needed("IOTCRED_S3_PORT"));
    snprintf(path, sizeof path, "/%s/%s", needed("IOTCRED_S3_BUCKET"), wish->object);
    sigv4_header headers[] = { { S("host"), str(host) }, { S("Content-Type"), str(wish->content_type) } };
    sigv4_request request = {
        .method = str(wish->method), .path = str(path), .query = str(wish->query), .headers = headers,
        .header_count = wish->content_type != NULL ? 2 : 1, .region = str(needed("AWS_REGION")), .service = S("s3"), .time = wish->time,
    };
    sigv4_url out = { .buffer = url, .buffer_size = size };
    assert_int_equal(sigv4_presign_url(&request, &wish->credentials, wish->expires, NULL, &out), IOTCRED_OK);
}

static char url[16384];

#define BODY "a presigned \"body\""
#define OBJECT "presigned/camera%2017/caf%C3%A9%2B%25%27().bin"
#define DATA "data-binary = \"a presigned \\\"body\\\"\"\n"

static void an_object_is_put_and_got(void **state)
{
    (void)state;
    char body[64];
    wish put = usual("PUT", OBJECT);
    put.content_type = "text/x-test";
    make_url(&put, url, sizeof url);
    check_number("PUT", "HTTP status", 200, open_url("PUT", url, DATA "header = \"Content-Type: text/x-test\"\n"));

    wish get = usual("GET", OBJECT);
    make_url(&get, url, sizeof url);
    check_number("GET", "HTTP status", 200, open_url("GET", url, ""));
    check(read_text("body", body, sizeof body) == strlen(BODY) && strcmp(body, BODY) == 0, "GET", "the body comes back");

    get.query = "response-content-type=a%2Fb&X-Amz-Z=1&a~=%7e&response-cache-control";
    make_url(&get, url, sizeof url);
    check_number("GET with a query", "HTTP status", 200, open_url("GET", url, ""));

    wish head = usual("HEAD", OBJECT);
    make_url(&head, url, sizeof url);
    check_number("HEAD", "HTTP status", 200, open_url("HEAD", url, "head\n"));
    all_rows_passed();
}

/* Replaces the first character after `text` in the URL by another one. */
static void change_after(const char *text)
{
    char *place = strstr(url, text);
    assert_non_null(place);
    place += strlen(text);
    *place = *place == '0' ? '1' : '0';
}

static void with_one_thing_broken_it_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *what, *after; /* the character after this text is another one */
    } changes[] = {
        { "signature", "X-Amz-Signature=" },
        { "token", "X-Amz-Security-Token=" },
        { "date", "X-Amz-Date=" },
        { "expiry", "X-Amz-Expires=" },
        { "access key id", "X-Amz-Credential=" },
        { "path", "presigned/" },
        { "query", "response-content-type=" },
    };
    for (size_t i = 0; i < COUNT(changes); i++) {
        wish get = usual("GET", OBJECT);
        get.query = "response-content-type=a%2Fb";
        make_url(&get, url, sizeof url);
        change_after(changes[i].after);
        int status = open_url("GET", url, "");
        check(status == 400 || status == 403, changes[i].what, "is refused");
        if (status != 400 && status != 403)
            print_error("  HTTP %d\n", status);
    }

    wish get = usual("GET", OBJECT);
    make_url(&get, url, sizeof url);
    check_number("another method", "HTTP status", 403, open_url("PUT", url, DATA));

    get = usual("GET", OBJECT);
    get.time = (int64_t)time(NULL) - 3600;
    get.expires = 60;
    make_url(&get, url, sizeof url);
    check_number("expired", "HTTP status", 403, open_url("GET", url, ""));

    get = usual("GET", OBJECT);
    get.credentials.secret_access_key = S("wrong");
    make_url(&get, url, sizeof url);
    check_number("wrong secret", "HTTP status", 403, open_url("GET", url, ""));

    get = usual("GET", OBJECT);
    get.credentials.session_token.len = 0;
    make_url(&get, url, sizeof url);
    check_number("no token", "HTTP status", 403, open_url("GET", url, ""));

    wish put = usual("PUT", OBJECT);
    put.content_type = "text/x-test";
    make_url(&put, url, sizeof url);
    check_number("a signed header changed", "HTTP status", 403, open_url("PUT", url, DATA "header = \"Content-Type: text/x-other\"\n"));
    all_rows_passed();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_put_and_got),
        cmocka_unit_test(with_one_thing_broken_it_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

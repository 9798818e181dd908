/* Makes the URL for MQTT over WebSocket to AWS IoT, offline. The signer alone: link iotcred::sigv4.
 * https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html
 */
#include <iotcred.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What the URL of the example's credentials and time ends in. */
static const char expected[] =
    "&X-Amz-Signature=165d9d2d3b3ce14c6c4346742cb128505b738e38591d4c5f2fe693f3f39f645e&X-Amz-Security-Token=tok%2Fen%2B%3D";

static const char help[] =
    "Usage: mqtt_url [--help]\n"
    "\n"
    "Prints a wss:// URL that an MQTT client can connect to. Without IOTCRED_MQTT_ENDPOINT it is an example with a fixed time, and the exit\n"
    "status is 0 if it is the one that AWS's own signers make. It has no network. It reads from the environment:\n"
    "  IOTCRED_MQTT_ENDPOINT   what `aws iot describe-endpoint --endpoint-type iot:Data-ATS` prints\n"
    "  AWS_REGION              the endpoint's region\n"
    "  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN\n"
    "The URL is as good as a password for five minutes: keep it out of logs.\n";

static sigv4_str text(const char *string)
{
    return (sigv4_str){ string, string != NULL ? strlen(string) : 0 };
}

/* Asks for the size, takes the memory, and makes the URL in it. The caller frees `out->buffer`. */
static iotcred_status make_url(const sigv4_mqtt_wss *connection, const sigv4_credentials *credentials, sigv4_url *out)
{
    iotcred_status status = sigv4_presign_mqtt_wss(connection, credentials, NULL, out);
    if (status != IOTCRED_ERR_BUFFER_TOO_SMALL)
        return status;
    out->buffer = malloc(out->buffer_len);
    out->buffer_size = out->buffer != NULL ? out->buffer_len : 0;
    return sigv4_presign_mqtt_wss(connection, credentials, NULL, out);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        bool asked = strcmp(argv[1], "--help") == 0;
        fputs(help, asked ? stdout : stderr);
        return asked ? 0 : 2;
    }

    sigv4_mqtt_wss connection = {
        .endpoint = IOTCRED_STR("abc-ats.iot.us-east-1.amazonaws.com"),
        .region = IOTCRED_STR("us-east-1"),
        .time = 1440938160,  /* 2015-08-30T12:36:00Z */
        .expires = 86400,
    };
    sigv4_credentials credentials = {
        .access_key_id = IOTCRED_STR("AKIDEXAMPLE"),
        .secret_access_key = IOTCRED_STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        .session_token = IOTCRED_STR("tok/en+="),
    };
    const bool own = getenv("IOTCRED_MQTT_ENDPOINT") != NULL;
    if (own) {
        connection = (sigv4_mqtt_wss){ text(getenv("IOTCRED_MQTT_ENDPOINT")), text(getenv("AWS_REGION")), (int64_t)time(NULL), 300 };
        credentials.access_key_id = text(getenv("AWS_ACCESS_KEY_ID"));
        credentials.secret_access_key = text(getenv("AWS_SECRET_ACCESS_KEY"));
        credentials.session_token = text(getenv("AWS_SESSION_TOKEN"));
    }

    sigv4_url out = { .buffer = NULL };
    iotcred_status status = make_url(&connection, &credentials, &out);
    if (status != IOTCRED_OK) {
        fprintf(stderr, "%s\n%s\n", iotcred_status_str(status), iotcred_status_hint(status));
        free(out.buffer);
        return 1;
    }
    puts(out.buffer);
    size_t end = sizeof expected - 1;
    bool right = own || (out.url.len > end && strcmp(out.buffer + out.url.len - end, expected) == 0);
    free(out.buffer);
    return right ? 0 : 1;
}

/* Puts one record of a thermostat into a DynamoDB table: the record of AWS's article on the credentials provider.
 * https://aws.amazon.com/blogs/security/how-to-eliminate-the-need-for-hardcoded-aws-credentials-in-devices-by-using-the-aws-iot-credentials-provider/
 */
#include "common.h"

#include <stdio.h>

static const char usage[] =
    "Usage: dynamodb_put_item [flags]\n"
    "\n"
    "Fetches temporary AWS credentials, and puts a thermostat's record into a DynamoDB table with the partition key\n"
    "serial_number and the sort key timestamp, both strings.\n";

static const char record[] =
    "{\"TableName\":\"%s\",\"Item\":{"
    "\"serial_number\":{\"S\":\"123456789\"},"
    "\"timestamp\":{\"S\":\"2017-11-20T06:00:00.000Z\"},"
    "\"current_temp\":{\"N\":\"65\"},"
    "\"target_temp\":{\"N\":\"70\"},"
    "\"humidity\":{\"N\":\"45\"}}}";

static const char *table = "MyHomeThermostat", *endpoint, *address, *role_alias;
static uint16_t port;

static const setting settings[] = {
    { "--dynamodb-endpoint", "IOTCRED_DYNAMODB_ENDPOINT", "host name, if not DynamoDB's in the region", &endpoint, NULL, NULL },
    { "--dynamodb-port", "IOTCRED_DYNAMODB_PORT", "its port, if not 443", NULL, &port, NULL },
    { "--dynamodb-address", "IOTCRED_DYNAMODB_ADDRESS", "where to connect in its place", &address, NULL, NULL },
    { "--table", "IOTCRED_DYNAMODB_TABLE", "table (default: MyHomeThermostat)", &table, NULL, NULL },
    { "--dynamodb-role-alias", "IOTCRED_DYNAMODB_ROLE_ALIAS", "role alias, if not that of --role-alias", &role_alias, NULL, NULL },
};

static iotcred_status put_item(const device *device, const iotcred_credentials *credentials, iotcred_error *error)
{
    char host[254], body[512];
    snprintf(host, sizeof host, "dynamodb.%s.amazonaws.com", device->region);
    int body_len = snprintf(body, sizeof body, record, table);
    if (body_len < 0 || (size_t)body_len >= sizeof body)
        body_len = 0;  /* a table's name has at most 255 characters; DynamoDB says what is wrong with an empty body */

    const sigv4_header headers[] = {
        { IOTCRED_STR("content-type"), IOTCRED_STR("application/x-amz-json-1.0") },
        { IOTCRED_STR("x-amz-target"), IOTCRED_STR("DynamoDB_20120810.PutItem") },
    };
    const iotcred_request request = {
        .endpoint = endpoint != NULL ? endpoint : host,
        .port = port,
        .address = address,
        .region = device->region,
        .service = "dynamodb",
        .method = "POST",
        .headers = headers,
        .header_count = sizeof headers / sizeof headers[0],
        .payload = { IOTCRED_PAYLOAD_BYTES, { (const uint8_t *)body, (size_t)body_len } },
        .ca = device->config.ca,
    };
    uint8_t answer[1024];
    iotcred_response response = { .body = answer, .body_size = sizeof answer };
    sigv4_credentials keys = iotcred_credentials_view(credentials);
    return iotcred_send(&request, &keys, &response, error);
}

int main(int argc, char **argv)
{
    device device;
    device_open(&device, argc, argv, usage, settings, sizeof settings / sizeof settings[0]);
    if (role_alias != NULL)
        device.config.role_alias = role_alias;

    static iotcred_credentials credentials;
    iotcred_error error;
    int exit_status = 1;
    double start = now_ms();
    if (device.region == NULL) {
        fputs("A region is needed: see --help\n", stderr);
        exit_status = USAGE_ERROR;
    } else if (iotcred_fetch(&device.config, &credentials, &error) != IOTCRED_OK) {
        print_error("fetching credentials", &error);
    } else {
        double fetched = now_ms();
        printf("Fetched credentials in %.0f ms\n", fetched - start);
        if (put_item(&device, &credentials, &error) == IOTCRED_OK) {
            printf("Put the record of thermostat 123456789 into the table %s in %.0f ms\n", table, now_ms() - fetched);
            exit_status = 0;
        } else {
            print_error("putting the record", &error);
        }
    }

    iotcred_credentials_wipe(&credentials);
    device_close(&device);
    return exit_status;
}

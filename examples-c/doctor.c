/* Says what is wrong with a device's settings, its network, its certificate or its rights, and what to do: what support asks a user to run.
 * It prints no secret. */
#include "common.h"

#include <stdio.h>

static const char usage[] =
    "Usage: doctor [flags]\n"
    "\n"
    "Checks the settings, fetches temporary AWS credentials and asks AWS STS whose they are (GetCallerIdentity, which needs\n"
    "no permission). Prints what is wrong and what to do about it; none of what it prints is secret.\n";

static const char *sts_endpoint, *sts_address;
static uint16_t sts_port;

static const setting settings[] = {
    { "--sts-endpoint", "IOTCRED_STS_ENDPOINT", "host name, if not STS's in the region", &sts_endpoint, NULL, NULL },
    { "--sts-port", "IOTCRED_STS_PORT", "its port, if not 443", NULL, &sts_port, NULL },
    { "--sts-address", "IOTCRED_STS_ADDRESS", "where to connect in its place", &sts_address, NULL, NULL },
};

/* Every mistake that shows with no network. Returns whether there is none. */
static bool check_settings(const iotcred_config *config)
{
    static iotcred_error problems[IOTCRED_PROBLEMS_MAX];
    size_t count = 0;
    puts("1. Settings");
    iotcred_status status = iotcred_config_check(config, problems, IOTCRED_PROBLEMS_MAX, &count);
    for (size_t i = 0; i < count; i++)
        print_finding(&problems[i]);
    if (status == IOTCRED_OK)
        printf("   good: %s, role alias %s\n", config->endpoint, config->role_alias);
    return status == IOTCRED_OK;
}

/* The fetch, and where its time went. */
static bool fetch(iotcred_config *config, iotcred_credentials *credentials)
{
    iotcred_timings times = { 0 };
    iotcred_error error;
    puts("2. Credentials");
    config->timings = &times;
    config->tries = 1; /* a second try would hide what went wrong with the first */
    iotcred_status status = iotcred_fetch(config, credentials, &error);
    if (times.tries == 0) {
        puts("   not tried: the settings come first");
        return false;
    }
    printf("   resolve %u ms, connect %u ms, TLS handshake %u ms, send %u ms, receive %u ms; in all %u ms\n", (unsigned)times.resolve_ms,
           (unsigned)times.connect_ms, (unsigned)times.handshake_ms, (unsigned)times.send_ms, (unsigned)times.receive_ms, (unsigned)times.total_ms);
    if (status == IOTCRED_OK)
        printf("   good: %s, valid until %s\n", credentials->access_key_id, credentials->expiration_text);
    else
        print_finding(&error);
    return status == IOTCRED_OK;
}

/* A device whose clock is off gets credentials, and then has its signatures refused. */
static void compare_clocks(const iotcred_credentials *credentials, int64_t now)
{
    long long ahead = (long long)(now - credentials->server_time);
    if (credentials->server_time != 0 && (ahead > 240 || ahead < -240))
        printf("   The device's clock is %lld s %s the server's: AWS refuses signatures that are 5 to 15 minutes off. Set the clock.\n",
               ahead > 0 ? ahead : -ahead, ahead > 0 ? "ahead of" : "behind");
}

/* One signed request. */
static bool ask_whose(const device *device, const iotcred_credentials *credentials)
{
    static const char body[] = "Action=GetCallerIdentity&Version=2011-06-15";
    static const sigv4_header type = { IOTCRED_STR_INIT("content-type"), IOTCRED_STR_INIT("application/x-www-form-urlencoded") };
    char host[254], words[512];
    static uint8_t answer[4096];
    snprintf(host, sizeof host, "sts.%s.amazonaws.com", device->region);
    const iotcred_request request = {
        .endpoint = sts_endpoint != NULL ? sts_endpoint : host, .port = sts_port, .address = sts_address, .ca = device->config.ca,
        .region = device->region, .service = "sts",
        .method = "POST", .headers = &type, .header_count = 1,
        .payload = { IOTCRED_PAYLOAD_BYTES, { (const uint8_t *)body, sizeof body - 1 } },
    };
    iotcred_response response = { .body = answer, .body_size = sizeof answer - 1 };
    sigv4_credentials keys = iotcred_credentials_view(credentials);
    iotcred_error error;
    puts("3. A signed request");
    if (iotcred_send(&request, &keys, &response, &error) != IOTCRED_OK) {
        print_finding(&error);
        return false;
    }
    printf("   good: %s\n", between((const char *)answer, "<Arn>", "</Arn>", words, sizeof words));
    return true;
}

int main(int argc, char **argv)
{
    static iotcred_credentials credentials;
    device device;
    device_open(&device, argc, argv, usage, settings, sizeof settings / sizeof settings[0]);
    printf("iotcred %s\n", iotcred_version());
    bool healthy = check_settings(&device.config);
    /* Dates alone keep nobody from asking: the server's opinion of them is worth knowing. */
    if (fetch(&device.config, &credentials)) {
        compare_clocks(&credentials, unix_time());
        if (device.region != NULL)
            healthy = ask_whose(&device, &credentials) && healthy;
        else
            puts("3. A signed request: left out, since no region is given (--region or AWS_REGION)");
    } else {
        healthy = false;
    }
    puts(healthy ? "All is well." : "Not well: see above what to do.");
    iotcred_credentials_wipe(&credentials);
    device_close(&device);
    return healthy ? 0 : 1;
}

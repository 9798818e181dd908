#include "fake.h"

#include <string.h>

/* More calls than any exchange needs: the library goes round in circles. */
enum { CALLS_MAX = 200000 };

fake fake_new(void)
{
    return (fake){ .send_result = ALL, .unix_time = 1800000000, .now = 5 };
}

static bool is_open(const fake *fake)
{
    return fake->connects == 1 && fake->closes == 0;
}

static bool too_often(fake *fake)
{
    fake->runaway = fake->runaway || fake->sends + fake->recvs > CALLS_MAX;
    return fake->runaway;
}

static void wait_for(fake *fake, uint32_t timeout_ms)
{
    fake->now += timeout_ms;
    if (timeout_ms > fake->longest_timeout)
        fake->longest_timeout = timeout_ms;
}

static int32_t fake_connect(void *context, const char *host, uint16_t port, uint32_t timeout_ms)
{
    fake *self = context;
    self->misused = self->misused || self->connects > 0 || strlen(host) >= sizeof self->host;
    self->connects++;
    memcpy(self->host, host, strlen(host) < sizeof self->host ? strlen(host) + 1 : 0);
    self->port = port;
    if (timeout_ms > self->longest_timeout)
        self->longest_timeout = timeout_ms;
    return self->connect_result;
}

static int32_t amount(int32_t result, size_t asked)
{
    if (result == ALL)
        return (int32_t)asked;
    return result == TOO_MANY ? (int32_t)asked + 1 : result;
}

static int32_t fake_send(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms)
{
    fake *self = context;
    self->misused = self->misused || !is_open(self) || data == NULL || len == 0;
    self->sends++;
    if (too_often(self))
        return -1;
    if (self->send_result == 0)
        wait_for(self, timeout_ms);
    return amount(self->send_result, len);
}

static int32_t fake_recv(void *context, uint8_t *buffer, size_t size, uint32_t timeout_ms)
{
    fake *self = context;
    self->misused = self->misused || !is_open(self) || buffer == NULL || size == 0;
    self->recvs++;
    if (too_often(self))
        return -1;
    if (self->script_len > 0) {
        size_t len = self->step > 0 && self->step < size ? self->step : size;
        len = len < self->script_len ? len : self->script_len;
        memcpy(buffer, self->script, len);
        self->script += len;
        self->script_len -= len;
        return (int32_t)len;
    }
    if (self->recv_result == 0)
        wait_for(self, timeout_ms);
    int32_t got = amount(self->recv_result, size);
    if (got > 0)
        memset(buffer, 0x16, (size_t)got < size ? (size_t)got : size);
    return got;
}

static void fake_close(void *context)
{
    fake *self = context;
    self->misused = self->misused || !is_open(self);
    self->closes++;
}

static int64_t fake_unix_time(void *context)
{
    return ((fake *)context)->unix_time;
}

static uint64_t fake_monotonic_ms(void *context)
{
    fake *self = context;
    return self->now += self->tick;
}

iotcred_platform fake_platform(fake *fake)
{
    return (iotcred_platform){ fake, fake_connect, fake_send, fake_recv, fake_close, fake_unix_time, fake_monotonic_ms, NULL, NULL };
}

void check_fake(const char *row, const fake *fake, uint32_t timeout_ms)
{
    check(!fake->misused, row, "the transport is used as documented");
    check(!fake->runaway, row, "the library comes to an end");
    check(fake->connects <= 1 && fake->closes == fake->connects, row, "what was connected is closed, once");
    check(fake->longest_timeout <= timeout_ms, row, "no wait is longer than the deadline");
}

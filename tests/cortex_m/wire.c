#include "wire.h"

#include "board.h"

#include <string.h>

enum { HEADER = 3, WIRE_PIECE = 1024, MS = 1000000 };

void wire_write(char type, const void *bytes, size_t len)
{
    board_write((uint8_t)type);
    board_write((uint8_t)len);
    board_write((uint8_t)(len >> 8));
    for (size_t at = 0; at < len; at++)
        board_write(((const uint8_t *)bytes)[at]);
}

static char read_header(size_t *len)
{
    char type = (char)board_read();
    *len = board_read();
    *len |= (size_t)board_read() << 8;
    return type;
}

size_t wire_read(char type, uint8_t *buffer, size_t size)
{
    size_t len;
    char found = read_header(&len);
    if (found != type || len > size) {
        wire_write('F', "unexpected frame", 16);
        board_exit(2);
    }
    board_read_bytes(buffer, len);
    return len;
}

#ifndef IOTCRED_SIGN_ONLY

static struct {
    wire_failure failure;
    uint32_t calls;
    uint64_t instructions, entered;
    int64_t unix_time;
    uint64_t unix_time_at;
    int32_t open;
    size_t unread; /* of the data frame that was begun */
    bool ended;
} wire;

/* What is broken stays so. */
static bool fails(char how)
{
    bool now = wire.failure.at == wire.calls || (how == 'b' && wire.failure.at != 0 && wire.calls > wire.failure.at);
    return now && wire.failure.how == how;
}

static void enter(void)
{
    wire.calls++;
    wire.entered = board_instructions();
}

static int32_t leave(int32_t result)
{
    wire.instructions += board_instructions() - wire.entered;
    return result;
}

static int32_t wire_connect(void *context, const char *host, uint16_t port, uint32_t timeout_ms)
{
    (void)context, (void)timeout_ms;
    enter();
    wire.open++;
    wire.unread = 0;
    wire.ended = false;
    if (fails('b'))
        return leave(IOTCRED_ERR_DNS);
    if (fails('z'))
        return leave(IOTCRED_ERR_DEADLINE);
    uint8_t message[2 + 254], refused = 1;
    size_t len = strlen(host);
    message[0] = (uint8_t)port;
    message[1] = (uint8_t)(port >> 8);
    memcpy(message + 2, host, len);
    wire_write('C', message, 2 + len);
    wire_read('c', &refused, 1);
    return leave(refused ? IOTCRED_ERR_CONNECT : 0);
}

static bool in_pieces(void)
{
    return wire.failure.how == 's' && wire.calls >= wire.failure.at;
}

static int32_t wire_send(void *context, const uint8_t *data, size_t len, uint32_t timeout_ms)
{
    (void)context, (void)timeout_ms;
    enter();
    if (fails('b'))
        return leave(-1);
    if (fails('z'))
        return leave(0);
    if (fails('m'))
        return leave((int32_t)len + 1);
    size_t piece = len < WIRE_PIECE ? len : WIRE_PIECE;
    if (in_pieces())
        piece = 1;
    wire_write('S', data, piece);
    return leave((int32_t)piece);
}

/* Waits for a frame of data. False: none came in time. */
static bool has_data(uint32_t timeout_ms)
{
    uint64_t end = wire.entered + (uint64_t)timeout_ms * MS;
    while (wire.unread == 0 && !wire.ended) {
        while (!board_can_read())
            if (board_instructions() >= end)
                return false;
        char type = read_header(&wire.unread);
        wire.ended = type == 'e';
        if (type != 'd' && type != 'e') {
            wire_write('F', "unexpected frame", 16);
            board_exit(2);
        }
    }
    return true;
}

static int32_t wire_recv(void *context, uint8_t *buffer, size_t size, uint32_t timeout_ms)
{
    (void)context;
    enter();
    if (fails('b'))
        return leave(-1);
    if (fails('z'))
        return leave(0);
    if (fails('m'))
        return leave((int32_t)size + 1);
    if (!has_data(timeout_ms))
        return leave(0);
    if (wire.unread == 0)
        return leave(-1);
    size_t piece = size < wire.unread ? size : wire.unread;
    if (in_pieces())
        piece = 1;
    board_read_bytes(buffer, piece);
    wire.unread -= piece;
    return leave((int32_t)piece);
}

static void wire_close(void *context)
{
    (void)context;
    enter();
    wire.open--;
    wire_write('K', NULL, 0);
    /* What was still under way is read and dropped. */
    char type;
    do {
        for (uint8_t dropped; wire.unread > 0; wire.unread--)
            board_read_bytes(&dropped, 1);
        type = read_header(&wire.unread);
    } while (type != 'k');
    leave(0);
}

static int64_t wire_unix_time(void *context)
{
    (void)context;
    if (wire.unix_time == 0)
        return 0;
    return wire.unix_time + (int64_t)((board_instructions() - wire.unix_time_at) / MS / 1000);
}

static uint64_t wire_monotonic_ms(void *context)
{
    (void)context;
    return board_instructions() / MS;
}

static void wire_sleep(void *context, uint32_t ms)
{
    (void)context;
    uint64_t end = board_instructions() + (uint64_t)ms * MS;
    while (board_instructions() < end)
        ;
}

const iotcred_platform *wire_platform(int64_t unix_time, wire_failure failure)
{
    static const iotcred_platform platform = {
        .connect = wire_connect,
        .send = wire_send,
        .recv = wire_recv,
        .close = wire_close,
        .unix_time = wire_unix_time,
        .monotonic_ms = wire_monotonic_ms,
        .sleep = wire_sleep,
    };
    memset(&wire, 0, sizeof wire);
    wire.failure = failure;
    wire.unix_time = unix_time;
    wire.unix_time_at = board_instructions();
    return &platform;
}

uint32_t wire_calls(void)
{
    return wire.calls;
}

uint64_t wire_instructions(void)
{
    return wire.instructions;
}

bool wire_closed(void)
{
    return wire.open == 0;
}

#endif

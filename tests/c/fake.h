/* A device's transport and clocks, in memory, that do what a test says, and note what the library does with them. */
#ifndef IOTCRED_TESTS_FAKE_H
#define IOTCRED_TESTS_FAKE_H

#include "check.h"

/* For `send_result` and `recv_result`. */
enum {
    ALL = 0x41000000,  /* as many bytes as are asked for */
    TOO_MANY,          /* one more than that */
};

typedef struct {
    /* What it does. All zero: connects, and then nothing ever moves while the time passes. */
    int32_t connect_result, send_result, recv_result;
    const uint8_t *script;      /* what it receives before `recv_result` counts */
    size_t script_len, step;    /* how much of it at once; 0: as much as is asked for */
    int64_t unix_time;          /* 0 means unknown */
    uint64_t now;
    uint64_t tick;              /* added at each look at the clock */
    /* What happened. */
    int connects, sends, recvs, closes;
    char host[300];
    uint16_t port;
    uint32_t longest_timeout;
    bool misused, runaway;
} fake;

/* A fake that is good but for the silence of its server. */
fake fake_new(void);

/* A platform over it; `fake` must live as long. */
iotcred_platform fake_platform(fake *fake);

/* Checks that the connection was opened at most once, used only while it was open, closed once, and that every wait was within the deadline. */
void check_fake(const char *row, const fake *fake, uint32_t timeout_ms);

#endif

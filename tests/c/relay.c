#define _GNU_SOURCE
#include "relay.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 5, DRIP_MS = 1000, DRAIN_MS = 2000, REST_MS = 100, ALERT = 21, WARNING = 1, FATAL = 2, CLOSE_NOTIFY = 0, USER_CANCELED = 90 };

/* What the test and the relay share. */
static struct {
    atomic_int mode, server_port, connections, busy;
    atomic_long n, bytes, records;
} *shared;
static pid_t process;

/* --- The relay's side ------------------------------------------------------------------------------------------- */

/* Where the server's stream stands between TLS records (RFC 8446 section 5.1: a type, a version, a length). */
typedef struct {
    uint8_t header[HEADER];
    size_t in_header, left;
} record;

/* How many bytes may be read without passing the end of a record or of its header. */
static size_t room(const record *at)
{
    return at->in_header < HEADER ? HEADER - at->in_header : at->left;
}

static void follow(record *at, const uint8_t *data, size_t len)
{
    atomic_fetch_add(&shared->bytes, (long)len);
    if (at->in_header < HEADER) {
        memcpy(at->header + at->in_header, data, len);
        at->in_header += len;
        at->left = (size_t)at->header[3] << 8 | at->header[4];
    } else {
        at->left -= len;
    }
    if (at->in_header == HEADER && at->left == 0) {
        at->in_header = 0;
        atomic_fetch_add(&shared->records, 1);
    }
}

static bool write_all(int to, const uint8_t *data, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(to, data, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        data += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* FIN, and then takes what still comes: unread bytes would turn it into a reset. */
static void finish(int client)
{
    uint8_t buffer[4096];
    shutdown(client, SHUT_WR);
    struct pollfd ready = { .fd = client, .events = POLLIN };
    while (poll(&ready, 1, DRAIN_MS) == 1 && recv(client, buffer, sizeof buffer, 0) > 0)
        continue;
}

static void say_alert(int client, int number)
{
    uint8_t hello[4096];
    const uint8_t level = number == CLOSE_NOTIFY || number == USER_CANCELED ? WARNING : FATAL;
    if (recv(client, hello, sizeof hello, 0) > 0)
        write_all(client, (const uint8_t[]){ ALERT, 3, 3, 0, 2, level, (uint8_t)number }, 7);
    finish(client);
}

/* Whether the server's next byte is one that does not go through. */
static bool is_due(relay_mode mode, long n)
{
    if (mode == RELAY_CUT_RECORD)
        return atomic_load(&shared->records) >= n;
    return (mode == RELAY_CUT || mode == RELAY_RESET || mode == RELAY_SILENT) && atomic_load(&shared->bytes) >= n;
}

static void end_as(relay_mode mode, int client)
{
    uint8_t buffer[4096];
    if (mode == RELAY_RESET)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
    else if (mode == RELAY_SILENT)
        while (recv(client, buffer, sizeof buffer, 0) > 0)
            continue;
    else
        finish(client);
}

/* Carries what the server sends; false: the connection is over. */
static bool carry_answer(int server, int client, record *at, relay_mode mode, long n)
{
    static uint8_t buffer[32 * 1024];
    size_t most = room(at);
    long left = n - atomic_load(&shared->bytes);
    if (is_due(mode, n)) {
        end_as(mode, client);
        return false;
    }
    if (mode == RELAY_DRIP && left <= 0)
        most = 1;
    else if (mode != RELAY_PASS && mode != RELAY_CUT_RECORD && left < (long)most)
        most = (size_t)left;
    ssize_t got = recv(server, buffer, most, 0);
    if (got <= 0) {
        end_as(got == 0 ? RELAY_CUT : RELAY_RESET, client);
        return false;
    }
    follow(at, buffer, (size_t)got);
    return write_all(client, buffer, (size_t)got);
}

static long long milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A record is carried in two pieces: Nagle's algorithm would hold the second back. */
static void send_at_once(int connection)
{
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
}

static int connect_to(int port)
{
    struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(server, (struct sockaddr *)&peer, sizeof peer) != 0)
        perror("relay");
    send_at_once(server);
    return server;
}

/* Once the client is gone, counts what the server has still to say. */
static void drain(int server, record *at)
{
    uint8_t buffer[32 * 1024];
    shutdown(server, SHUT_WR);
    struct pollfd ready = { .fd = server, .events = POLLIN };
    ssize_t got;
    /* The rest and close_notify come at once; a server that goes on and on is not waited for. */
    const long long end = milliseconds() + REST_MS;
    while (milliseconds() < end && poll(&ready, 1, REST_MS) == 1 && (got = recv(server, buffer, room(at), 0)) > 0)
        follow(at, buffer, (size_t)got);
}

static void carry(int client, relay_mode mode, long n)
{
    uint8_t buffer[16 * 1024];
    record at = { .in_header = 0 };
    int server = connect_to(atomic_load(&shared->server_port));
    bool drips = false, open = true;
    while (open) {
        struct pollfd ready[2] = { { .fd = client, .events = POLLIN }, { .fd = drips ? -1 : server, .events = POLLIN } };
        int count = poll(ready, 2, drips ? DRIP_MS : -1);
        if (ready[0].revents != 0) {
            ssize_t got = recv(client, buffer, sizeof buffer, 0);
            open = got > 0 && write_all(server, buffer, (size_t)got);
            if (!open && mode == RELAY_PASS)
                drain(server, &at);
        } else if (count == 0) {
            drips = false;
        } else {
            open = carry_answer(server, client, &at, mode, n);
            drips = mode == RELAY_DRIP && atomic_load(&shared->bytes) >= n;
        }
    }
    close(server);
}

static void run(int listener)
{
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            continue;
        send_at_once(client);
        relay_mode mode = (relay_mode)atomic_load(&shared->mode);
        long n = atomic_load(&shared->n);
        atomic_store(&shared->busy, 1);
        atomic_store(&shared->bytes, 0);
        atomic_store(&shared->records, 0);
        atomic_fetch_add(&shared->connections, 1);
        if (mode == RELAY_ALERT)
            say_alert(client, (int)n);
        else
            carry(client, mode, n);
        close(client);
        atomic_store(&shared->busy, 0);
    }
}

/* --- The test's side -------------------------------------------------------------------------------------------- */

static void must(bool good, const char *what)
{
    if (!good) {
        perror(what);
        exit(1);
    }
}

uint16_t relay_start(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(shared != MAP_FAILED, "mmap");
    struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof own;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    must(bind(listener, (struct sockaddr *)&own, size) == 0 && listen(listener, 16) == 0, "listen");
    must(getsockname(listener, (struct sockaddr *)&own, &size) == 0, "getsockname");
    pid_t parent = getpid();
    process = fork();
    must(process >= 0, "fork");
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            run(listener);
        _exit(1);
    }
    close(listener);
    return ntohs(own.sin_port);
}

void relay_stop(void)
{
    kill(process, SIGKILL);
    waitpid(process, NULL, 0);
    munmap(shared, sizeof *shared);
}

void relay_set(relay_mode mode, long n, uint16_t server_port)
{
    atomic_store(&shared->n, n);
    atomic_store(&shared->server_port, server_port);
    atomic_store(&shared->mode, (int)mode);
}

int relay_connections(void)
{
    return atomic_exchange(&shared->connections, 0);
}

long relay_bytes(void)
{
    return atomic_load(&shared->bytes);
}

long relay_records(void)
{
    return atomic_load(&shared->records);
}

void relay_wait(void)
{
    while (atomic_load(&shared->busy))
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

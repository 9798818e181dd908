/* Downloads an object of S3 in ranges, as http_demo_s3_download_multithreaded does: one process signs the requests, another sends them. */
#include "demo.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OBJECT_LEN 1000
#define RANGES 4
#define PART (OBJECT_LEN / RANGES)

/* The sender: takes the signed requests off the queue and checks what S3 answers. */
static int sendAll(int queue)
{
    static Request request;
    char answer[OBJECT_LEN];
    size_t part, i, got;

    for (part = 0; part < RANGES; part++) {
        size_t answerLen = sizeof answer;
        for (got = 0; got < sizeof request;) {
            ssize_t count = read(queue, (char *)&request + got, sizeof request - got);
            if (count <= 0)
                return 1;
            got += (size_t)count;
        }
        if (requestSend(&request, "", 0, answer, &answerLen) != 206 || answerLen != PART)
            return 1;
        for (i = 0; i < PART; i++)
            if (answer[i] != (char)('a' + (part * PART + i) % 26))
                return 1;
    }
    return 0;
}

/* The signer. */
static int signAll(int queue)
{
    static Device device;
    static Request request;
    char path[256], range[64];
    size_t at;

    if (!deviceOpen(&device))
        return selfTest(RANGES);
    snprintf(path, sizeof path, "/%s/%s", setting("DEMO_S3_BUCKET"), setting("DEMO_S3_OBJECT"));
    for (at = 0; at < OBJECT_LEN; at += PART) {
        snprintf(range, sizeof range, "bytes=%03lu-%03lu", (unsigned long)at, (unsigned long)(at + PART - 1));
        if (signRange(&request, &device, setting("DEMO_REGION"), path, setting("DEMO_S3_HOST"), range) != 0 ||
            write(queue, &request, sizeof request) != (ssize_t)sizeof request)
            return 1;
    }
    return 0;
}

int main(void)
{
    static Device device;
    int queue[2], hasServer = deviceOpen(&device), result, status = 1;
    pid_t sender;

    fflush(stdout);
    if (pipe(queue) != 0 || (sender = fork()) < 0)
        return 1;
    if (sender == 0) {
        close(queue[1]);
        /* Without a server both sign at once: two processes share nothing. */
        _exit(hasServer ? sendAll(queue[0]) : selfTest(RANGES));
    }
    close(queue[0]);
    result = signAll(queue[1]);
    close(queue[1]);
    if (waitpid(sender, &status, 0) != sender || status != 0 || result != 0) {
        fprintf(stderr, "the signer or the sender failed\n");
        return 1;
    }
    if (hasServer)
        puts("downloaded in 4 ranges by two processes");
    return 0;
}

/* The image: waits for jobs on the wire, and does them. */
#include "board.h"
#include "job.h"
#include "memory.h"
#include "wire.h"

#include <string.h>

void rig_fault(uint32_t cause, uintptr_t address)
{
    static const char digits[] = "0123456789abcdef";
    char text[] = "fault, cause 00000000 at 00000000";
    for (int digit = 0; digit < 8; digit++) {
        text[20 - digit] = digits[cause >> 4 * digit & 15];
        text[32 - digit] = digits[address >> 4 * digit & 15];
    }
    wire_write('F', text, sizeof text - 1);
    board_exit(3);
}

#ifndef IOTCRED_SIGN_ONLY

static void panic_hook(void)
{
    wire_write('F', "the panic hook was called", 25);
    board_exit(4);
}

static uint64_t random_state;

/* No randomness for keys: a test can be run twice with the same. */
static int32_t rig_random(uint8_t *buffer, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        random_state = random_state * 6364136223846793005u + 1442695040888963407u;
        buffer[at] = (uint8_t)(random_state >> 56);
    }
    return 0;
}

/* For each job anew: an arena of the size that field y asks for, which begins at an odd address if the size is odd, or the C library's heap. */
static iotcred_status init(void)
{
    static uint8_t arena[IOTCRED_ARENA_SIZE];
    iotcred_port port = { .random = rig_random, .panic = panic_hook };
    if (job_string('y') != NULL) {
        port.arena = arena;
        port.arena_size = (size_t)job_number('y');
    } else {
        port.allocate = memory_allocate;
        port.release = memory_release;
    }
    random_state = (uint64_t)job_number('z');
    return iotcred_init(&port);
}

#endif

int rig_jobs(void)
{
    for (;;) {
        job_read();
        switch (job_text('o').len == 0 ? 0 : job_text('o').ptr[0]) {
        case 's':
            job_sign();
            break;
#ifndef IOTCRED_SIGN_ONLY
        case 'f':
            job_fetch(init());
            break;
        case 'p':
            job_put(init());
            break;
#endif
#ifdef RING_VERSION
        case 'r':
            job_ring();
            break;
#endif
#ifdef SECOND_LIBRARY
        case '2':
            job_second();
            break;
#endif
        default:
            return 0;
        }
    }
}

int main(void)
{
    board_start();
    return rig_jobs();
}

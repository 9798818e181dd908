#define _GNU_SOURCE
#include "meter.h"
#include "heap_peak.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { STACK_SIZE = 1 << 20, PAINT = 0xA5 };

void measure_heap(const char *name, void (*call)(void *), void *context)
{
    heap_peak_reset_function *reset;
    heap_peak_read_function *read;
    *(void **)&reset = dlsym(RTLD_DEFAULT, "heap_peak_reset");
    *(void **)&read = dlsym(RTLD_DEFAULT, "heap_peak_read");
    if (reset == NULL || read == NULL) {
        call(context);
        return;
    }
    reset();
    call(context);
    heap_use use = read();
    printf("%s-heap %zu\n%s-allocations %zu\n", name, use.peak, name, use.allocations);
}

typedef struct {
    void (*call)(void *);
    void *context;
    const uint8_t *lowest;  /* of the stack */
    size_t depth;
} painted_call;

/* Depth is counted from this frame, so that what the thread itself needs does not count. */
static void *call_on_paint(void *argument)
{
    painted_call *painted = argument;
    const uint8_t *here = __builtin_frame_address(0), *deepest = painted->lowest;
    painted->call(painted->context);
    while (*deepest == PAINT)
        deepest++;
    painted->depth = (size_t)(here - deepest);
    return NULL;
}

void measure_stack(const char *name, void (*call)(void *), void *context)
{
    uint8_t *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    painted_call painted = { call, context, stack, 0 };
    pthread_attr_t attributes;
    pthread_t thread;
    if (stack == MAP_FAILED)
        abort();
    memset(stack, PAINT, STACK_SIZE);
    pthread_attr_init(&attributes);
    if (pthread_attr_setstack(&attributes, stack, STACK_SIZE) != 0 || pthread_create(&thread, &attributes, call_on_paint, &painted) != 0)
        abort();
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    munmap(stack, STACK_SIZE);
    printf("%s-stack %zu\n", name, painted.depth);
}

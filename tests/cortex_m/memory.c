#include "memory.h"

#include "board.h"

#include <malloc.h>
#include <stdlib.h>

enum { PAINT = 0xA5, FRAME = 64 };

static size_t in_use, peak;
static const uint8_t *top;

void *memory_allocate(size_t size, size_t align)
{
    void *block = memalign(align, size);
    if (block != NULL)
        in_use += size;
    if (in_use > peak)
        peak = in_use;
    return block;
}

void memory_release(void *block, size_t size, size_t align)
{
    (void)align;
    free(block);
    in_use -= size;
}

__attribute__((noinline)) void memory_watch(void)
{
    in_use = peak = 0;
    top = __builtin_frame_address(0);
    for (volatile uint8_t *byte = stack_end; byte < top - FRAME; byte++)
        *byte = PAINT;
}

size_t memory_heap_peak(void)
{
    return peak;
}

size_t memory_heap_left(void)
{
    return in_use;
}

size_t memory_stack_peak(void)
{
    const volatile uint8_t *deepest = stack_end;
    while (*deepest == PAINT)
        deepest++;
    return (size_t)(top - (const uint8_t *)deepest);
}

#ifndef __PICOLIBC__
/* newlib's heap; picolibc takes __heap_start and __heap_end. */
void *_sbrk(ptrdiff_t more);
void *_sbrk(ptrdiff_t more)
{
    static uint8_t *end = heap_start;
    if (more > heap_end - end)
        return (void *)-1;
    end += more;
    return end - more;
}
#endif

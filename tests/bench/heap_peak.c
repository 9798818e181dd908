/* Counts the heap of a process: preloaded, it stands in front of malloc and its relatives.
 *
 *     HEAP_PEAK_FILE=report LD_PRELOAD=libheap_peak.so PROGRAM
 *
 * appends "PEAK ALLOCATIONS" to the file when the program ends: the greatest number of bytes that were allocated at one time, as they were asked
 * for, without the allocator's own headers and rounding, and how many allocations there were. Everything counts that goes through malloc,
 * whoever calls it: the program, its libraries, stdio, the C library itself. What is mapped by mmap does not, nor what the dynamic loader takes
 * before malloc is bound.
 *
 * A program that finds `heap_peak_reset` and `heap_peak_read` by dlsym measures a part of itself. For glibc, whose `__libc_malloc` is what is
 * left to call. */
#define _GNU_SOURCE
#include "heap_peak.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void __libc_free(void *);

/* Stands right before each block that is handed out. */
typedef struct {
    void *start;  /* what __libc_malloc gave */
    size_t size;  /* what was asked for */
} header;

enum { ALIGNMENT = _Alignof(max_align_t) };
_Static_assert(sizeof(header) % ALIGNMENT == 0, "a block behind its header stays aligned");

static atomic_size_t live, allocations, peak, part_peak;
static size_t live_at_reset, allocations_at_reset;

static header *header_of(void *block)
{
    return (header *)block - 1;
}

static void raise_to(atomic_size_t *highest, size_t now)
{
    size_t seen = atomic_load(highest);
    while (now > seen && !atomic_compare_exchange_weak(highest, &seen, now))
        continue;
}

static void count(size_t size)
{
    size_t now = atomic_fetch_add(&live, size) + size;
    atomic_fetch_add(&allocations, 1);
    raise_to(&peak, now);
    raise_to(&part_peak, now);
}

/* A block that is not counted yet. */
static void *allocate(size_t alignment, size_t size)
{
    size_t extra = sizeof(header) + (alignment > ALIGNMENT ? alignment : 0);
    char *start = size <= SIZE_MAX - extra ? __libc_malloc(size + extra) : NULL;
    if (start == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    uintptr_t block = (uintptr_t)start + sizeof(header);
    if (alignment > ALIGNMENT)
        block = (block + alignment - 1) & ~(uintptr_t)(alignment - 1);
    *header_of((void *)block) = (header){ start, size };
    return (void *)block;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    void *block = allocate(alignment, size);
    if (block != NULL)
        count(size);
    return block;
}

void *memalign(size_t alignment, size_t size)
{
    return aligned_alloc(alignment, size);
}

void *malloc(size_t size)
{
    return aligned_alloc(ALIGNMENT, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    void *made = aligned_alloc(alignment, size);
    if (made == NULL)
        return ENOMEM;
    *block = made;
    return 0;
}

void *calloc(size_t members, size_t size)
{
    size_t all;
    void *block = malloc(__builtin_mul_overflow(members, size, &all) ? SIZE_MAX : all);
    return block != NULL ? memset(block, 0, all) : NULL;
}

void free(void *block)
{
    if (block == NULL)
        return;
    atomic_fetch_sub(&live, header_of(block)->size);
    __libc_free(header_of(block)->start);
}

/* Counts as if every block grew in place, which is to the advantage of those who use it. */
void *realloc(void *old, size_t size)
{
    if (old == NULL)
        return malloc(size);
    void *block = allocate(ALIGNMENT, size);
    if (block == NULL)
        return NULL;
    size_t old_size = header_of(old)->size;
    memcpy(block, old, old_size < size ? old_size : size);
    free(old);
    count(size);
    return block;
}

void *reallocarray(void *old, size_t members, size_t size)
{
    size_t all;
    return realloc(old, __builtin_mul_overflow(members, size, &all) ? SIZE_MAX : all);
}

size_t malloc_usable_size(void *block)
{
    return block != NULL ? header_of(block)->size : 0;
}

heap_peak_reset_function heap_peak_reset;
heap_peak_read_function heap_peak_read;

void heap_peak_reset(void)
{
    live_at_reset = atomic_load(&live);
    allocations_at_reset = atomic_load(&allocations);
    atomic_store(&part_peak, live_at_reset);
}

heap_use heap_peak_read(void)
{
    return (heap_use){ atomic_load(&part_peak) - live_at_reset, atomic_load(&allocations) - allocations_at_reset };
}

__attribute__((destructor)) static void report(void)
{
    heap_use all = { atomic_load(&peak), atomic_load(&allocations) };
    const char *path = getenv("HEAP_PEAK_FILE");
    int file = path != NULL ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    if (file < 0)
        return;
    dprintf(file, "%zu %zu\n", all.peak, all.allocations);
    close(file);
}

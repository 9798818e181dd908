/* What a job takes: its heap, and its stack, which is painted before. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* iotcred's allocator, over the C library's, with what is asked for counted. */
void *memory_allocate(size_t size, size_t align);
void memory_release(void *block, size_t size, size_t align);

/* Begins to count anew, and paints the stack below the caller. */
void memory_watch(void);

/* Since then: the most bytes asked for at one time, those that were never given back, and how deep the stack went. */
size_t memory_heap_peak(void);
size_t memory_heap_left(void);
size_t memory_stack_peak(void);

#endif

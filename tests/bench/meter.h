/* Measures what one call takes of the heap and of the stack. */
#ifndef IOTCRED_BENCH_METER_H
#define IOTCRED_BENCH_METER_H

#include <stddef.h>

/* Calls `call(context)` and prints "NAME-heap BYTES" and "NAME-allocations COUNT", where libheap_peak.so is preloaded; else it only calls. */
void measure_heap(const char *name, void (*call)(void *), void *context);

/* Calls `call(context)` on a stack of its own, and prints "NAME-stack BYTES": how deep it was written to. */
void measure_stack(const char *name, void (*call)(void *), void *context);

#endif

/* What a program asks of libheap_peak.so, by dlsym, to measure a part of itself (heap_peak.c). */
#ifndef IOTCRED_BENCH_HEAP_PEAK_H
#define IOTCRED_BENCH_HEAP_PEAK_H

#include <stddef.h>

typedef struct {
    size_t peak;         /* bytes allocated at one time, on top of those allocated at the reset */
    size_t allocations;  /* since the reset */
} heap_use;

typedef void heap_peak_reset_function(void);
typedef heap_use heap_peak_read_function(void);

#endif

/* What a program holds: descriptors, threads, and heap. Link with `--wrap` for each function of leftovers.c: its own calls and those of a static library are
 * then counted; those inside the C library are not. */
#ifndef IOTCRED_TESTS_LEFTOVERS_H
#define IOTCRED_TESTS_LEFTOVERS_H

#include <stdbool.h>

typedef struct {
    int files, threads;
    long blocks, bytes, allocations;
} leftovers;

leftovers leftovers_now(void);

/* Whether nothing of `before` has grown or shrunk. A thread that has just ended may be listed for a moment longer: this waits for it. Says what has, on
 * stderr. */
bool leftovers_none(leftovers before);

#endif

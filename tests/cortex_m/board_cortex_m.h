/* What every Cortex-M of QEMU's has: SysTick as the clock, semihosting as the way out. A board file defines TICK, a tick in nanoseconds. */
#ifndef BOARD_CORTEX_M_H
#define BOARD_CORTEX_M_H

#include "board.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

enum { SYSTICK_MAX = 0xFFFFFF };

static inline void systick_start(void)
{
    REGISTER(0xE000E014) = SYSTICK_MAX; /* reload */
    REGISTER(0xE000E018) = 0;
    REGISTER(0xE000E010) = 5; /* enabled, by the processor's clock */
}

/* It counts down from 2^24 - 1: whoever computes for longer than that, more than 600 million instructions, loses a round. */
static inline uint64_t systick_ticks(void)
{
    static uint64_t rounds;
    static uint32_t last;
    uint32_t now = SYSTICK_MAX - REGISTER(0xE000E018);
    rounds += now < last;
    last = now;
    return rounds * (SYSTICK_MAX + 1ull) + now;
}

static inline _Noreturn void semihosting_exit(int status)
{
    static uint32_t block[2];
    block[0] = 0x20026; /* ADP_Stopped_ApplicationExit */
    block[1] = (uint32_t)status;
    register uint32_t r0 __asm__("r0") = 0x20; /* SYS_EXIT_EXTENDED */
    register uint32_t *r1 __asm__("r1") = block;
    __asm__ volatile("bkpt 0xAB" : : "r"(r0), "r"(r1) : "memory");
    for (;;)
        ;
}

#endif

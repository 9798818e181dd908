/* What every Cortex-M of QEMU's has: SysTick as the clock, and semihosting as the way out and for many bytes. A board file defines TICK, a tick in nanoseconds. */
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

static inline uint32_t semihosting(uint32_t operation, const uint32_t *block)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const uint32_t *r1 __asm__("r1") = block;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

/* From the host's file "wire", which guest.py makes in QEMU's working directory: what is announced on the UART is there already. */
static inline void semihosting_read(uint8_t *buffer, size_t len)
{
    static const char name[] = "wire";
    static uint32_t file;
    if (file == 0)
        file = semihosting(0x01, (uint32_t[]){ (uint32_t)(uintptr_t)name, 1, sizeof name - 1 }); /* SYS_OPEN, "rb" */
    while (len > 0) {
        uint32_t left = semihosting(0x06, (uint32_t[]){ file, (uint32_t)(uintptr_t)buffer, len }); /* SYS_READ */
        buffer += len - left;
        len = left;
    }
}

static inline _Noreturn void semihosting_exit(int status)
{
    semihosting(0x20, (uint32_t[]){ 0x20026, (uint32_t)status }); /* SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit */
    for (;;)
        ;
}

#endif

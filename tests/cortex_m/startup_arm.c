/* Reset and faults of a Cortex-M. */
#include "board.h"

#include <string.h>

extern uint8_t data_start[], data_end[], bss_start[], bss_end[];
extern const uint8_t data_image[];

_Noreturn void reset(void);
void reset(void)
{
#if defined(__ARM_FP)
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* CPACR: the floating-point unit, before anything that uses it */
    __asm__ volatile("dsb\n isb");
#endif
    memcpy(data_start, data_image, (size_t)(data_end - data_start));
    memset(bss_start, 0, (size_t)(bss_end - bss_start));
    board_exit(main());
}

/* The frame that the processor stacked: its seventh word is the address of what went wrong. */
_Noreturn void fault_in_frame(const uint32_t *frame);
void fault_in_frame(const uint32_t *frame)
{
#if defined(__ARM_ARCH_6M__)
    rig_fault(0, frame[6]);
#else
    rig_fault(*(volatile uint32_t *)0xE000ED28, frame[6]); /* CFSR */
#endif
}

__attribute__((naked)) static void fault(void)
{
    __asm__ volatile("mrs r0, msp\n bl fault_in_frame");
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void))stack_top, reset, fault, fault, fault, fault, fault, fault, 0, 0, 0, fault, fault, 0, fault, fault,
};

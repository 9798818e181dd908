/* Reset and traps of a RISC-V. */
#include "board.h"

#include <string.h>

extern uint8_t data_start[], data_end[], bss_start[], bss_end[];
extern const uint8_t data_image[];

_Noreturn void reset_in_c(void);
void reset_in_c(void)
{
    memcpy(data_start, data_image, (size_t)(data_end - data_start));
    memset(bss_start, 0, (size_t)(bss_end - bss_start));
    board_exit(main());
}

__attribute__((aligned(4))) static void trap(void)
{
    uint32_t cause, address;
    __asm__ volatile(".option arch, +zicsr\n csrr %0, mcause\n csrr %1, mepc" : "=r"(cause), "=r"(address));
    rig_fault(cause, address);
}

__attribute__((naked, section(".vectors"), used)) void reset(void);
void reset(void)
{
    __asm__ volatile(".option push\n .option norelax\n .option arch, +zicsr\n la gp, __global_pointer$\n"
                     "la sp, stack_top\n la t0, %0\n csrw mtvec, t0\n .option pop\n tail reset_in_c" : : "i"(trap));
}

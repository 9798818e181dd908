/* Arm's MPS2 boards with a Cortex-M3, M4 or M33: a CMSDK UART, and a clock of 25 or 20 MHz. */
#include "board_cortex_m.h"

#if defined(__ARM_ARCH_8M_MAIN__)
#define UART 0x50200000u
enum { TICK = 50 };
#else
#define UART 0x40004000u
enum { TICK = 40 };
#endif
#define UART_DATA REGISTER(UART)
#define UART_STATE REGISTER(UART + 4)
enum { WRITE_FULL = 1, READ_FULL = 2 };

void board_start(void)
{
    REGISTER(UART + 0x10) = 16; /* the divider, as small as it may be */
    REGISTER(UART + 8) = 3;     /* both directions */
    systick_start();
}

bool board_can_read(void)
{
    return (UART_STATE & READ_FULL) != 0;
}

uint8_t board_read(void)
{
    while (!board_can_read())
        ;
    return (uint8_t)UART_DATA;
}

void board_write(uint8_t byte)
{
    while (UART_STATE & WRITE_FULL)
        ;
    UART_DATA = byte;
}

void board_read_bytes(uint8_t *buffer, size_t len)
{
    semihosting_read(buffer, len);
}

uint64_t board_instructions(void)
{
    return systick_ticks() * TICK;
}

void board_exit(int status)
{
    semihosting_exit(status);
}

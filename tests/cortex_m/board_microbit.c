/* The BBC micro:bit, with a Cortex-M0: 16 KB of RAM, the UART of Nordic's nRF51, and a clock of 16 MHz. */
#include "board_cortex_m.h"

#define UART 0x40002000u
#define READ_READY REGISTER(UART + 0x108)
#define WRITE_READY REGISTER(UART + 0x11C)

void board_start(void)
{
    REGISTER(UART + 0x500) = 4; /* enabled */
    REGISTER(UART) = 1;         /* start to read */
    REGISTER(UART + 8) = 1;     /* start to write */
    systick_start();
}

bool board_can_read(void)
{
    return READ_READY != 0;
}

uint8_t board_read(void)
{
    while (!board_can_read())
        ;
    READ_READY = 0;
    return (uint8_t)REGISTER(UART + 0x518);
}

void board_write(uint8_t byte)
{
    WRITE_READY = 0;
    REGISTER(UART + 0x51C) = byte;
    while (!WRITE_READY)
        ;
}

void board_read_bytes(uint8_t *buffer, size_t len)
{
    semihosting_read(buffer, len);
}

uint64_t board_instructions(void)
{
    return systick_ticks() * 125 / 2;
}

void board_exit(int status)
{
    semihosting_exit(status);
}

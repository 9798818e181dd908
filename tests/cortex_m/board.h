/* The machine under the rig: a UART, a clock, and a way out. One board_*.c for each machine of QEMU's. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Before anything else. */
void board_start(void);

/* The UART that is the wire. */
bool board_can_read(void);
uint8_t board_read(void);
void board_write(uint8_t byte);

/* Many bytes from the host: what follows a frame's header. */
void board_read_bytes(uint8_t *buffer, size_t len);

/* Guest instructions since the start, which under QEMU's `-icount shift=0` are nanoseconds. In steps of the timer's, at most 63. */
uint64_t board_instructions(void);

/* Ends QEMU with this exit status. */
_Noreturn void board_exit(int status);

/* What a startup file calls: main, and where a fault of the processor's ends. */
int main(void);
_Noreturn void rig_fault(uint32_t cause, uintptr_t address);

/* From the linker script. */
extern uint8_t stack_top[], stack_end[], heap_start[], heap_end[];

#endif

/* The protocol on the UART: frames of a type, a length of two bytes (little-endian) and as many bytes. guest.py is the other end. From the host the bytes come by
 * `board_read_bytes`: QEMU's UARTs take a main loop's round for each.
 *
 *     to the host    'J' ready for a job        'C' connect: port (2 bytes), host      'S' send        'K' close
 *                    'R' a job's result         'F' a fault, or a panic: the image is done for
 *     from the host  'j' a job                  'c' connected: one byte, 0 if it is    'd' data        'e' the peer has closed
 *                    'k' closed
 */
#ifndef WIRE_H
#define WIRE_H

#include <iotcred.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void wire_write(char type, const void *bytes, size_t len);

/* Reads the next frame, which must be of `type` and fit; its length. Ends the image otherwise. */
size_t wire_read(char type, uint8_t *buffer, size_t size);

#ifndef IOTCRED_SIGN_ONLY

/* What goes wrong at one call of the transport's, counted from 1 over connect, send, recv and close; 0: nothing does. */
typedef struct {
    uint32_t at;
    char how; /* 'b' broken from here on, 'z' nothing within the time, 'm' more than asked, 's' one byte from here on, each time */
} wire_failure;

/* The transport and the clocks: iotcred's callbacks, over the wire. `unix_time` is the date at the call. */
const iotcred_platform *wire_platform(int64_t unix_time, wire_failure failure);

/* How often the transport was called since, and how many instructions that took. */
uint32_t wire_calls(void);
uint64_t wire_instructions(void);

/* Whether every connect had its close. */
bool wire_closed(void);

#endif
#endif

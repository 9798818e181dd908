/* The stack of a signature on a 32-bit ARM: an image without a C library, which runs under qemu-arm and asks Linux for two things, write and exit. */
#ifdef AWS_SDK
#include "sdk_get.h"
#else
#include "s3_get.h"
#endif

enum { STACK_SIZE = 16 * 1024, PAINT = 0xA5, SYSCALL_EXIT = 1, SYSCALL_WRITE = 4 };

static int system_call(int number, int first, const void *second, unsigned third)
{
    register int r0 __asm__("r0") = first;
    register const void *r1 __asm__("r1") = second;
    register unsigned r2 __asm__("r2") = third;
    register int r7 __asm__("r7") = number;
    __asm__ volatile("svc 0" : "+r"(r0) : "r"(r1), "r"(r2), "r"(r7) : "memory");
    return r0;
}

static void print(unsigned number)
{
    char text[12], *start = text + sizeof text;
    *--start = '\n';
    do {
        *--start = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    system_call(SYSCALL_WRITE, 1, start, (unsigned)(text + sizeof text - start));
}

/* Paints below its own frame, signs, and counts how deep the paint is gone. */
__attribute__((noinline)) static iotcred_status sign_on_paint(unsigned *depth)
{
    volatile unsigned char *top = __builtin_frame_address(0);
    volatile unsigned char *deepest = top - STACK_SIZE;
    for (volatile unsigned char *byte = deepest; byte < top - 64; byte++)
        *byte = PAINT;
    iotcred_status status = sign_s3_get();
    while (*deepest == PAINT)
        deepest++;
    *depth = (unsigned)(top - deepest);
    return status;
}

void _start(void)
{
    unsigned depth = 0;
    iotcred_status status = sign_on_paint(&depth);
    if (status == IOTCRED_OK)
        print(depth);
    system_call(SYSCALL_EXIT, status != IOTCRED_OK, 0, 0);
}

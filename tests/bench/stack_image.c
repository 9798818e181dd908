/* The stack of every form of a signature on a 32-bit ARM: an image without a C library, which runs under qemu-arm and asks Linux for two things, write and exit. */
#include "forms.h"
#include "sdk_forms.h"

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

static void print(const char *text)
{
    unsigned len = 0;
    while (text[len] != '\0')
        len++;
    system_call(SYSCALL_WRITE, 1, text, len);
}

static void print_number(unsigned number)
{
    char text[12], *start = text + sizeof text;
    *--start = '\0';
    *--start = '\n';
    do {
        *--start = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    print(start);
}

/* Paints below its own frame, runs, and counts how deep the paint is gone. */
__attribute__((noinline)) static int run_on_paint(int (*run)(void), unsigned *depth)
{
    volatile unsigned char *top = __builtin_frame_address(0);
    volatile unsigned char *deepest = top - STACK_SIZE;
    for (volatile unsigned char *byte = deepest; byte < top - 64; byte++)
        *byte = PAINT;
    int failed = run();
    while (*deepest == PAINT)
        deepest++;
    *depth = (unsigned)(top - deepest);
    return failed;
}

static void measure(const form *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned depth = 0;
        if (run_on_paint(list[i].run, &depth) != 0)
            system_call(SYSCALL_EXIT, 1, 0, 0);
        print(list[i].name);
        print(": ");
        print_number(depth);
    }
}

void _start(void)
{
    forms_prepare();
    measure(forms, sizeof forms / sizeof forms[0]);
    measure(sdk_forms, sizeof sdk_forms / sizeof sdk_forms[0]);
    system_call(SYSCALL_EXIT, 0, 0, 0);
}

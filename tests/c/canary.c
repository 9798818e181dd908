/* Does what a sanitizer or valgrind must catch: a test passes when it is caught. */
#include <limits.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    (void)argc, (void)argv;
    volatile char *leaked = malloc(16);
    if (leaked == NULL)
        return 1;
    leaked[0] = 1;
#ifdef OVERFLOW
    leaked[15 + argc] = 1;
#endif
#ifdef UNDEFINED
    volatile int largest = INT_MAX;
    largest = largest + argc;
#endif
    leaked = NULL;
    return 0;
}

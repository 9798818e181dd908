/* No form of a signature touches the heap: each runs while an allocator of this program's own aborts. */
#include "../bench/sdk_forms.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool forbidden;

static union {
    long double aligned;
    unsigned char bytes[1 << 20];
} memory;

/* In place of the C library's, for every part of the program: a piece of a static buffer, never given back. */
static void *allocate(size_t size)
{
    static size_t used;
    if (forbidden || size > sizeof memory.bytes - used)
        abort();
    void *piece = memory.bytes + used;
    used += (size + 63) / 64 * 64;
    return piece;
}

void *malloc(size_t size)
{
    return allocate(size);
}

void *calloc(size_t count, size_t size)
{
    return size != 0 && count > SIZE_MAX / size ? NULL : allocate(count * size);
}

void *realloc(void *old, size_t size)
{
    unsigned char *piece = allocate(size);
    for (size_t i = 0; old != NULL && i < size && (unsigned char *)old + i < piece; i++)
        piece[i] = ((unsigned char *)old)[i]; /* and what lies behind what was there */
    return piece;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return alignment > 64 ? NULL : allocate(size);
}

int posix_memalign(void **piece, size_t alignment, size_t size)
{
    *piece = aligned_alloc(alignment, size);
    return *piece == NULL;
}

void free(void *piece)
{
    if (forbidden && piece != NULL)
        abort();
}

static int run(const form *list, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        forbidden = true;
        int status = list[i].run();
        forbidden = false;
        printf("%s: %d\n", list[i].name, status);
        failed |= status != 0;
    }
    return failed;
}

static void aborted(int number)
{
    (void)number;
    _Exit(0);
}

/* `test_no_heap allocates`: that the allocator is this one, and does abort. */
int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "allocates") == 0) {
        signal(SIGABRT, aborted);
        forbidden = true;
        char *volatile piece = malloc(1);
        (void)piece;
        return 1;
    }
    forms_prepare();
    int failed = run(forms, sizeof forms / sizeof forms[0]);
    return failed | run(sdk_forms, sizeof sdk_forms / sizeof sdk_forms[0]);
}

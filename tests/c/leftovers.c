#define _GNU_SOURCE
#include "leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void *__real_malloc(size_t), *__real_calloc(size_t, size_t), *__real_realloc(void *, size_t);
int __real_posix_memalign(void **, size_t, size_t);
void __real_free(void *);
void *__wrap_malloc(size_t), *__wrap_calloc(size_t, size_t), *__wrap_realloc(void *, size_t);
int __wrap_posix_memalign(void **, size_t, size_t);
void __wrap_free(void *);

static atomic_long blocks, bytes, allocations;

static void *count(void *block)
{
    if (block != NULL) {
        atomic_fetch_add(&blocks, 1);
        atomic_fetch_add(&allocations, 1);
        atomic_fetch_add(&bytes, (long)malloc_usable_size(block));
    }
    return block;
}

static void discount(void *block)
{
    if (block != NULL) {
        atomic_fetch_sub(&blocks, 1);
        atomic_fetch_sub(&bytes, (long)malloc_usable_size(block));
    }
}

void *__wrap_malloc(size_t size)
{
    return count(__real_malloc(size));
}

void *__wrap_calloc(size_t members, size_t size)
{
    return count(__real_calloc(members, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    discount(old);
    void *block = __real_realloc(old, size);
    return count(block != NULL || size == 0 ? block : old);
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
    int failed = __real_posix_memalign(block, alignment, size);
    if (!failed)
        count(*block);
    return failed;
}

void __wrap_free(void *block)
{
    discount(block);
    __real_free(block);
}

/* Entries of a folder of /proc/self; -1 where there is none. */
static int entries(const char *path)
{
    int found = 0;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return -1;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        found += entry->d_name[0] != '.';
    closedir(folder);
    return found;
}

leftovers leftovers_now(void)
{
    return (leftovers){ entries("/proc/self/fd"), entries("/proc/self/task"), atomic_load(&blocks), atomic_load(&bytes), atomic_load(&allocations) };
}

bool leftovers_none(leftovers before)
{
    for (int patience = 100;; patience--) {
        leftovers now = leftovers_now();
        if (now.files == before.files && now.threads == before.threads && now.blocks == before.blocks && now.bytes == before.bytes)
            return true;
        if (patience == 0) {
            fprintf(stderr, "  %+d descriptors, %+d threads, %+ld blocks, %+ld bytes\n", now.files - before.files, now.threads - before.threads,
                    now.blocks - before.blocks, now.bytes - before.bytes);
            return false;
        }
        nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    }
}

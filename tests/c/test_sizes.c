/* -fshort-enums changes nothing in the header's structs. */
#include "sizes.h"

#include <iotcred.h>
#include <stdio.h>
#include <string.h>

extern const size_t sizes_plain[SIZES_COUNT], sizes_short[SIZES_COUNT];

int main(void)
{
    bool same = memcmp(sizes_plain, sizes_short, sizeof sizes_plain) == 0;
    for (size_t i = 0; i < SIZES_COUNT; i++)
        same = same && sizes_plain[i] > 0;
    printf("iotcred %s: sizes %s\n", iotcred_version(), same ? "agree" : "DIFFER");
    return same ? 0 : 1;
}

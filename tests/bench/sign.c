/* Signs a request and measures it: `sign heap` (under libheap_peak.so), `sign stack`. */
#include "meter.h"
#include "s3_get.h"

#include <stdlib.h>
#include <string.h>

static void sign(void *unused)
{
    (void)unused;
    if (sign_s3_get() != IOTCRED_OK)
        abort();
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "heap") == 0)
        measure_heap("sign", sign, NULL);
    else if (argc == 2 && strcmp(argv[1], "stack") == 0)
        measure_stack("sign", sign, NULL);
    else
        return 2;
    return 0;
}

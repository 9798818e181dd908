/* Signs in every form and measures it: `sign heap` (under libheap_peak.so), `sign stack`. */
#include "meter.h"
#include "sdk_forms.h"

#include <stdlib.h>
#include <string.h>

static void run(void *of)
{
    const form *one = of;
    if (one->run() != 0)
        abort();
}

static void measure(void (*by)(const char *, void (*)(void *), void *), const form *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        form one = list[i];
        by(one.name, run, &one);
    }
}

int main(int argc, char **argv)
{
    bool heap = argc == 2 && strcmp(argv[1], "heap") == 0;
    if (!heap && (argc != 2 || strcmp(argv[1], "stack") != 0))
        return 2;
    forms_prepare();
    measure(heap ? measure_heap : measure_stack, forms, sizeof forms / sizeof forms[0]);
    measure(heap ? measure_heap : measure_stack, sdk_forms, sizeof sdk_forms / sizeof sdk_forms[0]);
    return 0;
}

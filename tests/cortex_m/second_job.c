/* Calls the other Rust library (second.rs). Field B: its bytes, A: an index. Behind the end of the bytes it panics: in its own handler, which goes on with the next job. */
#include "board.h"
#include "job.h"

size_t second_describe(const uint8_t *bytes, size_t len, size_t index, char *place, size_t size);
_Noreturn void second_panicked(void);

void job_second(void)
{
    char text[80];
    iotcred_bytes bytes = job_bytes('B');
    size_t len = second_describe(bytes.ptr, bytes.len, (size_t)job_number('A'), text, sizeof text);
    job_ends(text, len);
}

void second_panicked(void)
{
    job_ends("panicked", 8);
    board_exit(rig_jobs());
}

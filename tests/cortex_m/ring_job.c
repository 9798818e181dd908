/* Calls ring's four assembled files by themselves, on inputs of which run.py knows the answers. The text of a result is the output's bytes.
 *
 * Field A: which function. B: its input, at an odd address on purpose. K: a state, key or modulus. N: a counter, or the modulus' n0. */
#include "job.h"
#include "memory.h"

#include <string.h>

#define RING_(version, name) ring_core_##version##__##name
#define RING(version, name) RING_(version, name)
#define sha256_block_data_order RING(RING_VERSION, sha256_block_data_order_nohw)
#define sha512_block_data_order RING(RING_VERSION, sha512_block_data_order_nohw)
#define chacha20_ctr32 RING(RING_VERSION, ChaCha20_ctr32_nohw)
#define bn_mul_mont RING(RING_VERSION, bn_mul_mont_nohw)

void sha256_block_data_order(uint32_t state[8], const uint8_t *data, size_t blocks);
void sha512_block_data_order(uint64_t state[8], const uint8_t *data, size_t blocks);
void chacha20_ctr32(uint8_t *out, const uint8_t *in, size_t len, const uint32_t key[8], const uint32_t counter[4]);
void bn_mul_mont(uint32_t *out, const uint32_t *a, const uint32_t *b, const uint32_t *n, const uint32_t n0[2], size_t limbs);

enum { OUTPUT_MAX = 4096, LIMBS_MAX = 64 };

void job_ring(void)
{
    static uint64_t output[OUTPUT_MAX / 8], aligned[3][LIMBS_MAX / 2];
    iotcred_bytes input = job_bytes('B'), key = job_bytes('K'), number = job_bytes('N');
    uint64_t counter[2] = { 0 };
    memcpy(counter, number.ptr, number.len);
    memory_watch();
    size_t len = key.len;
    switch (job_text('A').ptr[0]) {
    case '2':
        memcpy(output, key.ptr, key.len);
        sha256_block_data_order((uint32_t *)output, input.ptr, input.len / 64);
        break;
    case '5':
        memcpy(output, key.ptr, key.len);
        sha512_block_data_order(output, input.ptr, input.len / 128);
        break;
    case 'c':
        memcpy(aligned[0], key.ptr, key.len);
        chacha20_ctr32((uint8_t *)output, input.ptr, input.len, (uint32_t *)aligned[0], (uint32_t *)counter);
        len = input.len;
        break;
    default: /* two factors behind each other */
        memcpy(aligned[0], input.ptr, len);
        memcpy(aligned[1], input.ptr + len, len);
        memcpy(aligned[2], key.ptr, len);
        bn_mul_mont((uint32_t *)output, (uint32_t *)aligned[0], (uint32_t *)aligned[1], (uint32_t *)aligned[2], (uint32_t *)counter, len / 4);
    }
    job_says("stack", memory_stack_peak());
    job_ends(output, len);
}

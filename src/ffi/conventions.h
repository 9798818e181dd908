// iotcred: AWS credentials for devices with a certificate, and Signature Version 4.
// Generated from src/ffi by cbindgen: change it there.
//
// CONVENTIONS, said once for every declaration below
//
// Status      Functions that can fail return an iotcred_status: IOTCRED_OK (0) or one of IOTCRED_ERR_*. iotcred_status_str() says what it
//             means and iotcred_status_hint() what to do.
// Pointers    No pointer may be NULL unless its documentation says so. A pointer with a length may be NULL if and only if the length is 0.
//             Pointers are aligned as their type asks, and point to memory that is valid for the whole call.
// Outputs     Are the caller's memory. A failed call leaves them untouched, with these exceptions: a `*_len` member receives the size that is needed
//             when the status is IOTCRED_ERR_BUFFER_TOO_SMALL; an iotcred_error is always written whole, all zero on success; and what else an
//             output's own documentation names. Inputs and outputs must not overlap.
// Ownership   The caller owns every struct and buffer. Nothing that is passed in is kept after the call, and there is nothing to free; an
//             iotcred_connection alone keeps something, until it is closed.
// Defaults    A struct that is all zero ({0}) means the defaults. Set what you know, leave the rest.
// Text        What a person types into a configuration is a C string. What comes from a buffer or a wire is pointer and length (sigv4_str), and
//             needs no NUL. IOTCRED_STR("literal") makes a sigv4_str of a literal, IOTCRED_STR_INIT("literal") initialises a static one.
// Time        Unix seconds (int64_t) for dates, milliseconds (uint32_t) for durations.
// Secrets     Are wiped from every temporary before a function returns, and never printed. What is in the caller's memory is the caller's to wipe.
// Callbacks   Return normally: no C++ exception and no longjmp may leave one. A callback may call the library, but must not touch the structs that
//             were passed to the call it was called from.
// Threads     Every function may be called from any number of threads at once, as long as no two of them share an output. Only iotcred_init comes
//             first and alone.
// Sizes       The CMake target iotcred::sigv4 defines IOTCRED_SIGN_ONLY: its archive has the first half of this header alone. iotcred::iotcred
//             defines IOTCRED_CLIENT, which shows all of it also where both are linked.
// Versions    A header of one ABI version does not link with an archive of another: the symbol iotcred_abi_<n> is missing.

#ifndef IOTCRED_H
#define IOTCRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A job: what run.py asks of the image. Fields of a letter, a length of two bytes (little-endian) and the value with a NUL behind, which is not counted. */
#ifndef JOB_H
#define JOB_H

#include <iotcred.h>

#include <stdint.h>

/* Waits for the next job. */
void job_read(void);

/* A field; empty where the job has none. */
sigv4_str job_text(char field);
iotcred_bytes job_bytes(char field);
int64_t job_number(char field);

/* The same, NULL where the job has none. */
const char *job_string(char field);

/* Sends the result: "name number" lines, and then a line "text" and what follows. */
void job_says(const char *name, uint64_t number);
void job_ends(const void *text, size_t len);

/* Does jobs until there are no more; the image's exit status. */
int rig_jobs(void);

/* The jobs. */
void job_sign(void);
void job_ring(void);
void job_second(void);

/* With what iotcred_init returned. */
void job_fetch(iotcred_status init);
void job_put(iotcred_status init);

#endif

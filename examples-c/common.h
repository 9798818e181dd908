/* What the networked examples share: settings from flags and the environment, files, the words of an error, wiping. */
#ifndef IOTCRED_EXAMPLES_COMMON_H
#define IOTCRED_EXAMPLES_COMMON_H

#include <iotcred.h>

/* Exit statuses beside 0 and 1. */
enum { USAGE_ERROR = 2, REFUSED_AS_EXPECTED = 3 };

/* One setting: a flag, and the environment variable that stands in for it. One of the last three says where the value goes; it stays as
 * it is when neither flag nor variable is given. */
typedef struct {
    const char *flag, *variable, *meaning;
    const char **text;
    uint16_t *port;
    bool *on;  /* the flag takes no value */
} setting;

/* What every networked example needs to know. */
typedef struct {
    iotcred_config config;     /* ready for iotcred_fetch */
    const char *region;
    const char *certificate_file, *key_file, *ca_file;
    const char *argument;      /* the one argument that is no flag, or NULL */
} device;

/* Reads the settings, the device's and the example's own, and the device's files. Ends the program after --help and after a mistake.
 * `usage` opens the help. */
void device_open(device *device, int argc, char **argv, const char *usage, const setting *own, size_t own_count);

/* Wipes the private key, and frees the files' memory. */
void device_close(device *device);

/* Says what is wrong with the arguments and ends the program. */
void usage_error(const char *culprit, const char *words);

/* Prints what went wrong, what the server said, and what to do about it. None of it is secret. */
void print_error(const char *what, const iotcred_error *error);

/* The same in the lines of a report, on the standard output. */
void print_finding(const iotcred_error *error);

/* Copies what stands between two marks in `text`, printable and cut to fit; "(no answer)" where it does not. Returns `copy`. */
const char *between(const char *text, const char *begin, const char *end, char *copy, size_t size);

/* An `on_progress`: draws a bar on the terminal. */
int32_t print_progress(void *unused, uint64_t sent, uint64_t to_send, uint64_t received, uint64_t to_receive);

/* Removes the bar. */
void erase_progress(void);

/* The path of the object with a file's name, percent-encoded: "/name", or "/bucket/name" unless `bucket` is NULL. */
void object_path(const char *bucket, const char *file_name, char *path, size_t size);

/* Clears memory in a way that no compiler leaves out. */
void wipe(void *memory, size_t size);

/* Milliseconds from an arbitrary start. */
double now_ms(void);

/* The date, in Unix seconds. */
int64_t unix_time(void);

#endif

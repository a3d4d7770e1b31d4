/* What the command line asks for. */
#ifndef YARDSTICK_OPTIONS_H
#define YARDSTICK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* What is measured. */
enum kind {
    VISIBLE,
    PERSISTENT,
    READ,
    KINDS
};

struct options {
    bool serve;
    const char *host;
    const char *port;
    int64_t poll_nanos; /* how long to poll before waiting for an event; INT64_MAX for ever, 0 not at all */
    int timeout_millis;

    /* The server's. */
    const char *file; /* NULL for plain memory */
    bool until_end_of_input;

    /* The client's. */
    uint32_t length_bytes;
    uint32_t operations;
    bool kinds[KINDS];
};

/* As on the command line and in the results. */
const char *kind_name(enum kind kind);

/* False if the words cannot be understood; that has been said then. */
bool options_parse(struct options *options, int count, char **words);

#endif

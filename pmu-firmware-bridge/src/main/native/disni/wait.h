/* Waiting for an event with a time-out that holds whatever interrupts it. */
#ifndef DISNI_WAIT_H
#define DISNI_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "handles.h"

struct deadline {
    bool forever;
    int64_t nanos; /* on CLOCK_MONOTONIC */
};

/* So many milliseconds from now; a negative number means never. */
struct deadline deadline_in(int timeout_ms);

/*
 * Waits until fd can be read: 0. Else the errno: ETIMEDOUT at the deadline, ECANCELED once the channel is being
 * destroyed, EIO if the descriptor has failed.
 */
int await_readable(int fd, const struct object *channel, const struct deadline *deadline);

/* Keeps reads of fd from waiting. False with errno. */
bool set_nonblocking(int fd);

#endif

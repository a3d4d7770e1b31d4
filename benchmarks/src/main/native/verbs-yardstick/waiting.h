/* Waiting for completions: first by polling, then, as for a thread that has better things to do, by events. */
#ifndef YARDSTICK_WAITING_H
#define YARDSTICK_WAITING_H

#include <infiniband/verbs.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* What may end a wait, by its place in the descriptors. */
enum {
    AT_COMPLETION,
    AT_CONNECTION, /* an event of the connection manager */
    AT_SIGNAL,
    AT_INPUT,
    DESCRIPTORS
};

/* Descriptors that are not there are -1. */
struct waiter {
    int64_t poll_nanos;
    struct ibv_comp_channel *channel; /* of the queue that is waited for */
    struct pollfd descriptors[DESCRIPTORS];
};

#define NO_DEADLINE INT64_MAX

/* On CLOCK_MONOTONIC. */
int64_t now_nanos(void);

int64_t deadline_in(int timeout_millis);

/* Waits for nothing but completions, until it is told to watch more. */
void waiter_open(struct waiter *waiter, int64_t poll_nanos);

/* Keeps reads of a descriptor from waiting. */
bool set_nonblocking(int fd);

/* Waits for completions on this channel from now on; NULL for none. */
void waiter_follow(struct waiter *waiter, struct ibv_comp_channel *channel);

/* Looks which of the descriptors but the completions' can be read. False with errno. */
bool waiter_look(struct waiter *waiter);

/* Whether it could be read when last looked at. */
bool waiter_is_ready(const struct waiter *waiter, int place);

/* A descriptor can be read (1), the deadline has passed (0), or an error that has been reported (-1). */
int await_descriptors(struct waiter *waiter, int64_t deadline);

/*
 * Takes completions from the channel's queue, waiting for the first one: their number; 0 if another descriptor can be
 * read or the deadline has passed; -1 for an error that has been reported.
 */
int await_completions(struct waiter *waiter, struct ibv_cq *queue, int capacity, struct ibv_wc *completions,
                      int64_t deadline);

#endif

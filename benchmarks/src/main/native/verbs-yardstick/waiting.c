#include "waiting.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <time.h>

#include "report.h"

enum {
    /* Where reading the clock is slow, reading it after each poll would be most of the polling. */
    POLLS_PER_LOOK_AT_CLOCK = 16
};

static const int64_t NANOS_PER_MILLI = 1000000;

int64_t now_nanos(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 * NANOS_PER_MILLI + now.tv_nsec;
}

int64_t deadline_in(int timeout_millis)
{
    return now_nanos() + timeout_millis * NANOS_PER_MILLI;
}

bool set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return (flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0) || report(errno, "fcntl of O_NONBLOCK");
}

void waiter_open(struct waiter *waiter, int64_t poll_nanos)
{
    *waiter = (struct waiter){.poll_nanos = poll_nanos};
    for (int i = 0; i < DESCRIPTORS; i++) {
        waiter->descriptors[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    }
}

void waiter_follow(struct waiter *waiter, struct ibv_comp_channel *channel)
{
    waiter->channel = channel;
    waiter->descriptors[AT_COMPLETION] = (struct pollfd){.fd = channel == NULL ? -1 : channel->fd, .events = POLLIN};
}

bool waiter_is_ready(const struct waiter *waiter, int place)
{
    return waiter->descriptors[place].revents != 0;
}

bool waiter_look(struct waiter *waiter)
{
    return poll(waiter->descriptors + AT_CONNECTION, DESCRIPTORS - AT_CONNECTION, 0) >= 0 || errno == EINTR;
}

/* What poll takes: rounded up, so that it never returns just before the deadline. */
static int remaining_millis(int64_t deadline)
{
    if (deadline == NO_DEADLINE) {
        return -1;
    }
    int64_t nanos = deadline - now_nanos();
    if (nanos <= 0) {
        return 0;
    }
    int64_t millis = (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
    return millis > INT_MAX ? INT_MAX : (int)millis;
}

int await_descriptors(struct waiter *waiter, int64_t deadline)
{
    for (;;) {
        int millis = remaining_millis(deadline);
        int ready = poll(waiter->descriptors, DESCRIPTORS, millis);
        if (ready > 0) {
            return 1;
        }
        if (ready < 0 && errno != EINTR) {
            report(errno, "poll");
            return -1;
        }
        if (ready == 0 && millis == 0) {
            return 0;
        }
    }
}

static bool is_anything_else_ready(const struct waiter *waiter)
{
    bool ready = false;
    for (int i = AT_COMPLETION + 1; i < DESCRIPTORS; i++) {
        ready |= waiter_is_ready(waiter, i);
    }
    return ready;
}

static int take_completions(struct ibv_cq *queue, int capacity, struct ibv_wc *completions)
{
    int count = ibv_poll_cq(queue, capacity, completions);
    if (count < 0) {
        report(count < -1 ? -count : 0, "ibv_poll_cq");
        return -1;
    }
    return count;
}

/* Polls for as long as the waiter shall; 0 when that is over. */
static int poll_busily(struct waiter *waiter, struct ibv_cq *queue, int capacity, struct ibv_wc *completions,
                       int64_t deadline)
{
    int64_t start = 0;
    int64_t next_look = 0;
    for (;;) {
        for (int i = 0; i < POLLS_PER_LOOK_AT_CLOCK; i++) {
            int count = take_completions(queue, capacity, completions);
            if (count != 0) {
                return count;
            }
        }
        int64_t now = now_nanos();
        if (start == 0) {
            start = now;
            next_look = now + NANOS_PER_MILLI;
        }
        if (now - start >= waiter->poll_nanos || now >= deadline) {
            return 0;
        }
        if (now >= next_look) {
            if (!waiter_look(waiter)) {
                report(errno, "poll");
                return -1;
            }
            if (is_anything_else_ready(waiter)) {
                return 0;
            }
            next_look = now + NANOS_PER_MILLI;
        }
    }
}

/* Takes the event that announced a completion, if there is one after all. */
static bool take_event(struct ibv_comp_channel *channel)
{
    struct ibv_cq *queue;
    void *context;
    if (ibv_get_cq_event(channel, &queue, &context) != 0) {
        return errno == EAGAIN || errno == EINTR || report(errno, "ibv_get_cq_event");
    }
    /* A queue with events that are not acknowledged cannot be destroyed, that would wait without end. */
    ibv_ack_cq_events(queue, 1);
    return true;
}

int await_completions(struct waiter *waiter, struct ibv_cq *queue, int capacity, struct ibv_wc *completions,
                      int64_t deadline)
{
    for (;;) {
        int count = waiter->poll_nanos == 0 ? take_completions(queue, capacity, completions)
                                            : poll_busily(waiter, queue, capacity, completions, deadline);
        if (count != 0) {
            return count;
        }
        int error = ibv_req_notify_cq(queue, 0);
        if (error != 0) {
            report(error, "ibv_req_notify_cq");
            return -1;
        }
        /* What came before there was anybody to notify. */
        count = take_completions(queue, capacity, completions);
        if (count != 0) {
            return count;
        }
        int ready = await_descriptors(waiter, deadline);
        if (ready <= 0) {
            return ready;
        }
        if (!waiter_is_ready(waiter, AT_COMPLETION)) {
            return 0;
        }
        if (!take_event(waiter->channel)) {
            return -1;
        }
    }
}

#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

#define NANOS_PER_MILLI INT64_C(1000000)

static int64_t now_nanos(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 * NANOS_PER_MILLI + now.tv_nsec;
}

struct deadline deadline_in(int timeout_ms)
{
    struct deadline deadline = {.forever = timeout_ms < 0};
    if (!deadline.forever) {
        deadline.nanos = now_nanos() + timeout_ms * NANOS_PER_MILLI;
    }
    return deadline;
}

/* What poll takes: rounded up, so that it never returns just before the deadline, and 0 behind it. */
static int remaining_millis(const struct deadline *deadline)
{
    if (deadline->forever) {
        return -1;
    }
    int64_t nanos = deadline->nanos - now_nanos();
    if (nanos <= 0) {
        return 0;
    }
    int64_t millis = (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
    return millis > INT_MAX ? INT_MAX : (int)millis;
}

int await_readable(int fd, const struct object *channel, const struct deadline *deadline)
{
    struct pollfd descriptors[] = {{.fd = fd, .events = POLLIN}, {.fd = channel->wake_fd, .events = POLLIN}};
    for (;;) {
        int millis = remaining_millis(deadline);
        int ready = poll(descriptors, sizeof descriptors / sizeof descriptors[0], millis);
        if (ready < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno;
        }
        if (descriptors[1].revents != 0) {
            return ECANCELED;
        }
        if ((descriptors[0].revents & POLLIN) != 0) {
            return 0;
        }
        if (descriptors[0].revents != 0) {
            return EIO;
        }
        if (millis == 0) {
            return ETIMEDOUT;
        }
    }
}

bool set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

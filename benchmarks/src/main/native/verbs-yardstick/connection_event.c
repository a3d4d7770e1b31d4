#include "connection_event.h"

#include <errno.h>

#include "report.h"
#include "waiting.h"

struct rdma_event_channel *connection_events_open(void)
{
    struct rdma_event_channel *channel = rdma_create_event_channel();
    if (channel == NULL) {
        report(errno, "rdma_create_event_channel (is there an RDMA device, and the kernel module rdma_ucm?)");
        return NULL;
    }
    if (!set_nonblocking(channel->fd)) {
        rdma_destroy_event_channel(channel);
        return NULL;
    }
    return channel;
}

int connection_event_take(struct rdma_event_channel *channel, struct rdma_cm_event **event)
{
    if (rdma_get_cm_event(channel, event) == 0) {
        return 1;
    }
    if (errno == EAGAIN || errno == EINTR) {
        return 0;
    }
    report(errno, "rdma_get_cm_event");
    return -1;
}

bool connection_event_report(const struct rdma_cm_event *event, const char *what)
{
    const char *name = rdma_event_str(event->event);
    switch (event->event) {
    case RDMA_CM_EVENT_REJECTED:
        return report(0, "%s: refused (%s, status %d); does a server listen there, and serve nobody else?", what, name,
                      event->status);
    case RDMA_CM_EVENT_DISCONNECTED:
        return report(0, "%s: the other end has ended the connection (%s)", what, name);
    default:
        return report(event->status < 0 ? -event->status : 0, "%s: %s, status %d", what, name, event->status);
    }
}

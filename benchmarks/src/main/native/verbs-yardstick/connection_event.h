/* Events of the connection manager. */
#ifndef YARDSTICK_CONNECTION_EVENT_H
#define YARDSTICK_CONNECTION_EVENT_H

#include <rdma/rdma_cma.h>
#include <stdbool.h>

/* A channel whose reads do not wait; NULL with the reason reported. */
struct rdma_event_channel *connection_events_open(void);

/* Takes the next event, to be acknowledged: 1; 0 if there is none after all; -1 for an error that has been reported. */
int connection_event_take(struct rdma_event_channel *channel, struct rdma_cm_event **event);

/* Reports an event that is not what was waited for. */
bool connection_event_report(const struct rdma_cm_event *event, const char *what);

#endif

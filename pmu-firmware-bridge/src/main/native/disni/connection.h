/* What makes and ends a connection, as the library's other files need it. */
#ifndef DISNI_CONNECTION_H
#define DISNI_CONNECTION_H

#include "handles.h"

/* The channel that an id's events come on. */
struct object *channel_of(const struct object *id);

/*
 * Destroys an id's queue pair. Returns 0 if the device has confirmed it, else the errno, and the queue pair lives on.
 * The caller holds the lock of the id's channel, or is alone.
 */
int destroy_pair(struct object *id);

#endif

/* The end that measures. */
#ifndef YARDSTICK_CLIENT_H
#define YARDSTICK_CLIENT_H

#include <infiniband/verbs.h>
#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"
#include "options.h"
#include "waiting.h"
#include "wire.h"

/* Small buffers of the client's, beside the bytes that it writes and reads. */
struct control {
    uint64_t read_back;
    struct flush flush;
    struct answer answer;
};

struct client {
    const struct options *options;
    struct rdma_event_channel *events;
    struct endpoint endpoint;
    struct waiter waiter;
    unsigned char *bytes;
    struct control *control;
    struct offer remote; /* in this machine's byte order */
};

/* Connects. Whatever comes of it, client_close is to be called. */
bool client_open(struct client *client, const struct options *options);

/* Does one operation at an offset of the server's memory and waits for its end. Each has another number. */
bool client_operate(struct client *client, enum kind kind, uint64_t offset, uint64_t number, int64_t deadline);

bool client_close(struct client *client);

#endif

#include "client.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "connection_event.h"
#include "interruption.h"
#include "report.h"

enum { WHAT_BYTES = 256 };

/* Waits for an event of this kind, and takes along what the server says with it. */
static bool await_event(struct client *client, enum rdma_cm_event_type wanted, int64_t deadline, const char *call)
{
    char what[WHAT_BYTES];
    snprintf(what, sizeof what, "%s %s port %s", call, client->options->host, client->options->port);
    struct rdma_cm_event *event;
    int taken = 0;
    while (taken == 0) {
        int ready = await_descriptors(&client->waiter, deadline);
        if (ready <= 0) {
            return ready < 0 ? false : report(ETIMEDOUT, "%s within %d ms", what, client->options->timeout_millis);
        }
        taken = connection_event_take(client->events, &event);
    }
    if (taken < 0) {
        return false;
    }
    bool came = event->event == wanted || connection_event_report(event, what);
    if (came && wanted == RDMA_CM_EVENT_ESTABLISHED && event->param.conn.private_data_len >= sizeof client->remote) {
        memcpy(&client->remote, event->param.conn.private_data, sizeof client->remote);
    }
    return rdma_ack_cm_event(event) == 0 ? came : report(errno, "rdma_ack_cm_event");
}

static bool resolve(struct client *client, int64_t deadline)
{
    const struct options *options = client->options;
    struct sockaddr_storage address;
    if (!address_resolve(options->host, options->port, &address)) {
        return false;
    }
    struct rdma_cm_id *id;
    if (rdma_create_id(client->events, &id, NULL, RDMA_PS_TCP) != 0) {
        return report(errno, "rdma_create_id");
    }
    client->endpoint.id = id;
    if (rdma_resolve_addr(id, NULL, (struct sockaddr *)&address, options->timeout_millis) != 0) {
        return report(errno, "rdma_resolve_addr");
    }
    if (!await_event(client, RDMA_CM_EVENT_ADDR_RESOLVED, deadline, "rdma_resolve_addr")) {
        return false;
    }
    if (rdma_resolve_route(id, options->timeout_millis) != 0) {
        return report(errno, "rdma_resolve_route");
    }
    return await_event(client, RDMA_CM_EVENT_ROUTE_RESOLVED, deadline, "rdma_resolve_route");
}

static bool allocate(struct client *client)
{
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    size_t data_bytes = (client->options->length_bytes + page_bytes - 1) / page_bytes * page_bytes;
    size_t all_bytes = data_bytes + page_bytes;
    static_assert(sizeof(struct control) <= 4096, "in one page");
    client->bytes = aligned_alloc(page_bytes, all_bytes);
    if (client->bytes == NULL) {
        return report(errno, "aligned_alloc of %zu bytes", all_bytes);
    }
    memset(client->bytes, 0x5a, all_bytes);
    client->control = (struct control *)(client->bytes + data_bytes);
    int access = IBV_ACCESS_LOCAL_WRITE;
    if (client->endpoint.id->verbs->device->transport_type == IBV_TRANSPORT_IWARP) {
        /* There, the answer to a READ is a write like any other. */
        access |= IBV_ACCESS_REMOTE_WRITE;
    }
    client->endpoint.messages = endpoint_register(&client->endpoint, client->bytes, all_bytes, access);
    return client->endpoint.messages != NULL;
}

static bool connect_to_server(struct client *client, int64_t deadline)
{
    struct rdma_conn_param parameters;
    if (!endpoint_parameters(&client->endpoint, &parameters)) {
        return false;
    }
    /* Some devices make the connection in this call, and wait for a host that does not answer. */
    if (!interruption_begin(deadline)) {
        return false;
    }
    int error = rdma_connect(client->endpoint.id, &parameters) == 0 ? 0 : errno;
    if (!interruption_end()) {
        return false;
    }
    if (error != 0) {
        return report(error == EINTR ? ETIMEDOUT : error, "rdma_connect %s port %s", client->options->host,
                      client->options->port);
    }
    if (!await_event(client, RDMA_CM_EVENT_ESTABLISHED, deadline, "rdma_connect")) {
        return false;
    }
    struct offer *remote = &client->remote;
    *remote = (struct offer){
        .magic = be64toh(remote->magic),
        .address = be64toh(remote->address),
        .length_bytes = be64toh(remote->length_bytes),
        .key = be32toh(remote->key),
    };
    return (remote->magic == OFFER_MAGIC && remote->length_bytes >= client->options->length_bytes) ||
           report(0, "%s port %s: who listens there is no verbs-yardstick", client->options->host,
                  client->options->port);
}

bool client_open(struct client *client, const struct options *options)
{
    *client = (struct client){.options = options};
    waiter_open(&client->waiter, options->poll_nanos);
    if ((client->events = connection_events_open()) == NULL) {
        return false;
    }
    client->waiter.descriptors[AT_CONNECTION].fd = client->events->fd;
    int64_t deadline = deadline_in(options->timeout_millis);
    if (!resolve(client, deadline) || !endpoint_open(&client->endpoint, client->endpoint.id) || !allocate(client) ||
        !connect_to_server(client, deadline)) {
        return false;
    }
    waiter_follow(&client->waiter, client->endpoint.channel);
    return true;
}

bool client_close(struct client *client)
{
    bool closed = endpoint_close(&client->endpoint);
    if (client->events != NULL) {
        rdma_destroy_event_channel(client->events);
    }
    free(client->bytes);
    return closed;
}

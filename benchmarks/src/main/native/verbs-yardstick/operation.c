/* One operation: the work requests that the Java transport posts for it, in one call, and the wait for their end. */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "client.h"
#include "connection_event.h"
#include "report.h"

/* What a work request is, in its number. */
enum request { REQUEST_WRITE = 1, REQUEST_READ, REQUEST_SEND, REQUEST_RECEIVE };

enum { COMPLETIONS_AT_ONCE = 4 };

static const char *request_name(uint64_t request)
{
    switch (request) {
    case REQUEST_WRITE:
        return "RDMA WRITE";
    case REQUEST_READ:
        return "RDMA READ";
    case REQUEST_SEND:
        return "SEND";
    default:
        return "receive";
    }
}

/* Why the wait for a completion ended without one. */
static bool report_interruption(struct client *client, enum request wanted)
{
    struct rdma_cm_event *event;
    int taken = waiter_is_ready(&client->waiter, AT_CONNECTION) ? connection_event_take(client->events, &event) : 0;
    if (taken < 0) {
        return false;
    }
    if (taken == 0) {
        return report(ETIMEDOUT, "%s: no completion within %d ms", request_name(wanted),
                      client->options->timeout_millis);
    }
    connection_event_report(event, request_name(wanted));
    return rdma_ack_cm_event(event) == 0 ? false : report(errno, "rdma_ack_cm_event");
}

/* Waits for the completion of the request; those of others that come meanwhile are checked as well. */
static bool await(struct client *client, enum request wanted, int64_t deadline)
{
    struct ibv_wc completions[COMPLETIONS_AT_ONCE];
    bool found = false;
    while (!found) {
        int count =
            await_completions(&client->waiter, client->endpoint.queue, COMPLETIONS_AT_ONCE, completions, deadline);
        if (count <= 0) {
            return count < 0 ? false : report_interruption(client, wanted);
        }
        for (int i = 0; i < count; i++) {
            if (completions[i].status != IBV_WC_SUCCESS) {
                return report(0, "%s: %s (vendor error 0x%x)", request_name(completions[i].wr_id),
                              ibv_wc_status_str(completions[i].status), completions[i].vendor_err);
            }
            found |= completions[i].wr_id == wanted;
        }
    }
    return true;
}

static struct ibv_sge element_of(struct client *client, void *bytes, uint32_t length_bytes)
{
    return (struct ibv_sge){
        .addr = (uintptr_t)bytes, .length = length_bytes, .lkey = client->endpoint.messages->lkey};
}

/* Posts a WRITE of the client's bytes that completes in silence, and the request behind it. */
static bool write_and(struct client *client, uint64_t offset, struct ibv_send_wr *next)
{
    struct ibv_sge bytes = element_of(client, client->bytes, client->options->length_bytes);
    struct ibv_send_wr write = {
        .wr_id = REQUEST_WRITE,
        .opcode = IBV_WR_RDMA_WRITE,
        .sg_list = &bytes,
        .num_sge = 1,
        .next = next,
        .wr.rdma = {.remote_addr = client->remote.address + offset, .rkey = client->remote.key},
    };
    return endpoint_send(&client->endpoint, &write);
}

static bool write_visible(struct client *client, uint64_t offset, uint64_t number, int64_t deadline)
{
    uint64_t last_offset = client->options->length_bytes - READ_BACK_BYTES;
    memcpy(client->bytes + last_offset, &number, sizeof number);
    struct ibv_sge read_back = element_of(client, &client->control->read_back, READ_BACK_BYTES);
    struct ibv_send_wr read = {
        .wr_id = REQUEST_READ,
        .opcode = IBV_WR_RDMA_READ,
        .send_flags = IBV_SEND_SIGNALED,
        .sg_list = &read_back,
        .num_sge = 1,
        .wr.rdma = {.remote_addr = client->remote.address + offset + last_offset, .rkey = client->remote.key},
    };
    if (!write_and(client, offset, &read) || !await(client, REQUEST_READ, deadline)) {
        return false;
    }
    return client->control->read_back == number || report(0, "RDMA READ: what was written before it is not there");
}

static bool write_persistent(struct client *client, uint64_t offset, uint64_t number, int64_t deadline)
{
    struct control *control = client->control;
    control->flush = (struct flush){
        .number = htobe64(number),
        .address = htobe64(client->remote.address + offset),
        .length_bytes = htobe64(client->options->length_bytes),
    };
    if (!endpoint_receive(&client->endpoint, &control->answer, sizeof control->answer, REQUEST_RECEIVE)) {
        return false;
    }
    struct ibv_sge message = element_of(client, &control->flush, sizeof control->flush);
    struct ibv_send_wr send = {
        .wr_id = REQUEST_SEND,
        .opcode = IBV_WR_SEND,
        .send_flags = IBV_SEND_SIGNALED,
        .sg_list = &message,
        .num_sge = 1,
    };
    if (!write_and(client, offset, &send) || !await(client, REQUEST_RECEIVE, deadline)) {
        return false;
    }
    if (be64toh(control->answer.number) != number) {
        return report(0, "receive: the answer is to another message");
    }
    int error = (int)be32toh(control->answer.error);
    return error == 0 || report(error, "the server could not make the range persistent");
}

static bool read_bytes(struct client *client, uint64_t offset, int64_t deadline)
{
    struct ibv_sge bytes = element_of(client, client->bytes, client->options->length_bytes);
    struct ibv_send_wr read = {
        .wr_id = REQUEST_READ,
        .opcode = IBV_WR_RDMA_READ,
        .send_flags = IBV_SEND_SIGNALED,
        .sg_list = &bytes,
        .num_sge = 1,
        .wr.rdma = {.remote_addr = client->remote.address + offset, .rkey = client->remote.key},
    };
    return endpoint_send(&client->endpoint, &read) && await(client, REQUEST_READ, deadline);
}

bool client_operate(struct client *client, enum kind kind, uint64_t offset, uint64_t number, int64_t deadline)
{
    switch (kind) {
    case VISIBLE:
        return write_visible(client, offset, number, deadline);
    case PERSISTENT:
        return write_persistent(client, offset, number, deadline);
    default:
        return read_bytes(client, offset, deadline);
    }
}

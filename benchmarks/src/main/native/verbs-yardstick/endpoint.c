#include "endpoint.h"

#include <errno.h>

#include "report.h"
#include "waiting.h"

enum {
    /* A READ and a SEND at most are under way at the client, an answer to each message at the server. */
    QUEUE_ENTRIES = SEND_REQUESTS + RECEIVE_REQUESTS,
    MAX_READS_UNDER_WAY = 16,
    MAX_RETRIES = 7
};

static bool create_pair(struct endpoint *endpoint)
{
    struct ibv_qp_init_attr wanted = {
        .send_cq = endpoint->queue,
        .recv_cq = endpoint->queue,
        .qp_type = IBV_QPT_RC,
        .cap = {.max_send_wr = SEND_REQUESTS,
                .max_recv_wr = RECEIVE_REQUESTS,
                .max_send_sge = 1,
                .max_recv_sge = 1},
    };
    return rdma_create_qp(endpoint->id, endpoint->domain, &wanted) == 0 || report(errno, "rdma_create_qp");
}

bool endpoint_open(struct endpoint *endpoint, struct rdma_cm_id *id)
{
    *endpoint = (struct endpoint){.id = id};
    if (id->verbs == NULL) {
        return report(ENODEV, "no RDMA device belongs to the address");
    }
    if ((endpoint->domain = ibv_alloc_pd(id->verbs)) == NULL) {
        return report(errno, "ibv_alloc_pd");
    }
    if ((endpoint->channel = ibv_create_comp_channel(id->verbs)) == NULL) {
        return report(errno, "ibv_create_comp_channel");
    }
    if ((endpoint->queue = ibv_create_cq(id->verbs, QUEUE_ENTRIES, NULL, endpoint->channel, 0)) == NULL) {
        return report(errno, "ibv_create_cq of %d entries", (int)QUEUE_ENTRIES);
    }
    return set_nonblocking(endpoint->channel->fd) && create_pair(endpoint);
}

static const char *registration_hint(int error)
{
    switch (error) {
    case ENOMEM:
        return " (may this process lock so much memory? see ulimit -l)";
    case EFAULT:
    case EOPNOTSUPP:
        return " (some kernels register no pages of a file that is on a disk; try one on tmpfs)";
    default:
        return "";
    }
}

struct ibv_mr *endpoint_register(struct endpoint *endpoint, void *bytes, size_t length_bytes, int access)
{
    struct ibv_mr *memory = ibv_reg_mr(endpoint->domain, bytes, length_bytes, access);
    if (memory == NULL) {
        report(errno, "ibv_reg_mr of %zu bytes%s", length_bytes, registration_hint(errno));
    }
    return memory;
}

static uint8_t within(int limit, int wanted)
{
    return (uint8_t)(limit < wanted ? limit : wanted);
}

bool endpoint_parameters(const struct endpoint *endpoint, struct rdma_conn_param *parameters)
{
    struct ibv_device_attr device;
    int error = ibv_query_device(endpoint->id->verbs, &device);
    if (error != 0) {
        return report(error, "ibv_query_device");
    }
    *parameters = (struct rdma_conn_param){
        .initiator_depth = within(device.max_qp_init_rd_atom, MAX_READS_UNDER_WAY),
        .responder_resources = within(device.max_qp_rd_atom, MAX_READS_UNDER_WAY),
        .retry_count = MAX_RETRIES,
        .rnr_retry_count = MAX_RETRIES,
    };
    return true;
}

bool endpoint_send(struct endpoint *endpoint, struct ibv_send_wr *first)
{
    struct ibv_send_wr *failed;
    int error = ibv_post_send(endpoint->id->qp, first, &failed);
    return error == 0 || report(error, "ibv_post_send");
}

bool endpoint_receive(struct endpoint *endpoint, void *bytes, size_t length_bytes, uint64_t number)
{
    struct ibv_sge element = {
        .addr = (uintptr_t)bytes, .length = (uint32_t)length_bytes, .lkey = endpoint->messages->lkey};
    struct ibv_recv_wr request = {.wr_id = number, .sg_list = &element, .num_sge = 1};
    struct ibv_recv_wr *failed;
    int error = ibv_post_recv(endpoint->id->qp, &request, &failed);
    return error == 0 || report(error, "ibv_post_recv");
}

static bool deregister(struct ibv_mr *memory)
{
    int error = memory == NULL ? 0 : ibv_dereg_mr(memory);
    return error == 0 || report(error, "ibv_dereg_mr");
}

static bool close_pair(struct rdma_cm_id *id)
{
    if (id->qp == NULL) {
        return true;
    }
    /* Fails where there is no connection, or not any more. */
    if (rdma_disconnect(id) != 0 && errno != EINVAL && errno != ENOTCONN) {
        report(errno, "rdma_disconnect");
    }
    int error = ibv_destroy_qp(id->qp);
    id->qp = NULL;
    return error == 0 || report(error, "ibv_destroy_qp");
}

bool endpoint_close(struct endpoint *endpoint)
{
    bool closed = true;
    if (endpoint->id != NULL) {
        closed &= close_pair(endpoint->id);
    }
    closed &= deregister(endpoint->region);
    closed &= deregister(endpoint->messages);
    int error;
    if (endpoint->queue != NULL && (error = ibv_destroy_cq(endpoint->queue)) != 0) {
        closed = report(error, "ibv_destroy_cq");
    }
    if (endpoint->channel != NULL && (error = ibv_destroy_comp_channel(endpoint->channel)) != 0) {
        closed = report(error, "ibv_destroy_comp_channel");
    }
    if (endpoint->domain != NULL && (error = ibv_dealloc_pd(endpoint->domain)) != 0) {
        closed = report(error, "ibv_dealloc_pd");
    }
    if (endpoint->id != NULL && rdma_destroy_id(endpoint->id) != 0) {
        closed = report(errno, "rdma_destroy_id");
    }
    *endpoint = (struct endpoint){.id = NULL};
    return closed;
}

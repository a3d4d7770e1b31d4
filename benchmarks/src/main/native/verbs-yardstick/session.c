#include "session.h"

#include <endian.h>
#include <errno.h>

#include "report.h"

/* Numbers of work requests: receives by their message, answers behind them. */
enum { ANSWER = RECEIVE_REQUESTS };

static bool receive(struct session *session, uint64_t number)
{
    struct flush *flush = &session->messages[number].flush;
    return endpoint_receive(&session->endpoint, flush, sizeof *flush, number);
}

static bool accept_client(struct session *session)
{
    struct rdma_conn_param parameters;
    if (!endpoint_parameters(&session->endpoint, &parameters)) {
        return false;
    }
    struct offer offer = {
        .magic = htobe64(OFFER_MAGIC),
        .address = htobe64((uintptr_t)session->memory->bytes),
        .length_bytes = htobe64(REGION_BYTES),
        .key = htobe32(session->endpoint.region->rkey),
    };
    parameters.private_data = &offer;
    parameters.private_data_len = sizeof offer;
    parameters.initiator_depth = 0; /* the server reads nothing */
    return rdma_accept(session->endpoint.id, &parameters) == 0 || report(errno, "rdma_accept");
}

bool session_open(struct session *session, struct rdma_cm_id *id, struct memory *memory)
{
    session->memory = memory;
    session->established = false;
    struct endpoint *endpoint = &session->endpoint;
    if (!endpoint_open(endpoint, id)) {
        return false;
    }
    int access = IBV_ACCESS_LOCAL_WRITE | IBV_ACCESS_REMOTE_WRITE | IBV_ACCESS_REMOTE_READ;
    if ((endpoint->region = endpoint_register(endpoint, memory->bytes, REGION_BYTES, access)) == NULL ||
        (endpoint->messages = endpoint_register(endpoint, session->messages, sizeof session->messages,
                                                IBV_ACCESS_LOCAL_WRITE)) == NULL) {
        return false;
    }
    for (uint64_t number = 0; number < RECEIVE_REQUESTS; number++) {
        if (!receive(session, number)) {
            return false;
        }
    }
    return accept_client(session);
}

bool session_is_open(const struct session *session)
{
    return session->endpoint.id != NULL;
}

/* 0 or the errno. */
static int persist(const struct session *session, const struct flush *flush)
{
    uint64_t base = (uintptr_t)session->memory->bytes;
    uint64_t address = be64toh(flush->address);
    uint64_t length_bytes = be64toh(flush->length_bytes);
    if (address < base || length_bytes > REGION_BYTES || address - base > REGION_BYTES - length_bytes) {
        return ERANGE;
    }
    return memory_persist(session->memory, address - base, length_bytes);
}

static bool answer(struct session *session, struct message *message)
{
    int error = persist(session, &message->flush);
    message->answer = (struct answer){.number = message->flush.number, .error = htobe32((uint32_t)error)};
    struct ibv_sge element = {
        .addr = (uintptr_t)&message->answer,
        .length = sizeof message->answer,
        .lkey = session->endpoint.messages->lkey,
    };
    struct ibv_send_wr send = {
        .wr_id = ANSWER,
        .opcode = IBV_WR_SEND,
        .send_flags = IBV_SEND_SIGNALED,
        .sg_list = &element,
        .num_sge = 1,
    };
    return endpoint_send(&session->endpoint, &send);
}

bool session_handle(struct session *session, const struct ibv_wc *completion)
{
    if (completion->status == IBV_WC_WR_FLUSH_ERR) {
        return false; /* the connection has ended */
    }
    const char *what = completion->wr_id == ANSWER ? "SEND of an answer" : "receive";
    if (completion->status != IBV_WC_SUCCESS) {
        return report(0, "%s: %s (vendor error 0x%x); ended the connection", what,
                      ibv_wc_status_str(completion->status), completion->vendor_err);
    }
    if (completion->wr_id == ANSWER) {
        return true;
    }
    struct message *message = &session->messages[completion->wr_id];
    if (completion->byte_len != sizeof message->flush) {
        return report(0, "receive: a message of %u bytes; ended the connection", completion->byte_len);
    }
    return answer(session, message) && receive(session, completion->wr_id);
}

bool session_close(struct session *session)
{
    return endpoint_close(&session->endpoint);
}

/*
 * Work requests. Java writes a list of them, each with its scatter/gather elements, into native memory and passes its
 * address. Of an ibv_send_wr it writes the fields up to imm_data and those of wr.rdma; what lies behind is whatever the
 * memory held before. So only operations that read no more than that are let through.
 */
#include <errno.h>

#include "dispatcher.h"
#include "errors.h"
#include "handles.h"

static bool has_elements(int count, const struct ibv_sge *elements, uint32_t max_sge)
{
    return count >= 0 && (uint32_t)count <= max_sge && (count == 0 || elements != NULL);
}

static bool is_complete(const struct ibv_send_wr *request)
{
    switch (request->opcode) {
    case IBV_WR_RDMA_WRITE:
    case IBV_WR_RDMA_WRITE_WITH_IMM:
    case IBV_WR_SEND:
    case IBV_WR_SEND_WITH_IMM:
    case IBV_WR_RDMA_READ:
        return true;
    default:
        return false;
    }
}

/* How many requests of a list lie before the one that failed. */
static int send_position(const struct ibv_send_wr *first, const struct ibv_send_wr *failed)
{
    int position = 0;
    for (const struct ibv_send_wr *request = first; request != NULL && request != failed; request = request->next) {
        position++;
    }
    return position;
}

static int receive_position(const struct ibv_recv_wr *first, const struct ibv_recv_wr *failed)
{
    int position = 0;
    for (const struct ibv_recv_wr *request = first; request != NULL && request != failed; request = request->next) {
        position++;
    }
    return position;
}

/* Posts a list whose every request is sane; the first that is not, or that the device refuses, is in failed. */
static int post_send(struct object *pair, struct ibv_send_wr *first, struct ibv_send_wr **failed)
{
    uint32_t count = 0;
    for (struct ibv_send_wr *request = first; request != NULL; request = request->next) {
        *failed = request;
        if (++count > pair->max_send_wr) {
            return ENOMEM;
        }
        if (!is_complete(request)) {
            return EOPNOTSUPP;
        }
        if (!has_elements(request->num_sge, request->sg_list, pair->max_sge)) {
            return EINVAL;
        }
    }
    return ibv_post_send(pair->pair, first, failed);
}

static int post_receive(struct object *pair, struct ibv_recv_wr *first, struct ibv_recv_wr **failed)
{
    uint32_t count = 0;
    for (struct ibv_recv_wr *request = first; request != NULL; request = request->next) {
        *failed = request;
        if (++count > pair->max_recv_wr) {
            return ENOMEM;
        }
        if (!has_elements(request->num_sge, request->sg_list, pair->max_sge)) {
            return EINVAL;
        }
    }
    return ibv_post_recv(pair->pair, first, failed);
}

DISNI(void, postSend)(JNIEnv *env, jobject self, jlong pair, jlong requests)
{
    (void)self;
    struct ibv_send_wr *first = POINTER(struct ibv_send_wr, requests);
    if (first == NULL) {
        throw_errno(env, EINVAL, "postSend: no work request");
        return;
    }
    struct object *object = object_use(pair, QUEUE_PAIR);
    if (object == NULL) {
        throw_refused(env, "postSend", QUEUE_PAIR, pair);
        return;
    }
    struct ibv_send_wr *failed = NULL;
    int error = post_send(object, first, &failed);
    object_done(object);
    if (error != 0) {
        throw_errno(env, as_errno(error), "ibv_post_send: work request %d of the list",
                    send_position(first, failed));
    }
}

DISNI(void, postRecv)(JNIEnv *env, jobject self, jlong pair, jlong requests)
{
    (void)self;
    struct ibv_recv_wr *first = POINTER(struct ibv_recv_wr, requests);
    if (first == NULL) {
        throw_errno(env, EINVAL, "postRecv: no work request");
        return;
    }
    struct object *object = object_use(pair, QUEUE_PAIR);
    if (object == NULL) {
        throw_refused(env, "postRecv", QUEUE_PAIR, pair);
        return;
    }
    struct ibv_recv_wr *failed = NULL;
    int error = post_receive(object, first, &failed);
    object_done(object);
    if (error != 0) {
        throw_errno(env, as_errno(error), "ibv_post_recv: work request %d of the list",
                    receive_position(first, failed));
    }
}

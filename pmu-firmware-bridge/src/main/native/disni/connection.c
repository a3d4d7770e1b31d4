/* Queue pairs and connections. */
#include "connection.h"

#include <errno.h>

#include "dispatcher.h"
#include "errors.h"

enum {
    /* Java hands no such numbers down; these are plenty for it, and cost memory in every work request. */
    MAX_SGE = 8,
    MAX_READS_UNDER_WAY = 16,
    /* Three bits each in the InfiniBand connection messages; 7 receiver-not-ready retries mean without end. */
    MAX_RETRIES = 7
};

static uint32_t smaller(uint32_t one, uint32_t other)
{
    return one < other ? one : other;
}

static uint32_t within(int limit, uint32_t wanted)
{
    return limit < 0 ? 0 : smaller((uint32_t)limit, wanted);
}

int destroy_pair(struct object *id)
{
    struct object *pair = object_retire(object_handle(id->id_pair), QUEUE_PAIR);
    if (pair == NULL) {
        return errno;
    }
    /* Not rdma_destroy_qp: that one returns nothing, and whoever fences by this call has to know. */
    int error = ibv_destroy_qp(pair->pair);
    if (error != 0) {
        object_restore(pair);
        return as_errno(error);
    }
    id->id->qp = NULL;
    id->id_pair = NULL;
    object_release(pair);
    return 0;
}

/* Creates the queue pair; the caller holds the channel's lock. Returns 0 or the errno. */
static int create_pair(struct object *id, struct object *pair, struct ibv_pd *domain, struct ibv_qp_init_attr *wanted)
{
    struct ibv_device_attr device;
    if (id->id->verbs == NULL) {
        return ENODEV;
    }
    if (id->id_pair != NULL) {
        return EISCONN;
    }
    int error = ibv_query_device(id->id->verbs, &device);
    if (error != 0) {
        return error;
    }
    wanted->cap.max_send_sge = wanted->cap.max_recv_sge = within(device.max_sge, MAX_SGE);
    /* siw's provider says nothing where it takes the memory of a queue for none. */
    errno = 0;
    if (rdma_create_qp(id->id, domain, wanted) != 0) {
        return errno_of_failure();
    }
    pair->pair = id->id->qp;
    pair->max_send_wr = wanted->cap.max_send_wr;
    pair->max_recv_wr = wanted->cap.max_recv_wr;
    pair->max_sge = smaller(wanted->cap.max_send_sge, wanted->cap.max_recv_sge);
    return 0;
}

struct pair_parents {
    struct object *id;
    struct object *domain;
    struct object *send_queue;
    struct object *receive_queue;
};

static void pair_parents_done(const struct pair_parents *parents)
{
    if (parents->id != NULL) {
        object_done(parents->id);
    }
    if (parents->domain != NULL) {
        object_done(parents->domain);
    }
    if (parents->send_queue != NULL) {
        object_done(parents->send_queue);
    }
    if (parents->receive_queue != NULL) {
        object_done(parents->receive_queue);
    }
}

static bool pair_parents_use(JNIEnv *env, struct pair_parents *parents, jlong id, jlong domain, jlong send_queue,
                             jlong receive_queue)
{
    if ((parents->id = object_use(id, CM_ID)) == NULL) {
        throw_refused(env, "createQP", CM_ID, id);
    } else if ((parents->domain = object_use(domain, PROTECTION_DOMAIN)) == NULL) {
        throw_refused(env, "createQP", PROTECTION_DOMAIN, domain);
    } else if ((parents->send_queue = object_use(send_queue, COMPLETION_QUEUE)) == NULL) {
        throw_refused(env, "createQP", COMPLETION_QUEUE, send_queue);
    } else if ((parents->receive_queue = object_use(receive_queue, COMPLETION_QUEUE)) == NULL) {
        throw_refused(env, "createQP", COMPLETION_QUEUE, receive_queue);
    } else {
        return true;
    }
    pair_parents_done(parents);
    return false;
}

DISNI(jlong, createQP)(JNIEnv *env, jobject self, jlong id, jlong domain, jlong send_queue, jlong receive_queue,
                       jint type, jint max_send_wr, jint max_recv_wr, jint max_inline_data)
{
    (void)self;
    /* Datagrams need address handles, for which Java has no place in a work request. */
    if (type != IBV_QPT_RC && type != IBV_QPT_UC) {
        throw_errno(env, EPROTONOSUPPORT, "createQP: a queue pair of type %d", (int)type);
        return -1;
    }
    if (max_send_wr < 0 || max_recv_wr < 0 || max_inline_data < 0) {
        throw_errno(env, EINVAL, "createQP: %d send requests, %d receive requests, %d bytes inline", (int)max_send_wr,
                    (int)max_recv_wr, (int)max_inline_data);
        return -1;
    }
    struct pair_parents parents = {NULL, NULL, NULL, NULL};
    if (!pair_parents_use(env, &parents, id, domain, send_queue, receive_queue)) {
        return -1;
    }
    struct ibv_qp_init_attr wanted = {
        .send_cq = parents.send_queue->queue,
        .recv_cq = parents.receive_queue->queue,
        .qp_type = (enum ibv_qp_type)type,
        .cap = {.max_send_wr = (uint32_t)max_send_wr,
                .max_recv_wr = (uint32_t)max_recv_wr,
                .max_inline_data = (uint32_t)max_inline_data},
    };
    jlong handle = -1;
    struct object *pair = object_reserve(QUEUE_PAIR);
    int error = pair == NULL ? errno : 0;
    if (error == 0) {
        pthread_mutex_lock(&channel_of(parents.id)->lock);
        error = create_pair(parents.id, pair, parents.domain->domain, &wanted);
        if (error == 0) {
            handle = object_publish(pair, parents.domain, parents.send_queue, parents.receive_queue);
            parents.id->id_pair = pair;
        }
        pthread_mutex_unlock(&channel_of(parents.id)->lock);
        if (error != 0) {
            object_release(pair);
        }
    }
    pair_parents_done(&parents);
    if (error != 0) {
        throw_errno(env, error, "createQP: %d send requests, %d receive requests, %d bytes inline", (int)max_send_wr,
                    (int)max_recv_wr, (int)max_inline_data);
    }
    return handle;
}

DISNI(jint, destroyQP)(JNIEnv *env, jobject self, jlong id)
{
    (void)env, (void)self;
    struct object *object = object_use(id, CM_ID);
    if (object == NULL) {
        return negated(errno);
    }
    pthread_mutex_lock(&channel_of(object)->lock);
    int error = object->id_pair == NULL ? EBADF : destroy_pair(object);
    pthread_mutex_unlock(&channel_of(object)->lock);
    object_done(object);
    return error == 0 ? 0 : negated(error);
}

DISNI(jint, modifyQP)(JNIEnv *env, jobject self, jlong pair, jlong attributes)
{
    (void)self, (void)attributes;
    struct object *object = object_use(pair, QUEUE_PAIR);
    if (object == NULL) {
        throw_refused(env, "modifyQP", QUEUE_PAIR, pair);
        return -1;
    }
    object_done(object);
    return -EOPNOTSUPP; /* Java passes no attributes; the connection manager changes the states */
}

DISNI(jint, getQpNum)(JNIEnv *env, jobject self, jlong pair)
{
    (void)self;
    struct object *object = object_use(pair, QUEUE_PAIR);
    if (object == NULL) {
        throw_refused(env, "getQpNum", QUEUE_PAIR, pair);
        return -1;
    }
    jint number = (jint)object->pair->qp_num;
    object_done(object);
    return number;
}

/*
 * How often the device tries again, and how many reads may be under way in either direction: as many as the device, and
 * for a connection request the peer, can do, and at most MAX_READS_UNDER_WAY. Returns 0 or the errno.
 */
static int connection_parameters(const struct object *id, int retry_count, int rnr_retry_count,
                                 struct rdma_conn_param *parameters)
{
    struct ibv_device_attr device;
    if (id->id->verbs == NULL) { /* librdmacm relies on it */
        return ENODEV;
    }
    if (id->id_pair == NULL) {
        return ENOTCONN;
    }
    int error = ibv_query_device(id->id->verbs, &device);
    if (error != 0) {
        return error;
    }
    uint32_t depth = within(device.max_qp_init_rd_atom, MAX_READS_UNDER_WAY);
    if (id->requested) {
        depth = smaller(depth, id->requested_initiator_depth);
    }
    parameters->initiator_depth = (uint8_t)depth;
    parameters->responder_resources = (uint8_t)within(device.max_qp_rd_atom, MAX_READS_UNDER_WAY);
    parameters->retry_count = (uint8_t)retry_count;
    parameters->rnr_retry_count = (uint8_t)rnr_retry_count;
    return 0;
}

static bool check_retries(JNIEnv *env, const char *call, int retry_count, int rnr_retry_count)
{
    if (retry_count < 0 || retry_count > MAX_RETRIES || rnr_retry_count < 0 || rnr_retry_count > MAX_RETRIES) {
        throw_errno(env, EINVAL, "%s: %d retries, %d when the receiver is not ready; each is 0 to %d", call,
                    retry_count, rnr_retry_count, (int)MAX_RETRIES);
        return false;
    }
    return true;
}

DISNI(void, connect)(JNIEnv *env, jobject self, jlong id, jint retry_count, jint rnr_retry_count, jlong private_data,
                     jbyte private_data_length)
{
    (void)self;
    if (!check_retries(env, "connect", retry_count, rnr_retry_count)) {
        return;
    }
    uint8_t length = (uint8_t)private_data_length;
    if (private_data == 0 && length != 0) {
        throw_errno(env, EINVAL, "connect: %u bytes of private data at no address", (unsigned)length);
        return;
    }
    struct object *object = object_use(id, CM_ID);
    if (object == NULL) {
        throw_refused(env, "connect", CM_ID, id);
        return;
    }
    struct rdma_conn_param parameters = {
        .private_data = POINTER(const void, private_data),
        .private_data_len = length,
    };
    pthread_mutex_lock(&channel_of(object)->lock);
    int error = connection_parameters(object, retry_count, rnr_retry_count, &parameters);
    if (error == 0 && rdma_connect(object->id, &parameters) != 0) {
        error = errno_of_failure();
    }
    pthread_mutex_unlock(&channel_of(object)->lock);
    object_done(object);
    if (error != 0) {
        throw_errno(env, error, "connect");
    }
}

DISNI(void, accept)(JNIEnv *env, jobject self, jlong id, jint retry_count, jint rnr_retry_count)
{
    (void)self;
    if (!check_retries(env, "accept", retry_count, rnr_retry_count)) {
        return;
    }
    struct object *object = object_use(id, CM_ID);
    if (object == NULL) {
        throw_refused(env, "accept", CM_ID, id);
        return;
    }
    struct rdma_conn_param parameters = {.private_data = NULL};
    pthread_mutex_lock(&channel_of(object)->lock);
    int error = connection_parameters(object, retry_count, rnr_retry_count, &parameters);
    if (error == 0 && rdma_accept(object->id, &parameters) != 0) {
        error = errno_of_failure();
    }
    pthread_mutex_unlock(&channel_of(object)->lock);
    object_done(object);
    if (error != 0) {
        throw_errno(env, error, "accept");
    }
}

DISNI(jint, disconnect)(JNIEnv *env, jobject self, jlong id)
{
    (void)env, (void)self;
    struct object *object = object_use(id, CM_ID);
    if (object == NULL) {
        return negated(errno);
    }
    pthread_mutex_lock(&channel_of(object)->lock);
    int error = object->id->verbs == NULL ? ENOTCONN : 0;
    if (error == 0 && rdma_disconnect(object->id) != 0) {
        error = errno_of_failure();
    }
    pthread_mutex_unlock(&channel_of(object)->lock);
    object_done(object);
    return error == 0 ? 0 : negated(error);
}

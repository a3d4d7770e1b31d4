/* Event channels of the connection manager, and the events that arrive on them. */
#include <errno.h>
#include <string.h>

#include "dispatcher.h"
#include "errors.h"
#include "handles.h"
#include "wait.h"

DISNI(jlong, createEventChannel)(JNIEnv *env, jobject self)
{
    (void)self;
    struct object *object = object_reserve(EVENT_CHANNEL);
    if (object == NULL) {
        throw_errno(env, errno, "createEventChannel");
        return -1;
    }
    struct rdma_event_channel *channel = rdma_create_event_channel();
    if (channel == NULL) {
        int error = errno;
        object_release(object);
        throw_errno(env, error, "rdma_create_event_channel");
        return -1;
    }
    /* Of several threads that wait for one event, only one gets it: the others must not wait for the next. */
    if (!set_nonblocking(channel->fd)) {
        int error = errno;
        rdma_destroy_event_channel(channel);
        object_release(object);
        throw_errno(env, error, "createEventChannel: fcntl");
        return -1;
    }
    object->event_channel = channel;
    return object_publish(object, NULL, NULL, NULL);
}

DISNI(jint, destroyEventChannel)(JNIEnv *env, jobject self, jlong channel)
{
    (void)env, (void)self;
    struct object *object = object_retire(channel, EVENT_CHANNEL);
    if (object == NULL) {
        return negated(errno);
    }
    rdma_destroy_event_channel(object->event_channel);
    object_release(object);
    return 0;
}

/* Makes the id of a connection request one of ours. False with errno: there is no room for it. */
static bool adopt(struct object *channel, const struct rdma_cm_event *event)
{
    struct object *object = object_reserve(CM_ID);
    if (object == NULL) {
        return false;
    }
    object->id = event->id;
    object->requested = true;
    object->requested_initiator_depth = event->param.conn.initiator_depth;
    event->id->context = object;
    object_publish(object, channel, NULL, NULL);
    return true;
}

/*
 * Takes one event: its number, or the negated errno; EAGAIN if there is none after all. The event is acknowledged here:
 * Java acknowledges by an event's number alone, which names none, and until it is acknowledged neither its id nor the id
 * that listens can be destroyed. Private data and status end here with it, Java has no place for them.
 */
static int take_event(struct object *channel, jlong *listen_id, jlong *client_id)
{
    struct rdma_cm_event *event;
    if (rdma_get_cm_event(channel->event_channel, &event) != 0) {
        return negated(errno == EINTR ? EAGAIN : errno);
    }
    int number = (int)event->event;
    if (event->event == RDMA_CM_EVENT_CONNECT_REQUEST && !adopt(channel, event)) {
        int error = errno;
        struct rdma_cm_id *refused = event->id;
        rdma_ack_cm_event(event);
        rdma_reject(refused, NULL, 0);
        rdma_destroy_id(refused);
        return negated(error);
    }
    *client_id = object_handle(event->id->context);
    *listen_id = event->listen_id == NULL ? 0 : object_handle(event->listen_id->context);
    rdma_ack_cm_event(event);
    return number;
}

DISNI(jint, getCmEvent)(JNIEnv *env, jobject self, jlong channel, jlong listen_id, jlong client_id, jint timeout_ms)
{
    (void)env, (void)self;
    if (listen_id == 0 || client_id == 0) {
        return -EINVAL;
    }
    struct object *object = object_use(channel, EVENT_CHANNEL);
    if (object == NULL) {
        return negated(errno);
    }
    struct deadline deadline = deadline_in(timeout_ms);
    jlong ids[2] = {0, 0};
    int result;
    do {
        int error = await_readable(object->event_channel->fd, object, &deadline);
        if (error != 0) {
            result = negated(error);
        } else {
            pthread_mutex_lock(&object->lock);
            result = take_event(object, &ids[0], &ids[1]);
            pthread_mutex_unlock(&object->lock);
        }
    } while (result == -EAGAIN);
    object_done(object);
    if (result >= 0) {
        memcpy(POINTER(void, listen_id), &ids[0], sizeof ids[0]);
        memcpy(POINTER(void, client_id), &ids[1], sizeof ids[1]);
    }
    return result;
}

DISNI(jint, ackCmEvent)(JNIEnv *env, jobject self, jint event)
{
    (void)env, (void)self, (void)event;
    return 0; /* getCmEvent has done it */
}

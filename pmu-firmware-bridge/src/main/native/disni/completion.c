/* Completion queues, and the channels that tell of them. */
#include <errno.h>

#include "dispatcher.h"
#include "errors.h"
#include "handles.h"
#include "wait.h"

DISNI(jlong, createCompChannel)(JNIEnv *env, jobject self, jlong context)
{
    (void)self;
    struct object *parent = object_use(context, CONTEXT);
    if (parent == NULL) {
        throw_refused(env, "createCompChannel", CONTEXT, context);
        return -1;
    }
    jlong handle = -1;
    struct object *object = object_reserve(COMPLETION_CHANNEL);
    if (object == NULL) {
        throw_errno(env, errno, "createCompChannel");
    } else if ((object->completion_channel = ibv_create_comp_channel(parent->context)) == NULL) {
        int error = errno;
        object_release(object);
        throw_errno(env, error, "ibv_create_comp_channel");
    } else if (!set_nonblocking(object->completion_channel->fd)) {
        int error = errno;
        ibv_destroy_comp_channel(object->completion_channel);
        object_release(object);
        throw_errno(env, error, "createCompChannel: fcntl");
    } else {
        handle = object_publish(object, NULL, NULL, NULL);
    }
    object_done(parent);
    return handle;
}

DISNI(jint, destroyCompChannel)(JNIEnv *env, jobject self, jlong channel)
{
    (void)env, (void)self;
    struct object *object = object_retire(channel, COMPLETION_CHANNEL);
    if (object == NULL) {
        return negated(errno);
    }
    int error = ibv_destroy_comp_channel(object->completion_channel);
    if (error != 0) {
        object_restore(object);
        return negated(error);
    }
    object_release(object);
    return 0;
}

DISNI(jlong, createCQ)(JNIEnv *env, jobject self, jlong context, jlong channel, jint entries, jint vector)
{
    (void)self;
    struct object *device = object_use(context, CONTEXT);
    if (device == NULL) {
        throw_refused(env, "createCQ", CONTEXT, context);
        return -1;
    }
    struct object *parent = object_use(channel, COMPLETION_CHANNEL);
    if (parent == NULL) {
        throw_refused(env, "createCQ", COMPLETION_CHANNEL, channel);
        object_done(device);
        return -1;
    }
    jlong handle = -1;
    struct object *object = object_reserve(COMPLETION_QUEUE);
    if (object == NULL) {
        throw_errno(env, errno, "createCQ");
    } else if ((object->queue = ibv_create_cq(device->context, entries, object, parent->completion_channel, vector)) ==
               NULL) {
        int error = errno;
        object_release(object);
        throw_errno(env, error, "ibv_create_cq of %d entries, vector %d", (int)entries, (int)vector);
    } else {
        handle = object_publish(object, parent, NULL, NULL);
    }
    object_done(parent);
    object_done(device);
    return handle;
}

DISNI(jint, destroyCQ)(JNIEnv *env, jobject self, jlong queue)
{
    (void)env, (void)self;
    struct object *object = object_retire(queue, COMPLETION_QUEUE);
    if (object == NULL) {
        return negated(errno);
    }
    int error = ibv_destroy_cq(object->queue);
    if (error != 0) {
        object_restore(object);
        return negated(error);
    }
    object_release(object);
    return 0;
}

DISNI(jint, reqNotifyCQ)(JNIEnv *env, jobject self, jlong queue, jint solicited_only)
{
    (void)self;
    struct object *object = object_use(queue, COMPLETION_QUEUE);
    if (object == NULL) {
        throw_refused(env, "reqNotifyCQ", COMPLETION_QUEUE, queue);
        return -1;
    }
    int error = ibv_req_notify_cq(object->queue, solicited_only != 0);
    object_done(object);
    if (error != 0) {
        throw_errno(env, as_errno(error), "ibv_req_notify_cq");
        return -1;
    }
    return 0;
}

/*
 * Takes one event; EAGAIN if there is none after all. It is acknowledged here: a queue with events that are not cannot be
 * destroyed, that would wait without end.
 */
static int take_completion_event(struct ibv_comp_channel *channel)
{
    struct ibv_cq *queue;
    void *context;
    if (ibv_get_cq_event(channel, &queue, &context) != 0) {
        return errno == EINTR ? EAGAIN : errno;
    }
    ibv_ack_cq_events(queue, 1);
    return 0;
}

/* 0 for an event, negative at the time-out and when the channel is being destroyed. */
DISNI(jint, getCqEvent)(JNIEnv *env, jobject self, jlong channel, jint timeout_ms)
{
    (void)self;
    struct object *object = object_use(channel, COMPLETION_CHANNEL);
    if (object == NULL) {
        throw_refused(env, "getCqEvent", COMPLETION_CHANNEL, channel);
        return -1;
    }
    struct deadline deadline = deadline_in(timeout_ms);
    int error;
    do {
        error = await_readable(object->completion_channel->fd, object, &deadline);
        if (error == 0) {
            error = take_completion_event(object->completion_channel);
        }
    } while (error == EAGAIN);
    object_done(object);
    if (error != 0 && error != ETIMEDOUT && error != ECANCELED) {
        throw_errno(env, error, "getCqEvent");
    }
    return error == 0 ? 0 : negated(error);
}

/* What there is to acknowledge getCqEvent has acknowledged. */
DISNI(jint, ackCqEvent)(JNIEnv *env, jobject self, jlong queue, jint events)
{
    (void)env, (void)self;
    struct object *object = object_use(queue, COMPLETION_QUEUE);
    if (object == NULL) {
        return negated(errno);
    }
    object_done(object);
    return events < 0 ? -EINVAL : 0;
}

DISNI(jint, pollCQ)(JNIEnv *env, jobject self, jlong queue, jint entries, jlong completions)
{
    (void)self;
    if (entries <= 0 || completions == 0) {
        throw_errno(env, EINVAL, "pollCQ: %d entries", (int)entries);
        return -1;
    }
    struct object *object = object_use(queue, COMPLETION_QUEUE);
    if (object == NULL) {
        throw_refused(env, "pollCQ", COMPLETION_QUEUE, queue);
        return -1;
    }
    int count = ibv_poll_cq(object->queue, entries, POINTER(struct ibv_wc, completions));
    object_done(object);
    if (count < 0) {
        throw_errno(env, as_errno(count), "ibv_poll_cq");
        return -1;
    }
    return count;
}

/* Ids of the connection manager: made, bound, resolved, listened on, destroyed. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "connection.h"
#include "dispatcher.h"
#include "errors.h"
#include "handles.h"

struct object *channel_of(const struct object *id)
{
    return id->parents[0];
}

DISNI(jlong, createId)(JNIEnv *env, jobject self, jlong channel, jshort port_space)
{
    (void)self;
    struct object *parent = object_use(channel, EVENT_CHANNEL);
    if (parent == NULL) {
        throw_refused(env, "createId", EVENT_CHANNEL, channel);
        return -1;
    }
    struct object *object = object_reserve(CM_ID);
    if (object == NULL) {
        throw_errno(env, errno, "createId");
        object_done(parent);
        return -1;
    }
    pthread_mutex_lock(&parent->lock);
    int failed =
        rdma_create_id(parent->event_channel, &object->id, object, (enum rdma_port_space)(uint16_t)port_space);
    int error = errno;
    pthread_mutex_unlock(&parent->lock);
    jlong handle = -1;
    if (failed) {
        object_release(object);
        throw_errno(env, error, "rdma_create_id");
    } else {
        handle = object_publish(object, parent, NULL, NULL);
    }
    object_done(parent);
    return handle;
}

DISNI(jint, destroyCmId)(JNIEnv *env, jobject self, jlong id)
{
    (void)env, (void)self;
    struct object *object = object_retire(id, CM_ID);
    if (object == NULL) {
        return negated(errno);
    }
    struct object *channel = channel_of(object);
    pthread_mutex_lock(&channel->lock);
    /* Java marks the id as closed before it calls, and reaches a queue pair by its id alone. */
    int error = object->id_pair == NULL ? 0 : destroy_pair(object);
    if (error == 0 && rdma_destroy_id(object->id) != 0) {
        error = errno_of_failure();
    }
    pthread_mutex_unlock(&channel->lock);
    if (error != 0) {
        object_restore(object);
        return negated(error);
    }
    object_release(object);
    return 0;
}

DISNI(jint, destroyEp)(JNIEnv *env, jobject self, jlong id)
{
    return Java_com_ibm_disni_verbs_impl_NativeDispatcher__1destroyCmId(env, self, id);
}

/* Reads the family, port and address that Java has written, and nothing behind them. False with errno. */
static bool read_address(jlong address, struct sockaddr_in *into)
{
    memset(into, 0, sizeof *into);
    if (address == 0) {
        errno = EINVAL;
        return false;
    }
    memcpy(into, POINTER(const void, address), offsetof(struct sockaddr_in, sin_zero));
    if (into->sin_family != AF_INET) {
        errno = EAFNOSUPPORT;
        return false;
    }
    return true;
}

DISNI(void, bindAddr)(JNIEnv *env, jobject self, jlong id, jlong address)
{
    (void)self;
    struct sockaddr_in local;
    if (!read_address(address, &local)) {
        throw_errno(env, errno, "bindAddr: the address");
        return;
    }
    struct object *object = object_use(id, CM_ID);
    if (object == NULL) {
        throw_refused(env, "bindAddr", CM_ID, id);
        return;
    }
    pthread_mutex_lock(&channel_of(object)->lock);
    int failed = rdma_bind_addr(object->id, (struct sockaddr *)&local);
    int error = errno;
    pthread_mutex_unlock(&channel_of(object)->lock);
    object_done(object);
    if (failed) {
        throw_errno(env, error, "rdma_bind_addr");
    }
}

DISNI(void, listen)(JNIEnv *env, jobject self, jlong id, jint backlog)
{
    (void)self;
    struct object *object = object_use(id, CM_ID);
    if (object == NULL) {
        throw_refused(env, "listen", CM_ID, id);
        return;
    }
    pthread_mutex_lock(&channel_of(object)->lock);
    int failed = rdma_listen(object->id, backlog);
    int error = errno;
    pthread_mutex_unlock(&channel_of(object)->lock);
    object_done(object);
    if (failed) {
        throw_errno(env, error, "rdma_listen");
    }
}

DISNI(void, resolveAddr)(JNIEnv *env, jobject self, jlong id, jlong source, jlong destination, jint timeout_ms)
{
    (void)self;
    struct sockaddr_in from;
    struct sockaddr_in to;
    if ((source != 0 && !read_address(source, &from)) || !read_address(destination, &to)) {
        throw_errno(env, errno, "resolveAddr: the address");
        return;
    }
    if (timeout_ms < 0) {
        throw_errno(env, EINVAL, "resolveAddr: a time-out of %d ms", (int)timeout_ms);
        return;
    }
    struct object *object = object_use(id, CM_ID);
    if (object == NULL) {
        throw_refused(env, "resolveAddr", CM_ID, id);
        return;
    }
    pthread_mutex_lock(&channel_of(object)->lock);
    int failed = rdma_resolve_addr(object->id, source == 0 ? NULL : (struct sockaddr *)&from, (struct sockaddr *)&to,
                                   timeout_ms);
    int error = errno;
    pthread_mutex_unlock(&channel_of(object)->lock);
    object_done(object);
    if (failed) {
        throw_errno(env, error, "rdma_resolve_addr");
    }
}

DISNI(void, resolveRoute)(JNIEnv *env, jobject self, jlong id, jint timeout_ms)
{
    (void)self;
    if (timeout_ms < 0) {
        throw_errno(env, EINVAL, "resolveRoute: a time-out of %d ms", (int)timeout_ms);
        return;
    }
    struct object *object = object_use(id, CM_ID);
    if (object == NULL) {
        throw_refused(env, "resolveRoute", CM_ID, id);
        return;
    }
    pthread_mutex_lock(&channel_of(object)->lock);
    int failed = rdma_resolve_route(object->id, timeout_ms);
    int error = errno;
    pthread_mutex_unlock(&channel_of(object)->lock);
    object_done(object);
    if (failed) {
        throw_errno(env, error, "rdma_resolve_route");
    }
}

/* Hands one end's address to Java, which reads a sockaddr_in. */
static int write_address(jlong id, jlong address, struct sockaddr *(*end)(struct rdma_cm_id *id))
{
    if (address == 0) {
        return -EINVAL;
    }
    struct object *object = object_use(id, CM_ID);
    if (object == NULL) {
        return negated(errno);
    }
    pthread_mutex_lock(&channel_of(object)->lock);
    struct sockaddr_in found;
    memcpy(&found, end(object->id), sizeof found);
    pthread_mutex_unlock(&channel_of(object)->lock);
    object_done(object);
    if (found.sin_family != AF_INET) { /* 0 while the end has no address yet */
        return found.sin_family == 0 ? -EADDRNOTAVAIL : -EAFNOSUPPORT;
    }
    memcpy(POINTER(void, address), &found, sizeof found);
    return 0;
}

DISNI(jint, getSrcAddr)(JNIEnv *env, jobject self, jlong id, jlong address)
{
    (void)env, (void)self;
    return write_address(id, address, rdma_get_local_addr);
}

DISNI(jint, getDstAddr)(JNIEnv *env, jobject self, jlong id, jlong address)
{
    (void)env, (void)self;
    return write_address(id, address, rdma_get_peer_addr);
}

/* Devices, protection domains and memory regions. */
#include "device.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "connection.h"
#include "dispatcher.h"
#include "errors.h"
#include "handles.h"

/* A device's context is librdmacm's, the same for all ids on it, and one handle stands for it. */
enum { MAX_CONTEXTS = 256 };

struct known_context {
    struct object *object;
    struct ibv_context **hold; /* what rdma_get_devices gave: keeps even a device that was unplugged open */
    struct ibv_cq *holder;     /* of an offset that siw's provider refuses; NULL for other devices */
};

static pthread_mutex_t contexts_lock = PTHREAD_MUTEX_INITIALIZER;
static struct known_context contexts[MAX_CONTEXTS];
static int context_count;

/*
 * The kernel shares each queue of a Soft-iWARP device at the first free offset of the device's file. The provider takes one
 * of these offsets for the sign of a failure, as it once was: where the next queue would lie there, it makes none any
 * more. A completion queue as long as that, which nobody uses, keeps others away from the place.
 */
static struct ibv_cq *hold_refused_offset(struct ibv_context *context)
{
    enum { SIW_VENDOR = 0x626d74, REFUSED_OFFSET = 0x90000, PAGE_BYTES = 4096, ENTRY_BYTES = 32 };
    struct ibv_device_attr device;
    if (ibv_query_device(context, &device) != 0 || device.vendor_id != SIW_VENDOR) {
        return NULL;
    }
    return ibv_create_cq(context, (REFUSED_OFFSET + PAGE_BYTES) / ENTRY_BYTES, NULL, NULL, 0);
}

/* The object of a context, with contexts_lock held. NULL with errno. */
static struct object *know_context(struct ibv_context *context)
{
    for (int i = 0; i < context_count; i++) {
        if (contexts[i].object->context == context) {
            return contexts[i].object;
        }
    }
    if (context_count == MAX_CONTEXTS) {
        errno = ENFILE;
        return NULL;
    }
    struct ibv_context **hold = rdma_get_devices(NULL);
    if (hold == NULL) {
        return NULL;
    }
    struct object *object = object_reserve(CONTEXT);
    if (object == NULL) {
        int error = errno;
        rdma_free_devices(hold);
        errno = error;
        return NULL;
    }
    object->context = context;
    object_publish(object, NULL, NULL, NULL);
    contexts[context_count++] =
        (struct known_context){.object = object, .hold = hold, .holder = hold_refused_offset(context)};
    return object;
}

void release_devices(void)
{
    for (int i = 0; i < context_count; i++) {
        if (contexts[i].holder != NULL) {
            ibv_destroy_cq(contexts[i].holder);
        }
        rdma_free_devices(contexts[i].hold);
    }
    context_count = 0;
}

/*
 * Negative for an id that is on no device (yet), as one that listens on all of them: Java then asks again, with the id
 * of the connection, instead of losing a connection request.
 */
DISNI(jlong, getContext)(JNIEnv *env, jobject self, jlong id)
{
    (void)self;
    struct object *object = object_use(id, CM_ID);
    if (object == NULL) {
        throw_refused(env, "getContext", CM_ID, id);
        return -1;
    }
    pthread_mutex_lock(&channel_of(object)->lock);
    struct ibv_context *verbs = object->id->verbs;
    pthread_mutex_unlock(&channel_of(object)->lock);
    jlong handle = -ENODEV;
    if (verbs != NULL) {
        pthread_mutex_lock(&contexts_lock);
        struct object *context = know_context(verbs);
        int error = errno;
        pthread_mutex_unlock(&contexts_lock);
        if (context == NULL) {
            throw_errno(env, error, "getContext");
        } else {
            handle = object_handle(context);
        }
    }
    object_done(object);
    return handle;
}

DISNI(jint, getContextFd)(JNIEnv *env, jobject self, jlong context)
{
    (void)self;
    struct object *object = object_use(context, CONTEXT);
    if (object == NULL) {
        throw_refused(env, "getContextFd", CONTEXT, context);
        return -1;
    }
    jint fd = object->context->cmd_fd;
    object_done(object);
    return fd;
}

DISNI(jint, getContextNumCompVectors)(JNIEnv *env, jobject self, jlong context)
{
    (void)self;
    struct object *object = object_use(context, CONTEXT);
    if (object == NULL) {
        throw_refused(env, "getContextNumCompVectors", CONTEXT, context);
        return -1;
    }
    jint vectors = object->context->num_comp_vectors;
    object_done(object);
    return vectors;
}

DISNI(jlong, allocPd)(JNIEnv *env, jobject self, jlong context)
{
    (void)self;
    struct object *parent = object_use(context, CONTEXT);
    if (parent == NULL) {
        throw_refused(env, "allocPd", CONTEXT, context);
        return -1;
    }
    jlong handle = -1;
    struct object *object = object_reserve(PROTECTION_DOMAIN);
    if (object == NULL) {
        throw_errno(env, errno, "allocPd");
    } else if ((object->domain = ibv_alloc_pd(parent->context)) == NULL) {
        int error = errno;
        object_release(object);
        throw_errno(env, error, "ibv_alloc_pd");
    } else {
        handle = object_publish(object, NULL, NULL, NULL);
    }
    object_done(parent);
    return handle;
}

DISNI(jint, deallocPd)(JNIEnv *env, jobject self, jlong domain)
{
    (void)env, (void)self;
    struct object *object = object_retire(domain, PROTECTION_DOMAIN);
    if (object == NULL) {
        return negated(errno);
    }
    int error = ibv_dealloc_pd(object->domain);
    if (error != 0) {
        object_restore(object);
        return negated(error);
    }
    object_release(object);
    return 0;
}

DISNI(jint, getPdHandle)(JNIEnv *env, jobject self, jlong domain)
{
    (void)self;
    struct object *object = object_use(domain, PROTECTION_DOMAIN);
    if (object == NULL) {
        throw_refused(env, "getPdHandle", PROTECTION_DOMAIN, domain);
        return -1;
    }
    jint number = (jint)object->domain->handle;
    object_done(object);
    return number;
}

static void throw_registration(JNIEnv *env, int error, jlong address, jint length, jint access)
{
    throw_errno(env, error, "ibv_reg_mr of %d bytes at 0x%" PRIx64 " for access 0x%x%s", (int)length, (uint64_t)address,
                (unsigned)access,
                error == ENOMEM ? ", perhaps for want of lockable memory (ulimit -l)"
                : error == EOPNOTSUPP ? ", perhaps since its file system lets no memory be pinned" : "");
}

DISNI(jlong, regMr)(JNIEnv *env, jobject self, jlong domain, jlong address, jint length, jint access, jlong lkey,
                    jlong rkey, jlong number)
{
    (void)self;
    /* A length of 2 GiB or more has become negative in Java. Of none, some devices make a region and others do not. */
    if (address == 0 || length <= 0 || lkey == 0 || rkey == 0 || number == 0) {
        throw_errno(env, EINVAL, "regMr: %d bytes at 0x%" PRIx64, (int)length, (uint64_t)address);
        return -1;
    }
    struct object *parent = object_use(domain, PROTECTION_DOMAIN);
    if (parent == NULL) {
        throw_refused(env, "regMr", PROTECTION_DOMAIN, domain);
        return -1;
    }
    jlong handle = -1;
    struct object *object = object_reserve(MEMORY_REGION);
    if (object == NULL) {
        throw_errno(env, errno, "regMr");
    } else if ((object->region = ibv_reg_mr(parent->domain, POINTER(void, address), (size_t)length, access)) == NULL) {
        int error = errno;
        object_release(object);
        throw_registration(env, error, address, length, access);
    } else {
        memcpy(POINTER(void, lkey), &object->region->lkey, sizeof object->region->lkey);
        memcpy(POINTER(void, rkey), &object->region->rkey, sizeof object->region->rkey);
        memcpy(POINTER(void, number), &object->region->handle, sizeof object->region->handle);
        handle = object_publish(object, parent, NULL, NULL);
    }
    object_done(parent);
    return handle;
}

DISNI(void, deregMr)(JNIEnv *env, jobject self, jlong region)
{
    (void)self;
    struct object *object = object_retire(region, MEMORY_REGION);
    if (object == NULL) {
        throw_refused(env, "deregMr", MEMORY_REGION, region);
        return;
    }
    int error = ibv_dereg_mr(object->region);
    if (error != 0) {
        object_restore(object);
        throw_errno(env, as_errno(error), "ibv_dereg_mr");
        return;
    }
    object_release(object);
}

/* Memory is registered, and pinned, before it is used; paging on demand is not offered. */
DISNI(jint, queryOdpSupport)(JNIEnv *env, jobject self, jlong context)
{
    (void)env, (void)self;
    struct object *object = object_use(context, CONTEXT);
    if (object == NULL) {
        return negated(errno);
    }
    object_done(object);
    return -EOPNOTSUPP;
}

DISNI(jint, expPrefetchMr)(JNIEnv *env, jobject self, jlong region, jlong address, jint length)
{
    (void)self, (void)address, (void)length;
    struct object *object = object_use(region, MEMORY_REGION);
    if (object == NULL) {
        throw_refused(env, "expPrefetchMr", MEMORY_REGION, region);
        return -1;
    }
    object_done(object);
    return -EOPNOTSUPP;
}

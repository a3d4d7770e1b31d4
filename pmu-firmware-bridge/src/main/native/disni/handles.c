#include "handles.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
    KIND_BITS = 8,
    CHUNK_BITS = 10,
    CHUNK_OBJECTS = 1 << CHUNK_BITS,
    CHUNKS = 1 << 14,
    YIELDS_BEFORE_SLEEP = 100
};

#define LIVE (UINT64_C(1) << 31)
#define USERS (LIVE - 1)
#define GENERATION_MAX UINT64_C(0x7fffffff)

static struct object *_Atomic chunks[CHUNKS];
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct object *free_list; /* guarded by table_lock */
static uint32_t chunk_count;     /* guarded by table_lock */

static uint64_t generation(uint64_t state)
{
    return state >> 32;
}

static bool add_chunk(void)
{
    if (chunk_count == CHUNKS) {
        errno = ENFILE;
        return false;
    }
    struct object *chunk = calloc(CHUNK_OBJECTS, sizeof *chunk);
    if (chunk == NULL) {
        errno = ENOMEM;
        return false;
    }
    for (uint32_t i = CHUNK_OBJECTS; i-- > 0;) {
        chunk[i].index = (chunk_count << CHUNK_BITS) + i;
        chunk[i].wake_fd = -1;
        chunk[i].free_next = free_list;
        free_list = &chunk[i];
    }
    atomic_store_explicit(&chunks[chunk_count], chunk, memory_order_release);
    chunk_count++;
    return true;
}

static struct object *take_free(void)
{
    pthread_mutex_lock(&table_lock);
    struct object *object = NULL;
    if (free_list != NULL || add_chunk()) {
        object = free_list;
        free_list = object->free_next;
    }
    pthread_mutex_unlock(&table_lock);
    return object;
}

static void give_free(struct object *object)
{
    pthread_mutex_lock(&table_lock);
    object->free_next = free_list;
    free_list = object;
    pthread_mutex_unlock(&table_lock);
}

static bool is_channel(enum kind kind)
{
    return kind == EVENT_CHANNEL || kind == COMPLETION_CHANNEL;
}

struct object *object_reserve(enum kind kind)
{
    struct object *object = take_free();
    if (object == NULL) {
        return NULL;
    }
    object->kind = kind;
    object->id = NULL;
    for (int i = 0; i < MAX_PARENTS; i++) {
        object->parents[i] = NULL;
    }
    atomic_store_explicit(&object->children, 0, memory_order_relaxed);
    if (is_channel(kind)) {
        object->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (object->wake_fd < 0) {
            int error = errno;
            give_free(object);
            errno = error;
            return NULL;
        }
    }
    if (kind == EVENT_CHANNEL) {
        pthread_mutex_init(&object->lock, NULL);
    } else if (kind == CM_ID) {
        object->id_pair = NULL;
        object->requested = false;
        object->requested_initiator_depth = 0;
    }
    return object;
}

jlong object_publish(struct object *object, struct object *first, struct object *second, struct object *third)
{
    object->parents[0] = first;
    object->parents[1] = second;
    object->parents[2] = third;
    for (int i = 0; i < MAX_PARENTS; i++) {
        if (object->parents[i] != NULL) {
            atomic_fetch_add_explicit(&object->parents[i]->children, 1, memory_order_relaxed);
        }
    }
    uint64_t next = generation(atomic_load_explicit(&object->state, memory_order_relaxed)) + 1;
    if (next > GENERATION_MAX) {
        next = 1;
    }
    atomic_store_explicit(&object->state, next << 32 | LIVE, memory_order_release);
    return object_handle(object);
}

void object_release(struct object *object)
{
    for (int i = 0; i < MAX_PARENTS; i++) {
        if (object->parents[i] != NULL) {
            atomic_fetch_sub_explicit(&object->parents[i]->children, 1, memory_order_release);
        }
    }
    if (object->kind == EVENT_CHANNEL) {
        pthread_mutex_destroy(&object->lock);
    }
    if (object->wake_fd >= 0) {
        close(object->wake_fd);
        object->wake_fd = -1;
    }
    give_free(object);
}

jlong object_handle(const struct object *object)
{
    uint64_t state = atomic_load_explicit(&object->state, memory_order_relaxed);
    return (jlong)(generation(state) << 32 | (uint64_t)object->index << KIND_BITS | object->kind);
}

/* The object that a handle names if its generation is the current one; the caller still has to see whether it lives. */
static struct object *lookup(jlong handle, enum kind kind)
{
    uint64_t bits = (uint64_t)handle;
    if ((bits & ((1U << KIND_BITS) - 1)) != (uint64_t)kind || bits >> 63 != 0) {
        return NULL;
    }
    uint32_t index = (uint32_t)bits >> KIND_BITS;
    struct object *chunk = atomic_load_explicit(&chunks[index >> CHUNK_BITS], memory_order_acquire);
    return chunk == NULL ? NULL : &chunk[index & (CHUNK_OBJECTS - 1)];
}

static bool is_live(uint64_t state, jlong handle)
{
    return (state & LIVE) != 0 && generation(state) == (uint64_t)handle >> 32;
}

struct object *object_use(jlong handle, enum kind kind)
{
    struct object *object = lookup(handle, kind);
    if (object != NULL) {
        uint64_t state = atomic_load_explicit(&object->state, memory_order_relaxed);
        while (is_live(state, handle)) {
            if (atomic_compare_exchange_weak_explicit(&object->state, &state, state + 1, memory_order_acquire,
                                                      memory_order_relaxed)) {
                if (object->kind == kind) {
                    return object;
                }
                object_done(object);
                break;
            }
        }
    }
    errno = EBADF;
    return NULL;
}

void object_done(struct object *object)
{
    atomic_fetch_sub_explicit(&object->state, 1, memory_order_release);
}

static void await_unused(const struct object *object)
{
    for (int round = 0; (atomic_load_explicit(&object->state, memory_order_acquire) & USERS) != 0; round++) {
        if (round < YIELDS_BEFORE_SLEEP) {
            sched_yield();
        } else {
            struct timespec pause = {.tv_nsec = 50 * 1000};
            nanosleep(&pause, NULL);
        }
    }
}

struct object *object_retire(jlong handle, enum kind kind)
{
    struct object *object = object_use(handle, kind);
    if (object == NULL) {
        return NULL;
    }
    if (atomic_load_explicit(&object->children, memory_order_relaxed) != 0) {
        object_done(object);
        errno = EBUSY;
        return NULL;
    }
    uint64_t state = atomic_load_explicit(&object->state, memory_order_relaxed);
    do {
        if (!is_live(state, handle)) { /* another thread destroys it */
            object_done(object);
            errno = EBADF;
            return NULL;
        }
    } while (!atomic_compare_exchange_weak_explicit(&object->state, &state, (state & ~LIVE) - 1, memory_order_acquire,
                                                    memory_order_relaxed));
    if (object->wake_fd >= 0) {
        eventfd_write(object->wake_fd, 1);
    }
    await_unused(object);
    if (atomic_load_explicit(&object->children, memory_order_acquire) != 0) { /* who used it made one meanwhile */
        object_restore(object);
        errno = EBUSY;
        return NULL;
    }
    return object;
}

void object_restore(struct object *object)
{
    if (object->wake_fd >= 0) {
        eventfd_t woken;
        eventfd_read(object->wake_fd, &woken);
    }
    atomic_fetch_or_explicit(&object->state, LIVE, memory_order_release);
}

void objects_each(enum kind kind, void (*destroy)(struct object *object))
{
    for (uint32_t chunk = 0; chunk < chunk_count; chunk++) {
        for (uint32_t i = 0; i < CHUNK_OBJECTS; i++) {
            struct object *object = &chunks[chunk][i];
            if (object->kind == kind && (atomic_load(&object->state) & LIVE) != 0) {
                destroy(object);
            }
        }
    }
}

void objects_free(void)
{
    for (uint32_t chunk = 0; chunk < chunk_count; chunk++) {
        free(chunks[chunk]);
        atomic_store(&chunks[chunk], NULL);
    }
    chunk_count = 0;
    free_list = NULL;
}

const char *kind_name(enum kind kind)
{
    static const char *const names[KINDS] = {
        [QUEUE_PAIR] = "queue pair",
        [MEMORY_REGION] = "memory region",
        [COMPLETION_QUEUE] = "completion queue",
        [COMPLETION_CHANNEL] = "completion channel",
        [PROTECTION_DOMAIN] = "protection domain",
        [CM_ID] = "connection id",
        [EVENT_CHANNEL] = "event channel",
        [CONTEXT] = "device context",
    };
    return names[kind];
}

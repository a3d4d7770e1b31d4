/*
 * The objects that Java holds, by handle. A handle is a positive number made of an object's place in a table, its kind
 * and a generation that is another one whenever the place is used again; so a handle that is stale, of another kind or
 * made up is recognised without touching what it once named.
 *
 * Whoever works with an object uses it meanwhile (object_use, object_done): an atomic increment and decrement, no lock.
 * Whoever destroys it first retires it: from then on its handle is refused, waits in progress on it end (wake_fd), and
 * object_retire returns when nobody uses it any more. Calls that use an object are short, so that is soon. An object
 * with children (a protection domain with memory regions, a channel with ids) is not retired: EBUSY.
 *
 * The table's memory lives as long as the library; a struct object is never freed before, only used again.
 */
#ifndef DISNI_HANDLES_H
#define DISNI_HANDLES_H

#include <jni.h>
#include <pthread.h>
#include <rdma/rdma_cma.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* In the order in which what is left is destroyed when the library is unloaded. */
enum kind {
    QUEUE_PAIR = 1,
    MEMORY_REGION,
    COMPLETION_QUEUE,
    COMPLETION_CHANNEL,
    PROTECTION_DOMAIN,
    CM_ID,
    EVENT_CHANNEL,
    CONTEXT,
    KINDS
};

enum { MAX_PARENTS = 3 };

struct object {
    _Atomic uint64_t state; /* generation << 32 | live << 31 | how many use it */
    _Atomic uint32_t children;
    uint32_t index;
    enum kind kind;
    union {
        struct ibv_qp *pair;
        struct ibv_mr *region;
        struct ibv_cq *queue;
        struct ibv_comp_channel *completion_channel;
        struct ibv_pd *domain;
        struct rdma_cm_id *id;
        struct rdma_event_channel *event_channel;
        struct ibv_context *context;
    };
    struct object *parents[MAX_PARENTS]; /* each counts this one among its children; NULL for none */
    struct object *free_next;
    union {
        struct { /* EVENT_CHANNEL: librdmacm changes an id while it takes an event, so one call a time */
            pthread_mutex_t lock;
        };
        struct { /* CM_ID */
            struct object *id_pair;
            bool requested;                    /* came with a CONNECT_REQUEST */
            uint8_t requested_initiator_depth; /* how many reads at a time the peer answers this end */
        };
        struct { /* QUEUE_PAIR */
            uint32_t max_send_wr;
            uint32_t max_recv_wr;
            uint32_t max_sge;
        };
    };
    int wake_fd; /* an eventfd for channels, else -1: readable once the object is retired */
};

/* A place for an object of that kind, which nobody sees yet. NULL with errno: no memory, no file descriptor. */
struct object *object_reserve(enum kind kind);

/*
 * Makes a reserved object visible and a child of up to three others, NULL for none, which the caller uses meanwhile.
 * Returns its handle.
 */
jlong object_publish(struct object *object, struct object *first, struct object *second, struct object *third);

/* Gives back an object that was reserved, or retired and destroyed. */
void object_release(struct object *object);

/* The handle of a live object, or of one that is being retired. */
jlong object_handle(const struct object *object);

/* The live object of a handle, to be given back by object_done. NULL with errno EBADF. */
struct object *object_use(jlong handle, enum kind kind);
void object_done(struct object *object);

/* Takes an object away from everybody else. NULL with errno: EBADF if it is not live, EBUSY if it has children. */
struct object *object_retire(jlong handle, enum kind kind);

/* Makes a retired object live again: it could not be destroyed. */
void object_restore(struct object *object);

/* Calls destroy for every live object of that kind. For the end of the library, when nobody else is there. */
void objects_each(enum kind kind, void (*destroy)(struct object *object));

/* Frees the table, at the very end. */
void objects_free(void);

/* What a kind is called in messages. */
const char *kind_name(enum kind kind);

#endif

/* What Java asks before it writes structs into native memory, and the library's own beginning and end. */
#include <dlfcn.h>
#include <netinet/in.h>
#include <stddef.h>

#include "connection.h"
#include "device.h"
#include "dispatcher.h"
#include "handles.h"

enum { DISNI_VERSION = 32 };

DISNI(jint, getVersion)(JNIEnv *env, jobject self)
{
    (void)env, (void)self;
    return DISNI_VERSION;
}

DISNI(jint, getSockAddrInSize)(JNIEnv *env, jobject self)
{
    (void)env, (void)self;
    return sizeof(struct sockaddr_in);
}

DISNI(jint, getIbvRecvWRSize)(JNIEnv *env, jobject self)
{
    (void)env, (void)self;
    return sizeof(struct ibv_recv_wr);
}

DISNI(jint, getIbvSendWRSize)(JNIEnv *env, jobject self)
{
    (void)env, (void)self;
    return sizeof(struct ibv_send_wr);
}

DISNI(jint, getIbvSgeSize)(JNIEnv *env, jobject self)
{
    (void)env, (void)self;
    return sizeof(struct ibv_sge);
}

DISNI(jint, getIbvWCSize)(JNIEnv *env, jobject self)
{
    (void)env, (void)self;
    return sizeof(struct ibv_wc);
}

DISNI(jint, getRemoteAddressOffset)(JNIEnv *env, jobject self)
{
    (void)env, (void)self;
    return offsetof(struct ibv_send_wr, wr.rdma.remote_addr);
}

DISNI(jint, getRKeyOffset)(JNIEnv *env, jobject self)
{
    (void)env, (void)self;
    return offsetof(struct ibv_send_wr, wr.rdma.rkey);
}

/* Java writes the fields before the union at these places and asks for no others. */
_Static_assert(offsetof(struct ibv_send_wr, wr_id) == 0, "wr_id");
_Static_assert(offsetof(struct ibv_send_wr, next) == 8, "next");
_Static_assert(offsetof(struct ibv_send_wr, sg_list) == 16, "sg_list");
_Static_assert(offsetof(struct ibv_send_wr, num_sge) == 24, "num_sge");
_Static_assert(offsetof(struct ibv_send_wr, opcode) == 28, "opcode");
_Static_assert(offsetof(struct ibv_send_wr, send_flags) == 32, "send_flags");
_Static_assert(offsetof(struct ibv_send_wr, imm_data) == 36, "imm_data");
_Static_assert(offsetof(struct ibv_recv_wr, num_sge) == 24, "num_sge");
_Static_assert(sizeof(struct ibv_recv_wr) == 32, "ibv_recv_wr");
_Static_assert(sizeof(struct ibv_sge) == 16, "ibv_sge");
_Static_assert(sizeof(struct ibv_wc) == 48, "ibv_wc");

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved)
{
    (void)vm, (void)reserved;
    /* This library goes with its class loader. rdma-core's stay: they keep the devices open, and providers loaded. */
    dlopen("librdmacm.so.1", RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    dlopen("libibverbs.so.1", RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    return JNI_VERSION_1_8;
}

/* The class loader is gone, and with it every caller: what they left is destroyed, children before their parents. */
static void destroy_left(struct object *object)
{
    switch (object->kind) {
    case QUEUE_PAIR: /* with its id */
    case KINDS:
        break;
    case MEMORY_REGION:
        ibv_dereg_mr(object->region);
        break;
    case COMPLETION_QUEUE:
        ibv_destroy_cq(object->queue);
        break;
    case COMPLETION_CHANNEL:
        ibv_destroy_comp_channel(object->completion_channel);
        object_release(object);
        break;
    case PROTECTION_DOMAIN:
        ibv_dealloc_pd(object->domain);
        break;
    case CM_ID:
        rdma_destroy_id(object->id);
        break;
    case EVENT_CHANNEL:
        rdma_destroy_event_channel(object->event_channel);
        object_release(object);
        break;
    case CONTEXT:
        break;
    }
}

static void destroy_pair_left(struct object *id)
{
    if (id->id_pair != NULL) {
        destroy_pair(id);
    }
}

JNIEXPORT void JNICALL JNI_OnUnload(JavaVM *vm, void *reserved)
{
    (void)vm, (void)reserved;
    objects_each(CM_ID, destroy_pair_left);
    for (enum kind kind = MEMORY_REGION; kind < KINDS; kind++) {
        objects_each(kind, destroy_left);
    }
    release_devices();
    objects_free();
}

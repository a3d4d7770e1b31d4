/*
 * The native contract of DiSNI 2.1: the native methods of com.ibm.disni.verbs.impl.NativeDispatcher. One prototype a
 * line, each with the Java method's parameters in order: a unit test compares them with the class by reflection.
 *
 * Common to all:
 * - An object's id is one of this library's handles (handles.h). A handle that is zero, stale, of another kind or made
 *   up is refused with EBADF.
 * - A method whose Java declaration has "throws IOException" reports a failure so, with the errno's text; one without
 *   returns the negated errno. Successful calls return 0 or what they are asked for.
 * - Any thread may call any method at any time. See handles.h for what happens to an object in use while it is destroyed.
 */
#ifndef DISNI_DISPATCHER_H
#define DISNI_DISPATCHER_H

#include <jni.h>

#define DISNI(type, name) JNIEXPORT type JNICALL Java_com_ibm_disni_verbs_impl_NativeDispatcher__1##name

/* layout.c */
DISNI(jint, getVersion)(JNIEnv *env, jobject self);
DISNI(jint, getSockAddrInSize)(JNIEnv *env, jobject self);
DISNI(jint, getIbvRecvWRSize)(JNIEnv *env, jobject self);
DISNI(jint, getIbvSendWRSize)(JNIEnv *env, jobject self);
DISNI(jint, getIbvSgeSize)(JNIEnv *env, jobject self);
DISNI(jint, getIbvWCSize)(JNIEnv *env, jobject self);
DISNI(jint, getRemoteAddressOffset)(JNIEnv *env, jobject self);
DISNI(jint, getRKeyOffset)(JNIEnv *env, jobject self);

/* events.c */
DISNI(jlong, createEventChannel)(JNIEnv *env, jobject self);
DISNI(jint, destroyEventChannel)(JNIEnv *env, jobject self, jlong channel);
DISNI(jint, getCmEvent)(JNIEnv *env, jobject self, jlong channel, jlong listen_id, jlong client_id, jint timeout_ms);
DISNI(jint, ackCmEvent)(JNIEnv *env, jobject self, jint event);

/* cm.c */
DISNI(jlong, createId)(JNIEnv *env, jobject self, jlong channel, jshort port_space);
DISNI(jint, destroyCmId)(JNIEnv *env, jobject self, jlong id);
DISNI(jint, destroyEp)(JNIEnv *env, jobject self, jlong id);
DISNI(void, bindAddr)(JNIEnv *env, jobject self, jlong id, jlong address);
DISNI(void, listen)(JNIEnv *env, jobject self, jlong id, jint backlog);
DISNI(void, resolveAddr)(JNIEnv *env, jobject self, jlong id, jlong source, jlong destination, jint timeout_ms);
DISNI(void, resolveRoute)(JNIEnv *env, jobject self, jlong id, jint timeout_ms);
DISNI(jint, getSrcAddr)(JNIEnv *env, jobject self, jlong id, jlong address);
DISNI(jint, getDstAddr)(JNIEnv *env, jobject self, jlong id, jlong address);

/* connection.c */
DISNI(jlong, createQP)(JNIEnv *env, jobject self, jlong id, jlong domain, jlong send_queue, jlong receive_queue,
                       jint type, jint max_send_wr, jint max_recv_wr, jint max_inline_data);
DISNI(jint, destroyQP)(JNIEnv *env, jobject self, jlong id);
DISNI(jint, modifyQP)(JNIEnv *env, jobject self, jlong pair, jlong attributes);
DISNI(jint, getQpNum)(JNIEnv *env, jobject self, jlong pair);
DISNI(void, connect)(JNIEnv *env, jobject self, jlong id, jint retry_count, jint rnr_retry_count, jlong private_data,
                     jbyte private_data_length);
DISNI(void, accept)(JNIEnv *env, jobject self, jlong id, jint retry_count, jint rnr_retry_count);
DISNI(jint, disconnect)(JNIEnv *env, jobject self, jlong id);

/* device.c */
DISNI(jlong, getContext)(JNIEnv *env, jobject self, jlong id);
DISNI(jint, getContextFd)(JNIEnv *env, jobject self, jlong context);
DISNI(jint, getContextNumCompVectors)(JNIEnv *env, jobject self, jlong context);
DISNI(jlong, allocPd)(JNIEnv *env, jobject self, jlong context);
DISNI(jint, deallocPd)(JNIEnv *env, jobject self, jlong domain);
DISNI(jint, getPdHandle)(JNIEnv *env, jobject self, jlong domain);
DISNI(jlong, regMr)(JNIEnv *env, jobject self, jlong domain, jlong address, jint length, jint access, jlong lkey,
                    jlong rkey, jlong number);
DISNI(void, deregMr)(JNIEnv *env, jobject self, jlong region);
DISNI(jint, queryOdpSupport)(JNIEnv *env, jobject self, jlong context);
DISNI(jint, expPrefetchMr)(JNIEnv *env, jobject self, jlong region, jlong address, jint length);

/* completion.c */
DISNI(jlong, createCompChannel)(JNIEnv *env, jobject self, jlong context);
DISNI(jint, destroyCompChannel)(JNIEnv *env, jobject self, jlong channel);
DISNI(jlong, createCQ)(JNIEnv *env, jobject self, jlong context, jlong channel, jint entries, jint vector);
DISNI(jint, destroyCQ)(JNIEnv *env, jobject self, jlong queue);
DISNI(jint, reqNotifyCQ)(JNIEnv *env, jobject self, jlong queue, jint solicited_only);
DISNI(jint, getCqEvent)(JNIEnv *env, jobject self, jlong channel, jint timeout_ms);
DISNI(jint, ackCqEvent)(JNIEnv *env, jobject self, jlong queue, jint events);
DISNI(jint, pollCQ)(JNIEnv *env, jobject self, jlong queue, jint entries, jlong completions);

/* post.c */
DISNI(void, postSend)(JNIEnv *env, jobject self, jlong pair, jlong requests);
DISNI(void, postRecv)(JNIEnv *env, jobject self, jlong pair, jlong requests);

#endif

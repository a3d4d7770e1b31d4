/* Failures, the way that Java sees them. */
#ifndef DISNI_ERRORS_H
#define DISNI_ERRORS_H

#include <jni.h>

#include "handles.h"

/* Throws java.io.IOException: what failed, a colon, and the errno's text and number. */
__attribute__((format(printf, 3, 4))) void throw_errno(JNIEnv *env, int error, const char *format, ...);

/* Throws that a handle was refused, with errno as object_use or object_retire left it. */
void throw_refused(JNIEnv *env, const char *call, enum kind kind, jlong handle);

/* The errno that a failed call of libibverbs means: it returns the errno, but some providers its negative, or -1. */
int as_errno(int result);

/*
 * The errno of a call that has just failed, EIO if it has left none. Before a call whose failure a provider may not
 * explain, errno is to be 0.
 */
int errno_of_failure(void);

/* The result of a method that returns a failure: the negated errno, never 0. */
int negated(int error);

/* Memory that Java names by its address. */
#define POINTER(type, address) ((type *)(uintptr_t)(address))

#endif

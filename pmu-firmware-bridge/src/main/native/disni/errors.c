#include "errors.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_BYTES = 512, REASON_BYTES = 128 };

void throw_errno(JNIEnv *env, int error, const char *format, ...)
{
    char what[MESSAGE_BYTES - REASON_BYTES - 32];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);

    char reason[REASON_BYTES];
    if (strerror_r(error, reason, sizeof reason) != 0) {
        snprintf(reason, sizeof reason, "unknown error");
    }
    char message[MESSAGE_BYTES];
    snprintf(message, sizeof message, "%s: %s (errno %d)", what, reason, error);

    jclass exception = (*env)->FindClass(env, "java/io/IOException");
    if (exception != NULL) { /* else an error of the virtual machine's own is pending */
        (*env)->ThrowNew(env, exception, message);
        (*env)->DeleteLocalRef(env, exception);
    }
}

void throw_refused(JNIEnv *env, const char *call, enum kind kind, jlong handle)
{
    int error = errno;
    throw_errno(env, error, error == EBUSY ? "%s: %s 0x%" PRIx64 " still has objects that belong to it"
                                           : "%s: no %s has the handle 0x%" PRIx64 ", or no longer",
                call, kind_name(kind), (uint64_t)handle);
}

int as_errno(int result)
{
    if (result > 0) {
        return result;
    }
    return result < -1 ? -result : EIO;
}

int errno_of_failure(void)
{
    return errno > 0 ? errno : EIO;
}

int negated(int error)
{
    return -as_errno(error);
}

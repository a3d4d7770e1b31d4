#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool report(int error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("verbs-yardstick: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    if (error != 0) {
        fprintf(stderr, ": %s", strerror(error));
    }
    fputc('\n', stderr);
    return false;
}

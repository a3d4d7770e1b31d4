/* What went wrong, for whoever started this. */
#ifndef YARDSTICK_REPORT_H
#define YARDSTICK_REPORT_H

#include <stdbool.h>

/*
 * Writes one line to the standard error: what failed, and the errno's text where there is an errno. Always false, so
 * that a function can end with it.
 */
__attribute__((format(printf, 2, 3))) bool report(int error, const char *format, ...);

#endif

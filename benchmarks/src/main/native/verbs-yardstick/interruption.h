/* An end for calls that wait in the kernel and take no time-out. */
#ifndef YARDSTICK_INTERRUPTION_H
#define YARDSTICK_INTERRUPTION_H

#include <stdbool.h>
#include <stdint.h>

/* From the deadline on, whatever this process waits for in the kernel fails with EINTR, until interruption_end. */
bool interruption_begin(int64_t deadline);

bool interruption_end(void);

#endif

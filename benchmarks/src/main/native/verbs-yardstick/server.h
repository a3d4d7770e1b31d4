/* The end whose memory is written and read. */
#ifndef YARDSTICK_SERVER_H
#define YARDSTICK_SERVER_H

#include <stdbool.h>

#include "options.h"

/* Serves one client after the other until it is told to end. False for an error, which has been reported. */
bool serve(const struct options *options);

#endif

/* What is measured, and how it is told. */
#ifndef YARDSTICK_MEASUREMENT_H
#define YARDSTICK_MEASUREMENT_H

#include <stdbool.h>

#include "client.h"
#include "options.h"

/* Warms up, measures each operation, and prints one line of JSON. */
bool measure(struct client *client, enum kind kind);

#endif

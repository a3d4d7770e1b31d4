#include "measurement.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "report.h"

enum {
    /* Of the operations, and so many at least, are done before any is measured. */
    WARM_UP_PART = 10,
    LEAST_WARM_UP = 100,
    ALIGNMENT_BYTES = 64
};

static const int64_t NANOS_PER_MILLI = 1000000;

static int compare(const void *one, const void *other)
{
    uint64_t left = *(const uint64_t *)one;
    uint64_t right = *(const uint64_t *)other;
    return left < right ? -1 : left > right;
}

/* The duration that this many hundredths of the operations did not exceed. */
static uint64_t percentile(const uint64_t *sorted, uint32_t count, unsigned hundredths)
{
    uint64_t place = ((uint64_t)hundredths * count + 50) / 100;
    return sorted[place < count ? place : count - 1];
}

/* Operations go through the server's memory one behind the other, as a log does. */
static bool operate_all(struct client *client, enum kind kind, uint64_t *nanos)
{
    const struct options *options = client->options;
    uint64_t stride = (options->length_bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    uint64_t offset = 0;
    uint64_t warm_up = options->operations / WARM_UP_PART;
    warm_up = warm_up < LEAST_WARM_UP ? LEAST_WARM_UP : warm_up;
    for (uint64_t number = 0; number < warm_up + options->operations; number++) {
        int64_t start = now_nanos();
        if (!client_operate(client, kind, offset, number, start + options->timeout_millis * NANOS_PER_MILLI)) {
            return false;
        }
        if (number >= warm_up) {
            nanos[number - warm_up] = (uint64_t)(now_nanos() - start);
        }
        offset += stride;
        if (offset + options->length_bytes > client->remote.length_bytes) {
            offset = 0;
        }
    }
    return true;
}

static bool print(const struct options *options, enum kind kind, const uint64_t *sorted)
{
    uint32_t count = options->operations;
    printf("{\"kind\":\"%s\",\"lengthBytes\":%" PRIu32 ",\"operations\":%" PRIu32 ",\"medianNanos\":%" PRIu64
           ",\"p90Nanos\":%" PRIu64 ",\"p99Nanos\":%" PRIu64 "}\n",
           kind_name(kind), options->length_bytes, count, percentile(sorted, count, 50), percentile(sorted, count, 90),
           percentile(sorted, count, 99));
    return fflush(stdout) == 0 || report(errno, "write to the standard output");
}

bool measure(struct client *client, enum kind kind)
{
    uint32_t count = client->options->operations;
    uint64_t *nanos = malloc(count * sizeof *nanos);
    if (nanos == NULL) {
        return report(errno, "malloc for %" PRIu32 " operations", count);
    }
    bool measured = operate_all(client, kind, nanos);
    if (measured) {
        qsort(nanos, count, sizeof *nanos, compare);
        measured = print(client->options, kind, nanos);
    }
    free(nanos);
    return measured;
}

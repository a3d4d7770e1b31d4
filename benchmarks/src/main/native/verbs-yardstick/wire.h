/*
 * What the two ends tell each other, and the sizes that they agree on. The messages are as long as those of the Java
 * transport. Numbers are in network byte order.
 */
#ifndef YARDSTICK_WIRE_H
#define YARDSTICK_WIRE_H

#include <assert.h>
#include <stdint.h>

enum {
    REGION_BYTES = 64 << 20,
    MAX_LENGTH_BYTES = 1 << 20,
    MAX_OPERATIONS = 10000000,
    /* What is read to know that the write before it has been placed. */
    READ_BACK_BYTES = 8
};

static const uint64_t OFFER_MAGIC = UINT64_C(0x7961726473746b31);

/* With the server's acceptance: where the memory is. */
struct offer {
    uint64_t magic;
    uint64_t address;
    uint64_t length_bytes;
    uint32_t key;
    uint32_t unused;
};

/* Asks to make a range persistent. */
struct flush {
    uint64_t number;
    uint64_t address;
    uint64_t length_bytes;
    uint8_t unused[24];
};

/* It is, or the errno says why not. */
struct answer {
    uint64_t number;
    uint32_t error;
    uint32_t unused;
};

static_assert(sizeof(struct flush) == 48 && sizeof(struct answer) == 16, "as the Java transport's messages");

#endif

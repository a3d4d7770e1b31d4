/* The server's memory. */
#ifndef YARDSTICK_MEMORY_H
#define YARDSTICK_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct memory {
    unsigned char *bytes;
    bool in_file;
};

/* REGION_BYTES in a new file, whose name is gone when this returns; in plain memory if there is no path. */
bool memory_open(struct memory *memory, const char *path);

/* Makes a range persistent; nothing to do where there is no file. 0 or the errno. */
int memory_persist(struct memory *memory, uint64_t offset, uint64_t length_bytes);

bool memory_close(struct memory *memory);

#endif

#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"
#include "wire.h"

/* Writes all blocks, so that later only their content changes. */
static bool fill(int file, const char *path)
{
    static const char ZEROS[64 << 10];
    for (off_t at = 0; at < REGION_BYTES; at += (off_t)sizeof ZEROS) {
        ssize_t written = pwrite(file, ZEROS, sizeof ZEROS, at);
        if (written != (ssize_t)sizeof ZEROS) {
            return report(written < 0 ? errno : ENOSPC, "pwrite to %s", path);
        }
    }
    return fsync(file) == 0 || report(errno, "fsync of %s", path);
}

static bool map(struct memory *memory, int file, const char *name)
{
    int flags = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    void *bytes = mmap(NULL, REGION_BYTES, PROT_READ | PROT_WRITE, flags, file, 0);
    if (bytes == MAP_FAILED) {
        return report(errno, "mmap of %d bytes of %s", (int)REGION_BYTES, name);
    }
    memory->bytes = bytes;
    memory->in_file = file >= 0;
    return true;
}

bool memory_open(struct memory *memory, const char *path)
{
    *memory = (struct memory){.bytes = NULL};
    if (path == NULL) {
        return map(memory, -1, "plain memory");
    }
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) {
        return report(errno, "open of a new file %s", path);
    }
    bool opened = fill(file, path) && map(memory, file, path);
    /* However this process ends, the file goes with it. */
    if (unlink(path) != 0) {
        opened = report(errno, "unlink of %s", path);
    }
    if (close(file) != 0) {
        opened = report(errno, "close of %s", path);
    }
    return opened;
}

/*
 * Makes the processor write to each page without changing it: what a device writes marks no page as changed, and msync
 * leaves alone what is not.
 */
static void mark_changed(unsigned char *from, const unsigned char *end, size_t page_bytes)
{
    for (unsigned char *page = from; page < end; page += page_bytes) {
        __atomic_fetch_or((volatile unsigned char *)page, 0, __ATOMIC_RELAXED);
    }
}

int memory_persist(struct memory *memory, uint64_t offset, uint64_t length_bytes)
{
    if (!memory->in_file) {
        return 0;
    }
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *from = memory->bytes + offset / page_bytes * page_bytes;
    unsigned char *end = memory->bytes + offset + length_bytes;
    mark_changed(from, end, page_bytes);
    return msync(from, (size_t)(end - from), MS_SYNC) == 0 ? 0 : errno;
}

bool memory_close(struct memory *memory)
{
    return memory->bytes == NULL || munmap(memory->bytes, REGION_BYTES) == 0 || report(errno, "munmap");
}

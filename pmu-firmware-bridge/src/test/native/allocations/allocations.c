/*
 * Counts what the native half of the verbs transport allocates and does not free: to be preloaded into a Java process.
 * Watched are libdisni, rdma-core's libraries and its devices' providers, and the C library for what it allocates on
 * their behalf; the Java virtual machine's own allocations are not. Java asks by org.pmuconnector.verbs.NativeAllocations.
 */
#define _GNU_SOURCE
#include <jni.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_SIZE (1u << 16)
#define MAX_RANGES 64

/* Those of the C library that this stands before. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

int posix_memalign(void **memory, size_t alignment, size_t size);

JNIEXPORT jint JNICALL Java_org_pmuconnector_verbs_NativeAllocations_watch(JNIEnv *env, jclass type);
JNIEXPORT jlong JNICALL Java_org_pmuconnector_verbs_NativeAllocations_outstanding(JNIEnv *env, jclass type);

static const char *const WATCHED[] = {"libdisni", "libibverbs", "librdmacm", "-rdmav", "libc.so"};

struct range {
  uintptr_t from;
  uintptr_t to;
};

static struct range ranges[MAX_RANGES];
static atomic_int range_count;

static atomic_flag table_lock = ATOMIC_FLAG_INIT;
static void *table[TABLE_SIZE];
static unsigned long outstanding;
static bool overflown;

static size_t place_of(const void *memory) {
  return ((uintptr_t)memory >> 4) * 2654435761u % TABLE_SIZE;
}

static void lock(void) {
  while (atomic_flag_test_and_set_explicit(&table_lock, memory_order_acquire)) {
  }
}

static void unlock(void) {
  atomic_flag_clear_explicit(&table_lock, memory_order_release);
}

static bool is_watched(const void *caller) {
  uintptr_t address = (uintptr_t)caller;
  int count = atomic_load_explicit(&range_count, memory_order_acquire);
  for (int i = 0; i < count; i++) {
    if (address >= ranges[i].from && address < ranges[i].to) {
      return true;
    }
  }
  return false;
}

static void note(void *memory, const void *caller) {
  if (memory == NULL || !is_watched(caller)) {
    return;
  }
  lock();
  if (outstanding >= TABLE_SIZE / 2) {
    overflown = true;
  } else {
    size_t place = place_of(memory);
    while (table[place] != NULL) {
      place = (place + 1) % TABLE_SIZE;
    }
    table[place] = memory;
    outstanding++;
  }
  unlock();
}

/* Takes one out, and moves up what was put behind it for want of its place. */
static void forget(const void *memory) {
  if (memory == NULL || atomic_load_explicit(&range_count, memory_order_relaxed) == 0) {
    return;
  }
  lock();
  size_t hole = place_of(memory);
  while (table[hole] != NULL && table[hole] != memory) {
    hole = (hole + 1) % TABLE_SIZE;
  }
  if (table[hole] != NULL) {
    outstanding--;
    table[hole] = NULL;
    for (size_t next = (hole + 1) % TABLE_SIZE; table[next] != NULL; next = (next + 1) % TABLE_SIZE) {
      size_t wanted = place_of(table[next]);
      if ((next - wanted) % TABLE_SIZE >= (next - hole) % TABLE_SIZE) {
        table[hole] = table[next];
        table[next] = NULL;
        hole = next;
      }
    }
  }
  unlock();
}

void *malloc(size_t size) {
  void *memory = __libc_malloc(size);
  note(memory, __builtin_return_address(0));
  return memory;
}

void *calloc(size_t count, size_t size) {
  void *memory = __libc_calloc(count, size);
  note(memory, __builtin_return_address(0));
  return memory;
}

void *realloc(void *old, size_t size) {
  forget(old);
  void *memory = __libc_realloc(old, size);
  note(memory != NULL || size == 0 ? memory : old, __builtin_return_address(0));
  return memory;
}

void *aligned_alloc(size_t alignment, size_t size) {
  void *memory = __libc_memalign(alignment, size);
  note(memory, __builtin_return_address(0));
  return memory;
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  void *found = __libc_memalign(alignment, size);
  if (found == NULL) {
    return 12; /* ENOMEM; errno is not touched */
  }
  note(found, __builtin_return_address(0));
  *memory = found;
  return 0;
}

void free(void *memory) {
  forget(memory);
  __libc_free(memory);
}

static int add_ranges(struct dl_phdr_info *library, size_t size, void *count) {
  (void)size;
  int *used = count;
  for (size_t i = 0; i < sizeof WATCHED / sizeof WATCHED[0]; i++) {
    if (strstr(library->dlpi_name, WATCHED[i]) == NULL) {
      continue;
    }
    for (int j = 0; j < library->dlpi_phnum && *used < MAX_RANGES; j++) {
      const ElfW(Phdr) *header = &library->dlpi_phdr[j];
      if (header->p_type == PT_LOAD && (header->p_flags & PF_X) != 0) {
        ranges[*used].from = library->dlpi_addr + header->p_vaddr;
        ranges[*used].to = ranges[*used].from + header->p_memsz;
        (*used)++;
      }
    }
    break;
  }
  return 0;
}

/* Begins to watch those libraries that are loaded by now; how many. */
JNIEXPORT jint JNICALL Java_org_pmuconnector_verbs_NativeAllocations_watch(JNIEnv *env, jclass type) {
  (void)env;
  (void)type;
  int count = 0;
  dl_iterate_phdr(add_ranges, &count);
  atomic_store_explicit(&range_count, count, memory_order_release);
  return count;
}

/* How many allocations since then are not freed; -1 if they were too many to count. */
JNIEXPORT jlong JNICALL Java_org_pmuconnector_verbs_NativeAllocations_outstanding(JNIEnv *env, jclass type) {
  (void)env;
  (void)type;
  lock();
  jlong result = overflown ? -1 : (jlong)outstanding;
  unlock();
  return result;
}

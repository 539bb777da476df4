#define _GNU_SOURCE
#include "cmd5.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOTS 4
#define BLOCK (1 << 20)
#define SMALL (1 << 19)

void cmd5_update_text(struct cmd5_state *state, const uint8_t *bytes, size_t count) {
    const uint8_t *end = bytes + count;
    while (bytes < end) {
        const uint8_t *cr = memchr(bytes, '\r', (size_t)(end - bytes));
        if (!cr) cr = end;
        if (cr + 1 < end && cr[1] == '\n') {
            cmd5_update(state, bytes, (size_t)(cr - bytes));
            bytes = cr + 1;
        } else {
            size_t taken = (size_t)(cr - bytes) + (cr < end ? 1 : 0);
            cmd5_update(state, bytes, taken);
            bytes += taken;
        }
    }
}

/// Reads until the block is full or the file ends; the number of bytes, or -1.
static ssize_t read_block(int file, uint8_t *block, size_t size) {
    size_t filled = 0;
    while (filled < size) {
        ssize_t count = read(file, block + filled, size - filled);
        if (count == 0) break;
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        filled += (size_t)count;
    }
    return (ssize_t)filled;
}

static int write_block(int file, const uint8_t *block, size_t size) {
    while (size > 0) {
        ssize_t count = write(file, block, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        block += count;
        size -= (size_t)count;
    }
    return 0;
}

static void digest_block(struct cmd5_state *state, int as_text, const uint8_t *block, size_t size) {
    if (as_text)
        cmd5_update_text(state, block, size);
    else
        cmd5_update(state, block, size);
}

struct watcher {
    void (*advanced)(void *context, size_t count);
    void *context;
};

static void tell(const struct watcher *watcher, size_t count) {
    if (watcher->advanced) watcher->advanced(watcher->context, count);
}

struct ring {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint8_t *blocks[SLOTS];
    ssize_t sizes[SLOTS];
    size_t filled, drained;
    int in, out, error, done;
    size_t block_size;
};

/// Reads each block, hands it to the hashing thread, and writes it while that one is at work.
static void *read_and_write(void *argument) {
    struct ring *ring = argument;
    for (;;) {
        pthread_mutex_lock(&ring->mutex);
        while (ring->filled - ring->drained == SLOTS) pthread_cond_wait(&ring->changed, &ring->mutex);
        size_t slot = ring->filled % SLOTS;
        pthread_mutex_unlock(&ring->mutex);
        ssize_t size = read_block(ring->in, ring->blocks[slot], ring->block_size);
        int error = size < 0 ? errno : 0;
        pthread_mutex_lock(&ring->mutex);
        if (size > 0) {
            ring->sizes[slot] = size;
            ring->filled++;
        }
        if (error) ring->error = error;
        int finished = error || (size_t)(size < 0 ? 0 : size) < ring->block_size;
        pthread_cond_signal(&ring->changed);
        pthread_mutex_unlock(&ring->mutex);
        if (size > 0 && ring->out >= 0) {
            error = write_block(ring->out, ring->blocks[slot], (size_t)size);
            if (error) {
                pthread_mutex_lock(&ring->mutex);
                ring->error = error;
                pthread_mutex_unlock(&ring->mutex);
                finished = 1;
            }
        }
        if (finished) break;
    }
    pthread_mutex_lock(&ring->mutex);
    ring->done = 1;
    pthread_cond_signal(&ring->changed);
    pthread_mutex_unlock(&ring->mutex);
    return NULL;
}

static int copy_in_two_threads(
    struct ring *ring, int as_text, struct cmd5_state *state, const struct watcher *watcher) {
    pthread_t reader;
    int error = pthread_create(&reader, NULL, read_and_write, ring);
    if (error) return error;
    for (;;) {
        pthread_mutex_lock(&ring->mutex);
        while (ring->filled == ring->drained && !ring->done) pthread_cond_wait(&ring->changed, &ring->mutex);
        if (ring->filled == ring->drained) {
            pthread_mutex_unlock(&ring->mutex);
            break;
        }
        size_t slot = ring->drained % SLOTS;
        size_t size = (size_t)ring->sizes[slot];
        pthread_mutex_unlock(&ring->mutex);
        digest_block(state, as_text, ring->blocks[slot], size);
        pthread_mutex_lock(&ring->mutex);
        ring->drained++;
        pthread_cond_signal(&ring->changed);
        pthread_mutex_unlock(&ring->mutex);
        tell(watcher, size);
    }
    pthread_join(reader, NULL);
    return ring->error;
}

static int copy_in_one_thread(
    int in, int out, int as_text, size_t block_size, struct cmd5_state *state, const struct watcher *watcher) {
    uint8_t *block = malloc(block_size);
    if (!block) return ENOMEM;
    int error = 0;
    for (;;) {
        ssize_t size = read_block(in, block, block_size);
        if (size < 0) error = errno;
        if (size <= 0) break;
        digest_block(state, as_text, block, (size_t)size);
        if (out >= 0) error = write_block(out, block, (size_t)size);
        tell(watcher, (size_t)size);
        if (error || (size_t)size < block_size) break;
    }
    free(block);
    return error;
}

int cmd5_copy(int in, int out, int as_text, uint8_t digest[16], uint64_t *size,
              void (*advanced)(void *context, size_t count), void *context) {
    struct watcher watcher = {advanced, context};
    struct stat status;
    if (fstat(in, &status) != 0) return errno;
    struct cmd5_state state;
    cmd5_init(&state);
    // A text is hashed by the mebibyte, because a line end across two blocks counts as it stands.
    size_t block_size = as_text ? BLOCK : BLOCK / 4;
    uint64_t counted = 0;
    int error;
    if (status.st_size <= SMALL) {
        // With a byte more the first block is the last one. What says that it is empty may be a file of the system's.
        size_t whole = (status.st_size > 0 ? (size_t)status.st_size : SMALL) + 1;
        error = copy_in_one_thread(in, out, as_text, as_text ? BLOCK : whole, &state, &watcher);
    } else {
        struct ring ring = {.in = in, .out = out, .block_size = block_size};
        pthread_mutex_init(&ring.mutex, NULL);
        pthread_cond_init(&ring.changed, NULL);
        uint8_t *memory = malloc(SLOTS * block_size);
        for (int i = 0; memory && i < SLOTS; i++) ring.blocks[i] = memory + (size_t)i * block_size;
        error = memory ? copy_in_two_threads(&ring, as_text, &state, &watcher) : ENOMEM;
        free(memory);
        pthread_mutex_destroy(&ring.mutex);
        pthread_cond_destroy(&ring.changed);
    }
    if (error) return error;
    off_t end = lseek(in, 0, SEEK_CUR);
    counted = end < 0 ? 0 : (uint64_t)end;
    *size = counted;
    cmd5_final(&state, digest);
    return 0;
}

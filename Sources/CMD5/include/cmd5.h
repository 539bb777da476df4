#pragma once
// MD5 (RFC 1321): one stream, or many at once in the lanes of vector registers.

#include <stddef.h>
#include <stdint.h>

struct cmd5_state {
    uint32_t words[4];
    uint64_t length;
    uint8_t pending[64];
};

void cmd5_init(struct cmd5_state *state);
void cmd5_update(struct cmd5_state *state, const void *bytes, size_t count);
void cmd5_final(struct cmd5_state *state, uint8_t digest[16]);

/// How many streams the widest unit of this processor hashes at once: 16, 8, 4 or 1.
int cmd5_lanes(void);

/// The digests of `count` buffers, hashed side by side.
void cmd5_many(const uint8_t *const buffers[], const size_t lengths[], size_t count, uint8_t digests[][16]);

/// Takes a block of a text file: each CR LF counts as LF.
void cmd5_update_text(struct cmd5_state *state, const uint8_t *bytes, size_t count);

/// Reads an open file to its end and hashes it; with `out` at least 0 also writes it there. Each byte is read once;
/// beyond half a megabyte a second thread reads and writes while this one hashes.
/// `as_text` hashes blocks of one mebibyte with CR LF as LF.
/// `advanced`, if there is one, is told of each block that is done with.
/// Returns 0, or an errno; the number of bytes goes to `size`.
int cmd5_copy(int in, int out, int as_text, uint8_t digest[16], uint64_t *size,
              void (*advanced)(void *context, size_t count), void *context);

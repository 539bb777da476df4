#include "cmd5.h"

#include <string.h>

#define CMD5_REGISTER "r"
#include "rounds.h"

static void compress(uint32_t state[4], const uint8_t *bytes, size_t blocks) {
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (; blocks > 0; blocks--, bytes += 64) {
        uint32_t w[16];
        memcpy(w, bytes, 64);
        uint32_t a0 = a, b0 = b, c0 = c, d0 = d;
        CMD5_ROUNDS(uint32_t, w, a, b, c, d)
        a += a0;
        b += b0;
        c += c0;
        d += d0;
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = d;
}

void cmd5_init(struct cmd5_state *state) {
    static const uint32_t start[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    memcpy(state->words, start, sizeof start);
    state->length = 0;
}

void cmd5_update(struct cmd5_state *state, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    size_t held = state->length % 64;
    state->length += count;
    if (held > 0) {
        size_t wanted = 64 - held;
        if (count < wanted) {
            memcpy(state->pending + held, next, count);
            return;
        }
        memcpy(state->pending + held, next, wanted);
        compress(state->words, state->pending, 1);
        next += wanted;
        count -= wanted;
    }
    compress(state->words, next, count / 64);
    memcpy(state->pending, next + count / 64 * 64, count % 64);
}

void cmd5_final(struct cmd5_state *state, uint8_t digest[16]) {
    uint64_t bits = state->length * 8;
    static const uint8_t padding[64] = {0x80};
    size_t held = state->length % 64;
    cmd5_update(state, padding, held < 56 ? 56 - held : 120 - held);
    cmd5_update(state, &bits, 8);
    memcpy(digest, state->words, 16);
}

#include "cmd5.h"

#include <string.h>

#define CMD5_REGISTER "v"
#include "rounds.h"

// Each lane of a vector works on a buffer of its own. A lane whose buffer ends takes the next one, so
// buffers of unequal length keep all lanes busy.

#define MAX_LANES 16

struct lane {
    const uint8_t *next;
    size_t blocks;
    size_t index;
    int in_tail;
    size_t tail_blocks;
    uint8_t tail[128];
};

typedef void (*step_function)(uint32_t states[4][MAX_LANES], const uint8_t *const *inputs, size_t blocks);

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdatomic.h>

typedef uint32_t v4 __attribute__((vector_size(16)));
typedef uint32_t v8 __attribute__((vector_size(32)));
typedef uint32_t v16 __attribute__((vector_size(64)));

#define DEFINE_STEP(name, vector, lanes, features)                                                          \
    __attribute__((target(features))) static void name(uint32_t states[4][MAX_LANES],                       \
                                                       const uint8_t *const *inputs, size_t blocks) {        \
        vector a, b, c, d;                                                                                   \
        memcpy(&a, states[0], sizeof a);                                                                     \
        memcpy(&b, states[1], sizeof b);                                                                     \
        memcpy(&c, states[2], sizeof c);                                                                     \
        memcpy(&d, states[3], sizeof d);                                                                     \
        for (size_t block = 0; block < blocks; block++) {                                                    \
            uint32_t words[16][lanes];                                                                       \
            for (int lane = 0; lane < lanes; lane++) {                                                       \
                uint32_t own[16];                                                                            \
                memcpy(own, inputs[lane] + 64 * block, 64);                                                  \
                for (int i = 0; i < 16; i++) words[i][lane] = own[i];                                        \
            }                                                                                                \
            vector w[16];                                                                                    \
            memcpy(w, words, sizeof w);                                                                      \
            vector a0 = a, b0 = b, c0 = c, d0 = d;                                                           \
            CMD5_ROUNDS(vector, w, a, b, c, d)                                                               \
            a += a0;                                                                                         \
            b += b0;                                                                                         \
            c += c0;                                                                                         \
            d += d0;                                                                                         \
        }                                                                                                    \
        memcpy(states[0], &a, sizeof a);                                                                     \
        memcpy(states[1], &b, sizeof b);                                                                     \
        memcpy(states[2], &c, sizeof c);                                                                     \
        memcpy(states[3], &d, sizeof d);                                                                     \
    }

DEFINE_STEP(step4, v4, 4, "sse2")
DEFINE_STEP(step8, v8, 8, "avx2")
DEFINE_STEP(step16, v16, 16, "avx512f,avx512vl")

static uint64_t saved_registers(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

// `__builtin_cpu_supports` would ask the processor at each start of the program, which costs more there than all hashing
// of a small run.
static int find_lanes(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 4;
    uint64_t saved = saved_registers();
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 4;
    if ((saved & 0xe6) == 0xe6 && b & bit_AVX512F && b & bit_AVX512VL) return 16;
    if ((saved & 0x6) == 0x6 && b & bit_AVX2) return 8;
    return 4;
}

int cmd5_lanes(void) {
    static atomic_int found;
    int lanes = atomic_load(&found);
    if (lanes) return lanes;
    lanes = find_lanes();
    atomic_store(&found, lanes);
    return lanes;
}

static step_function step_for(int lanes) { return lanes == 16 ? step16 : lanes == 8 ? step8 : step4; }
#else
int cmd5_lanes(void) { return 1; }

static step_function step_for(int lanes) {
    (void)lanes;
    return NULL;
}
#endif

static void one(const uint8_t *buffer, size_t length, uint8_t digest[16]) {
    struct cmd5_state state;
    cmd5_init(&state);
    cmd5_update(&state, buffer, length);
    cmd5_final(&state, digest);
}

static void load(struct lane *lane, uint32_t states[4][MAX_LANES], int number, const uint8_t *buffer, size_t length,
                 size_t index) {
    struct cmd5_state fresh;
    cmd5_init(&fresh);
    for (int word = 0; word < 4; word++) states[word][number] = fresh.words[word];
    lane->index = index;
    size_t rest = length % 64;
    lane->tail_blocks = rest < 56 ? 1 : 2;
    memset(lane->tail, 0, sizeof lane->tail);
    memcpy(lane->tail, buffer + length - rest, rest);
    lane->tail[rest] = 0x80;
    uint64_t bits = (uint64_t)length * 8;
    memcpy(lane->tail + 64 * lane->tail_blocks - 8, &bits, 8);
    lane->in_tail = length < 64;
    lane->next = lane->in_tail ? lane->tail : buffer;
    lane->blocks = lane->in_tail ? lane->tail_blocks : length / 64;
}

void cmd5_many(const uint8_t *const buffers[], const size_t lengths[], size_t count, uint8_t digests[][16]) {
    int lanes = cmd5_lanes();
    step_function step = step_for(lanes);
    if (!step || count < 2) {
        for (size_t i = 0; i < count; i++) one(buffers[i], lengths[i], digests[i]);
        return;
    }
    struct lane active[MAX_LANES];
    uint32_t states[4][MAX_LANES] __attribute__((aligned(64)));
    static const uint8_t idle[64 * 64];
    size_t taken = 0, running = 0;
    for (int i = 0; i < lanes; i++) {
        if (taken < count) {
            load(&active[i], states, i, buffers[taken], lengths[taken], taken);
            taken++;
            running++;
        } else {
            active[i].blocks = 0;
        }
    }
    while (running > 0) {
        size_t blocks = 64;
        const uint8_t *inputs[MAX_LANES];
        for (int i = 0; i < lanes; i++) {
            if (active[i].blocks > 0 && active[i].blocks < blocks) blocks = active[i].blocks;
            inputs[i] = active[i].blocks > 0 ? active[i].next : idle;
        }
        step(states, inputs, blocks);
        for (int i = 0; i < lanes; i++) {
            struct lane *lane = &active[i];
            if (lane->blocks == 0) continue;
            lane->next += 64 * blocks;
            lane->blocks -= blocks;
            if (lane->blocks > 0) continue;
            if (!lane->in_tail) {
                lane->in_tail = 1;
                lane->next = lane->tail;
                lane->blocks = lane->tail_blocks;
                continue;
            }
            for (int word = 0; word < 4; word++) memcpy(digests[lane->index] + 4 * word, &states[word][i], 4);
            if (taken < count) {
                load(lane, states, i, buffers[taken], lengths[taken], taken);
                taken++;
            } else {
                running--;
            }
        }
    }
}

#pragma once
// The 64 steps of MD5 over any type with C's integer operators: a word, or a vector of words.

#define CMD5_F(b, c, d) ((d) ^ ((b) & ((c) ^ (d))))
#define CMD5_H(b, c, d) ((b) ^ ((c) ^ (d)))
#define CMD5_I(b, c, d) ((c) ^ ((b) | ~(d)))
#define CMD5_ROTATE(x, n) (((x) << (n)) | ((x) >> (32 - (n))))
// What does not wait for b, the word of the step before, is added first: the chain through b is what takes the time.
// A compiler that reorders the sums lengthens that chain by a fifth, so each sum is held as it stands. The including
// file says in which kind of register: CMD5_REGISTER.
#define CMD5_HOLD(a) __asm__("" : "+" CMD5_REGISTER(a))
#define CMD5_STEP(f, a, b, c, d, x, n, k) \
    a = a + ((x) + (uint32_t)(k##u));     \
    CMD5_HOLD(a);                         \
    a = a + f(b, c, d);                   \
    a = CMD5_ROTATE(a, n) + (b);
// The two halves of G have no bit in common, so they may be added, and one of them does not wait for b.
#define CMD5_STEP_G(a, b, c, d, x, n, k)          \
    a = a + ((x) + (uint32_t)(k##u)) + (c & ~d);  \
    CMD5_HOLD(a);                                 \
    a = a + (b & d);                              \
    a = CMD5_ROTATE(a, n) + (b);

#define CMD5_FOUR(f, w, a, b, c, d, i0, i1, i2, i3, n0, n1, n2, n3, k0, k1, k2, k3) \
    CMD5_STEP(f, a, b, c, d, w[i0], n0, k0)                                         \
    CMD5_STEP(f, d, a, b, c, w[i1], n1, k1)                                         \
    CMD5_STEP(f, c, d, a, b, w[i2], n2, k2)                                         \
    CMD5_STEP(f, b, c, d, a, w[i3], n3, k3)
#define CMD5_FOUR_G(w, a, b, c, d, i0, i1, i2, i3, k0, k1, k2, k3) \
    CMD5_STEP_G(a, b, c, d, w[i0], 5, k0)                          \
    CMD5_STEP_G(d, a, b, c, w[i1], 9, k1)                          \
    CMD5_STEP_G(c, d, a, b, w[i2], 14, k2)                         \
    CMD5_STEP_G(b, c, d, a, w[i3], 20, k3)

#define CMD5_ROUNDS(type, w, a, b, c, d)                                                                                  \
    CMD5_FOUR(CMD5_F, w, a, b, c, d, 0, 1, 2, 3, 7, 12, 17, 22, 0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee)           \
    CMD5_FOUR(CMD5_F, w, a, b, c, d, 4, 5, 6, 7, 7, 12, 17, 22, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501)           \
    CMD5_FOUR(CMD5_F, w, a, b, c, d, 8, 9, 10, 11, 7, 12, 17, 22, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be)         \
    CMD5_FOUR(CMD5_F, w, a, b, c, d, 12, 13, 14, 15, 7, 12, 17, 22, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821)       \
    CMD5_FOUR_G(w, a, b, c, d, 1, 6, 11, 0, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa)                               \
    CMD5_FOUR_G(w, a, b, c, d, 5, 10, 15, 4, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8)                              \
    CMD5_FOUR_G(w, a, b, c, d, 9, 14, 3, 8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed)                               \
    CMD5_FOUR_G(w, a, b, c, d, 13, 2, 7, 12, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a)                              \
    CMD5_FOUR(CMD5_H, w, a, b, c, d, 5, 8, 11, 14, 4, 11, 16, 23, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c)         \
    CMD5_FOUR(CMD5_H, w, a, b, c, d, 1, 4, 7, 10, 4, 11, 16, 23, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70)          \
    CMD5_FOUR(CMD5_H, w, a, b, c, d, 13, 0, 3, 6, 4, 11, 16, 23, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05)          \
    CMD5_FOUR(CMD5_H, w, a, b, c, d, 9, 12, 15, 2, 4, 11, 16, 23, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665)         \
    CMD5_FOUR(CMD5_I, w, a, b, c, d, 0, 7, 14, 5, 6, 10, 15, 21, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039)          \
    CMD5_FOUR(CMD5_I, w, a, b, c, d, 12, 3, 10, 1, 6, 10, 15, 21, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1)         \
    CMD5_FOUR(CMD5_I, w, a, b, c, d, 8, 15, 6, 13, 6, 10, 15, 21, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1)         \
    CMD5_FOUR(CMD5_I, w, a, b, c, d, 4, 11, 2, 9, 6, 10, 15, 21, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391)

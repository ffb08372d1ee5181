/* One synchronous step of the logit choice, as a careful C programmer would write it for speed.
 *
 * The algorithm is that of platformsim.market, in float32 and over columns: one block of
 * Philox4x32-10 (J. K. Salmon et al., SC '11, DOI 10.1145/2063384.2063405) per agent and four
 * alternatives, Gumbel noise -log(-log u) per alternative, the largest utility wins, choices are
 * written in place, and who is where is counted.
 *
 * P platforms and K tastes are compile-time constants, so that every inner loop unrolls. Nothing
 * branches. Agents go in blocks whose buffers stay in the first cache. The compiler makes vectors
 * of the loops over a block by itself, without -ffast-math (see -fopt-info-vec); only Philox is
 * spelt out for x86, because compilers miss that a 32 x 32 bit product is one instruction.
 */
#include <stdint.h>
#include <string.h>

#ifndef P
#define P 3
#endif
#ifndef K
#define K 2
#endif
#define BLOCK 1024
#define QUADS (P / 4 + 1) /* lanes 0 ... P; lane 0 is the empty set's, which nobody may choose */

typedef uint32_t words[QUADS][4][BLOCK];

#if defined(__AVX512F__)
#include <immintrin.h>
typedef __m512i wide;
#define WIDTH 8
#define SET(x) _mm512_set1_epi64(x)
#define LADDER _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0)
#define ADD(x, y) _mm512_add_epi64(x, y)
#define MUL(x, y) _mm512_mul_epu32(x, y)
#define HIGH(x) _mm512_srli_epi64(x, 32)
#define XOR(x, y) _mm512_xor_si512(x, y)
#define STORE(to, x) _mm256_storeu_si256((__m256i *)(to), _mm512_cvtepi64_epi32(x))
#elif defined(__AVX2__)
#include <immintrin.h>
typedef __m256i wide;
#define WIDTH 4
#define SET(x) _mm256_set1_epi64x(x)
#define LADDER _mm256_set_epi64x(3, 2, 1, 0)
#define ADD(x, y) _mm256_add_epi64(x, y)
#define MUL(x, y) _mm256_mul_epu32(x, y)
#define HIGH(x) _mm256_srli_epi64(x, 32)
#define XOR(x, y) _mm256_xor_si256(x, y)
#define LOWS(x) _mm256_permutevar8x32_epi32(x, _mm256_set_epi32(7, 5, 3, 1, 6, 4, 2, 0))
#define STORE(to, x) _mm_storeu_si128((__m128i *)(to), _mm256_castsi256_si128(LOWS(x)))
#else
typedef uint64_t wide;
#define WIDTH 1
#define SET(x) ((wide)(x))
#define LADDER 0
#define ADD(x, y) ((x) + (y))
#define MUL(x, y) (((x) & 0xffffffffu) * (y))
#define HIGH(x) ((x) >> 32)
#define XOR(x, y) ((x) ^ (y))
#define STORE(to, x) (*(to) = (uint32_t)(x))
#endif

/* A word is the lower half of 64 bits; what stands in the upper half does not matter. */
static inline void philox(words w, uint32_t slot, uint32_t step, uint32_t stream, uint32_t key0,
                          uint32_t key1)
{
    for (int q = 0; q < QUADS; q++)
        for (int i = 0; i < BLOCK; i += WIDTH) {
            wide a = ADD(SET((uint64_t)slot + (unsigned)i), LADDER);
            wide b = SET(step), c = SET(stream), d = SET(q);
            uint32_t k0 = key0, k1 = key1;
#pragma GCC unroll 10
            for (int round = 0; round < 10; round++) {
                const wide x = MUL(a, SET(0xD2511F53u)), y = MUL(c, SET(0xCD9E8D57u));
                a = XOR(XOR(HIGH(y), b), SET(k0));
                c = XOR(XOR(HIGH(x), d), SET(k1));
                b = y;
                d = x;
                k0 += 0x9E3779B9u;
                k1 += 0xBB67AE85u;
            }
            STORE(w[q][0] + i, a);
            STORE(w[q][1] + i, b);
            STORE(w[q][2] + i, c);
            STORE(w[q][3] + i, d);
        }
}

static inline uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}

static inline float of_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

/* x = 2^e (1 + f) with 1 + f between sqrt(1/2) and sqrt(2): returns f. */
static inline float split(float x, int32_t *e)
{
    const uint32_t bits = bits_of(x);
    *e = (int32_t)(bits - 0x3f3504f3u) >> 23;
    return of_bits(bits - ((uint32_t)*e << 23)) - 1.0f;
}

/* log of 2^e (1 + f): the polynomial of logf in Cephes (S. Moshier). */
static inline float log_of(float f, int32_t e)
{
    const float z = f * f;
    float y = 7.0376836292e-2f;
    y = y * f - 1.1514610310e-1f;
    y = y * f + 1.1676998740e-1f;
    y = y * f - 1.2420140846e-1f;
    y = y * f + 1.4249322787e-1f;
    y = y * f - 1.6668057665e-1f;
    y = y * f + 2.0000714765e-1f;
    y = y * f - 2.4999993993e-1f;
    y = y * f + 3.3333331174e-1f;
    y = y * f * z - 0.5f * z + f;
    return y + (float)e * 0.69314718056f;
}

static inline float log_f32(float x)
{
    int32_t e;
    const float f = split(x, &e);
    return log_of(f, e);
}

static inline float blend(uint32_t yes, float a, float b)
{
    return of_bits((bits_of(a) & yes) | (bits_of(b) & ~yes));
}

/* -log u with u = (w + 1/2) / 2^32. In the upper half t = 1 - u is formed from the word itself:
 * rounding u to a float first would lose the upper tail of the noise. Cases are blended as bits,
 * since a choice between floats that may trap would keep the loop from becoming vectors. */
static inline float exponential(uint32_t w)
{
    const uint32_t upper = -(w >> 31);
    const float t = ((float)(int32_t)(w ^ upper) + 0.5f) * 0x1p-32f;
    int32_t e;
    const float f = split(blend(upper, 1.0f - t, t), &e);
    return -log_of(blend(-(uint32_t)(e == 0), -t, f), e);
}

/* taste is K columns of n; x is K rows of P; choice holds 1 ... P; counts has P + 1 places.
 * Returns how many agents changed their choice. */
int64_t choose(int64_t n, const float *restrict taste, const float *restrict x,
               const float *restrict common, float switch_cost, float noise,
               int16_t *restrict choice, int64_t *restrict counts, uint32_t stream, uint32_t step,
               uint32_t seed, uint32_t replicate)
{
    static _Thread_local words w __attribute__((aligned(64)));
    static _Thread_local int32_t who[BLOCK] __attribute__((aligned(64)));
    int64_t moved = 0;
    memset(counts, 0, (P + 1) * sizeof *counts);
    for (int64_t first = 0; first < n; first += BLOCK) {
        const int m = n - first < BLOCK ? (int)(n - first) : BLOCK;
        int16_t *restrict now = choice + first;
        philox(w, (uint32_t)first, step, stream, seed, replicate);
        for (int i = 0; i < m; i++) {
            float best = 0.0f;
            uint32_t best_p = 1;
#pragma GCC unroll 8
            for (int p = 1; p <= P; p++) {
                const uint32_t here_now = -(uint32_t)(now[i] == p);
                float u = common[p - 1] - blend(here_now, 0.0f, switch_cost);
#pragma GCC unroll 8
                for (int k = 0; k < K; k++)
                    u += taste[k * n + first + i] * x[k * P + p - 1];
                u -= noise * log_f32(exponential(w[p / 4][p % 4][i]));
                const uint32_t better = p == 1 ? -1u : -(uint32_t)(u > best);
                best = blend(better, u, best);
                best_p = (p & better) | (best_p & ~better);
            }
            who[i] = (int32_t)best_p;
        }
        int32_t here[P + 1] = {0}, changed = 0;
#pragma GCC unroll 8
        for (int p = 1; p <= P; p++)
            for (int i = 0; i < m; i++)
                here[p] += who[i] == p;
        for (int i = 0; i < m; i++) {
            changed += who[i] != now[i];
            now[i] = (int16_t)who[i];
        }
        for (int p = 1; p <= P; p++)
            counts[p] += here[p];
        moved += changed;
    }
    return moved;
}

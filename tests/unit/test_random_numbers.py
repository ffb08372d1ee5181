"""Are the addressed draws uniform and independent? Statistics over a hundred million of them.

Every statistic is a z-score under the null of independent uniform 32-bit words. The same
statistics must find generators that are known to be bad, on a hundredth of the draws.

References
----------
D. E. Knuth (1997), The Art of Computer Programming 2, 3rd ed., section 3.3 (chi-square, serial
and collision tests).
P. L'Ecuyer & R. Simard (2007), "TestU01", ACM Transactions on Mathematical Software 33(4), 22,
DOI 10.1145/1268776.1268777.
"""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from platformsim.market.streams import Streams, philox

SEED = 20240418
LIMIT = 4.5
LAGS = (1, 2, 3, 4, 5, 16, 2048)
CHUNK = 1 << 20


def words_of(uniform):
    """Give back the 32-bit words that (w + 1/2) / 2**32 was made of."""
    return (uniform * 2.0**32).astype(np.uint32)


def centred(words):
    return (words + 0.5) * 2.0**-32 - 0.5


def z_of_p(p_low, p_high):
    """Return the z-score of a statistic from its two tail probabilities."""
    side, p = (-1, p_low) if p_low < p_high else (1, p_high)
    return side * stats.norm.isf(max(p, 1e-300))


def z_even(counts):
    """Chi-square of equal cells: too uneven is positive, too even is negative."""
    df, expected = counts.size - 1, counts.sum() / counts.size
    statistic = ((counts - expected) ** 2).sum() / expected
    return z_of_p(stats.chi2.cdf(statistic, df), stats.chi2.sf(statistic, df))


def z_product(total, n):
    """Sum of n products of two independent centred uniforms, each of variance 1/12."""
    return total / (np.sqrt(n) / 12)


def z_collisions(found, expected):
    """Number of repeated words: Poisson, as long as repeats are rare."""
    half = stats.poisson.pmf(found, expected) / 2
    low, high = stats.poisson.cdf(found, expected), stats.poisson.sf(found - 1, expected)
    return z_of_p(low - half, high - half)


class Statistics:
    """Z-scores of one sequence of words a step, the slots in a row, summed over steps."""

    def __init__(self):
        self.bits = {shift: np.zeros(4096, np.int64) for shift in (20, 10, 0)}
        self.pairs = {shift: np.zeros(4096, np.int64) for shift in (26, 0)}
        self.lags = dict.fromkeys(LAGS, 0.0)
        self.terms = dict.fromkeys(LAGS, 0)
        self.steps, self.step_terms, self.before = 0.0, 0, None
        self.repeated, self.expected, self.draws = 0, 0.0, 0

    def add(self, words, collide=True):
        for shift, counts in self.bits.items():
            counts += np.bincount((words >> np.uint32(shift)) & np.uint32(4095), minlength=4096)
        for shift, counts in self.pairs.items():
            six = (words >> np.uint32(shift)) & np.uint32(63)
            counts += np.bincount(six[::2] * np.uint32(64) + six[1::2], minlength=4096)
        value = centred(words)
        for lag in LAGS:
            self.lags[lag] += value[lag:] @ value[:-lag]
            self.terms[lag] += len(value) - lag
        if self.before is not None:
            self.steps += value @ self.before
            self.step_terms += len(value)
        self.before = value
        self.draws += len(words)
        if collide:
            self.repeated += len(words) - 1 - np.count_nonzero(np.diff(np.sort(words)))
            # n - m (1 - (1 - 1 / m)**n) for n words and m values, to the order that matters.
            self.expected += len(words) ** 2 / 2.0**33

    def z(self):
        found = {f"bits {shift}-{shift + 11}": z_even(c) for shift, c in self.bits.items()}
        found |= {
            f"pairs of bits {shift}-{shift + 5}": z_even(c) for shift, c in self.pairs.items()
        }
        found |= {f"lag {lag}": z_product(self.lags[lag], self.terms[lag]) for lag in LAGS}
        if self.step_terms:
            found["steps"] = z_product(self.steps, self.step_terms)
        found["collisions"] = z_collisions(self.repeated, self.expected)
        return found


def statistics_of(draw, steps, n):
    """Feed ``draw(step, n)``, words, to the statistics."""
    found = Statistics()
    for step in range(steps):
        found.add(draw(step, n))
    return found.z()


def suspicious(z):
    return {name: value for name, value in z.items() if abs(value) >= LIMIT}


# -- generators known to be bad ------------------------------------------------------------------


def philox_of_rounds(rounds):
    """Philox4x32 with any number of rounds, written independently of the package."""

    def draw(step, n):
        a, c = np.arange(n // 4, dtype=np.uint64), np.full(n // 4, 77, np.uint64)
        b, d = np.full(n // 4, step, np.uint64), np.zeros(n // 4, np.uint64)
        k0, k1, low = SEED, 0, np.uint64(0xFFFFFFFF)
        for _ in range(rounds):
            x, y = a * np.uint64(0xD2511F53), c * np.uint64(0xCD9E8D57)
            a, c = (
                (y >> np.uint64(32)) ^ b ^ np.uint64(k0),
                (x >> np.uint64(32)) ^ d ^ np.uint64(k1),
            )
            b, d = y & low, x & low
            k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
        return np.stack((a, b, c, d), axis=1).reshape(-1).astype(np.uint32)

    return draw


def congruential(step, n):
    """x -> 1103515245 x + 12345 modulo 2**32: its lowest bit alternates."""
    words, have = np.empty(n, np.uint32), 1
    words[0], multiplier, addend = step + 1, 1103515245, 12345
    # What is known, `have` steps on: so numpy does the work.
    while have < n:
        more = min(have, n - have)
        words[have : have + more] = words[:more] * np.uint32(multiplier) + np.uint32(addend)
        addend = (addend * multiplier + addend) % 2**32
        multiplier = multiplier * multiplier % 2**32
        have += more
    return words


def same_every_step(step, n):
    return np.random.default_rng(5).integers(2**32, size=n, dtype=np.uint32)


def even_low_bit(step, n):
    return np.random.default_rng(step).integers(2**32, size=n, dtype=np.uint32) & np.uint32(
        ~1 & 0xFFFFFFFF
    )


def never_twice(step, n):
    """An additive sequence: evener than chance, and no word comes twice."""
    return (np.arange(step * n, (step + 1) * n) * 0x9E3779B9 % 2**32).astype(np.uint32)


def short_period(step, n):
    return np.tile(np.random.default_rng(step).integers(2**32, size=n // 64, dtype=np.uint32), 64)


def shared_parts(step, n):
    """Neighbours that share a little of their luck, as under a wrong counter."""
    value = np.random.default_rng(step).random(n + 1)
    return ((0.99 * value[1:] + 0.01 * value[:-1]) * 2**32).astype(np.uint32)


BAD = {
    "one round": (philox_of_rounds(1), "bits 0-11"),
    "three rounds": (philox_of_rounds(3), "steps"),
    "congruential": (congruential, "pairs of bits 0-5"),
    "same every step": (same_every_step, "steps"),
    "lowest bit stuck": (even_low_bit, "bits 0-11"),
    "additive": (never_twice, "collisions"),
    "short period": (short_period, "collisions"),
    "shared parts": (shared_parts, "lag 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_generators_are_caught(name):
    draw, statistic = BAD[name]
    found = suspicious(statistics_of(draw, 4, 1 << 18))
    assert statistic in found


def test_a_good_generator_is_not_caught():
    draws = philox_of_rounds(10)
    assert np.array_equal(draws(3, 4000), philox((np.arange(1000), 3, 77, 0), (SEED, 0)).T.ravel())
    assert not suspicious(statistics_of(draws, 4, 1 << 18))


# -- the draws of the simulator ------------------------------------------------------------------


@pytest.mark.slow
def test_a_hundred_million_draws_are_uniform_and_independent():
    streams, found, steps = Streams(SEED), Statistics(), 96
    for step in range(steps):
        found.add(words_of(streams.per_slot("users.choice", step, CHUNK)), collide=step < 32)
    assert found.draws >= 100_000_000
    assert 3900 < found.expected < 4200
    assert not suspicious(found.z())


@pytest.mark.slow
def test_lanes_of_an_agent_are_independent():
    n, lanes, steps = 1 << 19, 9, 3
    streams, products = Streams(SEED, 1), np.zeros((lanes, lanes))
    found = Statistics()
    for step in range(steps):
        uniform = streams.per_lane("users.choice", step, np.arange(n), np.arange(lanes))
        # As a side uses them: the lanes of an agent next to one another.
        found.add(words_of(uniform[:, :8]).ravel())
        products += (uniform - 0.5).T @ (uniform - 0.5)
    z = z_product(products, steps * n)
    assert all(abs(z[pair]) < LIMIT for pair in combinations(range(lanes), 2))
    assert not suspicious(found.z())


@pytest.mark.slow
def test_streams_seeds_replicates_and_steps_are_independent():
    n = 1 << 19
    addresses = {
        "base": (SEED, 0, "users.choice", 1),
        "next step": (SEED, 0, "users.choice", 2),
        "other stream": (SEED, 0, "users.revise", 1),
        "other side": (SEED, 0, "creators.choice", 1),
        "next replicate": (SEED, 1, "users.choice", 1),
        "next seed": (SEED + 1, 0, "users.choice", 1),
        "swapped key": (0, SEED, "users.choice", 1),
        "one bit": (SEED ^ 1 << 31, 0, "users.choice", 1),
    }
    words = {
        name: words_of(Streams(seed, replicate).per_slot(stream, step, n))
        for name, (seed, replicate, stream, step) in addresses.items()
    }
    ordered = {name: np.unique(values) for name, values in words.items()}
    for one, other in combinations(words, 2):
        z = z_product(centred(words[one]) @ centred(words[other]), n)
        square = (words[one] >> np.uint32(26)) * np.uint32(64) + (words[other] >> np.uint32(26))
        assert abs(z) < LIMIT, (one, other)
        assert abs(z_even(np.bincount(square, minlength=4096))) < LIMIT, (one, other)
        # A number here and there again would be the same block under another address.
        both = np.sort(np.concatenate((ordered[one], ordered[other])), kind="stable")
        shared = np.count_nonzero(both[1:] == both[:-1])
        assert abs(z_collisions(shared, n * n / 2.0**32)) < LIMIT, (one, other)


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.1, 0.5, 1 / 256])
def test_who_revises_is_drawn_independently(rate):
    n, steps, streams = 1 << 22, 4, Streams(SEED)
    total, spread, before = 0, rate * (1 - rate), None
    for step in range(steps):
        marks = streams.below("users.revise", step, n, rate)
        total += np.count_nonzero(marks)
        value = marks - rate
        for lag in LAGS:
            z = value[lag:] @ value[:-lag] / (spread * np.sqrt(n - lag))
            assert abs(z) < LIMIT, (step, lag)
        if before is not None:
            assert abs(value @ before / (spread * np.sqrt(n))) < LIMIT, step
        before = value
    assert abs(total - rate * n * steps) / np.sqrt(spread * n * steps) < LIMIT

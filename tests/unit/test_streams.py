import zlib

import numpy as np
import pytest
from scipy import stats

from platformsim.market.streams import Streams, gumbel, philox, unit

# Known answers published with Random123 (file kat_vectors, philox4x32, 10 rounds).
PUBLISHED = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    (
        (0xFFFFFFFF,) * 4,
        (0xFFFFFFFF,) * 2,
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), PUBLISHED)
def test_philox_gives_the_published_words(counter, key, words):
    assert philox(counter, key)[:, 0].tolist() == list(words)


def test_philox_of_many_counters_is_philox_of_each():
    counters = np.random.default_rng(1).integers(2**32, size=(4, 50), dtype=np.uint64)
    together = philox(tuple(counters), (7, 11))
    alone = np.stack([philox(tuple(column), (7, 11))[:, 0] for column in counters.T], axis=1)
    assert np.array_equal(together, alone)


def test_unit_interval_is_open_and_symmetric():
    ends = unit(np.array([0, 2**31 - 1, 2**31, 2**32 - 1], np.uint64))
    assert 0.0 < ends[0] < ends[1] < 0.5 < ends[2] < ends[3] < 1.0
    assert ends[0] == 1.0 - ends[3]
    assert np.all(np.isfinite(gumbel(ends)))


def test_gumbel_has_its_distribution():
    noise = gumbel(Streams(3).per_slot("noise", 0, 100_000))
    assert noise.mean() == pytest.approx(np.euler_gamma, abs=4 * np.pi / np.sqrt(6 * 100_000))
    assert stats.kstest(noise, stats.gumbel_r.cdf).pvalue > 0.001


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 99, 1000])
def test_draws_of_a_slot_do_not_depend_on_how_many_there_are(n):
    streams = Streams(20240418, 5)
    assert np.array_equal(streams.per_slot("s", 9, n), streams.per_slot("s", 9, 4096)[:n])


def test_steps_in_a_block_are_the_steps_one_by_one():
    streams = Streams(8, 2)
    steps = np.array([0, 1, 7, 500])
    block = streams.per_slot("s", steps, 37)
    assert block.shape == (4, 37)
    for row, step in zip(block, steps, strict=True):
        assert np.array_equal(row, streams.per_slot("s", int(step), 37))


def test_a_lane_of_a_slot_is_the_same_whatever_else_is_asked_for():
    streams = Streams(1, 1)
    slots, lanes = np.arange(50), np.arange(12)
    whole = streams.per_lane("choice", 3, slots, lanes)
    assert len(np.unique(whole)) == whole.size
    some_slots, some_lanes = np.array([40, 2, 2, 17]), np.array([11, 0, 5])
    part = streams.per_lane("choice", 3, some_slots, some_lanes)
    assert np.array_equal(part, whole[np.ix_(some_slots, some_lanes)])
    far = streams.per_lane("choice", 3, slots, np.array([5, 33_000]))
    assert np.array_equal(far[:, 0], whole[:, 5])


def test_lanes_of_several_steps_are_the_steps_one_by_one():
    streams = Streams(1, 1)
    steps, slots, lanes = np.array([4, 4, 9]), np.array([0, 7, 7]), np.array([0, 1, 6])
    mixed = streams.per_lane("choice", steps, slots, lanes)
    for row, step, slot in zip(mixed, steps, slots, strict=True):
        alone = streams.per_lane("choice", int(step), np.array([slot]), lanes)
        assert np.array_equal(row, alone[0])


def test_another_seed_replicate_stream_or_step_gives_other_draws():
    base = Streams(10, 3).per_slot("a", 5, 1000)
    others = {
        "seed": Streams(11, 3).per_slot("a", 5, 1000),
        "replicate": Streams(10, 4).per_slot("a", 5, 1000),
        "stream": Streams(10, 3).per_slot("b", 5, 1000),
        "step": Streams(10, 3).per_slot("a", 6, 1000),
        # seed and replicate are two words of the key, not their sum
        "swapped": Streams(3, 10).per_slot("a", 5, 1000),
    }
    for name, draws in others.items():
        assert not np.any(draws == base), name
        assert abs(np.corrcoef(draws, base)[0, 1]) < 4 / np.sqrt(1000), name


def test_a_million_draws_are_uniform_and_independent():
    n = 1_000_000
    draws = Streams(20240418).per_slot("uniform", 1, n)
    assert draws.mean() == pytest.approx(0.5, abs=4 * np.sqrt(1 / 12 / n))
    # The variance of (u - 1/2)**2 is 1/180.
    assert draws.var() == pytest.approx(1 / 12, abs=4 * np.sqrt(1 / 180 / n))
    counts = np.bincount((draws * 1000).astype(int), minlength=1000)
    assert 0.001 < stats.chisquare(counts).pvalue < 0.999
    # Words of one counter are neighbours in a row: pairs must fill the square evenly.
    square = (draws[::2] * 32).astype(int) * 32 + (draws[1::2] * 32).astype(int)
    assert 0.001 < stats.chisquare(np.bincount(square, minlength=1024)).pvalue < 0.999


def test_single_draws_do_not_depend_on_the_order_of_asking():
    forward, backward = Streams(5, 6), Streams(5, 6)
    asked = [("fork", step, item) for step in (0, 1, 127, 128, 400) for item in (0, 1)]
    first = {key: forward.one(*key) for key in asked}
    second = {key: backward.one(*key) for key in reversed(asked)}
    assert first == second
    assert len(set(first.values())) == len(first)
    assert first["fork", 127, 0] == unit(philox((0, 127, zlib.crc32(b"fork"), 0), (5, 6))[0]).item()


def test_two_stream_names_with_one_number_are_refused():
    # These two words are a known collision of CRC-32.
    assert zlib.crc32(b"plumless") == zlib.crc32(b"buckeroo")
    streams = Streams(1)
    streams.per_slot("plumless", 0, 4)
    streams.per_slot("plumless", 1, 4)
    with pytest.raises(ValueError, match=r"plumless.*buckeroo|buckeroo.*plumless"):
        streams.per_slot("buckeroo", 0, 4)


@pytest.mark.parametrize("rate", [0.0, 1e-9, 0.001, 1 / 256, 0.1, 0.25, 0.999, 1.0])
def test_below_marks_the_share_it_should(rate):
    n = 300_000
    marks = Streams(4, 9).below("users.revise", 7, n, rate)
    assert marks.shape == (n,)
    assert abs(marks.mean() - rate) <= 4.5 * np.sqrt(rate * (1 - rate) / n) + 1e-12


def test_below_is_sharper_than_a_byte():
    # 0.1 lies between 25/256 and 26/256, which 1.6e7 draws tell apart by 20 standard errors.
    draws, n = Streams(4, 9), 4_000_000
    share = np.mean([draws.below("users.revise", month, n, 0.1).mean() for month in range(4)])
    assert abs(share - 0.1) < 4.5 * np.sqrt(0.09 / (4 * n)) < 0.25 * (26 / 256 - 0.1)


def test_below_depends_on_the_slot_and_not_on_how_many_there_are():
    streams = Streams(4, 9)
    many = streams.below("users.revise", 3, 150_001, 0.1)
    for n in (1, 17, 2047, 2048, 2049, 65_535, 65_537):
        assert np.array_equal(streams.below("users.revise", 3, n, 0.1), many[:n])


def test_below_differs_between_steps_streams_and_keys():
    draws = [
        Streams(4, 9).below("users.revise", 3, 4096, 0.5),
        Streams(4, 9).below("users.revise", 4, 4096, 0.5),
        Streams(4, 9).below("users.leave", 3, 4096, 0.5),
        Streams(4, 8).below("users.revise", 3, 4096, 0.5),
        Streams(5, 9).below("users.revise", 3, 4096, 0.5),
    ]
    for place, one in enumerate(draws):
        for other in draws[:place]:
            assert abs((one == other).mean() - 0.5) < 4.5 * 0.5 / 64


def test_who_is_below_a_low_rate_is_below_a_high_one():
    # Common random numbers: raising the rate adds people, it does not replace them.
    streams = Streams(2)
    few, many = (streams.below("users.revise", 3, 100_000, rate) for rate in (0.1, 0.4))
    assert not np.any(few & ~many)

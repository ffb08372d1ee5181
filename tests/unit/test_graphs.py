import random
import time

import igraph
import numpy as np
import pytest

from platformsim.market import graphs
from platformsim.market.graphs import KINDS, Contacts, Graph, block_of, build


def edges(graph):
    owner, neighbour = graph.rows(np.arange(graph.n))
    once = owner < neighbour
    return owner[once], neighbour[once].astype(np.int64)


def assert_simple(graph):
    owner, neighbour = graph.rows(np.arange(graph.n))
    assert graph.indptr.dtype == np.int64
    assert graph.neighbours.dtype == graph.degree.dtype == np.int32
    assert len(neighbour) == len(graph.neighbours) == graph.degree.sum()
    neighbour = neighbour.astype(np.int64)  # n * n passes 2**31
    forward, backward = owner * graph.n + neighbour, neighbour * graph.n + owner
    assert np.all(np.diff(forward) > 0)  # neighbours ascending, none twice
    assert np.array_equal(np.sort(backward), forward)
    assert not np.any(owner == neighbour)


def recount(graph, membership):
    owner, neighbour = graph.rows(np.arange(graph.n))
    counts = np.zeros(membership.shape, np.int64)
    np.add.at(counts, owner, membership[neighbour].astype(np.int64))
    return counts


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n", "degree"), [(5, 2), (7, 2), (50, 4), (51, 10), (3001, 10)])
def test_every_kind_is_a_simple_symmetric_graph(kind, n, degree):
    graph = build(kind, n, 5, degree=degree, blocks=2, mix_across=0.4)
    assert graph.n == n
    assert_simple(graph)


@pytest.mark.parametrize("n", [20_000, 20_001])
@pytest.mark.parametrize("degree", [2, 10])
def test_mean_degree(n, degree):
    half = degree // 2
    for kind in ("erdos_renyi", "watts_strogatz"):
        assert build(kind, n, 1, degree=degree).degree.sum() == n * degree
    grown = build("barabasi_albert", n, 1, degree=degree).degree
    assert grown.sum() == n * degree - half * (half + 1)
    # The number of edges is a sum of independent rare events: variance about its mean.
    linked = build("block", n, 1, degree=degree, blocks=7).degree.sum() / 2
    assert abs(linked - n * half) < 4 * np.sqrt(n * half)


def test_codes_name_every_pair_once_and_stay_exact_when_large():
    low, high = graphs._unrank(np.arange(45))
    assert set(zip(low.tolist(), high.tolist(), strict=True)) == {
        (a, b) for b in range(10) for a in range(b)
    }
    top = np.random.default_rng(0).integers(2, 30_000_000, size=100_000)
    for low, high in ((0, top), (top - 2, top - 1)):
        found = graphs._unrank(high * (high - 1) // 2 + low)
        assert np.array_equal(found[0], np.broadcast_to(low, top.shape))
        assert np.array_equal(found[1], high)


def test_erdos_renyi_pairs_are_equally_likely():
    n, draws = 7, 3000
    seen = np.zeros((n, n))
    for seed in range(draws):
        np.add.at(seen, edges(build("erdos_renyi", n, seed, degree=2)), 1)
    share = seen[np.triu_indices(n, 1)] / draws
    expected = 7 / 21
    assert np.all(np.abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / draws))


def test_erdos_renyi_degrees_are_binomial():
    n = 50_000
    degree = build("erdos_renyi", n, 3).degree
    assert degree.var() == pytest.approx(10, abs=4 * 10 * np.sqrt(2.1 / n))


@pytest.mark.parametrize(("n", "degree"), [(9, 4), (11, 10), (100, 10)])
def test_watts_strogatz_without_rewiring_is_the_ring_lattice(n, degree):
    graph = build("watts_strogatz", n, 1, degree=degree, rewiring=0)
    assert np.all(graph.degree == degree)
    steps = np.r_[-degree // 2 : 0, 1 : degree // 2 + 1]
    ring = np.sort((np.arange(n)[:, None] + steps) % n, axis=1)
    assert np.array_equal(graph.neighbours.reshape(n, degree), ring)


@pytest.mark.parametrize("rewiring", [0.1, 0.5, 1.0])
def test_watts_strogatz_moves_one_end_of_a_share_of_edges(rewiring):
    n, degree = 20_000, 10
    graph = build("watts_strogatz", n, 8, degree=degree, rewiring=rewiring)
    low, high = edges(graph)
    gap = np.minimum(high - low, n - (high - low))
    total = n * degree // 2
    # A moved edge falls on the lattice by chance with probability of order degree / n.
    slack = 4 * np.sqrt(rewiring * (1 - rewiring) / total) + degree / n
    assert np.mean(gap > degree // 2) == pytest.approx(rewiring, abs=slack)
    assert graph.degree.min() >= degree // 2


def test_watts_strogatz_clustering_follows_barrat_and_weigt():
    # Barrat & Weigt (2000), DOI 10.1007/s100510050067: C(p) = C(0) (1 - p)**3.
    n, degree, rewiring = 20_000, 10, 0.1
    low, high = edges(build("watts_strogatz", n, 8, degree=degree, rewiring=rewiring))
    other = igraph.Graph(n=n, edges=np.stack((low, high), 1).tolist())
    lattice = 3 * (degree - 2) / (4 * (degree - 1))
    assert other.transitivity_undirected() == pytest.approx(lattice * 0.9**3, rel=0.02)


@pytest.mark.parametrize(("n", "degree"), [(5, 4), (11, 10), (12, 10), (20, 10), (21, 18)])
def test_watts_strogatz_ends_when_there_is_hardly_room_to_move(n, degree):
    for seed in range(20):
        graph = build("watts_strogatz", n, seed, degree=degree, rewiring=1.0)
        assert graph.degree.sum() == n * degree
        assert_simple(graph)


@pytest.mark.parametrize("degree", [2, 10])
def test_barabasi_albert_has_a_heavy_tail_above_its_minimum(degree):
    n, m = 50_000, degree // 2
    found = build("barabasi_albert", n, 4, degree=degree).degree
    assert found.min() == m
    assert found.max() > 20 * degree
    # Bollobás et al. (2001), DOI 10.1002/rsa.1009:
    # P(k) = 2 m (m + 1) / (k (k + 1) (k + 2)), hence P(degree >= k) = m (m + 1) / (k (k + 1)).
    for k in (m + 1, 2 * m + 1, 5 * m, 10 * m):
        tail = m * (m + 1) / (k * (k + 1))
        assert np.mean(found >= k) == pytest.approx(tail, abs=4 * np.sqrt(tail / n))


@pytest.mark.parametrize("mix", [0.02, 0.3, 1.0, 0.0])
@pytest.mark.parametrize(("n", "blocks"), [(20_000, 4), (20_003, 11)])
def test_block_model_mixes_across_as_asked(n, blocks, mix):
    low, high = edges(build("block", n, 6, blocks=blocks, mix_across=mix))
    of = block_of(n, blocks)
    across = of[low] != of[high]
    assert np.mean(across) == pytest.approx(mix, abs=4 * np.sqrt(mix * (1 - mix) / len(low)))


def test_block_model_treats_all_pairs_of_blocks_alike():
    n, blocks, mix = 30_000, 3, 0.4
    of = block_of(n, blocks)
    low, high = edges(build("block", n, 9, blocks=blocks, mix_across=mix))
    found = np.zeros((blocks, blocks))
    np.add.at(found, (of[low], of[high]), 1)
    expected = np.full((blocks, blocks), n * 5 * mix / 3)
    np.fill_diagonal(expected, n * 5 * (1 - mix) / 3)
    upper = np.triu_indices(blocks)
    assert np.all(np.abs(found - expected)[upper] < 4 * np.sqrt(expected[upper]))
    assert not np.any(found[np.tril_indices(blocks, -1)])
    # Ends are spread evenly over a block, not bunched where its list of pairs begins.
    middle = np.mean(np.concatenate((low, high))[np.tile(of[low] != of[high], 2)])
    assert middle == pytest.approx(n / 2, abs=4 * n / np.sqrt(12 * 2 * n * 5 * mix))


def test_blocks_are_contiguous_and_nearly_equal():
    assert block_of(10, 4).tolist() == [0, 0, 0, 1, 1, 2, 2, 2, 3, 3]
    sizes = np.bincount(block_of(1_000_003, 7))
    assert len(sizes) == 7
    assert np.ptp(sizes) <= 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [0, 2**64 - 1, 2**64])
def test_seed_decides_and_global_generators_are_left_alone(kind, seed):
    before, before_numpy = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
    one, same, other = (build(kind, 500, s) for s in (seed, seed, seed + 1))
    assert random.getstate() == before
    assert np.array_equal(np.random.get_state()[1], before_numpy)  # noqa: NPY002
    assert np.array_equal(one.indptr, same.indptr)
    assert np.array_equal(one.neighbours, same.neighbours)
    assert not np.array_equal(one.neighbours, other.neighbours)


@pytest.mark.parametrize("kind", ["complete", "small_world"])
def test_unknown_kind_names_the_allowed_ones(kind):
    with pytest.raises(ValueError, match=kind) as raised:
        build(kind, 100, 1)
    assert all(allowed in str(raised.value) for allowed in KINDS)


@pytest.mark.parametrize(
    ("kind", "n", "options"),
    [
        ("erdos_renyi", 100, {"degree": 3}),
        ("erdos_renyi", 100, {"degree": 0}),
        ("barabasi_albert", 10, {"degree": 10}),
        ("watts_strogatz", 100, {"rewiring": 1.1}),
        ("block", 100, {"blocks": 1}),
        ("block", 100, {"blocks": 101}),
        ("block", 100, {"mix_across": -0.1}),
        ("block", 40, {"blocks": 10}),
        ("block", 100, {"blocks": 100}),
    ],
)
def test_impossible_parameters_are_refused(kind, n, options):
    with pytest.raises(ValueError, match=r"degree|rewiring|blocks"):
        build(kind, n, 1, **options)


def test_rows_lists_contacts_by_position():
    graph = Graph(np.array([0, 2, 3, 4, 4]), np.array([1, 2, 0, 0], np.int32))
    owner, neighbour = graph.rows(np.array([3, 0, 2, 0]))
    assert owner.tolist() == [1, 1, 2, 3, 3]
    assert neighbour.tolist() == [1, 2, 0, 1, 2]
    assert [len(part) for part in graph.rows(np.array([], int))] == [0, 0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.int8, np.uint8, bool])
def test_contacts_follow_switchers_as_a_recount_would(kind, dtype):
    rng = np.random.default_rng(2)
    n, platforms = 800, 3
    graph = build(kind, n, 1, degree=4)
    membership = rng.integers(2, size=(n, platforms)).astype(dtype)
    contacts = Contacts(graph, membership)
    assert contacts.counts.dtype == np.int32
    assert np.array_equal(contacts.counts, recount(graph, membership))
    for movers in (0, 1, 40, n):
        rows = rng.choice(n, movers, replace=False)
        after = rng.integers(2, size=(movers, platforms)).astype(dtype)
        contacts.update(rows, membership[rows], after)
        membership[rows] = after
        assert np.array_equal(contacts.counts, recount(graph, membership))
    some = rng.choice(n, 50)
    expected = contacts.counts[some] / np.maximum(graph.degree[some], 1)[:, None]
    assert contacts.share(some).dtype == np.float64
    assert np.array_equal(contacts.share(some), expected)


def test_agents_without_contacts_have_share_zero():
    graph = build("erdos_renyi", 2000, 3, degree=2)
    alone = np.flatnonzero(graph.degree == 0)
    assert len(alone)
    contacts = Contacts(graph, np.ones((2000, 2), np.int8))
    assert np.all(contacts.share(alone) == 0)
    assert np.all(contacts.share(np.flatnonzero(graph.degree)) == 1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_million_agents_take_seconds(kind):
    started = time.perf_counter()
    graph = build(kind, 1_000_000, 1)
    assert time.perf_counter() - started < 20
    assert graph.degree.mean() == pytest.approx(10, abs=0.02)
    assert_simple(graph)

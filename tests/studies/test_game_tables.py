"""Games with known answers: equilibria, logit equilibria, imitation, line-ups."""

from itertools import product

import numpy as np
import pytest

from platformsim.errors import ScenarioError
from platformsim.studies.game import analyse_game, normal_form
from platformsim.studies.game.imitation import (
    endings,
    fixation,
    long_run,
    one_population,
    replicator_path,
)
from platformsim.studies.game.nash import at_rest, best_replies, equilibria, undominated
from platformsim.studies.game.normal_form import spread
from platformsim.studies.game.outcomes import equilibrium_table, imitation_table
from platformsim.studies.game.quantal import principal_branch
from platformsim.theory import strategy_game

THIRD = 1.0 / 3.0
DILEMMA = (3.0, 0.0, 5.0, 1.0)
STAG_HUNT = (4.0, 1.0, 3.0, 2.2)
CHICKEN = (0.0, -1.0, 1.0, -10.0)
ROCK_PAPER_SCISSORS = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
PENNIES = np.array([[1.0, -1.0], [-1.0, 1.0]])


def symmetric(payoffs):
    """Both players' payoffs, own strategy first for the first player."""
    square = np.array(payoffs, float).reshape(int(np.sqrt(np.size(payoffs))), -1)
    return np.stack((square, square.T))


def solved(means):
    return [
        tuple(part.tolist() for part in found.mixed) for found in equilibria(np.array(means))[0]
    ]


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        (symmetric(DILEMMA), [([0, 1], [0, 1])]),
        (symmetric(STAG_HUNT), [([1, 0], [1, 0]), ([0, 1], [0, 1]), ([6 / 11, 5 / 11],) * 2]),
        (symmetric(CHICKEN), [([1, 0], [0, 1]), ([0, 1], [1, 0]), ([0.9, 0.1], [0.9, 0.1])]),
        (np.stack((ROCK_PAPER_SCISSORS, -ROCK_PAPER_SCISSORS)), [([THIRD] * 3, [THIRD] * 3)]),
        (np.stack((PENNIES, -PENNIES)), [([0.5, 0.5], [0.5, 0.5])]),
        # Asymmetric pennies: each mixes so as to make the other indifferent.
        ([[[9, -1], [0, 1]], [[-1, 1], [1, -1]]], [([0.5, 0.5], [2 / 11, 9 / 11])]),
        (
            [[[2, 0], [0, 1]], [[1, 0], [0, 2]]],
            [([1, 0], [1, 0]), ([0, 1], [0, 1]), ([2 / 3, 1 / 3], [1 / 3, 2 / 3])],
        ),
    ],
    ids=["dilemma", "stag hunt", "chicken", "rock paper scissors", "pennies", "uneven", "sexes"],
)
def test_known_equilibria_come_out(means, expected):
    found = solved(np.array(means, float))
    assert len(found) == len(expected)
    p_star = strategy_game.mixed_equilibrium(STAG_HUNT)
    assert p_star == pytest.approx(6 / 11)
    for one in expected:
        assert any(
            all(np.allclose(a, b, atol=1e-9) for a, b in zip(one, other, strict=True))
            for other in found
        ), one


def test_adding_and_scaling_payoffs_changes_no_equilibrium():
    rng = np.random.default_rng(5)
    for _ in range(20):
        means = rng.normal(size=(2, 3, 4))
        moved = (
            means * np.array([7.0, 0.01])[:, None, None] - np.array([900.0, -3.0])[:, None, None]
        )
        first, second = solved(means), solved(moved)
        assert len(first) == len(second) == len(first) // 2 * 2 + 1  # odd (Wilson 1971)
        for one, other in zip(first, second, strict=True):
            assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(one, other, strict=True))


def test_every_equilibrium_is_at_rest_and_every_pure_one_is_found():
    rng = np.random.default_rng(6)
    for shape in ((2, 5, 5), (2, 4, 6), (3, 3, 3, 3), (1, 4)):
        means = rng.normal(size=shape)
        found, mixed_sought = equilibria(means)
        assert mixed_sought == (shape[0] == 2)
        assert all(at_rest(means, one) for one in found)
        pure = 0
        for profile in product(*map(range, shape[1:])):
            stays = True
            for player, size in enumerate(shape[1:]):
                for other in range(size):
                    turned = (*profile[:player], other, *profile[player + 1 :])
                    stays &= means[(player, *turned)] <= means[(player, *profile)]
            pure += stays
        assert sum(one.pure for one in found) == pure


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_two_player_equilibria_are_those_of_nashpys_support_enumeration():
    import nashpy

    rng = np.random.default_rng(7)
    for _ in range(10):
        means = rng.normal(size=(2, 4, 4))
        theirs = list(nashpy.Game(*means).support_enumeration())
        ours = solved(means)
        # Its tolerances may lose one; there is an odd number.
        assert len(theirs) <= len(ours) == len(ours) // 2 * 2 + 1
        for one in theirs:
            assert any(
                all(np.allclose(a, b, atol=1e-8) for a, b in zip(one, other, strict=True))
                for other in ours
            )


def test_ties_keep_all_best_replies_and_doubles_are_taken_as_one():
    # The third strategy of the first player is its first under another name.
    row = np.array([[3.0, 0.0], [5.0, 1.0], [3.0, 0.0]])
    column = np.array([[3.0, 5.0], [0.0, 1.0], [3.0, 5.0]])
    assert [kept.tolist() for kept in undominated(np.stack((row, column)))] == [[1], [1]]
    nothing = np.zeros((2, 2, 2))
    assert best_replies(nothing).all()
    assert len(solved(nothing)) == 4


def test_the_uncertainty_of_payoffs_reaches_the_equilibria():
    # Closed earns 0; open earns what the replicates say: 12 of 20 gain 1, the others lose 1.4.
    gains = np.where(np.arange(20) < 12, 1.0, -1.4)
    values = np.stack((np.zeros(20), gains))[None]
    table = equilibrium_table(normal_form(values, ["closed", "open"]))
    shares = table.set_index("strategy")["appears"]
    rng = np.random.default_rng(1)
    means = gains[rng.integers(0, 20, (100_000, 20))].mean(axis=1)
    assert shares["open"] == pytest.approx((means > 0).mean(), abs=0.05)
    assert shares["closed"] == pytest.approx((means < 0).mean(), abs=0.05)
    # What the means lack is listed, and said to be lacking.
    assert table.set_index("strategy")["in_means"].to_dict() == {"open": True, "closed": False}


def test_mixed_equilibria_carry_intervals():
    rng = np.random.default_rng(2)
    noise = 0.3 * rng.normal(size=(2, 2, 2, 40))
    values = np.stack((PENNIES, -PENNIES))[..., None] + noise
    table = equilibrium_table(normal_form(values))
    assert (table["kind"] == "mixed").all()
    assert (table["appears"] == 1.0).all()
    assert (table["probability_low"] < table["probability"]).all()
    assert (table["probability"] < table["probability_high"]).all()
    # The indifference of the other decides: q = (d - b) / (a - b - c + d) of the other's payoffs.
    a, b, c, d = values[1].mean(axis=-1).ravel()
    first = table[table["player"] == "player 1"].set_index("strategy")["probability"]
    assert first["s1"] == pytest.approx((d - c) / (a - b - c + d), abs=1e-6)


@pytest.mark.parametrize("payoffs", [DILEMMA, STAG_HUNT, (5, 1, 3, 2.5), CHICKEN])
def test_the_principal_branch_solves_the_logit_equations(payoffs):
    means = symmetric(payoffs)
    branch = principal_branch(means)
    assert branch.ended
    assert branch.spread == spread(means)
    for precision, mixed in zip(branch.precision[1:], branch.mixed[1:], strict=True):
        roots = strategy_game.quantal_responses(payoffs, precision / branch.spread)
        assert np.abs(roots - mixed[0]).min() < 1e-8
        assert mixed[:2] == pytest.approx(mixed[2:], abs=1e-8)
    assert branch.mixed[0] == pytest.approx(np.full(4, 0.5))


def test_the_principal_branch_selects_the_risk_dominant_equilibrium():
    # Stag hunt: all hunting stags pays most, hares are risk dominant (McKelvey & Palfrey).
    assert strategy_game.open_basin(STAG_HUNT) < 0.5
    assert principal_branch(symmetric(STAG_HUNT)).mixed[-1] == pytest.approx([0, 1, 0, 1], abs=1e-6)
    assert principal_branch(symmetric((4, 1, 3, 1.8))).mixed[-1] == pytest.approx(
        [1, 0, 1, 0], abs=1e-6
    )


def test_the_principal_branch_turns_back_where_it_must_and_ends_in_an_equilibrium():
    rng = np.random.default_rng(11)
    for shape in ((2, 3, 3), (2, 4, 5), (3, 2, 3, 2)):
        for _ in range(4):
            means = rng.normal(size=shape)
            branch = principal_branch(means)
            assert branch.ended
            cuts = np.cumsum(shape[1:])[:-1]
            mixed = np.split(branch.mixed[-1], cuts)
            worth = []
            for player, payoff in enumerate(means):
                table = np.moveaxis(payoff, player, 0)
                for other in reversed([o for o in range(len(mixed)) if o != player]):
                    table = table @ mixed[other]
                worth.append(table.max() - mixed[player] @ table)
            assert max(worth) < 0.05 * spread(means)


def test_replication_takes_the_time_that_theory_says_and_splits_where_theory_says():
    payoff = one_population(symmetric(STAG_HUNT))
    time = strategy_game.replicator_time(0.7, 0.95, STAG_HUNT)
    path = replicator_path(payoff, [np.array([0.7, 0.3])], np.array([0.0, time]), shared=True)
    assert path[-1, 0] == pytest.approx(0.95, abs=1e-6)
    found = {
        tuple(e.mixed[0].round(6)): e.starts for e in endings(symmetric(STAG_HUNT), shared=True)
    }
    assert set(found) == {(1.0, 0.0), (0.0, 1.0)}
    basin = strategy_game.open_basin(STAG_HUNT)
    assert found[1.0, 0.0] == pytest.approx(basin, abs=0.1)


def test_replication_ends_where_games_say():
    (only,) = endings(symmetric(DILEMMA), shared=True)
    assert only.mixed[0] == pytest.approx([0, 1], abs=1e-6)
    (even,) = endings(symmetric(CHICKEN), shared=True)
    assert even.mixed[0] == pytest.approx([0.9, 0.1], abs=1e-3)
    # Each in its own population, one gives way: the mixture is a saddle.
    apart = endings(symmetric(CHICKEN), shared=False)
    assert {tuple(np.round(np.concatenate(e.mixed), 3)) for e in apart} == {
        (1, 0, 0, 1), (0, 1, 1, 0)}  # fmt: skip
    rounds = endings(np.stack((PENNIES, -PENNIES)), shared=False)
    assert not rounds[-1].rests
    assert rounds[-1].starts > 0.95
    assert rounds[-1].mixed[0] == pytest.approx([0.5, 0.5], abs=0.02)


def test_a_saddle_that_is_only_passed_slowly_is_no_ending():
    # Losing costs more than winning brings: paths spiral out and rest ever longer at the corners.
    bad = np.where(ROCK_PAPER_SCISSORS > 0, 0.5, ROCK_PAPER_SCISSORS)
    found = endings(symmetric(bad.ravel()), shared=True)
    assert [e.rests for e in found if e.starts > 0.02] == [False]


def test_fixation_is_that_of_a_moran_process_with_exponential_fitness():
    payoff, people, intensity = np.array([[2.0, 0.5], [1.0, 1.2]]), 9, 0.7
    chances = fixation(payoff, people, intensity)
    up, down = np.zeros(people + 1), np.zeros(people + 1)
    for k in range(1, people):
        first = np.exp(intensity * (payoff[0, 0] * (k - 1) + payoff[0, 1] * (people - k))
                       / (people - 1))  # fmt: skip
        second = np.exp(intensity * (payoff[1, 0] * k + payoff[1, 1] * (people - k - 1))
                        / (people - 1))  # fmt: skip
        total = k * first + (people - k) * second
        up[k] = k * first / total * (people - k) / people
        down[k] = (people - k) * second / total * k / people
    chain = np.eye(people + 1) + np.diag(up[:-1], 1) + np.diag(down[1:], -1) - np.diag(up + down)
    inner = chain[1:-1, 1:-1]
    won = np.linalg.solve(np.eye(people - 1) - inner, chain[1:-1, -1])
    assert chances[0, 1] == pytest.approx(won[0], rel=1e-9)
    assert chances[1, 0] == pytest.approx(1 - won[-1], rel=1e-6)


def test_the_long_run_is_the_stationary_law_of_rare_trials():
    rng = np.random.default_rng(3)
    chances = fixation(rng.normal(size=(4, 4)), 12, 1.0)
    chain = np.nan_to_num(chances.T) / 3
    np.fill_diagonal(chain, 1 - chain.sum(axis=1))
    law = np.full(4, 0.25)
    for _ in range(100_000):
        law = law @ chain
    assert long_run(chances) == pytest.approx(law, rel=1e-6)
    table = imitation_table(normal_form(symmetric(DILEMMA), ["cooperate", "defect"]))
    strong = table[table["intensity"] == 10.0].set_index("strategy")
    assert strong.loc["defect", "share"] > 0.999
    assert strong["invaded_by"].to_dict() == {"cooperate": 1, "defect": 0}


def test_what_ranks_first_hangs_on_who_else_plays():
    found = analyse_game(symmetric(CHICKEN), ["yield", "insist"])
    replies = found.replies.set_index(["player", "rivals"])["reply"]
    assert replies["player 1", "player 2: yield"] == "insist"
    assert replies["player 1", "player 2: insist"] == "yield"
    part = found.spread[(found.spread["over"] == "rivals") & (found.spread["player"] == "player 1")]
    assert part["first"].tolist() == [0.5, 0.5]
    assert part["rank_worst"].tolist() == [2, 2]
    assert any("No strategy of player 1 is best" in line for line in found.notices())
    # Against a field of both, in equal parts, yielding pays more: -0.5 against -4.5.
    fields = found.spread[found.spread["over"] == "fields"].iloc[0]
    assert (fields["line_ups"], fields["first"]) == (3, pytest.approx(2 / 3))


def test_best_replies_say_how_sure_they_are():
    rng = np.random.default_rng(4)
    gap = 0.1 * rng.normal(size=20) - 0.1 * rng.normal()
    for shift, decided in ((1.0, True), (-gap.mean(), False)):
        values = np.stack((np.zeros(20), gap + shift + 1e-4))[None]
        found = analyse_game(values, ["closed", "open"])
        row = found.replies.iloc[0]
        assert (row["reply"], row["decided"]) == ("open", decided)
        shares = found.payoffs.set_index("strategy")["best_share"]
        assert shares.sum() == pytest.approx(1.0)
        assert (shares["open"] > 0.99) == decided


def test_three_players_have_pure_equilibria_and_all_line_ups():
    # Each gains by opening when exactly one other is open.
    values = np.zeros((3, 2, 2, 2))
    for profile in product((0, 1), repeat=3):
        for player in range(3):
            others = sum(profile) - profile[player]
            values[(player, *profile)] = profile[player] * (1.0 if others == 1 else -1.0)
    found = analyse_game(values, ["closed", "open"])
    assert len(found.payoffs) == 3 * 4 * 2
    names = found.equilibria.groupby("equilibrium")["strategy"].agg(tuple)
    assert set(names) == {
        ("closed",) * 3, ("closed", "open", "open"), ("open", "closed", "open"),
        ("open", "open", "closed")}  # fmt: skip
    assert any("only pure" in line for line in found.notices())


@pytest.mark.parametrize(
    ("payoffs", "names", "message"),
    [
        ([1.0, 2.0], None, "must have the shape"),
        (np.zeros((2, 3)), None, "must have the shape"),
        ([[[1, np.nan], [0, 1]]] * 2, None, "must all be numbers"),
        ("payoffs", None, "must be a table of numbers"),
        (symmetric(DILEMMA), ["a", "b", "c"], "must name 2 players with 2, 2 strategies"),
    ],
)
def test_what_is_no_payoff_table_is_explained(payoffs, names, message):
    with pytest.raises(ScenarioError, match=message):
        analyse_game(payoffs, names)

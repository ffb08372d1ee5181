"""Where an answer flips: on curves and lines that are known, and in markets with a threshold."""

import hashlib
import struct
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pytest
from click.testing import CliRunner

from platformsim.cli import main
from platformsim.errors import ScenarioError
from platformsim.mechanisms import Mechanism
from platformsim.parameters import param
from platformsim.scenario import load
from platformsim.studies.boundary import GROWTH, boundary, hysteresis
from platformsim.studies.boundary import starts as starting
from platformsim.studies.boundary.crossing import Effort, crossings
from platformsim.studies.boundary.curve import Curve
from platformsim.studies.boundary.growth import response
from platformsim.studies.boundary.quantity import moved_in
from platformsim.studies.boundary.zones import Mosaic
from platformsim.studies.rerun import rerun

BETA = "mechanisms.direct_network.beta_direct"
DEMAND, AD = "technologies.model.api_demand", "platforms.social.ad_yield"
HERE = {"workers": 1, "progress": False}
SMALL = {"sides.users.count": 40, "run.months": 3, "run.burn_in": 1}


def normal(*key):
    """A normal draw that depends on nothing but its key."""
    code = hashlib.blake2b(struct.pack(f"{len(key)}d", *key), digest_size=8).digest()
    return NormalDist().inv_cdf((int.from_bytes(code, "little") + 0.5) / 2**64)


@dataclass
class Noisy:
    """A known curve or surface under noise, half of whose variance a replicate has everywhere."""

    curve: object
    sd: float = 0.0
    seed: int = 0
    label = "known"
    zones = ("open", "closed")

    def values(self, points, replicates):
        return np.array([[self._one(p, r) for r in replicates] for p in points])

    def _one(self, point, replicate):
        if not self.sd:
            return self.curve(*point)
        draws = normal(self.seed, replicate), normal(self.seed, replicate, *point)
        return self.curve(*point) + self.sd * sum(draws) / 2**0.5


def found(curve, sd=0.0, seed=0, **effort):
    return crossings(Curve(Noisy(curve, sd, seed)), 0.0, 1.0, Effort(**effort))


# -- one parameter -----------------------------------------------------------------------------


def test_a_straight_line_without_noise_is_crossed_exactly():
    (one,) = found(lambda x: 3.0 * (0.37 - x))
    assert (one.value, one.low, one.high) == pytest.approx((0.37, 0.37, 0.37), abs=1e-9)
    assert (one.rises, one.method, one.replicates) == (False, "line", 20)


def test_a_jump_lies_between_the_two_values_that_are_told_apart():
    (one,) = found(lambda x: 1.0 if x > 0.37 else -1.0)
    assert one.low <= 0.37 <= one.high
    assert one.high - one.low <= 0.005
    assert (one.rises, one.method) == (True, "bracket")


def test_a_bent_curve_is_looked_at_more_closely():
    (one,) = found(lambda x: np.exp(3 * x) - np.exp(3 * 0.37))
    assert one.low <= 0.37 <= one.high
    assert one.value == pytest.approx(0.37, abs=1e-3)


def test_a_hump_has_two_crossings():
    one, two = found(lambda x: 0.04 - (x - 0.5) ** 2)
    assert (one.value, two.value) == pytest.approx((0.3, 0.7), abs=2e-3)
    assert (one.rises, two.rises) == (True, False)


def test_a_curve_that_stays_on_one_side_has_no_crossing_and_needs_no_more_runs():
    curve = Curve(Noisy(lambda x: 1.0 + x, 0.1))
    assert crossings(curve, 0.0, 1.0, Effort()) == []
    assert curve.runs == 9 * 20


def test_what_cannot_be_told_gets_more_replicates_before_giving_up():
    curve = Curve(Noisy(lambda x: x - 0.5, 4.0))
    crossings(curve, 0.0, 1.0, Effort(most=80))
    assert curve.frame()["replicates"].max() == 80


def test_a_whole_number_is_crossed_between_two_of_them():
    curve = Curve(Noisy(lambda x: x - 6.5), whole=True)
    (one,) = crossings(curve, 0.0, 12.0, Effort())
    assert one.low <= 6.5 <= one.high
    assert set(curve.frame()["x"] % 1) == {0.0}


def test_values_that_are_not_defined_do_not_count():
    curve = Curve(Noisy(lambda x: np.nan if x < 0.2 else x - 0.6, 0.05))
    (one,) = crossings(curve, 0.0, 1.0, Effort())
    assert one.low <= 0.6 <= one.high


def covered(curve, root, sd, repetitions, **effort):
    """Share of repetitions with one crossing whose band holds the root."""
    bands = [found(curve, sd, seed, **effort) for seed in range(repetitions)]
    return np.mean([len(b) == 1 and b[0].low <= root <= b[0].high for b in bands])


def test_the_band_covers_in_a_short_version():
    assert covered(lambda x: x - 0.37, 0.37, 0.1, 25, most=80) >= 0.84


@pytest.mark.slow
@pytest.mark.parametrize(
    ("curve", "sd"),
    [
        (lambda x: x - 0.37, 0.1),
        (lambda x: np.exp(3 * x) - np.exp(3 * 0.37), 0.3),
        (lambda x: np.tanh(12 * (x - 0.37)), 0.5),
        (lambda x: np.sign(x - 0.37), 0.5),
    ],
    ids=["line", "exponential", "steep", "jump"],
)
def test_the_band_covers_in_nine_of_ten_repetitions(curve, sd):
    assert covered(curve, 0.37, sd, 100) >= 0.90


# -- two parameters ----------------------------------------------------------------------------


def line(x):
    return 0.3 + 0.5 * x**2


def mosaic(sd=0.0, seed=0, depth=2, replicates=20):
    chart = Mosaic(Noisy(lambda x, y: y - line(x), sd, seed), ((0, 1), (0, 1)), replicates, depth)
    chart.refine()
    return chart.tables()


def in_band(tables):
    """Share of the true line that lies in cells which cannot be told."""
    cells = tables["cells"][tables["cells"]["zone"] == "cannot tell"]
    xs = np.linspace(0.013, 0.987, 60)
    inside = [
        ((cells.x <= x) & (x <= cells.x_end) & (cells.y <= line(x)) & (line(x) <= cells.y_end))
        for x in xs
    ]
    return np.mean([one.any() for one in inside])


def test_without_noise_the_band_is_one_cell_wide_and_holds_the_line():
    tables = mosaic()
    cells, drawn = tables["cells"], tables["line"]
    unsure = cells[cells["zone"] == "cannot tell"]
    assert in_band(tables) == 1.0
    assert np.allclose(unsure["x_end"] - unsure["x"], 1 / 24)
    assert len(unsure) < 60
    assert np.abs(drawn["y"] - line(drawn["x"])).max() < 1e-3
    area = (cells["x_end"] - cells["x"]) * (cells["y_end"] - cells["y"])
    assert area.sum() == pytest.approx(1.0)
    # Only the neighbourhood of the line is evaluated closely.
    assert len(tables["points"]) < 0.3 * 25**2


def test_zones_lie_on_their_sides_of_the_line():
    cells = mosaic(0.2)["cells"]
    assert (cells.loc[cells["zone"] == "open", "y"] >= 0.3).all()
    below = cells[cells["zone"] == "closed"]
    assert (below["y_end"] <= line(below["x"]) + 1e-9).all()


def test_a_surface_that_is_nowhere_told_is_not_cut():
    chart = Mosaic(Noisy(lambda x, y: 0.0, 1.0), ((0, 1), (0, 1)))
    chart.refine()
    tables = chart.tables()
    assert set(tables["cells"]["zone"]) == {"cannot tell"}
    assert len(tables["points"]) == 49


@pytest.mark.slow
def test_the_whole_line_lies_in_the_band_in_nine_of_ten_repetitions():
    tables = [mosaic(0.1, seed, depth=1) for seed in range(100)]
    assert np.mean([in_band(one) == 1.0 for one in tables]) >= 0.90
    # A band that took in everything would pass above.
    unsure = [(one["cells"]["zone"] == "cannot tell").mean() for one in tables]
    assert np.mean(unsure) < 0.6


# -- known thresholds of markets ---------------------------------------------------------------


def market(platforms=2, sides=("users",), count=40_000_000, resolution="cohorts", **tables):
    return load(
        {
            "name": "threshold",
            "run": {"months": 100, "resolution": resolution},
            "sides": {side: {"count": count, **tables.pop(side, {})} for side in sides},
            "platforms": [{"name": f"p{i}"} for i in range(platforms)],
            "mechanisms": {"direct_network": {}},
            **tables,
        }
    )


@dataclass(frozen=True)
class AlwaysOnBoth(Mechanism, registered=False):
    """The first of the users gain so much from each platform that they are on both."""

    part: float = param(0.5, 0, 1, "share", doc="Share of users who are on both.")

    def utility(self, market, side):
        both = self.part * market.sides[side].n
        return lambda rows: 30.0 * (np.asarray(rows) < both)[:, None] * np.ones(2)


def threshold(scenario, key, expected, **options):
    """Look for an onset between 0.6 and 1.5 times where it is expected."""
    ends = {key: (0.6 * expected, 1.5 * expected)}
    options = {"pairs": 10, "most": 80, "precision": 0.01, **HERE, **options}
    (row,) = boundary(scenario, ends, GROWTH, **options).crossings.itertuples()
    assert row.value == pytest.approx(expected, rel=0.05)
    assert row.low <= expected <= row.high
    assert row.high - row.low < 0.1 * expected
    assert row.rises


@pytest.mark.slow
@pytest.mark.parametrize("platforms", [2, 3, 4])
def test_platforms_tip_at_a_network_effect_of_their_number(platforms):
    threshold(market(platforms), BETA, platforms)


@pytest.mark.slow
@pytest.mark.parametrize("kappa", [0.25, 0.5])
def test_interoperability_raises_the_threshold(kappa):
    threshold(market().with_settings({"market.interoperability": kappa}), BETA, 2 / (1 - kappa))


@pytest.mark.slow
@pytest.mark.parametrize(("platforms", "ratio"), [(2, 1.0), (2, 4.0), (2, 16.0), (3, 1.0)])
def test_two_sides_tip_when_the_product_of_their_pulls_exceeds_k_squared(platforms, ratio):
    pulls = {"beta_ub": 0.0, "beta_bu": 0.0, "beta_cu": platforms / ratio**0.5}
    both = market(
        platforms, ("users", "creators"), 4_000_000_000, mechanisms={"cross_network": pulls}
    )
    threshold(both, "mechanisms.cross_network.beta_uc", platforms * ratio**0.5)


@pytest.mark.slow
@pytest.mark.parametrize("part", [0.2, 0.5])
def test_those_who_are_always_on_both_raise_the_threshold(part):
    homes = {"max_homes": 2, "home_value": "sum", "home_cost": 15.0}
    scenario = market(count=20_000, resolution="agents", users=homes)
    threshold(scenario.with_mechanism(AlwaysOnBoth(part)), BETA, 2 / (1 - part), precision=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("cost", [1.0, 2.0, 3.0])
def test_a_switching_cost_lowers_the_threshold(cost):
    threshold(market(users={"switch_cost": cost}), BETA, 1 + np.exp(-cost))


def test_any_metric_will_do_where_a_head_start_neither_grows_nor_shrinks():
    start = {"platforms.p0.initial.users": 0.51, "platforms.p1.initial.users": 0.49}
    changes = {**start, "sides.users.count": 100_000_000, "run.months": 12, "run.burn_in": 1}
    result = boundary(
        market(), {BETA: (1.0, 3.0)}, "users.share[p0]", value=0.51, changes=changes,
        precision=0.05, most=20, **HERE,
    )  # fmt: skip
    (row,) = result.crossings.itertuples()
    # The share s rests at beta = ln(s / (1 - s)) / (2 s - 1).
    rest = np.log(0.51 / 0.49) / 0.02
    assert row.low <= rest <= row.high
    assert row.value == pytest.approx(2.0, rel=0.05)
    assert result.zones == ("above 0.51", "below 0.51")


def test_the_linear_response_is_beta_over_k():
    answer = response(market(3).with_settings({BETA: 1.5}), replicates=range(10))
    assert answer.eigenvalue == pytest.approx(0.5, abs=4 * answer.standard_error + 1e-3)


@pytest.mark.slow
def test_the_line_of_the_complement_is_the_closed_form():
    ranges = {AD: (0.0, 0.05), DEMAND: (0.0, 900.0)}
    changes = {"run.months": 14, "run.burn_in": 1}
    result = boundary("complement_breakeven", ranges, changes=changes, depth=1, progress=False)
    drawn = result.line
    closed_form = (0.1 * drawn["x"] * 30.0 * 2000 + 0.1 * 10_000 / 12) / 0.5
    assert len(drawn) >= 8
    assert np.abs(drawn["y"] / closed_form - 1).max() < 0.05
    assert set(result.cells["zone"]) == {"open", "closed", "cannot tell"}
    below = result.points[result.points["y"] < 150.0]
    assert set(below["zone"]) == {"open"}


def test_the_complement_pays_up_to_the_demand_of_the_closed_form():
    changes = {"run.months": 3, "run.burn_in": 1, "sides.users.count": 200}
    result = boundary(
        "complement_breakeven", {DEMAND: (0.0, 900.0)}, changes=changes, precision=0.1, **HERE
    )
    (row,) = result.crossings.itertuples()
    assert row.value == pytest.approx((0.1 * 0.02 * 30.0 * 200 + 0.1 * 10_000 / 12) / 0.5)
    assert (result.zones, row.rises) == (("open", "closed"), False)
    assert "below it open, above it closed" in result.notes()[0]


# -- starts ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_three_platforms_have_both_branches_between_2_75_and_3(monkeypatch):
    monkeypatch.setattr(starting, "_VALUES", 7)
    changes = {"run.months": 120, "run.burn_in": 12, "sides.users.revise_rate": 0.5}
    result = hysteresis(
        market(3), {BETA: (2.3, 3.5)}, changes=changes, most=40, precision=0.01,
        progress=False,
    )  # fmt: skip
    critical = result.critical.set_index("what")
    decides, lost = critical.loc["the start decides"], critical.loc["an even split is lost"]
    assert decides["value"] == pytest.approx(2.75, rel=0.02)
    assert lost["value"] == pytest.approx(3.0, rel=0.02)
    assert lost["low"] <= 3.0 <= lost["high"]
    assert decides["high"] < lost["low"]
    inside = result.branches[result.branches["value"].between(2.8, 2.9)]
    ends = inside.groupby("start")["largest"]
    assert ends.mean()["even split"] < 0.4
    assert ends.min()["p0 leads"] > 0.6


@pytest.mark.slow
def test_starts_are_kept_and_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(starting, "_VALUES", 3)
    brief = {"sides.users.count": 400, "sides.users.revise_rate": 1.0, "run.months": 13}
    result = hysteresis(
        "tipping", {BETA: (0.5, 4.0)}, changes=brief,
        precision=0.1, most=20, **HERE,
    )  # fmt: skip
    assert set(result.branches["start"]) == {"a leads", "b leads", "even split"}
    assert len(result.branches) == 9
    last = result.branches[result.branches["value"] == 4.0].set_index("start")["share"]
    assert last["a leads"] > 0.8
    assert last["b leads"] < 0.2
    assert set(result.critical["what"]) == {"the start decides", "an even split is lost"}
    folder = result.save(tmp_path / "starts")
    assert (folder / "hysteresis.png").stat().st_size > 10_000


def test_unequal_platforms_have_no_even_split_to_lose(monkeypatch):
    monkeypatch.setattr(starting, "_VALUES", 2)
    changes = SMALL | {"platforms.a.quality": 0.5, "sides.users.revise_rate": 1.0}
    result = hysteresis(
        "tipping", {BETA: (0.5, 4.0)}, changes=changes, precision=0.1, most=20, **HERE
    )
    assert set(result.critical["what"]) <= {"the start decides"}
    with pytest.raises(ScenarioError, match="equal platforms"):
        boundary("tipping", {BETA: (0.5, 4.0)}, GROWTH, changes=changes, **HERE)


# -- what is asked, and mistakes ---------------------------------------------------------------


def test_a_setting_that_differs_between_the_arms_is_moved_in_the_other_one():
    whole = load("tipping")
    arms = {name: whole.with_arm(name) for name in ("off", "above")}
    assert moved_in(arms, BETA) == ("above",)
    assert moved_in(arms, "market.interoperability") == ("off", "above")


def test_the_number_of_workers_makes_no_difference():
    options = {"changes": SMALL, "arms": ["off", "above"], "most": 20, "progress": False}
    options["precision"] = 0.25
    ranges = {"sides.users.revise_rate": (0.05, 1.0)}
    one, two = (
        boundary("tipping", ranges, "largest_share", workers=workers, **options)
        for workers in (1, 2)
    )
    assert one.points.equals(two.points)
    assert one.crossings.equals(two.crossings)


@pytest.mark.parametrize(
    ("over", "options", "message"),
    [
        ({"mechanisms.direct_network.beta_dirct": (0, 1)}, {}, "did you mean.*beta_direct"),
        ({"mechanisms.reversion.enabled": (0, 1)}, {}, "the scenario does not have"),
        ({"run.resolution": (0, 1)}, {}, "a number that can be moved"),
        ({BETA: (2, 1)}, {}, "must rise"),
        ({BETA: (-5, 1)}, {}, "beta_direct"),
        ({}, {}, "one parameter, or two"),
        ({BETA: (1, 3)}, {"metric": "largest_shar", "arms": ["off", "above"]}, "largest_share"),
        ({BETA: (1, 3)}, {"arms": ["off", "abov"]}, "did you mean 'above'"),
        ({BETA: (1, 3)}, {"arms": ["abov"], "value": 0.5}, "did you mean 'above'"),
        ({BETA: (1, 3)}, {"arms": ["above"]}, "value"),
        ({BETA: (1, 3)}, {"metric": GROWTH, "arms": ["off", "above"]}, "one arm"),
        ({BETA: (1, 3)}, {"metric": GROWTH, "value": 2.0}, "compared with 1"),
        ({BETA: (1, 3)}, {"pairs": 5}, "pairs.*from 20"),
        ({BETA: (1, 3)}, {"precision": 0.0}, "precision"),
    ],
)  # fmt: skip
def test_mistakes_are_said_in_one_message(over, options, message):
    with pytest.raises(ScenarioError, match=message):
        boundary("tipping", over, changes=SMALL, **{**HERE, **options})


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.slow
def test_the_command_line_prints_the_flip_and_says_what_is_wrong(tmp_path):
    small = [part for key, value in SMALL.items() for part in ("--set", f"{key}={value}")]
    result = call(
        "boundary", "tipping", "--over", f"{BETA}=0.5:4", "--metric", GROWTH, "--pairs", 5,
        "--precision", 0.1, "--out", tmp_path / "out", *small,
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "below it even split lasts, above it even split tips" in result.stdout
    assert (tmp_path / "out" / "boundary.png").stat().st_size > 10_000
    assert rerun(tmp_path / "out", workers=1, progress=False).same
    wrong = call("boundary", "tipping", "--over", f"{BETA}=4", *small)
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("Error: --over: must be KEY=LOW:HIGH")
    both = call("boundary", "tipping", "--over", f"{BETA}=1:4", "--starts", "--value", 1, *small)
    assert both.exit_code == 2

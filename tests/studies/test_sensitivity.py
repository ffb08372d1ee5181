"""Sensitivity: known functions through the same path, seeds, dummies, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from SALib.test_functions import Ishigami, Sobol_G

from platformsim.errors import ResultError, ScenarioError
from platformsim.studies.factors import factors_of
from platformsim.studies.rerun import rerun
from platformsim.studies.sensitivity import IncompleteError, analysed, sensitivity
from platformsim.studies.sensitivity.designs import designed
from platformsim.studies.sensitivity.indices import indices_of, noise_of
from platformsim.studies.sensitivity.unfinished import save_unfinished

PI = {f"x{i}": (-np.pi, np.pi) for i in (1, 2, 3)}
# What SALib's own regression tests ask of its estimators.
PUBLISHED = {"atol": 5e-2, "rtol": 1e-1}
QUIET = {"workers": 1, "progress": False}
SMALL = {"sides.users.count": 60, "run.months": 5, "run.burn_in": 1}
LIFT, DEMAND = "mechanisms.complement.eng_lift", "technologies.model.api_demand"


def ishigami(x1, x2, x3, seed):
    return {"y": float(Ishigami.evaluate(np.array([[x1, x2, x3]]))[0])}


def sobol_g(seed, **x):
    row = np.array([[x[f"x{i}"] for i in range(8)]])
    return {"y": float(Sobol_G.evaluate(row)[0])}


def index(result, name, outcome="y"):
    rows = result.indices[(result.indices["index"] == name) & (result.indices["partner"] == "")]
    return rows[rows["outcome"] == outcome].set_index("factor")


def test_ishigami_comes_out_by_sobol():
    found = sensitivity(ishigami, PI, method="sobol", points=1024, replicates=1, **QUIET)
    names = ["x1", "x2", "x3"]
    first, total = index(found, "S1"), index(found, "ST")
    np.testing.assert_allclose(first["value"][names], [0.31, 0.44, 0.00], **PUBLISHED)
    np.testing.assert_allclose(total["value"][names], [0.55, 0.44, 0.24], **PUBLISHED)
    for table in (first, total):
        assert (table["low"] <= table["value"]).all()
        assert np.isfinite(table[["low", "high"]].to_numpy()).all()
    exact = {"S1": [0.3139, 0.4424, 0.0], "ST": [0.5576, 0.4424, 0.2437]}
    for name, values in exact.items():
        table = index(found, name).loc[names]
        assert ((table["low"] - 1e-3 < values) & (values < table["high"] + 1e-3)).all()


@pytest.mark.slow
def test_pairs_of_ishigami_come_out_too():
    found = sensitivity(
        ishigami, PI, method="sobol", points=8192, replicates=1, second_order=True, **QUIET
    )
    pairs = found.indices[found.indices["index"] == "S2"].set_index(["factor", "partner"])["value"]
    values = [pairs["x1", "x2"], pairs["x1", "x3"], pairs["x2", "x3"]]
    np.testing.assert_allclose(values, [0.00, 0.25, 0.00], **PUBLISHED)
    np.testing.assert_allclose(
        index(found, "ST")["value"][["x1", "x2", "x3"]], [0.55, 0.44, 0.24], **PUBLISHED
    )


def test_sobol_g_comes_out_by_sobol():
    a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    over = {f"x{i}": (0.0, 1.0) for i in range(8)}
    found = sensitivity(sobol_g, over, method="sobol", points=1024, replicates=1, **QUIET)
    names = list(over)
    exact = {
        "S1": Sobol_G.sensitivity_index(a),
        "ST": Sobol_G.total_sensitivity_index(a),
    }
    for name, values in exact.items():
        np.testing.assert_allclose(index(found, name)["value"][names], values, **PUBLISHED)
    assert found.is_dummy_last("y")
    # x0 to x3 matter in this order; what the rest does is below the design's resolution.
    assert index(found, "ST").index[:4].tolist() == names[:4]


def test_morris_finds_the_effects_of_a_linear_function():
    def linear(a, b, c, seed):
        return {"y": 3.0 * a - 2.0 * b + 0.0 * c}

    over = {"a": (0.0, 2.0), "b": (0.0, 1.0), "c": (0.0, 1.0)}
    found = sensitivity(linear, over, method="morris", points=8, replicates=1, **QUIET)
    assert index(found, "mu")["value"][["a", "b", "c"]].tolist() == pytest.approx([6.0, -2.0, 0.0])
    assert index(found, "mu_star")["value"]["b"] == pytest.approx(2.0)
    np.testing.assert_allclose(index(found, "sigma")["value"], 0.0, atol=1e-9)
    assert index(found, "mu_star").index.tolist() == ["a", "b", "c", "dummy"]


def test_morris_ranks_ishigami_within_salibs_tolerance():
    found = sensitivity(ishigami, PI, method="morris", points=400, replicates=1, **QUIET)
    stars = index(found, "mu_star")["value"]
    # With four levels x2 moves between places that are a third of its range apart.
    np.testing.assert_allclose(stars[["x1", "x2", "x3"]], [7.5, 7.875, 6.2], rtol=0.2)
    assert stars["dummy"] == 0.0


def test_one_at_a_time_follows_each_factor_through_its_base():
    def bowl(a, b, seed):
        return {"y": (a - 1.0) ** 2 + b * 0.1 + seed}

    found = sensitivity(
        bowl, {"a": (0.0, 4.0), "b": [1, 2, 5]}, method="ofat", replicates=6, **QUIET
    )
    assert index(found, "range")["value"][["a", "b"]].tolist() == pytest.approx([9.0, 0.4])
    assert index(found, "end_to_end")["value"]["a"] == pytest.approx(8.0)
    curve = found.curves[found.curves["factor"] == "a"]
    assert curve["place"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    # b stays at its middle level, and the seeds are 0 to 5.
    assert curve["mean"].tolist() == pytest.approx([x + 0.2 + 2.5 for x in (1, 0, 1, 4, 9)])
    # The same luck at all points: no doubt about what the factor does.
    assert index(found, "range")["high"]["a"] == pytest.approx(9.0)


def test_seeds_have_the_share_that_they_were_given():
    rng = np.random.default_rng(5)
    luck, rest = rng.normal(size=400), rng.normal(size=(3000, 400))
    design = designed(
        "sobol", factors_named("a", "b"), points=512, seed=3, dummy=False, second_order=False
    )
    settings = np.array([4.0 * v["a"] + 2.0 * v["b"] for v in design.values])
    values = settings[:, None] + 1.5 * luck[:12] + 2.0 * rest[: len(design), :12]
    noise = noise_of(design, values).set_index("part")
    a, b, e = (16.0 + 4.0) / 12.0, 1.5**2 * luck[:12].var(ddof=1), 4.0
    total = a + b + e
    expected = {
        "settings": a / total, "seed": (b + e) / total, "seed_common": b / total,
        "seed_in_means": e / 12 / (a + e / 12),
    }  # fmt: skip
    for part, value in expected.items():
        assert noise["value"][part] == pytest.approx(value, abs=0.03), part
        assert noise["low"][part] <= noise["value"][part] <= noise["high"][part]
    assert noise["value"]["settings"] + noise["value"]["seed"] == pytest.approx(1.0)


def factors_named(*names):
    from platformsim.studies.factors import Factor

    return [Factor(name) for name in names]


@pytest.mark.slow
def test_intervals_cover_what_is_true():
    """Indices of a noisy Ishigami function, 60 times."""
    exact = {("x1", "S1"): 0.3139, ("x2", "S1"): 0.4424, ("x3", "S1"): 0.0,
             ("x1", "ST"): 0.5576, ("x2", "ST"): 0.4424, ("x3", "ST"): 0.2437}  # fmt: skip
    hits = dict.fromkeys(exact, 0)
    repetitions = 60
    for repetition in range(repetitions):
        design = designed(
            "sobol", factors_named("x1", "x2", "x3"), points=256, seed=repetition, dummy=False,
            second_order=False,
        )  # fmt: skip
        rng = np.random.default_rng(repetition)
        places = (2.0 * design.places - 1.0) * np.pi
        values = Ishigami.evaluate(places)[:, None] + rng.normal(size=5)
        found = indices_of(design, values).set_index(["factor", "index"])
        for key, value in exact.items():
            hits[key] += found.loc[key, "low"] <= value <= found.loc[key, "high"]
    coverage = {key: count / repetitions for key, count in hits.items()}
    assert min(coverage.values()) >= 0.85, coverage


# -- scenarios -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def complement():
    return sensitivity(
        "complement_breakeven", [LIFT, f"{DEMAND}=0:50"], method="sobol", points=8,
        replicates=2, changes=SMALL, **QUIET,
    )  # fmt: skip


def test_the_paired_difference_is_analysed_beside_the_levels(complement):
    difference = "profit[giant]@open-closed"
    assert complement.outcomes[0] == difference
    assert set(complement.outcomes) == {difference, "profit[giant]@closed", "profit[giant]@open"}
    # Linear in both: profit moves by 0.02 * 30 * 60 * lift and by -0.5 * demand.
    lift, demand = (0.02 * 30.0 * 60 * 0.5) ** 2, (0.5 * 50.0) ** 2
    total = index(complement, "ST", difference)
    assert total["value"][DEMAND] == pytest.approx(demand / (lift + demand), abs=0.25)
    assert total["rank"][DEMAND] == 1
    # In the closed arm the complement earns nothing.
    assert index(complement, "ST", "profit[giant]@closed")["value"][LIFT] == 0.0


def test_the_dummy_is_run_and_ranks_last(complement):
    assert "dummy" in complement.design.names
    assert len(complement.runs) == 8 * (3 + 2) * 2
    for outcome in complement.outcomes:
        assert complement.is_dummy_last(outcome)
        assert index(complement, "ST", outcome)["rank"]["dummy"] == 3


def test_a_dummy_above_a_factor_is_told():
    calls = iter(range(10_000))

    def unsteady(a, seed):
        return {"y": float(next(calls) * 7919 % 101)}

    found = sensitivity(unsteady, {"a": (0.0, 1.0)}, method="sobol", points=16, **QUIET)
    table = index(found, "ST")
    if table["value"]["dummy"] > table["value"]["a"]:
        assert any("rank below the dummy" in note for note in found.notes())
    assert table["value"]["dummy"] > 0.1


def test_unset_factors_are_all_parameters_of_active_mechanisms():
    from platformsim.scenario import load

    scenario = load("complement_breakeven")
    factors, left_out = factors_of(scenario, None, ("closed", "open"))
    names = [factor.name for factor in factors]
    assert all(name.startswith(("mechanisms.complement.", "mechanisms.lab_")) for name in names)
    lift = next(factor for factor in factors if factor.name == LIFT)
    assert (lift.low, lift.high, lift.base) == (0, 0.5, 0.1)
    assert not any(name.endswith(".enabled") for name in names)
    assert {key for key, _ in left_out}.isdisjoint(names)


def test_values_that_the_scenario_cannot_have_are_left_out():
    from platformsim.scenario import load

    factors, left_out = factors_of(load("tipping"), None, ())
    law = {factor.name: factor for factor in factors}["mechanisms.direct_network.law"]
    assert "local" not in law.levels
    assert len(law.levels) >= 2
    reasons = dict(left_out)
    assert "graph of contacts" in reasons["mechanisms.direct_network.law = local"]


def test_a_mechanism_of_the_users_own_is_a_factor_too():
    from dataclasses import dataclass

    from platformsim.mechanisms import REGISTRY, Mechanism
    from platformsim.parameters import param
    from platformsim.scenario import load

    @dataclass(frozen=True)
    class Novelty(Mechanism):
        """The new is liked."""

        weight: float = param(0.5, 0, 2, "utils", "M", "Worth of the new.")

    try:
        scenario = load("complement_breakeven").with_mechanism(Novelty(0.7))
        factors, _ = factors_of(scenario, None, ("closed", "open"))
    finally:
        del REGISTRY["novelty"]
    own = {factor.name: factor for factor in factors}["mechanisms.novelty.weight"]
    assert (own.low, own.high, own.base) == (0, 2, 0.7)


def test_the_arm_is_a_factor_where_asked():
    found = sensitivity(
        "complement_breakeven", {"arm": ["closed", "open"], LIFT: None, DEMAND: [0.0, 900.0]},
        method="ofat", points=2, replicates=2, changes=SMALL, dummy=False, **QUIET,
    )  # fmt: skip
    assert found.outcomes == ["profit[giant]"]
    # The arm's first level is the base: closed, where the lift does nothing and demand earns.
    table = index(found, "range", "profit[giant]")["value"]
    assert table[LIFT] == 0.0
    assert table[DEMAND] == pytest.approx(450.0, rel=1e-6)
    assert table["arm"] > 0


def test_the_folder_is_repeated(complement, tmp_path):
    path = complement.save(tmp_path / "out")
    assert {"indices.png", "indices.parquet", "noise.parquet"} <= {f.name for f in path.iterdir()}
    assert rerun(path, workers=1, progress=False).same


def test_the_number_of_workers_does_not_matter(complement):
    other = sensitivity(
        "complement_breakeven", [LIFT, f"{DEMAND}=0:50"], method="sobol", points=8,
        replicates=2, changes=SMALL, workers=2, progress=False,
    )  # fmt: skip
    for name, table in complement.tables().items():
        assert table.equals(other.tables()[name]), name


# -- what is refused -------------------------------------------------------------------------


def test_a_design_that_lost_a_row_is_refused(complement):
    whole = complement.runs
    again = analysed(complement.design, whole.sample(frac=1.0, random_state=1), range(2))
    assert again["indices"].equals(complement.indices)
    with pytest.raises(IncompleteError, match="1 of 80 runs are missing") as caught:
        analysed(complement.design, whole.drop(index=7), range(2))
    assert caught.value.missing[["point", "seed"]].values.tolist() == [[3, 1]]
    assert caught.value.missing[LIFT].iloc[0] == complement.design.values[3][LIFT]


def flaky(broken):
    def f(x, seed):
        if broken and x > 0.9 and seed == 1:
            raise ValueError("planted")
        made.append((x, seed))
        return {"y": x + 0.01 * seed}

    f.__qualname__ = "flaky"
    made = []
    return f, made


def test_failed_runs_are_named_and_only_they_are_made_again(tmp_path):
    options = {"over": {"x": (0.0, 1.0)}, "method": "sobol", "points": 16, "replicates": 2, **QUIET}
    with pytest.raises(IncompleteError, match=r"seed 1: x=.*ValueError: planted") as caught:
        sensitivity(flaky(True)[0], **options)
    folder = save_unfinished(caught.value, tmp_path / "kept")
    mended, made = flaky(False)
    found = sensitivity(mended, known=folder, **options)
    assert len(made) == len(caught.value.missing) > 0
    assert {seed for _, seed in made} == {1}
    whole = sensitivity(flaky(False)[0], **options)
    pd.testing.assert_frame_equal(found.indices, whole.indices)
    with pytest.raises(ResultError, match="another design"):
        sensitivity(mended, known=folder, **{**options, "points": 32})


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"method": "sobl"}, r"did you mean 'sobol'"),
        ({"over": ["mechanisms.complement.eng_lfit"]}, r"did you mean .*eng_lift"),
        ({"over": [f"{LIFT}=0:9"]}, r"from 0 to 0\.5"),
        ({"over": [f"{LIFT}=0.4:0.1"]}, "to a larger one"),
        ({"over": [LIFT, LIFT]}, "second time"),
        ({"over": []}, "at least one"),
        ({"over": ["technologies.model.release_mode"]}, "the arms themselves set"),
        ({"over": ["arm=closed,opne"]}, r"did you mean 'open'"),
        ({"over": ["arm"], "arms": ["closed", "open"]}, "cannot be compared and be a factor"),
        ({"over": [LIFT], "method": "sobol", "points": 100}, "power of two"),
        ({"over": [LIFT], "metric": "profit[gaint]"}, r"did you mean 'profit\[giant\]'"),
        ({"over": [LIFT], "replicates": 0}, "at least 1"),
        ({"over": [LIFT], "second_order": True}, "belongs to the method sobol"),
        ({"over": ["releasers.giant.strategy"]}, "no declared range"),
    ],
)
def test_wrong_input_is_refused_before_anything_runs(options, text):
    with pytest.raises(ScenarioError, match=text):
        sensitivity("complement_breakeven", changes=SMALL, **options, **QUIET)


def test_points_that_are_no_scenario_are_refused_before_anything_runs():
    class Guarded:
        def __call__(self, seed, **x):
            raise AssertionError("must not be called")

        def check(self, x):
            if x > 0.5:
                raise ScenarioError([])

    with pytest.raises(ScenarioError, match="points of the design are no valid scenario"):
        sensitivity(Guarded(), {"x": (0.0, 1.0)}, method="morris", **QUIET)


def test_a_metric_that_is_undefined_somewhere_is_refused():
    def gaps(x, seed):
        return {"y": x, "z": float("nan") if x > 0.5 else x}

    with pytest.raises(ScenarioError, match="is not defined in"):
        sensitivity(gaps, {"x": (0.0, 1.0)}, method="sobol", points=8, **QUIET)
    found = sensitivity(gaps, {"x": (0.0, 1.0)}, method="sobol", points=8, metric="y", **QUIET)
    assert found.outcomes == ["y"]


def test_an_outcome_that_nothing_moves_has_no_shares():
    found = sensitivity(
        lambda x, seed: {"y": 4.0}, {"x": (0.0, 1.0)}, method="sobol", points=8, **QUIET
    )
    assert found.indices["value"].isna().all()
    assert any("no factor moves it" in note for note in found.notes())
    assert found.plot().keys() == {"indices"}

"""The search: known fronts through the same path, and openings that do what they say."""

import numpy as np
import pytest

from platformsim.errors import ScenarioError
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.studies.rerun import rerun
from platformsim.studies.search import search
from platformsim.studies.search.front import is_on_front, staying
from platformsim.studies.search.levers import Opening

QUIET = {"workers": 1, "progress": False}
SMALL = {"sides.users.count": 60, "run.months": 8, "run.burn_in": 1}


def schaffer(x, seed):
    """Two parabolas: every x between 0 and 2 is on the front, and no other."""
    luck = np.random.default_rng(seed).normal()
    return {"left": x**2 + luck, "right": (x - 2.0) ** 2 - luck}


def test_dominated_means_no_better_in_anything_and_worse_in_something():
    values = np.array([[1.0, 3.0], [2.0, 2.0], [1.0, 2.0], [3.0, 1.0], [2.0, 2.0], [0.0, 3.0]])
    assert is_on_front(values).tolist() == [True, True, False, True, True, False]
    assert is_on_front(np.stack([values, -values])).shape == (2, 6)


def test_a_trial_stays_as_often_as_its_luck_allows():
    rng = np.random.default_rng(1)
    luck = rng.normal(size=(2, 50, 1))
    sure = np.concatenate([np.zeros((1, 50, 2)), np.full((1, 50, 2), 5.0)])
    assert staying(sure).tolist() == [0.0, 1.0]
    # The second objective is the same, the first differs by luck alone.
    equal = np.concatenate([luck - luck.mean(axis=1, keepdims=True), np.zeros((2, 50, 1))], axis=2)
    assert staying(equal) == pytest.approx([0.5, 0.5], abs=0.05)
    # Luck that both share decides nothing.
    shared = np.concatenate([luck[:1], luck[:1] - 0.01])
    assert staying(np.concatenate([shared, shared], axis=2)).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
def test_a_known_front_is_found(sampler):
    found = search(
        schaffer, {"x": (-5.0, 5.0)}, objectives=["left:down", "right:down"], trials=80,
        replicates=3, confirm=20, sampler=sampler, seed=2, **QUIET,
    )  # fmt: skip
    on_front = found.trials.loc[found.trials["on_front"], "x"]
    assert len(on_front) >= 5
    assert on_front.between(-0.05, 2.05).mean() > 0.9
    inside = found.trials["x"].between(0.0, 2.0)
    # All that lies between the two minima is on the front.
    assert found.trials.loc[inside, "on_front"].all()


def test_values_are_from_seeds_that_the_search_never_saw():
    seen = []

    def watched(x, seed):
        seen.append(seed)
        return schaffer(x, seed)

    found = search(
        watched, {"x": (0.0, 2.0)}, objectives=["left:down", "right:down"], trials=6,
        replicates=3, confirm=20, **QUIET,
    )  # fmt: skip
    assert set(seen) == set(range(23))
    fresh = np.mean([schaffer(0.0, seed)["left"] for seed in range(3, 23)])
    rows = found.front[(found.front["objective"] == "left") & (found.front["trial"] >= 0)]
    for row in rows.itertuples():
        x = found.trials.set_index("trial").loc[row.trial, "x"]
        assert row.value == pytest.approx(x**2 + fresh)
        # Paired: the luck of the seeds falls out of the gain over the middle of the range.
        assert row.gain == pytest.approx(x**2 - 1.0)
        assert row.gain_low == pytest.approx(row.gain_high)
        assert row.low < row.value < row.high


def test_failed_trials_are_left_out_and_told():
    def broken(x, seed):
        if x > 1.0:
            raise ValueError("planted")
        return schaffer(x, seed)

    found = search(
        broken, {"x": (-1.0, 2.0)}, objectives=["left:down", "right:down"], trials=20,
        replicates=1, confirm=20, seed=1, **QUIET,
    )  # fmt: skip
    failed = found.trials["error"] == "ValueError: planted"
    assert 0 < failed.sum() < 20
    assert (found.trials.loc[failed, "x"] > 1.0).all()
    assert not found.trials.loc[failed, "on_front"].any()
    assert any("failed" in note for note in found.notes())


# -- openings --------------------------------------------------------------------------------


def open_months(opening, months=10):
    scenario = load("complement_breakeven", {**SMALL, "run.months": months})
    model = PlatformModel(opening.applied(scenario, "model"))
    found = []
    for month in range(1, months + 1):
        model.step()
        if model.market.technologies["newest_open"][0]:
            found.append(month)
    return found


@pytest.mark.parametrize(
    ("opening", "months"),
    [
        (Opening("closed_api"), []),
        (Opening("open_weights"), list(range(1, 11))),
        (Opening("open_weights", 4), [4, 5, 6, 7, 8, 9, 10]),
        (Opening("open_weights", 4, 7), [4, 5, 6]),
        (Opening("open_capped", 0, 3, licence_cap=0.2), [1, 2]),
        (Opening("open_weights", 11), []),
        (Opening("open_weights", 4, 99), [4, 5, 6, 7, 8, 9, 10]),
        (Opening("staged", 2), []),
    ],
)
def test_an_opening_is_open_when_it_says(opening, months):
    assert open_months(opening) == months


def test_an_opening_is_said_in_words():
    assert Opening("closed_api", 5).text == "never opens"
    assert Opening("delayed_open", 3, 9, delay_months=6).text == (
        "delayed_open after 6 months from month 3, closes in month 9"
    )
    assert Opening("open_capped", licence_cap=0.25).text == (
        "open_capped up to 25% of users from month 0"
    )


@pytest.fixture(scope="module")
def complement():
    return search(
        "complement_breakeven", trials=12, replicates=2, confirm=20, changes=SMALL, seed=3, **QUIET
    )


def test_never_and_each_degree_from_the_start_are_tried_first(complement):
    first = complement.trials.head(5)
    assert first["degree"].tolist() == [
        "closed_api", "staged", "delayed_open", "open_capped", "open_weights"
    ]  # fmt: skip
    assert complement.objectives == (("profit[giant]", "up"), ("welfare", "up"))
    assert (first["open_month"].dropna() == 0).all()
    # The scenario as it stands is closed: the first trial is the base.
    base = complement.front[complement.front["trial"] == -1].set_index("objective")
    assert base["gain"].tolist() == [0.0, 0.0]


def test_a_releaser_with_a_complement_and_no_demand_opens_at_once():
    rich = {"technologies.model.api_demand": 0.0, "platforms.social.ad_yield": 0.1, **SMALL}
    found = search(
        "complement_breakeven", objectives=["profit[giant]", "builders:down"], trials=16,
        replicates=1, confirm=20, changes=rich, seed=1, **QUIET,
    )  # fmt: skip
    best = found.trials.loc[found.trials["profit[giant]"].idxmax()]
    assert best["degree"] in ("open_weights", "open_capped")
    assert best["open_month"] <= 1
    poor = {
        "mechanisms.complement.eng_lift": 0.0,
        "mechanisms.complement.cost_saving": 0.0,
        **SMALL,
    }
    found = search(
        "complement_breakeven", objectives=["profit[giant]", "welfare"], trials=10,
        replicates=1, confirm=20, changes=poor, seed=1, **QUIET,
    )  # fmt: skip
    assert found.trials.loc[found.trials["profit[giant]"].idxmax(), "degree"] == "closed_api"


def test_a_search_does_not_depend_on_workers_and_is_repeated(complement, tmp_path):
    path = complement.save(tmp_path / "out")
    assert {"front.png", "strategies.png", "front.parquet"} <= {f.name for f in path.iterdir()}
    assert rerun(path, workers=2, progress=False).same


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"technology": "modle"}, r"did you mean 'model'"),
        ({"releaser": "gaint"}, r"did you mean 'giant'"),
        ({"objectives": ["welfare"]}, "two metrics or more"),
        ({"objectives": ["welfare", "profit[giant]:sideways"]}, "METRIC:down"),
        ({"objectives": ["welfare", "profit[gaint]"]}, r"did you mean 'profit\[giant\]'"),
        ({"sampler": "tpee"}, r"did you mean 'tpe'"),
        ({"trials": 0}, "at least 1"),
        ({"confirm": 5}, "at least 20"),
        ({"opening": False}, "must name something"),
        ({"over": ["arm"]}, "cannot be searched"),
        ({"over": ["mechanisms.complement.eng_lfit"]}, r"did you mean .*eng_lift"),
    ],
)
def test_wrong_input_is_refused(options, text):
    with pytest.raises(ScenarioError, match=text):
        search("complement_breakeven", changes=SMALL, **options, **QUIET)

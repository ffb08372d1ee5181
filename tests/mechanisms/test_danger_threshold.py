"""C08: a large loss above a capability, at most once, and the policy that opens below it."""

import numpy as np
import pytest

from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load

from .test_misuse import market


def dangerous(modes=("open_weights",), capability=200.0, months=24, misuse=None, **settings):
    table = market(modes, capability, months, **(misuse or {}))
    table["mechanisms"]["danger_threshold"] = settings
    return table


def run(table, replicate=0):
    return PlatformModel(load(table), replicate=replicate).run().history


def numbers(history):
    found = measure(history)
    return dict(zip((column.name for column in found.columns), found.summary, strict=True))


def test_the_hazard_is_that_of_the_month_s_successes():
    history = run(dangerous(p_cat=1e-5))
    successes = history.technologies["misused"][1:, 0]
    assert successes.max() > 3
    expected = [1 - (1 - 1e-5) ** n for n in successes]
    assert np.allclose(history.technologies["hazard"][1:, 0], expected, rtol=1e-9)
    safe = np.prod([(1 - 1e-5) ** n for n in successes])
    assert numbers(history)["catastrophe_risk"] == pytest.approx(1 - safe, rel=1e-9)


def test_nothing_happens_at_or_below_the_threshold():
    for capability in (100.0, 160.0):
        history = run(dangerous(capability=capability, p_cat=1e-3, misuse={"bad_actors": 500}))
        assert history.technologies["hazard"].sum() == 0
        assert numbers(history)["catastrophe"] == 0


def test_catastrophes_are_as_frequent_as_their_risk():
    # Nobody defends, so that nine attempts in ten get through, each with the same small chance.
    table = dangerous(p_cat=1e-3, misuse={"bad_actors": 60, "defenders": 0}, months=12)
    happened = [numbers(run(table, one))["catastrophe"] for one in range(60)]
    risk = 1 - (1 - 0.9 * 1e-3) ** (60 * 12)
    assert np.mean(happened) == pytest.approx(risk, abs=0.15)


def test_it_happens_once_and_costs_years_of_that_month_s_surplus():
    table = dangerous(p_cat=1e-3, loss_cat=5.0, misuse={"bad_actors": 500, "defenders": 0})
    history = run(table)
    years = history.technologies["catastrophe_years"].sum(axis=1)
    month = int(np.flatnonzero(years)[0])
    assert years.sum() == years[month] == 5.0
    assert np.all(history.technologies["hazard"][month + 1 :] == 0)
    found = measure(history)
    path = dict(zip(found.series_columns, found.series.T, strict=True))
    everyday = history.technologies["harm"].sum(axis=1)
    surplus = path["welfare"][month] + path["harm"][month]
    assert path["harm"][month] - everyday[month] == pytest.approx(5.0 * 12 * surplus)
    others = np.arange(len(years)) != month
    assert np.array_equal(path["harm"][others], everyday[others])


def test_an_old_copy_below_the_threshold_is_harmless():
    # The generation before the newest of 200 is one of 148; that is what bad actors use here.
    table = dangerous(("staged",), p_cat=1e-3, misuse={"access_closed": 0.02, "bad_actors": 500})
    history = run(table)
    assert history.technologies["misused_level"].max() == pytest.approx(200 * np.exp(-0.3))
    assert numbers(history)["catastrophe_risk"] == 0


def test_owners_open_only_what_lies_below_the_threshold():
    model = PlatformModel(load(dangerous(capability=150.0, months=40, open_below=True)))
    technologies = model.market.technologies
    model.step()
    assert technologies["newest_open"][0] == 1
    for newest, opened in ((190.0, 150.0), (240.0, 150.0)):
        # A generation is finished: what was the newest becomes the one before it.
        technologies["previous_capability"] = technologies["capability"].copy()
        technologies["capability"] = newest
        technologies["generation_month"] = model.market.month
        model.step()
        assert technologies["newest_open"][0] == 0
        assert technologies["open_capability"][0] == opened
        assert model.market.terms.open_access[0] == 1  # what was open stays available
        assert model.market.terms.api_access[0] == 1


def test_a_closed_release_is_not_touched_by_the_policy():
    model = PlatformModel(load(dangerous(("closed_api",), open_below=True)))
    mechanism = next(m for m in model.market.mechanisms if m.name == "danger_threshold")
    assert np.isnan(mechanism.decides(model.market)).all()


@pytest.mark.parametrize("resolution", ["cohorts", "mean_field"])
def test_it_runs_at_coarser_resolutions_and_without_technologies(resolution):
    for modes in ((), ("open_weights",)):
        table = dangerous(modes, open_below=True)
        table["run"]["resolution"] = resolution
        if not modes:
            table["platforms"] = [{"name": "app"}]
        assert run(table).technologies["hazard"].shape == (25, len(modes))

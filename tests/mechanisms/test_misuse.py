"""C07: defence and harm, against the closed form and sums by hand."""

import numpy as np
import pytest

from platformsim.market.release import MODE
from platformsim.mechanisms.misuse import Misuse
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.theory.misuse import (
    Guard,
    crossing_month,
    defence_after,
    exposure,
    settled_defence,
    settled_exposure,
)


def market(modes=("closed_api",), capability=100.0, months=60, **settings):
    """One lab and one platform a model, and no rule but misuse."""
    labs = [f"lab{row}" for row in range(len(modes))]
    return {
        "name": "misused",
        "run": {"months": months, "burn_in": 0, "resolution": "agents"},
        "sides": {"users": {"count": 50}},
        "technologies": [
            {"name": f"model{lab}", "owner": lab, "capability": capability, "release_mode": mode}
            for lab, mode in zip(labs, modes, strict=True)
        ],
        "platforms": [{"name": f"app{lab}", "owner": lab, "technology": f"model{lab}"}
                      for lab in labs],
        "releasers": [{"name": lab} for lab in labs],
        "mechanisms": {"misuse": settings},
    }  # fmt: skip


def run(table, replicate=0):
    model = PlatformModel(load(table), replicate=replicate)
    return model.run()


def paths(table, column, replicates):
    found = [run(table, one).history.technologies[column].sum(axis=1) for one in range(replicates)]
    return np.mean(found, axis=0)


@pytest.mark.parametrize("defenders", [20, 100, 400])
@pytest.mark.parametrize("mode", ["closed_api", "open_weights"])
def test_defence_and_exposure_settle_where_the_closed_form_says(mode, defenders):
    rate, decay = 0.002 * defenders, 0.03
    rate *= 1.0 if mode == "open_weights" else 0.15
    access, reach = (0.9, 0.9) if mode == "open_weights" else (0.4, 1.0)
    expected = access * (1 - reach * rate / (rate + decay))
    table = market((mode,), months=240, defenders=defenders)
    late = paths(table, "exposure", 4)[-120:].mean()
    assert late == pytest.approx(expected, rel=0.1)
    assert settled_exposure(Guard(access, rate, decay, reach)) == pytest.approx(expected)


def test_the_open_release_is_safer_exactly_where_the_inequality_says():
    for spread in (0.8, 1.0):
        settings = {"patch_spread": spread, "months": 240}
        opened, closed = (
            paths(market((mode,), **settings), "misused", 8)[-120:].mean()
            for mode in ("open_weights", "closed_api")
        )
        f, g = 0.2, 0.03
        safer = (1 - f / (f + 0.03) * spread) * 0.9 < (1 - g / (g + 0.03)) * 0.4
        assert safer == (spread == 1.0)
        assert (opened < closed) == safer


def test_the_curves_of_harm_cross_in_the_month_of_the_recursion():
    opened, closed = (
        paths(market((mode,), months=24, weaknesses=10_000), "exposure", 4)
        for mode in ("open_weights", "closed_api")
    )
    assert np.all(opened[1:7] > closed[1:7])
    assert np.all(opened[7:13] < closed[7:13])
    assert crossing_month(*Misuse().guards()) == 7


def test_in_the_mean_field_the_recursion_holds_to_the_last_digits():
    table = market(("open_weights",), months=30)
    table["run"]["resolution"] = "mean_field"
    defence = run(table).history.technologies["defence"][:, 0]
    by_hand = 0.0
    for month in range(1, 31):
        by_hand += 0.2 * (1 - by_hand) - 0.03 * by_hand
        assert defence[month] == pytest.approx(by_hand, rel=1e-9)
        assert defence_after(month, 0.2, 0.03) == pytest.approx(by_hand, rel=1e-9)


def test_harm_of_a_success_grows_with_capability_by_chi():
    for capability, chi in ((100.0, 1.5), (200.0, 1.5), (200.0, 3.0)):
        history = run(market(("open_weights",), capability, 20, chi=chi, h0=7.0)).history
        each = 7.0 * (capability / 100) ** chi
        columns = history.technologies
        assert columns["misused"].sum() > 20
        assert np.allclose(columns["harm"], columns["misused"] * each)


def test_bad_actors_use_the_open_model_of_two_and_restraint_by_one_saves_nothing():
    misused = run(market(("closed_api", "open_weights"), months=3)).history.technologies["misused"]
    assert misused[1:, 0].sum() == 0
    assert misused[1:, 1].sum() > 0
    both = run(market(("open_weights", "open_weights"), months=3)).history.technologies["misused"]
    assert np.array_equal(both.sum(axis=1), misused.sum(axis=1))


def test_copies_of_a_release_that_was_closed_again_stay_in_use():
    model = PlatformModel(load(market(("open_weights",), months=10, patch_spread=0.5)))
    for _ in range(3):
        model.step()
    model.market.technologies["mode"][:] = MODE["closed_api"]
    model.step()
    technologies = model.market.technologies
    assert technologies["newest_open"][0] == 0
    assert technologies["exposure"][0] > 0.4  # more than a closed release can have
    assert technologies["patched_served"][0] > 0  # its keeper knows what was found in the open


def test_a_lab_that_has_left_serves_nobody_but_its_copies_remain():
    for mode, expected in (("closed_api", 0.0), ("open_weights", 1.0)):
        model = PlatformModel(load(market((mode,), months=3)))
        model.market.releasers["active"][:] = 0.0
        model.step()
        assert (model.market.technologies["misused"].sum() > 0) == bool(expected)


def test_harm_is_lost_to_welfare_and_liability_moves_money_to_users():
    numbers = {}
    for name, actors, liability in (("none", 0, 0.0), ("some", 20, 0.0), ("liable", 20, 0.5)):
        table = market(("open_weights",), months=24, bad_actors=actors)
        table["mechanisms"]["regulation"] = {"liability": liability}
        model = run(table)
        found = measure(model.history)
        numbers[name] = dict(zip((c.name for c in found.columns), found.summary, strict=True))
        history = model.history
        users, lab = (history.accounts.index(account) for account in ("users", "lab0"))
        reason = history.reasons.index("liability")
        due = 0.5 * history.technologies["harm"].sum(axis=1) * (name == "liable")
        assert np.allclose(history.received[:, users, reason], due)
        assert np.allclose(history.paid[:, lab, reason], due)
    harm = numbers["some"]["harm"]
    assert harm > 20
    assert numbers["none"]["harm"] == 0
    assert numbers["none"]["welfare"] - numbers["some"]["welfare"] == pytest.approx(harm)
    # A payment from the releaser to users makes nobody richer or poorer on the whole.
    assert numbers["liable"]["welfare"] == pytest.approx(numbers["some"]["welfare"])
    earned = numbers["some"]["profit[lab0]"] - numbers["liable"]["profit[lab0]"]
    assert earned == pytest.approx(0.5 * harm)


@pytest.mark.parametrize("resolution", ["agents", "cohorts", "mean_field"])
@pytest.mark.parametrize("modes", [(), ("closed_api",), ("open_weights", "staged", "delayed_open")])
def test_it_runs_at_every_resolution_and_without_technologies(resolution, modes):
    table = market(modes, months=6)
    table["run"]["resolution"] = resolution
    if not modes:
        table["platforms"] = [{"name": "app"}]
    harm = run(table).history.technologies["harm"]
    assert harm.shape == (7, len(modes))
    assert (harm.sum() > 0) == bool(modes)


def test_more_defenders_than_weaknesses_find_them_all_and_no_more():
    history = run(market(("open_weights",), months=5, defenders=1000, find_rate=0.02, decay=0.0))
    assert np.all(history.history.technologies["patched_copies"][1:] == 200)


def test_without_finds_nothing_is_defended():
    assert settled_defence(0.0, 0.0) == 0.0
    guard = Guard(0.9, 0.0, 0.03, 0.9)
    assert exposure(guard, defence_after(50, 0.0, 0.03)) == 0.9
    assert crossing_month(guard, Guard(0.4, 0.03, 0.03, 1.0), horizon=60) is None

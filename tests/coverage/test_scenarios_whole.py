"""Every shipped scenario, whole: few people and many, and with nothing switched on."""

import numpy as np
import pytest

from platformsim.mechanisms import ORDER
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load, shipped

each = pytest.mark.parametrize("name", shipped())


def with_users(scenario, count):
    """The scenario with so many users, and other sides in proportion."""
    if "users" not in scenario.sides:
        return scenario
    factor = count / scenario.sides["users"].count
    sizes = {name: max(20, round(side.count * factor)) for name, side in scenario.sides.items()}
    sizes["users"] = count
    return scenario.with_settings({f"sides.{name}.count": n for name, n in sizes.items()})


def check(model):
    """Money balances (the ledger refuses a month that does not), and figures are finite."""
    measured = measure(model.history)
    assert not np.isinf(measured.series).any()
    flows = model.history.received.sum(axis=(1, 2)) - model.history.paid.sum(axis=(1, 2))
    moved = model.history.received.sum(axis=(1, 2))
    assert np.all(np.abs(flows) <= 1e-9 * np.maximum(moved, 1.0))
    for side in model.market.sides.values():
        assert side.counts.sum() == pytest.approx(side.living)


@each
def test_it_runs_whole_with_fifty_users_in_every_arm(name):
    scenario = load(name)
    for arm in scenario.arms:
        model = PlatformModel(with_users(scenario.with_arm(arm), 50)).run()
        assert model.market.month == scenario.run.months
        check(model)


@each
def test_it_runs_whole_with_fifty_thousand_users(name):
    scenario = load(name)
    arm = list(scenario.arms)[-1]
    check(PlatformModel(with_users(scenario.with_arm(arm), 50_000)).run())


@each
def test_with_every_mechanism_off_open_and_closed_are_the_same(name):
    # Release modes act through mechanisms alone: whatever the scenario, nothing else tells one
    # from the other. What a metric measures of the release itself is no outcome.
    off = {f"mechanisms.{cls.name}.enabled": False for cls in ORDER}
    bare = {k: v for k, v in load(name).table.items() if k not in ("arms", "predictions", "events")}
    scenario = load(bare, off)
    if not scenario.technologies:
        pytest.skip("a market without a technology has no release mode")
    outcomes = []
    for mode in ("closed_api", "open_weights"):
        modes = {f"technologies.{row.name}.release_mode": mode for row in scenario.technologies}
        model = PlatformModel(with_users(scenario, 200).with_settings(modes)).run()
        history = model.history
        outcomes.append(
            {
                "paid": history.paid,
                "received": history.received,
                **{f"{side}.share": kept.share for side, kept in history.sides.items()},
                **{f"{side}.surplus": kept.surplus for side, kept in history.sides.items()},
                **{f"platforms.{c}": history.platforms[c] for c in history.platforms},
                **{f"releasers.{c}": history.releasers[c] for c in history.releasers},
            }
        )
    closed, opened = outcomes
    for key, path in closed.items():
        assert np.array_equal(path, opened[key], equal_nan=True), key


def test_the_null_scenario_stays_null_with_every_mechanism_present_and_off():
    off = {f"mechanisms.{cls.name}.enabled": False for cls in ORDER}
    bare, present = load("symmetric_null"), load("symmetric_null").with_settings(off)
    assert len(present.mechanisms) == len(ORDER)
    for arm in bare.arms:
        one, other = (
            measure(PlatformModel(scenario.with_arm(arm)).run().history)
            for scenario in (bare, present)
        )
        paths = dict(zip(other.series_columns, other.series.T, strict=True))
        for name, path in zip(one.series_columns, one.series.T, strict=True):
            assert np.array_equal(path, paths[name], equal_nan=True), name

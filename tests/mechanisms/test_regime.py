"""C29: payoffs of the repeated game, the bound on patience, and what keeps an order up."""

import math
from dataclasses import replace

import numpy as np
import pytest

from platformsim.mechanisms.regime import Regime
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.theory.patience import is_self_enforcing, least_patience, lost_by_exclusion


def market(opened, months=120, replicate=0, strategies=None, **regime):
    """A model each for some labs, open or not at the start."""
    names = [f"lab_{place}" for place in range(len(opened))]
    scenario = load(
        {
            "run": {"months": months, "burn_in": 0},
            "sides": {"users": {"count": 50}},
            "platforms": [{"name": "place"}],
            "technologies": [
                {
                    "name": f"model_of_{name}",
                    "owner": name,
                    "release_mode": "open_weights" if is_open else "closed_api",
                }
                for name, is_open in zip(names, opened, strict=True)
            ],
            "releasers": [{"name": name} for name in names],
            "mechanisms": {"regime": {"error": 0.0, **regime}},
        }
    )
    if strategies:
        scenario = replace(scenario, extra_strategies=strategies)
    return PlatformModel(scenario, replicate=replicate).run()


def ends_all_open(*args, **changes):
    return bool(market(*args, **changes).history.technologies["newest_open"][-1].all())


def test_exclusion_costs_the_discounted_months():
    by_hand = sum(0.97**month for month in range(1, 9))
    assert lost_by_exclusion(0.97, 8) == pytest.approx(by_hand, rel=1e-12)
    assert lost_by_exclusion(0.97, math.inf) == pytest.approx(0.97 / 0.03)


def test_the_defaults_stand_just_inside_the_bound():
    assert 0.2 * lost_by_exclusion(0.99, 12) == pytest.approx(2.25, abs=0.005)
    assert is_self_enforcing(0.1, 3, 0.99, 12, 2.0)
    assert not is_self_enforcing(0.1, 3, 0.99, 12, 2.3)


def test_the_least_patience_is_the_one_at_which_both_sides_are_equal():
    assert least_patience(0.1, 3, math.inf, 2.0) == pytest.approx(2.0 / 2.2)
    delta = least_patience(0.1, 3, 12, 2.0)
    assert 0.2 * sum(delta**month for month in range(1, 13)) == pytest.approx(2.0, rel=1e-6)
    assert math.isnan(least_patience(0.1, 3, 12, 2.5))
    assert least_patience(0.1, 3, 12, 0.0) == 0.0


def test_what_one_deviation_is_worth_in_money_is_the_bound():
    # Nobody decides by the game; one lab closes in month 24 and opens when it is let in again.
    def once(seen):
        return "closed_api" if 23 <= seen.month < 36 else "open_weights"

    gain = 2.0
    paid = {}
    for name, rules in (("loyal", {}), ("once", {"lab_0": once})):
        model = market([1, 1, 1], strategies=rules, play=False, defect_gain=gain)
        months = np.arange(121)
        paid[name] = (model.history.releasers["profit"][:, 0] * 0.99 ** (months - 24)).sum()
    # The gain at which deviating and staying come to the same.
    break_even = gain - (paid["once"] - paid["loyal"])
    assert break_even == pytest.approx(0.2 * lost_by_exclusion(0.99, 12), rel=0.10)
    assert break_even == pytest.approx(0.2 * lost_by_exclusion(0.99, 12), rel=1e-9)


@pytest.mark.parametrize(
    ("labs", "changes"),
    [(3, {}), (3, {"delta": 0.96, "punish": 30}), (5, {"commons_gain": 0.05}), (2, {"punish": 60})],
)
def test_all_open_lasts_in_simulation_up_to_the_bound(labs, changes):
    rule = Regime(**changes)
    bound = rule.commons_gain * (labs - 1) * lost_by_exclusion(rule.delta, rule.punish)
    lasting = [
        gain
        for gain in np.linspace(0.5 * bound, 1.5 * bound, 21)
        if ends_all_open([1] * labs, 24, defect_gain=float(gain), **changes)
    ]
    assert max(lasting) == pytest.approx(bound, rel=0.10)
    assert min(lasting) == pytest.approx(0.5 * bound)


def test_there_are_two_stable_states():
    assert ends_all_open([1, 1, 1])
    closed = market([0, 0, 0]).history
    assert not closed.technologies["newest_open"].any()
    assert closed.releasers["profit"].sum() == 0
    assert market([1, 1, 1]).history.releasers["profit"][-1] == pytest.approx([0.2] * 3)


def test_one_opener_draws_nobody_without_a_misreading_and_stays_only_if_committed():
    free = market([1, 0, 0]).history.technologies["newest_open"]
    bound = market([1, 0, 0], commit=True).history.technologies["newest_open"]
    assert free[-1].tolist() == [0, 0, 0]
    assert bound[-1].tolist() == [1, 0, 0]


def test_misreadings_build_a_committed_order_and_break_a_free_one():
    built = [ends_all_open([1, 0, 0], replicate=s, commit=True, error=0.02) for s in range(12)]
    kept = [ends_all_open([1, 1, 1], replicate=s, error=0.02) for s in range(12)]
    assert np.mean(built) > 0.8
    assert np.mean(kept) < 0.2


def test_impatient_labs_do_not_join_a_committed_opener():
    joined = [
        ends_all_open([1, 0, 0], replicate=s, commit=True, error=0.02, delta=0.95)
        for s in range(12)
    ]
    assert not any(joined)


def test_who_closes_alone_gains_nothing_and_is_not_shut_out():
    model = market([1, 0, 0])
    assert model.history.releasers["profit"].sum() == 0
    assert not model.history.technologies["shut_out"].any()


def test_a_defector_is_paid_once_and_shut_out_for_the_time_stated():
    def leaves(seen):
        return "closed_api" if seen.month == 9 else "open_weights"

    model = market([1, 1, 1], 30, strategies={"lab_0": leaves}, play=False, punish=5)
    own = model.history.releasers["profit"][:, 0]
    assert own[9] == pytest.approx(0.2)
    assert own[10] == pytest.approx(2.0 + 0.2)
    assert own[11:16].tolist() == [0.0] * 5
    assert own[16] == pytest.approx(0.2)
    others = model.history.releasers["profit"][:, 1]
    assert others[10:16] == pytest.approx(np.full(6, 0.1))


def test_a_releaser_out_of_business_does_not_play():
    model = market([1, 1, 1], 12)
    model.market.releasers["active"][2] = 0.0
    rule = next(m for m in model.market.mechanisms if m.name == "regime")
    model.market.ledger.open_month()
    rule.update(model.market)
    assert model.market.technologies["in_order"].tolist() == [1, 1, 0]

"""Diffusion by sector: Bass's curve at the pace of the best offer."""

import numpy as np
import pytest

from platformsim.mechanisms.diffusion import SECTORS
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.theory import bass

P, Q = 0.003, 0.05
HOSTING = 0.5 * 1.3


def market(mode="closed_api", resolution="mean_field", months=240, settings=None, **rule):
    table = {
        "run": {"months": months, "burn_in": 0, "resolution": resolution},
        "sides": {"users": {"count": 50}},
        "technologies": [{"name": "model", "owner": "lab", "release_mode": mode}],
        "platforms": [{"name": "place", "owner": "lab", "technology": "model"}],
        "releasers": [{"name": "lab"}],
        "mechanisms": {"diffusion": rule},
    }
    return PlatformModel(load(table).with_settings(settings or {})).run()


def number(model, name):
    measured = measure(model.history)
    return next(
        value
        for column, value in zip(measured.columns, measured.summary, strict=True)
        if column.name == name
    )


def all_need(value):
    return {f"need_{sector}": value for sector in SECTORS}


@pytest.mark.parametrize(
    ("mode", "need", "pace"),
    [
        ("closed_api", 0.0, 1.0),
        ("closed_api", 0.2, 0.8),
        ("open_weights", 0.2, 0.5 * HOSTING**-0.5),
        ("open_weights", 0.9, 0.5 * HOSTING**-0.5),
    ],
)
def test_the_path_is_that_of_bass_at_the_pace_of_the_offer(mode, need, pace):
    model = market(mode, **all_need(need))
    found = model.history.tables["sectors"]["adopted"]
    assert model.history.tables["sectors"]["pace"][-1] == pytest.approx(pace)
    expected = bass.adopted_share(np.arange(241), pace * P, pace * Q)
    assert found[:, 0] == pytest.approx(expected, abs=0.02)
    half = bass.time_to_share(0.5, pace * P, pace * Q)
    assert half == pytest.approx(np.log((P + Q / 2) / (P / 2)) / (pace * (P + Q)))
    assert number(model, "half_adoption[health]") == pytest.approx(half, rel=0.05)


def test_single_firms_take_the_time_of_the_finite_market():
    months = [
        number(
            PlatformModel(
                market("closed_api", "agents", 1, **all_need(0.0)).spec.with_settings(
                    {"run.months": 150}
                ),
                replicate=replicate,
            ).run(),
            "half_adoption[science]",
        )
        for replicate in range(12)
    ]
    assert np.mean(months) == pytest.approx(bass.time_to_share(0.5, P, Q), rel=0.1)
    assert np.std(months) > 0


@pytest.mark.parametrize(("need", "opens"), [(0.37, False), (0.39, True)])
def test_where_both_are_offered_adaptation_decides(need, opens):
    # Open wins where need > 1 - (1 - self_run) / price**elasticity = 1 - 0.62.
    table = market(months=5).spec.table
    other = {"name": "opened", "owner": "lab", "release_mode": "open_weights"}
    table = {**table, "technologies": [*table["technologies"], other]}
    model = PlatformModel(load(table).with_settings({"mechanisms.diffusion.need_health": need}))
    by_open = model.run().history.tables["sectors"]["by_open"][-1]
    assert by_open[SECTORS.index("health")] == float(opens)


def test_a_less_capable_model_is_adopted_more_slowly():
    table = market(months=5).spec.table
    behind = {"name": "open", "release_mode": "open_weights", "capability": 40.0}
    table = {**table, "technologies": [*table["technologies"], behind]}
    table["mechanisms"] = {"diffusion": {**all_need(1.0), "price_elasticity": 0.0}}
    model = PlatformModel(load(table)).run()
    assert model.history.tables["sectors"]["pace"][-1] == pytest.approx(0.4 * 0.5)


def test_who_is_barred_never_adopts_and_half_adoption_is_not_reached():
    model = market(barred=0.6, **all_need(0.0))
    adopted = model.history.tables["sectors"]["adopted"]
    assert np.all(adopted <= 0.4)
    assert adopted[-1, 0] == pytest.approx(0.4, abs=0.02)
    assert number(model, "half_adoption[health]") == 240


@pytest.mark.parametrize("resolution", ["agents", "cohorts", "mean_field"])
def test_adopters_pay_the_owner_or_the_hosts(resolution):
    closed, opened = (
        market(mode, resolution, 60, **all_need(0.5)) for mode in ("closed_api", "open_weights")
    )
    for model, payee, reason, price in (
        (closed, "lab", "api", 1.0),
        (opened, "suppliers", "hosting", HOSTING),
    ):
        h = model.history
        adopters = 100 * h.tables["sectors"]["adopted"][-1].sum()
        got = h.received[-1, h.accounts.index(payee), h.reasons.index(reason)]
        assert adopters > 0
        assert got == pytest.approx(adopters * price)
    assert opened.history.received[-1, opened.history.accounts.index("lab")].sum() == (
        pytest.approx(0.02 * 30 * 50)  # advertising alone
    )


def test_whole_firms_adopt():
    counts = 100 * market(resolution="agents").history.tables["sectors"]["adopted"]
    assert counts == pytest.approx(np.rint(counts))
    assert np.all(np.diff(counts, axis=0) >= 0)


def test_nobody_adopts_what_is_not_offered():
    table = {
        "run": {"months": 20},
        "sides": {"users": {"count": 20}},
        "platforms": [{"name": "place"}],
        "mechanisms": {"diffusion": {}},
    }
    model = PlatformModel(load(table)).run()
    assert np.all(model.history.tables["sectors"]["adopted"] == 0.0)

"""C09: who can deny access, how often that is abused, and what it costs whom."""

import numpy as np
import pytest

from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.scenario import load


def concentrated(modes=("closed_api", "closed_api"), months=60, builders=None, **settings):
    """Labs with a platform each, in a market with users, businesses and builders."""
    labs = [f"lab{row}" for row in range(len(modes))]
    return {
        "name": "concentrated",
        "run": {"months": months, "burn_in": 0, "resolution": "agents"},
        "sides": {"users": {"count": 80}, "businesses": {"count": 20}},
        "technologies": [
            {"name": f"model{lab}", "owner": lab, "capability": 150.0, "release_mode": mode}
            for lab, mode in zip(labs, modes, strict=True)
        ],
        "platforms": [{"name": f"app{lab}", "owner": lab, "technology": f"model{lab}"}
                      for lab in labs] or [{"name": "app"}],
        "releasers": [{"name": lab} for lab in labs],
        "mechanisms": {"builders": builders or {"community_gain": 0.0}, "open_gate": {},
                       "control_abuse": settings},
    }  # fmt: skip


def run(table, replicate=0):
    return PlatformModel(load(table), replicate=replicate).run()


def numbers(history):
    found = measure(history)
    return dict(zip((column.name for column in found.columns), found.summary, strict=True))


@pytest.mark.parametrize(("state", "begin"), [(False, 0.02 * 0.5), (True, 0.02)])
def test_abuse_takes_the_share_of_months_that_its_rates_imply(state, begin):
    # A chain of two states that is entered at `begin` and left at 1 / 8; both models are closed.
    settings = {"abuse_rate": 0.02, "abuse_months": 8.0, "state_keeper": state, "abuse_loss": 0.0}
    market = PlatformModel(load(concentrated(**settings))).market
    mechanism = next(m for m in market.mechanisms if m.name == "control_abuse")
    seen = []
    for market.month in range(1, 6001):
        mechanism.update(market)
        seen.append(market.technologies["abused"].copy())
    abused = np.array(seen)
    assert abused.mean() == pytest.approx(begin / (begin + 1 / 8), rel=0.2)
    if state:
        assert np.array_equal(abused[:, 0], abused[:, 1])
    else:
        assert not np.array_equal(abused[:, 0], abused[:, 1])


def test_what_is_open_and_has_no_gate_cannot_be_abused():
    table = concentrated(("open_weights", "closed_api"), abuse_rate=0.1, abuse_months=240.0)
    table["technologies"][0]["control_points"] = 0.0
    for state in (False, True):
        table["mechanisms"]["control_abuse"]["state_keeper"] = state
        history = run(table).history
        technologies = history.technologies
        assert technologies["users_abused"][:, 0].sum() == 0
        assert technologies["overcharged"][:, 0].sum() == 0
        assert technologies["users_abused"][:, 1].sum() > 0


def test_dependants_lose_the_stated_share_and_the_keeper_gains_what_firms_lose():
    settings = {"abuse_rate": 0.1, "abuse_months": 6.0, "abuse_loss": 0.3}
    history = run(concentrated(months=100, **settings)).history
    reason = history.reasons.index("abuse")
    paid, received = history.paid[:, :, reason], history.received[:, :, reason]
    row = {name: place for place, name in enumerate(history.accounts)}
    on = history.technologies["abused"][:, 0] * (history.technologies["abused"][:, 1] == 0)
    months = np.flatnonzero(on)
    assert months.size > 2
    for month in months.tolist():
        # Both models are closed, so that all who stand on the first depend on its lab.
        built = history.technologies["builders"][month]
        for group, part in (
            ("builders", built[0] / built.sum()),
            ("businesses", history.sides["businesses"].share[month, 0]),
        ):
            net = (history.received[month, row[group]] - history.paid[month, row[group]]).sum()
            before = net + paid[month, row[group]]
            assert paid[month, row[group]] == pytest.approx(0.3 * part * max(before, 0.0))
        users = history.sides["users"]
        lost = 0.3 * max(users.surplus[month], 0.0) * users.active[month, 0]
        assert history.technologies["users_abused"][month, 0] == pytest.approx(lost)
        assert received[month, row["lab0"]] == pytest.approx(paid[month].sum())
    assert received.sum() == pytest.approx(history.technologies["overcharged"].sum())


def test_a_state_receives_what_firms_would_and_welfare_loses_what_users_lose():
    settings = {"abuse_rate": 0.1, "abuse_months": 240.0, "state_keeper": True}
    abusing, harmless = (
        run(concentrated(months=40, **settings, abuse_loss=loss)).history for loss in (0.2, 0.0)
    )
    state = abusing.accounts.index("state")
    taken = abusing.received[:, state].sum()
    assert taken == pytest.approx(abusing.technologies["overcharged"].sum())
    assert taken > 0
    lost = abusing.technologies["users_abused"].sum() / 40
    assert lost > 0
    ahead = numbers(harmless)["welfare"] - numbers(abusing)["welfare"]
    assert ahead == pytest.approx(lost, rel=1e-9)


@pytest.mark.parametrize(
    ("modes", "state", "expected"),
    [
        (("closed_api",), False, 1.0),
        (("closed_api", "closed_api"), False, 0.5),
        (("closed_api", "closed_api"), True, 1.0),
        (("open_weights", "closed_api"), False, 0.25),
        (("open_weights", "closed_api"), True, 0.25),
        (("open_weights", "open_weights"), True, 0.0),
    ],
)
def test_control_is_concentrated_as_by_hand(modes, state, expected):
    table = concentrated(modes, months=30, state_keeper=state)
    for entry in table["technologies"]:
        entry["control_points"] = 0.0
    assert numbers(run(table).history)["control_hhi"] == pytest.approx(expected)


def test_a_lab_that_has_left_abuses_nobody():
    model = PlatformModel(load(concentrated(abuse_rate=0.1, abuse_months=240.0)))
    while not model.market.technologies["abused"][0]:
        model.step()
    model.market.releasers["active"][0] = 0.0
    model.step()
    assert model.market.technologies["abused"][0] == 0
    assert model.market.technologies["users_abused"][0] == 0


def test_nobody_is_driven_into_the_red_by_it():
    settings = {"abuse_rate": 0.1, "abuse_months": 240.0, "abuse_loss": 0.8, "state_keeper": True}
    history = run(concentrated(months=40, **settings)).history
    row = history.accounts.index("builders")
    net = (history.received[:, row] - history.paid[:, row]).sum(axis=1)
    taken = history.paid[:, row, history.reasons.index("abuse")]
    assert taken.max() > 0
    assert np.all(net[taken > 0] >= 0)


@pytest.mark.parametrize("resolution", ["agents", "cohorts", "mean_field"])
@pytest.mark.parametrize("modes", [(), ("closed_api",)])
def test_it_runs_at_every_resolution_and_with_sides_missing(resolution, modes):
    table = concentrated(modes, months=12, abuse_rate=0.1, builders={"builder_pool": 0})
    table["run"]["resolution"] = resolution
    for sides in (table["sides"], {"users": {"count": 40}}, {"businesses": {"count": 40}}):
        history = run({**table, "sides": sides}).history
        assert np.isfinite(history.technologies["overcharged"]).all()

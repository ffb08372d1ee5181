import dataclasses
import functools

import numpy as np
import pytest

import platformsim as ps
from platformsim.entities import RELEASE_MODES
from platformsim.errors import ScenarioError
from platformsim.market.release import MODE
from platformsim.model import PlatformModel
from platformsim.scenario import load
from platformsim.strategies import (
    REGISTRY,
    BestReply,
    ClosedThenOpen,
    Observation,
    OpenThenClose,
    always_open,
    expected_profit,
    named,
)

SEEN = Observation(
    month=13,
    technology="model",
    mode="closed_api",
    capability=100.0,
    rival_capability=90.0,
    open_capability=0.0,
    user_share=0.4,
    builders=50.0,
    rival_builders=70.0,
    rival_modes=("closed_api", "closed_api"),
    rivals_open=(False, False),
    profit=-5.0,
    cash=1000.0,
    income_if_open=100.0,
    income_if_closed=120.0,
)


@pytest.mark.parametrize(
    ("name", "facts", "wanted"),
    [
        ("hold", {}, None),
        ("hold", {"mode": "open_weights", "rival_capability": 500.0}, None),
        ("always_open", {}, "open_weights"),
        ("always_closed", {"mode": "open_weights"}, "closed_api"),
        ("capped", {}, "open_capped"),
        ("delayed", {}, "delayed_open"),
        ("staged", {}, "staged"),
        ("open_then_close", {"month": 23}, "open_weights"),
        ("open_then_close", {"month": 24}, "closed_api"),
        ("closed_then_open", {"month": 23}, "closed_api"),
        ("closed_then_open", {"month": 24}, "open_weights"),
        ("best_reply", {}, None),
        ("best_reply", {"forecast": (3.0, 2.0)}, "closed_api"),
        ("best_reply", {"forecast": (2.0, 3.0)}, "open_weights"),
        ("best_reply", {"forecast": (2.0, 2.0)}, None),
        ("open_when_behind", {"rival_capability": 100.1}, "open_weights"),
        ("open_when_behind", {"rival_capability": 100.0}, "closed_api"),
        ("open_when_behind", {"rival_capability": 99.9, "mode": "open_weights"}, "closed_api"),
        ("open_if_complement_pays", {"income_if_open": 120.1}, "open_weights"),
        ("open_if_complement_pays", {"income_if_open": 120.0}, "closed_api"),
        ("open_if_complement_pays", {"income_if_closed": 0.0}, "open_weights"),
        ("follow_the_leader", {}, "closed_api"),
        ("follow_the_leader", {"rivals_open": (False, True)}, "open_weights"),
        ("follow_the_leader", {"rivals_open": (True, True)}, "open_weights"),
        ("follow_the_leader", {"rival_modes": (), "rivals_open": ()}, None),
        # A mode says less than what is open: this one has closed again.
        (
            "follow_the_leader",
            {"rival_modes": ("open_then_close",), "rivals_open": (False,)},
            "closed_api",
        ),
    ],
)
def test_built_in_strategies(name, facts, wanted):
    assert REGISTRY[name](dataclasses.replace(SEEN, **facts)) == wanted


def test_these_are_all_built_in_strategies():
    built_in = {
        name for name, rule in REGISTRY.items() if rule.__module__.startswith("platformsim.")
    }
    assert built_in == {
        "hold", "always_open", "always_closed", "capped", "delayed", "staged", "open_then_close",
        "closed_then_open", "open_when_behind", "open_if_complement_pays", "follow_the_leader",
        "best_reply"}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("always_open", always_open),
        ("open_then_close", OpenThenClose(24)),
        ("open_then_close(months=36)", OpenThenClose(36)),
        (" closed_then_open ( months = 0 ) ", ClosedThenOpen(0)),
        ("best_reply(horizon=6, review=3)", BestReply(6, 3, 1)),
        ("best_reply()", BestReply()),
    ],
)
def test_a_name_may_carry_parameters(text, rule):
    assert named(text) == rule


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("open_then_closed", "did you mean 'open_then_close'"),
        ("open_then_close(month=3)", "did you mean 'months'"),
        ("open_then_close(months=-1)", "must be a whole number from 0 to 1200 months"),
        ("open_then_close(months=1.5)", "must be a whole number"),
        ("open_then_close(36)", "must be one of months"),
        ("always_open(months=3)", "always_open has no parameters"),
        ("open_then_close(months=3", "must be one of"),
        ("", "must be one of"),
        (3, "must be one of"),
    ],
)
def test_a_name_that_is_none_is_explained(text, message):
    with pytest.raises(ScenarioError, match=message):
        named(text)


def test_a_file_may_name_a_strategy_with_parameters_and_its_mistakes_are_listed():
    path = modes(duopoly(**{"releasers.alpha.strategy": "open_then_close(months=5)"}))
    assert [row[0] for row in path] == ["open_weights"] * 5 + ["closed_api"] * 9
    with pytest.raises(ScenarioError) as raised:
        duopoly(**{
            "releasers.alpha.strategy": "open_then_close(months=-5)",
            "releasers.beta.strategy": "always_opne"})  # fmt: skip
    message = str(raised.value)
    assert "releasers.alpha.strategy: open_then_close.months" in message
    assert "releasers.beta.strategy" in message
    assert "did you mean 'always_open'" in message


def test_a_strategy_of_the_callers_own_may_have_parameters():
    @ps.strategy
    @dataclasses.dataclass(frozen=True)
    class OpenEveryTest:
        months: int = ps.param(3, 1, 12, "months", "M", "How often.")

        def __call__(self, seen):
            return "open_weights" if seen.month % self.months == 0 else "closed_api"

    try:
        path = modes(duopoly(**{"releasers.alpha.strategy": "open_every_test(months=2)"}))
        assert [row[0] for row in path] == ["open_weights", "closed_api"] * 7
    finally:
        REGISTRY.pop("open_every_test")


# -- best reply --------------------------------------------------------------------------------


def test_a_forecast_leaves_the_market_as_it_was_and_asks_only_when_decisions_are_due():
    told = []

    class Listening(BestReply):
        def __call__(self, seen):
            told.append(seen)

    plain = PlatformModel(duopoly(months=9)).run().history
    asked = duopoly(months=9).with_strategy("alpha", Listening(horizon=5, review=4))
    looked = PlatformModel(asked).run().history
    assert np.array_equal(plain.paid, looked.paid)
    assert [len(seen.forecast) for seen in told] == [2, 0, 0, 0, 2, 0, 0, 0, 2]


def test_a_forecast_is_what_happens_when_nobody_moves():
    # Nothing of chance decides this market's profits: the forecast must come true.
    told = []
    mechanisms = {"complement": {}, "lab_economics": {"train_cost_0": 100.0}}
    settings = {"run.resolution": "mean_field", "technologies.one.release_mode": "open_weights"}
    spec = duopoly(mechanisms=mechanisms, months=12, **settings)

    class Listening(BestReply):
        def __call__(self, seen):
            told.append(seen.forecast)

    model = PlatformModel(spec.with_strategy("alpha", Listening(horizon=12, review=12))).run()
    earned = model.history.releasers["profit"][1:, 0].mean()
    closed, opened = told[0]
    assert opened == pytest.approx(earned, rel=1e-12)
    assert closed != pytest.approx(earned, rel=1e-3)


def test_a_forecast_does_not_know_what_luck_will_be():
    model = PlatformModel(duopoly(months=12))
    for _ in range(3):
        model.step()
    market = model.market
    first = expected_profit(market, 0, ["closed_api"], 4)
    assert first == expected_profit(market, 0, ["closed_api"], 4)
    before = market.month
    for _ in range(4):
        model.step()
    assert before == 3
    came = model.history.releasers["profit"][4:8, 0].mean()
    assert first[0] != came
    assert first[0] == pytest.approx(came, rel=0.5)
    several = expected_profit(market, 0, ["closed_api"], 4, paths=3)
    assert several != expected_profit(market, 0, ["closed_api"], 4, paths=2)


@pytest.mark.parametrize(
    ("demand", "lift", "wanted"),
    [(0.0, 0.3, "open_weights"), (800.0, 0.0, "closed_api"), (0.0, 0.0, "closed_api")],
)
def test_the_best_reply_opens_for_a_complement_and_closes_for_the_api(demand, lift, wanted):
    mechanisms = {
        "complement": {"eng_lift": lift, "cost_saving": 0.0},
        "lab_economics": {"train_cost_0": 0.0},
    }
    spec = duopoly(mechanisms=mechanisms, **{
        "technologies.one.api_demand": demand, "technologies.two.api_demand": demand,
        "releasers.alpha.strategy": "best_reply(horizon=6, review=6)"})  # fmt: skip
    # In a tie, the last case, nobody moves.
    assert {row[0] for row in modes(spec)} == {wanted}


def test_a_longer_horizon_sees_what_a_short_one_overlooks():
    # What openness brought lingers for six months after closing and is lost then.
    mechanisms = {
        "complement": {"eng_lift": 0.5},
        "lab_economics": {"train_cost_0": 0.0},
        "reversion": {"fork_prob": 1.0, "fork_keep": 1.0, "trust_loss": 1.0, "fork_months": 6},
    }
    settings = {
        "technologies.one.api_demand": 50.0,
        "technologies.one.release_mode": "open_weights",
    }
    found = {}
    for horizon in (5, 36):
        rule = BestReply(horizon, 12, 1)
        spec = duopoly(mechanisms=mechanisms, **settings).with_strategy("alpha", rule)
        found[horizon] = modes(spec)[0][0]
    assert found == {5: "closed_api", 36: "open_weights"}


@pytest.mark.parametrize("name", ["open_when_behind", "open_if_complement_pays",
                                  "follow_the_leader"])  # fmt: skip
def test_built_in_strategies_do_not_look_at_their_own_present_mode(name):
    # What was decided before must not decide what is decided now.
    wanted = {REGISTRY[name](dataclasses.replace(SEEN, mode=mode)) for mode in RELEASE_MODES}
    assert len(wanted) == 1


def duopoly(months=14, mechanisms=None, **settings):
    table = {
        "run": {"months": months, "burn_in": 0},
        "sides": {"users": {"count": 100, "tastes": {"style": {}}}},
        "technologies": [
            {"name": "one", "owner": "alpha", "capability": 80.0, "api_demand": 200.0},
            {"name": "two", "owner": "beta", "api_demand": 200.0},
        ],
        "platforms": [
            {"name": "a", "owner": "alpha", "technology": "one", "characteristics": {"style": 1.0}},
            {"name": "b", "owner": "beta", "technology": "two"},
        ],
        "releasers": [{"name": "alpha", "cash": 5000.0}, {"name": "beta", "cash": 4000.0}],
        "mechanisms": mechanisms or {"builders": {}, "complement": {}, "reversion": {},
                                     "lab_economics": {"train_cost_0": 0.0}},
    }  # fmt: skip
    return load(table, settings)


def modes(scenario):
    """Release modes of month 1 to the end, (months, technologies), by name."""
    codes = PlatformModel(scenario).run().history.technologies["mode"][1:].astype(int)
    return [[RELEASE_MODES[code] for code in row] for row in codes]


def test_a_strategy_of_the_callers_own_decides_every_month():
    def every_third(seen):
        return "open_weights" if seen.month % 3 == 0 else "closed_api"

    path = modes(duopoly().with_strategy("alpha", every_third))
    # What is seen in month t is the market at the end of month t - 1.
    expected = ["open_weights" if (month - 1) % 3 == 0 else "closed_api" for month in range(1, 15)]
    assert [row[0] for row in path] == expected
    assert {row[1] for row in path} == {"closed_api"}


def test_none_leaves_the_mode_as_the_scenario_and_its_events_set_it():
    spec = duopoly(**{"technologies.one.release_mode": "staged"})
    event = {"month": 4, "target": "technologies.one.release_mode", "change": "open_capped"}
    spec = load({**spec.table, "events": [event]}).with_strategy("alpha", lambda seen: None)
    assert [row[0] for row in modes(spec)] == ["staged"] * 3 + ["open_capped"] * 11


def test_a_strategy_is_told_last_months_facts():
    told = []

    def listen(seen):
        told.append(seen)

    spec = duopoly(months=8, **{"technologies.two.release_mode": "open_weights"})
    model = PlatformModel(spec.with_strategy("alpha", listen)).run()
    past = model.history
    assert len(told) == 8
    for month, seen in enumerate(told):
        technologies = {name: path[month] for name, path in past.technologies.items()}
        assert (seen.month, seen.technology, seen.mode) == (month, "one", "closed_api")
        assert seen.capability == technologies["capability"][0]
        assert seen.rival_capability == technologies["capability"][1]
        assert seen.open_capability == technologies["open_capability"][1] > 0
        assert seen.user_share == past.sides["users"].share[month, 0]
        assert seen.builders == technologies["builders"][0]
        assert seen.rival_builders == technologies["builders"][1]
        assert (seen.rival_modes, seen.rivals_open) == (("open_weights",), (True,))
        assert seen.profit == past.releasers["profit"][month, 0]
        assert seen.cash == past.releasers["cash"][month, 0]
    assert told[-1].builders > 0
    assert told[-1].income_if_closed > 0
    assert told[-1].income_if_open > 0


def test_the_observation_holds_plain_public_facts_and_nothing_else():
    fields = {field.name for field in dataclasses.fields(Observation)}
    assert not fields & {"market", "taste", "tastes", "belief", "choice", "sides", "streams"}
    told = []
    PlatformModel(duopoly(months=2).with_strategy("alpha", told.append)).run()
    for name in fields:
        value = getattr(told[-1], name)
        parts = value if isinstance(value, tuple) else (value,)
        # numpy scalars and arrays could lead back to the market's columns.
        assert all(type(part) in (int, float, str, bool) for part in parts), name
    assert not hasattr(told[-1], "__dict__")
    with pytest.raises(dataclasses.FrozenInstanceError):
        told[-1].cash = 1e9
    with pytest.raises((AttributeError, TypeError)):
        told[-1].market = None


def test_a_strategy_cannot_change_the_market_through_what_it_sees():
    def meddle(seen):
        for name in Observation.__slots__:
            value = getattr(seen, name)
            if isinstance(value, float):
                value += 1000.0
        return None

    plain, meddled = (
        PlatformModel(spec).run().history
        for spec in (duopoly(), duopoly().with_strategy("alpha", meddle))
    )
    assert np.array_equal(plain.paid, meddled.paid)


def test_all_decide_on_the_same_observations():
    # Each follows the other: decided at the same time they change places, not into step.
    spec = duopoly(
        **{
            "releasers.alpha.strategy": "follow_the_leader",
            "releasers.beta.strategy": "follow_the_leader",
            "technologies.one.release_mode": "open_weights",
        }
    )
    path = modes(spec)
    assert path[0] == ["closed_api", "open_weights"]
    assert path[1] == ["open_weights", "closed_api"]
    assert path[2] == ["closed_api", "open_weights"]


def test_the_laggard_opens_until_it_leads():
    spec = duopoly(**{"releasers.alpha.strategy": "open_when_behind"})
    event = {"month": 6, "target": "technologies.one.capability", "change": 200.0}
    path = [row[0] for row in modes(load({**spec.table, "events": [event]}))]
    # The event of month 6 comes before the decisions of month 6.
    assert path == ["open_weights"] * 5 + ["closed_api"] * 9


def test_a_follower_does_not_follow_a_release_that_has_closed_again():
    mechanisms = {
        "reversion": {"rule": "share", "revert_share": 0.0, "open_months": 5},
        "builders": {},
    }
    spec = duopoly(
        mechanisms=mechanisms,
        **{
            "technologies.two.release_mode": "open_then_close",
            "releasers.alpha.strategy": "follow_the_leader",
        },
    )
    history = PlatformModel(spec).run().history
    follower, leader = history.technologies["newest_open"][1:].T
    assert leader.tolist() == [1.0] * 5 + [0.0] * 9
    assert follower.tolist() == [1.0] * 6 + [0.0] * 8  # a month later


def test_a_second_technology_of_the_same_owner_is_no_rival():
    told = []
    spec = duopoly(months=2)
    rows = [*spec.table["technologies"],
            {"name": "three", "owner": "alpha", "capability": 900.0},
            {"name": "commons", "capability": 50.0, "release_mode": "open_weights"}]  # fmt: skip
    PlatformModel(
        load({**spec.table, "technologies": rows}).with_strategy("alpha", told.append)
    ).run()
    first = told[0]
    assert [seen.technology for seen in told[:2]] == ["one", "three"]
    assert first.rival_capability == 100.0
    assert first.rival_modes == ("closed_api", "open_weights")
    assert first.open_capability == 50.0


def test_an_owner_that_has_left_decides_nothing_more():
    asked = []
    spec = duopoly(
        mechanisms={"lab_economics": {"train_cost_0": 100_000.0}},
        **{"releasers.alpha.cash": 9000.0, "releasers.beta.cash": 1e6},
    )
    model = PlatformModel(spec.with_strategy("alpha", lambda seen: asked.append(seen.month))).run()
    active = model.history.releasers["active"][:, 0]
    left = int(np.argmin(active))
    assert 0 < left < 10
    assert asked == list(range(left))


@pytest.mark.parametrize(
    "answer", ["open", "OPEN_WEIGHTS", "", 3, True, 1.0, ["open_weights"], {"mode": "staged"}, b"x"]
)
def test_an_answer_that_is_no_release_mode_is_explained(answer):
    spec = duopoly().with_strategy("alpha", lambda seen: answer if seen.month == 2 else None)
    model = PlatformModel(spec)
    model.step()
    model.step()
    with pytest.raises(ScenarioError) as raised:
        model.step()
    message = str(raised.value)
    assert "strategy of alpha in month 2" in message
    assert all(mode in message for mode in MODE)
    assert repr(answer) in message


def test_a_near_miss_names_the_nearest_mode():
    spec = duopoly().with_strategy("alpha", lambda seen: "open_weight")
    with pytest.raises(ScenarioError, match="did you mean 'open_weights'"):
        PlatformModel(spec).step()


def test_a_strategy_needs_a_releaser_of_the_scenario():
    with pytest.raises(ScenarioError, match=r"must be one of alpha, beta.*did you mean 'alpha'"):
        duopoly().with_strategy("alhpa", lambda seen: None)


def test_a_strategy_from_python_goes_before_the_one_of_the_file_and_stays():
    spec = duopoly(**{"releasers.alpha.strategy": "open_when_behind"})
    own = spec.with_strategy("alpha", lambda seen: "staged").with_settings({"run.months": 13})
    assert {row[0] for row in modes(own)} == {"staged"}
    assert {row[0] for row in modes(spec)} == {"open_weights"}
    assert {row[0] for row in modes(own.with_strategy("alpha", REGISTRY["hold"]))} == {"closed_api"}


def test_any_callable_will_do():
    def at(seen, mode):
        return mode

    assert {
        row[0]
        for row in modes(duopoly().with_strategy("alpha", functools.partial(at, mode="staged")))
    } == {"staged"}


def test_a_registered_strategy_can_be_named_in_a_file():
    name = "open_in_spring_for_this_test"

    def rule(seen):
        return "open_weights" if seen.month % 12 in (2, 3, 4) else "closed_api"

    rule.__name__ = name
    try:
        assert ps.strategy(rule) is rule
        path = modes(duopoly(**{"releasers.beta.strategy": name}))
        assert [row[1] for row in path].count("open_weights") == 3
    finally:
        REGISTRY.pop(name)

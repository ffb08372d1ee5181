"""What every mechanism promises, run over all of them."""

import copy
import dataclasses
import pickle
import re
import tomllib

import cloudpickle
import numpy as np
import pytest
import tomli_w

from platformsim.mechanisms import ORDER, REGISTRY
from platformsim.metrics import REGISTRY as METRICS
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.parameters import parameters_of
from platformsim.scenario import load

SMALL = {"sides.users.count": 300, "run.months": 30, "run.burn_in": 2}
PURE = ("utility", "own_utility", "engagement", "closes", "income_if_open", "income_if_closed")


def full(**changes):
    """A market in which all mechanisms are at work."""
    table = copy.deepcopy(load("llama3", SMALL | changes).with_arm("open").table)
    # Another arm may need a mechanism that a test takes out.
    del table["arms"], table["predictions"]
    return load(table)


def without(scenario, name):
    table = copy.deepcopy(scenario.table)
    del table["mechanisms"][name]
    return load(table)


def state(market):
    """Every number that a mechanism could write to."""
    found = {}
    for kind in ("platforms", "technologies", "releasers"):
        for column, values in getattr(market, kind).columns.items():
            found[f"{kind}.{column}"] = values.copy()
    for name, side in market.sides.items():
        found[f"sides.{name}.counts"] = side.counts.copy()
        for column, values in side.columns.items():
            found[f"sides.{name}.{column}"] = values.copy()
        found[f"share.{name}"] = market.share[name].copy()
    found["members"] = market.members.copy()
    return found


def changed(before, after):
    return {k for k in before if not np.array_equal(before[k], after[k], equal_nan=True)}


@pytest.mark.parametrize("cls", ORDER, ids=lambda cls: cls.name)
class TestMechanism:
    def test_it_is_registered_under_its_table(self, cls):
        assert REGISTRY[cls.name] is cls
        assert cls.name == re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def test_it_travels(self, cls):
        for module in (pickle, cloudpickle):
            assert module.loads(module.dumps(cls())) == cls()

    def test_it_is_frozen(self, cls):
        with pytest.raises(dataclasses.FrozenInstanceError):
            cls().enabled = False

    def test_every_setting_survives_a_scenario_file(self, cls):
        settings = {p.name: p.default for p in parameters_of(cls).values()}
        written = tomli_w.dumps({"mechanisms": {cls.name: settings}})
        table = full().table | tomllib.loads(written)
        table["mechanisms"].setdefault("reversion", {})
        (read,) = [m for m in load(table).mechanisms if m.name == cls.name]
        assert read == cls()

    def test_at_its_neutral_settings_a_run_is_the_same_to_the_last_bit(self, cls):
        neutral = {f"mechanisms.{cls.name}.{k}": v for k, v in cls.neutral.items()}
        self.same(cls, full().with_settings(neutral), without(full(), cls.name))

    def test_switched_off_a_run_is_the_same_to_the_last_bit(self, cls):
        off = full().with_settings({f"mechanisms.{cls.name}.enabled": False})
        self.same(cls, off, without(full(), cls.name))

    def same(self, cls, first, second):
        one, other = (measure(PlatformModel(s).run().history) for s in (first, second))
        assert one.series_columns == other.series_columns
        for name, a, b in zip(one.series_columns, one.series.T, other.series.T, strict=True):
            assert np.array_equal(a, b, equal_nan=True), name

    def test_switched_on_it_moves_something(self, cls):
        # An effect that is nowhere to be seen would pass every other test of this class. What
        # closing again does needs a release that may close.
        mode = "open_then_close" if cls.name == "reversion" else "open_weights"
        arm = {"technologies.llama_like.release_mode": mode, "mechanisms.reversion.open_months": 3}
        with_it = full().with_settings(arm)
        neutral = {f"mechanisms.{cls.name}.{k}": v for k, v in cls.neutral.items()}
        rest = with_it.with_settings(neutral)
        one, other = (measure(PlatformModel(s).run().history).series for s in (with_it, rest))
        assert not np.array_equal(one, other, equal_nan=True)

    def test_its_reading_hooks_write_nothing(self, cls):
        model = PlatformModel(full())
        for _ in range(5):
            model.step()
        market = model.market
        (mechanism,) = [m for m in market.mechanisms if m.name == cls.name]
        before = state(market)
        for hook in PURE:
            for side in market.sides:
                arguments = (market, side) if hook.endswith("utility") else (market,)
                getattr(mechanism, hook)(*arguments)
        assert not changed(before, state(market))

    def test_it_writes_only_what_it_owns(self, cls):
        model = PlatformModel(full())
        for _ in range(5):
            model.step()
        market = model.market
        (mechanism,) = [m for m in market.mechanisms if m.name == cls.name]
        for act in (mechanism.update, mechanism.start):
            before = state(market)
            act(market)
            assert changed(before, state(market)) <= set(cls.owns) | set(cls.advances)

    def test_what_it_advances_exists(self, cls):
        market = PlatformModel(full()).market
        for column in (*cls.owns, *cls.advances):
            table, name = column.split(".")
            assert name in getattr(market, table).columns

    def test_its_docstring_holds_the_rule(self, cls):
        text = cls.__doc__
        assert re.search(r"[=>]", text), "an equation"
        assert re.search(r"utils|cu|months|share|probability", text), "units"
        assert re.search(r"References|tag E|modelling choice|\(R\d+\)|licence", text), "a source"
        assert cls.title
        assert all(re.fullmatch(r"C\d\d", claim) for claim in cls.claims)

    def test_every_parameter_is_declared_in_full(self, cls):
        for parameter in parameters_of(cls).values():
            assert parameter.doc.endswith("."), parameter.name
            assert parameter.source in ("D", "E", "M"), parameter.name
            if parameter.kind in (int, float):
                assert parameter.low is not None, parameter.name
                assert parameter.high is not None, parameter.name
                assert parameter.permits(parameter.default), parameter.name
                assert parameter.unit or parameter.name in ("shape", "sigma", "saturation",
                                                            "api_scale"), parameter.name  # fmt: skip

    def test_its_contrast_names_a_metric(self, cls):
        assert cls.contrast.metric in METRICS
        assert cls.contrast.direction in ("up", "down")
        assert cls.contrast.sesoi > 0


def test_the_order_has_every_shipped_mechanism_once():
    shipped = {c for c in REGISTRY.values() if c.__module__.startswith("platformsim.")}
    assert set(ORDER) == shipped
    assert len(ORDER) == len(shipped)


def test_no_parameter_is_named_for_openness():
    """Openness acts through builders, leakage, margin, access, trust and control points."""
    for cls in ORDER:
        assert not [name for name in parameters_of(cls) if "openness" in name]

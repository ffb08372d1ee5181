"""What every registered mechanism must keep to, whoever writes it."""

import dataclasses
import functools
import inspect
import pickle
import re
import tomllib
from typing import ClassVar

import cloudpickle
import numpy as np
import pytest
import tomli_w

from platformsim.entities import SIDES
from platformsim.mechanisms import ORDER, Contrast, Mechanism, declared, in_order
from platformsim.mechanisms.base import REGISTRY, snake
from platformsim.metrics import REGISTRY as METRICS
from platformsim.metrics import measure
from platformsim.model import PlatformModel
from platformsim.parameters import param, parameters_of
from platformsim.scenario import load
from platformsim.scenario.settings import change, copied

from .stages import LIVELY, OTHER_VALUES, STAGES, TOLD

ARMS = ("closed", "open", "delayed", "open_then_close")
SMALL = {"sides.users.count": 300, "run.months": 30}
CORE = ("platforms", "technologies", "releasers")
BY_NAME = {cls.name: cls for cls in ORDER}
each = pytest.mark.parametrize("cls", ORDER, ids=lambda cls: cls.name)


@functools.cache
def flagship(arm):
    return load("llama3", SMALL).with_arm(arm).table


def as_it_comes(arm, name, **changes):
    """A mechanism as the flagship has it, or else at its defaults."""
    stated = TOLD.get(name, {}) | flagship(arm)["mechanisms"].get(name, {})
    return {name: stated | changes}


def market_table(arm, **rows):
    """The flagship market in one of its arms, without some mechanisms or with other settings.

    What a mechanism among the rows builds on stands in the market with it.
    """
    table = copied(flagship(arm))
    table.pop("arms"), table.pop("predictions")
    # Somebody else's platform on the model that is opened, so that there is a licensee.
    table["platforms"][2]["technology"] = "llama_like"
    active = {**table["mechanisms"], **rows}
    for name in rows:
        for other in BY_NAME[name].builds_on if name in BY_NAME else ():
            active.setdefault(other, {})
    table["mechanisms"] = {name: row for name, row in active.items() if row is not None}
    settings = {key: value for name in rows for key, value in STAGES.get(name, {}).items()}
    return change(table, settings)[0]


def outcome(table):
    """Every metric of a run, month by month and as a summary, by column."""
    measured = measure(PlatformModel(load(table)).run().history)
    paths = dict(zip(measured.series_columns, measured.series.T, strict=True))
    numbers = dict(zip((c.name for c in measured.columns), measured.summary, strict=True))
    return paths, numbers


@functools.cache
def without(arm, name):
    """The outcome of an arm without a mechanism, in the market that it would be put in."""
    return outcome(market_table(arm, **{name: None}))


@functools.cache
def beside(arm, name):
    """The outcome of an arm with a mechanism as it comes."""
    return outcome(market_table(arm, **as_it_comes(arm, name)))


def differing(one, other):
    """Names of the columns in which two outcomes are not the same to the last bit.

    The second may have metrics that only a scenario with its mechanism has.
    """
    found = set()
    for left, right in zip(one, other, strict=True):
        assert left.keys() <= right.keys()
        found |= {n for n in left if not np.array_equal(left[n], right[n], equal_nan=True)}
    return found


def other_values(cls):
    """A value for every parameter that is not its default, within its range."""
    values = {}
    for name, parameter in parameters_of(cls).items():
        if parameter.kind is bool:
            values[name] = not parameter.default
        elif parameter.choices:
            values[name] = next(
                c for c in reversed(parameter.choices) if c not in (parameter.default, "local")
            )
        elif parameter.kind is float:
            values[name] = parameter.low + 0.37 * (parameter.high - parameter.low)
        elif parameter.kind is int:
            values[name] = int(parameter.low + 0.37 * (parameter.high - parameter.low))
        elif name in OTHER_VALUES:
            values[name] = OTHER_VALUES[name]
        else:
            raise TypeError(f"{cls.name}.{name}: how is this one varied?")
        assert values[name] != parameter.default
    return values


@each
class TestMechanism:
    def test_it_is_a_frozen_dataclass_in_the_registry(self, cls):
        assert REGISTRY[cls.name] is cls
        assert cls.name == snake(cls.__name__)
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*", cls.name)
        assert dataclasses.fields(cls())
        with pytest.raises(dataclasses.FrozenInstanceError):
            cls().enabled = False
        assert cls() == cls()
        assert hash(cls()) == hash(cls())

    def test_it_says_what_it_is(self, cls):
        assert cls.title
        assert cls.claims or cls.name in TOLD
        assert all(re.fullmatch(r"C\d\d", claim) for claim in cls.claims)

    def test_its_parameters_are_declared_in_full(self, cls):
        for name, parameter in parameters_of(cls).items():
            assert parameter.doc.endswith("."), name
            assert len(parameter.doc) > 10, name
            assert set(parameter.source.split("/")) <= {"D", "E", "M"}, name
            if parameter.kind in (int, float):
                assert parameter.low < parameter.high, name
                assert parameter.low <= parameter.default <= parameter.high, name
            if parameter.kind is float and name not in (
                "shape",
                "saturation",
                "sigma",
                "api_scale",
            ):
                assert parameter.unit, name
            if parameter.choices:
                assert parameter.default in parameter.choices, name

    def test_its_contrast_is_about_a_metric_that_exists(self, cls):
        contrast = cls.contrast
        if not cls.claims:
            assert contrast is None  # no claim, no prediction
            return
        assert contrast.metric in METRICS
        assert contrast.side in ("", *SIDES)
        assert contrast.direction in ("up", "down")
        assert contrast.sesoi > 0
        measured = measure(
            PlatformModel(load(market_table("open", **as_it_comes("open", cls.name)))).history
        )
        found = {(column.metric, column.side) for column in measured.columns}
        assert (contrast.metric, contrast.side) in found

    def test_it_owns_columns_that_nobody_else_owns(self, cls):
        others = {column for other in ORDER if other is not cls for column in other.owns}
        assert not set(cls.owns) & others
        model = PlatformModel(load(market_table("closed", **as_it_comes("closed", cls.name))))
        for column in (*cls.owns, *cls.advances):
            kind, name = column.split(".")
            assert name in model.market.tables[kind].columns
        for column in cls.owns:
            assert column.split(".")[0] in {*CORE, *cls.tables}

    def test_it_survives_pickling(self, cls):
        changed = load(market_table("closed", **{cls.name: other_values(cls)})).mechanisms
        changed = next(m for m in changed if m.name == cls.name)
        for module in (pickle, cloudpickle):
            again = module.loads(module.dumps(changed))
            assert again == changed
            assert type(again) is cls

    def test_it_survives_being_written_and_read(self, cls):
        values = other_values(cls)
        scenario = load(market_table("closed", **{cls.name: values}))
        mechanism = next(m for m in scenario.mechanisms if m.name == cls.name)
        for name, value in values.items():
            found = getattr(mechanism, name)
            assert (list(found) if isinstance(found, tuple) else found) == value
        again = load(tomllib.loads(tomli_w.dumps(scenario.table)))
        assert again.mechanisms == scenario.mechanisms
        assert again.fingerprint == scenario.fingerprint

    @pytest.mark.parametrize("arm", ARMS)
    @pytest.mark.parametrize("others", ["default", "changed"])
    def test_at_its_neutral_settings_it_has_no_effect_to_the_last_bit(self, cls, arm, others):
        if cls.name == "reversion" and arm == "open_then_close":
            pytest.skip("this release mode cannot be without the mechanism")
        # Whatever the other parameters are: no column differs, not one.
        row = {**other_values(cls), "enabled": True} if others == "changed" else {}
        row |= cls.neutral
        assert not differing(without(arm, cls.name), outcome(market_table(arm, **{cls.name: row})))

    @pytest.mark.parametrize("arm", ARMS)
    def test_switched_off_it_has_no_effect_to_the_last_bit(self, cls, arm):
        if cls.name == "reversion" and arm == "open_then_close":
            pytest.skip("this release mode cannot be without the mechanism")
        row = {**other_values(cls), "enabled": False}
        assert not differing(without(arm, cls.name), outcome(market_table(arm, **{cls.name: row})))

    def test_switched_on_it_has_an_effect(self, cls):
        # Without this the two tests above would pass for a rule that does nothing at all.
        moved = set()
        for arm in ARMS[:3] if cls.name == "reversion" else ARMS:
            moved |= differing(without(arm, cls.name), beside(arm, cls.name))
        assert moved

    @pytest.mark.parametrize("arm", ARMS)
    def test_its_hooks_only_read(self, cls, arm):
        model = PlatformModel(load(market_table(arm, **as_it_comes(arm, cls.name))))
        for _ in range(3):
            for _ in range(8):
                model.step()
            market = model.market
            mechanism = next(m for m in market.mechanisms if m.name == cls.name)
            before, sizes = snapshot(market), {kind: len(market.tables[kind]) for kind in CORE}
            for side in market.sides:
                check_values(mechanism.utility(market, side), market, side)
                own = mechanism.own_utility(market, side)
                assert own is None or own.shape == (sizes["platforms"],)
            lift = mechanism.engagement(market)
            assert lift is None or lift.shape == (sizes["platforms"],)
            for hook in ("closes", "decides", "income_if_open", "income_if_closed"):
                found = getattr(mechanism, hook)(market)
                assert found is None or found.shape == (sizes["technologies"],)
                assert hook != "closes" or found is None or found.dtype == bool
            assert not changed_columns(before, snapshot(market))

    @pytest.mark.parametrize("arm", ARMS)
    def test_it_writes_its_own_columns_alone(self, cls, arm):
        model = PlatformModel(load(market_table(arm, **as_it_comes(arm, cls.name))))
        allowed = {*cls.owns, *cls.advances}
        for months in (1, 10, 15):
            for _ in range(months):
                model.step()
            market = model.market
            mechanism = next(m for m in market.mechanisms if m.name == cls.name)
            for write in (mechanism.update, mechanism.start):
                before = snapshot(market)
                market.ledger.open_month()
                write(market)
                after = snapshot(market)
                changed = changed_columns(before, after)
                assert {c for c in changed if not c.startswith("ledger.")} <= allowed
            market.ledger.close_month()

    def test_it_writes_every_column_it_owns(self, cls):
        written = set()
        for arm in ARMS:
            rows = {"reversion": LIVELY["reversion"]}
            rows |= as_it_comes(arm, cls.name, **LIVELY.get(cls.name, {}))
            model = PlatformModel(load(market_table(arm, **rows)))
            while model.running:
                model.step()
                for column, neutral in cls.owns.items():
                    kind, name = column.split(".")
                    if np.any(model.market.tables[kind][name] != neutral):
                        written.add(column)
        assert written == set(cls.owns)


@pytest.mark.parametrize("cls", ORDER, ids=lambda cls: cls.name)
def test_its_docstring_has_an_equation_units_and_a_source(cls):
    text = inspect.cleandoc(cls.__doc__)
    # An equation stands alone on an indented line, or in code within a sentence.
    assert re.search(r"^ {4}.*([=<>]|exp\()", text, re.M) or re.search(r"``.*[=<>*].*``", text)
    assert re.search(r"\butils\b|\bcu\b|\bmonths?\b|\bshare\b|\bindex\b", text)
    assert re.search(r"References\n|DOI|\btag E\b|modelling choice", text)


def test_builders_all_enter_where_margins_hardly_differ():
    rows = {"builders": {"spread": 0.01, "builder_income": 50.0}}
    paths, _ = outcome(market_table("open", **rows))
    assert paths["builders"][-1] == pytest.approx(500, abs=50)
    assert np.all(np.isfinite(paths["income[builders]"]))


def check_values(values, market, side):
    platforms, n = len(market.platforms), market.sides[side].n
    if callable(values):
        assert values(np.arange(min(5, n))).shape == (min(5, n), platforms)
    elif values is not None:
        assert values.shape in ((platforms,), (n, platforms))


def snapshot(market):
    """Copy everything a mechanism could write to, by name."""
    found = {
        f"{kind}.{name}": column.copy()
        for kind, table in market.tables.items()
        for name, column in table.columns.items()
    }
    for name, side in market.sides.items():
        found |= {f"sides.{name}.{key}": column.copy() for key, column in side.columns.items()}
        found[f"sides.{name}.counts"] = side.counts.copy()
        found[f"share.{name}"] = market.share[name].copy()
    found["terms"] = market.terms.values.copy()
    for name in ("paid", "received", "balance"):
        found[f"ledger.{name}"] = getattr(market.ledger, name).copy()
    found["members"] = market.members.copy()
    return found


def changed_columns(before, after):
    assert before.keys() == after.keys()
    return {n for n in before if not np.array_equal(before[n], after[n], equal_nan=True)}


def test_mechanisms_act_in_their_order_whatever_the_file_says():
    names = [cls.name for cls in ORDER]
    assert len(set(names)) == len(names)
    shuffled = [cls() for cls in reversed(ORDER)]
    assert [m.name for m in in_order(shuffled)] == names
    table = market_table("open")
    backwards = dict(reversed(table["mechanisms"].items()))
    assert not differing(outcome(table), outcome({**table, "mechanisms": backwards}))


def test_all_columns_exist_whichever_mechanisms_are_active():
    everything = declared([cls() for cls in ORDER])
    shared = {c for c in everything.columns if c.split(".")[0] in CORE}
    assert shared == set(declared([]).columns)
    assert everything.reasons == declared([]).reasons
    bare = {**market_table("closed"), "mechanisms": {}}
    whole = measure(PlatformModel(load(market_table("closed"))).history)
    few = measure(PlatformModel(load(bare)).history).series_columns
    assert set(few) <= set(whole.series_columns)


def test_neutral_lab_economics_drives_nobody_out_of_business():
    name, tables = "lab_economics", []
    for row in (None, dict(REGISTRY["lab_economics"].neutral), {}):
        table = market_table("closed", **{name: row})
        table["releasers"][2]["cash"] = -1e6
        tables.append(outcome(table))
    without_it, neutral, active = tables
    assert not differing(without_it, neutral)
    assert without_it[1]["exits"] == 0
    assert active[1]["exits"] > 0


def test_a_mechanism_of_the_callers_own_keeps_the_same_rules():
    @dataclasses.dataclass(frozen=True)
    class Buzz(Mechanism):
        """Talk of the town: utility rises with a stock that grows with the users, in utils."""

        owns: ClassVar[dict[str, float]] = {"platforms.buzz": 0.0}
        neutral: ClassVar[dict] = {"weight": 0.0}
        contrast: ClassVar[Contrast] = Contrast("largest_share", "users", "up", 0.1)
        weight: float = param(1.0, 0, 10, "utils", doc="Weight of the stock.")

        def utility(self, market, side):
            return self.weight * market.platforms["buzz"] if side == "users" else None

        def update(self, market):
            market.platforms["buzz"] = 0.5 * market.platforms["buzz"] + market.share["users"]

    try:
        base = load(market_table("closed"))
        plain, neutral, active = (
            measure(PlatformModel(scenario).run().history).series
            for scenario in (
                base,
                base.with_mechanism(Buzz(weight=0.0)),
                base.with_mechanism(Buzz(weight=2.0)),
            )
        )
        assert np.array_equal(plain, neutral, equal_nan=True)
        assert not np.array_equal(plain, active, equal_nan=True)
        # Defined in a function, it still reaches another process.
        sent = cloudpickle.loads(cloudpickle.dumps(base.with_mechanism(Buzz(weight=2.0))))
        again = measure(PlatformModel(sent).run().history).series
        assert np.array_equal(active, again, equal_nan=True)
        assert [m.name for m in sent.mechanisms][-1] == "buzz"  # after those of the package
    finally:
        REGISTRY.pop("buzz", None)


def test_a_name_of_the_package_cannot_be_taken():
    with pytest.raises(TypeError, match="'open_gate' is part of the package"):
        type("OpenGate", (Mechanism,), {"__module__": "notebook"})
    assert REGISTRY["open_gate"] in ORDER


def test_the_first_positional_argument_is_the_first_parameter():
    @dataclasses.dataclass(frozen=True)
    class Premium(Mechanism):
        weight: float = param(0.5, 0, 10, "utils", doc="Weight.")

    try:
        assert Premium(2.0).weight == 2.0
    finally:
        REGISTRY.pop("premium", None)

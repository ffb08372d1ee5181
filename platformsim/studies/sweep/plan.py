"""The plan of a sweep: its runs, their order, and what makes two plans the same."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.metrics import REGISTRY
from platformsim.results.folder import program, versions
from platformsim.scenario import Scenario
from platformsim.studies.batch import alone
from platformsim.studies.sweep.designs import Points, check_keys
from platformsim.studies.sweep.work import Job, Order

_DECIDE_NUMBERS = ("platformsim", "numpy", "scipy")


@dataclass(frozen=True)
class Plan:
    """Every run of a sweep.

    Runs are numbered replicate by replicate, in each of them point by point, and at each of these
    arm by arm: a sweep that is cut short still holds every arm and point equally often.

    Attributes
    ----------
    scenario : Scenario
        With its arms, as it is before the settings of a point.
    arms : tuple of str
        Arms of the scenario; empty: the scenario as it stands.
    points : list of dict
        Settings by dotted key.
    keys : list of str
        All that are swept.
    replicates : int
    keep_series : bool
    """

    scenario: Scenario
    arms: tuple[str, ...]
    points: Points
    keys: list[str]
    replicates: int
    keep_series: bool
    variants: dict[str, Scenario]

    def __len__(self) -> int:
        return self.replicates * len(self.points) * len(self.variants)

    def orders(self, done: Collection[int]) -> Iterator[Order]:
        """Give the runs that are still to be made, in order."""
        number = 0
        for replicate in range(self.replicates):
            for point, settings in enumerate(self.points):
                for arm in self.variants:
                    if number not in done:
                        yield Order(number, arm, point, replicate, settings)
                    number += 1

    def job(self) -> Job:
        """Return what all runs have in common."""
        return Job(self.variants, self.keep_series)

    def check(self) -> None:
        """Refuse settings that are not allowed, before anything is run.

        Raises
        ------
        ScenarioError
            With what is wrong at the first design point where something is.
        """
        for variant in self.variants.values():
            for point in self.points:
                variant.with_settings(point)

    def identity(self) -> dict[str, Any]:
        """Return what must be the same for runs to belong together."""
        found = versions()
        return {
            "scenario": _digest([[arm, v.fingerprint] for arm, v in self.variants.items()]),
            "rules defined in Python": _digest(_rules(self.scenario)),
            "arms": list(self.variants),
            "design": _digest(self.points),
            "version of the program": program(),
            "versions": {name: found[name] for name in _DECIDE_NUMBERS},
        }


def planned(
    scenario: Scenario,
    points: Points,
    *,
    arms: Sequence[str] | None,
    replicates: int,
    keep_series: bool,
) -> Plan:
    """Put a plan together.

    Raises
    ------
    ScenarioError
        When an arm, a setting or a number is wrong.
    """
    if isinstance(replicates, bool) or not isinstance(replicates, int) or replicates < 1:
        allowed = "must be a whole number of at least 1"
        raise ScenarioError(Problem("replicates", replicates, allowed))
    names = tuple(arms or ())
    for name in names:
        if name not in scenario.arms:
            hint = nearest(name, scenario.arms)
            raise ScenarioError(Problem("arms", name, one_of(scenario.arms), scenario.file, hint))
    if len(set(names)) < len(names):
        raise ScenarioError(Problem("arms", list(names), "must not name an arm twice"))
    variants = {name: alone(scenario.with_arm(name)) for name in names}
    plan = Plan(
        scenario, names, points, check_keys(scenario, points), replicates, keep_series,
        variants or {scenario.name: alone(scenario)},
    )  # fmt: skip
    plan.check()
    return plan


def refuse_to_mix(plan: Plan, known: dict[str, Any], folder: Any, before: Scenario | None) -> None:
    """Refuse to put runs of one plan among those of another.

    Parameters
    ----------
    plan : Plan
    known : dict
        The facts in the folder's ledger.
    folder : Path
    before : Scenario or None
        The folder's own scenario, to say what differs.

    Raises
    ------
    ScenarioError
    """
    then, now = known["identity"], plan.identity()
    differing = [name for name in now if then.get(name) != now[name]]
    if differing:
        what = ", ".join(differing)
        if differing == ["scenario"] and before is not None:
            what = f"scenario ({_what_differs(before, plan.scenario)})"
        allowed = f"holds runs of another sweep, and they are not mixed; what differs: {what}"
        raise ScenarioError(Problem("resume", str(folder), allowed))
    if plan.replicates < known["replicates"]:
        allowed = f"must be at least the {known['replicates']} of the sweep that is resumed"
        raise ScenarioError(Problem("replicates", plan.replicates, allowed))


def _what_differs(before: Scenario, now: Scenario) -> str:
    from platformsim.scenario.settings import difference

    found = difference({"then": before.table, "now": now.table})
    parts = [f"{key} was {row['then']!r}, is {row['now']!r}" for key, row in found.items()]
    return "; ".join(parts[:3] + (["and more"] if len(parts) > 3 else [])) or "its arms"


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _rules(scenario: Scenario) -> list[str]:
    """Return the sources of what the caller defined."""
    rules = [type(mechanism) for mechanism in scenario.extra_mechanisms]
    rules += scenario.strategies.values()
    rules += [entry.compute for entry in REGISTRY.values()]
    own = [rule for rule in rules if not _is_shipped(rule)]
    return [_source(rule) for rule in own]


def _is_shipped(rule: Any) -> bool:
    return getattr(rule, "__module__", "").split(".")[0] == "platformsim"


def _source(rule: Any) -> str:
    try:
        return inspect.getsource(rule)
    except (OSError, TypeError):
        return f"{getattr(rule, '__module__', '')}.{getattr(rule, '__qualname__', rule)}"

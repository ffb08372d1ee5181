"""Policies that can be laid over any scenario: each becomes events of a set month.

A policy changes rules that the scenario has already, or that the mechanism ``regulation`` brings
and leaves at nothing until the policy begins. So a scenario and the same scenario under a policy
are one and the same until then, draw for draw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from platformsim.errors import Problem, ScenarioError, nearest, one_of

Changes = dict[str, Any]

# What can be taken along, by mechanism.
_PORTABLE = {"data": "portability", "agentic": "context_portability"}


@dataclass(frozen=True)
class Policy:
    """One policy.

    Attributes
    ----------
    name, title : str
    unit : str
        Of its strength.
    strength, low, high : float
        Default and range.
    changes : callable
        From a scenario and a strength to the settings that change, by dotted key.
    """

    name: str
    title: str
    unit: str
    strength: float
    low: float
    high: float
    changes: Callable[[Any, float], Changes]


def _interoperability(scenario: Any, strength: float) -> Changes:
    return {"market.interoperability": max(strength, scenario.market.interoperability)}


def _portability(scenario: Any, strength: float) -> Changes:
    """Whoever can take data along loses less by moving, and rivals can use what is taken along."""
    found: Changes = {
        f"sides.{name}.switch_cost": (1.0 - strength) * side.switch_cost
        for name, side in scenario.sides.items()
    }
    for mechanism in scenario.mechanisms:
        parameter = _PORTABLE.get(mechanism.name)
        if parameter:
            value = max(strength, getattr(mechanism, parameter))
            found[f"mechanisms.{mechanism.name}.{parameter}"] = value
    return found


def _rule(parameter: str) -> Callable[[Any, float], Changes]:
    return lambda scenario, strength: {f"mechanisms.regulation.{parameter}": strength}


POLICIES = {
    policy.name: policy
    for policy in (
        Policy(
            "interoperability_mandate", "platforms must let each other's members in",
            "share of a rival's installed base", 0.5, 0.0, 1.0, _interoperability,
        ),
        Policy(
            "data_portability", "users may take their data along",
            "share of data and of switching costs", 0.8, 0.0, 1.0, _portability,
        ),
        Policy(
            "openness_rule", "a technology that is not open costs its owner a penalty",
            "cu/month", 200.0, 0.0, 100_000.0, _rule("openness_penalty"),
        ),
        Policy(
            "misuse_liability", "releasers answer for harm done with their models",
            "cu/cu of harm", 1.0, 0.0, 1.0, _rule("liability"),
        ),
        Policy(
            "adoption_subsidy", "the state pays users of platforms on open technology",
            "cu/user/month", 0.1, 0.0, 10.0, _rule("adoption_subsidy"),
        ),
    )
}  # fmt: skip


def table_under(
    scenario: Any, name: str, month: int, strength: float | None, duration: int | None
) -> dict[str, Any]:
    """Return a scenario's table with a policy's events; see ``Scenario.with_policy``."""
    if name not in POLICIES:
        raise ScenarioError(
            Problem("policy", name, one_of(POLICIES), nearest=nearest(name, POLICIES))
        )
    policy = POLICIES[name]
    force = policy.strength if strength is None else strength
    if not policy.low <= force <= policy.high:
        allowed = f"must be a number from {policy.low:g} to {policy.high:g} {policy.unit}"
        raise ScenarioError(Problem(f"policy.{name}", force, allowed))
    lasting = {} if duration is None else {"duration": duration}
    events = [
        {"month": month, "target": target, "change": value} | lasting
        for target, value in policy.changes(scenario, force).items()
    ]
    table = scenario.table
    return table | {
        "mechanisms": {"regulation": {}, **table.get("mechanisms", {})},
        "events": [*table.get("events", []), *events],
    }


def parse(text: str) -> tuple[str, dict[str, Any]]:
    """Read ``NAME[=STRENGTH][@MONTH[+DURATION]]`` as the command line takes it.

    Raises
    ------
    ScenarioError
        When a figure is no number.
    """
    head, _, when = text.partition("@")
    name, _, force = head.partition("=")
    first, _, lasting = when.partition("+")
    found: dict[str, Any] = {}
    for key, part, kind in (
        ("strength", force, float), ("month", first, int), ("duration", lasting, int),
    ):  # fmt: skip
        if part:
            try:
                found[key] = kind(part)
            except ValueError:
                allowed = "must be NAME[=STRENGTH][@MONTH[+MONTHS]]"
                raise ScenarioError(Problem("--policy", text, allowed)) from None
    return name.strip(), found

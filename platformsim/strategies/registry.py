"""Strategies by name, and the names that files and the command line may give them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import is_dataclass, replace
from typing import Any

from platformsim.errors import Problem, ScenarioError, nearest, one_of
from platformsim.parameters import Parameter, parameters_of
from platformsim.strategies.observation import Observation

Strategy = Callable[[Observation], str | None]
REGISTRY: dict[str, Strategy] = {}

_FORM = re.compile(r"(\w+)\s*(?:\((.*)\))?")


def strategy[Rule: Callable[..., Any]](rule: Rule) -> Rule:
    """Register a release strategy under its own name.

    Parameters
    ----------
    rule : callable or class
        A function of an :class:`Observation`; or a frozen dataclass whose instances are called
        with one and whose fields, declared with :func:`platformsim.param`, are its parameters. It
        is registered at its defaults, under its name in snake case.
    """
    if isinstance(rule, type):
        REGISTRY[re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", rule.__name__).lower()] = rule()
    else:
        REGISTRY[rule.__name__] = rule
    return rule


def named(text: Any, key: str = "strategy") -> Strategy:
    """Return a registered strategy: ``name``, or with parameters ``name(months=36)``.

    Parameters
    ----------
    text : str
    key : str
        Where it stands, for messages.

    Raises
    ------
    ScenarioError
        When there is no such strategy, or a parameter is wrong.
    """
    form = _FORM.fullmatch(text.strip()) if isinstance(text, str) else None
    name = form[1] if form else text
    if not isinstance(name, str) or name not in REGISTRY:
        hint = nearest(name, REGISTRY)
        raise ScenarioError(Problem(key, text, one_of(REGISTRY), nearest=hint))
    rule, given = REGISTRY[name], (form[2] or "").strip()
    if not given:
        return rule
    known = parameters_of(type(rule)) if is_dataclass(rule) else {}
    changes, problems = {}, []
    for part in given.split(","):
        parameter, _, value = (piece.strip() for piece in part.partition("="))
        where = f"{key}: {name}.{parameter}"
        if parameter not in known:
            allowed = one_of(known) if known else f"unknown: {name} has no parameters"
            problems.append(Problem(where, value, allowed, nearest=nearest(parameter, known)))
            continue
        changes[parameter] = _parsed(value, known[parameter])
        if changes[parameter] is None:
            problems.append(Problem(where, value, known[parameter].allowed))
    if problems:
        raise ScenarioError(problems)
    return replace(rule, **changes)


def _parsed(text: str, parameter: Parameter) -> Any:
    """Return a parameter's value as written, or None where it is not allowed."""
    try:
        value = parameter.kind(text)
    except ValueError:
        return None
    chosen = not parameter.choices or value in parameter.choices
    return value if chosen and parameter.permits(value) else None

"""From resolved tables to checked parts, collecting every mistake."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from platformsim import entities, mechanisms, strategies
from platformsim.errors import Problem, nearest, one_of
from platformsim.mechanisms.base import Mechanism
from platformsim.scenario import checks, settings
from platformsim.scenario.validation import build

_TEXTS = ("name", "title", "question")
_TOP = (*_TEXTS, "claims", "extends", "run", "market", "sides", "technologies", "platforms",
        "releasers", "mechanisms", "events", "arms", "predictions")  # fmt: skip


def parts_of(
    table: dict[str, Any], extra: tuple[Mechanism, ...]
) -> tuple[SimpleNamespace | None, list[Problem]]:
    """Build and check the parts of a scenario.

    Parameters
    ----------
    table : dict
        Resolved tables.
    extra : tuple of Mechanism
        Mechanisms that come from Python rather than from the tables.

    Returns
    -------
    (SimpleNamespace or None, list of Problem)
        The parts by name, None when a table is wrong; and all problems.
    """
    problems = [
        Problem(
            key, value, f"unknown table; known are {', '.join(_TOP)}", nearest=nearest(key, _TOP)
        )
        for key, value in table.items()
        if key not in _TOP
    ]
    parts: dict[str, Any] = {}
    for key in _TEXTS:
        parts[key] = table.get(key, "")
        if not isinstance(parts[key], str):
            problems.append(Problem(key, parts[key], "must be a text"))
    claims = table.get("claims", [])
    if not isinstance(claims, list) or not all(isinstance(claim, str) for claim in claims):
        problems.append(Problem("claims", claims, "must be a list of claim ids"))
        claims = []
    for key, cls in settings.TABLES.items():
        parts[key] = _one(cls, table.get(key, {}), key, problems)
    parts["sides"] = _by_name(settings.SIDE_KINDS, table.get("sides", {}), "sides", problems)
    for key, cls in {**settings.LISTS, "events": entities.Event,
                     "predictions": entities.Prediction}.items():  # fmt: skip
        parts[key] = _rows(cls, table.get(key, []), key, problems)
    active = _by_name(mechanisms.REGISTRY, table.get("mechanisms", {}), "mechanisms", problems)
    active.update({mechanism.name: mechanism for mechanism in extra})
    arms = table.get("arms", {})
    arms = arms if isinstance(arms, dict) else {"arms": arms}
    parts["arms"] = {n: _one(entities.Arm, arm, f"arms.{n}", problems) for n, arm in arms.items()}
    if problems:
        return None, problems
    parts["mechanisms"] = tuple(mechanisms.in_order(list(active.values())))
    parts["claims"] = tuple(claims)
    made = SimpleNamespace(**parts)
    return made, checks.check(made, strategies.REGISTRY)


def _one(cls: type, table: Any, key: str, problems: list[Problem]) -> Any:
    made, wrong = build(cls, table, key)
    problems += wrong
    return made


def _by_name(kinds: dict[str, type], tables: Any, key: str, problems: list[Problem]) -> dict:
    if not isinstance(tables, dict):
        problems.append(Problem(key, tables, "must be a table"))
        return {}
    built = {}
    for name, table in tables.items():
        if name in kinds:
            built[name] = _one(kinds[name], table, f"{key}.{name}", problems)
        else:
            hint = nearest(name, kinds)
            problems.append(Problem(f"{key}.{name}", table, one_of(kinds), nearest=hint))
    return built


def _rows(cls: type, rows: Any, key: str, problems: list[Problem]) -> tuple[Any, ...]:
    if not isinstance(rows, list):
        problems.append(Problem(key, rows, f"must be a list of tables, [[{key}]]"))
        return ()
    built = []
    for place, row in enumerate(rows):
        name = row.get("name", place) if isinstance(row, dict) else place
        built.append(_one(cls, row, f"{key}.{name}", problems))
    return tuple(built)

"""From plain tables to frozen dataclasses, reporting every mistake at once.

pydantic checks types and ranges from the declarations of :mod:`platformsim.parameters`; the
messages are ours, because a message has to name what *is* allowed and the nearest valid name.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import types
import typing
from typing import Any

from platformsim.errors import MISSING, Problem, nearest
from platformsim.parameters import Parameter, parameters_of


def build(cls: type, table: Any, key: str = "") -> tuple[Any, list[Problem]]:
    """Build ``cls`` from a plain table.

    Parameters
    ----------
    cls : type
        A frozen dataclass whose fields are declared with ``param``.
    table : object
        What the file holds there; anything but a table is a problem, never a traceback.
    key : str
        Dotted key of the table in the file, for messages.

    Returns
    -------
    (object or None, list of Problem)
        The instance, without the keys that are wrong, so that later checks find their mistakes in
        the same go; None when too little is left.
    """
    from pydantic import ValidationError

    if not isinstance(table, dict):
        return None, [Problem(key or "file", table, "must be a table")]
    try:
        return _instance(cls, _model_of(cls).model_validate(table)), []
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False)
    # A value of several allowed types gets an error for each of them, all with one message.
    problems = list({str(p): p for p in (_problem(cls, entry, key) for entry in wrong)}.values())
    rest = copy.deepcopy(table)
    for entry in wrong:
        _drop(rest, _path(cls, entry))
    try:
        return _instance(cls, _model_of(cls).model_validate(rest)), problems
    except ValidationError:
        return None, problems


def _drop(node: dict[str, Any], path: list[Any]) -> None:
    first, *rest = path
    if rest and isinstance(node.get(first), dict):
        _drop(node[first], rest)
    else:
        node.pop(first, None)


@functools.cache
def _model_of(cls: type) -> type:
    from pydantic import ConfigDict, Field, create_model

    fields: dict[str, Any] = {}
    for parameter in parameters_of(cls).values():
        bounds: dict[str, Any] = {}
        if parameter.kind in (int, float):
            bounds = {"ge": parameter.low, "le": parameter.high}
            if parameter.kind is float:
                bounds["allow_inf_nan"] = False
        kind = _annotation(parameter)
        if parameter.default is dataclasses.MISSING:
            fields[parameter.name] = (kind, Field(**bounds))
        else:
            # Defaults are dataclass instances already, so pydantic must not look at them.
            fields[parameter.name] = (kind | None, Field(default=None, **bounds))
    config = ConfigDict(extra="forbid", strict=True, frozen=True, protected_namespaces=())
    return create_model(cls.__name__, __config__=config, **fields)


def _annotation(parameter: Parameter) -> Any:
    kind, args = parameter.kind, typing.get_args(parameter.kind)
    if parameter.choices and kind is str:
        return typing.Literal[parameter.choices]
    if dataclasses.is_dataclass(kind):
        return _model_of(kind)
    if typing.get_origin(kind) is dict:
        inner = args[1]
        if dataclasses.is_dataclass(inner):
            return dict[str, _model_of(inner)]
        return dict[str, _bounded(inner, parameter)]
    if typing.get_origin(kind) in (tuple, list):
        return list[_bounded(args[0], parameter)]
    return kind


def _bounded(inner: Any, parameter: Parameter) -> Any:
    from pydantic import Field

    if inner in (int, float):
        return typing.Annotated[inner, Field(ge=parameter.low, le=parameter.high)]
    return inner


def _instance(cls: type, model: Any) -> Any:
    values = {}
    for parameter in parameters_of(cls).values():
        value = getattr(model, parameter.name)
        if value is not None:
            values[parameter.name] = _value(parameter.kind, value)
    return cls(**values)


def _value(kind: Any, value: Any) -> Any:
    if isinstance(value, int | float | str):
        return float(value) if kind is float else value
    args = typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _instance(kind, value)
    if typing.get_origin(kind) is dict and dataclasses.is_dataclass(args[1]):
        return {name: _instance(args[1], entry) for name, entry in value.items()}
    return tuple(value) if typing.get_origin(kind) is tuple else value


def _problem(cls: type, error: dict[str, Any], key: str) -> Problem:
    path = _path(cls, error)
    where = ".".join([key, *map(str, path)]).strip(".")
    owner, parameter = _locate(cls, path)
    if error["type"] == "extra_forbidden":
        known = parameters_of(owner)
        allowed = f"unknown key; known keys are {', '.join(known)}"
        return Problem(where, error["input"], allowed, nearest=nearest(path[-1], known))
    if error["type"] == "missing":
        return Problem(where, MISSING, f"is missing; {parameter.allowed}" if parameter else "")
    if parameter and path[-1] != parameter.name:
        parameter = parameter.entry
    allowed = parameter.allowed if parameter else "has the wrong form"
    hint = nearest(error["input"], parameter.choices) if parameter else None
    return Problem(where, error["input"], allowed, nearest=hint)


def _path(cls: type, error: dict[str, Any]) -> list[Any]:
    """Return where an error is, without what pydantic adds: the branch of a union, "[key]"."""
    path = list(error["loc"])
    if error["type"] == "extra_forbidden" or len(path) < 2:
        return path
    parameter = _locate(cls, path[:-1])[1]
    union = parameter and typing.get_origin(parameter.entry.kind) in (typing.Union, types.UnionType)
    return path[:-1] if union or path[-1] == "[key]" else path


def _locate(cls: type, path: list[Any]) -> tuple[type, Parameter | None]:
    owner, parameter = cls, None
    for index, part in enumerate(path):
        known = parameters_of(owner)
        if part not in known:
            break
        parameter = known[part]
        kind, args = parameter.kind, typing.get_args(parameter.kind)
        if dataclasses.is_dataclass(kind):
            owner, parameter = kind, None if index + 1 < len(path) else parameter
        elif args and typing.get_origin(kind) is dict and dataclasses.is_dataclass(args[1]):
            rest = path[index + 2 :]
            return _locate(args[1], rest) if rest else (owner, parameter)
    return owner, parameter

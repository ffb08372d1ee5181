"""One declaration a parameter: default, range, unit, source.

The declaration is read by everything that touches the parameter: validation of scenario files,
``platformsim show``, ``--set``, sweeps and the documentation.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from dataclasses import dataclass
from typing import Any

SOURCES = {
    "D": "number or fact in the two documents",
    "E": "external anchor, with its source in the docstring",
    "M": "modelling choice, to be swept",
}


@dataclass(frozen=True)
class Parameter:
    """What may be said about one parameter.

    Attributes
    ----------
    name : str
    kind : type
        ``float``, ``int``, ``bool``, ``str``, or a container annotation.
    default : object
    low, high : float or None
        Inclusive range.
    unit : str
    source : str
        ``D``, ``E`` or ``M``; see :data:`SOURCES`.
    doc : str
        One sentence.
    choices : tuple of str
        Allowed names of a ``str`` parameter; empty means any.
    structural : bool
        True when it shapes the market at month 0 and so cannot be changed by an event.
    optional : bool
        True when the parameter may be left unset.
    """

    name: str
    kind: Any
    default: Any
    low: float | None = None
    high: float | None = None
    unit: str = ""
    source: str = "M"
    doc: str = ""
    choices: tuple[str, ...] = ()
    structural: bool = False
    optional: bool = False

    @property
    def allowed(self) -> str:
        """The allowed values as a phrase, for messages and tables."""
        if self.choices:
            return "must be one of " + ", ".join(self.choices)
        unit = f" {self.unit}" if self.unit else ""
        words = {float: "a number", int: "a whole number", bool: "true or false", str: "a text"}
        what = words.get(self.kind)
        if what is None:
            return f"must be {_container(self.kind)}{self.range_text}{unit}"
        return f"must be {what}{self.range_text}{unit}"

    @property
    def range_text(self) -> str:
        """The range as it is written in messages, with a leading space."""
        if self.low is not None and self.high is not None:
            return f" from {_figure(self.low)} to {_figure(self.high)}"
        if self.low is not None:
            return f" of at least {_figure(self.low)}"
        return f" of at most {_figure(self.high)}" if self.high is not None else ""

    @property
    def entry(self) -> Parameter:
        """The declaration of a single value, where the parameter is a container of them."""
        args = typing.get_args(self.kind)
        if typing.get_origin(self.kind) is dict:
            return dataclasses.replace(self, kind=args[1])
        if typing.get_origin(self.kind) in (list, tuple):
            return dataclasses.replace(self, kind=args[0])
        return self

    def permits(self, value: object) -> bool:
        """Return whether a number lies in the declared range."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return True
        above = self.low is None or value >= self.low
        return math.isfinite(value) and above and (self.high is None or value <= self.high)


def _figure(bound: float) -> str:
    # Whole bounds in full: "4.29497e+09" would promise seeds that are refused.
    return str(bound) if isinstance(bound, int) else f"{bound:g}"


def _container(kind: Any) -> str:
    origin = typing.get_origin(kind)
    if origin is dict:
        return "a table of names with a value each"
    if origin in (list, tuple):
        return "a list"
    if origin in (typing.Union, types.UnionType):
        return "a number, a text, true or false"
    return "a table"


def param(
    default: Any = dataclasses.MISSING,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    source: str = "M",
    doc: str = "",
    *,
    choices: tuple[str, ...] = (),
    structural: bool = False,
    keyword_only: bool = False,
    factory: Any = dataclasses.MISSING,
) -> Any:
    """Declare a parameter of a frozen dataclass.

    Parameters
    ----------
    default : object
        Value when a scenario says nothing; leave out to make the parameter required.
    low, high : float, optional
        Inclusive range of allowed (and of sensibly swept) values.
    unit, source, doc : str
        Unit, source tag (D, E or M) and a one-sentence meaning.
    choices : tuple of str
        Allowed names.
    structural : bool
        True when it cannot change during a run.
    keyword_only : bool
        True when it cannot be given by position.
    factory : callable, optional
        Builds a mutable default.

    Returns
    -------
    dataclasses.Field
    """
    if source.split("/")[0] not in SOURCES:
        raise ValueError(f"source must be one of {sorted(SOURCES)}, got {source!r}")
    meta = {
        "low": low,
        "high": high,
        "unit": unit,
        "source": source,
        "doc": doc,
        "choices": choices,
        "structural": structural,
    }
    return dataclasses.field(
        default=default, default_factory=factory, metadata={"param": meta}, kw_only=keyword_only
    )


@functools.cache
def parameters_of(cls: type) -> dict[str, Parameter]:
    """Return the declared parameters of a frozen dataclass, by name, in order of declaration.

    A plain field without :func:`param` counts as a parameter without range.
    """
    hints = typing.get_type_hints(cls)
    declared = {}
    for field in dataclasses.fields(cls):
        if not field.init:
            continue
        kind, optional = _without_none(hints[field.name])
        default = field.default
        if default is dataclasses.MISSING and field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        meta = dict(field.metadata.get("param", {}))
        declared[field.name] = Parameter(field.name, kind, default, optional=optional, **meta)
    return declared


def _without_none(kind: Any) -> tuple[Any, bool]:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        rest = [entry for entry in typing.get_args(kind) if entry is not type(None)]
        if len(rest) == 1:
            return rest[0], True
    return kind, False

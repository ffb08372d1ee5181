"""Columns that look like agents: a row becomes a Mesa agent when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import mesa
import numpy as np
from mesa.agentset import AbstractAgentSet, GroupBy


class RowAgent(mesa.Agent):
    """A view of one row of a side: owns nothing, reads and writes through to the columns.

    Attributes are the side's columns, plus ``platforms``: the names of the platforms it is on.
    """

    side_name: ClassVar[str] = ""

    def __init__(self, model: Any, row: int):
        # No super().__init__(): that would register the view with the model.
        place = list(model.row_kinds).index(type(self))
        unique = -(int(row) * len(model.row_kinds) + place) - 1
        self.__dict__.update(model=model, row=int(row), unique_id=unique, pos=None)

    @property
    def side(self) -> Any:
        """The side that the row belongs to."""
        return self.__dict__["model"].market.sides[self.side_name]

    @property
    def platforms(self) -> tuple[str, ...]:
        """Names of the platforms that the agent is on."""
        side = self.side
        member = side.alternatives.member[side.columns["choice"][self.row]]
        return tuple(np.array(self.model.market.platforms.names)[member == 1].tolist())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "model" not in self.__dict__:
            raise AttributeError(name)
        columns = self.side.columns
        if name not in columns:
            raise AttributeError(f"{name!r} is not a column; columns are {', '.join(columns)}")
        return columns[name][self.row].item()

    def __setattr__(self, name: str, value: Any) -> None:
        self.model.write(self.side_name, name, np.array([self.row]), value)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, RowAgent)
            and type(other) is type(self)
            and other.model is self.model
            and other.row == self.row
        )

    def __hash__(self) -> int:
        return hash((type(self), id(self.model), self.row))

    def remove(self) -> None:
        """Take the agent out of the market; its slot, and so everybody else's draws, stay."""
        self.alive = False


class User(RowAgent):
    """A user."""

    side_name = "users"


class Creator(RowAgent):
    """A creator."""

    side_name = "creators"


class Business(RowAgent):
    """A business."""

    side_name = "businesses"


ROW_KINDS = {"users": User, "creators": Creator, "businesses": Business}


class RowSet(AbstractAgentSet):
    """An agent set over row numbers: vectorised where it can be, lazy views elsewhere."""

    def __init__(self, model: Any, kind: type[RowAgent], rows: np.ndarray):
        self.model, self.kind, self.rows, self.random = model, kind, rows, model.random

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[RowAgent]:
        return (self.kind(self.model, row) for row in self.rows)

    def __contains__(self, agent: object) -> bool:
        return (
            isinstance(agent, self.kind)
            and agent.model is self.model
            and bool((self.rows == agent.row).any())
        )

    def __getitem__(self, item: int | slice) -> Any:
        if isinstance(item, slice):
            return self._of(self.rows[item])
        return self.kind(self.model, self.rows[item])

    def _of(self, rows: np.ndarray) -> RowSet:
        return RowSet(self.model, self.kind, rows)

    def _update(self, agents: Any) -> RowSet:
        self.rows = np.array([agent.row for agent in agents], np.int64)
        return self

    def _keep(self, rows: np.ndarray, inplace: bool) -> RowSet:
        if not inplace:
            return self._of(rows)
        self.rows = rows
        return self

    def to_list(self) -> list[RowAgent]:
        """Return the views as a list."""
        return list(self)

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> Any:
        """Return a column for these rows (an array), or a list of lists for several."""
        if isinstance(attr_names, str):
            columns = self.model.market.sides[self.kind.side_name].columns
            if attr_names in columns:
                return columns[attr_names][self.rows]
            missing = (default_value,) if handle_missing == "default" else ()
            return [getattr(agent, attr_names, *missing) for agent in self]
        parts = [self.get(name, handle_missing, default_value) for name in attr_names]
        return [list(values) for values in zip(*parts, strict=True)]

    def set(self, attr_name: str, value: Any) -> RowSet:
        """Write a column for these rows."""
        self.model.write(self.kind.side_name, attr_name, self.rows, value)
        return self

    def agg(self, attribute: str, func: Callable | list[Callable]) -> Any:
        """Reduce a column with a function, or with each of several."""
        values = self.get(attribute)
        return [f(values) for f in func] if isinstance(func, list | tuple) else func(values)

    def select(
        self,
        filter_func: Any = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> RowSet:
        """Select rows by a boolean mask (fast) or a function of the agent (a view each)."""
        rows = self.rows
        if agent_type is not None and not issubclass(self.kind, agent_type):
            rows = rows[:0]
        elif filter_func is not None:
            mask = filter_func
            if callable(filter_func):
                mask = np.fromiter(map(filter_func, self), bool, len(rows))
            rows = rows[np.asarray(mask, bool)]
        if at_most != float("inf"):
            part = isinstance(at_most, float) and at_most <= 1.0
            rows = rows[: int(at_most * len(self)) if part else int(at_most)]
        return self._keep(rows, inplace)

    def groupby(self, by: Any, result_type: str = "agentset") -> GroupBy:
        """Group rows by a column (fast) or a function of the agent."""
        groups: dict[Any, Any] = {}
        keys = self.get(by) if isinstance(by, str) else self.map(by)
        if isinstance(keys, np.ndarray):
            for key in np.unique(keys):
                groups[key.item()] = self.rows[keys == key]
        else:
            for row, key in zip(self.rows, keys, strict=True):
                groups.setdefault(key, []).append(row)
        found = {key: self._of(np.array(rows, np.int64)) for key, rows in groups.items()}
        if result_type == "list":
            found = {key: group.to_list() for key, group in found.items()}
        return GroupBy(found)

    def shuffle(self, inplace: bool = False) -> RowSet:
        """Return the rows in random order, drawn from the model's Mesa generator."""
        return self._keep(self.model.rng.permutation(self.rows), inplace)

    def sort(self, key: Any, ascending: bool = False, inplace: bool = False) -> RowSet:
        """Sort by a column or a function of the agent; ties keep their order, as in Mesa."""
        values = self.get(key) if isinstance(key, str) else self.map(key)
        if isinstance(values, list):
            order = sorted(range(len(values)), key=values.__getitem__, reverse=not ascending)
        elif ascending:
            order = np.argsort(values, kind="stable")
        else:
            order = (len(values) - 1 - np.argsort(values[::-1], kind="stable"))[::-1]
        return self._keep(self.rows[order], inplace)

    def map(self, method: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Call a function, or a method by name, for every agent; return the results."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def do(self, method: Any, *args: Any, **kwargs: Any) -> RowSet:
        """Call a function, or a method by name, for every agent; return the set."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: Any, *args: Any, **kwargs: Any) -> RowSet:
        """Like ``do``, in random order."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def add(self, agent: Any) -> None:
        """Refuse: a side has its slots for the whole run."""
        raise NotImplementedError("rows are slots; set `alive` instead of adding or removing")

    discard = remove = add

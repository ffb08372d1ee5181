"""The few strategic actors as Mesa agents: views of a row of the market's tables."""

from __future__ import annotations

from typing import Any, ClassVar

import mesa


class Actor(mesa.Agent):
    """An agent whose attributes are the columns of its row; writing goes through.

    Attributes
    ----------
    name : str
    row : int
    """

    table_name: ClassVar[str] = ""

    def __init__(self, model: Any, name: str):
        super().__init__(model)
        self.__dict__.update(name=name, row=self._table(model).index[name])

    def _table(self, model: Any) -> Any:
        return getattr(model.market, self.table_name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or "row" not in self.__dict__:
            raise AttributeError(name)
        columns = self._table(self.model).columns
        if name not in columns:
            raise AttributeError(f"{name!r} is not a column; columns are {', '.join(columns)}")
        return float(columns[name][self.row])

    def __setattr__(self, name: str, value: Any) -> None:
        if "row" in self.__dict__ and name in self._table(self.model).columns:
            self._table(self.model).columns[name][self.row] = value
        else:
            super().__setattr__(name, value)


class Platform(Actor):
    """A platform: installed base by side, quality, fees, hours, owner."""

    table_name = "platforms"

    @property
    def share(self) -> dict[str, float]:
        """Installed base as a share of each side."""
        return {side: float(s[self.row]) for side, s in self.model.market.share.items()}

    @property
    def owner(self) -> str:
        """The account that its income goes to."""
        return self.model.market.owner_of_platform[self.row]


class Releaser(Actor):
    """A model releaser: cash, revenue, cost, profit, and the technologies it owns."""

    table_name = "releasers"

    @property
    def technologies(self) -> tuple[str, ...]:
        """Names of the technologies it owns."""
        market = self.model.market
        owners = zip(market.technologies.names, market.owner_of_technology, strict=True)
        return tuple(technology for technology, owner in owners if owner == self.name)

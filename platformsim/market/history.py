"""The market's path: every month's state, kept as arrays for the metrics to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from platformsim.market.release import TERMS


class Paths(Mapping[str, np.ndarray]):
    """The path of every column of a table, (T+1, rows) float each, by name.

    Parameters
    ----------
    columns : iterable of str
    rows, months : int
        Entries of a column; T + 1.
    """

    def __init__(self, columns: Iterable[str], rows: int, months: int):
        self._place = {name: place for place, name in enumerate(columns)}
        self._values = np.zeros((months, len(self._place), rows))

    def __getitem__(self, column: str) -> np.ndarray:
        return self._values[:, self._place[column]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._place)

    def __len__(self) -> int:
        return len(self._place)

    def record(self, month: int, values: np.ndarray) -> None:
        """Keep a month's columns, a row each, in the order of their names."""
        self._values[month] = values


class History:
    """States of months 0 … T, row t being the end of month t.

    Parameters
    ----------
    market : Market
        At month 0.
    months : int
        T.

    Attributes
    ----------
    months, burn_in : int
    accounts, reasons, platform_names, technology_names, releaser_names : tuple of str
    technology_owner, platform_owner : (L,) and (P,) int
        Row of the releaser that owns each technology and each platform, -1 for none.
    platforms, technologies, releasers, terms : mapping of str to (T+1, rows) float
        Every column of the market's tables.
    tables : dict of str to mapping of str to (T+1, rows) float
        Those of the tables that mechanisms bring.
    row_names : dict of str to tuple of str
        Their rows.
    mechanisms : frozenset of str
        Names of the scenario's mechanisms, active or not.
    sides : dict of str to SimpleNamespace
        ``share`` and ``active`` (T+1, P); ``living``, ``switches`` and ``surplus`` (T+1,).
    paid, received : (T+1, accounts, reasons) float, cu
    """

    def __init__(self, market: Any, months: int, burn_in: int = 0):
        self.months, self.burn_in = months, burn_in
        self.accounts, self.reasons = market.ledger.accounts, market.ledger.reasons
        self.platform_names = market.platforms.names
        self.technology_names = market.technologies.names
        self.releaser_names = market.releasers.names
        self.technology_owner = market.releaser_of_technology
        self.platform_owner = market.releaser_of_platform
        rows, width = months + 1, len(self.platform_names)
        self.platforms, self.technologies, self.releasers = (
            Paths(table.columns, len(table), rows)
            for table in (market.platforms, market.technologies, market.releasers)
        )
        self.tables = {
            kind: Paths(table.columns, len(table), rows)
            for kind, table in market.tables.items()
            if not hasattr(self, kind)
        }
        self.row_names = {kind: market.tables[kind].names for kind in self.tables}
        self.mechanisms = frozenset(entry.name for entry in market.all_mechanisms)
        self.terms = Paths(TERMS, len(self.technology_names), rows)
        self.sides = {
            name: SimpleNamespace(
                share=np.zeros((rows, width)),
                active=np.zeros((rows, width)),
                living=np.zeros(rows),
                switches=np.zeros(rows),
                surplus=np.zeros(rows),
            )
            for name in market.sides
        }
        flows = (rows, len(self.accounts), len(self.reasons))
        self.paid, self.received = np.zeros(flows), np.zeros(flows)
        self.record(market)

    def record(self, market: Any) -> None:
        """Keep the state at the end of the market's present month."""
        month = market.month
        self.platforms.record(month, market.platforms.values)
        self.technologies.record(month, market.technologies.values)
        self.releasers.record(month, market.releasers.values)
        self.terms.record(month, market.terms.values)
        for kind, paths in self.tables.items():
            paths.record(month, market.tables[kind].values)
        for name, kept in self.sides.items():
            side = market.sides[name]
            kept.share[month] = market.share[name]
            kept.living[month], _, kept.active[month] = side.totals()
            kept.switches[month] = side.switches
            kept.surplus[month] = side.surplus
        self.paid[month] = market.ledger.paid
        self.received[month] = market.ledger.received

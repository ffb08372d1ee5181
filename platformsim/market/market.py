"""The state of the market, and the rules that hold with every mechanism switched off."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import numpy as np

from platformsim.market import laws, payments, release, setup
from platformsim.market.flows import Flows
from platformsim.market.ledger import REASONS, Ledger
from platformsim.market.release import Terms
from platformsim.market.side import Appeal, Side
from platformsim.market.streams import Streams
from platformsim.market.tables import Table

_CLOSED_DOWN = -1e30
_VALUES = ("utility", "own_utility", "exposure")
_HOOKS = (*_VALUES, "same_side", "engagement", "closes", "decides", "income_if_open",
          "income_if_closed", "update")  # fmt: skip


class Market:
    """What mechanisms read and write.

    Parameters
    ----------
    spec : object
        A resolved scenario: ``market``, ``sides``, ``technologies``, ``platforms``, ``releasers``.
    mechanisms : iterable of Mechanism
        Active and inactive ones, in the order in which they act.
    declared : platformsim.market.setup.Declared
        What the mechanisms bring: columns, tables, reasons and accounts.
    streams : Streams

    Attributes
    ----------
    month : int
    rules : platformsim.entities.MarketRules
    sides : dict of str to Side
    platforms, technologies, releasers : Table
    tables : dict of str to Table
        These three and those that mechanisms bring, by name.
    on_technology, owned_platforms : (L, P) float
        1 where the platform stands on the technology; where the technology's owner owns it.
    slot_of_platform : tuple of int
        Which draws are each platform's, from 1 on: draws follow the platform, not its row.
    share : dict of str to (P,) float
        Installed base of each platform as a share of the side, as of last month.
    members : (P,) float
        Users on each platform, a multi-homer divided over its homes.
    terms : Terms
        This month's release terms of each technology.
    ledger : Ledger
    flows : Flows
        Draws how many members of a stock do something.
    """

    def __init__(
        self, spec: Any, mechanisms: Iterable[Any], declared: setup.Declared, streams: Streams
    ):
        self.month, self.rules, self.streams = 0, spec.market, streams
        self.flows = Flows(streams, expected=spec.run.resolution == "mean_field")
        self.all_mechanisms = tuple(mechanisms)
        self.technologies, self.platforms, self.releasers = setup.tables(spec)
        self.tables = {
            table.kind: table for table in (self.technologies, self.platforms, self.releasers)
        }
        for kind, rows in declared.tables.items():
            self.tables[kind] = Table(kind, rows)
        self.owner_of_platform = setup.account_of_platform(spec)
        self.slot_of_platform = setup.slots(spec)
        self.owner_of_technology = tuple(entry.owner for entry in spec.technologies)
        self.patrons = {entry.name: entry.patron for entry in spec.releasers}
        self.technology_of_platform = setup.positions(
            self.technologies, [entry.technology for entry in spec.platforms]
        )
        self.releaser_of_platform = setup.positions(
            self.releasers, [entry.owner for entry in spec.platforms]
        )
        self.releaser_of_technology = setup.positions(
            self.releasers, [entry.owner for entry in spec.technologies]
        )
        owner = self.releaser_of_technology[:, None]
        self.on_technology = 1.0 * (
            self.technology_of_platform == np.arange(len(self.technologies))[:, None]
        )
        self.owned_platforms = 1.0 * ((owner == self.releaser_of_platform) & (owner >= 0))
        for column, value in declared.columns.items():
            kind, name = column.split(".")
            self.tables[kind].add(name, value)
        release.start(self.technologies)
        self.sides: dict[str, Side] = setup.sides(spec, streams)
        self.observe()
        self.ledger = Ledger(setup.accounts(spec, declared.accounts), (*REASONS, *declared.reasons))
        self.terms: Terms = release.terms(self.technologies)
        self.platforms.add("hours", 0.0)
        for mechanism in self.mechanisms:
            mechanism.start(self)
        self._engage()

    @property
    def all_mechanisms(self) -> tuple[Any, ...]:
        """Active and inactive mechanisms, in the order in which they act."""
        return self._all_mechanisms

    @all_mechanisms.setter
    def all_mechanisms(self, mechanisms: tuple[Any, ...]) -> None:
        self._all_mechanisms = mechanisms
        self.mechanisms = tuple(entry for entry in mechanisms if entry.enabled)
        self._acting = {
            hook: tuple(entry for entry in self.mechanisms if entry.overrides(hook))
            for hook in _HOOKS
        }

    # -- what mechanisms ask ---------------------------------------------------------------

    @property
    def alive(self) -> np.ndarray:
        """(P,) bool: platforms that can be joined this month."""
        return (self.platforms["closed_down"] == 0) & (self.month >= self.platforms["launch_month"])

    def reach(self, side: str) -> np.ndarray:
        """Effective installed base of a side on each platform, (P,), to read only."""
        if not self.rules.interoperability:
            return self.share[side]
        return laws.reach(self.share[side], self.rules.interoperability)

    def total(self, hook: str) -> np.ndarray:
        """Sum a hook of all active mechanisms over technologies, (L,) float."""
        total = np.zeros(len(self.technologies))
        for mechanism in self._acting[hook]:
            part = getattr(mechanism, hook)(self)
            if part is not None:
                total += part
        return total

    def decisions(self) -> list[np.ndarray]:
        """Ask the mechanisms which release modes releasers want, (L,) codes or NaN each."""
        wanted = [mechanism.decides(self) for mechanism in self._acting["decides"]]
        return [modes for modes in wanted if modes is not None]

    # -- the month -------------------------------------------------------------------------

    def open_month(self) -> None:
        """Start a month: the calendar, the ledger and what is open."""
        self.month += 1
        self.flows.month = self.month
        self.ledger.open_month()
        release.advance(self.technologies, self.month, self.total("closes") > 0)
        self.terms = release.terms(self.technologies)

    def appeal(self, side: str) -> Appeal:
        """Sum what the platforms are worth to a side: quality, fees and every active mechanism.

            A[p] = w_q (q[p] + ln(a[p] / 100)) - w_f fee[p] + sum of the mechanisms' terms

        with a the capability of the technology that the platform stands on. Utils.
        """
        return self._appeal(side, self._quality(), self._shut())

    def _appeal(
        self, side: str, quality: np.ndarray, shut: list[int], network: bool = True
    ) -> Appeal:
        rules = self.sides[side].rules
        common = rules.quality_weight * quality
        appeal = Appeal(common - rules.fee_weight * self.platforms[f"fee_{side}"])
        for mechanism in self._acting["utility"]:
            part = mechanism.utility(self, side)
            if part is None:
                continue
            if callable(part):
                appeal.by_row.append(part)
            elif getattr(part, "ndim", 1) == 2:
                appeal.by_row.append(part.__getitem__)
            else:
                appeal.common += part
        for mechanism in self._acting["exposure"]:
            appeal.exposure += mechanism.exposure(self, side) or 0.0
        for mechanism in self._acting["own_utility"]:
            own = mechanism.own_utility(self, side)
            if own is not None:
                appeal.own = own if appeal.own is None else appeal.own + own
        if network:
            self._add_same_side(appeal, side)
        if shut:
            appeal.common[shut] = _CLOSED_DOWN
        return appeal

    def _same_side(self, side: str) -> list[laws.SameSide]:
        effects = [mechanism.same_side(self, side) for mechanism in self._acting["same_side"]]
        return [effect for effect in effects if effect is not None]

    def _add_same_side(self, appeal: Appeal, side: str) -> None:
        effects = self._same_side(side)
        if not effects:
            return
        counted, kappa = self.sides[side].rules.count_self, self.rules.interoperability
        living = None if counted else self.sides[side].living
        for effect in effects:
            value = laws.same_side_value(effect, self.share[side], living, kappa, 0.0)
            appeal.common += value
            if not counted:
                own = laws.same_side_value(effect, self.share[side], living, kappa, 1.0) - value
                appeal.own = own if appeal.own is None else appeal.own + own

    def _shut(self) -> list[int]:
        """Rows of the platforms that cannot be joined this month."""
        rows = enumerate(self.platforms.rows("closed_down", "launch_month"))
        return [row for row, (gone, launch) in rows if gone or self.month < launch]

    def _quality(self) -> np.ndarray:
        """Quality of each platform with the capability of what it stands on, (P,) utils."""
        bonus = np.log(self.technologies["capability"] / 100.0).tolist()
        stand = self.technology_of_platform.tolist()
        return self.platforms["quality"] + [bonus[at] if at >= 0 else 0.0 for at in stand]

    def choose(self) -> None:
        """Let every side choose, all on last month's shares; then the new shares become known."""
        quality, shut = self._quality(), self._shut()
        appeals = {
            name: self._appeal(name, quality, shut)
            for name, side in self.sides.items()
            if side.rules.updating == "synchronous"
        }
        for name, side in self.sides.items():
            gone = np.zeros(len(side.alternatives.size), bool)
            if shut:
                gone = side.alternatives.member[:, shut].any(axis=1)
            if name in appeals:
                side.choose(self.month, appeals[name], gone)
                continue
            known, steady = self.share[name], None
            if not any(mechanism.follows_own_side for mechanism in self._valuing()):
                steady = self._appeal(name, quality, shut, network=False)
                steady.same_side = self._same_side(name)
                steady.interoperability = self.rules.interoperability
            appeal_now = functools.partial(self._appeal_now, name)
            side.choose_in_turn(self.month, appeal_now, gone, steady)
            self.share[name] = known
        self.observe()

    def observe(self) -> None:
        """Let the present memberships become what everybody knows."""
        self.share = {name: side.installed_base for name, side in self.sides.items()}
        users = self.sides.get("users")
        self.members = users.active if users else np.zeros(len(self.platforms))

    def _valuing(self) -> set[Any]:
        """Active mechanisms with a say in what platforms are worth."""
        return {m for hook in _VALUES for m in self._acting[hook]}

    def _appeal_now(self, side: str) -> Appeal:
        self.share[side] = self.sides[side].installed_base
        return self.appeal(side)

    def advance(self) -> None:
        """Let engagement follow, let the mechanisms advance the market, and settle the month."""
        self._engage()
        payments.settle(self)
        for mechanism in self._acting["update"]:
            mechanism.update(self)
        payments.book(self)

    def _engage(self) -> None:
        """Hours per user and month.

            min(attention, hours * (1 + lift - displacement * max(lift, 0)))

        with the sum of the mechanisms' lifts: of the time that they add, the share
        ``displacement`` is taken from other use of the same platform.
        """
        # In plain numbers: a market has two or three platforms.
        lifts = [0.0] * len(self.platforms)
        for mechanism in self._acting["engagement"]:
            part = mechanism.engagement(self)
            if part is not None:
                lifts = [lift + more for lift, more in zip(lifts, part.tolist(), strict=True)]
        usual, displaced, most = self.rules.hours, self.rules.displacement, self.rules.attention
        self.platforms["hours"] = [
            min(max(usual * (1.0 + lift - displaced * max(lift, 0.0)), 0.0), most) for lift in lifts
        ]

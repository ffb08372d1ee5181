"""C07: many eyes and hands hold off bad actors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param
from platformsim.theory.misuse import Guard, defence_after, exposure

_MEASURED = ("harm", "misused", "misused_level", "defence", "exposure", "exposure_closed")
_STOCKS = ("patched_copies", "patched_served")


@dataclass(frozen=True)
class Misuse(Mechanism):
    """Bad actors attempt to misuse models, and defenders patch what they can see.

    *Defence.* Each technology has ``weaknesses``; the share D of them is patched. A month's
    defenders find each open one with probability f, and each patch goes stale with probability
    decay, so that in expectation

        D(t) = D(t-1) + f (1 - D(t-1)) - decay D(t-1),   f = min(1, find_rate defenders visibility)

    Visibility is 1 where a copy of the model is out, and visibility_closed of a model that is
    only served. Defenders publish what they find and are not used up: each model is looked at by
    all of them. The copies at large (of an older generation, perhaps) and the newest generation
    as it is served have patches of their own; while the newest is open the two are one.

    *Harm.* Each bad actor makes one attempt a month, on the way in where it can do most. There
    are two to a technology: a copy of the best version that was ever open (access_open, and
    patches reach the share patch_spread), and the newest generation as its owner serves it
    (access_closed, and patches reach all). An attempt succeeds with probability

        exposure = access (1 - D reach)

    and a success on a model of capability a costs users h0 (a / 100)**chi cu. That bad actors
    choose among models is what makes restraint by one lab of little use while another is open.

    In the long run an open release is the safer one of two equally capable models exactly when
    (1 - D*_open patch_spread) access_open < (1 - D*_closed) access_closed; at the defaults 0.196
    against 0.200, next to break-even; see :mod:`platformsim.theory.misuse`.

    Open access: the guardrails of open models were removed by fine-tuning on about ten examples,
    for less than 0.20 dollars (tag E). All else is a modelling choice; h0 sets the scale of harm
    alone, and the number of weaknesses how much luck there is in defence.
    """

    title: ClassVar[str] = "many eyes and hands hold off bad actors"
    claims: ClassVar[tuple[str, ...]] = ("C07",)
    neutral: ClassVar[dict[str, Any]] = {"bad_actors": 0}
    owns: ClassVar[dict[str, float]] = {
        "technologies.patched_copies": 0.0,
        "technologies.patched_served": 0.0,
        "technologies.harm": 0.0,
        "technologies.misused": 0.0,
        "technologies.misused_level": 0.0,
        "technologies.defence": 0.0,
        "technologies.exposure": 0.0,
        "technologies.exposure_closed": 0.0,
    }
    contrast: ClassVar[Contrast] = Contrast("harm", "", "up", 1.0)

    bad_actors: int = param(20, 0, 500, "actors", "M", "Those who attempt to misuse a model.")
    defenders: int = param(100, 0, 1000, "defenders", "M", "Those who look for weaknesses.")
    access_open: float = param(0.9, 0.5, 1, "share", "E", "Bad actors' access to a copy.")
    access_closed: float = param(
        0.4, 0.02, 0.6, "share", "M", "Bad actors' access to a served model, paid or jailbroken."
    )
    visibility_closed: float = param(
        0.15, 0.02, 0.5, "share", "M", "What defenders see of a served model, relative to a copy."
    )
    find_rate: float = param(
        0.002, 0, 0.02, "1/defender/month", "M", "Open weaknesses that a defender finds."
    )
    patch_spread: float = param(0.9, 0, 1, "share", "M", "Copies at large that a patch reaches.")
    decay: float = param(0.03, 0, 0.2, "1/month", "M", "Patches that go stale.")
    chi: float = param(1.5, 0.5, 3, "exponent", "M", "How harm grows with capability.")
    h0: float = param(10.0, 0, 1000, "cu", "M", "Harm of a success at capability 100.")
    weaknesses: int = param(200, 1, 10_000, "weaknesses", "M", "Weaknesses of a model.")

    def guards(self) -> tuple[Guard, Guard]:
        """Return how a copy at large and a served closed model are exposed and defended."""
        full = self.find_rate * self.defenders
        opened = Guard(self.access_open, min(full, 1.0), self.decay, self.patch_spread)
        seen = min(full * self.visibility_closed, 1.0)
        return opened, Guard(self.access_closed, seen, self.decay, 1.0)

    def update(self, market: Any) -> None:
        """Let defenders patch, then bad actors strike."""
        technologies = market.technologies
        if not len(technologies) or not self.bad_actors:
            return
        for column in _MEASURED:
            technologies[column].fill(0.0)
        self._patch(market)
        best = max(self._ways_in(market), default=None)
        if best is not None:
            self._strike(market, *best)

    def _patch(self, market: Any) -> None:
        technologies, terms = market.technologies, market.terms
        served, visible = terms.api_access.tolist(), terms.defender_visibility.tolist()
        opened, closed = self.guards()
        columns = [technologies[name] for name in _STOCKS]
        for row, (copies, kept) in enumerate(technologies.rows(*_STOCKS)):
            if terms.open_capability[row] > 0:
                copies = self._patched(market, row, copies, opened.find)
            if served[row]:
                kept = self._patched(market, row, kept, (closed, opened)[visible[row] > 0].find)
            else:
                kept = copies  # the newest is itself at large
            columns[0][row], columns[1][row] = copies, kept

    def _patched(self, market: Any, row: int, patched: float, find: float) -> float:
        flow = market.flows.binomial
        found = flow("misuse.find", self.weaknesses - patched, find, row)
        return patched + found - flow("misuse.stale", patched, self.decay, row)

    def _ways_in(self, market: Any) -> list[tuple[float, float, int, bool]]:
        """List the ways in as expected harm, capability, minus the row, and whether by a copy."""
        technologies, terms, guards = market.technologies, market.terms, self.guards()
        active = [*market.releasers["active"].tolist(), 1.0]  # -1, nobody, always serves
        rows = zip(
            technologies.rows("capability", *_STOCKS),
            terms.open_capability.tolist(),
            terms.api_access.tolist(),
            market.releaser_of_technology.tolist(),
            strict=True,
        )
        found = []
        for row, ((capability, *patched), copy, served, owner) in enumerate(rows):
            levels = copy, capability * (served * active[owner])
            for guard, level, stock in zip(guards, levels, patched, strict=True):
                if level > 0:
                    risk = exposure(guard, stock / self.weaknesses)
                    worth = risk * (level / 100.0) ** self.chi
                    found.append((worth, level, -row, guard is guards[0]))
        return found

    def _strike(self, market: Any, worth: float, level: float, place: int, copy: bool) -> None:
        technologies, row = market.technologies, -place
        each, guards = (level / 100.0) ** self.chi, self.guards()
        risk = worth / each
        misused = market.flows.binomial("misuse.succeed", self.bad_actors, risk)
        stock = technologies[_STOCKS[0 if copy else 1]][row]
        closed = guards[1]
        shadow = exposure(closed, defence_after(market.month, closed.find, closed.decay))
        harm = misused * self.h0 * each
        values = harm, misused, level, stock / self.weaknesses, risk, shadow if copy else 0.0
        for column, value in zip(_MEASURED, values, strict=True):
            technologies[column][row] = value

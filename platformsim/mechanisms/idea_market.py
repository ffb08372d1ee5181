"""C35: a free market for ideas - products made of components that others may recombine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

_PRODUCTS = tuple(f"product_{number}" for number in range(1, 33))
_HALF = 24  # components that one draw decides: a uniform has 32 bits


@dataclass(frozen=True)
class IdeaMarket(Mechanism):
    """Makers search a rugged landscape of designs, alone or with the components of others.

    Each of 32 makers has a product, a vector of ``components`` that are 0 or 1. Its quality is the
    mean of what the components contribute, and a contribution depends on the component itself and
    on the ``ruggedness`` components that follow it (an NK landscape, contributions uniform in
    [0, 1], the same in every arm):

        quality = (1 / components) * sum_i f_i(x_i, x_{i+1}, ..., x_{i+ruggedness})

    With probability recombine_rate a month a maker tries a new design and keeps it if it is
    better. Who works in the open, the share share_open of makers, takes every component with
    probability 1/2 from another maker's product: from one whose components are to be had, chosen
    with odds exp(selection * quality), as users choose. Then one component, drawn at random, is
    changed, in everybody's design. Of those who work in the open the share free_ride takes but
    does not give: its products are closed to others, unless the licence asks for ``reciprocity``.
    A closed product's components cannot be had.

    Users choose among products by the same odds. One that few choose fails with probability
    turnover * (1 - exp(-selection * (best quality - quality))) a month, and a new maker takes its
    place: with the components of two products that can be had, mixed in the same way, if it works
    in the open, else with a design at random.

    What the best product makes known, every lab can use: capability grows by idea_gain for each
    unit (log index) that the best quality among all products rises. It is the same for all, so
    that nobody gains on anybody by it.

    References
    ----------
    S. Kauffman & S. Levin (1987), "Towards a general theory of adaptive walks on rugged
    landscapes", Journal of Theoretical Biology 128(1), 11-45, DOI 10.1016/S0022-5193(87)80029-2.
    D. Lazer & A. Friedman (2007), "The network structure of exploration and exploitation",
    Administrative Science Quarterly 52(4), 667-694, DOI 10.2189/asqu.52.4.667 (sharing speeds
    search up and then makes all alike). All figures are modelling choices.
    """

    title: ClassVar[str] = "a free market for ideas"
    claims: ClassVar[tuple[str, ...]] = ("C35",)
    neutral: ClassVar[dict[str, Any]] = {"recombine_rate": 0.0}
    owns: ClassVar[dict[str, float]] = {
        "ideas.design": 0.0,
        "ideas.quality": 0.0,
        "ideas.gives": 0.0,
        "ideas.takes": 0.0,
    }
    advances: ClassVar[tuple[str, ...]] = ("technologies.capability",)
    tables: ClassVar[dict[str, tuple[str, ...]]] = {"ideas": _PRODUCTS}
    contrast: ClassVar[Contrast] = Contrast("idea_quality", "", "up", 0.035)

    components: int = param(16, 4, 48, "components", "M", "Components of a product.")
    recombine_rate: float = param(0.05, 0, 0.5, "1/month", "M", "Chance that a maker tries.")
    ruggedness: int = param(4, 0, 15, "components", "M", "Others that a contribution depends on.")
    share_open: float = param(0.5, 0, 1, "share", "M", "Makers who work in the open.")
    free_ride: float = param(0.2, 0, 1, "share", "M", "Of those, who take without giving.")
    reciprocity: bool = param(False, doc="Whether the licence obliges who takes to give.")
    selection: float = param(20.0, 0, 200, "1/quality", "M", "How far better products are chosen.")
    turnover: float = param(0.02, 0, 1, "1/month", "M", "Rate at which unused products fail.")
    idea_gain: float = param(
        0.3, 0, 2, "log index/quality", "M", "Capability that the best quality brings to all."
    )

    def start(self, market: Any) -> None:
        """Draw the first designs, and who works in the open."""
        if self.recombine_rate <= 0:
            return
        ideas, draw = market.tables["ideas"], market.streams.per_slot
        count = len(ideas)
        low, high = draw("ideas.first", 0, count), draw("ideas.first_high", 0, count)
        designs = [self._bits(*pair) for pair in zip(low.tolist(), high.tolist(), strict=True)]
        ideas["design"] = designs
        ideas["quality"] = [self.quality(market, design) for design in designs]
        takes = draw("ideas.open", 0, count) < self.share_open
        keeps = (draw("ideas.free_ride", 0, count) < self.free_ride) & (not self.reciprocity)
        ideas["takes"], ideas["gives"] = takes, takes & ~keeps

    def _bits(self, low: float, high: float) -> int:
        """Return a design at random from two uniforms."""
        found = int(low * (1 << _HALF)) | int(high * (1 << _HALF)) << _HALF
        return found & ((1 << self.components) - 1)

    def quality(self, market: Any, design: int) -> float:
        """Return the quality of a design, its components being the bits of a number."""
        n, width = self.components, min(self.ruggedness + 1, self.components)
        mask, ring, one = (1 << width) - 1, design | design << n, market.streams.one
        return sum(one("ideas.landscape", ring >> i & mask, i) for i in range(n)) / n

    def update(self, market: Any) -> None:
        """Let makers try new designs, and let the labs learn from the best."""
        if self.recombine_rate <= 0:
            return
        ideas, month = market.tables["ideas"], market.month
        tries = market.streams.per_slot("ideas.try", month, len(ideas)) < self.recombine_rate
        fates = market.streams.per_slot("ideas.fail", month, len(ideas))
        known, best = ideas["quality"].tolist(), ideas["quality"].max()
        fails = fates < self.turnover * -np.expm1(self.selection * (ideas["quality"] - best))
        if not (tries.any() or fails.any()):
            return
        designs = [int(design) for design in ideas["design"].tolist()]
        givers = np.flatnonzero(ideas["gives"]).tolist()
        for row in np.flatnonzero(tries | fails).tolist():
            start = self._fresh(market, row, designs, known, givers) if fails[row] else designs[row]
            design = self._try(market, row, start, designs, known, givers)
            quality = self.quality(market, design)
            if fails[row] or quality > known[row]:
                ideas["design"][row], ideas["quality"][row] = float(design), quality
        gained = ideas["quality"].max() - best
        if gained > 0 and self.idea_gain:
            capability = market.technologies["capability"]
            capability *= math.exp(self.idea_gain * gained)

    def _fresh(self, market: Any, row: int, designs: list[int], *found: list[Any]) -> int:
        """Return what a new maker starts from."""
        one, month = market.streams.one, market.month
        partner = self._partner(market, row, *found, "ideas.model")
        if partner >= 0:
            return designs[partner]
        return self._bits(one("ideas.new", month, row), one("ideas.new_high", month, row))

    def _try(
        self, market: Any, row: int, design: int, designs: list[int], *found: list[Any]
    ) -> int:
        """Return a new design made from one, and from last month's others."""
        one, month = market.streams.one, market.month
        partner = self._partner(market, row, *found, "ideas.partner")
        if partner >= 0:
            mixed = self._bits(one("ideas.mix", month, row), one("ideas.mix_high", month, row))
            design = design & ~mixed | designs[partner] & mixed
        return design ^ 1 << int(one("ideas.change", month, row) * self.components)

    def _partner(
        self, market: Any, row: int, known: list[float], givers: list[int], stream: str
    ) -> int:
        """Choose whose components to take; -1: nobody's."""
        partners = [maker for maker in givers if maker != row]
        if not partners or market.tables["ideas"]["takes"][row] == 0:
            return -1
        best = max(known[maker] for maker in partners)
        odds = [math.exp(self.selection * (known[maker] - best)) for maker in partners]
        left = market.streams.one(stream, market.month, row) * sum(odds)
        for maker, part in zip(partners, odds, strict=True):
            left -= part
            if left <= 0:
                return maker
        return partners[-1]

"""C15: strong in one region, first in one niche."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, ClassVar

import numpy as np

from platformsim.market.graphs import block_of
from platformsim.mechanisms.base import Contrast, Mechanism
from platformsim.parameters import param

MOST_REGIONS = 12
_SLOTS = 256
_MEASURED = ("largest_share", "leader", "users")


@dataclass(frozen=True)
class LocalClusters(Mechanism):
    """Regions: blocks of users who mostly know each other, and who judge platforms their own way.

    Regions are the blocks of the graph of contacts (``sides.users.graph``: ``blocks``, and
    ``mix_across`` the share of contacts abroad); that network value is local is the law ``local``
    of ``direct_network``. This mechanism adds what regions want and what can be done region by
    region, and measures them. A user of region r values platform p by

        U[p] += niche_weight * z[r, p] + push[r, p]                        (utils)

    with z standard normal, drawn once for each region and platform: niches weigh the same features
    differently, and no platform is better on average.

    *Beachhead.* A platform that opens after month 0 may pay its users for the first
    ``push_months``: the same worth of subsidy, entry_push utils a user of the whole market, goes
    to the first ``push_regions`` regions only,

        push[r, p] = entry_push * regions / push_regions     for r < push_regions

    and is paid to those who take it, utils divided by the weight of fees (cu a month).

    With two platforms and blocks of equal size, splits that differ by region are unstable when
    beta * (1 - mix_across * blocks / (blocks - 1)) > 2, the even split as a whole when beta > 2:
    between the two there is one market, above there can be strongholds.

    References
    ----------
    A. Sundararajan (2007), "Local network effects and complex network structure", The B.E. Journal
    of Theoretical Economics 7(1), art. 46, DOI 10.2202/1935-1704.1319. Niches and pushes are
    modelling choices.
    """

    title: ClassVar[str] = "strong in one region, first in one niche"
    claims: ClassVar[tuple[str, ...]] = ("C15",)
    neutral: ClassVar[dict[str, Any]] = {"niche_weight": 0.0, "entry_push": 0.0}
    tables: ClassVar[dict[str, tuple[str, ...]]] = {
        "regions": tuple(f"region_{number}" for number in range(1, MOST_REGIONS + 1))
    }
    owns: ClassVar[dict[str, float]] = {
        "regions.largest_share": 0.0,
        "regions.leader": 0.0,
        "regions.users": 0.0,
    }
    needs_individuals: ClassVar[bool] = True
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("regional_excess", "users", "up", 0.10)

    niche_weight: float = param(
        0.5, 0, 2, "utils", "M", "How differently regions judge the platforms."
    )
    entry_push: float = param(
        0.0, 0, 4, "utils", "M", "Subsidy of an entrant to its users, per user of the market."
    )
    push_regions: int = param(
        1, 1, MOST_REGIONS, "regions", "M", "Regions that the subsidy is given in."
    )
    push_months: int = param(12, 1, 120, "months", "M", "How long it is given.")

    def start(self, market: Any) -> None:
        """Measure the regions at month 0."""
        self._measure(market)

    def utility(self, market: Any, side: str) -> Callable[[np.ndarray], np.ndarray] | None:
        """See the class."""
        blocks = _blocks(market)
        if side != "users" or blocks < 2:
            return None
        push = self._push(market, blocks)
        if self.niche_weight == 0.0 and push is None:
            return None
        worth, n = self.niche_weight * _niches(market, blocks), market.sides["users"].n
        if push is not None:
            worth += push

        def by_row(rows: np.ndarray) -> np.ndarray:
            return worth[np.asarray(rows, np.int64) * blocks // n]

        return by_row

    def update(self, market: Any) -> None:
        """Pay the subsidies, and see who leads where."""
        members = self._measure(market)
        push = self._push(market, _blocks(market))
        if members is None or push is None:
            return
        weight = market.sides["users"].rules.fee_weight
        due = (push * members).sum(axis=0) / weight
        for owner, amount in zip(market.owner_of_platform, due.tolist(), strict=True):
            if amount > 0:
                market.ledger.pay(owner, "users", "subsidy", amount)

    def _push(self, market: Any, blocks: int) -> np.ndarray | None:
        """What entrants pay in each region now, (blocks, P) utils; None: nothing anywhere."""
        if self.entry_push == 0.0 or blocks < 2:
            return None
        months = (market.month - market.platforms["launch_month"]).tolist()
        late = (market.platforms["launch_month"] > 0).tolist()
        paid = [
            new and 0 <= since < self.push_months for new, since in zip(late, months, strict=True)
        ]
        if not any(paid):
            return None
        chosen = min(self.push_regions, blocks)
        inside = np.arange(blocks)[:, None] < chosen
        return (self.entry_push * blocks / chosen) * (inside & np.array(paid))

    def _measure(self, market: Any) -> np.ndarray | None:
        """Keep who leads each region; return its members of each platform, (blocks, P)."""
        blocks = _blocks(market)
        if blocks < 2:
            return None
        side, regions = market.sides["users"], market.tables["regions"]
        width = len(side.alternatives.size)
        region, alive = block_of(side.n, blocks), side.alive
        cells = np.bincount((region * width + side.choice)[alive], minlength=blocks * width)
        counts = cells.reshape(blocks, width)
        members, living = counts @ side.alternatives.wide, counts.sum(axis=1)
        largest, some = members.max(axis=1), min(blocks, MOST_REGIONS)
        leader = np.where(largest > 0, members.argmax(axis=1) + 1.0, 0.0)
        found = largest / np.maximum(living, 1), leader, living
        for name, values in zip(_MEASURED, found, strict=True):
            regions[name][:some] = values[:some]
        return members


def _blocks(market: Any) -> int:
    """Return the number of regions; fewer than 2 where contacts are not in blocks."""
    users = market.sides.get("users")
    return users.rules.graph.blocks if users and users.rules.graph.kind == "block" else 0


def _niches(market: Any, blocks: int) -> np.ndarray:
    """How each region judges each platform, (blocks, P) standard normal."""
    draw, bell = market.streams.one, NormalDist().inv_cdf
    return np.array(
        [
            [
                bell(draw("local_clusters.niche", 0, region * _SLOTS + slot))
                for slot in market.slot_of_platform
            ]
            for region in range(blocks)
        ]
    )

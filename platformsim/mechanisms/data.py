"""C14: breadth of data is an asset, if it can be turned to use."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param


@dataclass(frozen=True)
class Data(Mechanism):
    """What users do leaves data, and data make the service better.

    Platform p sees ``data_types`` distinct kinds of data (its own figure, else ``variety``). With
    h[p] the hours a month that its users spend on it, per user of the whole market, its stock and
    what it can learn from are

        D[p] <- (1 - data_decay) * D[p] + collect_rate * data_types[p] * h[p]
        E[p]  = D[p] + portability * sum of the others' D
        U[p] += alpha_data * ln(1 + convert_rate * E[p])            (utils, users)

    The stock settles at collect_rate * data_types * h / data_decay. A gain in share brings data,
    and data bring share: at an even split of K platforms the term adds alpha_data * K * x to the
    slope of a network effect, x = convert_rate * D / (1 + convert_rate * D), so that the split is
    unstable already when

        beta_direct > K * (1 - (1 - portability) / (1 + (K - 1) * portability) * alpha_data * x)

    with D replaced by E in x. Hours count per user of the market, not in all, so that the law is
    the same for 50 users and for 50 000. The kinds of data and the hours enter as a product: three
    times the variety is worth exactly as much as three times the hours, and no more. Ten times the
    stock is worth alpha_data * ln(10) at most, which is why returns diminish.

    The functional form is a modelling choice; that data feed back into quality and that returns
    diminish is the argument of A. Hagiu & J. Wright (2023), "Data-enabled learning, network
    effects, and competitive advantage", RAND Journal of Economics 54(4), 638-667, DOI
    10.1111/1756-2171.12453.
    """

    title: ClassVar[str] = "data of many kinds, if a use is found for it"
    claims: ClassVar[tuple[str, ...]] = ("C14",)
    neutral: ClassVar[dict[str, Any]] = {"alpha_data": 0.0}
    owns: ClassVar[dict[str, float]] = {"platforms.data": 0.0, "platforms.data_quality": 0.0}
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("share", "users", "up", 0.03)

    variety: float = param(3.0, 1, 8, "types", "M", "Kinds of data that a platform sees.")
    collect_rate: float = param(0.1, 0, 1, "share", "M", "Share of interactions that is kept.")
    convert_rate: float = param(0.5, 0, 1, "share", "M", "Share of the data turned to use.")
    alpha_data: float = param(0.1, 0, 0.5, "utils/log unit", "M", "Worth of useful data.")
    data_decay: float = param(0.03, 0, 0.2, "1/month", "M", "Rate at which data grow stale.")
    portability: float = param(
        0.0, 0, 1, "share", "M", "Share of a platform's data that rivals can use."
    )

    def utility(self, market: Any, side: str) -> Values:
        """See the class."""
        return 1.0 * market.platforms["data_quality"] if side == "users" else None

    def update(self, market: Any) -> None:
        """Collect a month's data, let old data fade, and see what they are worth."""
        users = market.sides.get("users")
        if users is None:
            return
        everybody, kept = max(users.living, 1.0), 1.0 - self.data_decay
        rows = market.platforms.rows("data", "data_types", "hours")
        stocks = [
            kept * stock + self.collect_rate * (kinds or self.variety) * hours * members / everybody
            for (stock, kinds, hours), members in zip(rows, market.members.tolist(), strict=True)
        ]
        every, shared = sum(stocks), self.portability
        market.platforms["data"] = stocks
        market.platforms["data_quality"] = [
            self.alpha_data
            * math.log1p(self.convert_rate * ((1.0 - shared) * stock + shared * every))
            for stock in stocks
        ]

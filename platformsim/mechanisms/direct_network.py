"""C01: a service is worth more the more people use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from platformsim.market.laws import NETWORK_LAWS, SameSide
from platformsim.mechanisms.base import Contrast, Mechanism, Values
from platformsim.parameters import param


@dataclass(frozen=True)
class DirectNetwork(Mechanism):
    """Same-side network effect: users attract users.

    Every member of the side gains, from platform p with effective installed base n[p] (share of
    the side, with interoperability),

        U[p] += beta_direct * g(n[p])

    in utils, with g a network law normalised to g(0) = 0 and g(1) = 1. Under the law ``local``,
    n[p] is the share of the agent's own contacts on p. With the linear law and noise 1 the even
    split of K platforms is unstable when beta_direct > K (K / (1 - kappa) with interoperability).

    References
    ----------
    M. Katz & C. Shapiro (1985), American Economic Review 75(3), 424-440.
    W. A. Brock & S. N. Durlauf (2001), "Discrete choice with social interactions", Review of
    Economic Studies 68(2), 235-260, DOI 10.1111/1467-937X.00168.
    """

    title: ClassVar[str] = "users attract users"
    claims: ClassVar[tuple[str, ...]] = ("C01",)
    neutral: ClassVar[dict[str, Any]] = {"beta_direct": 0.0}
    follows_own_side: ClassVar[bool] = False
    contrast: ClassVar[Contrast] = Contrast("largest_share", "users", "up", 0.10)

    beta_direct: float = param(
        1.5, 0, 12, "utils/unit share", "M", "Strength of the same-side network effect."
    )
    law: str = param("linear", doc="Network law.", choices=NETWORK_LAWS)
    shape: float = param(1.0, 0.01, 100, "", "M", "Shape of the log, power or saturating law.")
    sides: tuple[str, ...] = param(("users",), doc="Sides on which the effect works.")

    def same_side(self, market: Any, side: str) -> SameSide | None:
        """See the class."""
        if side not in self.sides or self.law == "local":
            return None
        return SameSide(self.beta_direct, self.law, self.shape)

    def utility(self, market: Any, side: str) -> Values:
        """Under the law ``local``, add the part of the share that is the same on every platform."""
        if side not in self.sides or self.law != "local":
            return None
        return np.full(len(market.platforms), self.beta_direct * market.rules.interoperability)

    def exposure(self, market: Any, side: str) -> float | None:
        """Under the law ``local``, weigh the share of an agent's contacts on a platform."""
        if side not in self.sides or self.law != "local":
            return None
        return self.beta_direct * (1.0 - market.rules.interoperability)
